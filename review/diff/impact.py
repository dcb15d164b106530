"""Whom a change concerns: partners decided by both sides, and what comes out otherwise, with the clause that does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from dsl import core as c
from dsl.core.ranges import Range
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.compiled.beside import Alongside
from evaluator.decision import HELD, Decision, range_json
from evaluator.engine import Engine
from evaluator.reasons.expander import Reason, plain
from review.diff.affected import both_of
from review.diff.spared import Spared
from review.languages.voice import ENGLISH, voice
from review.words.decision_text import reason_text

Json = Any
Partner = tuple[str, Mapping[str, Json]]
"""What a partner is called, and its facts."""


class Flip(NamedTuple):
    """A decision that the change makes another one."""

    rule: str
    partner: str
    on: date
    what: str
    """What of the decision: ``eligibility``, ``amount``, ``due``, ``stage``, ``standing``, ``points``, ``option NAME``."""
    before: str
    after: str
    clauses: tuple[str, ...] = ()
    """The smallest parts that come out otherwise, by their reason codes."""
    group: str = ""
    """What the partner tells of the fact that partners are put together by; empty where they are not."""
    why_before: str = ""
    """What the first of the clauses came to before, as a decision explains it."""
    why_after: str = ""


class Refused(NamedTuple):
    """A partner that a side cannot decide: its facts do not fit the vocabulary there."""

    partner: str
    side: str
    why: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a share of the partners came to."""

    partners: int
    decided: int
    """How many decisions were compared."""
    flips: tuple[Flip, ...]
    refused: tuple[Refused, ...]


class _Found(NamedTuple):
    """What is found of two sides once, for all partners."""

    sides: tuple[tuple[str, Engine], ...]
    """Whose reader says whether facts fit; where both read the same facts, what one accepts is not read by the other."""
    alongside: Alongside
    spared: Spared


@dataclass(frozen=True)
class Trial:
    """Two engines, and the rules and days that are tried."""

    before: Engine
    after: Engine
    rules: Mapping[str, str]
    """Rules of the side before, each with its name after."""
    days: tuple[date, ...]
    group_by: str | None = None
    """The fact that partners are put together by."""
    unlike: Mapping[str, Sequence[c.Days]] = field(default_factory=dict)
    """The days on which a rule of the side before can be decided otherwise; all of them, where it is not among these."""

    def of(self, partners: Iterable[Partner]) -> Part:
        """Decide partners by both sides."""
        count = decided = 0
        flips: list[Flip] = []
        refused: list[Refused] = []
        for name, facts in partners:
            count += 1
            wrong = _refusal(name, self._found.sides, facts)
            if wrong is not None:
                refused.append(wrong)
                continue
            group = "" if self.group_by is None else group_of(facts, self.group_by)
            for day in self.days:
                decided += len(self.rules)
                flips.extend(self._flips(name, facts, day, group))
        return Part(count, decided, tuple(flips), tuple(refused))

    @cached_property
    def _found(self) -> _Found:
        """Found once: it takes as long as deciding many partners, and these come in small shares."""
        sides: tuple[tuple[str, Engine], ...] = (("base", self.before),)
        if not self.before.reader.accepts_as(self.after.reader):
            sides = (*sides, ("head", self.after))
        both = both_of(self.before.core, self.after.core)
        alongside = self.after.alongside(self.before, both.keys)
        # Where facts are read otherwise the same parts may come to something else.
        spared = Spared(self.before, self.after, both.keys, self.rules if alongside.reads_alike else {})
        return _Found(sides, alongside, spared)

    def _flips(self, partner: str, facts: Mapping[str, Json], day: date, group: str) -> Iterator[Flip]:
        asked = self.asked_on(day)
        if not asked:
            return
        _, alongside, spared = self._found
        mine = self.before.compared(facts, day)
        its = self.after.compared(facts, day, (mine, alongside))
        for rule, name in asked:
            if spared.is_seen(rule, mine, its, day):
                continue
            was, now = _outcomes(*mine.of(rule)), _outcomes(*its.of(name))
            if was == now:
                continue
            clauses, *why = _clauses(mine.reasons(rule), its.reasons(name))
            for what in dict.fromkeys([*was, *now]):
                if was.get(what) != now.get(what):
                    before, after = was.get(what, "-"), now.get(what, "-")
                    yield Flip(name, partner, day, what, before, after, clauses, group, *why)

    def asked_on(self, day: date) -> list[tuple[str, str]]:
        """Return the rules that can be decided otherwise on a day, by their names before and after."""
        return [
            (rule, name)
            for rule, name in self.rules.items()
            if any(day in days for days in self.unlike.get(rule, (c.ALWAYS,)))
        ]


def group_of(facts: Mapping[str, Json], fact: str) -> str:
    """Return what a partner tells of a fact, of one with a history the last.

    Examples:
        >>> group_of({"facts": {"country": "japan"}}, "country")
        'japan'
        >>> group_of({"facts": {"country": {"history": [{"value": "japan"}, {"value": "taiwan"}]}}}, "country")
        'taiwan'
        >>> group_of({}, "country")
        'not told'
    """
    told = facts.get("facts", {}).get(fact, "not told")
    if isinstance(told, dict):
        steps = told.get("history") or [{}]
        told = steps[-1].get("value", "not told")
    return ("yes" if told else "no") if isinstance(told, bool) else str(told).replace("_", " ")


def _refusal(partner: str, sides: Iterable[tuple[str, Engine]], facts: Mapping[str, Json]) -> Refused | None:
    for side, engine in sides:
        try:
            engine.reader.check(facts, most=1)
        except FactErrors as error:
            return Refused(partner, side, str(error).removeprefix(": "))  # of the whole it has no pointer
    return None


def _outcomes(decision: Decision, points: Range | None) -> dict[str, str]:
    """Return what came out, aspect by aspect, as texts."""
    told: dict[str, str] = {"in force": "yes" if decision.in_force else "no"}
    if decision.eligibility is not None:
        told["eligibility"] = decision.eligibility.replace("_", " ")
    for what, range_ in (("amount", decision.amount), ("due", decision.due), ("stage", decision.stage)):
        if range_ is not None:
            told[what] = _said(range_)
    if points is not None:
        told["points"] = _said(points)
    if decision.standing is not None:
        told["standing"] = HELD[decision.standing.held].replace("_", " ")
    for option in decision.options:
        told[f"option {option.name or 'no choice'}"] = option.eligibility.replace("_", " ")
    return told


def _said(range_: Range) -> str:
    value = range_json(range_)
    return value if isinstance(value, str) else plain(range_)


def _clauses(one: Sequence[Reason], other: Sequence[Reason]) -> tuple[tuple[str, ...], str, str]:
    """Return the codes of the smallest parts that come out otherwise, below which nothing does, and what the first is."""
    before = {reason.key[0]: reason for reason in _all(one)}
    was = {code: _told(reason) for code, reason in before.items()}
    found = [
        reason
        for reason in _all(other)
        if _differs(reason, was) and not any(_differs(part, was) for part in _below(reason))
    ]
    if not found:
        return (), "", ""
    first = found[0]
    return (
        tuple(reason.code for reason in found),
        _why(before[first.code]) if first.code in before else "not asked",
        _why(first),
    )


def _why(reason: Reason) -> str:
    outcome, text = reason.outcome.replace("_", " "), reason_text(reason, voice(ENGLISH))
    return outcome if text == outcome else f"{outcome}: {text}"


def _differs(reason: Reason, was: Mapping[str, object]) -> bool:
    return was.get(reason.code) != _told(reason)


def _told(reason: Reason) -> tuple[object, ...]:
    return reason.outcome, reason.points, reason.required


def _all(tops: Sequence[Reason]) -> Iterator[Reason]:
    for top in tops:
        yield top
        yield from _below(top)


def _below(reason: Reason) -> Iterator[Reason]:
    for part in reason.parts:
        yield part
        yield from _below(part)
