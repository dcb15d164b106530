"""Pages of other origins that may ask from a browser (CORS). They bring a token in a header, and no cookies."""

from __future__ import annotations

import re
from collections.abc import Collection

from flask import Flask, Response, request

ANY = "*"
METHODS = "GET, POST"
ASKED_WITH = "Accept-Language, Authorization, Content-Type, If-None-Match, X-Request-Id, traceparent, tracestate"
READ = "Content-Language, ETag, Retry-After, X-Request-Id"
KEPT_S = 600
"""For how long a browser need not ask again whether it may ask."""
_ORIGIN = re.compile(r"https?://[^/?#\s@]+", re.ASCII)


class WrongOrigin(ValueError):
    """A text is no origin."""


def check(origins: Collection[str]) -> None:
    """Check what is given as origins.

    Raises:
        WrongOrigin: one is none.
    """
    for one in origins:
        if one != ANY and not _ORIGIN.fullmatch(one):
            raise WrongOrigin(
                f"`{one}` is no origin; write it as https://portal.example, without a path, or `*` for all"
            )


def install(app: Flask, origins: Collection[str]) -> None:
    """Let pages of some origins ask.

    Raises:
        WrongOrigin: one is none.
    """
    check(origins)
    known = frozenset(origins)

    def allowed() -> str | None:
        told = request.headers.get("Origin")
        if told is None or ANY in known:
            return told and ANY
        return told if told in known else None

    def answer_browser() -> Response | None:
        """Answer what a browser asks before it asks: its question itself comes later, and brings the token."""
        if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers or not allowed():
            return None
        response = Response(status=204)
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = ASKED_WITH
        response.headers["Access-Control-Max-Age"] = str(KEPT_S)
        return response

    def tell_browser(response: Response) -> Response:
        if ANY not in known:
            response.vary.add("Origin")
        origin = allowed()
        if origin is not None:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = READ
        return response

    app.before_request(answer_browser)
    app.after_request(tell_browser)
