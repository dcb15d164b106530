"""A row of the table of choosers is all that the language needs to know of a word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from dsl import core as c
from dsl.core import ranges
from dsl.core.choosers import CHOOSERS, Chooser
from dsl.core.ranges import Numbers
from dsl.format.formatter import format_text
from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query
from review.scenarios.faults import faults
from review.words.rule_text import rule_lines

RANKING = [chooser for chooser in CHOOSERS.values() if chooser.position is not None]
AS_OF = date(2023, 4, 15)


def policy(chooser: Chooser) -> str:
    """Return a rule with the chooser over what it is among, in a value and in a body by itself."""
    word = chooser.phrase if chooser.word != "at least" else "at least 2 of"
    inner = {
        "conditions": f"x: {word} {{ a: f  b: n >= 1 }}",
        "figures": f"x: {word} {{ a: n  b: m  c: 4 }} >= 3",
        "cases": f"x: {word} {{ low when n < 3  high otherwise }} = low",
    }[chooser.among]
    return f"facts {{\n  f: flag\n  n: count\n  m: count\n}}\n\nentitlement e {{\n  requires {{ {inner} }}\n}}\n"


@pytest.mark.parametrize("chooser", list(CHOOSERS.values()), ids=lambda chooser: chooser.word)
def test_a_chooser_is_written_read_told_and_decided(chooser: Chooser) -> None:
    loaded = load_sources([Source("a.policy", policy(chooser))])
    assert not loaded.errors

    engine = Engine(loaded.document)
    told = {"facts": {"f": True, "n": 5, "m": 1}}
    (decision,) = engine.decide(Query(("entitlement.e",), AS_OF, told)).decisions
    text = "\n".join(rule_lines(engine.core, engine.core.rules["entitlement.e"], AS_OF))

    assert decision.eligibility in ("eligible", "not_eligible")
    assert format_text(policy(chooser)) == policy(chooser)
    assert "entitlement.e" in text


def scored(chooser: Chooser) -> str:
    tracks = "\n".join(
        f"    track {name} {{ {name}_m: n{index} earns 1 point each, up to 10 points }}"
        for index, name in enumerate("abc")
    )
    facts = "".join(f"  n{index}: count\n" for index in range(3))
    head = f"facts {{\n{facts}}}\n\n"
    return f"{head}designation d {{\n  pass at 5 points out of 10 points\n  {chooser.phrase} {{\n{tracks}\n  }}\n  checked at never\n}}\n"


@pytest.mark.parametrize("chooser", RANKING, ids=lambda chooser: chooser.word)
@pytest.mark.parametrize("points", list(product((0, 5, 9), repeat=3)))
def test_the_track_of_the_rank_counts(chooser: Chooser, points: Sequence[int]) -> None:
    loaded = load_sources([Source("a.policy", scored(chooser))])
    assert not loaded.errors
    facts = {"facts": {f"n{index}": value for index, value in enumerate(points)}}

    decision = Engine(loaded.document).decide(Query(("designation.d",), AS_OF, facts)).decisions[0]

    assert chooser.position is not None
    assert decision.score is not None
    assert decision.score.points.exact == sorted(points, reverse=True)[chooser.position(3)]


@pytest.mark.parametrize("chooser", RANKING, ids=lambda chooser: chooser.word)
def test_readers_are_told_which_counts_and_scenarios_have_to_notice(chooser: Chooser) -> None:
    loaded = load_sources([Source("a.policy", scored(chooser))])
    core = Engine(loaded.document).core
    text = "\n".join(rule_lines(core, core.rules["designation.d"], AS_OF))

    assert chooser.lead
    assert chooser.lead in text.lower()
    assert chooser.instead is not None
    assert any(fault.was == chooser.phrase for fault in faults(loaded.document))


@pytest.mark.parametrize("chooser", RANKING, ids=lambda chooser: chooser.word)
@pytest.mark.parametrize("count", range(1, 9))
def test_a_position_is_one_of_those_there_are(chooser: Chooser, count: int) -> None:
    assert chooser.position is not None
    assert 0 <= chooser.position(count) < count


def test_a_word_without_a_rank_takes_no_part() -> None:
    node = c.Ranked(word="all", parts=(), type=c.POINTS, origin=c.Literal(value=True, type=c.FLAG).origin)

    with pytest.raises(ValueError, match="`all of` takes no part by its rank"):
        node.position(2)


SPANS = [(0, 0), (0, 2), (1, 1), (1, 3), (2, None), (None, 1)]


@pytest.mark.parametrize("position", range(3))
def test_the_range_of_a_rank_is_what_its_values_can_be(position: int) -> None:
    for spans in product(SPANS, repeat=3):
        parts = [Numbers(*(None if one is None else Decimal(one) for one in span)) for span in spans]
        values = [range(0 if low is None else low, (4 if high is None else high) + 1) for low, high in spans]
        there = ranges.ranked(parts, position)
        could_be = ranges.ranked_ones(parts, position)
        seen: set[int] = set()
        chosen: set[int] = set()
        for told in product(*values):
            value = sorted(told, reverse=True)[position]
            seen.add(value)
            chosen.update(index for index, one in enumerate(told) if one == value)
        assert (there.low is None) or there.low <= min(seen)
        assert (there.high is None) or there.high >= max(seen)
        assert there.low is None or there.low == min(seen)
        assert there.high is None or there.high == max(seen)
        assert chosen <= set(could_be)
