"""A little of ``make proofs``: what is proved survives partners near the figures, known faults are never proved away."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dsl.core.keys import Keys
from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine
from review.prove.verdicts import Side
from tests.review.prove import drawn
from tests.review.prove.drawn import Drawn
from tests.review.prove.near import Near
from tests.review.prove.proofs import Log, claims_of, held, held_one_by_one, of_edits, of_faults

DAY = date(2026, 3, 1)
VOCABULARY = """facts { calls: count  share: percent  size: one of small, large }
records sales monthly { customer: text  amount: money USD }
measure sold: money USD, may be supplied = sum amount of sales over trailing 12 months
"""


def side(rule: str) -> Side:
    loaded = load_sources([Source("few.policy", VOCABULARY + rule)])
    assert not loaded.errors, [one.message for one in loaded.errors]
    engine = Engine(loaded.document, loaded.core)
    return Side(loaded.document, engine.core, engine, Keys(engine.core))


def near(was: str, now: str, name: str = "designation.d") -> Near:
    return Near((side(was), side(now)), (name, name), DAY, "1", size=20)


ASKS = "designation d {{ requires {{ sells: sold >= {sold} USD  calls: calls {calls} 40  any: any of {{ share: share > 30 %  big: size = large }} }} }}\n"
WAS, STRICTER = ASKS.format(sold=500, calls=">="), ASKS.format(sold=500, calls=">")
LOOSER = ASKS.format(sold=450, calls=">=")


def test_partners_near_the_figures_do_not_contradict_what_is_proved_of_an_edit(tmp_path: Path) -> None:
    path = tmp_path / "proofs.jsonl"

    told = of_edits(Log(path), ["any_to_all"], partners=200, jobs=1, seed=1)

    assert "nobody contradicts" in told
    # The log has all of it: nothing is tried again.
    assert of_edits(Log(path), ["any_to_all"], partners=200, jobs=1, seed=1) == told


@pytest.mark.parametrize("hold", [held, held_one_by_one])
def test_partners_near_the_figures_show_what_is_not_so(hold: Any) -> None:
    """A claim that is wrong does not survive them: who is asked lies where it shows."""
    claim = next(one for one in claims_of("any_to_all") if one["less"] == "witness")

    with pytest.raises(AssertionError, match="contradicted"):
        hold("any_to_all", {**claim, "less": "proved", "shown": []}, 400, "1")


@pytest.mark.parametrize(("now", "so", "not_so"), [(STRICTER, "more", "less"), (LOOSER, "less", "more")])
def test_drawn_partners_show_a_figure_that_moved_by_one_and_records_that_are_summed(
    now: str, so: str, not_so: str
) -> None:
    found = drawn.held(near(WAS, now), {so}, 3_000, "1")

    assert (found["partners"], found["ways"]) == (3_000, [not_so])
    with pytest.raises(AssertionError, match="contradicted"):
        drawn.held(near(WAS, now), {not_so}, 3_000, "1")


def test_the_query_decides_drawn_partners_as_the_row_engine_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "SAMPLE", 1)

    found = drawn.held(near(WAS, STRICTER), {"more"}, 600, "1")

    assert found["sample"] == found["partners"] == 600


def test_a_query_that_decides_otherwise_than_the_row_engine_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "SAMPLE", 1)
    one = near(WAS, STRICTER)
    monkeypatch.setattr(one, "ways", lambda facts: frozenset({"more"}))

    with pytest.raises(AssertionError, match="the query decides otherwise"):
        drawn.held(one, set(), 600, "1")


def marks(seed: str, folder: Path, count: int) -> list[int]:
    """Return what tells the partners apart that a seed draws."""
    folder.mkdir()
    made = Drawn(near(WAS, STRICTER), folder, seed)
    found: list[int] = []
    for _ in made.rounds(count):
        found += [mark for (mark,) in made.base.execute("SELECT mark FROM main.drawn ORDER BY mark").fetchall()]
    return found


def test_a_seed_draws_the_same_partners_and_none_twice(tmp_path: Path) -> None:
    first, again, other = (marks(seed, tmp_path / str(number), 1_500) for number, seed in enumerate("112"))

    assert first == again
    assert len(set(first)) == len(first) == 1_500
    assert len(set(first) & set(other)) < 1_000


def test_where_few_partners_differ_there_is_an_end() -> None:
    rule = "designation d { requires { big: size = large } }\n"

    found = drawn.held(near(rule, rule), {"less", "more"}, 5_000, "1")

    # A size can be told over time, with days of its own; there is nothing else to be told.
    assert 2 <= found["partners"] < 1_000


def test_drawn_partners_tell_lists_with_rows_left_out_and_measures_untold(tmp_path: Path) -> None:
    made = Drawn(near(WAS, STRICTER), tmp_path, "1")
    told = {json.dumps(facts["records"]["sales"], sort_keys=True) for facts in made.pool}
    seen: list[Any] = []
    for _ in made.rounds(2_000):
        made.base.execute("UPDATE main.compared SET is_left = TRUE")
        seen += [one.facts for one in made.looked_at(())]

    assert any("sold" not in facts["facts"] for facts in seen)
    assert any(json.dumps(facts["records"]["sales"], sort_keys=True, default=str) not in told for facts in seen)


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
