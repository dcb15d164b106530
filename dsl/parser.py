"""Text to syntax. The only module that imports lark.

A file is cut into blocks at its top-level words and each block is parsed alone: an error stays in its block, and the
next top-level word ends a block whose brace was left open.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Callable, Collection
from functools import cache, partial
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from lark import Lark, Token as LarkToken, Tree as LarkTree, __version__ as lark_version
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from dsl.core.choosers import PLAIN
from dsl.core.kinds import COMMON, KINDS
from dsl.diagnostics import Diagnostic
from dsl.mistakes.mend import mend, nested_too_deeply, too_deep
from dsl.mistakes.slips import slips
from dsl.mistakes.spelling import is_misspelt
from dsl.mistakes.stop import Stop, applied
from dsl.mistakes.words import MAX_DEPTH, TOP_WORDS
from dsl.source import Source, Span
from dsl.syntax import Block, Comment, Node, Part, Token, Tree

_STRING_OR_COMMENT = re.compile(r'"[^"\n]*"|#[^\n]*')
_TOP_LINE = re.compile(r"^[A-Za-z]\w*", re.MULTILINE)
_FIRST_WORD = re.compile(r"[a-z]\w*")
_DECLARED = re.compile(r"^kind[ \t]+\"?([a-z]\w*)", re.MULTILINE | re.IGNORECASE)
"""Also where it is mistyped: what follows from that is told there alone."""
Attempt = Callable[[str], "LarkTree[LarkToken] | Stop"]
"""Returns the tree of a form, or where reading it stopped."""


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
def grammar() -> str:
    """Return the grammar, with the words that stand in tables filled in."""
    words = {
        "KINDS": (*KINDS, COMMON),
        "CHOOSERS": [chooser.word for chooser in PLAIN],
    }
    text = files("dsl").joinpath("grammar.lark").read_text(encoding="utf-8")
    return re.sub("@([A-Z]+)@", lambda found: "|".join(words[found[1]]), text)


@cache
def _lark() -> Lark:
    return Lark(
        grammar(),
        cache=cache_file(grammar()) or False,
        start="form",
        parser="lalr",
        lexer="contextual",
        strict=True,
        propagate_positions=True,
        maybe_placeholders=False,
        keep_all_tokens=True,
    )


def nouns_in(text: str) -> frozenset[str]:
    """Return the words that a text declares as kinds."""
    return frozenset(word.lower() for word in _DECLARED.findall(text))


def parse(source: Source, nouns: Collection[str] | None = ()) -> tuple[Tree, list[Diagnostic]]:
    """Parse a source; broken blocks stand in the tree without a form and are reported.

    Args:
        source: the text.
        nouns: words that begin a rule because other sources declare them as kinds; None: any word may be one, as for who
            has one file of several. Those that the source itself declares are known.

    Reports:
        P001-P019: what is mistyped, and what to type instead.
    """
    comments, code = _comments_of(source)
    blocks: list[Block] = []
    found: list[Diagnostic] = []
    known = nouns_in(code)
    attempt = partial(_attempt, nouns=None if nouns is None else known.union(nouns))
    for span in _blocks_of(source, code, known.union(nouns or ())):
        block, diagnostics = _parse_block(span, code, attempt)
        blocks.append(block)
        found.extend(diagnostics)
    return Tree(source, tuple(blocks), comments), found


def block_at(source: Source, place: Span) -> Span | None:
    """Return the block of a source in which a place lies."""
    _, code = _comments_of(source)
    return next(
        (
            span
            for span in _blocks_of(source, code, nouns_in(code))
            if span.start <= place.start and place.end <= span.end
        ),
        None,
    )


def reads(block: Span, edits: tuple[tuple[int, int, str], ...]) -> bool:
    """Whether a block can be read with edits made in its text."""
    return not isinstance(_attempt(applied(block.text, edits), None), Stop)


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


def _blocks_of(source: Source, code: str, nouns: Collection[str]) -> list[Span]:
    """Cut the text at its top-level words; text before the first one is a block of its own when it holds code."""
    starts: list[int] = []
    depth_from = 0
    for match in _TOP_LINE.finditer(code):
        start = match.start()
        is_top = (match.group().lower() in TOP_WORDS or match.group() in nouns) and not re.match(
            r"\s*:", code[match.end() :]
        )
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


def _parse_block(span: Span, code: str, attempt: Attempt) -> tuple[Block, list[Diagnostic]]:
    """Parse one block; a broken one is read as it would be without its mistakes."""
    deep = too_deep(span, code[span.start : span.end])
    if deep is not None:
        return Block(span, None), [deep]
    tree = attempt(span.text) if not is_misspelt(span.text) else None
    if isinstance(tree, LarkTree):
        form = _form(tree, span, None)
        return Block(span, form), [] if form is not None else [nested_too_deeply(span)]
    found, mended = mend(span, attempt)
    if mended is None:
        return Block(span, None), found
    return Block(span, None, _form(mended.tree, span, mended.places), mended.words), found


def _attempt(text: str, nouns: Collection[str] | None) -> LarkTree[LarkToken] | Stop:
    """Return the tree of a form, or where reading it stopped: at once where its first word is none of the nouns.

    Args:
        text: the form.
        nouns: words that are declared as kinds; None: any word that nobody takes for a slip.
    """
    known = frozenset(nouns or ())
    stopped = partial(Stop, nouns=known)
    first = _FIRST_WORD.match(text)
    word = first[0] if first is not None else ""
    if word and word not in TOP_WORDS and word not in known and (nouns is not None or slips(word, TOP_WORDS)):
        return stopped(text, 0, _begins_a_form)
    try:
        return _lark().parse(text)
    except UnexpectedToken as stop:
        at_end = stop.token.type == "$END"
        start = len(text) if at_end else (stop.token.start_pos or 0)
        return stopped(text, start, lambda stop=stop: frozenset(stop.accepts or stop.expected))  # type: ignore[misc]
    except UnexpectedCharacters as stop:
        start = Source("", text).offset_of(stop.line, stop.column)
        return stopped(text, start, lambda stop=stop: frozenset(stop.allowed or ()))  # type: ignore[misc]
    except UnexpectedEOF as stop:
        return stopped(text, len(text), lambda stop=stop: frozenset(stop.expected))  # type: ignore[misc]


@cache
def _begins_a_form() -> frozenset[str]:
    """Return the terminals that begin a form, but for the word of a kind that nobody declares."""
    try:
        _lark().parse("?")
    except UnexpectedCharacters as stop:
        return frozenset(stop.allowed or ()) - {"NOUN"}
    raise AssertionError("no form begins so")


def _form(tree: LarkTree[LarkToken], span: Span, places: tuple[int, ...] | None) -> Node | None:
    """Return the form of a tree, None where it is nested too deeply."""
    try:
        node = _convert(tree, span, places)
    except RecursionError:
        return None
    if isinstance(node, Token):
        raise AssertionError("a form is a node")
    return node


def _convert(tree: LarkTree[LarkToken], block: Span, places: tuple[int, ...] | None, depth: int = 0) -> Part:
    """Copy lark's tree into ours, with places in the whole source; ``places`` are those of a mended text."""
    if depth > MAX_DEPTH * 4:
        raise RecursionError("deeper than `too_deep` lets through")
    parts: list[Part] = []
    for child in tree.children:
        if isinstance(child, LarkTree):
            parts.append(_convert(child, block, places, depth + 1))
        else:
            text = child.lstrip(" \t")  # The bar that begins a row is read with the blanks before it.
            end = (child.start_pos or 0) + len(child)
            start = end - len(text)
            if places is not None:
                start, end = places[start], max(places[start], places[end])
            parts.append(Token(child.type, text, Span(block.source, block.start + start, block.start + end)))
    span = parts[0].span.to(parts[-1].span) if parts else Span(block.source, block.start, block.start)
    return Node(str(tree.data), tuple(parts), span)
