"""What clients do to the front of the service: slow ones, silent ones, broken ones; and how it ends under load."""

from __future__ import annotations

import http.client
import json
import logging
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from jsonschema import Draft202012Validator
from waitress.adjustments import Adjustments  # type: ignore[import-untyped]
from waitress.channel import ClientDisconnected  # type: ignore[import-untyped]
from waitress.utilities import BadRequest  # type: ignore[import-untyped]

import schemas
from server import front
from tests.server.running import WAIT_S, Service, running

HEAD = "POST /v1/decisions HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
QUERY = json.dumps({"decide": ["entitlement.go"], "as_of": "2023-01-01", "facts": {"facts": {"ready": True}}})


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("front")) as started:
        yield started


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of one worker with few connections, which waits for a request for a second."""
    before = "import server.front as front; front.RECEIVE_S = 1; front.MOST_CONNECTIONS = 24"
    with running(tmp_path_factory.mktemp("impatient"), "--workers", "1", before=before) as started:
        yield started


def connected(service: Service, stack: ExitStack, said: str = "") -> socket.socket:
    found = stack.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=WAIT_S))
    found.sendall(said.encode("latin-1"))
    return found


def all_of(connection: socket.socket) -> tuple[int, str, bytes]:
    """The status, the media type and the body of an answer, after which the connection is closed."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    body = answer.read()
    assert connection.recv(1) == b""
    return answer.status, answer.headers.get_content_type(), body


def test_clients_that_say_nothing_or_little_keep_nobody_waiting(service: Service) -> None:
    begun = [
        "",
        HEAD[:20],
        f"{HEAD}Content-Length: 1000\r\n\r\n{{",
        f"{HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n",
    ]
    with ExitStack() as stack:
        slow = [connected(service, stack, begun[number % len(begun)]) for number in range(120)]
        for _ in range(10):
            for connection in slow[1::4]:
                connection.sendall(b"a")
            assert service.ask("/health/live")[0] == 200
            assert service.ask("/v1/decisions", json.loads(QUERY))[0] == 200

        # One that was slow gets its answer all the same.
        slow[2].sendall(b" " * 999)
        assert slow[2].recv(12) == b"HTTP/1.1 400"


BROKEN = {
    "no request": ("GARBAGE\r\n\r\n", 400, "bad_request"),
    "a header without a name": (f"{HEAD}: there\r\n\r\n", 400, "bad_request"),
    "two lengths": (f"{HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}", 400, "bad_request"),
    "a length below nothing": (f"{HEAD}Content-Length: -1\r\n\r\n", 400, "bad_request"),
    "a length and chunks": (f"{HEAD}Content-Length: 2\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, "not_implemented"),
    "an unknown coding": (f"{HEAD}Transfer-Encoding: gzip\r\n\r\n", 501, "not_implemented"),
    "a long head": (f"{HEAD}X-Long: {'a' * 70_000}\r\n\r\n", 431, "headers_too_large"),
    "a body of many bytes": (f"{HEAD}Content-Length: {2**40}\r\n\r\n", 413, "too_large"),
    "an early end": (f"{HEAD}Content-Length: 9\r\n\r\n{{}}", 400, "bad_request"),
    "an early end of the head": (HEAD, 400, "bad_request"),
    "a chunk that ends early": (f"{HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\n{{}}\r\n0\r\n\r\n", 400, "bad_request"),
    **{
        f"a chunk of the size {size[:20]}": (f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{size}\r\n{{}}\r\n0\r\n\r\n", 400, "bad_request")
        for size in ("zz", "-5", "", "f" * 300)
    },
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_request_is_told_as_a_problem(service: Service, name: str) -> None:
    said, status, code = BROKEN[name]
    with ExitStack() as stack:
        connection = connected(service, stack, said)
        connection.shutdown(socket.SHUT_WR)
        found = all_of(connection)

    assert found[:2] == (status, "application/problem+json")
    problem = json.loads(found[2])
    Draft202012Validator(schemas.load("problem")).validate(problem)
    assert problem["code"] == code
    assert "Traceback" not in service.log.read_text()


def test_a_client_that_is_gone_before_it_is_told_what_was_wrong_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(_: object) -> None:
        raise ClientDisconnected

    monkeypatch.setattr(front._ErrorTask, "service", gone)
    channel = front._Channel.__new__(front._Channel)
    channel.connected, channel.requests_lock = True, threading.Lock()
    channel.server = SimpleNamespace(pull_trigger=lambda: None)
    request = channel.parser_class(Adjustments())
    request.error = BadRequest("no request")
    channel.requests = [request]

    channel.service()

    assert channel.close_when_flushed
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_request_that_comes_too_slowly_is_told_so(impatient: Service) -> None:
    with ExitStack() as stack:
        begun = [HEAD, f"{HEAD}Content-Length: 1000\r\n\r\n{{"]
        for connection in [connected(impatient, stack, said) for said in begun]:
            status, media_type, body = all_of(connection)
            assert (status, media_type) == (408, "application/problem+json")
            assert json.loads(body)["code"] == "request_timeout"


def test_more_silent_connections_than_there_is_room_for_give_way(impatient: Service) -> None:
    with ExitStack() as stack:
        silent = [connected(impatient, stack) for _ in range(60)]
        assert impatient.ask("/v1/decisions", json.loads(QUERY))[0] == 200
        assert silent[0].recv(1) == b""


class Asking(threading.Thread):
    """A client that asks until nobody listens any more, and what became of its requests."""

    def __init__(self, service: Service, *, keeps: bool) -> None:
        super().__init__()
        self.service, self.keeps = service, keeps
        self.answered = 0
        self.lost: list[str] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=WAIT_S)) as connection:
            self._ask(connection)

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        while not self.stopped.is_set():
            try:
                if connection.sock is None:
                    connection.connect()
            except ConnectionRefusedError:
                return
            try:
                connection.request("POST", "/v1/decisions", QUERY, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    self.lost.append(f"answered {answer.status}")
                self.answered += 1
            except (OSError, http.client.HTTPException) as error:
                self.lost.append(f"{type(error).__name__}: {error}")
                connection.close()
            if not self.keeps:
                connection.close()


@pytest.mark.parametrize("keeps", [False, True])
def test_it_ends_without_losing_a_request_and_says_first_that_it_is_not_ready(tmp_path: Path, keeps: bool) -> None:
    with running(tmp_path) as service:
        clients = [Asking(service, keeps=keeps) for _ in range(4)]
        for client in clients:
            client.start()
        time.sleep(0.3)
        service.process.send_signal(signal.SIGTERM)
        service.wait(lambda: service.ask("/health/ready")[0] == 503)
        assert service.ask("/health/ready")[2]["code"] == "not_ready"
        assert service.ask("/v1/decisions", json.loads(QUERY))[0] == 200
        for client in clients:  # as whoever shares requests out does who has seen that it is not ready
            client.stopped.set()
            client.join(WAIT_S)
        assert service.process.wait(WAIT_S) == 0

    assert [client.lost for client in clients] == [[]] * len(clients)
    assert all(client.answered for client in clients)


def test_policies_are_loaded_again_without_losing_a_request(service: Service) -> None:
    clients = [Asking(service, keeps=number % 2 == 0) for number in range(4)]
    for client in clients:
        client.start()
    policy = service.log.parent / "policies" / "small.policy"
    policy.write_text(
        policy.read_text() + 'entitlement also "Also" from 2020-01-01 { requires { ready "Ready": ready } }\n'
    )
    service.process.send_signal(signal.SIGHUP)
    service.wait(lambda: "entitlement.also" in service.rules())
    time.sleep(1.5)
    for client in clients:
        client.stopped.set()
        client.join(WAIT_S)

    assert [client.lost for client in clients] == [[]] * len(clients)
    assert all(client.answered for client in clients)
