"""L193: a version that says the same as the one before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from dsl import document as d
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding


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


def _says(version: d.Version) -> tuple[object, ...]:
    """Return what a version says, its readings among it; another source for the same is no change."""
    notes = version.notes
    return version.value, version.clauses, notes.assumes, notes.seen, notes.only_if


def _meet(before: d.Validity, after: d.Validity) -> bool:
    """Whether no day lies between two versions: a gap is a change."""
    end = before.through.day + timedelta(days=1) if before.through is not None else None
    end = before.until.day if before.until is not None else end
    return end is None or after.start is None or after.start.day <= end


RULE = LintRule("L193", _find)
