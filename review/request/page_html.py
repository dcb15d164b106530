"""The page as one HTML file that stands alone: no request to anywhere, style inside, everything escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from review.request.plot import flips_plot
from review.request.request import Request, headline
from review.request.sections import Item, Section, sections

_CODE = re.compile(r"`([^`]+)`")


def page_html(told: Request) -> str:
    """Return the page."""
    style = "".join(
        files(room).joinpath("style.css").read_text(encoding="utf-8") for room in ("review.guide", "review.request")
    )
    found = told.found
    sides = f"{found.before.name} → {found.after.name}"
    body = "".join(f"{line}\n" for section in sections(told) for line in _section(section))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="generator" content="merit review">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(sides)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header><b>{escape(found.after.core.title or 'Policies')}</b></header>\n<main>\n<h1>{escape(sides)}</h1>\n"
        f'<p class="lead">{_line(headline(told))}</p>\n{body}</main>\n'
        f"<footer>Policies {found.before.core.digest[:12]} → {found.after.core.digest[:12]}, reviewed on "
        f"{told.today}.</footer>\n</body>\n</html>\n"
    )


def _section(section: Section) -> Iterator[str]:
    yield f"<h2>{escape(section.title)}</h2>"
    if section.lead:
        yield f'<p class="small">{_line(section.lead)}</p>'
    if section.flips:
        yield f'<div class="picture">{flips_plot(section.flips)}</div>'
        yield '<p class="small">Left of the line partners lose, right of it they gain; dashed: neither.</p>'
    for drawing, below in section.drawings:
        yield f'<div class="picture">{drawing}</div>'
        yield f'<p class="small">{escape(below)}</p>'
    if section.items:
        yield "<ul>"
        yield from (f"<li>{_item(item)}</li>" for item in section.items)
        yield "</ul>"
    if section.foot:
        yield f'<p class="small">{_line(section.foot)}</p>'
    if section.folded:
        yield f"<details><summary>{escape(section.fold)}</summary>\n<ul>"
        yield from (f"<li>{_line(line)}</li>" for line in section.folded)
        yield "</ul></details>"


def _item(item: Item) -> str:
    places = "".join(f'<span class="notes"><code>{escape(place)}</code></span>' for place in item.places)
    if not item.lines:
        return f"{_line(item.text)}{places}"
    if not item.is_change:
        return f"{_line(item.text)}{places}<ul>{''.join(f'<li>{_line(line.strip())}</li>' for line in item.lines)}</ul>"
    return f"{_line(item.text)}{places}\n<pre>{''.join(map(_changed, item.lines))}</pre>"


def _changed(line: str) -> str:
    """Return a line of a change: what is gone and what is new are elements, their signs stay for those who see no colour."""
    inner = escape(line)
    match line.lstrip()[:2]:
        case "- ":
            return f"<del>{inner}</del>\n"
        case "+ ":
            return f"<ins>{inner}</ins>\n"
        case _:
            return f"{inner}\n"


def _line(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))
