"""What is claimed of a change, and how it stands: without the solver, so that it can be told where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeAlias

from dsl import core as c
from review.diff.compare import Changed

Json = Any
Facts: TypeAlias = Mapping[str, Json]
State: TypeAlias = Literal["proved", "witness", "unknown"]


@dataclass(frozen=True, slots=True)
class Between:
    """What stands between a claim and its proof: a node that the solver knows no more of than its type."""

    what: str
    title: str
    at: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether some partner gets less, or more, than before."""

    state: State
    """``proved``: none does; ``witness``: the partner does; ``unknown``: neither is known."""
    partner: Facts | None = None
    on: date | None = None
    """The day on which both engines decide the partner otherwise."""
    was: str = ""
    now: str = ""
    between: tuple[Between, ...] = ()
    """What the solver knows no more of than its type."""
    why: str = ""
    """Why it is not known, beside that."""
    is_least: bool = field(default=True, compare=False, repr=False)
    """Whether dropping anything of the partner removes the difference on the day; what is told has it so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a rule on the days from one change to the next."""

    rule: str
    days: c.Days
    tried: tuple[date, ...]
    """The days that were looked at: the first and the last of the stretch that can be asked about."""
    less: Claim
    more: Claim
    what: c.Decides = "eligibility"
    """What the rule decides. Stages have no order: both claims say that nobody's is another one."""
    former: str = ""
    """The rule before that it is compared with, where that has another name."""
    is_paid_out: bool = False
    """Whether the amount that it decides is paid to the partner."""
    follows: bool = False
    """Whether settings or effects differ too: what follows from the rule is not part of the claims."""
    shown: Claim | None = None
    """A partner to whom what follows is told otherwise, where one was found."""


def goes_on(one: Verdict, other: Verdict) -> bool:
    """Whether a verdict says of the days behind those of another what that says: they are told as one, with its partners."""
    told = [(v.rule, v.former, v.less.state, v.less.why, v.more.state, v.more.why, v.follows) for v in (one, other)]
    return one.days.end == other.days.start and told[0] == told[1]


def turn(one: Changed, rule: c.Rule) -> tuple[bool, ...]:
    """Return when a rule's turn is: who shows something of one rule is tried with the next.

    What changes by its own words comes first, then awards, then what rests on them; choices last, as they ask all of that
    together.
    """
    return one.kind == "reached", not rule.is_award, rule.of_kind.decides == "options"
