"""Policy text as written: forms, clauses and words with their places, and the comments beside them.

The tree is generic: the kind of a node is the name of its production in ``grammar.lark``, the kind of a token the
name of its terminal. Meaning begins in ``dsl.lower.to_document``; the formatter reads this tree and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span


@dataclass(frozen=True, slots=True)
class Token:
    """One word, figure, string or sign, as written."""

    kind: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Node:
    """A production of the grammar with its parts in order, punctuation included."""

    kind: str
    parts: tuple[Part, ...]
    span: Span

    def nodes(self, *kinds: str) -> list[Node]:
        """Return the child nodes, of the given kinds where any are named."""
        return [part for part in self.parts if isinstance(part, Node) and (not kinds or part.kind in kinds)]

    def node(self, *kinds: str) -> Node | None:
        """Return the first child node of the kinds, or None."""
        return next(iter(self.nodes(*kinds)), None)

    def tokens(self, *kinds: str) -> list[Token]:
        """Return the child tokens, of the given kinds where any are named."""
        return [part for part in self.parts if isinstance(part, Token) and (not kinds or part.kind in kinds)]

    def token(self, *kinds: str) -> Token | None:
        """Return the first child token of the kinds, or None."""
        return next(iter(self.tokens(*kinds)), None)

    def leaves(self) -> Iterator[Token]:
        """Yield every token below this node, in order."""
        for part in self.parts:
            if isinstance(part, Token):
                yield part
            else:
                yield from part.leaves()


Part: TypeAlias = Node | Token


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its ``#``; ``alone`` when nothing else stands on its line."""

    text: str
    span: Span
    alone: bool


@dataclass(frozen=True, slots=True)
class Block:
    """The text of one top-level form: parsed (``form``) or broken (``form`` is None).

    ``mended`` is what a broken one seems to say, so that the names it gives are known; it is never laid out or decided.
    ``words`` are the findings about words: their fixes have to check; those that rest on the spelling alone have with
    them what is told where they do not.
    """

    span: Span
    form: Node | None
    mended: Node | None = None
    words: tuple[tuple[Diagnostic, Diagnostic | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """A source as written: its top-level blocks in order, and its comments."""

    source: Source
    blocks: tuple[Block, ...]
    comments: tuple[Comment, ...]

    @property
    def forms(self) -> tuple[Node, ...]:
        """The forms that could be parsed, mended ones included."""
        forms = (block.form or block.mended for block in self.blocks)
        return tuple(form for form in forms if form is not None)
