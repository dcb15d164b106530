"""``merit impact``: partners from files and made ones, days, processes, and what cannot be decided."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str]]
RULES = "facts {{ seats: count }}\nentitlement badge {{ requires {{ seats: seats >= {least} }} }}\n"
SIDES = ("impact", "before", "after", "--dates", "2023-06-20")


@pytest.fixture
def folder(run_merit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sides and some partners, in the folder that commands are run from."""
    monkeypatch.chdir(tmp_path)
    for name, least in (("before", 5), ("after", 8)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "badge.policy").write_text(RULES.format(least=least), "utf-8")
    seats = [{"partner": f"p{number}", "facts": {"seats": number}} for number in range(1, 121)]
    (tmp_path / "partners.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in seats), "utf-8")
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "six.yaml").write_text("facts: {seats: 6}\n", "utf-8")
    (tmp_path / "some" / "wrong.json").write_text('{"facts": {"seats": "many"}}', "utf-8")
    return tmp_path


def test_counts_come_first_then_partners_with_the_clause(folder: Path, run_merit: Run) -> None:
    code, told = run_merit(*SIDES, "--partners", "partners.jsonl", "--jobs", "1")

    assert code == 0
    assert told.splitlines() == [
        "120 partners, 1 rules that can decide otherwise, on 2023-06-20: 120 decisions by each side, of 3 partners some are other ones",
        "",
        "entitlement.badge  Badge",
        "  eligibility: eligible -> not eligible  3",
        "    p5 on 2023-06-20, by entitlement.badge.seats",
        "      before: met: 5, required 5",
        "      after:  unmet: 5, required 8, short by 3",
        "    p6 on 2023-06-20, by entitlement.badge.seats",
        "      before: met: 6, required 5",
        "      after:  unmet: 6, required 8, short by 2",
    ]


def test_several_processes_say_the_same(folder: Path, run_merit: Run) -> None:
    one, two = (run_merit(*SIDES, "--partners", "partners.jsonl", "--jobs", jobs, "--format", "json") for jobs in "12")

    assert one == two
    assert len(json.loads(one[1])["flips"]) == 3


def test_a_partner_that_does_not_fit_is_counted_and_named(folder: Path, run_merit: Run) -> None:
    code, told = run_merit(*SIDES, "--partners", "some")

    assert code == 0
    assert told.startswith("2 partners, ")
    assert (
        "1 partner does not fit the vocabulary of a side, and is not among them:\n  wrong: base: /facts/seats: " in told
    )
    assert "six on 2023-06-20" in told


def test_csv_has_a_line_for_every_flip(folder: Path, run_merit: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run_merit(*SIDES, "--partners", "partners.jsonl", "--format", "csv")[1])))

    assert [(row["partner"], row["before"], row["after"]) for row in rows] == [
        (f"p{number}", "eligible", "not eligible") for number in (5, 6, 7)
    ]


def test_partners_are_put_together_by_what_they_tell(folder: Path, run_merit: Run) -> None:
    asked = (*SIDES, "--partners", "partners.jsonl", "--jobs", "1", "--format", "csv", "--group-by")
    rows = list(csv.DictReader(io.StringIO(run_merit(*asked, "seats")[1])))
    told = [json.loads(line) for line in (folder / "partners.jsonl").read_text("utf-8").splitlines()]

    assert {row["group"] for row in rows} <= {str(one["facts"].get("seats", "not told")) for one in told}
    assert rows
    assert all(row["group"] for row in rows)
    assert run_merit(*asked, "seat") == (2, "error: --group-by: there is no fact `seat`; `seats` is one\n")


def test_partners_that_are_made_are_said_to_be(folder: Path, run_merit: Run) -> None:
    code, told = run_merit(*SIDES, "--generated", "40", "--seed", "3")

    assert code == 0
    assert "the partners are made, not real (seed 3)" in told
    assert run_merit(*SIDES, "--generated", "40", "--seed", "3")[1] == told


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (
            ["impact", "before", "after"],
            2,
            "error: give the partners with --partners, or have some made with --generated N",
        ),
        ([*SIDES, "--partners", "nowhere"], 2, "error: there is no `nowhere`"),
        (
            ["impact", "before", "after", "--generated", "1", "--dates", "2023-02-30"],
            2,
            "error: --dates: 2023-02-30 is no date; write year-month-day, like 2022-10-03",
        ),
        (
            [*SIDES[:3], "--generated", "1", "--from", "2023-01-01"],
            2,
            "error: --from and --to go with --every: --every month, quarter or year",
        ),
        (
            [*SIDES, "--generated", "1", "--every", "month"],
            2,
            "error: give the days with --dates, or with --every, not both",
        ),
        (
            [*SIDES[:3], "--generated", "1", "--every", "year"],
            2,
            "error: --every needs --from and --to, like --every month --from 2026-01-01 --to 2026-12-31",
        ),
        (
            [*SIDES[:3], "--generated", "1", "--every", "year", "--from", "2023-01-02", "--to", "2023-12-31"],
            2,
            "error: --every: no such day lies from 2023-01-02 to 2023-12-31; has --to come before --from?",
        ),
        (
            [*SIDES[:3], "--generated", "1", "--every", "month", "--from", "2000-01-01", "--to", "2023-12-31"],
            2,
            "error: --every: these are 288 days, 240 at most; take quarters or years, or fewer of them",
        ),
        ([*SIDES, "--partners", "before"], 2, "error: there are no facts in `before`: no .yaml, .json or .jsonl"),
        (
            [*SIDES, "--partners", "bad.jsonl"],
            3,
            "bad.jsonl:2: error: this line is no JSON: Expecting value: line 1 column 1 (char 0)",
        ),
    ],
)
def test_what_cannot_be_used_is_told(
    folder: Path, run_merit: Run, arguments: list[str], code: int, expected: str
) -> None:
    (folder / "bad.jsonl").write_text('{"facts": {}}\nseats\n', "utf-8")

    found, told = run_merit(*arguments)

    assert (found, told.splitlines()[-1]) == (code, expected)


def test_every_quarter_is_decided(folder: Path, run_merit: Run) -> None:
    """The first days of quarters, from the first that has not begun yet."""
    told = run_merit(
        *SIDES[:3],
        "--generated",
        "2",
        "--every",
        "quarter",
        "--from",
        "2023-01-02",
        "--to",
        "2023-12-31",
        "--jobs",
        "1",
    )

    assert told[0] == 0
    assert ", on 2023-04-01, 2023-07-01, 2023-10-01: " in told[1]

    _, told_of_months = run_merit(
        *SIDES[:3], "--generated", "1", "--every", "month", "--from", "2023-01-01", "--to", "2023-12-31", "--jobs", "1"
    )

    assert ", on 12 days from 2023-01-01 through 2023-12-01: " in told_of_months


def test_every_flip_is_a_row_of_a_parquet_file(folder: Path, run_merit: Run) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")

    code, _ = run_merit(*SIDES, "--partners", "partners.jsonl", "--jobs", "1", "--parquet", "flips.parquet")

    rows = parquet.read_table(folder / "flips.parquet").to_pylist()
    assert code == 0
    assert [(row["partner"], row["on"].isoformat(), row["after"], row["clauses"]) for row in rows] == [
        (f"p{number}", "2023-06-20", "not eligible", ["entitlement.badge.seats"]) for number in (5, 6, 7)
    ]
    code, told = run_merit(*SIDES, "--partners", "partners.jsonl", "--jobs", "1", "--parquet", "no/flips.parquet")
    assert (code, "`no/flips.parquet` cannot be written" in told) == (3, True)
