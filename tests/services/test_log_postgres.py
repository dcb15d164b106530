"""The decision log in PostgreSQL: stopped, killed, started again, and an empty one in its place."""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import closing

import pytest

from server.log.decisions import DecisionLog
from server.log.entries import Contents, Record
from server.log.store import LogUnavailable, Store
from server.log.verify import verify
from tests.services.postgres import Postgres

pytestmark = pytest.mark.services
ENOUGH = 100
WAIT_S = 60


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
    postgres.run("initdb", "-D", str(postgres.folder / "data"), "-A", "trust", "-U", "postgres")
    postgres.start()

    with pytest.raises(LogUnavailable):
        log.write([record])
    Store(postgres.url, create=True).close()
    with pytest.raises(LogUnavailable, match="ends at entry 0, and 1 was written"):
        log.write([record])
    log.close()
