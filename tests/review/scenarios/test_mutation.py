"""Faults: where they are put, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsl import codec
from dsl.check.document import check
from dsl.diagnostics import Severity
from dsl.load import load, load_sources
from dsl.lower.to_core import lower
from dsl.source import Source
from evaluator.engine import Engine
from review.scenarios.faults import faults
from review.scenarios.mutation import Mutation, by_kind, score
from review.scenarios.mutation_report import Judged, as_json, as_markdown, as_text
from review.scenarios.reading import read_scenarios
from review.scenarios.relowering import Relowering
from review.scenarios.runner import run_scenario
from tests.review.scenarios.conftest import POLICIES
from tests.shipped import POLICIES as SHIPPED, read_once

POLICY = """\
package p "P"
source s "S" read 2023-01-01
facts { seats: count "Seats"  open: flag "Open"  rate: number 0 to 5.0 "Rate" }
define least "Least": count { from 2023-01-01 until 2024-01-01: 10 cite s "A"  from 2024-01-01: 12 cite s "B" }
entitlement sell "Sell" from 2023-01-01 {
  seats: seats >= least
  way: any of { open: open  rate: rate > 2.5 and seats != 7 }
}
"""


def document_of(text):
    loaded = load_sources([Source("p.policy", text)])
    assert not loaded.errors, loaded.errors
    return loaded.document


def mutation_of(document, *scenarios):
    file = read_scenarios({"scenarios": list(scenarios)}, "p.scenarios.yaml")
    mutation = Mutation(document, file.scenarios)
    mutation.trace = mutation.traced(range(len(mutation.scenarios)))
    return mutation


def scenario(as_of, facts, expect, **more):
    return {
        "name": f"{as_of} {facts}",
        "as_of": as_of,
        "with": {"facts": facts},
        "expect": {"entitlement.sell": expect},
        **more,
    }


AT = scenario("2023-06-01", {"seats": 10, "open": True}, "eligible")
BELOW = scenario("2023-06-01", {"seats": 9, "open": True}, "not_eligible")


def test_faults_are_put_where_they_are_told_to_be():
    document = document_of(POLICY)

    for fault in faults(document):
        made = fault.put_into(document)
        assert codec.digest(made) != codec.digest(document), fault.key
        assert fault.origin.source.name == "p.policy", fault.key
        if fault.kind in ("figure", "date"):
            assert fault.was.split(" ")[0] in fault.origin.text.replace(",", ""), fault.key
        if fault.kind == "comparison":
            assert fault.was in fault.origin.text


def test_the_keys_of_faults_name_no_place_and_do_not_repeat():
    keys = [fault.key for fault in faults(document_of(POLICY))]
    moved = [fault.key for fault in faults(document_of("\n\n# moved down\n" + POLICY))]

    assert keys == moved
    assert len(set(keys)) == len(keys)
    assert "entitlement.sell > way > rate: comparison > -> >=" in keys
    assert "entitlement.sell > way > rate: quantifier and -> or" in keys
    assert "entitlement.sell > way: quantifier any of -> all of" in keys
    assert "least > from 2023-01-01: figure 10 -> 11" in keys
    assert "facts" not in " ".join(keys)


def test_the_day_a_source_was_read_is_no_fault():
    assert not any("2023-01-01" in fault.was and fault.form[0] == "sources" for fault in faults(document_of(POLICY)))


def test_a_day_between_two_wordings_is_moved_in_both():
    document = document_of(POLICY)
    together = [fault for fault in faults(document) if len(fault.changes) > 1]

    assert [fault.key for fault in together] == [
        "least: date 2024-01-01 -> 2024-01-02, everywhere in the form",
        "least: date 2024-01-01 -> 2023-12-31, everywhere in the form",
    ]
    assert [Relowering(document, Engine(document).core).refusal(fault.put_into(document)) for fault in together] == [
        None,
        None,
    ]


def outcome(mutation, key):
    [fault] = [one for one in faults(mutation.engine.document) if one.key == key]
    return mutation.verdict(fault).outcome


def test_a_figure_is_noticed_on_the_side_that_is_tried():
    document = document_of(POLICY)
    up, down = "least > from 2023-01-01: figure 10 -> 11", "least > from 2023-01-01: figure 10 -> 9"

    at, below, both = mutation_of(document, AT), mutation_of(document, BELOW), mutation_of(document, AT, BELOW)

    assert (outcome(at, up), outcome(at, down)) == ("noticed", "survived")
    assert (outcome(below, up), outcome(below, down)) == ("survived", "noticed")
    assert (outcome(both, up), outcome(both, down)) == ("noticed", "noticed")


def test_the_limit_of_a_fact_is_noticed_by_what_is_refused_beyond_it():
    document = document_of(POLICY)
    beyond = {"name": "Beyond", "as_of": "2023-06-01", "with": {"facts": {"rate": "5.1"}}, "refused": ["/facts/rate"]}
    then = {"name": "Then", "steps": [{key: beyond[key] for key in ("as_of", "with", "refused")},
                                      {key: AT[key] for key in ("as_of", "with", "expect")}]}  # fmt: skip
    wider, least = "rate: figure 5 -> 5.1", "least > from 2023-01-01: figure 10 -> 11"

    assert outcome(mutation_of(document, AT), wider) == "survived"
    assert outcome(mutation_of(document, beyond), wider) == "noticed"
    assert outcome(mutation_of(document, then), wider) == "noticed"
    # A story that begins with a refusal passes as long as nothing is wrong.
    assert outcome(mutation_of(document, then), "least > from 2024-01-01: figure 12 -> 13") == "survived"
    assert outcome(mutation_of(document, then), least) == "noticed"


def test_scenarios_that_wait_for_review_notice_nothing():
    mutation = mutation_of(document_of(POLICY), {**AT, "review": True}, BELOW)

    assert outcome(mutation, "least > from 2023-01-01: figure 10 -> 11") == "survived"


def test_what_only_the_check_refuses_is_told_apart():
    # One of the two days alone makes an overlap; no scenario stands near it.
    mutation = mutation_of(document_of(POLICY), AT, BELOW)

    assert outcome(mutation, "least > from 2023-01-01: date 2024-01-01 -> 2024-01-02") == "refused"
    assert outcome(mutation, "least: date 2024-01-01 -> 2024-01-02, everywhere in the form") == "survived"


def test_a_day_on_which_the_rule_says_nothing_anyhow_changes_nothing():
    document = document_of(
        """
facts { seats: count "Seats" }
entitlement sell "Sell" from 2023-01-01 {
  from 2023-01-01 until 2024-01-01 { seats: seats >= 10 }
  from 2024-01-01 { seats: seats >= 12 }
}
"""
    )
    mutation = mutation_of(document, scenario("2023-06-01", {"seats": 10}, "eligible"))

    assert outcome(mutation, "entitlement.sell: date 2023-01-01 -> 2022-12-31") == "nothing"
    assert outcome(mutation, "entitlement.sell > from 2023-01-01: date 2023-01-01 -> 2022-12-31") == "nothing"
    assert outcome(mutation, "entitlement.sell: date 2023-01-01 -> 2023-01-02") == "survived"
    assert outcome(mutation, "entitlement.sell: date 2023-01-01 -> 2022-12-31, everywhere in the form") == "survived"


def test_a_limit_of_a_fact_is_noticed_where_the_fact_stands_on_it():
    document = document_of(POLICY)
    key = "rate: figure 5 -> 4.9"
    edge = scenario("2023-06-01", {"seats": 10, "rate": 5}, "eligible")

    assert outcome(mutation_of(document, AT), key) == "survived"
    assert outcome(mutation_of(document, AT, edge), key) == "noticed"


def test_a_fault_is_tried_on_scenarios_that_read_what_it_changes_only():
    """Leaving scenarios out never changes what becomes of a fault."""
    engine = Engine(load([POLICIES]))
    from cli.console import read_file

    file = read_scenarios(read_file(POLICIES / "acme.scenarios.yaml").value, "acme.scenarios.yaml")
    mutation = Mutation(engine.document, file.scenarios)
    mutation.trace = mutation.traced(range(len(mutation.scenarios)))

    for fault in faults(engine.document):
        verdict = mutation.verdict(fault)
        if verdict.outcome in ("survived", "nothing"):
            other = Engine(fault.put_into(engine.document))
            failed = [one.name for one in file.scenarios if not run_scenario(other, one).passed]
            assert failed == [], fault.key


def every(size, items):
    return items[:: max(1, len(items) // size)]


@pytest.mark.long
@pytest.mark.parametrize(("folder", "size"), [(POLICIES, 60), (SHIPPED, 5)], ids=["small", "shipped"])
def test_lowering_one_form_gives_what_lowering_all_gives(folder, size):
    check_relowering(folder, size)


@pytest.mark.benchmarks
def test_lowering_one_form_of_many_gives_what_lowering_all_gives():
    check_relowering(SHIPPED, 60)


def check_relowering(folder, size):
    document, core = read_once(folder).document, read_once(folder).core
    relowering = Relowering(document, core)

    for fault in every(size, faults(document)):
        faulty = fault.put_into(document)
        whole, found = lower(faulty)
        errors = [one.code for one in found if one.severity is Severity.ERROR]
        part = relowering.core_with(fault, faulty)
        if isinstance(part, str):
            assert part in errors, fault.key
        else:
            assert errors == [], fault.key
            assert part.rules == whole.rules, fault.key
            assert part.named == whole.named, fault.key
            assert set(whole.change_days) <= set(part.change_days), fault.key


def test_lowering_an_award_lowers_its_life_cycle():
    check_life_cycle(every=3)


@pytest.mark.benchmarks
def test_lowering_an_award_lowers_its_life_cycle_whatever_the_day():
    check_life_cycle(every=1)


def check_life_cycle(every):
    document, core = read_once().document, read_once().core
    relowering = Relowering(document, core)
    made = [one for one in faults(document) if one.form == ("rules", "competency.security") and one.kind == "date"]

    for fault in made[::every]:
        whole, _ = lower(fault.put_into(document))
        part = relowering.core_with(fault, fault.put_into(document))
        assert not isinstance(part, str)
        assert part.rules == whole.rules, fault.key
    assert made


def test_the_check_alone_refuses_what_the_whole_check_refuses():
    document, core = read_once(POLICIES).document, read_once(POLICIES).core
    relowering = Relowering(document, core)

    for fault in every(25, faults(document)):
        faulty = fault.put_into(document)
        whole, found = lower(faulty)
        errors = [one for one in (*found, *check(faulty, whole, found)) if one.severity is Severity.ERROR]
        assert (relowering.refusal(faulty) is not None) == bool(errors), fault.key


def test_reports_say_what_survived_what_is_accepted_and_what_is_of_no_use():
    mutation = mutation_of(document_of(POLICY), AT, BELOW)
    verdicts = tuple(mutation.verdict(fault) for fault in faults(mutation.engine.document))
    survivors = [one for one in verdicts if one.outcome == "survived"]
    accepted = {survivors[0].fault.key: "the same by construction", "no such fault": "gone"}

    judged = Judged(verdicts, accepted, waiting=1)

    assert judged.survivors == survivors[1:]
    assert judged.unused == ["no such fault"]
    assert judged.score > score(verdicts)
    assert replace(judged, all_tried=False).unused == []
    text = list(as_text(judged))
    assert "accepted and not met: no such fault" in text
    assert "1 scenario waits for review and counts for nothing" in text
    assert text[-1].startswith(f"{len(verdicts)} faults, 1 accepted: {judged.score} % noticed")
    told = as_json(judged)
    assert told["score"] == str(judged.score)
    assert [one["accepted"] for one in told["faults"] if "accepted" in one] == ["the same by construction"]
    assert set(told["kinds"]) == set(by_kind(verdicts))
    assert f"**{judged.score} % of the faults are noticed**" in as_markdown(judged)
