"""``merit serve`` with its own processes on a real port."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

Json = Any
ROOT = Path(__file__).resolve().parents[2]
SMALL = 'facts { ready: flag "Ready" }\nentitlement go "Go" from 2020-01-01 { requires { ready "Ready": ready } }\n'
WAIT_S = 30


def _opener(*handlers: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)


opener = _opener()


class Service:
    """A running service and what it prints."""

    def __init__(
        self,
        policies: Path,
        log: Path,
        folder: Path,
        *more: str,
        before: str = "",
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Start it; ``before``: what its process does first; ``context``: by what it is asked over TLS."""
        command = [
            "-c",
            f"{before}\nfrom cli.main import main\nmain()",
            "serve",
            str(policies),
            "--port",
            "{port}",
            *more,
        ]
        self._start(command, log, folder, context)

    @classmethod
    def of_program(cls, program: str, log: Path, folder: Path, *more: str) -> Self:
        """Start a program in Python instead, which is told its port as its first word."""
        found = cls.__new__(cls)
        found._start(["-c", program, "{port}", *more], log, folder, None)
        return found

    def _start(self, words: list[str], log: Path, folder: Path, context: ssl.SSLContext | None) -> None:
        self.scheme = "http" if context is None else "https"
        self.opener = opener if context is None else _opener(urllib.request.HTTPSHandler(context=context))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = log
        command = [sys.executable, *(str(self.port) if word == "{port}" else word for word in words)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder)}
        with log.open("wb") as stream:
            self.process = subprocess.Popen(
                command, stdout=stream, stderr=subprocess.STDOUT, cwd=folder, env=environment
            )

    def ask(self, path: str, body: Json = None) -> tuple[int, str, Json]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.scheme}://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"}
        )
        try:
            with self.opener.open(request, timeout=10) as response:
                return response.status, response.headers.get_content_type(), json.loads(response.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get_content_type(), json.loads(error.read())

    def wait(self, is_done: Callable[[], bool], seconds: float = WAIT_S) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if is_done():
                    return
            except (OSError, ValueError):
                pass  # not listening yet, or a connection of a worker that ends
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def rules(self) -> list[str]:
        return [rule["id"] for rule in self.ask("/v1/rules")[2]["rules"]]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(WAIT_S)
        finally:
            self.process.kill()
            self.process.wait()


@contextmanager
def running(folder: Path, *more: str, before: str = "", context: ssl.SSLContext | None = None) -> Iterator[Service]:
    """Serve a small policy until the block ends."""
    (folder / "policies").mkdir()
    (folder / "policies" / "small.policy").write_text(SMALL)
    service = Service(folder / "policies", folder / "log", folder, *more, before=before, context=context)
    try:
        service.wait(lambda: service.ask("/health/ready")[0] == 200)
        yield service
    finally:
        service.process.kill()
        service.process.wait()
