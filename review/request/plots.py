"""Three more drawings of a trial: points before and after against the mark, flips over the days, and money by rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from html import escape

from dsl import core as c
from dsl.core.bounds import Bounding
from dsl.core.ranges import Numbers
from dsl.core.walk import walk
from review.diff.impact import Flip
from review.diff.impact_report import Impact
from review.guide.picture import SIZE, svg
from review.request.flips import Way, decided, figure, in_words, way_of
from review.request.plot import LABEL, shortened

MOST_PARTNERS = 14
"""Partners whose points are drawn: those whose points move most."""
MOST_RULES = 8
WIDE, LINE = 460, 22
"""Width of a scale and height of a line, in pixels."""
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """Points of a partner by a rule on a day, before and after, and the mark then where it is known."""

    title: str
    partner: str
    on: date
    before: Decimal
    after: Decimal
    mark: Decimal | None


def plots(impact: Impact, core: c.Core) -> Iterator[tuple[str, str]]:
    """Yield the drawings that there is something to draw for, each with what is said below it.

    Args:
        impact: the trial.
        core: the side after, whose marks are drawn.
    """
    moved = moved_points(impact, core)
    if moved:
        yield points_plot(moved), "Points before (ring) and after (dot), and the mark (bar), where they move most."
    if len(impact.days) > 1 and decided(impact.flips):
        yield days_plot(impact.flips, impact.days), "By day: losses below the line, gains above it; dashed: neither."
    money = list(_money(impact))
    if money:
        by = "rule and group" if any(flip.group for flip in impact.flips) else "rule"
        yield money_plot(money), f"Paid by all of them together, by {by}: before (dashed) and after."


def moved_points(impact: Impact, core: c.Core) -> list[Moved]:
    """Return the points that move, the most first: those that are one number on both sides."""
    marks = _Marks(core)
    found: list[Moved] = []
    for flip in impact.flips:
        was, now = (figure(flip.before), figure(flip.after)) if flip.what == "points" else (None, None)
        if was is not None and now is not None:
            title = impact.titles.get(flip.rule, flip.rule)
            found.append(Moved(title, flip.partner, flip.on, was, now, marks.of(flip.rule, flip.on)))
    found.sort(key=lambda one: (-abs(one.after - one.before), one.title, one.partner, one.on))
    return found[:MOST_PARTNERS]


class _Marks:
    """Knows the marks of scores."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._bounds = Bounding(core)

    def of(self, rule: str, day: date) -> Decimal | None:
        """Return the mark of a rule on a day; None where it has none, or nobody knows it."""
        version = self.core.rules[rule].version_on(day) if rule in self.core.rules else None
        if version is None or version.requirement is None:
            return None
        scores = (node for node in walk(version.requirement) if isinstance(node, c.PassScore))
        for score in scores:
            known = self._bounds.of(score.mark, c.Days(day, day + _ONE))
            return known.exact if isinstance(known, Numbers) else None
        return None


def points_plot(moved: Sequence[Moved]) -> str:
    """Return a line for each partner: a ring where its points were, a dot where they are, a bar at the mark."""
    most = max(max(one.before, one.after, one.mark or Decimal(0)) for one in moved) or Decimal(1)

    def x(value: Decimal) -> float:
        return LABEL + float(max(value, Decimal(0)) / most) * WIDE

    inner: list[str] = []
    for at, one in enumerate(moved):
        y = at * LINE + LINE / 2
        way = "gains" if one.after > one.before else "loses"
        inner.append(f'<text class="title" x="0" y="{y + SIZE / 3:.1f}">{escape(shortened(one.title))}</text>')
        inner.append(f'<path class="moves {way}" d="M{x(one.before):.1f} {y}H{x(one.after):.1f}"/>')
        inner.append(f'<circle class="before" cx="{x(one.before):.1f}" cy="{y}" r="4"/>')
        inner.append(f'<circle class="{way}" cx="{x(one.after):.1f}" cy="{y}" r="4"/>')
        if one.mark is not None:
            inner.append(f'<path class="mark" d="M{x(one.mark):.1f} {y - LINE / 2 + 2}V{y + LINE / 2 - 2}"/>')
        right = max(x(one.before), x(one.after), x(one.mark or Decimal(0))) + 10
        inner.append(
            f'<text class="text" x="{right:.1f}" y="{y + SIZE / 3:.1f}">{one.before:f} → {one.after:f}, {escape(one.partner)}</text>'
        )
    told = (
        f"{one.title}, {one.partner} on {one.on}: {one.before:f} to {one.after:f}"
        + (f", mark {one.mark:f}" if one.mark is not None else "")
        for one in moved
    )
    caption = f"Points before (ring) and after (dot), and the mark (bar). {'. '.join(told)}"
    return svg(LABEL + WIDE + 220, len(moved) * LINE + 2, caption, "".join(inner))


def days_plot(flips: Sequence[Flip], days: Sequence[date]) -> str:
    """Return a bar for each day: losses below the line, gains and what is neither above it."""
    counts: dict[date, dict[Way, int]] = {day: defaultdict(int) for day in sorted(days)}
    for flip in decided(flips):
        counts[flip.on][way_of(flip)] += 1
    tallest = max(max(ways["gains"] + ways["otherwise"], ways["loses"]) for ways in counts.values())
    bar, high = min(40.0, WIDE / len(counts)), 90.0
    line = 14 + max(ways["gains"] + ways["otherwise"] for ways in counts.values()) / tallest * high
    inner: list[str] = []
    for at, ways in enumerate(counts.values()):
        left, up, down = 40 + at * bar, line, line
        for way in ("gains", "otherwise", "loses"):
            size = ways[way] / tallest * high
            if not size:
                continue
            top = down if way == "loses" else up - size
            inner.append(
                f'<rect class="{way}" x="{left + 1:.1f}" y="{top:.1f}" width="{bar - 2:.1f}" height="{size:.1f}"/>'
            )
            up -= size if way != "loses" else 0
    last = list(counts)[-1]
    below = line + max(ways["loses"] for ways in counts.values()) / tallest * high + 16
    inner.append(f'<path class="wire" d="M40 {line:.1f}H{40 + bar * len(counts):.1f}"/>')
    inner.append(f'<text class="text" x="0" y="{line + 4:.1f}">{tallest:,}</text>')
    inner.append(f'<text class="text" x="40" y="{below:.1f}">{next(iter(counts))}</text>')
    if len(counts) > 1:
        end = max(180.0, 40 + bar * len(counts))
        inner.append(f'<text class="text" text-anchor="end" x="{end + 70:.1f}" y="{below:.1f}">to {last}</text>')
    told = (
        f"{day}: {', '.join(in_words(way, n) for way, n in ways.items() if n)}"
        for day, ways in counts.items()
        if any(ways.values())
    )
    caption = f"Decisions that flip, by day. {'. '.join(told)}"
    return svg(LABEL + WIDE + 120, below + 6, caption, "".join(inner))


@dataclass(frozen=True, slots=True)
class _Paid:
    """What partners are told to pay by a rule, before and after, where both are known."""

    title: str
    partners: int
    before: Decimal
    after: Decimal


def _money(impact: Impact) -> Iterator[_Paid]:
    found: dict[tuple[str, str], list[tuple[str, Decimal, Decimal]]] = defaultdict(list)
    for flip in impact.flips:
        was, now = (figure(flip.before), figure(flip.after)) if flip.what == "amount" else (None, None)
        if was is not None and now is not None:
            found[flip.rule, flip.group].append((flip.partner, was, now))
    paid_most = sorted(found.items(), key=lambda one: -sum(abs(now - was) for _, was, now in one[1]))
    for (rule, group), told in paid_most[:MOST_RULES]:
        before, after = sum((was for _, was, _ in told), Decimal(0)), sum((now for _, _, now in told), Decimal(0))
        title = impact.titles.get(rule, rule)
        yield _Paid(f"{group}: {title}" if group else title, len({partner for partner, _, _ in told}), before, after)


def money_plot(paid: Sequence[_Paid]) -> str:
    """Return two bars for each rule: what its partners paid together before, and what they pay after."""
    most = max(max(abs(one.before), abs(one.after)) for one in paid) or Decimal(1)
    inner: list[str] = []
    for at, one in enumerate(paid):
        y = at * 2 * LINE
        inner.append(f'<text class="title" x="0" y="{y + LINE:.1f}">{escape(shortened(one.title))}</text>')
        way = "loses" if one.after > one.before else "gains"
        for row, (value, look) in enumerate(((one.before, "otherwise"), (one.after, way))):
            width = max(2.0, float(abs(value) / most) * (WIDE - 60))
            top = y + row * (LINE - 4) + 3
            inner.append(
                f'<rect class="{look}" x="{LABEL}" y="{top:.1f}" width="{width:.1f}" height="{LINE - 8}"/>'
                f'<text class="text" x="{LABEL + width + 6:.1f}" y="{top + SIZE:.1f}">{value:,f}</text>'
            )
    told = (f"{one.title}: {one.before:,f} before, {one.after:,f} after, {one.partners} partners" for one in paid)
    caption = f"What partners pay by a rule whose amount changes, before (dashed) and after. {'. '.join(told)}"
    return svg(LABEL + WIDE + 120, len(paid) * 2 * LINE + 2, caption, "".join(inner))
