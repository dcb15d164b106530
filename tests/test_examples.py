"""The examples: a partner and a question for each, and the question carries the partner's facts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PARTNERS = sorted((ROOT / "examples/partners").glob("*.yaml"))


def test_there_are_partners_that_a_reader_recognises() -> None:
    names = {path.stem for path in PARTNERS}

    assert names >= {
        "new",
        "silver",
        "gold",
        "one_point_short",
        "empty_subcategory",
        "facts_missing",
        "legacy",
        "in_grace",
    }


@pytest.mark.parametrize("path", PARTNERS, ids=lambda path: path.stem)
def test_the_question_about_a_partner_carries_its_facts(path: Path) -> None:
    partner = yaml.safe_load(path.read_text(encoding="utf-8"))

    query = json.loads((ROOT / f"examples/queries/{path.stem}.json").read_text(encoding="utf-8"))

    assert query["facts"] == partner
    assert query["request_id"] == path.stem
