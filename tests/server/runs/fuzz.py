"""Requests that nobody would send, to a real service: heads, chunks and bodies that are cut, doubled, stretched and exchanged.

``make fuzz`` sends 200,000, and lets schemathesis ask by the description besides. Each is answered within the deadline, by no 500, by
problem+json where it is refused, as the schemas say; or its connection is closed where it is no HTTP at all. Afterwards the service
answers as before, and its workers have not grown by more than what is stated.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

import schemas
from tests.server.running import Service
from tests.shipped import POLICIES, ROOT

Json = Any
DEADLINE_S = 5.0
"""Of the service that is fuzzed."""
SLACK_S = 10.0
"""What a machine that does much else may take beyond it."""
STARTS_S = 300
"""What the service may take to start where nothing of its policies is kept."""
GROWTH_MB = 200
"""By how much the memory of one worker may grow, from after the first thousand requests to the end."""
QUERIES = [path.read_bytes() for path in sorted((ROOT / "examples" / "queries").glob("*.json"))]
PATHS = (
    *(
        "/v1/decisions",
        "/v1/decisions/batch",
        "/v2/decisions",
        "/v2/decisions/batch",
        "/v1/timeline",
        "/v1/improvements",
    ),
    *("/v1/report", "/access/v1/evaluation", "/access/v1/evaluations", "/access/v1/search/resource"),
    *(
        "/access/v1/search/action",
        "/v1/rules",
        "/v1/rules/fee.annual_fee",
        "/v1/rules/fee.annual_fee/schema",
        "/v1/status",
    ),
    *("/v1/decisions/" + "0" * 32, "/problems/internal", "/openapi.json", "/health/live", "/metrics"),
    *(
        "/",
        "/v1",
        "//",
        "/v1/decisions/",
        "/%00",
        "/v1/rules/%ff",
        "/../../etc/passwd",
        "/v1/rules?kind=fee&as_of=2023-02-30",
    ),
)
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "BREW", "get")
WORDS = (
    *(
        b"null",
        b"true",
        b"-0",
        b"1e999",
        b"1E-400",
        b"NaN",
        b"9" * 400,
        b'"\\ud800"',
        b'"\\u0000"',
        b"[]",
        b"{}",
        b'""',
    ),
    *(
        b"[" * 80,
        b'{"a":' * 80,
        b'"2023-02-30"',
        b'"0000-01-01"',
        b'"9999-12-31"',
        b'["*"]',
        b'["designation.*","fee.*"]',
    ),
    *(
        b'"unknown"',
        b'"never"',
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"'",
        b",",
        b":",
        b"}",
        b"]",
        b"\x00",
        b"\r\n",
        b"a" * 5000,
    ),
)
HEADERS = (
    *(b"Content-Type: text/plain", b"Content-Type: application/json; charset=utf-16", b"Content-Type:", b"Accept: text/html"),
    *(b"Accept-Encoding: gzip;q=nan", b"Accept-Language: zh-TW;q=9, *;q=-1", b"Accept-Language: " + b"a-" * 500, b"Expect: 100-continue"),
    *(b"Authorization: Bearer " + b"x" * 3000, b"Authorization: Basic eDp5", b"traceparent: 00-" + b"f" * 60, b"X-Request-Id: \x01"),
    *(b"If-None-Match: *", b'If-None-Match: W/"', b"Cookie: a=b", b"Origin: https://evil.example", b"X-Forwarded-For: 1.2.3.4"),
    *(b"Connection: close", b"Connection: upgrade", b"Upgrade: h2c", b"Range: bytes=0-1", b"Host: ", b": nothing", b"Odd", b" folded: x"),
    *(b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 9e9", b"Transfer-Encoding: gzip", b"Content-Encoding: gzip"),
)  # fmt: skip


def body(pick: random.Random, path: str = "") -> bytes:
    """Return a question that something was done to, one of an enforcement point where it goes to such an address."""
    told = bytearray(pick.choice(QUERIES))
    if path.startswith("/access"):
        query = json.loads(told)
        facts = query["facts"]
        told = bytearray(
            json.dumps(
                {
                    "subject": {"type": "partner", "id": facts.pop("partner"), "properties": facts},
                    "action": {"name": pick.choice(("qualify", "hold"))},
                    "resource": {"type": "rule", "id": query["decide"][0]},
                    "context": {"as_of": query["as_of"]},
                }
            ).encode()
        )
    kind = pick.randrange(6)
    if kind == 0:
        told = bytearray(
            json.dumps(
                {"items": [{"id": str(number), "query": json.loads(told)} for number in range(pick.randrange(4))]}
            ).encode()
        )
    elif kind < 4:
        told = bytearray(json.dumps(_changed(json.loads(told), pick)).encode())
    for _ in range(pick.choice((0, 0, 0, 0, 1, 2, 5))):
        at = pick.randrange(len(told) + 1)
        match pick.randrange(5):
            case 0:
                told[at:at] = pick.choice(WORDS)
            case 1:
                del told[at : at + pick.choice((1, 1, 7, 200))]
            case 2:
                told[at : at + 1] = bytes([pick.randrange(256)])
            case 3:
                told[at:at] = told[at : at + pick.randrange(100)]
            case _:
                del told[at:]
    return bytes(told)


def _changed(value: Json, pick: random.Random) -> Json:
    """Return a document in which one value is another, or a key has another name."""
    if isinstance(value, dict) and value and pick.random() < 0.9:
        name = pick.choice(list(value))
        if pick.random() < 0.1:
            return {
                (pick.choice(("", "x", name + "s", "facts")) if key == name else key): inner
                for key, inner in value.items()
            }
        return {key: _changed(inner, pick) if key == name else inner for key, inner in value.items()}
    if isinstance(value, list) and value and pick.random() < 0.9:
        index = pick.randrange(len(value))
        return [*value[:index], _changed(value[index], pick), *value[index + 1 :]]
    return pick.choice(
        (
            None,
            True,
            False,
            0,
            -1,
            10**18,
            0.1,
            "",
            "x",
            "none",
            "2023-01-01",
            [],
            {},
            [value],
            {"history": value},
            value,
        )
    )


def request(pick: random.Random) -> bytes:
    """Return the bytes of a request."""
    method = pick.choices(METHODS, (10, 80, 1, 1, 2, 2, 1, 1, 1, 1))[0]
    path = pick.choice(PATHS[:11]) if method == "POST" and pick.random() < 0.9 else pick.choice(PATHS)
    told = body(pick, path) if method == "POST" or pick.random() < 0.1 else b""
    heads = [b"Host: here", b"Content-Type: application/json"]
    heads += [pick.choice(HEADERS) for _ in range(pick.choice((0, 0, 0, 0, 0, 1, 3)))]
    if pick.random() < 0.3:
        heads.append(b"Transfer-Encoding: chunked")
        told = _chunked(told, pick)
    elif told or pick.random() < 0.5:
        heads.append(b"Content-Length: %d" % max(0, len(told) + pick.choice((0,) * 60 + (-1, 1, 1000))))
    pick.shuffle(heads)
    whole = b"%s %s HTTP/1.%d\r\n%s\r\n\r\n%s" % (
        *(method.encode(), path.encode(), pick.choice((1, 1, 1, 0, 9))),
        *(b"\r\n".join(heads), told),
    )
    if pick.random() < 0.05:  # of a request that is cut off the rest never comes
        whole = whole[: pick.randrange(len(whole))]
    return whole


def _chunked(told: bytes, pick: random.Random) -> bytes:
    parts = []
    while told:
        size = pick.choice((1, 7, 100, 5000))
        part, told = told[:size], told[size:]
        length = b"%x" % len(part)
        if pick.random() < 0.02:
            length = pick.choice((b"", b"zz", b"-1", b"f" * 40, length + b";x=y", b"0"))
        parts.append(length + b"\r\n" + part + (b"\r\n" if pick.random() > 0.01 else b""))
    return b"".join(parts) + pick.choice((b"0\r\n\r\n",) * 20 + (b"0\r\nX: y\r\n\r\n", b""))


class Fuzz:
    """Sends requests, and holds each answer against what is promised."""

    def __init__(self, service: Service, seed: int) -> None:
        self.service = service
        self.pick = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.slowest = 0.0
        self._problem = Draft202012Validator(schemas.load("problem"))
        self._answer = Draft202012Validator(schemas.load("answer"), format_checker=FormatChecker())
        self._connection: socket.socket | None = None

    def one(self) -> None:
        """Send one request.

        Raises:
            AssertionError: what comes back is none of what is promised; the request stands in the message.
        """
        sent = request(self.pick)
        if self._connection is None:
            self._connection = socket.create_connection(("127.0.0.1", self.service.port), timeout=DEADLINE_S + SLACK_S)
        connection, began = self._connection, time.monotonic()
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = http.client.HTTPResponse(connection, method=sent.split(b" ", 1)[0].decode())
            answer.begin()
            told = answer.read()
        except TimeoutError as error:
            raise AssertionError(f"no answer within {DEADLINE_S + SLACK_S:g} s to {sent!r}") from error
        except (OSError, http.client.HTTPException) as error:
            self.counts[f"closed: {type(error).__name__}"] += 1
            return
        finally:
            connection.close()
            self._connection = None
            self.slowest = max(self.slowest, time.monotonic() - began)
        self.counts[str(answer.status)] += 1
        self._check(sent, answer, told)

    def _check(self, sent: bytes, answer: http.client.HTTPResponse, told: bytes) -> None:
        kind = answer.headers.get_content_type()
        assert answer.status not in (500, 502, 504), f"{answer.status} to {sent!r}"
        if sent.startswith(b"HEAD ") or answer.headers.get("Content-Encoding"):
            return
        if answer.status >= 400:
            assert kind == "application/problem+json", f"{answer.status} {kind} to {sent!r}"
            problem = json.loads(told)
            wrong = [error.message for error in self._problem.iter_errors(problem)]
            assert not wrong, f"{wrong} of {told!r} to {sent!r}"
            assert problem["status"] == answer.status
            if answer.status != 503:
                assert problem["code"] != "internal", sent
        elif sent.startswith(b"POST /v1/decisions HTTP"):
            wrong = [error.message for error in self._answer.iter_errors(json.loads(told))]
            assert not wrong, f"{wrong} to {sent!r}"


def memory(service: Service) -> dict[int, float]:
    """Return the resident megabytes of each worker."""
    pid = service.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = {}
    for child in children:
        lines = Path(f"/proc/{child}/status").read_text().splitlines()
        found[int(child)] = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
    return found


def run(
    folder: Path, count: int, seed: int, tell: Callable[[str], None] = lambda _: None, policies: Path = POLICIES
) -> Iterator[str]:
    """Send so many requests to a service of some policies, and yield lines that tell what came back.

    Raises:
        AssertionError: something that is not promised.
    """
    service = Service(policies, folder / "out", folder, "--deadline", f"{DEADLINE_S:g}", "--workers", "2")
    try:
        service.wait(lambda: service.ask("/health/ready")[0] == 200, STARTS_S)
        fuzz = Fuzz(service, seed)
        before = memory(service)
        for number in range(count):
            fuzz.one()
            if number == min(1000, count // 2):
                before = memory(service)
            if number % 10_000 == 9_999:
                tell(f"{number + 1:,} requests")
        after = memory(service)
        assert before.keys() == after.keys(), "a worker ended"
        grown = max(after[pid] - before[pid] for pid in after)
        assert grown <= GROWTH_MB, f"a worker grew by {grown:.0f} MB"
        assert service.ask("/health/live")[0] == 200
        assert "Traceback" not in service.log.read_text(), service.log.read_text()[-3000:]
    finally:
        service.stop()
    yield f"{count:,} requests, seed {seed}: no 500, none over the deadline, none against its schema"
    yield ", ".join(f"{name}: {times:,}" for name, times in sorted(fuzz.counts.items()))
    yield f"the slowest took {fuzz.slowest:.2f} s; a worker grew by {grown:.0f} MB at the most (bound {GROWTH_MB})"


def main() -> None:
    """Run it, and print what it tells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=15)
    told = parser.parse_args()

    def tell(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    with TemporaryDirectory() as folder:
        for line in run(Path(folder), told.requests, told.seed, tell):
            tell(line)


if __name__ == "__main__":
    main()
