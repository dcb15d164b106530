"""The formatter: recorded layouts, and the laws that every layout obeys."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from dsl.format.formatter import format_source, format_text
from dsl.format.sameness import says_the_same
from dsl.lower.to_document import lower_trees
from dsl.parser import parse
from dsl.source import Source, read_source
from dsl.syntax import Token, Tree

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data" / "format"
CASES = sorted(DATA.glob("*.policy"))
POLICIES = sorted((ROOT / "policies").glob("**/*.policy"))
ALL = [*CASES, *POLICIES]
BROKEN = {"broken", "broken_last"}


@cache
def formatted(path: Path) -> str:
    """Return the layout of a file, made once for all that it is held to."""
    return format_text(read_source(path).text)


@cache
def tree_of(text: str) -> Tree:
    return parse(Source("<text>", text))[0]


def comments_of(text: str) -> list[str]:
    return [comment.text for comment in tree_of(text).comments]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_layout_is_as_recorded(path: Path, golden) -> None:
    golden.check(path.with_suffix(".formatted"), formatted(path))


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_formatting_twice_is_formatting_once(path: Path) -> None:
    assert format_text(formatted(path)) == formatted(path)


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_every_comment_is_kept_in_its_order(path: Path) -> None:
    text = read_source(path).text

    assert comments_of(formatted(path)) == comments_of(text)


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_the_words_stay_the_same(path: Path) -> None:
    text = read_source(path).text

    assert says_the_same(tree_of(text), tree_of(formatted(path)))


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_the_document_stays_the_same(path: Path) -> None:
    text = read_source(path).text

    before, _ = lower_trees([tree_of(text)])
    after, _ = lower_trees([tree_of(formatted(path))])

    assert after == before


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_cases_parse_unless_they_are_about_broken_blocks(path: Path) -> None:
    _, found = parse(read_source(path))

    assert bool(found) == (path.stem in BROKEN)


@pytest.mark.parametrize("path", [path for path in CASES if path.stem not in BROKEN], ids=lambda path: path.stem)
def test_lines_are_clean(path: Path) -> None:
    """Not those of broken blocks, which keep their blanks."""
    text = formatted(path)

    assert not re.search(r"[ \t]$|\n\n\n|\t", text, re.MULTILINE)
    assert text.endswith("\n")
    assert not text.startswith("\n")


def test_what_was_broken_is_reported_and_kept_to_the_letter() -> None:
    broken = "designation x {\n      nonsense   here\n  # inside\n"

    text, found = format_source(Source("a.policy", f'package  p   "P"\n\n\n{broken}\nsource  s  "S"\n'))

    assert text == f'package p "P"\n\n{broken}\nsource s "S"\n'
    assert found[0].span.place == "a.policy:5:7"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("x up   to\n 300", "x up to 300"),
        ("x up to 300 + y", "(x up to 300) + y"),
        ("(x up to 300) + y", "(x up to 300) + y"),
        ("y - x up to 300", "y - (x up to 300)"),
        ("x   rounded   half\n up", "x, rounded half up"),
        ("x when y otherwise z", "x when y, otherwise z"),
        ("x>=10000.50?USD", "x >= 10,000.50? USD"),
        ("x >= 1000", "x >= 1000"),
        ("x >= 1,000", "x >= 1,000"),
        ("x >= 1234567 %", "x >= 1,234,567 %"),
        ("x >= 20%", "x >= 20 %"),
        ("a [ b=c ] . d", "a[b = c].d"),
        ("any of a,b ,  c", "any of a, b, c"),
        ("( ( x ) )", "((x))"),
        ("not( x )", "not (x)"),
        ("total of {}", "total of {}"),
        ("total of {\n\n}", "total of {}"),
    ],
)  # fmt: skip
def test_expressions_have_one_spelling(written: str, canonical: str) -> None:
    assert format_text(f"common c {{\n  a: {written}\n}}\n") == f"common c {{\n  a: {canonical}\n}}\n"


def test_line_ends_of_another_system_are_read() -> None:
    assert format_text("common c {\r\n  a: b # c\r\n}\r\n") == "common c {\n  a: b  # c\n}\n"


def test_nothing_formats_to_nothing() -> None:
    assert format_text("") == ""
    assert format_text("\n \n") == ""
    assert format_text("\n\n# only a comment\n\n\n# and another") == "# only a comment\n\n# and another\n"


# ---- any layout of the same words

_ONE_BLANK_BEFORE = frozenset({"UNIT", "_BAR", "CELL"})
_WORDS_WITH_LAYOUT = frozenset({"STRING", "CELL", "_ROW", "_BAR", "NAME", "LABEL", "CASE", "FIGURE", "DATE"})


def scrambled(tree: Tree, seed: int) -> str:
    """Return the words of a tree with any blanks, line breaks and comments that the language allows."""
    chance = random.Random(seed)
    amount = chance.choice([0.02, 0.1, 0.4])
    text = ""
    count = 0

    def gap(*, is_plain: bool) -> str:
        nonlocal count
        if is_plain or chance.random() > amount:
            return chance.choice([" ", " ", "  "])
        count += 1
        return chance.choice(
            [f"  # {count}\n ", f"\n  #{count}\n\n  ", "\n  ", "\n\n\n ", f" # {count}\n # {count} b\n  "]
        )

    for form in tree.forms:
        before: Token | None = None
        is_row = False
        for word in form.leaves():
            is_row = word.kind == "_ROW" or (
                is_row and word.kind in ("_BAR", "CELL", "STRING", "FIGURE", "UNIT", "DATE", "NONE", "COMMA")
            )
            if word.kind == "_ROW":
                text += gap(is_plain=False) + "\n "
            elif before is not None:
                # The parser knows a label, a case, a cell and some phrases by what follows on their line.
                tight = (
                    is_row
                    or word.kind in _ONE_BLANK_BEFORE
                    or (before.kind in ("LABEL", "CASE", "CLAIM", "ANNIVERSARY", "COMMA"))
                )
                text += (
                    "\n  "
                    if word.kind == "LABEL" and before.kind == "FIGURE"
                    else " "
                    if word.kind == "UNIT"
                    else gap(is_plain=tight or (before.kind == "STRING" and word.text == ":"))
                )
            shown = word.text.strip() if word.kind in ("_ROW", "_BAR") else word.text
            if word.kind not in _WORDS_WITH_LAYOUT:
                shown = re.sub(r"\s+", lambda _: chance.choice([" ", "  ", "\n    "]), shown)
            text += shown
            before = word
        text += chance.choice(["\n", "\n\n", f"  # end {count}\n", "\n# between\n\n\n"])
    return text


@settings(deadline=None)
@given(path=st.sampled_from([path for path in CASES if path.stem not in BROKEN]), seed=st.integers(0, 2**32))
def test_the_laws_hold_for_any_layout_of_the_same_words(path: Path, seed: int) -> None:
    tree = tree_of(read_source(path).text)
    text = scrambled(tree, seed)

    once = format_text(text)

    assert format_text(once) == once
    assert comments_of(once) == comments_of(text)
    assert says_the_same(replace(tree_of(once), comments=()), replace(tree, comments=()))


@settings(deadline=None)
@given(
    st.text(alphabet='ab12 \n\t{}|:,"#[]()-=', max_size=60),
    st.sampled_from(["", "facts {\n", "table t {\n  | a |\n", "common c { a: "]),
)
def test_junk_is_kept(junk: str, head: str) -> None:
    text = head + junk

    once = format_text(text)

    assert format_text(once) == once
    assert "".join(once.split()).replace(",", "") == "".join(text.split()).replace(",", "")
