"""Tokens of an issuer: who signs them, for whom, until when, and what becomes of its keys."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from cli.main import merit
from evaluator.engine import Engine
from server.access import Access
from server.api.problems import Problem
from server.app import create_app
from server.issuer import AGAIN_S, OLD_S, Issuer, WrongIssuer

Json = Any
ISSUER, AUDIENCE = "https://login.example/tenant", "merit"
KEYS = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("first", "second", "stranger")}


def public(*names: str) -> Json:
    """Return a set of public keys."""
    return {
        "keys": [
            {**ECAlgorithm.to_jwk(KEYS[name].public_key(), as_dict=True), "kid": name, "use": "sig", "alg": "ES256"}
            for name in names
        ]
    }


def signed(key: str = "first", *, kid: str | None = None, **claims: Json) -> str:
    now = datetime.now(UTC)
    told = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "billing",
        "exp": now + timedelta(hours=1),
        "scope": "decide",
        **claims,
    }
    told = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(told, KEYS[key], algorithm="ES256", headers={"kid": kid or key})


class Place:
    """Where an issuer tells its keys, and how often it was asked."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.asked: list[str] = []
        self.is_there = True
        self.now = 0.0

    def __call__(self, address: str) -> Json:
        self.asked.append(address)
        if not self.is_there:
            raise OSError("nobody answers")
        if address.endswith("/.well-known/openid-configuration"):
            return {"issuer": ISSUER, "jwks_uri": "https://login.example/keys"}
        return public(*self.names)

    def issuer(self, **more: Json) -> Issuer:
        return Issuer(ISSUER, AUDIENCE, fetch=self, clock=lambda: self.now, **more)


def refusal(ask: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(Problem) as caught:
        ask()
    return caught.value.kind.status, caught.value.detail


def test_a_token_tells_who_asks_and_what_that_one_may() -> None:
    issuer = Place("first").issuer()

    found = issuer.caller(signed(scope="openid merit:decide read other", merit_role="report_viewer"))

    assert (found.name, found.scopes, found.role) == ("billing", {"decide", "read"}, "report_viewer")
    assert issuer.caller(signed(scope=None, scp=["merit.log", "admin"])).scopes == {"log"}
    assert issuer.caller(signed(scope="admin merit:admin")).scopes == {"admin"}
    assert issuer.caller(signed(scope=None)).scopes == frozenset()
    assert Place("first").issuer(role_claim="roles/merit").caller(signed(**{"roles/merit": "viewer"})).role == "viewer"


past = datetime(2020, 1, 1, tzinfo=UTC)
WRONG = {
    "of another key under its name": lambda: signed("stranger", kid="first"),
    "of a key that the issuer has not": lambda: signed("stranger"),
    "of another issuer": lambda: signed(iss="https://login.example/other"),
    "for another service": lambda: signed(aud="payroll"),
    "for nobody": lambda: signed(aud=None),
    "of nobody": lambda: signed(sub=None),
    "without an end": lambda: signed(exp=None),
    "that is over": lambda: signed(exp=past),
    "that has not begun": lambda: signed(nbf=datetime.now(UTC) + timedelta(hours=1)),
    "that nobody signed": lambda: jwt.encode({"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": 9e9}, None, "none"),
    "that is signed with a secret": lambda: jwt.encode(
        {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": 9e9}, "x" * 40, "HS256", {"kid": "first"}
    ),
    "that is none": lambda: "a.b.c",
    "that is empty": lambda: "..",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_token_is_refused(name: str) -> None:
    issuer = Place("first").issuer()
    issuer.caller(signed())

    status, said = refusal(lambda: issuer.caller(WRONG[name]()))

    assert status == 401
    assert said.startswith("the token ")


def test_keys_are_asked_for_once_and_again_when_another_one_signs_or_they_are_old() -> None:
    place = Place("first")
    issuer = place.issuer()
    for _ in range(3):
        issuer.caller(signed())
    assert place.asked == [f"{ISSUER}/.well-known/openid-configuration", "https://login.example/keys"]

    place.names = ("first", "second")
    place.now += AGAIN_S + 1
    assert issuer.caller(signed("second")).name == "billing"
    assert len(place.asked) == 4
    for number in range(20):  # keys that are made up make nobody ask again at once
        refusal(lambda number=number: issuer.caller(signed("stranger", kid=f"made up {number}")))
    assert len(place.asked) == 4

    place.names, place.now = ("second",), place.now + OLD_S + 1
    assert refusal(lambda: issuer.caller(signed("first")))[0] == 401


def test_where_the_issuer_cannot_be_reached_its_known_keys_go_on() -> None:
    place = Place("first")
    place.is_there = False
    issuer = place.issuer()
    assert refusal(lambda: issuer.caller(signed())) == (503, "the keys of the issuer of tokens cannot be had now")

    place.is_there, place.now = True, AGAIN_S + 1
    assert issuer.caller(signed()).name == "billing"
    place.is_there, place.now = False, place.now + OLD_S + 1
    assert issuer.caller(signed()).name == "billing"


def test_an_issuer_that_says_that_it_is_another_is_not_believed() -> None:
    issuer = Issuer("https://login.example/other", AUDIENCE, fetch=Place("first"))

    assert refusal(lambda: issuer.caller(signed(iss="https://login.example/other")))[0] == 503


@pytest.mark.parametrize("address", ["http://login.example", "login.example", "file:///etc/passwd", ""])
def test_an_address_that_anybody_could_answer_is_refused(address: str) -> None:
    with pytest.raises(WrongIssuer, match="https://host"):
        Issuer(address, AUDIENCE)


@contextmanager
def answering(told: dict[str, Json]) -> Iterator[str]:
    """Answer with JSON by path on this machine."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(told[self.path]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_the_service_takes_tokens_of_an_issuer_that_it_asks_for_its_keys(engine: Engine) -> None:
    told: dict[str, Json] = {"/keys": public("first")}
    with answering(told) as address:
        told["/.well-known/openid-configuration"] = {"issuer": address, "jwks_uri": f"{address}/keys"}
        client = create_app(engine, access=Access(issuer=Issuer(address, AUDIENCE))).test_client()

        def ask(path: str, token: str) -> tuple[int, str]:
            response = client.get(path, headers={"Authorization": f"Bearer {token}"})
            return response.status_code, response.get_json().get("detail", "")

        assert ask("/v1/rules", signed(iss=address, scope="read"))[0] == 200
        assert ask("/v1/rules", signed(iss=address)) == (403, "the token of `billing` has not the scope `read`")
        assert ask("/v1/rules", signed()) == (401, "the token is not taken: invalid issuer")
        assert ask("/v1/rules", "merit_unknown") == (401, "the token is not known")


def test_options_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text("{}")

    def said(*options: str) -> str:
        done = CliRunner().invoke(merit, ["serve", str(tmp_path), *options])
        assert done.exit_code == 2
        return done.output

    assert "tell --oidc-audience" in said("--oidc-issuer", ISSUER)
    assert "--oidc-issuer is not told" in said("--oidc-audience", AUDIENCE)
    assert "holds no keys (JWKS)" in said("--oidc-issuer", ISSUER, "--oidc-audience", "a", "--oidc-keys", str(keys))
    assert "https://host" in said("--oidc-issuer", "http://login.example", "--oidc-audience", "a")
