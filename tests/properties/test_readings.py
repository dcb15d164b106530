"""A reading is told by what rests on it, wherever the language lets one be written."""

from __future__ import annotations

import json
from datetime import date
from itertools import count, islice

import pytest

from dsl.load import Loaded
from evaluator.engine import Engine, Query
from review.scenarios.partners import Partners
from tests.dsl.test_written import PIECES, load, nodes, refused, word

DAYS = (date(2022, 6, 20), date(2022, 11, 20), date(2023, 6, 20), date(2023, 11, 20))
MADE = 25
"""How many partners are tried on a day at most, beside one of whom nothing is told."""
OF_A_CHECK = frozenset({"lost after", "renews to", "valid", "met sometime", "renewable"})
"""What only a check or a renewal that is due rests on: cases of the register and of what is rested on try each."""
PROVED = "property "
"""No decision rests on what is claimed of the rules: the prover tells its reading."""


def places(piece: str) -> dict[str, list[Loaded]]:
    """Return the sorts of places that take a note, each with the piece that has a reading there; without those refused."""
    found: dict[str, list[Loaded]] = {}
    for node, place, optional in nodes(piece):
        if place == PROVED:
            continue
        for note in (
            one for one in optional if str(one.element) == "note*" and word(node) not in {*OF_A_CHECK, PROVED}
        ):
            before = note.parts or node.parts[: note.start]
            at = before[-1].span.end if before else node.span.start
            loaded = load(f'{piece[:at]} assume "the reading" {piece[at:]}')
            if not refused(loaded):
                found.setdefault(place, []).append(loaded)
    return found


def is_told(loaded: Loaded) -> bool:
    """Return whether a decision about some partner rests on the reading."""
    engine = Engine(loaded.document, loaded.core)
    for day in DAYS:
        made = Partners(engine.core, seed=3, as_of=day)
        for facts in ({}, *islice(map(made.partner, count(1)), MADE)):
            for decision in engine.decide(Query(("*",), day, facts)).as_json()["decisions"]:
                if "the reading" in json.dumps(decision["assumptions"]):
                    return True
    return False


@pytest.mark.parametrize("index", range(len(PIECES)))
def test_a_reading_is_told_by_what_rests_on_it(index: int) -> None:
    """One of each sort of place is enough: some stand beside what nothing reads."""
    untold = [place for place, written in places(PIECES[index]).items() if not any(map(is_told, written))]

    assert untold == []
