"""The decision log of the service: what of an answer is logged, and by which process."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from server.log.entries import Contents, Head, Record, exact
from server.log.masks import BLOT, Masks
from server.log.store import Logged, LogUnavailable, Store
from server.log.writer import Mode, Tally, Writer

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, as far as it is known."""

    caller: str = ""
    trace_id: str = ""


@dataclass(slots=True)
class _Mine:
    """What one process writes and reads by."""

    pid: int
    writer: Writer | None = None
    reader: Store | None = None


class Answered(Protocol):
    """What is logged of an answer."""

    @property
    def decision_id(self) -> str:
        """Which answer it is."""

    @property
    def query(self) -> Json:
        """The question as it was read."""

    @property
    def text(self) -> str:
        """The answer, without its id."""

    @property
    def digest(self) -> str:
        """Of the policies that decided."""

    @property
    def engine(self) -> str:
        """Name and version of the engine."""


class DecisionLog:
    """Logs what the service answers. Made before the workers are, which open it each for itself."""

    def __init__(
        self,
        where: str,
        mode: Mode = "required",
        masks: Masks | None = None,
        sign: Callable[[Head], bytes] | None = None,
        *,
        names: bool = False,
    ) -> None:
        """Open a log, and make it where it is not there yet.

        Args:
            where: the path of a SQLite file, or the URL of a database.
            mode: ``required``: no log, no decision; ``best-effort``: what cannot be logged is counted, and told.
            masks: what is blotted out before anything is stored.
            sign: signs heads of the log; None: they are not signed.
            names: whether entries name a programme, as several log into it.

        Raises:
            LogUnavailable: it cannot be opened.
        """
        self.where = where
        self.mode: Mode = mode
        self._sign = sign
        self.masks = masks or Masks()
        self._losses = Tally()
        self._lock = threading.Lock()
        self._of = _Mine(os.getpid())
        Store(where, create=True, names=names).close()

    @property
    def lost(self) -> int:
        """Decisions that were answered and not logged, since the service began."""
        return self._losses.count

    def write(self, records: Sequence[Record]) -> None:
        """Log records: where that is required, they are on the disk when this returns.

        Raises:
            LogUnavailable: they are not, and that they are is required.
        """
        if records:
            self._writer().write(records)

    def record(self, answered: Answered, asking: Asking, programme: str = "") -> Record:
        """Return the record of an answer of a programme (empty: the only one), without what is masked."""
        kept, by_query = self.masks.query(answered.query)
        text, by_answer = self.masks.answer(answered.text)
        caller, by_caller = self.masks.text("caller", asking.caller)
        trace_id, by_trace = self.masks.text("trace_id", asking.trace_id)
        partner = kept["facts"].get("partner", "") if isinstance(kept["facts"], dict) else ""
        contents = Contents(
            query=exact(kept),
            answer=text,
            partner="" if partner == BLOT else partner,
            caller=caller,
            trace_id=trace_id,
            masked=json.dumps([*by_query, *by_answer, *by_caller, *by_trace]),
        )
        return Record(
            decision_id=answered.decision_id,
            digest=answered.digest,
            engine=answered.engine,
            programme=programme,
            contents=contents,
        )

    def find(self, decision_id: str, programme: str = "") -> Logged | None:
        """Return a logged decision, of a programme where one is named; None where there is none of that id.

        Raises:
            LogUnavailable: the log cannot be read.
        """
        return self._reader().find(decision_id, programme)

    def as_json(self) -> dict[str, Json]:
        """Return the state of the log, as ``/v1/status`` tells it."""
        told: dict[str, Json] = {"mode": self.mode, "lost": self.lost}
        try:
            told["entries"] = self._reader().head().seq
        except LogUnavailable:
            told["failing"] = "the log cannot be read now"
        return told

    def close(self) -> None:
        """Write what waits in this process, and give the log back."""
        with self._lock:
            mine = self._mine()
            writer, reader = mine.writer, mine.reader
            mine.writer = mine.reader = None
        if writer is not None:
            writer.close()
        if reader is not None:
            reader.close()

    def _writer(self) -> Writer:
        with self._lock:
            mine = self._mine()
            if mine.writer is None:
                mine.writer = Writer(lambda: Store(self.where, sign=self._sign), self.mode, self._losses)
            return mine.writer

    def _reader(self) -> Store:
        with self._lock:
            mine = self._mine()
            if mine.reader is None:
                mine.reader = Store(self.where)
            return mine.reader

    def _mine(self) -> _Mine:
        """Return what is of this process: neither threads nor connections come along when it is forked."""
        if self._of.pid != os.getpid():
            self._of = _Mine(os.getpid())
        return self._of
