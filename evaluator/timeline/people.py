"""Whose certifications begin and end to count for the rules of a timeline, and on which days.

A certification counts from the day it was earned through its last day, while its person is with the partner, for each
list that has it in these days. Lists that no rule of the timeline counts are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple, TypeAlias

from dsl import core as c

Json = Any
Row: TypeAlias = Mapping[str, Json]
Turn: TypeAlias = Literal["earned", "joined", "listed", "expired", "left", "unlisted"]
"""Why a certification begins to count, or does not count any longer: of itself, of its person, of the lists."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turned:
    """A certification of somebody that counts from a day on, or from that day on no longer."""

    on: date
    turn: Turn
    person: str
    certification: str
    lists: tuple[c.CertificationList, ...]
    """Those that count it from then on, or no longer."""

    @property
    def is_gain(self) -> bool:
        """Whether it counts from then on."""
        return self.turn in ("earned", "joined", "listed")

    def as_json(self) -> dict[str, Json]:
        """Return all of it."""
        return {
            "on": self.on.isoformat(), "kind": self.turn, "person": self.person, "certification": self.certification,
            "lists": [{"name": one.name, "title": one.title} for one in self.lists],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moves:
    """The days on which people join and leave."""

    joins: frozenset[tuple[str, date]]
    leaves: frozenset[tuple[str, date]]


def turned(
    core: c.Core, lists: Sequence[c.CertificationList], rows: Sequence[Row], moves: Moves, first: date, last: date
) -> tuple[Turned, ...]:
    """Return whose certifications begin and end to count, day by day.

    Args:
        core: what certifications are also spelt as.
        lists: those that are counted.
        rows: the certifications of people, each while its person is with the partner; one that does not say whose it
            is, or of when, is left out.
        moves: who joins and leaves when.
        first: the first day that is told of.
        last: the last one.
    """
    entries: dict[str, list[tuple[c.CertificationList, c.Days]]] = {}
    for one in lists:
        for entry in one.entries:
            entries.setdefault(entry.certification, []).append((one, entry.days))
    spans: dict[tuple[str, str, str], list[_Span]] = {}
    for row in rows:
        name = core.certifications.get(row.get("certification", ""), row.get("certification", ""))
        if "person" not in row or not isinstance(row.get("earned"), str):
            continue
        for of, days in entries.get(name, ()):
            span = _span(row, days, moves)
            if span.last is None or span.first <= span.last:
                spans.setdefault((row["person"], name, of.name), []).append(span)
    by_name = {one.name: one for one in lists}
    found: dict[tuple[date, str, str, Turn], list[c.CertificationList]] = {}
    for (person, name, of_list), each in spans.items():
        for span in _together(each):
            for day, turn in span.turns():
                if first <= day <= last:
                    found.setdefault((day, person, name, turn), []).append(by_name[of_list])
    return tuple(
        Turned(day, turn, person, name, tuple(sorted(found[day, person, name, turn], key=lambda one: one.name)))
        for day, person, name, turn in sorted(found)
    )


class _Span(NamedTuple):
    """Days in which a certification counts for a list, and why it begins and ends."""

    first: date
    begins: Turn
    last: date | None
    """None: on and on."""
    ends: Turn

    def turns(self) -> Iterator[tuple[date, Turn]]:
        """Yield the first day, and the first one behind them."""
        yield self.first, self.begins
        if self.last is not None and self.last < date.max:
            yield self.last + _DAY, self.ends


def _span(row: Row, days: c.Days, moves: Moves) -> _Span:
    """Return the days in which a certification counts for an entry of a list: none where the last is before the first."""
    person, told = row["person"], row.get("expires", "none")
    first, last = date.fromisoformat(row["earned"]), None if told == "none" else date.fromisoformat(told)
    begins: Turn = "joined" if (person, first) in moves.joins else "earned"
    ends: Turn = "left" if last is not None and last < date.max and (person, last + _DAY) in moves.leaves else "expired"
    if days.start is not None and days.start > first:
        first, begins = days.start, "listed"
    if days.end is not None and (last is None or days.end <= last):
        last, ends = days.end - _DAY, "unlisted"
    return _Span(first, begins, last, ends)


def _together(spans: list[_Span]) -> Iterator[_Span]:
    """Yield spans that touch no other: a certification that is earned again while it counts goes on."""
    *rest, now = sorted(spans, key=lambda one: one.first)[::-1]
    for span in reversed(rest):
        if now.last is None or now.last == date.max or span.first <= now.last + _DAY:
            if now.last is not None and (span.last is None or span.last > now.last):
                now = now._replace(last=span.last, ends=span.ends)
        else:
            yield now
            now = span
    yield now
