"""A little of ``make proofs``: what is proved survives made partners, known faults are never proved the other way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.review.diff.test_direction import LAWS
from tests.review.prove.proofs import Log, of_edit, of_faults


def test_made_partners_do_not_contradict_what_is_proved_of_an_edit() -> None:
    seen = of_edit("mapping_widened", partners=12, seed=1)

    assert (seen["proved"], seen["witness"]) == (3, 1), seen
    assert seen["partners"] >= 24


def test_known_faults_are_shown_and_never_proved_the_other_way(tmp_path: Path) -> None:
    path = tmp_path / "few.policy"
    path.write_text(
        "facts { a: count  b: count }\ndesignation d { requires { one: a >= 3  other: any of { b: b >= 2  a: a > 8 } } }\n",
        "utf-8",
    )

    seen = of_faults([path], step=1, partners=20, most=6)

    assert seen["faults known"] == 6, seen
    assert seen["claims of known ones: witness"] >= 6, seen


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    path = tmp_path / "proofs.jsonl"

    Log(path).add("edit one", {"proved": 3})

    assert Log(path).done == {"edit one": {"proved": 3}}


@pytest.mark.benchmarks
def test_two_hundred_known_faults_are_never_proved_the_other_way() -> None:
    seen = of_faults([LAWS[0]], step=1, partners=12, most=200)

    assert seen["faults known"] >= 20, seen
