"""Which policies are served, and the engine over them."""

from __future__ import annotations

import logging
import os

from dsl import cache
from dsl.cache import Cache
from dsl.load import load_checked
from evaluator.engine import Engine

POLICIES = "MERIT_POLICIES"
"""Environment variable with the paths of the policies, separated as in PATH."""


def policy_paths() -> list[str]:
    """Return the paths of the policies to serve."""
    return [path for path in os.environ.get(POLICIES, "policies").split(os.pathsep) if path]


def load_engine() -> Engine:
    """Return an engine over the policies to serve.

    Raises:
        PolicyErrors: the policies have errors.
        OSError: a path cannot be read.
    """
    where = cache.folder()
    kept = None if where is None else Cache(where, logging.getLogger(__name__).warning)
    loaded = load_checked(policy_paths(), kept)
    return Engine(loaded.document, loaded.core)
