"""What of a core is looked at while scenarios run, so that a changed core is tried on these scenarios only.

A copy of the core takes note of what is read: the versions of a rule, the value of a requirement, setting or named
figure, and on which days the days of a part are asked about. A difference between two cores is then traced to the
part around it that takes note; scenarios that never read that part decide the same with either core.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from functools import partial
from typing import Any, TypeAlias

from dsl import core as c
from dsl.core import references as reads
from dsl.core.walk import children, walk
from dsl.source import Span

ANY_DAY = date.min
"""Stands for a look at the first or last day itself, which any change of it concerns."""


@dataclass(slots=True)
class Touched:
    """Which scenarios, by index, read which parts, by path."""

    parts: dict[str, set[int]] = field(default_factory=dict)
    days: dict[str, dict[date, set[int]]] = field(default_factory=dict)
    current: int = -1
    """The scenario that runs."""

    def read(self, path: str) -> None:
        """Take note that the scenario that runs reads a part."""
        self.parts.setdefault(path, set()).add(self.current)

    def asked(self, path: str, day: date) -> None:
        """Take note that it asks whether a day is among some days."""
        self.days.setdefault(path, {}).setdefault(day, set()).add(self.current)

    def add(self, other: Touched) -> None:
        """Take over what another run took note of."""
        for path, indexes in other.parts.items():
            self.parts.setdefault(path, set()).update(indexes)
        for path, by_day in other.days.items():
            for day, indexes in by_day.items():
                self.days.setdefault(path, {}).setdefault(day, set()).update(indexes)

    def by(self, difference: Difference) -> set[int]:
        """Return the scenarios that a difference can concern."""
        match difference:
            case str():
                return self.parts.get(difference, set())
            case ChangedDays(path=path, was=was, now=now):
                asked = self.days.get(path, {})
                concerned = (
                    indexes for day, indexes in asked.items() if day == ANY_DAY or (day in was) != (day in now)
                )
                return set().union(*concerned)


# ---- a core that takes note --------------------------------------------------------------------------------------

_WATCHED: dict[type, str] = {
    c.Rule: "versions",
    c.Requirement: "value",
    c.SettingVersion: "value",
    c.NamedDecl: "value",
}
"""The field of a part that is read when anything below the part counts."""


def watching(core: c.Core, touched: Touched) -> c.Core:
    """Return a copy of a core that takes note of what is read of it."""
    rules = {name: _copy(rule, f"rules/{name}", touched) for name, rule in core.rules.items()}
    named = {name: _copy(value, f"named/{name}", touched) for name, value in core.named.items()}
    kept = {own.name: getattr(core, own.name) for own in fields(core)}
    return c.Core(**{**kept, "rules": rules, "named": named})


def _copy(value: Any, path: str, touched: Touched) -> Any:
    match value:
        case Span() | c.Type() | c.Basis():
            return value
        case c.Days():
            return _made(_DAYS, value, {}, partial(touched.asked, path))
        case tuple():
            return tuple(_copy(item, f"{path}/{index}", touched) for index, item in enumerate(value))
        case Mapping():
            return {name: _copy(item, f"{path}/{name}", touched) for name, item in value.items()}
        case _ if is_dataclass(value):
            inner = {own.name: _copy(getattr(value, own.name), f"{path}/{own.name}", touched) for own in fields(value)}
            cls = _TAKING_NOTE.get(type(value))
            if cls is None:
                return _made(type(value), value, inner, None)
            return _made(cls, value, inner, partial(touched.read, path))
        case _:
            return value


def _made(cls: type, value: Any, inner: Mapping[str, Any], note: Callable[..., None] | None) -> Any:
    made: Any = object.__new__(cls)
    for own in fields(value):
        object.__setattr__(made, own.name, inner[own.name] if own.name in inner else getattr(value, own.name))
    if note is not None:
        object.__setattr__(made, "note", note)
    return made


def _taking_note(cls: type, watched: str) -> type:
    def read(self: Any, name: str) -> Any:
        # Walking over a part in search of kinds of nodes decides nothing by the part's figures.
        if name == watched and sys._getframe(1).f_code is not _WALKING:
            object.__getattribute__(self, "note")()
        return object.__getattribute__(self, name)

    return type(f"Watched{cls.__name__}", (cls,), {"__slots__": ("note",), "__getattribute__": read})


def _days_taking_note() -> type:
    raw = object.__getattribute__

    def contains(self: Any, day: date) -> bool:
        raw(self, "note")(day)
        start, end = raw(self, "start"), raw(self, "end")
        return (start is None or start <= day) and (end is None or day < end)

    def read(self: Any, name: str) -> Any:
        if name in ("start", "end"):
            raw(self, "note")(ANY_DAY)
        return raw(self, name)

    inside = {"__slots__": ("note",), "__contains__": contains, "__getattribute__": read}
    return type("WatchedDays", (c.Days,), inside)


_WALKING = children.__code__
_TAKING_NOTE = {cls: _taking_note(cls, watched) for cls, watched in _WATCHED.items()}
_DAYS = _days_taking_note()


# ---- differences -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangedDays:
    """Days of a part that are others now."""

    path: str
    was: c.Days
    now: c.Days


Difference: TypeAlias = str | ChangedDays
"""The path of the part around a difference, or days that differ."""


def differences(was: c.Core, now: c.Core) -> Iterator[Difference]:
    """Yield where two cores decide differently; nothing where no decision can differ.

    Days that change only where the version around them says nothing, before and now, decide nothing: a wording that
    begins before its rule does, or a rule that begins before its first wording.
    """
    for section in ("rules", "named"):
        before, after = getattr(was, section), getattr(now, section)
        for name, value in before.items():
            path = f"{section}/{name}"
            if name not in after:
                yield path
            elif after[name] is not value:
                yield from _between(value, after[name], path, path, _no_day)
        # What is new concerns what lists all rules; a rule that names it differs itself.


Silent: TypeAlias = Callable[[date], bool]
"""Whether nothing is decided by a part on a day."""


def _no_day(_day: date) -> bool:
    return False


def _between(was: Any, now: Any, path: str, around: str, silent: Silent) -> Iterator[Difference]:
    if was is now or isinstance(was, Span):
        return
    if type(was) is not type(now):
        yield around
        return
    match was:
        case c.Days():
            if was != now and not all(silent(day) for day in _moved(was, now)):
                yield ChangedDays(path, was, now)
        case tuple():
            if len(was) != len(now):
                yield around
                return
            for index, (before, after) in enumerate(zip(was, now, strict=True)):
                yield from _between(before, after, f"{path}/{index}", around, silent)
        case Mapping():
            if list(was) != list(now):
                yield around
                return
            for name, value in was.items():
                yield from _between(value, now[name], f"{path}/{name}", around, silent)
        case _ if is_dataclass(was) and not isinstance(was, type):
            inside = path if type(was) in _WATCHED else around
            for own in fields(was):
                before, after = getattr(was, own.name), getattr(now, own.name)
                within = _silent_in(was, now, own.name) if isinstance(was, c.RuleVersion) else silent
                yield from _between(before, after, f"{path}/{own.name}", inside, within)
        case _:
            if was != now:
                yield around


def _silent_in(was: c.RuleVersion, now: c.RuleVersion, name: str) -> Silent:
    """Return on which days a field of a version decides nothing, with either wording."""
    starts_only = was.days.end == now.days.end and not was.was and not _reads_its_start(was)
    if name in ("requirement", "amount", "options") or (name == "days" and starts_only):
        return lambda day: not was.in_force(day) and not now.in_force(day)
    # Settings are read for days of checks and payments, an end is told, and former names begin with their version.
    return _no_day


def _reads_its_start(version: c.RuleVersion) -> bool:
    nodes = (node for expression in reads.expressions(version) for node in walk(expression))
    return any(isinstance(node, c.Anniversary) and node.which == "first" and node.after is None for node in nodes)


def _moved(was: c.Days, now: c.Days) -> Iterator[date]:
    """Yield the days that are among one of two spans only; where they have no end, the first day of all."""
    for one, other in ((was.start, now.start), (was.end, now.end)):
        if one == other:
            continue
        if one is None or other is None:
            yield ANY_DAY
            continue
        yield from (date.fromordinal(number) for number in range(*sorted((one.toordinal(), other.toordinal()))))
