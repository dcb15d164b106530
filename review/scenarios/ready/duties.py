"""All that is left to do before a change of policies is ready."""

from __future__ import annotations

from dsl import core as c, document as d
from dsl.diagnostics import Diagnostic, sorted_diagnostics
from review.scenarios.faults import faults
from review.scenarios.ready.boundaries import boundary_duties
from review.scenarios.ready.citations import citation_duties
from review.scenarios.ready.kept import Kept
from review.scenarios.ready.page import page_duties
from review.scenarios.ready.paths import known_paths
from review.scenarios.ready.register import coverage_duties, register_duties, survivor_duties


def duties(document: d.Document, core: c.Core, kept: Kept, page: str | None) -> tuple[Diagnostic, ...]:
    """Return what is left to do, in the order of files and lines.

    Args:
        document: policies without errors.
        core: their core.
        kept: what is kept beside them.
        page: the page of boundaries as it is; None where there is none.
    """
    misshapen = tuple(kept.misshapen())
    if misshapen:
        return sorted_diagnostics(misshapen)
    known = known_paths(document, core)
    return sorted_diagnostics(
        [
            *citation_duties(document, kept),
            *boundary_duties(kept, core, known),
            *register_duties(document, kept),
            *coverage_duties(kept, known),
            *survivor_duties(kept, frozenset(fault.key for fault in faults(document))),
            *page_duties(kept, page),
        ]
    )
