"""The query of rules on a real PostgreSQL: its answers are the engine's, of tables that were filled as a user fills them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from evaluator.columnar.emit import emit, emit_layout, name_in
from evaluator.columnar.known import NOTHING_KNOWN
from evaluator.columnar.layout import layout_of
from evaluator.columnar.results import row_of
from evaluator.columnar.source import sql_table
from evaluator.engine import Engine, Query
from tests.properties.test_batch import LAWS, ROOT, engine_of, imported, partners
from tests.services.postgres import Postgres

pytestmark = pytest.mark.services
DAY = date(2023, 6, 20)
EACH = 20


def filled(base: psycopg.Connection[Any], engine: Engine, facts: Path) -> None:
    """Make the tables of the vocabulary, and fill them from Parquet by way of CSV."""
    base.execute("DROP SCHEMA public CASCADE")
    base.execute("CREATE SCHEMA public")
    for statement in emit_layout(engine.core, "postgres").split(";"):
        if statement.strip():
            base.execute(statement.encode())
    for table in layout_of(engine.core).tables:
        told = facts / f"{sql_table(table.name)}.csv"
        duckdb.execute(f"COPY (SELECT * FROM '{facts / table.file}') TO '{told}' (FORMAT csv, HEADER)")
        with base.cursor().copy(f'COPY "{sql_table(table.name)}" FROM STDIN (FORMAT csv, HEADER)'.encode()) as copying:
            copying.write(told.read_bytes())


def unmet_name(rule: str, reason: dict[str, Any]) -> str:
    """Return the column that says that a reason is not met."""
    on = f"|{reason['on']}" if reason["on"] is not None else ""
    return name_in("postgres", f"{rule}|unmet|{reason['code']}{on}{'|projected' if reason['projected'] else ''}")


def differences(
    base: psycopg.Connection[Any], engine: Engine, told: list[dict[str, Any]], rules: list[str]
) -> list[str]:
    """Return where the settled answers of the query are others than the engine's; see that some are settled."""
    emitted = emit(engine, rules, DAY, "postgres", NOTHING_KNOWN)
    cursor = base.execute(emitted.text.encode())
    names = [column.name for column in cursor.description or ()]
    by_partner = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    found: list[str] = []
    settled = 0
    for facts in told:
        row = by_partner[facts["partner"]]
        for decision in engine.decide(Query(tuple(rules), DAY, facts)).decisions:
            rule = decision.rule
            if rule in emitted.refused or not row[f"{rule}|settled"]:
                continue
            settled += 1
            wanted = row_of(facts["partner"], decision)
            asked: dict[str, Any] = {rule: {"eligible": True, "not_eligible": False}.get(wanted["decision"])}
            asked |= {
                f"{rule}|{name}": wanted[name] for name in ("points", "points_to", "amount", "amount_to", "stage")
            }
            asked[f"{rule}|held"] = {"held": True, "not_held": False}.get(wanted["standing"])
            asked[f"{rule}|since"] = wanted["since"]
            unmet = {unmet_name(rule, one) for one in wanted["unmet"]}
            assert unmet <= set(names)
            asked |= {name: name in unmet for name in names if name.startswith(f"{rule}|unmet|")}
            for name, value in asked.items():
                got = row.get(name)
                if name in row and got != value:
                    found.append(f"{facts['partner']} {name}: {got!r}, and not {value!r}")
    # Of what the query does not decide it settles nothing.
    assert settled > len(told) * (len(rules) - len(emitted.refused)) // len(rules)
    return found


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_the_laws_policies_are_decided_alike(path: Path, postgres: Postgres, tmp_path: Path) -> None:
    engine = engine_of(path)
    told = partners(engine, DAY, seed=3, each=EACH)
    facts = imported(engine, told, tmp_path / "facts")

    with psycopg.connect(postgres.url.replace("+psycopg", "")) as base:
        filled(base, engine, facts)
        assert differences(base, engine, told, list(engine.core.rules)) == []


def test_real_rules_are_decided_alike(postgres: Postgres, tmp_path: Path) -> None:
    engine = engine_of(ROOT / "policies")
    told = partners(engine, DAY, seed=3, each=3)
    facts = imported(engine, told, tmp_path / "facts")
    groups = ("designation.*", "specialization.*", "competency.*", "fee.*")

    with psycopg.connect(postgres.url.replace("+psycopg", "")) as base:
        filled(base, engine, facts)
        for group in groups:
            rules = [rule.id for rule in engine.rules(group)]
            for first in range(0, len(rules), 12):
                assert differences(base, engine, told, rules[first : first + 12]) == []
