"""Documents of text and possible line breaks; ``dsl.format.writer`` lays them out.

A document is flat (all on one line) or broken at its lines. Comments are part of a document: what stands behind a
comment begins a new line, so a comment never leaves its place between two words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

STEP = 2
"""Columns of one level of indentation."""


@dataclass(frozen=True)
class Text:
    """A word or blanks, never broken."""

    text: str

    @property
    def width(self) -> int | None:
        """Columns when flat; None for a document that cannot be flat."""
        return len(self.text)

    @property
    def first(self) -> tuple[int, bool]:
        """Columns up to the first place where a line may end, and whether there is such a place."""
        return len(self.text), False


@dataclass(frozen=True)
class Line:
    """A blank, or a line break in a broken group."""

    width = 1
    first = (0, True)


@dataclass(frozen=True)
class OwnLine:
    """A comment on a line of its own."""

    text: str
    width = 0
    first = (0, True)


@dataclass(frozen=True)
class Trailing:
    """A comment at the end of a line; its width does not count."""

    text: str
    width = 0
    first = (0, True)


@dataclass(frozen=True)
class Concat:
    """Documents one behind the other."""

    parts: tuple[Doc, ...]

    @cached_property
    def width(self) -> int | None:
        """As in ``Text``; None where a comment stands between two words."""
        total = 0
        seen_word = False
        seen_comment = False
        for part in self.parts:
            if part.width is None:
                return None
            if begins_with_comment(part):
                if seen_word:
                    return None
            elif seen_comment and part.width:
                return None
            seen_word = seen_word or part.width > 0
            seen_comment = seen_comment or ends_with_comment(part)
            total += part.width
        return total

    @cached_property
    def first(self) -> tuple[int, bool]:
        """As in ``Text``."""
        total = 0
        for part in self.parts:
            columns, ends = part.first
            total += columns
            if ends:
                return total, True
        return total, False


@dataclass(frozen=True)
class Group:
    """Flat when it fits, else all its own lines break."""

    doc: Doc

    @property
    def width(self) -> int | None:
        """As in ``Text``."""
        return self.doc.width

    @property
    def first(self) -> tuple[int, bool]:
        """As in ``Text``."""
        return self.doc.first


@dataclass(frozen=True)
class Whole:
    """Flat however long it is, unless a comment stands in it."""

    doc: Doc

    @property
    def width(self) -> int | None:
        """As in ``Text``."""
        return self.doc.width

    @property
    def first(self) -> tuple[int, bool]:
        """As in ``Text``."""
        return self.doc.first if self.doc.width is None else (self.doc.width, ends_with_comment(self.doc))


@dataclass(frozen=True)
class Indent:
    """Lines in it are indented further; with ``based`` braces in it close at the column of its first line."""

    doc: Doc
    step: int = STEP
    based: bool = False

    @property
    def width(self) -> int | None:
        """As in ``Text``."""
        return self.doc.width

    @property
    def first(self) -> tuple[int, bool]:
        """As in ``Text``."""
        return self.doc.first


@dataclass(frozen=True)
class Fill:
    """Parts with blanks between; a part that does not fit begins a line.

    ``sticky``: behind the first break every part begins a line (the notes of a clause).
    """

    parts: tuple[Doc, ...]
    sticky: bool = False

    @cached_property
    def width(self) -> int | None:
        """As in ``Text``."""
        return Concat(tuple(between(self.parts, Text(" ")))).width

    @cached_property
    def first(self) -> tuple[int, bool]:
        """As in ``Text``."""
        columns, ends = self.parts[0].first
        return columns, ends or len(self.parts) > 1


@dataclass(frozen=True)
class Follow:
    """A blank and what follows a colon or `=`.

    What does not fit goes to the next line when it fits there whole (``always``: in any case).
    """

    doc: Doc
    always: bool = False

    @property
    def width(self) -> int | None:
        """As in ``Text``."""
        inner = self.doc.width
        return None if inner is None or begins_with_comment(self.doc) else inner + 1

    first = (0, True)


@dataclass(frozen=True)
class Remark:
    """A comment on its own line, and whether a blank line stands before it."""

    text: str
    blank: bool = False


@dataclass(frozen=True)
class Member:
    """A thing in braces: the comments before it, and how it is joined to the one before.

    ``joint``: what joins it to the member before on the same line (None: it begins a line in broken braces).
    """

    doc: Doc
    remarks: tuple[Remark, ...] = ()
    blank: bool = False
    joint: str | None = None


@dataclass(frozen=True)
class Braces:
    """Members in braces: on one line if they fit, else a member a line. ``hard``: never on one line."""

    opening: Doc
    members: tuple[Member, ...]
    closing: Doc
    last_remarks: tuple[Remark, ...] = ()
    hard: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in the braces, not even a comment."""
        return not self.members and not self.last_remarks and not ends_with_comment(self.opening)

    @cached_property
    def flat(self) -> Doc:
        """The members on one line."""
        if self.is_empty:
            return Concat((self.opening, self.closing))
        parts: list[Doc] = [self.opening, Text(" ")]
        for index, member in enumerate(self.members):
            if index:
                parts.append(Text(member.joint or "  "))
            parts.append(member.doc)
        return Concat((*parts, Text(" "), self.closing))

    @cached_property
    def width(self) -> int | None:
        """As in ``Text``."""
        remarked = bool(self.last_remarks) or any(member.remarks for member in self.members)
        return None if (self.hard and not self.is_empty) or remarked else self.flat.width

    @property
    def first(self) -> tuple[int, bool]:
        """As in ``Text``."""
        return (2, False) if self.is_empty else (1, True)


Doc: TypeAlias = Text | Line | OwnLine | Trailing | Concat | Group | Whole | Indent | Fill | Follow | Braces


def between(parts: Sequence[Doc], separator: Doc) -> list[Doc]:
    """Return the parts with a separator between each two."""
    result: list[Doc] = []
    for index, part in enumerate(parts):
        if index:
            result.append(separator)
        result.append(part)
    return result


def begins_with_comment(doc: Doc) -> bool:
    """Whether the first thing of the document is a comment."""
    match doc:
        case OwnLine():
            return True
        case Concat(parts=parts) | Fill(parts=parts):
            return bool(parts) and begins_with_comment(parts[0])
        case Group(doc=inner) | Indent(doc=inner) | Whole(doc=inner) | Follow(doc=inner):
            return begins_with_comment(inner)
        case Braces(opening=opening):
            return begins_with_comment(opening)
        case _:
            return False


def ends_with_comment(doc: Doc) -> bool:
    """Whether the last thing of the document is a comment."""
    match doc:
        case OwnLine() | Trailing():
            return True
        case Concat(parts=parts) | Fill(parts=parts):
            return bool(parts) and ends_with_comment(parts[-1])
        case Group(doc=inner) | Indent(doc=inner) | Whole(doc=inner) | Follow(doc=inner):
            return ends_with_comment(inner)
        case Braces(closing=closing):
            return ends_with_comment(closing)
        case _:
            return False
