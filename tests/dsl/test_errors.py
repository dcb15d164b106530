"""Every diagnostic on the very line of its mistake, and no other."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from dsl.codes import CODES, explain
from dsl.diagnostics import Diagnostic
from dsl.load import load_sources
from dsl.source import Source

ROOT = Path(__file__).parents[2]
ERRORS = ROOT / "tests" / "data" / "errors"
MARKER = re.compile(r"\s*### (?P<rest>[PSCL]\d{3} .*)$", re.MULTILINE)
ONE = re.compile(r'(?P<code>[PSCL]\d{3}) "(?P<text>[^"]*)"')
TOLD_ELSEWHERE = {
    "S001",
    "S002",
    "S003",
    "S004",
    "S005",
    "F101",
    "F102",
    "F103",
    "F104",
    "F105",
    "F106",
    "F107",
    "F108",
}
"""Codes of JSON and YAML sources and of facts, which policy text cannot have."""


def cases() -> list[tuple[str, str]]:
    found = []
    for path in sorted(ERRORS.glob("*.policy")):
        line = 1
        for part in path.read_text(encoding="utf-8").split("\n---\n"):
            found.append((f"{path.stem}:{line}", part))
            line += part.count("\n") + 2
    return found


CASES = cases()


@cache
def diagnostics_of(text: str) -> tuple[Diagnostic, ...]:
    return load_sources([Source("case.policy", text)]).diagnostics


@pytest.mark.parametrize("text", [text for _, text in CASES], ids=[name for name, _ in CASES])
def test_a_mistake_is_told_on_its_line_and_nothing_else_is(text: str) -> None:
    wanted = [
        (text.count("\n", 0, marker.start("rest")) + 1, one["code"], one["text"])
        for marker in MARKER.finditer(text)
        for one in ONE.finditer(marker["rest"])
    ]

    found = diagnostics_of(MARKER.sub("", text))

    told = [(one.span.line, one.code, one.message) for one in found]
    assert [(line, code) for line, code, _ in told] == [(line, code) for line, code, _ in wanted], told
    for (_, _, message), (_, _, words) in zip(told, wanted, strict=True):
        assert words in message


@pytest.mark.parametrize("text", [text for _, text in CASES], ids=[name for name, _ in CASES])
def test_every_diagnostic_is_a_sentence_with_advice(text: str) -> None:
    for one in diagnostics_of(MARKER.sub("", text)):
        assert one.help, one
        assert "\n" not in one.message
        assert not one.message.endswith(".")
        assert not one.message[0].isupper() or one.message.startswith("I "), one.message
        for said in (one.message, one.help):
            # Names of terminals and of Python's types are no words of a programme manager.
            outside = re.sub(r"`[^`]*`", "", said)
            assert not re.search(r"\b[A-Z]{4,}\b|\bNone\b|Decimal|tuple|\b_[A-Za-z]", outside), said


@pytest.mark.parametrize(
    ("said", "advice", "mended"),
    [
        ("holds security", "did you mean `security_a` or `security_b`?", None),
        ("holds securty_a", "did you mean `security_a`?", "write `security_a`"),
        # The whole name is looked for among whole names: no other word that is nearly as long takes its place.
        ("holds designation.cloudy", "did you mean `designation.cloud`?", "write `designation.cloud`"),
        ("count rows[tld] >= 1", "did you mean `told`?", "write `told`"),
        ("count row_c >= 1", "did you mean `row_a` or `row_b`?", None),
    ],
)
def test_a_name_is_mended_only_where_one_alone_is_nearest(said: str, advice: str, mended: str | None) -> None:
    policy = f"""
facts {{ n: count }}
records rows {{ told: flag }}
records row_a {{ told: flag }}
records row_b {{ told: flag }}
designation security_a {{ requires {{ a: n >= 1 }} }}
designation security_b {{ requires {{ a: n >= 2 }} }}
designation cloud {{ requires {{ a: n >= 3 }} }}
entitlement e {{ requires {{ x: {said} }} }}
"""

    [found] = diagnostics_of(policy)

    assert (found.help, found.fix.title if found.fix else None) == (advice, mended)


def test_every_code_has_a_case() -> None:
    shown = {
        one["code"] for _, text in CASES for marker in MARKER.finditer(text) for one in ONE.finditer(marker["rest"])
    }

    # Those of the linter, of what is left to do, and of what a reviewer looks at, have tests of their own.
    assert shown | TOLD_ELSEWHERE == {c for c, entry in CODES.items() if not entry.is_retired and c[0] not in "LRV"}


def codes_in_the_source() -> set[str]:
    found: set[str] = set()
    for folder in ("dsl", "evaluator", "review", "cli", "server"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name == "codes.py":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and re.fullmatch(r"[PSCFLRV]\d{3}", node.value)
                ):
                    found.add(node.value)
    return found


def test_the_registry_has_every_code_of_the_source_and_no_other() -> None:
    assert codes_in_the_source() == {code for code, entry in CODES.items() if not entry.is_retired}


def test_no_code_and_no_name_is_given_twice() -> None:
    text = (ROOT / "dsl" / "codes.py").read_text(encoding="utf-8")
    written = re.findall(r'^\s+"([PSCFLRV]\d{3})",$', text, re.MULTILINE)

    assert [code for code, count in Counter(written).items() if count > 1] == []
    assert list(CODES) == written
    assert len({entry.name for entry in CODES.values()}) == len(CODES)


def test_a_code_is_explained_with_an_example() -> None:
    assert explain("c104").startswith("C104 unlike-units\n")
    for entry in CODES.values():
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", entry.name)
        for said in (entry.meaning, entry.why):
            assert said.endswith("."), said
        assert entry.before
        assert entry.after


def test_a_code_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(KeyError, match="there is no code `C999`"):
        explain("C999")


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.json", '{"merit": ', "S001"),
        ("a.yaml", 'merit: "1"\nsources: {faq: {title: FAQ, read: {day: "2023-02-29"}}}\n', "S002"),
        ("a.yaml", 'merit: "1"\nfactz: {}\n', "S003"),
        ("a.yaml", 'merit: "1"\nmerit: "1"\n', "S004"),
    ],
)
def test_a_document_as_data_is_told_its_mistakes(name: str, text: str, code: str) -> None:
    found = load_sources([Source(name, text)]).diagnostics

    assert [one.code for one in found] == [code]
