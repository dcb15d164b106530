"""Batches: what is common to their items, and their answers as lines."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from evaluator.engine import Engine
from server.api import answers, streamed
from server.app import create_app
from server.log.decisions import DecisionLog
from server.log.replay import replay
from server.log.store import Store
from server.snapshot import Limits
from tests.server.test_decisions import STRONG

Json = Any
LINES = {"Accept": "application/x-ndjson"}
QUERY = {"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": STRONG}


def batch(count: int) -> Json:
    items = [{"id": str(number), "query": {**QUERY, "detail": "none"}} for number in range(count)]
    items[count // 2]["query"] = {"decide": []}
    return {"items": items}


def plain(told: Json) -> Json:
    """Return what is answered without what tells one answer from another."""
    return json.loads(json.dumps(told), object_hook=lambda one: {k: v for k, v in one.items() if k != "decision_id"})


def of_lines(response: TestResponse) -> list[Json]:
    assert (response.status_code, response.mimetype) == (200, "application/x-ndjson")
    return [json.loads(line) for line in response.get_data(as_text=True).splitlines()]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_lines_say_what_the_document_says(client: FlaskClient, version: str) -> None:
    body = batch(7)

    lines = of_lines(client.post(f"/{version}/decisions/batch", json=body, headers=LINES))

    whole = client.post(f"/{version}/decisions/batch", json=body).get_json()["items"]
    assert plain(lines) == plain(whole)
    assert [("answer" in line, line["id"]) for line in lines] == [(number != 3, str(number)) for number in range(7)]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/x-ndjson;q=0.5, application/json"])
def test_one_document_where_that_is_as_welcome(client: FlaskClient, accept: str) -> None:
    response = client.post("/v1/decisions/batch", json=batch(2), headers={"Accept": accept})

    assert response.mimetype == "application/json"


def test_what_is_no_batch_is_one_problem(client: FlaskClient) -> None:
    response = client.post("/v1/decisions/batch", json={"items": []}, headers=LINES)

    assert (response.status_code, response.mimetype) == (422, "application/problem+json")


@pytest.fixture
def logged(engine: Engine, tmp_path: Path) -> Iterator[Flask]:
    log = DecisionLog(str(tmp_path / "log.sqlite"))
    yield create_app(engine, log=log)
    log.close()


def test_each_line_is_in_the_log_before_it_is_sent(
    logged: Flask, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed, "GROUP", 2)
    response = logged.test_client().post("/v1/decisions/batch", json=batch(5), headers=LINES, buffered=False)
    seen = 0
    with closing(Store(str(tmp_path / "log.sqlite"))) as store:
        for told in response.response:
            for line in filter(None, told.decode().splitlines()):
                answer = json.loads(line).get("answer")
                if answer is not None:
                    assert store.find(answer["decision_id"]) is not None
                    seen += 1
            if seen == 2:
                assert store.count() < 4  # what comes later is not decided yet
        assert (seen, store.count()) == (4, 4)
        assert {one.outcome for one in replay(store, engine)} == {"same"}
    response.close()


def test_without_the_log_lines_tell_no_answer(logged: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with closing(Store(str(tmp_path / "log.sqlite"))) as store:
        with store._engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE merit_contents RENAME TO away")
        lines = of_lines(logged.test_client().post("/v1/decisions/batch", json=batch(3), headers=LINES))

    assert [line["problem"]["code"] for line in lines] == ["log_unavailable", "invalid_query", "log_unavailable"]


def test_what_the_time_does_not_reach_is_told_and_what_was_decided_stays(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app(engine, limits=Limits(seconds=1)).test_client()
    client.post("/v1/decisions/batch", json=batch(3))  # what is made at first use takes none of the time
    decided, answered = 0, answers.answered

    def slow(*args: Any) -> Any:
        nonlocal decided
        decided += 1
        if decided == 3:
            time.sleep(1.1)
        return answered(*args)

    monkeypatch.setattr("server.api.decisions.answered", slow)
    lines = of_lines(client.post("/v1/decisions/batch", json=batch(9), headers=LINES))

    codes = [line["problem"]["code"] if "problem" in line else "answer" for line in lines]
    assert codes[:2] == ["answer", "answer"]
    assert codes[-1] == "deadline"
    assert len(codes) == 9


def test_what_is_common_is_told_once(client: FlaskClient, logged: Flask, tmp_path: Path) -> None:
    own = [{"decide": ["designation.data_ai"]}, {"as_of": "2023-07-01", "facts": {"facts": {"azure_adds": 0}}}]
    common = {**QUERY, "decide": ["fee.annual_fee"], "detail": "none"}
    whole = [
        {**common, **own[0]},
        {**common, "as_of": "2023-07-01", "facts": {**STRONG, "facts": {**STRONG["facts"], "azure_adds": 0}}},
    ]

    def ask(app: FlaskClient, body: Json) -> Json:
        return app.post("/v1/decisions/batch", json=body).get_json()

    told = ask(
        logged.test_client(), {"common": common, "items": [{"id": str(n), "query": one} for n, one in enumerate(own)]}
    )

    assert plain(told) == plain(ask(client, {"items": [{"id": str(n), "query": one} for n, one in enumerate(whole)]}))
    with closing(Store(str(tmp_path / "log.sqlite"))) as store:
        assert [json.loads(one.contents.query) for one in store.entries() if one.contents is not None] == whole


def test_what_is_common_is_bounded_as_if_each_item_told_it(engine: Engine) -> None:
    client = create_app(engine, limits=Limits(batch_bytes=20_000)).test_client()
    items = [{"id": str(number), "query": {}} for number in range(10)]

    def ask(**more: Json) -> tuple[int, str]:
        response = client.post("/v1/decisions/batch", json={"items": items, **more})
        return response.status_code, response.get_json().get("code", "")

    assert ask(common={**QUERY, "facts": {}}) == (200, "")
    assert ask(common={**QUERY, "facts": {"partner": "p" * 3000}}) == (413, "too_large")
    assert ask(common=[]) == (422, "invalid_query")
