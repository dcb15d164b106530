"""A format: how one kind of result is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson

from review.languages.voice import Voice
from review.words.decision_text import Paint

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spoken(Generic[T]):
    """A result, and the voice of the language that it is told in."""

    told: T
    say: Voice


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


def in_one_line(value: Any) -> bytes:
    """Write JSON without spaces, its texts as they are and its keys in their order, as UTF-8; of what has no floats."""
    try:
        return orjson.dumps(value, option=_PLAIN)
    except TypeError:
        # An integer past 64 bits, a tuple with names, a key that is no text: as Python writes them, or refuses to.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


_PLAIN = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def in_lines(lines: Iterable[str]) -> str:
    """Write lines."""
    return "".join(f"{line}\n" for line in lines)
