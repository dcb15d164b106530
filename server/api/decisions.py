"""Decisions: one query, or many in order."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter, mul
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from evaluator.deadline import within
from server.api import logged, problems, queries, wire
from server.api.answers import Answered, answered
from server.api.languages import asked_language, in_asked_language, in_language, language_of
from server.api.problems import Fault, Problem
from server.api.wire import written
from server.snapshot import Limits, Snapshot, current_limits, current_snapshot

Json = Any
MIN_FAULTS = 3
MOST_FAULTS = 1000
"""How many faults of each sort are told of an item at least, and of a whole batch at about the most."""

_BODY: Callable[[Answered], str] = attrgetter("body")

bp = Blueprint("decisions", __name__, url_prefix="/v1/decisions")


@bp.post("")
def create_decisions() -> ResponseReturnValue:
    """Answer one query and say why."""
    snapshot = current_snapshot()
    limits = current_limits()
    data = in_asked_language(wire.read_json(limits.body_bytes))
    with within(limits.seconds):
        answer = answered(snapshot, data)
    logged.log([answer])
    logged.show_shadow(snapshot, [answer], limits)
    return in_language(wire.write_text(answer.body), language_of(data))


@bp.post("/batch")
def create_batch() -> ResponseReturnValue:
    """Answer many queries in their order; each item has its answer or its problem."""
    snapshot = current_snapshot()
    limits = current_limits()
    data = wire.read_json(limits.batch_bytes)
    with within(limits.seconds):
        text, answers = batch(snapshot, data, limits, _BODY)
    logged.log(answers)
    logged.show_shadow(snapshot, answers, limits)
    return in_language(wire.write_text(text), asked_language())


def batch(
    snapshot: Snapshot, data: Json, limits: Limits, body: Callable[[Answered], str]
) -> tuple[str, list[Answered]]:
    """Return what a batch is answered with, and the answers in it; ``body`` writes one.

    Raises:
        Problem: it is no batch, or too large a one.
    """
    items = _read_items(data, limits.batch_items)
    asked = [queries.asked(item["query"]) for item in items]
    # Names first: to look up what a pattern names takes its time too.
    if sum(map(len, asked)) > limits.batch_decisions:
        raise problems.too_large(limits.batch_decisions, "names of rules")
    # What if is decided twice.
    times = [2 if isinstance(item["query"], dict) and "what_if" in item["query"] else 1 for item in items]
    counts = (len({rule.id for name in names for rule in snapshot.engine.found(name)}) for names in asked)
    if sum(map(mul, times, counts)) > limits.batch_decisions:
        raise problems.too_large(limits.batch_decisions, "decisions")
    # Proposals are looked for in every item, however many are wrong: a few each where there are many.
    most = max(MIN_FAULTS, min(problems.MAX_FAULTS, MOST_FAULTS // len(items)))
    results: list[str] = []
    answers: list[Answered] = []
    for item in items:
        try:
            answers.append(answered(snapshot, in_asked_language(item["query"]), most))
            told = f'"answer":{body(answers[-1])}'
        except Problem as problem:
            told = f'"problem":{written(problem.as_json())}'
        results.append(f'{{"id":{written(item["id"])},{told}}}')
    return f'{{"items":[{",".join(results)}]}}', answers


def _read_items(data: Json, most: int) -> list[dict[str, Json]]:
    """Return the items of a batch, each with ``id`` and ``query``.

    Raises:
        Problem: this is no batch; what is wrong with one item's query is told in that item's result instead.
    """
    if not isinstance(data, dict):
        raise problems.invalid_query([queries.wrong(data, "an object with `items`", "")])
    faults = list(queries.key_faults(data, ("items",), ("items",)))
    items = data.get("items", [])
    if not isinstance(items, list):
        raise problems.invalid_query([*faults, queries.wrong(items, "a list", "/items")])
    if len(items) > most:
        raise problems.too_large(most, "items")
    seen: set[str] = set()
    for index, item in enumerate(items):
        pointer = f"/items/{index}"
        if not isinstance(item, dict):
            faults.append(queries.wrong(item, "an object with `id` and `query`", pointer))
            continue
        faults.extend(queries.key_faults(item, ("id", "query"), ("id", "query"), pointer))
        own = item.get("id", "-")
        faults.extend(queries.text_faults(own, f"{pointer}/id"))
        if "id" in item and isinstance(own, str):
            if own in seen:
                said = f"the id `{own[:40]}` stands twice"
                faults.append(Fault(code="Q106", message=said, help="give each item its own", pointer=f"{pointer}/id"))
            seen.add(own)
    if "items" in data and not items:
        faults.append(Fault(code="Q104", message="nothing is asked", help="add an item", pointer="/items"))
    if faults:
        raise problems.invalid_query(faults)
    return items
