"""What a rule comes to as far as changes can move it: conditions and points over levers.

A condition is worth 1 where it holds and 0 where it does not, so that conditions and points are put together alike.
Every aim tells what it is worth now, and which levers can raise it; what nothing can move is ``Fixed``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeAlias

from evaluator.improve.levers import Level, Lever

ZERO, ONE = Decimal(0), Decimal(1)


Unseen: TypeAlias = Literal[
    "behind",
    "later_day",
    "other_days",
    "register",
    "figure",
    "mark_moves",
    "exactly",
    "date",
    "other_value",
    "no_flag",
    "not_so",
    "choice",
    "awards_for_awards",
    "chosen_on_other_days",
    "rules_for_rules",
    "mark",
    "not_the_best",
    "reckoned",
    "steps",
    "several_lists",
    "another_list",
    "records",
    "rests_on_unknown",
    "product",
    "not_together",
    "no_version",
    "another_case",
    "another_row",
    "cheaper_tried",
    "combinations",
    "many_lists",
    "alternatives",
    "mark_to_reach",
    "case",
    "row",
    "max_changes",
    "max_decisions",
    "max_days",
]
"""Why something was not looked at."""

_TEXTS: dict[Unseen, str] = {
    "behind": "more rules stand behind it than are read",
    "later_day": "it is asked on a later day",
    "other_days": "it is asked on other days, and not known of them",
    "register": "it turns on the register, or on what is projected",
    "figure": "the programme's figure is not known",
    "mark_moves": "the figure that it has to reach may be another after a change",
    "exactly": "it asks for exactly a value",
    "date": "it turns on a date",
    "other_value": "it asks for another value than the one told",
    "no_flag": "it is no flag",
    "not_so": "it asks that something is not so",
    "choice": "it turns on a choice",
    "awards_for_awards": "awards that are attained for one another are followed so far only",
    "chosen_on_other_days": "it can be chosen on other days only",
    "rules_for_rules": "rules that ask for one another are followed so far only",
    "mark": "the mark is not known",
    "not_the_best": "one of several counts, and not the best",
    "reckoned": "it is reckoned from other figures, or told of another day",
    "steps": "it has more steps than are looked at",
    "several_lists": "it asks for people who stand in several lists",
    "another_list": "people who are there already may serve another list",
    "records": "it is reckoned from records",
    "rests_on_unknown": "what it is reckoned from is not known",
    "product": "it is a product of two figures",
    "not_together": "two figures that make one are not moved together",
    "no_version": "no version is in force",
    "another_case": "after a change another case of it may count, which was not looked at",
    "another_row": "after a change another row of its table may count, which was not looked at",
    "cheaper_tried": "a cheaper plan was tried that did not do: what counts changes with it",
    "combinations": "there are more ways to combine changes than are looked at",
    "many_lists": "people who serve several lists at once are not looked at for so many lists",
    "alternatives": "alternatives were not all searched for: each takes much work",
    "mark_to_reach": "the mark that it has to reach is not known",
    "case": "what it asks for depends on what is not told",
    "row": "which row of its table counts is not known",
    "max_changes": "only plans of at most {names} changes are told",
    "max_decisions": "no more than {names} decisions are made for one question",
    "max_days": "only the first {names} days on which something changes are waited for",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """What was not looked at, so that a plan, or a cheaper one, may hide there."""

    reason: Unseen
    code: str = ""
    """The requirement that it stands in."""
    title: str = ""
    names: tuple[str, ...] = ()
    """What the sentence of the reason names: facts to tell, or how many there may be at most."""

    @property
    def asks_to_tell(self) -> bool:
        """Whether the names are those of facts to tell."""
        return self.reason in ("mark_to_reach", "case", "row")

    @property
    def why(self) -> str:
        """The words that answers have for the reason."""
        names = ", ".join(self.names)
        said = _TEXTS[self.reason].format(names=names)
        return f"{said}: tell {names}" if names and self.asks_to_tell else said


@dataclass(frozen=True, slots=True)
class Option:
    """A level of a lever, and what it is worth."""

    value: Decimal
    level: Level


class _Aim:
    """What all aims have."""

    @property
    def parts(self) -> tuple[Aim, ...]:
        """The aims right below."""
        return ()

    @property
    def own_limits(self) -> tuple[Limit, ...]:
        """What was not looked at here."""
        return ()

    @cached_property
    def levers(self) -> frozenset[Lever]:
        """All levers below."""
        return frozenset().union(*(part.levers for part in self.parts))

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """All that was not looked at below."""
        found = [*self.own_limits, *(limit for part in self.parts for limit in part.limits)]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Fixed(_Aim):
    """What no change that is looked at can move."""

    now: Decimal
    limit: Limit | None = None

    @property
    def own_limits(self) -> tuple[Limit, ...]:
        """Why it is not looked at, where it could be moved."""
        return (self.limit,) if self.limit is not None else ()


@dataclass(frozen=True)
class Pull(_Aim):
    """What one lever moves: its options by their value, smallest first, all worth more than now."""

    lever: Lever
    now: Decimal
    options: tuple[Option, ...]
    limit: Limit | None = None

    @cached_property
    def levers(self) -> frozenset[Lever]:
        """The lever."""
        return frozenset((self.lever,)) if self.options else frozenset()

    @property
    def own_limits(self) -> tuple[Limit, ...]:
        """Which options were left out."""
        return (self.limit,) if self.limit is not None else ()


@dataclass(frozen=True)
class Mapped(_Aim):
    """A value reckoned from another one, never less for more."""

    of: Aim
    to: Callable[[Decimal], Decimal]

    @property
    def parts(self) -> tuple[Aim, ...]:
        """The other one."""
        return (self.of,)

    @cached_property
    def now(self) -> Decimal:
        """What it is worth now."""
        return self.to(self.of.now)


@dataclass(frozen=True)
class Sum(_Aim):
    """The parts together, at most ``cap``."""

    of: tuple[Aim, ...]
    cap: Decimal | None = None
    limit: Limit | None = None

    @property
    def parts(self) -> tuple[Aim, ...]:
        """The parts."""
        return self.of

    @property
    def own_limits(self) -> tuple[Limit, ...]:
        """Which ways to put parts together were left out."""
        return (self.limit,) if self.limit is not None else ()

    @cached_property
    def now(self) -> Decimal:
        """What it is worth now."""
        total = sum((part.now for part in self.of), ZERO)
        return total if self.cap is None else min(total, self.cap)


@dataclass(frozen=True)
class Best(_Aim):
    """The part that is worth most."""

    of: tuple[Aim, ...]

    @property
    def parts(self) -> tuple[Aim, ...]:
        """The parts."""
        return self.of

    @cached_property
    def now(self) -> Decimal:
        """What it is worth now."""
        return max(part.now for part in self.of)


@dataclass(frozen=True)
class Guarded(_Aim):
    """Worth something only where a condition holds."""

    condition: Aim
    value: Aim

    @property
    def parts(self) -> tuple[Aim, ...]:
        """The condition and the value."""
        return (self.condition, self.value)

    @cached_property
    def now(self) -> Decimal:
        """What it is worth now."""
        return self.value.now if self.condition.now >= ONE else ZERO


@dataclass(frozen=True)
class Enough(_Aim):
    """A condition: something is worth at least so much."""

    of: Aim
    least: Decimal

    @property
    def parts(self) -> tuple[Aim, ...]:
        """What it is about."""
        return (self.of,)

    @cached_property
    def now(self) -> Decimal:
        """Whether it holds now."""
        return ONE if self.of.now >= self.least else ZERO


@dataclass(frozen=True)
class Passed(_Aim):
    """A condition: a score reaches its mark, and each metric that counts in it has what is asked of each."""

    of: Aim
    mark: Decimal
    each: tuple[Asked, ...]
    holds: bool
    """Whether it holds now: which metrics count is decided, not reckoned here."""

    @property
    def parts(self) -> tuple[Aim, ...]:
        """The score."""
        return (self.of,)

    @cached_property
    def now(self) -> Decimal:
        """Whether it holds now."""
        return ONE if self.holds else ZERO


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every metric: more than ``least``, or (``reached``) at least that."""

    least: Decimal
    reached: bool

    def is_met(self, value: Decimal) -> bool:
        """Whether points are enough."""
        return value >= self.least if self.reached else value > self.least


@dataclass(frozen=True)
class Titled(_Aim):
    """A requirement, by its code; ``scored``: a metric, of which every one may be asked to have points."""

    of: Aim
    code: str
    title: str
    scored: bool = False

    @property
    def parts(self) -> tuple[Aim, ...]:
        """What is required."""
        return (self.of,)

    @cached_property
    def now(self) -> Decimal:
        """What it is worth now."""
        return self.of.now


Aim: TypeAlias = Fixed | Pull | Mapped | Sum | Best | Guarded | Enough | Passed | Titled


def all_of(parts: list[Aim]) -> Aim:
    """Return the condition that all conditions hold."""
    return at_least(len(parts), parts)


def at_least(least: int, parts: list[Aim]) -> Aim:
    """Return the condition that at least so many conditions hold."""
    if least == len(parts) == 1:
        return parts[0]
    if least <= 0:
        return Fixed(ONE)
    if least == 1 and parts:
        return Enough(Best(tuple(parts)), ONE)
    return Enough(Sum(tuple(parts)), Decimal(least))


def places(aim: Aim) -> dict[Lever, int]:
    """Return in how many places each lever may be asked for at once: of several of which one counts in one of them."""
    if isinstance(aim, Pull):
        return dict.fromkeys(aim.levers, 1)
    found: dict[Lever, int] = {}
    for part in aim.parts:
        for lever, many in places(part).items():
            found[lever] = max(found.get(lever, 0), many) if isinstance(aim, Best) else found.get(lever, 0) + many
    return found


def pulls(aim: Aim) -> Iterator[tuple[Pull, tuple[Titled, ...]]]:
    """Yield what levers move, each with the requirements that it stands in, outermost first; again where it is shared."""
    waiting: list[tuple[Aim, tuple[Titled, ...]]] = [(aim, ())]
    while waiting:
        part, inside = waiting.pop()
        if isinstance(part, Pull):
            yield part, inside
        below = (*inside, part) if isinstance(part, Titled) else inside
        waiting.extend((one, below) for one in reversed(part.parts))
