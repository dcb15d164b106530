"""Turns of phrase that people write (``tests/data/turns``): what is proposed means what the words said, or nothing is."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from dsl.diagnostics import Diagnostic, Severity
from dsl.document import Document
from dsl.fixes import apply_fixes
from dsl.load import load_sources
from dsl.mistakes.turns import turns
from dsl.source import Source

DATA = yaml.safe_load((Path(__file__).parents[1] / "data" / "turns" / "turns.yaml").read_text(encoding="utf-8"))
TURNS: list[dict[str, Any]] = DATA["turns"]
GAP = "«HERE»"
ROUNDS = 4
"""How often what is proposed is taken over before a text has to be right: one mistake may hide another."""


def written(place: str, said: str) -> str:
    text: str = dedent(DATA["places"][place])
    assert text.count(GAP) == 1
    return text.replace(GAP, said)


@cache
def told(text: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    """Return what a text says and all that is found in it: looked at once for all that is asked of it here."""
    loaded = load_sources([Source("case.policy", text)])
    return loaded.document, loaded.diagnostics


def read(text: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    document, found = told(text)
    return document, tuple(one for one in found if one.severity is Severity.ERROR)


@cache
def mended(text: str) -> str:
    for _ in range(ROUNDS):
        after = apply_fixes(text, told(text)[1])
        if after == text:
            break
        text = after
    return text


def what_is_wrong(turn: dict[str, Any]) -> str | None:
    """Return how a turn is misunderstood, None where it is told rightly."""
    text = written(turn["in"], turn["said"])
    _, errors = read(text)
    after = mended(text)
    meant, left = read(after)
    if "means" in turn:
        ways = [turn["means"]] if isinstance(turn["means"], str) else turn["means"]
        wanted = []
        for way in ways:
            document, wrong = read(written(turn["in"], way))
            assert not wrong, f"the text meant does not check: {wrong[0].message}"
            wanted.append(document)
        if left:
            said = "; ".join(f"{one.message} ({one.help})" for one in left)
            return f"not mended, it stays {line(after, turn)!r}: {said}"
        return None if meant in wanted else f"mended to another meaning: {line(after, turn)!r}"
    if not errors:
        return "not told at all"
    if not left:
        return f"mended where the author has to choose: {line(after, turn)!r}"
    said = " ".join(f"{one.message} {one.help}" for one in (*errors, *left))
    return None if turn["asks"] in said else f"the help does not say {turn['asks']!r}: {said}"


def line(text: str, turn: dict[str, Any]) -> str:
    before = dedent(DATA["places"][turn["in"]]).split(GAP)[0].count("\n")
    return text.splitlines()[before].strip()


def test_there_are_turns_enough() -> None:
    assert len(TURNS) >= 120
    assert len({(turn["in"], turn["said"]) for turn in TURNS}) == len(TURNS)


@pytest.mark.parametrize("turn", TURNS, ids=[f"{turn['in']}: {turn['said']}" for turn in TURNS])
def test_a_turn_of_phrase_is_told_as_it_is_meant(turn: dict[str, Any]) -> None:
    assert what_is_wrong(turn) is None


@pytest.mark.parametrize("turn", TURNS, ids=[f"{turn['in']}: {turn['said']}" for turn in TURNS])
def test_no_proposal_makes_a_text_of_a_figure_or_day(turn: dict[str, Any]) -> None:
    text = written(turn["in"], turn["said"])

    texts = set(re.findall(r'"[^"\n]*\d[^"\n]*"', mended(text)))

    assert texts <= set(re.findall(r'"[^"\n]*\d[^"\n]*"', text)), "what was no text is one"


CODES = re.compile(r"\b(?:USD|EUR)\b")


@pytest.mark.parametrize("turn", TURNS, ids=[f"{turn['in']}: {turn['said']}" for turn in TURNS])
def test_no_proposal_loses_a_currency(turn: dict[str, Any]) -> None:
    text = written(turn["in"], turn["said"])

    assert not set(CODES.findall(text)) - set(CODES.findall(mended(text)))


SIGNS = re.compile(r"`[^`]*[\d?$€][^`]*`|`\\w+` is a number written as a word|^the `\\{|^this row ")
"""What a finding about a figure, a day or a brace begins with: it is mended whatever is said with it."""


@pytest.mark.parametrize("said", DATA["unheard"])
def test_what_no_fix_can_mend_is_left_as_it_is(said: str) -> None:
    """A fix of a word is offered where the text reads and checks with it, and nowhere else."""
    text = written("condition", said)

    assert read(text)[1]
    assert mended(text) == text


@pytest.mark.parametrize("turn", TURNS, ids=[f"{turn['in']}: {turn['said']}" for turn in TURNS])
def test_what_the_author_has_to_choose_is_left_as_it_is(turn: dict[str, Any]) -> None:
    """Where something is asked no word is mended, for the text would stay wrong: figures and days are, by themselves."""
    if "asks" not in turn:
        return
    text = written(turn["in"], turn["said"])

    _, errors = read(text)

    offered = [one.message for one in errors if one.fix is not None]
    assert [message for message in offered if not SIGNS.match(message)] == []


EXAMPLES = [turn.example for turn in turns() if turn.example is not None]


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{place}: {before}" for place, before, _ in EXAMPLES])
def test_the_example_of_a_turn_is_mended_as_it_says(example: tuple[str, str, str]) -> None:
    place, before, after = example

    assert what_is_wrong({"in": place, "said": before, "means": after}) is None


def test_every_turn_has_an_example_or_asks() -> None:
    assert [turn.pattern.pattern for turn in turns() if (turn.example is None) != (turn.write is None)] == []
