"""The pages of ``docs/examples``: as ``merit review`` writes them, of policies that are there, and alone in the world."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.pages import PAGES as MADE, made

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "examples").glob("*.md"))
HTML = sorted((ROOT / "docs" / "examples").glob("*.html"))
RENAMED = {"policies/designations/azure_areas.policy"}
"""What the files are called after a change that a page is of."""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_has_its_first_line_and_names_files_that_are_there(path: Path) -> None:
    text = path.read_text("utf-8")

    assert text.startswith("<!-- merit review -->\n**")
    named = set(re.findall(r"policies/[\w/]+\.(?:policy|scenarios\.yaml)", text)) - RENAMED
    assert named
    assert not [name for name in named if not (ROOT / name).is_file()]


@pytest.mark.parametrize("path", HTML, ids=lambda path: path.stem)
def test_a_page_for_a_browser_asks_for_nothing_and_has_its_drawings(path: Path) -> None:
    text = path.read_text("utf-8")

    assert not re.findall(r'(?:src|href)="|url\(|@import|<script', text)
    assert '<svg viewBox="' in text


def without_proof(text: str) -> str:
    """Return a page without what hangs on the time that proving may take."""
    return re.sub(r"### What is proved\n.*?(?=\n### )", "", text, flags=re.DOTALL)


@pytest.mark.benchmarks
@pytest.mark.parametrize("name", MADE)
def test_a_page_is_what_the_command_writes_today(name: str) -> None:
    for end, text in made(name, seconds=0):
        if end == ".md":
            page = (ROOT / "docs" / "examples" / f"{name}{end}").read_text("utf-8")
            assert without_proof(text) == without_proof(page)


def test_every_page_has_a_command() -> None:
    assert {path.stem for path in (*PAGES, *HTML)} == set(MADE)
