"""What tables say of their columns without being read: which hold no NULL, which hold one value, which have no rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq

from evaluator.columnar.tables import Facts


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of columns, by table and name; by default nothing is."""

    empty: frozenset[str] = frozenset()
    """Tables without rows."""
    full: frozenset[tuple[str, str]] = frozenset()
    """Columns that are never NULL."""
    true: frozenset[tuple[str, str]] = field(default=frozenset())
    """Flags that are always true."""
    never_true: frozenset[tuple[str, str]] = field(default=frozenset())
    """Flags that never are."""
    spans: Mapping[tuple[str, str], tuple[Decimal, Decimal]] = field(default_factory=dict)
    """The least and the most of columns of numbers."""


NOTHING_KNOWN = Known()


def known_of(facts: Facts) -> Known:
    """Return what the ends of the files say."""
    empty = frozenset(name for name, rows in facts.rows.items() if not rows)
    full: set[tuple[str, str]] = set()
    true: set[tuple[str, str]] = set()
    never: set[tuple[str, str]] = set()
    spans: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for table in facts.layout.tables:
        if table.name in empty:
            continue
        told: dict[str, list[_Told]] = {}
        for path in facts.files[table.name]:
            for name, one in _statistics(path):
                told.setdefault(name, []).append(one)
        for column in table.columns:
            every = told.get(column.name, [])
            here = (table.name, column.name)
            if every and all(one.nulls == 0 for one in every):
                full.add(here)
            if column.holds == "flag" and every:
                values = {value for one in every for value in one.ends}
                if True not in values and all(one.ends or one.is_nothing for one in every):
                    never.add(here)
                if values == {True} and here in full and all(one.ends for one in every):
                    true.add(here)
            if column.holds in ("whole", "exact") and every and all(one.ends or one.is_nothing for one in every):
                numbers = [Decimal(value) for one in every for value in one.ends]
                if numbers:
                    spans[here] = min(numbers), max(numbers)
    return Known(empty, frozenset(full), frozenset(true), frozenset(never), spans)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a file says of a column in some of its rows."""

    nulls: int | None
    is_nothing: bool
    """Whether it holds nothing but NULL."""
    ends: tuple[Any, ...]
    """The least and the most of it, where that is said."""


def _statistics(path: Any) -> Iterator[tuple[str, _Told]]:
    told = pq.read_metadata(path)
    for group in range(told.num_row_groups):
        of_group = told.row_group(group)
        for index in range(of_group.num_columns):
            column = of_group.column(index)
            one = column.statistics
            if one is None:
                yield column.path_in_schema, _Told(None, False, ())
                continue
            nulls = int(one.null_count) if one.has_null_count else None
            ends = (one.min, one.max) if one.has_min_max and isinstance(one.min, bool | int | Decimal) else ()
            yield column.path_in_schema, _Told(nulls, nulls == of_group.num_rows, ends)
