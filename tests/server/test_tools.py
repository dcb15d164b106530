"""Tools for a model: what they give is what the service gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from evaluator.engine import Engine
from server.tools import ask
from tests.server.test_decisions import STRONG

Json = Any
ROOT = Path(__file__).resolve().parents[2]
RULE, DAY = "designation.data_ai", "2023-06-30"
QUERY = {"decide": [RULE], "as_of": DAY, "facts": STRONG}


def told(engine: Engine, tool: str, **arguments: Json) -> Json:
    text, is_problem = ask(engine, tool, arguments)
    assert not is_problem, text
    return json.loads(text)


def wrong(engine: Engine, tool: str, arguments: Json) -> tuple[str, list[str]]:
    text, is_problem = ask(engine, tool, arguments)
    assert is_problem, text
    problem = json.loads(text)
    return problem["code"], [error.get("pointer", "") for error in problem["errors"]]


def test_tools_give_what_the_service_gives(engine: Engine, client: FlaskClient) -> None:
    decided = client.post("/v1/decisions", json={**QUERY, "detail": "summary"}).get_json()
    del decided["decision_id"]
    explained = client.get(f"/v1/rules/{RULE}?as_of={DAY}").get_json()
    del explained["policy"]
    question = {"rule": RULE, "as_of": DAY, "facts": {}}

    assert told(engine, "decide", **QUERY) == decided
    assert told(engine, "explain", rule=RULE, as_of=DAY) == explained
    schema = told(engine, "explain", rule=RULE, as_of=DAY, facts=True)["facts"]
    assert schema == client.get(f"/v1/rules/{RULE}/schema").get_json()
    assert told(engine, "improve", **question) == client.post("/v1/improvements", json=question).get_json()
    found = told(engine, "ask", words="data ai")
    assert RULE in json.dumps(found)


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "places"),
    [
        ("decode", {}, "invalid_query", [""]),
        ("decide", {**QUERY, "decide": ["designation.gone"]}, "unknown_rule", ["/decide/0"]),
        ("decide", {"decide": [RULE]}, "invalid_query", ["/as_of", "/facts"]),
        ("decide", {**QUERY, "facts": {"facts": {"x": 0.1234567890123456}}}, "invalid_query", ["/facts/facts/x"]),
        ("decide", {**QUERY, "facts": {"facts": {"x": float("nan")}}}, "invalid_query", ["/facts/facts/x"]),
        ("explain", {"rule": "designation.gone"}, "unknown_rule", [""]),
        ("explain", {"rule": RULE, "as_of": "today", "facts": 1}, "invalid_query", ["/as_of", "/facts"]),
        ("ask", {"words": " "}, "invalid_query", ["/words"]),
        ("improve", {"rule": RULE}, "invalid_query", ["/as_of", "/facts"]),
    ],
)
def test_what_is_wrong_with_a_question_is_told(
    engine: Engine, tool: str, arguments: Json, code: str, places: list[str]
) -> None:
    assert wrong(engine, tool, arguments) == (code, places)


def test_numbers_are_those_that_were_written(engine: Engine) -> None:
    nested: Json = 1
    for _ in range(100):
        nested = [nested]

    for number in (0.1, 1e22, 1e-7, 123456789.125, -5.0):
        text, _ = ask(engine, "decide", {**QUERY, "facts": {"facts": {"unheard_of": number}}})
        assert "unheard_of" in text
        assert "no exact number" not in text
    assert wrong(engine, "decide", {**QUERY, "facts": nested})[0] == "invalid_query"
