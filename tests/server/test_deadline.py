"""The time for a request: when it is over the work stops, and whoever asks next is answered as if nothing had been."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from evaluator.deadline import DeadlineOver, look_at_the_clock, within
from evaluator.engine import Engine
from server.app import create_app
from server.snapshot import Limits
from tests.server.test_decisions import STRONG

Json = Any
SLOW_S = 3.0
"""How long after its time a request may still be worked on here, where several processes share a processor."""


def posed(seconds: float, engine: Engine) -> FlaskClient:
    return create_app(engine, limits=Limits(seconds=seconds)).test_client()


def query(**other: Json) -> Json:
    return {"decide": ["*"], "as_of": "2023-06-30", "facts": STRONG, **other}


def decided(client: FlaskClient) -> Json:
    answer = client.post("/v1/decisions", json=query()).get_json()
    answer.pop("decision_id")
    return answer


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/decisions", query()),
        ("/v1/decisions", query(what_if={"set": {"azure_adds": 1}})),
        ("/v1/decisions", query(detail="none")),
        ("/v1/decisions/batch", {"items": [{"id": str(n), "query": query()} for n in range(300)]}),
        ("/v1/timeline", {"rules": ["designation.*"], "from": "2023-01-01", "to": "2023-06-30", "facts": STRONG}),
    ],
    ids=["question", "what if", "no reasons", "batch", "timeline"],
)
def test_what_takes_too_long_is_stopped_and_told(engine: Engine, path: str, body: Json) -> None:
    # Of the batch some items are decided in this time, of the others nothing.
    seconds = 0.05 if "items" in body else 1e-9
    began = time.monotonic()

    response = posed(seconds, engine).post(path, json=body)

    assert time.monotonic() - began < seconds + SLOW_S
    assert (response.status_code, response.get_json()["code"]) == (503, "deadline")
    assert "Retry-After" not in response.headers


def test_whatever_was_stopped_the_next_answer_is_as_ever(engine: Engine) -> None:
    fresh = decided(create_app(Engine(engine.document, engine.core)).test_client())
    stopped = 0
    for number in range(12):
        response = posed(0.0005 * 1.5**number, engine).post("/v1/decisions", json=query())
        stopped += response.status_code == 503

        assert decided(posed(60, engine)) == fresh
    assert stopped


def test_a_deadline_is_of_its_own_thread_and_of_what_is_done_inside() -> None:
    look_at_the_clock()
    with within(60):
        with pytest.raises(DeadlineOver), within(-1):
            look_at_the_clock()
        look_at_the_clock()
    look_at_the_clock()


def test_the_time_is_told(engine: Engine) -> None:
    client = posed(7.5, engine)

    assert client.get("/v1/status").get_json()["limits"]["seconds_of_a_request"] == 7.5
    assert client.get("/openapi.json").get_json()["x-limits"]["seconds_of_a_request"] == 7.5
