"""Whether the service ends: told to all workers at once, before any of them is.

A worker that is told to end cannot know by itself whether newer ones take its place, as where policies are loaded again, or
none does. Of the second, readiness tells first, so that whoever shares requests out sends no more.
"""

from __future__ import annotations

from mmap import mmap

# Without a file, and shared with the processes that are forked off this one.
_SHARED = mmap(-1, 1)


def begin() -> None:
    """Tell all workers that the service ends."""
    _SHARED[0] = 1


def has_begun() -> bool:
    """Whether the service ends."""
    return _SHARED[0] == 1
