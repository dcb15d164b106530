"""The report's charts as SVG: awards by stage, and metrics against their marks. Nothing is drawn that is not told in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from dsl.core.ranges import Numbers
from dsl.core.types import number
from review.languages.voice import Voice, shortened, text_width
from review.report.metrics import Metric
from review.report.summary import Count
from review.report.tables import group_text, observed_text

WIDTH = 960
LEFT = 300
"""Where bars begin."""
ROW = 30
METRIC_ROW = 42
RIGHT = 130
"""Room behind a bar for what it is."""
STAGES = {
    "not_started": "#9aa6b5", "started": "#8a6bc1", "in_progress": "#6d4aa8", "qualified": "#2f76c2", "enrolled": "#0e7490",
    "active": "#25803f", "renewal_due": "#b36b00", "at_risk": "#c2410c", "lost": "#a3352b", "expired": "#6b7280",
    "undetermined": "#9b7b16",
}  # fmt: skip
"""The colour of each stage; white is read on all of them."""
_OTHER = "#475569"


def stages_drawing(counts: Sequence[Count], say: Voice) -> str:
    """Return how many awards are at each stage: a bar for each kind and level, with a legend."""
    rows = [
        (group, list(found)) for group, found in groupby(counts, key=lambda one: group_text(one.kind, one.level, say))
    ]
    if not rows:
        return ""
    most = max(sum(len(one.standings) for one in found) for _, found in rows)
    wide = (WIDTH - LEFT - 20) / most
    stages = list(dict.fromkeys(one.stage for one in counts))
    height = ROW * len(rows) + 40
    return "\n".join(
        [
            *_begin(height, say("chart-stages")),
            *_stage_rows(rows, wide, say),
            *_legend(stages, height - 14, say),
            "</svg>",
        ]
    )


def _stage_rows(rows: Sequence[tuple[str, list[Count]]], wide: float, say: Voice) -> Iterator[str]:
    for index, (group, found) in enumerate(rows):
        y, x = ROW * index + 4, float(LEFT)
        yield f'<text x="{LEFT - 12}" y="{y + 16}" text-anchor="end">{escape(group)}</text>'
        for one in found:
            width = wide * len(one.standings)
            titles = say.comma(standing.title for standing in one.standings)
            yield (
                f'<g><title>{escape(say.of(say.word("stage", one.stage), titles))}</title><rect x="{x:.1f}" y="{y}" width="{max(width - 1, 1):.1f}" '
                f'height="22" rx="3" fill="{STAGES.get(one.stage, _OTHER)}"/>'
            )
            if width > 22:
                yield f'<text class="on" x="{x + width / 2:.1f}" y="{y + 16}" text-anchor="middle">{len(one.standings)}</text>'
            yield "</g>"
            x += width


def _legend(stages: Sequence[str], y: float, say: Voice) -> Iterator[str]:
    x = float(LEFT)
    for stage in stages:
        said = say.word("stage", stage)
        yield f'<rect x="{x:.1f}" y="{y - 10}" width="12" height="12" rx="2" fill="{STAGES.get(stage, _OTHER)}"/>'
        yield f'<text class="dim" x="{x + 17:.1f}" y="{y}">{escape(said)}</text>'
        x += 34 + 7.2 * text_width(said)


def metrics_drawing(metrics: Sequence[Metric], say: Voice) -> str:
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
            *_begin(height, say("chart-metrics")),
            *(
                line
                for index, row in enumerate(rows.values())
                for line in _metric_row(row, METRIC_ROW * index + 2, say)
            ),
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


def _metric_row(row: Sequence[Metric], y: int, say: Voice) -> Iterator[str]:
    first = row[0]
    marks = [(one, mark) for one in row if (mark := _mark(one)) is not None]
    ends = _bar(first)
    if ends is None:
        return
    low, high = ends
    room = WIDTH - LEFT - RIGHT
    scale = float(max(high, *(mark for _, mark in marks))) * 1.05 or 1.0
    title, observed = shortened(first.title, 40), observed_text(first, say)
    top = y + 14
    yield f"<g><title>{escape(say.of(first.title, observed))}</title>"
    yield f'<text x="{LEFT - 12}" y="{top + 13}" text-anchor="end">{escape(title)}</text>'
    yield f'<rect class="ground" x="{LEFT}" y="{top}" width="{room}" height="18" rx="3"/>'
    if high > low:
        yield f'<rect class="perhaps" x="{LEFT}" y="{top}" width="{room * float(high) / scale:.1f}" height="18" rx="3"/>'
    yield f'<rect class="bar" x="{LEFT}" y="{top}" width="{max(room * float(low) / scale, 1.5):.1f}" height="18" rx="3"/>'
    said: dict[Decimal, list[str]] = {}
    for one, mark in marks:
        level = one.standing.rule.level
        said.setdefault(mark, []).append(say("chart-needed") if level is None else say.word("level", level))
        x = LEFT + room * float(mark) / scale
        yield f'<line class="mark {one.outcome}" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 3}" y2="{top + 21}"/>'
    free = float(LEFT)
    for mark, names in sorted(said.items()):
        # A word that would cover the one before it stands behind that.
        text = say("number-of", name=say.both(names), figure=number(mark))
        half = 3.1 * text_width(text)
        x = max(min(LEFT + room * float(mark) / scale, LEFT + room - half), free + half)
        free = x + half + 8
        yield f'<text class="dim small" x="{x:.1f}" y="{top - 5}" text-anchor="middle">{escape(text)}</text>'
    yield f'<text class="dim" x="{WIDTH - RIGHT + 8}" y="{top + 13}">{escape(shortened(observed, 18))}</text></g>'


def _begin(height: int, label: str) -> Iterator[str]:
    yield f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-label={quoteattr(label)}>'
