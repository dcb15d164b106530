"""A timeline as a drawing (SVG): bands of holding, marks of what happens, the score as a line against its mark.

One lane a rule. What happens has a number at its day, and the same number stands before its sentence below the lanes: a
drawing that is printed or put into a page says all that it shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import escape, quoteattr

from dsl.core.ranges import Numbers, Truth
from evaluator.timeline.fold import Life, Timeline
from evaluator.timeline.happenings import Happening, Kind
from review.languages.voice import ENGLISH, Voice, shortened, text_width
from review.words.timeline_text import colour, days_text, digest_text, holdings, reasons_text, sentence

WIDTH = 1080
LEFT, RIGHT = 20, 24
AXIS_LABEL = 46
"""How much room the name of a month takes."""
TOP = 66
TITLE, BAND, STRIP, MARKS, SCORE, GAP = 20, 20, 5, 20, 70, 16
LINE = 18
COLUMN = 6.3
"""Width of a letter of the legend that is not of full width, a little more than most have."""
MOST_TOLD = 60
"""Sentences below the lanes; what is left of more is told by their number."""
LONGEST = 128
"""Columns of a sentence: letters of full width take two."""

_SHOWN: tuple[Kind, ...] = (
    "attained", "carried_over", "lost", "checked", "renewed", "bought", "refused", "fee_due", "payment_due",
    "window_opens", "window_closes", "stage", "options", "level", "begins", "ends", "eligibility",
)  # fmt: skip
"""What has a mark of its own; points are the line."""
_COLOURS = {
    "met": "#1b7f3b", "unmet": "#b3261e", "undetermined": "#9a6700", "warning": "#9a6700", "info": "#1f5fa8", "faint": "#5f6368"
}  # fmt: skip
_HELD = {Truth.TRUE: "#2f9e57", Truth.UNKNOWN: "url(#perhaps)"}
_ELIGIBLE = {"eligible": "#2f9e57", "not_eligible": "#d9534f", "undetermined": "#e0b030"}


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    last: date

    def at(self, day: date) -> float:
        """Return where a day begins."""
        days = (self.last - self.first).days + 1
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - self.first).days / days

    def after(self, day: date) -> float:
        """Return where a day ends."""
        return self.at(day + timedelta(days=1))


def timeline_drawing(timeline: Timeline, say: Voice) -> str:
    """Return the drawing as an SVG document."""
    scale = _Scale(timeline.first, timeline.last)
    shown = [one for one in timeline.happenings if one.kind in _SHOWN]
    numbers = {id(one): index for index, one in enumerate(shown, 1)}
    body: list[str] = []
    y = TOP
    titles = Counter(say.with_level(life.title, life.rule.level) for life in timeline.lives)
    for life in timeline.lives:
        own = [one for one in shown if one.rule == life.rule.id]
        if titles[say.with_level(life.title, life.rule.level)] > 1:
            # Two of one title are told apart by what rules call them.
            body.append(_text(WIDTH - RIGHT, y + 14, life.rule.id, fill="#5f6368", anchor="end"))
        lane, height = _lane(life, own, numbers, scale, y, say)
        body += lane
        y += height + GAP
    others = [one for one in shown if one.rule not in {life.rule.id for life in timeline.lives}]
    if others:
        body.append(_text(LEFT, y + 14, say("drawing-bought"), weight="bold"))
        body += _marks(others, numbers, scale, y + TITLE, say)
        y += TITLE + MARKS + GAP
    axis = list(_axis(scale, y - GAP + 4))
    told = list(_told(shown, timeline, y + 8, say))
    height = y + 8 + LINE * (min(len(shown), MOST_TOLD) + 2) + 26
    title = days_text(timeline.first, timeline.last, say)
    # Han letters are drawn by the language: the same one looks another way in Japanese than in Chinese.
    language = "" if say.tag == ENGLISH else f' xml:lang="{say.tag}"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg"{language} viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label={quoteattr(say("drawing", days=title))} font-family="Segoe UI, Helvetica, Arial, sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        '<defs><pattern id="perhaps" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="8" height="8" fill="#f2e3b3"/><rect width="4" height="8" fill="#e0b030"/></pattern></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(LEFT, 24, title, size=18, weight="bold"),
        *_legend(say),
    ]
    return "\n".join([*head, *axis, *body, *told, "</svg>"]) + "\n"


def _lane(
    life: Life, own: Sequence[Happening], numbers: dict[int, int], scale: _Scale, y: float, say: Voice
) -> tuple[list[str], int]:
    """Return the lane of a rule from a height on, and how high it is."""
    found = [_text(LEFT, y + 14, say.with_level(life.title, life.rule.level), weight="bold")]
    top = y + TITLE
    height = TITLE
    if any(span.state.held is not None for span in life.spans):
        found.append(_rect(scale.at(scale.first), scale.after(scale.last), top, BAND, "#eceff1"))
        for first, last, truth in holdings(life):
            found.append(
                _rect(scale.at(first), scale.after(last), top, BAND, _HELD[truth], days_text(first, last, say))
            )
            if scale.after(last) - scale.at(first) > 90:
                said = say("drawing-held" if truth is Truth.TRUE else "drawing-perhaps_held")
                fill = "#ffffff" if truth is Truth.TRUE else "#3c2f00"
                found.append(_text(scale.at(first) + 8, top + 14, said, fill=fill))
        top, height = top + BAND, height + BAND
    for span in life.spans:
        if span.state.eligibility is not None and span.state.in_force:
            days = days_text(span.first, span.last, say)
            said = say("drawing-state", said=say.outcome(span.state.eligibility), days=days)
            found.append(
                _rect(scale.at(span.first), scale.after(span.last), top, STRIP, _ELIGIBLE[span.state.eligibility], said)
            )
    top, height = top + STRIP, height + STRIP
    found += _marks(own, numbers, scale, top, say)
    top, height = top + MARKS, height + MARKS
    if any(span.state.points is not None for span in life.spans):
        found += _score(life, scale, top + 6, say)
        height += SCORE + 6
    return found, height


def _score(life: Life, scale: _Scale, y: float, say: Voice) -> Iterator[str]:
    """Yield the score as a line, or as an area where it is a range, against its mark."""
    out_of = max((span.state.out_of for span in life.spans if span.state.out_of is not None), default=None)
    if not out_of:
        return
    top = float(out_of)

    def height(points: float) -> float:
        return y + SCORE - SCORE * min(max(points, 0.0), top) / top

    yield _rect(scale.at(scale.first), scale.after(scale.last), y, SCORE, "#fafafa")
    line: list[tuple[float, float]] = []
    for span in life.spans:
        left, right = scale.at(span.first), scale.after(span.last)
        needed, points = span.state.needed, span.state.points
        if isinstance(needed, Numbers) and needed.low is not None and needed.low == needed.high:
            mark = height(float(needed.low))
            yield f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{mark:.1f}" y2="{mark:.1f}" stroke="#b3261e" stroke-dasharray="6 4"/>'
        if points is None or points.low is None or points.high is None:
            yield from _line(line)
            line = []
        elif points.low == points.high:
            at = height(float(points.low))
            if right - left > 24 and (not line or line[-1][1] != at):
                yield _text(left + 4, at + 13, f"{points.low:f}", fill="#1f5fa8", size=11)
            line += [(left, at), (right, at)]
        else:
            yield from _line(line)
            line = []
            low, high = height(float(points.low)), height(float(points.high))
            points_said = say("drawing-points-between", low=str(points.low), high=str(points.high))
            said = say("drawing-state", said=points_said, days=days_text(span.first, span.last, say))
            yield _rect(left, right, high, max(low - high, 1.0), "#c9dcf3", said)
    yield from _line(line)
    last = next((one.state for one in reversed(life.spans) if one.state.needed is not None), None)
    if last is not None and last.needed is not None and last.needed.low is not None:
        at = height(float(last.needed.low)) - 3
        yield _text(
            WIDTH - RIGHT - 4,
            at,
            say("drawing-needed", figure=f"{last.needed.low:f}"),
            fill="#b3261e",
            size=11,
            anchor="end",
        )
    yield _text(LEFT + 4, y + 11, say("drawing-points", figure=f"{out_of:f}"), fill="#5f6368", size=11)


def _line(points: Sequence[tuple[float, float]]) -> Iterator[str]:
    if points:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{path}" fill="none" stroke="#1f5fa8" stroke-width="2"/>'


def _marks(own: Sequence[Happening], numbers: dict[int, int], scale: _Scale, y: float, say: Voice) -> Iterator[str]:
    """Yield a numbered mark for each thing that happens; marks that would cover each other share one."""
    groups: list[tuple[float, list[Happening]]] = []
    for one in own:
        x = scale.at(one.on)
        if groups and x - groups[-1][0] < 16 + 9 * len(groups[-1][1]):
            groups[-1][1].append(one)
        else:
            groups.append((x, [one]))
    for x, ones in groups:
        fill = _COLOURS[_gravest(ones)]
        said = (
            ",".join(str(numbers[id(one)]) for one in ones)
            if len(ones) < 4
            else f"{numbers[id(ones[0])]}–{numbers[id(ones[-1])]}"
        )
        width = 9 + 7 * len(said)
        left = min(max(x - width / 2, 2), WIDTH - width - 2)
        hint = say.semicolon(f"{one.on} {say.of(one.title, sentence(one, say))}" for one in ones)
        yield (
            f'<g><title>{escape(hint)}</title><line x1="{x:.1f}" x2="{x:.1f}" y1="{y - STRIP - 2:.1f}" y2="{y + 4:.1f}" stroke="{fill}" stroke-width="2"/>'
            f'<rect x="{left:.1f}" y="{y + 3:.1f}" width="{width}" height="15" rx="7" fill="{fill}"/>'
            f'<text x="{left + width / 2:.1f}" y="{y + 14:.1f}" text-anchor="middle" font-size="10" fill="#ffffff">{said}</text></g>'
        )


def _gravest(ones: Sequence[Happening]) -> str:
    order = ("unmet", "warning", "undetermined", "met", "info", "faint")
    return min((colour(one) for one in ones), key=order.index)


def _axis(scale: _Scale, bottom: float) -> Iterator[str]:
    """Yield lines and names of months, quarters or years, as many as there is room for."""
    months = (scale.last.year - scale.first.year) * 12 + scale.last.month - scale.first.month + 1
    step = next((one for one in (1, 2, 3, 6, 12) if months / one <= 16), 12)
    for month in range(scale.first.year * 12, scale.last.year * 12 + 12, step):
        day = date(month // 12, month % 12 + 1, 1)
        if scale.first <= day <= scale.last:
            x = scale.at(day)
            yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 12}" y2="{bottom:.1f}" stroke="#d0d4d9" stroke-width="1"/>'
            if x + AXIS_LABEL <= WIDTH:
                yield _text(x + 3, TOP - 4, f"{day:%Y}" if step == 12 else f"{day:%Y-%m}", fill="#5f6368", size=11)


def _legend(say: Voice) -> Iterator[str]:
    told = [
        (fill, name, say(f"drawing-{name}"))
        for fill, name in (
            (_HELD[Truth.TRUE], "held"), ("url(#perhaps)", "perhaps_held"), (_ELIGIBLE["eligible"], "met"),
            (_ELIGIBLE["not_eligible"], "not_met"), (_ELIGIBLE["undetermined"], "not_known"),
        )
    ]  # fmt: skip
    widths = [19 + COLUMN * text_width(said) + 16 for _, _, said in told]
    x = WIDTH - RIGHT - sum(widths) + 16
    for (fill, name, said), width in zip(told, widths, strict=True):
        is_band = name in ("held", "perhaps_held")
        yield _rect(x, x + 14, 12 if is_band else 17, 14 if is_band else STRIP, fill)
        yield _text(x + 19, 24, said, fill="#3c4043", size=12)
        x += width


def _told(shown: Sequence[Happening], timeline: Timeline, y: float, say: Voice) -> Iterator[str]:
    y += LINE
    levels = {life.rule.id: life.rule.level for life in timeline.lives}
    for index, one in enumerate(shown[:MOST_TOLD], 1):
        why = reasons_text(one.reasons[:2], say)
        said = say.of(say.with_level(one.title, levels.get(one.rule)), sentence(one, say))
        cut = shortened(say("in-brackets", said=said, more=why) if why else said, LONGEST)
        yield _text(LEFT + 24, y, str(index), fill=_COLOURS[colour(one)], anchor="end", weight="bold")
        yield _text(LEFT + 34, y, str(one.on))
        yield _text(LEFT + 114, y, cut)
        y += LINE
    if len(shown) > MOST_TOLD:
        yield _text(LEFT + 34, y, say("more", count=len(shown) - MOST_TOLD))
        y += LINE
    yield _text(
        LEFT,
        y + 10,
        digest_text(timeline.version, timeline.digest, timeline.engine, say),
        fill="#5f6368",
        size=11,
    )


def _rect(left: float, right: float, y: float, height: float, fill: str, said: str = "") -> str:
    title = f"<title>{escape(said)}</title>" if said else ""
    return f'<rect x="{left:.1f}" y="{y:.1f}" width="{max(right - left, 0.5):.1f}" height="{height:.1f}" fill="{fill}">{title}</rect>'


def _text(
    x: float, y: float, said: str, *, fill: str = "#202124", size: int = 13, weight: str = "", anchor: str = ""
) -> str:
    more = (f' font-weight="{weight}"' if weight else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}"{more}>{escape(said)}</text>'
