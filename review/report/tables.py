"""The report as people read it: sections of tables, which text, Markdown and HTML lay out each in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dsl import core as c
from dsl.core.ranges import Numbers
from dsl.core.types import number
from evaluator.reasons.expander import Asked
from review.languages.voice import Voice
from review.report.history import Attained
from review.report.metrics import Metric, by_award
from review.report.people import People, Risk
from review.report.readers import Section
from review.report.report import Report
from review.report.summary import NOT_KNOWN, NOTHING, Count, Summary
from review.words.titles import kind_text

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
    title: str
    """The heading over it."""
    lead: str
    tables: tuple[Table, ...]


def parts(report: Report) -> Iterator[Part]:
    """Yield the sections that the reader sees, in their order."""
    say = report.say

    def part(section: Section, lead: str, tables: Iterable[Table]) -> Part:
        return Part(section, say(f"title-{section}"), lead, tuple(tables))

    if report.summary is not None:
        rows = tuple(
            (
                group_text(one.kind, one.level, say),
                say.word("stage", one.stage),
                str(len(one.standings)),
                _names(one, say),
            )
            for one in report.summary.counts()
        )
        columns = _columns(say, "awards", "stage", "number", "which")
        yield part("summary", _counted(report), [Table(columns, rows), *_projections(report.summary, say)])
    if report.metrics is not None:
        yield part("metrics", say("lead-metrics"), _metric_tables(report.metrics, say))
    if report.history is not None:
        entries = tuple(
            (
                say.with_level(one.title, one.level),
                one.attained or say("not-told"),
                one.anniversary or say("not-told"),
                held_text(one, say),
                _until(one.until, report.as_of, say),
                "-" if one.stage is None else say.word("stage", one.stage),
            )
            for one in report.history
        )
        columns = _columns(say, "attained", "on", "anniversary", "now", "until", "stage")
        yield part("history", "", [_without_empty(Table(columns, entries))] if entries else [])
    if report.due is not None:
        lead = say("lead-due", first=str(report.as_of), last=str(report.through))
        dates = tuple(
            (
                one.on.isoformat(),
                one.title,
                one.says,
                say.semicolon(say.of(why.title, why.says) for why in one.why[:2]),
            )
            for one in report.due.dates
        )
        columns = _columns(say, "day", "what", "happens", "why")
        yield part("due", lead, [_without_empty(Table(columns, dates))] if dates else [])
    if report.people is not None:
        yield part("people", say("lead-people", people=report.people.looked_at), _people_tables(report.people, say))


def _columns(say: Voice, *names: str) -> tuple[str, ...]:
    return tuple(say(f"head-{name}") for name in names)


def group_text(kind: c.RuleKind, level: str | None, say: Voice) -> str:
    """Say which awards are meant."""
    return say.with_level(kind_text(kind, say), level)


def _names(count: Count, say: Voice) -> str:
    """Name the awards; of those at a stage that is not known first the ones begun, with the stages that are possible."""
    begun = sorted(count.standings, key=lambda one: NOTHING in one.stages)
    names = [
        say("in-brackets", said=one.title, more=say.either(say.word("stage", stage) for stage in sorted(one.stages)))
        if len(one.stages) > 1 and NOTHING not in one.stages
        else one.title
        for one in begun
    ]
    more = len(names) - MOST_NAMES
    told = say.comma(names[:MOST_NAMES])
    return say("more-than-told", told=told, count=more) if more > 0 else told


def _projections(summary: Summary, say: Voice) -> Iterator[Table]:
    """Yield what the stages rest on that were projected."""
    rows = tuple(
        (
            say.with_level(one.title, one.rule.level),
            one.projection.by.isoformat(),
            say.word("stage", one.stage),
            say.semicolon(one.projection.known),
            say.semicolon(one.projection.extrapolated),
        )
        for one in summary.standings
        if one.projection is not None
    )
    if rows:
        columns = _columns(say, "award", "to", "stage", "known", "extrapolated")
        yield _without_empty(Table(columns, rows, say("heading-projected")))


def _counted(report: Report) -> str:
    if report.summary is None:
        return ""
    unknown = sum(one.stage == NOT_KNOWN for one in report.summary.standings)
    awards = len(report.summary.standings)
    return (
        report.say("lead-summary-unknown", awards=awards, unknown=unknown)
        if unknown
        else report.say("lead-summary", awards=awards)
    )


def _until(day: str | None, as_of: date, say: Voice) -> str:
    if day is None:
        return ""
    return day if day <= as_of.isoformat() else say("ends", day=day)


# ---- metrics


def _metric_tables(found: Sequence[Metric], say: Voice) -> Iterator[Table]:
    for (_, view), rows in by_award(found).items():
        first = rows[0][0]
        levels = [
            one for one in first.standing.rule.levels if any(m.standing.rule.level == one for row in rows for m in row)
        ]
        told = tuple(_metric_row(row, levels, say) for row in rows)
        needed = tuple(say.with_level(say("head-needed"), level) for level in levels) or (say("head-needed"),)
        columns = (*_columns(say, "metric", "is"), *needed, *_columns(say, "short", "points", "not_covered"))
        yield _without_empty(
            Table(
                columns,
                told,
                say(f"heading-{view}", title=first.standing.title, day=str(first.on)),
                tuple(one for row in rows for one in row),
            )
        )


def _metric_row(row: Sequence[Metric], levels: Sequence[str], say: Voice) -> tuple[str, ...]:
    first = row[0]
    by_level = {one.standing.rule.level: one for one in row}
    needed = [_needed(by_level.get(level), say) for level in levels] or [_needed(first, say)]
    short = [
        said if level is None or not levels else say.of(say.word("level", level), said)
        for level, one in ((level, by_level[level]) for level in levels or by_level if level in by_level)
        if (said := _short(one, say))
    ]
    points = (
        say("out-of", points=say.range(first.points), most=number(first.out_of))
        if first.points is not None and first.out_of is not None
        else ""
    )
    why = list(dict.fromkeys(why for one in row for why in one.why))
    return (first.title, observed_text(first, say), *needed, say.semicolon(short), points, say.semicolon(why))


def held_text(one: Attained, say: Voice) -> str:
    """Say whether what was attained is held, and as what where that has another name by now."""
    goes_on = one.successor
    if goes_on is None:
        return say.held(one.held)
    return say("held-as", is_held=goes_on.held.name.lower(), award=goes_on.title)


def observed_text(one: Metric, say: Voice) -> str:
    """Say what a metric is."""
    if one.observed is None:
        return say.outcome(one.outcome)
    return say.range(one.observed, one.unit)


def _needed(one: Metric | None, say: Voice) -> str:
    if one is None or one.required is None:
        return ""
    required = one.required
    if isinstance(required, Asked) and one.named is not None:
        required = required._replace(name=one.named)
    return say.of(say.required(required, one.unit), say.outcome(one.outcome))


def _short(one: Metric, say: Voice) -> str:
    if one.short_by is None or one.outcome == "met":
        return ""
    if one.short_by.low == 0 and one.short_by.high is None:
        return ""  # nothing is known of it, which is said beside it
    if one.short_by.low == 0 and one.short_by.high is not None:
        return say.range(Numbers(None, one.short_by.high), one.unit)
    return say.range(one.short_by, one.unit)


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


def _people_tables(people: People, say: Voice) -> Iterator[Table]:
    rows = tuple(
        (
            one.name,
            say.semicolon(
                say.of(risk.title, less.title) for risk in one.risks for less in risk.weakened if less.is_carried
            )
            or say("nothing"),
            say.semicolon(_risk(risk, say) for risk in one.risks),
        )
        for one in people.persons
    )
    if rows:
        yield Table(_columns(say, "person", "carries", "without"), rows)
    ending = tuple(
        (
            one.on.isoformat(),
            say.comma(say("in-brackets", said=name, more=person) for person, name in one.certifications),
            say.semicolon(_risk(risk, say) for risk in one.risks) or say("nothing-less"),
        )
        for one in people.endings
    )
    if ending:
        yield Table(_columns(say, "through", "ending", "without_these"), ending, say("heading-ending"))


def _risk(risk: Risk, say: Voice) -> str:
    before, after = say.outcome(risk.before), say.outcome(risk.after)
    less = [f"{one.title} {say.turned(one.before, one.after)}" for one in risk.weakened[:MOST_WEAKENED]]
    told, more = say.comma(less), len(risk.weakened) - MOST_WEAKENED
    if more > 0:
        told = say("more-than-told", told=told, count=more)
    turned = say.turned(before, after) if risk.before != risk.after else after
    return say.of(risk.title, say("in-brackets", said=turned, more=told))
