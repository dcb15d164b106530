"""What a decision rests on: the provisional figures and the readings of unclear sources that were used.

Where something was decided, what it chose counts. What is decided for every record (filters, computed fields) and the
settings that made a check count as they are written for the day: that is looked at once for a core. What decisions
share is looked at once for a partner and a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from dsl import core as c
from dsl.core.ranges import Truth
from dsl.core.walk import stated_in, walk
from dsl.source import Span
from evaluator.decision import Resting
from evaluator.explanation import Explanation
from evaluator.reasons import number

CHECKING = ("checked at", "met sometime", "renewable", "lost after")
"""Settings that make a check, its window and its grace."""
NEXT = ("checked at",)
"""The setting that gives the day of a check that lies ahead."""
MOST_KEPT = 20_000
"""How much of what is written is remembered; then it is begun anew, so that days without end take no room."""

Note: TypeAlias = tuple[bool, Resting]
"""What is rested on, and whether that is a provisional figure or date; else it is a reading."""
Notes: TypeAlias = tuple[Note, ...]


class Written:
    """What the nodes and settings of one core rest on as they are written for a day."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._found: dict[tuple[object, ...], tuple[object, Notes]] = {}

    def node(self, node: c.Expr, day: date, as_of: date) -> Notes:
        """Return what a node rests on, also through the names in it."""
        return self._once((id(node), day, as_of), node, lambda: self._node(node, day, as_of))

    def settings(self, award: str, due: date, words: Sequence[str], as_of: date) -> Notes:
        """Return what settings of an award rest on as they are for an anniversary."""
        return self._once((award, due, words, as_of), award, lambda: self._settings(award, due, words, as_of))

    def _once(self, key: tuple[object, ...], of: object, find: Callable[[], Iterable[Note]]) -> Notes:
        if key not in self._found:
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            # With its node: an identity is one object's only as long as that is there.
            self._found[key] = (of, tuple(dict.fromkeys(find())))
        return self._found[key][1]

    def _node(self, node: c.Expr, day: date, as_of: date) -> Iterator[Note]:
        waiting, seen = [node], set[str]()
        while waiting:
            for found in walk(waiting.pop(), day):
                if isinstance(found, c.Named) and found.name not in seen:
                    seen.add(found.name)
                    waiting.append(self.core.named[found.name].value)
                yield from _of_node(found, day, _all_chosen(found, day), as_of)

    def _settings(self, award: str, due: date, words: Sequence[str], as_of: date) -> Iterator[Note]:
        rule = self.core.rule_of_award.get(award)
        for version in rule.versions if rule is not None else ():
            for word in words if due in version.days else ():
                for setting in version.settings.get(word, ()):
                    if due in setting.days:
                        values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
                        yield from _of_basis(setting.basis, values[0].origin, as_of, setting.days)
                        for value in values:
                            yield from self.node(value, due, as_of)


class Decided:
    """What explanations rest on that were decided over one partner's facts on one day."""

    def __init__(self, written: Written, as_of: date) -> None:
        self.written = written
        self.as_of = as_of
        self._found: dict[int, tuple[Explanation, Notes]] = {}

    def notes(self, part: Explanation) -> Notes:
        """Return what an explanation rests on, in the order in which it is read."""
        found = self._found.get(id(part))
        if found is None:
            notes: dict[Note, None] = dict.fromkeys(self._own(part))
            for inner in _that_count(part):
                below = self.notes(inner)
                if below:
                    notes.update(dict.fromkeys(below))
            found = self._found[id(part)] = (part, tuple(notes))
        return found[1]

    def _own(self, part: Explanation) -> Iterable[Note]:
        node, day = part.node, part.day or self.as_of
        if isinstance(node, c.Holds):
            return [note for check in part.parts for note in self._of_check(node.award, check)]
        if isinstance(node, c.Aggregate):
            of_records = (node.where, node.value, node.total, *node.alike)
            written = (self.written.node(one, day, self.as_of) for one in of_records if one is not None)
            return [note for notes in written for note in notes]
        return _of_node(node, day, part.chosen, self.as_of)

    def _of_check(self, award: str, check: Explanation) -> Notes:
        """Return what the settings rest on that made a check of an award."""
        day = next((part.day for part in check.walk() if part.day is not None), self.as_of)
        return self.written.settings(award, day, CHECKING, self.as_of)


class Rests:
    """Gathers what a decision rests on, each thing once, in the order it was met."""

    def __init__(self, decided: Decided) -> None:
        self.decided = decided
        self._notes: dict[Note, None] = {}

    @property
    def figures(self) -> tuple[Resting, ...]:
        """Provisional figures and dates."""
        return tuple(found for is_figure, found in self._notes if is_figure)

    @property
    def assumptions(self) -> tuple[Resting, ...]:
        """Readings, and what is applied to days before it was observed."""
        return tuple(found for is_figure, found in self._notes if not is_figure)

    def on(self, basis: c.Basis, origin: Span, days: c.Days = c.ALWAYS) -> None:
        """Note what stands beside a part that was used: its readings, and whether its days are provisional."""
        self._notes.update(dict.fromkeys(_of_basis(basis, origin, self.decided.as_of, days)))

    def on_decided(self, top: Explanation) -> None:
        """Note what an explanation rests on."""
        self._notes.update(dict.fromkeys(self.decided.notes(top)))

    def on_settings(self, award: str, due: date, words: Sequence[str]) -> None:
        """Note settings of an award as they are for an anniversary."""
        found = self.decided.written.settings(award, due, words, self.decided.as_of)
        self._notes.update(dict.fromkeys(found))


def _of_basis(basis: c.Basis, origin: Span, as_of: date, days: c.Days = c.ALWAYS) -> Iterator[Note]:
    for text in basis.assumes:
        yield False, Resting(text, _at(origin))
    if basis.seen is not None and as_of < basis.seen:
        yield False, Resting(f"observed on {basis.seen}, applied to {as_of}", _at(origin))
    if days.provisional:
        yield True, Resting("a date of this version", _at(origin))


def _of_node(node: c.Expr, day: date, chosen: Sequence[str], as_of: date) -> Iterator[Note]:
    figure = node.second_hand
    if figure is not None:
        text = number(figure) if isinstance(figure, Decimal) else str(figure)
        unit = node.type.unit if node.type.kind == "money" else None
        yield True, Resting(f"{text} {unit}" if unit else text, _at(node.origin))
    if isinstance(node, c.Requirement):
        yield from _of_basis(node.basis, node.origin, as_of, node.days)
    elif isinstance(node, c.Chooses):
        for one in node.alternatives() if chosen else ():
            if one.name in chosen and day in one.days:
                yield from _of_basis(one.basis, one.origin, as_of, one.days)
    else:
        for basis in stated_in(node, day):
            yield from _of_basis(basis, node.origin, as_of)


def rests_on(
    decided: Decided,
    version: c.RuleVersion,
    explanations: Sequence[Explanation],
    more: Sequence[c.Basis],
) -> Rests:
    """Return what a decision rests on: the wording of its version, what was decided, and what stands beside it."""
    rests = Rests(decided)
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
    return [one.name for one in node.alternatives() if day in one.days] if isinstance(node, c.Chooses) else ()


def _at(origin: Span) -> str:
    return f"{origin.source.name}:{origin.line}"
