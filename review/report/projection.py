"""A projection of facts to a day ahead: what is known to happen, apart from what is taken to go on.

It is a preparation of facts, told as their ``projected``: what "as projected" means stands with the core alone, and no
decision takes a projection that its facts do not bring unless it is asked to. Known is what carries its own days: certifications that end,
people who leave, values told for a later day, months that roll out of a window. Taken to go on are values told for the
day, and the last months of monthly lists. Figures of the policies are those of the day of the question.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dsl import core as c
from dsl.builtin import BUILT_IN, CERTIFICATIONS
from dsl.core.calendar import month_index, month_of, month_text
from evaluator.acceptance.instants import of_event
from evaluator.engine import Engine, Query
from review.languages.voice import ENGLISH, Voice, voice

Json = Any
Row = Mapping[str, Json]
RUN_MONTHS = 3
"""Months of a monthly list that go on: each month ahead is as the one so many months before it."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Facts as projected for a day, and what they rest on."""

    by: date
    section: Mapping[str, Json]
    """What stands as ``projected`` in the facts."""
    known: tuple[str, ...]
    """What is known to happen by the day."""
    extrapolated: tuple[str, ...]
    """What is taken to go on, with its window."""

    def of(self, facts: Mapping[str, Json]) -> dict[str, Json]:
        """Return the facts with the projection."""
        return {**facts, "projected": dict(self.section)}

    def as_json(self) -> dict[str, Json]:
        """Return what it rests on."""
        return {"by": self.by.isoformat(), "known": list(self.known), "extrapolated": list(self.extrapolated)}


def projected(
    core: c.Core,
    facts: Mapping[str, Json],
    as_of: date,
    by: date,
    names: Container[str] | None = None,
    *,
    say: Voice,
) -> Projection:
    """Return facts as projected.

    Args:
        core: whose vocabulary; the facts fit it.
        facts: as told on the day of the question.
        as_of: that day; what is projected is read on it, so that months are told as many earlier as lie between.
        by: the day that is projected to, on or after it.
        names: facts and lists that the projection says something of; None: all of them. All are projected.
        say: the voice of the language that it is told in.

    Raises:
        ValueError: the day lies before that of the question.
    """
    if by < as_of:
        raise ValueError(f"{by} lies before {as_of}: nothing is projected to a day that is over")
    return _Projecting(core, facts, as_of, by, names, say).projection()


class CannotProject(ValueError):
    """Facts cannot be projected for a query: they bring a projection, or the day is over."""


def projecting(engine: Engine, query: Query, by: date, language: str = ENGLISH) -> tuple[Query, Projection]:
    """Return a query over its facts as projected to a day, and what the projection rests on, told in a language.

    Raises:
        CannotProject: the facts bring a projection of their own, or the day lies before that of the question.
        FactErrors: the facts do not fit the vocabulary.
    """
    engine.reader.check(query.facts)
    if "projected" in query.facts:
        raise CannotProject("the facts bring `projected` themselves")
    if by < query.as_of:
        raise CannotProject(f"{by} lies before {query.as_of}, the day of the question")
    found = projected(engine.core, query.facts, query.as_of, by, say=voice(language))
    return replace(query, facts=found.of(query.facts)), found


class _Projecting:
    def __init__(
        self,
        core: c.Core,
        facts: Mapping[str, Json],
        as_of: date,
        by: date,
        names: Container[str] | None,
        say: Voice,
    ) -> None:
        self.core = core
        self.facts = facts
        self.as_of = as_of
        self.by = by
        self.names = names
        self.say = say
        self.shift = month_index(by) - month_index(as_of)
        self.known: list[str] = []
        self.extrapolated: list[str] = []

    def projection(self) -> Projection:
        told = self.facts.get("facts", {})
        values = {name: value for name in told for value in self.value(told[name])}
        carried = sorted(name for name, raw in told.items() if not isinstance(raw, Mapping) and self.says(name))
        if carried:
            titles = self.say.comma([self.title(name) for name in carried])
            self.extrapolated.append(self.say("projected-facts", facts=titles, day=str(self.as_of)))
        lists = {name: self.records(name, raw) for name, raw in self.facts.get("records", {}).items()}
        section = {"facts": values, "records": lists}
        return Projection(self.by, section, tuple(self.known), tuple(self.extrapolated))

    def says(self, name: str) -> bool:
        """Whether something is said of a fact or list."""
        return self.names is None or name in self.names

    def title(self, name: str) -> str:
        """Return what a fact or a measure that is told is called."""
        declared = self.core.facts.get(name) or self.core.named.get(name)
        return self.say.title(declared.title) if declared is not None else name

    def value(self, raw: Json) -> Iterator[Json]:
        """Yield the value of a fact on the day; none where its values over time begin later."""
        if not isinstance(raw, Mapping):
            yield raw
            return
        steps = sorted(
            (step for step in raw["history"] if step["from"] <= self.by.isoformat()), key=lambda step: step["from"]
        )
        if steps:
            yield steps[-1]["value"]

    def records(self, name: str, raw: Json) -> Json:
        declaration = BUILT_IN.get(name) or self.core.records[name]
        rows: Sequence[Row] = raw["rows"] if isinstance(raw, Mapping) else raw
        if declaration is CERTIFICATIONS:
            return _like(raw, self.certifications(rows))
        return self.months(declaration, raw, rows) if declaration.monthly else raw

    # ---- people

    def certifications(self, rows: Sequence[Row]) -> list[Row]:
        gone = self.gone()
        by = self.by.isoformat()
        ended = [row for row in rows if row.get("expires", "none") != "none" and row["expires"] < by]
        current = [row for row in ended if row["expires"] >= self.as_of.isoformat()]
        is_said = self.says(CERTIFICATIONS.name)
        if current and is_said:
            self.known.append(self.say("projected-certifications", count=len(current), day=by))
        if gone and is_said:
            self.known.append(self.say("projected-gone", people=self.say.comma(sorted(gone)), day=by))
        over = {id(row) for row in ended}
        return [row for row in rows if id(row) not in over and row.get("person") not in gone]

    def gone(self) -> set[str]:
        """Return who leaves by the day and does not come back, as the events from the day of the question on tell."""
        last: dict[str, str] = {}
        for event in sorted(self.facts.get("events", []), key=of_event):
            if self.as_of <= of_event(event) <= self.by:
                last |= {event[verb]: verb for verb in ("joins", "leaves") if verb in event}
        return {person for person, verb in last.items() if verb == "leaves"}

    # ---- months

    def months(self, declaration: c.RecordsDecl, raw: Json, rows: Sequence[Row]) -> Json:
        """Return a monthly list as it is on the day, its months told as many earlier as lie between the days."""
        told = sorted({month_of(row["month"]) for row in rows if "month" in row})
        covers = raw.get("covers") if isinstance(raw, Mapping) else None
        first = month_of(covers["from"]) if covers else told[0] if told else None
        last = month_of(covers["through"]) if covers else told[-1] if told else None
        if first is None or last is None:
            return raw
        # A month that is not over is none to go on from.
        last = min(last, month_index(self.as_of) - 1)
        ahead = range(last + 1, month_index(self.by))
        run = min(RUN_MONTHS, last - first + 1)
        found = [_moved(row, -self.shift) for row in rows if "month" not in row or month_of(row["month"]) <= last]
        if ahead and run > 0:
            by_month: dict[int, list[Row]] = {}
            for row in rows:
                if "month" in row:
                    by_month.setdefault(month_of(row["month"]), []).append(row)
            for index, month in enumerate(ahead):
                source = last - run + 1 + index % run
                found += [{**row, "month": month_text(month - self.shift)} for row in by_month.get(source, ())]
            if self.says(declaration.name):
                self.extrapolated.append(
                    self.say(
                        "projected-months",
                        records=self.say.title(declaration.title),
                        first=month_text(last + 1),
                        last=month_text(month_index(self.by) - 1),
                        like_first=month_text(last - run + 1),
                        like_last=month_text(last),
                    )
                )
            last = month_index(self.by) - 1
        if self.shift and self.says(declaration.name):
            first_in = month_text(month_index(self.by) - 12)
            self.known.append(self.say("projected-roll-out", records=self.say.title(declaration.title), month=first_in))
        whole = {
            "rows": found,
            "covers": {"from": month_text(first - self.shift), "through": month_text(last - self.shift)},
        }
        return {**(raw if isinstance(raw, Mapping) else {}), **whole}


def _like(raw: Json, rows: list[Row]) -> Json:
    return {**raw, "rows": rows} if isinstance(raw, Mapping) else rows


def _moved(row: Row, months: int) -> Row:
    return {**row, "month": month_text(month_of(row["month"]) + months)} if "month" in row else row
