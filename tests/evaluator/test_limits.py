"""What one question may ask: the bounds hold, and fit each other."""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from types import FrameType
from typing import Any

import pytest

from dsl.builtin import BUILT_IN
from evaluator import limits
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.engine import Engine, Query
from evaluator.facts import Facts
from server.snapshot import Limits
from tests.shipped import engine_of

Json = Any
ONE_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_of()


def asked(engine: Engine, day: date) -> list[str]:
    return [decision.outcome for decision in engine.decide(Query(("designation.security",), day, {})).decisions]


def test_a_day_outside_of_the_span_is_not_asked_about(engine: Engine) -> None:
    assert asked(engine, limits.FIRST_DAY) == ["not_eligible"]
    assert len(asked(engine, limits.LAST_DAY)) == 1
    for day in (date.min, limits.FIRST_DAY - ONE_DAY, limits.LAST_DAY + ONE_DAY, date.max):
        with pytest.raises(limits.DayOutside):
            asked(engine, day)


def test_the_longest_list_of_the_programme_fits_into_a_body(engine: Engine) -> None:
    values: dict[str, Json] = {"flag": False, "date": "2023-06-30", "text": "x" * 40, "count": 10**6}
    for declaration in (*engine.core.records.values(), *BUILT_IN.values()):
        row: dict[str, Json] = {"month": "2023-06"} if declaration.monthly else {}
        for field in declaration.fields.values():
            if field.formula is None:
                longest = max(field.type.choices, key=len) if field.type.choices else "1234567.50"
                row[field.name] = values.get(field.type.kind, longest)

        size = len(json.dumps(row)) * limits.MAX_ROWS

        assert size < Limits().body_bytes, declaration.name


def test_a_list_has_a_longest_length(engine: Engine) -> None:
    with pytest.raises(FactErrors, match="this list has 10,001 entries"):
        engine.reader.check({"records": {"certifications": [{}] * (limits.MAX_ROWS + 1)}})


def test_the_register_has_a_longest_length(engine: Engine) -> None:
    with pytest.raises(FactErrors, match="this list has 501 entries"):
        engine.reader.check({"records": {"awards": [{}] * (limits.MAX_ENTRIES + 1)}})


def calls(engine: Engine, query: Query) -> tuple[int, Json]:
    """Return how many functions an answer calls, which is the same on every machine, and the answer."""
    called = 0

    def look(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal called
        called += event == "call"

    engine.decide(query)
    sys.setprofile(look)
    try:
        answer = engine.decide(query).as_json()
    finally:
        sys.setprofile(None)
    return called, answer


@pytest.mark.parametrize(
    ("rule", "day", "facts", "most", "reasons"),
    [
        # Every day of a window of months, of which nothing is told but the anniversary.
        ("choice.benefits_at_anniversary", date(2023, 10, 3), {"renewal_anniversary": "2023-10-03"}, 100, 600),
        ("entitlement.buy_modern_work", date(2024, 6, 20), {}, 20, 150),
    ],
)
def test_a_window_looks_at_its_days_and_tells_them_once(
    engine: Engine, rule: str, day: date, facts: Json, most: int, reasons: int
) -> None:
    one, _ = calls(engine, Query(("designation.infrastructure",), day, {}))

    taken, answer = calls(engine, Query((rule,), day, {"facts": facts, "records": {}}))

    assert taken < most * one
    assert json.dumps(answer).count('"code"') < reasons


def test_a_value_to_try_is_tried_once_for_all_rules(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Facts] = []
    real = Facts.__init__

    def counted(self: Facts, *args: Any, **named: Any) -> None:
        made.append(self)
        real(self, *args, **named)

    monkeypatch.setattr(Facts, "__init__", counted)
    answer = engine.decide(Query(("*",), date(2023, 6, 20), {}))
    tried = [one for decision in answer.decisions for missing in decision.missing for one in missing.leads_to]

    assert tried
    assert len(made) < len(tried)


def test_a_long_name_is_told_by_its_beginning(engine: Engine) -> None:
    with pytest.raises(FactErrors) as refused:
        engine.reader.check({"facts": {"x" * 100_000: 1}})

    assert all(len(problem.message) < 300 and len(problem.pointer) < 300 for problem in refused.value.problems)
