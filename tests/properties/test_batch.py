"""A batch decides as ``Engine.decide``: every column, for every rule, whatever is told of a partner."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dsl.load import load_sources
from dsl.source import Source
from evaluator.columnar import steps
from evaluator.columnar.importing import import_lines
from evaluator.columnar.known import known_of
from evaluator.columnar.layout import layout_of
from evaluator.columnar.query import lower
from evaluator.columnar.results import SCHEMA, row_of, table_of
from evaluator.columnar.run import Asked, Summary, run
from evaluator.columnar.tables import open_facts
from evaluator.engine import Engine, Query
from review.scenarios.partners import COMPLETE, Chances, Partners
from tests.evaluator.test_cases import ALL
from tests.shipped import engine_of

ROOT = Path(__file__).resolve().parents[2]
LAWS = sorted((ROOT / "tests" / "data" / "policies" / "laws").glob("*.policy"))
DAYS = (date(2022, 10, 3), date(2023, 6, 20), date(2026, 8, 15))
TOLD = {
    "complete": COMPLETE,
    "missing": Chances(),
    "histories": Chances(untold=0.05, absent=0.02, untold_field=0, history=0.6),
    "little": Chances(untold=0.5, absent=0.3, untold_field=0.2, projected=0.5),
}

Facts = list[dict[str, Any]]


def partners(engine: Engine, day: date, seed: int, each: int) -> Facts:
    """Partners of every manner of telling."""
    found: Facts = []
    for manner, chances in TOLD.items():
        made = Partners(engine.core, seed=seed, as_of=day, chances=chances)
        found += [{**made.partner(number), "partner": f"{manner}-{number:04d}"} for number in range(1, each + 1)]
    return found


def imported(engine: Engine, told: Facts, folder: Path) -> Path:
    """Return a folder of tables with the facts of partners."""
    lines = io.BytesIO("".join(json.dumps(one, default=str) + "\n" for one in told).encode())
    done = import_lines(lines, engine.reader, layout_of(engine.core), folder, lambda _: None)  # type: ignore[arg-type]
    assert (done.partners, done.rejected) == (len(told), 0)
    return folder


def batch(
    engine: Engine, facts: Path, out: Path, day: date, rules: tuple[str, ...] = ("*",), size: int = 200
) -> Summary:
    return run(engine, Asked(facts, out, day, rules, size), lambda _: None)


def rows(out: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((out / "decisions").iterdir()):
        table = pq.read_table(path)
        assert table.schema.equals(SCHEMA)
        yield from table.to_pylist()


def differences(engine: Engine, told: Facts, day: date, rules: tuple[str, ...], out: Path) -> list[str]:
    """Return where a batch says something else than the engine does."""
    by_key = {(row["partner"], row["rule"]): row for row in rows(out)}
    found: list[str] = []
    number = 0
    for facts in told:
        for decision in engine.decide(Query(rules, day, facts)).decisions:
            number += 1
            # As columns hold it: a list of structs keeps its types.
            (wanted,) = table_of([row_of(facts["partner"], decision)]).to_pylist()
            row = by_key[facts["partner"], decision.rule]
            found += [
                f"{facts['partner']} {decision.rule} {name}: {row[name]!r}, and not {wanted[name]!r}"
                for name in wanted
                if row[name] != wanted[name]
            ]
    assert len(by_key) == number
    return found


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_a_batch_decides_as_the_engine(path: Path, tmp_path: Path) -> None:
    engine = engine_of(path)
    day = DAYS[1]
    told = partners(engine, day, seed=3, each=2)

    summary = batch(engine, imported(engine, told, tmp_path / "facts"), tmp_path / "out", day, size=5)

    assert summary.rejects == 0
    assert summary.partners == len(told)
    assert 0 < summary.lowered < summary.rules
    assert 0 < summary.by_rows < summary.decisions
    assert differences(engine, told, day, ("*",), tmp_path / "out") == []


WINDOWS = """
package windows "Windows"

source guide "Guide"

facts {
  seats: count "Seats"
  start: date "First day"
}
records sales "Sales, a row a month" monthly { units: count }
certifications basics { "Basic One" through 2023-03-31  "Basic Two" }

entitlement able { requires {
  seats "Four seats": seats >= 4
  people "Two people": at least 2 people holding basics
} }
entitlement able_once "Of the last months" { requires {
  window: qualifies for able sometime from start of month of today - 5 months through today
} }
entitlement able_near "Near a day of one's own" { requires {
  window: qualifies for able sometime from start through start + 2 months, rounded down
} }
entitlement sold { requires {
  sold: sum units of sales over last month >= 3 sometime from 2022-11-15 through 2023-06-20
  seats: seats >= 2 sometime from 2022-09-01 through 2023-02-15
  ahead: seats >= 1 sometime from today through today + 10 days
} }
"""


def test_a_batch_answers_windows_in_its_query(tmp_path: Path) -> None:
    loaded = load_sources([Source("windows.policy", WINDOWS)])
    engine, day = Engine(loaded.document), DAYS[1]
    told = [
        {**made.partner(number), "partner": f"{manner}-{number:04d}"}
        for manner in ("complete", "histories")
        for made in [Partners(engine.core, seed=9, as_of=day, chances=TOLD[manner])]
        for number in range(1, 41)
    ]

    summary = batch(engine, imported(engine, told, tmp_path / "facts"), tmp_path / "out", day)

    assert summary.lowered == summary.rules
    decided = {(row["rule"], row["decision"]) for row in rows(tmp_path / "out")}
    assert {("entitlement.able_once", "eligible"), ("entitlement.able_once", "not_eligible")} <= decided
    assert summary.by_rows < summary.decisions / 2
    assert differences(engine, told, day, ("*",), tmp_path / "out") == []


LACKING = """
package lacking "Lacking"

source guide "Guide"

facts {
  seats: count "Seats"
  trained: flag "Trained"
  size: one of small, large "Size"
}
records sales "Sales, a row a month" monthly { units: count  region: one of east, west }
certifications basics { "Basic One"  "Basic Two" }

measure sold "Units sold": count, may be supplied = sum units of sales[region = east] over trailing 3 months
table fees {
  | size  | least   |
  | small | 100 USD |
  | large | 250 USD |
}

entitlement able { requires {
  seats "Four seats": seats >= 4
  people "Two people": at least 2 people holding basics
  either: trained or sold >= 10
} }
fee yearly { amount fees[size].least }
"""


def test_a_batch_says_in_its_query_what_is_missing(tmp_path: Path) -> None:
    loaded = load_sources([Source("lacking.policy", LACKING)])
    engine, day = Engine(loaded.document), DAYS[1]
    chances = Chances(untold=0.15, absent=0.1, untold_field=0.1, history=0.1)
    made = Partners(engine.core, seed=4, as_of=day, chances=chances)
    told = [{**made.partner(number), "partner": f"{number:04d}"} for number in range(1, 121)]

    summary = batch(engine, imported(engine, told, tmp_path / "facts"), tmp_path / "out", day)

    assert summary.lowered == summary.rules
    found = [row for row in rows(tmp_path / "out") if row["decision"] == "undetermined"]
    assert {one["kind"] for row in found for one in row["missing"]} >= {"fact", "records", "field", "rows"}
    assert summary.by_rows < len(found) / 8
    assert differences(engine, told, day, ("*",), tmp_path / "out") == []


def test_a_batch_divides_its_query_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_common = "entitlement able_too { requires { either: trained or sold >= 10 or seats >= 20 } }"
    loaded = load_sources([Source("lacking.policy", LACKING + in_common)])
    engine, day = Engine(loaded.document), DAYS[1]
    made = Partners(engine.core, seed=4, as_of=day, chances=Chances(untold=0.15, absent=0.1, untold_field=0.1))
    told = [{**made.partner(number), "partner": f"{number:04d}"} for number in range(1, 31)]
    facts = imported(engine, told, tmp_path / "facts")
    known = known_of(open_facts(facts, layout_of(engine.core)))
    whole = lower(engine, list(engine.core.rules), day, known).steps()
    monkeypatch.setattr(steps, "MOST_COLUMNS", 10)
    monkeypatch.setattr(steps, "MOST_PASSED", 20)
    divided = lower(engine, list(engine.core.rules), day, known).steps()

    batch(engine, facts, tmp_path / "out", day)

    assert [len(one.rules) for one in whole if one.rules] == [3]
    assert [len(one.rules) for one in divided if one.rules] == [1, 1, 1]
    assert "shared_1" in [one.name for one in divided]
    assert differences(engine, told, day, ("*",), tmp_path / "out") == []


def test_a_list_that_names_nothing_on_the_day_is_held_by_nobody(tmp_path: Path) -> None:
    lists = 'certifications old { "A" until 2020-01-01 }\nentitlement one { requires { p: people holding old >= 1 } }'
    loaded = load_sources([Source("old.policy", f'package old "Old"\n{lists}')])
    engine, day = Engine(loaded.document), DAYS[1]
    told = [
        {"partner": name, "records": {"certifications": [{"certification": name, "earned": "2019-01-01", **more}]}}
        for name, more in (("A", {"person": "ann", "expires": "none"}), ("B", {"person": "ben"}), ("", {}))
    ]

    batch(engine, imported(engine, told, tmp_path / "facts"), tmp_path / "out", day)

    assert differences(engine, told, day, ("*",), tmp_path / "out") == []


def decided_as_wanted(case: Any, folder: Path) -> Summary | None:
    """Decide a case of the conformance suite as a batch; None where it is about what no batch has to decide."""
    if not {"errors", "refused"}.isdisjoint(case["want"]):
        return None
    loaded = load_sources([Source("case.policy", case["policy"])])
    engine, day = Engine(loaded.document), date.fromisoformat(case["as_of"])
    told = [{"partner": "p", **case.get("facts", {})}]
    summary = batch(engine, imported(engine, told, folder / "facts"), folder / "out", day)
    assert differences(engine, told, day, ("*",), folder / "out") == []
    return summary


SAMPLE = 30
"""Of so many cases of the conformance suite one is tried where all tests are run."""


@pytest.mark.parametrize("case", [case for _, case in ALL[::SAMPLE]], ids=[name for name, _ in ALL[::SAMPLE]])
def test_a_batch_answers_a_case_as_the_engine(case: Any, tmp_path: Path) -> None:
    decided_as_wanted(case, tmp_path)


@pytest.mark.benchmarks
def test_a_batch_answers_all_cases_as_the_engine(tmp_path: Path) -> None:
    found = [decided_as_wanted(case, tmp_path / name.replace("/", "-")) for name, case in ALL]

    asked = [summary for summary in found if summary is not None]
    assert sum(summary.by_rows == 0 for summary in asked) > len(asked) / 6


@pytest.mark.benchmarks
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("path", [ROOT / "policies", *LAWS], ids=lambda path: path.stem)
def test_a_batch_decides_as_the_engine_over_many_partners(path: Path, day: date, tmp_path: Path) -> None:
    engine = engine_of(path)
    told = partners(engine, day, seed=5, each=12 if path.is_dir() else 150)

    batch(engine, imported(engine, told, tmp_path / "facts"), tmp_path / "out", day, size=200)

    assert differences(engine, told, day, ("*",), tmp_path / "out") == []
