"""Drawings as SVG: requirement trees and what hangs together. Boxes hold their wrapped text, so nothing overlaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from review.guide.content import Neighbours, Twig

BOX, GAP_X, GAP_Y, PAD, LINE = 200, 46, 10, 8, 16
"""Width of a box, gaps between columns and rows, padding in a box, height of a line; in pixels."""
SIZE, BOLD = 12.5, 1.2
"""Size of letters, and how much wider bold ones are."""
MOST = 14
"""How many neighbours a side shows by name."""

_NARROW, _WIDE = set("ijltfrI.,:;'|!()[] ’“”-"), set("mwMWQO%@&")


def width_of(text: str) -> float:
    """Estimate the width of a text, on the wide side, so that it fits in any font."""
    units = sum(
        0.36 if char in _NARROW else 0.93 if char in _WIDE else 0.72 if char.isupper() else 0.58 for char in text
    )
    return units * SIZE


def wrapped(text: str, room: float) -> list[str]:
    """Break a text into lines that fit; a word that is too long is broken.

    Examples:
        >>> wrapped("one two three", 50)
        ['one two', 'three']
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        rest = word
        while width_of(rest) > room:
            cut = max(1, next(at for at in range(len(rest), 0, -1) if at == 1 or width_of(rest[:at]) <= room))
            if line:
                lines.append(line)
            lines.append(rest[:cut])
            line, rest = "", rest[cut:]
        if line and width_of(f"{line} {rest}") > room:
            lines.append(line)
            line = rest
        elif rest:
            line = f"{line} {rest}".strip()
    return [*lines, line] if line else lines


@dataclass(frozen=True, slots=True)
class _Box:
    title: tuple[str, ...]
    text: tuple[str, ...]
    joint: str
    parts: tuple[_Box, ...]

    @property
    def height(self) -> float:
        """Its own height."""
        return 2 * PAD + LINE * (len(self.title) + len(self.text))

    @property
    def room(self) -> float:
        """The height that the box and all behind it need."""
        inner = sum(part.room for part in self.parts) + GAP_Y * max(0, len(self.parts) - 1)
        return max(self.height, inner)

    @property
    def depth(self) -> int:
        """How many boxes stand behind each other, itself included."""
        return 1 + max((part.depth for part in self.parts), default=0)


def _box(twig: Twig) -> _Box:
    room = BOX - 2 * PAD
    title = tuple(wrapped(twig.title, room / BOLD))
    return _Box(title, tuple(wrapped(twig.text, room)), twig.joint, tuple(_box(part) for part in twig.parts))


def tree(root: Twig, caption: str) -> str:
    """Draw a requirement tree from left to right."""
    box = _box(root)
    width = box.depth * BOX + (box.depth - 1) * GAP_X + 2
    height = box.room + 2
    return svg(width, height, caption, "".join(_drawn(box, 1, 1)))


def _drawn(box: _Box, x: float, y: float) -> Iterator[str]:
    """Yield a box and, behind it, its parts from its own height downwards: what is read first stands at the top."""
    start, turn, far = x + BOX, x + BOX + GAP_X / 2, x + BOX + GAP_X
    first = y + PAD + LINE / 2
    at = y
    before = first
    yield from _rectangle(box, x, y, "root" if x == 1 else "leaf" if not box.parts else "twig")
    for part in box.parts:
        middle = at + PAD + LINE / 2
        way = f"M{start:.1f} {first:.1f}H{far:.1f}" if at == y else f"M{turn:.1f} {before:.1f}V{middle:.1f}H{far:.1f}"
        before = middle
        yield f'<path class="wire" d="{way}"/>'
        yield from _drawn(part, far, at)
        at += part.room + GAP_Y
    if len(box.parts) > 1 and box.joint:
        yield f'<text class="joint" x="{start + 3:.1f}" y="{first - 4:.1f}">{escape(box.joint)}</text>'


def _rectangle(box: _Box, x: float, y: float, kind: str) -> Iterator[str]:
    yield f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{BOX}" height="{box.height:.1f}" rx="6"/>'
    at = y + PAD + LINE - 4
    for lines, word in ((box.title, "title"), (box.text, "text")):
        for line in lines:
            yield f'<text class="{word}" x="{x + PAD:.1f}" y="{at:.1f}">{escape(line)}</text>'
            at += LINE


def neighbours(drawing: Neighbours, caption: str, href: Callable[[str], str]) -> str:
    """Draw what a rule rests on at its left, and what rests on it at its right."""
    columns = [_column(drawing.before), [(_box(Twig(drawing.title, "")), "")], _column(drawing.after)]
    used = [column for column in columns if column]
    heights = [sum(box.height for box, _ in column) + GAP_Y * (len(column) - 1) for column in used]
    height, wide = max(heights) + 2, GAP_X + 20
    width = len(used) * BOX + (len(used) - 1) * wide + 2
    drawn: list[str] = []
    centre = used.index(columns[1])
    for index, (column, own) in enumerate(zip(used, heights, strict=True)):
        x, y = 1 + index * (BOX + wide), 1 + (height - 2 - own) / 2
        for box, key in column:
            middle = y + box.height / 2
            if index != centre:
                start, end = (x + BOX, x + BOX + wide) if index < centre else (x - wide, x)
                near, far = (middle, height / 2) if index < centre else (height / 2, middle)
                turn = (start + end) / 2
                drawn.append(f'<path class="wire" d="M{start:.1f} {near:.1f}H{turn:.1f}V{far:.1f}H{end:.1f}"/>')
            inner = "".join(_rectangle(box, x, y, "root" if index == centre else "twig"))
            drawn.append(f'<a href="{escape(href(key))}">{inner}</a>' if key else inner)
            y += box.height + GAP_Y
    return svg(width, height, caption, "".join(drawn))


def _column(found: Sequence[tuple[str, str]]) -> list[tuple[_Box, str]]:
    shown = [(_box(Twig(title, "")), key) for title, key in found[:MOST]]
    if len(found) > MOST:
        shown.append((_box(Twig(f"and {len(found) - MOST} more", "")), ""))
    return shown


def svg(width: float, height: float, caption: str, inner: str) -> str:
    """Return a drawing with its caption, for those who cannot see it."""
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img" '
        f'aria-label="{escape(caption)}"><title>{escape(caption)}</title>{inner}</svg>'
    )
