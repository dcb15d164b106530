from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.lines import JsonLines

Json = Any
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def said() -> Iterator[StringIO]:
    """What is said in lines of JSON, as the service is told to with ``--json-logs``."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root, requests = logging.getLogger(), logging.getLogger("merit.requests")
    root.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield stream
    requests.setLevel(logging.NOTSET)
    root.removeHandler(handler)


def lines(said: StringIO) -> list[Json]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_a_request_has_a_line_with_its_id_and_its_trace(client: FlaskClient, said: StringIO) -> None:
    headers = {"X-Request-Id": "mine-1", "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}

    response = client.get("/v1/rules/fee.nothing\nx", headers=headers)

    assert response.headers["X-Request-Id"] == "mine-1"
    [line] = lines(said)
    assert {name: line[name] for name in ("request_id", "trace_id", "route", "status", "level")} == {
        "request_id": "mine-1",
        "trace_id": TRACE,
        "route": "/v1/rules/<rule>",
        "status": 404,
        "level": "info",
    }


@pytest.mark.parametrize("told", ["", "two words", "x" * 101, 'a"b', "é"])
def test_an_id_that_is_none_is_replaced(client: FlaskClient, told: str) -> None:
    response = client.get("/health/live", headers={"X-Request-Id": told.encode().decode("latin-1")})

    assert re.fullmatch(r"[0-9a-f]{16}", response.headers["X-Request-Id"])


def test_a_failure_is_one_line_with_its_request(app: Flask, said: StringIO) -> None:
    failing = create_app(app.extensions["engine"].engine)
    failing.extensions["engine"] = "no snapshot"  # a bug of the service

    response = failing.test_client().get("/health/ready", headers={"X-Request-Id": "r"})

    assert response.status_code == 500
    [failure, request] = lines(said)
    assert (failure["level"], failure["request_id"], request["status"]) == ("error", "r", 500)
    assert "AttributeError" in failure["failure"]
