"""What no change is said to reach decides as before, and what means the same to both sides is decided once.

Both are held against deciding every rule by each side alone.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from functools import cache
from itertools import count, islice
from pathlib import Path

import pytest

from evaluator.engine import Engine, Query
from review.diff.affected import both_of
from review.diff.compare import Side, compare
from review.diff.impact import Trial, _outcomes
from review.diff.spared import Spared
from review.scenarios.faults import faults
from review.scenarios.partners import Partners
from tests.review.diff.conftest import BASE, EDITS, edited, side
from tests.review.diff.test_direction import LAWS, faulty
from tests.shares import Share, shares
from tests.shipped import engine_of

DAYS = (date(2022, 11, 20), date(2023, 6, 20), date(2027, 2, 1))
PARTNERS = 2
MORE_PARTNERS = 12


@cache
def base() -> tuple[Side, Engine]:
    """Return the side that all edits are made to."""
    before = side("base", BASE)
    return before, Engine(before.document, before.core)


@cache
def by_base(facts: str, day: date) -> dict[str, object]:
    """Return what every rule decides of a partner on the side before: edits that leave figures alone make the same ones."""
    query = Query(("*",), day, json.loads(facts), detail="none")
    return decided(base()[1], query)


def decided(engine: Engine, query: Query) -> dict[str, object]:
    """Return what rules decide by what everybody is told."""
    return {
        one.rule: _outcomes(one, one.score.points if one.score is not None else None)
        for one in engine.decide(query).decisions
    }


def trial(after: Side) -> Trial:
    """Return a trial of the rules that can decide otherwise."""
    before, engine = base()
    changed = [one for one in compare(before, after).changed if one.what == "rule" and one.decides]
    rules = {one.former or one.name: one.name for one in changed if one.kind not in ("added", "removed")}
    unlike = {one.former or one.name: one.unlike for one in changed}
    return Trial(engine, Engine(after.document, after.core), rules, DAYS, unlike=unlike)


@pytest.mark.parametrize("name", EDITS)
def test_a_rule_that_nothing_reaches_decides_as_before(name: str) -> None:
    check(name, PARTNERS)


@pytest.mark.parametrize("name", ["threshold_up", "any_to_all", "gate_added"])
def test_whom_a_change_spares_is_seen_by_the_parts_that_it_makes_others(name: str) -> None:
    assert check(name, PARTNERS) > 0


@pytest.mark.benchmarks
@pytest.mark.parametrize("name", EDITS)
def test_a_rule_that_nothing_reaches_decides_as_before_of_more_partners(name: str) -> None:
    check(name, MORE_PARTNERS)


def check(name: str, partners: int) -> int:
    """Hold what is compared of an edit against what is decided, and return how many decisions were seen to be the same."""
    tried = trial(side("head", edited(name)))
    others = [rule for rule in tried.before.core.rules if rule in tried.after.core.rules and rule not in tried.rules]
    keys = both_of(tried.before.core, tried.after.core).keys
    alongside = tried.after.alongside(tried.before, keys)
    spared = Spared(tried.before, tried.after, keys, tried.rules if alongside.reads_alike else {})
    seen = 0
    made = Partners(tried.after.core, seed=5, as_of=DAYS[1])

    for facts in islice(map(made.partner, count(1)), partners):
        for day in DAYS:
            asked = tried.asked_on(day)
            alike = [*others, *(rule for rule, name in tried.rules.items() if (rule, name) not in asked)]
            now = decided(tried.after, Query(("*",), day, facts, detail="none"))
            was = by_base(json.dumps(facts, default=str), day)
            assert {rule: now[rule] for rule in alike} == {rule: was[rule] for rule in alike}, day
            mine = tried.before.compared(facts, day)
            for rule in tried.before.core.rules:
                mine.of(rule)
            its = tried.after.compared(facts, day, (mine, alongside))
            assert {rule: _outcomes(*its.of(rule)) for rule in now} == now, day
            fresh = tried.before.compared(facts, day)
            beside = tried.after.compared(facts, day, (fresh, alongside))
            alike = [rule for rule, _ in asked if spared.is_seen(rule, fresh, beside, day)]
            assert {rule: now[tried.rules[rule]] for rule in alike} == {rule: was[rule] for rule in alike}, day
            seen += len(alike)
    return seen


SPARED = {"figures": 12, "groups": 8, "register": 6, "scores": 8}
"""One in so many faults of the laws' policies is tried."""


def spared_by_faults(path: Path, share: Share, partners: int) -> Counter[bool]:
    """Hold whom faults are seen to spare against what both sides decide."""
    engine = engine_of(path)
    seen: Counter[bool] = Counter()
    for fault, other in faulty(engine.document, share.cases(faults(engine.document))):
        keys = both_of(engine.core, other.core).keys
        alongside = other.alongside(engine, keys)
        rules = {rule: rule for rule in engine.core.rules if rule in other.core.rules} if alongside.reads_alike else {}
        spared = Spared(engine, other, keys, rules)
        made = Partners(other.core, seed=5, as_of=DAYS[1])
        for facts in islice(map(made.partner, count(1)), partners):
            for day in DAYS:
                mine = engine.compared(facts, day)
                its = other.compared(facts, day, (mine, alongside))
                alike = [rule for rule in rules if spared.is_seen(rule, mine, its, day)]
                one, two = engine.compared(facts, day), other.compared(facts, day)
                for rule in alike:
                    assert _outcomes(*one.of(rule)) == _outcomes(*two.of(rule)), (
                        fault.key,
                        fault.place,
                        rule,
                        day,
                        facts,
                    )
                seen[True] += len(alike)
                seen[False] += len(rules) - len(alike)
    return seen


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_whom_a_fault_spares_both_sides_decide_alike(path: Path) -> None:
    seen = spared_by_faults(path, Share(1, SPARED[path.stem]), PARTNERS)

    assert seen[True] > 100, seen
    assert seen[False] > 10, seen


DIVIDED = [(path, share) for path in LAWS for share in shares(SPARED[path.stem] // 2)]


@pytest.mark.benchmarks
@pytest.mark.parametrize(("path", "share"), DIVIDED, ids=lambda one: one.stem if isinstance(one, Path) else str(one))
def test_whom_every_fault_spares_both_sides_decide_alike(path: Path, share: Share) -> None:
    seen = spared_by_faults(path, share, 3 * PARTNERS)

    assert seen[True] > 0 < seen[False], seen


@pytest.mark.parametrize("day", DAYS)
def test_what_is_compared_is_what_is_decided(day: date) -> None:
    engine = base()[1]
    made = Partners(engine.core, seed=7, as_of=day)

    for facts in islice(map(made.partner, count(1)), 2 * PARTNERS):
        told = engine.compared(facts, day)
        compared = {rule: _outcomes(*told.of(rule)) for rule in engine.core.rules}
        assert compared == by_base(json.dumps(facts, default=str), day)


def test_why_it_comes_out_so_is_what_a_decision_tells() -> None:
    engine, day = base()[1], DAYS[1]
    facts = Partners(engine.core, seed=7, as_of=day).partner(1)
    told = engine.compared(facts, day)

    for one in engine.decide(Query(("*",), day, facts)).decisions:
        told.of(one.rule)
        options = (reason for option in one.options for reason in option.reasons)
        # Plans of what is no requirement are made anew, and equal to themselves only.
        assert repr(told.reasons(one.rule)) == repr((*one.reasons, *options)), one.rule


def test_whoever_flips_is_told_with_the_clause_that_does_it() -> None:
    tried = trial(side("head", edited("any_to_all")))
    facts = {
        "facts": {"audit_passed": True},
        "records": {
            "awards": [{"award": "designation.data_ai", "attained": "2023-01-01", "anniversary": "2024-01-01"}]
        },
    }

    part = tried.of([("one", facts), ("other", {"facts": {"audit_passed": 5}})])

    assert (part.partners, [one.partner for one in part.refused], part.refused[0].side) == (2, ["other"], "base")
    flips = {(flip.rule, flip.what): flip for flip in part.flips if flip.on == DAYS[1]}
    flip = flips["specialization.kubernetes", "eligibility"]
    assert (flip.before, flip.after) == ("undetermined", "not eligible")
    assert flip.clauses == ("specialization.kubernetes.designation",)
