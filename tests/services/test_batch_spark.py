"""A batch on Spark decides as the engine, row for row, and as DuckDB does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.properties.test_batch import DAYS, LAWS, ROOT, differences, engine_of, imported, partners, rows

pytestmark = pytest.mark.services
MASTER = "local[2]"
# Of a few partners no two hundred parts are made.
SETTINGS = {"PYSPARK_SUBMIT_ARGS": "--conf spark.sql.shuffle.partitions=2 pyspark-shell"}


def batch(policies: Path, facts: Path, out: Path, day: str, *more: str) -> str:
    """Run the command as a user does: its Spark begins and ends with it."""
    command = [sys.executable, "-c", "from cli.main import main; main()", "batch", policies, "--facts", facts]
    done = subprocess.run(
        [*map(str, command), "--out", str(out), "--as-of", day, *more],
        capture_output=True, text=True, check=False, timeout=900, cwd=ROOT, env=os.environ | SETTINGS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    return done.stdout


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_the_laws_policies_are_decided_alike(path: Path, tmp_path: Path) -> None:
    engine = engine_of(path)
    day = DAYS[1]
    told = partners(engine, day, seed=3, each=40)
    facts = imported(engine, told, tmp_path / "facts")

    said = batch(
        path, facts, tmp_path / "out", day.isoformat(), "--engine", "spark", "--master", MASTER, "--slice", "60"
    )

    assert f"{len(told)} partners" in said
    assert "wide" not in {one.name for one in (tmp_path / "out").iterdir()}
    assert differences(engine, told, day, ("*",), tmp_path / "out") == []


def test_real_rules_are_decided_as_on_duckdb(tmp_path: Path) -> None:
    engine = engine_of(ROOT / "policies")
    day = DAYS[1].isoformat()
    facts = imported(engine, partners(engine, DAYS[1], seed=3, each=10), tmp_path / "facts")
    asked = ("--rules", "designation.infrastructure")

    batch(ROOT / "policies", facts, tmp_path / "one", day, *asked)
    batch(ROOT / "policies", facts, tmp_path / "other", day, *asked, "--engine", "spark", "--master", MASTER)

    assert list(rows(tmp_path / "other")) == list(rows(tmp_path / "one"))
    written = sorted((tmp_path / "other" / "decisions").iterdir())
    assert sum(pq.read_metadata(path).num_rows for path in written) > 0
