"""What is asked of a timeline and told for it: days, rules, facts as they are over time, and what the partner does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any, Literal, TypeAlias

from dsl import core as c
from dsl.diagnostics import listed, proposed
from evaluator.acceptance.facts_schema import EVENT_VERBS, FactProblem, attained_twice
from evaluator.acceptance.histories import contradictions
from evaluator.acceptance.instants import day_of, is_instant, of_event
from evaluator.engine import Engine, UnknownRule
from evaluator.facts import with_days
from evaluator.limits import DayOutside, is_inside, shortened
from evaluator.timeline.people import Moves

Json = Any
Verb: TypeAlias = Literal["attains", "buys", "renews", "joins", "leaves"]
Row: TypeAlias = Mapping[str, Json]

MAX_DAYS = 3_700
"""Days of one timeline: ten years and a little."""
MAX_DECISIONS = 25_000
"""Decisions of one timeline: the days looked at times the rules decided on them."""

_DAY = timedelta(days=1)


class SpanErrors(ValueError):
    """The days, or the work, of a timeline are out of bounds: a sentence, and advice."""

    def __init__(self, message: str, advice: str) -> None:
        self.message = message
        self.advice = advice
        super().__init__(f"{message}; {advice}")


class TooManyDecisions(SpanErrors):
    """A timeline would take more decisions than are made at once: so many rules on so many days."""

    def __init__(self, rules: int, days: int, most: int) -> None:
        self.rules = rules
        self.days = days
        super().__init__(
            f"{rules:,} rules would be decided on {days:,} days",
            f"ask for fewer rules or days: at most {most:,} decisions are made at once",
        )


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    """What is asked: rules by id or pattern, from a day through a day, about one partner's facts and events."""

    rules: tuple[str, ...]
    first: date
    last: date
    facts: Mapping[str, Json]
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Doing:
    """What the partner does on a day."""

    on: date
    verb: Verb
    name: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Told:
    """A query that fits the policies: the rules, the facts over time, the register at first, and what is done."""

    rules: tuple[c.Rule, ...]
    facts: Mapping[str, Json]
    """Without the register: a fact that is told for one day is so from the first day on."""
    register: Sequence[Row] | None
    """None where nothing is told of it."""
    partial: bool
    doings: tuple[Doing, ...]
    """By their days; people who come and go are in the facts already."""
    moves: Moves
    """Who comes and goes when."""

    @property
    def certifications(self) -> Sequence[Row]:
        """What people are certified in, each while its person is with the partner."""
        raw = self.facts.get("records", {}).get("certifications", ())
        rows: Sequence[Row] = raw["rows"] if isinstance(raw, Mapping) else raw
        return rows

    def on(self, register: Sequence[Row] | None) -> dict[str, Json]:
        """Return the facts with a register."""
        records = self.facts.get("records", {})
        if register is None:
            return {**self.facts}
        rows = {"rows": list(register), "partial": True} if self.partial else list(register)
        return {**self.facts, "records": {**records, "awards": rows}}


def read(engine: Engine, query: TimelineQuery) -> Told:
    """Return what a query tells.

    Raises:
        DayOutside, SpanErrors: its days are turned round, too many, or out of the span that can be asked about.
        UnknownRule: it names a rule that does not exist.
        FactErrors: its facts or events do not fit the policies, or each other.
    """
    check_span(query.first, query.last)
    engine.reader.check(query.facts, also=lambda facts: chain(contradictions(facts), _events(engine, query)))
    rules = tuple(dict.fromkeys(rule.id for pattern in query.rules for rule in engine.rules(pattern)))
    if not rules:
        raise UnknownRule("", None)
    raw = query.facts.get("records", {}).get("awards")
    wrapped = isinstance(raw, Mapping)
    doings = tuple(sorted((_doing(event, index) for index, event in enumerate(_listed(query.facts))), key=_by_day))
    facts = _over_time(query.facts, query.first, doings)
    return Told(
        tuple(engine.core.rules[rule] for rule in rules),
        facts,
        None if raw is None else list(raw["rows"] if wrapped else raw),
        bool(wrapped and raw.get("partial", False)),
        tuple(one for one in doings if one.verb not in ("joins", "leaves")),
        Moves(*(frozenset((one.name, one.on) for one in doings if one.verb == verb) for verb in ("joins", "leaves"))),
    )


def check_span(first: date, last: date) -> None:
    """Raise where the days of a timeline are turned round, too many, or cannot be asked about.

    Raises:
        DayOutside, SpanErrors: they are.
    """
    for day in (first, last):
        if not is_inside(day):
            raise DayOutside(day)
    if last < first:
        raise SpanErrors(f"{last} comes before {first}: the days are turned round", f"ask from {last} to {first}")
    if (last - first).days >= MAX_DAYS:
        said = f"{(last - first).days + 1:,} days are asked"
        raise SpanErrors(said, f"ask for at most {MAX_DAYS:,}, here to {first + (MAX_DAYS - 1) * _DAY}")


# ---- events


def _listed(facts: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    found: list[Mapping[str, Json]] = facts.get("events", [])
    return found


def _doing(event: Mapping[str, Json], index: int) -> Doing:
    [verb] = [one for one in EVENT_VERBS if one in event]
    return Doing(of_event(event), verb, event[verb], f"/events/{index}")  # type: ignore[arg-type]


def _by_day(doing: Doing) -> date:
    return doing.on


def _events(engine: Engine, query: TimelineQuery) -> Iterator[FactProblem]:
    """Yield what is wrong with events: of no or two verbs, before the first day, of what nobody knows."""
    core = engine.core
    awards = {rule.id: rule for rule in core.rules.values() if rule.is_award}
    people = _people(query.facts)
    raw = query.facts.get("records", {}).get("awards", [])
    attained = {(row.get("award"), row.get("attained")) for row in (raw["rows"] if isinstance(raw, Mapping) else raw)}
    for index, event in enumerate(_listed(query.facts)):
        pointer = f"/events/{index}"
        verbs = [verb for verb in EVENT_VERBS if verb in event]
        if len(verbs) != 1:
            said = f"this event says {listed(verbs)} at once" if verbs else "this event does not say what is done"
            yield FactProblem(pointer, "F104", said, f"write one of {listed(EVENT_VERBS)}")
            continue
        [verb], on = verbs, event["on"]
        name, short = event[verb], shortened(event[verb])
        at = f"{pointer}/{verb}"
        if is_instant(on) and verb not in ("joins", "leaves"):
            yield FactProblem(
                f"{pointer}/on", "F104", f"`{on}` is an instant, where a day is expected",
                f"who joins and leaves does so at an instant; write the day, like {day_of(on)}",
            )  # fmt: skip
            continue
        if day_of(on) < query.first:
            yield FactProblem(
                f"{pointer}/on", "F108", f"{on} lies before {query.first}, the first day of the timeline",
                f"what was done before stands in the register and the certifications; or ask from {on} on",
            )  # fmt: skip
        if verb in ("joins", "leaves"):
            if name not in people:
                told = f"people are {listed(sorted(people), most=5)}" if people else "no certification is told"
                yield FactProblem(
                    at, "F107", f"no certification is told of a person `{short}`", proposed(short, people, told)
                )
        elif verb == "buys":
            if name not in core.benefits:
                otherwise = f"benefits are {listed(core.benefits, most=5)}" if core.benefits else "there are none here"
                advice = "write `attains`" if name in awards else proposed(short, core.benefits, otherwise)
                yield FactProblem(at, "F107", f"there are no benefits `{short}`", advice)
        elif name not in awards:
            levels = [rule.id for rule in awards.values() if rule.award == name]
            advice = f"name its level: {listed(levels)}" if levels else ""
            advice = advice or proposed(short, awards, f"awards are {listed(awards, most=5)}")
            said = f"`{short}` has levels" if levels else f"there is no award `{short}`"
            if name in core.benefits:
                advice = "write `buys`"
            yield FactProblem(at, "F107", said, advice)
        elif verb == "attains":
            key = (awards[name].award, on)
            if key in attained:
                yield attained_twice(pointer, name, on)
            attained.add(key)


def _people(facts: Mapping[str, Json]) -> set[str]:
    raw = facts.get("records", {}).get("certifications", [])
    return {row["person"] for row in (raw["rows"] if isinstance(raw, Mapping) else raw) if "person" in row}


# ---- facts over time


def _over_time(facts: Mapping[str, Json], first: date, doings: Iterable[Doing]) -> dict[str, Json]:
    """Return facts for every day from the first one on."""
    found = {key: value for key, value in facts.items() if key != "events"}
    start = first.isoformat()
    found["facts"] = {
        name: value if isinstance(value, Mapping) else {"history": [{"from": start, "value": value}]}
        for name, value in facts.get("facts", {}).items()
    }
    records = dict(facts.get("records", {}))
    moves: dict[str, list[Doing]] = {}
    for one in doings:
        if one.verb in ("joins", "leaves"):
            moves.setdefault(one.name, []).append(one)
    raw = records.get("certifications")
    if raw is not None:
        rows = [with_days(row) for row in (raw["rows"] if isinstance(raw, Mapping) else raw)]
        here = [part for row in rows for part in _while_here(row, moves.get(row.get("person", ""), []))]
        records["certifications"] = {**raw, "rows": here} if isinstance(raw, Mapping) else here
    found["records"] = records
    return found


def _while_here(row: Row, moves: Sequence[Doing]) -> Iterator[Row]:
    """Yield a certification for each time that its person is with the partner: from joining until the day of leaving."""
    if not moves:
        yield row
        return
    times: list[tuple[date | None, date | None]] = []
    start: date | None = None
    is_here = moves[0].verb == "leaves"
    for one in moves:
        if one.verb == "joins" and not is_here:
            start, is_here = one.on, True
        elif one.verb == "leaves" and is_here:
            times.append((start, one.on - _DAY))
            is_here = False
    if is_here:
        times.append((start, None))
    for begins, ends in times:
        part = dict(row)
        if begins is not None and "earned" in part:
            part["earned"] = max(part["earned"], begins.isoformat())
        if ends is not None and "expires" in part:
            last = ends.isoformat()
            part["expires"] = last if part["expires"] == "none" else min(part["expires"], last)
        if ends is None or "earned" not in part or part["earned"] <= ends.isoformat():
            yield part
