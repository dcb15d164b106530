"""The kinds of rules: a row a kind, and the words that a programme has for them, from which all that treats them alike is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal as OneOf, TypeAlias

Decides: TypeAlias = OneOf["eligibility", "amount", "options", "stage", "value"]
"""What a decision comes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleKind:
    """What a kind of rule is called, and what it decides."""

    name: str
    plural: str
    """What names all of its rules, where no group has that name, and the heading over them."""
    decides: Decides
    keeps_register: bool = False
    """Whether what it decides is attained, held, checked and lost."""
    called: str | None = None
    """What readers call one of its rules inside a sentence, where that is not its name."""
    title: str | None = None
    """The same by itself, as a programme writes it; titles in other languages are known by it."""
    heading: str | None = None
    """The heading over its rules for readers, where that is not the plural."""
    page: str | None = None
    """The file of the guide that its rules stand in, where that is not the plural."""
    to_partner: bool = False
    """Whether an amount that it decides is paid to the partner, not by the partner."""
    has_ids: bool = True
    """Whether its rules have ids that other rules name."""
    like: str | None = None
    """The kind of the language that it is, where a programme has a word of its own for it."""

    @property
    def word(self) -> str:
        """What readers call one of its rules."""
        return self.called or self.name

    @property
    def of_language(self) -> str:
        """The kind of the language that it is: itself, or the one that it is like."""
        return self.like or self.name

    @property
    def several(self) -> str:
        """What readers call several of its rules inside a sentence, as the language or the programme has it."""
        return self.plural if self.title is None else in_a_sentence(self.area[1])

    @property
    def asks(self) -> bool:
        """Whether a partner qualifies for one of its rules."""
        return self.decides == "eligibility"

    @property
    def costs(self) -> bool:
        """Whether more of what it decides is worse for the partner: an amount that the partner pays."""
        return self.decides == "amount" and not self.to_partner

    @property
    def area(self) -> tuple[str, str]:
        """The file of the guide that its rules stand in, and the heading over them."""
        return self.page or self.plural, self.heading or self.plural.capitalize()


KINDS: Mapping[str, RuleKind] = {
    kind.name: kind
    for kind in (
        RuleKind(name="competency", plural="competencies", decides="eligibility", keeps_register=True),
        RuleKind(name="designation", plural="designations", decides="eligibility", keeps_register=True),
        RuleKind(name="specialization", plural="specializations", decides="eligibility", keeps_register=True),
        RuleKind(name="program", plural="programs", decides="eligibility", keeps_register=True),
        RuleKind(
            name="lifecycle", plural="lifecycles", decides="stage", called="life cycle",
            heading="Life cycles", page="stages", has_ids=False,
        ),
        RuleKind(name="fee", plural="fees", decides="amount"),
        RuleKind(name="payment", plural="payments", decides="amount", to_partner=True),
        RuleKind(name="choice", plural="choices", decides="options"),
        RuleKind(
            name="entitlement", plural="entitlements", decides="eligibility", called="right", heading="Rights",
            page="rights",
        ),
    )
}  # fmt: skip
"""The kinds that the language has, in the order of the schemas."""

MEASURE = RuleKind(name="measure", plural="measures", decides="value")
"""What is asked for who asks for a measure: as if it were a rule that gives its value."""

COMMON: OneOf["common"] = "common"
"""What shares clauses with rules is written as a rule, and decides nothing."""


def named(name: str, like: RuleKind, *, title: str, plural: str | None = None, heading: str | None = None) -> RuleKind:
    """Return the kind that a programme has a word of its own for: it is as another one, under its own names.

    >>> named("tier", KINDS["program"], title="Tier").area
    ('tiers', 'Tiers')
    >>> named("category", KINDS["fee"], title="Category").plural
    'categories'
    """
    plural = plural or plural_of(name)
    return replace(
        like, name=name, plural=plural, called=in_a_sentence(title), title=title, page=None, like=like.name,
        heading=heading or words(plural),
    )  # fmt: skip


def words(name: str) -> str:
    """Return a name as words: the title of what has none."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def plural_of(name: str) -> str:
    """Return the plural that a word has as a rule.

    >>> [plural_of(one) for one in ("tier", "category", "pass", "day")]
    ['tiers', 'categories', 'passes', 'days']
    """
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"


def in_a_sentence(title: str) -> str:
    """Return a title as it stands inside a sentence; what begins with capitals keeps them.

    >>> in_a_sentence("Tier"), in_a_sentence("AWS badge")
    ('tier', 'AWS badge')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


@dataclass(frozen=True)
class Kinds(Mapping[str, RuleKind]):
    """The kinds of rules of a programme: those of the language, and those that it has a word of its own for."""

    own: tuple[RuleKind, ...] = ()
    """The latter, in the order of their names."""

    @cached_property
    def by_name(self) -> Mapping[str, RuleKind]:
        """All of them, those of the language first."""
        return {**KINDS, **{kind.name: kind for kind in self.own}}

    def __getitem__(self, name: str) -> RuleKind:
        """Return a kind by its name."""
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        """Yield their names."""
        return iter(self.by_name)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.by_name)

    @cached_property
    def asked(self) -> Mapping[str, RuleKind]:
        """What can be asked: rules, and measures."""
        return {**self.by_name, MEASURE.name: MEASURE}

    @cached_property
    def awards(self) -> tuple[str, ...]:
        """Kinds of rules that keep a register."""
        return tuple(name for name, kind in self.items() if kind.keeps_register)

    @cached_property
    def asking(self) -> tuple[str, ...]:
        """Kinds of rules that a partner qualifies for."""
        return tuple(name for name, kind in self.items() if kind.asks)

    @cached_property
    def rights(self) -> tuple[str, ...]:
        """Kinds of rules that a partner qualifies for and that keep no register: they are had or not."""
        return tuple(name for name, kind in self.items() if kind.asks and not kind.keeps_register)

    @cached_property
    def amounts(self) -> tuple[str, ...]:
        """Kinds of rules that decide an amount and when it is due."""
        return tuple(name for name, kind in self.items() if kind.decides == "amount")

    @cached_property
    def fees(self) -> tuple[str, ...]:
        """Kinds of rules that decide what a partner pays."""
        return tuple(name for name, kind in self.items() if kind.costs)

    @cached_property
    def payments(self) -> tuple[str, ...]:
        """Kinds of rules that decide what is paid to a partner."""
        return tuple(name for name, kind in self.items() if kind.to_partner)

    @cached_property
    def with_ids(self) -> tuple[str, ...]:
        """Kinds of rules that other rules name."""
        return tuple(name for name, kind in self.items() if kind.has_ids)

    @cached_property
    def plurals(self) -> Mapping[str, str]:
        """A kind's plural names all rules of the kind, where no group has that name."""
        return {self[name].plural: name for name in self.with_ids}

    def with_own(self, own: Iterable[RuleKind]) -> Kinds:
        """Return the kinds of a programme that has these words of its own."""
        return Kinds(tuple(sorted(own, key=lambda kind: kind.name)))


OF_LANGUAGE = Kinds()
"""The kinds of a programme without words of its own."""
