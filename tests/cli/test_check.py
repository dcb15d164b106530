"""``merit check``: what it tells, mends, watches and leaves out."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from cli.mending import mend
from dsl.codes import CODES
from dsl.diagnostics import Diagnostic, Edit, Fix
from dsl.lint.runner import linted
from dsl.load import load_sources
from dsl.source import Source, Span

UNUSED = """package p "P"
source faq "FAQ"

facts {
  audit_passed: flag "Audit passed"
  seats: count
}

# Asked for once a year.
program msp "MSP" {
  requires { audit: audit_passed and seats >= 5 and audit_passed cite faq "Audit" }
}

measure growth "Growth": count = seats + 1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "p.policy"
    path.write_text(UNUSED, encoding="utf-8")
    return path


def test_warnings_are_findings_and_informations_are_not(run_merit, file):
    code, output = run_merit("check", str(file))

    assert code == 1
    assert "warning: this condition stands here twice [L122]" in output
    assert "warning: nothing reads the measure `growth` [L102]" in output
    assert output.endswith("1 file, 1 rule: 0 errors, 2 warnings\ncan be fixed: 1 with --fix, 1 with --unsafe-fixes\n")

    file.write_text('package p "P"\nsource faq "FAQ"\n', encoding="utf-8")
    code, output = run_merit("check", str(file))

    assert code == 0
    assert "info: nothing cites the source `faq` [L109]" in output
    assert "0 errors, 0 warnings, 1 info" in output


def test_safe_fixes_are_made_and_unsafe_ones_when_told_to(run_merit, file):
    safe = run_merit("check", str(file), "--fix")

    assert safe[0] == 1
    assert f"fixed 1 in {file}\n" in safe[1]
    assert "audit: audit_passed and seats >= 5 cite faq" in file.read_text(encoding="utf-8")
    assert "# Asked for once a year." in file.read_text(encoding="utf-8")

    unsafe = run_merit("check", str(file), "--fix", "--unsafe-fixes")

    assert unsafe == (0, f"fixed 1 in {file}\n1 file, 1 rule: 0 errors, 0 warnings\n")
    assert "growth" not in file.read_text(encoding="utf-8")


def test_fixes_bring_to_light_what_is_fixed_next(run_merit, tmp_path):
    path = tmp_path / "p.policy"
    path.write_text(
        "facts { a: flag }\nmeasure one: count = 1\nmeasure two: count = one\nmeasure three: count = two\n"
        'program p "P" { requires { a: a } }\n',
        encoding="utf-8",
    )

    code, output = run_merit("check", str(path), "--unsafe-fixes")

    assert (code, output) == (0, f"fixed 3 in {path}\n1 file, 1 rule: 0 errors, 0 warnings\n")


def test_line_ends_and_the_mark_of_the_encoding_stay(run_merit, file):
    file.write_bytes(b"\xef\xbb\xbf" + UNUSED.replace("\n", "\r\n").encode())

    run_merit("check", str(file), "--fix")

    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfpackage")
    assert data.count(b"\r\n") == data.count(b"\n") > 5
    assert b"and audit_passed cite" not in data


def test_a_fix_that_makes_a_text_worse_is_left_out():
    source = Source("p.policy", UNUSED)
    at = UNUSED.index("flag")
    bad = Fix("worse", (Edit(Span(source, at, at + 4), "flag {"),), safe=True)
    worse = Diagnostic("L101", "made up", Span(source, at, at + 4), fix=bad)

    def find(sources):
        return [one for one in (worse, *linted(load_sources(sources))) if one.span.source == sources[0]]

    mended = mend([source], find, only_safe=True)

    assert "flag {" not in mended.sources[0].text
    assert "and audit_passed cite" not in mended.sources[0].text
    assert mended.fixed == {"p.policy": 1}


def test_a_fix_that_brings_errors_is_left_out():
    one, two = (
        Source("a.policy", "facts { seats: count }\n"),
        Source("b.policy", UNUSED.replace("  seats: count\n", "")),
    )
    bad = Fix("worse", (Edit(Span(one, 8, 13), "seat"),), safe=True)

    def find(sources):
        made = [Diagnostic("L101", "made up", Span(one, 8, 13), fix=bad)] if sources[0] == one else []
        return [*made, *linted(load_sources(sources))]

    mended = mend([one, two], find, only_safe=True)

    assert mended.sources[0] == one
    assert mended.fixed == {"b.policy": 1}


def test_codes_are_chosen_and_left_out_by_their_beginning(run_merit, file):
    assert "1 warning" in run_merit("check", str(file), "--select", "L12")[1]
    assert "[L102]" in run_merit("check", str(file), "--ignore", "l12,L109")[1]
    assert run_merit("check", str(file), "--ignore", "L") == (0, "1 file, 1 rule: 0 errors, 0 warnings\n")
    assert run_merit("check", str(file), "--select", "L9") == (2, "error: there is no code `L9`\n")


def test_errors_are_told_whatever_is_chosen(run_merit, file):
    file.write_text(UNUSED.replace("seats >= 5", "seat >= 5"), encoding="utf-8")

    code, output = run_merit("check", str(file), "--ignore", "C", "--select", "L")

    assert code == 1
    assert "[C101]" in output


def test_a_baseline_leaves_out_what_is_known_wherever_it_moves(run_merit, file, tmp_path):
    baseline = tmp_path / "known.json"

    written = run_merit("check", str(file), "--baseline", str(baseline), "--update-baseline")
    file.write_text("# A line more.\n" + UNUSED, encoding="utf-8")
    known = run_merit("check", str(file), "--baseline", str(baseline))
    file.write_text(UNUSED + "measure more: count = 5\n", encoding="utf-8")
    more = run_merit("check", str(file), "--baseline", str(baseline))

    assert written == (0, "1 file, 1 rule: 0 errors, 0 warnings, 2 in the baseline\n")
    assert known == written
    assert more[0] == 1
    assert "`more`" in more[1]
    assert "`growth`" not in more[1]


@pytest.mark.parametrize("text", ["", "[]", '{"findings": []}', '{"merit_baseline": "9", "findings": []}'])
def test_what_is_no_baseline_is_refused(run_merit, file, tmp_path, text):
    baseline = tmp_path / "known.json"
    baseline.write_text(text, encoding="utf-8")

    code, output = run_merit("check", str(file), "--baseline", str(baseline))

    assert code == 2
    assert str(baseline) in output


def test_a_baseline_is_named_and_exists(run_merit, file, tmp_path):
    assert run_merit("check", str(file), "--update-baseline")[0] == 2
    assert run_merit("check", str(file), "--baseline", str(tmp_path / "none.json"))[0] == 2


def test_places_are_looked_up_in_the_texts_of_sources(run_merit, file, tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "faq.md").write_text("# FAQ\n## The  audit\n", encoding="utf-8")
    (texts / "faq.2.txt").write_text("Audits\n", encoding="utf-8")

    assert "L160" not in run_merit("check", str(file), "--sources", str(texts))[1]

    (texts / "faq.md").write_text("# FAQ\n", encoding="utf-8")
    (texts / "faq.2.txt").unlink()
    code, output = run_merit("check", str(file), "--sources", str(texts))

    assert code == 1
    assert "the text of `faq` has no place `Audit` [L160]" in output
    assert run_merit("check", str(file), "--sources", str(tmp_path / "none"))[0] == 2


def test_a_source_that_only_scenarios_cite_is_used(run_merit, tmp_path):
    (tmp_path / "p.policy").write_text('source faq "FAQ"\n', encoding="utf-8")
    (tmp_path / "p.scenarios.yaml").write_text("scenarios:\n  - cite: {source: faq, place: A}\n", encoding="utf-8")

    assert "L109" not in run_merit("check", str(tmp_path))[1]
    assert "L109" not in run_merit("check", str(tmp_path / "p.policy"))[1]


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_page(run_merit, code):
    exit_code, output = run_merit("check", "--explain", code.lower())

    assert exit_code == 0
    assert output.startswith(f"{code} {CODES[code].name}\n")
    for part in ("Why: ", "Before:", "After:"):
        assert part in output


# What code hosts read of SARIF 2.1.0 (OASIS, sections 3.13 to 3.55), as a schema.
_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_REGION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["startLine", "startColumn", "endLine", "endColumn"],
    "properties": {
        name: {"type": "integer", "minimum": 1} for name in ("startLine", "startColumn", "endLine", "endColumn")
    },
}
_ARTIFACT = {
    "type": "object",
    "required": ["uri"],
    "properties": {"uri": {"type": "string", "format": "uri-reference"}},
}
_LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["physicalLocation"],
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "message": _TEXT,
        "physicalLocation": {
            "type": "object",
            "additionalProperties": False,
            "required": ["artifactLocation", "region"],
            "properties": {"artifactLocation": _ARTIFACT, "region": _REGION},
        },
    },
}
_FIX = {
    "type": "object",
    "additionalProperties": False,
    "required": ["artifactChanges"],
    "properties": {
        "description": _TEXT,
        "artifactChanges": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["artifactLocation", "replacements"],
                "properties": {
                    "artifactLocation": _ARTIFACT,
                    "replacements": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["deletedRegion"],
                            "properties": {
                                "deletedRegion": _REGION,
                                "insertedContent": {"type": "object", "required": ["text"]},
                            },
                        },
                    },
                },
            },
        },
    },
}
_RULE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "help"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "shortDescription": _TEXT,
        "fullDescription": _TEXT,
        "help": _TEXT,
    },
}
_RESULT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["ruleId", "message", "locations"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": _TEXT,
        "locations": {"type": "array", "items": _LOCATION, "minItems": 1},
        "relatedLocations": {"type": "array", "items": _LOCATION},
        "fixes": {"type": "array", "items": _FIX, "minItems": 1},
    },
}
SARIF = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": _RESULT},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {"rules": {"type": "array", "items": _RULE}},
                            }
                        },
                    },
                },
            },
        },
    },
}


def test_sarif_has_its_shape_with_help_places_and_fixes(run_merit, file):
    code, output = run_merit("check", str(file), "--format", "sarif")

    log = json.loads(output)
    Draft202012Validator.check_schema(SARIF)
    assert list(Draft202012Validator(SARIF).iter_errors(log)) == []
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    twice = next(result for result in run["results"] if result["ruleId"] == "L122")
    assert twice["relatedLocations"][0]["message"]["text"] == "the same condition"
    [change] = twice["fixes"][0]["artifactChanges"]
    assert change["artifactLocation"]["uri"] == file.as_posix()
    assert code == 1


def test_informations_are_notices_and_notes(run_merit, tmp_path):
    file = tmp_path / "p.policy"
    file.write_text('source faq "FAQ"\n', encoding="utf-8")

    assert run_merit("check", str(file), "--format", "github")[1].startswith("::notice file=")
    log = json.loads(run_merit("check", str(file), "--format", "sarif")[1])
    assert log["runs"][0]["results"][0]["level"] == "note"


def test_watching_checks_anew_after_a_change_and_ends_with_an_interrupt(file, tmp_path):
    out = tmp_path / "out"
    with out.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", "from cli.main import main; main()", "check", str(file), "--watch"],
            stdout=stream, stderr=subprocess.STDOUT, cwd=Path(__file__).parents[2],
            # What a shell starts in the background, the tests too, ignores interrupts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
    try:
        wait_for(out, "2 warnings")
        file.write_text(UNUSED.replace("seats >= 5", "seat >= 5"), encoding="utf-8")
        wait_for(out, "1 error,")
        file.unlink()
        wait_for(out, "error: there is no `")
        file.write_text(UNUSED.split("measure")[0], encoding="utf-8")
        wait_for(out, "0 errors, 1 warning\n")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()


def wait_for(out: Path, words: str) -> None:
    """Wait until something was printed."""
    for _ in range(300):
        if words in out.read_text(encoding="utf-8"):
            return
        time.sleep(0.1)
    raise AssertionError(f"`{words}` was not printed: {out.read_text(encoding='utf-8')}")
