"""The service in this process: gunicorn around an application that is ready."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, NamedTuple

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from server import front, gunicorn_config, lines, snapshot
from server.programmes import Programmes

METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable with the folder in which workers count together, as prometheus_client has it."""


class _Service(BaseApplication):  # type: ignore[misc]
    """Gunicorn with ``server.gunicorn_config`` and some settings more."""

    def __init__(self, app: Flask | Programmes, settings: dict[str, Any]) -> None:
        self.flask_app = app
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Take over the settings; called again when the service reloads."""
        known = {name: value for name, value in vars(gunicorn_config).items() if name in self.cfg.settings}
        for name, value in {**known, **self.settings}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask | Programmes:
        """Return the application."""
        return self.flask_app


class Tls(NamedTuple):
    """Paths of what connections are secured by."""

    certificate: str
    key: str | None = None
    client_authorities: str | None = None


def run(
    app: Flask | Programmes,
    *,
    host: str,
    port: int,
    workers: int,
    drain: float,
    json_logs: bool = False,
    tls: Tls | None = None,
) -> None:
    """Serve an application until a signal ends it; HUP loads the policies again that ``server.exchange`` knows of.

    Args:
        app: the application, or those of several programmes.
        host: the address to listen at.
        port: the port.
        workers: how many processes answer.
        drain: for how many seconds after TERM it answers on, not ready any more.
        json_logs: whether its log is lines of JSON.
        tls: what connections are secured by; read by each worker, so that HUP takes new ones.
    """
    os.environ[front.DRAIN] = str(drain)
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    end = math.ceil(drain + snapshot.applications(app)[0].extensions[snapshot.LIMITS].seconds)
    own: dict[str, Any] = {"logconfig_dict": lines.CONFIGURATION} if json_logs else {}
    if tls is not None:
        # With a key in the certificate's file, gunicorn still asks for one.
        own |= {"certfile": tls.certificate, "keyfile": tls.key or tls.certificate, "ca_certs": tls.client_authorities}
    _Service(app, {"bind": bind, "workers": workers, "graceful_timeout": end, **own}).run()


@contextmanager
def measured() -> Iterator[None]:
    """Give the workers a folder to count in together; before the application is made, which looks for it."""
    if os.environ.get(METRICS):
        yield
        return
    folder, owner = mkdtemp(prefix="merit-metrics-"), os.getpid()
    os.environ[METRICS] = folder
    try:
        yield
    finally:
        if os.getpid() == owner:  # a worker that ends comes by here too
            del os.environ[METRICS]
            rmtree(folder, ignore_errors=True)
