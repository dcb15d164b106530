"""What is decided once for all of whom the same little is told, is what would be decided of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dsl.core.references import reads_of
from evaluator.alike import Alike
from evaluator.engine import Engine, Query
from evaluator.facts import Facts
from review.scenarios.partners import Partners
from tests.properties.twins import DETAILS, little_of
from tests.shipped import engine_of

ROOT = Path(__file__).resolve().parents[2]
LAWS = ROOT / "tests" / "data" / "policies" / "laws"
POLICIES = [ROOT / "policies", *sorted(LAWS.glob("*.policy"))]
DAY = date(2023, 6, 20)


class _Nobody(Alike):
    """The slow way: nobody is alike."""

    def who(self, rule: str, facts: Facts) -> str | None:
        return None


def _told(engine: Engine) -> list[Mapping[str, Any]]:
    """Partners from whom much is told to one of whom nothing is, each like another as far as some rules read."""
    partners = Partners(engine.core, as_of=DAY, seed=41)
    one, other = partners.partner(1), partners.partner(2)
    few = {name: value for name, value in one.get("facts", {}).items() if isinstance(value, bool | str)}
    return [
        {},
        one,
        little_of(one, 1),
        little_of(other, 2),
        {"facts": few, "records": {"awards": []}},
        {"facts": dict(list(few.items())[::2]), "records": {"awards": []}},
        {"records": {"awards": one.get("records", {}).get("awards", [])}},
        {"projected": {"facts": one.get("facts", {})}},
        {"projected": {"facts": other.get("facts", {})}},
    ]


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_what_is_decided_once_for_many_is_decided_so_of_each(path: Path) -> None:
    shipped = engine_of(path)
    engine, slow = (Engine(shipped.document, shipped.core) for _ in range(2))
    slow.prepared.alike = slow.keys._alike = _Nobody(slow.core)
    every = list(engine.core.rules)
    projected = [rule for rule in every if reads_of(engine.core, [engine.core.rules[rule]]).projected]
    rules = tuple(dict.fromkeys((*every[:: 1 + len(every) // 25], *projected[:6])))
    told = []
    for number, facts in enumerate(_told(engine)):
        for detail in dict.fromkeys((DETAILS[number % len(DETAILS)], DETAILS[0])):
            query = Query(rules, DAY, facts, detail=detail)
            assert json.dumps(engine.decide(query).as_json()) == json.dumps(slow.decide(query).as_json()), number
        read = Facts(engine.core, facts, DAY)
        told += [(rule, who) for rule in rules if (who := engine.prepared.alike.who(rule, read)) is not None]

    assert slow.prepared.decided == {}
    kept = {(rule, who) for rule, _, who, trying, *_ in engine.prepared.decided if not trying and rule in rules}
    assert kept == set(told)
    assert len(told) > len(kept)


def test_no_more_decisions_are_kept_than_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = engine_of(ROOT / "policies")
    engine = Engine(shipped.document, shipped.core)
    monkeypatch.setattr("evaluator.decisions.one_day.MOST_DECIDED", 5)
    rules = tuple(list(engine.core.rules)[:12])

    answer = engine.decide(Query(rules, DAY, {}))

    assert [decision.rule for decision in answer.decisions] == list(rules)
    assert 0 < len(engine.prepared.decided) <= 5
