"""What is due: checks, days for renewal, ends, fees and choices in the year ahead, if what is told stays as it is.

The dates of awards are those of their timeline. Fees and choices are decided on the day and on each day on which
something happens to what is held: deciding all of them on every day would take most of the time and tell the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from dsl import core as c
from dsl.core.calendar import day_after
from dsl.core.ranges import Dates, Truth, is_settled
from evaluator.decision import Decision
from evaluator.engine import Engine, one_day
from evaluator.timeline.fold import Timeline, timeline
from evaluator.timeline.happenings import Happening, Kind, due_kind
from evaluator.timeline.told import TimelineQuery, TooManyDecisions, read
from review.languages.voice import Voice
from review.report.summary import Standing
from review.words.timeline_text import reached_text, sentence
from review.words.titles import title_text

Json = Any
KINDS: frozenset[Kind] = frozenset({
    "begins", "ends", "attained", "carried_over", "lost", "checked", "renewed", "bought", "refused", "window_opens",
    "window_closes", "level", "eligibility",
})  # fmt: skip
"""What of a timeline is told: points that move without turning anything are its own."""
MOST_DAYS = 24
"""Days on which fees and choices are decided."""


class Why(NamedTuple):
    """A requirement that something follows from, and what it came to."""

    code: str
    title: str
    says: str


@dataclass(frozen=True, slots=True)
class DueDate:
    """Something that falls on a day."""

    on: date
    kind: str
    """As a timeline calls it; ``fee_due`` of a fee, ``payment_due`` of what is paid to the partner, ``options`` of what can be chosen."""
    rule: str
    title: str
    says: str
    why: tuple[Why, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """Return what there is of it."""
        told: dict[str, Json] = {
            "on": self.on.isoformat(), "kind": self.kind, "rule": self.rule, "title": self.title, "says": self.says
        }  # fmt: skip
        if self.why:
            told["reasons"] = [{"code": one.code, "title": one.title, "is": one.says} for one in self.why]
        return told


@dataclass(frozen=True, slots=True)
class Due:
    """What lies ahead, by its days."""

    dates: tuple[DueDate, ...]
    timeline: Timeline | None
    """What is held over the days; None where nothing is, or it would take too long."""
    notes: list[str] = field(default_factory=list)


def due_in(
    engine: Engine,
    facts: Mapping[str, Json],
    standings: Sequence[Standing],
    first: date,
    last: date,
    most: int,
    say: Voice,
) -> Due:
    """Return what is due from a day through a day.

    Args:
        engine: what decides.
        facts: with the events from the first day on.
        standings: the awards that are told of.
        first: the day of the report.
        last: the last day that is looked at.
        most: decisions at most of the timeline.
        say: the voice of the language that it is told in.

    Raises:
        FactErrors: the facts or events do not fit each other.
    """
    if facts.get("events") and engine.core.rules:
        # They are looked at also where nothing is followed.
        read(engine, TimelineQuery((next(iter(engine.core.rules)),), first, last, facts))
    followed = [one.rule.id for one in standings if one.held is not Truth.FALSE]
    followed += sorted({rule for rule in _attained_ahead(facts, engine) if rule not in followed})
    notes: list[str] = []
    found: Timeline | None = None
    if followed:
        try:
            found = timeline(engine, TimelineQuery(tuple(followed), first, last, facts), most=most)
        except TooManyDecisions as error:
            notes.append(say("note-timeline", rules=f"{error.rules:,}", days=f"{error.days:,}"))
    happenings = [one for one in found.happenings if one.kind in KINDS] if found is not None else []
    dates = [
        DueDate(
            one.on, one.kind, one.rule, _title(engine, one, say), sentence(one, say),
            tuple(Why(reached.code, title_text(reached.title, say), reached_text(reached, say)) for reached in one.reasons),
        )
        for one in happenings
    ]  # fmt: skip
    days = sorted({first, *(one.on for one in happenings), *_anniversaries(facts, first, last)})
    if len(days) > MOST_DAYS:
        notes.append(say("note-money", first=MOST_DAYS, days=len(days)))
    dates += _money(engine, facts, days[:MOST_DAYS], last, say)
    order = {id(one): index for index, one in enumerate(dates)}
    dates.sort(key=lambda one: (one.on, order[id(one)]))
    return Due(tuple(dates), found, notes)


def _title(engine: Engine, one: Happening, say: Voice) -> str:
    """Return what it happens to, with the level of an award that has several."""
    rule = engine.core.rules.get(one.rule)
    return say.with_level(one.title, rule.level if rule is not None else None)


def _attained_ahead(facts: Mapping[str, Json], engine: Engine) -> Iterator[str]:
    """Yield the awards that the partner says it will attain."""
    for event in facts.get("events", []):
        if event.get("attains") in engine.core.rules:
            yield event["attains"]


def _anniversaries(facts: Mapping[str, Json], first: date, last: date) -> Iterator[date]:
    raw = facts.get("records", {}).get("awards", [])
    for row in raw["rows"] if isinstance(raw, Mapping) else raw:
        day = row.get("anniversary")
        if day is not None and first < date.fromisoformat(day) <= last:
            yield date.fromisoformat(day)


def _money(
    engine: Engine, facts: Mapping[str, Json], days: Iterable[date], last: date, say: Voice
) -> Iterator[DueDate]:
    """Yield the fees that fall due and the choices that open or close, each where it changes."""
    rules = [rule for rule in engine.core.rules.values() if rule.of_kind.decides in ("amount", "options")]
    fees: set[tuple[str, date]] = set()
    offered: dict[str, str] = {}
    for index, day in enumerate(days):
        one = one_day(engine, facts, day, told=False)
        for rule in rules:
            if rule.version_on(day) is None:
                offered.pop(rule.id, None)
                continue
            decision = one.decision(rule)
            due = decision.due.exact if isinstance(decision.due, Dates) else None
            is_asked = due is not None and day <= due <= last and rule.version_on(due) is not None
            if due is not None and is_asked and _is_owed(decision) and (rule.id, due) not in fees:
                if index and due == day and _is_due_whenever_bought(engine, facts, rule, day):
                    continue  # that is told of the first day; no day ahead is one on which it has to be paid
                fees.add((rule.id, due))
                says = _fee(decision, say, is_today=due == day and index == 0 and rule.of_kind.costs)
                yield DueDate(due, due_kind(rule), rule.id, say.title(decision.title), says)
            if decision.options:
                yield from _options(decision, day, offered, say)


def _is_due_whenever_bought(engine: Engine, facts: Mapping[str, Json], rule: c.Rule, day: date) -> bool:
    """Whether a fee that is due on a day would be due on the next one as well, were it looked at then."""
    after = day_after(day)
    due = one_day(engine, facts, after, told=False).decision(rule).due
    return isinstance(due, Dates) and due.exact == after


def _is_owed(decision: Decision) -> bool:
    return decision.eligibility in (None, "eligible") and decision.amount is not None


def _fee(decision: Decision, say: Voice, *, is_today: bool) -> str:
    amount = decision.amount
    if amount is None:
        raise AssertionError("a fee that is owed has an amount")
    said = f"{say.range(amount)} {decision.currency or ''}".strip()
    return say(
        "fee", amount=said, is_settled="yes" if is_settled(amount) else "no", is_today="yes" if is_today else "no"
    )


def _options(decision: Decision, day: date, offered: dict[str, str], say: Voice) -> Iterator[DueDate]:
    chosen = [
        say.title(one.title) for one in decision.options if one.eligibility == "eligible" and one.name is not None
    ]
    said = say.comma(chosen)
    if said == offered.get(decision.rule, ""):
        return
    offered[decision.rule] = said
    if said and decision.window is not None:
        says = say("choices-through", what=said, day=str(decision.window[1]))
    else:
        says = say("choices", what=said or say("nothing"))
    yield DueDate(day, "options", decision.rule, say.title(decision.title), says)
