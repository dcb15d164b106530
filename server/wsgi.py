"""For a server of one's own: ``gunicorn --config python:server.gunicorn_config server.wsgi:app``."""

from __future__ import annotations

import os

from server import exchange
from server.access import access_of_environment
from server.log.settings import from_environment
from server.policies import kept_cache
from server.programmes import read, serving
from server.snapshot import PUBLIC_URL
from server.spans import TRACES

_programmes = [read(sources, kept_cache()) for sources in exchange.sources_of_environment()]
app = serving(
    _programmes,
    log=from_environment(names=bool(_programmes[0].name)),
    access=access_of_environment(),
    public_url=os.environ.get(PUBLIC_URL),
    traces=os.environ.get(TRACES, "").lower() in ("1", "true", "yes", "on"),
)
"""What answers: the application that a server is given."""
