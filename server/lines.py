"""What the service says of itself: each request has an id, and with ``--json-logs`` each line is one JSON object."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from server.api.logged import trace_of_request
from server.snapshot import current_programme

REQUEST_ID = "X-Request-Id"
_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)
_requests = logging.getLogger("merit.requests")

CONFIGURATION: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "server.lines.JsonLines"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "root": {"level": "INFO", "handlers": ["err"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["err"], "propagate": False},
        "gunicorn.access": {"level": "WARNING", "handlers": ["err"], "propagate": False},
    },
}
"""Lines of JSON on standard error, as gunicorn's ``logconfig_dict``; without it a request has no line."""


class JsonLines(logging.Formatter):
    """Writes what is logged as one line of JSON, with the request and the trace that it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_of_request(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            told["failure"] = self.formatException(record.exc_info)
        # ASCII only: a line stays a line, whatever a caller sent.
        return json.dumps(told)


def install(app: Flask) -> None:
    """Give each request an id, which comes back in its answer, and a line where lines are asked for."""
    app.before_request(_begin)
    app.after_request(_end)


def _of_request() -> dict[str, str]:
    if not has_request_context() or "request_id" not in g:
        return {}
    trace = trace_of_request()
    return {"request_id": g.request_id, **({"trace_id": trace} if trace else {})}


def _begin() -> None:
    told = request.headers.get(REQUEST_ID, "")
    g.request_id = told if _ID.fullmatch(told) else secrets.token_hex(8)
    g.asked_at = time.monotonic()


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers[REQUEST_ID] = g.request_id
    if _requests.isEnabledFor(logging.INFO):
        told = {
            "method": request.method[:20],
            "route": request.url_rule.rule if request.url_rule is not None else None,
            "status": response.status_code,
            **({"programme": programme} if (programme := current_programme()) else {}),
            "seconds": round(time.monotonic() - g.asked_at, 6),
            "bytes": response.content_length,
            "caller": g.get("caller") or request.remote_addr,
        }
        _requests.info("request", extra={"told": told})
    return response
