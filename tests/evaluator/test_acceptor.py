"""What is accepted without asking the schema is what the schema accepts, no more and no less."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from cli.console import read_file
from dsl.load import load_sources
from dsl.source import Source
from evaluator.acceptance.facts_schema import FactErrors, FactsReader
from evaluator.engine import Engine
from schemas.fitting import fitting_of
from tests.shipped import engine_of

Json = Any
ROOT = Path(__file__).resolve().parents[2]
POLICY = """
facts {
  seats: count  share: number 0 to 1  growth: percent  survey_day: date  passed: flag  market: one of larger, other
  name: text  few: count 2 to 5  spent: money USD
}
records sales monthly { units: count  customer: text  kind: one of new, old }
records visits { day: date  fee: money USD  double: money USD = 2 * fee }
measure deals: count, may be supplied = count sales over trailing 12 months
competency old { levels silver, gold  requires { x: seats >= silver 1, gold 2  y: deals >= 1 } }
"""


@cache
def reader() -> FactsReader:
    loaded = load_sources([Source("facts.policy", POLICY)])
    assert not loaded.errors
    return Engine(loaded.document, loaded.core).reader


def refused_by_schema(data: Json) -> list[str]:
    return [error.message for error in reader()._validator.iter_errors(data)]


# ---- facts that are nearly right ---------------------------------------------------------------------------------

DATES = (
    "2023-02-28",
    "2023-02-30",
    "2023-2-1",
    "1899-12-31",
    "2199-12-31",
    "20230228",
    "2023-02-28\n",
    "none",
    "2023-02-2\u0668",
    "2023-02-28T09:30:00Z",
    "2023-02-28t09:30:00.5+14:00",
    "2023-02-30T09:30:00Z",
    "2023-02-28T24:00:00Z",
    "2023-02-28T09:30:00",
    "2023-02-28T09:30:00Z\n",
    "2023-02-28 09:30:00Z",
)
MONTHS = ("2023-05", "2023-13", "2023-05\n", "2200-01", "2023-05-01")
NUMBERS = (
    "12", "12.5", "-0.5", "1e3", "1.", ".5", "12\n", "0.1234567", "1" * 19, "\u0661", "+1", "1_000", " 1",
    0, 1, 3, -1, 10**18, 10**18 + 1, -(10**18) - 1, 0.1, 1.0, 2.5, 1e-7, 1e18, 1e19, float("nan"), float("inf"),
    Decimal("0.10"), Decimal("1E+3"), Decimal("0.0000001"), Decimal("1.0000000"), Decimal("NaN"), Decimal("-Infinity"),
    Decimal(1), Decimal("1e400"), True, False,
)  # fmt: skip
TEXTS = ("", "x", "larger", "other", "Larger", "new", "n" * 400, "n" * 401, "gold", "competency.old")
scalars = st.sampled_from((*DATES, *MONTHS, *NUMBERS, *TEXTS, None)) | st.text("a01-. \n", max_size=3) | st.integers()


def objects(names: tuple[str, ...], values: st.SearchStrategy[Json]) -> st.SearchStrategy[dict[Any, Json]]:
    return st.dictionaries(st.sampled_from(names), values, max_size=4)


steps = objects(("from", "value", "until"), scalars)
told = scalars | objects(("history", "more"), st.lists(steps, max_size=2) | scalars) | st.lists(scalars, max_size=1)
facts = objects(
    ("seats", "share", "growth", "survey_day", "passed", "market", "name", "few", "spent", "deals", "other"), told
)
rows = st.lists(
    objects(
        (
            "month",
            "units",
            "customer",
            "kind",
            "day",
            "fee",
            "double",
            "award",
            "level",
            "attained",
            "ended",
            "earned",
            "expires",
        ),
        scalars,
    )
    | scalars,
    max_size=3,
)
lists = rows | objects(("rows", "partial", "covers", "more"), rows | objects(("from", "through"), scalars) | scalars)
records = objects(("sales", "visits", "awards", "certifications", "other"), lists)
inner = st.fixed_dictionaries({}, optional={"facts": facts, "records": records})
documents = st.fixed_dictionaries(
    {}, optional={"facts": facts, "records": records, "projected": inner, "partner": scalars}
) | objects(("facts", "records", "projected", "other"), scalars)


@settings(max_examples=400, deadline=None)
@given(documents)
@example({"facts": {"seats": True}})
@example({"facts": {"share": "0.5\n"}})
@example({"facts": {"share": 0.1, "spent": Decimal("1e400")}})
@example({"facts": {"survey_day": "2023-02-28\n", "few": 6}})
@example({"records": {"certifications": [{"expires": "none"}], "visits": [{"day": "none"}]}})
def test_what_is_accepted_is_what_the_schema_accepts(data: Json) -> None:
    assert reader()._accepts(data) is (refused_by_schema(data) == [])


@settings(max_examples=400, deadline=None)
@given(scalars | st.decimals(allow_nan=None) | st.dates().map(str) | st.decimals(-10, 10, places=7).map(str))
def test_a_value_is_accepted_where_the_schema_accepts_it(value: Json) -> None:
    """One value alone: nothing else is wrong that would keep it from being accepted."""
    for data in with_value(value):
        assert reader()._accepts(data) is (refused_by_schema(data) == [])


def with_value(value: Json) -> Iterator[Json]:
    """Yield facts with the value in each place that takes one."""
    schema = reader().schema["properties"]
    yield {"partner": value}
    for name in schema["facts"]["properties"]:
        yield {"facts": {name: value}}
        yield {"facts": {name: {"history": [{"from": "2023-01-01", "value": value}]}}}
        yield {"projected": {"facts": {name: value}}}
    for name, listed in schema["records"]["properties"].items():
        yield {"records": {name: {"rows": [], "partial": value}}}
        yield {"records": {name: {"rows": [], "covers": {"from": value, "through": "2023-05"}}}}
        for field in listed["else"]["items"]["properties"]:
            yield {"records": {name: [{field: value}]}}


# ---- it is used --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((ROOT / "examples/partners").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_facts_of_the_examples_are_accepted_at_once(path: Path) -> None:
    assert engine().reader._accepts(read_file(path).value)


@pytest.mark.parametrize("path", sorted((ROOT / "examples/queries").glob("*.json")), ids=lambda path: path.stem)
def test_the_facts_of_the_queries_are_accepted_at_once(path: Path) -> None:
    assert engine().reader._accepts(json.loads(path.read_text(encoding="utf-8"))["facts"])


@cache
def engine() -> Engine:
    return engine_of()


@pytest.mark.parametrize(
    "facts",
    [
        {"seats": 3, "share": "0.5", "growth": -7, "survey_day": "2024-02-29", "passed": False, "market": "other"},
        {"seats": {"history": [{"from": "2023-01-01", "value": 0}]}, "spent": 12.5, "few": 2, "name": "x", "deals": 1},
        {"spent": Decimal("12.50")},
    ],
)
def test_right_facts_of_every_type_are_accepted_at_once(facts: Json) -> None:
    assert reader()._accepts({"facts": facts})


def test_right_records_of_every_kind_are_accepted_at_once() -> None:
    sales = {"rows": [{"month": "2023-05", "units": 3, "kind": "new"}], "partial": True}
    covers = {"covers": {"from": "2023-01", "through": "2023-05"}}
    told = {"sales": {**sales, **covers}, "visits": [{"day": "2023-05-01", "fee": 5}]}
    own = {"awards": [{"award": "competency.old", "ended": "none"}], "certifications": []}

    assert reader()._accepts({"partner": "x", "records": {**told, **own}, "projected": {"records": told}})


# ---- what it does not know ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "boolean", "const": True},
        {"type": "string", "format": "time"},
        {"type": "array", "uniqueItems": True},
        {"type": ["number", "string"], "format": "decimal", "pattern": "", "minimum": 0, "maximum": 1, "multipleOf": 2},
    ],
)
def test_a_part_of_a_schema_that_is_not_known_is_refused_as_it_is_made(schema: Json) -> None:
    with pytest.raises(LookupError, match="not known here"):
        fitting_of(schema, lambda _: True)


def test_facts_that_are_refused_are_told_by_the_schema() -> None:
    with pytest.raises(FactErrors, match="is no value"):
        reader().check({"facts": {"seats": None}})
