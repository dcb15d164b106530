"""From syntax to layout: where each form, clause and expression may break."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dsl.format.comments import Comments
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
    Member,
    OwnLine,
    Text,
    Trailing,
    Whole,
)
from dsl.format.tables import Widths
from dsl.format.words import BREAKS, has_blank_between, written
from dsl.syntax import Node, Part, Token

NOTES = frozenset({"cite", "assume", "was", "seen", "gate", "allow", "translated"})
"""Nodes that stand behind their clause."""

_CHAINS = frozenset({"and", "or", "add"})
"""Operators that nest to the left and break together."""

_BLANK = Text(" ")


class Layouter:
    """Makes the layout of one form."""

    def __init__(self, comments: Comments) -> None:
        self._comments = comments

    # ---- forms and clauses

    def clause(self, node: Node, widths: Widths | None = None) -> Doc:
        """Return the layout of a clause, field, entry, row or tier.

        Args:
            node: what stands at the beginning of a line.
            widths: the columns of the table that it is a row of.
        """
        if node.kind == "row" and widths is not None:
            return self._row(node, widths)
        head, braces = self._parts(node)
        if braces is None:
            return Indent(head, STEP, based=True)
        # Deeper than the members in the braces, so that a long head does not run into them.
        return Concat((Indent(head, 2 * STEP, based=True), _BLANK, braces))

    def form(self, node: Node) -> Doc:
        """Return the layout of a form: as a clause, but its head is one line, whatever its length."""
        head, braces = self._parts(node)
        if braces is None:
            return Indent(head, STEP, based=True)
        return Concat((Indent(Whole(head), 2 * STEP, based=True), _BLANK, braces))

    def _parts(self, node: Node) -> tuple[Doc, Doc | None]:
        """Return the layout of what a clause says, notes included, and of its braces."""
        head, notes, braced = _split(node)
        lead = self._head(node, head)
        docs = (lead, *(Indent(self.part(note), 0, based=True) for note in notes))
        return Fill(docs, sticky=True) if notes else lead, self._join(node, braced) if braced else None

    def _head(self, node: Node, parts: Sequence[Part]) -> Doc:
        """Lay out a clause without its notes and its body; a long value goes below its label."""
        sign = {"item": ":", "version": ":", "define": "="}.get(node.kind)
        at = next((i for i, part in enumerate(parts) if isinstance(part, Token) and part.text == sign), None)
        if at is None or at + 1 == len(parts):
            return self._join(node, parts)
        label, value = parts[: at + 1], parts[at + 1 :]
        if any(_has_braces(part) for part in value):
            return Concat((self._join(node, label), _BLANK, self._join(node, value)))
        return Concat((self._join(node, label), Follow(self._join(node, value), always=sign == "=")))

    def _row(self, node: Node, widths: Widths) -> Doc:
        cells = [part for part in node.parts if not _is_note(part)]
        words = [word for part in cells for word in _leaves(part)]
        if any(self._comments.is_between(left, right) for left, right in pairwise(words)):
            line = self._join(node, cells)
        else:
            trailing = self._comments.around(words[-1]).trailing
            line = Concat((Text(widths.line(node)), *([Trailing(trailing)] if trailing else [])))
        notes = [Whole(self.part(part)) for part in node.parts if _is_note(part)]
        blanks: list[Doc] = [Text("  ") if index == 0 else _BLANK for index in range(len(notes))]
        behind = [doc for pair in zip(blanks, notes, strict=True) for doc in pair]
        return Indent(Concat((line, *behind)), STEP, based=True)

    # ---- braces

    def _braces(self, node: Node, parts: Sequence[Part]) -> Doc:
        """Lay out `{`, members, `}`."""
        opening, *inner, closing = parts
        if not (isinstance(opening, Token) and isinstance(closing, Token)):
            raise TypeError("braces begin and end with a sign")
        rows = [part for part in inner if isinstance(part, Node) and part.kind == "row"]
        widths = Widths.of(rows) if rows else None
        members: list[Member] = []
        last: Part | None = None
        for part in inner:
            if not isinstance(part, Node):
                raise TypeError("members are nodes")
            joint = self._joint(node, last, part)
            around = self._comments.take_before(next(part.leaves()))
            members.append(Member(self.clause(part, widths), around.remarks, around.blank, joint))
            last = part
        end = self._comments.take_before(closing)
        is_hard = opening.span.line != closing.span.line
        return Braces(self._word(opening), tuple(members), self._word(closing), end.remarks, is_hard)

    def _joint(self, node: Node, last: Part | None, part: Node) -> str | None:
        """Return what joins a member to the one before on its line, None where it begins a line.

        `, lost after ...` stays behind its clause; `with points ...` behind its mark and short members of a list stay
        together as the author put them.
        """
        if last is None:
            return None
        left, right = _last(last), next(part.leaves())
        if self._comments.is_between(left, right):
            return None
        if right.text.startswith(","):
            return ", "
        if left.span.line != right.span.line:
            return None
        if right.kind == "PHRASE" and right.text.startswith("with"):
            return " "
        is_short = node.kind == "list" and all(len(list(_leaves(each))) == 1 for each in (last, part))
        return "  " if is_short else None

    # ---- expressions

    def part(self, part: Part) -> Doc:
        """Return the layout of a word, an expression, a note or a body."""
        return self._word(part) if isinstance(part, Token) else self._join(part, part.parts)

    def _join(self, node: Node, parts: Sequence[Part]) -> Doc:
        """Lay out the parts of a node one behind the other, with breaks where the node may break."""
        at = next((i for i, part in enumerate(parts) if isinstance(part, Token) and part.kind == "LBRACE"), None)
        # What stands in the braces of a figure over groups is one expression.
        if at is not None and node.kind != "grouped":
            braces = self._braces(node, parts[at:])
            return Concat((self._join(node, parts[:at]), _BLANK, braces)) if at else braces
        if any(isinstance(part, Token) and part.kind == "COMMA" for part in parts):
            return self._list(node, parts)
        if node.kind == "when":
            return self._choice(node)
        return self._run(node, _flattened(node, parts))

    def _choice(self, node: Node) -> Doc:
        """Lay out `a when b, otherwise c when d, otherwise e`: an arm a line when one line is too short."""
        arms: list[list[Part]] = [[]]
        for part in _flattened(node, node.parts):
            if isinstance(part, Token) and part.kind == "OTHERWISE":
                arms.append([])
            arms[-1].append(part)
        docs: list[Doc] = []
        for index, arm in enumerate(arms):
            if index:
                has_comma = not self._comments.is_between(_last(arms[index - 1][-1]), _first(arm[0]))
                docs.extend([Text(","), Line()] if has_comma else [Line()])
            docs.append(Indent(self._run(node, arm), STEP, based=index > 0))
        return Group(Concat(tuple(docs)))

    def _list(self, node: Node, parts: Sequence[Part]) -> Doc:
        """Lay out parts with commas between them: as many on a line as fit."""
        segments: list[list[Part]] = [[]]
        for part in parts:
            segments[-1].append(part)
            if isinstance(part, Token) and part.kind == "COMMA":
                segments.append([])
        return Fill(tuple(self._run(node, segment) for segment in segments if segment))

    def _run(self, node: Node, parts: Sequence[Part]) -> Doc:
        breaks = [index > 0 and self._breaks_before(node, part, parts) for index, part in enumerate(parts)]
        docs: list[Doc] = []
        before: Token | None = None
        for index, part in enumerate(parts):
            word = _first(part)
            if before is not None:
                if word.kind == "ROUNDED" and not self._comments.is_between(before, word):
                    docs.append(Text(","))
                if breaks[index]:
                    docs.append(Line())
                elif has_blank_between(before, word):
                    docs.append(_BLANK)
            doc = self._operand(node, part)
            is_behind_break = any(breaks[: index + 1])
            docs.append(Indent(doc, STEP, based=is_behind_break) if any(breaks) and isinstance(part, Node) else doc)
            before = _last(part)
        whole = Concat(tuple(docs))
        return Group(whole) if any(breaks) else whole

    def _operand(self, node: Node, part: Part) -> Doc:
        doc = self.part(part)
        if node.kind == "add" and isinstance(part, Node) and part.kind == "capped":
            # `a up to 300 + b` reads as if the cap were on the sum.
            return Concat((Text("("), doc, Text(")")))
        return doc

    def _breaks_before(self, node: Node, part: Part, parts: Sequence[Part]) -> bool:
        if isinstance(part, Node):
            return part.kind == "earns" and not any(_has_braces(each) for each in parts)
        if part.kind in ("NONE", "END"):
            return node.kind == ("add" if part.kind == "NONE" else "range")
        return part.kind != "STRING" and node.kind != "case" and part.text in BREAKS

    def _word(self, word: Token) -> Doc:
        around = self._comments.around(word)
        docs: list[Doc] = [OwnLine(remark.text) for remark in around.remarks]
        docs.append(Text(written(word)))
        if around.trailing is not None:
            docs.append(Trailing(around.trailing))
        return Concat(tuple(docs)) if len(docs) > 1 else docs[0]


def _split(node: Node) -> tuple[list[Part], list[Part], list[Part]]:
    """Return the head of a clause, its notes, and its braces with what stands in them."""
    parts = list(node.parts)
    braced: list[Part] = []
    last = parts[-1]
    if isinstance(last, Node) and last.kind == "body":
        braced = [parts.pop()]
    elif isinstance(last, Token) and last.kind == "RBRACE":
        at = next(i for i, part in enumerate(parts) if isinstance(part, Token) and part.kind == "LBRACE")
        parts, braced = parts[:at], parts[at:]
    at = len(parts)
    while at > 1 and _is_note(parts[at - 1]):
        at -= 1
    if node.kind == "field" and isinstance(parts[at - 1], Token) and _first(parts[at - 1]).kind == "STRING":
        # The title of a field stands where the notes stand.
        at -= 1
    return parts[:at], parts[at:], braced


def _flattened(node: Node, parts: Sequence[Part]) -> list[Part]:
    """Return the parts of a chain of equal operators, or of `when ... otherwise ... when`, on one level."""
    result = list(parts)
    if node.kind in _CHAINS:
        while isinstance(result[0], Node) and result[0].kind == node.kind:
            result[:1] = result[0].parts
    elif node.kind == "when":
        while isinstance(result[-1], Node) and result[-1].kind == "when":
            result[-1:] = result[-1].parts
    return result


def _is_note(part: Part) -> bool:
    return isinstance(part, Node) and part.kind in NOTES


def _leaves(part: Part) -> list[Token]:
    return [part] if isinstance(part, Token) else list(part.leaves())


def _first(part: Part) -> Token:
    return part if isinstance(part, Token) else next(part.leaves())


def _last(part: Part) -> Token:
    return _leaves(part)[-1]


def _has_braces(part: Part) -> bool:
    return any(word.kind == "LBRACE" for word in _leaves(part))
