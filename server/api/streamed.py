"""Answers to a batch as they are decided: a line of JSON for each item (`application/x-ndjson`), in their order.

Each line is logged before it goes out, as any answer is; some at once, as the log commits for each group. What the time of the request
does not reach is told line by line too, so that what was decided before is not lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from flask import Response, request, stream_with_context

from evaluator.deadline import DeadlineOver, within
from server.api import logged, problems
from server.api.answers import Answered
from server.api.problems import Problem
from server.api.wire import written
from server.snapshot import Limits, Snapshot

Json = Any
MEDIA_TYPE = "application/x-ndjson"
GROUP = 50
"""How many items are logged and sent at once."""
PATIENCE_S = 0.25
"""After how long those that are decided are sent, however few."""


class _Line(NamedTuple):
    """An item's line, and its answer where it has one."""

    item: Json
    text: str
    answer: Answered | None


def is_asked_for() -> bool:
    """Whether who asks rather has lines than one document."""
    return request.accept_mimetypes.best_match(("application/json", MEDIA_TYPE)) == MEDIA_TYPE


def lines(
    snapshot: Snapshot, items: Sequence[Json], limits: Limits, decide: Callable[[Json], tuple[str, Answered | None]]
) -> Response:
    """Return the answers to the items of a batch as lines.

    Args:
        snapshot: what decides.
        items: those of the batch.
        limits: how long it may take.
        decide: returns an item's line, and its answer where it has one.
    """
    until = time.monotonic() + limits.seconds

    def told() -> Iterator[str]:
        waiting: list[_Line] = []
        since = time.monotonic()
        for number, item in enumerate(items):
            try:
                with within(max(until - time.monotonic(), 0.0)):
                    waiting.append(_Line(item, *decide(item)))
            except DeadlineOver:
                yield from _sent(snapshot, waiting, limits)
                yield from (_refused(rest, problems.deadline()) for rest in items[number:])
                return
            if len(waiting) == GROUP or time.monotonic() > since + PATIENCE_S:
                yield from _sent(snapshot, waiting, limits)
                waiting, since = [], time.monotonic()
        yield from _sent(snapshot, waiting, limits)

    return Response(stream_with_context(told()), content_type=MEDIA_TYPE)


def _sent(snapshot: Snapshot, waiting: Sequence[_Line], limits: Limits) -> Iterator[str]:
    """Log the answers of lines, and yield the lines; without the log, what is the matter instead of answers."""
    answers = [line.answer for line in waiting if line.answer is not None]
    try:
        logged.log(answers)
    except Problem as problem:
        yield from (f"{line.text}\n" if line.answer is None else _refused(line.item, problem) for line in waiting)
        return
    logged.show_shadow(snapshot, answers, limits)
    yield from (f"{line.text}\n" for line in waiting)


def _refused(item: Json, problem: Problem) -> str:
    return f'{{"id":{written(item["id"])},"problem":{written(problem.as_json())}}}\n'
