"""The days that a window looks at, against the definition: every day of it.

What can change a node is declared with its kind; here nothing may change on another day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import note, strategies as st

from dsl import core as c
from dsl.core.moves import Place
from dsl.core.ranges import Dates, Range
from dsl.core.references import expressions, walk
from dsl.load import load_sources
from dsl.source import Source
from evaluator.explanation import Explanation, below
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from evaluator.stretches import Stretch, Stretches
from tests.properties.conditions import EVERY_STAGE, VOCABULARY, policies
from tests.properties.strategies import Knowledge, about, knowledge, partners
from tests.properties.test_laws import NAMES, SMALL, _partner, engine, hold

DAY = timedelta(days=1)


class EveryDay(Stretches):
    """Looks at every day of a window."""

    def of(self, node: c.Expr, at: Moment, first: date, last: date) -> list[Stretch]:
        days = range(last.toordinal(), first.toordinal() - 1, -1)
        return [(day, day) for day in map(date.fromordinal, days)]


def naive(core: c.Core, facts: Facts) -> Interpreter:
    interpreter = Interpreter(core, facts)
    interpreter.stretches = EveryDay(interpreter, interpreter.register, interpreter.stretches.movement)
    return interpreter


def asked_of(core: c.Core, rule: c.Rule) -> list[c.Expr]:
    """Return what a rule is made of, and what can be asked of the register about it."""
    found = [part for version in rule.versions for part in expressions(version)]
    if rule.is_award:
        level = {"level": rule.level} if rule.level is not None else {}
        found += [c.Holds(award=rule.award, type=c.FLAG, **level), c.Lapsed(award=rule.award, type=c.FLAG, **level)]
        found += [c.Paid(award=rule.award, type=c.FLAG), c.InRenewal(award=rule.award, type=c.FLAG)]
    return [*found, c.Qualifies(rule=rule.id, type=c.FLAG), c.InProgress(rule=rule.id, type=c.FLAG)]


def settles(found: Range) -> object:
    return (found.low, found.high) if isinstance(found, Dates) else found


def check_nothing_changes_between(data: st.DataObject, name: str) -> None:
    """Every node is the same all through a stretch; a date that rises never falls in it."""
    rule_id, people = _partner(data, name)
    core = engine(name).core
    look_between(data, core, core.rules[rule_id], data.draw(knowledge(data.draw(people))))


def look_between(data: st.DataObject, core: c.Core, rule: c.Rule, known: Knowledge, *more: c.Expr) -> None:
    facts = Facts(core, known.facts(), known.partner.as_of)
    node = data.draw(st.sampled_from([*more, *asked_of(core, rule)]))
    start = known.partner.as_of - timedelta(days=data.draw(st.sampled_from((400, 90, 200, 600, 0, 30))))
    end = start + timedelta(days=data.draw(st.sampled_from((200, 120, 60, 300))))
    note(f"{rule.id} {start} to {end}, on {facts.as_of}: {node}")
    note(json.dumps(facts.data, default=str))
    interpreter = Interpreter(core, facts)
    at = Moment(facts.as_of, rule=rule)

    turns = interpreter.stretches.turns(node, at, start, end)

    rises = interpreter.stretches.movement.of(node, Place()).rises
    days = [start + DAY * index for index in range((end - start).days + 1)]
    ranges = [interpreter.evaluate(node, Moment(day, rule=rule)).range for day in days]
    for (_, before), (day, after) in pairwise(zip(days, ranges, strict=True)):
        if day in turns:
            continue
        if rises and isinstance(before, Dates) and isinstance(after, Dates):
            assert (before.low or date.min) <= (after.low or date.min), day
            assert (before.high or date.max) <= (after.high or date.max), day
        else:
            assert after == before, day


def check_in_force(data: st.DataObject, name: str) -> None:
    """Whether a rule is in force changes on the days that stand in its versions only."""
    core = engine(name).core
    rule = core.rules[data.draw(st.sampled_from(tuple(core.rules)))]
    start = data.draw(st.sampled_from(core.change_days)) - 30 * DAY
    bounds = frozenset(day for version in rule.versions for day in version.bounds())
    versions = [rule.version_on(start + DAY * index) for index in range(90)]
    for index, (before, after) in enumerate(pairwise(versions)):
        assert before is after or start + DAY * (index + 1) in bounds


def outer_windows(top: Explanation) -> list[Explanation]:
    """Return the windows that are in no other one."""
    parts = below(top, lambda part: () if isinstance(part.node, c.Sometime) else part.parts)
    return [part for part in parts if isinstance(part.node, c.Sometime)]


def same_windows(one: Explanation, other: Explanation) -> None:
    """Hold that windows tell what they would tell, had every day been looked at: the same days, with the same in them.

    Days on which nothing changes are told as one, by the last of them and from the first: no day is left out.
    """
    mine, theirs = outer_windows(one), outer_windows(other)
    assert [(part.range, part.chosen) for part in mine] == [(part.range, part.chosen) for part in theirs]
    for short, whole in zip(mine, theirs, strict=True):
        days = {part.day: part for part in whole.of("value")}
        told = short.of("value")
        for part in told:
            assert part.range == days[part.day].range
            same_windows(part, days[part.day])
        spans = [(part.since or part.day, part.day) for part in told]
        assert all(any(first <= day <= last for first, last in spans) for day in days)


def check_windows(data: st.DataObject, name: str) -> None:
    """A rule, its windows and its standing are as if every day had been looked at, and so is the day that is told."""
    rule_id, people = _partner(data, name)
    core = engine(name).core
    look_at_windows(core, core.rules[rule_id], data.draw(knowledge(data.draw(people))))


def look_at_windows(core: c.Core, rule: c.Rule, known: Knowledge) -> None:
    facts = Facts(core, known.facts(), known.partner.as_of)
    note(f"{rule.id} on {facts.as_of}")
    note(json.dumps(facts.data, default=str))
    at = Moment(facts.as_of, rule=rule)
    short, whole = Interpreter(core, facts), naive(core, facts)

    for node in asked_of(core, rule):
        one, other = short.evaluate(node, at), whole.evaluate(node, at)
        assert one.range == other.range, node
        same_windows(one, other)
    if rule.is_award:
        one, other = (i.register.standing(rule.award, rule.level, at) for i in (short, whole))
        for field in ("held", "since", "until", "next_check", "renews_to", "level", "settled"):
            assert getattr(one, field) == getattr(other, field), field


def check_drawn(data: st.DataObject, _name: str) -> None:
    """Policies at random: conditions of every construct, in windows of every kind."""
    text = data.draw(policies())
    loaded = load_sources([Source("drawn.policy", text)])
    assert not loaded.errors, text
    note(text[len(VOCABULARY) :])
    core = loaded.core
    [asks] = (rule.id for rule in core.rules.values() if rule.name == "e")
    drawn = [asks, *(rule for rule in core.rules if rule.startswith("lifecycle."))]
    rule = core.rules[data.draw(st.sampled_from((asks, *drawn, *core.rules)))]
    partner = data.draw(partners(about(core, rule)))
    known = data.draw(st.one_of(st.just(Knowledge(partner)), knowledge(partner)))
    look_at_windows(core, rule, known)
    look_between(data, core, rule, known, core.named["drawn"].value)


@pytest.mark.parametrize("part", range(4))
def test_windows_of_policies_drawn_at_random_are_as_if_every_day_had_been_looked_at(part: int) -> None:
    hold(check_drawn, 40, f"drawn {part}")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_changes_between_the_days_that_are_looked_at(name: str) -> None:
    hold(check_nothing_changes_between, 60, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_comes_into_force_on_days_that_stand_in_it(name: str) -> None:
    hold(check_in_force, 20, name)


@pytest.mark.parametrize("name", NAMES)
def test_windows_are_as_if_every_day_had_been_looked_at(name: str) -> None:
    hold(check_windows, 24, name)


def test_every_kind_of_node_says_what_moves_it() -> None:
    for kind in get_args(c.Expr):
        own = kind.__mro__[: kind.__mro__.index(c.Node)]
        assert any("moves_with" in vars(one) for one in own), kind.__name__


def test_every_kind_of_node_occurs_in_what_the_laws_look_at() -> None:
    drawn = load_sources([Source("drawn.policy", f"{VOCABULARY}{EVERY_STAGE}")])
    assert not drawn.errors

    found = {type(node) for core in (drawn.core, *(engine(name).core for name in SMALL)) for node in nodes_of(core)}

    assert set(get_args(c.Expr)) <= found


def nodes_of(core: c.Core) -> Iterator[c.Expr]:
    parts = [part for rule in core.rules.values() for version in rule.versions for part in expressions(version)]
    for part in (*parts, *(named.value for named in core.named.values())):
        yield from walk(part)
