"""Figures over records: aggregates and people, with what absent lists, partial lists and missing fields do to them.

The table in ``evaluator/README.md`` is this module, with ``dsl.core.figures``, in words, and is tested line by line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set as AbstractSet
from datetime import date
from decimal import Decimal

from dsl.builtin import CERTIFICATIONS
from dsl.core import Aggregate, DifferentPeople, Grouped, OfRecords, People, Total
from dsl.core.calendar import month_index, month_text, months_before
from dsl.core.figures import anything, figure, of_groups
from dsl.core.ranges import (
    ZERO,
    Numbers,
    Truth,
    all_of,
    any_of,
    at_least,
    compare,
    exactly,
    is_settled,
)
from evaluator.explanation import Explanation, Gap, OfGroup
from evaluator.facts import Facts, Records, Row
from evaluator.moment import Moment
from evaluator.once import once
from evaluator.selection import EvaluateRow, Selections


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
    gaps = open_end(records, facts, day, window)
    chosen.open_ended = bool(gaps)
    mark = None if node.total is None else evaluate(node.total.right, Row({}, records.pointer))
    # Why more may be in it is told before all that its records lack.
    gaps += [*chosen.gaps, *(mark.missing() if mark is not None else ())]
    return Explanation(
        node, figure(node, chosen, mark.range if mark is not None else None), gaps=merged(gaps, records.pointer)
    )


def grouped(
    node: Grouped,
    records: Records,
    at: Moment,
    window: tuple[int, int] | None,
    selections: Selections,
    evaluate: EvaluateRow,
    of_group: EvaluateRow,
) -> Explanation:
    """Return the range of a figure over groups of records on a day.

    Records that nobody told of, and those of which it is not known in which group they are, may be in any group, or in
    groups of their own.
    """
    facts, day = selections.facts, at.day
    if records.rows is None or (day != facts.as_of and not facts.is_dated(records)):
        more = of_group(node.value, Row({}, f"{records.pointer}#", None, {}))
        gaps = [untold(records, day, facts.as_of), *more.missing()]
        return Explanation(node, of_groups(node, [], more.range), gaps=merged(gaps, records.pointer))
    gaps = open_end(records, facts, day, window)
    groups = selections.groups(node, records, at, window, evaluate, open_ended=bool(gaps))
    found = [(is_there, of_group(node.value, row)) for is_there, row in groups.rows]
    values = [(is_there, value.range) for is_there, value in found]
    further: Explanation | None = None
    if gaps or groups.strays:
        further = of_group(node.value, groups.further)
        values += [(Truth.UNKNOWN, further.range)] * len(groups.strays)
    range_ = of_groups(node, values, further.range if further is not None and gaps else None)
    below = [gap for _, value in found for gap in value.missing()]
    below += further.missing() if further is not None else ()
    named = [_named(node, row, value, of_group) for (_, row), (_, value) in zip(groups.rows, found, strict=True)]
    return Explanation(
        node, range_, gaps=merged([*gaps, *groups.gaps, *below], records.pointer), chosen=tuple(sorted(named))
    )


def _named(node: Grouped, row: Row, given: Explanation, of_group: EvaluateRow) -> OfGroup:
    """Return a group by its name, with what it gives: whether that is the most that it can, where there is a cap."""
    cap = of_group(node.value.cap, row).range if isinstance(node.value, Total) and node.value.cap is not None else None
    is_most = cap is not None and is_settled(given.range) and given.range == cap
    return OfGroup(" / ".join(map(str, row.data.values())), given.range, is_most=is_most)


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


def open_end(records: Records, facts: Facts, day: date, window: tuple[int, int] | None) -> list[Gap]:
    """Return why records that nobody told of may be in a selection; nothing where none may."""
    is_ahead = day > facts.as_of and records.declaration.dated_by is not None
    gaps = [*([records.ahead(day)] if is_ahead else ()), *records.left_out()]
    missing = records.missing_months(*window) if window is not None else []
    if missing:
        ends = month_text(missing[0]), month_text(missing[-1])
        note = f"months {ends[0]} to {ends[1]} are not told of"
        gaps.append(Gap("months", records.pointer, records.declaration.title, note=note, code="months", names=ends))
    return gaps


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
    if valid.holders is not None:
        known = known_people(valid.holders, node.least, wanted)
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


def known_people(holders: Mapping[str, AbstractSet[str]], least: int, wanted: Sequence[frozenset[str]]) -> Decimal:
    """Return how many hold something of enough of the lists, where it is known who holds what: the short way of ``people``."""
    if least == 1:
        counted = wanted[0] if len(wanted) == 1 else frozenset[str]().union(*wanted)
        found = _of_any(holders, counted)
        count = len(found[0]) if len(found) == 1 else len(set[str]().union(*found))
    else:
        of_lists = (set[str]().union(*_of_any(holders, names)) for names in wanted)
        counts = Counter(person for who in of_lists for person in who)
        count = sum(one >= least for one in counts.values())
    return _COUNTS[count] if count < len(_COUNTS) else Decimal(count)


_COUNTS = tuple(map(Decimal, range(64)))


def _of_any(holders: Mapping[str, AbstractSet[str]], names: frozenset[str]) -> list[AbstractSet[str]]:
    """Return who holds each thing that a list names."""
    if len(names) < len(holders):
        return [holders[name] for name in names if name in holders]
    return [holders[name] for name in holders if name in names]


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


class Valid:
    """Certifications that are, or may be, valid on a day."""

    def __init__(self, facts: Facts, day: date, projected: bool) -> None:
        self._facts = facts
        self._day = day
        self._records = facts.records(CERTIFICATIONS.name, projected)
        is_whole = self._records.told is not None and not facts.untold(self._records, day, projected)
        self.holders: Mapping[str, set[str]] | None = self._who_holds() if is_whole else None
        """Who holds each; None where a field or a record is missing that could say more."""

    def _who_holds(self) -> Mapping[str, set[str]] | None:
        holders: dict[str, set[str]] = {}
        text = self._day.isoformat()
        try:
            for told in self._records.told or ():
                # Days are of one form, so that texts are in their order; `none` comes after all of them.
                if told["earned"] <= text <= told["expires"]:
                    name, person = told["certification"], told["person"]
                    if name in holders:
                        holders[name].add(person)
                    else:
                        holders[name] = {person}
        except KeyError:
            return None  # a field is missing
        return holders

    @once
    def rows(self) -> Sequence[tuple[Row, str | None, Truth, Sequence[Gap]]]:
        """The record, the name where it is told, whether it is valid, what is missing; in order."""
        found: list[tuple[Row, str | None, Truth, Sequence[Gap]]] = []
        text = self._day.isoformat()
        for row in self._records.rows or ():
            told = row.data
            name, since, until = told.get("certification"), told.get("earned"), told.get("expires")
            if name is not None and since is not None and until is not None:
                if since <= text <= until:
                    found.append((row, name, Truth.TRUE, ()))
                continue
            is_valid, missing = _is_valid(row, self._facts, self._day)
            if is_valid is not Truth.FALSE:
                found.append((row, name, is_valid, missing))
        return found


def valid_on(facts: Facts, day: date, projected: bool) -> Valid:
    """Return the certifications that are, or may be, valid on a day; looked at once for all who count them."""
    key = ("valid", day, projected)
    found: Valid | None = facts.kept.get(key)
    if found is None:
        found = facts.kept[key] = Valid(facts, day, projected)
    return found


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


def window_of(node: OfRecords, day: date, anniversary: date | None) -> tuple[int, int] | None:
    """Return the months of an aggregate's period on a day; None where it has none."""
    if node.over is None:
        return None
    if node.over.anniversary_year and anniversary is not None:
        return month_index(anniversary), months_before(day, 1, 0)[1]
    return months_before(day, node.over.months, node.over.back)
