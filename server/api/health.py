"""Whether the service lives, and whether it can answer."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from server import ending
from server.api import problems, wire
from server.snapshot import current_engine

bp = Blueprint("health", __name__, url_prefix="/health")


@bp.get("/live")
def show_live() -> ResponseReturnValue:
    """Tell that the process answers."""
    return wire.write_json({"status": "live"})


@bp.get("/ready")
def show_ready() -> ResponseReturnValue:
    """Tell that queries can be answered; 503 until policies are loaded, and from when the service is told to end."""
    if ending.has_begun():
        raise problems.ending()
    return wire.write_json({"status": "ready", "policy": {"digest": current_engine().core.digest}})
