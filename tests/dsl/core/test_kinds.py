"""The table of kinds is what every list of kinds is made of, or held to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from dsl import document as d
from dsl.core.kinds import AWARD_KINDS, COMMON, KINDS

SCHEMAS = sorted((Path(__file__).resolve().parents[3] / "schemas").glob("*.json"))


def enums(value: Any) -> Iterator[list[str]]:
    """Yield the lists of words in a schema that name a kind of rule."""
    if isinstance(value, dict):
        if "designation" in value.get("enum", ()):
            yield value["enum"]
        for inner in value.values():
            yield from enums(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from enums(inner)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_a_schema_lists_the_kinds_of_the_table(path: Path) -> None:
    named = [set(words) for words in enums(json.loads(path.read_text(encoding="utf-8")))]

    assert all(words in (set(KINDS), {*KINDS, COMMON}, set(AWARD_KINDS)) for words in named)


def test_the_schemas_are_looked_at() -> None:
    assert sum(1 for path in SCHEMAS for _ in enums(json.loads(path.read_text(encoding="utf-8")))) >= 6


def test_the_document_knows_the_kinds_of_the_table() -> None:
    assert set(get_args(get_type_hints(d.Rule)["kind"])) == {*KINDS, COMMON}
