"""Who may ask: every route with a token, another one, and none."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from cli.main import merit
from evaluator.engine import Engine
from server.access import Access
from server.app import create_app
from server.log.decisions import DecisionLog
from server.log.store import Store
from server.tokens import SCOPES, Token, WrongTokens, hash_of, is_loopback, new_token, read_tokens
from tests.server.test_decisions import STRONG

Json = Any
QUERY = {"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": STRONG}
OPEN = {"/health/live", "/health/ready", "/openapi.json", "/problems/<code>", "/.well-known/authzen-configuration"}
NEEDED = {
    "/v1/decisions": "decide",
    "/v1/decisions/batch": "decide",
    "/v1/timeline": "decide",
    "/v2/decisions": "decide",
    "/v2/decisions/batch": "decide",
    "/v1/improvements": "decide",
    "/v1/report": "report",
    "/access/v1/evaluation": "decide",
    "/access/v1/evaluations": "decide",
    "/access/v1/search/action": "decide",
    "/access/v1/search/resource": "decide",
    "/v1/decisions/<decision_id>": "log",
    "/v1/rules": "read",
    "/v1/rules/<rule>": "read",
    "/v1/rules/<rule>/schema": "read",
    "/v1/status": "read",
    "/metrics": "read",
}
TOKENS = {scope: new_token() for scope in SCOPES}


@pytest.fixture(scope="module")
def guarded(engine: Engine) -> Flask:
    known = {hash_of(token): Token(f"who may {scope}", frozenset({scope})) for scope, token in TOKENS.items()}
    return create_app(engine, access=Access(known=known))


def ask(client: FlaskClient, route: str, token: str | None) -> tuple[int, Json]:
    path = route.replace("<rule>", "fee.annual_fee").replace("<code>", "internal").replace("<decision_id>", "0" * 32)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    is_post = NEEDED.get(route) in ("decide", "report")
    response = client.post(path, json={}, headers=headers) if is_post else client.get(path, headers=headers)
    is_json = response.mimetype in ("application/json", "application/problem+json")
    return response.status_code, response.get_json() if is_json else None


def test_every_route_is_open_or_needs_what_it_is_said_to_need(guarded: Flask) -> None:
    client = guarded.test_client()
    routes = {rule.rule for rule in guarded.url_map.iter_rules()}
    assert routes == OPEN | NEEDED.keys()

    for route in OPEN:
        assert ask(client, route, None)[0] == 200, route
    for route, needed in NEEDED.items():
        for token in (None, "merit_nobody", ""):
            status, problem = ask(client, route, token)
            assert (status, problem["code"]) == (401, "unauthorized"), route
        for scope, token in TOKENS.items():
            status, problem = ask(client, route, token)
            assert (status == 403) == (scope not in (needed, "admin")), (route, scope)
            assert status not in (401, 500)
            if status == 403:
                assert problem["detail"] == f"the token of `who may {scope}` has not the scope `{needed}`"


def test_a_token_is_asked_for_in_the_words_of_http(guarded: Flask) -> None:
    client = guarded.test_client()

    refused = client.get("/v1/status", headers={"Authorization": f"Basic {TOKENS['read']}"})

    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.get("/v1/status", headers={"Authorization": f"bearer  {TOKENS['read']} "}).status_code == 200
    assert client.get("/openapi.json").get_json()["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_the_log_names_who_asked(engine: Engine, tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log.sqlite"))
    token = new_token()
    app = create_app(engine, log=log, access=Access(known={hash_of(token): Token("billing", frozenset({"decide"}))}))

    response = app.test_client().post("/v1/decisions", json=QUERY, headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 200
    log.close()
    with closing(Store(str(tmp_path / "log.sqlite"))) as store:
        assert [one.contents.caller for one in store.entries() if one.contents is not None] == ["billing"]


def test_a_token_is_made_and_known_by_what_is_printed(tmp_path: Path) -> None:
    done = CliRunner().invoke(merit, ["token", "billing", "--scope", "decide"])
    token = done.stderr.removeprefix("token: ").strip()
    (tmp_path / "tokens.json").write_text(f'{{"tokens": [{done.stdout}]}}')

    assert token not in done.stdout
    assert read_tokens(tmp_path / "tokens.json") == {hash_of(token): Token("billing", frozenset({"decide"}))}


def test_a_token_has_a_role_where_one_is_told(tmp_path: Path) -> None:
    done = CliRunner().invoke(merit, ["token", "portal", "--scope", "report", "--role", "report_viewer"])
    token = done.stderr.removeprefix("token: ").strip()
    (tmp_path / "tokens.json").write_text(f'{{"tokens": [{done.stdout}]}}')

    known = {hash_of(token): Token("portal", frozenset({"report"}), "report_viewer")}
    assert read_tokens(tmp_path / "tokens.json") == known


ENTRY = {"name": "a", "hash": "0" * 64, "scopes": ["read"]}


@pytest.mark.parametrize(
    "told",
    [
        "{",
        "[]",
        '{"tokens": {}}',
        json.dumps({"tokens": [{**ENTRY, "more": 1}]}),
        json.dumps({"tokens": [{**ENTRY, "name": ""}]}),
        json.dumps({"tokens": [{**ENTRY, "role": ""}]}),
        json.dumps({"tokens": [{**ENTRY, "role": None}]}),
        json.dumps({"tokens": [{**ENTRY, "hash": "secret"}]}),
        json.dumps({"tokens": [{**ENTRY, "scopes": []}]}),
        json.dumps({"tokens": [{**ENTRY, "scopes": ["all"]}]}),
        json.dumps({"tokens": [ENTRY, {**ENTRY, "name": "b"}]}),
        json.dumps({"tokens": [ENTRY, {**ENTRY, "hash": "1" * 64}]}),
    ],
)
def test_a_file_that_holds_no_tokens_is_refused(tmp_path: Path, told: str) -> None:
    (tmp_path / "tokens.json").write_text(told)

    with pytest.raises(WrongTokens):
        read_tokens(tmp_path / "tokens.json")
    done = CliRunner().invoke(merit, ["serve", str(tmp_path), "--tokens", str(tmp_path / "tokens.json")])
    assert (done.exit_code, done.output[:16]) == (2, "error: --tokens:")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "example.org"])
def test_other_addresses_are_refused_without_tokens(host: str) -> None:
    assert not is_loopback(host)

    done = CliRunner().invoke(merit, ["serve", "--host", host])

    assert done.exit_code == 2
    assert "can be reached by others: give --tokens FILE, or --insecure" in done.output


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_addresses_of_this_machine_need_none(host: str) -> None:
    assert is_loopback(host)
