"""What is different between two sides, and whom it concerns: as text, JSON, Markdown and CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from review.diff.compare import Comparison
from review.diff.impact_report import Impact, impact_csv, impact_json, impact_lines
from review.diff.report import diff_json, diff_lines, diff_markdown
from review.formats.format import Formats, in_json, in_lines


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison, and the day before which a change reaches back."""

    found: Comparison
    today: date


DIFF = Formats[Compared](
    text=lambda told, paint: in_lines(diff_lines(told.found, told.today, paint)),
    json=lambda told, _: in_json(diff_json(told.found, told.today)),
    markdown=lambda told, _: diff_markdown(told.found, told.today),
)
IMPACT = Formats[Impact](
    text=lambda found, paint: in_lines(impact_lines(found, paint)),
    json=lambda found, _: in_json(impact_json(found)),
    csv=lambda found, _: impact_csv(found),
)
