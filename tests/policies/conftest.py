"""The policies, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl.load import Loaded, load_sources, policy_files
from dsl.source import read_source
from tests.policies.rule_paths import known_paths

POLICIES = Path(__file__).resolve().parents[2] / "policies"


@pytest.fixture(scope="session")
def policies() -> Loaded:
    loaded = load_sources([read_source(path) for path in policy_files([POLICIES])])
    assert not loaded.errors
    return loaded


@pytest.fixture(scope="session")
def known(policies: Loaded) -> frozenset[str]:
    return known_paths(policies.document, policies.core)
