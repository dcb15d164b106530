"""Whether two texts say the same: equal words in equal trees, and the same comments."""

from __future__ import annotations

from typing import TypeAlias

from dsl.format.words import written
from dsl.syntax import Block, Node, Part, Token, Tree

Shape: TypeAlias = tuple[str, "str | tuple[Shape, ...]"]
"""A word or node without its place and layout."""


def says_the_same(left: Tree, right: Tree) -> bool:
    """Whether two trees differ in layout only: blanks, thousands, optional commas, parentheses around a cap."""
    return (
        [comment.text for comment in left.comments] == [comment.text for comment in right.comments]
        and len(left.blocks) == len(right.blocks)
        and all(_is_same_block(a, b) for a, b in zip(left.blocks, right.blocks, strict=True))
    )


def _is_same_block(left: Block, right: Block) -> bool:
    if left.form is None or right.form is None:
        return left.form is right.form and left.span.text == right.span.text
    return shape(left.form) == shape(right.form)


def shape(part: Part) -> Shape:
    """Return what a part says, without place and layout."""
    if isinstance(part, Token):
        text = written(part)
        return part.kind, text.replace(",", "") if part.kind == "FIGURE" else text
    parts = (_without_parentheses(each) if part.kind == "add" else each for each in part.parts)
    return part.kind, tuple(shape(each) for each in parts)


def _without_parentheses(part: Part) -> Part:
    """Return the cap that stands in parentheses: the layout puts them around every cap in a sum."""
    if isinstance(part, Node) and part.kind == "paren":
        inner = part.node()
        if inner is not None and inner.kind == "capped":
            return inner
    return part
