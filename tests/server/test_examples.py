"""The questions of ``examples/queries`` to the programme's own policies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from server.app import create_app
from tests.shipped import engine_of

ROOT = Path(__file__).resolve().parents[2]
ANSWER = Draft202012Validator(schemas.load("answer"), format_checker=FormatChecker())
QUERY = Draft202012Validator(schemas.load("query"), format_checker=FormatChecker())
RULE = Draft202012Validator(schemas.load("rule"), format_checker=FormatChecker())


@pytest.fixture(scope="module")
def programme() -> FlaskClient:
    return create_app(engine_of()).test_client()


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "queries").glob("*.json")), ids=lambda path: path.stem)
def test_an_example_is_answered_with_reasons(programme: FlaskClient, path: Path) -> None:
    query = json.loads(path.read_text(encoding="utf-8"))
    assert not [error.message for error in QUERY.iter_errors(query)]

    response = programme.post("/v1/decisions", data=path.read_bytes(), content_type="application/json")

    assert response.status_code == 200, response.get_data(as_text=True)
    assert not [f"{error.json_path}: {error.message}" for error in ANSWER.iter_errors(response.get_json())]
    assert all(decision["reasons"] for decision in response.get_json()["decisions"] if decision["kind"] != "choice")


def test_a_rule_of_every_kind_is_told_in_words(programme: FlaskClient) -> None:
    rules = {rule["kind"]: rule["id"] for rule in programme.get("/v1/rules").get_json()["rules"]}

    for rule in rules.values():
        told = programme.get(f"/v1/rules/{rule}").get_json()

        assert not [f"{rule} {error.json_path}: {error.message}" for error in RULE.iter_errors(told)]


@pytest.mark.parametrize("as_of", ["2022-09-30", "2022-10-03", "2023-10-03", "2026-12-01"])
def test_every_rule_of_the_programme_is_decided_with_nothing_known(programme: FlaskClient, as_of: str) -> None:
    query = {"decide": ["*"], "as_of": as_of, "facts": {}, "detail": "none"}

    response = programme.post("/v1/decisions", json=query)

    assert response.status_code == 200
    assert not [f"{error.json_path}: {error.message}" for error in ANSWER.iter_errors(response.get_json())]
