"""The jobs of ``examples/ci``: they are YAML, and what they ask of ``merit`` is run on a small repository."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from review.request.markdown import MARK
from tests.cli.test_review import edit, git, repository

__all__ = ["repository"]

JOBS = sorted((Path(__file__).parents[2] / "examples" / "ci").glob("*.yml"))
Run = Callable[..., tuple[int, str]]


def scripts(value: Any) -> Iterator[str]:
    """Yield the lines of everything that a job runs."""
    match value:
        case dict():
            for name, inner in value.items():
                if name in ("run", "script", "before_script"):
                    for text in [inner] if isinstance(inner, str) else inner:
                        yield from text.splitlines()
                else:
                    yield from scripts(inner)
        case list():
            for inner in value:
                yield from scripts(inner)


def asked_of_merit(path: Path) -> list[list[str]]:
    lines = scripts(yaml.safe_load(path.read_text("utf-8")))
    return [shlex.split(line.replace("$BASE", "main~1"))[1:] for line in lines if line.startswith("merit ")]


def test_there_is_a_job_for_either_host() -> None:
    assert [path.name for path in JOBS] == ["github-review.yml", "gitlab-review.yml"]


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_the_commands_of_a_job_run(path: Path, repository: Path, run_merit: Run) -> None:
    edit(repository, "facts.policy", ": 5 cite", ": 8 cite")
    git(repository, "commit", "-qam", "after")
    commands = asked_of_merit(path)

    codes = [run_merit(*command, "--generated", "4", "--jobs", "1")[0] for command in commands]

    assert len(codes) >= 3
    assert codes == [*([0] * (len(codes) - 1)), 1], "the last one gates"
    page = (repository / "review.md").read_text("utf-8")
    assert page.startswith(MARK)
    assert (repository / "review.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_a_job_finds_its_comment_by_the_mark_of_the_page(path: Path) -> None:
    text = path.read_text("utf-8")

    assert f'startswith("{MARK}")' in text


def test_what_is_shown_beside_lines_has_the_names_of_the_findings(repository: Path, run_merit: Run) -> None:
    edit(repository, "facts.policy", ": 5 cite", ": 8 cite")
    asked = ("review", "main", "--generated", "2", "--dates", "2023-06-20", "--jobs", "1", "--format", "json")
    findings = json.loads(run_merit(*asked)[1])["findings"]
    text = next(path for path in JOBS if "gitlab" in path.name).read_text("utf-8")
    program = text[text.index("jq '[.findings[]") : text.index("review.json > ")]

    assert set(re.findall(r": \.(\w+)|\[\.(\w+)\]", program)) >= {("message", ""), ("", "severity")}
    for name in (one or other for one, other in re.findall(r": \.(\w+)|\[\.(\w+)\]", program)):
        assert all(name in finding for finding in findings)
