"""People: who carries a requirement alone, and what ends with their certifications.

Each person is taken out once and what is held or qualified for is decided again on the day of the report; people with
the same certifications are one question. Certifications that end are taken out day by day, all that ended by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dsl import core as c
from dsl.core.ranges import Truth
from dsl.core.references import Reading
from evaluator.decision import Decision
from evaluator.engine import Engine, one_day
from evaluator.reasons.expander import Reason
from review.languages.voice import Voice
from review.report.metrics import measured
from review.report.summary import Standing
from review.words.titles import title_text

Json = Any
MOST_DECISIONS = 1_500
"""Decisions to find who carries what, and of the timeline of what is due."""
HOLDINGS = "certifications"


@dataclass(frozen=True, slots=True)
class Weakened:
    """What a requirement comes to without somebody."""

    code: str
    title: str
    before: str
    after: str
    is_carried: bool
    """Whether it is met, and without them not."""

    def as_json(self) -> dict[str, Json]:
        """Return all of it."""
        return {
            "code": self.code, "title": self.title, "before": self.before, "after": self.after, "carries": self.is_carried
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Risk:
    """What becomes of an award: its outcome with and without somebody, and the requirements that are less then."""

    rule: str
    title: str
    before: str
    after: str
    held: bool
    weakened: tuple[Weakened, ...]

    @property
    def is_lost(self) -> bool:
        """Whether its requirements are met, and without them not or not surely."""
        return self.before == "eligible" and self.after != "eligible"

    def as_json(self) -> dict[str, Json]:
        """Return all of it."""
        return {
            "rule": self.rule, "title": self.title, "before": self.before, "after": self.after, "held": self.held,
            "at_risk": self.is_lost, "requirements": [one.as_json() for one in self.weakened],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody without whom something is less."""

    name: str
    certifications: int
    risks: tuple[Risk, ...]

    def as_json(self) -> dict[str, Json]:
        """Return all of it."""
        return {
            "person": self.name, "certifications": self.certifications, "without": [one.as_json() for one in self.risks]
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ending:
    """Certifications that end on a day, and what the awards come to without all that ended by then."""

    on: date
    """The last day on which they count."""
    certifications: tuple[tuple[str, str], ...]
    """Person and certification."""
    risks: tuple[Risk, ...]

    def as_json(self) -> dict[str, Json]:
        """Return all of it."""
        return {
            "on": self.on.isoformat(),
            "certifications": [{"person": person, "certification": name} for person, name in self.certifications],
            "without": [one.as_json() for one in self.risks],
        }


@dataclass(frozen=True, slots=True)
class People:
    """Who carries what, and what ends when."""

    looked_at: int
    """People who were taken out."""
    persons: tuple[Person, ...]
    endings: tuple[Ending, ...]
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Json]:
        """Return all of it."""
        return {
            "looked_at": self.looked_at,
            "persons": [one.as_json() for one in self.persons],
            "endings": [one.as_json() for one in self.endings],
        }


def people(
    engine: Engine,
    facts: Mapping[str, Json],
    standings: Sequence[Standing],
    as_of: date,
    through: date,
    most: int,
    say: Voice,
) -> People:
    """Return who carries what an award asks of people.

    Args:
        engine: what decides.
        facts: of the partner.
        standings: the awards that are told of.
        as_of: the day of the report.
        through: the last day on which a certification that ends is told of.
        most: how many decisions are made at most.
        say: the voice of the language that it is told in.
    """
    return _People(engine, facts, standings, as_of, most, say).found(through)


class _People:
    def __init__(
        self,
        engine: Engine,
        facts: Mapping[str, Json],
        standings: Sequence[Standing],
        as_of: date,
        most: int,
        say: Voice,
    ) -> None:
        self.engine = engine
        self.facts = facts
        self.as_of = as_of
        self.left = most
        self.say = say
        self.notes: list[str] = []
        raw = facts.get("records", {}).get(HOLDINGS)
        self.rows: list[Mapping[str, Json]] = list(raw["rows"] if isinstance(raw, Mapping) else raw or ())
        self.raw = raw
        reading = Reading(engine.core)
        counted = [one for one in standings if one.held is Truth.TRUE or one.decision.eligibility == "eligible"]
        self.rules = [one for one in counted if HOLDINGS in reading.of([one.rule]).records]

    def found(self, through: date) -> People:
        if self.raw is None:
            self.notes.append(self.say("note-certifications"))
            return People(0, (), (), self.notes)
        one = one_day(self.engine, self.facts, self.as_of)
        self.before = {standing.rule.id: one.decision(standing.rule) for standing in self.rules}
        holders: dict[str, list[Mapping[str, Json]]] = {}
        for row in self.rows:
            if "person" in row:
                holders.setdefault(row["person"], []).append(row)
        alike: dict[tuple[tuple[tuple[str, str], ...], ...], tuple[Risk, ...] | None] = {}
        persons: list[Person] = []
        looked_at = 0
        for name, rows in holders.items() if self.rules else ():
            key = tuple(
                sorted(
                    tuple(sorted((field_, str(value)) for field_, value in row.items() if field_ != "person"))
                    for row in rows
                )
            )
            if key not in alike:
                alike[key] = self.risks([row for row in self.rows if row.get("person") != name])
            risks = alike[key]
            if risks is None:
                continue
            looked_at += 1
            if risks:
                persons.append(Person(name, len(rows), risks))
        if self.rules and looked_at < len(holders):
            self.notes.append(self.say("note-people", left=len(holders) - looked_at, people=len(holders)))
        persons.sort(key=lambda one: (-sum(risk.is_lost for risk in one.risks), -len(one.risks), one.name))
        return People(looked_at, tuple(persons), tuple(self.endings(through)), self.notes)

    def endings(self, through: date) -> Iterator[Ending]:
        """Yield the days on which certifications end, with what is less without all that ended by then."""
        days: dict[str, list[Mapping[str, Json]]] = {}
        for row in self.rows:
            day = row.get("expires", "none")
            if day != "none" and self.as_of.isoformat() <= day <= through.isoformat():
                days.setdefault(day, []).append(row)
        for index, day in enumerate(sorted(days)):
            gone = {id(row) for one in sorted(days)[: index + 1] for row in days[one]}
            risks = self.risks([row for row in self.rows if id(row) not in gone]) if self.rules else ()
            if risks is None:
                self.notes.append(self.say("note-endings", day=day))
                return
            ended = tuple((row.get("person", "-"), row.get("certification", "-")) for row in days[day])
            yield Ending(date.fromisoformat(day), ended, risks)

    def risks(self, rows: Sequence[Mapping[str, Json]]) -> tuple[Risk, ...] | None:
        """Return what is less with these certifications alone; None where no decisions are left."""
        if self.left < len(self.rules):
            return None
        self.left -= len(self.rules)
        told = {**self.raw, "rows": list(rows)} if isinstance(self.raw, Mapping) else list(rows)
        facts = {**self.facts, "records": {**self.facts["records"], HOLDINGS: told}}
        one = one_day(self.engine, facts, self.as_of)
        found = ((standing, self.before[standing.rule.id], one.decision(standing.rule)) for standing in self.rules)
        return tuple(
            Risk(
                standing.rule.id, standing.title, _outcome(before), _outcome(after), standing.held is Truth.TRUE,
                tuple(weakened),
            )
            for standing, before, after in found
            if (weakened := list(_weakened(standing.rule, before, after, self.say)))
        )  # fmt: skip


def _outcome(decision: Decision) -> str:
    return decision.eligibility or "undetermined"


_RANKS = {"met": 3, "partly_met": 2, "undetermined": 1, "unmet": 0}


def _weakened(rule: c.Rule, before: Decision, after: Decision, say: Voice) -> Iterator[Weakened]:
    """Yield the innermost requirements that come to less."""
    own, others = dict(_reasons(before)), dict(_reasons(after))
    less = [code for code, reason in own.items() if code in others and _is_less(reason, others[code])]
    for code in less:
        if not any(other.startswith(f"{code}.") for other in less):
            reason, other = own[code], others[code]
            # Points that become less are not carried by somebody alone, and a score is no requirement of people.
            is_carried = reason.outcome == "met" != other.outcome and reason.points is None and reason.out_of is None
            yield Weakened(
                code.removeprefix(f"{rule.id}."),
                title_text(reason.title, say),
                say.reason(reason),
                say.reason(other),
                is_carried,
            )


def _reasons(decision: Decision) -> Iterator[tuple[str, Reason]]:
    """Yield what is measured, each requirement once; what is asked of another day is no requirement of this one."""
    seen: set[str] = set()
    for reason in measured(decision.reasons):
        if reason.day is None and reason.code not in seen:
            seen.add(reason.code)
            yield reason.code, reason


def _is_less(before: Reason, after: Reason) -> bool:
    if _RANKS[after.outcome] < _RANKS[before.outcome]:
        return True
    if before.points is not None and after.points is not None:
        return before.points != after.points
    return False
