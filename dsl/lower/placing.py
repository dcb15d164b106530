"""Clauses of bodies laid out: each with the days and notes of the versions around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from dsl import core as c, document as d
from dsl.core.types import common_days, is_empty
from dsl.diagnostics import Edit, Fix, Label, Severity
from dsl.lower.scope import Names, days_of, swapped_dates
from dsl.source import Span


@dataclass(frozen=True)
class Placed:
    """A clause with the days of the versions around it, and their notes."""

    clause: d.Clause
    days: c.Days = c.ALWAYS
    around: tuple[d.Notes, ...] = ()
    row: tuple[c.Citation, ...] = ()
    """Sources of the row that makes the rule: what it asks for stands on them, where no other is named."""

    def holding(self, inner: Placed, notes: d.Notes, days: c.Days) -> Placed:
        """Return what stands inside, with the days, notes and row around it."""
        return Placed(inner.clause, common_days(days, inner.days), (*self.around, notes, *inner.around), self.row)


@dataclass
class Body:
    """What a rule's clauses say beside its requirement."""

    parts: list[Placed] = field(default_factory=list)
    settings: dict[str, list[tuple[d.Setting, c.Days, tuple[d.Notes, ...]]]] = field(default_factory=dict)
    windows: dict[str, list[tuple[d.Window, c.Days, tuple[d.Notes, ...]]]] = field(default_factory=dict)
    verbs: list[Placed] = field(default_factory=list)
    phrases: dict[str, list[Placed]] = field(default_factory=dict)
    options: list[Placed] = field(default_factory=list)
    cases: list[d.Clause] = field(default_factory=list)


class Placing:
    """Lays out the clauses of bodies: each with its days, what is said beside the requirement apart."""

    names: Names
    document: d.Document
    errors_before: int
    """Errors before the version at hand."""

    @property
    def _has_errors(self) -> bool:
        """Whether something of the version at hand could not be read."""
        return self.names.errors > self.errors_before

    def placed(
        self,
        clauses: Sequence[d.Clause],
        days: c.Days = c.ALWAYS,
        around: tuple[d.Notes, ...] = (),
        using: tuple[str, ...] = (),
    ) -> Iterator[Placed]:
        """Yield the clauses with shared ones copied in and versions unfolded to days.

        Reports:
            C120 an unknown `use`; C401-C403 empty, overlapping or gappy versions.
        """
        versions = [clause for clause in clauses if isinstance(clause, d.Version)]
        in_days = dict(zip(map(id, versions), self.successive(versions), strict=True))
        for clause in clauses:
            if isinstance(clause, d.Version) and clause.value is None:
                yield from self.placed(
                    clause.clauses, common_days(days, in_days[id(clause)]), (*around, clause.notes), using
                )
            elif isinstance(clause, d.Verb) and clause.word == "use":
                for name in clause.names:
                    common = self.document.rules.get(f"common.{name}")
                    if common is None:
                        known = [rule.name or "" for rule in self.document.rules.values() if rule.kind == "common"]
                        self.names.unknown("C120", "common", name, clause.origin, known)
                    elif name not in using:  # a circle of `use` is reported once, by the checks
                        own = (common.notes,) if common.notes != d.NO_NOTES else ()
                        inner = common_days(days, days_of(common.valid))
                        yield from self.placed(common.clauses, inner, (*around, *own), (*using, name))
            else:
                yield Placed(clause, days, around)

    def successive(self, versions: Sequence[d.Version]) -> list[c.Days]:
        """Return the days of versions that follow each other: a later one ends the earlier.

        Reports:
            C401 an end before the start; C402 an overlap; C403 (warning) a gap.
        """
        spans = [days_of(version.valid) for version in versions]
        for version, span in zip(versions, spans, strict=True):
            self.nonempty(span, version.valid.origin)
        in_force = [i for i, days in enumerate(spans) if not is_empty(days)]
        order = sorted(in_force, key=lambda i: (spans[i].start is not None, spans[i].start or 0))
        for index, following in pairwise(order):
            this, after = spans[index], spans[following]
            at, before = versions[following].valid.origin, versions[index].valid.origin
            if this.end is None:
                if after.start is None or after.start == this.start:
                    self.names.report(
                        "C402",
                        "two versions begin on the same day",
                        at,
                        "give one of them another day",
                        labels=[Label(before, "the other one")],
                    )
                    continue
                spans[index] = c.Days(this.start, after.start, this.provisional)
            elif after.start is None or after.start < this.end:
                last = _last_day(this)
                self.names.report(
                    "C402",
                    "two versions hold on the same days",
                    at,
                    f"the earlier one runs through {last}: end it the day before this one, or move this start",
                    labels=[Label(before, f"runs through {last}")],
                    fix=_ended(versions[index].valid, after.start),
                )
                if after.start is not None:
                    spans[index] = c.Days(this.start, after.start, this.provisional)
            elif after.start > this.end:
                self.names.report(
                    "C403",
                    f"no version holds from {this.end} until {after.start}",
                    at,
                    f"end the earlier one on {after.start}, or begin this one on {this.end}"
                    + (
                        f"; write `from {this.end} until {after.start}: never` where the gap is meant"
                        if versions[following].value is not None
                        else ""
                    ),
                    labels=[Label(before, "the version before")],
                    fix=_ended(versions[index].valid, after.start),
                    severity=Severity.WARNING,
                )
        return spans

    def nonempty(self, days: c.Days, origin: Span) -> None:
        """Report C401 where the end is not after the start."""
        if is_empty(days):
            self.names.report(
                "C401",
                f"this ends before it begins on {days.start}",
                origin,
                "`from` includes its day, `until` excludes it, `through` includes it",
                fix=swapped_dates(origin),
            )

    def body(self, clauses: Sequence[d.Clause], added: Sequence[d.Rule] = (), row: tuple[c.Citation, ...] = ()) -> Body:
        """Sort the clauses of a rule, and of the `also` forms that add to it, by what they say.

        Versions follow each other within a form only. What a form adds stands on its own sources, not on the row's.
        """
        body = Body()
        everything = [replace(placed, row=row) for placed in self.placed(clauses)]
        for block in added:
            own = (block.notes,) if block.notes != d.NO_NOTES else ()
            everything.extend(self.placed(block.clauses, days_of(block.valid), own))
        for placed in everything:
            match placed.clause:
                case d.Setting() as setting:
                    body.settings.setdefault(setting.word, []).append((setting, placed.days, placed.around))
                case d.Window() as window:
                    body.windows.setdefault(window.word, []).append((window, placed.days, placed.around))
                case d.Verb():
                    body.verbs.append(placed)
                case d.Phrase(phrase=phrase):
                    body.phrases.setdefault(phrase, []).append(placed)
                case d.Section(word="option" | "no choice"):
                    body.options.append(placed)
                case d.Case() as case:
                    body.cases.append(case)
                case _:
                    body.parts.append(placed)
        return body


def notes_of(clause: d.Clause) -> d.Notes:
    """Return the notes of a clause; a chooser by itself has none."""
    return d.NO_NOTES if isinstance(clause, d.Group) else clause.notes


def _last_day(days: c.Days) -> str:
    return (days.end - timedelta(days=1)).isoformat() if days.end is not None else "ever"


def _ended(valid: d.Validity, start: date | None) -> Fix | None:
    """Return the fix that lets a version end where the next one starts."""
    if start is None or start == date.min:
        return None
    if valid.until is not None:
        text, at = start.isoformat(), valid.until.origin
    elif valid.through is not None:
        text, at = (start - timedelta(days=1)).isoformat(), valid.through.origin
    else:
        return None
    return Fix("end the earlier version there", (Edit(at, text),))
