"""The report as one HTML page that stands alone: style and charts inside, nothing asked of any network, everything escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from review.formats.report_drawing import metrics_drawing, stages_drawing
from review.formats.timeline_drawing import timeline_drawing
from review.report.report import Report
from review.report.tables import Part, Table, parts

SHORT = 14
"""Letters of a cell that is told in one line: a stage, or a figure with its unit."""
_DAY = re.compile(r"\b\d{4}-\d\d(-\d\d)?\b")


def report_html(report: Report) -> str:
    """Return the page."""
    style = files("review.formats").joinpath("report.css").read_text(encoding="utf-8")
    say, day = report.say, str(report.as_of)
    title = say("page", day=day) if report.partner is None else say("page-partner", partner=report.partner, day=day)
    digest = say("page-digest", version=report.version or "-", digest=report.digest[:12], engine=report.engine)
    told = list(parts(report))
    links = "".join(f'<a href="#{part.section}">{escape(part.title)}</a>' for part in told)
    notes = "".join(f"{line}\n" for line in _notes(report))
    body = "".join(f"{line}\n" for part in told for line in _part(report, part))
    return (
        f'<!doctype html>\n<html lang="{say.tag}">\n<head>\n<meta charset="utf-8">\n<meta name="generator" content="merit report">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Whatever a name in the facts holds: nothing runs here and nothing is fetched.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(title)}</h1>\n<p class="lead">{escape(report.title or say("policies"))}</p>\n<nav>{links}</nav>\n{body}'
        f"{notes}</main>\n"
        f"<footer>{escape(digest)}</footer>\n"
        "</body>\n</html>\n"
    )


def _part(report: Report, part: Part) -> Iterator[str]:
    yield f'<section id="{part.section}">\n<h2>{escape(part.title)}</h2>'
    if part.lead:
        yield f'<p class="lead">{escape(part.lead)}</p>'
    if part.section == "summary" and report.summary is not None:
        yield from _picture(stages_drawing(tuple(report.summary.counts()), report.say))
    if part.section == "due" and report.timeline is not None:
        yield f'<div class="picture paper">{timeline_drawing(report.timeline, report.say)}</div>'
    if not part.tables:
        yield f"<p>{escape(report.say('nothing-told'))}</p>"
    for table in part.tables:
        if table.heading:
            yield f"<h3>{escape(table.heading)}</h3>"
        if table.metrics:
            yield from _picture(metrics_drawing(table.metrics, report.say))
        yield from _table(table)
    yield "</section>"


def _picture(drawing: str) -> Iterator[str]:
    if drawing:
        yield f'<div class="picture">{drawing}</div>'


def _table(table: Table) -> Iterator[str]:
    yield '<div class="grid"><table>'
    heads = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    yield f"<thead><tr>{heads}</tr></thead>\n<tbody>"
    for row in table.rows:
        yield f"<tr>{''.join(map(_cell, row))}</tr>"
    yield "</tbody></table></div>"


def _cell(text: str) -> str:
    if len(text) <= SHORT:
        return f'<td class="line">{escape(text)}</td>'
    # A day is told in one line, wherever it stands.
    said = _DAY.sub(r'<span class="line">\g<0></span>', escape(text))
    return f"<td>{said}</td>"


def _notes(report: Report) -> Iterator[str]:
    for one in report.readers.withheld:
        said = report.say("withheld-page", section=report.say.word("section", one.section), rule=one.rule)
        yield f'<p class="notes">{escape(said)}</p>'
    if report.notes:
        yield '<ul class="notes">'
        yield from (f"<li>{escape(note)}</li>" for note in report.notes)
        yield "</ul>"
