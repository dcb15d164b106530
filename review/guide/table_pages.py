"""Pages of tables, of lists of certifications and of groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dsl import core as c, document as d
from dsl.core.kinds import in_a_sentence
from dsl.core.types import number
from dsl.lower.scope import days_of
from dsl.lower.table_rows import is_otherwise
from review.guide.content import Block, Grid, Heading, Page, Paragraph
from review.guide.links import Links
from review.guide.marks import link, provisional, series, unknown
from review.guide.names import Names, capital, headline, words
from review.guide.phrases import listed

DATES = ("from", "until", "through")


def table_pages(names: Names, links: Links) -> Iterator[Page]:
    """Yield a page for every table: its rows with dates and sources."""
    families = _families(names.document, names.core.kinds)
    for name, table in names.document.tables.items():
        kinds = families.get(name, ())
        title = table.title or headline(name)
        blocks: list[Block] = []
        if kinds:
            told = listed([in_a_sentence(names.areas[kind][1]) for kind in kinds], "and")
            blocks.append(Paragraph(f"A row for each of these {told}.", "lead"))
        if table.keys:
            told = listed([f"“{capital(names.words(key))}”" for key in table.keys], "and")
            which = "The first row" if table.match == "first match" else "The row"
            blocks.append(Paragraph(f"{which} that is for the values of {told} counts.", "lead"))
        blocks += _notes(names, table.notes)
        blocks.append(_grid(names, table, kinds[0] if kinds else None))
        users = links.users.get(f"table {name}", ())
        if users:
            blocks.append(Paragraph(f"Used by: {series(names.linked(page) for page in users)}."))
        terms = tuple(cell.text for row in table.rows for cell in row.cells if isinstance(cell, d.Text))
        yield Page(f"table.{name}", title, "tables", tuple(blocks), "table", (name, *terms))


def _families(document: d.Document, known: c.Kinds) -> dict[str, tuple[str, ...]]:
    """Return the tables whose rows are rules, with the kinds of these."""
    found: dict[str, dict[str, None]] = {}
    for rule in document.rules.values():
        if rule.each_row_of is not None and rule.kind in known:
            found.setdefault(rule.each_row_of, {})[rule.kind] = None
    for added in (rule for rules in document.additions.values() for rule in rules):
        if added.each_row_of is not None and added.kind in known:
            found.setdefault(added.each_row_of, {})[added.kind] = None
    return {name: tuple(kinds) for name, kinds in found.items()}


def _grid(names: Names, table: d.Table, kind: str | None) -> Grid:
    columns = [column for column in table.columns if not (kind and column == "title")]
    has_was = any(row.notes.was for row in table.rows)
    has_cites = any(row.notes.cites for row in table.rows)
    has_assumes = any(row.notes.assumes for row in table.rows)
    rows: list[tuple[str, ...]] = []
    anchors: list[str] = []
    for row in table.rows:
        cells = dict(zip(table.columns, row.cells, strict=False))
        told = [
            "any"
            if column in table.keys and isinstance(cells.get(column), d.Dash) and not is_otherwise(table, row)
            else _cell(names, column, cells.get(column), cells, kind, first=column == table.columns[0])
            for column in columns
        ]
        if has_was:
            told.append(
                ", ".join(
                    names.linked_name(f"{kind}.{old}" if kind and "." not in old else old) for old in row.notes.was
                )
            )
        if has_cites:
            told.append("; ".join(names.source(cite) for cite in row.notes.cites))
        if has_assumes:
            told.append("; ".join(row.notes.assumes))
        rows.append(tuple(told))
        first = row.cells[0] if row.cells else None
        name = first.names[0] if isinstance(first, d.Names) else str(len(rows))
        anchors.append(name if name not in anchors else f"{name}.{len(rows)}")
    extra = [
        title
        for title, has in (("Takes the place of", has_was), ("Source", has_cites), ("Reading", has_assumes))
        if has
    ]
    return Grid((*(_heading(names, column) for column in columns), *extra), tuple(rows), tuple(anchors))


def _heading(names: Names, column: str) -> str:
    return "Until (not included)" if column == "until" else capital(names.words(column))


def _cell(
    names: Names, column: str, cell: d.Cell | None, row: dict[str, d.Cell], kind: str | None, *, first: bool
) -> str:
    match cell:
        case d.Names(names=told) if first:
            title = row.get("title")
            shown = (
                title.text
                if isinstance(title, d.Text) and kind
                else names.title(f"{kind}.{told[0]}")
                if kind
                else names.words(told[0])
            )
            is_rule = kind is not None and f"{kind}.{told[0]}" in names.awards
            if len(told) > 1 and not kind:
                return ", ".join(map(names.words, told))
            return link(shown, f"{kind}.{told[0]}") if is_rule else shown
        case d.Names(names=told):
            return ", ".join(names.linked_name(one) for one in told)
        case d.Text() | d.Figure() | d.Day() | d.Band() | d.Several():
            return _values(cell)
        case d.Dash() | None:
            return "—" if column not in DATES else ""


def _values(cell: d.Band | d.Several | d.Text | d.Figure | d.Day) -> str:
    """Write what a key cell is for, in words."""
    match cell:
        case d.Several(values=values):
            return listed([_values(one) for one in values], "or")
        case d.Band(low=low, high=high, above=above, below=below):
            ends = [_values(end) if end is not None else "" for end in (low, high)]
            if low is None:
                return f"{'less than' if below else 'at most'} {ends[1]}"
            if high is None:
                return f"{'more than' if above else 'at least'} {ends[0]}"
            return f"from {ends[0]} to {'less than ' if below else ''}{ends[1]}"
        case d.Text(text=text):
            return text
        case d.Figure():
            return figure(cell)
        case d.Day(day=day):
            return provisional(day.isoformat()) if cell.provisional else day.isoformat()


def figure(cell: d.Figure) -> str:
    """Write a figure of the document with its marks."""
    unit = f" {words(cell.unit)}" if cell.unit else ""
    if cell.value is None and cell.least is not None:
        return f"{unknown('unknown')}, {figure(replace(cell, value=cell.least, least=None))} or more"
    if cell.value is None:
        return unknown(f"unknown{unit}")
    shown = f"{number(cell.value)}{unit}"
    return provisional(shown) if cell.provisional else shown


def _notes(names: Names, notes: d.Notes) -> list[Block]:
    told: list[Block] = []
    if notes.cites:
        told.append(Paragraph(f"Source: {'; '.join(names.source(cite) for cite in notes.cites)}.", "small"))
    told.extend(Paragraph(f"Reading: {text}.", "notice") for text in notes.assumes)
    return told


def certification_page(names: Names, links: Links) -> Page:
    """Return the page of all lists of certifications."""
    blocks: list[Block] = [Paragraph("Which certifications count for what, and when.", "lead")]
    terms: list[str] = []
    for name, listing in names.document.certifications.items():
        blocks.append(Heading(listing.title or headline(name), 2, name))
        terms.append(listing.title or headline(name))
        blocks.append(_entries(names, listing, "Certification"))
        users = links.users.get(f"certifications {name}", ())
        if users:
            blocks.append(Paragraph(f"Counts for: {series(names.linked(page) for page in users)}."))
        terms.extend(spelling for entry in listing.entries for spelling in (entry.name, *entry.spelt))
    return Page(
        "certifications", "Certifications", "certifications", tuple(blocks), "list", tuple(dict.fromkeys(terms))
    )


def group_page(names: Names) -> Page:
    """Return the page of the groups that rules speak of."""
    blocks: list[Block] = [Paragraph("Rules that are spoken of together.", "lead")]
    for name, listing in names.document.groups.items():
        blocks.append(Heading(listing.title or headline(name), 2, name))
        blocks.append(_entries(names, listing, "Member"))
    membership = names.core.membership
    if membership is not None:
        named = series(names.linked_name(name) for name in membership.names)
        blocks += [
            Heading("The membership", 2, "membership"),
            Paragraph(
                f"What makes it: {named}. Where a rule speaks of the anniversary, the next one of these that are held is "
                "meant; in the check of an award its own."
            ),
        ]
    stated = names.document.properties
    if stated:
        rows = [
            (one.title or headline(name), _validity(names, one.valid), _behind(names, one.notes))
            for name, one in stated.items()
        ]
        is_noted = any(row[-1] for row in rows)
        heads = ("Property", "Claimed", *(["Source and reading"] if is_noted else []))
        blocks += [
            Heading("What the rules are meant to be", 2, "properties"),
            Paragraph("Claimed of every partner and decided nowhere: a reading says where it is known not to be so."),
            Grid(heads, tuple(row if is_noted else row[:-1] for row in rows)),
        ]
    return Page("groups", "Groups", "tables", tuple(blocks), "groups", tuple(map(words, names.document.groups)))


def _entries(names: Names, listing: d.Listing, heading: str) -> Grid:
    dated = any(entry.valid is not None for entry in listing.entries)
    noted = any(entry.notes != d.NO_NOTES for entry in listing.entries)
    rows = []
    for entry in listing.entries:
        shown = names.linked_name(entry.name) if heading == "Member" else names.certification(entry.name)
        told = [shown]
        if dated:
            told.append(_validity(names, entry.valid))
        if noted:
            told.append(_behind(names, entry.notes))
        rows.append(tuple(told))
    return Grid((heading, *(["Counts"] if dated else []), *(["Source and reading"] if noted else [])), tuple(rows))


def _validity(names: Names, valid: d.Validity | None) -> str:
    if valid is None:
        return "always"
    told = names.span(days_of(valid), always="always")
    end = valid.until or valid.through
    plain_end = told.rpartition(" through ")[2]
    return told.replace(plain_end, provisional(plain_end)) if end is not None and end.provisional else told


def _behind(names: Names, notes: d.Notes) -> str:
    cites: Sequence[str] = [names.source(cite) for cite in notes.cites]
    return "; ".join([*cites, *(f"reading: {text}" for text in notes.assumes)])
