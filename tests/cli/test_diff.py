"""``merit diff``: sides from git, from folders and from documents, and what is wrong with them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

IN_POLICIES = "; there are some in `policies`: `--policies policies`"
RULE = "entitlement badge {{ requires {{ seats: seats >= {least} }} }}\n"
FACTS = "facts { seats: count }\n"
Run = Callable[..., tuple[int, str]]


def git(folder: Path, *arguments: str) -> None:
    told = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *told, *arguments], cwd=folder, check=True, capture_output=True)


def write(folder: Path, least: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "facts.policy").write_text(FACTS, encoding="utf-8")
    (folder / "badge.policy").write_text(RULE.format(least=least), encoding="utf-8")


@pytest.fixture
def repository(run_merit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two revisions of its policies, in the folder that commands are run from."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    for number, least in enumerate((5, 8), start=1):
        write(tmp_path / "policies", least)
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", f"least {least}")
        git(tmp_path, "tag", f"v{number}")
    return tmp_path


def test_a_revision_is_compared_with_another_and_with_the_working_tree(repository: Path, run_merit: Run) -> None:
    assert "changed  entitlement.badge" in run_merit("diff", "v1", "v2")[1]
    assert run_merit("diff", "v2")[1].startswith("nothing is said otherwise")

    write(repository / "policies", 3)
    code, told = run_merit("diff", "v2", "--as-of", "2030-01-01")

    assert code == 0
    assert "  on all days  looser  (reaches back before today)" in told
    assert "  Seats: “Seats” is at least 8" in told.replace("    - ", "  ")


def test_a_revision_is_read_from_a_folder_inside_of_the_repository(
    repository: Path, run_merit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, least in (("before", 5), ("after", 6)):
        write(repository / "programme" / "policies", least)
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", name)
        git(repository, "tag", name)
    monkeypatch.chdir(repository / "programme")

    assert "stricter" in run_merit("diff", "before", "after")[1]
    assert "stricter" in run_merit("diff", "before")[1]


def test_a_file_that_git_says_was_renamed_is_a_move(repository: Path, run_merit: Run) -> None:
    git(repository, "mv", "policies/badge.policy", "policies/badges.policy")
    git(repository, "commit", "-qm", "renamed")

    code, told = run_merit("diff", "v2", "HEAD")

    assert code == 0
    assert "1 rule moved: no decision changes" in told
    assert "policies/badge.policy:1 -> policies/badges.policy:1" in told


def test_a_rule_that_is_moved_and_reached_is_told_as_both(repository: Path, run_merit: Run) -> None:
    more = "entitlement more { requires { badge: qualifies for badge } }\n"
    (repository / "policies" / "more.policy").write_text(more, "utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "one rests on the other")
    git(repository, "mv", "policies/more.policy", "policies/rest.policy")
    write(repository / "policies", 9)

    told = json.loads(run_merit("diff", "HEAD", "--format", "json")[1])

    assert {(one["kind"], one["name"]) for one in told["changed"]} == {
        ("changed", "entitlement.badge"),
        ("moved", "entitlement.more"),
        ("reached", "entitlement.more"),
    }


def test_policies_that_moved_to_another_folder_are_named_by_both(repository: Path, run_merit: Run) -> None:
    git(repository, "mv", "policies", "rules")
    write(repository / "rules", 9)

    code, told = run_merit("diff", "v2", "--policies", "policies", "--policies", "rules")

    assert code == 0
    assert "changed  entitlement.badge" in told
    assert "stricter" in told


def test_json_and_markdown_say_the_same(repository: Path, run_merit: Run) -> None:
    whole = json.loads(run_merit("diff", "v1", "v2", "--format", "json")[1])

    assert [(one["kind"], one["name"], one["direction"]) for one in whole["changed"]] == [
        ("changed", "entitlement.badge", "stricter")
    ]
    assert whole["decides_the_same"] is False
    assert "```diff" in run_merit("diff", "v1", "v2", "--format", "markdown")[1]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["elsewhere"],
            "error: `elsewhere` is no file, no folder, and no revision that git knows; "
            "`git branch --all` and `git tag` list those it knows",
        ),
        (["mian"], "error: `mian` is no file, no folder, and no revision that git knows; did you mean `main`?"),
        (["--", "-x"], "error: `-x` is no revision"),
        (["v1", "--policies", "rules"], f"error: there are no policies in `rules` of `v1`{IN_POLICIES}"),
        (["v1", "v2", "--policies", "rules"], f"error: there are no policies in `rules` of `v1`{IN_POLICIES}"),
    ],
)
def test_what_is_no_side_is_told(repository: Path, run_merit: Run, arguments: list[str], expected: str) -> None:
    code, told = run_merit("diff", *arguments)

    assert (code, told.splitlines()[-1]) == (2, expected)


def test_a_shallow_clone_is_told_how_to_get_the_rest(
    repository: Path, run_merit: Run, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path_factory.mktemp("clone") / "one"
    git(repository, "clone", "-q", "--depth", "1", f"file://{repository}", str(clone))
    monkeypatch.chdir(clone)

    code, told = run_merit("diff", "HEAD~1")

    assert code == 2
    assert "this clone is shallow: `git fetch --unshallow` brings the rest of its history" in told
    git(clone, "fetch", "-q", "--unshallow")
    assert run_merit("diff", "HEAD~1")[0] == 0


def test_a_side_that_does_not_check_is_named_with_what_is_wrong(repository: Path, run_merit: Run) -> None:
    (repository / "policies" / "badge.policy").write_text(
        "entitlement badge { requires { seats: saets >= 5 } }\n", "utf-8"
    )

    code, told = run_merit("diff", "v2")

    assert code == 3
    assert "error: the working tree does not check:" in told
    assert "badge.policy:1:" in told
    assert "`saets`" in told


def test_where_there_is_no_git_folders_still_compare(
    tmp_path: Path, run_merit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, least in (("one", 5), ("two", 6)):
        write(tmp_path / name, least)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")

    assert "stricter" in run_merit("diff", "one", "two")[1]
    code, told = run_merit("diff", "v1", "two")
    assert code == 2
    assert "a revision needs git" in told
