"""The Infrastructure designation written by hand, for comparison: the same reasons from the same facts.

What a person would write who knows the rule and needs no language: plain Python over the facts, the fixed words of
each reason ready in ``words``. It looks at what it is told before it reckons with it, and handles known facts only, which
is less than the engine does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

Json = Any
RULE = "designation.infrastructure"
ADMINISTRATOR = {"Azure Administrator Associate"}
ARCHITECT = {"Azure Solutions Architect Expert"}
INTERMEDIATE = {
    "Azure Network Engineer Associate",
    "Azure Stack Hub Operator Associate",
    "Windows Server Hybrid Administrator Associate",
}
ADVANCED = {"Azure Virtual Desktop Specialty", "Azure for SAP Workloads Specialty"}
STACK_HUB_ENDS = date(2024, 7, 31)


_DECIMAL = re.compile(r"-?[0-9]{1,15}([.][0-9]{1,6})?")
_NUMBERS = ("azure_adds", "azure_growth", "azure_services", "azure_acr")


class Refused(Exception):
    """What was told cannot be reckoned with; the argument says where."""


def check(facts: Mapping[str, Json]) -> None:
    """Look at the kinds of all that is read, as who takes them from others has to.

    Raises:
        Refused: something is of another kind, or is not there.
    """
    told, records = facts.get("facts"), facts.get("records")
    if not isinstance(told, dict) or not isinstance(records, dict):
        raise Refused("facts and records are objects")
    for name in _NUMBERS:
        value = told.get(name)
        if isinstance(value, str):
            if not _DECIMAL.fullmatch(value):
                raise Refused(name)
        elif isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise Refused(name)
    rows = records.get("certifications")
    if not isinstance(rows, list):
        raise Refused("certifications")
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            raise Refused(f"certifications/{index}")
        for name in ("person", "certification"):
            value = row.get(name)
            if not isinstance(value, str) or len(value) > 200:
                raise Refused(f"certifications/{index}/{name}")
        for name in ("earned", "expires"):
            value = row.get(name)
            if name == "expires" and value == "none":
                continue
            try:
                date.fromisoformat(value)
            except (TypeError, ValueError) as error:
                raise Refused(f"certifications/{index}/{name}") from error


def answer(facts: Mapping[str, Json], as_of: date, words: Mapping[str, Mapping[str, Json]]) -> bytes:
    """Return the reasons as JSON, of facts that were looked at."""
    check(facts)
    return orjson.dumps(reasons(facts, as_of, words))


def points(facts: Mapping[str, Json], as_of: date) -> tuple[Decimal, bool]:
    """Return the points and whether the designation is reached, without why."""
    told, rows = facts["facts"], facts["records"]["certifications"]
    day = as_of.isoformat()
    listed = INTERMEDIATE if as_of <= STACK_HUB_ENDS else INTERMEDIATE - {"Azure Stack Hub Operator Associate"}
    holders: dict[str, set[str]] = {}
    for row in rows:
        if row["earned"] <= day and (row["expires"] == "none" or day <= row["expires"]):
            holders.setdefault(row["certification"], set()).add(row["person"])

    def people(names: set[str]) -> int:
        return len({person for name in names for person in holders.get(name, ())})

    growth = Decimal(told["azure_growth"])
    metrics = (
        min(max(Decimal(told["azure_adds"]), Decimal(0)) * 10, Decimal(30)),
        min(max(growth // 1, Decimal(0)), Decimal(20)) if Decimal(told["azure_acr"]) >= 1000 else Decimal(0),
        min(Decimal(told["azure_services"]) * 2, Decimal(10)),
        min(Decimal(people(listed)) * 4, Decimal(20)) if people(ADMINISTRATOR) >= 2 else Decimal(0),
        min(Decimal(people(ADVANCED)) * 4, Decimal(20)) if people(ARCHITECT) >= 2 else Decimal(0),
    )
    total = sum(metrics, Decimal(0))
    return total, total >= 70 and min(metrics) > 0


def reasons(facts: Mapping[str, Json], as_of: date, words: Mapping[str, Mapping[str, Json]]) -> list[Json]:
    """Return the reasons of the designation's score."""
    told = facts["facts"]
    rows = facts["records"]["certifications"]
    day = as_of.isoformat()

    def people(names: set[str]) -> int:
        held = {
            row["person"]
            for row in rows
            if row["certification"] in names
            and row["earned"] <= day
            and (row["expires"] == "none" or day <= row["expires"])
        }
        return len(held)

    def scored(
        code: str,
        observed: Decimal,
        required: Decimal,
        points: Decimal,
        out_of: int,
        unit: str | None,
        parts: list[Json],
    ) -> Json:
        outcome = "unmet" if points == 0 else "met" if points >= out_of else "partly_met"
        result = {
            "code": f"{RULE}.{code}",
            "outcome": outcome,
            "observed": _text(observed),
            "required": _text(Decimal(required)),
        }
        if observed < required:
            result["short_by"] = _text(required - observed)
        if unit is not None:
            result["unit"] = unit
        result |= {"points": _text(points), "out_of": str(out_of), **words[f"{RULE}.{code}"]}
        if parts:
            result["parts"] = parts
        return result

    def condition(code: str, observed: Decimal, required: int, unit: str) -> Json:
        result = {
            "code": f"{RULE}.{code}",
            "outcome": "met" if observed >= required else "unmet",
            "observed": _text(observed),
            "required": _text(Decimal(required)),
        }
        if observed < required:
            result["short_by"] = _text(required - observed)
        return {**result, "unit": unit, **words[f"{RULE}.{code}"]}

    def section(code: str, parts: list[Json], out_of: int) -> Json:
        points = sum((Decimal(part["points"]) for part in parts), Decimal(0))
        outcome = "unmet" if points == 0 else "met" if points >= out_of else "partly_met"
        result = {"code": f"{RULE}.{code}", "outcome": outcome}
        if points < out_of:
            result["short_by"] = _text(out_of - points)
        return {
            **result,
            "unit": "points",
            "points": _text(points),
            "out_of": str(out_of),
            **words[f"{RULE}.{code}"],
            "parts": parts,
        }

    adds = Decimal(told["azure_adds"])
    growth = Decimal(told["azure_growth"])
    services = Decimal(told["azure_services"])
    consumption = Decimal(told["azure_acr"])
    listed = INTERMEDIATE if as_of <= STACK_HUB_ENDS else INTERMEDIATE - {"Azure Stack Hub Operator Associate"}
    intermediate, advanced = Decimal(people(listed)), Decimal(people(ADVANCED))
    administrators, architects = Decimal(people(ADMINISTRATOR)), Decimal(people(ARCHITECT))

    add_points = min(max(adds, Decimal(0)) * 10, Decimal(30))
    growth_points = min(max(growth // 1, Decimal(0)), Decimal(20)) if consumption >= 1000 else Decimal(0)
    service_points = min(services * 2, Decimal(10))
    intermediate_points = min(intermediate * 4, Decimal(20)) if administrators >= 2 else Decimal(0)
    advanced_points = min(advanced * 4, Decimal(20)) if architects >= 2 else Decimal(0)

    performance = [scored("performance.adds", adds, Decimal(3), add_points, 30, None, [])]
    success = [
        scored(
            "customer_success.growth",
            growth,
            Decimal(20),
            growth_points,
            20,
            "%",
            [condition("customer_success.growth.consumption", consumption, 1000, "USD")],
        ),
        scored("customer_success.deployments", services, Decimal(5), service_points, 10, words["services"]["unit"], []),
    ]
    skilling = [
        scored(
            "skilling.intermediate",
            intermediate,
            Decimal(5),
            intermediate_points,
            20,
            "people",
            [condition("skilling.intermediate.administrators", administrators, 2, "people")],
        ),
        scored(
            "skilling.advanced",
            advanced,
            Decimal(5),
            advanced_points,
            20,
            "people",
            [condition("skilling.advanced.architects", architects, 2, "people")],
        ),
    ]
    total = add_points + growth_points + service_points + intermediate_points + advanced_points
    every = min(add_points, growth_points, service_points, intermediate_points, advanced_points) > 0
    met = total >= 70 and every
    score = {"code": f"{RULE}.score", "outcome": "met" if met else "unmet", "observed": _text(total), "required": "70"}
    if total < 70:
        score["short_by"] = _text(70 - total)
    empty = [part["code"] for part in (*performance, *success, *skilling) if part["points"] == "0"]
    if total >= 70 and empty:
        score["empty_metrics"] = empty
    parts = [
        section("performance", performance, 30),
        section("customer_success", success, 30),
        section("skilling", skilling, 40),
    ]
    return [{**score, "unit": "points", "out_of": "100", **words[f"{RULE}.score"], "parts": parts}]


def _text(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
