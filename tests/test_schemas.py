"""The schemas are what the code says they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dsl import codec
from dsl.schema import made_anew
from schemas import load as load_schema
from tests.shipped import read_once

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = sorted((ROOT / "schemas").glob("*.schema.json"))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_every_schema_is_a_schema(path: Path) -> None:
    Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_the_schemas_are_made_of_the_nodes_and_of_the_tables() -> None:
    """`python -m dsl.schema` writes them anew."""
    assert {path: path.read_text(encoding="utf-8") for path in made_anew()} == made_anew()


def test_the_policies_are_valid_documents_and_come_back_the_same() -> None:
    document = read_once().document

    data = codec.encode(document)

    assert not list(Draft202012Validator(load_schema("policy")).iter_errors(data))
    assert codec.decode(data) == document


@pytest.mark.parametrize(
    "broken",
    [
        {"rules": {}},
        {"merit": "1", "rulez": {}},
        {"merit": "1", "facts": {"a": {"type": {"word": "float"}}}},
        {"merit": "1", "definitions": {"a": {"type": {"word": "points"}, "value": {"figure": {"value": 70}}}}},
        {"merit": "1", "definitions": {"a": {"type": {"word": "points"}, "value": {"figure": {"value": "7e1"}}}}},
        {"merit": "1", "definitions": {"a": {"type": {"word": "points"}, "value": {"name": "x", "text": "y"}}}},
        {"merit": "1", "rules": {"designation.a": {"kind": "A badge", "clauses": []}}},
    ],
)
def test_the_policy_schema_refuses_what_no_document_says(broken: object) -> None:
    assert list(Draft202012Validator(load_schema("policy")).iter_errors(broken))
