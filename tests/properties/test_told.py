"""With more facts told, what they do not reach is taken from before: as if all had been decided again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import note, strategies as st

from dsl import core as c
from dsl.core.moves import Movement
from dsl.core.reached import REGISTER, Reached, of_list, of_rows
from dsl.core.record_plans import RecordPlans
from dsl.core.references import expressions
from dsl.load import load_sources
from dsl.source import Source
from evaluator.compiled.question import Question
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from tests.properties.strategies import knowledge
from tests.properties.test_laws import NAMES, _partner, engine, hold

Json = Any


def values_of(core: c.Core, known: Json) -> Iterator[tuple[str, Json]]:
    """Yield a value for each fact that is not told."""
    for decl in (*core.facts.values(), *(named for named in core.named.values() if named.supplied)):
        if decl.name in known.get("facts", {}):
            continue
        match decl.type.kind:
            case "flag":
                yield decl.name, True
                yield decl.name, False
            case "choice":
                yield from ((decl.name, choice) for choice in decl.type.choices[:2])
            case "date":
                yield decl.name, "2023-01-20"
            case "text":
                yield decl.name, "x"
            case _:
                yield decl.name, 2


def check_told(data: st.DataObject, name: str) -> None:
    rule_id, people = _partner(data, name)
    core = engine(name).core
    known = data.draw(knowledge(data.draw(people)))
    facts, day = known.facts(), known.partner.as_of
    every = sorted(values_of(core, facts), key=str)
    more = dict(data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=2))) if every else {}
    note(f"{rule_id} on {day}, told {more}: {json.dumps(facts, default=str)}")
    plans = RecordPlans(Movement(core))
    before = Interpreter(core, Facts(core, facts, day), plans)
    nodes = [part for version in core.rules[rule_id].versions for part in expressions(version)]
    nodes.append(c.Qualifies(rule=rule_id, type=c.FLAG))
    at = Moment(day, rule=core.rules[rule_id])
    for node in nodes:
        before.evaluate(node, at)
    now = {**facts, "facts": {**facts.get("facts", {}), **more}}

    told = before.told(Facts(core, now, day), more.keys(), Reached(core))
    afresh = Interpreter(core, Facts(core, now, day), plans)
    was_asked = Question(engine(name).prepared.asked, Facts(core, facts, day))
    for node in nodes:
        was_asked.value(node, at)
    asked = was_asked.with_told(Facts(core, now, day), more.keys())

    for node in nodes:
        one, other = told.evaluate(node, at), afresh.evaluate(node, at)
        assert asked.value(node, at) == other.range, node
        assert one.range == other.range, node
        assert list(one.missing()) == list(other.missing()), node
        assert [(part.range, part.chosen) for part in one.walk()] == [
            (part.range, part.chosen) for part in other.walk()
        ]


@pytest.mark.parametrize("name", NAMES)
def test_what_more_facts_do_not_reach_is_as_it_was(name: str) -> None:
    hold(check_told, 40, name)


READS = """
facts { a: count  b: flag  f: flag  d: date  term: duration }
records ev "Evidence" dated by day { day: date  n: count }
measure m: count, may be supplied = a
designation one { requires { x: m >= 1 } }
entitlement two { requires { x: qualifies for one  y: b } }
entitlement three { requires { x: holds one } }
designation five { requires { x: b }  valid term  checked at own anniversary }
entitlement six { requires { x: anniversary <= today + 400 days } }
entitlement four { requires { x: (count ev[n > a] >= 1) sometime from d through today } }
"""


def test_what_a_node_reads_is_known_also_through_names_and_rules() -> None:
    text = READS
    core = load_sources([Source("reads.policy", text)]).core
    reached = Reached(core)

    def reads(rule: str) -> object:
        asked = core.rules[rule].versions[0].requirement
        assert asked is not None
        return reached.of(asked)

    assert reads("designation.one") == {"m", "a"}
    assert reads("entitlement.two") == {"m", "a", "b"}
    assert reads("entitlement.three") == {REGISTER, of_rows("awards")}
    assert reads("entitlement.six") == {REGISTER, of_rows("awards"), "term"}, (
        "an award that would be attained has its anniversary after a term"
    )
    assert reads("entitlement.four") == {"a", "d", of_list("ev"), of_rows("ev")}


def test_a_requirement_that_is_not_reached_is_not_decided_again() -> None:
    text = "facts { a: count  b: flag }\ndesignation one { requires { x: a >= 1  y: b } }"
    core = load_sources([Source("once.policy", text)]).core
    day, rule = date(2023, 4, 15), core.rules["designation.one"]
    before = Interpreter(core, Facts(core, {"facts": {"a": 1}}, day))
    first = before.requirement(rule, Moment(day))

    told = before.told(Facts(core, {"facts": {"a": 1, "b": True}}, day), {"b"}, Reached(core))
    second = told.requirement(rule, Moment(day))

    assert [one is other for one, other in zip(first.walk(), second.walk(), strict=True)].count(True) >= 1
    assert second.truth.name == "TRUE"


def test_where_awards_are_held_their_checks_are_reached() -> None:
    text = (
        "facts { z: flag }\n"
        "designation checked { requires { z: z }  checked at own anniversary, lost after 30 days }\n"
        "entitlement entitled { requires { held: holds checked } }"
    )
    core = load_sources([Source("checks.policy", text)]).core
    day, rule = date(2023, 3, 1), core.rules["entitlement.entitled"]
    row = {"award": "designation.checked", "attained": "2022-01-15", "anniversary": "2023-01-15", "ended": "none"}
    facts = {"records": {"awards": [row]}}
    now = {**facts, "facts": {"z": {"history": [{"from": "2022-01-01", "value": False}]}}}
    before = Interpreter(core, Facts(core, facts, day))
    assert before.requirement(rule, Moment(day)).truth.name == "UNKNOWN"

    told = before.told(Facts(core, now, day), {"z"}, Reached(core))

    assert told.requirement(rule, Moment(day)).truth.name == "FALSE"
