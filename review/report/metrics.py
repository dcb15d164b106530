"""The metrics of each award against its marks: on the day, and on its next anniversary.

On the day what trails by twelve months is told of the last twelve. On the next anniversary the same requirement, at the
marks of that day, sees the months from the last anniversary on: those that lie ahead are missing, so that what is told
is what the year has come to so far. A metric that is not covered says what it lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from dsl import core as c
from dsl.core.ranges import Numbers, Range
from dsl.json_values import decimal_text
from evaluator.decision import range_json, required_json
from evaluator.decisions.one_day import OneDay
from evaluator.explanation import Explanation, Gap
from evaluator.kept import Kept
from evaluator.moment import Moment
from evaluator.reasons.expander import Asked, Context, Outcome, Reason, Required, reasons_of
from review.languages.voice import Voice
from review.report.anniversaries import entry_of, next_anniversary
from review.report.summary import Standing
from review.words.gap_text import gap_text
from review.words.titles import title_text

Json = Any
View: TypeAlias = Literal["today", "anniversary_year"]
NOT_IN_FORCE: Literal["not_in_force"] = "not_in_force"
"""The outcome of a rule that asks nothing in a view."""
MOST_WHY = 3
"""Things that one metric lacks that are told."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A requirement of an award in a view; of an award with levels, at one of them."""

    standing: Standing
    view: View
    on: date
    code: str
    """Relative to the rule, so that levels have one code; empty where the whole rule is not covered."""
    title: str
    outcome: Outcome | Literal["not_in_force"]
    observed: Range | None = None
    required: Required | None = None
    short_by: Numbers | None = None
    unit: str | None = None
    points: Numbers | None = None
    out_of: Decimal | None = None
    why: tuple[str, ...] = ()
    """What is not covered, and why."""
    named: str | None = None
    """The title of what is required to be held or qualified for."""

    @property
    def is_score(self) -> bool:
        """Whether it is the score of the whole rule, and not one of its parts."""
        return self.points is None and self.out_of is not None

    def as_json(self) -> dict[str, Json]:
        """Return what there is of it."""
        rule = self.standing.rule
        told: dict[str, Json] = {"rule": rule.id, "award": rule.award, "title": self.standing.title}
        if rule.level is not None:
            told["level"] = rule.level
        told |= {"view": self.view, "on": self.on.isoformat()}
        if self.code:
            told["code"] = self.code
        told |= {"metric": self.title, "outcome": self.outcome}
        if self.observed is not None:
            told["observed"] = range_json(self.observed)
        if self.required is not None:
            told["required"] = required_json(self.required)
        if self.short_by is not None:
            told["short_by"] = range_json(self.short_by)
        if self.unit is not None:
            told["unit"] = self.unit
        if self.points is not None:
            told["points"] = range_json(self.points)
        if self.out_of is not None:
            told["out_of"] = decimal_text(self.out_of)
        if self.why:
            told["not_covered"] = list(self.why)
        return told


def metrics(one: OneDay, standings: Iterable[Standing], say: Voice) -> Iterator[Metric]:
    """Yield the metrics of each award, first on the day, then on its next anniversary where it is held."""
    for standing in standings:
        rule, today = standing.rule, one.facts.as_of
        if rule.version_on(today) is not None:
            yield from _in_view(one, standing, "today", Moment(today, rule=rule), say)
        else:
            yield _not_covered(standing, "today", today, say)
        entry = entry_of(one, rule, standing.decision)
        due = next_anniversary(standing.decision, entry, today)
        if entry is None or due is None:
            continue
        if rule.version_on(due) is None:
            yield _not_covered(standing, "anniversary_year", due, say)
        else:
            yield from _in_view(one, standing, "anniversary_year", Moment(due, rule=rule, entry=entry, due=due), say)


def _not_covered(standing: Standing, view: View, day: date, say: Voice) -> Metric:
    why = say(f"not-in-force-{view}", day=str(day))
    return Metric(standing, view, day, "", say("all-of-it"), NOT_IN_FORCE, why=(why,))


def _in_view(one: OneDay, standing: Standing, view: View, at: Moment, say: Voice) -> Iterator[Metric]:
    rule = standing.rule
    version = rule.version_on(at.day)
    if version is None or version.requirement is None:
        return
    explanation = one.interpreter.requirement(rule, at)
    within = one.prepared.reasons.within(version.days, version.basis.cites)
    missing = dict(_missing(explanation))
    told: set[str] = set()
    for reason in measured(reasons_of(explanation, Context(at.day, within, Kept(), {}))):
        if reason.code in told:
            continue
        told.add(reason.code)
        gaps = missing.get(reason.code, ()) if reason.outcome != "met" else ()
        yield Metric(
            standing, view, at.day, reason.code.removeprefix(f"{rule.id}."), title_text(reason.title, say), reason.outcome,
            reason.observed, reason.required, reason.short_by, reason.unit, reason.points, reason.out_of,
            tuple(dict.fromkeys(gap_text(gap, at.day, say) for gap in gaps))[:MOST_WHY],
            _named(one.core, reason.required, say),
        )  # fmt: skip


def _named(core: c.Core, required: Required | None, say: Voice) -> str | None:
    """Return the title of the award or rule that is asked for."""
    if not isinstance(required, Asked) or required.kind not in ("holds", "qualifies"):
        return None
    rule = core.rules.get(required.name) or core.rule_of_award.get(required.name)
    return None if rule is None else title_text(rule.title, say)


def measured(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """Yield the scores, what earns points, and what is asked beside: never a whole that its parts tell as well."""
    for reason in reasons:
        is_score = reason.out_of is not None and reason.points is None
        earns = reason.points is not None and not any(_has_points(part) for part in reason.parts)
        if is_score or earns or not reason.parts:
            yield reason
        yield from measured(reason.parts)


def _has_points(reason: Reason) -> bool:
    return reason.points is not None or any(_has_points(part) for part in reason.parts)


def _missing(explanation: Explanation) -> Iterator[tuple[str, tuple[Gap, ...]]]:
    """Yield what each requirement lacks, by its code."""
    for found in explanation.walk():
        if isinstance(found.node, c.Requirement):
            gaps = tuple(found.missing())
            if gaps:
                yield found.node.code, gaps


def by_award(found: Iterable[Metric]) -> Mapping[tuple[str, View], list[list[Metric]]]:
    """Return metrics as people read them: those of one code beside each other, a level each, by award and view."""
    groups: dict[tuple[str, View], dict[str, list[Metric]]] = {}
    for one in found:
        groups.setdefault((one.standing.rule.award, one.view), {}).setdefault(one.code, []).append(one)
    return {key: list(codes.values()) for key, codes in groups.items()}
