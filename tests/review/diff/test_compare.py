"""What a change is said to mean, edit by edit."""

from __future__ import annotations

from datetime import date

import pytest

from dsl.core.keys import Keys
from review.diff import affected
from review.diff.compare import compare
from review.diff.report import diff_lines
from tests.conftest import Golden
from tests.review.diff.conftest import BASE, DATA, EDITS, edited, side

TODAY = date(2026, 1, 15)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_told_in_words(name: str, golden: Golden) -> None:
    found = compare(side("base", BASE), side("head", edited(name)))

    golden.check(DATA / f"{name}.txt", "\n".join(diff_lines(found, TODAY, lambda text, _: text)) + "\n")


FEW = list(EDITS)[::5]


@pytest.mark.parametrize(
    "name", [*FEW, *(pytest.param(name, marks=pytest.mark.benchmarks) for name in EDITS if name not in FEW)]
)
def test_what_nothing_changed_below_needs_no_looking_at(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of rules that nothing reaches are left out of what the register says: with them it is told alike."""
    sides = side("base", BASE), side("head", edited(name))
    found = compare(*sides)
    monkeypatch.setattr(affected, "Keys", lambda core, _: Keys(core))
    sides[1].core.kept.clear()

    slow = compare(*sides)

    assert (found.changed, found.decides_the_same) == (slow.changed, slow.decides_the_same)
