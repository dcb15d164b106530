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


def check_answer(data: st.DataObject, name: str) -> None:
    """One answer is held to all of this: what takes long is to draw a partner and to decide."""
    rule, decision, answer, text = drawn(data, name)

    nothing_is_told_that_is_none(answer, text)
    the_score_is_its_own(rule, decision, answer)


def nothing_is_told_that_is_none(answer: Json, text: str) -> None:
    """No answer tells the last day of all, or a zero with a sign."""
    assert "9999-12-31" not in "\n".join((*texts(answer), text))
    assert "-0" not in (*texts(answer), *text.replace(",", " ").split())


def the_score_is_its_own(rule: c.Rule, decision: Decision, answer: Json) -> None:
    """The score that is told is that of the rule itself, on the day asked."""
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
def test_an_answer_tells_nothing_that_is_none_and_the_score_of_the_rule_itself(name: str) -> None:
    hold(check_answer, 60, name)
