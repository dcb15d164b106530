"""The policies and what is kept beside them, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.ready import kept_beside
from cli.scenario_files import ReadFile, read_files, scenario_files
from dsl.load import Loaded, load_sources, policy_files
from dsl.source import read_source
from review.scenarios.ready.kept import Kept

ROOT = Path(__file__).resolve().parents[2]
POLICIES = Path("policies")


@pytest.fixture(scope="session")
def policies() -> Loaded:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        loaded = load_sources([read_source(path) for path in policy_files([POLICIES])])
    assert not loaded.errors
    return loaded


@pytest.fixture(scope="session")
def scenarios() -> list[ReadFile]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return read_files(scenario_files([POLICIES]), lambda _: True)


@pytest.fixture(scope="session")
def kept(scenarios: list[ReadFile]) -> Kept:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return kept_beside([POLICIES], scenarios)
