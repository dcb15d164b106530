"""Facts documents out of tables: those of a slice of the partners, one after the other, for the row engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from dsl.core import Core
from dsl.core.calendar import month_text
from evaluator.columnar.database import named, quoted
from evaluator.columnar.layout import HISTORY, MONTH, PARTNER, PARTNERS, PROJECTED, ROW, Column, Table
from evaluator.columnar.tables import Facts

Json = Any
AT_ONCE = 2_000
"""Rows of a table that are at hand at once."""
_ENDLESS = date(9999, 12, 31)
_WHOLE = re.compile(r"-?[0-9]{1,30}")


@dataclass(frozen=True, slots=True)
class Slice:
    """Partners by their names, behind one and through another; None is open."""

    number: int
    behind: str | None
    through: str | None

    def where(self) -> str:
        """Return the condition of the rows of these partners."""
        told = [f"{PARTNER} IS NOT NULL" if self.behind is None else f"{PARTNER} > {quoted(self.behind)}"]
        told += [] if self.through is None else [f"{PARTNER} <= {quoted(self.through)}"]
        return " AND ".join(told)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why rows of a partner are no facts, and where."""

    partner: str | None
    pointer: str
    reason: str


class Rows:
    """The facts of the partners of a slice."""

    def __init__(
        self, base: duckdb.DuckDBPyConnection, facts: Facts, core: Core, source: Callable[[Table], str], where: str
    ) -> None:
        """Take the tables, how each is read, and the condition of the rows that are read."""
        self.base = base
        self.facts = facts
        self.source = source
        self.where = where
        self._types = {name: one.type for name, one in core.facts.items()}
        self._types |= {name: one.type for name, one in core.named.items() if one.supplied}

    def __iter__(self) -> Iterator[tuple[str, dict[str, Json], list[Refusal]]]:
        """Yield each partner, its facts document, and what of its tables is none."""
        layout = self.facts.layout
        grouped = {table.name: _Grouped(self._rows(table)) for table in layout.tables if table.name != PARTNERS}
        for row in self._rows(layout[PARTNERS]):
            partner = row[PARTNER]
            refused: list[Refusal] = []
            found: dict[str, Json] = {PARTNER: partner, **self._section(partner, row, grouped, "", refused)}
            projected = grouped[f"{PROJECTED}{PARTNERS}"].of(partner)
            if len(projected) > 1:
                reason = f"the partner stands {len(projected)} times in `{PROJECTED}{PARTNERS}.parquet`"
                refused.append(Refusal(partner, "/projected", reason))
            if projected:
                found["projected"] = self._section(partner, projected[0], grouped, PROJECTED, refused)
            else:
                lists = (
                    table for table in layout.tables if table.is_projected and table.name != f"{PROJECTED}{PARTNERS}"
                )
                for table in lists:
                    if grouped[table.name].of(partner):
                        reason = (
                            f"`{table.file}` has rows, but `{PROJECTED}{PARTNERS}.parquet` does not have the partner"
                        )
                        refused.append(Refusal(partner, "/projected", reason))
            yield partner, found, refused

    def _rows(self, table: Table) -> Iterator[dict[str, Json]]:
        if not self.facts.rows[table.name]:
            return
        order = [name for name in (PARTNER, ROW, "name", "from") if any(one.name == name for one in table.columns)]
        # A connection answers one question at a time; the tables are read side by side.
        cursor = self.base.cursor()
        told = f"SELECT * FROM {self.source(table)} WHERE {self.where} ORDER BY {', '.join(map(named, order))}"
        for batch in cursor.sql(told).to_arrow_reader(AT_ONCE):
            yield from batch.to_pylist()
        cursor.close()

    def _section(
        self,
        partner: str,
        row: Mapping[str, Json],
        grouped: Mapping[str, _Grouped],
        prefix: str,
        refused: list[Refusal],
    ) -> dict[str, Json]:
        layout = self.facts.layout
        pointer = f"/{prefix}"
        facts: dict[str, Json] = {
            column.name[2:]: _as_json(row[column.name], column)
            for column in layout[f"{prefix}{PARTNERS}"].columns
            if column.declared is not None and row[column.name] is not None
        }
        for step in grouped[f"{prefix}{HISTORY}"].of(partner):
            name = str(step["name"])
            history = facts.setdefault(name, {"history": []})
            if not isinstance(history, dict):
                refused.append(
                    Refusal(partner, f"{pointer}facts/{name}", "it is told both as a value and with a history")
                )
                continue
            history["history"].append(
                {
                    **({} if step["from"] is None else {"from": step["from"].isoformat()}),
                    **({} if step["value"] is None else {"value": self._read(name, step["value"])}),
                }
            )
        records: dict[str, Json] = {}
        for table in layout.lists(projected=bool(prefix)):
            told = self._list(table, row, grouped[table.name].of(partner), partner, refused)
            if told is not None and table.records is not None:
                records[table.records.name] = told
        return {**({"facts": facts} if facts else {}), **({"records": records} if records else {})}

    def _list(
        self, table: Table, row: Mapping[str, Json], rows: list[dict[str, Json]], partner: str, refused: list[Refusal]
    ) -> Json:
        if table.records is None:
            raise AssertionError("the table of a list has its list")
        name = table.records.name
        pointer = f"/{PROJECTED if table.is_projected else ''}records/{name}"
        about = [f"told_{name}", f"partial_{name}", *(f"covers_{end}_{name}" for end in ("from", "through"))]
        is_told, partial, first, last = (row.get(one) for one in about)
        if not is_told:
            if rows or partial is not None or first is not None or last is not None:
                refused.append(Refusal(partner, pointer, f"there is more of the list, but `told_{name}` is not true"))
            return None
        if any(one[ROW] is None for one in rows):
            refused.append(Refusal(partner, pointer, f"a row of `{table.file}` has no `{ROW}`"))
        items = [self._item(one, table) for one in rows]
        if (first is None) != (last is None):
            reason = f"of `covers_from_{name}` and `covers_through_{name}` one is told and one is not"
            refused.append(Refusal(partner, f"{pointer}/covers", reason))
            return items
        if partial is None and first is None:
            return items
        wrapped: dict[str, Json] = {"rows": items, **({"partial": True} if partial else {})}
        if first is not None and last is not None:
            wrapped["covers"] = {"from": _month(first), "through": _month(last)}
        return wrapped

    def _item(self, row: Mapping[str, Json], table: Table) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for column in table.columns:
            value = row[column.name]
            if value is None or column.name in (PARTNER, ROW):
                continue
            if column.name == MONTH:
                found["month"] = _month(value)
            else:
                found[column.name[2:]] = _as_json(value, column)
        return found

    def _read(self, name: str, text: str) -> Json:
        """Return a value of a history as JSON has it; what is none is left for the schema to refuse."""
        kind = self._types[name].kind if name in self._types else "text"
        if kind == "flag" and text in ("true", "false"):
            return text == "true"
        return int(text) if kind == "count" and _WHOLE.fullmatch(text) else text


def _as_json(value: Json, column: Column) -> Json:
    if column.holds == "day":
        return "none" if column.endless and value == _ENDLESS else value.isoformat()
    return value


def _month(index: int) -> str:
    """Write a month; one that is none is left for the schema to refuse."""
    return month_text(index) if 0 <= index < 120_000 else str(index)


class _Grouped:
    """Rows that are sorted by partner, asked for by partner in the same order."""

    def __init__(self, rows: Iterator[dict[str, Json]]) -> None:
        self._rows = rows
        self._next = next(rows, None)
        self._last: tuple[str, list[dict[str, Json]]] | None = None

    def of(self, partner: str) -> list[dict[str, Json]]:
        """Return the rows of a partner; those of partners before it are passed over."""
        if self._last is not None and self._last[0] == partner:
            return self._last[1]
        while self._next is not None and self._next[PARTNER] < partner:
            self._next = next(self._rows, None)
        found: list[dict[str, Json]] = []
        while self._next is not None and self._next[PARTNER] == partner:
            found.append(self._next)
            self._next = next(self._rows, None)
        self._last = (partner, found)
        return found
