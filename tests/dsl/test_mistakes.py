"""What people mistype: the recorded diagnostics, and the file after their fixes, which is clean.

``NN-name.policy`` is a file with the mistake, ``NN-name.txt`` what is told, ``NN-name.fixed`` what the fixes make of it.
Where nothing can be computed, the fixed file is written by hand, and what the help proposes stands in it.
"""

from __future__ import annotations

import re
import string
from functools import cache
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings, strategies as st

from dsl.diagnostics import Diagnostic, Edit, Fix
from dsl.fixes import apply_fixes
from dsl.format.formatter import format_text
from dsl.load import load_sources
from dsl.mistakes.words import RESERVED
from dsl.parser import grammar, parse
from dsl.render import as_json, as_text
from dsl.source import Source, Span
from tests.conftest import Golden

DATA = Path(__file__).parents[1] / "data" / "mistakes"
CASES = sorted(DATA.glob("*.policy"))
BY_HAND = {
    "american-date",
    "circle",
    "figure-left-out",
    "misplaced-clause",
    "thousandths-of-money",
    "unlike-units",
    "value-for-condition",
}
"""Mistakes that nothing can mend but the author."""
NO_MISTAKES = {"label-that-is-a-keyword", "tabs-and-figures-close-to-units"}


def name_of(path: Path) -> str:
    return path.stem.split("-", 1)[1]


@cache
def diagnostics_of(text: str, name: str = "case.policy") -> tuple[Diagnostic, ...]:
    return load_sources([Source(name, text)]).diagnostics


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_what_is_told_is_as_recorded(path: Path, golden: Golden) -> None:
    found = diagnostics_of(path.read_text(encoding="utf-8"), path.name)

    golden.check(path.with_suffix(".txt"), "".join(f"{as_text(one)}\n" for one in found))
    assert bool(found) == (name_of(path) not in NO_MISTAKES)


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_the_fixes_make_a_clean_file(path: Path, golden: Golden) -> None:
    text = path.read_text(encoding="utf-8")
    found = diagnostics_of(text)

    fixed = apply_fixes(text, found)

    if name_of(path) in BY_HAND:
        assert fixed == text
        by_hand = path.with_suffix(".fixed").read_text(encoding="utf-8")
        assert diagnostics_of(by_hand) == ()
        return
    golden.check(path.with_suffix(".fixed"), fixed)
    assert diagnostics_of(fixed) == ()


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_a_clean_file_stays_clean_when_it_is_laid_out(path: Path) -> None:
    text = path.with_suffix(".fixed").read_text(encoding="utf-8")

    assert diagnostics_of(format_text(text)) == ()


def test_safe_fixes_are_made_alone_when_asked_for() -> None:
    text = "facts { audit: boolean }\ngroup g { a, a }\n"
    found = diagnostics_of(text)

    assert apply_fixes(text, found, only_safe=True) == "facts { audit: boolean }\ngroup g { a a }\n"


def test_a_fix_that_overlaps_an_earlier_one_waits() -> None:
    source = Source("a.policy", "abcdef")

    def fixing(start: int, end: int, text: str) -> Diagnostic:
        fix = Fix("do it", (Edit(Span(source, start, end), text),))
        return Diagnostic("P001", "no", Span(source, start, end), fix=fix)

    assert apply_fixes("abcdef", [fixing(0, 3, "x"), fixing(2, 4, "y"), fixing(3, 3, "z")]) == "xzdef"
    assert apply_fixes("abcdef", [fixing(1, 1, "x"), fixing(1, 1, "y"), fixing(1, 1, "x")]) == "axybcdef"
    assert apply_fixes("other text", [fixing(0, 3, "x")]) == "other text"


def test_mistakes_of_a_block_are_all_told_in_their_order() -> None:
    text = 'program p "P" {\n  requires {\n    a: x => 5k USD\n    b: y >= 3 pts\n    c z\n  }\n}\n'
    _, found = parse(Source("a.policy", text))

    assert [(one.code, one.span.line) for one in found] == [("P012", 3), ("P011", 3), ("P013", 4), ("P014", 5)]


def test_names_of_a_mended_block_are_known() -> None:
    text = 'facts { seats: integer }\nprogram p "P" { requires { seats: seats >= 5   more: seets >= 5 } }\n'

    assert [one.code for one in diagnostics_of(text)] == ["P013", "C101"]


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_reserved_word_is_refused_as_a_fact_and_welcome_as_a_label(word: str) -> None:
    refused = diagnostics_of(f"facts {{\n  {word}: flag\n}}\n")
    welcome = diagnostics_of(f'facts {{ ok: flag }}\nprogram p "P" {{ requires {{ {word}: ok }} }}\n')

    assert [one.code for one in refused] == ["C204"]
    assert welcome == ()


def test_every_other_word_of_the_language_can_name_a_fact() -> None:
    words = set(re.findall(r"\b[a-z]{2,}\b", " ".join(re.findall(r'/[^/\n]+/|"[^"\n]+"', grammar()))))
    refused = []
    for word in sorted(words - RESERVED):
        text = f'facts {{ {word}: count   ok: flag }}\nprogram p "P" {{ requires {{ one: {word} >= 5   two: ok and 5 <= {word} }} }}\n'
        if diagnostics_of(text):
            refused.append(word)

    assert refused == []


def test_a_diagnostic_in_json_has_its_places_and_its_fix() -> None:
    found = diagnostics_of("facts {\n  seats: integer\n}\n")

    assert as_json(found[0]) == {
        "code": "P013",
        "severity": "error",
        "message": "`integer` is not a word of the language here",
        "help": "write `count`",
        "file": "case.policy",
        "line": 2,
        "column": 10,
        "end_line": 2,
        "end_column": 17,
        "fix": {
            "title": "write `count`",
            "safe": False,
            "edits": [
                {
                    "replacement": "count",
                    "file": "case.policy",
                    "line": 2,
                    "column": 10,
                    "end_line": 2,
                    "end_column": 17,
                }
            ],
        },
    }


PIECES = st.sampled_from(
    [
        "designation a \"A\" {", "}", "{", "requires {", "audit: x", "seats >= 5", "\n", "\n  ", "|", "| a | b |", '"', "'",
        "“", "facts {", "from 10/03/2022", "$4,730", "or", "and", "not", ",", ";", "unknown", "cite faq \"x\"", "(", ")",
        "table t {", "holds any of", "until", "earns", "up to", "5 points", ":", "//", "#", "=>", "25k", "USD", "\t", "é",
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.text(alphabet=string.printable, max_size=4), max_size=25).map(" ".join))
def test_junk_is_told_and_never_crashes(text: str) -> None:
    found = diagnostics_of(text)

    for one in found:
        assert one.message
        assert as_text(one)
        assert 0 <= one.span.start <= one.span.end <= len(text)
    apply_fixes(text, found)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CASES), st.integers(0, 10_000), st.sampled_from(["", "{", "}", '"', ",", ":", "|", " x ", "\n"]))
def test_a_slip_anywhere_is_told_and_never_crashes(path: Path, at: int, typed: str) -> None:
    text = path.with_suffix(".fixed").read_text(encoding="utf-8")
    at %= len(text)

    found = diagnostics_of(text[:at] + typed + text[at + (1 if not typed else 0) :])

    assert all(as_text(one) for one in found)


def test_a_long_broken_file_is_read_in_no_time() -> None:
    form = 'program p{0} "P" {{\n  requires {{ audit: audit_passed => 5 }}\n}}\n'
    text = "".join(form.format(index) for index in range(300))

    start = perf_counter()
    _, found = parse(Source("a.policy", text))

    assert len(found) == 300
    assert perf_counter() - start < 5


@pytest.mark.parametrize("junk", ["1,", "“", "1.", "x ", "|", "if ", "9", "1/", "a-", "{", '"'])
def test_a_long_line_of_junk_is_given_up_soon(junk: str) -> None:
    start = perf_counter()
    _, found = parse(Source("a.policy", f'program p "P" {{{junk * 20_000}}}'))

    assert found
    assert perf_counter() - start < 5
