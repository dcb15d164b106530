"""A partner's life over dates (``schemas/timeline_query`` in, ``schemas/timeline`` out)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from evaluator import limits
from evaluator.deadline import within
from evaluator.engine import Engine, UnknownRule
from evaluator.facts_schema import FactErrors
from evaluator.timeline.fold import Timeline, timeline
from evaluator.timeline.told import SpanErrors, TimelineQuery
from server.api import problems, queries, wire
from server.api.problems import Fault
from server.snapshot import current_engine, current_limits

Json = Any
KEYS = ("request_id", "rules", "from", "to", "facts")
REQUIRED = ("rules", "from", "to", "facts")

MAX_DECISIONS = 3_000
"""Decisions of one timeline: what a worker can decide and write before its time is over."""

bp = Blueprint("timeline", __name__, url_prefix="/v1/timeline")


@bp.post("")
def create_timeline() -> ResponseReturnValue:
    """Fold rules over the days on which something that they read changes."""
    engine = current_engine()
    bounds = current_limits()
    data = wire.read_json(bounds.body_bytes)
    with within(bounds.seconds):
        told = answer(engine, data).as_json()
    return wire.write_json(told)


def answer(engine: Engine, data: Json) -> Timeline:
    """Return the timeline that a body asks for.

    Raises:
        Problem: it asks for none, names a rule that does not exist, its facts or events do not fit the policies, or
            its days are more than one timeline may have.
    """
    faults = list(_faults(data))
    if faults:
        raise problems.invalid_query(faults)
    unknown = list(_unknown_rules(engine, data["rules"]))
    if unknown:
        raise problems.unknown_rules(unknown)
    query = TimelineQuery(
        tuple(data["rules"]),
        date.fromisoformat(data["from"]),
        date.fromisoformat(data["to"]),
        data["facts"],
        data.get("request_id"),
    )
    try:
        return timeline(engine, query, most=MAX_DECISIONS)
    except SpanErrors as error:
        said = Fault(code="Q108", message=error.message, help=error.advice, pointer="/to")
        raise problems.invalid_query([said]) from error
    except FactErrors as error:
        raise problems.invalid_facts(problems.fact_faults(error.problems), more=error.more) from error


def _faults(data: Json) -> Iterable[Fault]:
    if not isinstance(data, dict):
        said = f"a question is an object, this is {queries.kind_of(data)}"
        yield Fault(code="Q104", message=said, pointer="")
        return
    yield from queries.key_faults(data, KEYS, REQUIRED)
    if "request_id" in data:
        yield from queries.text_faults(data["request_id"], "/request_id")
    if "rules" in data:
        yield from queries.rule_faults(data["rules"], "/rules")
    for name in ("from", "to"):
        if name in data:
            yield from (
                Fault(code=code, message=said, help=advice, pointer=f"/{name}")
                for code, said, advice in queries.day_faults(data[name])
            )
    if "facts" in data and not isinstance(data["facts"], dict):
        yield queries.wrong(data["facts"], "an object", "/facts")


def _unknown_rules(engine: Engine, names: list[str]) -> Iterable[Fault]:
    for index, name in enumerate(names[: limits.MAX_RULES]):
        try:
            engine.rules(name)
        except UnknownRule as error:
            yield problems.unknown_rule(error, f"/rules/{index}")
