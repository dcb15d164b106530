"""The boundaries: the page is what the lists say, what they name exists, and no turning point of a rule is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl.load import Loaded
from evaluator.testing.coverage import Coverage
from tests.policies.boundaries import KEYS, ROOT, all_boundaries, area_of, lists, scenarios, without_boundary
from tests.policies.register import read
from tests.policies.render_boundaries import PAGE, page
from tests.policies.rule_paths import unknown

WITHOUT_SCENARIO: dict[str, str] = {}
"""Thresholds whose edge no scenario stands on yet, and what is to be tried."""


def test_the_page_is_what_the_lists_say() -> None:
    """`python tests/policies/render_boundaries.py` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page(all_boundaries())


@pytest.mark.parametrize("path", lists(), ids=area_of)
def test_entries_have_what_a_boundary_has(path: Path) -> None:
    for entry in read(path):
        assert set(entry) == KEYS, entry.get("boundary")
        assert entry["kind"] in ("threshold", "cap", "gate", "rounding", "date"), entry["boundary"]


def test_every_rule_that_is_named_exists(known: frozenset[str]) -> None:
    assert [wrong for one in all_boundaries() if (wrong := unknown(one.rule, known))] == []


def test_every_scenario_that_is_named_exists() -> None:
    missing = [
        f"{one.boundary}: there is no `{name}` in {one.file}"
        for one in all_boundaries()
        for name in one.sides
        if not (ROOT / one.file).is_file() or name not in scenarios(one.file)
    ]

    assert missing == []


def test_every_threshold_and_date_has_its_boundary(policies: Loaded) -> None:
    """A threshold that has got its scenarios leaves the list of those without."""
    missing = list(without_boundary(Coverage(policies.core).parts, policies.core))

    assert [one for one in missing if not any(f"{code})" in one for code in WITHOUT_SCENARIO)] == []
    assert [code for code in WITHOUT_SCENARIO if not any(f"{code})" in one for one in missing)] == []
