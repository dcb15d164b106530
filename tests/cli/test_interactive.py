"""``merit decide --interactive`` asks for what settles most, in order, and stops when nothing more matters."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query
from evaluator.whatif.asking import is_open, next_question, told
from tests.cli.conftest import Merit

Json = Any
POLICY = """\
facts { member: flag  size: one of small, middle, large  score: count  seats: count  idle: flag }
entitlement one { requires { member: member  score: score >= 5 } }
entitlement two { requires { member: member  size: size = small or size = middle } }
entitlement three { requires { any: any of { seats: seats >= 3  score: score >= 9 } } }
entitlement four { requires { member: member } }
entitlement never { requires { idle: idle  no: 1 > 2 } }
"""
ENGINE = Engine(load_sources([Source("asking.policy", POLICY)]).document)
DAY = date(2023, 6, 20)


def asked_in_order(values: Json) -> tuple[list[str], Json]:
    """Answer every question with the value at hand, or pass over it; return what was asked, and the last answer."""
    query, order, passed_over = Query(("*",), DAY, {"facts": {}}), [], set()
    answer = ENGINE.decide(query)
    while (asked := next_question(ENGINE, query, answer, passed_over)) is not None:
        order.append(asked.name)
        if values.get(asked.name) is None:
            passed_over.add(asked.name)
            continue
        query = Query(("*",), DAY, told(query.facts, asked, values[asked.name]))
        answer = ENGINE.decide(query)
    return order, answer


def test_what_settles_most_is_asked_first_and_what_matters_no_more_is_not_asked() -> None:
    order, _ = asked_in_order({"member": False, "seats": 3})

    assert order == ["member", "seats"]  # not the size, not the score, and never what decides nothing
    assert asked_in_order({"member": True, "score": 0, "size": "small", "seats": 3})[0][0] == "member"


@given(
    st.fixed_dictionaries(
        {
            "member": st.booleans() | st.none(),
            "size": st.sampled_from(["small", "large", None]),
            "score": st.sampled_from([0, 5, 9, None]),
            "seats": st.sampled_from([0, 3, None]),
        }
    )
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_asking_ends_and_leaves_open_only_what_was_passed_over(values: Json) -> None:
    order, answer = asked_in_order(values)

    assert len(order) == len(set(order))
    known = {name: value for name, value in values.items() if value is not None}
    everything = ENGINE.decide(Query(("*",), DAY, {"facts": known})).decisions
    assert [one.outcome for one in answer.decisions] == [one.outcome for one in everything]
    for decision in filter(is_open, answer.decisions):
        assert {missing.gap.pointer.rpartition("/")[2] for missing in decision.missing} <= {*order} - known.keys()


def test_the_command_asks_and_says_why_it_stops(run_merit: Merit) -> None:
    code, output = run_merit(
        *["decide", "entitlement.publish", "--as-of", "2023-06-20", "--interactive", "--detail", "none"],
        stdin="big\nsmall\n",
    )

    assert code == 0
    assert "market  Market the partner sells in" in output
    assert "`big` is none of the values" in output
    assert "Nothing more matters." in output
    assert 'told: {"market": "small"}' in output
    assert "eligible on 2023-06-20" in output


def test_what_nobody_knows_is_passed_over(run_merit: Merit) -> None:
    code, output = run_merit(
        *["decide", "entitlement.publish", "--as-of", "2023-06-20", "--interactive", "--detail", "none"],
        stdin="\nsome\n\n\n\n",
    )

    assert code == 0
    assert "a list is told in a file; write none" in output
    assert "Nothing more can be asked for here; not settled: entitlement.publish." in output
    assert "undetermined on 2023-06-20" in output


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("--set market=small", "leave out --set, --without and --with"),
        ("--facts -", "give the facts as a file"),
    ],
)
def test_what_cannot_be_asked_beside_is_refused(run_merit: Merit, more: str, said: str) -> None:
    code, output = run_merit(*f"decide entitlement.publish --as-of 2023-06-20 --interactive {more}".split())

    assert code == 2
    assert said in output
