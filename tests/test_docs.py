"""Every command and output in README and docs, and every rule quoted there, is what it is."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import merit
from review.scenarios.expectations import ASPECTS
from schemas import load as load_schema

ROOT = Path(__file__).resolve().parents[1]
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path) -> list[tuple[str, str]]:
    return [(match.group(1), match.group(2)) for match in FENCE.finditer(path.read_text(encoding="utf-8"))]


def named(text: str) -> str | None:
    """Return the file that a block is shown as."""
    found = re.match(r"# ((?:policies|examples/partners)/\S+)\n", text)
    return found[1] if found else None


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the commands read and change."""
    for name in ("policies", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each `$ command` with the output that stands below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def matches(shown: str, actual: str) -> bool:
    """Whether an output is the one shown, where a line `...` stands for any lines and `...` for any text."""
    pattern = "".join(".*" if piece == "..." else re.escape(piece) for piece in re.split(r"(\.\.\.)", shown.strip()))
    return re.fullmatch(pattern, actual.strip(), re.DOTALL) is not None


@pytest.mark.long
@pytest.mark.parametrize("path", sorted(DOCS, key=lambda path: path.name != "reviewing.md"), ids=lambda path: path.name)
def test_commands_print_what_is_shown(path: Path, copy: Path) -> None:
    """Changes shown as diffs, and files shown with their names, are made in between: a page can tell a story."""
    if path.name == "reviewing.md":
        # A review runs nearly all scenarios there are; those beside what the page changes come to what it shows.
        for scenarios in (copy / "policies").rglob("*.scenarios.yaml"):
            if scenarios.name != "azure.scenarios.yaml":
                scenarios.unlink()
    check(path, copy)


@pytest.mark.benchmarks
def test_a_review_of_all_scenarios_prints_what_is_shown(copy: Path) -> None:
    check(ROOT / "docs" / "reviewing.md", copy)


def check(path: Path, copy: Path) -> None:
    """Run a page: its first command of Merit as a user runs it, in a process of its own, the others in this one."""
    done_alone = False
    for kind, text in blocks(path):
        if kind in ("policy", "yaml") and (name := named(text)):
            (copy / name).write_text(text, encoding="utf-8")
        if kind == "diff":
            subprocess.run(["git", "apply", "--unidiff-zero", "-"], input=text, text=True, cwd=copy, check=True)
        if kind != "console":
            continue
        for command, shown in commands(text):
            words = shlex.split(command)
            is_merit = words[0] == "merit"
            printed = in_this_process(words[1:], copy) if is_merit and done_alone else alone(words, copy)
            done_alone = done_alone or is_merit

            assert matches(shown, printed), f"$ {command}\n{printed}"


def alone(words: Sequence[str], folder: Path) -> str:
    """Return what a command prints in a process of its own."""
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    done = subprocess.run(words, capture_output=True, text=True, cwd=folder, env=env, check=False)
    return done.stdout + done.stderr


def in_this_process(words: Sequence[str], folder: Path) -> str:
    """Return what a command of Merit prints."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("NO_COLOR", "1")
        done = CliRunner().invoke(merit, words, prog_name="merit")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout + done.stderr


def test_the_page_on_python_prints_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of the page, in its order, are one program."""
    monkeypatch.chdir(ROOT)
    space: dict[str, object] = {}
    printed = io.StringIO()
    told = 0
    for kind, text in blocks(ROOT / "docs" / "python.md"):
        if kind == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(text, "docs/python.md", "exec"), space)
        if kind == "output":
            told += 1
            assert printed.getvalue() == text
    assert told == 3


def test_the_page_on_scenarios_has_an_entry_for_all_that_can_be_written_and_for_nothing_else() -> None:
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    first_cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    entries = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    said_of_cite = {"source", "place"}
    of_a_matrix = {"dates"}
    of_facts = {"benefits", "ended", "history"}

    written = set(_properties(load_schema("scenario")))

    assert written - entries == said_of_cite | of_a_matrix
    assert entries - written == of_facts
    assert all(f"`{name}`" in page for name in said_of_cite | of_a_matrix)


def _properties(schema: object) -> Iterator[str]:
    """Yield the name of every property that a schema knows."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    for part in parts:
        yield from _properties(part)


def test_what_can_be_expected_of_a_rule_is_what_the_schema_lets_write() -> None:
    written = set(load_schema("scenario")["$defs"]["expectation"]["properties"])

    assert written == ASPECTS


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_rules_that_are_quoted_stand_in_the_policies(path: Path) -> None:
    policies = "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "policies").rglob("*.policy")))

    for kind, text in blocks(path):
        if kind == "policy" and named(text) is None:
            assert text in policies


@pytest.mark.parametrize("path", [path for path in DOCS if path.name != "python.md"], ids=lambda path: path.name)
def test_python_in_docs_runs(path: Path) -> None:
    for kind, text in blocks(path):
        if kind == "python":
            subprocess.run([sys.executable, "-c", text], cwd=ROOT, check=True)
