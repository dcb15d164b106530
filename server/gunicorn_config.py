"""How gunicorn runs the service."""

from __future__ import annotations

import gc
from typing import Any

from dsl.diagnostics import PolicyErrors
from dsl.render import as_text
from server import snapshot
from server.policies import load_engine

# The policies are loaded once, before the workers are made, which share them.
preload_app = True
worker_class = "gthread"
workers = 2
# A health check is answered while a batch is decided.
threads = 4
timeout = 60
graceful_timeout = 30
accesslog = None
errorlog = "-"
# No socket for remote control in the home folder.
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Let the collector of garbage leave the policies alone: they stay, and the workers share their memory."""
    held = server.app.wsgi().extensions[snapshot.KEY]
    if held is not None:
        held.engine.keys.look_up()
    gc.collect()
    gc.freeze()


def worker_exit(server: Any, worker: Any) -> None:
    """Write what of the log still waits in a worker that ends in order."""
    log = worker.wsgi.extensions[snapshot.LOG] if hasattr(worker, "wsgi") else None
    if log is not None:
        log.close()


def on_reload(server: Any) -> None:
    """Load the policies again (signal HUP); where they have errors, go on with those that are served."""
    gc.unfreeze()
    try:
        snapshot.install(server.app.wsgi(), load_engine())
    except PolicyErrors as error:
        for diagnostic in error.diagnostics:
            server.log.error("%s", as_text(diagnostic))
        server.log.error("the policies have errors; the earlier ones are served on")
    except OSError as error:
        server.log.error("the policies cannot be read (%s); the earlier ones are served on", error)
    when_ready(server)
