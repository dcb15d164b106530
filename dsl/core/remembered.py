"""What was found once, for whoever asks next."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Remembered(dict[K, V]):
    """A dict that is begun anew when it is full, so that nodes of the moment and days without end take no room.

    What is found by an object's identity is kept with the object: an identity is one object's only as long as that is there.
    """

    def __init__(self, most: int = 20_000) -> None:
        super().__init__()
        self.most = most

    def keep(self, key: K, value: V) -> V:
        """Take what was found, and return it."""
        if len(self) >= self.most:
            self.clear()
        self[key] = value
        return value
