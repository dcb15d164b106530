"""JSON in one line is what Python's own writer gives, byte for byte."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from review.formats.format import in_one_line

TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=12,
)


def by_python(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@given(VALUES)
def test_one_line_is_written_as_python_writes_it(value: Any) -> None:
    assert in_one_line(value) == by_python(value)


@pytest.mark.parametrize(
    "value", [{1: 2**70}, {"a": {None: [-(2**64)]}}, '\x00\x1f\x7f\u2028\u2029\\/"é\U0001f600'], ids=str
)
def test_what_one_writer_refuses_the_other_writes(value: Any) -> None:
    assert in_one_line(value) == by_python(value)


@pytest.mark.parametrize("value", [Decimal(1), date(2026, 8, 15), "\ud800", {1, 2}], ids=repr)
def test_what_is_no_json_is_refused_as_before(value: Any) -> None:
    with pytest.raises((TypeError, UnicodeEncodeError)):
        in_one_line(value)
