"""What a node speaks of, and what a rule reads: what a service has to tell before the rule is decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from dsl import core as c
from dsl.core.walk import each, named_in, walk as walk


def expressions(version: c.RuleVersion, day: date | None = None) -> Iterator[c.Expr]:
    """Yield what a version of a rule is made of: requirement, amount, stages, options, effects and settings.

    Args:
        version: the version.
        day: only the options, effects and settings of this day; None: all.
    """
    for part in (version.requirement, version.amount, version.stage):
        if part is not None:
            yield part
    for effect in version.effects:
        if day is None or day in effect.days:
            yield from _of_effect(effect)
    for option in version.options:
        if day is not None and day not in option.days:
            continue
        if option.requirement is not None:
            yield option.requirement
        for effect in option.effects:
            if day is None or day in effect.days:
                yield from _of_effect(effect)
    yield from settings_of(version, day)


def settings_of(version: c.RuleVersion, day: date | None = None) -> Iterator[c.Expr]:
    """Yield what the settings of a version are made of: when its award is checked, renewed and lost."""
    for settings in version.settings.values():
        for setting in settings:
            if day is not None and day not in setting.days:
                continue
            yield from setting.value if isinstance(setting.value, tuple) else (setting.value,)


def _of_effect(effect: c.Effect) -> Iterator[c.Expr]:
    yield from (part for part in (effect.when, effect.up_to) if part is not None)


def made_of(core: c.Core, rule: c.Rule) -> tuple[c.Expr, ...]:
    """Return the nodes that a rule of a core is made of, on whatever day, each object once; looked through once."""
    kept: dict[int, tuple[c.Rule, tuple[c.Expr, ...]]] = core.kept.setdefault(_MADE_OF, {})
    # With its rule: an identity is one object's only as long as that is there.
    found = kept.get(id(rule))
    if found is None:
        tops = (part for version in rule.versions for part in expressions(version))
        found = kept[id(rule)] = (rule, tuple(each(tops)))
    return found[1]


_MADE_OF = "what rules are made of"


class Reference(NamedTuple):
    """A name that a node speaks of: a fact, a list of records or certifications, a table, a figure, a rule, an award.

    ``supplied``: a figure or measure that a caller may give ready-made.
    """

    to: c.Refers
    name: str
    supplied: bool = False


def references(node: c.Node) -> Iterator[Reference]:
    """Yield what a node itself speaks of, also the lists that it reads without naming them; not what is below it."""
    supplied = isinstance(node, c.Named) and node.supplied
    for to, name in named_in(node):
        yield Reference(to, name, supplied)
    for name in node.lists_read:
        yield Reference("records", name)


@dataclass(frozen=True, slots=True)
class Reads:
    """Names that a service tells, each sorted.

    ``measures`` may be supplied ready-made instead of the records they are reckoned from.
    """

    facts: tuple[str, ...]
    measures: tuple[str, ...]
    records: tuple[str, ...]
    projected: bool = False
    """Whether something is also read as it is projected."""
    of_others: bool = False
    """Whether anniversaries are read that other awards give: which, the register says."""
    lists: tuple[c.CertificationList, ...] = field(default=(), compare=False)
    """The lists of certifications that are counted, by their names."""


def reads_of(core: c.Core, rules: Iterable[c.Rule]) -> Reads:
    """Return what rules read, also through other rules, measures and the register's checks."""
    reading: Reading = core.kept.get(_READING) or Reading(core)
    core.kept[_READING] = reading
    return reading.of(rules)


_READING = "what rules read"


@dataclass(slots=True)
class _Own:
    """What a rule or a named value speaks of itself."""

    facts: set[str] = field(default_factory=set)
    measures: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    projected: bool = False
    of_others: bool = False
    lists: dict[str, c.CertificationList] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)


class Reading:
    """What the rules of one core read; what a rule or a named value speaks of is looked up once."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._own: dict[tuple[str, str], _Own] = {}
        self._of_award: dict[str, list[str]] = {}
        for rule in core.rules.values():
            self._of_award.setdefault(rule.award, []).append(rule.id)

    def of(self, rules: Iterable[c.Rule]) -> Reads:
        """Return what rules read, also through other rules, measures and the register's checks."""
        waiting = [("rule", rule.id) for rule in rules]
        seen: set[tuple[str, str]] = set()
        every = _Own()
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            if one not in self._own:
                self._own[one] = self._spoken_of_by(*one)
            own = self._own[one]
            every.facts |= own.facts
            every.measures |= own.measures
            every.records |= own.records
            every.projected = every.projected or own.projected
            every.of_others = every.of_others or own.of_others
            every.lists |= own.lists
            waiting.extend(("named", name) for name in own.named)
            waiting.extend(("rule", name) for name in own.rules)
        told = (every.facts, every.measures, every.records)
        facts, measures, records = (tuple(sorted(names)) for names in told)
        lists = tuple(every.lists[name] for name in sorted(every.lists))
        return Reads(facts, measures, records, every.projected, every.of_others, lists)

    def _spoken_of_by(self, what: str, name: str) -> _Own:
        own = _Own()
        if what == "named":
            self._look_at(self.core.named[name].value, own)
            return own
        rule = self.core.asked(name)
        if rule.is_award:
            own.records.add("awards")
        for version in rule.versions:
            for part in expressions(version):
                self._look_at(part, own)
            for option in version.options:
                paid = (effect.names[0] for effect in option.effects if effect.verb == "pay")
                own.rules.update(one for one in paid if one in self.core.rules)
        return own

    def _look_at(self, top: c.Expr, own: _Own) -> None:
        for node in walk(top):
            own.projected = own.projected or isinstance(node, c.AsProjected)
            own.of_others = own.of_others or node.of_anniversary not in (None, "own", "attained")
            if isinstance(node, c.OfPeople):
                own.lists.update((one.name, one) for one in node.lists)
            for to, name, supplied in references(node):
                match to:
                    case "fact":
                        own.facts.add(name)
                    case "records":
                        own.records.add(name)
                    case "named":
                        own.named.add(name)
                        if supplied:
                            own.measures.add(name)
                    case "rule":
                        own.rules.add(name)
                    case "award":
                        own.rules.update(self._of_award.get(name, ()))
                    case "certifications" | "table":
                        continue
