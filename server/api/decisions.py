"""Decisions: one query, or many in order."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter, mul
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from evaluator.deadline import within
from server.api import logged, problems, queries, streamed, wire
from server.api.answers import Answered, answered
from server.api.languages import asked_language, in_asked_language, in_language, language_of
from server.api.problems import Fault, Problem
from server.api.wire import written
from server.log.entries import exact
from server.snapshot import Limits, Snapshot, current_limits, current_snapshot

Json = Any
MIN_FAULTS = 3
MOST_FAULTS = 1000
"""How many faults of each sort are told of an item at least, and of a whole batch at about the most."""

_BODY: Callable[[Answered], str] = attrgetter("body")

COMMON_DEPTH = 3
"""Query, `facts`, and `facts` or `records` in these: so deep what is common and what is an item's own are put together."""

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
    if streamed.is_asked_for():
        return in_language(batch_lines(snapshot, data, limits, _BODY), asked_language())
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
    items, most = items_of(snapshot, data, limits)
    results: list[str] = []
    answers: list[Answered] = []
    for item in items:
        told, answer = item_text(snapshot, item, most, body)
        results.append(told)
        if answer is not None:
            answers.append(answer)
    return f'{{"items":[{",".join(results)}]}}', answers


def batch_lines(snapshot: Snapshot, data: Json, limits: Limits, body: Callable[[Answered], str]) -> Response:
    """Return what a batch is answered with as lines that are sent as they are decided; ``body`` writes an answer.

    Raises:
        Problem: it is no batch, or too large a one.
    """
    with within(limits.seconds):
        items, most = items_of(snapshot, data, limits)
    return streamed.lines(snapshot, items, limits, lambda item: item_text(snapshot, item, most, body))


def item_text(
    snapshot: Snapshot, item: Json, most: int, body: Callable[[Answered], str]
) -> tuple[str, Answered | None]:
    """Return what an item of a batch is answered with, and its answer; None where it has a problem."""
    answer = None
    try:
        answer = answered(snapshot, in_asked_language(item["query"]), most)
        told = f'"answer":{body(answer)}'
    except Problem as problem:
        told = f'"problem":{written(problem.as_json())}'
    return f'{{"id":{written(item["id"])},{told}}}', answer


def items_of(snapshot: Snapshot, data: Json, limits: Limits) -> tuple[list[Json], int]:
    """Return the items of a batch, with what is common to them in each, and how many faults of each sort are told of one.

    Raises:
        Problem: it is no batch, or too large a one.
    """
    items = _read_items(data, limits)
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
    return items, max(MIN_FAULTS, min(problems.MAX_FAULTS, MOST_FAULTS // len(items)))


def _read_items(data: Json, limits: Limits) -> list[dict[str, Json]]:
    """Return the items of a batch, each with ``id`` and ``query``.

    Raises:
        Problem: this is no batch; what is wrong with one item's query is told in that item's result instead.
    """
    if not isinstance(data, dict):
        raise problems.invalid_query([queries.wrong(data, "an object with `items`", "")])
    faults = list(queries.key_faults(data, ("items", "common"), ("items",)))
    if "common" in data:
        faults.extend(queries.object_faults(data["common"], "/common"))
    items = data.get("items", [])
    if not isinstance(items, list):
        raise problems.invalid_query([*faults, queries.wrong(items, "a list", "/items")])
    if len(items) > limits.batch_items:
        raise problems.too_large(limits.batch_items, "items")
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
    return with_common(items, data["common"], limits.batch_bytes) if "common" in data else items


def with_common(items: list[dict[str, Json]], common: Json, most: int) -> list[dict[str, Json]]:
    """Return items with what is common to them; what an item says itself goes before, each fact and each list by itself.

    Raises:
        Problem: told in each item it would be too large a batch: it is logged with each.
    """
    if len(items) * len(exact(common)) > most:
        raise problems.too_large(most, "bytes, with what is common told in each item,")
    return [{**item, "query": _over(common, item["query"], COMMON_DEPTH)} for item in items]


def _over(common: Json, own: Json, depth: int) -> Json:
    if not depth or not isinstance(common, dict) or not isinstance(own, dict):
        return own
    inner = {name: _over(common[name], value, depth - 1) for name, value in own.items() if name in common}
    return {**common, **own, **inner}
