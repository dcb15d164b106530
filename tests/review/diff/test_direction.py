"""A direction is a claim about every partner: held against decisions of both sides, over faults of every construct."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dsl import core as c, document as d
from dsl.core.keys import Keys
from dsl.core.ranges import Numbers, Truth
from dsl.diagnostics import Severity
from dsl.lower.to_core import lower
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.engine import Engine
from review.diff.direction import Directions, Steps
from review.scenarios.faults import Fault, faults
from review.scenarios.partners import Partners
from tests.review.diff.conftest import side
from tests.shares import ALL, Share, shares
from tests.shipped import engine_of

Json = Any
ROOT = Path(__file__).parents[3]
DAYS = (date(2022, 11, 20), date(2023, 6, 20), date(2026, 8, 15))
LEAST, MOST = Decimal("-1e30"), Decimal("1e30")
ORDER = {Truth.FALSE: 0, Truth.UNKNOWN: 1, Truth.TRUE: 2}


def faulty(document: d.Document, made: Sequence[Fault]) -> Iterator[tuple[Fault, Engine]]:
    """Yield the engines of documents with a fault, where one can be decided."""
    for fault in made:
        changed = fault.put_into(document)
        core, found = lower(changed)
        if not any(one.severity is Severity.ERROR for one in found):
            yield fault, Engine(changed, core)


def contradicted(steps: Steps, one: Engine, other: Engine, rule: str, facts: Json, day: date) -> str | None:
    """Return how two decisions contradict a direction; None where they do not, or where a side cannot read the facts."""
    for engine in (one, other):
        try:
            engine.reader.check(facts)
        except FactErrors:
            return None  # the fault is in the vocabulary
    was, now = one.truth(rule, facts, day), other.truth(rule, facts, day)
    if was is not None and now is not None and not agrees(steps, ORDER[was], ORDER[now], ORDER[was], ORDER[now]):
        return f"{was} -> {now}"
    if one.core.rules[rule].of_kind.decides == "amount":
        before, after = one.value(rule, facts, day), other.value(rule, facts, day)
        if isinstance(before, Numbers) and isinstance(after, Numbers):
            low = [LEAST if value.low is None else value.low for value in (before, after)]
            high = [MOST if value.high is None else value.high for value in (before, after)]
            if not agrees(steps, *low, *high):
                return f"{before} -> {after}"
    return None


def agrees(steps: Steps, low: Any, new_low: Any, high: Any, new_high: Any) -> bool:
    """Whether a value went where it may have gone."""
    if steps <= {"down"} and not (new_low <= low and new_high <= high):
        return False
    return not (steps <= {"up"} and not (new_low >= low and new_high >= high))


def every(step: int, start: int, made: Sequence[Fault]) -> list[Fault]:
    """Return every so many faults of each kind: of a kind that there is, one at least."""
    kinds: dict[str, list[Fault]] = {}
    for fault in made:
        kinds.setdefault(fault.kind, []).append(fault)
    return [fault for its in kinds.values() for fault in its[start % len(its) :: step]]


class Makers:
    """What makes partners at the figures of one rule of a core, found once for all days."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._found: dict[str, Partners] = {}

    def on(self, rule: c.Rule, day: date) -> Partners:
        if rule.id not in self._found:
            self._found[rule.id] = Partners(self.core, seed=3, as_of=day, rules=[rule])
        self._found[rule.id].as_of = day
        return self._found[rule.id]


def check(
    policies: Path,
    step: int,
    start: int,
    partners: int,
    days: Sequence[date] = DAYS,
    most_rules: int | None = None,
    share: Share = ALL,
) -> Counter[str]:
    """Compare every so many faults of policies with what generated partners are told on both sides.

    Of the rules that a fault makes others, ``most_rules`` are asked, from the first to the last. Of the faults a share is.
    """
    engine = engine_of(policies)
    document = engine.document
    keys = Keys(engine.core)
    seen: Counter[str] = Counter()
    mine_made = Makers(engine.core)
    for fault, other in faulty(document, share.cases(every(step, start, faults(document)))):
        ways = Directions(keys, Keys(other.core))
        its_made = Makers(other.core)
        # A direction is of partners of whom the register says the same on both sides.
        same_register = not any(
            rule.is_award and rule != other.core.rules.get(rule.id) for rule in engine.core.rules.values()
        )
        unlike = [
            (rule, now)
            for rule in engine.core.rules.values()
            if (now := other.core.rules.get(rule.id)) is not None
            and (now != rule or engine.core.named != other.core.named)
        ]
        for rule, now in unlike[:: -(-len(unlike) // most_rules) or 1] if most_rules is not None else unlike:
            for day in days:
                mine, its = rule.version_on(day), now.version_on(day)
                if mine is None or its is None:
                    continue
                steps = ways.of_versions(mine, its, day)
                seen["open" if "open" in steps else "+".join(sorted(steps)) or "equal"] += 1
                if not steps <= {"down"} and not steps <= {"up"}:
                    continue
                makers = [mine_made.on(rule, day), its_made.on(now, day)]
                for number in range(partners):
                    facts = makers[number % 2].partner(1 + number // 2)
                    if not same_register:
                        facts["records"]["awards"] = []
                    wrong = contradicted(steps, engine, other, rule.id, facts, day)
                    assert wrong is None, (fault.key, fault.place, rule.id, day, sorted(steps), wrong, facts)
    return seen


SCORE = """facts {{ a: count  b: count }}
designation d {{ pass at 10 points out of 20 points {every}
  {whole} {{ track one {{ a: a earns {points} points each, up to 10 points  c: b earns 1 point each, up to 10 points }}
            track two {{ b: b earns 2 points each, up to 20 points {more} }} }} }}
"""
PLAIN = {"every": "", "whole": "best of", "points": "1", "more": ""}
ASKED = {**PLAIN, "every": "with points in every subcategory"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(PLAIN, {**PLAIN, "points": "2"}, {"up"}, id="more points in one of two tracks"),
        pytest.param(ASKED, {**ASKED, "points": "2"}, {"open"}, id="the track of more points may lack a metric"),
        pytest.param(PLAIN, ASKED, {"down"}, id="points in every metric"),
    ],
)
def test_of_several_tracks_the_one_that_counts_is_taken_whole(
    before: dict[str, str], after: dict[str, str], expected: set[str]
) -> None:
    one, other = (side(name, {"a": SCORE.format(**told)}).core for name, told in (("base", before), ("head", after)))
    ways = Directions(Keys(one), Keys(other))
    versions = [core.rules["designation.d"].versions[0] for core in (one, other)]

    assert ways.of_versions(versions[0], versions[1], DAYS[1]) == expected


OTHER_DAYS = """facts {{ a: count  b: count  f: flag  renewed: date }}
entitlement asked {{ requires {{ met: a >= {least} }} }}
entitlement e {{ requires {{ met: qualifies for asked sometime from today - {months} months, rounded down through {through} }} }}
define mark: count {{ through 2026-12-31: 3  from 2027-01-01: {mark} }}
measure closing: date = renewed + 30 days when renewed < 2024-01-01, otherwise today
entitlement later {{ requires {{ met: a >= mark }} }}
entitlement l {{ requires {{ met: qualifies for later sometime from renewed through closing }} }}
entitlement o {{ requires {{ met: (a >= {least}) on renewed }} }}
designation d {{ pass at 10 points out of 20 points with points in every subcategory
  first of {{ track one when f {{ a: a earns {points} points each, up to 10 points  c: b earns 1 point each, up to 10 points }}
             track two {{ {second} }} }} }}
"""
BEFORE = {
    "mark": "3",
    "least": "3",
    "months": "5",
    "through": "today - 2 days",
    "points": "1",
    "second": "b: b earns 2 points each, up to 20 points",
}


@pytest.mark.parametrize(
    ("rule", "after", "expected"),
    [
        pytest.param("entitlement.e", {"least": "4"}, {"down"}, id="more is asked in a window"),
        pytest.param("entitlement.e", {"months": "6"}, {"up"}, id="a window begins sooner"),
        pytest.param("entitlement.e", {"through": "today - 9 days"}, {"down"}, id="a window ends sooner"),
        pytest.param("entitlement.e", {"months": "6", "least": "4"}, {"up", "down"}, id="both ways"),
        pytest.param("entitlement.l", {"mark": "5"}, set(), id="more will be asked behind the day of the question"),
        pytest.param("entitlement.o", {"least": "2"}, {"up"}, id="less is asked on a day that is told"),
        pytest.param("designation.d", {"points": "2"}, {"up"}, id="more points in one of two cases"),
        pytest.param(
            "designation.d",
            {"second": "b: b earns 2 points each, up to 15 points  c: a earns 1 point each, up to 5 points"},
            {"up", "down"},
            id="a metric more in a case",
        ),
    ],
)
def test_what_is_asked_on_other_days_and_by_case_has_a_direction(
    rule: str, after: dict[str, str], expected: set[str]
) -> None:
    one, other = (
        side(name, {"a": OTHER_DAYS.format(**BEFORE | told)}).core for name, told in (("a", {}), ("b", after))
    )
    ways = Directions(Keys(one), Keys(other))
    versions = [core.rules[rule].versions[0] for core in (one, other)]

    assert ways.of_versions(versions[0], versions[1], DAYS[1]) == expected


LAWS = sorted((ROOT / "tests" / "data" / "policies" / "laws").glob("*.policy"))


@pytest.mark.long
@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_what_goes_one_way_goes_so_for_every_generated_partner_by_the_laws_policies(path: Path) -> None:
    seen = check(path, step=8, start=0, partners=8)

    assert seen["down"] >= 5, seen
    assert seen["up"] >= 5, seen


@pytest.mark.long
def test_what_goes_one_way_goes_so_by_the_shipped_policies() -> None:
    """A few faults of each kind: that it holds of a programme of this size too, where one rule reaches many."""
    seen = check(ROOT / "policies", step=1000, start=3, partners=2, days=DAYS[1:2], most_rules=6)

    assert seen["down"] + seen["up"] >= 2, seen


@pytest.mark.benchmarks
@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_what_goes_one_way_goes_so_by_all_faults_of_the_laws_policies(path: Path) -> None:
    seen = check(path, step=1, start=0, partners=8)

    assert seen["down"] >= 10, seen
    assert seen["up"] >= 10, seen


SHIPPED = shares(20)
"""Together they take most of an hour."""


def test_the_shares_are_all_faults_that_are_taken_of_the_shipped_policies() -> None:
    made = every(22, 3, faults(engine_of(ROOT / "policies").document))

    divided = [fault for share in SHIPPED for fault in share.cases(made)]

    assert sorted((fault.key, fault.place) for fault in divided) == sorted((fault.key, fault.place) for fault in made)
    assert len(made) > 100


@pytest.mark.benchmarks
@pytest.mark.parametrize("share", SHIPPED, ids=str)
def test_what_goes_one_way_goes_so_by_many_faults_of_the_shipped_policies(share: Share) -> None:
    seen = check(ROOT / "policies", step=22, start=3, partners=20, share=share)

    # Most faults leave most rules as they are, and that is a claim too; of a whole programme few go one way alone.
    assert seen["equal"] + seen["down"] + seen["up"] >= 100, seen
