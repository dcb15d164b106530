"""Figures over records: aggregates and people, with what absent lists, partial lists and missing fields do to them.

The table in ``evaluator/README.md`` is this module in words, and is tested line by line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias, TypeVar

from dsl import core as c
from dsl.builtin import CERTIFICATIONS
from dsl.core import Aggregate, DifferentPeople, Expr, People
from dsl.core.algebra import numbers_of
from dsl.core.bounds import all_figures
from dsl.core.calendar import month_index, month_text, months_before
from dsl.core.ranges import (
    NEVER,
    ZERO,
    Dates,
    Numbers,
    Range,
    Truth,
    add,
    all_of,
    any_of,
    at_least,
    compare,
    everything,
    exactly,
    hull,
    is_settled,
    round_ratio,
    rounded,
)
from evaluator.explanation import Explanation, Gap
from evaluator.facts import Facts, Records, Row
from evaluator.moment import Moment
from evaluator.selection import EvaluateRow, Selected, Selections

_Ordered = TypeVar("_Ordered", Numbers, Dates)
_NONE = Numbers(ZERO, ZERO)
"""What a figure over no records is."""


def aggregate(
    node: Aggregate,
    records: Records,
    at: Moment,
    window: tuple[int, int] | None,
    selections: Selections,
    evaluate: EvaluateRow,
) -> Explanation:
    """Return the range of a figure over records on a day."""
    facts, day = selections.facts, at.day
    if records.rows is None or (day != facts.as_of and not facts.is_dated(records)):
        return Explanation(node, anything(node), gaps=(untold(records, day, facts.as_of),))
    chosen = selections.of(node, records, at, window, evaluate)
    _open_end(chosen, records, facts, day, window)
    mark = None if node.total is None else evaluate(node.total.right, Row({}, records.pointer))
    gaps = [*chosen.gaps, *(mark.missing() if mark is not None else ())]
    return Explanation(
        node, _figure(node, chosen, mark.range if mark is not None else None), gaps=merged(gaps, records.pointer)
    )


def untold(records: Records, day: date, as_of: date) -> Gap:
    """Return what is missing of a list that nobody told, or told as of another day."""
    return records.nothing_told() if day == as_of else records.ahead(day)


MOST_ROWS_TOLD = 20
"""Rows that are named one by one as lacking a field; where more do, one gap speaks of all (``*``)."""


def merged(gaps: Sequence[Gap], pointer: str) -> tuple[Gap, ...]:
    """Return the gaps without repetitions; a field that many rows of a list lack is told once."""
    unique = dict.fromkeys(gaps)
    if len(unique) <= MOST_ROWS_TOLD:
        return tuple(unique)
    by_field: dict[str, list[Gap]] = {}
    for gap in unique:
        name = gap.pointer.rpartition("/")[2] if gap.kind == "field" else ""
        by_field.setdefault(name, []).append(gap)
    result = by_field.pop("", [])
    for name, found in by_field.items():
        if len(found) <= MOST_ROWS_TOLD:
            result.extend(found)
        else:
            first = found[0]
            result.append(
                Gap(
                    "field",
                    f"{pointer}/*/{name}",
                    first.title,
                    first.type,
                    note=f"{len(found)} records lack it",
                    code="lack",
                    names=(str(len(found)),),
                )
            )
    return tuple(result)


def anything(node: Aggregate) -> Range:
    """Return all that a figure can be over records of which nothing is known."""
    return all_figures(node, Numbers(*_bounds(node)) if node.type.is_numeric else everything(node.type))


def _bounds(node: Aggregate) -> tuple[Decimal | None, Decimal | None]:
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


def _open_end(chosen: Selected, records: Records, facts: Facts, day: date, window: tuple[int, int] | None) -> None:
    """Note why records that nobody told of may be in a selection: that is told before all that its records lack."""
    is_ahead = day > facts.as_of and records.declaration.dated_by is not None
    gaps = [*([records.ahead(day)] if is_ahead else ()), *records.left_out()]
    missing = records.missing_months(*window) if window is not None else []
    if missing:
        ends = month_text(missing[0]), month_text(missing[-1])
        note = f"months {ends[0]} to {ends[1]} are not told of"
        gaps.append(Gap("months", records.pointer, records.declaration.title, note=note, code="months", names=ends))
    chosen.open_ended = bool(gaps)
    chosen.gaps[:0] = gaps


def _figure(node: Aggregate, chosen: Selected, mark: Range | None) -> Range:
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
            return _edge(node, _only(Dates, sure), _only(Dates, perhaps), chosen.open_ended)
        case _:
            reckon = {"sum": _sum, "average": _average, "largest": _extreme, "smallest": _extreme}[node.function]
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


def _distinct_with_total(total: c.Compare, chosen: Selected, mark: Range) -> Numbers:
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
    total = _NONE
    for value in (*sure, *(numbers_of(hull((value, _NONE))) for value in perhaps)):
        total = add(total, value)
    if open_ended:
        low, high = _bounds(node)
        return Numbers(
            total.low if low is not None and low >= 0 else None, total.high if high is not None and high <= 0 else None
        )
    return total


def _average(node: Aggregate, sure: list[Numbers], perhaps: list[Numbers], open_ended: bool) -> Range:
    rounding = node.rounding
    if rounding is None:
        raise AssertionError("an average has its rounding")
    if not open_ended and not perhaps:
        if not sure:
            return exactly(ZERO)
        total, size = _sum(node, sure, [], False), Decimal(len(sure))
        return Numbers(
            None if total.low is None else round_ratio(total.low, size, rounding),
            None if total.high is None else round_ratio(total.high, size, rounding),
        )
    if open_ended:
        return anything(node)
    return rounded(numbers_of(hull([*(sure or [_NONE]), *perhaps])), rounding)


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
    bound = _bounds(node)[0]
    return None if bound is None or low is None else min(bound, low, ZERO)


def _edge(node: Aggregate, sure: list[Dates], perhaps: list[Dates], open_ended: bool) -> Dates:
    """The earliest or latest day; of no days the earliest is never, the latest is before all days."""
    is_first = node.function == "earliest"
    nothing = NEVER if is_first else date.min
    found = _at_edge(sure, perhaps, Dates(nothing, nothing), first=is_first)
    if not open_ended:
        return found
    return Dates(None, found.high) if is_first else Dates(found.low, None)


# ---- people ---------------------------------------------------------------------------------------------------


def people(
    node: People, facts: Facts, day: date, projected: bool, valid: Valid, wanted: Sequence[frozenset[str]]
) -> Explanation:
    """Return how many different people hold a certification of enough of the lists on a day.

    ``wanted``: what each list names on the day.
    """
    records = facts.records("certifications", projected)
    if records.rows is None:
        return Explanation(node, Numbers(ZERO, None), gaps=(records.nothing_told(),))
    known = known_people(valid, node.least, wanted)
    if known is not None:
        return Explanation(node, Numbers(known, known))
    more = facts.untold(records, day, projected)
    persons, strangers, gaps = _holders(wanted, valid)
    held = [at_least(node.least, lists) for lists in persons.values()]
    low = sum(value is Truth.TRUE for value in held)
    high = sum(value is not Truth.FALSE for value in held) + len(strangers)
    if low == 0 and node.least == 1 and any(Truth.TRUE in lists for lists in strangers):
        low = 1
    figure = Numbers(Decimal(low), None if more else Decimal(high))
    return Explanation(node, figure, gaps=merged([*gaps, *more], records.pointer))


def known_people(valid: Valid, least: int, wanted: Sequence[frozenset[str]]) -> Decimal | None:
    """Return how many hold something of enough of the lists, where all is told: the short way of ``people``; else None."""
    holders = valid.holders
    if holders is None:
        return None
    if least == 1:
        counted = frozenset[str]().union(*wanted)
        return Decimal(len(set[str]().union(*[who for name, who in holders.items() if name in counted])))
    of_lists = [set[str]().union(*[who for name, who in holders.items() if name in names]) for names in wanted]
    counts = Counter(person for who in of_lists for person in who)
    return Decimal(sum(count >= least for count in counts.values()))


def different_people(
    node: DifferentPeople, facts: Facts, day: date, projected: bool, valid: Valid, wanted: Sequence[frozenset[str]]
) -> Explanation:
    """Return how many of the lists can be filled with a different person each: a maximum matching.

    ``wanted``: what each list names on the day.
    """
    records = facts.records("certifications", projected)
    size = Decimal(len(node.lists))
    if records.rows is None:
        return Explanation(node, Numbers(ZERO, size), gaps=(records.nothing_told(),))
    persons, strangers, gaps = _holders(wanted, valid)
    sure = [[value is Truth.TRUE for value in lists] for lists in persons.values()]
    perhaps = [[value is not Truth.FALSE for value in lists] for lists in (*persons.values(), *strangers)]
    low, high = Decimal(_matching(sure, len(node.lists))), Decimal(_matching(perhaps, len(node.lists)))
    more = facts.untold(records, day, projected)
    return Explanation(node, Numbers(low, size if more else high), gaps=merged([*gaps, *more], records.pointer))


def _matching(holds: Sequence[Sequence[bool]], lists: int) -> int:
    """Return the size of a maximum matching of people to lists (augmenting paths, Kuhn 1955)."""
    taken: dict[int, int] = {}

    def place(person: int, seen: set[int]) -> bool:
        for index in range(lists):
            if holds[person][index] and index not in seen:
                seen.add(index)
                if index not in taken or place(taken[index], seen):
                    taken[index] = person
                    return True
        return False

    return sum(place(person, set()) for person in range(len(holds)))


def _holders(
    wanted: Sequence[frozenset[str]], valid: Valid
) -> tuple[dict[str, list[Truth]], list[list[Truth]], list[Gap]]:
    """Return for each person whether it holds each list, the same for rows without a person, and what is missing."""
    gaps: list[Gap] = []
    persons: dict[str, list[Truth]] = {}
    strangers: list[list[Truth]] = []
    counted = frozenset().union(*wanted)
    for row, name, is_valid, missing in valid.rows if counted else ():
        if name is not None and name not in counted:
            continue
        truths = [_if_named(name, names, is_valid) for names in wanted]
        if Truth.UNKNOWN in truths:
            gaps.extend(missing)
        person = row.data.get("person")
        if person is None:
            # The person may be one of the others, or one more.
            strangers.append(truths)
            gaps.append(Gap("field", f"{row.pointer}/person", CERTIFICATIONS.fields["person"].title))
        else:
            before = persons.get(person)
            persons[person] = truths if before is None else [any_of(pair) for pair in zip(before, truths, strict=True)]
    return persons, strangers, gaps


class Valid(NamedTuple):
    """Certifications that are, or may be, valid on a day."""

    rows: Sequence[tuple[Row, str | None, Truth, Sequence[Gap]]]
    """The record, the name where it is told, whether it is valid, what is missing; in order."""
    holders: Mapping[str, set[str]] | None
    """Who holds each; None where a field or a record is missing that could say more."""


def valid_on(facts: Facts, day: date, projected: bool) -> Valid:
    """Return the certifications that are, or may be, valid on a day; looked at once for all who count them."""
    found: list[tuple[Row, str | None, Truth, Sequence[Gap]]] = []
    holders: dict[str, set[str]] = {}
    records, text = facts.records(CERTIFICATIONS.name, projected), day.isoformat()
    is_whole = records.rows is not None and not facts.untold(records, day, projected)
    for row in records.rows or ():
        told = row.data
        name, person, since, until = map(told.get, _FIELDS)
        if name is not None and since is not None and until is not None:
            # Days are of one form, so that texts are in their order; `none` comes after all of them.
            if not since <= text <= until:
                continue
            found.append((row, name, Truth.TRUE, ()))
            if person is not None:
                holders.setdefault(name, set()).add(person)
                continue
        else:
            is_valid, missing = _is_valid(row, facts, day)
            if is_valid is Truth.FALSE:
                continue
            found.append((row, name, is_valid, missing))
        is_whole = False
    return Valid(found, holders if is_whole else None)


_FIELDS = ("certification", "person", "earned", "expires")


def _is_valid(row: Row, facts: Facts, day: date) -> tuple[Truth, Sequence[Gap]]:
    """Whether a certification is earned and not expired on a day, and which fields are missing to know what it is."""
    _, name_gaps = facts.field(row, "certification", CERTIFICATIONS)
    earned, earned_gaps = facts.field(row, "earned", CERTIFICATIONS)
    expires, expires_gaps = facts.field(row, "expires", CERTIFICATIONS)
    today = exactly(day)
    value = all_of((compare("<=", earned, today), compare("<=", today, expires)))
    return value, [*name_gaps, *earned_gaps, *expires_gaps]


def _if_named(name: str | None, names: frozenset[str], valid: Truth) -> Truth:
    """Whether a certification that is valid so far counts for a list of names."""
    if not names:
        return Truth.FALSE
    if name is None:
        return Truth.UNKNOWN if valid is not Truth.FALSE else Truth.FALSE
    return valid if name in names else Truth.FALSE


def window_of(node: Aggregate, day: date, anniversary: date | None) -> tuple[int, int] | None:
    """Return the months of an aggregate's period on a day; None where it has none."""
    if node.over is None:
        return None
    if node.over.anniversary_year and anniversary is not None:
        return month_index(anniversary), months_before(day, 1, 0)[1]
    return months_before(day, node.over.months, node.over.back)
