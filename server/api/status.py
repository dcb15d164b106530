"""What answers: the policies, the engine, since when."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from evaluator.engine import engine_name
from server.api import parameters, wire
from server.snapshot import Snapshot, current_limits, current_log, current_shadow, current_snapshot, limits_json

if TYPE_CHECKING:
    from server.shadow import Shadow

Json = Any

bp = Blueprint("status", __name__, url_prefix="/v1/status")


@bp.get("")
def show_status() -> ResponseReturnValue:
    """Tell which policies answer, how many rules of which kind they have, and since when they are served."""
    snapshot = current_snapshot()
    parameters.read()
    core = snapshot.engine.core
    return wire.write_json(
        {
            **in_service(snapshot, current_shadow()),
            "earlier": list(snapshot.digests[1:]),
            "engine": engine_name(),
            "since": since(snapshot),
            "rules": rules(snapshot),
            "vocabulary": {
                "facts": len(core.facts),
                "records": len(core.records),
                "measures": sum(named.supplied for named in core.named.values()),
            },
            "limits": limits_json(current_limits()),
            "log": kept(),
        }
    )


def in_service(snapshot: Snapshot, shadow: Shadow | None) -> Json:
    """Return which policies are in service, where they come from, and what is the matter with newer ones."""
    core = snapshot.engine.core
    return {
        "policy": {
            "digest": core.digest,
            "version": core.version,
            "package": core.package,
            "title": core.title,
        },
        **({"source": snapshot.provenance.as_json()} if snapshot.provenance is not None else {}),
        **({"refused": snapshot.refused.as_json()} if snapshot.refused is not None else {}),
        **({"shadow": shadow.as_json()} if shadow is not None else {}),
    }


def since(snapshot: Snapshot) -> str:
    """Return since when they are."""
    return snapshot.since.isoformat(timespec="seconds")


def rules(snapshot: Snapshot) -> Json:
    """Return how many rules they have, and of which kinds."""
    known = snapshot.engine.core.rules
    kinds = Counter(rule.kind for rule in known.values())
    return {"total": len(known), "kinds": dict(sorted(kinds.items()))}


def kept() -> Json:
    """Return the state of the log of this service."""
    log = current_log()
    return log.as_json() if log is not None else {"mode": "none", "lost": 0}
