"""Every flip as a row of a Parquet file: for who reads more of them than fit a spreadsheet (the extra ``batch``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from review.diff.impact import Flip

COLUMNS = pa.schema(
    [
        *((name, pa.string()) for name in ("rule", "partner")),
        ("on", pa.date32()),
        *((name, pa.string()) for name in ("what", "before", "after")),
        ("clauses", pa.list_(pa.string())),
        *((name, pa.string()) for name in ("group", "why_before", "why_after")),
    ]
)
"""A column for each field of ``Flip``; outcomes are texts, as they are told elsewhere."""


def write_parquet(flips: Sequence[Flip], path: Path) -> None:
    """Write a table with a row for each flip; of none, a table without rows.

    Raises:
        OSError: the file cannot be written.
    """
    rows = [{**flip._asdict(), "clauses": list(flip.clauses)} for flip in flips]
    pq.write_table(pa.Table.from_pylist(rows, schema=COLUMNS), path)
