"""The page as Markdown, for a comment of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from review.request.request import Request, headline
from review.request.sections import Item, Section, sections

MARK = "<!-- merit review -->"
"""What a job finds its comment by, to update it."""


def page_markdown(told: Request) -> str:
    """Return the page; a page that says that no decision changes is a line."""
    lines = [MARK, f"**{headline(told)}**"]
    for section in sections(told):
        lines += ["", *_section(section)]
    return "\n".join(lines) + "\n"


def _section(section: Section) -> Iterator[str]:
    yield f"### {section.title}"
    yield ""
    if section.lead:
        yield section.lead
        yield ""
    for item in section.items:
        yield from _item(item)
    if section.foot:
        yield ""
        yield f"<sub>{_text(section.foot)}</sub>"
    if section.folded:
        yield ""
        yield f"<details><summary>{section.fold}</summary>"
        yield ""
        yield from (f"- {_text(line)}" for line in section.folded)
        yield ""
        yield "</details>"


def _item(item: Item) -> Iterator[str]:
    places = ", ".join(f"`{place}`" for place in item.places)
    yield f"- {_text(item.text)}" + (f"  \n  {places}" if places else "")
    if not item.is_change:
        yield from (f"  - {_text(line.strip())}" for line in item.lines)
        return
    yield ""
    yield "  ```diff"
    yield from (f"  {line.strip() if line.lstrip()[:2] in ('- ', '+ ') else line}" for line in item.lines)
    yield "  ```"


def _text(text: str) -> str:
    """Return a text that is no HTML where it is read as Markdown."""
    return text.replace("<", "&lt;")
