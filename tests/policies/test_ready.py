"""The policies are ready as they stand: nothing is left to do in them or beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.ready import left_to_do
from cli.scenario_files import ReadFile, hint_lines
from dsl.load import Loaded
from dsl.render import as_text
from evaluator.engine import Engine
from review.scenarios.ready.kept import Kept
from tests.policies.conftest import ROOT


def test_nothing_is_left_to_do(policies: Loaded, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """`merit test --ready` says it for whoever changes them."""
    monkeypatch.chdir(ROOT)

    assert [as_text(one) for one in left_to_do(policies, kept)] == []


def test_all_that_can_be_kept_beside_policies_is_kept_beside_these(kept: Kept) -> None:
    folder = Path(ROOT / "policies")

    assert len(kept.boundaries) == len(list(folder.rglob("boundaries.yaml"))) > 1
    assert len(kept.registers) == len(list((folder / "sources").glob("*.yaml"))) - 1
    assert None not in (kept.coverage, kept.texts, kept.survivors, kept.wanted.page, kept.wanted.guide)


def test_scenarios_tell_nothing_that_no_rule_knows(policies: Loaded, scenarios: list[ReadFile]) -> None:
    assert hint_lines(Engine(policies.document, policies.core), scenarios) == []
