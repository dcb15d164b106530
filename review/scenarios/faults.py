"""Small faults that are put into a policy document on purpose.

Each figure, comparison, date, row, list entry, quantifier and gate is changed in turn, in the document, so that one
place in the text is one fault however many rules it makes. A day on which one wording ends and the next begins stands
in the text twice; moving one of the two makes a gap or an overlap that the check reports, so both are also moved
together. So are the first day of a form and of its first wording: one of them alone may change nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from dsl import document as d
from dsl.core import CHOOSERS
from dsl.json_values import decimal_text
from dsl.lower.table_rows import cell_text
from dsl.source import Span

FaultKind: TypeAlias = Literal["figure", "comparison", "date", "row", "entry", "quantifier", "gate", "phrase"]
KINDS: tuple[FaultKind, ...] = ("figure", "comparison", "date", "row", "entry", "quantifier", "gate", "phrase")
Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]

_FLIPPED: dict[str, Literal[">=", "<=", ">", "<", "=", "!="]] = {
    ">=": ">",
    ">": ">=",
    "<=": "<",
    "<": "<=",
    "=": "!=",
    "!=": "=",
}
_NOT_DECIDED = frozenset({"read", "seen"})
"""Days of reading and observing: they date a source, not a rule."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is put in the place of a node; None takes the node out of its list."""

    path: Path
    new: d.Node | None


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what stood where, what stands there now."""

    kind: FaultKind
    key: str
    """Names the fault without a place: form, labels on the way, what was and what is."""
    origin: Span
    was: str
    now: str
    unit: Span
    """The clause, row or form around: scenarios that come by here are tried first."""
    changes: tuple[Change, ...]

    @property
    def place(self) -> str:
        """``file:line``."""
        return f"{self.origin.source.name}:{self.origin.line}"

    @property
    def form(self) -> tuple[str, str]:
        """Section and name of the top-level form that the fault is in: ``("rules", "designation.security")``."""
        head = self.changes[0].path
        return str(head[0]), str(head[1])

    def put_into(self, document: d.Document) -> d.Document:
        """Return the document with the fault."""
        result: Any = document
        for change in self.changes:
            result = _at(result, change.path, change.new)
        if not isinstance(result, d.Document):
            raise TypeError("a document with another node is a document")
        return result


@dataclass(frozen=True, slots=True)
class _Found:
    """A node of the document with its way from the top, its labels and the clause around."""

    node: d.Node
    path: Path
    trail: tuple[str, ...]
    unit: Span
    origin: Span


def faults(document: d.Document) -> list[Fault]:
    """Return every fault of a document, in the order of its forms; keys that repeat are numbered."""
    made: list[Fault] = []
    for own in fields(document):
        section = getattr(document, own.name)
        for name, form in section.items() if isinstance(section, dict) else ():
            nodes = list(_nodes(form, (own.name, name), (name,), document.origin, document.origin))
            for found in nodes:
                made.extend(_of(found))
            made.extend(_moved_together(nodes))
            made.extend(_cuts(nodes))
    seen: Counter[str] = Counter()
    numbered: list[Fault] = []
    for fault in made:
        seen[fault.key] += 1
        count = seen[fault.key]
        numbered.append(fault if count == 1 else replace(fault, key=f"{fault.key} #{count}"))
    return numbered


def _nodes(value: Any, path: Path, trail: tuple[str, ...], unit: Span, origin: Span) -> Iterator[_Found]:
    match value:
        case d.Node():
            if isinstance(
                value, d.Item | d.Row | d.Setting | d.Window | d.Definition | d.Rule | d.Table | d.Listing | d.Version
            ):
                unit = value.origin
            # Some nodes have no place of their own: theirs is the one around.
            origin = value.origin if value.origin.end > value.origin.start else origin
            trail = (*trail, *_label(value))
            yield _Found(value, path, trail, unit, origin)
            for own in fields(value):
                if own.name != "origin":
                    yield from _nodes(getattr(value, own.name), (*path, own.name), trail, unit, origin)
        case tuple():
            for index, item in enumerate(value):
                yield from _nodes(item, (*path, index), trail, unit, origin)
        case dict():
            for key, item in value.items():
                yield from _nodes(item, (*path, key), (*trail, str(key)), unit, origin)
        case _:
            return


def _label(node: d.Node) -> tuple[str, ...]:
    match node:
        case d.Item(label=label):
            return (label,)
        case d.Section(word=word, name=name):
            return (name or word,)
        case d.Setting(word=word) | d.Window(word=word):
            return (word,)
        case d.Case(name=name) | d.Entry(name=name):
            return (name,)
        case d.Version(valid=valid) if valid.start is not None:
            return (f"from {valid.start.day}",)
        case d.Row(cells=cells):
            return tuple(_cell(cell) for cell in cells[:1])
        case _:
            return ()


def _cell(cell: d.Cell) -> str:
    match cell:
        case d.Names(names=names):
            return ", ".join(names)
        case d.Text(text=text):
            return text
        case d.Day(day=day):
            return day.isoformat()
        case d.Figure():
            return _shown(cell)
        case d.Band() | d.Several():
            return cell_text(cell)
        case _:
            return "-"


def _of(found: _Found) -> Iterator[Fault]:
    node = found.node

    def fault(kind: FaultKind, was: str, now: str, new: d.Node | None) -> Fault:
        key = f"{' > '.join(found.trail)}: {kind} {was} -> {now}"
        return Fault(kind, key, found.origin, was, now, found.unit, (Change(found.path, new),))

    match node:
        case d.Figure(value=Decimal() as value):
            for changed in (value + _step(value), value - _step(value)):
                new = replace(node, value=changed)
                yield fault("figure", _shown(node), _shown(new), new)
        case d.Figure(least=Decimal() as least):
            for changed in (least + _step(least), least - _step(least)):
                new = replace(node, least=changed)
                yield fault("figure", _shown(node), _shown(new), new)
        case d.Compare(op=op):
            yield fault("comparison", op, _FLIPPED[op], replace(node, op=_FLIPPED[op]))
        case d.Day(day=day) if _can_move(found):
            for moved in (day + timedelta(days=1), day - timedelta(days=1)):
                yield fault("date", day.isoformat(), moved.isoformat(), replace(node, day=moved))
        case d.Row():
            yield fault("row", "the row", "no row", None)
        case d.Entry(name=name):
            yield fault("entry", name, "no entry", None)
        case d.Names(names=names) | d.Selection(names=names) if len(names) > 1:
            for name in names:
                rest = tuple(one for one in names if one != name)
                yield fault("entry", name, "no entry", replace(node, names=rest))
        case d.Grouped(by=by) if len(by) > 1:
            for name in by:
                rest = tuple(one for one in by if one != name)
                yield fault("entry", name, "no entry", replace(node, by=rest))
        case d.Chooser(word=word):
            other = CHOOSERS[word].instead
            if other is not None:
                yield fault("quantifier", f"{word} of", f"{other} of", replace(node, word=other))
        case d.And(terms=terms):
            yield fault("quantifier", "and", "or", d.Or(terms=terms, origin=node.origin))
        case d.Or(terms=terms):
            yield fault("quantifier", "or", "and", d.And(terms=terms, origin=node.origin))
        case d.Not(term=term):
            yield fault("quantifier", "not", "no not", term)
        case d.Notes(only_if=only_if) if only_if:
            yield fault("gate", "only if", "no gate", replace(node, only_if=()))
        case d.Phrase(phrase=phrase):
            yield fault("phrase", phrase, "not said", None)
        case _:
            return


def _moved_together(nodes: list[_Found]) -> Iterator[Fault]:
    """Yield faults that move a day on which one wording of a form ends and another begins, or the form itself begins."""
    by_day: dict[date, list[_Found]] = {}
    for found in nodes:
        if isinstance(found.node, d.Day) and _can_move(found):
            by_day.setdefault(found.node.day, []).append(found)
    for day, places in by_day.items():
        roles = {place.path[-1] for place in places}
        with_its_first_wording = len(places) > 1 and any(len(place.trail) == 1 for place in places)
        if len(roles) < 2 and not with_its_first_wording:
            continue
        first = places[0]
        for moved in (day + timedelta(days=1), day - timedelta(days=1)):
            changes = tuple(
                Change(place.path, replace(place.node, day=moved)) for place in places if isinstance(place.node, d.Day)
            )
            key = f"{first.trail[0]}: date {day} -> {moved}, everywhere in the form"
            now = f"{moved}, everywhere in the form"
            yield Fault("date", key, first.origin, day.isoformat(), now, first.unit, changes)


def _cuts(nodes: list[_Found]) -> Iterator[Fault]:
    """Yield faults that move a figure at which bands of a table meet, in all of them: moved in one it leaves a gap."""
    by_cut: dict[tuple[object, Decimal, str | None], list[_Found]] = {}
    for found in nodes:
        figure = found.node
        way = found.path[2:]
        is_end = "cells" in way and way[-1] in ("low", "high")
        if is_end and isinstance(figure, d.Figure) and figure.value is not None:
            column = way[way.index("cells") + 1]
            by_cut.setdefault((column, figure.value, figure.unit), []).append(found)
    for (_, value, _), places in by_cut.items():
        if len(places) < 2:
            continue
        first = places[0]
        for moved in (value + _step(value), value - _step(value)):
            figures = [(place.path, place.node) for place in places if isinstance(place.node, d.Figure)]
            changes = tuple(Change(path, replace(figure, value=moved)) for path, figure in figures)
            shown = [_shown(replace(figures[0][1], value=one)) for one in (value, moved)]
            now = f"{shown[1]}, in all rows"
            key = f"{first.trail[0]}: figure {shown[0]} -> {now}"
            yield Fault("figure", key, first.origin, shown[0], now, first.unit, changes)


def _can_move(found: _Found) -> bool:
    return (
        isinstance(found.node, d.Day)
        and date.min < found.node.day < date.max
        and not _NOT_DECIDED.intersection(found.path[2:])
    )


def _step(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else Decimal(1)


def _shown(figure: d.Figure) -> str:
    if figure.value is None and figure.least is not None:
        return f"unknown at least {_shown(replace(figure, value=figure.least, least=None))}"
    if figure.value is None:
        return "unknown"
    return f"{decimal_text(figure.value)} {figure.unit}" if figure.unit else decimal_text(figure.value)


def _at(value: Any, path: Path, new: d.Node | None) -> Any:
    """Rebuild what lies on the way to a node; a node replaced by None leaves its list."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, tuple) and isinstance(head, int):
        inner = _at(value[head], rest, new)
        return (*value[:head], *(() if inner is None else (inner,)), *value[head + 1 :])
    if isinstance(value, dict):
        return {**value, head: _at(value[head], rest, new)}
    return replace(value, **{str(head): _at(getattr(value, str(head)), rest, new)})
