"""The laws of the evaluator, over small policies made for them and over all real ones.

Missing facts never contradict; filling in what is missing settles; order means nothing; the same query has the same
answer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, note, seed, settings, strategies as st

from dsl.load import load, load_sources, policy_files
from dsl.source import Source, read_source
from evaluator.decision import Decision
from evaluator.engine import Engine, Query
from tests.properties.laws import contradictions, is_decided
from tests.properties.strategies import (
    About,
    Knowledge,
    Partner,
    about,
    growing_knowledge,
    knowledge,
    partners,
    shuffled,
    without_places,
)
from tests.shipped import engine_of

ROOT = Path(__file__).parents[2]
LAWS = sorted((ROOT / "tests/data/policies/laws").glob("*.policy"))
SMALL = [path.stem for path in LAWS]
REAL = "policies"


@cache
def engine(name: str) -> Engine:
    """Return an engine over one of the small policies, or over all real ones."""
    return engine_of(ROOT / "policies" if name == REAL else ROOT / "tests/data/policies/laws" / f"{name}.policy")


@cache
def rules(name: str) -> tuple[str, ...]:
    return tuple(engine(name).core.rules)


@cache
def made_for(name: str, rule: str) -> About:
    core = engine(name).core
    return about(core, core.rules[rule])


def decide(name: str, rule: str, known: Knowledge) -> Decision:
    return engine(name).decide(Query((rule,), known.partner.as_of, known.facts())).decisions[0]


def _partner(data: st.DataObject, name: str) -> tuple[str, st.SearchStrategy[Partner]]:
    rule = data.draw(st.sampled_from(rules(name)), label="rule")
    return rule, partners(made_for(name, rule))


def check_nothing_contradicts(data: st.DataObject, name: str) -> None:
    rule, people = _partner(data, name)
    less, more = data.draw(growing_knowledge(data.draw(people)))
    note(f"{rule} on {less.partner.as_of}")
    note(f"less: {json.dumps(less.facts(), default=str)}")
    note(f"more: {json.dumps(more.facts(), default=str)}")

    found = list(contradictions(decide(name, rule, less), decide(name, rule, more)))

    assert not found


def check_filling_in_settles(data: st.DataObject, name: str) -> None:
    rule, people = _partner(data, name)
    known = data.draw(knowledge(data.draw(people)))
    note(f"{rule} on {known.partner.as_of}")
    for _ in range(12):
        note(f"known: {json.dumps(known.facts(), default=str)}")
        decision = decide(name, rule, known)
        if is_decided(decision):
            return
        assert decision.missing, "undetermined, and nothing is missing"
        before = known
        for gap in (missing.gap for missing in decision.missing):
            known = _told(known, before, gap)
        if known == before:
            # Only what no fact can tell is left: a figure that the policy does not know, days that lie ahead.
            assert all(before.told(missing.gap) in (None, before) for missing in decision.missing)
            assert any(before.told(missing.gap) is None for missing in decision.missing), decision.missing
            return
    raise AssertionError("every answer asks for more")


def _told(known: Knowledge, before: Knowledge, gap: object) -> Knowledge:
    after = before.told(gap)  # type: ignore[arg-type]
    if after is None:
        return known
    return Knowledge(known.partner, (known.untold - (before.untold - after.untold)) | (after.untold - before.untold))


def check_order_means_nothing(data: st.DataObject, name: str) -> None:
    rule, people = _partner(data, name)
    known = data.draw(knowledge(data.draw(people)))
    order = data.draw(st.randoms(use_true_random=False))
    facts = known.facts()
    other = shuffled(facts, lambda items: order.sample(items, len(items)))
    note(f"{rule} on {known.partner.as_of}")
    note(f"facts: {json.dumps(facts, default=str)}")
    note(f"other: {json.dumps(other, default=str)}")

    first, second = (
        engine(name).decide(Query((rule,), known.partner.as_of, told)).as_json() for told in (facts, other)
    )

    assert without_places(second) == without_places(first)


NAMES = [*SMALL, REAL]
QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


SAMPLE = 3
"""One in so many examples is looked at where all of them are not asked for, and never less than ``FEWEST``."""
FEWEST = 6


def some(count: int, name: str) -> settings:
    """Return how many examples to look at: fewer of the real policies, where each takes longer.

    ``MERIT_EXAMPLES=1``, as `make laws` sets it, looks at all of them, where the default run takes a sample, and
    ``MERIT_EXAMPLES=50`` at fifty times as many.
    """
    factor = os.environ.get("MERIT_EXAMPLES")
    whole = count // 4 if name == REAL else count
    return settings(
        QUICK, max_examples=max(whole // SAMPLE, min(whole, FEWEST)) if factor is None else whole * int(factor)
    )


def hold(law: Callable[[st.DataObject, str], None], count: int, name: str) -> None:
    """Look for an example that breaks a law."""

    @some(count, name)
    @given(data=st.data())
    def look(data: st.DataObject) -> None:
        law(data, name)

    # Derandomized, all laws would begin with the same draws, and the parts of one law would be one part.
    (seed(crc32(name.encode()))(look) if settings().derandomize else look)()


@pytest.mark.parametrize("name", NAMES)
def test_missing_facts_never_contradict(name: str) -> None:
    hold(check_nothing_contradicts, 60, name)


@pytest.mark.parametrize("name", NAMES)
def test_filling_in_what_is_missing_settles(name: str) -> None:
    hold(check_filling_in_settles, 40, name)


@settings(QUICK, max_examples=30)
@given(data=st.data())
def test_a_partner_tells_what_the_checks_of_its_awards_read(data: st.DataObject) -> None:
    # The fee is due at an anniversary that any award of the membership may give, and only while it is held.
    partner = data.draw(partners(made_for("register", "fee.entry")))
    told = partner.sections[""]
    awards = {row["award"] for row in told["records"]["awards"]["rows"]}

    assert "designation.membership_check" not in awards or "certifications" in told["records"]
    assert "designation.own_check" not in awards or "score" in told["facts"]


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_records_means_nothing(name: str) -> None:
    hold(check_order_means_nothing, 24, name)


@pytest.mark.parametrize("name", SMALL)
@settings(QUICK, max_examples=10)
@given(data=st.data())
def test_the_order_of_forms_and_files_means_nothing(name: str, data: st.DataObject) -> None:
    source = read_source(ROOT / "tests/data/policies/laws" / f"{name}.policy")
    forms = _forms(source)
    order = data.draw(st.permutations(forms))
    cut = data.draw(st.integers(0, len(forms)))
    halves = [Source("one.policy", "".join(order[:cut])), Source("two.policy", "".join(order[cut:]))]
    loaded = load_sources(halves)
    assert not loaded.errors
    other = Engine(loaded.document)
    rule, people = _partner(data, name)
    known = data.draw(knowledge(data.draw(people)))
    query = Query((rule,), known.partner.as_of, known.facts())

    first, second = engine(name).decide(query).as_json(), other.decide(query).as_json()

    assert _without_figures(without_places(second)) == _without_figures(without_places(first))


def _forms(source: Source) -> list[str]:
    """Cut a source before every line that begins a form."""
    forms: list[str] = []
    for line in source.text.splitlines(keepends=True):
        if line[0].isalpha() or not forms:
            forms.append(line)
        else:
            forms[-1] += line
    return forms


def _without_figures(answer: object) -> object:
    """Leave the places of figures in the policy out: they move with the forms."""
    if isinstance(answer, dict):
        if answer.get("kind") == "figure":
            return {**answer, "pointer": ""}
        return {key: _without_figures(value) for key, value in answer.items() if key != "policy"}
    if isinstance(answer, list):
        return sorted((_without_figures(item) for item in answer), key=str)
    return answer


@pytest.mark.parametrize("name", SMALL)
@settings(QUICK, max_examples=10)
@given(data=st.data())
def test_the_same_query_has_the_same_answer(name: str, data: st.DataObject) -> None:
    rule, people = _partner(data, name)
    known = data.draw(knowledge(data.draw(people)))
    again = Engine(load(policy_files([ROOT / "tests/data/policies/laws" / f"{name}.policy"])))
    query = Query((rule,), known.partner.as_of, known.facts(), request_id="1")

    answers = {json.dumps(one.decide(query).as_json()) for one in (engine(name), engine(name), again)}

    assert len(answers) == 1
