"""What a change does through the register: award by award, and to all that asks the register.

An award is held from the day it was attained as long as its checks come out well, and a check decides rules on its days:
so where these ask for more on every day, nobody holds the award longer than before, and nobody holds it for less time
where they ask for less. From the awards it goes on to the rules that ask whether one is held, and to the checks of other
awards. That is begun with awards that are all held as before, and gone on with until no award is another one: what is
asked of an earlier day was found before, and no check may rest on itself, so that by the days nothing else can come.

Said of partners whose checks all come out one way or the other: where it is not known whether one was passed, a later
one that surely was not is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from dsl import core as c
from dsl.core.anywhere import Anywhere
from dsl.core.keys import Keys
from evaluator.register.checks import WORDS
from review.diff.affected import both_of
from review.diff.direction import EQUAL, OPEN, Directions, Steps, beside, opposite

Relations = Mapping[str, Steps]
"""What becomes of how long awards are held, by their names; those that are not among them are held as before."""
NONE: Relations = MappingProxyType({})
CONTEXT_OF_THE_ENTRY = ("any", "own", "shared", "membership", "next", "attained")
"""Anniversaries that in a check are those of its entry: see ``evaluator.register.anniversaries``."""
_SET = (*WORDS, "renews to", "valid")
"""The settings that checks, and the days of an entry, are made of."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a change does with what the register says."""

    held: Relations = field(default_factory=dict)
    """Of each award that is not held as before: shorter (``down``), longer (``up``), or nobody can say."""
    rules: Mapping[str, Steps] = field(default_factory=dict)
    """Of each rule that can rest on what changed, by its name after: what becomes of what it decides."""


def followed(before: c.Core, after: c.Core) -> Followed:
    """Follow a change from award to award, and to the rules that ask for these.

    Args:
        before: the policies of one side.
        after: those of the other.
    """
    both = both_of(before, after)
    mine, its = (reach.at_all(both.things) for reach in both.reach)
    names = {name for what, name in (*mine, *its) if what == "rule"}
    reached = [rule for rule in after.rules.values() if rule.id in names]
    through = _Standings(before, after)
    through.follow(reached)
    return Followed(through.held, through.of_rules(reached))


@dataclass(slots=True)
class _Checked:
    """What the checks of a rule decide by both sides, on days between which its policies stay."""

    start: date
    end: date
    before: c.Expr
    after: c.Expr
    settings: tuple[c.Expr, ...]
    """That say when it is checked, alike on both sides as they are written."""
    by_itself: Steps | None = None
    """What becomes of it where nothing moves that it reads of the register."""


class _Standings:
    """Follows awards until all is found."""

    def __init__(self, before: c.Core, after: c.Core) -> None:
        self.before, self.after = before, after
        self.keys = tuple(Keys(core, frozenset(core.rules)) for core in (before, after))
        self.held: dict[str, Steps] = {}
        self._checked: dict[str, Sequence[_Checked | None]] = {}
        self._plain = _Through(self.keys[0], self.keys[1], self.held)

    def follow(self, reached: Iterable[c.Rule]) -> None:
        """Find what becomes of the awards that some rules are checked by."""
        names = {rule.id for rule in reached}
        awards = {award: _decided_by(self.after, award) for award in self.after.awards}
        awards = {award: rules for award, rules in awards.items() if any(rule.id in names for rule in rules)}
        known: dict[str, Steps] | None = None
        while known != self.held:
            known = dict(self.held)
            self._plain = _Through(self.keys[0], self.keys[1], known)
            for award, rules in awards.items():
                if "open" in known.get(award, EQUAL):
                    continue
                steps = known.get(award, EQUAL) | self._of_award(award, rules)
                if steps:
                    self.held[award] = steps

    def of_rules(self, rules: Iterable[c.Rule]) -> dict[str, Steps]:
        """Return what becomes of what rules decide."""
        found: dict[str, Steps] = {}
        for rule in rules:
            was = self._former(rule)
            found[rule.id] = OPEN if was is None else self._of_rule(was, rule)
        # Who pays by a rule pays what that decides.
        waiting = {name for name, steps in found.items() if steps}
        while waiting:
            payers = {rule.id for rule in self.after.rules.values() if not waiting.isdisjoint(_paid_by(rule))}
            waiting = {name for name in payers if name in found and "open" not in found[name]}
            found.update((name, found[name] | OPEN) for name in waiting)
        return found

    def _former(self, rule: c.Rule) -> c.Rule | None:
        was = self.before.rules.get(rule.id)
        return (
            was if was is not None and (was.levels, was.level, was.was) == (rule.levels, rule.level, rule.was) else None
        )

    def _of_rule(self, was: c.Rule, rule: c.Rule) -> Steps:
        if was.of_kind.of_language != rule.of_kind.of_language:
            return OPEN
        found = EQUAL
        for start, end in self._stretches(was, rule):
            one, other = was.version_on(start), rule.version_on(start)
            if one is None and other is None:
                continue
            if one is None or other is None:
                return OPEN
            ways = self._plain.through(start, end)
            found |= ways.asked(one, other, start)
            options = [{opt.name: opt for opt in version.options if start in opt.days} for version in (one, other)]
            if options[0].keys() != options[1].keys():
                return OPEN
            for name, option in options[0].items():
                found |= ways.of_optional(option.requirement, options[1][name].requirement, start)
            told = [replace(beside(version, start), options=_alone(version, start)) for version in (one, other)]
            if self.keys[0].says(told[0]) != self.keys[1].says(told[1]):
                return OPEN
            # The settings of an award say when it is checked: that is looked at with its checks.
            follow = [node for version in told for node in _conditions(version)]
            follow += [] if rule.is_award else [node for version in told for node in _settings(version)]
            if not all(map(ways.is_as_it_was, follow)):
                return OPEN
        return found

    def _of_award(self, award: str, rules: Iterable[c.Rule]) -> Steps:
        """Return what becomes of how long an award is held, by what its checks decide."""
        if {one.id for one in _decided_by(self.before, award)} != {one.id for one in rules}:
            return OPEN
        found = EQUAL
        for rule in rules:
            for check in self._checks_of(rule):
                found |= OPEN if check is None else self._at_checks(check)
                if "open" in found:
                    return OPEN
        return found

    def _at_checks(self, check: _Checked) -> Steps:
        """Return what becomes of the checks of a rule on days on which its policies stay."""
        ways = self._plain.in_checks.through(check.start, check.end)
        if not all(map(ways.is_as_it_was, check.settings)):
            return OPEN
        if all(map(ways.is_as_it_was, (check.before, check.after))):
            if check.by_itself is None:
                check.by_itself = ways.of(check.before, check.after, check.start)
            return check.by_itself
        return ways.of(check.before, check.after, check.start)

    def _checks_of(self, rule: c.Rule) -> Sequence[_Checked | None]:
        """Return what the checks of a rule decide, stretch by stretch; None where they are not comparable. Found once."""
        if rule.id not in self._checked:
            was = self._former(rule)
            self._checked[rule.id] = [None] if was is None else list(self._compared(was, rule))
        return self._checked[rule.id]

    def _compared(self, was: c.Rule, rule: c.Rule) -> Iterator[_Checked | None]:
        for start, end in self._stretches(was, rule):
            one, other = was.version_on(start), rule.version_on(start)
            ends = [(of.ended_by(start), of.ends_after(start), of.was_by(start)) for of in (was, rule)]
            if one is None or other is None or ends[0] != ends[1]:
                if one is not other or ends[0] != ends[1]:
                    yield None
                continue
            told = [_of_checks(version, start) for version in (one, other)]
            if self.keys[0].says(told[0]) != self.keys[1].says(told[1]):
                yield None
            elif one.requirement is not None and other.requirement is not None:
                settings = tuple(node for version in told for node in _settings(version))
                yield _Checked(start, end, one.requirement, other.requirement, settings)
            elif one.requirement is not other.requirement:
                yield None

    def _stretches(self, was: c.Rule, rule: c.Rule) -> Iterator[tuple[date, date]]:
        """Yield the first days of stretches between which no policies change in a rule, each with the first one behind."""
        days = sorted({date.min, *self.keys[0].days_of(was), *self.keys[1].days_of(rule)})
        yield from zip(days, (*days[1:], date.max), strict=True)


class _Through(Directions):
    """Compares nodes where awards are held as is told; for one day, or all days of a stretch."""

    def __init__(self, before: Keys, after: Keys, held: Relations, plain: _Through | None = None) -> None:
        """Take keys that are blind to the register, and what becomes of awards.

        Args:
            before: of one side.
            after: of the other.
            held: what becomes of awards.
            plain: what compares names, where this compares what checks ask: names are of the partner and not of an entry.
        """
        super().__init__(before, after)
        self._held = held
        self._plain = plain
        self._moving = Anywhere(before.core, self._moves), Anywhere(after.core, self._moves)
        self._dated = tuple(Anywhere(core, _is_anniversary) for core in (before.core, after.core))
        self._checks: _Through | None = None
        # A check lies before the question, so that a window in it may look behind its day.
        self._question = date.max

    @property
    def in_checks(self) -> _Through:
        """What compares nodes that the checks of an entry decide."""
        if self._checks is None:
            self._checks = _Through(self.before, self.after, self._held, self)
        return self._checks

    def through(self, start: date, end: date) -> _Through:
        """Return what compares nodes on all days from one until another, between which no policies change in them."""
        found = self._through(start, end, date.max)
        assert isinstance(found, _Through), "what compares a stretch is of the same kind"
        return found

    def _through(self, start: date, end: date, question: date) -> Directions:
        found = super()._through(start, end, question)
        if isinstance(found, _Through) and self._plain is not None:
            found._plain = self._plain.through(start, end)
        return found

    def of(self, one: c.Expr, other: c.Expr, day: date) -> Steps:
        """Return what becomes of a value on a day."""
        if self._plain is not None and (isinstance(one, c.Named) or isinstance(other, c.Named)):
            if isinstance(one, c.Named) and isinstance(other, c.Named):
                return self._plain.of(one, other, day)
            # In a check an anniversary is another one by a name than without.
            if any(dated.within(node) for dated, node in zip(self._dated, (one, other), strict=True)):
                return OPEN
        if self.is_as_it_was(one) and self._is_as_it_was(other):
            return super().of(one, other, day)
        key = (id(one), id(other), day)
        if key not in self._found:
            self._found[key] = (one, other, self._unlike(one, other, day))
        return self._found[key][2]

    def is_as_it_was(self, node: c.Expr) -> bool:
        """Whether nothing moves in a node of either side."""
        return self._is_as_it_was(node)

    def _is_as_it_was(self, node: c.Expr) -> bool:
        return not any(moving.within(node) for moving in self._moving)

    def _of_register(self, one: c.Expr, other: c.Expr) -> Steps:
        if not isinstance(one, c.OfAward) or isinstance(one, c.InRenewal):
            return OPEN if self._moves(one) else EQUAL
        held = self._held.get(one.award, EQUAL)
        return opposite(held) if isinstance(one, c.Lapsed) else held

    def _moves(self, node: c.Expr) -> bool | None:
        """Whether a node reads an award that is not held as before."""
        if isinstance(node, c.InRenewal):
            # On which days it is renewed its settings say, and these were compared.
            return "open" in self._held.get(node.award, EQUAL)
        if isinstance(node, c.OfAward):
            return bool(self._held.get(node.award))
        if isinstance(node, c.Anniversary):
            if self._plain is not None and node.which in CONTEXT_OF_THE_ENTRY:
                return False
            return node.which not in ("own", "attained") and self._is_given_otherwise(node.which)
        if isinstance(node, c.Named) and self._plain is not None:
            return True if not self._plain.is_as_it_was(node) else None
        return "register" in node.moves_with and bool(self._held)

    def _is_given_otherwise(self, which: str) -> bool:
        """Whether an award is not held as before that an anniversary can be of: of one that is shared any of a kind."""
        members = (self.before.core.member_names, self.after.core.member_names)
        return any(which == "shared" or any(award in names for names in members) for award in self._held)


def _is_anniversary(node: c.Expr) -> bool:
    return isinstance(node, c.Anniversary)


def _decided_by(core: c.Core, award: str) -> Sequence[c.Rule]:
    """Return the rules that checks of entries decide which may be of an award: its own, those before it, those that follow."""
    own = core.rule_of_award.get(award)
    names = (award, *(own.was if own is not None else ()))
    return tuple({rule.id: rule for name in names for rule in core.rules_of_entry.get(name, ())}.values())


def _of_checks(version: c.RuleVersion, day: date) -> c.RuleVersion:
    """Return what a version says that the checks of its award, and the days of its entries, are made of."""
    told = beside(version, day)
    return replace(
        told, options=(), effects=(), settings={word: one for word, one in told.settings.items() if word in _SET}
    )


def _alone(version: c.RuleVersion, day: date) -> tuple[c.Option, ...]:
    """Return the options of a version without what they ask."""
    return tuple(replace(one, days=c.ALWAYS, requirement=None) for one in version.options if day in one.days)


def _settings(version: c.RuleVersion) -> Iterator[c.Expr]:
    for told in version.settings.values():
        for one in told:
            values = one.value if isinstance(one.value, tuple) else (one.value,)
            yield from values


def _conditions(version: c.RuleVersion) -> Iterator[c.Expr]:
    for effect in _effects(version):
        yield from (node for node in (effect.when, effect.up_to) if node is not None)


def _paid_by(rule: c.Rule) -> Iterator[str]:
    """Yield the names of the rules by which the options of a rule are paid."""
    for version in rule.versions:
        yield from (name for effect in _effects(version) if effect.verb == "pay" for name in effect.names)


def _effects(version: c.RuleVersion) -> Iterator[c.Effect]:
    yield from version.effects
    yield from (effect for option in version.options for effect in option.effects)
