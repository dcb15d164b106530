"""The page as Markdown, for a comment of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from review.request.request import Request, headline
from review.request.sections import Item, Section, sections

MARK = "<!-- merit review -->"
"""What a job finds its comment by, to update it."""
MOST_ITEMS, MOST_LINES, MOST_FOLDED = 12, 40, 40
"""Items of a section, lines of an item, and lines that are folded: a comment has an end. HTML has all of them."""


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
    for item in section.items[:MOST_ITEMS]:
        yield from _item(item)
    if len(section.items) > MOST_ITEMS:
        yield f"- {len(section.items) - MOST_ITEMS} more; `--format html` has them"
    if section.foot:
        yield ""
        yield f"<sub>{_text(section.foot)}</sub>"
    if section.folded:
        yield ""
        yield f"<details><summary>{section.fold}</summary>"
        yield ""
        yield from (f"- {_text(line)}" for line in section.folded[:MOST_FOLDED])
        if len(section.folded) > MOST_FOLDED:
            yield f"- {len(section.folded) - MOST_FOLDED} more; `--format html` has them"
        yield ""
        yield "</details>"


def _item(item: Item) -> Iterator[str]:
    places = ", ".join(f"`{place}`" for place in item.places)
    yield f"- {_text(item.text)}" + (f"  \n  {places}" if places else "")
    lines = item.lines[:MOST_LINES]
    if len(item.lines) > MOST_LINES:
        lines += (f"{len(item.lines) - MOST_LINES} more lines; `--format html` has them",)
    if not item.is_change:
        yield from (f"  - {_text(line.strip())}" for line in lines)
        return
    yield ""
    yield "  ```diff"
    yield from (f"  {line.strip() if line.lstrip()[:2] in ('- ', '+ ') else line}" for line in lines)
    yield "  ```"


def _text(text: str) -> str:
    """Return a text that is no HTML where it is read as Markdown."""
    return text.replace("<", "&lt;")
