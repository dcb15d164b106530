"""What a rule says from day to day: its editions, and what changed from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from dsl import core as c
from dsl.core.references import expressions
from dsl.core.walk import own_days, walk
from review.guide.marks import plain, series
from review.guide.names import Names
from review.guide.phrases import GuideSpeaker
from review.guide.told import Line, Teller


@dataclass(frozen=True, slots=True)
class Edition:
    """What a rule says on all of some days, told as of the first of them."""

    days: c.Days
    version: c.RuleVersion
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A line that a day adds, ends or words anew."""

    kind: Literal["new", "changed", "ended", "rests on"]
    title: str
    before: str = ""
    after: str = ""


def editions(names: Names, rule: c.Rule, *, subject: str | None = None) -> tuple[Edition, ...]:
    """Return the editions of a rule in the order of their days; days on which it says the same are one edition."""
    found: list[Edition] = []
    for version in rule.versions:
        for days in _stretches(names.core, version):
            day = days.start or date.min
            if not version.in_force(day):
                continue
            lines = Teller(GuideSpeaker(names, day, subject)).lines(version)
            before = found[-1] if found else None
            if (
                before is not None
                and before.version is version
                and before.lines == lines
                and before.days.end == days.start
            ):
                found[-1] = replace(before, days=replace(before.days, end=days.end))
            else:
                found.append(Edition(days, version, lines))
    # A rule that is never in force is told all the same.
    return tuple(found) or (Edition(rule.versions[0].days, rule.versions[0], ()),)


def edition_on(told: Sequence[Edition], day: date) -> Edition:
    """Return the edition of a day; of a day without one the last before it, else the first."""
    past = [one for one in told if one.days.start is None or one.days.start <= day]
    return past[-1] if past else told[0]


def _stretches(core: c.Core, version: c.RuleVersion) -> Iterator[c.Days]:
    """Cut the days of a version where something in it begins or ends."""
    spans = list(_days_in(core, version))
    cuts = {day for span in spans for day in (span.start, span.end) if day is not None and day in version.days}
    cuts.discard(version.days.start or date.min)
    doubtful = {span.start for span in spans if span.provisional} - {
        span.start for span in spans if not span.provisional
    }
    bounds = [version.days.start, *sorted(cuts), version.days.end]
    for index, start in enumerate(bounds[:-1]):
        second_hand = version.days.provisional if index == 0 else start in doubtful
        yield c.Days(start, bounds[index + 1], second_hand)


def _days_in(core: c.Core, version: c.RuleVersion) -> Iterator[c.Days]:
    yield from own_days(version)
    yield from (setting.days for settings in version.settings.values() for setting in settings)
    waiting, seen = list(expressions(version)), set[str]()
    while waiting:
        for node in walk(waiting.pop()):
            if not isinstance(node, c.OfPeople):
                # Which certifications count has a page of its own.
                yield from own_days(node)
            if isinstance(node, c.Named) and node.name not in seen:
                seen.add(node.name)
                waiting.append(core.named[node.name].value)


def changes(before: Sequence[Line], after: Sequence[Line]) -> tuple[Change, ...]:
    """Return what is different, line by line; a line that is new or ended is told with what stands in it."""
    return tuple(_changes(before, after))


def _changes(before: Sequence[Line], after: Sequence[Line]) -> Iterator[Change]:
    old, new = _by_title(before), _by_title(after)
    for key in dict.fromkeys([*old, *new]):
        one, other = old.get(key), new.get(key)
        if other is None and one is not None:
            yield Change("ended", _titled(one), before=_whole(one))
        elif one is None and other is not None:
            yield Change("new", _titled(other), after=_whole(other))
        elif one is not None and other is not None:
            if plain(one.text) != plain(other.text) and not _only_joins(one, other):
                yield Change("changed", _titled(other), one.text, other.text)
            elif (one.cites, one.assumes) != (other.cites, other.assumes):
                yield Change("rests on", _titled(other), *_rested(one, other))
            yield from _changes(one.parts, other.parts)


def _only_joins(one: Line, other: Line) -> bool:
    """Whether a line tells only how its parts make the whole, and there is one part before or after."""
    return bool(one.parts and other.parts) and not (one.text and other.text)


def _by_title(lines: Iterable[Line]) -> dict[tuple[str, str, int], Line]:
    found: dict[tuple[str, str, int], Line] = {}
    for line in lines:
        twin = 0
        while (line.group, line.title, twin) in found:
            twin += 1
        found[line.group, line.title, twin] = line
    return found


def _titled(line: Line) -> str:
    return " → ".join((*line.path[-2:], line.title))


def _whole(line: Line) -> str:
    inner = series(part.title or part.text for part in line.parts)
    return f"{line.text.rstrip(':')}: {inner}" if inner and line.text else inner or line.text


def _rested(one: Line, other: Line) -> tuple[str, str]:
    """Return on what a line rested before and after, where its words stay the same."""

    def told(line: Line) -> str:
        cites = [f"{cite.source}, “{cite.place}”" for cite in line.cites]
        return "; ".join([*(f"Source: {cite}" for cite in cites), *(f"Reading: {text}" for text in line.assumes)])

    return told(one) or "no source of its own", told(other) or "no source of its own"


@dataclass(frozen=True, slots=True)
class FigureVersion:
    """What a named figure is on some days, and what that rests on."""

    days: c.Days
    text: str
    cites: tuple[c.Citation, ...]
    assumes: tuple[str, ...]


def figure_versions(names: Names, named: c.NamedDecl) -> list[FigureVersion]:
    """Return what a figure or measure is, from day to day."""
    found: list[FigureVersion] = []
    versions = named.value.versions if isinstance(named.value, c.Dated) else (c.DatedValue(c.ALWAYS, named.value),)
    for version in versions:
        whole = c.RuleVersion(days=version.days, title="", amount=version.value)
        for days in _stretches(names.core, whole):
            teller = Teller(GuideSpeaker(names, days.start or date.min))
            line = teller.with_basis(Line("amount", "", teller.speaker.say(version.value)), version.value)
            cites = tuple(dict.fromkeys((*version.basis.cites, *line.cites)))
            one = FigureVersion(days, line.text, cites, tuple(dict.fromkeys((*version.basis.assumes, *line.assumes))))
            if found and (found[-1].text, found[-1].cites, found[-1].assumes) == (one.text, cites, one.assumes):
                found[-1] = replace(found[-1], days=replace(found[-1].days, end=days.end))
            else:
                found.append(one)
    return found
