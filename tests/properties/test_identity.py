"""What the keys of answers obey: equal where what the rule reads means the same, different where it does not."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, note, strategies as st

from dsl.json_values import decimal_text
from evaluator.decision import decision_json
from evaluator.engine import Query
from tests.properties.strategies import Knowledge, knowledge, partners
from tests.properties.test_laws import NAMES, SMALL, engine, hold, made_for, rules

Json = Any
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def drawn(data: st.DataObject, name: str) -> tuple[str, Knowledge]:
    rule = data.draw(st.sampled_from(rules(name)), label="rule")
    known = data.draw(knowledge(data.draw(partners(made_for(name, rule)))))
    note(f"{rule} on {known.partner.as_of}")
    note(f"facts: {json.dumps(known.facts(), default=str)}")
    return rule, known


def key(name: str, rule: str, known: Knowledge, facts: Json) -> str:
    return engine(name).keys.of([rule], facts, known.partner.as_of)[rule]


def decided(name: str, rule: str, known: Knowledge, facts: Json) -> str:
    [decision] = engine(name).decide(Query((rule,), known.partner.as_of, facts)).decisions
    return json.dumps(decision_json(decision, "full"))


def otherwise(value: Json, chance: Any) -> Json:
    """Write the same in other words: numbers, the order of histories and of records, and of keys."""
    match value:
        case dict():
            items = list(value.items())
            chance.shuffle(items)
            return {key: otherwise(inner, chance) for key, inner in items}
        case list():
            found = [otherwise(item, chance) for item in value]
            chance.shuffle(found)
            return found
        case Decimal():
            return chance.choice([value, decimal_text(value), Decimal(f"{value:E}")])
        case str() if NUMBER.fullmatch(value):
            return chance.choice([value, Decimal(value)])
        case _:
            return value


def check_the_same_in_other_words(data: st.DataObject, name: str) -> None:
    rule, known = drawn(data, name)
    facts = known.facts()
    other = otherwise(facts, data.draw(st.randoms(use_true_random=False)))
    note(f"other: {json.dumps(other, default=str)}")

    keys = [key(name, rule, known, told) for told in (facts, other)]

    if keys[0] == keys[1]:
        assert decided(name, rule, known, other) == decided(name, rule, known, facts)
    else:
        # Only a record that lacks something is told by its place.
        assert any(len(atom) == 5 for atom in known.untold), known.untold


def check_unread_facts_do_not_count(data: st.DataObject, name: str) -> None:
    rule, known = drawn(data, name)
    other = data.draw(st.sampled_from(rules(name)), label="another rule")
    more = data.draw(knowledge(data.draw(partners(made_for(name, other))))).facts()
    note(f"more: {json.dumps(more, default=str)}")
    facts = known.facts()
    reads = engine(name).keys.reads(rule, facts, known.partner.as_of)
    told = with_unread(facts, more, {*reads.facts, *reads.measures, *reads.records})
    told["projected"] = (
        with_unread(
            facts.get("projected", {}), more.get("projected", {}), {*reads.facts, *reads.measures, *reads.records}
        )
        if reads.projected
        else more.get("projected", {})
    )

    assert key(name, rule, known, told) == key(name, rule, known, facts)
    assert decided(name, rule, known, told) == decided(name, rule, known, facts)


def with_unread(facts: Json, more: Json, read: set[str]) -> Json:
    """Return facts with more of them: those that are not read."""
    added = {
        part: {
            **{one: value for one, value in more.get(part, {}).items() if one not in read},
            **facts.get(part, {}),
        }
        for part in ("facts", "records")
    }
    return {**facts, **added}


def check_a_read_fact_counts(data: st.DataObject, name: str) -> None:
    rule, known = drawn(data, name)
    facts = known.facts()
    reads = engine(name).keys.reads(rule, facts, known.partner.as_of)
    read = sorted({*reads.facts, *reads.measures} & facts.get("facts", {}).keys())
    lists = sorted(set(reads.records) & facts.get("records", {}).keys())
    assume(read or lists)
    section, one = data.draw(st.sampled_from([*(("facts", one) for one in read), *(("records", one) for one in lists)]))
    told = {**facts, section: {other: value for other, value in facts[section].items() if other != one}}
    note(f"without {one}")

    assert key(name, rule, known, told) != key(name, rule, known, facts)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_in_other_words_has_the_same_key_and_the_same_answer(name: str) -> None:
    hold(check_the_same_in_other_words, 6, name)


@pytest.mark.parametrize("name", NAMES)
def test_facts_that_a_rule_does_not_read_do_not_count(name: str) -> None:
    hold(check_unread_facts_do_not_count, 6, name)


@pytest.mark.parametrize("name", SMALL)
def test_a_fact_that_a_rule_reads_counts(name: str) -> None:
    hold(check_a_read_fact_counts, 10, name)
