"""The long runs over a real service, with few requests (but the fuzzed ones with `make laws`); ``make fuzz``, ``make load`` and ``make kept`` have many."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.server.conftest import POLICIES
from tests.server.runs import faults, fuzz, kept, load


def test_requests_that_nobody_would_send_are_answered_as_promised(tmp_path: Path) -> None:
    told = list(fuzz.run(tmp_path, 150, seed=1, policies=POLICIES))

    assert told[0].startswith("150 requests, seed 1: no 500")
    assert {"200", "400", "422"} <= {each.split(":")[0] for each in told[1].split(", ")}


@pytest.mark.benchmarks
def test_a_fault_loses_nothing_or_is_told_of_the_log(tmp_path: Path) -> None:
    back, altered = faults.sqlite_faults(tmp_path, ["clock set back two hours", "one record altered"])

    assert "0 of them not in the log" in back
    assert back.endswith("verify: nothing is wrong")
    assert "verify: 7: what was asked or answered was altered" in altered


def _this_one(_: Path) -> Path:
    """Return the command of the environment that the tests have."""
    return Path(sys.executable).with_name("merit")


@pytest.mark.benchmarks
def test_what_is_logged_is_verified_decided_again_and_erased(tmp_path: Path) -> None:
    told = list(kept.run(120, 40, 12, tmp_path, _this_one))

    assert "12 decisions: 12 same" in told
    assert "3 decisions of a partner erased" in told
    assert "120 decisions, 120 of them erased, head 122" in told


@pytest.mark.benchmarks
def test_load_is_told_by_turns_with_an_echo(tmp_path: Path) -> None:
    told = list(load.run(tmp_path, clients=2, workers=1, rounds=1, seconds=0.5, most=1))

    assert [line.split()[0] for line in told[2:5]] == ["log", "SQLite", "echo"]
    assert "1.00; 1.00" in told[4]
