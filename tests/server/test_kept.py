"""The run over many logged decisions, with few; ``make kept`` has many, and a fresh environment."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.server.runs.kept import run


def _this_one(folder: Path) -> Path:
    """Return the command of the environment that the tests have."""
    return Path(sys.executable).with_name("merit")


def test_what_is_logged_is_verified_decided_again_and_erased(tmp_path: Path) -> None:
    told = list(run(120, 40, 12, tmp_path, _this_one))

    assert "12 decisions: 12 same" in told
    assert "3 decisions of a partner erased" in told
    assert "120 decisions, 120 of them erased, head 122" in told
