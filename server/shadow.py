"""Policies that decide beside those in service and answer nobody: what would come out otherwise is counted and told.

A thread of each worker decides what was answered once more, in its own time. What waits for it is bounded: what does not fit
is counted as skipped, and whatever goes wrong here is counted as failed. A request waits for none of it.
"""

from __future__ import annotations

import json
import logging
import struct
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_UN, lockf
from importlib.util import find_spec
from mmap import mmap
from queue import Empty, Full, Queue
from tempfile import TemporaryFile
from typing import Any, Literal, TypeAlias

from evaluator.deadline import DeadlineOver, within
from evaluator.decision import Decision
from evaluator.engine import Engine
from evaluator.whatif.comparison import Comparison, difference
from server.api import queries
from server.api.answers import Answered
from server.api.problems import Problem
from server.policies import Provenance
from server.snapshot import Refusal

Json = Any
Result: TypeAlias = Literal["same", "reasons", "different", "failed", "skipped"]
RESULTS: tuple[Result, ...] = ("same", "reasons", "different", "failed", "skipped")
"""How decisions came out: alike; alike, for other reasons; otherwise; not at all; not looked at, as too much waited."""
WAITING = 64
"""How many answers wait for a worker's thread."""
TOLD = 20
"""How many of the last differences are told."""
_BYTES = 512
"""Of one difference that is told; a longer one is counted and logged alone."""

_logger = logging.getLogger("merit.shadow")


class Board:
    """What all workers counted and saw last: in a file without a name, made before them, that all of them map.

    A lock of the file, which a worker that is killed gives back, guards it.
    """

    def __init__(self) -> None:
        """Make an empty one."""
        self._numbers = struct.Struct(f"={len(RESULTS) + 1}Q")
        size = self._numbers.size + TOLD * _BYTES
        self._file = TemporaryFile()  # noqa: SIM115  it is there as long as the shadow
        # Written, not only made long: where the disk is full, this fails here, and not a worker that counts.
        self._file.write(bytes(size))
        self._file.flush()
        self._map = mmap(self._file.fileno(), size)
        weakref.finalize(self, self._file.close)
        self._own = threading.Lock()  # the file's lock does not keep apart the threads of one process

    def add(self, result: Result, count: int = 1, told: Json = None) -> None:
        """Count decisions, and keep a difference among those that are told."""
        with self._own:
            lockf(self._file, LOCK_EX)
            try:
                *counts, place = self._numbers.unpack_from(self._map)
                counts[RESULTS.index(result)] += count
                text = b"" if told is None else json.dumps(told).encode()
                if text and len(text) <= _BYTES:
                    start = self._numbers.size + place % TOLD * _BYTES
                    self._map[start : start + _BYTES] = text.ljust(_BYTES)
                    place += 1
                self._numbers.pack_into(self._map, 0, *counts, place)
            finally:
                lockf(self._file, LOCK_UN)

    def read(self) -> tuple[dict[Result, int], list[Json]]:
        """Return the counts, and the last differences, the last one first."""
        with self._own:
            lockf(self._file, LOCK_EX)
            try:
                data = self._map[:]
            finally:
                lockf(self._file, LOCK_UN)
        *counts, place = self._numbers.unpack_from(data)
        found = []
        for number in range(place - 1, max(place - 1 - TOLD, -1), -1):
            start = self._numbers.size + number % TOLD * _BYTES
            found.append(json.loads(data[start : start + _BYTES]))
        return dict(zip(RESULTS, counts, strict=True)), found


@dataclass(frozen=True, slots=True)
class _Difference:
    """What comes out otherwise of one rule."""

    rule: str
    kind: str
    old: str
    new: str


class Shadow:
    """An engine that decides beside the one in service."""

    def __init__(
        self,
        engine: Engine,
        provenance: Provenance | None = None,
        refused: Refusal | None = None,
        programme: str = "",
    ) -> None:
        """Take the engine; what decides with it is started with the first answer, in the worker that gives it.

        Args:
            engine: what decides.
            provenance: where its policies come from.
            refused: why newer ones do not decide in their place.
            programme: that which it decides beside, as in ``server.app``.
        """
        self.engine = engine
        self.provenance = provenance
        self.refused = refused
        self.programme = programme
        self.since = datetime.now(UTC)
        self.board = Board()
        self._waiting: Queue[tuple[Answered, float]] = Queue(WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def show(self, answers: Sequence[Answered], seconds: float) -> None:
        """Let answers that were given be decided once more; returns at once, whatever happens to them.

        Args:
            answers: the answers.
            seconds: how long each may be decided.
        """
        try:
            self._start()
            for answer in answers:
                try:
                    self._waiting.put_nowait((answer, seconds))
                except Full:
                    self._count("skipped", len(answer.decisions))
        except Exception:  # what was answered is answered, whatever is the matter here
            _logger.exception("nothing is decided in the shadow")

    def wait(self) -> None:
        """Wait until all that was shown is decided."""
        self._waiting.join()

    def as_json(self) -> dict[str, Json]:
        """Return what the status tells of it."""
        counts, differences = self.board.read()
        core = self.engine.core
        return {
            "policy": {"digest": core.digest, "version": core.version},
            **({"source": self.provenance.as_json()} if self.provenance is not None else {}),
            "since": self.since.isoformat(timespec="seconds"),
            **({"refused": self.refused.as_json()} if self.refused is not None else {}),
            "decisions": counts,
            "differences": differences,
        }

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                # A daemon: a worker that ends does not wait for what decides nothing.
                self._thread = threading.Thread(target=self._work, name="shadow", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            try:
                answer, seconds = self._waiting.get(timeout=60)
            except Empty:
                continue
            try:
                self._decide(answer, seconds)
            except Exception:  # the newer policies are tried here: nothing they do may end the trial
                self._count("failed", len(answer.decisions))
                _logger.exception("the shadow failed", extra={"told": {"decision_id": answer.decision_id}})
            finally:
                self._waiting.task_done()

    def _decide(self, answer: Answered, seconds: float) -> None:
        query = {name: value for name, value in answer.query.items() if name != "policy"}
        try:
            with within(seconds):
                found = queries.answer(self.engine, query)
        except (Problem, DeadlineOver) as error:
            why = error.detail if isinstance(error, Problem) else "its time was over"
            self._count("failed", len(answer.decisions))
            self._warn(answer, f"the shadow does not answer what was answered: {why}")
            return
        decisions = found.before.decisions if isinstance(found, Comparison) else found.decisions
        new = {decision.rule: decision for decision in decisions}
        old = {decision.rule: decision for decision in answer.decisions}
        for rule in dict.fromkeys((*old, *new)):
            self._compare(answer, old.get(rule), new.get(rule))

    def _compare(self, answer: Answered, old: Decision | None, new: Decision | None) -> None:
        if old is not None and new is not None:
            found = difference(old, new)
            if found is None or not found.outcomes:
                self._count("same" if found is None else "reasons")
                return
            first = found.outcomes[0]
            told = _Difference(new.rule, new.kind, _word(first.name, first.before), _word(first.name, first.after))
        elif old is not None:
            told = _Difference(old.rule, old.kind, old.outcome, "no rule")
        elif new is not None:
            told = _Difference(new.rule, new.kind, "no rule", new.outcome)
        else:
            raise AssertionError("a rule of neither side")
        entry = {
            "decision_id": answer.decision_id,
            "as_of": answer.query["as_of"],
            "rule": told.rule,
            "old": told.old,
            "new": told.new,
        }
        self._count("different", 1, entry)
        self._warn(answer, f"the shadow decides {told.rule} otherwise: {told.old}, {told.new}", **entry)

    def _warn(self, answer: Answered, said: str, **told: Json) -> None:
        own = {"decision_id": answer.decision_id, "shadow": self.engine.core.digest, **told}
        _logger.warning("%s (decision %s)", said, answer.decision_id, extra={"told": own})

    def _count(self, result: Result, count: int = 1, told: Json = None) -> None:
        self.board.add(result, count, told)
        if find_spec("prometheus_client") is not None:
            from server import metrics

            metrics.count_shadow(self.programme, result, count)


def _word(name: str, value: str | None) -> str:
    """Return an outcome: of what is not the eligibility, with its name."""
    said = value if value is not None else "none"
    return said if name == "eligibility" else f"{name} {said}"
