"""All checks of a document, in one call."""

from __future__ import annotations

from collections.abc import Sequence

from dsl.check.anniversaries import anniversaries
from dsl.check.checks_in_time import checks_in_time
from dsl.check.circles import circles, shared_circles
from dsl.check.clauses import misplaced
from dsl.check.dates import dates
from dsl.check.figures import figures
from dsl.check.kinds import kinds
from dsl.check.names import declared, unread
from dsl.check.one_name import one_name
from dsl.check.parts import undecided
from dsl.check.points import totals
from dsl.check.spellings import spellings
from dsl.check.tables import tables
from dsl.core import Core
from dsl.diagnostics import Diagnostic
from dsl.document import Document, walk


def check(document: Document, core: Core, found: Sequence[Diagnostic] = ()) -> list[Diagnostic]:
    """Return what is wrong with a document that lowering cannot see at one place.

    Args:
        document: the document.
        core: what it lowered to.
        found: what lowering found; a place it speaks of is not reported again.
    """
    nodes = tuple(walk(document))
    round_about = circles(core)
    return [
        *misplaced(document, core.kinds, found),
        *undecided(document, core.kinds),
        *declared(document),
        *kinds(document),
        *one_name(document, core.kinds),
        *spellings(document),
        *unread(document, core, found),
        *figures(nodes),
        *dates(nodes, found),
        *tables(document, core),
        *totals(core),
        *anniversaries(document, core),
        *shared_circles(document),
        *(round_about or checks_in_time(core)),
    ]
