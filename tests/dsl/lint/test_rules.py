"""Every finding on the very line of its pattern, and no other."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from dsl.codes import CODES
from dsl.diagnostics import Diagnostic, Severity
from dsl.fixes import apply_fixes
from dsl.lint.registry import RULES
from dsl.lint.runner import linted
from dsl.load import load_sources
from dsl.source import Source
from tests.shipped import read_once

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data" / "lint"
MARKER = re.compile(r"\s*### (?P<rest>[CL]\d{3} .*)$", re.MULTILINE)
ONE = re.compile(r'(?P<code>[CL]\d{3}) "(?P<text>[^"]*)"')
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((DATA / "texts").iterdir())}
FILES = sorted(DATA.glob("*.policy"))


def cases() -> list[tuple[str, str]]:
    found = []
    for path in FILES:
        line = 1
        for part in path.read_text(encoding="utf-8").split("\n---\n"):
            found.append((f"{path.stem}:{line}", part))
            line += part.count("\n") + 2
    return found


CASES = cases()


@cache
def findings(text: str) -> tuple[Diagnostic, ...]:
    language = "ja" if " in ja " in text else None
    return linted(load_sources([Source("case.policy", text)]), TEXTS, language=language)


@pytest.mark.parametrize("text", [text for _, text in CASES], ids=[name for name, _ in CASES])
def test_a_pattern_is_told_on_its_line_and_nothing_else_is(text: str) -> None:
    wanted = [
        (text.count("\n", 0, marker.start("rest")) + 1, one["code"], one["text"])
        for marker in MARKER.finditer(text)
        for one in ONE.finditer(marker["rest"])
    ]

    found = findings(MARKER.sub("", text))

    told = sorted((one.span.line, one.code, one.message) for one in found)
    assert [(line, code) for line, code, _ in told] == [(line, code) for line, code, _ in sorted(wanted)], told
    for (_, _, message), (_, _, words) in zip(told, sorted(wanted), strict=True):
        assert words in message


@pytest.mark.parametrize("text", [text for _, text in CASES], ids=[name for name, _ in CASES])
def test_every_finding_is_a_sentence_with_advice_and_its_fix_mends_it(text: str) -> None:
    clean = MARKER.sub("", text)
    for one in findings(clean):
        assert one.help, one
        assert "\n" not in one.message
        assert not one.message.endswith(".")
        outside = re.sub(r"`[^`]*`", "", f"{one.message} {one.help}")
        assert not re.search(r"\bNone\b|Decimal|tuple|\b_[A-Za-z]", outside), outside
        if one.fix is not None:
            after = findings(apply_fixes(clean, [one]))
            assert not [error for error in after if error.severity is Severity.ERROR and error.code[0] == "P"], one
            if one.fix.safe:
                assert len(after) < len(findings(clean)), one


def test_every_rule_has_its_file_its_data_and_its_page() -> None:
    files = {path.stem for path in (ROOT / "dsl" / "lint" / "rules").glob("*.py")} - {"__init__"}
    named = {CODES[code].name.replace("-", "_") for code in RULES}

    assert files == named
    assert {path.stem for path in FILES} == named | {"needless_allow"}
    assert {c for c, entry in CODES.items() if c.startswith("L") and not entry.is_retired} == {*RULES, "L190"}


def test_the_shipped_policies_have_no_finding() -> None:
    loaded = read_once()

    found = [one for one in linted(loaded) if one.severity is not Severity.INFO]

    assert [f"{one.span.place}: {one.message}" for one in found] == []
