"""Running commands in a folder of small policies."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import merit

DATA = Path(__file__).parents[1] / "data" / "cli"

Merit = Callable[..., tuple[int, str]]


@pytest.fixture
def run_merit(monkeypatch: pytest.MonkeyPatch) -> Merit:
    """Runs a command in the data folder; returns its exit code and all that it wrote, without digests."""
    monkeypatch.chdir(DATA)

    def run(*args: str, stdin: str | None = None) -> tuple[int, str]:
        result = CliRunner().invoke(merit, args, input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, re.sub(r"\b[0-9a-f]{12,64}\b", "<digest>", result.output)

    return run
