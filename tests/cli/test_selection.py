"""``-k``: words with and, or, not."""

from __future__ import annotations

import pytest

from cli.selection import SelectionError, selection

TEXT = "policies/fees.scenarios.yaml The fee of a Silver partner"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("fee", True),
        ("SILVER", True),
        ("gold", False),
        ("fee and silver", True),
        ("fee silver", True),
        ("fee gold", False),
        ("gold or silver", True),
        ("not gold", True),
        ("not not gold", False),
        ("not (gold or silver)", False),
        ("(gold or silver) and not fee", False),
    ],
)
def test_words_choose(expression, expected):
    assert selection(expression)(TEXT) is expected


@pytest.mark.parametrize("expression", ["", "a and", "or a", "(a", "a)", "not", "()"])
def test_what_is_no_expression_is_refused(expression):
    with pytest.raises(SelectionError):
        selection(expression)
