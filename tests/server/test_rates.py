"""How often one caller may ask."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given, settings, strategies as st

from cli.main import merit
from evaluator.engine import Engine
from server import rates
from server.access import NAMES, Access, WrongAccess, access_of_environment
from server.app import create_app
from server.rates import Rate, Rates, WrongRate
from server.tokens import Token, hash_of

SECOND = 1_000_000_000


class Clock:
    """Tells the nanoseconds that a test says."""

    def __init__(self) -> None:
        self.now = 1_000 * SECOND

    def __call__(self) -> int:
        return self.now


@settings(deadline=None, max_examples=60)
@given(count=st.integers(1, 12), steps=st.lists(st.integers(0, SECOND // 2), min_size=1, max_size=120))
def test_no_caller_is_let_ask_more_often_and_whoever_waits_as_told_may(count: int, steps: list[int]) -> None:
    clock = Clock()
    kept = Rates(Rate(count, 1), clock)
    let: list[int] = []
    for step in steps:
        clock.now += step
        seconds = kept.wait("who")
        if seconds:
            assert seconds == 1  # in a second all comes back
            assert sum(at > clock.now - SECOND for at in let) >= 1
        else:
            let.append(clock.now)

    assert len(let) >= min(count, len(steps))
    for first in let:
        # At once what it may in the whole time, and what comes back within it.
        assert sum(first <= at < first + SECOND for at in let) <= 2 * count
    clock.now += SECOND
    assert kept.wait("who") == 0


def test_callers_are_told_apart_and_none_is_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(rates, "CALLERS", 64)
    kept = Rates(Rate(1, 60), clock)

    assert [kept.wait("one"), kept.wait("two"), kept.wait("one")] == [0, 0, 60]
    clock.now += 59 * SECOND
    assert kept.wait("one") == 1
    clock.now += SECOND
    assert kept.wait("one") == 0
    assert [kept.wait(f"caller {number}") for number in range(1000)] == [0] * 1000


def _ask(kept: Rates, times: int, let: multiprocessing.Queue[int]) -> None:
    let.put(sum(kept.wait("who") == 0 for _ in range(times)))


def test_processes_count_together() -> None:
    kept = Rates(Rate(100, 3600))
    forked = multiprocessing.get_context("fork")
    let = forked.Queue()
    asking = [forked.Process(target=_ask, args=(kept, 90, let)) for _ in range(3)]
    for one in asking:
        one.start()
    for one in asking:
        one.join(30)

    assert sum(let.get(timeout=30) for _ in asking) == 100


@pytest.mark.parametrize(
    "told", ["", "0/second", "1/day", "1 / second", "-1/second", "1.5/second", "\u0661/second", "100"]
)
def test_what_is_no_rate_is_refused_with_one_that_is(told: str, tmp_path: Path) -> None:
    with pytest.raises(WrongRate, match="write it as 100/second"):
        Rate.of(told)
    if told:
        done = CliRunner().invoke(merit, ["serve", str(tmp_path), "--rate-limit", told])
        assert (done.exit_code, done.output[:20]) == (2, "error: --rate-limit:")


@pytest.fixture
def limited(engine: Engine) -> Flask:
    known = {hash_of(name): Token(name, frozenset({"read"})) for name in ("one", "two")}
    return create_app(engine, access=Access(known=known, rates=Rates(Rate(3, 3600))))


def test_a_caller_that_asks_too_often_is_told_when_it_may_again(limited: Flask) -> None:
    client = limited.test_client()

    def ask(token: str) -> int:
        return client.get("/v1/status", headers={"Authorization": f"Bearer {token}"}).status_code

    assert [ask("one") for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("/v1/status", headers={"Authorization": "Bearer one"})
    assert (refused.get_json()["code"], refused.mimetype) == ("too_many_requests", "application/problem+json")
    assert refused.get_json()["detail"] == "one caller may ask 3 times an hour"
    assert int(refused.headers["Retry-After"]) == 1200
    assert ask("two") == 200
    # Who has no token is known by its address, and may not try one after the other.
    assert [ask(f"guess {number}") for number in range(4)] == [401, 401, 401, 429]
    assert client.get("/openapi.json").status_code == 429
    assert client.get("/health/live").status_code == 200


def test_without_tokens_callers_are_known_by_their_addresses(engine: Engine) -> None:
    client = create_app(engine, access=Access(rates=Rates(Rate(1, 60)))).test_client()

    def ask(address: str) -> int:
        return client.get("/v1/rules", environ_overrides={"REMOTE_ADDR": address}).status_code

    assert [ask("10.0.0.1"), ask("10.0.0.2"), ask("10.0.0.1"), ask("::1")] == [200, 200, 429, 200]


def test_a_server_of_ones_own_is_told_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(f"MERIT_{name.upper()}", raising=False)
    assert access_of_environment() == Access()
    monkeypatch.setenv("MERIT_RATE_LIMIT", "7/minute")
    monkeypatch.setenv("MERIT_CORS_ORIGINS", "https://one.example https://two.example")
    monkeypatch.setenv("MERIT_OIDC_ISSUER", "https://login.example")
    monkeypatch.setenv("MERIT_OIDC_AUDIENCE", "merit")

    found = access_of_environment()

    assert found.rates is not None
    assert (found.rates.rate, found.origins) == (Rate(7, 60), ("https://one.example", "https://two.example"))
    assert found.asks_for_tokens
    monkeypatch.delenv("MERIT_OIDC_AUDIENCE")
    with pytest.raises(WrongAccess, match="tell --oidc-audience"):
        access_of_environment()
