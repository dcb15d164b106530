"""What it would take as JSON (``schemas/improvement``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from dsl.json_values import decimal_text
from evaluator.decision import decision_json
from evaluator.improve.aims import Limit
from evaluator.improve.improving import Ending, Improvement, Suggested, eligibility_of
from evaluator.improve.plans import Added, Earned, Paid, Piece, Raised, Told, Won

Json = Any


def improvement_json(found: Improvement) -> dict[str, Json]:
    """Return what it would take; numbers are texts, exact."""
    query, decided = found.query, found.decided
    told = decision_json(decided, "none")
    return {
        **({"request_id": query.request_id} if query.request_id is not None else {}),
        "rule": found.rule.id,
        "title": found.title,
        "as_of": query.as_of.isoformat(),
        **({"by": query.by.isoformat()} if query.by is not None else {}),
        **({"max_changes": query.max_changes} if query.max_changes is not None else {}),
        "policy": {"digest": found.core.digest, "version": found.core.version},
        "engine": found.engine,
        "eligibility": eligibility_of(decided),
        **({"score": told["score"]} if "score" in told else {}),
        "missing": told["missing"],
        "outcome": found.outcome,
        "plans": [_plan_json(found, one) for one in found.plans],
        "taken_as_nothing": {
            "facts": {name: _value(value) for name, value in found.taken.items()},
            "records": list(found.absent),
        },
        "in_the_way": [{"code": code, "title": title} for code, title in found.in_the_way],
        "not_looked_at": [_limit_json(one) for one in found.limits],
        "costs": {"given": found.costs.given, **found.costs.as_json()},
        "days_looked_at": [day.isoformat() for day in found.days],
        "decisions": found.decisions,
    }


def _plan_json(found: Improvement, one: Suggested) -> dict[str, Json]:
    plan = one.plan
    waited = (plan.day - found.query.as_of).days
    steps = [
        *([{"kind": "wait", "until": plan.day.isoformat(), "days": waited}] if waited else []),
        *(_step_json(found, plan.day, piece, one.serves[piece]) for piece in plan.pieces),
    ]
    return {
        "cost": decimal_text(one.cost),
        "on": plan.day.isoformat(),
        "steps": steps,
        "what_if": _value(one.changes),
        "takes_as_nothing": list(one.takes),
        **({} if one.ending is None else {"ending": _ending_json(one.ending)}),
    }


def _ending_json(ending: Ending) -> dict[str, Json]:
    ended = [{"person": person, "certification": name} for person, name in ending.certifications]
    return {"on": ending.on.isoformat(), "certifications": ended}


def _step_json(found: Improvement, day: date, piece: Piece, serves: Mapping[str, str]) -> dict[str, Json]:
    core = found.core
    asked = {"for": [{"code": code, "title": title} for code, title in serves.items()]}
    match piece:
        case Raised(lever=lever, now=now, to=to):
            declared = core.facts.get(lever.name) or core.named[lever.name]
            return {
                "kind": "raise",
                "fact": lever.name,
                "title": declared.title,
                "to": decimal_text(to),
                **({} if lever.name in found.taken else {"now": decimal_text(now)}),
                **({"unit": declared.type.unit} if declared.type.unit is not None else {}),
                **asked,
            }
        case Told(lever=lever):
            declared = core.facts.get(lever.name) or core.named[lever.name]
            return {"kind": "tell", "fact": lever.name, "title": declared.title, "to": lever.value, **asked}
        case Earned(certification=name, person=person, new=new, alike=alike):
            who = {"person": person} if person is not None else {"new_person": new}
            return {"kind": "certify", "certification": name, **who, "others_alike": alike, **asked}
        case Won(rule=rule, award=award, level=level):
            title = (core.rules[rule].version_on(day) or core.rules[rule]).title
            return {
                "kind": "attain", "rule": rule, "award": award, **({} if level is None else {"level": level}), "title": title,
                **asked,
            }  # fmt: skip
        case Paid(lever=lever, fee=fee, amount=amount, currency=currency):
            return {
                "kind": "buy",
                "benefits": lever.benefit,
                "choice": lever.rule,
                "option": lever.option,
                **({} if fee is None else {"fee": fee}),
                **({} if amount is None else {"amount": decimal_text(amount), "currency": currency}),
                **asked,
            }
        case Added(records=records, fields=fields):
            title = core.records[records].title
            return {"kind": "add", "records": records, "title": title, "record": _value(dict(fields)), **asked}


def _limit_json(limit: Limit) -> dict[str, Json]:
    return {"why": limit.why, **({"code": limit.code, "title": limit.title} if limit.code else {})}


def _value(value: Json) -> Json:
    """Return values of facts with their decimals as JSON writes them: whole numbers as such, others as texts."""
    match value:
        case Mapping():
            return {name: _value(one) for name, one in value.items()}
        case list() | tuple():
            return [_value(one) for one in value]
        case Decimal():
            return decimal_text(value)
        case _:
            return value
