"""The report of a partner on a day: its sections, each computed apart from how it is written.

Nothing is decided here that the policies do not say: stages are those of their life cycles, metrics the requirements
of the awards, dates those of a timeline, and who carries a requirement is found by deciding without that person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from dsl import core as c
from dsl.core import calendar
from evaluator import limits
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.acceptance.histories import contradictions
from evaluator.acceptance.instants import day_of
from evaluator.engine import Engine, UnknownRule, one_day
from evaluator.timeline.fold import Timeline
from review.languages.voice import ENGLISH, Voice, voice, voice_of
from review.report.due import Due, due_in
from review.report.history import Attained, history
from review.report.metrics import Metric, metrics
from review.report.people import MOST_DECISIONS, People, people
from review.report.readers import SECTIONS, Readers, Section, readers
from review.report.summary import Summary, summary

Json = Any


class ReportErrors(ValueError):
    """What is asked has no report: a sentence, and advice."""

    def __init__(self, message: str, advice: str) -> None:
        self.message = message
        self.advice = advice
        super().__init__(f"{message}; {advice}")


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """What is asked: awards by id or pattern (none: all), for a day, about one partner's facts; and who reads it."""

    as_of: date
    facts: Mapping[str, Json]
    rules: tuple[str, ...] = ()
    role: str | None = None
    """The role of the reader, by which the policies say what it sees; None: whoever has the facts at hand, who sees all."""
    is_asked: bool = False
    """Whether the policies are asked who reads it though no role is told: then what is not settled is withheld."""
    request_id: str | None = None
    language: str = ENGLISH
    """The language of what is told in sentences; codes and names of the policies are the same in each."""


@dataclass(frozen=True)
class Report:
    """The report; a section is None where its reader does not see it."""

    request_id: str | None
    partner: str | None
    as_of: date
    through: date
    """The last day that is looked ahead to."""
    role: str | None
    digest: str
    version: str
    title: str
    engine: str
    readers: Readers
    summary: Summary | None
    metrics: tuple[Metric, ...] | None
    history: tuple[Attained, ...] | None
    due: Due | None
    people: People | None
    notes: tuple[str, ...] = ()
    """What is not in it, and why."""
    say: Voice = field(default=voice(ENGLISH), compare=False)
    """The voice of its language; it knows the translations of titles."""

    @property
    def language(self) -> str:
        """The tag of its language."""
        return self.say.tag

    @property
    def timeline(self) -> Timeline | None:
        """What is held in the days ahead; None where that is not told."""
        return self.due.timeline if self.due is not None else None

    def as_json(self) -> dict[str, Json]:
        """Return the report as ``schemas/report`` describes it."""
        told: dict[str, Json] = {} if self.request_id is None else {"request_id": self.request_id}
        if self.partner is not None:
            told["partner"] = self.partner
        told |= {"as_of": self.as_of.isoformat(), "through": self.through.isoformat()}
        if self.role is not None:
            told["role"] = self.role
        told |= {"policy": {"digest": self.digest, "version": self.version}, "engine": self.engine}
        if self.summary is not None:
            told["summary"] = self.summary.as_json()
        if self.metrics is not None:
            told["metrics"] = [one.as_json() for one in self.metrics]
        if self.history is not None:
            told["history"] = [one.as_json() for one in self.history]
        if self.due is not None:
            told["due"] = [one.as_json() for one in self.due.dates]
        if self.people is not None:
            told["people"] = self.people.as_json()
        if self.readers.withheld:
            told["withheld"] = [one.as_json() for one in self.readers.withheld]
        told["notes"] = list(self.notes)
        return told


def report(engine: Engine, query: ReportQuery, *, most: int = MOST_DECISIONS) -> Report:
    """Return the report of a partner.

    Args:
        engine: what decides.
        query: what is asked.
        most: how many decisions are made at most of what is due, and as many to find who carries what.

    Raises:
        DayOutside: the day lies outside of the span that can be asked about.
        UnknownRule: a rule is named that does not exist.
        ReportErrors: a rule is named that nobody attains.
        FactErrors: the facts do not fit the vocabulary, or contradict themselves.
        ReaderErrors: the role is none that the policies know.
        NotForReader: the policies do not let the role see the report.
        UnknownLanguage: there are no messages in the language.
    """
    say = voice_of(engine.core, query.language)
    if not limits.is_inside(query.as_of):
        raise limits.DayOutside(query.as_of)
    engine.reader.check(query.facts, also=contradictions)
    asked = _awards(engine, query.rules)
    seen = readers(engine, query.role, query.as_of, is_asked=query.is_asked, say=say)
    through = min(calendar.add_years(query.as_of, 1), limits.LAST_DAY)
    one = one_day(engine, query.facts, query.as_of)
    named = [rule.id for pattern in query.rules if "*" not in pattern for rule in engine.rules(pattern)]
    overview = summary(engine, one, asked, say, named)
    followed = overview.followed()
    notes = list(_notes(query, say))
    unknown = sum(len(award.stages) > 1 and award not in followed for award in overview.standings)
    if unknown:
        notes.append(say("note-too-little", count=unknown))
    due: Due | None = None
    if "due" in seen.sections:
        due = _due(engine, query, overview, through, most, say)
        notes += due.notes
    carried: People | None = None
    if "people" in seen.sections:
        carried = people(engine, query.facts, overview.standings, query.as_of, through, most, say)
        notes += carried.notes
    is_seen: Mapping[Section, bool] = {name: name in seen.sections for name in SECTIONS}
    partner = query.facts.get("partner")
    return Report(
        query.request_id, partner, query.as_of, through, query.role,
        engine.core.digest, engine.core.version, say.title(engine.core.title), engine.name, seen,
        overview if is_seen["summary"] else None,
        tuple(metrics(one, followed, say)) if is_seen["metrics"] else None,
        tuple(history(one, overview.standings, say)) if is_seen["history"] else None,
        due, carried, tuple(notes), say,
    )  # fmt: skip


def _awards(engine: Engine, patterns: tuple[str, ...]) -> list[c.Rule]:
    """Return the awards that are asked for: those named, and of a pattern those that somebody attains."""
    if not patterns:
        return [rule for rule in engine.core.rules.values() if rule.is_award]
    found: dict[str, c.Rule] = {}
    for pattern in patterns:
        rules = engine.rules(pattern)
        awards = {rule.id: rule for rule in rules if rule.is_award}
        if not awards:
            said = f"`{pattern}` is no award: nobody attains a {rules[0].of_kind.word}"
            *others, last = (engine.core.kinds[kind].several for kind in engine.core.kinds.awards)
            raise ReportErrors(said, f"name {', '.join(others)} or {last}, or none for all")
        found |= awards
    if not found:
        raise UnknownRule("", None)
    return list(found.values())


def _due(engine: Engine, query: ReportQuery, overview: Summary, through: date, most: int, say: Voice) -> Due:
    """Return what is due, with what the partner does from the day on: what came before is in the register.

    Raises:
        FactErrors: an event names what nobody knows, or contradicts another; told at its place among all of them.
    """
    events = query.facts.get("events", [])
    ahead = [index for index, one in enumerate(events) if day_of(one["on"]) >= query.as_of]
    facts = {**query.facts, **({"events": [events[index] for index in ahead]} if events else {})}
    try:
        return due_in(engine, facts, overview.standings, query.as_of, through, most, say)
    except FactErrors as errors:
        problems = tuple(replace(one, pointer=_among_all(one.pointer, ahead)) for one in errors.problems)
        raise FactErrors(problems, more=errors.more) from errors


def _among_all(pointer: str, ahead: Sequence[int]) -> str:
    """Return the place of an event among all of them, of its place among those ahead."""
    _, section, *rest = pointer.split("/")
    return "/".join(["", section, str(ahead[int(rest[0])]), *rest[1:]]) if section == "events" else pointer


def _notes(query: ReportQuery, say: Voice) -> list[str]:
    """Return what of the facts the report does not read."""
    notes: list[str] = []
    before = sum(day_of(one["on"]) < query.as_of for one in query.facts.get("events", []))
    if before:
        notes.append(say("note-events", day=str(query.as_of), count=before))
    if "awards" not in query.facts.get("records", {}):
        notes.append(say("note-register"))
    return notes
