"""The decision log of a service that is killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.log.store import Store
from server.log.verify import verify
from tests.server.running import ROOT, SMALL, WAIT_S, Service

Json = Any
ENOUGH = 25
"""Answers that have to come before and after a worker is killed, and before all are."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "small.policy").write_text(SMALL)
    return tmp_path


def query(number: int) -> Json:
    facts = {"partner": f"Partner {number}", "facts": {"ready": number % 2 == 0}}
    return {"decide": ["*"], "as_of": "2023-06-30", "facts": facts}


def merit(folder: Path, *args: str, hashing: str = "0") -> tuple[int, str]:
    """Run a command in a process and with hashes of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hashing, "HOME": str(folder)}
    environment.pop("MERIT_LOG", None)
    done = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()", *args],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=WAIT_S,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


class Asking:
    """Asks a service from several threads, and keeps the ids of what it acknowledged."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.acknowledged: list[str] = []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(4)]
        for thread in self.threads:
            thread.start()

    def _ask(self, number: int) -> None:
        while not self.is_over.is_set():
            try:
                status, _, answer = self.service.ask("/v1/decisions", query(number))
            except (OSError, ValueError, http.client.HTTPException):
                self.is_over.wait(0.02)  # a worker was killed under it: nobody was told anything
                continue
            assert status == 200
            self.acknowledged.append(answer["decision_id"])

    def end(self) -> set[str]:
        self.is_over.set()
        for thread in self.threads:
            thread.join(WAIT_S)
        return set(self.acknowledged)


def workers(service: Service) -> list[int]:
    pid = service.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_nothing_that_was_acknowledged_is_lost_when_workers_and_all_are_killed(folder: Path) -> None:
    service = Service(folder / "policies", folder / "out", folder, "--log", "decisions.sqlite", "--json-logs")
    try:
        service.wait(lambda: service.ask("/health/ready")[0] == 200)
        asking = Asking(service)
        service.wait(lambda: len(asking.acknowledged) >= ENOUGH)
        os.kill(workers(service)[0], signal.SIGKILL)
        service.wait(lambda: len(asking.acknowledged) >= 2 * ENOUGH)
        for pid in (service.process.pid, *workers(service)):
            os.kill(pid, signal.SIGKILL)
        service.process.wait(WAIT_S)
        acknowledged = asking.end()
    finally:
        service.process.kill()
        service.process.wait()

    said = [json.loads(line) for line in (folder / "out").read_text().splitlines() if line.startswith("{")]
    assert {"gunicorn.error", "merit.requests"} <= {line["logger"] for line in said}
    assert all(line["request_id"] for line in said if line["logger"] == "merit.requests")
    with closing(sqlite3.connect(folder / "decisions.sqlite")) as connection:
        logged = {own for (own,) in connection.execute("SELECT decision_id FROM merit_entries")}
    assert len(acknowledged) >= 2 * ENOUGH
    assert not acknowledged - logged
    with closing(Store(str(folder / "decisions.sqlite"))) as store:
        found = verify(store)
    assert (found.decisions, found.faults) == (len(logged), [])
    code, said = merit(folder, "log", "replay", "policies", "--log", "decisions.sqlite", hashing="4711")
    assert (code, said) == (0, f"{len(logged):,} decisions: {len(logged):,} same\n")


FULL = """
import resource, sys
from server.log.entries import Contents, Record
from server.log.store import LogUnavailable
from server.log.decisions import DecisionLog

log = DecisionLog("full.sqlite")
record = lambda n: Record(decision_id=f"{n:032x}", digest="d", engine="e", contents=Contents(query="{}", answer="x" * 20_000))
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, most))
kept, refused = [], 0
for n in range(60):
    try:
        log.write([record(n)])
        kept.append(n)
    except LogUnavailable:
        refused += 1
assert kept and refused, (kept, refused)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
for n in range(60, 70):
    log.write([record(n)])
    kept.append(n)
log.close()
print(*kept)
"""


def test_what_cannot_be_written_is_refused_and_what_was_acknowledged_is_whole(folder: Path) -> None:
    """No file may grow beyond a size, as where the disk is full; then there is room again."""
    done = subprocess.run(
        [sys.executable, "-c", FULL],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=WAIT_S,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    with closing(Store(str(folder / "full.sqlite"))) as store:
        assert {one.entry.decision_id for one in store.entries()} >= {f"{int(n):032x}" for n in done.stdout.split()}
        assert verify(store).faults == []
