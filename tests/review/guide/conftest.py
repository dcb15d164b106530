"""The guide of a small programme and of the policies, made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from dsl import core as c, document as d
from review.guide.content import Site
from review.guide.html import html_files
from review.guide.markdown import markdown_files
from review.guide.site import site_of
from tests.shipped import read_once

ROOT = Path(__file__).parents[3]
SMALL = ROOT / "tests" / "data" / "guide" / "small"


@dataclass(frozen=True)
class Guide:
    """A guide and what it was made from."""

    document: d.Document
    core: c.Core
    site: Site
    html: dict[str, str]
    markdown: dict[str, str]


def made(path: Path) -> Guide:
    loaded = read_once(path)
    document, core = loaded.document, loaded.core
    site = site_of(core, document)
    return Guide(document, core, site, dict(html_files(site)), dict(markdown_files(site)))


@pytest.fixture(scope="session")
def small() -> Guide:
    return made(SMALL)


@pytest.fixture(scope="session", params=["small", "policies"])
def guide(request: pytest.FixtureRequest) -> Guide:
    return request.getfixturevalue("small") if request.param == "small" else made(ROOT / "policies")
