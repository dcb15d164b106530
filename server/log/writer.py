"""Writing to the log from many threads: what comes while the disk is busy goes to it together (group commit)."""

from __future__ import annotations

import fcntl
import logging
import os
import queue
import tempfile
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Literal

from server.log.entries import Record, lost
from server.log.store import LogUnavailable, Store

Mode = Literal["required", "best-effort"]
GROUP = 256
"""Requests whose records are written by one transaction at most."""
WAITING = 4_096
"""Requests whose records wait at most, where nobody waits for them."""
WAIT_S = 20.0
"""How long an answer waits for its record."""

_MEANWHILE = {"required": "refused", "best-effort": "given without it"}
_logger = logging.getLogger(__name__)
_Put = tuple[Sequence[Record], "Future[None] | None"]


class Tally:
    """A count that processes which were forked share; one that is killed takes nothing of it away."""

    def __init__(self) -> None:
        if hasattr(os, "memfd_create"):
            # In memory: the disk may be what is full.
            self._file = os.memfd_create("merit-tally")
        else:
            with tempfile.TemporaryFile() as file:
                self._file = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._file)
        # Each counted thing is a byte at the end: appending is whole, whoever else does.
        fcntl.fcntl(self._file, fcntl.F_SETFL, os.O_APPEND)

    def add(self, count: int) -> None:
        """Count some more."""
        os.write(self._file, b"x" * count)

    @property
    def count(self) -> int:
        """How many were counted."""
        return os.fstat(self._file).st_size


class Writer:
    """Writes to one log from this process, in a thread of its own."""

    def __init__(self, opened: Callable[[], Store], mode: Mode, losses: Tally) -> None:
        """Take what opens the log, what is done where it cannot be written, and the count of what is lost."""
        self.mode = mode
        self._opened = opened
        self._losses = losses
        self._counting = threading.Lock()
        self._is_failing = False
        self._unnoted = 0
        """Losses that the log itself does not tell yet."""
        self._store: Store | None = None
        self._waiting: queue.Queue[_Put | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._run, name="decision log", daemon=True)
        self._thread.start()

    def write(self, records: Sequence[Record]) -> None:
        """Log records: where that is required, they are on the disk when this returns.

        Raises:
            LogUnavailable: they are not, or nobody knows it yet, and that they are is required.
        """
        if self.mode == "best-effort":
            try:
                self._waiting.put_nowait((records, None))
            except queue.Full:
                self._tell_once("too many wait to be written")
                self._lose(len(records))
            return
        done: Future[None] = Future()
        try:
            self._waiting.put((records, done), timeout=WAIT_S)
            done.result(WAIT_S)
        except (queue.Full, TimeoutError) as error:
            raise LogUnavailable(f"the log was not written within {WAIT_S:.0f} seconds") from error

    def close(self) -> None:
        """Write what waits, and end."""
        self._waiting.put(None)
        self._thread.join(WAIT_S)

    def _lose(self, count: int) -> None:
        self._losses.add(count)
        with self._counting:
            self._unnoted += count

    def _tell_once(self, error: object) -> None:
        """Tell that the log cannot be written, not of every answer."""
        if not self._is_failing:
            self._is_failing = True
            _logger.error("the log cannot be written, and answers are %s: %s", _MEANWHILE[self.mode], error)

    def _run(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._group()
            if group:
                self._write(group)
        if self._store is not None:
            self._store.close()

    def _group(self) -> tuple[list[_Put], bool]:
        """Return what waits, once something does, and whether more may come."""
        first = self._waiting.get()
        group: list[_Put] = []
        while first is not None:
            group.append(first)
            if len(group) == GROUP:
                return group, True
            try:
                first = self._waiting.get_nowait()
            except queue.Empty:
                return group, True
        return group, False

    def _write(self, group: Sequence[_Put]) -> None:
        records = [record for put, _ in group for record in put]
        noted = self._unnoted
        try:
            if self._store is None:
                self._store = self._opened()
            self._store.append([*([lost(noted)] if noted else []), *records])
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told, and the thread goes on
            failed = error if isinstance(error, LogUnavailable) else LogUnavailable(f"the log failed: {error}")
            self._tell_once(error)
            if self.mode == "best-effort":
                self._lose(len(records))
            for _, done in group:
                if done is not None:
                    done.set_exception(failed)
            return
        with self._counting:
            self._unnoted -= noted
        if self._is_failing:
            self._is_failing = False
            _logger.warning("the log is written again")
        for _, done in group:
            if done is not None:
                done.set_result(None)
