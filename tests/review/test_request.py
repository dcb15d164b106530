"""What a review looks at of the scenarios: those that can try what changed, and no fewer."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest

from cli.console import read_file
from dsl.diagnostics import Severity
from dsl.load import load_checked
from dsl.lower.to_core import lower
from dsl.source import NO_SPAN
from evaluator.engine import Engine
from review.diff.compare import Comparison, Side, compare
from review.request.clauses import Untried, shown_by, touched, untried
from review.request.scenarios import Told, _Days, outcomes
from review.scenarios.coverage import Coverage
from review.scenarios.faults import KINDS, FaultKind, faults
from review.scenarios.reading import read_scenarios
from tests.review.diff.conftest import side

POLICIES = Path(__file__).parents[1] / "data" / "cli" / "policies"
SCENARIOS = POLICIES / "acme.scenarios.yaml"
EACH = 2
"""Faults of one kind that are tried."""


@pytest.mark.parametrize("kind", KINDS)
def test_running_what_can_show_a_change_tells_what_running_and_watching_everything_tells(kind: FaultKind) -> None:
    loaded = load_checked([POLICIES])
    before = Side("before", loaded.document, loaded.core)
    told = [Told(SCENARIOS.name, one, NO_SPAN) for one in read_scenarios(read_file(SCENARIOS).value, "a").scenarios]
    of_kind = [fault for fault in faults(loaded.document) if fault.kind == kind]
    tried = of_kind[:: -(-len(of_kind) // EACH) or 1]
    for fault in tried:
        document = fault.put_into(loaded.document)
        core, wrong = lower(document)
        if any(one.severity is Severity.ERROR for one in wrong):
            continue
        found = compare(before, Side("after", document, core))

        few = shown_by(found, touched(found))

        everything = untried_where(found, told, core.rules.keys(), all_of_them=True)
        assert untried_where(found, told, few) == everything, fault.key


POLICY = """
facts {{ seats: count }}
competency cloud {{ requires {{ seats: seats >= {least} }} }}
entitlement shop {{ requires {{ cloud: qualifies for competency.cloud }} }}
entitlement stall {{ requires {{ shop: qualifies for entitlement.shop }} }}
entitlement sign {{ requires {{ held: holds competency.cloud }} }}
fee listing {{ amount 50 USD }}
"""


def test_a_change_shows_in_what_rests_on_it_and_in_checks_of_the_award() -> None:
    one, other = (side(name, {"a": POLICY.format(least=least)}) for name, least in (("base", 5), ("head", 6)))
    found = compare(one, other)
    expect = {"entitlement.stall": "eligible"}
    scenario = {"name": "Six", "as_of": "2023-06-20", "with": {"facts": {"seats": 6}}, "expect": expect}
    told = [Told("a", made, NO_SPAN) for made in read_scenarios({"scenarios": [scenario]}, "a").scenarios]

    few = shown_by(found, touched(found))

    assert {"competency.cloud", "entitlement.shop", "entitlement.stall", "entitlement.sign"} <= few
    assert "fee.listing" not in few
    tried = untried_where(found, told, few)
    assert tried == untried_where(found, told, other.core.rules.keys(), all_of_them=True)
    assert tried != untried_where(found, told, {"competency.cloud"})


DATED = """
facts {{ seats: count }}
define seats_asked "Seats asked": count {{ from 2022-01-01: 5{later} }}
entitlement shop {{ requires {{ seats: seats >= seats_asked }} }}
"""


def test_a_scenario_of_the_day_before_tries_that_a_figure_has_not_changed() -> None:
    later = "\n from 2025-01-01: 7"
    one, other = (side(name, {"a": DATED.format(later=told)}) for name, told in (("base", ""), ("head", later)))
    found = compare(one, other)
    step = {"with": {"facts": {"seats": 6}}, "expect": {"entitlement.shop": "eligible"}}
    made = [{"name": day, "as_of": day, **step} for day in ("2023-06-20", "2024-12-31")]
    told = [Told("a", one, NO_SPAN) for one in read_scenarios({"scenarios": made}, "a").scenarios]

    tried = untried_where(found, told, shown_by(found, touched(found)))

    assert tried == untried_where(found, told, other.core.rules.keys(), all_of_them=True)
    assert not any("before" in one.missing for one in tried[0])


def untried_where(
    found: Comparison, told: list[Told], watched: AbstractSet[str], *, all_of_them: bool = False
) -> tuple[tuple[Untried, ...], list[tuple[object, ...]]]:
    """Return what no scenario tries where the decisions of some rules are watched, and what comes out otherwise.

    ``all_of_them``: no scenario is left out as one that shows nothing of the change.
    """
    before, after = (Engine(one.document, one.core) for one in (found.before, found.after))
    reached = {one.name: one.former or one.name for one in found.changed if one.what == "rule" and one.decides}
    reworded = {one.name for one in found.changed if one.what == "rule" and one.kind != "reached"}
    by_the_register = {one.name for one in found.changed if one.what == "rule" and one.by_the_register}
    seen = Coverage(found.after.core)
    with pytest.MonkeyPatch.context() as patch:
        if all_of_them:
            patch.setattr(_Days, "may_differ", lambda *_: True)
        ran = outcomes(before, after, told, told, reached, reworded, by_the_register, watched, seen.watch)
    otherwise = [(one.told.key, one.before, one.after, one.why) for one in ran.told if one.before != one.after]
    return untried(touched(found), seen), otherwise
