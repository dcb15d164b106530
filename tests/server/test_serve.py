"""The service as it runs: ``merit serve`` with its own processes on a real port."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Json = Any
ROOT = Path(__file__).resolve().parents[2]
SMALL = 'facts { ready: flag "Ready" }\nentitlement go "Go" from 2020-01-01 { requires { ready "Ready": ready } }\n'
WAIT_S = 30

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Service:
    """A running service and what it prints."""

    def __init__(self, policies: Path, log: Path, folder: Path, *more: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = log
        command = [
            sys.executable,
            "-c",
            "from cli.main import main; main()",
            "serve",
            str(policies),
            "--port",
            str(self.port),
            *more,
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder)}
        with log.open("wb") as stream:
            self.process = subprocess.Popen(
                command, stdout=stream, stderr=subprocess.STDOUT, cwd=folder, env=environment
            )

    def ask(self, path: str, body: Json = None) -> tuple[int, str, Json]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"}
        )
        try:
            with opener.open(request, timeout=10) as response:
                return response.status, response.headers.get_content_type(), json.loads(response.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get_content_type(), json.loads(error.read())

    def wait(self, is_done: Callable[[], bool]) -> None:
        end = time.monotonic() + WAIT_S
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


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "small.policy").write_text(SMALL)
    running = Service(tmp_path / "policies", tmp_path / "log", tmp_path)
    try:
        running.wait(lambda: running.ask("/health/ready")[0] == 200)
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def test_it_prints_a_question_answers_it_loads_again_and_ends_in_order(service: Service) -> None:
    printed = service.log.read_text()
    line = next(line for line in printed.splitlines() if "curl" in line)
    words = shlex.split(line)
    question = json.loads(words[words.index("--data-binary") + 1])
    assert f"http://127.0.0.1:{service.port}/v1/decisions" in words

    status, media_type, answer = service.ask("/v1/decisions", question)
    assert (status, media_type) == (200, "application/json")
    assert [decision["rule"] for decision in answer["decisions"]] == ["entitlement.go"]
    status, media_type, problem = service.ask(
        "/v1/decisions", {"decide": ["entitlement.gone"], "as_of": "2023-01-01", "facts": {}}
    )
    assert (status, media_type) == (404, "application/problem+json")
    assert problem["errors"][0]["help"] == "did you mean `entitlement.go`?"

    policies = service.log.parent / "policies"
    (policies / "small.policy").write_text(SMALL.replace("entitlement go ", "entitlement stay "))
    service.process.send_signal(signal.SIGHUP)
    service.wait(lambda: service.rules() == ["entitlement.stay"])

    (policies / "small.policy").write_text("entitlement {")
    service.process.send_signal(signal.SIGHUP)
    service.wait(lambda: "the earlier ones are served on" in service.log.read_text())
    service.wait(lambda: service.rules() == ["entitlement.stay"])

    assert service.stop() == 0
    assert "Traceback" not in service.log.read_text()
    assert not (service.log.parent / ".gunicorn").exists()


def test_workers_count_together(service: Service) -> None:
    for number in range(12):
        query = {"decide": ["*"], "as_of": "2023-01-01", "facts": {"facts": {"ready": True} if number else {}}}
        assert service.ask("/v1/decisions", query)[0] == 200

    with opener.open(f"http://127.0.0.1:{service.port}/metrics", timeout=10) as response:
        told = response.read().decode()

    assert 'merit_decisions_total{kind="entitlement",outcome="eligible"} 11.0' in told
    assert 'merit_decisions_total{kind="entitlement",outcome="undetermined"} 1.0' in told
    assert 'merit_missing_total{missing="facts/ready"} 1.0' in told
    assert 'merit_requests_total{method="POST",route="/v1/decisions",status="200"} 12.0' in told


@pytest.mark.parametrize("size", ["zz", "-5", "9", "ffffffffffffffff", "f" * 300, "f" * 5000])
def test_a_body_in_broken_chunks_is_the_callers_fault(service: Service, size: str) -> None:
    head = "POST /v1/decisions HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n{size}\r\n{{}}\r\n0\r\n\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as stream:
            said = stream.read()

    assert said.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in said
    assert "Traceback" not in service.log.read_text()


def test_a_body_that_does_not_come_to_its_end_is_given_up(service: Service) -> None:
    """More of them than there are threads: others are answered all the same."""
    head = "POST /v1/decisions HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
    begun = [
        f"{head}Transfer-Encoding: chunked\r\n\r\n{'f' * 300}\r\n{{}}",
        f"{head}Transfer-Encoding: chunked\r\n\r\n{'f' * 300}",
        f"{head}Content-Length: 1000\r\n\r\n{{}}",
    ]
    waiting = [socket.create_connection(("127.0.0.1", service.port), timeout=WAIT_S) for _ in range(24)]
    for number, connection in enumerate(waiting):
        connection.sendall(begun[number % len(begun)].encode())

    service.wait(lambda: service.ask("/health/live")[0] == 200)

    for connection in waiting[: len(begun)]:
        assert connection.recv(12) == b"HTTP/1.1 400"
    for connection in waiting:
        connection.close()
    assert "Traceback" not in service.log.read_text()


def test_policies_with_errors_are_not_served(tmp_path: Path) -> None:
    (tmp_path / "wrong.policy").write_text('entitlement go "Go" from 2020-01-01 { requires { ready "Ready": redy } }\n')
    command = [sys.executable, "-c", "from cli.main import main; main()", "serve", str(tmp_path)]

    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=WAIT_S,
        check=False,
    )

    assert done.returncode == 3
    assert "I do not know" in done.stderr
    assert "not served" in done.stderr
    assert "curl" not in done.stdout
