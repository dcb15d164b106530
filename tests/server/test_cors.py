"""Pages of other origins."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cli.main import merit
from evaluator.engine import Engine
from server.access import Access
from server.app import create_app
from server.tokens import Token, hash_of

PORTAL = "https://portal.example"


@pytest.fixture
def guarded(engine: Engine) -> FlaskClient:
    known = {hash_of("one"): Token("one", frozenset({"decide"}))}
    return create_app(engine, access=Access(known=known, origins=(PORTAL,))).test_client()


def preflight(client: FlaskClient, origin: str) -> TestResponse:
    told = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    return client.options("/v1/decisions", headers=told)


def test_a_browser_is_told_that_a_page_of_the_origin_may_ask(guarded: FlaskClient) -> None:
    told = preflight(guarded, PORTAL)

    assert told.status_code == 204
    assert told.headers["Access-Control-Allow-Origin"] == PORTAL
    assert "POST" in told.headers["Access-Control-Allow-Methods"]
    allowed = told.headers["Access-Control-Allow-Headers"].lower()
    assert "authorization" in allowed
    assert "content-type" in allowed
    assert "Access-Control-Allow-Credentials" not in told.headers


def test_a_page_reads_answers_and_problems(guarded: FlaskClient) -> None:
    asked = guarded.post("/v1/decisions", json={}, headers={"Origin": PORTAL, "Authorization": "Bearer one"})
    refused = guarded.post("/v1/decisions", json={}, headers={"Origin": PORTAL})

    assert (asked.status_code, refused.status_code) == (422, 401)
    for response in (asked, refused):
        assert response.headers["Access-Control-Allow-Origin"] == PORTAL
        assert "X-Request-Id" in response.headers["Access-Control-Expose-Headers"]
        assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize(
    "origin", ["https://portal.example.evil", "http://portal.example", "null", "https://portal.example:8443"]
)
def test_a_page_of_another_origin_reads_nothing(guarded: FlaskClient, origin: str) -> None:
    asked = guarded.get("/openapi.json", headers={"Origin": origin})

    assert preflight(guarded, origin).status_code == 405
    assert "Access-Control-Allow-Origin" not in asked.headers
    assert "Origin" in asked.headers["Vary"]


def test_all_origins_where_that_is_said_and_none_where_nothing_is(engine: Engine) -> None:
    open_to_all = create_app(engine, access=Access(origins=("*",))).test_client()

    assert preflight(open_to_all, "https://any.example").headers["Access-Control-Allow-Origin"] == "*"
    assert preflight(create_app(engine).test_client(), PORTAL).status_code == 405


@pytest.mark.parametrize(
    "told",
    ["portal.example", "https://portal.example/", "https://a b", "ftp://portal.example", "https://me@portal.example"],
)
def test_what_is_no_origin_is_refused(told: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(merit, ["serve", str(tmp_path), "--cors-origin", told])

    assert done.exit_code == 2
    assert done.output.startswith(f"error: --cors-origin: `{told}` is no origin; write it as https://portal.example")
