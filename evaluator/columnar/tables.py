"""A folder of facts: the tables of a layout as somebody filled them, looked at before anything is read of a partner.

A table is a file, or a folder of files as other engines write them. What does not fit the layout is told with its
column: a table or column that is not there, one that nobody knows, one of a wrong type.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dsl.diagnostics import nearest
from evaluator.columnar.database import named, quoted
from evaluator.columnar.layout import PARTNERS, Column, Layout, Table
from evaluator.columnar.stopped import Stopped, told_plainly
from evaluator.limits import DIGITS, PLACES

_END = 64 * 1024
"""Bytes at the end of a file, where Parquet says what is in it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The tables of a folder, fit to be read."""

    folder: Path
    layout: Layout
    files: dict[str, tuple[Path, ...]]
    """The files of each table."""
    rows: dict[str, int]
    """How many rows each table has."""
    fingerprint: str
    """Changes when a table does."""

    def sql(self, table: Table) -> str:
        """Return a table as SQL reads it, every column in the type of the layout."""
        files = ", ".join(quoted(str(path)) for path in self.files[table.name])
        columns = ", ".join(f"CAST({named(one.name)} AS {one.sql_type}) AS {named(one.name)}" for one in table.columns)
        return f"(SELECT {columns} FROM read_parquet([{files}]))"


def open_facts(folder: Path, layout: Layout) -> Facts:
    """Return the tables of a folder.

    Raises:
        Stopped: a table is not there, is none, or does not fit the layout.
    """
    if not folder.is_dir():
        raise Stopped(
            f"there is no folder `{folder}`", "`merit batch --layout RULES --out DIR` writes one with empty tables"
        )
    hashed = hashlib.sha256()
    files: dict[str, tuple[Path, ...]] = {}
    rows: dict[str, int] = {}
    for table in layout.tables:
        files[table.name] = _files(folder, table)
        for path in files[table.name]:
            rows[table.name] = rows.get(table.name, 0) + _look_at(path, table)
            hashed.update(_told_of(path, folder))
    return Facts(folder, layout, files, rows, hashed.hexdigest())


def look_at_days(base: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    """See that every day is one of the calendar: a table can hold days that no calendar has.

    Raises:
        Stopped: a day is none.
    """
    for table in facts.layout.tables:
        days = [column for column in table.columns if column.holds == "day"]
        if not days or not facts.rows[table.name]:
            continue
        ends = ", ".join(f"min({named(one.name)})::VARCHAR, max({named(one.name)})::VARCHAR" for one in days)
        wrong = " OR ".join(f"{named(one.name)} NOT BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'" for one in days)
        found = base.execute(f"SELECT {ends} FROM {facts.sql(table)} WHERE {wrong}").fetchall()[0]
        if any(one is not None for one in found):
            day = next(one for one in found if one is not None)
            raise Stopped(
                f"`{table.file}` holds a day outside of the calendar ({day})",
                "write NULL where a day is not told, and 9999-12-31 for what does not end",
            )


def _files(folder: Path, table: Table) -> tuple[Path, ...]:
    path = folder / table.file
    if path.is_dir():
        inside = tuple(sorted(one for one in path.rglob("*.parquet") if one.is_file()))
        if inside:
            return inside
    if path.is_file():
        return (path,)
    remedy = (
        "`merit batch --layout RULES --out DIR` writes the tables without rows: put those that are missing beside yours"
    )
    if table.name == PARTNERS:
        remedy = "an import that was stopped leaves none: run it again; `merit batch --layout RULES --out DIR` writes empty tables"
    raise Stopped(f"there is no `{table.file}` in `{folder}`", remedy)


def _look_at(path: Path, table: Table) -> int:
    """See that a file fits its table, and return how many rows it has."""
    try:
        with told_plainly(f"reading `{path}`"):
            told = pq.read_metadata(path)
            schema = told.schema.to_arrow_schema()
    except pa.ArrowInvalid as error:
        raise Stopped(f"`{path}` is no Parquet file, or not a whole one", "write it anew") from error
    known = {column.name: column for column in table.columns}
    for name in schema.names:
        if name not in known:
            near = nearest(name, list(known))
            advice = f"did you mean `{near}`?" if near else f"the columns of this table are {', '.join(known)}"
            raise Stopped(f"`{path}` has a column `{name}` that these rules do not know", advice)
    if len(schema.names) != len(set(schema.names)):
        twice = next(name for name in schema.names if schema.names.count(name) > 1)
        raise Stopped(f"`{path}` has the column `{twice}` twice", "keep one of them")
    for column in table.columns:
        if column.name not in schema.names:
            raise Stopped(
                f"`{path}` lacks the column `{column.name}` ({column.title})",
                f"add it as {column.sql_type}, NULL where it is not told",
            )
        type_ = schema.field(column.name).type
        if not _fits(type_, column):
            raise Stopped(
                f"`{path}` has `{column.name}` as {_told(type_)}, where {column.sql_type} is expected",
                _advice(type_, column),
            )
    return int(told.num_rows)


def _fits(type_: Any, column: Column) -> bool:
    """Whether every value of a type is one of a column, or is told to be none when it is read."""
    is_ = pa.types
    if is_.is_dictionary(type_):
        return _fits(type_.value_type, column)
    match column.holds:
        case "flag":
            return bool(is_.is_boolean(type_))
        case "whole":
            return bool(is_.is_integer(type_)) and not is_.is_uint64(type_)
        case "month" | "number of row":
            return bool(is_.is_integer(type_)) and type_.bit_width <= 32 and not is_.is_uint32(type_)
        case "exact":
            if is_.is_decimal(type_):
                return bool(type_.scale <= PLACES and type_.precision - type_.scale <= DIGITS + 1)
            return bool(is_.is_integer(type_)) and not is_.is_uint64(type_)
        case "day":
            return bool(is_.is_date32(type_))
        case "text":
            return bool(is_.is_string(type_) or is_.is_large_string(type_))


def _told(type_: Any) -> str:
    return "DOUBLE" if pa.types.is_floating(type_) else str(type_).upper()


def _advice(type_: Any, column: Column) -> str:
    if column.holds in ("exact", "whole") and pa.types.is_floating(type_):
        return f"a floating number is not exact: CAST it AS {column.sql_type} where it is made"
    return f"CAST it AS {column.sql_type}"


def _told_of(path: Path, folder: Path) -> bytes:
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - _END))
        end = stream.read()
    return f"{path.relative_to(folder)} {size} ".encode() + end


def is_empty(folder: Path, layout: Layout) -> bool:
    """Whether a folder can be filled: it holds no partners, or is not there."""
    path = folder / layout[PARTNERS].file
    if path.is_dir():
        return False
    if not path.exists():
        return True
    try:
        with told_plainly(f"reading `{path}`"):
            return bool(pq.read_metadata(path).num_rows == 0)
    except pa.ArrowInvalid as error:
        raise Stopped(f"`{path}` is no Parquet file, or not a whole one", "name another folder with --out") from error
