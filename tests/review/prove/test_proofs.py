"""A little of ``make proofs``: what is proved survives partners near the figures, known faults are never proved away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.review.prove.proofs import Log, claims_of, held, of_edits, of_faults


def test_partners_near_the_figures_do_not_contradict_what_is_proved_of_an_edit(tmp_path: Path) -> None:
    path = tmp_path / "proofs.jsonl"

    told = of_edits(Log(path), ["any_to_all"], partners=60, jobs=1, seed=1)

    assert "nobody contradicts" in told
    # The log has all of it: nothing is tried again.
    assert of_edits(Log(path), ["any_to_all"], partners=60, jobs=1, seed=1) == told


def test_partners_near_the_figures_show_what_is_not_so() -> None:
    """A claim that is wrong does not survive them: who is asked lies where it shows."""
    claim = next(one for one in claims_of("any_to_all") if one["less"] == "witness")

    with pytest.raises(AssertionError):
        held("any_to_all", {**claim, "less": "proved", "shown": []}, 400, "1")


def test_known_faults_are_shown_and_never_proved_the_other_way(tmp_path: Path) -> None:
    path = tmp_path / "few.policy"
    path.write_text(
        "facts { a: count  b: count }\ndesignation d { requires { one: a >= 3  other: any of { b: b >= 2  a: a > 8 } } }\n",
        "utf-8",
    )
    log = Log()

    of_faults(log, [(path,)], most=6, jobs=1, partners=60)

    known = [one["known"] for one in log.done.values() if one["known"]]
    assert len(known) == 6, log.done
    assert all("witness" in ways.values() for one in known for ways in one.values()), known
