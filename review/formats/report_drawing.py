"""The report's charts as SVG: awards by stage, and metrics against their marks. Nothing is drawn that is not told in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from dsl.core.ranges import Numbers
from evaluator.reasons import number
from review.report.metrics import Metric
from review.report.summary import Count
from review.report.tables import group_text, observed_text, words

WIDTH = 960
LEFT = 300
"""Where bars begin."""
ROW = 30
METRIC_ROW = 42
RIGHT = 130
"""Room behind a bar for what it is."""
STAGES = {
    "not_started": "#9aa6b5", "started": "#8a6bc1", "in_progress": "#8a6bc1", "qualified": "#2f76c2", "enrolled": "#25803f",
    "active": "#25803f", "renewal_due": "#b36b00", "at_risk": "#b36b00", "lost": "#a3352b", "expired": "#6b7280",
    "undetermined": "#9b7b16",
}  # fmt: skip
"""The colour of each stage; white is read on all of them."""
_OTHER = "#475569"


def stages_drawing(counts: Sequence[Count]) -> str:
    """Return how many awards are at each stage: a bar for each kind and level, with a legend."""
    rows = [(group, list(found)) for group, found in groupby(counts, key=lambda one: group_text(one.kind, one.level))]
    if not rows:
        return ""
    most = max(sum(len(one.standings) for one in found) for _, found in rows)
    wide = (WIDTH - LEFT - 20) / most
    stages = list(dict.fromkeys(one.stage for one in counts))
    height = ROW * len(rows) + 40
    return "\n".join(
        [*_begin(height, "Awards by stage"), *_stage_rows(rows, wide), *_legend(stages, height - 14), "</svg>"]
    )


def _stage_rows(rows: Sequence[tuple[str, list[Count]]], wide: float) -> Iterator[str]:
    for index, (group, found) in enumerate(rows):
        y, x = ROW * index + 4, float(LEFT)
        yield f'<text x="{LEFT - 12}" y="{y + 16}" text-anchor="end">{escape(group)}</text>'
        for one in found:
            width = wide * len(one.standings)
            titles = ", ".join(standing.title for standing in one.standings)
            yield (
                f'<g><title>{escape(f"{words(one.stage)}: {titles}")}</title><rect x="{x:.1f}" y="{y}" width="{max(width - 1, 1):.1f}" '
                f'height="22" rx="3" fill="{STAGES.get(one.stage, _OTHER)}"/>'
            )
            if width > 22:
                yield f'<text class="on" x="{x + width / 2:.1f}" y="{y + 16}" text-anchor="middle">{len(one.standings)}</text>'
            yield "</g>"
            x += width


def _legend(stages: Sequence[str], y: float) -> Iterator[str]:
    x = float(LEFT)
    for stage in stages:
        said = words(stage)
        yield f'<rect x="{x:.1f}" y="{y - 10}" width="12" height="12" rx="2" fill="{STAGES.get(stage, _OTHER)}"/>'
        yield f'<text class="dim" x="{x + 17:.1f}" y="{y}">{escape(said)}</text>'
        x += 34 + 7.2 * len(said)


def metrics_drawing(metrics: Sequence[Metric]) -> str:
    """Return the metrics that have a figure and a mark, each as a bar of its own scale, with its marks."""
    rows: dict[str, list[Metric]] = {}
    for one in metrics:
        if _bar(one) is not None and _mark(one):
            rows.setdefault(one.code, []).append(one)
    if not rows:
        return ""
    height = METRIC_ROW * len(rows) + 4
    return "\n".join(
        [
            *_begin(height, "Metrics and their marks"),
            *(line for index, row in enumerate(rows.values()) for line in _metric_row(row, METRIC_ROW * index + 2)),
            "</svg>",
        ]
    )


def _bar(one: Metric) -> tuple[Decimal, Decimal] | None:
    """Return both ends of what a metric is; of what has no upper end the lower one twice."""
    if not isinstance(one.observed, Numbers) or one.observed.low is None:
        return None
    if one.observed.high is None and one.observed.low <= 0:
        return None  # nothing is known of it
    low = max(one.observed.low, Decimal(0))
    return low, low if one.observed.high is None else max(one.observed.high, low)


def _mark(one: Metric) -> Decimal | None:
    return one.required.exact if isinstance(one.required, Numbers) else None


def _metric_row(row: Sequence[Metric], y: int) -> Iterator[str]:
    first = row[0]
    marks = [(one, mark) for one in row if (mark := _mark(one)) is not None]
    ends = _bar(first)
    if ends is None:
        return
    low, high = ends
    room = WIDTH - LEFT - RIGHT
    scale = float(max(high, *(mark for _, mark in marks))) * 1.05 or 1.0
    title = first.title if len(first.title) <= 40 else f"{first.title[:39]}…"
    top = y + 14
    yield f"<g><title>{escape(f'{first.title}: {observed_text(first)}')}</title>"
    yield f'<text x="{LEFT - 12}" y="{top + 13}" text-anchor="end">{escape(title)}</text>'
    yield f'<rect class="ground" x="{LEFT}" y="{top}" width="{room}" height="18" rx="3"/>'
    if high > low:
        yield f'<rect class="perhaps" x="{LEFT}" y="{top}" width="{room * float(high) / scale:.1f}" height="18" rx="3"/>'
    yield f'<rect class="bar" x="{LEFT}" y="{top}" width="{max(room * float(low) / scale, 1.5):.1f}" height="18" rx="3"/>'
    said: dict[Decimal, list[str]] = {}
    for one, mark in marks:
        said.setdefault(mark, []).append(one.standing.rule.level or "needed")
        x = LEFT + room * float(mark) / scale
        yield f'<line class="mark {one.outcome}" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 3}" y2="{top + 21}"/>'
    free = float(LEFT)
    for mark, names in sorted(said.items()):
        # A word that would cover the one before it stands behind that.
        text = f"{' and '.join(names)} {number(mark)}"
        half = 3.1 * len(text)
        x = max(min(LEFT + room * float(mark) / scale, LEFT + room - half), free + half)
        free = x + half + 8
        yield f'<text class="dim small" x="{x:.1f}" y="{top - 5}" text-anchor="middle">{escape(text)}</text>'
    yield f'<text class="dim" x="{WIDTH - RIGHT + 8}" y="{top + 13}">{escape(_short(observed_text(first)))}</text></g>'


def _short(text: str) -> str:
    return text if len(text) <= 18 else f"{text[:17]}…"


def _begin(height: int, label: str) -> Iterator[str]:
    yield f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-label={quoteattr(label)}>'
