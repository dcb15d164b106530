"""What answers: the policies, the engine, since when."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint
from flask.typing import ResponseReturnValue

from evaluator.engine import engine_name
from server.api import parameters, wire
from server.snapshot import current_limits, current_log, current_shadow, current_snapshot, limits_json

bp = Blueprint("status", __name__, url_prefix="/v1/status")


@bp.get("")
def show_status() -> ResponseReturnValue:
    """Tell which policies answer, how many rules of which kind they have, and since when they are served."""
    snapshot = current_snapshot()
    parameters.read()
    core = snapshot.engine.core
    log = current_log()
    shadow = current_shadow()
    kinds = Counter(rule.kind for rule in core.rules.values())
    return wire.write_json(
        {
            "policy": {
                "digest": core.digest,
                "version": core.version,
                "package": core.package,
                "title": core.title,
            },
            **({"source": snapshot.provenance.as_json()} if snapshot.provenance is not None else {}),
            **({"refused": snapshot.refused.as_json()} if snapshot.refused is not None else {}),
            **({"shadow": shadow.as_json()} if shadow is not None else {}),
            "earlier": list(snapshot.digests[1:]),
            "engine": engine_name(),
            "since": snapshot.since.isoformat(timespec="seconds"),
            "rules": {"total": len(core.rules), "kinds": dict(sorted(kinds.items()))},
            "vocabulary": {
                "facts": len(core.facts),
                "records": len(core.records),
                "measures": sum(named.supplied for named in core.named.values()),
            },
            "limits": limits_json(current_limits()),
            "log": log.as_json() if log is not None else {"mode": "none", "lost": 0},
        }
    )
