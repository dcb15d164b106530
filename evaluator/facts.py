"""What a service tells about a partner, read in place.

Absent is unknown. A value without history is known for the day of the question only; on another day it is unknown,
except in dated lists (certifications, awards, monthly records), which carry their own dates. Facts have passed the
schema of ``evaluator.acceptance.facts_schema`` before they come here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypeAlias

from dsl.builtin import AWARDS, BUILT_IN, CERTIFICATIONS, ENDLESS, INSTANTS
from dsl.core import Core, RecordsDecl, Type
from dsl.core.calendar import day_after, month_of
from dsl.core.ranges import NEVER, Dates, Range, everything, exactly
from dsl.core.reached import PROJECTED, REGISTER, Reached, of_list
from evaluator.acceptance.instants import counts_from, is_instant
from evaluator.explanation import Gap
from evaluator.once import once

Json = Any


_OF_MANY = (bool, str)
_NOTHING: Mapping[str, Json] = {}


class Row(NamedTuple):
    """A record as given, with its JSON pointer."""

    data: Mapping[str, Json]
    pointer: str
    month: int | None = None
    """The month that a record of a monthly list is of, where it is told."""
    members: Members | None = None
    """The records of a group, where it is one and no record."""


Members: TypeAlias = Mapping[int, Sequence[Gap] | None]
"""Records by their places in a list; of those that may be among them what is missing to know that."""


class Records:
    """A list of records: ``told`` and ``rows`` None where nothing was told; ``partial`` where more may exist."""

    __slots__ = ("_months", "_prefix", "_rows", "covers", "declaration", "partial", "pointer", "told")

    def __init__(
        self,
        declaration: RecordsDecl,
        pointer: str,
        told: Sequence[Mapping[str, Json]] | None,
        *,
        partial: bool = True,
        covers: tuple[int, int] | None = None,
        prefix: str = "",
        months: Sequence[int | None] | None = None,
    ) -> None:
        """Take the records, each with its values under their own names, and the months that they are of.

        ``prefix``: the JSON pointer that their places follow.
        """
        self.declaration = declaration
        self.pointer = pointer
        self.told = told
        self.partial = partial
        self.covers = covers
        """First and last month the list tells of; None: all months (an empty or unmonthly list)."""
        self._prefix = prefix
        self._months = months
        self._rows: Sequence[Row] | None = None

    @property
    def rows(self) -> Sequence[Row] | None:
        """The records, each with its place."""
        if self._rows is None and self.told is not None:
            self._rows = self._placed(self.told)
        return self._rows

    def _placed(self, told: Sequence[Mapping[str, Json]]) -> Sequence[Row]:
        prefix, months = self._prefix, self._months
        if months is None:
            return [Row(item, f"{prefix}/{index}") for index, item in enumerate(told)]
        return [Row(item, f"{prefix}/{index}", months[index]) for index, item in enumerate(told)]

    def with_rows(self, rows: Sequence[Row]) -> Records:
        """Return the same with some of its records."""
        other = Records(
            self.declaration, self.pointer, [row.data for row in rows], partial=self.partial, covers=self.covers
        )
        other._rows = rows
        return other

    def missing_months(self, first: int, last: int) -> list[int]:
        """Return the months of a window that the list tells nothing of."""
        if self.covers is None:
            return []
        return [month for month in range(first, last + 1) if not self.covers[0] <= month <= self.covers[1]]

    def nothing_told(self) -> Gap:
        """Return what is missing where nothing was told of the list."""
        return Gap("records", self.pointer, self.declaration.title)

    def ahead(self, day: date) -> Gap:
        """Return what is missing where the list is needed as of another day than it is told for."""
        return Gap("history", self.pointer, self.declaration.title, None, day)

    def left_out(self) -> tuple[Gap, ...]:
        """Return what is missing where the list is marked as a part of all records."""
        if not self.partial:
            return ()
        note = "the list is marked partial"
        return (Gap("rows", self.pointer, self.declaration.title, note=note, code="partial"),)


class Facts:
    """The facts of one partner, asked about by name and date."""

    def __init__(self, core: Core, data: Mapping[str, Json], as_of: date) -> None:
        self.core = core
        self.data = data
        self.as_of = as_of
        self.now: Mapping[str, Json] = data.get("facts", _NOTHING)
        """The facts as told, which are so on the day of the question at least where they tell no history."""
        self._values: dict[tuple[str, date, bool], tuple[Range, tuple[Gap, ...]]] = {}
        self._records: dict[tuple[str, bool], Records] = {}
        self._days: dict[tuple[str, str], frozenset[date]] = {}
        self._by_month: dict[str, dict[int | None, list[int]]] = {}
        self.kept: dict[tuple[object, ...], Any] = {}
        """What others found in these facts, under names of their own."""
        self._fields: dict[tuple[int, str], tuple[Mapping[str, Json], tuple[Range, tuple[Gap, ...]]]] = {}

    def section(self, name: str, projected: bool) -> Mapping[str, Json]:
        """Return the facts or records as told, or as projected."""
        base: Mapping[str, Json] = self.data.get("projected", {}) if projected else self.data
        section: Mapping[str, Json] = base.get(name, {})
        return section

    @once
    def is_projected(self) -> bool:
        """Whether anything is told as projected."""
        return "projected" in self.data and any(self.data["projected"].values())

    @once
    def few(self) -> Mapping[str, str | bool]:
        """Flags and choices that are told for all days at once: what of a partner many others tell too."""
        told = self.now.items()
        few = [(name, value) for name, value in told if value.__class__ in _OF_MANY and self._is_few(name)]
        return dict(sorted(few) if len(few) > 1 else few)

    @once
    def own(self) -> AbstractSet[str]:
        """All else that is told, as ``dsl.core.reached`` calls it, but a register without entries."""
        own = set(self.now).difference(self.few)
        own.update(map(of_list, self.section("records", False)))
        if self.never_attained:
            own.remove(REGISTER)
        if self.is_projected:
            own.add(PROJECTED)
        return own

    def alike(self, read: AbstractSet[str]) -> Mapping[str, Json] | None:
        """Return what those tell who tell the same of what is read, where that is what many tell: ``few``, and no entries.

        Args:
            read: names, as ``dsl.core.reached`` calls them.

        Returns:
            Facts of nobody at hand; None where more is told of what is read.
        """
        for name, value in self.now.items():
            if name in read and not (value.__class__ in _OF_MANY and self._is_few(name)):
                return None  # seen at one look, before all that is told is put together
        if read.isdisjoint(self.reaching_all):
            return {}
        if not read.isdisjoint(self.own):
            return None
        reaching = {name: value for name, value in self.few.items() if name in read}
        told: dict[str, Json] = {"facts": reaching} if reaching else {}
        if REGISTER in read and self.never_attained:
            told["records"] = {AWARDS.name: []}
        return told

    def reaching(self, names: AbstractSet[str], reached: Reached) -> AbstractSet[str]:
        """Return what is reached by, where facts of these names are told: with the register, where its checks read one."""
        awards = self._attained
        is_checked = awards is None or not reached.of_entries(awards).isdisjoint(names)
        return {*names, REGISTER} if is_checked else names

    @once
    def reaching_all(self) -> AbstractSet[str]:
        """All that is told, as ``dsl.core.reached`` calls it: what reads nothing of it is as it is of nobody."""
        found = {*self.now, *map(of_list, self.section("records", False))}
        if self.is_projected:
            found.add(PROJECTED)
        return found

    @once
    def _attained(self) -> frozenset[str] | None:
        """The awards that the register has entries of; None where an entry does not say of which."""
        told: Json = self.section("records", False).get(AWARDS.name, ())
        rows = told["rows"] if isinstance(told, Mapping) else told
        awards = {row.get("award") for row in rows}
        return None if None in awards else frozenset(awards)

    @once
    def never_attained(self) -> bool:
        """Whether it is told that the register has no entries."""
        told: Json = self.section("records", False).get(AWARDS.name)
        return isinstance(told, list) and not told

    def _is_few(self, name: str) -> bool:
        return name in self.core.facts and self.core.facts[name].type.kind in ("flag", "choice")

    def is_told(self, name: str, projected: bool = False) -> bool:
        """Whether the caller gave a value of that name."""
        return name in (self.section("facts", True) if projected else self.now)

    def value(
        self, name: str, type_: Type, title: str, day: date, projected: bool = False
    ) -> tuple[Range, tuple[Gap, ...]]:
        """Return what a fact can be on a day, and what is missing to know it: read once, many ask for one."""
        key = (name, day, projected)
        if key not in self._values:
            self._values[key] = self._value(name, type_, title, day, projected)
        return self._values[key]

    def _value(self, name: str, type_: Type, title: str, day: date, projected: bool) -> tuple[Range, tuple[Gap, ...]]:
        pointer = f"{'/projected' if projected else ''}/facts/{name}"
        told = self.section("facts", projected)
        if name not in told:
            kind: Literal["fact", "history"] = "fact" if day == self.as_of else "history"
            return everything(type_), (Gap(kind, pointer, title, type_, None if day == self.as_of else day),)
        raw = told[name]
        if isinstance(raw, dict):
            past = [(date.fromisoformat(step["from"]), step["value"]) for step in raw["history"]]
            known = [value for start, value in sorted(past, key=lambda step: step[0]) if start <= day]
            if known and day <= self.as_of:
                return read(known[-1], type_), ()
        elif day == self.as_of or projected:
            return read(raw, type_), ()
        return everything(type_), (Gap("history", pointer, title, type_, day),)

    def records(self, name: str, projected: bool = False) -> Records:
        """Return a list as told."""
        key = (name, projected)
        if key not in self._records:
            self._records[key] = self._read_records(name, projected)
        return self._records[key]

    def _read_records(self, name: str, projected: bool) -> Records:
        declaration = BUILT_IN.get(name) or self.core.records[name]
        pointer = f"{'/projected' if projected else ''}/records/{name}"
        raw = self.section("records", projected).get(name)
        if raw is None:
            return Records(declaration, pointer, None)
        wrapped = raw.__class__ is not list
        items = raw["rows"] if wrapped else raw
        if declaration is CERTIFICATIONS:
            items = self._plain_certifications(items)
        elif any(field.type.spellings for field in declaration.fields.values()):
            items = _plain(declaration, items)
        months: Sequence[int | None] | None = None
        covers: tuple[int, int] | None = None
        if declaration.monthly:
            months = self._months_of(items)
            if wrapped and "covers" in raw:
                covers = (month_of(raw["covers"]["from"]), month_of(raw["covers"]["through"]))
            else:
                # A month before the first or behind the last that is told of is missing, not empty.
                told = [month for month in months if month is not None]
                if told:
                    covers = (min(told), max(told))
                elif items:
                    covers = (1, 0)
        found = Records(
            declaration, pointer, items, partial=wrapped and raw.get("partial", False), covers=covers,
            prefix=f"{pointer}/rows" if wrapped else pointer, months=months,
        )  # fmt: skip
        return self._known_awards(found) if declaration is AWARDS and items else found

    def _known_awards(self, found: Records) -> Records:
        """Leave out what no rule knows: it is no award of this programme, and gives nobody an anniversary."""
        known = {*self.core.awards, None}
        rows = found.rows or ()
        if all(row.data.get("award") in known for row in rows):
            return found
        return found.with_rows([row for row in rows if row.data.get("award") in known])

    def _plain_certifications(self, items: Sequence[Mapping[str, Json]]) -> Sequence[Mapping[str, Json]]:
        """Return certifications under their own names, and days for instants; those told so already are the caller's."""
        others = self.core.other_names
        is_plain = not others or others.isdisjoint([item.get("certification", "") for item in items])
        if is_plain and not any(is_instant(item["earned"]) for item in items if "earned" in item):
            return items
        return [with_days(_spelt(one, "certification", self.core.certifications)) for one in items]

    def _months_of(self, items: Sequence[Mapping[str, Json]]) -> list[int | None]:
        """Return the month of each record; a month that many are of is read once."""
        read_once: dict[str, int] = {}
        for item in items:
            if "month" in item and item["month"] not in read_once:
                read_once[item["month"]] = month_of(item["month"])
        return [read_once[item["month"]] if "month" in item else None for item in items]

    def untold(self, records: Records, day: date, projected: bool) -> tuple[Gap, ...]:
        """Return why records that nobody told of may count on a day too: a partial list, or a day that lies ahead."""
        is_ahead = day > self.as_of and not projected
        return (*records.left_out(), records.ahead(day)) if is_ahead else records.left_out()

    def is_dated(self, records: Records) -> bool:
        """Whether the list tells of other days than the question's."""
        return records.declaration.monthly or records.declaration.dated_by is not None

    def field(self, row: Row, name: str, declaration: RecordsDecl) -> tuple[Range, tuple[Gap, ...]]:
        """Return what a field of a record can be; read once, however many figures look at it."""
        key = (id(row.data), name)
        if key not in self._fields:
            # With its record: an identity is one object's only as long as that is there.
            self._fields[key] = (row.data, self._field(row, name, declaration))
        return self._fields[key][1]

    def _field(self, row: Row, name: str, declaration: RecordsDecl) -> tuple[Range, tuple[Gap, ...]]:
        field = declaration.fields[name]
        if name not in row.data and row.members is not None:
            return everything(field.type), ()  # of a group: which records are in it is told of each of them
        if name not in row.data:
            return everything(field.type), (Gap("field", f"{row.pointer}/{name}", field.title, field.type),)
        raw = row.data[name]
        if raw == "none" and name in ENDLESS:
            return exactly(NEVER), ()
        return read(raw, field.type), ()

    def days_of(self, name: str, projected: bool) -> frozenset[date]:
        """Return the days on which what is told of a fact begins or ceases to be so."""
        raw = self.section("facts", projected).get(name)
        today = {self.as_of, day_after(self.as_of)}
        if isinstance(raw, dict):
            today.update(date.fromisoformat(step["from"]) for step in raw["history"])
        return frozenset(today)

    def days_in(self, records: Records, field: str) -> frozenset[date]:
        """Return the days that stand in a field of a list."""
        key = (records.pointer, field)
        if key not in self._days:
            told = (row.data.get(field) for row in records.rows or ())
            self._days[key] = frozenset(date.fromisoformat(raw) for raw in told if raw is not None and raw != "none")
        return self._days[key]

    def months_in(self, records: Records) -> frozenset[int]:
        """Return the months that a list tells of."""
        return frozenset(month for month in self._months_by_row(records) if month is not None)

    def rows_of(self, records: Records, window: tuple[int, int]) -> list[int]:
        """Return the indexes of the rows whose months are, or may be, in a window."""
        by_month = self._months_by_row(records)
        inside = (month for month in by_month if month is None or window[0] <= month <= window[1])
        return sorted(index for month in inside for index in by_month[month])

    def _months_by_row(self, records: Records) -> Mapping[int | None, list[int]]:
        if records.pointer not in self._by_month:
            found = self._by_month[records.pointer] = {}
            for index, row in enumerate(records.rows or ()):
                found.setdefault(row.month, []).append(index)
        return self._by_month[records.pointer]


def _plain(declaration: RecordsDecl, items: Sequence[Mapping[str, Json]]) -> Sequence[Mapping[str, Json]]:
    """Return records with every value under its own name; those told so already are the caller's."""
    for name, field in declaration.fields.items():
        if field.type.spellings:
            spellings = dict(field.type.spellings)
            items = [_spelt(item, name, spellings) for item in items]
    return items


def _spelt(item: Mapping[str, Json], name: str, spellings: Mapping[str, str]) -> Mapping[str, Json]:
    told = item.get(name, "")
    known = spellings.get(told, told)
    return item if known == told else {**item, name: known}


def with_days(record: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return a record of a built-in list with the first day that counts where it tells an instant."""
    told = {name: record[name] for name in INSTANTS if name in record and is_instant(record[name])}
    return {**record, **{name: counts_from(value).isoformat() for name, value in told.items()}} if told else record


def read(raw: Json, type_: Type) -> Range:
    """Read a JSON value that the schema has accepted as a known value of the type."""
    if type_.kind == "date":
        return Dates(NEVER, NEVER) if raw == "none" else exactly(counts_from(raw))
    if type_.is_numeric:
        # A float is what it is written as, not the binary fraction next to it.
        return exactly(Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw))
    if isinstance(raw, str):
        return exactly(type_.value_of(raw))
    if isinstance(raw, bool):
        return exactly(raw)
    raise TypeError(f"{raw!r} is no {type_}")
