"""Decisions of the log, decided once more: the same policies and the same engine give the same answer, byte for byte."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from evaluator.engine import Engine
from server.api import answers, wire
from server.api.problems import Problem
from server.log.masks import HARMLESS, Masks
from server.log.store import Logged, Store

Outcome = Literal["same", "differs", "other policies", "other engine", "masked", "erased"]
"""The last four were not decided once more."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a logged decision."""

    seq: int
    decision_id: str
    outcome: Outcome
    note: str = ""


def replay(store: Store, engine: Engine, *, sample: int | None = None, seed: int = 0) -> Iterator[Replayed]:
    """Yield what comes of the decisions of a log.

    Args:
        store: the log.
        engine: what decides.
        sample: how many entries are looked at, chosen by the seed; None: all.
        seed: chooses the sample, so that it can be had again.

    Raises:
        LogUnavailable: the log cannot be read.
    """
    for one in _chosen(store, sample, seed):
        if one.entry.kind == "decision":
            yield replayed(one, engine)


def _chosen(store: Store, sample: int | None, seed: int) -> Iterator[Logged]:
    last = store.head().seq
    if sample is None or sample >= last:
        yield from store.entries(1, last)
        return
    for seq in sorted(random.Random(seed).sample(range(1, last + 1), sample)):
        yield from store.entries(seq, seq)


def replayed(one: Logged, engine: Engine) -> Replayed:
    """Decide a logged decision once more, and compare."""
    entry, contents = one.entry, one.contents

    def came(outcome: Outcome, note: str = "") -> Replayed:
        return Replayed(entry.seq, entry.decision_id, outcome, note)

    if contents is None:
        return came("erased")
    masked: list[str] = json.loads(contents.masked)
    if any(pointer.startswith("/query") and pointer not in HARMLESS for pointer in masked):
        return came("masked", f"what was asked is not whole: {', '.join(masked)}")
    if entry.digest != engine.core.digest:
        return came("other policies", entry.digest)
    if entry.engine != engine.name:
        return came("other engine", entry.engine)
    try:
        text = answers.decided_text(engine, wire.parse(contents.query.encode()))
    except Problem as problem:
        return came("differs", f"it is refused now: {problem.kind.code}: {problem}")
    text, _ = Masks(tuple(masked)).answer(_at_the_same_place(text, contents.answer))
    if text == contents.answer:
        return came("same")
    return came("differs", _first_difference(contents.answer, text))


_PLACE = re.compile(r'"(?:at|pointer)":"((?:[^"\\\\]|\\\\.)+):[0-9]+"')
"""Where something is written: a file of the policies as it was given, and a line."""


def _at_the_same_place(now: str, was: str) -> str:
    """Return an answer as if the policies lay where they lay when it was logged: that is no part of what is decided."""
    here, there = _PLACE.search(now), _PLACE.search(was)
    if here is None or there is None or here[1] == there[1]:
        return now
    mine, other = here[1].split("/"), there[1].split("/")
    while mine and other and mine[-1] == other[-1]:
        mine.pop()
        other.pop()
    prefix, logged = ("".join(f"{part}/" for part in parts) for parts in (mine, other))

    def moved(found: re.Match[str]) -> str:
        whole = found[0]
        start = found.start(1) - found.start()
        if not found[1].startswith(prefix):
            return whole
        return f"{whole[:start]}{logged}{whole[start + len(prefix) :]}"

    return _PLACE.sub(moved, now)


def _first_difference(was: str, now: str) -> str:
    """Say from which character on two texts differ, and how."""
    end = min(len(was), len(now))
    at = next((index for index in range(end) if was[index] != now[index]), end)
    return f"from character {at + 1:,} on: `{was[at : at + 40]}` was answered, now it is `{now[at : at + 40]}`"
