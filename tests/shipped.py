"""Policies that many tests ask: the shipped ones, and others that nobody changes, read once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dsl.load import Loaded, load_checked
from evaluator.engine import Engine
from server.policies import kept_cache, origin_of

ROOT = Path(__file__).resolve().parents[1]
POLICIES = ROOT / "policies"


def load_engine() -> Engine:
    """Return an engine over the policies, from what was kept of them where the environment names a folder for that."""
    return origin_of(["policies"]).read(kept_cache()).engine()


def read_once(path: Path = POLICIES) -> Loaded:
    """Return what the policies at a path hold, without errors: read once, and kept for the other processes."""
    return _read(path)


@cache
def _read(path: Path) -> Loaded:
    return load_checked([path], kept_cache())


def engine_of(path: Path = POLICIES) -> Engine:
    """Return an engine of one's own over them: it remembers nothing of what other tests asked."""
    loaded = read_once(path)
    return Engine(loaded.document, loaded.core)
