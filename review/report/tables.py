"""The report as people read it: sections of tables, which text, Markdown and HTML lay out each in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dsl import core as c
from dsl.core.ranges import Truth
from evaluator.reasons import number, plain, required_text
from review.report.metrics import Metric, View, by_award
from review.report.people import Risk
from review.report.readers import Section
from review.report.report import Report
from review.report.summary import NOT_KNOWN, NOTHING, Count, Summary

TITLES: dict[Section, str] = {
    "summary": "Summary",
    "metrics": "Metrics",
    "history": "History",
    "due": "What is due",
    "people": "People",
}
MOST_NAMES = 12
"""Names of awards at one stage that are told; of more their number."""
MOST_WEAKENED = 4
"""Requirements of one award that are told of one person; of more their number."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts below columns, with a heading of their own where there are several."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    heading: str = ""
    metrics: tuple[Metric, ...] = ()
    """The metrics that it is of: what a chart is drawn of."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section: what is said of it, and its tables."""

    section: Section
    lead: str
    tables: tuple[Table, ...]

    @property
    def title(self) -> str:
        """The heading over it."""
        return TITLES[self.section]


def parts(report: Report) -> Iterator[Part]:
    """Yield the sections that the reader sees, in their order."""
    if report.summary is not None:
        rows = tuple(
            (
                group_text(one.kind, one.level),
                words(one.stage),
                str(len(one.standings)),
                _names(one),
            )
            for one in report.summary.counts()
        )
        tables = [Table(("Awards", "Stage", "Number", "Which"), rows), *_projections(report.summary)]
        yield Part("summary", _counted(report), tuple(tables))
    if report.metrics is not None:
        yield Part("metrics", _METRICS, tuple(_metric_tables(report.metrics)))
    if report.history is not None:
        entries = tuple(
            (
                f"{one.title}, {one.level}" if one.level is not None else one.title,
                one.attained or "not told",
                one.anniversary or "not told",
                _HELD[one.held],
                _until(one.until, report.as_of),
                words(one.stage or "-"),
            )
            for one in report.history
        )
        yield Part(
            "history",
            "",
            (_without_empty(Table(("Attained", "On", "Anniversary", "Now", "Until", "Stage"), entries)),)
            if entries
            else (),
        )
    if report.due is not None:
        lead = f"From {report.as_of} through {report.through}, if what is told stays as it is."
        dates = tuple(
            (
                one.on.isoformat(),
                one.title,
                one.says,
                "; ".join(f"{reason.title}: {reason.said}" for reason in one.reasons[:2]),
            )
            for one in report.due.dates
        )
        yield Part("due", lead, (_without_empty(Table(("Day", "What", "Happens", "Why"), dates)),) if dates else ())
    if report.people is not None:
        yield Part("people", _PEOPLE.format(report.people.looked_at), tuple(_people_tables(report)))


_METRICS = (
    "On the day, what trails by twelve months is that of the last twelve. On the next anniversary, the same at the marks of "
    "that day: the months that lie ahead are missing, so that it is what the year has come to so far."
)
_PEOPLE = "Each person is taken out, and what is held or qualified for decided again: {} of them."
_HELD = {Truth.TRUE: "held", Truth.FALSE: "not held", Truth.UNKNOWN: "not known"}


def words(name: str) -> str:
    """Return a name of the policies as words."""
    return name.replace("_", " ")


def group_text(kind: str, level: str | None) -> str:
    """Say which awards are meant."""
    plural = next((one.plural for one in c.KINDS.values() if one.name == kind), kind)
    return f"{plural}, {level}" if level is not None else plural


def _names(count: Count) -> str:
    """Name the awards; of those at a stage that is not known first the ones begun, with the stages that are possible."""
    begun = sorted(count.standings, key=lambda one: NOTHING in one.stages)
    names = [
        f"{one.title} ({words(' or '.join(sorted(one.stages)))})"
        if len(one.stages) > 1 and NOTHING not in one.stages
        else one.title
        for one in begun
    ]
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _projections(summary: Summary) -> Iterator[Table]:
    """Yield what the stages rest on that were projected."""
    rows = tuple(
        (
            f"{one.title}, {one.rule.level}" if one.rule.level is not None else one.title,
            one.projection.by.isoformat(),
            words(one.stage),
            "; ".join(one.projection.known),
            "; ".join(one.projection.extrapolated),
        )
        for one in summary.standings
        if one.projection is not None
    )
    if rows:
        columns = ("Award", "To", "Stage", "Known to happen", "Taken to go on")
        yield _without_empty(
            Table(columns, rows, "Projected to the next anniversary, as the facts bring no projection")
        )


def _counted(report: Report) -> str:
    if report.summary is None:
        return ""
    unknown = sum(one.stage == NOT_KNOWN for one in report.summary.standings)
    said = f"{len(report.summary.standings)} awards" if len(report.summary.standings) != 1 else "1 award"
    return f"{said}, {unknown} of them at a stage that is not known." if unknown else f"{said}."


def _until(day: str | None, as_of: date) -> str:
    if day is None:
        return ""
    return day if day <= as_of.isoformat() else f"ends {day}"


# ---- metrics


def _metric_tables(found: Sequence[Metric]) -> Iterator[Table]:
    for (_, view), rows in by_award(found).items():
        first = rows[0][0]
        levels = [
            one for one in first.standing.rule.levels if any(m.standing.rule.level == one for row in rows for m in row)
        ]
        told = tuple(_metric_row(row, levels) for row in rows)
        needed = tuple(f"Needed, {level}" for level in levels) or ("Needed",)
        columns = ("Metric", "Is", *needed, "Short by", "Points", "Not covered")
        yield _without_empty(
            Table(
                columns,
                told,
                f"{first.standing.title}, {view_text(view, first.on)}",
                tuple(one for row in rows for one in row),
            )
        )


def view_text(view: View, on: date) -> str:
    """Say which view it is."""
    return f"on {on}" if view == "today" else f"on its anniversary, {on}, so far"


def _metric_row(row: Sequence[Metric], levels: Sequence[str]) -> tuple[str, ...]:
    first = row[0]
    by_level = {one.standing.rule.level: one for one in row}
    needed = [_needed(by_level.get(level)) for level in levels] or [_needed(first)]
    short = [f"{level}: {said}" if levels else said for level, one in by_level.items() if (said := _short(one))]
    points = (
        f"{plain(first.points)} of {number(first.out_of)}"
        if first.points is not None and first.out_of is not None
        else ""
    )
    why = list(dict.fromkeys(why for one in row for why in one.why))
    return (first.title, observed_text(first), *needed, "; ".join(short), points, "; ".join(why))


def observed_text(one: Metric) -> str:
    """Say what a metric is."""
    if one.observed is None:
        return words(one.outcome)
    return _with_unit(plain(one.observed), one.unit)


def _needed(one: Metric | None) -> str:
    if one is None or one.required is None:
        return ""
    return f"{_with_unit(required_text(one.required), one.unit)}: {words(one.outcome)}"


def _short(one: Metric) -> str:
    if one.short_by is None or one.outcome == "met":
        return ""
    if one.short_by.low == 0 and one.short_by.high is not None:
        return _with_unit(f"at most {number(one.short_by.high)}", one.unit)
    return _with_unit(plain(one.short_by), one.unit)


def _with_unit(text: str, unit: str | None) -> str:
    if unit is None or text in ("unknown", "not known"):
        return text
    return f"{text} person" if unit == "people" and text.rpartition(" ")[2] == "1" else f"{text} {unit}"


def _without_empty(table: Table) -> Table:
    """Return a table without the columns that say nothing."""
    kept = [index for index in range(len(table.columns)) if any(row[index] for row in table.rows)]
    return Table(
        tuple(table.columns[index] for index in kept),
        tuple(tuple(row[index] for index in kept) for row in table.rows),
        table.heading,
        table.metrics,
    )


# ---- people


def _people_tables(report: Report) -> Iterator[Table]:
    people = report.people
    if people is None:
        return
    rows = tuple(
        (
            one.name,
            "; ".join(f"{risk.title}: {less.title}" for risk in one.risks for less in risk.weakened if less.is_carried)
            or "nothing",
            "; ".join(_risk(risk) for risk in one.risks),
        )
        for one in people.persons
    )
    if rows:
        yield Table(("Person", "Carries alone", "Without"), rows)
    ending = tuple(
        (
            one.on.isoformat(),
            ", ".join(f"{name} ({person})" for person, name in one.certifications),
            "; ".join(_risk(risk) for risk in one.risks) or "nothing is less",
        )
        for one in people.endings
    )
    if ending:
        yield Table(
            ("Through", "Certifications that end", "Without these and those before"), ending, "Certifications that end"
        )


def _risk(risk: Risk) -> str:
    turned = f"{words(risk.before)} → {words(risk.after)}" if risk.before != risk.after else words(risk.after)
    less = [f"{one.title} {one.before} → {one.after}" for one in risk.weakened[:MOST_WEAKENED]]
    more = len(risk.weakened) - MOST_WEAKENED
    return f"{risk.title}: {turned} ({', '.join(less)}{f' and {more} more' if more > 0 else ''})"
