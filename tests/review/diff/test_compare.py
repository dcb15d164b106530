"""What a change is said to mean, edit by edit."""

from __future__ import annotations

from datetime import date

import pytest

from review.diff.compare import compare
from review.diff.report import diff_lines
from tests.conftest import Golden
from tests.review.diff.conftest import BASE, DATA, EDITS, edited, side

TODAY = date(2026, 1, 15)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_told_in_words(name: str, golden: Golden) -> None:
    found = compare(side("base", BASE), side("head", edited(name)))

    golden.check(DATA / f"{name}.txt", "\n".join(diff_lines(found, TODAY, lambda text, _: text)) + "\n")
