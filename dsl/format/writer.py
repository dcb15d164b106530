"""Lays documents out line by line, in 110 columns.

Why the result formats to itself: every choice depends on the widths of words alone, and on whether a pair of braces
must break (``Braces.hard``). Braces that were broken for want of room are hard when they are read again, and what
encloses them could not have been flat the first time either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from dsl.format.layout import (
    STEP,
    Braces,
    Concat,
    Doc,
    Fill,
    Follow,
    Group,
    Indent,
    Line,
    OwnLine,
    Remark,
    Text,
    Trailing,
    Whole,
    begins_with_comment,
    ends_with_comment,
)

WIDTH = 110
"""Widest line, where words allow."""


@dataclass
class Writer:
    """Lays documents out line by line; a line is its code and the comment behind it."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    code: str = ""
    comment: str = ""
    must_end: bool = False
    """A comment was written: whatever comes next begins a line."""

    # ---- lines

    def newline(self, indent: int, *, blank: bool = False) -> None:
        """End the line, unless nothing stands on it, and begin one; with ``blank`` an empty line before."""
        if self.code.strip():
            self.lines.append((self.code.rstrip(), self.comment))
        if blank and self.lines:
            self.lines.append(("", ""))
        self.code = " " * indent
        self.comment = ""
        self.must_end = False

    def word(self, text: str, indent: int) -> None:
        """Write a word or blanks; blanks vanish where a line begins."""
        if text.isspace():
            if not self.must_end and self.code.strip():
                self.code += text
            return
        if self.must_end and text:
            self.newline(indent)
        self.code += text

    def remark(self, remark: Remark, indent: int) -> None:
        """Write a comment on a line of its own."""
        self.newline(indent, blank=remark.blank)
        self.code += remark.text
        self.must_end = True

    def raw(self, text: str, *, blank: bool) -> None:
        """Write lines to the letter."""
        self.newline(0, blank=blank)
        self.lines.extend((line, "") for line in text.split("\n"))

    def text(self) -> str:
        """Return all lines; comments behind neighbouring lines stand in one column."""
        self.newline(0)
        result: list[str] = []
        index = 0
        while index < len(self.lines):
            run = index
            while run < len(self.lines) and self.lines[run][1]:
                run += 1
            column = max((len(code) for code, _ in self.lines[index:run]), default=0)
            result.extend(f"{code:<{column}}  {comment}" for code, comment in self.lines[index:run])
            if run < len(self.lines):
                result.append(self.lines[run][0])
            index = run + 1
        return "".join(line + "\n" for line in result)

    # ---- documents

    def write(self, doc: Doc, indent: int = 0, *, base: int = 0, flat: bool = False, after: int = 0) -> None:
        """Write a document.

        Args:
            doc: the document.
            indent: where its broken lines begin.
            base: where braces that it opens close.
            flat: whether everything stands on one line.
            after: columns that must follow on its last line.
        """
        match doc:
            case Text(text=text):
                self.word(text, indent)
            case Line():
                if flat:
                    self.word(" ", indent)
                else:
                    self.newline(indent)
            case OwnLine(text=text):
                self.remark(Remark(text), indent)
            case Trailing(text=text):
                self.comment = text
                self.must_end = True
            case Concat(parts=parts):
                for index, part in enumerate(parts):
                    columns, ends = Concat(parts[index + 1 :]).first
                    self.write(part, indent, base=base, flat=flat, after=columns if ends else columns + after)
            case Group(doc=inner):
                self.write(inner, indent, base=base, flat=flat or self._fits(inner, indent, after), after=after)
            case Whole(doc=inner):
                self.write(inner, indent, base=base, flat=flat or inner.width is not None, after=after)
            case Indent(doc=inner, step=step, based=based):
                self.write(inner, indent + step, base=indent if based else base, flat=flat, after=after)
            case Fill():
                self._write_fill(doc, indent, base, flat, after)
            case Follow():
                self._write_follow(doc, indent, base, flat, after)
            case Braces():
                self._write_braces(doc, base, flat, after)
            case _:
                assert_never(doc)

    def _fits(self, doc: Doc, indent: int, after: int, blanks: int = 0) -> bool:
        if doc.width is None:
            return False
        begins_line = self.must_end or begins_with_comment(doc)
        column = indent if begins_line else len(self.code) + blanks
        return column + doc.width + (0 if ends_with_comment(doc) else after) <= WIDTH

    def _write_fill(self, doc: Fill, indent: int, base: int, flat: bool, after: int) -> None:
        lines_before = len(self.lines)
        stays = True
        for index, part in enumerate(doc.parts):
            follows = 0 if index + 1 < len(doc.parts) else after
            if index == 0:
                self.write(part, indent, base=base, flat=flat, after=follows)
                stays = len(self.lines) == lines_before or self.code.strip() == "}"
                continue
            behind = not self.must_end and not begins_with_comment(part) and self._fits(part, indent, follows, 1)
            if flat or (behind and (stays or not doc.sticky)):
                self.word(" ", indent)
                self.write(part, indent, base=base, flat=True, after=follows)
            else:
                stays = False
                self.newline(indent)
                self.write(part, indent, base=base, after=follows)

    def _write_follow(self, doc: Follow, indent: int, base: int, flat: bool, after: int) -> None:
        inner = doc.doc
        in_place = flat or self.must_end or begins_with_comment(inner) or self._fits(inner, indent, after, 1)
        fits_below = inner.width is not None and indent + inner.width + after <= WIDTH
        if in_place or not (doc.always or fits_below):
            self.word(" ", indent)
            self.write(inner, indent, base=base, flat=flat, after=after)
        else:
            self.newline(indent)
            self.write(inner, indent + STEP, base=indent, after=after)

    def _write_braces(self, doc: Braces, base: int, flat: bool, after: int) -> None:
        inside = base + STEP
        if flat or doc.is_empty or self._fits(doc, inside, after):
            self.write(doc.flat, inside, base=base, flat=True, after=after)
            return
        self.write(doc.opening, inside, base=base)
        lines_before = 0
        for index, member in enumerate(doc.members):
            is_joined = member.joint is not None and len(self.lines) == lines_before
            if is_joined and member.joint is not None and self._fits(member.doc, inside, 0, len(member.joint)):
                self.code += member.joint
                self.write(member.doc, inside, base=inside, flat=True)
                continue
            for place, remark in enumerate(member.remarks):
                self.remark(Remark(remark.text, remark.blank and bool(index or place)), inside)
            self.newline(inside, blank=member.blank and bool(index or member.remarks))
            lines_before = len(self.lines)
            self.write(member.doc, inside, base=inside)
        for place, remark in enumerate(doc.last_remarks):
            self.remark(Remark(remark.text, remark.blank and bool(doc.members or place)), inside)
        self.newline(base)
        self.write(doc.closing, base, base=base, after=after)
