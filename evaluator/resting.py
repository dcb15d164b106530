"""What a decision rests on: the provisional figures and the readings of unclear sources that were used.

Where something was decided, what it chose counts. What is decided for every record (filters, computed fields) and the
settings that made a check count as they are written for the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from dsl import core as c
from dsl.core.ranges import Truth
from dsl.core.walk import walk
from dsl.source import Span
from evaluator.decision import Resting
from evaluator.explanation import Explanation, below
from evaluator.reasons import number
from evaluator.sentence import duration

CHECKING = ("checked at", "met sometime", "renewable", "lost after")
"""Settings that make a check, its window and its grace."""
NEXT = ("checked at",)
"""The setting that gives the day of a check that lies ahead."""


class Rests:
    """Gathers what a decision rests on, each thing once, in the order it was met."""

    def __init__(self, core: c.Core, as_of: date) -> None:
        self.core = core
        self.as_of = as_of
        self._figures: dict[Resting, None] = {}
        self._assumptions: dict[Resting, None] = {}

    @property
    def figures(self) -> tuple[Resting, ...]:
        """Provisional figures and dates."""
        return tuple(self._figures)

    @property
    def assumptions(self) -> tuple[Resting, ...]:
        """Readings, and what is applied to days before it was observed."""
        return tuple(self._assumptions)

    def on(self, basis: c.Basis, origin: Span, days: c.Days = c.ALWAYS) -> None:
        """Note what stands beside a part that was used: its readings, and whether its days are provisional."""
        for text in basis.assumes:
            self._assumptions[Resting(text, _at(origin))] = None
        if basis.seen is not None and self.as_of < basis.seen:
            text = f"observed on {basis.seen}, applied to {self.as_of}"
            self._assumptions[Resting(text, _at(origin))] = None
        if days.provisional:
            self._figures[Resting("a date of this version", _at(origin))] = None

    def on_decided(self, top: Explanation) -> None:
        """Note what an explanation rests on."""
        for part in below(top, _that_count):
            day = part.day or self.as_of
            self._on_node(part.node, day, part.chosen)
            match part.node:
                case c.Aggregate(where=where, value=value):
                    for formula in (where, value):
                        if formula is not None:
                            self.on_written(formula, day)
                case c.Holds(award=award):
                    for check in part.parts:
                        self.on_check(award, check)
                case _:
                    continue

    def on_check(self, award: str, check: Explanation) -> None:
        """Note the settings that made a check of an award."""
        day = next((part.day for part in check.walk() if part.day is not None), self.as_of)
        self.on_settings(award, day, CHECKING)

    def on_settings(self, award: str, due: date, words: Sequence[str]) -> None:
        """Note settings of an award as they are for an anniversary."""
        rule = next((rule for rule in self.core.rules.values() if rule.award == award), None)
        for version in rule.versions if rule is not None else ():
            for word in words if due in version.days else ():
                for setting in version.settings.get(word, ()):
                    if due in setting.days:
                        values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
                        self.on(setting.basis, values[0].origin, setting.days)
                        for value in values:
                            self.on_written(value, due)

    def on_written(self, node: c.Expr, day: date) -> None:
        """Note what a node rests on as it is written for a day, also through the names in it."""
        waiting, seen = [node], set[str]()
        while waiting:
            for found in walk(waiting.pop(), day):
                if isinstance(found, c.Named) and found.name not in seen:
                    seen.add(found.name)
                    waiting.append(self.core.named[found.name].value)
                self._on_node(found, day, _all_chosen(found, day))

    def _on_node(self, node: c.Expr, day: date, chosen: Sequence[str]) -> None:
        match node:
            case c.Literal(provisional=True):
                value = node.value if node.least is None else node.least
                text = number(value) if isinstance(value, Decimal) else _words(value)
                unit = node.type.unit if node.type.kind == "money" else None
                self._figures[Resting(f"{text} {unit}" if unit else text, _at(node.origin))] = None
            case c.Shift(provisional=True, by=by):
                self._figures[Resting(duration(by), _at(node.origin))] = None
            case c.PassScore(every=every):
                for asked in every:
                    if day in asked.days:
                        self.on(asked.basis, node.origin)
            case c.People(lists=lists) | c.DifferentPeople(lists=lists):
                for entry in (entry for one in lists for entry in one.entries if day in entry.days):
                    self.on(entry.basis, node.origin)
            case c.Requirement(basis=basis, days=days):
                self.on(basis, node.origin, days)
            case c.Dated(versions=versions) if chosen:
                version = versions[int(chosen[0])]
                self.on(version.basis, version.value.origin, version.days)
            case c.Lookup(rows=rows):
                for row in rows:
                    if (row.key or "otherwise") in chosen and day in row.days:
                        self.on(row.basis, row.origin, row.days)
            case c.Case(branches=branches):
                for branch in branches:
                    if branch.name in chosen:
                        self.on(branch.basis, branch.origin)
            case _:
                return


def rests_on(
    core: c.Core,
    as_of: date,
    version: c.RuleVersion,
    explanations: Sequence[Explanation],
    more: Sequence[c.Basis],
) -> Rests:
    """Return what a decision rests on: the wording of its version, what was decided, and what stands beside it."""
    rests = Rests(core, as_of)
    rests.on(version.basis, version.origin, version.days)
    for basis in more:
        rests.on(basis, version.origin)
    for top in explanations:
        rests.on_decided(top)
    return rests


def _that_count(explanation: Explanation) -> Sequence[Explanation]:
    """Return the parts that a decision rests on: where one of several is enough, those that are met."""
    if isinstance(explanation.node, c.AnyOf) and explanation.truth is Truth.TRUE:
        return [part for part in explanation.parts if part.truth is Truth.TRUE]
    return explanation.parts


def _all_chosen(node: c.Expr, day: date) -> Sequence[str]:
    """Return what a node chooses of on a day, where it is not known which."""
    match node:
        case c.Dated(versions=versions):
            return [str(index) for index, version in enumerate(versions) if day in version.days]
        case c.Lookup(rows=rows):
            return [row.key or "otherwise" for row in rows]
        case c.Case(branches=branches):
            return [branch.name for branch in branches]
        case _:
            return ()


def _words(value: object) -> str:
    return duration(value) if isinstance(value, c.Duration) else str(value)


def _at(origin: Span) -> str:
    return f"{origin.source.name}:{origin.line}"
