"""Commands start from what was read of the policies before, and say where that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl.cache import FOLDER
from tests.cli.conftest import Merit

POLICY = "facts { n: count }\nentitlement e { requires { q: n >= 5 } }\n"


@pytest.fixture
def kept(tmp_path: Path, run_merit: Merit, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "a.policy").write_text(POLICY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(FOLDER, str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_a_command_keeps_what_it_read(kept: Path, run_merit: Merit) -> None:
    first = run_merit("explain", "entitlement.e")
    files = sorted(kept.iterdir())

    assert run_merit("explain", "entitlement.e") == first
    assert sorted(kept.iterdir()) == files
    assert len(files) == 3, "the core, the document, and the one text"


def test_without_a_cache_nothing_is_kept(kept: Path, run_merit: Merit) -> None:
    assert run_merit("--no-cache", "explain", "entitlement.e")[0] == 0
    assert not kept.exists()


def test_an_empty_name_of_the_folder_keeps_nothing(
    kept: Path, run_merit: Merit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, "")

    assert run_merit("explain", "entitlement.e")[0] == 0
    assert not kept.exists()


def test_what_is_damaged_is_told_and_does_not_matter(kept: Path, run_merit: Merit) -> None:
    code, before = run_merit("explain", "entitlement.e")
    for path in kept.iterdir():
        path.write_bytes(b"merit cache 1\n")

    again, output = run_merit("explain", "entitlement.e")

    assert (code, again) == (0, 0)
    assert output.startswith("note: `")
    assert "is damaged: the policies are read anew" in output
    assert output.endswith(before)


def test_warnings_are_told_again(kept: Path, run_merit: Merit) -> None:
    (kept.parent / "policies" / "a.policy").write_text(POLICY + "facts { unread: count }\n", encoding="utf-8")

    first = run_merit("check", "policies")

    assert run_merit("check", "policies") == first
    assert "unread" in first[1]
