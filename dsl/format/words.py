"""How single words are written: blanks in phrases, thousands, blanks between two words."""

from __future__ import annotations

import re

from dsl.syntax import Token

COMMA_PHRASES = frozenset({"ROUNDED", "OTHERWISE", "SETTING"})
"""Phrases whose leading comma may be left out; the layout decides whether it is written."""

BREAKS = frozenset({"and", "or", "when", "over", "against", "sometime", "implies", "never costs", "+"})
"""Words that a long expression breaks before."""

_INTEGER = re.compile(r"\d{5,}")


def written(word: Token) -> str:
    """Return the canonical text of a word, without the comma that may lead a phrase.

    Args:
        word: any word; texts in quotes stay to the letter.
    """
    if word.kind == "STRING":
        return word.text
    if word.kind in ("_ROW", "_BAR"):
        return "|"
    text = " ".join(word.text.split())
    if word.kind in COMMA_PHRASES:
        return text.removeprefix(",").lstrip()
    if word.kind == "FIGURE":
        said, blank, figure = text.rpartition(" ")
        return f"{said}{blank}{_with_thousands(figure)}"
    return re.sub(r"^, ?(?=.)", ", ", text)


def _with_thousands(figure: str) -> str:
    """Separate the thousands of a figure of five digits or more; the digits stay."""
    match = _INTEGER.match(figure)
    if match is None:
        return figure
    whole, rest = match.group(), figure[match.end() :]
    head = len(whole) % 3 or 3
    groups = [whole[:head], *(whole[at : at + 3] for at in range(head, len(whole), 3))]
    return ",".join(groups) + rest


def has_blank_between(left: Token, right: Token) -> bool:
    """Whether a blank stands between two neighbouring words on a line."""
    is_tight = written(right)[0] in ",:])." or right.text == "["
    return not is_tight and left.text not in ("(", "[", ".")
