"""What the service answers from: one engine and when it was put there, swapped whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, current_app

from evaluator.engine import Engine
from server.api import problems

KEY = "engine"
LIMITS = "limits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may ask of the service."""

    body_bytes: int = 1024 * 1024
    """Largest body of a single query."""
    batch_bytes: int = 16 * 1024 * 1024
    """Largest body of a batch."""
    batch_items: int = 1000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An engine and the moment from which it answers."""

    engine: Engine
    since: datetime


def install(app: Flask, engine: Engine) -> None:
    """Answer from this engine from now on; requests under way keep the one they began with."""
    app.extensions[KEY] = Snapshot(engine, datetime.now(UTC))


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
