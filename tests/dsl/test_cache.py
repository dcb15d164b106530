"""What was read of policies before is what is read of them, or it is not used and somebody is told."""

from __future__ import annotations

import json
import pickle
from datetime import date
from pathlib import Path

import pytest

from cli.console import read_file
from dsl import reading
from dsl.cache import MOST_FILES, Cache
from dsl.load import load_checked, load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query

ROOT = Path(__file__).parents[2]
LAWS = sorted((ROOT / "tests" / "data" / "policies" / "laws").glob("*.policy"))
A = Source("a.policy", "facts { n: count }\n")
B = Source("b.policy", "entitlement e { requires { q: n >= 5 } }\n")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def cache(tmp_path: Path, told: list[str]) -> Cache:
    return Cache(tmp_path / "kept", told.append)


def kept_in(cache: Cache) -> list[Path]:
    return sorted(cache.folder.iterdir()) if cache.folder.exists() else []


@pytest.mark.parametrize("path", [ROOT / "policies", *LAWS], ids=lambda path: path.stem)
def test_what_was_kept_is_what_is_read(path: Path, cache: Cache, told: list[str]) -> None:
    anew = load_checked([path])
    load_checked([path], cache)
    again = load_checked([path], cache)

    assert told == []
    assert again is not anew
    assert (again.document, again.core, again.diagnostics) == (anew.document, anew.core, anew.diagnostics)
    assert [one.span.place for one in again.diagnostics] == [one.span.place for one in anew.diagnostics]


def test_who_starts_from_what_was_kept_decides_the_same(cache: Cache) -> None:
    anew = load_checked([ROOT / "policies"])
    load_checked([ROOT / "policies"], cache)
    again = load_checked([ROOT / "policies"], cache)
    one, other = (Engine(loaded.document, loaded.core) for loaded in (anew, again))
    for path in sorted((ROOT / "examples" / "partners").glob("*.yaml"))[:4]:
        query = Query(("*",), date(2023, 6, 20), read_file(path).value)

        assert json.dumps(other.decide(query).as_json()) == json.dumps(one.decide(query).as_json())


def test_of_a_change_only_the_changed_text_is_read(
    cache: Cache, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_sources([A, B], cache)
    changed = Source("b.policy", B.text.replace("5", "6"))
    read: list[str] = []
    anew = reading.part_of

    def read_anew(source: Source, nouns: frozenset[str]) -> reading.Part:
        read.append(source.name)
        return anew(source, nouns)

    monkeypatch.setattr(reading, "part_of", read_anew)
    loaded = load_sources([A, changed], cache)

    assert read == ["b.policy"]
    assert loaded == load_sources([A, changed])
    assert told == []


def test_what_has_errors_is_checked_each_time(cache: Cache) -> None:
    broken = Source("b.policy", "entitlement e { requires { q: m >= 5 } }\n")

    first, again = load_sources([A, broken], cache), load_sources([A, broken], cache)

    assert [one.code for one in again.errors] == [one.code for one in first.errors] == ["C101"]


def test_what_is_damaged_is_told_and_read_anew(cache: Cache, told: list[str]) -> None:
    load_sources([A, B], cache)
    for path in kept_in(cache):
        path.write_bytes(path.read_bytes()[:-1] + b"?")

    loaded = load_sources([A, B], cache)
    count = len(told)
    load_sources([A, B], cache)

    assert loaded == load_sources([A, B])
    assert count == 3, "the core, and both texts"
    assert all("is damaged: the policies are read anew" in message for message in told)
    assert len(told) == count, "what was read anew was kept"


def test_a_pickle_is_never_read(cache: Cache, told: list[str]) -> None:
    load_sources([A, B], cache)
    for path in kept_in(cache):
        path.write_bytes(pickle.dumps(Boom()))

    assert load_sources([A, B], cache) == load_sources([A, B])
    assert len(told) == 3


class Boom:
    """Fails when it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise SystemExit('read')",)


@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_others_can_write_is_not_read(what: str, cache: Cache, told: list[str]) -> None:
    load_sources([A, B], cache)
    for path in [cache.folder] if what == "folder" else kept_in(cache):
        path.chmod(0o777)

    loaded = load_sources([A, B], cache)

    assert loaded == load_sources([A, B])
    assert len(told) == 1, "once is enough"
    assert "others than you can write" in told[0]
    assert "--no-cache" in told[0]


def test_where_nothing_can_be_kept_it_is_told_and_read(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache = Cache(tmp_path / "file" / "kept", told.append)

    assert load_sources([A, B], cache) == load_sources([A, B])
    assert len(told) == 1
    assert "nothing is kept for the next time" in told[0]


def test_another_program_reads_anew(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.key("all", [A, B])
    monkeypatch.setattr("dsl.cache.program", lambda: "another")

    assert cache.key("all", [A, B]) != before


def test_the_name_of_a_text_and_where_it_ends_count(cache: Cache) -> None:
    texts = [
        [Source("a", "bc"), Source("d", "e")],
        [Source("a", "b"), Source("cd", "e")],
        [Source("ab", "c"), Source("d", "e")],
        [Source("a", "bc")],
        [Source("d", "e"), Source("a", "bc")],
    ]

    assert len({cache.key("all", sources) for sources in texts}) == len(texts)


def test_what_was_asked_for_longest_ago_goes(cache: Cache) -> None:
    for number in range(MOST_FILES + 3):
        cache.put(f"{number:064}", b"%d" % number)

    assert len(kept_in(cache)) == MOST_FILES
    assert cache.get(f"{MOST_FILES + 2:064}") == b"%d" % (MOST_FILES + 2)
