"""The application around an engine."""

from __future__ import annotations

from flask import Flask

from evaluator.engine import Engine
from server import snapshot
from server.api import decisions, health, improvements, openapi, problems, rules, status, timeline
from server.snapshot import Limits


def create_app(engine: Engine | None, *, limits: Limits | None = None) -> Flask:
    """Return the service over an engine.

    Args:
        engine: what decides; with None the service says that it is not ready until ``snapshot.install`` gives it one.
        limits: what one request may ask; the usual ones where None.
    """
    app = Flask("merit", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.extensions[snapshot.LIMITS] = limits or Limits()
    app.extensions[snapshot.KEY] = None
    if engine is not None:
        snapshot.install(app, engine)
    problems.install(app)
    for blueprint in (decisions.bp, timeline.bp, improvements.bp, rules.bp, status.bp, health.bp, openapi.bp):
        app.register_blueprint(blueprint)
    return app
