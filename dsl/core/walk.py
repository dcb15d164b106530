"""What stands below a node of the core, and what of it counts on a day: one way for all that read rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from dsl import core as c
from dsl.source import Span


def children(value: Any, day: date | None = None) -> Iterator[c.Expr]:
    """Yield the nodes directly below a node or a part of one, in order.

    Args:
        value: a node, or a part of one: a branch, a row, a version.
        day: only what counts on this day; None: all of it.
    """
    if isinstance(value, c.Node) and value.tells_elsewhere:
        day = None  # decided on other days than the one told of
    for name in _fields(type(value)):
        yield from _nodes(getattr(value, name), day)


def walk(node: c.Expr, day: date | None = None) -> Iterator[c.Expr]:
    """Yield a node and all below it that counts on a day, parents first; None: on any."""
    yield node
    for child in children(node, day):
        yield from walk(child, day)


def topmost(node: c.Expr, day: date | None = None) -> Iterator[c.Requirement]:
    """Yield the requirements at the top of a node that count on a day; None: on any."""
    if isinstance(node, c.Requirement):
        if day is None or day in node.days:
            yield node
        return
    for child in children(node, day):
        yield from topmost(child, day)


def own_days(node: c.Expr) -> Iterator[c.Days]:
    """Yield the days that stand in a node itself: its own, and those of its rows, versions and parts that are no nodes."""
    yield from _days(node)


def _days(value: Any) -> Iterator[c.Days]:
    days = getattr(value, "days", None)
    if isinstance(days, c.Days):
        yield days
    for name in _fields(type(value)):
        inner = getattr(value, name)
        for item in inner if isinstance(inner, tuple) else (inner,):
            if not isinstance(item, c.Node) and _fields(type(item)):
                yield from _days(item)


def _nodes(value: Any, day: date | None) -> Iterator[c.Expr]:
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes(item, day)
    elif isinstance(value, c.Node) or _fields(type(value)):
        # Whatever has days counts on them only: a requirement, a row, a version of a value.
        days = getattr(value, "days", None)
        if day is not None and isinstance(days, c.Days) and day not in days:
            return
        if isinstance(value, c.Node):
            yield value  # type: ignore[misc]
        else:
            yield from children(value, day)


_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields(cls: type) -> tuple[str, ...]:
    """Return the fields of a part of the core in which nodes may stand; none of what is no part of it."""
    if cls not in _FIELDS:
        is_part = is_dataclass(cls) and not issubclass(cls, Span | c.Type | c.Days)
        _FIELDS[cls] = tuple(own.name for own in fields(cls) if own.name not in ("type", "origin")) if is_part else ()
    return _FIELDS[cls]
