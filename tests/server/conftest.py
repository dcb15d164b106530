"""The service over the policies of the tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dsl.load import load
from evaluator.engine import Engine
from server.app import create_app

POLICIES = Path(__file__).resolve().parents[1] / "data" / "policies" / "service"


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(load([POLICIES]))


@pytest.fixture(scope="session")
def app(engine: Engine) -> Flask:
    return create_app(engine)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
