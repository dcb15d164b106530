"""The service under load, by turns with a bare Flask echo of the same bodies under the same server. ``make load`` runs it.

Each turn, as many clients as are told ask one after the other on connections that they keep: the service without a log, the
service that logs into SQLite before it answers, and the echo. What is told are ratios of what the turns of one round came to, so
that whatever else the machine does reaches all alike. Clients share the machine with the service: figures are not those of
a machine of its own.
"""

from __future__ import annotations

import argparse
import http.client
import json
import signal
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.server.running import WAIT_S, Service
from tests.shipped import POLICIES, ROOT

BARS = {"log off": 0.8, "SQLite": 0.6}
"""Of the echo's requests a second, at least."""
P99_BAR = 3
STARTS_S = 300
CERBOS = "Cerbos's own thresholds: p50 5, p95 15, p99 30 ms at 1,800 requests a second"
ECHO = """
import flask, sys
from server import run, snapshot
app = flask.Flask("echo")
app.extensions.update({snapshot.KEY: None, snapshot.LIMITS: snapshot.Limits(), snapshot.LOG: None})

@app.get("/health/ready")
def ready():
    return {"ready": True}

@app.post("/v1/decisions")
def answer():
    return flask.jsonify(flask.request.get_json())

run.run(app, host="127.0.0.1", port=int(sys.argv[1]), workers=int(sys.argv[2]), drain=0)
"""


@dataclass
class Turn:
    """What one turn came to."""

    a_second: float
    p50: float
    p95: float
    p99: float


@dataclass
class Told:
    """What the turns of one service came to."""

    turns: list[Turn] = field(default_factory=list)

    def median(self, name: str) -> float:
        return statistics.median(getattr(turn, name) for turn in self.turns)


def turn(port: int, bodies: Sequence[bytes], clients: int, seconds: float) -> Turn:
    """Let clients ask for some seconds, and return what came of it.

    Raises:
        AssertionError: a question was not answered with 200.
    """
    taken: list[float] = []
    wrong: list[str] = []
    until = time.perf_counter() + seconds

    def ask(first: int) -> None:
        own: list[float] = []
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)) as connection:
            number = first
            while (began := time.perf_counter()) < until:
                body = bodies[number % len(bodies)]
                connection.request("POST", "/v1/decisions", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                own.append(time.perf_counter() - began)
                if answer.status != 200:
                    wrong.append(f"{answer.status} to question {number % len(bodies)}")
                    break
                number += clients
        taken.extend(own)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 2 * WAIT_S)
    assert not wrong, wrong[:3]
    cuts = [1000 * cut for cut in statistics.quantiles(taken, n=100)]
    return Turn(len(taken) / seconds, cuts[49], cuts[94], cuts[98])


@contextmanager
def echoing(folder: Path, workers: int) -> Iterator[int]:
    """Serve the echo as the service is served; yield its port."""
    service = Service.of_program(ECHO, folder / "echo", folder, str(workers))
    with _stopped(service):
        service.wait(lambda: service.ask("/health/ready")[0] == 200, STARTS_S)
        yield service.port


@contextmanager
def deciding(folder: Path, workers: int, *more: str) -> Iterator[int]:
    """Serve the programme's policies; yield the port."""
    service = Service(POLICIES, folder / f"service{len(more)}", folder, "--workers", str(workers), *more)
    with _stopped(service):
        service.wait(lambda: service.ask("/health/ready")[0] == 200, STARTS_S)
        yield service.port


@contextmanager
def _stopped(service: Service) -> Iterator[None]:
    try:
        yield
    finally:
        service.process.send_signal(signal.SIGTERM)
        try:
            service.process.wait(WAIT_S)
        finally:
            service.process.kill()
            service.process.wait()


def run(folder: Path, *, clients: int, workers: int, rounds: int, seconds: float, most: int | None) -> Iterator[str]:
    """Measure, and yield lines that tell it; ``most`` questions are asked, all of the examples where None."""
    paths = sorted((ROOT / "examples" / "queries").glob("*.json"))[:most]
    bodies = [json.dumps(json.loads(path.read_bytes())).encode() for path in paths]
    with ExitStack() as stack:
        ports = {
            "log off": stack.enter_context(deciding(folder, workers)),
            "SQLite": stack.enter_context(deciding(folder, workers, "--log", str(folder / "log.sqlite"))),
            "echo": stack.enter_context(echoing(folder, workers)),
        }
        told = {name: Told() for name in ports}
        for port in ports.values():
            turn(port, bodies, clients, seconds)  # what is made at first use is not measured
        for _ in range(rounds):
            for name, port in ports.items():
                told[name].turns.append(turn(port, bodies, clients, seconds))
    yield f"{len(bodies)} questions, {clients} clients, {workers} workers, {rounds} rounds of {seconds:g} s a turn"
    yield f"{'':8} {'a second':>9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8}  of the echo's requests; p99 by its p99"
    for name, one in told.items():
        share = statistics.median(
            mine.a_second / other.a_second for mine, other in zip(one.turns, told["echo"].turns, strict=True)
        )
        slower = statistics.median(
            mine.p99 / other.p99 for mine, other in zip(one.turns, told["echo"].turns, strict=True)
        )
        bar = f" (bar {BARS[name]:g}; {P99_BAR})" if name in BARS else ""
        figures = " ".join(f"{one.median(what):8.1f}" for what in ("p50", "p95", "p99"))
        yield f"{name:8} {one.median('a_second'):9,.0f} {figures}  {share:.2f}; {slower:.2f}{bar}"
    best = told["log off"]
    met = (
        best.median("a_second") >= 1800
        and best.median("p50") <= 5
        and best.median("p95") <= 15
        and best.median("p99") <= 30
    )
    yield f"{CERBOS}: {'met' if met else 'not met'} by {best.median('a_second'):,.0f} a second, p99 {best.median('p99'):.1f} ms"


def main() -> None:
    """Run it, and print what it tells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--questions", type=int, help="only so many of examples/queries, from the first on")
    told = parser.parse_args()
    with TemporaryDirectory() as folder:
        sizes = {"clients": told.clients, "workers": told.workers, "rounds": told.rounds, "seconds": told.seconds}
        for line in run(Path(folder), most=told.questions, **sizes):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
