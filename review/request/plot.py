"""How many decisions flip, rule by rule: losses to the left, gains to the right of a line, what is neither behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from review.guide.picture import BOLD, SIZE, svg, width_of
from review.request.flips import Flipped, Way, in_words

MOST = 12
"""Rules that are drawn; the others are counted in the text."""
BAR, GAP, ROOM, LABEL = 18, 8, 150, 260
"""Height of a bar, gap between bars, room of the longest bar, room of a name; in pixels."""


def flips_plot(rows: Sequence[Flipped]) -> str:
    """Return the drawing as SVG; its caption says the counts, for those who cannot see it."""
    counts: dict[str, dict[Way, int]] = {}
    titles: dict[str, str] = {}
    for row in rows:
        counts.setdefault(row.rule, {})[row.way] = row.count
        titles[row.rule] = row.title or row.rule
    shown = list(counts.items())[:MOST]
    most = max(sum(ways.values()) for _, ways in shown)
    inner: list[str] = []
    for at, (rule, ways) in enumerate(shown):
        inner += _bars(titles[rule], ways, at * (BAR + GAP), most)
    caption = "Decisions that flip. " + ". ".join(f"{titles[rule]}: {_said(ways)}" for rule, ways in shown)
    middle, height = LABEL + ROOM, len(shown) * (BAR + GAP)
    line = f'<path class="wire" d="M{middle} 0V{height}"/>'
    return svg(LABEL + 2 * ROOM + 60, height + 2, caption, "".join(inner) + line)


def _bars(title: str, ways: dict[Way, int], y: float, most: int) -> Iterator[str]:
    base = y + BAR / 2 + SIZE / 3
    yield f'<text class="title" x="0" y="{base:.1f}">{escape(shortened(title))}</text>'
    middle = LABEL + ROOM
    left, right = float(middle), float(middle)
    for way in ("loses", "gains", "otherwise"):
        number = ways.get(way, 0)
        if not number:
            continue
        width = max(2.0, number / most * (ROOM - 40))
        x = left - width if way == "loses" else right
        yield f'<rect class="{way}" x="{x:.1f}" y="{y + 1:.1f}" width="{width:.1f}" height="{BAR}"/>'
        if way == "loses":
            yield f'<text class="text" text-anchor="end" x="{x - 4:.1f}" y="{base:.1f}">{number:,}</text>'
            left = x
        else:
            right = x + width
            yield f'<text class="text" x="{right + 4:.1f}" y="{base:.1f}">{number:,}</text>'
            right += width_of(f"{number:,}") + 8


def _said(ways: dict[Way, int]) -> str:
    return ", ".join(in_words(way, number) for way, number in ways.items())


def shortened(title: str) -> str:
    """Return a title that fits before the bars: its middle is left out, as titles differ at their ends.

    Examples:
        >>> shortened("Badge")
        'Badge'
        >>> len(shortened("Status of a solution area: " * 5)) < 50
        True
    """
    kept = len(title)
    shown = title
    while width_of(shown) * BOLD > LABEL - 10:
        kept -= 1
        head = kept // 3
        shown = f"{title[:head].rstrip()}…{title[len(title) - (kept - head) :].lstrip()}"
    return shown
