"""Words of the language, for advice: what begins a form, what is no name; the rest stands in ``turns.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from dsl.core import kinds

MAX_DEPTH = 40
"""Deepest nesting of braces, brackets and `not` that is read (P009); everything after may recurse."""

KINDS = (*kinds.KINDS, kinds.COMMON)
"""Words that begin a rule."""
TOP_WORDS = (
    "package",
    "source",
    "term",
    "kind",
    "membership",
    "facts",
    "records",
    "certifications",
    "group",
    "table",
    "define",
    "measure",
    *KINDS,
    "property",
)
"""Words that begin a top-level form."""

RESERVED = frozenset(
    {
        "and", "anniversary", "attained", "average", "count", "earliest", "holds", "largest", "latest", "never", "not",
        "or", "otherwise", "smallest", "sum", "today", "unknown",
    }
)  # fmt: skip
"""Words that mean something else wherever a value is expected, so that no fact can be read by them."""


@cache
def data() -> Mapping[str, Any]:
    """Return what stands in ``turns.toml``: words and turns of phrase by the names of their tables."""
    return tomllib.loads(files("dsl.mistakes").joinpath("turns.toml").read_text(encoding="utf-8"))


def clauses() -> tuple[str, ...]:
    """Return the words that lead a clause."""
    return tuple(data()["clauses"])


def named(text: str) -> str:
    """Return a name made of a title, or of words that are joined otherwise."""
    name = re.sub(r"\W+", "_", text.lower()).strip("_")
    return name if name[:1].isalpha() else "name"


def declaration(noun: str) -> str:
    """Return how a word for a kind of rules is declared."""
    return f'`kind {noun} "{noun.replace("_", " ").capitalize()}" like program`'


def number(word: str) -> str:
    """Return a number in figures that may be written as a word; another word as it stands."""
    return str(data()["numbers"].get(word.lower(), word))
