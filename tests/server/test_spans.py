"""Spans of requests, as a collector gets them."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from werkzeug.test import Client

from evaluator.engine import Engine
from server import spans
from server.app import create_app, create_root
from server.log.decisions import DecisionLog
from server.log.store import Store
from server.programmes import Programmes
from tests.server.test_decisions import STRONG

Json = Any
QUERY = {"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": {**STRONG, "partner": "Fabrikam"}}
TRACE, ABOVE = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector(http.server.ThreadingHTTPServer):
    """Takes spans by OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[bytes] = []

    def told(self) -> list[Any]:
        """Return all spans that came."""
        found = []
        for body in self.bodies:
            request = ExportTraceServiceRequest()
            request.ParseFromString(body)
            found += [span for each in request.resource_spans for scope in each.scope_spans for span in scope.spans]
        return found


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def attributes(span: Any) -> dict[str, Json]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_a_decision_has_spans_below_that_of_who_asks(collector: Collector, engine: Engine, tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log.sqlite"))
    app = create_app(engine, log=log, traces=True)
    app.test_client().post("/v1/decisions", json=QUERY, headers={"traceparent": f"00-{TRACE}-{ABOVE}-01"})
    app.test_client().get("/health/live")
    spans.close(app)
    log.close()

    told = {span.name: span for span in collector.told()}
    assert told.keys() == {"POST /v1/decisions", "decide", "write", "log"}
    whole = told["POST /v1/decisions"]
    assert (whole.trace_id.hex(), whole.parent_span_id.hex()) == (TRACE, ABOVE)
    assert attributes(whole) == {
        "http.request.method": "POST",
        "http.route": "/v1/decisions",
        "http.response.status_code": 200,
        "url.scheme": "http",
        "merit.policy.digest": engine.core.digest,
    }
    for name in ("decide", "write", "log"):
        assert (told[name].trace_id, told[name].parent_span_id) == (whole.trace_id, whole.span_id)
        assert whole.start_time_unix_nano <= told[name].start_time_unix_nano <= told[name].end_time_unix_nano
    assert not any(b"Fabrikam" in body for body in collector.bodies)


def test_a_trace_that_begins_here_is_in_the_log_too(collector: Collector, engine: Engine, tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log.sqlite"))
    app = create_app(engine, log=log, traces=True)
    app.test_client().post("/v1/decisions", json=QUERY)
    spans.close(app)
    log.close()

    [trace] = {span.trace_id.hex() for span in collector.told()}
    with closing(Store(str(tmp_path / "log.sqlite"))) as store:
        assert [one.contents.trace_id for one in store.entries() if one.contents is not None] == [trace]


def test_what_goes_wrong_is_told_of_its_span(collector: Collector, engine: Engine) -> None:
    app = create_app(engine, traces=True)
    client = app.test_client()
    client.post("/v1/decisions", json={**QUERY, "facts": {"facts": {"secret of Fabrikam": 1}}})
    client.get("/nothing/here")
    app.extensions["engine"] = None
    client.post("/v1/decisions", json=QUERY)
    spans.close(app)

    found = collector.told()
    told = {
        (span.name, attributes(span)["http.response.status_code"]): span.status.code
        for span in found
        if span.name != "decide"
    }
    assert len(found) == 4
    assert not any(span.events for span in found)
    assert not any(b"Fabrikam" in body for body in collector.bodies)
    assert told == {("POST /v1/decisions", 422): 0, ("request", 404): 0, ("POST /v1/decisions", 503): 2}


def test_spans_name_the_programme_and_are_sent_by_one_thread(collector: Collector, engine: Engine) -> None:
    apps = {name: create_app(engine, traces=True, programme=name) for name in ("one", "two")}
    service = Programmes(create_root(apps, traces=True), apps)
    client = Client(service)
    for path in ("/one/v1/rules", "/two/v1/rules", "/v1/status"):
        assert client.get(path).status_code == 200
    senders = [thread for thread in threading.enumerate() if "BatchSpan" in thread.name]
    for app in service.applications:
        spans.close(app)

    found = [(span.name, attributes(span).get("merit.programme")) for span in collector.told()]
    assert sorted(found, key=str) == [("GET /v1/rules", "one"), ("GET /v1/rules", "two"), ("GET /v1/status", None)]
    assert len(senders) == 1


def test_a_collector_that_is_away_costs_no_answer(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    app = create_app(engine, traces=True)

    assert app.test_client().post("/v1/decisions", json=QUERY).status_code == 200
    spans.close(app)


def test_without_being_asked_for_there_are_none(collector: Collector, engine: Engine) -> None:
    app = create_app(engine)
    answer = app.test_client().post("/v1/decisions", json=QUERY)
    spans.close(app)

    assert answer.status_code == 200
    assert collector.bodies == []
    assert json.loads(answer.get_data())["decisions"]
