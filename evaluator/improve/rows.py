"""A record that meets what a figure over records asks of each: the values that it has to have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from dsl import core as c
from dsl.core.calendar import months_before
from dsl.core.ranges import Dates, Numbers, Range, Truth, Words
from dsl.core.walk import walk

Json = Any
Values = Callable[[c.Expr], Range]

_DAY = timedelta(days=1)


def row_that_meets(node: c.Aggregate, declaration: c.RecordsDecl, day: date, value: Values) -> dict[str, Json] | None:
    """Return a record one more of which counts one more; None where none is found.

    Args:
        node: the figure.
        declaration: of its list.
        day: the day that is asked about: what is dated is of this day.
        value: what a node outside of records is.
    """
    if node.function != "count" or node.total is not None:
        return None
    if node.over is not None and node.over.anniversary_year:
        return None
    wanted = next(iter(_met(node.where, day, value)), None) if node.where is not None else {}
    if wanted is None:
        return None
    if node.distinct:
        # They are told apart by one text that nothing else is asked of.
        plain = isinstance(node.value, c.Field) and node.value.formula is None and node.value.type.kind == "text"
        if not plain or node.alike or not isinstance(node.value, c.Field) or node.value.name in wanted:
            return None
    if declaration.monthly:
        months = node.over or c.Period(months=1, type=node.type)
        wanted["month"] = _month(months_before(day, months.months, months.back)[1])
    if declaration.dated_by is not None:
        wanted.setdefault(declaration.dated_by, day.isoformat())
    return wanted


def _met(node: c.Expr, day: date, value: Values) -> Iterable[dict[str, Json]]:
    """Yield the values of fields with which a condition holds; nothing where that is not seen."""
    if isinstance(node, c.AllOf):
        for chosen in product(*(tuple(_met(part, day, value)) for part in node.parts)):
            together: dict[str, Json] = {}
            if all(together.setdefault(name, told) == told for one in chosen for name, told in one.items()):
                yield together
    elif isinstance(node, c.AnyOf) and node.least == 1:
        for part in node.parts:
            yield from _met(part, day, value)
    elif isinstance(node, c.Compare) and isinstance(node.left, c.Field):
        of_record = any(isinstance(part, c.Field) for part in walk(node.right))
        if of_record and node.left.type.kind == "date" and node.op in (">", ">="):
            told: Json = day.isoformat()  # a day before or behind another one of the record: whether it does is decided
        else:
            told = None if of_record else _told(node.op, value(node.right), day)
        field = _told_as(node.left)
        if told is not None and field is not None:
            yield {field: told}
    elif isinstance(node, c.Field) and node.formula is None and node.type.kind == "flag":
        yield {node.name: True}
    elif isinstance(node, c.Not):
        yield {}  # what it is not it is not by what is not said of it: whether that does is decided
    elif isinstance(node, c.Literal) and value(node) is Truth.TRUE:
        yield {}


def _told_as(field: c.Field) -> str | None:
    """Return the field that says what a field is: itself, or the only one of its type that it is reckoned from."""
    if field.formula is None:
        return field.name
    told = {part.name for part in walk(field.formula) if isinstance(part, c.Field) and part.type == field.type}
    return told.pop() if len(told) == 1 else None


def _told(op: str, mark: Range, day: date) -> Json:
    """Return a value that compares so with another; None where none is seen."""
    match mark:
        case Words() if op == "=":
            return mark.exact
        case Dates() if mark.exact is not None:
            exact = mark.exact
            chosen = {"=": exact, ">=": max(day, exact), "<=": min(day, exact)}.get(op)
            if op == ">":
                chosen = day if day > exact else exact + _DAY
            if op == "<":
                chosen = day if day < exact else exact - _DAY
            return chosen.isoformat() if chosen is not None else None
        case Numbers() if mark.exact is not None and op in ("=", ">=", "<="):
            return _number(mark.exact)
        case Numbers() if mark.exact is not None and op == ">":
            return _number(mark.exact + Decimal(1))
        case Truth() if op == "=" and mark is not Truth.UNKNOWN:
            return mark is Truth.TRUE
        case _:
            return None


def _month(index: int) -> str:
    return f"{index // 12:04}-{index % 12 + 1:02}"


def _number(value: Decimal) -> Json:
    return int(value) if value == value.to_integral_value() else value
