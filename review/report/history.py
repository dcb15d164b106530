"""The history: every award that the register tells of, held or not, with what became of it by the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dsl.core.ranges import NEVER, Truth
from evaluator.decision import HELD
from evaluator.decisions.one_day import OneDay
from evaluator.facts import Row
from evaluator.moment import Moment
from evaluator.register.entries import Entries
from review.languages.voice import Voice
from review.report.summary import Standing

Json = Any


@dataclass(frozen=True, slots=True)
class Successor:
    """The award that an attained one went on as, and whether it is held by that entry."""

    award: str
    title: str
    held: Truth


@dataclass(frozen=True, slots=True)
class Attained:
    """One entry of the register: what was attained, and how it stands."""

    award: str
    title: str
    held: Truth
    level: str | None = None
    attained: str | None = None
    anniversary: str | None = None
    ended: str | None = None
    """The day it ended as the register tells, ``none`` where it did not."""
    until: str | None = None
    """The first day on which it is, or was, no longer held, where that is decided."""
    benefits: str | None = None
    stage: str | None = None
    """Its stage in the summary, where it is told of there."""
    successor: Successor | None = None
    """What it is, or may be, held as, where that has another name by now."""

    def as_json(self) -> dict[str, Json]:
        """Return what there is of it."""
        told = {
            "award": self.award, "title": self.title, "held": HELD[self.held], "level": self.level,
            "attained": self.attained, "anniversary": self.anniversary, "ended": self.ended, "until": self.until,
            "benefits": self.benefits, "stage": self.stage,
            "goes_on_as": self.successor.award if self.successor is not None else None,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value is not None}


def history(one: OneDay, standings: Sequence[Standing], say: Voice) -> Iterator[Attained]:
    """Yield what the register tells of awards, the earliest first; none where nothing is told of it."""
    entries, at = one.interpreter.register.entries, Moment(one.facts.as_of)
    rows = [row for row in entries.told(at).rows or () if row.data.get("award") is not None]
    asked = {(standing.rule.award, standing.rule.level): standing for standing in standings}
    followed = {old: standing for standing in standings for old in standing.rule.was}
    for row in sorted(
        rows, key=lambda row: (row.data.get("attained", ""), row.data["award"], row.data.get("level", ""))
    ):
        data = row.data
        award, level = data["award"], data.get("level")
        rule = one.core.rule_of_award.get(award)
        own = asked.get((award, level)) or asked.get((award, None))
        if rule is not None and own is None and award not in followed:
            continue  # of another award than those asked about
        standing = entries.state(row, award, None, at)
        until = standing.until
        successor = _successor(entries, row, followed.get(award), at) if standing.held is Truth.FALSE else None
        title = (
            own.title
            if own is not None
            else say.title(rule.title)
            if rule is not None
            else say.title(one.core.terms.get(award.partition(".")[2], award))
        )
        yield Attained(
            award, title, standing.held, level, data.get("attained"), data.get("anniversary"), data.get("ended"),
            None if until is None or until == NEVER else until.isoformat(), data.get("benefits"),
            own.stage if own is not None and standing.held is not Truth.FALSE else None, successor,
        )  # fmt: skip


def _successor(entries: Entries, row: Row, followed: Standing | None, at: Moment) -> Successor | None:
    """Return what an entry goes on as that is not held under its own name any more."""
    if followed is None:
        return None
    held = entries.state(row, followed.rule.award, None, at).held
    return None if held is Truth.FALSE else Successor(followed.rule.award, followed.title, held)
