"""Titles in other languages: a translation belongs to the words of a title, so that all that is titled alike is told alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dsl import document as d
from dsl.diagnostics import Diagnostic, Label

ENGLISH = "en"
"""The language that titles are written in."""


def translations(document: d.Document, found: list[Diagnostic]) -> Mapping[str, Mapping[str, str]]:
    """Return the translations of a document's titles, by language and title.

    Args:
        document: the policies as meant.
        found: what is wrong is added.

    Reports:
        C209: a title has two translations, or a translation has no title before it.
    """
    told: dict[str, dict[str, d.Translation]] = {}
    for title, _, given in titled(document):
        for one in given:
            if title is None:
                advice = "write the title before it, in quotes"
                found.append(Diagnostic("C209", "there is no title here to translate", one.origin, help=advice))
                continue
            if one.language == ENGLISH:
                advice = "write the title itself so"
                found.append(Diagnostic("C209", "titles are in English already", one.origin, help=advice))
                continue
            first = told.setdefault(one.language, {}).setdefault(title, one)
            if first.text != one.text:
                said = f"`{title}` is told in two ways in `{one.language}`"
                labels = (Label(first.origin, "first told here"),)
                advice = "one is enough, for all that has the title; or give one of the two another title"
                found.append(Diagnostic("C209", said, one.origin, help=advice, labels=labels))
    return {tag: {title: one.text for title, one in sorted(texts.items())} for tag, texts in sorted(told.items())}


def titled(document: d.Document) -> Iterator[tuple[str | None, d.Node, Sequence[d.Translation]]]:
    """Yield what may have a title, in the order of the document: the title, the node, and its translations."""
    for table in document.tables.values():
        if "title" in table.columns:
            at = table.columns.index("title")
            for row in table.rows:
                cell = row.cells[at] if at < len(row.cells) else None
                yield cell.text if isinstance(cell, d.Text) else None, row, row.notes.titles
    for node in d.walk(document):
        match node:
            case d.Package() | d.Term() | d.Kind() | d.Records() | d.Listing():
                yield node.title, node, node.titles
            case d.Field() | d.Definition() | d.Table() | d.Rule() | d.Item() | d.Section(name=str()) | d.Property():
                yield node.title, node, node.notes.titles
            case _:
                pass


def untranslated(document: d.Document, tag: str) -> Iterator[tuple[str, d.Node]]:
    """Yield the titles of a document that have no translation in a language, each once, where it stands first."""
    found = list(titled(document))
    there = {title for title, _, given in found if any(one.language == tag for one in given)}
    first: dict[str, d.Node] = {}
    for title, node, _ in found:
        if title is not None and title not in there:
            before = first.get(title)
            if before is None or _place(node) < _place(before):
                first[title] = node
    yield from sorted(first.items(), key=lambda one: _place(one[1]))


def _place(node: d.Node) -> tuple[str, int]:
    return node.origin.source.name, node.origin.start
