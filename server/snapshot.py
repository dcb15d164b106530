"""What the service answers from: one engine and when it was put there, swapped whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app

from evaluator import limits
from evaluator.engine import Engine
from server.api import problems

if TYPE_CHECKING:
    from server.log.decisions import DecisionLog
    from server.policies import Provenance
    from server.shadow import Shadow

KEY = "engine"
LIMITS = "limits"
LOG = "log"
SHADOW = "shadow"
PROGRAMME = "programme"
"""Of an extension: the name of the programme where the service has several, empty where it has one."""
PROGRAMMES = "programmes"
"""Of an extension: the applications of all programmes by their names, where the application is the root that tells of them."""
PUBLIC_URL = "MERIT_PUBLIC_URL"
"""Name of the setting, and environment variable, with the address by which others reach the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may ask of the service; ``evaluator.limits`` bounds what one question may say."""

    body_bytes: int = 4 * 1024 * 1024
    """Largest body of a single query: ``MAX_ROWS`` rows of about 400 bytes fit."""
    batch_bytes: int = 16 * 1024 * 1024
    """Largest body of a batch."""
    batch_items: int = 1000
    batch_decisions: int = 20_000
    """Decisions of all items of a batch together: what a worker can decide and write before its time is over."""
    earlier_policies: int = 0
    """How many policies that were served before can still be asked for by their digest; each takes its memory."""
    seconds: float = 30
    """How long one request may be worked on, from when its body is there; half of what a worker may take."""


def limits_json(bounds: Limits) -> dict[str, Any]:
    """Return all that bounds a request, as `/v1/status` and `/openapi.json` tell it."""
    return {
        "as_of": {"from": limits.FIRST_DAY.isoformat(), "through": limits.LAST_DAY.isoformat()},
        "years_in_facts": {"from": limits.FIRST_YEAR, "through": limits.LAST_YEAR},
        "rows_of_a_list": limits.MAX_ROWS,
        "entries_of_the_register": limits.MAX_ENTRIES,
        "values_of_a_history": limits.MAX_HISTORY,
        "rules_of_a_query": limits.MAX_RULES,
        "query_bytes": bounds.body_bytes,
        "batch_bytes": bounds.batch_bytes,
        "batch_items": bounds.batch_items,
        "batch_decisions": bounds.batch_decisions,
        "seconds_of_a_request": bounds.seconds,
    }


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why policies that were to be put in service are not, and when that was found."""

    at: datetime
    why: str

    def as_json(self) -> dict[str, str]:
        """Return it as the status tells it."""
        return {"at": self.at.isoformat(timespec="seconds"), "why": self.why}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An engine and the moment from which it answers."""

    engine: Engine
    since: datetime
    earlier: tuple[Engine, ...] = ()
    """Those that answered before it, the last one first: they answer who asks for their policies by the digest."""
    provenance: Provenance | None = None
    """Where its policies come from; None where the engine was given by a program."""
    refused: Refusal | None = None
    """Why those that were looked at last are not in service; None where they are."""

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of all policies at hand, of those in service first."""
        return tuple(dict.fromkeys(engine.core.digest for engine in (self.engine, *self.earlier)))

    def named(self, digest: object) -> Engine:
        """Return the engine of the policies with a digest; that in service where there are none."""
        found = (engine for engine in (self.engine, *self.earlier) if engine.core.digest == digest)
        return next(found, self.engine)


def applications(served: object) -> tuple[Flask, ...]:
    """Return the applications of what a server is given: one; or the root first and those of programmes; or none of ours."""
    several: tuple[Flask, ...] | None = getattr(served, "applications", None)
    if several is not None:
        return several
    return (cast("Flask", served),) if hasattr(served, "extensions") else ()


def install(app: Flask, engine: Engine, provenance: Provenance | None = None) -> None:
    """Answer from this engine from now on; requests under way keep the one they began with."""
    before: Snapshot | None = app.extensions.get(KEY)
    earlier: tuple[Engine, ...] = ()
    since = datetime.now(UTC)
    if before is not None:
        others = (one for one in (before.engine, *before.earlier) if one.core.digest != engine.core.digest)
        earlier = tuple(others)[: app.extensions[LIMITS].earlier_policies]
        if before.engine.core.digest == engine.core.digest:
            since = before.since  # the same policies, loaded again
    app.extensions[KEY] = Snapshot(engine, since, earlier, provenance)


def refuse(app: Flask, why: str) -> None:
    """Answer on from the engine in service, and tell why another one is not."""
    app.extensions[KEY] = replace(app.extensions[KEY], refused=Refusal(datetime.now(UTC), why))


def snapshot_or_none() -> Snapshot | None:
    """Return what this request is answered from, None where no policies are loaded yet."""
    found: Snapshot | None = current_app.extensions[KEY]
    return found


def current_snapshot() -> Snapshot:
    """Return what this request is answered from.

    Raises:
        Problem: no policies are loaded yet.
    """
    found = snapshot_or_none()
    if found is None:
        raise problems.not_ready()
    return found


def current_engine() -> Engine:
    """Return the engine that answers this request.

    Raises:
        Problem: no policies are loaded yet.
    """
    return current_snapshot().engine


def current_limits() -> Limits:
    """Return the limits of this service."""
    limits: Limits = current_app.extensions[LIMITS]
    return limits


def current_log() -> DecisionLog | None:
    """Return the log of this service's decisions, None where it keeps none."""
    log: DecisionLog | None = current_app.extensions[LOG]
    return log


def current_programmes() -> Mapping[str, Flask]:
    """Return the applications of all programmes by their names; of the root alone."""
    programmes: Mapping[str, Flask] = current_app.extensions[PROGRAMMES]
    return programmes


def current_programme() -> str:
    """Return the name of the programme that answers this request; empty where the service has one without a name."""
    programme: str = current_app.extensions[PROGRAMME]
    return programme


def current_shadow() -> Shadow | None:
    """Return what decides beside the engine of this service, None where nothing does."""
    shadow: Shadow | None = current_app.extensions[SHADOW]
    return shadow
