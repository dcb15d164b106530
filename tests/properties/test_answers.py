"""What every answer obeys, whoever asks about whom: over small policies made for it and over all real ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import note, strategies as st

from dsl import core as c
from dsl.core.references import walk
from evaluator.decision import Decision, decision_json
from review.words.decision_text import decision_lines
from tests.properties.strategies import knowledge, partners
from tests.properties.test_laws import NAMES, decide, engine, hold, made_for, rules

Json = Any


def drawn(data: st.DataObject, name: str) -> tuple[c.Rule, Decision, Json, str]:
    """Return a rule, its decision about some partner of whom something may be unknown, and that as JSON and as text."""
    rule = data.draw(st.sampled_from(rules(name)), label="rule")
    known = data.draw(knowledge(data.draw(partners(made_for(name, rule)))))
    note(f"{rule} on {known.partner.as_of}")
    note(f"facts: {json.dumps(known.facts(), default=str)}")
    decision = decide(name, rule, known)
    text = "\n".join(decision_lines(decision, known.partner.as_of))
    return engine(name).core.rules[rule], decision, decision_json(decision, "full"), text


def texts(value: Json) -> Iterator[str]:
    """Yield every text and figure of an answer."""
    match value:
        case dict():
            for inner in value.values():
                yield from texts(inner)
        case list():
            for inner in value:
                yield from texts(inner)
        case _:
            yield str(value)


def check_what_is_written(data: st.DataObject, name: str) -> None:
    _, _, answer, text = drawn(data, name)

    assert "9999-12-31" not in "\n".join((*texts(answer), text))
    assert "-0" not in (*texts(answer), *text.replace(",", " ").split())


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_tells_the_last_day_of_all_or_a_zero_with_a_sign(name: str) -> None:
    hold(check_what_is_written, 60, name)


def check_the_score_is_its_own(data: st.DataObject, name: str) -> None:
    rule, decision, answer, _ = drawn(data, name)
    scored = [
        node
        for version in rule.versions
        if version.requirement is not None
        for node in walk(version.requirement)
        if isinstance(node, c.PassScore)
    ]
    if decision.score is None:
        return

    assert scored, "a rule without a score of its own"
    own = [reason for reason in answer["reasons"] if reason["code"] == f"{rule.id}.score" and "on" not in reason]
    assert [reason["observed"] for reason in own] == [answer["score"]["points"]]


@pytest.mark.parametrize("name", NAMES)
def test_the_score_of_a_rule_is_its_own_and_of_the_day_asked(name: str) -> None:
    hold(check_the_score_is_its_own, 60, name)
