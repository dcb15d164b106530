"""The tables that hold the facts of many partners: which there are for a vocabulary, and what each column is.

A value that nobody told is NULL. What the vocabulary declares begins with ``f_``, so that no fact, measure or field can
have the name of a column of the layout. The same tables in the folder ``projected`` hold the projected facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dsl.builtin import BUILT_IN, ENDLESS
from dsl.core import Core, FieldDecl, NamedDecl, RecordsDecl, Type
from evaluator.limits import DIGITS, PLACES

Holds: TypeAlias = Literal["flag", "whole", "exact", "day", "text", "month", "number of row"]
"""What a column holds."""

FACT_DIGITS = DIGITS + 1 + PLACES
"""Digits of an exact column: facts may be as large as a one with ``DIGITS`` zeros."""
SQL_TYPES: dict[Holds, str] = {
    "flag": "BOOLEAN",
    "whole": "BIGINT",
    "exact": f"DECIMAL({FACT_DIGITS},{PLACES})",
    "day": "DATE",
    "text": "VARCHAR",
    "month": "INTEGER",
    "number of row": "INTEGER",
}
"""The type of a column in the words of DuckDB."""

PARTNER = "partner"
ROW = "row"
MONTH = "month"
PARTNERS = "partners"
HISTORY = "fact_history"
PROJECTED = "projected/"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it holds, and what that is for readers."""

    name: str
    holds: Holds
    title: str
    declared: FieldDecl | NamedDecl | None = None
    """What the vocabulary says of it; None where it is the layout's own."""
    endless: bool = False
    """A day that may be 9999-12-31: what does not end."""

    @property
    def sql_type(self) -> str:
        """Its type in the words of DuckDB."""
        return SQL_TYPES[self.holds]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its path in the folder without its suffix, and its columns."""

    name: str
    columns: tuple[Column, ...]
    records: RecordsDecl | None = None
    """The list whose rows it has."""

    @property
    def is_projected(self) -> bool:
        """Whether it holds projected facts."""
        return self.name.startswith(PROJECTED)

    @property
    def file(self) -> str:
        """The file in the folder of facts."""
        return f"{self.name}.parquet"


class NamesAlike(ValueError):
    """Two names of the vocabulary differ in capital letters alone: they would be one column."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables of a vocabulary."""

    tables: tuple[Table, ...]

    def __getitem__(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)

    def lists(self, *, projected: bool = False) -> Iterator[Table]:
        """Yield the tables of lists of records."""
        return (table for table in self.tables if table.records is not None and table.is_projected is projected)


def layout_of(core: Core) -> Layout:
    """Return the tables for the vocabulary of a core.

    Raises:
        NamesAlike: two names would be one column.
    """
    told: list[FieldDecl | NamedDecl] = [
        *core.facts.values(),
        *(named for named in core.named.values() if named.supplied),
    ]
    lists = [*BUILT_IN.values(), *core.records.values()]
    partners = (
        Column(PARTNER, "text", "The partner's name"),
        *(_declared(one) for one in told),
        *(column for one in lists for column in _of_list(one)),
    )
    history = (
        Column(PARTNER, "text", "The partner's name"),
        Column("name", "text", "A fact or measure that is told with its values over time"),
        Column("from", "day", "First day of the value"),
        Column("value", "text", "The value, as JSON has it without quotes"),
    )
    tables: list[Table] = []
    for prefix in ("", PROJECTED):
        tables += [Table(f"{prefix}{PARTNERS}", partners), Table(f"{prefix}{HISTORY}", history)]
        tables += [Table(f"{prefix}records/{one.name}", _rows(one), one) for one in lists]
    for table in tables:
        _all_differ([column.name for column in table.columns])
    _all_differ([table.name for table in tables])
    return Layout(tuple(tables))


def _all_differ(names: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other is not name:
            raise NamesAlike(f"`{other}` and `{name}` differ in capital letters alone: give one of them another name")


def _declared(one: FieldDecl | NamedDecl, *, endless: bool = False) -> Column:
    return Column(f"f_{one.name}", _holds(one.type), one.title, one, endless)


def _holds(type_: Type) -> Holds:
    match type_.kind:
        case "flag":
            return "flag"
        case "count":
            return "whole"
        case "date":
            return "day"
        case "choice" | "text":
            return "text"
        case _:
            return "exact"


def _of_list(one: RecordsDecl) -> Iterator[Column]:
    yield Column(f"told_{one.name}", "flag", f"{one.title}: whether the list is told; an empty list is told too")
    yield Column(f"partial_{one.name}", "flag", f"{one.title}: whether there are rows that are not told")
    if one.monthly:
        yield Column(f"covers_from_{one.name}", "month", f"{one.title}: first month that the list tells of")
        yield Column(f"covers_through_{one.name}", "month", f"{one.title}: last month that the list tells of")


def _rows(one: RecordsDecl) -> tuple[Column, ...]:
    built_in = one.name in BUILT_IN
    fields = [
        _declared(field, endless=built_in and field.name in ENDLESS)
        for field in one.fields.values()
        if field.formula is None
    ]
    month = [Column(MONTH, "month", "The month, counted as 12 times the year plus the month less one")]
    return (
        Column(PARTNER, "text", "The partner's name"),
        Column(ROW, "number of row", "The place in the partner's list, from 0"),
        *(month if one.monthly else []),
        *fields,
    )
