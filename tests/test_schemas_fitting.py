"""What fits a schema at once is what ``jsonschema`` accepts, no more and no less."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from cli.data_files import read_data
from dsl.source import read_source
from schemas import load
from schemas.fitting import fitting

Json = Any
ROOT = Path(__file__).resolve().parents[1]
NAMES = ("scenario", "service", "ready")
OTHERS: tuple[Json, ...] = (
    None, True, "", "none", "unknown", "2023-02-30", "2023-02-28\n", "2022-10-03", "1 month", -1, 0, 1, 3.0, 0.5,
    Decimal("1"), Decimal("0.5"), [], ["a"], [{}], {}, {"other": 1}, {"rows": []}, "x" * 300,
)  # fmt: skip


def documents(name: str) -> list[Json]:
    """Return data that are meant by a schema: some of each kind."""
    if name == "scenario":
        paths = sorted((ROOT / "policies").rglob("*.scenarios.yaml"), key=lambda path: path.stat().st_size)
        return [read_data(read_source(path)).value for path in paths[:8]]
    if name == "service":
        return [read_data(read_source(ROOT / "examples/deploy/service.yaml")).value]
    return [made(load("ready"), load("ready"))]


def made(schema: Json, top: Json) -> Json:
    """Return the smallest data that have all that a schema names."""
    if "$ref" in schema:
        return made(top["$defs"][schema["$ref"].removeprefix("#/$defs/")], top)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if kind == "object":
        return {name: made(part, top) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [made(schema["items"], top)] if "items" in schema else []
    return {"string": "2023-01-01", "integer": 1, "number": Decimal("1.5"), "boolean": True}.get(kind, "a")


def changed(data: Json, pick: random.Random) -> Json:
    """Return data with another value, or none, or one more, at one place."""
    if isinstance(data, dict) and data and pick.random() < 0.85:
        name = pick.choice(list(data))
        way = pick.random()
        if way < 0.1:
            return {key: value for key, value in data.items() if key != name}
        if way < 0.15:
            return {**data, "other": pick.choice(OTHERS)}
        return {**data, name: changed(data[name], pick)}
    if isinstance(data, list) and data and pick.random() < 0.85:
        index = pick.randrange(len(data))
        return [*data[:index], changed(data[index], pick), *data[index + 1 :]]
    return pick.choice(OTHERS)


def tried(name: str) -> Iterator[Json]:
    pick = random.Random(name)
    for data in documents(name):
        yield data
        for _ in range(60):
            yield changed(changed(data, pick) if pick.random() < 0.2 else data, pick)


@pytest.mark.parametrize("name", NAMES)
def test_what_fits_is_what_the_schema_accepts(name: str) -> None:
    whole = Draft202012Validator(load(name), format_checker=FormatChecker(["date"]))
    fits = fitting(name)

    seen: Counter[bool] = Counter()
    for data in tried(name):
        accepted = whole.is_valid(data)
        seen[accepted] += 1
        assert fits(data) is accepted, data

    assert seen[True] >= len(documents(name)), seen
    assert seen[False] >= 30, seen


def test_a_keyword_that_is_not_known_is_told() -> None:
    with pytest.raises(LookupError, match="oneOf"):
        fitting("case")
