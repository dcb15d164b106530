"""Two sides of a change, compared rule by rule: what each says from day to day, and whether anything is decided otherwise.

What is said is compared in the guide's words, on every stretch of days in which neither side changes. Whether decisions
can differ is known by the canonical keys (``dsl.core.keys``): where they are equal on all days, nothing is decided
otherwise, however the text was moved, renamed or laid out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from os.path import commonpath
from pathlib import PurePath
from typing import Literal, NamedTuple, TypeAlias

from dsl import core as c
from dsl.core.keys import Keys
from dsl.core.references import expressions, made_of
from dsl.core.walk import each, walk
from dsl.document import Document, Translation
from dsl.lower.translations import titled
from review.diff.affected import Reach, Thing, both_of, way_in_words
from review.diff.direction import DOWN, EQUAL, OPEN, UP, Directions, Steps
from review.guide.editions import Change, Edition, FigureVersion, changes, editions, figure_versions
from review.guide.marks import plain
from review.guide.names import Names
from review.guide.phrases import GuideSpeaker

Kind: TypeAlias = Literal["added", "removed", "renamed", "changed", "reworded", "moved", "reached"]
"""What became of a rule. ``reworded``: it is written otherwise and decides the same; ``moved``: it stands in another file;
``reached``: its own words are the same, and what it rests on is not."""


@dataclass(frozen=True, slots=True)
class Side:
    """Policies before or after a change."""

    name: str
    document: Document
    core: c.Core


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which the same is different."""

    days: c.Days
    changes: tuple[Change, ...]
    steps: Steps = EQUAL
    """What it does to what is decided then."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule, figure, list of certifications or translation of a title that is not what it was.

    A translation is named by the language's tag, and has the title that it is of.
    """

    kind: Kind
    what: Literal["rule", "figure", "certifications", "translation"]
    name: str
    title: str
    stretches: tuple[Stretch, ...] = ()
    before_at: str | None = None
    after_at: str | None = None
    former: str | None = None
    """The name it had before, where it has another one now."""
    takes_over: tuple[str, ...] = ()
    """Rules of which a rule that is new says that it was them: the register says of their holders that they hold it."""
    through: str = ""
    """The way from what changed to it, where its own words did not."""
    by_the_register: bool = False
    """Whether that way goes through what the register says: through checks on other days, and anniversaries."""
    decides: bool = False
    """Whether a decision by it can be another one."""
    amount: bool = False
    """Whether it decides an amount of money."""
    unlike: tuple[c.Days, ...] = (c.ALWAYS,)
    """The days on which a decision by it can be another one; on all others its keys are equal."""
    steps: Steps = EQUAL
    """What becomes of what it decides."""
    codes: tuple[tuple[str, str], ...] = ()
    """Reason codes that have another name now: before, after."""
    since: date | None = None
    """The first day on which a list of certifications counts other ones, ``date.min`` where it always did."""

    @property
    def first_day(self) -> date | None:
        """The first day on which it is different; None: it always was, or no day is told."""
        starts = [stretch.days.start for stretch in self.stretches]
        return min((start for start in starts if start is not None), default=None) if None not in starts else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is different between two sides."""

    before: Side
    after: Side
    changed: tuple[Changed, ...]
    decides_the_same: bool
    """Whether no decision can differ: every rule is on both sides, and their keys are equal on all days."""


def compare(before: Side, after: Side) -> Comparison:
    """Return what is different between two sides."""
    both = both_of(before.core, after.core)
    things, reach = both.things, both.reach
    one, other = (_Told(side, keys) for side, keys in zip((before, after), both.keys, strict=True))
    touched = {name for its in reach for what, name in its.said_with(things) if what == "figure"}
    vocabulary = [*_figures(one, other, touched), *_lists(one, other), *_translations(before.document, after.document)]
    rules = list(_rules(one, other, frozenset(name for what, name in things if what == "rule")))
    rules += _reached(one, other, reach, things, rules)
    decides = any(found.decides for found in rules)
    return Comparison(before, after, (*vocabulary, *rules), not decides)


class _Told:
    """One side, with what its rules say and decide."""

    def __init__(self, side: Side, keys: Keys) -> None:
        self.core = side.core
        self.names = Names(side.core, side.document)
        self.keys = keys
        self.folder = _common_folder({rule.origin.source.name for rule in side.core.rules.values()})

    def editions(self, rule: c.Rule) -> tuple[Edition, ...]:
        """Return what a rule says, from day to day."""
        return editions(self.names, rule)

    def at(self, origin: c.Rule | c.NamedDecl) -> str:
        """Return where something is written."""
        return f"{origin.origin.source.name}:{origin.origin.line}"

    def file(self, rule: c.Rule) -> str:
        """Return the file that a rule is written in, from the folder that all files of the side are in."""
        return rule.origin.source.name.removeprefix(self.folder)

    def figure(self, row: _Row) -> str:
        """Return what a row of a table says, as it does on its first day."""
        return plain(GuideSpeaker(self.names, row.days.start or date.min).say(row.value))

    def said(self, thing: Thing) -> str:
        """Return what something is called."""
        what, name = thing
        if what == "rule" and name in self.core.rules:
            return self.core.rules[name].title
        if what == "figure" and name in self.core.named:
            return self.core.named[name].title
        return name


def _common_folder(names: Iterable[str]) -> str:
    told = sorted(names)
    return commonpath([str(PurePath(name).parent) for name in told]) if told else ""


def _rules(one: _Told, other: _Told, changed: AbstractSet[str]) -> Iterator[Changed]:
    """Yield the rules that are not what they were: their own words, or what they are made of."""
    old, new = one.core.rules, other.core.rules
    former = {name: rule.id for rule in new.values() for name in _formerly(rule) if name in old and name not in new}
    successors: dict[str, list[str]] = {}
    for name, new_id in former.items():
        if new_id not in old:
            successors.setdefault(new_id, []).append(name)
    ways = Directions(one.keys, other.keys)
    for rule in new.values():
        first, *merged = successors.get(rule.id, [rule.id])
        was = old.get(first)
        if rule.id not in changed:
            if was is not None and one.file(was) != other.file(rule):
                yield Changed("moved", "rule", rule.id, rule.title, (), one.at(was), other.at(rule))
            continue
        if was is None:
            yield Changed(
                "added", "rule", rule.id, rule.title, _whole(other, rule, "new"), after_at=other.at(rule), decides=True,
                takes_over=tuple(name for name in _formerly(rule) if name in old),
            )  # fmt: skip
            continue
        # Of several that become one each is told: what is new is another thing for who had the one or the other.
        for its in (was, *(old[name] for name in merged)):
            yield from _changed(one, other, ways, its, rule)
    for rule in old.values():
        if rule.id not in new and rule.id not in former:
            yield Changed(
                "removed", "rule", rule.id, rule.title, _whole(one, rule, "ended"), before_at=one.at(rule), decides=True
            )


def _changed(one: _Told, other: _Told, ways: Directions, was: c.Rule, rule: c.Rule) -> Iterator[Changed]:
    """Yield what becomes of a rule, where that is something, by its own words and by what it is made of."""
    unlike = _unlike(one, was, other, rule)
    days = _first_days(unlike)
    told = _stretches(one.editions(was), other.editions(rule))
    stretches = tuple(part for stretch in told for part in _by_direction(ways, was, rule, stretch, days))
    steps = _steps(ways, was, rule, c.ALWAYS, days)
    renamed = was.id != rule.id
    if renamed or (was.levels, was.was) != (rule.levels, rule.was):
        unlike = (c.ALWAYS,)  # whom the register says to hold it
        steps |= EQUAL if renamed else OPEN
    if was.of_kind.of_language != rule.of_kind.of_language:
        unlike = (c.ALWAYS,)
        steps |= OPEN
        said = (f"like {one.of_kind.of_language}" for one in (was, rule))
        stretches = (Stretch(c.ALWAYS, (Change("changed", "Kind", *said),), OPEN), *stretches)
    base = Changed(
        "changed", "rule", rule.id, rule.title, stretches, one.at(was), other.at(rule),
        decides=bool(steps) or renamed, amount=rule.of_kind.costs, unlike=unlike, steps=steps,
        codes=tuple(_codes(was, rule)),
    )  # fmt: skip
    if renamed:
        yield replace(base, kind="renamed", former=was.id)
    elif steps and not stretches:
        # Its words are the same: what it is made of is told where it is written.
        yield replace(base, kind="reached", through=_made_of(one, was, other, rule))
    elif stretches or days or base.codes:
        yield base if steps else replace(base, kind="reworded")


def _codes(was: c.Rule, rule: c.Rule) -> Iterator[tuple[str, str]]:
    """Yield the reason codes that have another name now, by what the labels say that they were."""
    old, new = ({node.code: node for node in requirements(one)} for one in (was, rule))
    for code, node in new.items():
        former = next((name for name in node.was if name in old), None)
        if code not in old and former is not None and former not in new:
            yield former, code


def requirements(rule: c.Rule) -> Iterator[c.Requirement]:
    """Yield what a rule asks that has a reason code, in all of its versions."""
    for version in rule.versions:
        for top in expressions(version):
            yield from (node for node in walk(top) if isinstance(node, c.Requirement))


def _made_of(one: _Told, was: c.Rule, other: _Told, rule: c.Rule) -> str:
    """Return what a rule is made of that is not the same: its lists of certifications, rows of its tables."""
    mine, its = ({listing.name: listing for listing in _listings([one])} for one in (was, rule))
    unlike = [listing.title for name, listing in its.items() if mine.get(name) != listing]
    rows, now = (dict(_rows_of(one)) for one in (was, rule))
    for row in dict.fromkeys((*rows, *now)):
        if rows.get(row) != now.get(row):
            figures = (side.figure(said[row]) if row in said else "" for side, said in ((one, rows), (other, now)))
            unlike.append(_row(": ".join(row), *figures))
    return ", ".join(unlike) or "what it is made of"


def _row(name: str, before: str, after: str) -> str:
    """Return what becomes of a row: the figure that it moves from and to, or that it is there on one side only.

    Examples:
        >>> _row("rates: larger", "5 %", "4 %"), _row("rates: larger", "", "4 %"), _row("rates: larger", "5 %", "5 %")
        ('rates: larger from 5 % to 4 %', 'rates: larger, new: 4 %', 'rates: larger')
    """
    if not before or not after:
        return f"{name}, {f'new: {after}' if after else f'no more: {before}'}"
    return name if before == after else f"{name} from {before} to {after}"


class _Row(NamedTuple):
    """What a row of a decision table says."""

    when: c.Expr | None
    value: c.Expr
    days: c.Days


def _rows_of(rule: c.Rule) -> Iterator[tuple[tuple[str, str], _Row]]:
    """Yield the rows of the decision tables that a rule reads, by the table and what the row is for."""
    for version in rule.versions:
        for top in expressions(version):
            for node in walk(top):
                if isinstance(node, c.Case) and node.table is not None:
                    for branch in node.branches:
                        yield (node.table, branch.name), _Row(branch.when, branch.value, branch.days)


def _listings(rules: Iterable[c.Rule]) -> Iterator[c.CertificationList]:
    for rule in rules:
        for version in rule.versions:
            for top in expressions(version):
                for node in walk(top):
                    yield from node.lists if isinstance(node, c.OfPeople) else ()


def _formerly(rule: c.Rule) -> Iterator[str]:
    """Yield the ids that a rule had: under the names that its award had before."""
    yield from (rule.id.replace(rule.award, name) for name in rule.was)


def _reached(
    one: _Told, other: _Told, reach: tuple[Reach, Reach], things: Sequence[Thing], told: Sequence[Changed]
) -> Iterator[Changed]:
    """Yield the rules whose own words stay, and that rest on something that changed."""
    decided = {found.name for found in told if found.decides}
    things = [thing for thing in things if thing[1] in decided or (thing[0] != "rule" and _differs(thing, one, other))]
    mine, its = reach
    on_the_day = {**mine.on_the_day(things), **its.on_the_day(things)}
    at_all = {**mine.at_all(things), **its.at_all(things)}
    # A rule that was moved, or is only worded otherwise, can still rest on something that changed.
    names = {found.name for found in told if found.decides}
    ways = Directions(one.keys, other.keys)
    for rule in other.core.rules.values():
        was, thing = one.core.rules.get(rule.id), ("rule", rule.id)
        if rule.id in names or was is None or thing not in at_all:
            continue
        base = Changed(
            "reached", "rule", rule.id, rule.title, before_at=one.at(was), after_at=other.at(rule), decides=True,
            through=way_in_words(at_all[thing][:-1], other.said), amount=rule.of_kind.costs,
            by_the_register=thing not in on_the_day, steps=OPEN,
        )  # fmt: skip
        if base.by_the_register:
            yield base
        elif unlike := _unlike(one, was, other, rule):
            way = way_in_words(on_the_day[thing][:-1], other.said)
            # What it pays, or what it lets follow, is not among what it asks.
            steps = _steps(ways, was, rule, c.ALWAYS, _first_days(unlike)) or OPEN
            yield replace(base, through=way, unlike=unlike, steps=steps)


def _differs(thing: Thing, one: _Told, other: _Told) -> bool:
    """Whether something that is no rule can make a decision another one: more of it changed than what it is called."""
    what, name = thing
    if what == "figure" and name in one.core.named and name in other.core.named:
        return one.keys.lasting(one.core.named[name].value) != other.keys.lasting(other.core.named[name].value)
    if what == "fact" and name in one.core.facts and name in other.core.facts:
        return one.core.facts[name].type != other.core.facts[name].type
    return True


def _whole(side: _Told, rule: c.Rule, kind: Literal["new", "ended"]) -> tuple[Stretch, ...]:
    told = side.editions(rule)
    lines = changes((), told[0].lines) if kind == "new" else changes(told[-1].lines, ())
    return (Stretch(told[0].days if kind == "new" else told[-1].days, lines),)


def _unlike(one: _Told, was: c.Rule, other: _Told, rule: c.Rule) -> tuple[c.Days, ...]:
    """Return the stretches between days on which either rule can change, on which they do not decide alike."""
    days = sorted({date.min, *one.keys.days_of(was), *other.keys.days_of(rule)})
    return tuple(
        c.Days(None if day == date.min else day, end)
        for day, end in pairwise((*days, None))
        if day is not None and one.keys.of_rule(was, day) != other.keys.of_rule(rule, day)
    )


def _first_days(stretches: Iterable[c.Days]) -> tuple[date, ...]:
    return tuple(days.start or date.min for days in stretches)


def _by_direction(
    ways: Directions, was: c.Rule, rule: c.Rule, stretch: Stretch, unlike: Sequence[date]
) -> Iterator[Stretch]:
    """Yield a stretch as it is, or cut where the same words begin to do something else; what follows tells no words."""
    inside = [day for day in unlike if day in stretch.days and day not in (stretch.days.start, date.min)]
    bounds = [stretch.days.start, *inside, stretch.days.end]
    parts = [Stretch(days, (), _steps(ways, was, rule, days, ())) for days in map(c.Days, bounds[:-1], bounds[1:])]
    merged: list[Stretch] = []
    for part in parts:
        if merged and merged[-1].steps == part.steps:
            merged[-1] = replace(merged[-1], days=replace(merged[-1].days, end=part.days.end))
        else:
            merged.append(part)
    *before, last = merged
    yield from before
    yield replace(last, changes=stretch.changes)


def _steps(ways: Directions, was: c.Rule, rule: c.Rule, days: c.Days, unlike: Sequence[date]) -> Steps:
    """Return what becomes of what a rule decides on some days; nothing where it decides as before."""
    found = EQUAL
    for day in {days.start or date.min, *(day for day in unlike if day in days)}:
        if ways.before.of_rule(was, day) == ways.after.of_rule(rule, day):
            continue
        mine, its = was.version_on(day), rule.version_on(day)
        if mine is not None and its is not None:
            found |= ways.of_versions(mine, its, day)
        elif mine is not None or its is not None:
            found |= UP if mine is None else DOWN
    return found


def _stretches(before: Sequence[Edition], after: Sequence[Edition]) -> Iterator[Stretch]:
    """Yield the stretches of days on which two rules say something else; days that follow each other are one."""
    found: list[Stretch] = []
    for days in _cut([edition.days for edition in (*before, *after)]):
        old, new = _on(before, days), _on(after, days)
        lines = changes(old.lines if old is not None else (), new.lines if new is not None else ())
        if (old is None) != (new is None):
            what: Literal["new", "ended"] = "ended" if new is None else "new"
            lines = (Change(what, "In force", *_days_in_force(old, new)),)
        if not lines:
            continue
        if found and found[-1].changes == lines and found[-1].days.end == days.start:
            found[-1] = Stretch(replace(found[-1].days, end=days.end), lines)
        else:
            found.append(Stretch(days, lines))
    yield from found


def _days_in_force(old: Edition | None, new: Edition | None) -> tuple[str, str]:
    return (str(old.days) if old is not None else "", str(new.days) if new is not None else "")


def _cut(spans: Iterable[c.Days]) -> Iterator[c.Days]:
    """Yield the stretches between all first and last days."""
    days = list(spans)
    edges = sorted({day for one in days for day in (one.start, one.end) if day is not None})
    bounds = [None, *edges, None]
    for start, end in pairwise(bounds):
        yield c.Days(start, end)


def _on(told: Sequence[Edition], days: c.Days) -> Edition | None:
    inside = days.start or date.min
    return next((one for one in told if inside in one.days and one.lines), None)


def _figures(one: _Told, other: _Told, touched: AbstractSet[str]) -> Iterator[Changed]:
    old, new = one.core.named, other.core.named
    for name in (name for name in dict.fromkeys([*old, *new]) if name in touched):
        was, now = old.get(name), new.get(name)
        before = figure_versions(one.names, was) if was is not None else []
        after = figure_versions(other.names, now) if now is not None else []
        stretches = tuple(_of_figure(before, after))
        title = (now or was or _never()).title
        kind: Kind = "added" if was is None else "removed" if now is None else "changed"
        if stretches:
            yield Changed(
                kind, "figure", name, title, stretches,
                one.at(was) if was is not None else None, other.at(now) if now is not None else None,
            )  # fmt: skip


def _of_figure(before: Sequence[FigureVersion], after: Sequence[FigureVersion]) -> Iterator[Stretch]:
    for days in _cut([version.days for version in (*before, *after)]):
        inside = days.start or date.min
        old = next((version for version in before if inside in version.days), None)
        new = next((version for version in after if inside in version.days), None)
        if old is None and new is None:
            continue
        if old is None or new is None:
            yield Stretch(
                days, (Change("new" if old is None else "ended", "", old.text if old else "", new.text if new else ""),)
            )
        elif plain(old.text) != plain(new.text):
            yield Stretch(days, (Change("changed", "", old.text, new.text),))
        elif (old.cites, old.assumes) != (new.cites, new.assumes):
            yield Stretch(days, (Change("rests on", "", _basis(old), _basis(new)),))


def _basis(version: FigureVersion) -> str:
    cites = [f"{cite.source}, “{cite.place}”" for cite in version.cites]
    return "; ".join((*cites, *(f"reading: {text}" for text in version.assumes))) or "no source of its own"


def _lists(one: _Told, other: _Told) -> Iterator[Changed]:
    old, new = _entries(one.core), _entries(other.core)
    for name in dict.fromkeys([*old, *new]):
        (title, before), (_, after) = old.get(name) or new[name], new.get(name) or old[name]
        before = before if name in old else {}
        after = after if name in new else {}
        unlike = [
            entry
            for entry in dict.fromkeys([*before, *after])
            if (entry in before, _spans(before.get(entry, ()))) != (entry in after, _spans(after.get(entry, ())))
        ]
        lines = tuple(
            Change(
                "new" if entry not in before else "ended" if entry not in after else "changed",
                entry, _spans(before.get(entry, ())), _spans(after.get(entry, ())),
            )
            for entry in unlike
        )  # fmt: skip
        if lines:
            kind: Kind = "added" if name not in old else "removed" if name not in new else "changed"
            first = min(_first_unlike(before.get(entry, ()), after.get(entry, ())) for entry in unlike)
            yield Changed(kind, "certifications", name, title, (Stretch(c.ALWAYS, lines),), since=first)


def _translations(before: Document, after: Document) -> Iterator[Changed]:
    """Yield the titles that are told otherwise in another language: all that has the title is told so."""
    old, new = _told_in(before), _told_in(after)
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        if was is None and now is not None:
            kind: Kind = "added"
            change = Change("new", "", after=now.text)
        elif was is not None and now is None:
            kind, change = "removed", Change("ended", "", before=was.text)
        elif was is not None and now is not None and was.text != now.text:
            kind, change = "changed", Change("changed", "", was.text, now.text)
        elif was is not None and now is not None and _place_of(was) != _place_of(now):
            kind, change = "changed", Change("rests on", "", _place_of(was), _place_of(now))
        else:
            continue
        at = [f"{one.origin.source.name}:{one.origin.line}" if one is not None else None for one in (was, now)]
        tag, title = key
        yield Changed(kind, "translation", tag, title, (Stretch(c.ALWAYS, (change,)),), at[0], at[1])


def _told_in(document: Document) -> Mapping[tuple[str, str], Translation]:
    """Return the translations of a document by their language and the title, each where it stands first."""
    found: dict[tuple[str, str], Translation] = {}
    for title, _, given in titled(document):
        for one in given:
            if title is not None:
                found.setdefault((one.language, title), one)
    return found


def _place_of(one: Translation) -> str:
    return f"{one.cite.source}, “{one.cite.place}”" if one.cite is not None else "no source of its own"


def _spans(spans: Sequence[c.Days]) -> str:
    return "; ".join(map(str, spans))


def _first_unlike(before: Sequence[c.Days], after: Sequence[c.Days]) -> date:
    """Return the first day that is in the one and not in the other; the last there is where only their words differ."""
    days = sorted({date.min, *(day for span in (*before, *after) for day in (span.start, span.end) if day is not None)})
    unlike = (day for day in days if any(day in span for span in before) != any(day in span for span in after))
    return next(unlike, date.max)


def _entries(core: c.Core) -> Mapping[str, tuple[str, Mapping[str, Sequence[c.Days]]]]:
    """Return the lists of certifications that rules count: title, and the days of each entry."""
    found: dict[str, tuple[str, Mapping[str, Sequence[c.Days]]]] = {}
    made = [node for rule in core.rules.values() for node in made_of(core, rule) if isinstance(node, c.OfPeople)]
    made += [node for node in each(one.value for one in core.named.values()) if isinstance(node, c.OfPeople)]
    for listing in (listing for node in made for listing in node.lists):
        days: dict[str, tuple[c.Days, ...]] = {}
        for entry in listing.entries:
            days[entry.certification] = (*days.get(entry.certification, ()), entry.days)
        found[listing.name] = (listing.title, days)
    return found


def _never() -> c.NamedDecl:
    raise AssertionError("a name that changed is on one of the sides")
