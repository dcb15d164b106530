"""A format: how one kind of result is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from review.words.decision_text import Paint

T = TypeVar("T")
Writer = Callable[[T, Paint], str]
"""Writes a result, to its last line break; paint colours words for a terminal."""


class Formats(Mapping[str, Writer[T]], Generic[T]):
    """The formats of one kind of result by their names; the first is written where none is asked for."""

    def __init__(self, **writers: Writer[T]) -> None:
        self._writers = writers

    def __getitem__(self, name: str) -> Writer[T]:
        return self._writers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._writers)

    def __len__(self) -> int:
        return len(self._writers)


def in_json(value: Any) -> str:
    """Write JSON with its texts as they are."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def in_lines(lines: Iterable[str]) -> str:
    """Write lines."""
    return "".join(f"{line}\n" for line in lines)
