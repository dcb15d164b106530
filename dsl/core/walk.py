"""What stands below a node of the core, and what of it counts on a day: one way for all that read rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal, NamedTuple, TypeAlias

from dsl import core as c
from dsl.core.types import common_days, is_empty
from dsl.source import Span


def children(value: Any, day: date | None = None) -> Iterator[c.Expr]:
    """Yield the nodes directly below a node or a part of one, in order.

    Args:
        value: a node, or a part of one: a branch, a row, a version.
        day: only what counts on this day; None: all of it.
    """
    return iter(_children(value, day))


def walk(node: c.Expr, day: date | None = None) -> Iterator[c.Expr]:
    """Yield a node and all below it that counts on a day, parents first; None: on any."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        below = _children(found, day)
        below.reverse()
        waiting += below


def each(tops: Iterable[c.Expr]) -> Iterator[c.Expr]:
    """Yield some nodes and all below them on whatever day, each object once: equal subtrees of a core are one object."""
    waiting = list(tops)
    waiting.reverse()
    seen: set[int] = set()
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        below = _children(found, None)
        below.reverse()
        waiting += below


def within(node: c.Expr, days: c.Days) -> Iterator[tuple[c.Expr, c.Days]]:
    """Yield a node and all below it, each with the days on which it counts; what never counts is left out.

    Args:
        node: the node.
        days: the days of what is around it.
    """
    for found, its in _nodes_within(node, days):
        yield found, its
        for child, inner in children_within(found, its):
            yield from within(child, inner)


def children_within(value: Any, days: c.Days) -> Iterator[tuple[c.Expr, c.Days]]:
    """Yield the nodes directly below a node or a part of one, each with the days on which it counts.

    What is decided on other days than those of the node has any.
    """
    if isinstance(value, c.Node) and value.tells_elsewhere:
        days = c.ALWAYS
    for name, *_ in _declared(type(value)):
        inner = getattr(value, name)
        for item in inner if isinstance(inner, tuple) else (inner,):
            yield from _nodes_within(item, days)


def _nodes_within(value: Any, days: c.Days) -> Iterator[tuple[c.Expr, c.Days]]:
    own = getattr(value, "days", None)
    if isinstance(own, c.Days):
        days = common_days(days, own)
        if is_empty(days):
            return
    if isinstance(value, c.Node):
        yield value, days  # type: ignore[misc]
    else:
        yield from children_within(value, days)


def topmost(node: c.Expr, day: date | None = None) -> Iterator[c.Requirement]:
    """Yield the requirements at the top of a node that count on a day; None: on any."""
    if isinstance(node, c.Requirement):
        if day is None or day in node.days:
            yield node
        return
    for child in children(node, day):
        yield from topmost(child, day)


def by_role(node: c.Node, *roles: c.Role) -> tuple[c.Expr, ...]:
    """Return the nodes directly below a node that have one of some roles in the whole, in order."""
    return tuple(_by_role(node, roles))


def _by_role(value: Any, roles: tuple[c.Role, ...]) -> Iterator[c.Expr]:
    for name, role, _, _ in _declared(type(value)):
        inner = getattr(value, name)
        for item in inner if isinstance(inner, tuple) else (inner,):
            if not isinstance(item, c.Node):
                yield from _by_role(item, roles)
            elif role in roles:
                yield item  # type: ignore[misc]


def asked(node: c.Node) -> Iterator[tuple[c.How, Any]]:
    """Yield the nodes right below a node, the names it stands for and its days, each with how it is asked."""
    for name, _, how, _ in _declared(type(node)):
        if how != "by its reader":
            yield from _asked(getattr(node, name), how)


def _asked(value: Any, how: c.How) -> Iterator[tuple[c.How, Any]]:
    if isinstance(value, str):
        if how in ("named", "rule"):
            yield how, value
    elif isinstance(value, c.Node | c.Days):
        yield how, value
    elif isinstance(value, tuple):
        for item in value:
            yield from _asked(item, how)
    else:
        for name, _, inner, _ in _declared(type(value)):
            if inner != "by its reader":
                yield from _asked(getattr(value, name), inner if inner != "that day" else how)


def named_in(value: Any) -> Iterator[tuple[c.Refers, str]]:
    """Yield the names that stand in a node itself or in a part of it that is no node, and what they are names of."""
    found: list[tuple[c.Refers, str]] = []
    _gather_names(value, found)
    return iter(found)


def _gather_names(value: Any, found: list[tuple[c.Refers, str]]) -> None:
    for name, _, _, refers in _declared(type(value)):
        inner = getattr(value, name)
        if refers is not None:
            if inner is not None:
                found.append((refers, inner))
        elif _what(inner) == "list":
            for item in inner:
                if _what(item) == "part":
                    _gather_names(item, found)
        elif _what(inner) == "part":
            _gather_names(inner, found)


def own_figures(node: c.Node) -> Iterator[c.Figure]:
    """Yield the figures of the policy that stand in a node itself: numbers, dates, lengths of time."""
    for name, *_ in _declared(type(node)):
        value = getattr(node, name)
        if isinstance(value, Decimal | date | c.Duration):
            yield value


def own_days(value: Any) -> Iterator[c.Days]:
    """Yield the days that stand in a node itself, or in a version: its own, and those of its parts that are no nodes."""
    days = getattr(value, "days", None)
    if isinstance(days, c.Days):
        yield days
    for name, *_ in _declared(type(value)):
        inner = getattr(value, name)
        for item in inner if isinstance(inner, tuple) else (inner,):
            if not isinstance(item, c.Node) and _declared(type(item)):
                yield from own_days(item)


def states_something(node: c.Expr) -> bool:
    """Whether a node has parts that are no nodes and may rest on something (``stated_in``), on whichever day."""
    listed = (
        item for name, *_ in _declared(type(node)) if isinstance(items := getattr(node, name), tuple) for item in items
    )
    return any(not isinstance(item, c.Node) and bool(_declared(type(item))) for item in listed)


def stated_in(value: Any, day: date) -> Iterator[tuple[c.Basis, c.Days]]:
    """Yield what the parts of a node rest on that are no nodes and count on a day, with their days: what is asked, what is listed."""
    for name, *_ in _declared(type(value)):
        inner = getattr(value, name)
        for item in inner if isinstance(inner, tuple) else ():
            if not isinstance(item, c.Node) and _declared(type(item)):
                days: c.Days = getattr(item, "days", c.ALWAYS)
                if day not in days:
                    continue
                basis = getattr(item, "basis", None)
                if isinstance(basis, c.Basis):
                    yield basis, days
                yield from stated_in(item, day)


def _children(value: Any, day: date | None) -> list[c.Expr]:
    """Return the nodes directly below a node or a part of one; a list, as all that reads rules asks for them again and again."""
    if day is not None and isinstance(value, c.Node) and value.tells_elsewhere:
        day = None  # decided on other days than the one told of
    found: list[c.Expr] = []
    fields_of = _FIELDS.get(type(value)) or _fields_of(type(value))
    _gather(fields_of(value), day, found)
    return found


def _gather(values: Iterable[Any], day: date | None, found: list[c.Expr]) -> None:
    """Add the nodes among what fields hold or list, and those of the parts among it."""
    for value in values:
        what = _WHAT.get(type(value)) or _what(value)
        if what == "nothing":
            continue
        if what == "list":
            _gather(value, day, found)
            continue
        # Whatever has days counts on them only: a requirement, a row, a version of a value.
        if day is not None:
            days = getattr(value, "days", None)
            if isinstance(days, c.Days) and day not in days:
                continue
        if what == "node":
            found.append(value)
        else:
            found += _children(value, day)


_What: TypeAlias = Literal["node", "part", "list", "nothing"]
_WHAT: dict[type, _What] = {}
"""What stands in fields, by its type: a node, a part that is none, a list of either, or a text, a figure, days."""


def _what(value: Any) -> _What:
    cls = type(value)
    found = _WHAT.get(cls)
    if found is None:
        if issubclass(cls, tuple):
            found = "list"
        elif issubclass(cls, c.Node):
            found = "node"
        else:
            found = "part" if _declared(cls) else "nothing"
        _WHAT[cls] = found
    return found


_FIELDS: dict[type, Callable[[Any], tuple[Any, ...]]] = {}


def _fields_of(cls: type) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads the fields of a part of the core in which nodes may stand, all at once."""
    names = [own.name for own in _declared(cls)]
    # Of one name it would be the value itself.
    _FIELDS[cls] = attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, name) for name in names)
    return _FIELDS[cls]


class _Declared(NamedTuple):
    """A field of a part of the core, as its class declares it: its role in the whole, how it is asked, what it names."""

    name: str
    role: c.Role
    how: c.How
    refers: c.Refers | None


_DECLARED: dict[type, tuple[_Declared, ...]] = {}


def _declared(cls: type) -> tuple[_Declared, ...]:
    """Return the fields of a part of the core in which nodes or names may stand; none of what is no part of it."""
    found = _DECLARED.get(cls)
    if found is None:
        is_part = is_dataclass(cls) and not issubclass(cls, Span | c.Type | c.Days)
        found = _DECLARED[cls] = tuple(
            _Declared(
                own.name,
                own.metadata.get("role", "value"),
                own.metadata.get("asked", "that day"),
                own.metadata.get("names"),
            )
            for own in (fields(cls) if is_part else ())
            if own.name not in ("type", "origin")
        )
    return found
