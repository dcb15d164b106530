"""Masks: places of what is logged that are blotted out before anything is stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from server.log.entries import exact

Json = Any
BLOT = "(masked)"
ROOTS = ("query", "answer", "caller", "trace_id")
HARMLESS = frozenset({"/query/facts/partner", "/query/request_id"})
"""Places of a query that decide nothing: what else was masked keeps a decision from being replayed."""


class WrongMask(ValueError):
    """A text is no place that can be masked."""


@dataclass(frozen=True, slots=True)
class Masks:
    """JSON pointers into ``{query, answer, caller, trace_id}``; ``*`` stands for every key and every index."""

    pointers: tuple[str, ...] = ()

    @classmethod
    def of(cls, pointers: Sequence[str]) -> Masks:
        """Return the masks of some pointers.

        Raises:
            WrongMask: one is no JSON pointer, or points to nothing that is logged.
        """
        for pointer in pointers:
            tokens = pointer.split("/")
            if tokens[0] or len(tokens) < 2 or tokens[1] not in ROOTS:
                known = ", ".join(f"/{root}" for root in ROOTS)
                raise WrongMask(f"`{pointer}` is no place of what is logged: begin with {known}")
        echoed = ["/answer/request_id"] if "/query/request_id" in pointers else []
        return cls(tuple(dict.fromkeys([*pointers, *echoed])))

    def query(self, data: Json) -> tuple[Json, list[str]]:
        """Return a query without what is masked, and the pointers that masked something."""
        return self._blotted("query", data)

    def answer(self, text: str) -> tuple[str, list[str]]:
        """Return an answer without what is masked; where nothing is, the very text."""
        if not any(pointer.split("/")[1] == "answer" for pointer in self.pointers):
            return text, []
        data, hit = self._blotted("answer", json.loads(text, parse_float=Decimal))
        return (exact(data), hit) if hit else (text, [])

    def text(self, name: str, value: str) -> tuple[str, list[str]]:
        """Return a caller or a trace id, blotted out where it is masked."""
        hit = [pointer for pointer in self.pointers if pointer == f"/{name}" and value]
        return (BLOT, hit) if hit else (value, [])

    def _blotted(self, root: str, data: Json) -> tuple[Json, list[str]]:
        hit: list[str] = []
        for pointer in self.pointers:
            tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
            if tokens[0] != root:
                continue
            data, found = _without(data, tokens[1:])
            if found:
                hit.append(pointer)
        return data, hit


def _without(data: Json, tokens: list[str]) -> tuple[Json, bool]:
    """Return data with a blot in the place of what tokens lead to, and whether there was such a place."""
    if not tokens:
        return BLOT, True
    token, *rest = tokens
    keys: list[Any]
    match data:
        case dict():
            keys = [key for key in data if token in ("*", key)]
            copied: Json = dict(data)
        case list():
            keys = [index for index in range(len(data)) if token in ("*", str(index))]
            copied = list(data)
        case _:
            return data, False
    is_hit = False
    for key in keys:
        copied[key], found = _without(data[key], rest)
        is_hit = is_hit or found
    return (copied, True) if is_hit else (data, False)
