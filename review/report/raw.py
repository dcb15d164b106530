"""The raw data of a report: one row for each thing it tells, so that a spreadsheet comes to the same figures.

The rows of ``summary`` counted by level and stage are the summary's numbers; of ``metrics``, the points are those of the
parts of a score. A text that a spreadsheet would take for a formula has an apostrophe before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dsl.core.ranges import Numbers, Range, Truth, Words
from dsl.json_values import decimal_text
from evaluator.decision import HELD
from evaluator.reasons.expander import Required, plain, required_text
from review.languages.voice import Voice
from review.report.history import Attained
from review.report.people import Risk
from review.report.report import Report
from review.report.tables import held_text

COLUMNS = (
    "section", "kind", "rule", "award", "level", "title", "stage", "held", "view", "day", "through", "code", "name",
    "outcome", "observed_from", "observed_to", "required", "short_by_from", "short_by_to", "unit", "points_from",
    "points_to", "out_of", "person", "says",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def rows(report: Report) -> Iterator[Mapping[str, str]]:
    """Yield the rows of the sections that the reader sees, each by its columns."""
    for row in _rows(report):
        yield {name: _safe(value) for name, value in row.items() if value}


def _rows(report: Report) -> Iterator[dict[str, str]]:
    say = report.say
    for one in report.summary.standings if report.summary is not None else ():
        rule, score = one.rule, one.decision.score
        yield {
            "section": "summary", "kind": rule.kind, "rule": rule.id, "award": rule.award, "level": rule.level or "",
            "title": one.title, "stage": one.stage, "held": HELD[one.held], "day": report.as_of.isoformat(),
            "outcome": one.decision.eligibility or "", "says": say.either(say.word("stage", stage) for stage in sorted(one.stages)),
            "through": one.projection.by.isoformat() if one.projection is not None else "",
            **({} if score is None else {**_ends("points", score.points), "out_of": decimal_text(score.out_of)}),
        }  # fmt: skip
    for metric in report.metrics or ():
        rule = metric.standing.rule
        yield {
            "section": "metrics", "kind": rule.kind, "rule": rule.id, "award": rule.award, "level": rule.level or "",
            "title": metric.standing.title, "view": metric.view, "day": metric.on.isoformat(), "code": metric.code,
            "name": metric.title, "outcome": metric.outcome, **_ends("observed", metric.observed),
            "required": _required(metric.required),
            **_ends("short_by", metric.short_by), "unit": metric.unit or "", **_ends("points", metric.points),
            "out_of": "" if metric.out_of is None else decimal_text(metric.out_of), "says": say.semicolon(metric.why),
        }  # fmt: skip
    for entry in report.history or ():
        yield {
            "section": "history", "kind": entry.award.partition(".")[0], "award": entry.award, "level": entry.level or "",
            "title": entry.title, "stage": entry.stage or "", "held": HELD[entry.held], "day": entry.attained or "",
            "through": entry.until or "", "says": say.semicolon(_of_entry(entry, say)),
        }  # fmt: skip
    for date in report.due.dates if report.due is not None else ():
        yield {
            "section": "due", "kind": date.kind, "rule": date.rule, "title": date.title, "day": date.on.isoformat(),
            "says": date.says,
        }  # fmt: skip
    if report.people is not None:
        for person in report.people.persons:
            for row in _risks(person.risks, say):
                yield {"section": "people", "kind": "person", "person": person.name, **row}
        for ending in report.people.endings:
            for name, certification in ending.certifications:
                yield {
                    "section": "people", "kind": "certification", "person": name, "name": certification,
                    "through": ending.on.isoformat(),
                }  # fmt: skip
            for row in _risks(ending.risks, say):
                yield {"section": "people", "kind": "ending", "through": ending.on.isoformat(), **row}


def _risks(risks: tuple[Risk, ...], say: Voice) -> Iterator[dict[str, str]]:
    for risk in risks:
        for less in risk.weakened:
            yield {
                "rule": risk.rule, "title": risk.title, "held": "held" if risk.held else "not_held", "outcome": risk.after,
                "code": less.code, "name": less.title, "says": say.turned(less.before, less.after),
            }  # fmt: skip


def _of_entry(entry: Attained, say: Voice) -> Iterator[str]:
    if entry.anniversary:
        yield say("csv-anniversary", day=entry.anniversary)
    if entry.successor is not None:
        yield held_text(entry, say)


def _required(required: Required | None) -> str:
    """Return what is required as a figure where it is one, else in words."""
    if isinstance(required, Numbers) and required.exact is not None:
        return decimal_text(required.exact)
    return "" if required is None else required_text(required)


def _ends(name: str, value: Range | None) -> dict[str, str]:
    """Return both ends of a range; of what is no number the text of it."""
    match value:
        case None:
            return {}
        case Numbers(low=low, high=high):
            return {
                f"{name}_from": "" if low is None else decimal_text(low),
                f"{name}_to": "" if high is None else decimal_text(high),
            }
        case Truth() | Words():
            return {f"{name}_from": plain(value), f"{name}_to": plain(value)}
        case _:
            return {f"{name}_from": plain(value), f"{name}_to": plain(value)}


def _safe(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: numbers stay what they are."""
    return f"'{value}" if value.startswith(_FORMULA) and not _NUMBER.fullmatch(value) else value
