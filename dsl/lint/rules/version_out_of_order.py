"""L192: versions, and rows of one key, that do not stand in the order of their days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from dsl import document as d
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.lower.table_rows import rows_by_key


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for node in policies.nodes:
        clauses = getattr(node, "clauses", ())
        versions = [clause for clause in clauses if isinstance(clause, d.Version)]
        for before, after in pairwise(versions):
            if _start(after) < _start(before):
                yield finding(
                    "L192",
                    f"this begins before the version above it, which is of {_start(before)}",
                    after.origin,
                    "let the earlier one stand first, or look at its day",
                    Label(before.valid.origin, "the version above"),
                )

    for table in policies.document.tables.values():
        for key, rows in rows_by_key(table).items():
            for (row, days), (next_, later) in pairwise(rows):
                if (later.start or date.min) < (days.start or date.min):
                    yield finding(
                        "L192",
                        f"this row of `{key}` begins before the one above it, which is of {days.start}",
                        next_.origin,
                        "let the earlier one stand first, or look at its day",
                        Label(row.origin, "the row above"),
                    )


def _start(version: d.Version) -> date:
    return version.valid.start.day if version.valid.start is not None else date.min


RULE = LintRule("L192", _find)
