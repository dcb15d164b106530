"""For a server of one's own: ``gunicorn --config python:server.gunicorn_config server.wsgi:app``."""

from __future__ import annotations

from server.app import create_app
from server.log.settings import from_environment
from server.policies import load_engine
from server.tokens import tokens_of_environment

app = create_app(load_engine(), log=from_environment(), known=tokens_of_environment())
