"""A partner's life over dates (``schemas/timeline_query`` in, ``schemas/timeline`` out)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from evaluator import limits
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.deadline import within
from evaluator.engine import Engine, UnknownRule
from evaluator.timeline.fold import Timeline, timeline
from evaluator.timeline.told import SpanErrors, TimelineQuery
from review.languages.voice import voice_of
from review.words.timeline_json import timeline_json
from server.api import problems, queries, wire
from server.api.languages import in_asked_language, in_language, language_faults, language_of
from server.api.problems import Fault
from server.snapshot import current_engine, current_limits

Json = Any
REQUIRED = ("rules", "from", "to", "facts")
READERS: Mapping[str, queries.Reader] = {
    "request_id": queries.text_faults,
    "rules": queries.rule_faults,
    "from": queries.day_faults,
    "to": queries.day_faults,
    "facts": queries.object_faults,
    "language": language_faults,
}
"""What looks at each part of a question."""

MAX_DECISIONS = 3_000
"""Decisions of one timeline: what a worker can decide and write before its time is over."""

bp = Blueprint("timeline", __name__, url_prefix="/v1/timeline")


@bp.post("")
def create_timeline() -> ResponseReturnValue:
    """Fold rules over the days on which something that they read changes."""
    engine = current_engine()
    bounds = current_limits()
    data = in_asked_language(wire.read_json(bounds.body_bytes))
    with within(bounds.seconds):
        told = timeline_json(answer(engine, data), voice_of(engine.core, language_of(data)))
    return in_language(wire.write_json(told), language_of(data))


def answer(engine: Engine, data: Json) -> Timeline:
    """Return the timeline that a body asks for.

    Raises:
        Problem: it asks for none, names a rule that does not exist, its facts or events do not fit the policies, or
            its days are more than one timeline may have.
    """
    faults = list(queries.faults_of(data, "a question", REQUIRED, READERS))
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


def _unknown_rules(engine: Engine, names: list[str]) -> Iterable[Fault]:
    for index, name in enumerate(names[: limits.MAX_RULES]):
        try:
            engine.rules(name)
        except UnknownRule as error:
            yield problems.unknown_rule(error, f"/rules/{index}")
