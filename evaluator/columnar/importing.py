"""Facts documents, a line each, into the tables of a layout; what does not fit is told, never left out in silence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BufferedReader
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dsl.core.calendar import month_of
from dsl.json_values import decimal_text
from evaluator.acceptance.facts_schema import FactErrors, FactsReader
from evaluator.acceptance.instants import counts_from
from evaluator.columnar.arrow import schema_of, whole_file
from evaluator.columnar.database import database, named, quoted
from evaluator.columnar.layout import HISTORY, PARTNER, PARTNERS, PROJECTED, ROW, Column, Layout, Table
from evaluator.columnar.stopped import told_plainly

Json = Any
REJECTS = "rejects.jsonl"
MAX_LINE = 64 * 1024 * 1024
"""Bytes of one line: a partner's facts with as many rows as may be told take less."""
ROWS_AT_ONCE = 50_000
"""Rows of a table that are kept before they are written."""
_LINE = "line"
_ENDLESS = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the lines of a file."""

    lines: int
    partners: int
    rejected: int
    rows: Mapping[str, int]
    """Rows of each table."""


class Refused(Exception):
    """Why a line is no partner's facts: places, each with its code, sentence and advice."""

    def __init__(self, partner: str | None, problems: tuple[tuple[str, str, str, str], ...]) -> None:
        self.partner = partner
        self.problems = problems
        super().__init__("; ".join(message for _, _, message, _ in problems))


def import_lines(
    source: BufferedReader, reader: FactsReader, layout: Layout, out: Path, tell: Callable[[int], None]
) -> Imported:
    """Write the facts of partners into tables, sorted by partner.

    Args:
        source: facts documents, a line each.
        reader: what checks them.
        layout: the tables.
        out: the folder of the tables; ``rejects.jsonl`` in it tells what did not fit.
        tell: is told how many lines were read.

    Raises:
        Stopped: the disk is full, or cannot be written.
    """
    staging = out / ".import"
    with told_plainly("writing tables of facts"):
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        try:
            # Without this table a folder holds no partners: until it is there again nothing counts.
            (out / f"{PARTNERS}.parquet").unlink(missing_ok=True)
            with (staging / REJECTS).open("w", encoding="utf-8") as rejects:
                lines, rejected = _stage(source, reader, layout, staging, rejects, tell)
                partners, again, rows = _sorted(layout, staging, out, rejects)
            with whole_file(out / REJECTS) as writing:
                shutil.copyfile(staging / REJECTS, writing)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return Imported(lines, partners, rejected + again, rows)


# ---- lines


def _stage(
    source: BufferedReader,
    reader: FactsReader,
    layout: Layout,
    staging: Path,
    rejects: Any,
    tell: Callable[[int], None],
) -> tuple[int, int]:
    number = rejected = 0
    with _Staging(layout, staging) as tables:
        for number, line in _lines(source):
            try:
                facts = _read(line, reader)
                rows = [*_rows_of(layout, facts)]
            except Refused as refused:
                rejected += 1
                _reject(rejects, number, refused)
            else:
                tables.add(number, rows)
            if number % 1000 == 0:
                tell(number)
    tell(number)
    return number, rejected


def _lines(source: BufferedReader) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines that hold something by their number; None is one that is too long."""
    number = 0
    while line := source.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            while not line.endswith(b"\n") and (line := source.readline(MAX_LINE)):
                pass
            yield number, None
        elif line.strip():
            yield number, line


def _read(line: bytes | None, reader: FactsReader) -> dict[str, Json]:
    """Return the facts of a line that fit the vocabulary and name their partner."""
    if line is None:
        raise _refused(None, "", f"the line is longer than {MAX_LINE:,} bytes", "tell only what the rules read")
    try:
        facts = json.loads(
            line.decode("utf-8"), parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_each_name_once
        )
    except UnicodeDecodeError as error:
        raise _refused(None, "", f"the line is not UTF-8 at byte {error.start}", "write it as UTF-8") from error
    except RecursionError as error:
        raise _refused(None, "", "the line is nested too deeply", "a line is one facts document") from error
    except ValueError as error:
        raise _refused(None, "", f"the line is no JSON: {error}", "a line is one facts document") from error
    if not isinstance(facts, dict):
        raise _refused(
            None, "", "the line is no object", 'a line is one facts document: {"partner": ..., "facts": ...}'
        )
    partner = facts.get("partner")
    known = partner if isinstance(partner, str) else None
    try:
        json.dumps(facts, default=str, ensure_ascii=False).encode("utf-8")
        reader.check(facts)
    except UnicodeEncodeError as error:
        raise _refused(None, "", "a text holds half a character", "write each character whole") from error
    except FactErrors as errors:
        told = tuple((one.pointer, one.code, one.message, one.help) for one in errors.problems)
        raise Refused(known, told) from errors
    if known is None:
        raise _refused(None, "/partner", "the partner has no name", 'add "partner"')
    return facts


def _refused(partner: str | None, pointer: str, message: str, advice: str) -> Refused:
    return Refused(partner, ((pointer, "", message, advice),))


def _no_number(name: str) -> Json:
    raise ValueError(f"{name} is no number")


def _each_name_once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"`{next(name for name in names if names.count(name) > 1)}` stands twice")
    return found


def _reject(rejects: Any, line: int, refused: Refused) -> None:
    for pointer, code, message, advice in refused.problems:
        told = {"line": line, "partner": refused.partner, "pointer": pointer, "code": code, "reason": message}
        rejects.write(json.dumps({**told, "help": advice}) + "\n")


# ---- rows


def _rows_of(layout: Layout, facts: Mapping[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield the rows of one partner, each with the name of its table."""
    yield from _section_rows(layout, facts["partner"], facts, "")
    if "projected" in facts:
        yield from _section_rows(layout, facts["partner"], facts["projected"], PROJECTED)


def _section_rows(
    layout: Layout, partner: str, told: Mapping[str, Json], prefix: str
) -> Iterator[tuple[str, dict[str, Json]]]:
    row: dict[str, Json] = {PARTNER: partner}
    columns = {column.name: column for column in layout[f"{prefix}{PARTNERS}"].columns}
    for name, raw in told.get("facts", {}).items():
        if isinstance(raw, dict):
            for step in raw["history"]:
                since = date.fromisoformat(step["from"])
                yield (
                    f"{prefix}{HISTORY}",
                    {PARTNER: partner, "name": name, "from": since, "value": _as_text(step["value"])},
                )
        else:
            row[f"f_{name}"] = _value(raw, columns[f"f_{name}"])
    for name, raw in told.get("records", {}).items():
        row[f"told_{name}"] = True
        items = raw
        if isinstance(raw, dict):
            items = raw["rows"]
            row[f"partial_{name}"] = raw.get("partial", False)
            if "covers" in raw:
                row[f"covers_from_{name}"] = month_of(raw["covers"]["from"])
                row[f"covers_through_{name}"] = month_of(raw["covers"]["through"])
        table = layout[f"{prefix}records/{name}"]
        fields = {column.name: column for column in table.columns}
        for index, item in enumerate(items):
            values = {
                "month" if key == "month" and table.records and table.records.monthly else f"f_{key}": value
                for key, value in item.items()
            }
            yield (
                table.name,
                {PARTNER: partner, ROW: index, **{key: _value(one, fields[key]) for key, one in values.items()}},
            )
    yield f"{prefix}{PARTNERS}", row


def _as_text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return decimal_text(Decimal(value)) if isinstance(value, int | Decimal) else str(value)


def _value(raw: Json, column: Column) -> Json:
    match column.holds:
        case "day":
            return _ENDLESS if raw == "none" else counts_from(raw)
        case "month":
            return month_of(raw)
        case "exact":
            return Decimal(raw)
        case _:
            return raw


class _Staging:
    """Tables as they are read, each row with its line."""

    def __init__(self, layout: Layout, folder: Path) -> None:
        self._tables = {table.name: table for table in layout.tables}
        self._schemas = {name: schema_of(table, (_LINE, pa.int64())) for name, table in self._tables.items()}
        self._folder = folder
        self._waiting: dict[str, list[dict[str, Json]]] = {name: [] for name in self._tables}
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> _Staging:
        for name, table in self._tables.items():
            path = self._folder / table.file
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writers[name] = pq.ParquetWriter(path, self._schemas[name])
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for name, writer in self._writers.items():
            if kind is None:
                self._write(name)
            writer.close()

    def add(self, line: int, rows: list[tuple[str, dict[str, Json]]]) -> None:
        for name, row in rows:
            row[_LINE] = line
            waiting = self._waiting[name]
            waiting.append(row)
            if len(waiting) >= ROWS_AT_ONCE:
                self._write(name)

    def _write(self, name: str) -> None:
        if self._waiting[name]:
            self._writers[name].write_table(pa.Table.from_pylist(self._waiting[name], schema=self._schemas[name]))
            self._waiting[name].clear()


# ---- tables


def _sorted(layout: Layout, staging: Path, out: Path, rejects: Any) -> tuple[int, int, dict[str, int]]:
    """Write the tables sorted by partner, of each partner what is told first; return partners, lines left out, rows."""
    spill = staging / "spill"
    with database(spill, threads=1) as base:
        told = _staged(staging, layout[PARTNERS])
        base.execute(f"CREATE TEMP TABLE kept AS SELECT partner, min({_LINE}) AS {_LINE} FROM {told} GROUP BY partner")
        again = base.execute(
            f"SELECT t.{_LINE}, partner, k.{_LINE} FROM {told} t JOIN kept k USING (partner)"
            f" WHERE t.{_LINE} > k.{_LINE} ORDER BY 1"
        )
        number = 0
        while found := again.fetchone():
            number += 1
            line, partner, first = found
            message = f"the partner is told on line {first} already"
            _reject(rejects, line, _refused(partner, "/partner", message, "tell each partner once"))
        rejects.flush()
        rows: dict[str, int] = {}
        # The partners come last: with them the folder is whole.
        for table in sorted(layout.tables, key=lambda one: one.name == PARTNERS):
            rows[table.name] = _write_sorted(base, table, staging, out)
        return rows[PARTNERS], number, rows


def _staged(staging: Path, table: Table) -> str:
    return f"read_parquet({quoted(str(staging / table.file))})"


def _write_sorted(base: Any, table: Table, staging: Path, out: Path) -> int:
    columns = ", ".join(named(column.name) for column in table.columns)
    order = ", ".join(named(column.name) for column in table.columns if column.name in (PARTNER, ROW, "name", "from"))
    path = out / table.file
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as writing:
        count = base.execute(
            f"COPY (SELECT {columns} FROM {_staged(staging, table)} SEMI JOIN kept USING (partner, {_LINE})"
            f" ORDER BY {order}) TO {quoted(str(writing))} (FORMAT parquet, ROW_GROUP_SIZE 20000)"
        ).fetchall()[0][0]
        return int(count)
