"""Guesses: changes of a partner or of the day that may show what coverage has not seen of a part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

from dsl import core as c
from dsl.core import calendar
from dsl.core.references import expressions, references
from dsl.core.types import common_days
from dsl.core.walk import by_role, children_within, walk
from review.scenarios.coverage import Part, has_rows, marks, marks_of, own_name, step_of, word_of
from review.scenarios.given import EARNED, Given, Placed, Rows

Json = Any
MOST_UNITS = 100
"""Up to how many units of a metric are tried to bring a score to its mark."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is told otherwise of a partner, left out, or asked for another day."""

    facts: Mapping[str, Json] = field(default_factory=dict)
    people: tuple[tuple[tuple[str, ...], tuple[str, ...], int], ...] = ()
    """Certifications that are told anew: those that count, those each person gets, and how many people."""
    awards: tuple[str, str | None] | None = None
    """Award and level that the register shows; a level of ``none`` for an empty register."""
    without: frozenset[str] = frozenset()
    as_of: date | None = None

    def over(self, given: Given, as_of: date) -> Given:
        """Return what is told of the partner with the change."""
        facts = {name: told for name, told in given.facts.items() if name not in self.without}
        facts.update((name, Placed(value, "")) for name, value in self.facts.items())
        records = {name: rows for name, rows in given.records.items() if name not in self.without}
        for counted, each, count in self.people:
            now = records.get("certifications", Rows((), None, ""))
            kept = [row for row in now.rows if row.value.get("certification") not in counted]
            new = [
                Placed({"person": f"p{index + 1}", "certification": one, "earned": EARNED, "expires": "none"}, "")
                for index in range(count)
                for one in each
            ]
            records["certifications"] = replace(now, rows=(*kept, *new))
        if self.awards is not None:
            records["awards"] = Rows(tuple(_entry(*self.awards, as_of)), None, "")
        return replace(given, facts=facts, records=records)

    def and_also(self, other: Change) -> Change:
        """Return both changes together; where they are of one thing, that of the other."""
        return Change(
            {**self.facts, **other.facts},
            (*self.people, *other.people),
            other.awards or self.awards,
            self.without | other.without,
            other.as_of or self.as_of,
        )


def _entry(award: str, level: str | None, as_of: date) -> Iterator[Placed]:
    if level == "none":
        return
    entry = {
        "award": award,
        "attained": str(as_of - timedelta(days=30)),
        "anniversary": str(calendar.add_years(as_of - timedelta(days=30), 1)),
        "ended": "none",
        "benefits": "none",
    }
    yield Placed(entry if level is None else {**entry, "level": level}, "")


@dataclass(frozen=True, slots=True)
class Stands:
    """A node of a rule, the code of the requirement around it, and the days on which it is in force."""

    node: Any
    code: str
    title: str
    days: c.Days = c.ALWAYS

    @property
    def asks(self) -> c.Expr | None:
        """What a requirement or an option asks for, None for other parts and for an option that asks for nothing."""
        if isinstance(self.node, c.Requirement):
            return self.node.value
        return self.node.requirement if isinstance(self.node, c.Option) else None

    def day_near(self, day: date) -> date:
        """Return a day, or where nothing of this is in force on it, one on which it is."""
        if day in self.days:
            return day
        last = self.days.end - timedelta(days=1) if self.days.end is not None else None
        return self.days.start or last or day


def find(core: c.Core, rule: str, part: Part) -> Stands | None:
    """Return what a part stands for in a rule."""
    for version in core.rules[rule].versions:
        for option in version.options:
            if part.kind == "option" and option.code == part.name:
                return Stands(option, option.code, option.title, common_days(version.days, option.days))
        for expression in expressions(version):
            found = _found(core, expression, part, Stands(None, rule, version.title, version.days), set())
            if found is not None:
                return found
    return None


def _found(core: c.Core, node: c.Expr, part: Part, around: Stands, seen: set[str]) -> Stands | None:
    if isinstance(node, c.Requirement):
        around = Stands(node, node.code, node.title, common_days(around.days, node.days))
        same = own_name("requirement", node.code) == own_name("requirement", part.name)
        if part.kind == "requirement" and same and _is_at(node, part):
            return around
    if part.kind == "threshold":
        for mark in marks_of(core, node):
            if _is_at(mark.figure, part):
                return replace(around, node=(node, mark), days=common_days(around.days, mark.days))
    if part.kind == "row" and has_rows(node):
        for row in node.alternatives():
            if _is_at(row, part):
                return replace(around, node=(node, row), days=common_days(around.days, row.days))
    if isinstance(node, c.Named) and node.name not in seen:
        seen.add(node.name)
        return _found(core, core.named[node.name].value, part, around, seen)
    inner = (
        _found(core, child, part, replace(around, days=common_days(around.days, days)), seen)
        for child, days in children_within(node, c.ALWAYS)
    )
    return next((found for found in inner if found is not None), None)


def _is_at(node: Any, part: Part) -> bool:
    origin = node.origin
    return (origin.source.name, origin.line, origin.column) == (part.file, part.line, part.column)


def tries(core: c.Core, rule: str, part: Part, aspect: str, as_of: date) -> Iterator[Change]:
    """Yield changes that may show an aspect of a part, the likeliest first."""
    if part.kind == "date":
        day = date.fromisoformat(part.name)
        yield Change(as_of=day if aspect == "on" else day - timedelta(days=1))
        return
    if part.kind == "version":
        yield from (Change(as_of=v.days.start) for v in core.rules[rule].versions if v.days.start is not None)
        return
    stands = find(core, rule, part)
    if stands is None:
        return
    if part.kind == "row":
        yield Change(facts=dict(word_of(*stands.node)))
    elif part.kind == "threshold":
        node, mark = stands.node
        if isinstance(node, c.PassScore):
            yield from _scores(core, node, as_of)
        else:
            for held in by_role(node, "value", "metric"):
                for change in _settings(core, held, _beside(mark.figure, aspect), as_of):
                    yield Change(facts=dict(mark.words)).and_also(change)
    elif stands.asks is not None:
        yield Change()
        wanted = {"eligible": "met", "not_eligible": "unmet"}.get(aspect, aspect)
        yield from _conditions(core, stands.asks, wanted, as_of)


def _beside(figure: c.Literal, aspect: str) -> Decimal:
    value = figure.value if isinstance(figure.value, Decimal) else Decimal(0)
    return {"below": value - step_of(figure), "at": value, "above": value + step_of(figure)}[aspect]


def _settings(core: c.Core, node: c.Expr, value: Decimal, as_of: date) -> Iterator[Change]:
    """Yield changes that give a node a value."""
    if isinstance(node, c.Fact) or (isinstance(node, c.Named) and node.supplied):
        yield Change(facts={node.name: _plain(value)})
    elif isinstance(node, c.Named):
        yield from _settings(core, core.named[node.name].value, value, as_of)
    elif isinstance(node, c.Dated):
        for dated in node.alternatives():
            if as_of in dated.days:
                yield from _settings(core, dated.value, value, as_of)
    elif isinstance(node, c.People) and value >= 0 and value == int(value):
        lists, least = node.lists, node.least
        counted = tuple(entry.certification for one in lists for entry in one.entries)
        first = [next((e.certification for e in one.entries if as_of in e.days), None) for one in lists[:least]]
        each = tuple(one for one in first if one is not None)
        if len(each) == least:
            yield Change(people=((counted, each, int(value)),))


def _scores(core: c.Core, score: c.PassScore, as_of: date) -> Iterator[Change]:
    """Yield changes of one metric that may bring a score to its mark, or just below it."""
    for node in walk(score):
        if isinstance(node, c.PerUnit):
            unit = node.unit.value if isinstance(node.unit, c.Literal) else None
            size = unit if isinstance(unit, Decimal) else Decimal(1)
            for count in range(_most_units(node) + 1):
                yield from _settings(core, node.value, size * count, as_of)


def _most_units(metric: c.PerUnit) -> int:
    """Return how many units earn all that a metric can earn."""
    each = metric.points.value if isinstance(metric.points, c.Literal) else None
    most = metric.cap.value if isinstance(metric.cap, c.Literal) else None
    if isinstance(each, Decimal) and isinstance(most, Decimal) and each > 0:
        return min(int(most / each) + 1, MOST_UNITS)
    return MOST_UNITS


def _conditions(core: c.Core, value: c.Expr, aspect: str, as_of: date) -> Iterator[Change]:
    """Yield changes under which a condition may hold, fail or be open."""
    nodes = list(_through_names(core, value))
    if aspect == "undetermined":
        names = [name for node in nodes if (name := _read_by(node)) is not None]
        yield from (Change(without=frozenset({name})) for name in dict.fromkeys(names))
        yield Change(without=frozenset(names))
        return
    met = aspect == "met"
    together = _together(core, value, aspect, as_of)
    if together is not None:
        yield together
    for node in nodes:
        if isinstance(node, c.Compare):
            figures = [mark.figure for mark in marks(core, node.right) if as_of in mark.days]
            for figure in figures:
                for side in ("at", "above", "below") if met else ("below", "above", "at"):
                    yield from _settings(core, node.left, _beside(figure, side), as_of)
        most = _most_units(node) if isinstance(node, c.PerUnit) else MOST_UNITS
        for metric in by_role(node, "metric"):
            yield from _settings(core, metric, Decimal(most if met else 0), as_of)
        if isinstance(node, c.Fact) and node.type.kind == "flag":
            yield from (Change(facts={node.name: told}) for told in (met, not met))
        if isinstance(node, c.Fact) and node.type.kind == "choice":
            yield from (Change(facts={node.name: word}) for word in node.type.choices)
        if isinstance(node, c.Holds):
            yield Change(awards=(node.award, node.level if met else "none"))


def _together(core: c.Core, value: c.Expr, aspect: str, as_of: date) -> Change | None:
    """Return the likeliest changes of all parts of a whole at once, None for what has no parts."""
    parts = value.parts if isinstance(value, c.AllOf | c.AnyOf) else ()
    inner = [part.value if isinstance(part, c.Requirement) else part for part in parts]
    likeliest = [next(_conditions(core, part, aspect, as_of), None) for part in inner]
    found = [one for one in likeliest if one is not None]
    return reduce(Change.and_also, found) if found else None


def _through_names(core: c.Core, value: c.Expr) -> Iterator[c.Expr]:
    waiting, seen = [value], set[str]()
    while waiting:
        for node in walk(waiting.pop()):
            yield node
            if isinstance(node, c.Named) and node.name not in seen:
                seen.add(node.name)
                waiting.append(core.named[node.name].value)


def _read_by(node: c.Expr) -> str | None:
    told = (name for to, name, supplied in references(node) if to in ("fact", "records") or supplied)
    return next(told, None)


def _plain(value: Decimal) -> Decimal | int:
    return int(value) if value == int(value) else value
