"""How gunicorn runs the service."""

from __future__ import annotations

import gc
import os
import signal
from typing import Any

from evaluator import garbage
from server import ending, exchange, snapshot, spans

# The policies are loaded once, before the workers are made, which share them.
preload_app = True
worker_class = "server.front.Worker"
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
    """Make ready what the workers share, and look for newer policies from now on where that is asked for."""
    _settle(server)
    _tell_of_the_end(server)
    exchange.watch(snapshot.applications(server.app.wsgi()), lambda: os.kill(os.getpid(), signal.SIGHUP))


def _settle(server: Any) -> None:
    """Let the collector of garbage leave the policies alone, and the answers mostly: the workers share their memory."""
    for app in snapshot.applications(server.app.wsgi()):
        held = app.extensions[snapshot.KEY]
        if held is not None:
            held.engine.keys.look_up()
    garbage.settle()


def _tell_of_the_end(server: Any) -> None:
    """Let all workers know that the service ends before any of them is told to; gunicorn has no hook for it."""
    stop = server.stop

    def told(graceful: bool = True) -> None:
        ending.begin()
        stop(graceful)

    server.stop = told


def worker_exit(server: Any, worker: Any) -> None:
    """Write what of the log still waits in a worker that ends in order."""
    # Programmes of one service share both, and the second time nothing waits.
    for app in snapshot.applications(getattr(worker, "wsgi", None)):
        if app.extensions[snapshot.LOG] is not None:
            app.extensions[snapshot.LOG].close()
        spans.close(app)


def on_reload(server: Any) -> None:
    """Load the policies again (signal HUP); where they cannot be served, go on with those that are."""
    gc.unfreeze()
    exchange.reload_all(snapshot.applications(server.app.wsgi()), lambda line: server.log.error("%s", line))
    _settle(server)


def on_exit(server: Any) -> None:
    """Look for no newer policies while the service ends."""
    exchange.stop_watching()
