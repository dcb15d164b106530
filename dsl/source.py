"""Source text with a name, and places in it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A text and the name it is shown under: a path as given by the user, or ``<text>``."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offset of the first character of every line, the first line at 0."""
        starts = [0]
        starts.extend(index + 1 for index, char in enumerate(self.text) if char == "\n")
        return tuple(starts)

    def line_of(self, offset: int) -> int:
        """Return the line (1-based) that the offset stands in."""
        return bisect_right(self.line_starts, offset)

    def column_of(self, offset: int) -> int:
        """Return the column (1-based, in code points) of the offset."""
        return offset - self.line_starts[self.line_of(offset) - 1] + 1

    def line_text(self, line: int) -> str:
        """Return the text of a line (1-based) without its line break."""
        start = self.line_starts[line - 1]
        end = self.text.find("\n", start)
        return self.text[start : len(self.text) if end < 0 else end].rstrip("\r")

    def offset_of(self, line: int, column: int = 1) -> int:
        """Return the offset of a line and column (both 1-based)."""
        return self.line_starts[line - 1] + column - 1


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range ``[start, end)`` of a source, in code points."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line of the first character, 1-based."""
        return self.source.line_of(self.start)

    @property
    def column(self) -> int:
        """Column of the first character, 1-based."""
        return self.source.column_of(self.start)

    @property
    def text(self) -> str:
        """The text that the span covers."""
        return self.source.text[self.start : self.end]

    @property
    def place(self) -> str:
        """``file:line:column``, as editors and terminals link it."""
        return f"{self.source.name}:{self.line}:{self.column}"

    def to(self, other: Span) -> Span:
        """Return the span from the start of this one to the end of the other, in the same source."""
        return Span(self.source, min(self.start, other.start), max(self.end, other.end))

    @property
    def after(self) -> Span:
        """The empty span just behind this one: where something is missing."""
        return Span(self.source, self.end, self.end)


NO_SOURCE = Source("<made>", "")
NO_SPAN = Span(NO_SOURCE, 0, 0)


def read_source(path: Path, name: str | None = None) -> Source:
    """Read a UTF-8 file as a source; line ends become those of Unix.

    Raises:
        OSError: the file cannot be read.
        UnicodeDecodeError: the file is not UTF-8.
    """
    text = path.read_text(encoding="utf-8-sig")
    return Source(name if name is not None else str(path), text.replace("\r\n", "\n"))
