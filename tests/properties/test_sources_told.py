"""A reason stands on the source that `explain` tells at its requirement, or else at the head of its rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest

from dsl import core as c
from evaluator.engine import Engine, Query
from evaluator.reasons.expander import Reason
from review.words.lines import Line, lines_of
from tests.shipped import engine_of

POLICIES = Path(__file__).resolve().parents[2] / "policies"
Cites = tuple[c.Citation, ...]


def told(lines: Iterable[Line], around: Cites) -> Iterator[tuple[str, Cites]]:
    for line in lines:
        if isinstance(line.of, c.Requirement):
            cites = line.of.basis.cites or around
            yield line.name, cites
            yield from told(line.parts, cites)


def decided(reasons: Iterable[Reason]) -> Iterator[tuple[str, Cites]]:
    for reason in reasons:
        yield reason.code, reason.plan.cites
        yield from decided(reason.parts)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_of()


@pytest.mark.parametrize("day", ["2021-06-13", "2023-06-20", "2026-08-15"])
def test_decisions_and_explanations_name_the_same_sources(engine: Engine, day: str) -> None:
    as_of = date.fromisoformat(day)
    rules = [rule for rule in engine.core.rules.values() if rule.of_kind.asks and rule.version_on(as_of) is not None]
    answer = engine.decide(Query(tuple(rule.id for rule in rules), as_of, {}))

    for rule, decision in zip(rules, answer.decisions, strict=True):
        version = rule.version_on(as_of)
        assert version is not None
        says = dict(told(lines_of(version, as_of), version.basis.cites))
        # What another rule asks for is told with that rule.
        own = {code: cites for code, cites in decided(decision.reasons) if code in says}
        assert own
        assert own == {code: says[code] for code in own}, rule.id
