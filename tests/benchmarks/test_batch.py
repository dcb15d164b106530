"""A batch against what a person would write by hand: SQL for DuckDB, and Polars, Parquet to Parquet, of the same partners.

What is compared answers the same for every partner, which is seen first. ``MERIT_BENCH_PARTNERS`` names how many there are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from dsl.load import load_checked
from evaluator.columnar.arrow import write_empty
from evaluator.columnar.known import known_of
from evaluator.columnar.layout import layout_of
from evaluator.columnar.query import lower
from evaluator.columnar.source import sql_table
from evaluator.columnar.tables import open_facts
from evaluator.columnar.tier import planned_shortly
from evaluator.engine import Engine
from tests.benchmarks.conftest import Report
from tests.benchmarks.handwritten import ADMINISTRATOR, ADVANCED, ARCHITECT, INTERMEDIATE

pytestmark = pytest.mark.benchmarks
ROOT = Path(__file__).resolve().parents[2]
DAY = date(2023, 6, 20)
RULE = "designation.infrastructure"
PARTNERS = int(os.environ.get("MERIT_BENCH_PARTNERS", "100000"))
A_PARTNER = 14
"""Certifications of a partner."""
NAMES = sorted(ADMINISTRATOR | ARCHITECT | INTERMEDIATE | ADVANCED)
MEASURES = ("azure_adds", "azure_growth", "azure_services", "azure_acr")


@dataclass(frozen=True)
class Made:
    """Made partners: their folder, and what is told of the tables without reading them."""

    engine: Engine
    folder: Path
    query: str
    """The query of the rule, as a batch runs it, over tables of the layout."""


def made(
    folder: Path,
    missing: int,
    number: int = PARTNERS,
    *,
    told_lists: tuple[str, ...] = ("certifications", "awards"),
    each: int = A_PARTNER,
) -> Made:
    """Write the tables of partners; of so many of a hundred figures nothing is told, and lists but one are told empty."""
    loaded = load_checked([ROOT / "policies"])
    engine = Engine(loaded.document, loaded.core)
    layout = layout_of(engine.core)
    write_empty(layout, folder)
    base = duckdb.connect()
    empty = base.sql(f"SELECT * FROM '{folder}/partners.parquet'")
    told = {
        "partner": "printf('p%08d', i)",
        **{f"told_{name}": "TRUE" for name in told_lists},
        **{
            f"f_{name}": f"CASE WHEN hash(i, {seed}) % 100 >= {missing} THEN CAST(hash(i, {seed}, 1) % {most} AS {type_}) END"
            for seed, (name, most) in enumerate(zip(MEASURES, (6, 40, 9, 3000), strict=True))
            for type_ in [str(empty.types[empty.columns.index(f"f_{name}")])]
        },
    }
    columns = ", ".join(
        f'CAST({told.get(name, "NULL")} AS {type_}) AS "{name}"'
        for name, type_ in zip(empty.columns, empty.types, strict=True)
    )
    write = "(FORMAT parquet, ROW_GROUP_SIZE 20000)"
    base.execute(f"COPY (SELECT {columns} FROM range({number}) r(i)) TO '{folder}/partners.new' {write}")
    (folder / "partners.new").replace(folder / "partners.parquet")
    listed = "[" + ", ".join(f"'{name}'" for name in NAMES) + "]"
    empty = base.sql(f"SELECT * FROM '{folder}/records/certifications.parquet'")
    row = {
        "partner": "printf('p%08d', i)",
        "row": "j",
        "f_person": "'person ' || (hash(i, j, 2) % 9)",
        "f_certification": f"({listed})[CAST(1 + hash(i, j, 3) % {len(NAMES)} AS BIGINT)]",
        "f_earned": "DATE '2022-01-01' + CAST(hash(i, j, 4) % 400 AS INTEGER)",
        "f_expires": f"CASE WHEN hash(i, j, 5) % 100 >= {missing} THEN DATE '2023-03-01' + CAST(hash(i, j, 6) % 700 AS INTEGER) END",
    }
    columns = ", ".join(
        f'CAST({row.get(name, "NULL")} AS {type_}) AS "{name}"'
        for name, type_ in zip(empty.columns, empty.types, strict=True)
    )
    base.execute(
        f"COPY (SELECT {columns} FROM range({number}) r(i), range({each}) s(j) ORDER BY i, j)"
        f" TO '{folder}/records/certifications.new' {write}"
    )
    (folder / "records/certifications.new").replace(folder / "records/certifications.parquet")
    facts = open_facts(folder, layout)
    lowered = lower(engine, [RULE], DAY, known_of(facts))
    columns_of = lowered.rules[RULE]
    assert columns_of.eligible is not None
    assert columns_of.points is not None
    outputs = {"eligible": columns_of.eligible, "points": columns_of.points[0], "points_to": columns_of.points[1]}
    query = lowered.query({"partner": lowered.outputs()["partner"], **outputs}).sql("duckdb")
    tables = ", ".join(
        f"\"{sql_table(table.name)}\" AS (SELECT * FROM '{folder / table.file}')" for table in layout.tables
    )
    return Made(engine, folder, f"WITH {tables} {query}")


def by_hand(folder: Path) -> str:
    """Return the designation in SQL as who knows the rule writes it: points, of known facts."""
    return f"""
      WITH persons AS (
        SELECT partner, f_person,
               max(f_certification IN {_in(ADMINISTRATOR)}) AS administrator, max(f_certification IN {_in(ARCHITECT)}) AS architect,
               max(f_certification IN {_in(INTERMEDIATE)}) AS intermediate, max(f_certification IN {_in(ADVANCED)}) AS advanced
        FROM '{folder}/records/certifications.parquet'
        WHERE f_earned <= DATE '{DAY}' AND DATE '{DAY}' <= f_expires GROUP BY ALL),
      people AS (
        SELECT partner, count(*) FILTER (administrator) AS administrators, count(*) FILTER (architect) AS architects,
               count(*) FILTER (intermediate) AS intermediate, count(*) FILTER (advanced) AS advanced
        FROM persons GROUP BY partner),
      earned AS (
        SELECT partner, least(f_azure_adds * 10, 30) AS adds,
               CASE WHEN f_azure_acr >= 1000 THEN least(greatest(floor(f_azure_growth), 0), 20) ELSE 0 END AS growth,
               least(f_azure_services * 2, 10) AS services,
               CASE WHEN coalesce(administrators, 0) >= 2 THEN least(coalesce(intermediate, 0) * 4, 20) ELSE 0 END AS intermediate,
               CASE WHEN coalesce(architects, 0) >= 2 THEN least(coalesce(advanced, 0) * 4, 20) ELSE 0 END AS advanced
        FROM '{folder}/partners.parquet' LEFT JOIN people USING (partner))
      SELECT partner, points >= 70 AND worst > 0 AS eligible, points
      FROM (SELECT partner, adds + growth + services + intermediate + advanced AS points,
                   least(adds, growth, services, intermediate, advanced) AS worst FROM earned)"""


def by_hand_with_intervals(folder: Path) -> str:
    """Return the same where facts are missing: the least and the most of each metric, as ranges have it."""
    valid = f"f_earned <= DATE '{DAY}' AND"
    flags = ", ".join(
        f"max({test} AND f_certification IN {_in(names)}) AS {name}_{end}"
        for name, names in LISTS.items()
        for end, test in (
            ("low", f"coalesce(DATE '{DAY}' <= f_expires, FALSE)"),
            ("high", f"coalesce(DATE '{DAY}' <= f_expires, TRUE)"),
        )
    )
    counts = ", ".join(f"count(*) FILTER ({name}_{end}) AS {name}_{end}" for name in LISTS for end in ("low", "high"))

    def skill(name: str, gate: str, end: str) -> str:
        return f"CASE WHEN coalesce({gate}_{end}, 0) >= 2 THEN least(coalesce({name}_{end}, 0) * 4, 20) ELSE 0 END AS {name}_{end}"

    return f"""
      WITH persons AS (SELECT partner, f_person, {flags} FROM '{folder}/records/certifications.parquet' WHERE {valid} TRUE GROUP BY ALL),
      people AS (SELECT partner, {counts} FROM persons GROUP BY partner),
      earned AS (
        SELECT partner, least(coalesce(f_azure_adds, 0) * 10, 30) AS adds_low, least(coalesce(f_azure_adds, 3) * 10, 30) AS adds_high,
               CASE WHEN coalesce(f_azure_acr, 0) >= 1000 THEN least(greatest(floor(coalesce(f_azure_growth, 0)), 0), 20) ELSE 0 END AS growth_low,
               CASE WHEN coalesce(f_azure_acr, 1000) >= 1000 THEN least(greatest(floor(coalesce(f_azure_growth, 20)), 0), 20) ELSE 0 END AS growth_high,
               least(coalesce(f_azure_services, 0) * 2, 10) AS services_low, least(coalesce(f_azure_services, 5) * 2, 10) AS services_high,
               {skill("intermediate", "administrator", "low")}, {skill("intermediate", "administrator", "high")},
               {skill("advanced", "architect", "low")}, {skill("advanced", "architect", "high")}
        FROM '{folder}/partners.parquet' LEFT JOIN people USING (partner)),
      totals AS (
        SELECT partner, adds_low + growth_low + services_low + intermediate_low + advanced_low AS points,
               adds_high + growth_high + services_high + intermediate_high + advanced_high AS points_to,
               least(adds_low, growth_low, services_low, intermediate_low, advanced_low) AS worst,
               least(adds_high, growth_high, services_high, intermediate_high, advanced_high) AS worst_to FROM earned)
      SELECT partner, CASE WHEN points >= 70 AND worst > 0 THEN TRUE WHEN points_to < 70 OR worst_to <= 0 THEN FALSE END AS eligible,
             points, points_to FROM totals"""


LISTS = {"administrator": ADMINISTRATOR, "architect": ARCHITECT, "intermediate": INTERMEDIATE, "advanced": ADVANCED}


def _in(names: set[str]) -> str:
    return "(" + ", ".join(f"'{name}'" for name in sorted(names)) + ")"


def in_polars(folder: Path, out: Path) -> None:
    """Decide the designation in Polars, lazily, of known facts."""
    day = pl.lit(DAY)
    name = pl.col("f_certification")
    persons = (
        pl.scan_parquet(folder / "records/certifications.parquet")
        .filter((pl.col("f_earned") <= day) & (day <= pl.col("f_expires")))
        .group_by("partner", "f_person")
        .agg(*(name.is_in(sorted(names)).any().alias(key) for key, names in LISTS.items()))
    )
    people = persons.group_by("partner").agg(*(pl.col(key).sum().cast(pl.Int64) for key in LISTS))
    told = pl.scan_parquet(folder / "partners.parquet").select("partner", *(f"f_{one}" for one in MEASURES))
    adds, growth, services, consumption = (pl.col(f"f_{one}").cast(pl.Int64) for one in MEASURES)
    joined = told.join(people, on="partner", how="left").with_columns(pl.col(*LISTS).fill_null(0))

    def skill(key: str, gate: str) -> pl.Expr:
        return pl.when(pl.col(gate) >= 2).then(pl.min_horizontal(pl.col(key) * 4, 20)).otherwise(0)

    earned = joined.select(
        "partner",
        pl.min_horizontal(adds * 10, 30).alias("a"),
        pl.when(consumption >= 1000).then(growth.clip(0, 20)).otherwise(0).alias("g"),
        pl.min_horizontal(services * 2, 10).alias("s"),
        skill("intermediate", "administrator").alias("i"),
        skill("advanced", "architect").alias("v"),
    )
    each = ("a", "g", "s", "i", "v")
    points = pl.sum_horizontal(*each)
    met = (points >= 70) & (pl.min_horizontal(*each) > 0)
    earned.select("partner", met.alias("eligible"), points.alias("points")).sink_parquet(out)


def copied(query: str, out: Path, *, is_twin: bool = False) -> Callable[[], object]:
    """Return what runs a query into Parquet on one thread."""
    base = duckdb.connect()
    base.execute("SET threads = 1")

    def run() -> None:
        with planned_shortly(base) if is_twin else nullcontext():
            base.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet)")

    return run


def different(one: Path, other: Path, columns: str) -> Any:
    told = f"SELECT {columns} FROM "
    return duckdb.sql(f"({told}'{one}' EXCEPT {told}'{other}') LIMIT 5").fetchall()


COMPARED = "partner, eligible, CAST(points AS DECIMAL(38,12)) AS points"


def test_a_designation_of_which_nothing_is_missing(tmp_path: Path, report: Report) -> None:
    told = made(tmp_path / "facts", missing=0)
    twin, hand, polars = (tmp_path / f"{name}.parquet" for name in ("twin", "hand", "polars"))
    runs = copied(told.query, twin, is_twin=True), copied(by_hand(told.folder), hand)

    report.ratio(f"{RULE}, {PARTNERS:,} partners / SQL by hand", *runs, rounds=5, inner=1)
    report.ratio(
        f"{RULE}, {PARTNERS:,} partners / Polars by hand (Polars on all cores)",
        runs[0], lambda: in_polars(told.folder, polars), rounds=5, inner=1,
    )  # fmt: skip

    assert different(twin, hand, COMPARED) == []
    assert different(twin, polars, COMPARED) == []


def test_a_designation_of_which_a_tenth_is_missing(tmp_path: Path, report: Report) -> None:
    told = made(tmp_path / "facts", missing=10)
    twin, hand = tmp_path / "twin.parquet", tmp_path / "hand.parquet"
    runs = copied(told.query, twin, is_twin=True), copied(by_hand_with_intervals(told.folder), hand)

    report.ratio(f"{RULE}, {PARTNERS:,} partners, a tenth missing / SQL by hand", *runs, rounds=5, inner=1)

    assert different(twin, hand, f"{COMPARED}, CAST(points_to AS DECIMAL(38,12)) AS points_to") == []


@pytest.mark.parametrize("rules", [RULE, "*"])
def test_partners_a_second_and_peak_memory(rules: str, tmp_path: Path, report: Report) -> None:
    """All of the command: loading, slices, what is doubted, what is left to the row engine, Parquet."""
    number = PARTNERS if rules == RULE else PARTNERS // 50
    core = load_checked([ROOT / "policies"]).core
    assert core is not None
    every = tuple(table.records.name for table in layout_of(core).lists() if table.records is not None)
    told = made(tmp_path / "facts", missing=0, number=number, told_lists=every)
    command = [sys.executable, "-c", MEASURED, "batch", str(ROOT / "policies"), "--facts", str(told.folder)]
    begun = time.perf_counter()
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out"), "--as-of", DAY.isoformat(), "--rules", rules, "--slice", "20000"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    said = done.stdout.strip().splitlines()
    peak = json.loads(done.stderr.strip().splitlines()[-1]) / 1024
    report.lines.append(
        f"merit batch --rules '{rules}', {number:,} partners: {number / seconds:,.0f} a second, peak {peak:.0f} MB"
    )
    report.lines.append(f"    {said[-1]}")
    assert said[0].startswith(f"{number:,} partners")


MEASURED = """
import atexit, json, resource, sys
atexit.register(lambda: print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss), file=sys.stderr))
from cli.main import main
main()
"""
