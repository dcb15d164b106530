"""``merit batch``: tables in, tables out, killed and gone on with, and what does not fit."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot

Run = Callable[..., tuple[int, str]]

CLUB = """
package club "Club"
facts { visits: count "Visits"  paid: flag "Paid"  spent: money USD "Spent"  size: one of small, large "Size" }
records sales "Sales, a row a month" monthly { amount: money USD }
certifications guides { "Guide"  "Guide, second step" }
designation gold "Gold" {
  requires { visits: visits >= 5   paid: paid   people: at least 2 people holding guides }
}
"""
PARTNER = {
    "partner": "a",
    "facts": {"visits": 5, "paid": True, "spent": "10.50", "size": "small"},
    "records": {
        "certifications": [{"person": "p", "certification": "Guide", "earned": "2022-01-01", "expires": "none"}]
    },
}
DAY = ("--as-of", "2023-06-20")


@pytest.fixture
def club(tmp_path: Path) -> str:
    path = tmp_path / "club.policy"
    path.write_text(CLUB, encoding="utf-8")
    return str(path)


@pytest.fixture
def tables(club: str, tmp_path: Path, run_merit: Run) -> Path:
    """A folder with the tables of two partners."""
    lines = [PARTNER, {**PARTNER, "partner": "b", "facts": {"visits": 2}}]
    code, told = run_merit("batch", club, "--import", write(tmp_path, lines), "--out", str(tmp_path / "facts"))
    assert code == 0, told
    return tmp_path / "facts"


def write(folder: Path, lines: list[Any]) -> str:
    path = folder / "partners.jsonl"
    path.write_text(
        "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines), encoding="utf-8"
    )
    return str(path)


def decided(out: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((out / "decisions").iterdir()) for row in pq.read_table(path).to_pylist()]


def rejects(out: Path) -> list[dict[str, Any]]:
    paths = sorted(out.rglob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def changed(tables: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    path = tables / f"{name}.parquet"
    table = pq.read_table(path)
    # A column that has no NULL may be written as one that can have none.
    table = table.cast(pa.schema([field.with_nullable(True) for field in table.schema]))
    pq.write_table(change(table), path)


def test_a_layout_has_a_table_for_each_list_and_a_type_for_each_column(club, tmp_path, run_merit):
    code, told = run_merit("batch", "--layout", club, "--out", str(tmp_path / "facts"))

    assert (code, told) == (0, f"10 tables, 70 columns in {tmp_path / 'facts'}\n")
    schema = pq.read_schema(tmp_path / "facts" / "partners.parquet")
    assert {name: str(schema.field(name).type) for name in schema.names[:5]} == {
        "partner": "string",
        "f_visits": "int64",
        "f_paid": "bool",
        "f_spent": "decimal128(25, 6)",
        "f_size": "string",
    }
    assert schema.names[5:] == [
        "told_certifications", "partial_certifications", "told_awards", "partial_awards", "told_sales", "partial_sales",
        "covers_from_sales", "covers_through_sales",
    ]  # fmt: skip
    assert schema.field("f_visits").metadata == {b"title": b"Visits"}
    assert pq.read_schema(tmp_path / "facts" / "records" / "sales.parquet").names == [
        "partner",
        "row",
        "month",
        "f_amount",
    ]


def test_partners_come_in_and_decisions_out(club, tables, tmp_path, run_merit):
    code, told = run_merit("batch", club, "--facts", str(tables), "--out", str(tmp_path / "out"), *DAY)

    assert code == 0
    assert told.startswith("2 partners, 1 rules, 2 decisions in ")
    one, other = decided(tmp_path / "out")
    assert (one["partner"], one["decision"], [reason["code"] for reason in one["unmet"]]) == (
        "a", "not_eligible", ["designation.gold.people"],
    )  # fmt: skip
    assert (other["partner"], other["decision"]) == ("b", "not_eligible")
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["done"] is True


def test_what_does_not_fit_is_told_with_its_place(club, tmp_path, run_merit):
    lines = [
        PARTNER,
        {"partner": "b", "facts": {"visit": 1}},
        {"partner": "c", "facts": {"visits": "many"}},
        PARTNER,
        "{",
        '{"partner": "d", "partner": "e"}',
        '{"partner": "\\ud800"}',
        "[1]",
        {"facts": {}},
    ]

    code, told = run_merit("batch", club, "--import", write(tmp_path, lines), "--out", str(tmp_path / "facts"))

    assert code == 1
    assert told.splitlines()[0].startswith("1 partners, 1 other rows in ")
    assert told.splitlines()[1] == f"8 of 9 lines did not fit: {tmp_path / 'facts' / 'rejects.jsonl'} says why"
    assert [(one["line"], one["partner"], one["pointer"], one["reason"]) for one in rejects(tmp_path / "facts")] == [
        (2, "b", "/facts/visit", "I do not know `visit`"),
        (3, "c", "/facts/visits", 'this is the text "many", where a whole number not below 0 is expected'),
        (
            5,
            None,
            "",
            "the line is no JSON: Expecting property name enclosed in double quotes: line 2 column 1 (char 2)",
        ),
        (6, None, "", "the line is no JSON: `partner` stands twice"),
        (7, None, "", "a text holds half a character"),
        (8, None, "", "the line is no object"),
        (9, None, "/partner", "the partner has no name"),
        (4, "a", "/partner", "the partner is told on line 1 already"),
    ]


def test_partners_are_not_imported_over_others(club, tables, tmp_path, run_merit):
    code, told = run_merit("batch", club, "--import", write(tmp_path, [PARTNER]), "--out", str(tables))

    assert (code, told) == (2, f"error: `{tables}` holds partners already; name another folder\n")


def test_a_folder_whose_import_was_stopped_holds_no_partners(club, tables, tmp_path, run_merit):
    (tables / "partners.parquet").unlink()

    code, told = run_merit("batch", club, "--facts", str(tables), "--out", str(tmp_path / "out"), *DAY)

    assert code == 3
    assert told.startswith(f"error: there is no `partners.parquet` in `{tables}`\n  help: an import that was stopped")


def without(name: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.drop_columns([name])


def cast(name: str, type_: Any) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        index = table.schema.get_field_index(name)
        return table.set_column(index, name, table.column(name).cast(type_))

    return change


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("partners", without("f_paid"), "lacks the column `f_paid` (Paid)\n  help: add it as BOOLEAN, NULL where it is not told"),
        ("partners", cast("f_spent", pa.float64()), "has `f_spent` as DOUBLE, where DECIMAL(25,6) is expected\n"
         "  help: a floating number is not exact: CAST it as DECIMAL(25,6) where it is made"),
        ("records/certifications", cast("f_earned", pa.string()), "has `f_earned` as STRING, where DATE is expected\n  help: CAST it AS DATE"),
        ("partners", lambda table: table.append_column("f_visit", pa.array([1, 2])), "has a column `f_visit` that these rules do "
         "not know\n  help: did you mean `f_visits`?"),
    ],
    ids=["missing", "float", "wrong type", "unknown"],
)  # fmt: skip
def test_a_column_that_does_not_fit_is_told_with_what_to_write(
    table, change, message, club, tables, tmp_path, run_merit
):
    changed(tables, table, change)

    code, told = run_merit("batch", club, "--facts", str(tables), "--out", str(tmp_path / "out"), *DAY)

    assert code == 3
    assert told.startswith(f"error: `{tables / table}.parquet` ")
    assert message.replace("as DECIMAL(25,6) where it", "AS DECIMAL(25,6) where it") in told
    assert not (tmp_path / "out").exists()


def test_a_column_of_another_type_that_holds_no_other_values_will_do(club, tables, tmp_path, run_merit):
    changed(tables, "partners", cast("f_visits", pa.int8()))
    changed(tables, "partners", cast("f_spent", pa.decimal128(10, 2)))

    code, told = run_merit("batch", club, "--facts", str(tables), "--out", str(tmp_path / "out"), *DAY)

    assert code == 0, told


def test_files_that_are_none_and_folders_that_are_not_there(club, tables, tmp_path, run_merit):
    missing = run_merit("batch", club, "--facts", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out"), *DAY)
    (tables / "records" / "sales.parquet").write_bytes(b"PAR1 and no more")
    broken = run_merit("batch", club, "--facts", str(tables), "--out", str(tmp_path / "out"), *DAY)

    assert missing == (3, f"error: there is no folder `{tmp_path / 'nowhere'}`\n  help: `merit batch --layout RULES --out DIR` writes "
                       "one with empty tables\n")  # fmt: skip
    assert broken[0] == 3
    assert broken[1].startswith(
        f"error: `{tables / 'records' / 'sales.parquet'}` is no Parquet file, or not a whole one"
    )


def test_a_file_that_is_damaged_inside_is_told(club, tmp_path, run_merit):
    facts = many(club, tmp_path, run_merit, 160)
    path = facts / "partners.parquet"
    told = bytearray(path.read_bytes())
    middle = len(told) // 3
    told[middle : middle + 200] = bytes(200)
    path.write_bytes(told)

    code, output = run_merit("batch", club, "--facts", str(facts), "--out", str(tmp_path / "out"), *DAY)

    assert code == 3
    assert output.startswith("error: a file is damaged: ")
    assert output.endswith("\n  help: write it anew\n")


def test_a_run_that_was_killed_before_it_began_is_begun_anew(club, tables, tmp_path, run_merit):
    out = tmp_path / "out"
    for name in ("decisions", "rejects", ".spill-plan"):
        (out / name).mkdir(parents=True)
    begun = run_merit("batch", club, "--facts", str(tables), "--out", str(out), *DAY)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    mine = run_merit("batch", club, "--facts", str(tables), "--out", str(tmp_path / "mine"), *DAY)

    assert begun[0] == 0
    assert mine == (3, f"error: `{tmp_path / 'mine'}` is not empty, and holds no run\n"
                    "  help: name a folder that is empty or not there with --out\n")  # fmt: skip


def test_rules_that_do_not_check_are_told_as_check_tells_them(tmp_path, tables, run_merit):
    (tmp_path / "club.policy").write_text(CLUB.replace("visits >= 5", "visit >= 5"), encoding="utf-8")

    code, told = run_merit(
        "batch", str(tmp_path / "club.policy"), "--facts", str(tables), "--out", str(tmp_path / "out"), *DAY
    )

    assert code == 3
    assert "did you mean `visits`?" in told


def rowed(row: dict[str, Any]) -> Callable[[pa.Table], pa.Table]:
    return lambda table: pa.concat_tables([table, pa.Table.from_pylist([row], schema=table.schema)])


@pytest.mark.parametrize(
    ("table", "row", "reject"),
    [
        ("partners", {"partner": "a"}, {"partner": "a", "pointer": "", "reason": "the partner stands 2 times in `partners.parquet`"}),
        ("partners", {"partner": "c", "f_size": "huge"}, {"partner": "c", "pointer": "/facts/size",
         "reason": "`huge` is none of the values; the values are `small`, `large`"}),
        ("partners", {"partner": None}, {"partner": None, "pointer": "", "reason": "1 row(s) of `partners.parquet` have no partner"}),
        ("partners", {"partner": "c", "f_spent": Decimal(-1)}, {"partner": "c", "pointer": "/facts/spent",
         "reason": "this is the number -1.000000, where a number not below 0 is expected; write a number not below 0"}),
        ("records/sales", {"partner": "a", "row": 0}, {"partner": "a", "pointer": "/records/sales",
         "reason": "there is more of the list, but `told_sales` is not true"}),
        ("records/sales", {"partner": "z", "row": 0}, {"partner": "z", "pointer": "",
         "reason": "1 row(s) of `records/sales.parquet` are of no partner of `partners.parquet`"}),
        ("fact_history", {"partner": "a", "name": "visits", "value": "1"}, {"partner": "a", "pointer": "/facts/visits",
         "reason": "it is told both as a value and with a history"}),
    ],
)  # fmt: skip
def test_rows_that_are_no_facts_are_rejected_and_the_others_decided(
    table, row, reject, club, tables, tmp_path, run_merit
):
    changed(tables, table, rowed(row))

    code, told = run_merit("batch", club, "--facts", str(tables), "--out", str(tmp_path / "out"), *DAY)

    assert code == 1
    assert f"1 lines in {tmp_path / 'out' / 'rejects'} say why" in told
    assert rejects(tmp_path / "out") == [reject]
    left = {"a", "b"} - ({reject["partner"]} if reject["partner"] in ("a", "b") else set())
    assert {one["partner"] for one in decided(tmp_path / "out")} == left


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "error: say with --out where to write"),
        (["--out", "o"], "error: give the partners with --facts DIR, or ask for --layout, or for --import FILE: one of them"),
        (["--out", "o", "--facts", "f", "--layout"], "error: give the partners with --facts DIR, or ask for --layout, or for --import FILE: one of them"),
    ],
)  # fmt: skip
def test_wrong_usage(options, message, club, run_merit):
    assert run_merit("batch", club, *options) == (2, f"{message}\n")


@pytest.mark.parametrize("options", [["--engine", "spark"], ["--master", "local[2]"]])
def test_spark_and_its_address_go_together(options, club, run_merit):
    code, told = run_merit("batch", club, "--facts", "f", "--out", "o", *DAY, *options)

    assert (code, told) == (
        2,
        "error: --engine spark and --master URL go together: --engine spark --master 'local[2]'\n",
    )


def test_without_spark_the_extra_is_named(club, run_merit, monkeypatch):
    monkeypatch.setattr("cli.batch.find_spec", lambda name: None if name == "pyspark" else object())

    told = run_merit("batch", club, "--facts", "f", "--out", "o", *DAY, "--engine", "spark", "--master", "local[2]")

    assert told == (
        2,
        "error: --engine spark needs pyspark: install merit[spark] with `pip install '.[batch,spark]'` in the project's folder\n",
    )


# ---- stopped, and gone on with


def many(club: str, tmp_path: Path, run_merit: Run, number: int) -> Path:
    lines = [{**PARTNER, "partner": f"p{index:05d}", "facts": {"visits": index % 9}} for index in range(number)]
    code, told = run_merit("batch", club, "--import", write(tmp_path, lines), "--out", str(tmp_path / "facts"))
    assert code == 0, told
    return tmp_path / "facts"


def started(club: str, facts: Path, out: Path, *more: str, **options: Any) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-c",
        "from cli.main import main; main()",
        "batch",
        club,
        "--facts",
        str(facts),
        "--out",
        str(out),
    ]
    return subprocess.Popen(
        [*command, *DAY, "--slice", "20", *more], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )


def batched(run_merit: Run, club: str, facts: Path, out: Path, *more: str) -> tuple[int, str]:
    return run_merit("batch", club, "--facts", str(facts), "--out", str(out), *DAY, "--slice", "20", *more)


def killed_and_resumed(
    run_merit: Run, club: str, facts: Path, out: Path, slices: int, *more: str
) -> list[dict[str, Any]]:
    """Return what is decided by a run that is killed when so many slices are there, and by another that goes on."""
    running = started(club, facts, out, *more, start_new_session=True)
    deadline = time.monotonic() + 60
    while len([*out.glob("decisions/*.parquet")]) < slices and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    before = len([*out.glob("decisions/*.parquet")])
    code, told = batched(run_merit, club, facts, out, "--resume", *more)
    assert code == 0, told
    assert f"{before} of 8 slices from before" in told or before == 0
    return decided(out)


def test_a_run_that_is_killed_goes_on_and_decides_nobody_twice(club, tmp_path, run_merit):
    facts = many(club, tmp_path, run_merit, 160)
    assert batched(run_merit, club, facts, tmp_path / "whole")[0] == 0

    found = killed_and_resumed(run_merit, club, facts, tmp_path / "out", 4)

    assert found == decided(tmp_path / "whole")
    assert len(found) == 160


@pytest.mark.benchmarks
@pytest.mark.parametrize("slices", [0, 1, 3, 5, 7])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_that_is_killed_at_other_moments_goes_on(slices, jobs, club, tmp_path, run_merit):
    facts = many(club, tmp_path, run_merit, 160)
    assert batched(run_merit, club, facts, tmp_path / "whole")[0] == 0

    assert killed_and_resumed(run_merit, club, facts, tmp_path / "out", slices, "--jobs", jobs) == decided(
        tmp_path / "whole"
    )


def test_a_run_goes_on_with_what_it_was_begun_with(club, tables, tmp_path, run_merit):
    out = str(tmp_path / "out")
    first = run_merit("batch", club, "--facts", str(tables), "--out", out, *DAY)
    again = run_merit("batch", club, "--facts", str(tables), "--out", out, *DAY)
    resumed = run_merit("batch", club, "--facts", str(tables), "--out", out, *DAY, "--resume")
    other_day = run_merit("batch", club, "--facts", str(tables), "--out", out, "--as-of", "2023-06-21", "--resume")
    changed(tables, "partners", lambda table: table.slice(0, 1))
    other_facts = run_merit("batch", club, "--facts", str(tables), "--out", out, *DAY, "--resume")
    (tmp_path / "club.policy").write_text(CLUB.replace("visits >= 5", "visits >= 6"), encoding="utf-8")
    other_rules = run_merit("batch", club, "--facts", str(tables), "--out", out, *DAY, "--resume")

    assert first[0] == 0
    assert again == (
        3,
        f"error: `{out}` holds a run already\n  help: --resume goes on with it; or name another folder with --out\n",
    )
    assert resumed[0] == 0
    assert "1 of 1 slices from before" in resumed[1]
    assert other_day[1].startswith(f"error: the run in `{out}` is one with another day (2023-06-20, now 2023-06-21)")
    assert other_facts[1].startswith(f"error: the run in `{out}` is one with other facts\n")
    assert other_rules[1].startswith(f"error: the run in `{out}` is one with other policies (<digest>, now <digest>)")


def test_a_full_disk_is_told_and_nothing_half_written_counts(club, tmp_path, run_merit):
    facts = many(club, tmp_path, run_merit, 160)

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))

    full = started(club, facts, tmp_path / "out", preexec_fn=little)
    told, _ = full.communicate()
    code, went_on = batched(run_merit, club, facts, tmp_path / "out", "--resume")

    assert full.returncode == 3
    assert "there is no room left while writing" in told
    assert "help: make room, or name another folder with --out" in told
    assert not [*(tmp_path / "out").rglob("*.writing")]
    assert code == 0, went_on
    assert len(decided(tmp_path / "out")) == 160


EVERY_DIALECT = ("bigquery", "databricks", "postgres", "snowflake", "spark", "trino")


def test_the_query_of_rules_decides_as_the_batch_does(club, tables, tmp_path, run_merit):
    code, text = run_merit("batch", club, "--emit-sql", "duckdb", *DAY)
    run_merit("batch", club, "--facts", str(tables), "--out", str(tmp_path / "out"), *DAY)

    assert code == 0
    assert text.startswith("-- Club, as of 2023-06-20; policies <digest>\n")
    decisions = {row["partner"]: row["decision"] == "eligible" for row in decided(tmp_path / "out")}
    with duckdb.connect() as base:
        for path in tables.rglob("*.parquet"):
            name = str(path.relative_to(tables).with_suffix("")).replace("/", "_")
            base.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{path}')")
        found = base.sql(text)
        assert found.columns == [
            "partner", "designation.gold", "designation.gold|held", "designation.gold|since", "designation.gold|settled",
            "designation.gold|unmet|designation.gold.visits", "designation.gold|unmet|designation.gold.paid",
            "designation.gold|unmet|designation.gold.people",
        ]  # fmt: skip
        assert {row[0]: row[1] for row in found.fetchall()} == decisions


@pytest.mark.parametrize("dialect", EVERY_DIALECT)
def test_the_query_is_written_for_other_engines_without_a_warning(dialect, club, run_merit):
    code, text = run_merit("batch", club, "--emit-sql", dialect, *DAY)

    assert code == 0
    assert sqlglot.parse_one(text, dialect=dialect).find(sqlglot.exp.Select) is not None
    assert "INT128" not in text


@pytest.mark.parametrize("dialect", [*EVERY_DIALECT, "duckdb"])
def test_the_tables_are_written_for_an_engine(dialect, club, run_merit):
    code, text = run_merit("batch", club, "--layout", "--emit-sql", dialect)

    assert code == 0
    made = [one for one in sqlglot.parse(text, dialect=dialect) if one is not None]
    assert [one.find(sqlglot.exp.Table).name for one in made][:3] == [
        "partners",
        "fact_history",
        "records_certifications",
    ]
    assert len(made) == 10


def test_names_that_postgres_would_cut_are_written_with_a_hash(club, tmp_path, run_merit):
    policy = tmp_path / "club.policy"
    policy.write_text(CLUB.replace("visits: visits", f"{'visits_' * 8}: visits"), encoding="utf-8")

    code, text = run_merit("batch", str(policy), "--emit-sql", "postgres", *DAY)

    assert code == 0
    names = [one.alias for one in sqlglot.parse_one(text, dialect="postgres").expressions]
    assert max(map(len, names)) == 63
    assert sum("~" in name for name in names) == 1


def test_what_is_not_written_as_a_query_is_told(club, tmp_path, run_merit):
    policy = tmp_path / "club.policy"
    policy.write_text(CLUB + "entitlement later { requires { ahead: holds gold on 2026-01-01 } }\n", encoding="utf-8")

    some = run_merit("batch", str(policy), "--emit-sql", "trino", *DAY)
    none = run_merit("batch", str(policy), "--emit-sql", "trino", *DAY, "--rules", "entitlement.*")
    unknown = run_merit("batch", str(policy), "--emit-sql", "oracle", *DAY)

    assert some[0] == 0
    assert "note: entitlement.later is not written: a day that lies ahead\n" in some[1]
    assert none[0] == 3
    assert none[1].startswith("error: no rule of these is written as SQL (entitlement.later: a day that lies ahead)")
    assert unknown[0] == 2


def test_without_the_database_the_extra_is_named(club, run_merit, monkeypatch):
    monkeypatch.setattr("cli.batch.find_spec", lambda name: None if name == "duckdb" else object())

    assert run_merit("batch", club, "--layout", "--out", "o") == (
        2, "error: `merit batch` needs duckdb: install merit[batch] with `pip install '.[batch]'` in the project's folder\n",
    )  # fmt: skip
