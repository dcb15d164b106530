"""Exit codes, one-line errors, standard input."""

from __future__ import annotations

import json
import shlex
from datetime import datetime
from pathlib import Path

import pytest

from dsl import reading
from dsl.lower import to_core

DATA = Path(__file__).parents[1] / "data" / "cli"

USAGE = {
    "tets": "error: there is no command `tets`; did you mean `test`?",
    "decide designation.clod --facts facts.yaml": "error: there is no rule `designation.clod`; "
    "did you mean `designation.cloud`?",
    "decide designation.cloud --facts none.yaml": "error: there is no file `none.yaml`",
    "decide designation.cloud --facts facts.yaml --as-of 2022-02-30": "error: --as-of: 2022-02-30 is not a day of the "
    "calendar",
    "decide designation.cloud --facts facts.yaml --as-of tomorrow": "error: --as-of: tomorrow is no date; "
    "write year-month-day, like 2022-10-03",
    "decide designation.cloud --facts facts.yaml --as-of 9999-12-31": "error: --as-of: 9999-12-31 lies outside of the "
    "days that can be asked about; ask for a day from 1990-01-01 through 2100-12-31",
    "decide designation.cloud": "error: give the partner's facts with --facts, or a whole query with --query; "
    "--interactive asks for them",
    "decide designation.cloud --facts a --query b": "error: give --facts or --query, not both",
    "decide --facts facts.yaml": 'error: name the rules to decide, or "*" for all of them',
    "decide designation.cloud --facts facts.yaml --as-of 2023-06-20 --expect elegible": "error: --expect: elegible is "
    "no eligibility; did you mean eligible?",
    "decide choice.benefits --facts facts.yaml --as-of 2023-06-20 --expect eligible": "error: --expect says nothing of "
    "a choice; leave `choice.benefits` out",
    "decide designation.cloud --facts facts.yaml --policies nowhere": "error: there is no `nowhere`",
    "explain designation.clod": "error: there is no rule `designation.clod`; did you mean `designation.cloud`?",
    "test nowhere": "error: there is no `nowhere`",
    "test layout": "error: there are no *.scenarios.yaml in `layout`",
    "test policies -k '(a'": "error: -k: a `)` is missing",
    "test policies -k 'a and'": "error: -k: a word is missing at the end",
    "check --explain C999": "error: there is no code `C999`",
    "check nowhere": "error: there is no `nowhere`",
    "check output": "error: there are no policies in `output`",
    "fmt facts.yaml": "error: `facts.yaml` is no .policy file; only these have a layout of their own",
}


def test_the_interpreter_alone_decides_the_same(run_merit):
    command = "decide '*' --facts facts.yaml --as-of 2023-06-20 --detail none --format json"

    compiled, reference = (run_merit(*shlex.split(f"{command} --engine {name}")) for name in ("compiled", "reference"))

    assert compiled == reference
    assert '"decisions"' in compiled[1]


@pytest.mark.parametrize("command", USAGE)
def test_wrong_usage_is_told_in_one_line_with_exit_code_2(command, run_merit):
    code, output = run_merit(*shlex.split(command))

    told = [line for line in output.splitlines() if not line.startswith("decided for today")]
    assert told == [USAGE[command]]
    assert code == 2


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("decide designation.cloud --facts facts.yaml --as-of 2023-06-20 --expect not_eligible", 0),
        ("decide designation.cloud --facts facts.yaml --as-of 2023-06-20 --expect eligible", 1),
        ("decide 'designation.*' program.expert --facts facts.yaml --as-of 2023-06-20 --expect not_eligible", 0),
        ("decide fee.cloud_fee --query query.json --expect '4730 USD'", 0),
        ("decide fee.cloud_fee --query query.json --expect 'unknown USD'", 1),
        ("decide lifecycle.competency.delivery.gold --query query.json --expect not_started", 0),
        ("decide designation.cloud --facts facts.yaml --policies wrong", 3),
        ("explain designation.cloud --policies wrong", 3),
        ("--version", 0),
        ("fmt policies --check", 0),
    ],
)
def test_exit_codes_say_how_it_went(command, expected, run_merit):
    code, _ = run_merit(*shlex.split(command))

    assert code == expected


def test_without_a_date_the_command_says_which_it_took(run_merit):
    before = datetime.now().astimezone().date()

    _, output = run_merit(
        "decide", "designation.cloud", "--facts", "facts.yaml", "--format", "json", "--detail", "none"
    )

    after = datetime.now().astimezone().date()
    first, _, rest = output.partition("\n")
    said = first.removeprefix("decided for today, ").removesuffix("; --as-of takes another day")
    assert said in (str(before), str(after))
    assert json.loads(rest)["as_of"] == said


def test_facts_are_read_from_standard_input(run_merit):
    facts = (DATA / "facts.yaml").read_text(encoding="utf-8")

    from_file = run_merit("decide", "designation.cloud", "--facts", "facts.yaml", "--as-of", "2023-06-20")
    from_input = run_merit("decide", "designation.cloud", "--facts", "-", "--as-of", "2023-06-20", stdin=facts)

    assert from_input == from_file


def test_facts_from_standard_input_are_located_there(run_merit):
    code, output = run_merit("decide", "designation.cloud", "--facts", "-", stdin="facts: {markt: small}\n")

    assert "<stdin>:1:9: error: I do not know `markt` [F101]" in output
    assert code == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{decide: [designation.cloud], facts: {}, asof: 2023-06-20}", "I do not know `asof` in a query"),
        ("{decide: designation.cloud, facts: {}}", "this is no list of rules"),
        ("{decide: [designation.cloud], as_of: 2023-02-30}", "2023-02-30 is not a day of the calendar"),
        ("{decide: [designation.cloud], detail: much}", "`much` is none of the values"),
        ("{decide: [designation.cloud], facts: 3}", "this is no object"),
        ("[]", "this is no object"),
    ],
)
def test_a_query_that_is_none_is_refused_where_it_goes_wrong(text, message, run_merit):
    code, output = run_merit("decide", "--query", "-", stdin=text)

    assert message in output
    assert code == 3


def test_a_file_that_is_not_utf_8_cannot_be_read(run_merit, tmp_path):
    file = tmp_path / "latin.policy"
    file.write_bytes('package p "Größe"'.encode("latin-1"))

    code, output = run_merit("check", str(file))

    assert output == f"error: `{file}` is not UTF-8 at byte 13\n"
    assert code == 3


def test_fmt_writes_the_layout_and_leaves_the_rest(run_merit, tmp_path):
    file = tmp_path / "untidy.policy"
    file.write_text((DATA / "layout" / "untidy.policy").read_text(encoding="utf-8"), encoding="utf-8")

    first = run_merit("fmt", str(tmp_path))
    second = run_merit("fmt", str(tmp_path))

    assert first == (0, "1 file laid out, 0 files unchanged\n")
    assert second == (0, "1 file unchanged\n")
    assert file.read_text(encoding="utf-8").startswith('package untidy "Untidy on purpose"\n')


def test_fmt_lays_out_standard_input(run_merit):
    code, output = run_merit("fmt", "-", stdin='package   p "P"\n')

    assert (code, output) == (0, 'package p "P"\n')


def test_fmt_tells_what_does_not_parse_and_leaves_it(run_merit):
    code, output = run_merit("fmt", "-", stdin='package p "P"\nfacts { seats count }\n')

    assert "facts { seats count }" in output
    assert "<stdin>:2:" in output
    assert code == 3


def test_check_makes_what_it_proposes_where_it_is_told_to(run_merit, tmp_path):
    file = tmp_path / "wrong.policy"
    file.write_text((DATA / "wrong" / "wrong.policy").read_text(encoding="utf-8"), encoding="utf-8")

    safe = run_merit("check", str(file), "--fix")
    unsafe = run_merit("check", str(file), "--unsafe-fixes")

    assert safe[0] == 1
    assert "seat >= 3" not in file.read_text(encoding="utf-8")
    assert unsafe == (0, f"fixed 1 in {file}\n1 file, 1 rule: 0 errors, 0 warnings\n")


def test_policies_are_lowered_once(run_merit, monkeypatch):
    lowered = []

    def counted(document, *args, **named):
        lowered.append(document)
        return to_core.lower(document, *args, **named)

    monkeypatch.setattr(reading, "lower", counted)
    monkeypatch.setattr(to_core, "core_of", counted)

    asked = ("decide", "designation.cloud", "--facts", "facts.yaml", "--as-of", "2023-06-20")
    code, _ = run_merit("--no-cache", *asked)

    assert (code, len(lowered)) == (0, 1)
    run_merit(*asked)
    run_merit(*asked)
    assert len(lowered) <= 2, "what was kept is not lowered again"
