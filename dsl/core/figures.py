"""Figures over records: what they come to, from the values of the records that are, or may be, in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypeVar

from dsl import core as c
from dsl.core import Aggregate, Expr, Grouped
from dsl.core.algebra import numbers_of
from dsl.core.bounds import all_figures
from dsl.core.ranges import (
    NEVER,
    ZERO,
    Dates,
    Numbers,
    Range,
    Truth,
    add,
    compare,
    everything,
    exactly,
    hull,
    is_settled,
    round_ratio,
    rounded,
)

_Ordered = TypeVar("_Ordered", Numbers, Dates)
_NONE = Numbers(ZERO, ZERO)
"""What a figure over no records is."""


@dataclass(slots=True)
class Chosen:
    """Records that are, or may be, in the selection, with the value of each."""

    values: list[tuple[Truth, Range]] = field(default_factory=list)
    alike: list[tuple[Range, ...]] = field(default_factory=list)
    """Of each value what else it must share with another one to count as one with it."""
    amounts: list[Numbers] = field(default_factory=list)
    """Of each value what it adds to the total of those that count as one with it."""
    open_ended: bool = False
    """Records that nobody told of may belong to the selection too."""


def of_groups(node: Grouped, groups: Sequence[tuple[Truth, Range]], more: Range | None) -> Range:
    """Return what a figure over groups of records comes to.

    Args:
        node: the figure.
        groups: whether there is a group, and what it gives.
        more: what each of any number of further groups may give; None: there are none.
    """
    sure = [value for is_there, value in groups if is_there is Truth.TRUE]
    perhaps = [value for is_there, value in groups if is_there is not Truth.TRUE]
    match node.function:
        case "count":
            most = sum(value is not Truth.FALSE for value in (*sure, *perhaps))
            endless = more is not None and more is not Truth.FALSE
            return Numbers(Decimal(sum(value is Truth.TRUE for value in sure)), None if endless else Decimal(most))
        case "sum":
            total = _total(_only(Numbers, sure), _only(Numbers, perhaps))
            return total if not isinstance(more, Numbers) else _with_any_number(total, more.low, more.high)
        case _:
            # Of any number within a range the first, the last and the mean lie within it too.
            perhaps += [more] if more is not None else []
            match node.function:
                case "average":
                    return _average(node.rounding, _only(Numbers, sure), _only(Numbers, perhaps))
                case "largest" | "smallest":
                    first = node.function == "smallest"
                    return _at_edge(_only(Numbers, sure), _only(Numbers, perhaps), _NONE, first=first)
                case _:
                    return _edge(node.function, _only(Dates, sure), _only(Dates, perhaps), False)


def anything(node: Aggregate | Grouped) -> Range:
    """Return all that a figure can be over records of which nothing is known."""
    if isinstance(node, Grouped):
        # What a group gives may leave the bounds of its type.
        return all_figures(node, everything(replace(node.value.type, low=None, high=None)))
    return all_figures(node, Numbers(*value_bounds(node)) if node.type.is_numeric else everything(node.type))


def value_bounds(node: Aggregate) -> tuple[Decimal | None, Decimal | None]:
    """Return the bounds of each value: those of a field as it may be told; a formula may leave the field's own."""
    return _bounds_of(node.value) if isinstance(node.value, c.Field) else (node.type.low, node.type.high)


def _bounds_of(value: c.Expr) -> tuple[Decimal | None, Decimal | None]:
    if isinstance(value, c.Field) and value.formula is not None:
        return None if _may_be_negative(value.formula) else ZERO, None
    return value.type.low, value.type.high


def _may_be_negative(expr: Expr) -> bool:
    if isinstance(expr, c.Field) and expr.formula is not None:
        return _may_be_negative(expr.formula)
    if isinstance(expr, c.Arithmetic):
        return expr.op == "-" or _may_be_negative(expr.left) or _may_be_negative(expr.right)
    if isinstance(expr, c.Literal) and isinstance(expr.value, Decimal):
        return expr.value < 0
    return expr.type.low is None or expr.type.low < 0


def figure(node: Aggregate, chosen: Chosen, mark: Range | None) -> Range:
    """Return what a figure comes to.

    Args:
        node: the figure.
        chosen: the records in it.
        mark: what the total of those that count as one has to come to, where one is asked for.
    """
    sure = [value for inside, value in chosen.values if inside is Truth.TRUE]
    perhaps = [value for inside, value in chosen.values if inside is Truth.UNKNOWN]
    match node.function:
        case "count" if node.total is not None and mark is not None:
            return _distinct_with_total(node.total, chosen, mark)
        case "count" if node.distinct:
            keys = [
                (inside, _key(value, also)) for (inside, value), also in zip(chosen.values, chosen.alike, strict=True)
            ]
            return _distinct(keys, chosen.open_ended)
        case "count":
            return _count(len(sure), len(perhaps), chosen.open_ended)
        case "earliest" | "latest":
            return _edge(node.function, _only(Dates, sure), _only(Dates, perhaps), chosen.open_ended)
        case "average" if chosen.open_ended:
            return anything(node)
        case "average":
            return _average(node.rounding, _only(Numbers, sure), _only(Numbers, perhaps))
        case _:
            reckon = {"sum": _sum, "largest": _extreme, "smallest": _extreme}[node.function]
            return reckon(node, _only(Numbers, sure), _only(Numbers, perhaps), chosen.open_ended)


def _only(kind: type[_Ordered], values: list[Range]) -> list[_Ordered]:
    return [value for value in values if isinstance(value, kind)]


def _count(sure: int, perhaps: int, open_ended: bool) -> Numbers:
    return Numbers(Decimal(sure), None if open_ended else Decimal(sure + perhaps))


_Key: TypeAlias = tuple[Range, ...] | None
"""What makes a record one with others; None where it is not settled."""


def _key(value: Range, also: tuple[Range, ...]) -> _Key:
    parts = (value, *also)
    return parts if all(map(is_settled, parts)) else None


def _distinct(keys: list[tuple[Truth, _Key]], open_ended: bool) -> Numbers:
    """Different keys: unsettled ones may equal others, or each be one more."""
    sure = [key for inside, key in keys if inside is Truth.TRUE]
    known = {key for key in sure if key is not None}
    low = max(len(known), 1 if sure else 0)
    every = {key for _, key in keys if key is not None}
    unsettled = sum(key is None for _, key in keys)
    return Numbers(Decimal(low), None if open_ended else Decimal(len(every) + unsettled))


def _distinct_with_total(total: c.Compare, chosen: Chosen, mark: Range) -> Numbers:
    """Different keys whose records have enough together.

    A record that may be outside, or whose key is not settled, may add to the total of any key or not, and an open-ended
    list may hold more of each; one of an unsettled key may also be a key of its own.
    """
    totals: dict[tuple[Range, ...], Numbers] = {}
    sure: set[tuple[Range, ...]] = set()
    strays = _NONE
    number_of_strays = 0
    for (inside, value), also, amount in zip(chosen.values, chosen.alike, chosen.amounts, strict=True):
        key = _key(value, also)
        if key is not None and inside is Truth.TRUE:
            sure.add(key)
        if key is None or inside is Truth.UNKNOWN:
            amount = numbers_of(hull((amount, _NONE)))
        if key is None:
            strays = add(strays, amount)
            number_of_strays += 1
        else:
            totals[key] = add(totals.get(key, _NONE), amount)
    if chosen.open_ended:
        low, high = _bounds_of(total.left)
        more = Numbers(ZERO if low is not None and low >= 0 else None, ZERO if high is not None and high <= 0 else None)
        strays = add(strays, more)
    met = {key: compare(total.op, add(amount, strays), mark) for key, amount in totals.items()}
    least = sum(met[key] is Truth.TRUE for key in sure)
    most = sum(value is not Truth.FALSE for value in met.values()) + number_of_strays
    return Numbers(Decimal(least), None if chosen.open_ended else Decimal(most))


def _sum(node: Aggregate, sure: list[Numbers], perhaps: list[Numbers], open_ended: bool) -> Numbers:
    total = _total(sure, perhaps)
    return _with_any_number(total, *value_bounds(node)) if open_ended else total


def _total(sure: list[Numbers], perhaps: list[Numbers]) -> Numbers:
    total = _NONE
    for value in (*sure, *(numbers_of(hull((value, _NONE))) for value in perhaps)):
        total = add(total, value)
    return total


def _with_any_number(total: Numbers, low: Decimal | None, high: Decimal | None) -> Numbers:
    """Return a total with any number of values more, each between two bounds."""
    return Numbers(
        total.low if low is not None and low >= 0 else None, total.high if high is not None and high <= 0 else None
    )


def _average(rounding: c.RoundTo | None, sure: list[Numbers], perhaps: list[Numbers]) -> Range:
    if rounding is None:
        raise AssertionError("an average has its rounding")
    if perhaps:
        return rounded(numbers_of(hull([*(sure or [_NONE]), *perhaps])), rounding)
    if not sure:
        return exactly(ZERO)
    total, size = _total(sure, []), Decimal(len(sure))
    return Numbers(
        None if total.low is None else round_ratio(total.low, size, rounding),
        None if total.high is None else round_ratio(total.high, size, rounding),
    )


def _at_edge(sure: list[_Ordered], perhaps: list[_Ordered], nothing: _Ordered, *, first: bool) -> _Ordered:
    """Return the first (or last) in order of the sure values and any of the others; of no values it is ``nothing``."""
    wide = hull([*(sure or [nothing]), *perhaps])
    if not isinstance(wide, type(nothing)):
        raise AssertionError("values have a hull of their kind")
    if not sure:
        return wide
    # Whatever the others are, none of the sure ones comes before it (or after it).
    ends = [end for value in sure if (end := value.high if first else value.low) is not None]
    nearest = (min(ends) if first else max(ends)) if ends else None
    return type(nothing)(wide.low, nearest) if first else type(nothing)(nearest, wide.high)


def _extreme(node: Aggregate, sure: list[Numbers], perhaps: list[Numbers], open_ended: bool) -> Numbers:
    """The largest or smallest value; of no values it is 0."""
    is_largest = node.function == "largest"
    found = _at_edge(sure, perhaps, _NONE, first=not is_largest)
    if not open_ended:
        return found
    low = found.low if is_largest and sure else _anything_low(node, found.low)
    return Numbers(low, found.high if sure and not is_largest else None)


def _anything_low(node: Aggregate, low: Decimal | None) -> Decimal | None:
    bound = value_bounds(node)[0]
    return None if bound is None or low is None else min(bound, low, ZERO)


def _edge(function: str, sure: list[Dates], perhaps: list[Dates], open_ended: bool) -> Dates:
    """The earliest or latest day; of no days the earliest is never, the latest is before all days."""
    is_first = function == "earliest"
    nothing = NEVER if is_first else date.min
    found = _at_edge(sure, perhaps, Dates(nothing, nothing), first=is_first)
    if not open_ended:
        return found
    return Dates(None, found.high) if is_first else Dates(found.low, None)
