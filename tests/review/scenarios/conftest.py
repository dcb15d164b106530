"""The small policies of the command's tests, and their scenarios as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.console import read_file
from dsl.load import load
from evaluator.engine import Engine
from review.scenarios.reading import read_scenarios

POLICIES = Path(__file__).parents[2] / "data" / "cli" / "policies"


@pytest.fixture(scope="session")
def acme():
    return Engine(load([POLICIES]))


@pytest.fixture(scope="session")
def acme_file():
    path = POLICIES / "acme.scenarios.yaml"
    return read_scenarios(read_file(path).value, path.name)
