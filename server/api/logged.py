"""Decisions and the log: each is there before it is answered, and can be read again."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, g, request
from flask.typing import ResponseReturnValue

from server import spans
from server.api import parameters, problems, wire
from server.api.answers import Answered
from server.api.wire import written
from server.snapshot import Limits, Snapshot, current_log, current_programme, current_shadow

if TYPE_CHECKING:
    from server.log.decisions import DecisionLog
    from server.log.store import Logged

bp = Blueprint("logged", __name__, url_prefix="/v1/decisions")

# W3C trace context: version, trace id, parent id, flags. A trace id of zeros is none.
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?", re.ASCII
)


def log(answers: Sequence[Answered]) -> None:
    """Log answers before they go out, and count them.

    Raises:
        Problem: they cannot be logged, and that they are is required.
    """
    kept = current_log()
    measured = "metrics" in current_app.blueprints
    began = time.monotonic()
    if kept is not None and answers:
        with spans.part("log"):
            _write(kept, answers)
    if not measured:
        return
    from server import metrics

    if kept is not None:
        metrics.observe_log(time.monotonic() - began)
    for answer in answers:
        metrics.count(answer.decisions)


def _write(kept: DecisionLog, answers: Sequence[Answered]) -> None:
    from server.log.decisions import Asking
    from server.log.store import LogUnavailable

    asking = Asking(caller=g.get("caller") or request.remote_addr or "", trace_id=trace_of_request())
    try:
        kept.write([kept.record(answer, asking, current_programme()) for answer in answers])
    except LogUnavailable as error:
        # What is the matter with a database is for those who run it: it stands in the service's own output.
        raise problems.log_unavailable("no log, no decision: the log cannot be written now") from error


def show_shadow(snapshot: Snapshot, answers: Sequence[Answered], limits: Limits) -> None:
    """Let what the policies in service answered be decided by those in the shadow, where there are any."""
    shadow = current_shadow()
    if shadow is not None:
        digest = snapshot.engine.core.digest
        shadow.show([answer for answer in answers if answer.digest == digest], limits.seconds)


def trace_of_request() -> str:
    """Return the trace that this request is part of; empty where it is of none."""
    return spans.trace_id() or trace_id(request.headers.get("traceparent", ""))


def trace_id(told: str) -> str:
    """Return the trace id of a ``traceparent`` header; empty where it has none."""
    found = _TRACEPARENT.fullmatch(told.strip())
    return found[1] if found else ""


@bp.get("/<decision_id>")
def show_decision(decision_id: str) -> ResponseReturnValue:
    """Show a logged decision: what was asked, what was answered, when, by which policies, and its place in the chain."""
    parameters.read()
    kept = current_log()
    if kept is None:
        raise problems.unknown_decision("this service keeps no log")
    from server.log.store import LogUnavailable

    try:
        found = kept.find(decision_id, current_programme())
    except LogUnavailable as error:
        current_app.logger.error("the log cannot be read: %s", error)
        raise problems.log_unavailable("the log cannot be read now") from error
    if found is None:
        raise problems.unknown_decision(f"no decision `{decision_id[:100]}` is logged")
    if found.contents is None:
        raise problems.erased(decision_id)
    return wire.write_text(record_text(found))


def record_text(found: Logged) -> str:
    """Return a logged decision as ``schemas/logged`` describes it; query and answer stand in it as they were."""
    entry, contents = found.entry, found.contents
    told: dict[str, object] = {
        "decision_id": entry.decision_id,
        "seq": entry.seq,
        "at": entry.at,
        "policy": {"digest": entry.digest},
        "engine": entry.engine,
        "hash": entry.hash,
        "prev": entry.prev,
    }
    if contents is None:
        return written({**told, "erased": True})
    own: dict[str, object] = {
        name: getattr(contents, name) for name in ("caller", "trace_id") if getattr(contents, name)
    }
    head = written({**told, **own})
    return f'{head[:-1]},"masked":{contents.masked},"query":{contents.query},"answer":{contents.answer}}}'
