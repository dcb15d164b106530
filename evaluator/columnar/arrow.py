"""Columns in the words of Arrow, and files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from evaluator.columnar.layout import FACT_DIGITS, Column, Holds, Layout, Table
from evaluator.limits import PLACES

TYPES: dict[Holds, Any] = {
    "flag": pa.bool_(),
    "whole": pa.int64(),
    "exact": pa.decimal128(FACT_DIGITS, PLACES),
    "day": pa.date32(),
    "text": pa.string(),
    "month": pa.int32(),
    "number of row": pa.int32(),
}


def schema_of(table: Table, *more: tuple[str, Any]) -> Any:
    """Return the Arrow schema of a table, with more columns behind its own."""
    return pa.schema([*(_field(column) for column in table.columns), *(pa.field(name, type_) for name, type_ in more)])


def _field(column: Column) -> Any:
    return pa.field(column.name, TYPES[column.holds], metadata={"title": column.title})


def write_empty(layout: Layout, folder: Path) -> None:
    """Write every table of a layout without rows."""
    for table in layout.tables:
        path = folder / table.file
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as writing:
            pq.write_table(schema_of(table).empty_table(), writing)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a name to write under; what was written gets its own name when it is whole, and goes where it is not."""
    writing = path.with_name(f"{path.name}.writing")
    try:
        yield writing
        with writing.open("rb") as stream:
            os.fsync(stream.fileno())
        writing.replace(path)
    finally:
        writing.unlink(missing_ok=True)
