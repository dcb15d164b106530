"""Canonical keys: equal ones decide equally, and by the policies alone a rule changes on its own days only."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import note, strategies as st

from dsl import core as c
from dsl.core.keys import Keys
from dsl.core.references import expressions, walk
from dsl.load import load_sources
from dsl.source import Source, Span
from evaluator.engine import Engine, Query
from review.scenarios.faults import Fault, faults
from review.scenarios.partners import COMPLETE, Partners
from review.scenarios.relowering import Relowering
from tests.properties.test_laws import REAL, SMALL, engine, hold, rules

DAY = timedelta(days=1)
ASKED = (date(2021, 6, 13), date(2022, 10, 10), date(2023, 6, 20), date(2024, 2, 29), date(2026, 8, 15))


@cache
def keys(name: str) -> Keys:
    return Keys(engine(name).core)


def says(told: dict[str, Any]) -> dict[str, Any]:
    """Return what was decided, without what it is told by: reasons with their words, and what they rest on."""
    for name in (
        "answer_key",
        "reasons",
        "assumptions",
        "provisional_figures",
        "missing",
        "at",
        "title",
        "disagreements",
    ):
        told.pop(name, None)
    for option in told.get("options", []):
        for name in ("reasons", "title", "assumptions", "at"):
            option.pop(name, None)
    return told


def decided(by: Engine, asked: Sequence[str], day: date, partner: Any) -> list[dict[str, Any]]:
    return [says(told) for told in by.decide(Query(tuple(asked), day, partner)).as_json()["decisions"]]


# ---- equal keys decide equally


@cache
def faulty(name: str) -> tuple[Relowering, tuple[Fault, ...]]:
    whole = engine(name)
    return Relowering(whole.document, whole.core), tuple(faults(whole.document))


def check_equal_keys(data: st.DataObject, name: str) -> None:
    """Whatever else a change of the policies changes: where the keys of a rule agree, so do its decisions."""
    whole = engine(name)
    relowering, every = faulty(name)
    fault = data.draw(st.sampled_from(every))
    note(fault.key)
    document = fault.put_into(whole.document)
    core = relowering.core_with(fault, document)
    if isinstance(core, str):
        return
    day = data.draw(st.sampled_from((*ASKED, *near(fault))))
    changed = Keys(core)
    alike = [
        rule
        for rule in core.rules.values()
        if changed.of_rule(rule, day) == keys(name).of_rule(whole.core.rules[rule.id], day)
    ]
    other = [rule for rule in core.rules.values() if rule not in alike]
    # Rules beside the changed ones are those that might wrongly have an equal key.
    reading = [rule for rule in alike if any(rule.kind == one.kind for one in other)] or alike
    asked = [
        rule.id
        for rule in data.draw(st.lists(st.sampled_from(reading), min_size=1, max_size=6, unique_by=lambda one: one.id))
    ]
    partner = Partners(
        whole.core, seed=data.draw(st.integers(0, 10**6)), as_of=day, rules=[core.rules[rule] for rule in asked]
    ).partner(1)
    note(f"{asked} on {day}: {json.dumps(partner)}")

    before, after = (decided(one, asked, day, partner) for one in (whole, whole.over(document, core)))

    assert before == after


def near(fault: Fault) -> list[date]:
    """Return the days that a fault is about."""
    found = [
        date.fromisoformat(text) for text in (fault.was, fault.now) if len(text) == 10 and text[4:5] == text[7:8] == "-"
    ]
    return [moved for day in found for moved in (day - DAY, day)]


@pytest.mark.parametrize("name", [*SMALL, REAL])
def test_equal_keys_decide_equally(name: str) -> None:
    hold(check_equal_keys, 12, name)


def test_a_change_that_a_decision_notices_changes_the_key() -> None:
    """The law above holds for keys that are never equal, too: most rules have theirs still after a change."""
    relowering, every = faulty(REAL)
    whole = engine(REAL)
    alike: Counter[bool] = Counter()
    for fault in random.Random(1).sample(every, 3):
        core = relowering.core_with(fault, fault.put_into(whole.document))
        if not isinstance(core, str):
            changed = Keys(core)
            day = date(2023, 6, 20)
            alike.update(
                changed.of_rule(core.rules[one], day) == keys(REAL).of_rule(rule, day)
                for one, rule in whole.core.rules.items()
            )

    assert alike[True] > alike[False] > 0


# ---- what decides nothing changes no key


def relabelled(value: Any) -> Any:
    """Return a part of a core with other titles, codes, sources and places."""
    match value:
        case c.Basis():
            return c.Basis((c.Citation("Another", "place"),), ("another reading",), None)
        case Span() | c.Type() | c.Days():
            return value
        case tuple():
            return tuple(map(relabelled, value))
        case dict():
            return {name: relabelled(item) for name, item in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            changed: dict[str, Any] = {own.name: relabelled(getattr(value, own.name)) for own in fields(value)}
            for name, other in (("title", "Another"), ("provisional", True)):
                if name in changed:
                    changed[name] = other
            if isinstance(value, c.Requirement):
                changed["code"] = f"{value.code}.other"
            return replace(value, **changed)
        case _:
            return value


@pytest.mark.parametrize("name", [*SMALL, REAL])
def test_labels_and_sources_are_in_no_key(name: str) -> None:
    core = engine(name).core
    other = Keys(replace(core, rules=relabelled(dict(core.rules)), named=relabelled(dict(core.named))))

    for rule in core.rules.values():
        for day in ASKED:
            assert other.of_rule(other.core.rules[rule.id], day) == keys(name).of_rule(rule, day), (rule.id, day)


def of(text: str, rule: str, day: str = "2023-06-20") -> str:
    loaded = load_sources([Source("a.policy", text)])
    assert not loaded.errors
    return Keys(loaded.core).of_rule(loaded.core.rules[rule], date.fromisoformat(day))


FACTS = "facts { n: count  m: count }\n"
SAME = [
    ("entitlement e { requires { x: n >= 5 } }", 'entitlement e "Other" { requires { y "Y": n >= 5 } }'),
    ("entitlement e { requires { x: n >= 5  y: m >= 2 } }", "entitlement e { requires { y: m >= 2  x: n >= 5 } }"),
    ("entitlement e { requires { x: n >= five } }\ndefine five: count = 5", "entitlement e { requires { x: n >= 5 } }"),
    ("entitlement e { requires { x: n >= five } }\ndefine five: count { from 2020-01-01: 4  from 2023-01-01: 5  from 2024-01-01: 6 }",
     "entitlement e { requires { x: n >= 5 } }"),
]  # fmt: skip
OTHER = [
    ("entitlement e { requires { x: n >= 5 } }", "entitlement e { requires { x: n >= 6 } }"),
    ("entitlement e { requires { x: n >= 5 } }", "entitlement e { requires { x: n > 5 } }"),
    ("entitlement e { requires { x: n >= 5 } }", "entitlement e { requires { x: m >= 5 } }"),
    ("designation d { requires { x: n >= 5 }  checked at own anniversary }",
     "designation d { requires { x: n >= 5 }  checked at never }"),
    ("entitlement e { requires { x: holds d } }\ndesignation d { requires { x: n >= 5 } }",
     "entitlement e { requires { x: holds d } }\ndesignation d { requires { x: n >= 6 } }"),
    ("entitlement e { requires { x: qualifies for d } }\ndesignation d { requires { x: n >= 5 } }",
     "entitlement e { requires { x: qualifies for d } }\ndesignation d { requires { x: n >= 6 } }"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "two"), SAME)
def test_what_says_the_same_has_one_key(one: str, two: str) -> None:
    assert of(FACTS + one, "entitlement.e") == of(FACTS + two, "entitlement.e")


@pytest.mark.parametrize(("one", "two"), OTHER)
def test_what_says_something_else_has_another_key(one: str, two: str) -> None:
    rule = "designation.d" if "entitlement" not in one else "entitlement.e"
    assert of(FACTS + one, rule) != of(FACTS + two, rule)


# ---- days


def asks_elsewhere(core: c.Core, rule: c.Rule) -> bool:
    """Whether a rule asks of other days, of the register, or of months: what it says then moves with the partner."""
    waiting = [part for version in rule.versions for part in expressions(version)]
    seen: set[str] = set()
    while waiting:
        for node in walk(waiting.pop()):
            if node.tells_elsewhere and not isinstance(node, c.Qualifies):
                return True
            if isinstance(node, c.Anniversary | c.AskedThisYear | c.Aggregate):
                return True
            if isinstance(node, c.Edge):
                return True  # a day of the month comes again and again
            name = node.name if isinstance(node, c.Named) else node.rule if isinstance(node, c.Qualifies) else None
            if name is None or name in seen:
                continue
            seen.add(name)
            versions = core.rules[name].versions if isinstance(node, c.Qualifies) else ()
            waiting.extend(part for version in versions for part in expressions(version))
            if isinstance(node, c.Named):
                waiting.append(core.named[name].value)
    return False


def check_days(data: st.DataObject, name: str) -> None:
    """Between two of its days a rule has one key, and says the same of a partner of whom nothing changes."""
    core = engine(name).core
    rule = core.rules[data.draw(st.sampled_from(rules(name)))]
    days = (
        date(2015, 1, 1),
        *(day for day in keys(name).days_of(rule) if date(2015, 1, 1) < day < date(2030, 1, 1)),
        date(2030, 1, 1),
    )
    first, behind = data.draw(st.sampled_from(list(pairwise(days))))
    last = data.draw(st.sampled_from((behind - DAY, date.fromordinal((first.toordinal() + behind.toordinal()) // 2))))
    note(f"{rule.id} from {first} through {last}")

    assert keys(name).of_rule(rule, first) == keys(name).of_rule(rule, last)

    if asks_elsewhere(core, rule):
        return
    partner = Partners(
        core, seed=data.draw(st.integers(0, 10**6)), as_of=first, rules=[rule], chances=COMPLETE
    ).partner(1)
    constant = {
        fact: value
        for fact, value in partner["facts"].items()
        if not isinstance(value, dict)
        and (core.facts[fact].type if fact in core.facts else core.named[fact].type).kind != "date"
    }
    told = {"facts": constant, "records": {"awards": [], "certifications": []}}
    told["records"] = {list_: rows for list_, rows in told["records"].items() if list_ in partner.get("records", {})}
    note(json.dumps(told))
    before, after = (decided(engine(name), [rule.id], day, told)[0] for day in (first, last))
    for one in (before, after):
        one.pop("standing", None)  # what an award would be, were it attained today
        one.pop("due", None)
        one.pop("window", None)
    assert before == after


@pytest.mark.parametrize("name", [*SMALL, REAL])
def test_a_rule_changes_on_its_days_only(name: str) -> None:
    hold(check_days, 25, name)


def some(pick: random.Random, days: Sequence[date]) -> list[date]:
    return pick.sample(days, min(3, len(days)))


@pytest.mark.parametrize("name", [*SMALL, REAL])
def test_what_is_kept_for_a_stretch_of_days_is_the_key_of_each_of_them(name: str) -> None:
    """Keys asked for from day to day, in any order, are those of whoever is asked for one day alone."""
    core = engine(name).core
    pick = random.Random(1)
    kept = Keys(core)
    asked = [
        (rule, turn + timedelta(days=off))
        for rule in (pick.sample(sorted(core.rules), 4) if name == REAL else sorted(core.rules))
        for turn in some(pick, kept.days_of(core.rules[rule]))
        for off in (-1, 0, 1)
    ]
    pick.shuffle(asked)
    found = {(rule, day): kept.of_rule(core.rules[rule], day) for rule, day in asked}
    alone: dict[date, Keys] = {}

    for rule, day in pick.sample(asked, min(60 if name != REAL else 12, len(asked))):
        assert found[rule, day] == alone.setdefault(day, Keys(core)).of_rule(core.rules[rule], day), f"{rule} on {day}"


def test_a_comparison_with_today_turns_on_a_day_of_the_rule() -> None:
    loaded = load_sources([Source("a.policy", "entitlement e { requires { x: today - 10 days >= 2023-03-05 } }")])

    assert Keys(loaded.core).days_of(loaded.core.rules["entitlement.e"]) == (date(2023, 3, 15),)


TODAY = """define since "Since": date = today + 1 day
entitlement e { requires { x: today >= 2023-03-05 } }
entitlement f from 2023-03-05 { requires { x: 2024-02-29 = today } }
entitlement g { requires { x: since > 2023-03-05 } }
"""


def test_a_comparison_with_today_turns_on_a_day_of_another_rule_too() -> None:
    """Where something else begins on the very day, or it is so on one day alone, the day is still one of the rule's."""
    loaded = load_sources([Source("a.policy", TODAY)])
    keys = Keys(loaded.core)

    assert keys.days_of(loaded.core.rules["entitlement.e"]) == (date(2023, 3, 5),)
    assert keys.days_of(loaded.core.rules["entitlement.f"]) == (date(2023, 3, 5), date(2024, 2, 29), date(2024, 3, 1))
    assert keys.days_of(loaded.core.rules["entitlement.g"]) == (date(2023, 3, 5),)


def test_who_qualifies_for_what_asks_nothing_does_not_for_what_is_out_of_force() -> None:
    told = []
    for days in ("", " through 2022-12-31"):
        text = f"""package p "P"
entitlement some{days} {{ gives access }}
entitlement other {{
  requires {{ has "Has it": qualifies for entitlement.some }}
  gives access
}}
"""
        loaded = load_sources([Source("p.policy", text)])
        assert not loaded.errors
        query = Query(("entitlement.other",), date(2023, 6, 20), {})
        [decision] = Engine(loaded.document, loaded.core).decide(query).decisions
        told.append((decision.eligibility, Keys(loaded.core).of_rule(loaded.core.rules[decision.rule], query.as_of)))

    assert [outcome for outcome, _ in told] == ["eligible", "not_eligible"]
    assert told[0][1] != told[1][1]
