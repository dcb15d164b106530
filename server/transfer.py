"""How answers travel: compressed where the client takes that, and not at all where it has them already."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

LEAST_BYTES = 1024
"""A shorter body is not worth compressing."""
_LEVEL = 5
_TEXTS = ("application/json", "application/problem+json", "application/x-ndjson", "image/svg+xml")


def install(app: Flask) -> None:
    """Give answers to GET an ETag, answer 304 to who has them, and compress what is long."""
    app.after_request(_travel)


def _travel(response: Response) -> Response:
    if response.is_streamed or response.direct_passthrough:
        return response
    if request.method in ("GET", "HEAD") and response.status_code == 200 and not response.cache_control.no_store:
        # A weak one: it is that of the meaning, however the answer is coded.
        response.add_etag(weak=True)
        response.headers.setdefault("Cache-Control", "no-cache")
        response.make_conditional(request)
    kind = response.mimetype or ""
    if (
        (kind in _TEXTS or kind.startswith("text/"))
        and "Content-Encoding" not in response.headers
        and response.status_code not in (204, 304)
    ):
        varies = response.headers.get("Vary")
        response.headers["Vary"] = f"{varies}, Accept-Encoding" if varies else "Accept-Encoding"
        if "HTTP_ACCEPT_ENCODING" in request.environ and request.accept_encodings["gzip"] > 0:
            body = response.get_data()
            if len(body) >= LEAST_BYTES:
                # Without the time, so that the same answer is the same bytes.
                response.set_data(gzip.compress(body, _LEVEL, mtime=0))
                response.headers["Content-Encoding"] = "gzip"
    return response
