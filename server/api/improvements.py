"""What it would take (``schemas/improvement_query`` in, ``schemas/improvement`` out)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from evaluator.deadline import within
from evaluator.engine import Engine, UnknownRule
from evaluator.facts_schema import FactErrors
from evaluator.improve.costs import CostErrors, Costs, read_costs
from evaluator.improve.improving import MOST_CHANGES, ImproveErrors, Improvement, ImproveQuery, improve
from evaluator.improve.told import improvement_json
from server.api import problems, queries, wire
from server.api.problems import Fault
from server.snapshot import current_engine, current_limits

Json = Any
KEYS = ("request_id", "rule", "as_of", "by", "facts", "costs", "max_changes")
REQUIRED = ("rule", "as_of", "facts")

MAX_DECISIONS = 1_000
"""Decisions of one answer: what a worker can decide before its time is over."""

bp = Blueprint("improvements", __name__, url_prefix="/v1/improvements")


@bp.post("")
def create_improvement() -> ResponseReturnValue:
    """Look for the cheapest changes that make a partner eligible."""
    engine = current_engine()
    bounds = current_limits()
    data = wire.read_json(bounds.body_bytes)
    with within(bounds.seconds):
        told = improvement_json(answer(engine, data))
    return wire.write_json(told)


def answer(engine: Engine, data: Json) -> Improvement:
    """Return what a body asks for.

    Raises:
        Problem: it asks for nothing, names a rule that does not exist or that nobody is eligible for, or its facts or
            costs do not fit the policies.
    """
    faults = list(_faults(data))
    if faults:
        raise problems.invalid_query(faults)
    query = ImproveQuery(
        data["rule"],
        date.fromisoformat(data["as_of"]),
        data["facts"],
        date.fromisoformat(data["by"]) if "by" in data else None,
        _costs(engine, data["costs"]) if "costs" in data else None,
        data.get("max_changes"),
        data.get("request_id"),
    )
    try:
        return improve(engine, query, most=MAX_DECISIONS)
    except UnknownRule as error:
        raise problems.unknown_rules([problems.unknown_rule(error, "/rule")]) from error
    except ImproveErrors as error:
        said = Fault(code="Q108", message=error.message, help=error.advice, pointer=f"/{error.name}")
        raise problems.invalid_query([said]) from error
    except FactErrors as error:
        raise problems.invalid_facts(problems.fact_faults(error.problems), more=error.more) from error


def _costs(engine: Engine, data: Json) -> Costs:
    try:
        return read_costs(engine.core, data)
    except CostErrors as error:
        raise problems.invalid_query(list(problems.fact_faults(error.problems, "/costs"))) from error


def _faults(data: Json) -> Iterable[Fault]:
    if not isinstance(data, dict):
        said = f"a question is an object, this is {queries.kind_of(data)}"
        yield Fault(code="Q104", message=said, pointer="")
        return
    yield from queries.key_faults(data, KEYS, REQUIRED)
    if "request_id" in data:
        yield from queries.text_faults(data["request_id"], "/request_id")
    if "rule" in data:
        yield from queries.text_faults(data["rule"], "/rule")
    for name in ("as_of", "by"):
        if name in data:
            yield from (
                Fault(code=code, message=said, help=advice, pointer=f"/{name}")
                for code, said, advice in queries.day_faults(data[name])
            )
    if "facts" in data and not isinstance(data["facts"], dict):
        yield queries.wrong(data["facts"], "an object", "/facts")
    if "costs" in data and not isinstance(data["costs"], dict):
        yield queries.wrong(data["costs"], "an object", "/costs")
    most = data.get("max_changes", 1)
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= MOST_CHANGES:
        wanted = f"a whole number from 1 to {MOST_CHANGES}"
        yield queries.wrong(most, wanted, "/max_changes", f"write {wanted}")
