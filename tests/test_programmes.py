"""The programmes of other vendors in ``examples/programmes``: clean, laid out, true to their scenarios and their guides."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import merit

PROGRAMMES = sorted(path for path in (Path(__file__).resolve().parents[1] / "examples/programmes").iterdir())


def output(*arguments: str) -> str:
    result = CliRunner().invoke(merit, arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(params=PROGRAMMES, ids=lambda path: path.name)
def programme(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "examples/programmes" / request.param.name
    shutil.copytree(request.param, folder)
    monkeypatch.chdir(tmp_path)
    return folder.relative_to(tmp_path)


def test_they_are_all_there() -> None:
    assert {path.name for path in PROGRAMMES} >= {"aws", "resale", "salesforce"}


def test_the_policies_are_clean_and_laid_out(programme: Path) -> None:
    assert "0 errors, 0 warnings" in output("check", str(programme))
    output("fmt", "--check", str(programme))


def test_the_scenarios_pass(programme: Path) -> None:
    assert "passed, 0 failed" in output("test", str(programme))


def test_the_guide_is_of_these_policies(programme: Path) -> None:
    output("docs", str(programme), "--format", "markdown", "--out", str(programme / "guide"), "--check")
    page = programme / "guide/figures.md"
    page.write_text(f"{page.read_text(encoding='utf-8')}\nA line more.\n", encoding="utf-8")
    stale = CliRunner().invoke(
        merit, ["docs", str(programme), "--format", "markdown", "--out", str(programme / "guide"), "--check"]
    )
    assert stale.exit_code == 1
