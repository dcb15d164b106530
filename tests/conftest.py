"""What all tests share: recorded outputs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dsl.cache import FOLDER
from tests.resuming import OneOfSeveral, Resumed, commit_of


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="record what golden tests get as what they want")
    parser.addoption("--resume", metavar="FILE", help="write down what passes, and leave out what passed before")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--resume")
    if path is not None:
        is_one_of_several = hasattr(config, "workerinput")
        config.pluginmanager.register(
            OneOfSeveral() if is_one_of_several else Resumed(Path(path), commit_of(config.rootpath))
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what takes long begin first: of several processes none then works alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session", autouse=True)
def _kept_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What commands keep of policies stands in a folder of the tests, not in that of the user who runs them.

    One folder for all processes of a run: what one of them has read none of the others reads anew.
    """
    before = os.environ.get(FOLDER)
    is_one_of_several = "PYTEST_XDIST_WORKER" in os.environ
    base = tmp_path_factory.getbasetemp()
    os.environ[FOLDER] = str((base.parent if is_one_of_several else base) / "kept")
    yield
    if before is None:
        del os.environ[FOLDER]
    else:
        os.environ[FOLDER] = before


@dataclass(frozen=True)
class Golden:
    """Compares outputs with recorded files, or records them."""

    update: bool

    def check(self, path: Path, text: str) -> None:
        """Compare a text with the recorded one at ``path``."""
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{path} is not recorded yet; run pytest --update-golden"
        assert text == path.read_text(encoding="utf-8")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(update=bool(request.config.getoption("--update-golden")))
