"""Faults that no scenario notices and that are meant: each is one of these policies, and told why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from dsl.load import Loaded
from evaluator.testing.faults import faults

SURVIVORS = Path(__file__).parents[2] / "policies" / "mutation.yaml"


def accepted() -> dict[str, Any]:
    data = yaml.safe_load(SURVIVORS.read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def test_every_accepted_survivor_is_a_fault_of_these_policies(policies: Loaded) -> None:
    keys = {fault.key for fault in faults(policies.document)}

    assert [key for key in accepted() if key not in keys] == []


def test_every_accepted_survivor_has_a_reason_in_a_sentence() -> None:
    assert [key for key, reason in accepted().items() if len(str(reason).split()) < 5] == []
