"""The application around an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from flask import Flask

from evaluator.engine import Engine
from server import lines, snapshot, spans, transfer
from server.access import Access
from server.api import (
    authzen,
    decisions,
    health,
    improvements,
    logged,
    openapi,
    problems,
    reports,
    root,
    rules,
    status,
    tagged,
    timeline,
)
from server.snapshot import Limits

if TYPE_CHECKING:
    from server.log.decisions import DecisionLog
    from server.policies import Provenance
    from server.shadow import Shadow


def create_app(
    engine: Engine | None,
    *,
    limits: Limits | None = None,
    log: DecisionLog | None = None,
    access: Access | None = None,
    provenance: Provenance | None = None,
    shadow: Shadow | None = None,
    public_url: str | None = None,
    traces: bool = False,
    programme: str = "",
) -> Flask:
    """Return the service over an engine.

    Args:
        engine: what decides; with None the service says that it is not ready until ``snapshot.install`` gives it one.
        limits: what one request may ask; the usual ones where None.
        log: where decisions are logged; None keeps none.
        access: who may ask, from where and how often; None lets everybody.
        provenance: where the engine's policies come from.
        shadow: what decides beside the engine, and answers nobody.
        public_url: the address by which others reach the service; where None, the one that a request was sent to.
        traces: whether spans of requests are sent, as the variables of OpenTelemetry say.
        programme: its name where it is one of several in one service (``server.programmes``), which is told wherever all of
            them are told of together; empty where it is alone.
    """
    app = _bare(limits, log, access, traces)
    app.extensions[snapshot.SHADOW] = shadow
    app.extensions[snapshot.PROGRAMME] = programme
    app.config[snapshot.PUBLIC_URL] = public_url
    if engine is not None:
        snapshot.install(app, engine, provenance)
    parts = (decisions, tagged, logged, timeline, improvements, reports, rules, status, health, openapi)
    for blueprint in (*(part.bp for part in parts), authzen.bp, authzen.configuration):
        app.register_blueprint(blueprint)
    _measure(app)
    return app


def create_root(
    programmes: Mapping[str, Flask],
    *,
    limits: Limits | None = None,
    log: DecisionLog | None = None,
    access: Access | None = None,
    traces: bool = False,
) -> Flask:
    """Return what stands at the root of a service of several programmes: it tells which there are, and of all of them.

    Args:
        programmes: the application of each by its name.
        limits: as in ``create_app``.
        log: as in ``create_app``; the one into which all of them log.
        access: as in ``create_app``.
        traces: as in ``create_app``.
    """
    app = _bare(limits, log, access, traces)
    app.extensions[snapshot.PROGRAMMES] = dict(programmes)
    root.install(app)
    _measure(app, tuple(programmes.values()))
    if traces:
        spans.share(app, programmes.values())
    return app


def _bare(limits: Limits | None, log: DecisionLog | None, access: Access | None, traces: bool) -> Flask:
    """Return an application without routes."""
    app = Flask("merit", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.extensions[snapshot.LIMITS] = limits or Limits()
    app.extensions[snapshot.LOG] = log
    app.extensions[snapshot.KEY] = None
    app.extensions[snapshot.SHADOW] = None
    app.extensions[snapshot.PROGRAMME] = ""
    problems.install(app)
    if traces:
        spans.install(app)
    lines.install(app)
    transfer.install(app)
    if access is not None:
        access.install(app)
    return app


def _measure(app: Flask, beside: Sequence[Flask] = ()) -> None:
    if find_spec("prometheus_client") is not None:
        from server import metrics

        metrics.install(app, beside)
