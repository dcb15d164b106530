"""What a service tells about a partner, read in place.

Absent is unknown. A value without history is known for the day of the question only; on another day it is unknown,
except in dated lists (certifications, awards, monthly records), which carry their own dates. Facts have passed the
schema of ``evaluator.acceptance.facts_schema`` before they come here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

from dsl.builtin import AWARDS, BUILT_IN, CERTIFICATIONS, ENDLESS, INSTANTS
from dsl.core import Core, RecordsDecl, Type
from dsl.core.calendar import day_after, month_of
from dsl.core.ranges import NEVER, Dates, Range, everything, exactly
from dsl.core.reached import PROJECTED, REGISTER, Reached, of_list
from evaluator.acceptance.instants import counts_from, is_instant
from evaluator.explanation import Gap

Json = Any


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


@dataclass(frozen=True, slots=True)
class Records:
    """A list of records: ``rows`` None where nothing was told; ``partial`` where more may exist."""

    declaration: RecordsDecl
    rows: Sequence[Row] | None
    partial: bool
    covers: tuple[int, int] | None
    """First and last month the list tells of; None: all months (an empty or unmonthly list)."""
    pointer: str

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
        self._values: dict[tuple[str, date, bool], tuple[Range, tuple[Gap, ...]]] = {}
        self._records: dict[tuple[str, bool], Records] = {}
        self._days: dict[tuple[str, str], frozenset[date]] = {}
        self._by_month: dict[str, dict[int | None, list[int]]] = {}
        self._fields: dict[tuple[int, str], tuple[Mapping[str, Json], tuple[Range, tuple[Gap, ...]]]] = {}

    def section(self, name: str, projected: bool) -> Mapping[str, Json]:
        """Return the facts or records as told, or as projected."""
        base: Mapping[str, Json] = self.data.get("projected", {}) if projected else self.data
        section: Mapping[str, Json] = base.get(name, {})
        return section

    @property
    def is_projected(self) -> bool:
        """Whether anything is told as projected."""
        return any(self.data.get("projected", {}).values())

    @cached_property
    def few(self) -> Mapping[str, str | bool]:
        """Flags and choices that are told for all days at once: what of a partner many others tell too."""
        told = self.section("facts", False).items()
        return {name: value for name, value in sorted(told) if isinstance(value, bool | str) and self._is_few(name)}

    @cached_property
    def own(self) -> AbstractSet[str]:
        """All else that is told, as ``dsl.core.reached`` calls it, but a register without entries."""
        lists = map(of_list, self.section("records", False).keys() - ({AWARDS.name} if self._never_attained else set()))
        facts = self.section("facts", False).keys() - self.few.keys()
        return {*facts, *lists, *((PROJECTED,) if self.is_projected else ())}

    def alike(self, read: AbstractSet[str]) -> Mapping[str, Json] | None:
        """Return what those tell who tell the same of what is read, where that is what many tell: ``few``, and no entries.

        Args:
            read: names, as ``dsl.core.reached`` calls them.

        Returns:
            Facts of nobody at hand; None where more is told of what is read.
        """
        if not read.isdisjoint(self.own):
            return None
        if read.isdisjoint(self._common):
            return {}
        reaching = {name: value for name, value in self.few.items() if name in read}
        told: dict[str, Json] = {"facts": reaching} if reaching else {}
        if REGISTER in read and self._never_attained:
            told["records"] = {AWARDS.name: []}
        return told

    def reaching(self, names: AbstractSet[str], reached: Reached) -> AbstractSet[str]:
        """Return what is reached by, where facts of these names are told: with the register, where its checks read one."""
        awards = self._attained
        is_checked = awards is None or not reached.of_entries(awards).isdisjoint(names)
        return {*names, REGISTER} if is_checked else names

    @cached_property
    def _common(self) -> AbstractSet[str]:
        return {*self.few, REGISTER} if self._never_attained else self.few.keys()

    @cached_property
    def _attained(self) -> frozenset[str] | None:
        """The awards that the register has entries of; None where an entry does not say of which."""
        told: Json = self.section("records", False).get(AWARDS.name, ())
        rows = told["rows"] if isinstance(told, Mapping) else told
        awards = {row.get("award") for row in rows}
        return None if None in awards else frozenset(awards)

    @cached_property
    def _never_attained(self) -> bool:
        """Whether it is told that the register has no entries."""
        told: Json = self.section("records", False).get(AWARDS.name)
        return isinstance(told, list) and not told

    def _is_few(self, name: str) -> bool:
        return name in self.core.facts and self.core.facts[name].type.kind in ("flag", "choice")

    def is_told(self, name: str, projected: bool = False) -> bool:
        """Whether the caller gave a value of that name."""
        return name in self.section("facts", projected)

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
            return Records(declaration, None, True, None, pointer)
        wrapped = isinstance(raw, dict)
        items = self._plain(declaration, raw["rows"] if wrapped else raw)
        prefix = f"{pointer}/rows" if wrapped else pointer
        months = self._months_of(items) if declaration.monthly else [None] * len(items)
        rows = [Row(item, f"{prefix}/{index}", months[index]) for index, item in enumerate(items)]
        if declaration is AWARDS and rows:
            # What no rule knows is no award of this programme: it gives nobody an anniversary.
            known = {*self.core.awards, None}
            rows = [row for row in rows if row.data.get("award") in known]
        covers: tuple[int, int] | None = None
        if declaration.monthly:
            if wrapped and "covers" in raw:
                covers = (month_of(raw["covers"]["from"]), month_of(raw["covers"]["through"]))
            else:
                # A month before the first or behind the last that is told of is missing, not empty.
                told = [month for month in months if month is not None]
                if told:
                    covers = (min(told), max(told))
                elif items:
                    covers = (1, 0)
        return Records(declaration, rows, wrapped and raw.get("partial", False), covers, pointer)

    def _plain(self, declaration: RecordsDecl, items: Sequence[Mapping[str, Json]]) -> Sequence[Mapping[str, Json]]:
        """Return records with every value under its own name, and days for instants; those told so already are the caller's."""
        spelt: dict[str, Mapping[str, str]] = {
            name: dict(field.type.spellings) for name, field in declaration.fields.items() if field.type.spellings
        }
        if declaration is CERTIFICATIONS:
            spelt["certification"] = self.core.certifications
            for name in INSTANTS:
                if any(is_instant(item[name]) for item in items if name in item):
                    items = [with_days(item) for item in items]
        for name, spellings in spelt.items():
            plainly = [spellings.get(told := item.get(name, ""), told) for item in items]
            items = [
                item if name not in item or item[name] == known else {**item, name: known}
                for item, known in zip(items, plainly, strict=True)
            ]
        return items

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
