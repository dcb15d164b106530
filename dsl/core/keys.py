"""Canonical keys: what decides equally has equal keys, whatever it is called and wherever it is written.

``key(node, day)`` tells what a node decides on a day: versions are chosen, names resolved, parts that do not count are
left out, and so are origins, labels and sources. What is asked of other days, and what the register tells, follows
rules on days that only a partner's facts know: there the key is a lasting one, of all days. Equal keys decide equally;
different keys may (``x >= 5`` and ``not x < 5`` have two).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

from dsl.core import nodes as n
from dsl.core.bounds import Bounding
from dsl.core.references import made_of
from dsl.core.rules import Core, Effect, Rule, RuleVersion
from dsl.core.types import Basis, Days, Type
from dsl.core.walk import each, own_days, own_figures
from dsl.source import Span

Key: TypeAlias = str
"""A SHA-256 in hexadecimal digits."""

LABELS = frozenset({"code", "title", "basis", "origin", "provisional", "was", "table", "meant"})
"""Fields by which nothing is decided: what a reader is told."""
IN_ANY_ORDER = (n.AllOf, n.AnyOf, n.NumberOf, n.Total, n.Ranked)
"""Nodes whose parts count alike in any order."""
_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Said:
    """What a rule, a name or a node speaks of itself, in all that it is made of."""

    nodes: tuple[n.Expr, ...]
    names: frozenset[str]
    rules: frozenset[str]
    """Rules that are asked about on the day."""
    awards: frozenset[str]
    """Awards of which the register is asked."""
    days: frozenset[date] | None = None
    """The days on which it changes by itself, once they were asked for."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What a rule reads on a day: rules, itself among them, and what is said in them and in the names that they speak of."""

    rules: Mapping[str, Rule]
    said: Sequence[_Said]

    @property
    def awards(self) -> frozenset[str]:
        """The awards of which the register is asked."""
        return frozenset[str]().union(*(said.awards for said in self.said))


class Keys:
    """The keys of one core; each is reckoned once between two change days."""

    def __init__(self, core: Core, alike: AbstractSet[str] = frozenset()) -> None:
        """Take a core.

        Args:
            core: whose keys they are.
            alike: rules that say the same on all days in another core, with all that they rest on but the register: what
                the register says by them needs no looking at, where the keys are only held against that core's.
        """
        self.core = core
        self._alike = alike
        self._lasting: dict[int, tuple[object, Key]] = {}
        self._found: dict[int, tuple[object, list[tuple[date, date, Key]]]] = {}
        """The keys of a value, each with the first day of its stretch and the first one after it."""
        self._turning: dict[int, tuple[n.Node, tuple[date, ...]]] = {}
        self._open: list[tuple[date, date]] = []
        """The stretches of what is being made a key of, as far as it was looked at: outermost first."""
        self._below: dict[str, Key] = {}
        self._asked: dict[str, tuple[Mapping[str, Rule], frozenset[str]]] = {}
        self._said: dict[tuple[str, str], _Said] = {}
        self._told_below: dict[int, tuple[n.Node, Key]] = {}
        self._bounding = Bounding(core)

    def key(self, node: n.Expr, day: date) -> Key:
        """Return the key of what a node decides on a day."""
        return self._key(node, day)

    def lasting(self, node: n.Expr) -> Key:
        """Return the key of what a node decides, on whatever day it is asked."""
        return _hash(self._key(node, None), self._of_awards(self._read_by([], [node]).awards))

    def of_rule(self, rule: Rule, day: date) -> Key:
        """Return the key of what a rule decides on a day: its wording in force, and what the register says by it."""
        version = self._version(rule, day)
        says = _hash("silent") if version is None else self._key(version, day)
        if not rule.is_award:
            # The same amount is another thing to whom it is paid.
            return _hash("paid out", says) if rule.of_kind.to_partner else says
        return _hash("award", rule.levels, rule.level, says, self._of_awards([rule.award]))

    def says(self, version: RuleVersion) -> Key:
        """Return the key of what a version of a rule says on all its days, without what the register says by the rule."""
        return self._key(version, None)

    def days_of(self, rule: Rule) -> tuple[date, ...]:
        """Return the days on which what a rule decides can change by the policies alone, sorted.

        Days of its wordings, of what they name, of lists and tables, and days compared with today, but for those that come
        again every month or year: between two of the days it may still be decided otherwise on some. What is asked of other
        days (``on``, ``sometime``, the register) moves with the partner's facts as well.
        """
        return self._days_of(self._read_by([rule]))

    def days_in(self, node: n.Expr) -> tuple[date, ...]:
        """Return likewise the days on which what a node decides can change."""
        return self._days_of(self._read_by([], [node]))

    def _days_of(self, read: _Read) -> tuple[date, ...]:
        found: set[date] = set()
        for one in read.rules.values():
            found.update(day for version in one.versions for day in (*version.bounds(), *stated_days(version)))
        for said in read.said:
            if said.days is None:
                said.days = frozenset(
                    day for node in said.nodes for day in (*_ends(own_days(node)), *self._turned(node))
                )
            found |= said.days
        return tuple(sorted(found))

    def asked_of_register(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """Return the rules of all awards whose entries in the register can change what some rules decide."""
        awards: set[str] = set()
        for rule in rules:
            awards |= self._asked_by(rule)[1]
            if rule.is_award:
                awards.add(rule.award)
        return tuple(rule for rule in self._asked_through(sorted(awards)) if rule.is_award)

    # ---- keys

    def _key(self, value: object, day: date | None) -> Key:
        value = self._meant(value, day)
        # With its node: an identity is one object's only as long as that is there.
        if day is None:
            if id(value) not in self._lasting:
                self._lasting[id(value)] = (value, _hash(*self._form(value, None)))
            return self._lasting[id(value)][1]
        known = self._found.setdefault(id(value), (value, []))[1]
        found = next((one for one in known if one[0] <= day < one[1]), None)
        if found is None:
            self._open.append((date.min, date.max))
            key = _hash(*self._form(value, day))
            found = (*self._open.pop(), key)
            known.append(found)
        self._within(*found[:2])
        return found[2]

    def _within(self, start: date, end: date) -> None:
        """Note that what is being made a key of is the same from a day until another one."""
        if self._open:
            low, high = self._open[-1]
            self._open[-1] = (max(low, start), min(high, end))

    def _turns_on(self, days: Iterable[date], day: date) -> None:
        """Note that it hangs on which of some days have come on a day."""
        for one in days:
            self._within(*((one, date.max) if one <= day else (date.min, one)))

    def _meant(self, value: object, day: date | None) -> object:
        """Return what a name stands for, and of values with days the one in force."""
        if isinstance(value, n.Named) and not value.supplied:
            return self._meant(self.core.named[value.name].value, day)
        if isinstance(value, n.Dated) and day is not None:
            self._turns_on(_ends(version.days for version in value.versions), day)
            now = next((version.value for version in value.versions if day in version.days), None)
            return value if now is None else self._meant(now, day)
        return value

    def _form(self, value: Any, day: date | None) -> Iterator[object]:
        """Yield what makes a node or a part of a rule what it is."""
        yield type(value).__name__
        inner = None if isinstance(value, n.Node) and value.tells_elsewhere else day
        if day is not None and isinstance(value, n.Node) and (value.tells_elsewhere or self._given_by(value)):
            yield self._told_of_register(value)  # type: ignore[arg-type]  # all nodes are of the union
        match value:
            case n.Requirement():
                yield from (value.part, value.path, self._days_form(value.days, inner), self._key(value.value, inner))
                return
            case n.Named():
                named = self.core.named[value.name]
                # A caller may tell it by its name instead.
                yield from (self._key(named.value, inner), value.name, _type(named.type))
                return
            case n.Fact():
                declared = self.core.facts.get(value.name)
                yield from (value.name, _type(declared.type if declared is not None else value.type))
                return
            case n.OfRecords():
                yield self._records_form(value.records, inner)
            case n.Qualifies(rule=rule) | n.InProgress(rule=rule):
                asked = self.core.rules[rule]
                yield self._of_all_days(asked) if day is None else self._requirement(asked, day)
                return
            case Effect(verb="pay"):
                yield from (
                    self.of_rule(self.core.rules[name], day) for name in value.names if day and name in self.core.rules
                )
            case n.Field(name="certification"):
                yield from self._spelt(None)
            case n.OfPeople():
                # A certification under its own name is counted by the lists that have it, whatever else is spelt.
                yield from self._spelt({entry.certification for one in value.lists for entry in one.entries})
            case _:
                pass
        for own in fields(value):
            if own.name not in LABELS:
                yield from (own.name, self._part(value, own.name, inner))

    def _spelt(self, counted: AbstractSet[str] | None) -> Iterator[str]:
        """Yield the other spellings that certifications have, of all or of those that are counted."""
        for spelt, name in sorted(self.core.certifications.items()):
            if spelt != name and (counted is None or name in counted or spelt in counted):
                yield f"{spelt} {name}"

    def _part(self, value: object, name: str, day: date | None) -> object:
        part = getattr(value, name)
        found = self._value(part, day)
        in_any_order = name == "parts" and isinstance(value, IN_ANY_ORDER)
        return sorted(map(str, found)) if in_any_order and isinstance(found, list) else found

    def _value(self, value: Any, day: date | None) -> object:
        match value:
            case Type():
                return _type(value)
            case n.CertificationList():
                counted = (one for one in value.entries if self._counts(one, day))
                return sorted(f"{one.certification} {self._days_form(one.days, day)}" for one in counted)
            case Days():
                return self._days_form(value, day)
            case tuple():
                return [self._value(item, day) for item in value if self._counts(item, day)]
            case Mapping():
                return [(str(name), self._value(item, day)) for name, item in value.items()]
            case Span() | Basis():
                return ""
            case _ if is_dataclass(value) and not isinstance(value, type):
                return self._key(value, day)
            case _:
                return f"{type(value).__name__} {value}"

    def _counts(self, item: object, day: date | None) -> bool:
        days = getattr(item, "days", None)
        if day is None or not isinstance(days, Days):
            return True
        self._turns_on(_ends([days]), day)
        return day in days

    @staticmethod
    def _days_form(days: Days, day: date | None) -> object:
        """Return the days of something that counts: on a day it only matters that they hold it."""
        return (str(days.start), str(days.end)) if day is None else ""

    def _records_form(self, name: str, day: date | None) -> object:
        declared = self.core.records.get(name)
        if declared is None:
            return ""
        told = [
            f"{one.name} {_type(one.type)} {'' if one.formula is None else self._key(one.formula, day)}"
            for one in declared.fields.values()
        ]
        return (declared.monthly, declared.dated_by, sorted(told))

    def _version(self, rule: Rule, day: date) -> RuleVersion | None:
        self._turns_on((bound for version in rule.versions for bound in version.bounds()), day)
        return rule.version_on(day)

    def _requirement(self, rule: Rule, day: date) -> Key:
        version = self._version(rule, day)
        if version is None or version.requirement is None:
            # Nobody qualifies for what is out of force, and everybody for what asks nothing.
            return _hash("silent" if version is None else "asks nothing")
        return self._key(version.requirement, day)

    # ---- what the register reads

    def _told_of_register(self, node: n.Expr) -> Key:
        """Return the key of what the register says of the awards that a node asks about, the same on all days."""
        if id(node) not in self._told_below:
            self._told_below[id(node)] = (node, self._of_awards(self._read_by([], [node]).awards))
        return self._told_below[id(node)][1]

    def _of_all_days(self, rule: Rule) -> Key:
        """Return the key of a rule's wordings on all days; awards inside stand by their names, as the register is circular."""
        name = f"rule {rule.id}"
        if name not in self._below:
            self._below[name] = _hash(rule.levels, rule.level, *(self._key(version, None) for version in rule.versions))
        return self._below[name]

    def _of_awards(self, awards: Iterable[str]) -> Key:
        """Return the key of what the register says of awards on any day: of all rules that their checks can ask."""
        asked = sorted(set(awards))
        name = f"awards {' '.join(asked)}"
        if name not in self._below:
            rules = self._asked_through(asked) if asked else []
            said = ("" if rule.id in self._alike else self._of_all_days(rule) for rule in rules)
            self._below[name] = _hash(*asked, *(f"{rule.id} {told}" for rule, told in zip(rules, said, strict=True)))
        return self._below[name]

    def _asked_through(self, awards: Iterable[str]) -> list[Rule]:
        """Return the rules that the checks of awards can ask, by way of other awards too, by their names."""
        waiting, found = list(awards), dict[str, Rule]()
        seen: set[str] = set()
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            for rule in self.core.rules_of_entry.get(one, ()):
                found[rule.id] = rule
                waiting.append(rule.award)
                others, awards = self._asked_by(rule)
                found.update(others)
                waiting.extend(awards)
        return [found[name] for name in sorted(found)]

    def _asked_by(self, rule: Rule) -> tuple[Mapping[str, Rule], frozenset[str]]:
        """Return the rules that a rule asks about on the day, and the awards of which it asks the register."""
        if rule.id not in self._asked:
            read = self._read_by([rule])
            self._asked[rule.id] = (read.rules, read.awards)
        return self._asked[rule.id]

    def _given_by(self, node: n.Node) -> Sequence[str]:
        """Return the awards and benefits whose anniversaries a node can be of; a shared one is of any kind of award."""
        which = node.of_anniversary
        if which is None or which in ("own", "attained"):
            return ()
        if which == "shared":
            return self.core.awards
        return self.core.membership.awards if self.core.membership is not None else ()

    # ---- what a rule reads

    def _read_by(self, rules: Sequence[Rule], nodes: Sequence[n.Expr] = ()) -> _Read:
        """Return what rules and nodes are made of, or ask about on the day, by name too."""
        asked = {rule.id: rule for rule in rules}
        named: set[str] = set()
        said = [self._spoken(each(nodes))] if nodes else []
        said += map(self._said_by, rules)
        waiting = [(one.rules, one.names) for one in said]
        while waiting:
            others, names = waiting.pop()
            new = [self.core.rules[name] for name in others if name not in asked]
            asked.update((rule.id, rule) for rule in new)
            told = [self._said_by(rule) for rule in new]
            told += [self._said_of_name(name) for name in names if name not in named]
            named |= names
            said += told
            waiting += [(one.rules, one.names) for one in told]
        return _Read(asked, said)

    def _said_by(self, rule: Rule) -> _Said:
        key = ("rule", rule.id)
        if key not in self._said:
            effects = (effect for version in rule.versions for one in version.options for effect in one.effects)
            self._said[key] = self._spoken(
                made_of(self.core, rule), (name for effect in effects for name in effect.names)
            )
        return self._said[key]

    def _said_of_name(self, name: str) -> _Said:
        key = ("named", name)
        if key not in self._said:
            self._said[key] = self._spoken(each([self.core.named[name].value]))
        return self._said[key]

    def _spoken(self, made_of: Iterable[n.Expr], paid: Iterable[str] = ()) -> _Said:
        nodes = tuple(made_of)
        names: set[str] = set()
        rules = {name for name in paid if name in self.core.rules}
        awards: set[str] = set()
        for node in nodes:
            if isinstance(node, n.Named):
                names.add(node.name)
            elif isinstance(node, n.Qualifies | n.InProgress):
                rules.add(node.rule)
            award = getattr(node, "award", None)
            if isinstance(award, str):
                awards.add(award)
            awards.update(self._given_by(node))
        return _Said(nodes, frozenset(names), frozenset(rules), frozenset(awards))

    def _turned(self, node: n.Expr) -> tuple[date, ...]:
        if id(node) not in self._turning:
            self._turning[id(node)] = (node, tuple(self._turns(node)))
        return self._turning[id(node)][1]

    def _turns(self, node: n.Expr) -> Iterator[date]:
        """Yield days on which a comparison of today with a day of the policies turns.

        Between the days that stand in it only today moves. Compared with one day it turns there once at most, and by halves
        that day is found. Compared with a day that comes again (the start of the month of today) it may turn every month:
        of these turns one is found, or none.
        """
        if not isinstance(node, n.Compare) or node.left.type.kind != "date":
            return
        within = [one for said in self._read_by([], [node]).said for one in said.nodes]
        if not any(isinstance(one, n.Today) for one in within):
            return
        stated = {day for one in within for figure in own_figures(one) if isinstance(day := figure, date)}
        stated |= {day for one in within for day in _ends(own_days(one))}
        # On the day itself it can be another than before it and after it: x = 2023-03-01.
        cuts = sorted({day for one in stated if FIRST < one < LAST for day in (one, one + _DAY)} - {FIRST, LAST})
        for first, last in zip((FIRST, *cuts), (*(day - _DAY for day in cuts), LAST), strict=True):
            if self._bounds(node, first) != self._bounds(node, last):
                yield self._first_unlike(node, first, last)
            if last != LAST and self._bounds(node, last) != self._bounds(node, last + _DAY):
                yield last + _DAY

    def _first_unlike(self, node: n.Expr, first: date, last: date) -> date:
        """Return the first day in a stretch on which a comparison is another than on its first day."""
        like, unlike = first.toordinal(), last.toordinal()
        was = self._bounds(node, first)
        while unlike - like > 1:
            middle = (like + unlike) // 2
            if self._bounds(node, date.fromordinal(middle)) == was:
                like = middle
            else:
                unlike = middle
        return date.fromordinal(unlike)

    def _bounds(self, node: n.Expr, day: date) -> object:
        return self._bounding.of(node, Days(day, day + _DAY))


FIRST, LAST = date(1990, 1, 1), date(2099, 12, 30)
"""The days between which comparisons with today are looked at; what is asked about lies between them."""


def _ends(spans: Iterable[Days]) -> Iterator[date]:
    for days in spans:
        yield from (day for day in (days.start, days.end) if day is not None)


def stated_days(version: RuleVersion) -> Iterator[date]:
    """Yield the first and last days of what a version says beside its nodes: options, effects, settings, statements."""
    things: Iterable[Any] = (
        *version.options,
        *version.effects,
        *version.at_most_one,
        *version.must_choose,
        *version.immediate_badge,
        *(one for settings in version.settings.values() for one in settings),
    )
    effects = (effect for option in version.options for effect in option.effects)
    yield from _ends((version.days, *(thing.days for thing in things), *(effect.days for effect in effects)))


def _type(type_: Type) -> str:
    return f"{type_.kind} {type_.unit} {type_.low} {type_.high} {type_.choices} {type_.spellings}"


def _hash(*parts: object) -> Key:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
