"""Marks in a line of text: links, figures that are provisional or not known, codes.

Phrases are composed of phrases (``evaluator.sentence``), so the marks travel inside the text, as characters that no
policy has a use for. A renderer takes the text apart with ``pieces``; ``plain`` drops the marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

_OPEN, _THEN, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARKED = re.compile(f"{_OPEN}([^{_OPEN}{_THEN}{_CLOSE}]*){_THEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_STRAY = re.compile(f"[{_OPEN}{_THEN}{_CLOSE}]")

Kind: TypeAlias = Literal["text", "link", "provisional", "unknown", "code"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line; ``target`` is the key of what a link leads to."""

    kind: Kind
    text: str
    target: str = ""


def link(text: str, target: str) -> str:
    """Mark a text as a link to a page or a place on one (``figures#pass_mark``)."""
    return f"{_OPEN}link {target}{_THEN}{clean(text)}{_CLOSE}"


def provisional(text: str) -> str:
    """Mark a figure or date as second-hand or not final."""
    return f"{_OPEN}provisional{_THEN}{clean(text)}{_CLOSE}"


def unknown(text: str) -> str:
    """Mark a figure that the programme does not tell."""
    return f"{_OPEN}unknown{_THEN}{clean(text)}{_CLOSE}"


def code(text: str) -> str:
    """Mark the code of a rule, which services switch on."""
    return f"{_OPEN}code{_THEN}{clean(text)}{_CLOSE}"


def clean(text: str) -> str:
    """Drop marks, so that a text can be marked as a whole."""
    return _STRAY.sub("", _MARKED.sub(lambda match: match.group(2), text))


def pieces(text: str) -> Iterator[Piece]:
    """Take a line apart.

    Examples:
        >>> [(piece.kind, piece.text) for piece in pieces(f"at least {provisional('70 points')}")]
        [('text', 'at least '), ('provisional', '70 points')]
    """
    end = 0
    for match in _MARKED.finditer(text):
        if match.start() > end:
            yield Piece("text", _STRAY.sub("", text[end : match.start()]))
        word, _, target = match.group(1).partition(" ")
        inner = _STRAY.sub("", match.group(2))
        match word:
            case "link" | "provisional" | "unknown" | "code":
                yield Piece(word, inner, target)
            case _:
                yield Piece("text", inner)
        end = match.end()
    if end < len(text):
        yield Piece("text", _STRAY.sub("", text[end:]))


def plain(text: str) -> str:
    """Return the words of a line; what is provisional says so.

    Examples:
        >>> plain(f"at least {provisional('70 points')}")
        'at least 70 points (?)'
    """
    return "".join(f"{piece.text} (?)" if piece.kind == "provisional" else piece.text for piece in pieces(text))


def series(texts: Iterable[str]) -> str:
    """Join titles, which may have commas of their own.

    Examples:
        >>> series(["Surveys, Security", "Exam units, weighted"])
        'Surveys, Security; Exam units, weighted'
    """
    return "; ".join(texts)


def sentence(text: str) -> str:
    """Begin a line with a capital letter, behind a mark too."""
    match = re.match(f"(?:{_OPEN}[^{_THEN}]*{_THEN})?[“(]?", text)
    at = match.end() if match is not None else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]
