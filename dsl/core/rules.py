"""Rules, their versions and options, the vocabulary, and the core that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal as OneOf

from dsl.core.kinds import MEASURE, Kinds, RuleKind
from dsl.core.nodes import AllOf, Case, Dated, Expr, Named, Requirement
from dsl.core.remembered import Remembered
from dsl.core.types import ALWAYS, NO_BASIS, Basis, Days, Type
from dsl.source import NO_SPAN, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an option pays, gives, keeps or loses, and under which condition."""

    verb: OneOf["pay", "gives", "keeps", "loses", "covers"]
    names: tuple[str, ...]
    """As the policies say it, for readers: kinds and groups under their own names."""
    meant: tuple[str, ...] = ()
    """Ids of all that they name: what a timeline enters into the register; a decision tells the names."""
    when: Expr | None = None
    up_to: Expr | None = None
    days: Days = ALWAYS
    basis: Basis = NO_BASIS


@dataclass(frozen=True, slots=True)
class Stated:
    """That something is so on some days: that a badge is given at once, how many options may be chosen."""

    days: Days = ALWAYS
    basis: Basis = NO_BASIS


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way of a choice; ``name`` None is ``no choice``."""

    name: str | None
    code: str
    title: str
    requirement: Expr | None
    effects: tuple[Effect, ...]
    days: Days = ALWAYS
    basis: Basis = NO_BASIS
    origin: Span = field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingVersion:
    """A property of a rule and the days it is in force."""

    days: Days
    value: Expr | tuple[Expr, Expr]
    """One value, or the first and last day of a window."""
    basis: Basis = NO_BASIS


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """The wording of a rule for some days."""

    days: Days
    title: str
    basis: Basis = NO_BASIS
    requirement: Expr | None = None
    amount: Expr | None = None
    stage: Case | None = None
    options: tuple[Option, ...] = ()
    at_most_one: tuple[Stated, ...] = ()
    must_choose: tuple[Stated, ...] = ()
    effects: tuple[Effect, ...] = ()
    settings: Mapping[str, tuple[SettingVersion, ...]] = field(default_factory=dict)
    immediate_badge: tuple[Stated, ...] = ()
    was: tuple[str, ...] = ()
    """Ids whose holders hold this award from the first day of the version on."""
    origin: Span = field(default=NO_SPAN, compare=False, repr=False)

    def gives_badge_at_once(self, day: date) -> bool:
        """Whether the badge is given as soon as the requirements are met."""
        return any(day in stated.days for stated in self.immediate_badge)

    def pick(self, day: date) -> OneOf["exactly_one", "at_most_one", "any"]:
        """Return how many of the options may be chosen."""
        if any(day in stated.days for stated in self.must_choose):
            return "exactly_one"
        return "at_most_one" if any(day in stated.days for stated in self.at_most_one) else "any"

    def in_force(self, day: date) -> bool:
        """Whether the version says something for a day: a rule whose every clause is dated says nothing outside."""
        if day not in self.days:
            return False
        if self.requirement is not None:
            clauses = _clauses(self.requirement)
            return any(day in clause.days if isinstance(clause, Requirement) else True for clause in clauses)
        if isinstance(self.amount, Dated):
            return any(day in version.days for version in self.amount.versions)
        return not self.options or any(day in option.days for option in self.options)

    def bounds(self) -> frozenset[date]:
        """Return the days on which it can begin or cease to be in force."""
        days = [self.days, *(option.days for option in self.options)]
        if self.requirement is not None:
            days += [clause.days for clause in _clauses(self.requirement) if isinstance(clause, Requirement)]
        if isinstance(self.amount, Dated):
            days += [version.days for version in self.amount.versions]
        return frozenset(day for one in days for day in (one.start, one.end) if day is not None)


def _clauses(node: Expr) -> Iterator[Expr]:
    """Yield what must all be met, clause by clause."""
    if isinstance(node, AllOf):
        for part in node.parts:
            yield from _clauses(part)
    else:
        yield node


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A thing that can be decided, by its id (``designation.security``, ``competency.security.gold``)."""

    id: str
    of_kind: RuleKind
    """What kind of rule it is: what it decides, whether it keeps a register, what readers call it."""
    name: str
    title: str
    versions: tuple[RuleVersion, ...]
    level: str | None = None
    levels: tuple[str, ...] = ()
    """All levels of the award, lowest first; empty where it has none."""
    area: str | None = None
    awarded_to: tuple[str, ...] = ()
    origin: Span = field(default=NO_SPAN, compare=False, repr=False)

    @property
    def was(self) -> tuple[str, ...]:
        """Ids whose holders hold this award from some day on."""
        return tuple(dict.fromkeys(old for version in self.versions for old in version.was))

    def version_on(self, day: date) -> RuleVersion | None:
        """Return the version in force on a day; None where the rule says nothing then: the one meaning of "in force"."""
        return next((version for version in self.versions if version.in_force(day)), None)

    def was_by(self, day: date) -> set[str]:
        """Return the ids whose holders hold this award by a day: those of the versions that have begun."""
        begun = (one for one in self.versions if one.days.start is None or one.days.start <= day)
        return {old for version in begun for old in version.was}

    def ended_by(self, day: date) -> date | None:
        """Return the last day by a day from which the rule was not in force; where a version follows another, it goes on."""
        return max((end for end in self._ends() if end <= day), default=None)

    def ends_after(self, day: date) -> date | None:
        """Return the first day after a day from which the rule is not in force."""
        return min((end for end in self._ends() if end > day), default=None)

    def _ends(self) -> Iterator[date]:
        ends = (version.days.end for version in self.versions)
        return (end for end in ends if end is not None and self.version_on(end) is None)

    @property
    def kind(self) -> str:
        """The word that begins it."""
        return self.of_kind.name

    @property
    def award(self) -> str:
        """The id the register knows the award by: without a level."""
        return f"{self.kind}.{self.name}"

    @property
    def is_award(self) -> bool:
        """Whether the register knows it."""
        return self.of_kind.keeps_register


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDecl:
    """A fact or a field of a record, as a service may tell it."""

    name: str
    type: Type
    title: str
    formula: Expr | None = None
    basis: Basis = NO_BASIS
    origin: Span = field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsDecl:
    """A list of records that a service may tell."""

    name: str
    title: str
    monthly: bool
    fields: Mapping[str, FieldDecl]
    dated_by: str | None = None
    """The date field from which on a record counts; a list without one tells of the question's day only."""
    origin: Span = field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDecl:
    """A figure or measure and the expression that gives it."""

    name: str
    title: str
    type: Type
    value: Expr
    supplied: bool
    is_measure: bool = False
    """Whether it is reckoned of what is told, so that it can be asked; a figure is what policies say."""
    origin: Span = field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Never:
    """That nobody meets a condition."""

    against: Expr
    """What somebody meets who shows that it is not so."""
    about: str = ""
    """The award that it is claimed of, where it is claimed of several, each by itself."""
    days: Days = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverCosts:
    """That nobody who tells more of some facts or measures, and all else alike, meets a condition no longer."""

    more: tuple[str, ...]
    condition: Expr
    about: str
    """The rule that the condition is about."""
    days: Days = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """What is claimed of every partner of whom everything is told: decided nowhere, proved before it counts."""

    name: str
    title: str
    claims: tuple[Never | NeverCosts, ...]
    days: Days = ALWAYS
    basis: Basis = NO_BASIS
    origin: Span = field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Membership:
    """Which awards and benefits make the membership: their anniversaries are those that rules mean by the anniversary."""

    names: tuple[str, ...]
    """As the policies say it: kinds, groups and awards, for readers."""
    awards: tuple[str, ...]
    """Ids of them all."""
    origin: Span = field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Core:
    """All that is decided: rules in dependency-free form, the vocabulary, the named values."""

    digest: str
    version: str
    package: str
    title: str
    rules: Mapping[str, Rule]
    facts: Mapping[str, FieldDecl]
    records: Mapping[str, RecordsDecl]
    named: Mapping[str, NamedDecl]
    benefits: tuple[str, ...]
    """Ids of benefits that a choice can give: they may stand in the register."""
    certifications: Mapping[str, str] = field(default_factory=dict)
    """Every spelling of a certification that some list has, with the certification."""
    membership: Membership | None = None
    """What makes the membership; None where no policy says it, and no anniversary but an award's own ever comes."""
    change_days: tuple[date, ...] = ()
    """Every day on which some version begins or ends, sorted."""
    terms: Mapping[str, str] = field(default_factory=dict)
    """How names without a title are written for readers; nothing is decided by them."""
    properties: Mapping[str, Property] = field(default_factory=dict)
    """What is claimed of the rules; nothing is decided by it."""
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Titles in other languages, by the language's tag and the title as it is written; nothing is decided by them."""

    nouns: tuple[RuleKind, ...] = ()
    """The kinds that the programme has a word of its own for."""

    @cached_property
    def kinds(self) -> Kinds:
        """All kinds of rules of the programme."""
        return Kinds(self.nouns)

    def own_kind_of(self, plural: str) -> RuleKind | None:
        """Return the kind with a word of the programme that a plural names all rules of; None of any other name."""
        return next((kind for kind in self.nouns if kind.plural == plural), None)

    @cached_property
    def measures(self) -> Mapping[str, Rule]:
        """The measures, by the ids they are asked by: each as a rule that gives its value."""
        measures = (_asked(named) for named in self.named.values() if named.is_measure)
        return {measure.id: measure for measure in measures}

    def asked(self, name: str) -> Rule:
        """Return the rule or measure that is asked for by an id.

        Raises:
            KeyError: there is none.
        """
        return self.rules[name] if name in self.rules else self.measures[name]

    def version_on(self, rule: Rule, day: date) -> RuleVersion | None:
        """Return the version of one of the rules that is in force on a day, as the rule tells it; looked for once."""
        key = (rule.id, day)
        found = self._in_force.get(key)
        if found is None:
            found = self._in_force.keep(key, (rule.version_on(day),))
        return found[0]

    @cached_property
    def other_names(self) -> frozenset[str]:
        """The names of certifications that stand for another one."""
        return frozenset(one for one, name in self.certifications.items() if one != name)

    @cached_property
    def _in_force(self) -> Remembered[tuple[str, date], tuple[RuleVersion | None]]:
        return Remembered()

    @property
    def members(self) -> tuple[str, ...]:
        """Ids of the awards and benefits that make the membership; none where no policy says it."""
        return self.membership.awards if self.membership is not None else ()

    @cached_property
    def member_names(self) -> frozenset[str]:
        """Ids of the awards and benefits that make the membership, and of those before them."""
        rules = self.rule_of_award
        return frozenset((*self.members, *(old for one in self.members if one in rules for old in rules[one].was)))

    def spellings_of(self, certification: str) -> tuple[str, ...]:
        """Return what else a certification is told as."""
        return tuple(one for one, name in self.certifications.items() if name == certification and one != name)

    @cached_property
    def rule_of_award(self) -> Mapping[str, Rule]:
        """The rule of each award; of several levels the first."""
        found: dict[str, Rule] = {}
        for rule in self.rules.values():
            found.setdefault(rule.award, rule)
        return found

    @cached_property
    def rules_of_entry(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that may say something of an entry by its award: its own at all levels, and those that followed."""
        found: dict[str, dict[str, Rule]] = {}
        for rule in self.rules.values():
            for award in (rule.award, *rule.was):
                found.setdefault(award, {})[rule.id] = rule
        return {award: tuple(rules.values()) for award, rules in found.items()}

    @cached_property
    def followers(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules of the awards that follow an award at some time."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rule_of_award.values():
            for old in rule.was:
                found.setdefault(old, []).append(rule)
        return {old: tuple(rules) for old, rules in found.items()}

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What somebody finds of the policies once and looks up again, by what it is: it goes where they go."""
        return {}

    @cached_property
    def awards(self) -> tuple[str, ...]:
        """Ids that may stand in the register, sorted."""
        held = {rule.award for rule in self.rules.values() if rule.is_award}
        former = {old for rule in self.rules.values() for old in rule.was}
        return tuple(sorted(held | former | set(self.benefits)))


def _asked(measure: NamedDecl) -> Rule:
    """Return what is asked who asks for a measure."""
    value = Named(
        name=measure.name, title=measure.title, supplied=measure.supplied, type=measure.type, origin=measure.origin
    )
    version = RuleVersion(days=ALWAYS, title=measure.title, amount=value, origin=measure.origin)
    return Rule(
        id=f"measure.{measure.name}", of_kind=MEASURE, name=measure.name, title=measure.title, versions=(version,),
        origin=measure.origin,
    )  # fmt: skip
