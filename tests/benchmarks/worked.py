"""What the benchmarks work on: the question of the examples, fixed words of reasons, long lists."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dsl.core.calendar import month_text
from evaluator.engine import Engine

Json = Any
ROOT = Path(__file__).resolve().parents[2]
QUERY = json.loads((ROOT / "examples/queries/infrastructure.json").read_text(encoding="utf-8"))


def words_of(reasons: list[Json]) -> dict[str, Mapping[str, Json]]:
    """Return the fixed words of each reason: what somebody writing by hand would have typed in."""
    fixed: dict[str, Mapping[str, Json]] = {}
    stack = list(reasons)
    while stack:
        reason = stack.pop()
        kept = ("title", "valid", "cite", "assumptions", "was", "at")
        fixed[reason["code"]] = {key: reason[key] for key in kept if key in reason}
        if reason["code"].endswith(".deployments"):
            fixed["services"] = {"unit": reason.get("unit")}
        stack.extend(reason.get("parts", ()))
    return fixed


def modern_work_use(engine: Engine, count: int, first: int = 12 * 2022) -> list[Json]:
    """Return rows of use, of all workloads, links and customers, in the eighteen months from one on."""
    pick = random.Random(1)
    fields = engine.core.records["modern_work_use"].fields

    def value(own: Any) -> Json:
        match own.type.kind:
            case "choice":
                return pick.choice(own.type.choices)
            case "text":
                return f"customer {pick.randrange(count // 3 + 1)}"
            case "date":
                return "2022-05-01"
            case "flag":
                return pick.random() < 0.5
            case _:
                return pick.randrange(50)

    told = [own for own in fields.values() if own.formula is None]
    return [
        {**{own.name: value(own) for own in told}, "month": month_text(first + index % 18)} for index in range(count)
    ]
