"""The page on the language: its examples are one programme that checks, and every word of the grammar is in one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dsl.diagnostics import Severity
from dsl.load import load_sources
from dsl.parser import grammar
from dsl.source import Source
from tests.dsl.grammar import read_grammar
from tests.test_docs import blocks

PAGE = Path(__file__).resolve().parents[1] / "docs" / "language.md"
EXAMPLES = [text for kind, text in blocks(PAGE) if kind == "rules"]
WRITTEN = " ".join(" ".join(text.split()) for text in EXAMPLES)
WORDS = read_grammar().words
LAYOUT = {
    "BLANK",
    "CASE",
    "CELL",
    "CODE",
    "COMMENT",
    "DATE",
    "FIGURE",
    "IN_LANGUAGE",
    "LABEL",
    "NAME",
    "NOUN",
    "STRING",
    "UNIT",
    "_BAR",
    "_ROW",
}
"""What is no word of the language: names, figures, texts, tags of languages, and what stands between."""


def test_the_examples_are_a_programme_without_errors() -> None:
    told = load_sources([Source(f"example {number}", text) for number, text in enumerate(EXAMPLES)]).diagnostics

    assert [
        f"{one.span.source.name}:{one.span.line}: {one.message}" for one in told if one.severity is Severity.ERROR
    ] == []


def test_every_sort_of_words_is_looked_for() -> None:
    declared = set(re.findall(r"^(_?[A-Z_]+)(?:\.\d+)?:", grammar(), re.MULTILINE))

    assert declared - WORDS.keys() == LAYOUT


@pytest.mark.parametrize("terminal", sorted(WORDS.keys() - LAYOUT))
def test_every_word_of_the_grammar_is_in_an_example(terminal: str) -> None:
    assert [word for word in WORDS[terminal] if not is_written(word.strip())] == []


def is_written(word: str) -> bool:
    whole = (r"(?<!\w)", r"(?!\w)") if word[0].isalpha() else ("", "")
    return re.search(re.escape(word).join(whole), WRITTEN) is not None


def test_a_word_that_is_in_no_example_is_seen() -> None:
    assert is_written("checked at")
    assert not is_written("middling of")
    assert not is_written("check")
