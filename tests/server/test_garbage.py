"""A process that decides for long lets the collector of garbage look seldom, and never at the policies."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from cli.main import merit
from evaluator import garbage
from server import exchange, gunicorn_config, snapshot


@pytest.fixture
def collector() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("collector")
def test_what_is_there_before_the_workers_begin_is_not_looked_through_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "watch", lambda *_: None)
    app = SimpleNamespace(wsgi=lambda: SimpleNamespace(extensions={snapshot.KEY: None}))
    gunicorn_config.when_ready(SimpleNamespace(app=app, stop=lambda graceful=True: None))
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == garbage.OBJECTS


@pytest.mark.usefixtures("collector")
def test_a_command_looks_seldom_too() -> None:
    gc.set_threshold(700, 10, 10)
    with pytest.raises(SystemExit):
        merit.main(["--version"])
    assert gc.get_threshold()[0] == garbage.OBJECTS
