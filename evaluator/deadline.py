"""When the time for a question is over: deciding looks at the clock between its steps, and stops.

The clock decides nothing but whether there is an answer. What was found until then is of whole steps, so that whoever
asks next on the same engine finds nothing half done. Each thread has a deadline of its own, and none unless it is given
one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class DeadlineOver(Exception):
    """The time for a question is over."""


class _Own(threading.local):
    end: float | None = None
    """On the clock of ``time.monotonic``; None: there is time."""


_own = _Own()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give what is done inside so many seconds, counted from now; ``DeadlineOver`` is raised in it once they are over."""
    before = _own.end
    _own.end = time.monotonic() + seconds
    try:
        yield
    finally:
        _own.end = before


def look_at_the_clock() -> None:
    """Stop where the time is over; called between steps, each of which is short.

    Raises:
        DeadlineOver: it is.
    """
    end = _own.end
    if end is not None and time.monotonic() > end:
        raise DeadlineOver
