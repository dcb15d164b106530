"""The guide as files of a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from review.guide.content import Site
from review.guide.html import html_files
from review.guide.markdown import markdown_files


@dataclass(frozen=True, slots=True)
class Pages:
    """A format of the guide: where it goes unless told, its first page, how its files end."""

    folder: str
    first: str
    suffix: str
    write: Callable[[Site], Mapping[str, str]]


DOCS: Mapping[str, Pages] = {
    "html": Pages("build/guide", "index.html", ".html", lambda site: dict(html_files(site))),
    "markdown": Pages("docs/guide", "README.md", ".md", lambda site: dict(markdown_files(site))),
}
