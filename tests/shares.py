"""Cases that are too many for one test, divided: each share is a test of minutes that can be run, or run again, by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Share(NamedTuple):
    """One of some shares: every so many cases, so that no share has all of those that take long."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"share-{self.number + 1:02}-of-{self.of}"

    def cases(self, made: Sequence[T]) -> list[T]:
        """Return its cases of all."""
        return list(made[self.number :: self.of])


ALL = Share(0, 1)


def shares(of: int) -> list[Share]:
    """Return so many shares that are all cases together, and none of them twice."""
    return [Share(number, of) for number in range(of)]
