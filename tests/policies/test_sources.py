"""The register of sources is in order: ids, keys of texts, dates, how firm each entry is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from dsl.load import Loaded
from tests.policies.register import TEXTS, Data, area_files, entries, read

FIELDS = {
    "id", "fact", "value", "source", "basis", "effective_from", "effective_to", "observed_on", "also_seen", "conflict",
    "note",
}  # fmt: skip
BASES = {"seed", "official", "secondary", "press", "derived"}
DAY = re.compile(r"(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?|unknown)$")
FILES = area_files()


@pytest.fixture(scope="module")
def register() -> list[Mapping[str, Data]]:
    return [entry for path in FILES for entry in entries(read(path))]


def test_every_id_is_there_once(register: list[Mapping[str, Data]]) -> None:
    assert [one for one, times in Counter(entry["id"] for entry in register).items() if times > 1] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_entries_say_what_they_have_to(path: Path) -> None:
    texts = read(TEXTS)["texts"]
    for entry in entries(read(path)):
        name = entry["id"]
        assert name.startswith(f"{path.stem}.")
        assert entry["fact"]
        assert entry["basis"] in BASES, name
        assert set(entry) <= FIELDS, name
        assert entry["source"], name
        assert set(entry["source"]) <= set(texts), name
        assert all(
            DAY.match(entry[day]) for day in ("effective_from", "effective_to", "observed_on") if day in entry
        ), name


def test_the_texts_are_those_of_the_policies(policies: Loaded) -> None:
    data = read(TEXTS)

    assert set(policies.document.sources) <= set(data["texts"])
    assert {text["copy"] for text in data["texts"].values() if "copy" in text} == set(data["copies"])
