"""The decision log in PostgreSQL: stopped, killed, started again, and an empty one in its place."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp

import pytest

from server.log.decisions import DecisionLog
from server.log.entries import Contents, Record
from server.log.store import LogUnavailable, Store
from server.log.verify import verify

pytestmark = pytest.mark.services
ENOUGH = 100
WAIT_S = 60


class Postgres:
    """A server of its own; it runs as `postgres` where the tests run as root, as it refuses to be that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        self.programs = found[-1] if found else Path(shutil.which("pg_ctl") or "/pg_ctl is not installed").parent
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            shutil.chown(folder, self.user)
        self._run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "postgres")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", str(self.folder / "log"), "-w", "start"
        )

    def stop(self, how: str) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", how, "stop")

    def _run(self, program: str, *args: str) -> None:
        own = {"user": self.user} if os.getuid() == 0 else {}
        subprocess.run(
            [str(self.programs / program), *args], check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **own
        )


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    # Not below the folder of the tests, which `postgres` may not enter.
    folder = Path(mkdtemp(prefix="merit-postgres-"))
    server = Postgres(folder)
    server.start()
    yield server
    server.stop("immediate")
    shutil.rmtree(folder)


class Writing:
    """Writes from several threads, and keeps what was acknowledged."""

    def __init__(self, log: DecisionLog) -> None:
        self.log = log
        self.acknowledged: list[str] = []
        self.refused = 0
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._write, args=(number,)) for number in range(6)]
        for thread in self.threads:
            thread.start()

    def _write(self, thread: int) -> None:
        number = 0
        while not self.is_over.is_set():
            number += 1
            own = f"{thread:016x}{number:016x}"
            contents = Contents(query="{}", answer="{}", partner=f"P{number % 5}")
            try:
                self.log.write([Record(decision_id=own, digest="d", engine="e", contents=contents)])
            except LogUnavailable:
                self.refused += 1
                self.is_over.wait(0.05)
            else:
                self.acknowledged.append(own)

    def wait(self, many: int) -> None:
        end = time.monotonic() + WAIT_S
        goal = len(self.acknowledged) + many
        while len(self.acknowledged) < goal:
            assert time.monotonic() < end, "nothing is logged"
            time.sleep(0.05)

    def end(self) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join(WAIT_S)


def test_nothing_acknowledged_is_lost_when_postgres_is_stopped_and_killed(postgres: Postgres) -> None:
    log = DecisionLog(postgres.url)
    writing = Writing(log)
    for how in ("fast", "immediate"):
        writing.wait(ENOUGH)
        postgres.stop(how)
        before = writing.refused
        while writing.refused == before:
            time.sleep(0.05)
        postgres.start()
        writing.wait(ENOUGH)
    writing.end()

    with closing(Store(postgres.url)) as store:
        logged = {one.entry.decision_id for one in store.entries()}
        assert not set(writing.acknowledged) - logged
        assert verify(store).faults == []
        assert store.erase("asked for", partner="P1") > 0
        assert verify(store).faults == []
    log.close()


def test_an_empty_one_in_its_place_is_refused(postgres: Postgres) -> None:
    log = DecisionLog(postgres.url)
    record = Record(decision_id="1", digest="d", engine="e", contents=Contents(query="{}", answer="{}"))
    log.write([record])
    postgres.stop("fast")
    shutil.rmtree(postgres.folder / "data")
    postgres._run("initdb", "-D", str(postgres.folder / "data"), "-A", "trust", "-U", "postgres")
    postgres.start()

    with pytest.raises(LogUnavailable):
        log.write([record])
    Store(postgres.url, create=True).close()
    with pytest.raises(LogUnavailable, match="ends at entry 0, and 1 was written"):
        log.write([record])
    log.close()
