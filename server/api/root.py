"""The root of a service of several programmes: which there are, how they are, and where each of them is asked."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from evaluator.engine import engine_name
from server import ending, snapshot
from server.api import parameters, problems, status, wire
from server.names import TAKEN
from server.snapshot import Snapshot, current_limits, current_programmes, limits_json

Json = Any

index = Blueprint("index", __name__)
health = Blueprint("health", __name__, url_prefix="/health")
of_all = Blueprint("status", __name__, url_prefix="/v1/status")


def install(app: Flask) -> None:
    """Make an application the root of the programmes that it knows of."""
    for blueprint in (index, health, of_all):
        app.register_blueprint(blueprint)
    app.register_error_handler(NotFound, _not_found)


@index.get("/")
def show_index() -> ResponseReturnValue:
    """Tell which programmes there are, and where each is described."""
    parameters.read()
    return wire.write_json({"programmes": [_line(name, app) for name, app in current_programmes().items()]})


@of_all.get("")
def show_status() -> ResponseReturnValue:
    """Tell of each programme which policies answer and since when, and of the service what all of them share."""
    parameters.read()
    return wire.write_json(
        {
            "programmes": [_state(name, app) for name, app in current_programmes().items()],
            "engine": engine_name(),
            "limits": limits_json(current_limits()),
            "log": status.kept(),
        }
    )


@health.get("/live")
def show_live() -> ResponseReturnValue:
    """Tell that the process answers."""
    return wire.write_json({"status": "live"})


@health.get("/ready")
def show_ready() -> ResponseReturnValue:
    """Tell that each programme can be asked; 503 until all are loaded, and from when the service is told to end."""
    if ending.has_begun():
        raise problems.ending()
    held = {name: _held(app) for name, app in current_programmes().items()}
    digests = [
        {"name": name, "policy": {"digest": one.engine.core.digest}} for name, one in held.items() if one is not None
    ]
    if len(digests) < len(held):
        raise problems.not_ready([name for name, one in held.items() if one is None])
    return wire.write_json({"status": "ready", "programmes": digests})


def _held(app: Flask) -> Snapshot | None:
    held: Snapshot | None = app.extensions[snapshot.KEY]
    return held


def _line(name: str, app: Flask) -> Json:
    held = _held(app)
    below = f"{request.script_root}/{name}"
    return {
        "name": name,
        "title": "" if held is None else held.engine.core.title,
        "status": f"{below}/v1/status",
        "description": f"{below}/openapi.json",
    }


def _state(name: str, app: Flask) -> Json:
    held = _held(app)
    told = {"name": name, "address": f"{request.script_root}/{name}"}
    if held is None:
        return told
    return {
        **told,
        **status.in_service(held, app.extensions[snapshot.SHADOW]),
        "since": status.since(held),
        "rules": status.rules(held),
    }


def _not_found(_: NotFound) -> ResponseReturnValue:
    programmes = current_programmes()
    # Whatever the method: who asks with a wrong one is told so there.
    is_of_each = any(app.url_map.bind("").allowed_methods(request.path) for app in programmes.values())
    first = request.path.split("/")[1]
    name = "" if first in TAKEN else first
    return problems.unknown_programme(request.path, list(programmes), name=name, is_of_each=is_of_each).response()
