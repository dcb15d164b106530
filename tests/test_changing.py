"""docs/changing.md: each job's text, applied to the policies in the page's order, checks clean and its scenarios pass."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli.scenario_files import read_files, run_files
from dsl.format.formatter import format_source
from dsl.lint.runner import linted
from dsl.load import load_sources, policy_files
from dsl.render import as_text
from dsl.source import read_source
from evaluator.engine import Engine
from review.scenarios import report

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "changing.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
JOBS = PAGE.split("\n## ")[1:]
WANTED = ["threshold", "designation", "rename", "retirement", "fee", "local fee", "row of a table", "levels",
          "twelve months", "45 days"]  # fmt: skip


def test_every_job_has_its_place() -> None:
    titles = "\n".join(job.partition("\n")[0].lower() for job in JOBS)

    assert [job for job in WANTED if job not in titles] == []
    assert [job.partition("\n")[0] for job in JOBS if "\nTouch: " not in job] == []


@pytest.mark.long
def test_each_job_checks_clean_and_its_scenarios_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the new rules differs: scenarios of other rules are run by `merit test` itself.

    Lint rules look at all of the page's jobs together, at its end.
    """
    check(tmp_path, monkeypatch, linted_after=JOBS[-1:])


@pytest.mark.benchmarks
def test_no_lint_rule_finds_anything_after_any_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also nothing that a later job of the page mends."""
    check(tmp_path, monkeypatch, linted_after=JOBS)


def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linted_after: Sequence[str]) -> None:
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    # What no job touched is laid out as it should be by a test of all policies.
    seen = {str(path): read_source(path).text for path in policy_files([Path("policies")])}
    for job in JOBS:
        title = job.partition("\n")[0]
        scenarios = [path for kind, text in FENCE.findall(job) if (path := applied(kind, text)) and kind == "yaml"]

        loaded = load_sources([read_source(path) for path in policy_files([Path("policies")])])

        cited = frozenset(loaded.document.sources)
        found = linted(loaded, {}, cited) if job in linted_after else loaded.diagnostics
        assert [as_text(one) for one in found] == [], title
        written = [one for one in loaded.sources if seen.get(one.name) != one.text]
        assert [one.name for one in written if is_laid_out_otherwise(one)] == [], title
        seen |= {one.name: one.text for one in written}
        ran = run_files(Engine(loaded.document, loaded.core), read_files(scenarios, lambda _: True))
        assert "\n".join(report.text_lines(ran)) == f"{len(ran)} passed, 0 failed", title
        assert ran, title


def is_laid_out_otherwise(source) -> bool:
    return source.name.endswith(".policy") and format_source(source)[0] != source.text


def applied(kind: str, text: str) -> Path | None:
    """Make the change that a block shows; return the file it names."""
    if kind == "diff":
        done = subprocess.run(
            ["git", "apply", "--unidiff-zero", "-"], input=text, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
    named = re.match(r"# (policies/\S+)\n", text)
    if kind not in ("policy", "yaml") or named is None:
        return None
    path = Path(named[1])
    assert not path.exists(), f"{path} is there already: the job shows it as new"
    path.write_text(text.split("\n", 1)[1] if kind == "policy" else text, encoding="utf-8")
    return path
