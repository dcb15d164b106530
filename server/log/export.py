"""The log for other programs: JSON Lines, or a table in Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from server.log.store import AT_ONCE, Logged, Store

Json = Any
COLUMNS = (
    "seq", "kind", "decision_id", "at", "digest", "engine", "contents_digest", "prev", "hash",
    "query", "answer", "partner", "caller", "trace_id", "masked",
)  # fmt: skip
"""What an exported entry has, in this order. ``query``, ``answer`` and ``masked`` are JSON; none of the last six is
there where the contents were erased."""
_OF_CONTENTS = COLUMNS[9:]
PROGRAMME = "programme"
"""What an entry has besides, and a table of a log that has it: the one of several in one service that decided."""
_AS_JSON = frozenset({"query", "answer", "masked"})


def line(one: Logged) -> str:
    """Return an entry as a line of JSON; what was asked and answered stands in it as it was."""
    told: list[str] = []
    for name in (*COLUMNS, PROGRAMME):
        value = _value(one, name)
        if value is None or value == "":
            continue
        text = value if name in _AS_JSON else json.dumps(value, ensure_ascii=False)
        told.append(f'"{name}":{text}')
    return f"{{{','.join(told)}}}"


def _value(one: Logged, name: str) -> str | int | None:
    if name not in _OF_CONTENTS:
        value: str | int = getattr(one.entry, name)
        return value
    return None if one.contents is None else getattr(one.contents, name)


def write_parquet(store: Store, path: Path) -> int:
    """Write all entries as a table, a few at a time; it is there whole or not at all.

    Returns:
        How many entries were written.

    Raises:
        LogUnavailable: the log cannot be read.
        OSError: the table cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = (*COLUMNS, PROGRAMME) if store.has_names else COLUMNS
    schema = pa.schema([(name, pa.int64() if name == "seq" else pa.string()) for name in columns])
    writing = path.with_name(f"{path.name}.writing")
    count = 0
    try:
        with pq.ParquetWriter(writing, schema) as writer:
            for group in _groups(store.entries()):
                rows = [{name: _value(one, name) for name in columns} for one in group]
                writer.write_table(pa.Table.from_pylist(rows, schema))
                count += len(rows)
        writing.replace(path)
    finally:
        writing.unlink(missing_ok=True)
    return count


def _groups(entries: Iterator[Logged]) -> Iterator[list[Logged]]:
    group: list[Logged] = []
    for one in entries:
        group.append(one)
        if len(group) == AT_ONCE:
            yield group
            group = []
    if group:
        yield group
