"""The table of ``evaluator/README.md``, line by line: what a figure over records can be when something is not told."""

from __future__ import annotations

import itertools
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dsl.load import load_sources
from dsl.source import Source
from evaluator.decision import range_json
from evaluator.engine import Engine
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment

README = Path(__file__).parents[2] / "evaluator" / "README.md"
DAY = date(2023, 4, 15)

POLICY = """
records items { who: text  n: count  m: signed count  day: date  counts: flag }
records rows monthly { who: text  n: count  m: signed count  day: date }
certifications certs { "C" }
"""
FIGURES = {
    "count": ("count", "count {}"),
    "count distinct": ("count", "count distinct n of {}"),
    "sum": ("count", "sum n of {}"),
    "sum, signed": ("count", "sum m of {}"),
    "average": ("number", "average n of {}, rounded down to 0.1"),
    "average, signed": ("number", "average m of {}, rounded down to 0.1"),
    "largest": ("count", "largest n of {}"),
    "largest, signed": ("count", "largest m of {}"),
    "smallest": ("count", "smallest n of {}"),
    "smallest, signed": ("count", "smallest m of {}"),
    "earliest": ("date", "earliest day of {}"),
    "latest": ("date", "latest day of {}"),
    "sum for each": ("count", "sum for each who of {} { sum n of LIST up to 4 }"),
    "count with a condition": ("count", "count distinct who of {} with { sum n of LIST >= 3 }"),
}
ITEMS = [
    {"who": "x", "n": 2, "m": 2, "day": "2023-02-02", "counts": True},
    {"who": "y", "n": 5, "m": 5, "day": "2023-02-05", "counts": True},
]
CERTIFICATIONS = [
    {"person": person, "certification": "C", "earned": "2023-01-01", "expires": "none"} for person in "ab"
]


@cache
def engine() -> Engine:
    measures = []
    for name, (type_, text) in FIGURES.items():
        word = name.replace(",", "").replace(" ", "_")
        plain, comma, rounding = text.partition(",")
        head, brace, group = plain.partition(" { ") if "for each" in plain else (plain, "", "")
        wide = f"{head} over trailing 3 months{brace}{group}{comma}{rounding}".replace("{}", "rows")
        narrow = text.replace("{}", "items[counts]")
        measures.append(f"measure {word}_over_months: {type_} = {wide.replace('LIST', 'rows')}")
        measures.append(f"measure {word}_of_items: {type_} = {narrow.replace('LIST', 'items')}")
    text = POLICY + "\n".join(measures) + "\nmeasure people: count = people holding certs\n"
    loaded = load_sources([Source("table.policy", text)])
    assert not loaded.errors
    return Engine(loaded.document)


def without(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [rows[0], {key: value for key, value in rows[1].items() if key != name}]


def facts_of(told: str, field: str) -> dict[str, Any]:
    """Return the list that a line of the table speaks of: two records, one of them with something missing."""
    rows: list[dict[str, Any]] = CERTIFICATIONS if field == "person" else ITEMS
    match told:
        case "absent":
            return {}
        case "empty":
            return {"rows": []}
        case "complete":
            return {"rows": rows}
        case "partial":
            return {"rows": rows, "partial": True}
        case "a record lacks the field":
            return {"rows": without(rows, field)}
        case "a record lacks the key":
            return {"rows": without(rows, "who")}
        case "a record lacks the field of the condition":
            return {"rows": without(rows, "expires" if field == "person" else "counts")}
        case "a month missing":
            months = [
                {**{key: value for key, value in row.items() if key != "counts"}, "month": month}
                for row, month in zip(rows, ("2023-01", "2023-02"), strict=True)
            ]
            return {"rows": months, "covers": {"from": "2023-01", "through": "2023-02"}}
        case _:
            raise AssertionError(f"the table has no such list: {told}")


def table() -> list[tuple[str, str, str]]:
    lines = README.read_text(encoding="utf-8").splitlines()
    start = lines.index("| figure | list | range |") + 2
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[start:])
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]  # type: ignore[misc]


def range_of(figure: str, told: str) -> str:
    monthly = told == "a month missing"
    word = figure.replace(",", "").replace(" ", "_")
    name = "people" if figure == "people" else f"{word}_over_months" if monthly else f"{word}_of_items"
    field = "person" if figure == "people" else "day" if figure in ("earliest", "latest") else "n"
    if figure.endswith("signed"):
        field = "m"
    listing = facts_of(told, field)
    lists = {"certifications" if field == "person" else "rows" if monthly else "items": listing} if listing else {}
    core = engine().core
    engine().reader.check({"records": lists})
    interpreter = Interpreter(core, Facts(core, {"records": lists}, DAY))
    return _text(range_json(interpreter.evaluate(core.named[name].value, Moment(DAY)).range))


def _text(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return f"{value.get('from', '')}..{value.get('to', '')}"


@pytest.mark.parametrize(("figure", "told", "expected"), table(), ids=lambda cell: cell)
def test_the_table_is_what_is_reckoned(figure: str, told: str, expected: str) -> None:
    assert range_of(figure, told) == expected


def test_the_table_is_complete() -> None:
    lists = ("absent", "empty", "complete", "partial", "a month missing", "a record lacks the field",
             "a record lacks the field of the condition")  # fmt: skip
    people = [told for told in lists if told != "a month missing"]
    wanted = {(figure, told) for figure in FIGURES for told in lists} | {("people", told) for told in people}
    wanted |= {(figure, "a record lacks the key") for figure in ("sum for each", "count with a condition")}

    assert {(figure, told) for figure, told, _ in table()} == wanted
