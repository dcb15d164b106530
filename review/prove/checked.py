"""How the properties and rules of one version of the policies stand: without the solver, so that all can tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, TypeAlias

from dsl import core as c
from review.prove.claims import Between, Facts

Json = Any
State: TypeAlias = Literal["proved", "refuted", "unknown"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a claim stands on the days from one change to another."""

    about: str
    """The award or rule that it is about, where the property is claimed of several."""
    days: c.Days
    day: date
    """The day that was looked at; of a partner who refutes the claim, the day of the question."""
    state: State
    partner: Facts | None = None
    """Who refutes it: decided by the engine, and without any fact that is not needed."""
    more: Mapping[str, Json] = field(default_factory=dict)
    """What the partner tells more of, and loses by."""
    between: tuple[Between, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """How a property stands."""

    name: str
    title: str
    judgements: tuple[Judgement, ...]
    assumed: tuple[str, ...]
    """What is assumed of it: a property that says so may be refuted."""
    at: str

    @property
    def state(self) -> State:
        """Proved where it is on all days and of all awards; refuted where a partner refutes it on one."""
        states = {one.state for one in self.judgements}
        return "refuted" if "refuted" in states else "unknown" if "unknown" in states else "proved"

    @property
    def is_finding(self) -> bool:
        """Whether somebody refutes it, and nothing says that this is meant."""
        return self.state == "refuted" and not self.assumed


def merged(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return judgements with neighbours that say the same as one, the first partner for all."""
    found: list[Judgement] = []
    for one in judgements:
        last = found[-1] if found else None
        alike = last is not None and (last.about, last.state, last.why) == (one.about, one.state, one.why)
        if last is not None and alike and last.days.end == one.days.start:
            found[-1] = replace(last, days=replace(last.days, end=one.days.end))
        else:
            found.append(one)
    return found


What: TypeAlias = Literal["never met", "closed", "never reached", "no row", "loses", "ask the same", "implies"]


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that the solver found in the rules of one version."""

    what: What
    """``never met``: nobody meets the rule; ``closed``: likewise, by its days alone; ``never reached``: nobody comes to a case;
    ``no row``: a partner for whom a table has no row; ``loses``: one who tells more and loses, where more also helps;
    ``ask the same``: rules with one meaning; ``implies``: whoever meets the rule meets the others."""
    rule: str
    title: str
    days: c.Days
    codes: tuple[str, ...]
    """The clauses, or the other rules, that it is about."""
    at: str
    partner: Facts | None = None
    day: date | None = None
    more: Mapping[str, Json] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    """What the rule assumes, where it may be meant by that."""

    @property
    def is_finding(self) -> bool:
        """Whether somebody has to look at it: what is said by a rule and can never matter, or costs who has more."""
        return self.what in ("never met", "never reached") or (self.what == "loses" and not self.assumed)
