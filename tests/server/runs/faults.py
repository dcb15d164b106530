"""What befalls a service that logs: each fault under load, with the acknowledged decisions before and after. ``make faults`` runs it.

Several clients ask all the while and keep the id of each decision that they were told. After the fault the log is verified, and
whatever was acknowledged has to be in it, but where the fault was that somebody took it out: then ``merit log verify`` has to say so.
"""

from __future__ import annotations

import argparse
import http.client
import os
import resource
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from server.log.store import Store
from server.log.verify import Verified, verify
from tests.server.running import SMALL, WAIT_S, Service
from tests.services.postgres import Postgres

Json = Any
ENOUGH = 60
"""Decisions that have to be acknowledged before a fault, and after it."""
CLIENTS = 4
# The clock of the log alone: that of the machine is not a test's to set.
CLOCK = """
import datetime, pathlib, server.log.store as store
class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        back = datetime.timedelta(hours=2 * pathlib.Path("back").exists())
        return datetime.datetime.now(tz) - back
store.datetime = Clock
"""


class Asking:
    """Clients that ask a service until they are told to end, whoever answers at the time."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.acknowledged: list[str] = []
        self.refused = 0
        self.failed = 0
        self.wrong: list[str] = []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def _ask(self, number: int) -> None:
        while not self.is_over.is_set():
            number += CLIENTS
            facts = {"partner": f"Partner {number}", "facts": {"ready": number % 2 == 0}}
            try:
                status, _, told = self.service.ask(
                    "/v1/decisions", {"decide": ["*"], "as_of": "2023-06-30", "facts": facts}
                )
            except (OSError, ValueError, http.client.HTTPException):
                self.failed += 1  # nobody was told anything
                self.is_over.wait(0.02)
                continue
            if status == 200:
                self.acknowledged.append(told["decision_id"])
            elif status == 503:
                self.refused += 1
                self.is_over.wait(0.02)
            else:
                self.wrong.append(f"{status}: {told}")

    def wait(self, many: int = ENOUGH) -> int:
        """Wait until so many more are acknowledged; return how many are."""
        goal, end = len(self.acknowledged) + many, time.monotonic() + 2 * WAIT_S
        while len(self.acknowledged) < goal:
            assert time.monotonic() < end, f"nothing is acknowledged any more: {self.service.log.read_text()[-2000:]}"
            time.sleep(0.02)
        return len(self.acknowledged)

    def wait_refused(self) -> None:
        """Wait until some are refused."""
        goal, end = self.refused + 3, time.monotonic() + 2 * WAIT_S
        while self.refused < goal:
            assert time.monotonic() < end, "nothing is refused"
            time.sleep(0.02)

    def end(self) -> None:
        """Let the clients end."""
        self.is_over.set()
        for thread in self.threads:
            thread.join(WAIT_S)
        assert not self.wrong, self.wrong[:3]


@dataclass
class Place:
    """A service under load that logs, and where it does."""

    folder: Path
    where: str
    before: str = ""

    def __post_init__(self) -> None:
        (self.folder / "policies").mkdir()
        (self.folder / "policies" / "small.policy").write_text(SMALL)
        self.service = self._started()
        self.asking = Asking(self.service)

    def _started(self) -> Service:
        found = Service(
            self.folder / "policies", self.folder / "out", self.folder, "--log", self.where, before=self.before
        )
        found.wait(lambda: found.ask("/health/ready")[0] == 200)
        return found

    def start_again(self) -> None:
        """Start the service anew where it has ended."""
        self.service.process.wait(WAIT_S)
        self.service = self.asking.service = self._started()

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        pid = self.service.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def sql(self, *statements: str) -> None:
        """Do something to the log behind the service's back."""
        with closing(sqlite3.connect(self.where, timeout=30)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def verified(self) -> tuple[Verified, set[str]]:
        """Return what is found of the log, and the decisions in it."""
        with closing(Store(self.where)) as store:
            return verify(store), {one.entry.decision_id for one in store.entries()}

    def close(self) -> None:
        """End all of it."""
        self.asking.is_over.set()
        self.service.process.kill()
        self.service.process.wait()


def _worker_killed(place: Place) -> None:
    os.kill(place.workers[0], signal.SIGKILL)


def _all_killed(place: Place) -> None:
    for pid in (place.service.process.pid, *place.workers):
        os.kill(pid, signal.SIGKILL)
    place.start_again()


def _disk_full(place: Place) -> None:
    """No file of a worker may grow beyond what the log has, as where the disk is full; then there is room again."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = max(Path(f"{place.where}{end}").stat().st_size for end in ("", "-wal"))
    for pid in place.workers:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, most))
    place.asking.wait_refused()
    for pid in place.workers:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


def _clock_set_back(place: Place) -> None:
    (place.folder / "back").touch()


def _altered(place: Place) -> None:
    place.sql("UPDATE merit_contents SET answer = replace(answer, 'eligible', 'illegible') WHERE seq = 7")


def _cut_off(place: Place) -> None:
    place.sql("DELETE FROM merit_contents WHERE seq > 20", "DELETE FROM merit_entries WHERE seq > 20")


SQLITE: dict[str, Callable[[Place], None]] = {
    "a worker killed": _worker_killed,
    "master and workers killed, started again": _all_killed,
    "disk full, and room again": _disk_full,
    "clock set back two hours": _clock_set_back,
    "one record altered": _altered,
    "the end of the log cut off": _cut_off,
}
TAMPERED = {
    "one record altered": "7: what was asked or answered was altered",
    "the end of the log cut off": "missing before entry",
}
"""By the fault, what is told of the log afterwards; of others nothing."""


def after(name: str, befall: Callable[[Place], None], place: Place) -> str:
    """Let a fault befall a service under load, and return a line that tells what came of it.

    Raises:
        AssertionError: something was lost, or the log is not what it should be.
    """
    try:
        before = place.asking.wait()
        befall(place)
        whole = place.asking.wait()
        place.asking.end()
        place.service.stop()
        found, logged = place.verified()
        lost = set(place.asking.acknowledged) - logged
    finally:
        place.close()
    told = "; ".join(f"{fault.seq}: {fault.message}" for fault in found.faults[:2])
    if name in TAMPERED:
        assert TAMPERED[name] in told, told
        assert not lost or name == "the end of the log cut off", lost
    else:
        assert not lost, f"{len(lost)} lost after {name}"
        assert not found.faults, told
    return (
        f"{name}: {before:,} acknowledged before, {whole - before:,} after, {len(lost):,} of them not in the log; "
        f"{place.asking.failed:,} without an answer, {place.asking.refused:,} refused (503); verify: {told or 'nothing is wrong'}"
    )


def sqlite_faults(folder: Path, names: Iterable[str] = tuple(SQLITE)) -> Iterator[str]:
    """Yield a line for each fault of a service that logs into SQLite."""
    for number, name in enumerate(names):
        own = folder / str(number)
        own.mkdir()
        before = CLOCK if SQLITE[name] is _clock_set_back else ""
        yield after(name, SQLITE[name], Place(own, str(own / "log.sqlite"), before))


@contextmanager
def _postgres() -> Iterator[Postgres]:
    # Not below the folder of the run, which `postgres` may not enter.
    folder = Path(mkdtemp(prefix="merit-postgres-"))
    server = Postgres(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)


def postgres_faults(folder: Path) -> Iterator[str]:
    """Yield a line for each fault of a service that logs into PostgreSQL."""
    for how, name in (("fast", "PostgreSQL stopped and started"), ("immediate", "PostgreSQL killed and started")):
        with _postgres() as server:

            def befall(place: Place, server: Postgres = server, how: str = how) -> None:
                server.stop(how)
                place.asking.wait_refused()
                server.start()

            own = folder / how
            own.mkdir()
            yield after(name, befall, Place(own, server.url))
    with _postgres() as server:
        own = folder / "empty"
        own.mkdir()
        place = Place(own, server.url)
        try:
            before = place.asking.wait()
            server.stop("fast")
            kept = server.folder / "kept"
            (server.folder / "data").rename(kept)
            server.run("initdb", "-D", str(server.folder / "data"), "-A", "trust", "-U", "postgres")
            server.start()
            Store(server.url, create=True).close()
            place.asking.wait_refused()
            told = len(place.asking.acknowledged)
            place.asking.wait_refused()
            assert len(place.asking.acknowledged) == told, "answered into an empty log"
            server.stop("fast")
            shutil.rmtree(server.folder / "data")
            kept.rename(server.folder / "data")
            server.start()
            whole = place.asking.wait()
            place.asking.end()
            place.service.stop()
            found, logged = place.verified()
        finally:
            place.close()
        lost = set(place.asking.acknowledged) - logged
        assert not lost
        assert not found.faults, found.faults
        yield (
            f"an empty PostgreSQL in its place, then its own again: {before:,} acknowledged before, {whole - before:,} after, "
            f"none into the empty one, {len(lost)} of them not in the log; {place.asking.refused:,} refused (503); verify: nothing is wrong"
        )


def main() -> None:
    """Run them, and print what they tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-postgres", action="store_true", help="leave out what needs PostgreSQL")
    told = parser.parse_args()
    with TemporaryDirectory() as place:
        folder = Path(place)
        lines = [sqlite_faults(folder), *([] if told.without_postgres else [postgres_faults(folder)])]
        for line in (line for part in lines for line in part):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
