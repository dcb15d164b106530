"""How often one caller may ask: so many requests a time, counted by all workers together.

Each caller has one number: the time at which it will have used up what it asked for so far (generic cell rate algorithm). It may
ask at once for as much as it may in the whole time, and further as that comes back.
"""

from __future__ import annotations

import hashlib
import math
import re
import struct
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_UN, lockf
from mmap import mmap
from tempfile import TemporaryFile
from typing import Self

SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_SAID = {1: "a second", 60: "a minute", 3600: "an hour"}
CALLERS = 1 << 15
"""How many callers are told apart at once; of more, those that asked least lately begin anew."""
_NEAR = 8
_SLOT = struct.Struct("=QQ")
_RATE = re.compile(r"([1-9][0-9]{0,8})/(second|minute|hour)", re.ASCII)


class WrongRate(ValueError):
    """A text says no rate."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests in how many seconds."""

    count: int
    seconds: int

    @classmethod
    def of(cls, told: str) -> Self:
        """Return the rate that a text says, as ``100/second`` or ``6000/minute``.

        Raises:
            WrongRate: it says none.
        """
        found = _RATE.fullmatch(told)
        if found is None:
            raise WrongRate(f"`{told}` is no rate; write it as 100/second, 6000/minute or 100000/hour")
        return cls(int(found[1]), SECONDS[found[2]])


class Rates:
    """What callers have used up: in a file without a name, made before the workers, that all of them map."""

    def __init__(self, rate: Rate, clock: Callable[[], int] = time.monotonic_ns) -> None:
        """Make one in which nobody has asked.

        Args:
            rate: what each caller may.
            clock: nanoseconds that only grow, and are the same in all workers.
        """
        self.rate = rate
        self._clock = clock
        self._whole = rate.seconds * 1_000_000_000
        self._each = max(1, self._whole // rate.count)
        self._file = TemporaryFile()  # noqa: SIM115  it is there as long as the service
        # Written, not only made long: where the disk is full, this fails here, and not a worker that counts.
        self._file.write(bytes(CALLERS * _SLOT.size))
        self._file.flush()
        self._map = mmap(self._file.fileno(), CALLERS * _SLOT.size)
        weakref.finalize(self, self._file.close)
        self._own = threading.Lock()  # the file's lock does not keep apart the threads of one process

    @property
    def said(self) -> str:
        """What each caller may."""
        return f"{self.rate.count:,} times {_SAID[self.rate.seconds]}"

    def wait(self, caller: str) -> int:
        """Count a request, and return 0; where the caller has used up what it may, the seconds until it may again."""
        name = int.from_bytes(hashlib.blake2b(caller.encode("utf-8", "replace"), digest_size=8).digest()) or 1
        with self._own:
            lockf(self._file, LOCK_EX)
            try:
                return self._counted(name)
            finally:
                lockf(self._file, LOCK_UN)

    def _counted(self, name: int) -> int:
        now = self._clock()
        first = name % (CALLERS // _NEAR) * _NEAR
        place, used_up = self._place(name, first)
        used_up = max(used_up, now)
        over = used_up + self._each - now - self._whole
        if over > 0:
            return math.ceil(over / 1_000_000_000)
        _SLOT.pack_into(self._map, place, name, used_up + self._each)
        return 0

    def _place(self, name: int, first: int) -> tuple[int, int]:
        """Return where a caller's number stands and what it is; for a new one, the place of who has used up least."""
        slots = [
            (index * _SLOT.size, _SLOT.unpack_from(self._map, index * _SLOT.size))
            for index in range(first, first + _NEAR)
        ]
        for place, (own, used_up) in slots:
            if own == name:
                return place, used_up
        return min(slots, key=lambda slot: slot[1][1])[0], 0
