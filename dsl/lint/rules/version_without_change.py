"""L193: a version, or a row of a table, that says the same as the one before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from dsl import document as d
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.lower.table_rows import DATE_COLUMNS, rows_by_key


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for node in policies.nodes:
        clauses = getattr(node, "clauses", ())
        versions = [clause for clause in clauses if isinstance(clause, d.Version)]
        versions.sort(key=lambda one: one.valid.start.day if one.valid.start is not None else date.min)
        for before, after in pairwise(versions):
            if _says(after) == _says(before) and _meet(before.valid, after.valid):
                yield finding(
                    "L193",
                    "this says the same as the version before it",
                    after.origin,
                    "write what changes on this day, or delete it",
                    Label(before.origin, "the version before"),
                )
    for table in policies.document.tables.values():
        for rows in rows_by_key(table).values():
            rows.sort(key=lambda one: one[1].start or date.min)
            for (row, earlier), (next_, later) in pairwise(rows):
                follows = earlier.end is not None and earlier.end == later.start
                if follows and _tells(table, row) == _tells(table, next_):
                    yield finding(
                        "L193",
                        "this row says the same as the one before it",
                        next_.origin,
                        "write what changes on this day, or delete it",
                        Label(row.origin, "the row before"),
                    )


def _says(version: d.Version) -> tuple[object, ...]:
    """Return what a version says, its readings among it; another source for the same is no change."""
    notes = version.notes
    return version.value, version.clauses, notes.assumes, notes.seen, notes.only_if


def _tells(table: d.Table, row: d.Row) -> tuple[object, ...]:
    """Return what a row says, its readings among it, without its days."""
    cells = [cell for column, cell in zip(table.columns, row.cells, strict=False) if column not in DATE_COLUMNS]
    notes = row.notes
    return cells, notes.assumes, notes.was, notes.seen, notes.only_if


def _meet(before: d.Validity, after: d.Validity) -> bool:
    """Whether no day lies between two versions: a gap is a change."""
    end = before.through.day + timedelta(days=1) if before.through is not None else None
    end = before.until.day if before.until is not None else end
    return end is None or after.start is None or after.start.day <= end


RULE = LintRule("L193", _find)
