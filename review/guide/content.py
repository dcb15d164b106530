"""What a page of the guide holds, before it is HTML or Markdown. Texts are lines with marks (``review.guide.marks``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a page, from level 2 on."""

    text: str
    level: int = 2
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of text: plain, the first of a page, small print, or one to be noticed."""

    text: str
    tone: Literal["plain", "lead", "small", "notice"] = "plain"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list with its title, the small print below it, and lines inside it."""

    title: str
    text: str = ""
    notes: tuple[str, ...] = ()
    parts: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """A list."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; a row may be a place that links lead to."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fold:
    """What is shown when asked for; ``brief`` is the line that Markdown has instead, where it is not to grow long."""

    summary: str
    blocks: tuple[Block, ...]
    brief: str | None = None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Twig:
    """A box of a requirement tree."""

    title: str
    text: str
    parts: tuple[Twig, ...] = ()
    joint: str = ""
    """How the parts make the whole: ``all``, ``one of``, ``sum``."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What a rule rests on and what rests on it: titles with the keys of their pages."""

    title: str
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, and what it shows, for those who cannot see it."""

    drawing: Twig | Neighbours
    caption: str


@dataclass(frozen=True, slots=True)
class Search:
    """The place of the search field; Markdown has none."""


Block: TypeAlias = Heading | Paragraph | Entries | Grid | Fold | Picture | Search


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Args:
        key: what links name it by; the name of its HTML file.
        title: its title.
        area: the Markdown file that it stands in.
        blocks: what it holds.
        kind: what it is about, in a word, for the search.
        terms: words that find it beside its title.
    """

    key: str
    title: str
    area: str
    blocks: tuple[Block, ...]
    kind: str = ""
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """The whole guide.

    Args:
        title: the programme.
        day: the day whose state is told; None where nothing changes.
        version: the digest of the policies, short.
        pages: all pages, the first page first.
        areas: the areas in order, by the name of their Markdown file, with their titles.
    """

    title: str
    day: date | None
    version: str
    pages: tuple[Page, ...]
    areas: tuple[tuple[str, str], ...]
