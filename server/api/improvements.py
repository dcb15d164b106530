"""What it would take (``schemas/improvement_query`` in, ``schemas/improvement`` out)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from evaluator.acceptance.facts_schema import FactErrors
from evaluator.deadline import within
from evaluator.engine import Engine, UnknownRule
from evaluator.improve.costs import CostErrors, Costs, read_costs
from evaluator.improve.improving import MOST_CHANGES, ImproveErrors, Improvement, ImproveQuery, improve
from review.languages.voice import voice_of
from review.words.improvement_json import improvement_json
from server.api import problems, queries, wire
from server.api.languages import in_asked_language, in_language, language_faults, language_of
from server.api.problems import Fault
from server.snapshot import current_engine, current_limits

Json = Any
REQUIRED = ("rule", "as_of", "facts")

MAX_DECISIONS = 1_000
"""Decisions of one answer: what a worker can decide before its time is over."""

bp = Blueprint("improvements", __name__, url_prefix="/v1/improvements")


@bp.post("")
def create_improvement() -> ResponseReturnValue:
    """Look for the cheapest changes that make a partner eligible."""
    engine = current_engine()
    bounds = current_limits()
    data = in_asked_language(wire.read_json(bounds.body_bytes))
    with within(bounds.seconds):
        told = improvement_json(answer(engine, data), voice_of(engine.core, language_of(data)))
    return in_language(wire.write_json(told), language_of(data))


def answer(engine: Engine, data: Json) -> Improvement:
    """Return what a body asks for.

    Raises:
        Problem: it asks for nothing, names a rule that does not exist or that nobody is eligible for, or its facts or
            costs do not fit the policies.
    """
    faults = list(queries.faults_of(data, "a question", REQUIRED, READERS))
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


def _most_faults(told: Json, pointer: str) -> Iterable[Fault]:
    if isinstance(told, bool) or not isinstance(told, int) or not 1 <= told <= MOST_CHANGES:
        wanted = f"a whole number from 1 to {MOST_CHANGES}"
        yield queries.wrong(told, wanted, pointer, f"write {wanted}")


READERS: Mapping[str, queries.Reader] = {
    "request_id": queries.text_faults,
    "rule": queries.text_faults,
    "as_of": queries.day_faults,
    "by": queries.day_faults,
    "facts": queries.object_faults,
    "costs": queries.object_faults,
    "max_changes": _most_faults,
    "language": language_faults,
}
"""What looks at each part of a question."""
