"""The shipped policies, as the service reads them."""

from __future__ import annotations

from evaluator.engine import Engine
from server.policies import kept_cache, origin_of


def load_engine() -> Engine:
    """Return an engine over the policies, from what was kept of them where the environment names a folder for that."""
    return origin_of(["policies"]).read(kept_cache()).engine()
