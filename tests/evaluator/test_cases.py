"""The conformance suite: small policies and facts with the answer they must have, as data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from dsl.load import load_sources
from dsl.source import Source
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.engine import Engine, Query
from evaluator.prepared import Often

CASES = Path(__file__).parents[1] / "data" / "cases"
Json = Any


class _Loader(yaml.SafeLoader):
    """YAML with dates as texts and exact numbers."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(str(node.value)))


def read_cases() -> Iterator[tuple[str, Json]]:
    """Yield every case with its name: the file, and its place in it."""
    for path in sorted(CASES.rglob("*.yaml")):
        with path.open(encoding="utf-8") as stream:
            for index, case in enumerate(yaml.load_all(stream, _Loader), start=1):
                yield f"{path.relative_to(CASES).with_suffix('')}-{index}", case


ALL = list(read_cases())


@pytest.mark.parametrize("case", [case for _, case in ALL], ids=[name for name, _ in ALL])
def test_a_case_is_answered_as_wanted(case: Json) -> None:
    Draft202012Validator(schemas.load("case"), format_checker=FormatChecker(["date"])).validate(case)
    loaded = load_sources([Source("case.policy", case["policy"])])
    want, facts, day = case["want"], case.get("facts", {}), date.fromisoformat(case["as_of"])
    if "errors" in want:
        assert [found.code for found in loaded.errors] == want["errors"]
        return
    assert not loaded.errors
    engine = Engine(loaded.document)
    if "refused" in want:
        with pytest.raises(FactErrors) as refused:
            engine.decide(Query(("*",), day, facts))
        assert {problem.pointer: problem.code for problem in refused.value.problems} == want["refused"]
        return

    query = Query(tuple(want["decisions"]), day, facts)
    answer = engine.decide(query).as_json()
    engine.prepared.often = Often(engine.core, after=0)
    assert json.dumps(engine.decide(query).as_json()) == json.dumps(answer)  # of compiled functions

    found = {decision["rule"]: _short(decision) for decision in answer["decisions"]}
    for rule, wanted in want["decisions"].items():
        assert _only(wanted, found[rule]) == wanted


def _short(decision: Json) -> Json:
    """Write a decision as cases do: reasons by code, options by name, missing facts by pointer and day."""
    result = dict(decision)
    result["reasons"] = dict(_reasons(decision.get("reasons", ()), decision["rule"]))
    result["points"] = decision.get("score", {}).get("points")
    result["held"] = decision.get("standing", {}).get("held")
    result["amount"] = decision.get("amount", {}).get("value")
    result["options"] = {option["option"]: option["eligibility"] for option in decision.get("options", ())}
    result["missing"] = [
        f"{gap['pointer']} {gap['on']}" if "on" in gap else gap["pointer"] for gap in decision["missing"]
    ]
    return result


def _reasons(reasons: Json, rule: str) -> Iterator[tuple[str, Json]]:
    for reason in reasons:
        yield reason["code"].removeprefix(f"{rule}."), reason
        yield from _reasons(reason.get("parts", ()), rule)


def _only(wanted: Json, found: Json) -> Json:
    """Return what was found of what is wanted: members that are not named may say anything."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return {key: _only(value, found.get(key)) for key, value in wanted.items()}
    if isinstance(wanted, bool) is not isinstance(found, bool):
        return found
    return str(found) if isinstance(wanted, str) and isinstance(found, str) else found


def test_there_are_enough_cases() -> None:
    assert len(ALL) >= 60
