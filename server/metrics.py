"""What is measured of the service, for Prometheus: requests, decisions and what they miss, the log, the policies.

Each worker counts for itself into files that all of them read (``PROMETHEUS_MULTIPROC_DIR``, which ``server.run`` makes);
without that folder, a process counts in memory. The one module that knows ``prometheus_client``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator

from flask import Blueprint, Flask, Response, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from evaluator.decision import Decision
from server.api import parameters
from server.snapshot import current_log, snapshot_or_none

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
UNDETERMINED = "undetermined"
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)

_own = CollectorRegistry()
REQUESTS = Counter("merit_requests", "Requests, by route and status.", ("method", "route", "status"), registry=_own)
REQUEST_SECONDS = Histogram(
    "merit_request_seconds", "How long requests took, with their log.", ("route",), buckets=SECONDS, registry=_own
)
DECISIONS = Counter("merit_decisions", "Decisions, by kind of rule and outcome.", ("kind", "outcome"), registry=_own)
MISSING = Counter(
    "merit_missing", "Undetermined decisions, by the fact or list that is missing.", ("missing",), registry=_own
)
SHADOW = Counter(
    "merit_shadow_decisions",
    "Decisions of the policies in the shadow, by how they came out.",
    ("result",),
    registry=_own,
)
LOG_SECONDS = Histogram(
    "merit_log_seconds", "How long answers waited for the decision log.", buckets=SECONDS, registry=_own
)

bp = Blueprint("metrics", __name__, url_prefix="/metrics")


def install(app: Flask) -> None:
    """Measure the requests of an application, and tell of them at ``/metrics``."""
    app.register_blueprint(bp)
    app.before_request(_begin)
    app.after_request(_end)


def count(decisions: Iterable[Decision]) -> None:
    """Count decisions that are answered."""
    for decision in decisions:
        DECISIONS.labels(decision.kind, _outcome(decision)).inc()
        if decision.missing:
            for name in {_name(one.gap.pointer) for one in decision.missing}:
                MISSING.labels(name).inc()


def _outcome(decision: Decision) -> str:
    """Return the eligibility, or whether there is an amount or a stage: never a figure, of which there is no end."""
    if decision.eligibility is not None:
        return decision.eligibility
    return UNDETERMINED if UNDETERMINED in decision.outcome else "decided"


def _name(pointer: str) -> str:
    """Return the fact or list that a pointer leads to: names of the vocabulary alone; what the policies lack is a figure."""
    parts = pointer.removeprefix("/projected").split("/")
    return "/".join(parts[1:3]) if len(parts) > 2 and not parts[0] else "figure"


def _begin() -> None:
    g.began = time.monotonic()


def _end(response: Response) -> Response:
    # The rule, not the path: of paths there is no end.
    route = request.url_rule.rule if request.url_rule is not None else "unknown"
    method = request.method if request.url_rule is not None else "unknown"
    REQUESTS.labels(method, route, response.status_code).inc()
    if "began" in g:
        REQUEST_SECONDS.labels(route).observe(time.monotonic() - g.began)
    return response


class _State(Collector):
    """What is so now: the policies in service, and what of the log was lost, which all workers know alike."""

    def collect(self) -> Iterator[Metric]:
        """Yield it."""
        snapshot = snapshot_or_none()
        if snapshot is not None:
            core = snapshot.engine.core
            served = GaugeMetricFamily("merit_policy_info", "The policies in service.", labels=("digest", "version"))
            served.add_metric((core.digest, core.version), 1)
            yield served
            since = snapshot.since.timestamp()
            yield GaugeMetricFamily("merit_policy_since_seconds", "When they were put in service.", value=since)
            refused = float(snapshot.refused is not None)
            yield GaugeMetricFamily("merit_policy_refused", "Whether newer ones were refused.", value=refused)
        log = current_log()
        if log is not None:
            yield CounterMetricFamily("merit_log_lost", "Decisions answered and not logged.", value=log.lost)


@bp.get("")
def show_metrics() -> ResponseReturnValue:
    """Tell what was measured, of all workers together."""
    parameters.read()
    registry = CollectorRegistry()
    registry.register(_State())
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    return Response(generate_latest(registry) + generate_latest(_own), content_type=CONTENT_TYPE_LATEST)
