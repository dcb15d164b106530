"""A service switches on a reason's code: in one decision it stands once for a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from evaluator.engine import Engine, Query
from review.scenarios.partners import Partners
from tests.shipped import engine_of

Json = Any
POLICIES = Path(__file__).resolve().parents[2] / "policies"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_of()


def reasons_in(told: list[Json]) -> Iterator[Json]:
    for reason in told:
        yield reason
        yield from reasons_in(reason.get("parts", []))


@pytest.mark.parametrize("day", ["2021-06-13", "2023-06-20"])
def test_a_reason_is_told_once(engine: Engine, day: str) -> None:
    as_of = date.fromisoformat(day)
    made = Partners(engine.core, seed=7, as_of=as_of)

    for facts in [{}, *islice(map(made.partner, count(1)), 1)]:
        for decision in engine.decide(Query(("*",), as_of, facts)).as_json()["decisions"]:
            tops = [*decision["reasons"], *(one for option in decision.get("options", []) for one in option["reasons"])]
            told = list(reasons_in(tops))
            keys = Counter((reason["code"], reason.get("on"), reason.get("projected")) for reason in told)
            codes = {reason["code"] for reason in told}
            assert [key for key, times in keys.items() if times > 1] == [], decision["rule"]
            assert {code for reason in told for code in reason.get("see", [])} <= codes, decision["rule"]
