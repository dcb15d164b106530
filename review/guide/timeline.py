"""What changes when: every day on which a rule, a figure or a list changes; and what is not certain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from dsl import core as c
from dsl.lower.scope import days_of
from review.guide.content import Block, Entries, Entry, Grid, Heading, Page, Paragraph
from review.guide.editions import Edition, changes, figure_versions
from review.guide.marks import pieces, plain, sentence, series
from review.guide.names import Names
from review.guide.told import all_lines

Told = Mapping[str, tuple[Edition, ...]]
"""The editions of every rule by its id; of life cycles one for each page."""


@dataclass(slots=True)
class _Day:
    begins: dict[str, list[str]] = field(default_factory=dict)
    ends: dict[str, list[str]] = field(default_factory=dict)
    figures: list[tuple[str, str, str]] = field(default_factory=list)
    changed: dict[tuple[str, str, str], dict[str, None]] = field(default_factory=dict)
    lists: list[str] = field(default_factory=list)


def timeline_page(names: Names, told: Told) -> Page:
    """Return the page of all change days, the latest first, each with what changes on it."""
    days: dict[date, _Day] = {}
    for rule_id, its in told.items():
        _of_rule(names, names.core.rules[rule_id], its, days)
    _of_figures(names, days)
    _of_lists(names, days)
    blocks: list[Block] = [
        Paragraph(
            "Every day on which something changes, with what was before and what is after. The latest day stands first.",
            "lead",
        )
    ]
    if not days:
        blocks.append(Paragraph("Nothing in these policies has a date."))
    for day in sorted(days, reverse=True):
        blocks.append(Heading(names.day(day), 2, f"d{day.isoformat()}"))
        blocks.extend(_blocks(names, days[day]))
    return Page(
        "changes", "What changes when", "changes", tuple(blocks), "changes", tuple(str(day) for day in sorted(days))
    )


def _of_rule(names: Names, rule: c.Rule, told: tuple[Edition, ...], days: dict[date, _Day]) -> None:
    page = names.page_of(rule.id)
    shown = names.linked(page, rule.level)
    before: Edition | None = None
    for edition in told:
        start = edition.days.start
        if start is not None and (before is None or before.days.end != start):
            _add(days.setdefault(start, _Day()).begins, rule.kind, shown)
        elif start is not None and before is not None:
            here = days.setdefault(start, _Day())
            if before.version.title != edition.version.title:
                here.changed.setdefault(("Title", before.version.title, edition.version.title), {})[shown] = None
            for one in changes(before.lines, edition.lines):
                if one.kind != "rests on":
                    here.changed.setdefault((one.title, one.before or "—", one.after or "—"), {})[shown] = None
        following = told[told.index(edition) + 1 :]
        if edition.days.end is not None and not (following and following[0].days.start == edition.days.end):
            _add(days.setdefault(edition.days.end, _Day()).ends, rule.kind, shown)
        before = edition


def _add(found: dict[str, list[str]], kind: str, shown: str) -> None:
    if shown not in found.setdefault(kind, []):
        found[kind].append(shown)


def _of_figures(names: Names, days: dict[date, _Day]) -> None:
    for name, named in names.core.named.items():
        versions = figure_versions(names, named)
        for before, after in zip([None, *versions], versions, strict=False):
            if after.days.start is None:
                continue
            joined = before is not None and before.days.end == after.days.start
            old = sentence(before.text) if joined and before is not None else "—"
            new = sentence(after.text)
            if plain(old) != plain(new):
                days.setdefault(after.days.start, _Day()).figures.append((names.figure(name), old, new))


def _of_lists(names: Names, days: dict[date, _Day]) -> None:
    for name, listing in names.document.certifications.items():
        for entry in listing.entries:
            span = days_of(entry.valid)
            if span.start is not None:
                days.setdefault(span.start, _Day()).lists.append(
                    f"{entry.name} counts for {names.certifications(name)}"
                )
            if span.end is not None:
                text = f"{entry.name} no longer counts for {names.certifications(name)}"
                days.setdefault(span.end, _Day()).lists.append(text)


def _blocks(names: Names, day: _Day) -> Iterator[Block]:
    for title, found in (("Begins", day.begins), ("Ends (the day before was the last)", day.ends)):
        if found:
            entries = tuple(Entry(names.areas[kind][1], series(found[kind])) for kind in names.areas if kind in found)
            yield Heading(title, 3)
            yield Entries(entries)
    if day.figures:
        yield Heading("Figures and measures", 3)
        yield Grid(("What", "Before", "After"), tuple(day.figures))
    if day.changed:
        rows = [(series(rules), what, before, after) for (what, before, after), rules in day.changed.items()]
        yield Heading("Rules", 3)
        yield Grid(("Rule", "What", "Before", "After"), tuple(rows))
    if day.lists:
        yield Heading("Certifications", 3)
        yield Entries(tuple(Entry("", text) for text in day.lists))


def doubt_page(names: Names, told: Told) -> Page:
    """Return the page of what is not certain, each point with the rules that rest on it."""
    doubtful: dict[str, dict[str, None]] = {}
    missing: dict[str, dict[str, None]] = {}
    readings: dict[str, dict[str, None]] = {}
    for rule_id, its in told.items():
        rule = names.core.rules[rule_id]
        shown = names.linked(names.page_of(rule_id), rule.level)
        for edition in its:
            basis = edition.version.basis
            for text in basis.assumes:
                readings.setdefault(text, {})[shown] = None
            if basis.seen is not None:
                text = f"First seen on {basis.seen}; that it applied before is a reading"
                readings.setdefault(text, {})[shown] = None
            if edition.days.provisional:
                doubtful.setdefault(f"The day it begins: {names.first_day(edition.days)}", {})[shown] = None
            for line in all_lines(edition.lines):
                kinds = {piece.kind for piece in pieces(line.text)}
                for kind, found in (("provisional", doubtful), ("unknown", missing)):
                    if kind in kinds:
                        found.setdefault(f"{line.title or line.path[-1]}: {line.text}", {})[shown] = None
                for text in line.assumes:
                    readings.setdefault(text, {})[shown] = None
    blocks: list[Block] = [
        Paragraph("What the rules rest on that is second-hand, not known, or a reading of an unclear source.", "lead")
    ]
    for title, anchor, points in (
        ("Figures and days that are provisional", "provisional", doubtful),
        ("Figures that are not known", "unknown", missing),
        ("Readings of unclear sources", "readings", readings),
    ):
        blocks.append(Heading(title, 2, anchor))
        if points:
            rows = tuple((sentence(text), series(rules)) for text, rules in points.items())
            blocks.append(Grid(("What", "In"), rows))
        else:
            blocks.append(Paragraph("None."))
    return Page("open", "Open points", "open", tuple(blocks), "open points", ())
