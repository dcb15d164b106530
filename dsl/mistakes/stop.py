"""Where reading stopped, and what could be typed there instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

_STRING_OR_COMMENT = re.compile(r'"[^"\n]*"|#[^\n]*')


def blanked(text: str) -> str:
    """Return the text with strings and comments blanked out, in the same length."""

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        return " " * len(found) if found.startswith("#") else '"' + "x" * (len(found) - 2) + '"'

    return _STRING_OR_COMMENT.sub(blank, text)


@dataclass(frozen=True)
class Stop:
    """Where the parser stopped in a block, and what could have stood there (asked only where it is told)."""

    text: str
    offset: int
    expecting: Callable[[], frozenset[str]]
    nouns: frozenset[str] = frozenset()
    """Words that begin a rule because the programme declares them as kinds."""

    @cached_property
    def expected(self) -> frozenset[str]:
        """Names of the terminals that could have stood at the stop."""
        return self.expecting()

    @cached_property
    def code(self) -> str:
        """The block with strings and comments blanked."""
        return blanked(self.text)

    @property
    def rest(self) -> str:
        """The code from the stop on."""
        return self.code[self.offset :]

    @property
    def line(self) -> tuple[int, int]:
        """Start and end of the line of the stop; at a block's end, of its last line."""
        start = self.code.rfind("\n", 0, self.offset) + 1
        end = self.code.find("\n", self.offset)
        return start, len(self.code) if end < 0 else end

    @property
    def before(self) -> int:
        """Offset behind the last code before the stop."""
        return len(self.code[: self.offset].rstrip())

    @property
    def word_start(self) -> int:
        """Offset of the label whose colon is the stop, else the stop."""
        if not self.rest.startswith(":"):
            return self.offset
        match = re.search(r"[a-z]\w*[ \t]*(?:\"x*\"[ \t]*)?$", self.code[: self.offset])
        return match.start() if match else self.offset

    @property
    def depth(self) -> int:
        """How many braces are open at the stop."""
        head = self.code[: self.offset]
        return head.count("{") - head.count("}")

    def previous_word(self) -> tuple[int, str]:
        """Return offset and text of the word that ends before the stop; an empty text where there is none."""
        before = len(self.code[: self.word_start].rstrip())
        match = re.search(r"[\w.,?%]+$|[^\w\s]+$", self.code[:before])
        return (match.start(), match.group()) if match else (before, "")

    def starts(self) -> list[int]:
        """Return where the clause around the stop may begin: behind a brace, at the start of a line, nearest first."""
        line = self.line[0]
        ends = {match.end() for match in re.finditer(r"[{}]\s*|^[ \t]*", self.code[: self.offset], re.MULTILINE)}
        here = sorted((end for end in ends if line <= end <= self.offset), reverse=True)
        above = [match.end() for match in re.finditer(r"^[ \t]*(?=\S)", self.code[: max(line - 1, 0)], re.MULTILINE)]
        return [*here, *reversed(above[-2:])]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mistake as guessed: what is told, and the edits that would mend it, all in offsets of the block."""

    code: str
    message: str
    start: int
    end: int
    help: str
    edits: tuple[tuple[int, int, str], ...] = ()
    title: str = ""
    labels: tuple[tuple[int, int, str], ...] = ()
    safe: bool = False
    sure: bool = False
    """Told even where the block still stops at the same place."""
    sign: bool = False
    """Sure to be meant, whatever is said with it: a figure, a brace, the bar of a row."""
    guess: bool = False
    """Told for the spelling of words alone: withdrawn where what it makes of them does not check."""
    asks: bool = False
    """More than one thing may be meant: nothing is mended, and nothing else is guessed."""
    cut: int | None = None
    """What follows from here is another form, and not read with this one."""


Look = Callable[[Stop], Iterator[Proposal]]


def swap(
    code: str,
    message: str,
    span: tuple[int, int],
    new: str,
    help_: str = "",
    *,
    safe: bool = False,
    guess: bool = False,
) -> Proposal:
    """Return the proposal to write ``new`` in place of a stretch."""
    shown = new.strip(" ,")
    return Proposal(
        code,
        message,
        *span,
        help_ or f"write `{shown}`",
        ((*span, new),),
        f"write `{shown}`" if shown else "delete it",
        safe=safe,
        guess=guess,
    )


def put(
    code: str, message: str, span: tuple[int, int], at: int, new: str, help_: str, *, guess: bool = False
) -> Proposal:
    """Return the proposal to insert a text."""
    shown = " ".join(new.split())
    return Proposal(code, message, *span, help_, ((at, at, new),), f"insert `{shown}`", guess=guess)


def applied(text: str, edits: tuple[tuple[int, int, str], ...]) -> str:
    """Return the text with the edits made; they do not overlap."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text
