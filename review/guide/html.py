"""The guide as HTML: a file a page, no request to anywhere, style inside; everything is escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import assert_never

from review.guide.content import (
    Block,
    Entries,
    Entry,
    Fold,
    Grid,
    Heading,
    Neighbours,
    Page,
    Paragraph,
    Picture,
    Search,
    Site,
)
from review.guide.marks import pieces, plain
from review.guide.picture import neighbours, tree

_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_NAVIGATION = (
    ("index", "Start"),
    ("changes", "Changes"),
    ("open", "Open points"),
    ("figures", "Figures"),
    ("facts", "Facts"),
)


def html_files(site: Site) -> Iterator[tuple[str, str]]:
    """Yield the files of the guide by name."""
    writer = _Html(site)
    for page in site.pages:
        yield f"{page.key}.html", writer.page(page)


class _Html:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.style = _asset("style.css")

    def page(self, page: Page) -> str:
        title = page.title if page.key == "index" else f"{page.title} · {self.site.title}"
        menu = "".join(f'<a href="{self.href(key)}">{text}</a>' for key, text in _NAVIGATION if key != page.key)
        about = f"State of {self.site.day}. " if self.site.day else ""
        state = f", as of {self.site.day}" if self.site.day else ""
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta name="generator" content="merit docs{state}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title)}</title>\n<style>\n{self.style}</style>\n</head>\n<body>\n"
            f"<header><b>{escape(self.site.title)}</b>{menu}</header>\n<main>\n<h1>{escape(page.title)}</h1>\n"
            f"{''.join(self.blocks(page.blocks))}</main>\n"
            f"<footer>{about}Policies {escape(self.site.version)}.</footer>\n{self.script(page)}</body>\n</html>\n"
        )

    def script(self, page: Page) -> str:
        if not any(isinstance(block, Search) for block in page.blocks):
            return ""
        index = [
            {"t": one.title, "u": f"{one.key}.html", "k": one.kind, "x": " ".join((*map(plain, one.terms), one.key))}
            for one in self.site.pages
            if one is not page
        ]
        # The text stands inside a script element: `<` would end it early.
        data = json.dumps(index, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        return f'<script type="application/json" id="index">{data}</script>\n<script>\n{_asset("search.js")}</script>\n'

    def blocks(self, blocks: tuple[Block, ...]) -> Iterator[str]:
        for block in blocks:
            yield f"{self.block(block)}\n"

    def block(self, block: Block) -> str:
        match block:
            case Heading(text=text, level=level, anchor=anchor):
                own = f' id="{escape(anchor)}"' if anchor else ""
                return f"<h{level}{own}>{self.line(text)}</h{level}>"
            case Paragraph(text=text, tone=tone):
                return f"<p{'' if tone == 'plain' else f' class={chr(34)}{tone}{chr(34)}'}>{self.line(text)}</p>"
            case Entries(entries=entries):
                return self.entries(entries)
            case Grid():
                return self.grid(block)
            case Fold(summary=summary, blocks=inner, is_open=is_open):
                return f"<details{' open' if is_open else ''}><summary>{escape(summary)}</summary>\n{''.join(self.blocks(inner))}</details>"
            case Picture(drawing=drawing, caption=caption):
                if isinstance(drawing, Neighbours):
                    return f'<div class="picture">{neighbours(drawing, caption, self.href)}</div>'
                return f'<div class="picture">{tree(drawing, caption)}</div>'
            case Search():
                return (
                    '<p><label for="search">Search titles and terms</label><br>'
                    '<input id="search" type="search" autocomplete="off"></p>\n<ul id="found"></ul>'
                )
            case _:
                assert_never(block)

    def entries(self, entries: tuple[Entry, ...]) -> str:
        items = []
        for entry in entries:
            title = f"<b>{self.line(entry.title)}</b>" if entry.title else ""
            text = f"{title}{': ' if entry.title and entry.text else ''}{self.line(entry.text)}"
            notes = "".join(f'<span class="notes">{self.line(note)}</span>' for note in entry.notes)
            parts = f"\n{self.entries(entry.parts)}" if entry.parts else ""
            items.append(f"<li>{text}{notes}{parts}</li>\n")
        return f"<ul>\n{''.join(items)}</ul>"

    def grid(self, grid: Grid) -> str:
        head = "".join(f"<th>{self.line(column)}</th>" for column in grid.columns)
        rows = []
        for index, row in enumerate(grid.rows):
            own = f' id="{escape(grid.anchors[index])}"' if grid.anchors else ""
            cells = "".join(
                f'<td data-of="{escape(column) if at else ""}">{self.line(cell)}</td>'
                for at, (column, cell) in enumerate(zip(grid.columns, row, strict=True))
            )
            rows.append(f"<tr{own}>{cells}</tr>\n")
        wide = " wide" if len(grid.columns) > 2 else ""
        return f'<div class="grid{wide}"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{"".join(rows)}</tbody></table></div>'

    def line(self, text: str) -> str:
        """Return a line of text with its marks."""
        shown = []
        for piece in pieces(text):
            inner = escape(piece.text)
            match piece.kind:
                case "link":
                    shown.append(f'<a href="{self.href(piece.target)}">{inner}</a>')
                case "provisional":
                    shown.append(f'<span class="provisional" title="second-hand or not final">{inner} (?)</span>')
                case "unknown":
                    shown.append(f'<span class="unknown">{inner}</span>')
                case "code":
                    shown.append(f"<code>{inner}</code>")
                case "text":
                    shown.append(_DAY.sub(r'<span class="day">\g<0></span>', inner))
                case _:
                    assert_never(piece.kind)
        return "".join(shown)

    def href(self, target: str) -> str:
        """Return the address of a page or a place on one."""
        page, hash_, anchor = target.partition("#")
        return escape(f"{page}.html{hash_}{anchor}")


def _asset(name: str) -> str:
    return files("review.guide").joinpath(name).read_text(encoding="utf-8")
