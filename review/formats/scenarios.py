"""What came of scenarios: a run of them, what of the policies they try, and which faults they notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.formats.format import Formats, in_json, in_lines
from review.scenarios import coverage_report, mutation_report, report
from review.scenarios.coverage import Covered
from review.scenarios.mutation_report import Judged
from review.scenarios.report import Ran


@dataclass(frozen=True, slots=True)
class Run:
    """What ran, and how much of it is told: what passed too, failures whole."""

    ran: Sequence[Ran]
    verbose: bool = False
    full: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """Parts of policies with what was seen of them, and how many scenarios wait for review."""

    parts: Sequence[Covered]
    waiting: int
    verbose: bool = False


TEST = Formats[Run](
    text=lambda run, paint: in_lines(report.text_lines(run.ran, paint=paint, verbose=run.verbose, full=run.full)),
    json=lambda run, _: in_json(report.as_json(run.ran)),
    junit=lambda run, _: report.as_junit(run.ran, full=run.full),
    markdown=lambda run, _: report.as_markdown(run.ran, full=run.full),
)
COVERAGE = Formats[Tried](
    text=lambda seen, _: in_lines(coverage_report.as_text(seen.parts, all_parts=seen.verbose, waiting=seen.waiting)),
    json=lambda seen, _: in_json(coverage_report.as_json(seen.parts, waiting=seen.waiting)),
    markdown=lambda seen, _: coverage_report.as_markdown(seen.parts, waiting=seen.waiting),
    lcov=lambda seen, _: coverage_report.as_lcov(seen.parts),
)
MUTATION = Formats[Judged](
    text=lambda judged, _: in_lines(mutation_report.as_text(judged)),
    json=lambda judged, _: in_json(mutation_report.as_json(judged)),
    markdown=lambda judged, _: mutation_report.as_markdown(judged),
)
