"""Pages of what has a name: figures and measures, what a partner tells, the sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dsl import core as c, document as d
from dsl.builtin import BUILT_IN
from review.guide.content import Block, Fold, Grid, Heading, Page, Paragraph
from review.guide.editions import figure_versions
from review.guide.links import Links
from review.guide.marks import code, sentence, series
from review.guide.names import Names, headline, words
from review.guide.phrases import type_words


def figure_page(names: Names, links: Links) -> Page:
    """Return the page of figures and measures: what each is, from when on, and from where."""
    blocks: list[Block] = [
        Paragraph(
            "What the rules name: figures with their dates, and what is reckoned from what a partner tells.", "lead"
        )
    ]
    terms: list[str] = []
    for name, named in sorted(names.core.named.items(), key=lambda item: item[1].title.lower()):
        title = named.title or headline(name)
        terms.append(title)
        blocks.append(Heading(title, 2, name))
        supplied = "; a partner's value is taken where it is told ready-made" if named.supplied else ""
        blocks.append(Paragraph(f"{sentence(type_words(named.type, names))}{supplied}.", "small"))
        blocks.append(_versions(names, named))
        users = links.users.get(f"figure {name}", ())
        if users:
            blocks.append(
                Paragraph(f"Used by: {series(names.linked(page) for page in users if page in names.awards)}.")
            )
    blocks.append(_codes((named.title or headline(name), name) for name, named in names.core.named.items()))
    return Page("figures", "Figures and measures", "figures", tuple(blocks), "figures", tuple(terms))


def _versions(names: Names, named: c.NamedDecl) -> Grid:
    rows = []
    versions = figure_versions(names, named)
    dated = len(versions) > 1 or versions[0].days != c.ALWAYS
    noted = any(one.cites or one.assumes for one in versions)
    for one in versions:
        told = [sentence(one.text)]
        if dated:
            told.insert(0, names.span(one.days, always="always"))
        if noted:
            cites = [f"Source: {names.cited(one.cites)}"] if one.cites else []
            told.append("; ".join([*cites, *(f"Reading: {text}" for text in one.assumes)]))
        rows.append(tuple(told))
    columns = (*(["When"] if dated else []), "What it is", *(["Source and reading"] if noted else []))
    return Grid(columns, tuple(rows))


def fact_page(names: Names) -> Page:
    """Return the page of what a partner can be asked: facts, and lists of records."""
    core = names.core
    blocks: list[Block] = [
        Paragraph("What is known of a partner. What is not told is unknown, never taken for no.", "lead")
    ]
    if core.facts:
        ordered = sorted(core.facts.values(), key=lambda fact: (fact.title or fact.name).lower())
        rows = [(fact.title or words(fact.name), type_words(fact.type, names)) for fact in ordered]
        blocks += [Heading("Single facts"), _sourced(names, rows, ordered, tuple(one.name for one in ordered))]
    for records in (*BUILT_IN.values(), *core.records.values()):
        blocks.append(Heading(records.title or headline(records.name), 2, f"records.{records.name}"))
        blocks.append(Paragraph("A list with a row a month." if records.monthly else "A list.", "small"))
        blocks.append(_fields(names, records))
    lists = [*BUILT_IN.values(), *core.records.values()]
    told = [(fact.title or words(fact.name), fact.name) for fact in core.facts.values()]
    for one in lists:
        title = one.title or words(one.name)
        told.append((title, one.name))
        told += [(f"{title} → {field.title or words(field.name)}", field.name) for field in one.fields.values()]
    blocks.append(_codes(told))
    terms = (*(fact.title for fact in core.facts.values()), *(one.title for one in core.records.values()))
    return Page("facts", "What a partner tells", "facts", tuple(blocks), "facts", tuple(filter(None, terms)))


def _fields(names: Names, records: c.RecordsDecl) -> Grid:
    rows = []
    for field in records.fields.values():
        kind = type_words(field.type, names)
        if field.formula is not None:
            kind += ", reckoned from the others"
        rows.append((field.title or words(field.name), kind))
    return _sourced(names, rows, tuple(records.fields.values()))


def _sourced(
    names: Names, rows: Sequence[tuple[str, str]], fields: Sequence[c.FieldDecl], keys: tuple[str, ...] = ()
) -> Grid:
    """Return rows of what can be told, with a column for what they rest on where one has anything."""
    if all(field.basis == c.NO_BASIS for field in fields):
        return Grid(("What", "Kind of answer"), tuple(rows), keys)
    told: list[tuple[str, ...]] = []
    for row, field in zip(rows, fields, strict=True):
        cites = [f"Source: {names.cited(field.basis.cites)}"] if field.basis.cites else []
        seen = [f"First seen on {field.basis.seen}"] if field.basis.seen is not None else []
        told.append((*row, "; ".join([*cites, *(f"Reading: {text}" for text in field.basis.assumes), *seen])))
    return Grid(("What", "Kind of answer", "Source and reading"), tuple(told), keys)


def _codes(found: Iterable[tuple[str, str]]) -> Block:
    """Return what services call things, in HTML only."""
    rows = tuple((title, code(name)) for title, name in found)
    return Fold(f"Codes for services: {len(rows)}", (Grid(("What", "Code"), rows),), "")


def source_page(names: Names) -> Page:
    """Return the page of the sources, with the day each was read and how often it is cited."""
    cited: dict[str, int] = {}
    for node in d.walk(names.document):
        if isinstance(node, d.Cite):
            cited[node.source] = cited.get(node.source, 0) + 1
    rows = []
    for name, source in names.document.sources.items():
        read = source.read.day.isoformat() if source.read is not None else "—"
        rows.append((source.title, read, str(cited.get(name, 0))))
    blocks: tuple[Block, ...] = (
        Paragraph("The texts that the figures come from.", "lead"),
        Grid(("Source", "Read", "Times cited"), tuple(rows), tuple(names.document.sources)),
    )
    return Page(
        "sources", "Sources", "sources", blocks, "sources", tuple(one.title for one in names.document.sources.values())
    )
