"""A partner's report as text, JSON, CSV, Markdown and HTML."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from review.formats.format import Formats, in_json, in_lines
from review.formats.report_page import report_html
from review.languages.voice import padded, text_width
from review.report.raw import COLUMNS, rows
from review.report.report import Report
from review.report.tables import Table, parts
from review.words.decision_text import Paint
from review.words.timeline_text import digest_text

WIDEST = 60
"""Columns of the terminal that one of a table takes at most; a text that is longer pushes the next one on."""


def headline(report: Report) -> str:
    """Say whose report it is, and of which day."""
    if report.partner is None:
        return report.say("headline", day=str(report.as_of))
    return report.say("headline-partner", partner=report.partner, day=str(report.as_of))


def report_lines(report: Report, paint: Paint) -> Iterator[str]:
    """Yield the sections as lines."""
    say = report.say
    yield paint(headline(report), "head")
    for part in parts(report):
        yield ""
        yield paint(part.title, "head")
        if part.lead:
            yield paint(f"  {part.lead}", "faint")
        if not part.tables:
            yield f"  {say('nothing')}"
        for table in part.tables:
            if table.heading:
                yield f"  {table.heading}"
            yield from _text_table(table, paint)
    for one in report.readers.withheld:
        yield ""
        said = say.of(one.rule, say.outcome(one.eligibility))
        yield say("withheld", section=say.word("section", one.section), rule=said)
    yield ""
    for note in report.notes:
        yield say("note", note=note)
    yield paint(digest_text(report.version, report.digest, report.engine, say), "faint")


def _text_table(table: Table, paint: Paint) -> Iterator[str]:
    """Yield a table; the last column, which is the longest, is not padded."""
    every = (table.columns, *table.rows)
    widths = [min(max(text_width(row[index]) for row in every), WIDEST) for index in range(len(table.columns))]
    for number, row in enumerate(every):
        cells = [padded(cell, columns) for cell, columns in zip(row[:-1], widths, strict=False)]
        line = "    " + "  ".join([*cells, row[-1]]).rstrip()
        yield paint(line, "faint") if number == 0 else line


def report_markdown(report: Report) -> Iterator[str]:
    """Yield a page."""
    say = report.say
    yield f"# {headline(report)}"
    for part in parts(report):
        yield ""
        yield f"## {part.title}"
        if part.lead:
            yield ""
            yield part.lead
        if not part.tables:
            yield ""
            yield say("nothing-told")
        for table in part.tables:
            yield ""
            if table.heading:
                yield f"### {table.heading}"
                yield ""
            yield f"| {' | '.join(column or ' ' for column in table.columns)} |"
            yield f"|{' --- |' * len(table.columns)}"
            for row in table.rows:
                yield f"| {' | '.join(map(_cell, row))} |"
    for one in report.readers.withheld:
        yield ""
        yield say("withheld-markdown", section=say.word("section", one.section), rule=one.rule)
    if report.notes:
        yield ""
        for note in report.notes:
            yield f"- {note}"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def report_csv(report: Report) -> str:
    """Return the raw data: a row for each award, metric, entry, date and requirement that somebody carries."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(report))
    return out.getvalue()


REPORT = Formats[Report](
    text=lambda report, paint: in_lines(report_lines(report, paint)),
    json=lambda report, _: in_json(report.as_json()),
    csv=lambda report, _: report_csv(report),
    markdown=lambda report, _: in_lines(report_markdown(report)),
    html=lambda report, _: report_html(report),
)
