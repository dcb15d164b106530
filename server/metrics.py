"""What is measured of the service, for Prometheus: requests, decisions and what they miss, the log, the policies.

Each worker counts for itself into files that all of them read (``PROMETHEUS_MULTIPROC_DIR``, which ``server.run`` makes);
without that folder, a process counts in memory. A service of several programmes has the label ``programme`` on all of it, and
each programme tells its own without, as if it were alone. The one module that knows ``prometheus_client``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from evaluator.decision import Decision
from server.api import parameters
from server.snapshot import KEY, LOG, PROGRAMME, Snapshot, current_programme

if TYPE_CHECKING:
    from server.log.decisions import DecisionLog

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
UNDETERMINED = "undetermined"
LABEL = "programme"
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
BESIDE = "metrics"
"""Of an extension: the applications that are told of together, where that is not the application alone."""

bp = Blueprint("metrics", __name__, url_prefix="/metrics")


class _Counted:
    """What is counted, with labels that stand before those that each has."""

    def __init__(self, *own: str) -> None:
        """Make it, in a registry of its own."""
        told = self.registry = CollectorRegistry()
        self.requests = Counter(
            "merit_requests", "Requests, by route and status.", (*own, "method", "route", "status"), registry=told
        )
        self.request_seconds = Histogram(
            "merit_request_seconds",
            "How long requests took, with their log.",
            (*own, "route"),
            buckets=SECONDS,
            registry=told,
        )
        self.decisions = Counter(
            "merit_decisions", "Decisions, by kind of rule and outcome.", (*own, "kind", "outcome"), registry=told
        )
        self.missing = Counter(
            "merit_missing",
            "Undetermined decisions, by the fact or list that is missing.",
            (*own, "missing"),
            registry=told,
        )
        self.shadow = Counter(
            "merit_shadow_decisions",
            "Decisions of the policies in the shadow, by how they came out.",
            (*own, "result"),
            registry=told,
        )
        self.log_seconds = Histogram(
            "merit_log_seconds",
            "How long answers waited for the decision log.",
            own,
            buckets=SECONDS,
            registry=told,
        )


@cache
def _counted(are_several: bool) -> _Counted:
    # Not made where it is not asked for: what has no label of its own tells its zero as soon as it is there.
    return _Counted(LABEL) if are_several else _Counted()


def _here() -> tuple[_Counted, tuple[str, ...]]:
    """Return what this request is counted in, and its label; that of the root of several programmes is empty."""
    are_several = _is_of_several(current_app)
    return _counted(are_several), (current_programme(),) if are_several else ()


def _is_of_several(app: Flask) -> bool:
    return bool(app.extensions[PROGRAMME]) or BESIDE in app.extensions


def install(app: Flask, beside: Sequence[Flask] = ()) -> None:
    """Measure the requests of an application, and tell of them at ``/metrics``.

    Args:
        app: the application.
        beside: applications of programmes that it tells of too; none where it tells of itself alone.
    """
    if beside:
        app.extensions[BESIDE] = tuple(beside)
    _counted(_is_of_several(app))  # here, before threads could make two of it
    app.register_blueprint(bp)
    app.before_request(_begin)
    app.after_request(_end)


def count(decisions: Iterable[Decision]) -> None:
    """Count decisions that are answered."""
    counted, own = _here()
    for decision in decisions:
        counted.decisions.labels(*own, decision.kind, _outcome(decision)).inc()
        if decision.missing:
            for name in {_name(one.gap.pointer) for one in decision.missing}:
                counted.missing.labels(*own, name).inc()


def count_shadow(programme: str, result: str, times: int) -> None:
    """Count how decisions of the policies in the shadow came out; ``programme`` as in ``server.app``."""
    own = (programme,) if programme else ()
    _counted(bool(programme)).shadow.labels(*own, result).inc(times)


def observe_log(seconds: float) -> None:
    """Count how long an answer waited for the log."""
    counted, own = _here()
    (counted.log_seconds.labels(*own) if own else counted.log_seconds).observe(seconds)


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
    counted, own = _here()
    counted.requests.labels(*own, method, route, response.status_code).inc()
    if "began" in g:
        counted.request_seconds.labels(*own, route).observe(time.monotonic() - g.began)
    return response


class _State(Collector):
    """What is so now: the policies in service, and what of the log was lost, which all workers know alike."""

    def __init__(self, apps: Sequence[Flask], log: DecisionLog | None, is_labelled: bool) -> None:
        self.apps = apps
        self.log = log
        self.own = (LABEL,) if is_labelled else ()

    def collect(self) -> Iterator[Metric]:
        """Yield it."""
        served = GaugeMetricFamily(
            "merit_policy_info", "The policies in service.", labels=(*self.own, "digest", "version")
        )
        since = GaugeMetricFamily("merit_policy_since_seconds", "When they were put in service.", labels=self.own)
        refused = GaugeMetricFamily("merit_policy_refused", "Whether newer ones were refused.", labels=self.own)
        for app in self.apps:
            snapshot: Snapshot | None = app.extensions[KEY]
            if snapshot is None:
                continue
            core = snapshot.engine.core
            own = (app.extensions[PROGRAMME],) if self.own else ()
            served.add_metric((*own, core.digest, core.version), 1)
            since.add_metric(own, snapshot.since.timestamp())
            refused.add_metric(own, float(snapshot.refused is not None))
        if served.samples:
            yield from (served, since, refused)
        if self.log is not None:
            yield CounterMetricFamily("merit_log_lost", "Decisions answered and not logged.", value=self.log.lost)


class _OfProgramme(Collector):
    """What one programme counted, without its label: as it would tell it alone."""

    def __init__(self, whole: CollectorRegistry, programme: str) -> None:
        self.whole = whole
        self.programme = programme

    def collect(self) -> Iterator[Metric]:
        """Yield it."""
        for family in self.whole.collect():
            own = Metric(family.name, family.documentation, family.type, family.unit)
            own.samples = [
                one._replace(labels={name: value for name, value in one.labels.items() if name != LABEL})
                for one in family.samples
                if one.labels.get(LABEL) == self.programme
            ]
            yield own


@bp.get("")
def show_metrics() -> ResponseReturnValue:
    """Tell what was measured, of all workers together."""
    parameters.read()
    programme = current_programme()
    beside: tuple[Flask, ...] = current_app.extensions.get(BESIDE, ())
    told = CollectorRegistry()
    told.register(_State(beside or (current_app,), current_app.extensions[LOG], bool(beside)))
    counted = _here()[0].registry
    if os.environ.get(FOLDER):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    if programme:
        own = CollectorRegistry()
        own.register(_OfProgramme(counted, programme))
        counted = own
    return Response(generate_latest(told) + generate_latest(counted), content_type=CONTENT_TYPE_LATEST)
