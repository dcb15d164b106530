"""The page on the core names every module of it, and only places that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CORE = ROOT / "dsl" / "core"
PAGE = (CORE / "README.md").read_text(encoding="utf-8")


def test_every_module_of_the_core_has_its_row() -> None:
    rows = set(re.findall(r"^\| `([\w/.]+)` \|", PAGE, re.MULTILINE))
    rooms = {f"{path.name}/" for path in CORE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    modules = {path.name for path in CORE.glob("*.py")} - {"__init__.py"}

    assert modules | rooms <= rows


def test_every_place_that_it_names_is_there() -> None:
    places = {place for place in re.findall(r"`([\w./]+/[\w./]+)`", PAGE) if place != "ops/"}

    assert places
    assert [place for place in sorted(places) if not (ROOT / place).exists()] == []
