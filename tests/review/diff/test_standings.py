"""What a change does through the register: held against decisions of both sides of partners with awards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dsl import core as c
from dsl.core.ranges import Numbers, Truth
from dsl.load import load
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.decision import Decision
from evaluator.engine import Engine, Query
from review.diff.direction import Steps
from review.diff.standings import Followed, followed
from review.prove.witness import always
from review.scenarios.faults import faults
from review.scenarios.partners import COMPLETE, Partners
from tests.review.diff.conftest import BASE, EDITS, edited, side
from tests.review.diff.test_direction import LAWS, LEAST, MOST, faulty
from tests.shares import Share, shares

Json = Any
ORDER = {Truth.FALSE: 0, Truth.UNKNOWN: 1, Truth.TRUE: 2}
ELIGIBLE = {"not_eligible": 0, "undetermined": 1, "eligible": 2}

POLICY = """facts { a: count  b: count }
membership of designations
designation d { requires { a: a >= 3 }  checked at anniversary  lost after 30 days }
designation other { requires { b: b >= 2 }  checked at anniversary }
specialization s { requires { held: holds designation.d  b: b >= 1 }  checked at anniversary }
specialization t { requires { b: b >= 1 }  checked at first anniversary after 2022-09-30 }
entitlement e { requires { held: holds specialization.s } }
entitlement n { requires { none: not holds designation.d } }
entitlement w { requires { held: holds designation.d sometime from today - 5 months, rounded down through today } }
entitlement late { requires { soon: anniversary <= today + 30 days } }
entitlement apart { requires { b: b >= 1  other: holds designation.other } }
lifecycle designation "Where it stands" { held when held  not_held otherwise }
"""


def followed_by(before: str, after: str) -> Followed:
    one, other = (side(name, {"a": text}).core for name, text in (("base", before), ("head", after)))
    return followed(one, other)


def test_it_goes_from_award_to_award_and_to_those_who_ask() -> None:
    found = followed_by(POLICY, POLICY.replace("a >= 3", "a >= 4"))

    assert found.held == {"designation.d": {"down"}, "specialization.s": {"down"}, "specialization.t": {"open"}}
    rules = {name: set(steps) for name, steps in found.rules.items()}
    assert rules["entitlement.e"] == rules["entitlement.w"] == {"down"}
    assert rules["entitlement.n"] == {"up"}
    assert rules["specialization.t"] == set()
    assert rules["entitlement.late"] == {"open"}
    assert rules["lifecycle.designation.d"] == {"open"}
    # Of what the checks of another award decide nothing is another one.
    assert rules.get("lifecycle.designation.other", set()) == rules.get("entitlement.apart", set()) == set()


@pytest.mark.parametrize(
    ("was", "now", "held"),
    [
        pytest.param("lost after 30 days", "lost after 45 days", {"open"}, id="another grace"),
        pytest.param("d { requires { a: a >= 3 }  checked at anniversary", "d { requires { a: a >= 3 }  checked at anniversary - 9 days", {"open"}, id="another day of the check"),
        pytest.param("a >= 3", "a >= 2", {"up"}, id="less is asked"),
        pytest.param("a >= 3", "not a < 3", set(), id="the same in other words"),
    ],
)  # fmt: skip
def test_what_becomes_of_how_long_an_award_is_held(was: str, now: str, held: set[str]) -> None:
    found = followed_by(POLICY, POLICY.replace(was, now))

    assert set(found.held.get("designation.d", frozenset())) == held


def contradicted(found: Followed, one: Engine, other: Engine, names: Sequence[str], facts: Json, day: date) -> str:
    """Return how decisions of a partner contradict what was followed; empty where they do not."""
    was, now = ({d.rule: d for d in engine.outcomes_of(Query(tuple(names), day, facts))} for engine in (one, other))
    held = [(name, _held(was[name]), _held(now[name])) for name in names if was[name].standing is not None]
    for name, before, after in held:
        steps = found.held.get(other.core.rules[name].award, frozenset())
        if Truth.UNKNOWN not in (before, after) and not _agrees(steps, ORDER[before], ORDER[after]):
            return f"{name} is held: {before} -> {after}, {sorted(steps)}"
    if any(Truth.UNKNOWN in (before, after) for _, before, after in held):
        return ""
    for name in names:
        steps = found.rules.get(name, frozenset())
        if was[name].in_force != now[name].in_force:
            if steps <= {"down"} or steps <= {"up"}:
                return f"{name} is in force: {was[name].in_force} -> {now[name].in_force}"
            continue
        for before, after in _outcomes(was[name], now[name]):
            if not _agrees(steps, before, after):
                return f"{name}: {before} -> {after}, {sorted(steps)}"
    return ""


def _held(decision: Decision) -> Truth:
    assert decision.standing is not None
    return decision.standing.held


def _outcomes(was: Decision, now: Decision) -> list[tuple[Any, Any]]:
    """Return what is in order of two decisions: what somebody is eligible for, ends of amounts; stages only as they are."""
    pairs: list[tuple[Any, Any]] = []
    if was.eligibility is not None and now.eligibility is not None:
        pairs.append((ELIGIBLE[was.eligibility], ELIGIBLE[now.eligibility]))
    options = [{option.name: option.eligibility for option in one.options} for one in (was, now)]
    pairs += [(ELIGIBLE[told], ELIGIBLE[options[1][name]]) for name, told in options[0].items() if name in options[1]]
    if isinstance(was.amount, Numbers) and isinstance(now.amount, Numbers):
        low = [LEAST if one.low is None else one.low for one in (was.amount, now.amount)]
        high = [MOST if one.high is None else one.high for one in (was.amount, now.amount)]
        pairs += [(low[0], low[1]), (high[0], high[1])]
    return pairs


def _agrees(steps: Steps, before: Any, after: Any) -> bool:
    if steps <= {"down"} and after > before:
        return False
    return not (steps <= {"up"} and after < before)


ANNIVERSARIES = (date(2023, 4, 20), date(2024, 1, 15))
AFTER = (1, 20, 40, 400)
"""Days behind an anniversary: a check was just decided, its grace is over, another year is."""
ATTAINED = "2019-05-01"


def held(core: c.Core, facts: Json, rule: c.Rule, anniversary: date, random: Random) -> Json:
    """Return a partner as told for long who holds an award with an anniversary, and some others with ones near it."""
    others = [name for name in core.awards if name != rule.award and random.random() < 0.4]
    days = {rule.award: anniversary} | {name: anniversary + timedelta(days=random.randint(-90, 90)) for name in others}
    rows = []
    for name, day in days.items():
        levels = core.rule_of_award[name].levels if name in core.rule_of_award else ()
        level = rule.level if name == rule.award else random.choice(levels) if levels else None
        row = {"award": name, "attained": ATTAINED, "anniversary": day.isoformat(), "ended": "none"}
        rows.append({**row, "benefits": "none"} | ({} if level is None else {"level": level}))
    told = always({name: facts[name] for name in ("facts", "records")}, [])
    return {**told, "records": {**told["records"], "awards": rows}}


def partners(one: Engine, other: Engine, count: int) -> Iterator[tuple[Json, date]]:
    """Yield partners at the figures of each award by turns of both sides, who hold it, and days after its check."""
    awards = [name for name, rule in other.core.rules.items() if rule.is_award and name in one.core.rules]
    for number, name in enumerate(awards):
        for engine in (one, other):
            rule = engine.core.rules[name]
            for anniversary in ANNIVERSARIES:
                maker = Partners(engine.core, seed=7 + number, as_of=anniversary, rules=[rule], chances=COMPLETE)
                for at in range(1, count + 1):
                    random = Random(f"{name} {anniversary} {at}")
                    facts = held(engine.core, maker.partner(at), rule, anniversary, random)
                    yield facts, anniversary + timedelta(days=random.choice(AFTER))


def check(one: Engine, other: Engine, count: int) -> Counter[str]:
    """Hold what is followed of a change against generated partners who tell everything, and hold awards that were checked."""
    found = followed(one.core, other.core)
    seen: Counter[str] = Counter()
    both = [name for name in other.core.rules if name in one.core.rules]
    for steps in found.held.values():
        seen["+".join(sorted(steps)) if "open" not in steps else "open"] += 1
    for facts, day in partners(one, other, count):
        try:
            wrong = contradicted(found, one, other, both, facts, day)
            seen["differs"] += bool(contradicted(Followed(), one, other, both, facts, day))
        except FactErrors:
            continue
        assert not wrong, (wrong, day, facts)
        seen["held against"] += 1
    return seen


@pytest.mark.parametrize("name", ["threshold_up", "any_to_all", "people_three"])
def test_what_is_followed_of_an_edit_no_partner_contradicts(name: str) -> None:
    one, other = (Engine(of.document, of.core) for of in (side("base", BASE), side("head", edited(name))))

    seen = check(one, other, count=6)

    assert seen["held against"] >= 60
    # Some hold less or more than before: that nothing is another one would be contradicted.
    assert seen["differs"] >= 1, seen


@pytest.mark.benchmarks
@pytest.mark.parametrize("name", EDITS)
def test_what_is_followed_of_every_edit_no_partner_contradicts(name: str) -> None:
    one, other = (Engine(of.document, of.core) for of in (side("base", BASE), side("head", edited(name))))

    check(one, other, count=20)


def check_faults(path: Path, share: Share, count: int) -> Counter[str]:
    """Hold what is followed of a share of the faults of policies against generated partners."""
    document = load([path])
    engine = Engine(document)
    seen: Counter[str] = Counter()
    for _, other in faulty(document, share.cases(faults(document))):
        seen += check(engine, other, count)
    return seen


REGISTER = next(path for path in LAWS if path.stem == "register")


def test_what_is_followed_of_faults_no_partner_contradicts() -> None:
    seen = check_faults(REGISTER, Share(3, 90), count=4)

    assert seen["down"] + seen["up"] >= 1, seen


@pytest.mark.benchmarks
@pytest.mark.parametrize("share", shares(8), ids=str)
def test_what_is_followed_of_every_fault_no_partner_contradicts(share: Share) -> None:
    seen = check_faults(REGISTER, share, count=12)

    assert seen["down"] >= 1, seen
    assert seen["up"] >= 1, seen
