"""The guide as Markdown: a file an area, to be read and reviewed beside the policies; everything is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from review.guide.content import (
    Block,
    Entries,
    Entry,
    Fold,
    Grid,
    Heading,
    Page,
    Paragraph,
    Picture,
    Search,
    Site,
    Twig,
)
from review.guide.marks import pieces, plain

ALONE = ("certifications", "figures", "facts", "changes", "open", "sources")
"""Areas that are one page."""

SOURCES = "sources.md#sources--"
_TO_SOURCE = re.compile(rf"\]\({re.escape(SOURCES)}(\w+)\)")
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~]|&(?=#?\w+;)")
_AT_START = re.compile(r"^(\d*)([-+](?=\s)|[.)](?=\s)|[=#])")


def markdown_files(site: Site) -> Iterator[tuple[str, str]]:
    """Yield the files of the guide by name; an area without pages has none."""
    places = {page.key: (page.area, "" if page.area == "README" else page.key) for page in site.pages}
    writer = _Markdown(places)
    areas = dict(site.areas)
    for area in dict.fromkeys(page.area for page in site.pages):
        pages = [page for page in site.pages if page.area == area]
        if area == "README":
            yield "README.md", _with_sources(writer.start(site, pages[0]))
        else:
            yield f"{area}.md", _with_sources(writer.area(areas[area], pages, site))


def _with_sources(text: str) -> str:
    """Return a file whose sources are cited by their names: many parts cite one, and where it is told stands once."""
    cited = sorted(set(_TO_SOURCE.findall(text)))
    told = "".join(f"[{name}]: {SOURCES}{name}\n" for name in cited)
    return _TO_SOURCE.sub(r"][\1]", text) + (f"\n{told}" if told else "")


class _Markdown:
    def __init__(self, places: dict[str, tuple[str, str]]) -> None:
        self.places = places
        self.here = ""
        self.page_key = ""

    def start(self, site: Site, page: Page) -> str:
        self.here, self.page_key = "README", page.key
        head = f"{_made(site)}# {escaped(page.title)}\n\nThis guide is made from the policies: to change it, change them.\n\n"
        return (head + "".join(self.blocks(page.blocks, 0))).rstrip() + "\n"

    def area(self, title: str, pages: list[Page], site: Site) -> str:
        self.here = pages[0].area
        state = f", as of {site.day}" if site.day else ""
        text = f"{_made(site)}# {escaped(title)}\n\n[{escaped(site.title)}](README.md){state}\n\n"
        if self.is_alone(pages):
            self.page_key = pages[0].key
            return text + "".join(self.blocks(pages[0].blocks, 0)).rstrip() + "\n"
        text += "".join(f"- [{escaped(page.title)}](#{page.key})\n" for page in pages) + "\n"
        for page in pages:
            self.page_key = page.key
            text += f'<a id="{page.key}"></a>\n\n## {escaped(page.title)}\n\n{"".join(self.blocks(page.blocks, 1))}'
        return text.rstrip() + "\n"

    def is_alone(self, pages: list[Page]) -> bool:
        """Whether a file is one page of the same title."""
        return len(pages) == 1 and pages[0].area in ALONE

    def blocks(self, blocks: tuple[Block, ...], deeper: int) -> Iterator[str]:
        for block in blocks:
            text = self.block(block, deeper)
            if text:
                yield f"{text}\n\n"

    def block(self, block: Block, deeper: int) -> str:
        match block:
            case Heading(text=text, level=level, anchor=anchor):
                own = f'<a id="{self.anchor(anchor)}"></a>\n\n' if anchor else ""
                return f"{own}{'#' * min(6, level + deeper)} {self.line(text)}"
            case Paragraph(text=text, tone=tone):
                return f"> {self.line(text)}" if tone == "notice" else self.line(text)
            case Entries(entries=entries):
                return "\n".join(self.entries(entries, 0))
            case Grid():
                return self.grid(block)
            case Search():
                return ""
            case Fold(brief=str() as brief):
                return self.line(brief)
            case Fold(summary=summary, blocks=inner):
                told = "".join(self.blocks(inner, deeper)).strip()
                return f"<details><summary>{escaped(summary)}</summary>\n\n{told}\n\n</details>"
            case Picture(drawing=drawing):
                return mermaid(drawing) if isinstance(drawing, Twig) else ""
            case _:
                assert_never(block)

    def entries(self, entries: tuple[Entry, ...], depth: int) -> Iterator[str]:
        indent = "  " * depth
        for entry in entries:
            title = f"**{self.line(entry.title)}**" if entry.title else ""
            yield f"{indent}- {title}{': ' if entry.title and entry.text else ''}{self.line(entry.text)}"
            for note in entry.notes:
                yield f"{indent}  <br>{self.line(note)}"
            yield from self.entries(entry.parts, depth + 1)

    def grid(self, grid: Grid) -> str:
        lines = [f"| {' | '.join(self.line(one) for one in grid.columns)} |", f"|{' --- |' * len(grid.columns)}"]
        for index, row in enumerate(grid.rows):
            cells = [self.line(cell) for cell in row]
            if grid.anchors:
                cells[0] = f'<a id="{self.anchor(grid.anchors[index])}"></a>{cells[0]}'
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join(lines)

    def line(self, text: str) -> str:
        """Return a line of text with its marks."""
        shown = []
        for piece in pieces(text):
            inner = escaped(piece.text)
            match piece.kind:
                case "link":
                    shown.append(f"[{inner}]({self.href(piece.target)})")
                case "provisional":
                    shown.append(f"*{inner}* (?)")
                case "unknown":
                    shown.append(f"*{inner}*")
                case "code":
                    shown.append(f"`{piece.text}`")
                case "text":
                    shown.append(inner)
                case _:
                    assert_never(piece.kind)
        return _AT_START.sub(r"\1\\\2", "".join(shown))

    def anchor(self, anchor: str) -> str:
        """Return a place on a page as it is called in the file that several pages share."""
        return f"{self.page_key}--{anchor}"

    def href(self, target: str) -> str:
        page, _, anchor = target.partition("#")
        area, own = self.places[page]
        file = "" if area == self.here else f"{area}.md"
        place = f"{page}--{anchor}" if anchor else "" if area in ALONE else own
        return f"{file}#{place}" if place else file or f"{area}.md"


def _made(site: Site) -> str:
    """Return the first line of every file: it is made, for a day, and made again."""
    return f"<!-- merit docs{f', as of {site.day}' if site.day else ''} -->\n"


def escaped(text: str) -> str:
    r"""Escape what Markdown or HTML would take for their own.

    Examples:
        >>> print(escaped("A & B <b> *c*"))
        A & B \<b\> \*c\*
    """
    return _SPECIAL.sub(lambda match: f"\\{match.group()}", re.sub(r"\s+", " ", text))


def mermaid(root: Twig) -> str:
    """Return a requirement tree as Mermaid text."""
    lines = ["```mermaid", "graph LR"]
    count = 0

    def add(twig: Twig) -> str:
        nonlocal count
        name = f"n{count}"
        count += 1
        label = twig.title if not twig.text else f"{twig.title}: {twig.text}"
        lines.append(f'  {name}["{_quoted(plain(label))}"]')
        for part in twig.parts:
            joint = f"|{_quoted(twig.joint)}|" if twig.joint and len(twig.parts) > 1 else ""
            lines.append(f"  {name} -->{joint} {add(part)}")
        return name

    add(root)
    return "\n".join([*lines, "```"])


def _quoted(text: str) -> str:
    return re.sub(r'["#<>&`;|\[\]{}]', lambda match: f"#{ord(match.group())};", text)
