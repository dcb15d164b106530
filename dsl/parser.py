"""Text to syntax. The only module that imports lark.

A file is cut into blocks at its top-level words and each block is parsed alone: an error stays in its block, and the
next top-level word ends a block whose brace was left open.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from lark import Lark, Token as LarkToken, Tree as LarkTree, __version__ as lark_version
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from dsl import mistakes
from dsl.diagnostics import Diagnostic
from dsl.mistakes import MAX_DEPTH, Stop
from dsl.source import Source, Span
from dsl.syntax import Block, Comment, Node, Part, Token, Tree

_STRING_OR_COMMENT = re.compile(r'"[^"\n]*"|#[^\n]*')
_TOP_LINE = re.compile(r"^[a-z]\w*", re.MULTILINE)


def cache_file(grammar: str) -> str | None:
    """Return where the parser's tables for a grammar are kept, or None where there is no place for them.

    Building them takes half a second, reading them ten milliseconds. The folder is the user's own: lark unpickles what
    it finds there.
    """
    name = hashlib.sha256(f"{lark_version}\n{sys.version}\n{grammar}".encode()).hexdigest()[:16]
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = base / "merit"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.getuid() or not os.access(folder, os.W_OK):
            return None
    except (OSError, RuntimeError):
        return None
    return str(folder / f"grammar-{name}.cache")


@cache
def _lark() -> Lark:
    grammar = files("dsl").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        cache=cache_file(grammar) or False,
        start="form",
        parser="lalr",
        lexer="contextual",
        strict=True,
        propagate_positions=True,
        maybe_placeholders=False,
        keep_all_tokens=True,
    )


def parse(source: Source) -> tuple[Tree, list[Diagnostic]]:
    """Parse a source; broken blocks stand in the tree without a form and are reported.

    Reports:
        P001-P0xx, one for each broken block.
    """
    comments, code = _comments_of(source)
    blocks: list[Block] = []
    found: list[Diagnostic] = []
    for span in _blocks_of(source, code):
        form, diagnostic = _parse_block(span, code)
        blocks.append(Block(span, form))
        if diagnostic is not None:
            found.append(diagnostic)
    return Tree(source, tuple(blocks), comments), found


def _comments_of(source: Source) -> tuple[tuple[Comment, ...], str]:
    """Return the comments, and the text with comments and strings blanked out (same length)."""
    comments: list[Comment] = []
    code = list(source.text)
    for match in _STRING_OR_COMMENT.finditer(source.text):
        start, end = match.span()
        if match.group().startswith("#"):
            line_start = source.text.rfind("\n", 0, start) + 1
            alone = not source.text[line_start:start].strip()
            comments.append(Comment(match.group().rstrip(), Span(source, start, end), alone))
            code[start:end] = " " * (end - start)
        else:
            code[start:end] = '"' + "x" * (end - start - 2) + '"'
    return tuple(comments), "".join(code)


def _blocks_of(source: Source, code: str) -> list[Span]:
    """Cut the text at its top-level words; text before the first one is a block of its own when it holds code."""
    starts: list[int] = []
    depth_from = 0
    for match in _TOP_LINE.finditer(code):
        start = match.start()
        is_top = match.group() in mistakes.TOP_WORDS and not re.match(r"\s*:", code[match.end() :])
        between = code[depth_from:start]
        if is_top or between.count("{") <= between.count("}"):
            starts.append(start)
            depth_from = start
    bounds = [*starts, len(code)]
    spans = [Span(source, a, b) for a, b in pairwise(bounds)]
    head = code[: bounds[0]]
    if head.strip():
        first = len(head) - len(head.lstrip())
        spans.insert(0, Span(source, first, bounds[0]))
    return [_trimmed(span, code) for span in spans]


def _trimmed(span: Span, code: str) -> Span:
    """Drop blank space and comments behind the last code of a block."""
    return Span(span.source, span.start, span.start + len(code[span.start : span.end].rstrip()))


def _parse_block(span: Span, code: str) -> tuple[Node | None, Diagnostic | None]:
    text = span.text
    blanked = code[span.start : span.end]
    early = mistakes.before_parsing(span, blanked)
    if early is not None:
        return None, early
    try:
        tree = _lark().parse(text)
    except UnexpectedToken as stop:
        at_end = stop.token.type == "$END"
        start = len(text) if at_end else (stop.token.start_pos or 0)
        word = "" if at_end else str(stop.token)
        return None, mistakes.explain(Stop(span, blanked, start, word, frozenset(stop.accepts or stop.expected)))
    except UnexpectedCharacters as stop:
        return None, mistakes.explain(
            Stop(span, blanked, Source("", text).offset_of(stop.line, stop.column), "", frozenset(stop.allowed or ()))
        )
    except UnexpectedEOF as stop:
        return None, mistakes.explain(Stop(span, blanked, len(text), "", frozenset(stop.expected)))
    try:
        node = _convert(tree, span)
    except RecursionError:
        return None, mistakes.too_deep(span)
    if isinstance(node, Token):
        raise AssertionError("a form is a node")
    return node, None


def _convert(tree: LarkTree[LarkToken], block: Span, depth: int = 0) -> Part:
    """Copy lark's tree into ours, with places in the whole source."""
    if depth > MAX_DEPTH * 4:
        raise RecursionError("deeper than mistakes.before_parsing lets through")
    parts: list[Part] = []
    for child in tree.children:
        if isinstance(child, LarkTree):
            parts.append(_convert(child, block, depth + 1))
        else:
            start = block.start + (child.start_pos or 0)
            parts.append(Token(child.type, str(child), Span(block.source, start, start + len(child))))
    span = parts[0].span.to(parts[-1].span) if parts else Span(block.source, block.start, block.start)
    return Node(str(tree.data), tuple(parts), span)
