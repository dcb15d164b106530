"""Values that say what they are: the same answer, and no value left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

from server.api import tagged
from server.app import create_app
from server.log.decisions import DecisionLog
from tests.server.test_decisions import STRONG
from tests.shipped import ROOT, engine_of

Json = Any
SCHEMA = Draft202012Validator(tagged.schema(), format_checker=FormatChecker())
KINDS = {"exact", "flag", "range", "one_of", "unknown", "bound"}


@pytest.fixture(scope="module")
def programme() -> FlaskClient:
    return create_app(engine_of()).test_client()


def plain(told: Json) -> Json:
    """Return what is tagged as `/v1` writes it."""
    match told:
        case {"kind": "unknown"} if len(told) == 1:
            return "unknown"
        case {"kind": "exact" | "flag", "value": value}:
            return value
        case {"kind": "one_of", "values": values}:
            return {"one_of": values}
        case {"kind": "bound", "op": op, "value": value}:
            return f"{op} {value}"
        case {"kind": "range"}:
            return {name: value for name, value in told.items() if name != "kind"}
        case dict():
            return {name: plain(value) for name, value in told.items()}
        case list():
            return [plain(value) for value in told]
        case _:
            return told


def untagged(told: Json, at: str = "") -> list[str]:
    """Return places that hold what is a value by its looks, and does not say so; `valid` are days, from one on."""
    match told:
        case {"kind": kind} if kind in KINDS:
            return []
        case dict():
            found = [f"{at}: {told}"] if told.keys() <= {"from", "to", "one_of"} else []
            return [
                *found,
                *(
                    place
                    for name, value in told.items()
                    if name != "valid"
                    for place in untagged(value, f"{at}/{name}")
                ),
            ]
        case list():
            return [place for index, value in enumerate(told) for place in untagged(value, f"{at}/{index}")]
        case "unknown":
            return [at]
        case _:
            return []


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "queries").glob("*.json")), ids=lambda path: path.stem)
def test_an_answer_is_the_same_with_its_values_tagged(programme: FlaskClient, path: Path) -> None:
    query = json.loads(path.read_bytes())

    told = programme.post("/v2/decisions", json=query).get_json()
    as_ever = programme.post("/v1/decisions", json=query).get_json()

    assert not [f"{error.json_path}: {error.message}" for error in SCHEMA.iter_errors(told)]
    assert {**plain(told), "decision_id": ""} == {**as_ever, "decision_id": ""}
    assert untagged(told["decisions"]) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (True, {"kind": "flag", "value": True}),
        (False, {"kind": "flag", "value": False}),
        ("unknown", {"kind": "unknown"}),
        ("12.5", {"kind": "exact", "value": "12.5"}),
        ("never", {"kind": "exact", "value": "never"}),
        ({"from": "1"}, {"kind": "range", "from": "1"}),
        ({"from": "1", "to": "2"}, {"kind": "range", "from": "1", "to": "2"}),
        ({"one_of": ["a", "b"]}, {"kind": "one_of", "values": ["a", "b"]}),
    ],
)
def test_a_value_says_what_it_is(value: Json, told: Json) -> None:
    reason = {"code": "a", "title": "A", "outcome": "met", "at": "a:1", "observed": value}
    answer = {"decisions": [{"reasons": [{**reason, "parts": [reason]}]}]}

    [found] = tagged.tagged(answer)["decisions"][0]["reasons"]

    assert found["observed"] == found["parts"][0]["observed"] == told


@pytest.mark.parametrize(
    ("required", "told"),
    [
        (">= 70", {"kind": "bound", "op": ">=", "value": "70"}),
        ("< 2022-10-03", {"kind": "bound", "op": "<", "value": "2022-10-03"}),
        ("70", {"kind": "exact", "value": "70"}),
        (">", {"kind": "exact", "value": ">"}),
    ],
)
def test_what_is_asked_for_says_how_it_is_compared(required: str, told: Json) -> None:
    answer = {"decisions": [{"reasons": [{"required": required, "observed": required}]}]}

    [found] = tagged.tagged(answer)["decisions"][0]["reasons"]

    assert found == {"required": told, "observed": {"kind": "exact", "value": required}}


def test_what_is_logged_is_the_answer_as_ever(engine: Any, tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log.sqlite"))
    client = create_app(engine, log=log).test_client()
    query = {"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": STRONG}
    items = [{"id": "a", "query": query}, {"id": "b", "query": {}}]

    told = [client.post("/v2/decisions", json=query).get_json()]
    batch = client.post("/v2/decisions/batch", json={"items": items}).get_json()["items"]
    told.append(batch[0]["answer"])

    assert batch[1]["problem"]["code"] == "invalid_query"
    for answer in told:
        kept = client.get(f"/v1/decisions/{answer['decision_id']}").get_json()["answer"]
        assert plain({**answer, "decision_id": ""}) == {**kept, "decision_id": ""}
        assert not list(SCHEMA.iter_errors(answer))
    log.close()
