"""``-k``: choose by words, with ``and``, ``or``, ``not`` and parentheses."""

from __future__ import annotations

import re
from collections.abc import Callable

Chosen = Callable[[str], bool]

_TOKEN = re.compile(r"\(|\)|[^\s()]+")


class SelectionError(ValueError):
    """An expression cannot be read."""


def selection(expression: str) -> Chosen:
    """Return whether a text is chosen: words are looked for in it, upper and lower case alike.

    Words beside each other stand for ``and``.

    Raises:
        SelectionError: the expression cannot be read.

    Examples:
        >>> selection("fee and not gold")("The fee of a silver partner")
        True
        >>> selection("(silver or gold) fee")("Without a fee")
        False
    """
    reader = _Reader(_TOKEN.findall(expression.lower()))
    chosen = reader.either()
    if reader.tokens:
        raise SelectionError(f"I do not understand `{reader.tokens[0]}` in `{expression}`")
    return lambda text: chosen(text.lower())


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def either(self) -> Chosen:
        parts = [self.both()]
        while self.tokens[:1] == ["or"]:
            self.tokens.pop(0)
            parts.append(self.both())
        return lambda text: any(part(text) for part in parts)

    def both(self) -> Chosen:
        parts = [self.one()]
        while self.tokens and self.tokens[0] not in ("or", ")"):
            if self.tokens[0] == "and":
                self.tokens.pop(0)
            parts.append(self.one())
        return lambda text: all(part(text) for part in parts)

    def one(self) -> Chosen:
        word = self.tokens.pop(0) if self.tokens else ""
        if word in ("", ")", "and", "or"):
            raise SelectionError(f"a word is missing{f' before `{word}`' if word else ' at the end'}")
        if word == "not":
            inner = self.one()
            return lambda text: not inner(text)
        if word == "(":
            inner = self.either()
            if self.tokens[:1] != [")"]:
                raise SelectionError("a `)` is missing")
            self.tokens.pop(0)
            return inner
        return lambda text: word in text
