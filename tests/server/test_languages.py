"""Answers in the language that is asked for: by the query, else by Accept-Language; what is logged says which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from evaluator.engine import Engine
from server.app import create_app
from server.log.decisions import DecisionLog
from server.log.replay import replay
from server.log.store import Store
from tests.server.test_improvements import FACTS

Json = Any
RULE = "specialization.kubernetes"
BODIES: dict[str, tuple[str, Json, str]] = {
    "decisions": ("/v1/decisions", {"decide": [RULE], "as_of": "2023-02-01", "facts": FACTS}, "answer"),
    "what if": (
        "/v1/decisions",
        {"decide": [RULE], "as_of": "2023-02-01", "facts": FACTS, "what_if": {"set": {"azure_adds": 9}}},
        "answer",
    ),
    "projected": (
        "/v1/decisions", {"decide": [RULE], "as_of": "2023-02-01", "facts": FACTS, "project": "2023-03-01"}, "answer"
    ),
    "improvements": ("/v1/improvements", {"rule": RULE, "as_of": "2023-02-01", "facts": FACTS}, "improvement"),
    "timeline": (
        "/v1/timeline", {"rules": [RULE], "from": "2023-02-01", "to": "2023-03-01", "facts": FACTS}, "timeline"
    ),
}  # fmt: skip


def _texts(value: Json) -> str:
    match value:
        case dict():
            return "".join(map(_texts, value.values()))
        case list():
            return "".join(map(_texts, value))
        case _:
            return str(value)


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize(
    ("asked", "header", "language"),
    [
        (None, None, "en"),
        (None, "fr;q=0.5, ja", "ja"),
        ("zh-TW", "ja", "zh-TW"),
        ("en", "ja", "en"),
    ],
)
def test_an_answer_comes_in_the_language_of_the_query_or_of_the_header(
    client: FlaskClient, what: str, asked: str | None, header: str | None, language: str
) -> None:
    path, body, schema = BODIES[what]
    query = {**body, **({} if asked is None else {"language": asked})}

    response = client.post(path, json=query, headers={} if header is None else {"Accept-Language": header})

    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.headers["Content-Language"] == language
    assert "Accept-Language" in response.headers["Vary"]
    told = response.get_json()
    validator = Draft202012Validator(schemas.load(schema), format_checker=FormatChecker())
    assert not [f"{error.json_path}: {error.message}" for error in validator.iter_errors(told)]
    if what != "timeline":  # nothing happens in it
        assert any(letter > "\u3000" for letter in _texts(told)) is (language != "en")


@pytest.mark.parametrize(
    ("asked", "header", "language"), [("", None, "en"), ("", "ja", "ja"), ("&language=zh-TW", "ja", "zh-TW")]
)
def test_a_rule_is_told_in_the_language_that_is_asked_for(
    client: FlaskClient, asked: str, header: str | None, language: str
) -> None:
    headers = {} if header is None else {"Accept-Language": header}
    response = client.get(f"/v1/rules/{RULE}?as_of=2023-02-01{asked}", headers=headers)
    told = response.get_json()

    Draft202012Validator(schemas.load("rule"), format_checker=FormatChecker()).validate(told)
    assert response.headers["Content-Language"] == language
    assert "Accept-Language" in response.headers["Vary"]
    assert told.get("language", "en") == language
    assert any(letter > "\u3000" for letter in told["versions"][0]["says"]) is (language != "en")


def test_a_rule_is_told_in_no_other_language(client: FlaskClient) -> None:
    [fault] = client.get(f"/v1/rules/{RULE}?language=fr").get_json()["errors"]

    assert (fault["parameter"], fault["code"]) == ("language", "Q104")


@pytest.mark.parametrize("told", ["fr", "JA", 7, None])
def test_a_language_that_is_not_there_is_refused_at_its_place(client: FlaskClient, told: Json) -> None:
    path, body, _ = BODIES["decisions"]

    response = client.post(path, json={**body, "language": told})

    assert response.status_code == 422
    [fault] = response.get_json()["errors"]
    assert fault["pointer"] == "/language"
    assert "ja" in fault["help"]


def test_every_item_of_a_batch_is_told_in_its_language(client: FlaskClient) -> None:
    _, body, _ = BODIES["decisions"]
    items = [{"id": "1", "query": body}, {"id": "2", "query": {**body, "language": "en"}}]

    response = client.post("/v1/decisions/batch", json={"items": items}, headers={"Accept-Language": "ja"})

    first, second = (item["answer"]["decisions"][0] for item in response.get_json()["items"])
    assert "資格なし" in first["says"]
    assert "says" not in second


def test_what_is_logged_says_the_language_and_is_replayed_in_it(engine: Engine, tmp_path: Path) -> None:
    path, body, _ = BODIES["decisions"]
    where = str(tmp_path / "log")
    client = create_app(engine, log=DecisionLog(where)).test_client()

    client.post(path, json=body, headers={"Accept-Language": "zh-TW"})
    client.post(path, json=body)

    store = Store(where)
    try:
        assert [one.outcome for one in replay(store, engine)] == ["same", "same"]
        queries = [one.contents.query for one in store.entries(1, 2) if one.contents is not None]
        assert ['"language":"zh-TW"' in query for query in queries] == [True, False]
    finally:
        store.close()
