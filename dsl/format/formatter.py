"""Policy text in its canonical layout: ``format_text`` and ``format_source``."""

from __future__ import annotations

from dataclasses import dataclass

from dsl.diagnostics import Diagnostic
from dsl.format.comments import Comments, has_blank
from dsl.format.layout import Remark
from dsl.format.rules import Layouter
from dsl.format.sameness import says_the_same
from dsl.format.writer import Writer
from dsl.parser import parse
from dsl.source import Source
from dsl.syntax import Block, Comment, Tree


class FormatError(RuntimeError):
    """The layout would have changed what the text says: a bug of the formatter, the text stays as it is."""


def format_text(text: str) -> str:
    """Return the text in its canonical layout; blocks that do not parse stay to the letter."""
    return format_source(Source("<text>", text.replace("\r\n", "\n")))[0]


def format_source(source: Source) -> tuple[str, list[Diagnostic]]:
    """Return the text of a source in its canonical layout.

    Returns:
        The text, and what the parser reported about the blocks that stay to the letter.

    Raises:
        FormatError: the result does not say the same; never expected.
    """
    tree, found = parse(source, None)
    text = _laid_out(tree)
    if not says_the_same(tree, parse(Source(source.name, text), None)[0]):
        raise FormatError(f"formatting {source.name} would change what it says")
    return text, found


@dataclass(frozen=True)
class _Piece:
    """A stretch of the source that is laid out by itself: a block with the comments in and behind it."""

    start: int
    end: int
    block: Block | None
    comments: tuple[Comment, ...]


def _laid_out(tree: Tree) -> str:
    writer = Writer()
    end: int | None = None
    for piece in _pieces(tree):
        blank = end is not None and has_blank(tree.source, end, piece.start)
        end = piece.end
        if piece.block is None:
            writer.remark(Remark(piece.comments[0].text, blank), 0)
        elif piece.block.form is None:
            writer.raw(tree.source.text[piece.start : piece.end].rstrip(), blank=blank)
        else:
            form = piece.block.form
            comments = Comments(tree.source, form.leaves(), piece.comments)
            writer.newline(0, blank=blank)
            writer.write(Layouter(comments).form(form))
    return writer.text()


def _pieces(tree: Tree) -> list[_Piece]:
    """Return the blocks, and every comment between them, in order."""
    pieces: list[_Piece] = []
    waiting = list(tree.comments)
    for index, block in enumerate(tree.blocks):
        start, end = block.span.start, block.span.end
        while waiting and waiting[0].span.start < start:
            pieces.append(_remark(waiting.pop(0)))
        bound = tree.blocks[index + 1].span.start if index + 1 < len(tree.blocks) else len(tree.source.text)
        inside: list[Comment] = []
        while waiting and waiting[0].span.start < bound and _belongs(waiting[0], block):
            inside.append(waiting.pop(0))
        if inside:
            end = max(end, inside[-1].span.end)
        if block.form is None:
            start = tree.source.text.rfind("\n", 0, start) + 1
        pieces.append(_Piece(start, end, block, tuple(inside)))
    return [*pieces, *(_remark(comment) for comment in waiting)]


def _remark(comment: Comment) -> _Piece:
    return _Piece(comment.span.start, comment.span.end, None, (comment,))


def _belongs(comment: Comment, block: Block) -> bool:
    """Whether a comment is in a block or behind its last line; a broken block keeps all indented ones."""
    if comment.span.start < block.span.end or not comment.alone:
        return True
    return block.form is None and comment.span.column > 1
