"""Sides of edits: the programme of the service's tests, before and after a pull request."""

from __future__ import annotations

from pathlib import Path

import yaml

from dsl.load import load_sources
from dsl.source import Source
from review.diff.compare import Side

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data" / "diff"
SERVICE = ROOT / "tests" / "data" / "policies" / "service"
BASE = {
    path.stem: path.read_text("utf-8")
    for path in (SERVICE / "azure.policy", SERVICE / "membership.policy", DATA / "tracks.policy")
}
EDITS: dict[str, list[list[str]]] = yaml.safe_load((DATA / "edits.yaml").read_text("utf-8"))


def side(name: str, texts: dict[str, str]) -> Side:
    """Return a side that checks."""
    loaded = load_sources([Source(f"{name}/{file}.policy", text) for file, text in texts.items()])
    assert not loaded.errors, [one.message for one in loaded.errors]
    return Side(name, loaded.document, loaded.core)


def edited(name: str) -> dict[str, str]:
    """Return the texts after an edit; what is to be replaced stands there once."""
    texts = dict(BASE)
    for file, found, new in EDITS[name]:
        assert texts[file].count(found) == 1, (name, found)
        texts[file] = texts[file].replace(found, new)
    return texts
