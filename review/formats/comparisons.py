"""What is different between two sides, as text, JSON and Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from review.diff.compare import Comparison
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
