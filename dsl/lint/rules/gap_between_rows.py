"""L133: days between two rows of one key on which none of them is in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.lower.table_rows import rows_by_key


def _find(policies: Policies) -> Iterator[Diagnostic]:
    families = {rule.each_row_of for rule in policies.rules}
    for name, table in policies.document.tables.items():
        if name in families:
            continue  # a gap of a rule is told by its own lint
        by_key = rows_by_key(table)
        has_other = "otherwise" in by_key
        for key, rows in by_key.items():
            rows.sort(key=lambda one: one[1].start or date.min)
            for (before, earlier), (row, later) in pairwise(rows):
                if earlier.end is not None and later.start is not None and earlier.end < later.start:
                    other = "; the row `otherwise` is taken" if has_other and key != "otherwise" else ""
                    yield finding(
                        "L133",
                        f"no row of `{key}` is in force from {earlier.end} until {later.start}{other}",
                        row.origin,
                        "end the row before on the day this one begins",
                        Label(before.origin, "the row before"),
                    )


RULE = LintRule("L133", _find)
