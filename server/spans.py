"""Spans of requests for OpenTelemetry: of each request one, and in it of deciding and of logging (`merit serve --traces`).

Where they are sent, how many, and under which name is told by the variables that all who use OpenTelemetry know
(``OTEL_EXPORTER_OTLP_ENDPOINT``, ``OTEL_TRACES_SAMPLER``, ``OTEL_SERVICE_NAME``). The one module that knows its SDK (the extra `otel`),
which is imported where spans are asked for. No span has a fact, a partner's name or a token.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g, has_request_context, request

from server.snapshot import KEY, current_programme

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

TRACES = "MERIT_TRACES"
"""Environment variable that asks for spans."""
_NAME = "merit"
_SPANS = "spans"


class WrongSpans(ValueError):
    """Spans are asked for and cannot be had."""


class _Made:
    """What a process sends spans by: made with the first request, as its thread does not come along when it is forked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._provider: TracerProvider | None = None

    def tracer(self) -> Tracer:
        with self._lock:
            if self._provider is None or self._pid != os.getpid():
                self._pid, self._provider = os.getpid(), _provider()
            return self._provider.get_tracer(_NAME)

    def close(self) -> None:
        """Send what waits."""
        with self._lock:
            if self._provider is not None and self._pid == os.getpid():
                self._provider.shutdown()
            self._provider = None


def check() -> None:
    """Check that spans can be had.

    Raises:
        WrongSpans: what is needed for them is not installed.
    """
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        raise WrongSpans("--traces needs the extra `otel`: install merit[otel]")


def install(app: Flask) -> None:
    """Make a span of each request of an application, below that of who asks.

    Raises:
        WrongSpans: what is needed for them is not installed.
    """
    check()
    app.extensions[_SPANS] = _Made()
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_leave)


def share(app: Flask, others: Iterable[Flask]) -> None:
    """Let what sends the spans of an application send those of others too, where any are sent."""
    for other in others:
        if _SPANS in app.extensions:
            other.extensions[_SPANS] = app.extensions[_SPANS]


def close(app: Flask) -> None:
    """Send what waits to be sent."""
    made: _Made | None = app.extensions.get(_SPANS)
    if made is not None:
        made.close()


def part(name: str) -> AbstractContextManager[object]:
    """Return what makes a span of a part of a request; nothing where no spans are asked for."""
    if has_request_context() and "span" in g:
        return _part(name)
    return nullcontext()


def trace_id() -> str:
    """Return the trace that this request's span is of; empty where it has none."""
    return format(g.span.get_span_context().trace_id, "032x") if "span" in g else ""


@contextmanager
def _part(name: str) -> Iterator[object]:
    made: _Made = current_app.extensions[_SPANS]
    # Without what went wrong: a question that is refused is told with what it says of a partner.
    with made.tracer().start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
        yield span


def _provider() -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: _NAME}
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _begin() -> None:
    if request.blueprint == "health":  # asked every second, and of no trace
        return
    from opentelemetry import context, trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    made: _Made = current_app.extensions[_SPANS]
    above = TraceContextTextMapPropagator().extract(
        {name: request.headers[name] for name in ("traceparent", "tracestate") if name in request.headers}
    )
    route = request.url_rule.rule if request.url_rule is not None else ""
    span: Span = made.tracer().start_span(
        f"{request.method} {route}".strip() if route else "request",
        context=above,
        kind=trace.SpanKind.SERVER,
        attributes={"http.request.method": request.method[:20], "url.scheme": request.scheme, "http.route": route},
    )
    if current_programme():
        span.set_attribute("merit.programme", current_programme())
    g.span = span
    g.span_token = context.attach(trace.set_span_in_context(span, above))


def _end(response: Response) -> Response:
    if "span" in g:
        from opentelemetry.trace import StatusCode

        g.span.set_attribute("http.response.status_code", response.status_code)
        if response.status_code >= 500:
            g.span.set_status(StatusCode.ERROR)
        held = current_app.extensions[KEY]
        if held is not None:
            g.span.set_attribute("merit.policy.digest", held.engine.core.digest)
    return response


def _leave(_: BaseException | None) -> None:
    if "span" in g:
        from opentelemetry import context

        context.detach(g.span_token)
        g.span.end()
