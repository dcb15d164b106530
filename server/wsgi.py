"""For a server of one's own: ``gunicorn --config python:server.gunicorn_config server.wsgi:app``."""

from __future__ import annotations

import os

from server import exchange
from server.access import access_of_environment
from server.app import create_app
from server.log.settings import from_environment
from server.policies import kept_cache
from server.snapshot import PUBLIC_URL
from server.spans import TRACES

_sources = exchange.sources_of_environment()
_seen = _sources.fingerprint()
_release = _sources.read(kept_cache())
app = create_app(
    _release.engine(),
    log=from_environment(),
    access=access_of_environment(),
    provenance=_release.provenance,
    shadow=_sources.read_shadow(kept_cache()),
    public_url=os.environ.get(PUBLIC_URL),
    traces=os.environ.get(TRACES, "").lower() in ("1", "true", "yes", "on"),
)
"""What answers: the application that a server is given."""
exchange.install(app, _sources, _seen)
