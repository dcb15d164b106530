"""All checks of a document, in one call."""

from __future__ import annotations

from dsl.check.circles import circles
from dsl.check.clauses import misplaced
from dsl.check.points import totals
from dsl.check.tables import tables
from dsl.core import Core
from dsl.diagnostics import Diagnostic
from dsl.document import Document


def check(document: Document, core: Core) -> list[Diagnostic]:
    """Return what is wrong with a document that lowering cannot see at one place."""
    return [*misplaced(document), *tables(document, core), *totals(core), *circles(core)]
