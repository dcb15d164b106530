"""What is compiled of a rule decides as the interpreter does, for every rule, epoch and partner."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from cli.console import read_file
from dsl import core as c
from dsl.core.algebra import RANGES
from dsl.core.ops import DEFINITIONS
from dsl.core.ranges import Dates, Numbers, Range, Truth, Words
from dsl.core.walk import walk
from evaluator.compiled.question import Question
from evaluator.compiled.source import PythonSource, Value, compiled
from evaluator.compiled.twin import OF_THE_DAY_ALONE
from evaluator.compiled.unboxed import boxed, unboxed
from evaluator.engine import Engine, Query
from evaluator.facts import Facts
from evaluator.moment import Moment
from evaluator.prepared import Often
from review.scenarios.partners import Partners
from tests.benchmarks.worked import QUERY
from tests.properties.twins import DETAILS, Counted, compare_day, little_of, unlike_as_text
from tests.shipped import engine_of, read_once

ROOT = Path(__file__).resolve().parents[2]
LAWS = ROOT / "tests" / "data" / "policies" / "laws"
POLICIES = [ROOT / "policies", *sorted(LAWS.glob("*.policy"))]
DAYS = (date(2022, 10, 3), date(2023, 6, 20), date(2026, 8, 15))


@pytest.fixture(scope="module", params=POLICIES, ids=lambda path: path.stem)
def engine(request: pytest.FixtureRequest) -> Engine:
    return engine_of(request.param)


@pytest.mark.parametrize("day", DAYS)
def test_the_twin_decides_as_the_interpreter(engine: Engine, day: date) -> None:
    counted = Counted()

    compare_day(engine, day, range(1, 2), counted, seed=7)

    assert counted.different == []
    assert counted.triples > 0


def test_what_is_in_progress_is_decided_as_by_the_interpreter(engine: Engine) -> None:
    day, seen = DAYS[1], set()
    rules = list(engine.core.rules.values())
    partners = Partners(engine.core, as_of=day, seed=3)
    for told in (partners.partner(1), {"facts": partners.partner(2).get("facts", {})}):
        facts = Facts(engine.core, told, day)
        one, other = engine.prepared.interpreter(facts), Question(engine.prepared.asked, facts)
        for rule in rules[:: 1 + len(rules) // 50]:
            at, node = Moment(day, rule=rule), c.InProgress(rule=rule.id, type=c.FLAG)
            seen.add(found := other.value(node, at))

            assert found == one.evaluate(node, at).range, rule.id

    assert len(seen) > 1


def test_a_function_is_written_alike_on_all_days_of_its_stretch(engine: Engine) -> None:
    """The law behind keeping it: what a function says changes on no other day than those that its node names."""
    twin = engine.prepared.asked.twin
    told = Partners(engine.core, as_of=DAYS[1], seed=29).partner(1)
    engine.decide(Query(("*",), DAYS[1], told, detail="none"))
    begins = [date(1995, 1, 1), *engine.core.change_days]
    compared = 0

    for number, gives in {(number, gives) for number, _, gives in twin._functions if gives in OF_THE_DAY_ALONE}:
        stretches: dict[int, list[date]] = {}
        for day in begins:
            stretches.setdefault(twin.stretch(number, day, gives), []).append(day)
        for days in stretches.values():
            # The first line tells of which day it was written.
            first, *others = (
                "\n".join(twin._compiled(number, day, gives)[1].splitlines()[1:])
                for day in days[:: max(1, len(days) - 1)]
            )
            compared += len(others)

            assert others == [first] * len(others)

    assert compared > 0


def test_a_decision_without_reasons_is_the_interpreters(engine: Engine) -> None:
    reference = Engine(engine.document, engine.core, reference=True)
    told = Partners(engine.core, as_of=DAYS[1], seed=19).partner(2)
    few = {"facts": dict(list(told.get("facts", {}).items())[:3])}
    for facts in (told, few):
        query = Query(("*",), DAYS[1], facts, detail="none")

        assert json.dumps(engine.decide(query).as_json()) == json.dumps(reference.decide(query).as_json())


def test_reasons_from_compiled_functions_are_the_interpreters(engine: Engine) -> None:
    reference = Engine(engine.document, engine.core, reference=True)
    engine.prepared.often = Often(engine.core, after=0)
    rules = list(engine.core.rules)
    rules = rules[:: 1 + len(rules) // 40]
    for number, day in enumerate(DAYS[:2], start=1):
        told = Partners(engine.core, as_of=day, seed=23).partner(number)
        # Of one who tells little much is decided for all alike, and much is missing: in the order of the interpreter.
        for facts in (told, little_of(told, number)):
            query = Query(tuple(rules), day, facts)

            assert json.dumps(engine.decide(query).as_json()) == json.dumps(reference.decide(query).as_json())
            assert unlike_as_text(engine, reference, replace(query, written=True)) == []

    twin = engine.prepared.asked.twin
    assert any(gives == "record" for _, _, gives in twin._functions)


def test_a_settled_score_is_written_at_once() -> None:
    engine = engine_of(ROOT / "policies")
    engine.prepared.often = Often(engine.core, after=0)
    query = replace(Query(("designation.infrastructure",), DAYS[1], QUERY["facts"]), written=True)

    [decided] = engine.decide(query).decisions

    assert decided.said is not None
    assert decided.said.reasons
    assert decided.reasons == ()


def test_of_no_partner_the_interpreter_is_asked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked what a partner with nothing gives, once for all."""
    asked: list[Facts] = []
    interpreter = engine.prepared.asked.interpreter
    monkeypatch.setattr(
        engine.prepared.asked, "interpreter", lambda facts: (asked.append(facts), interpreter(facts))[1]
    )
    engine.prepared.often = Often(engine.core, after=0)
    told = Partners(engine.core, as_of=DAYS[1], seed=31).partner(1)
    rules = list(engine.core.rules)

    for detail in DETAILS:
        query = Query(tuple(rules[:: 1 + len(rules) // 40]), DAYS[1], told, detail=detail)
        assert engine.decide(query).decisions

    assert not any(facts.data is told for facts in asked)


def test_what_is_read_in_several_places_is_told_of_each() -> None:
    loaded = read_once()
    engine, reference = Engine(loaded.document, loaded.core), Engine(loaded.document, loaded.core, reference=True)
    engine.prepared.often = Often(engine.core, after=0)
    facts = read_file(ROOT / "examples" / "partners" / "security_gates.yaml").value
    # The tracks count people by lists that are equal, each with a reading of its own place.
    for detail in DETAILS:
        query = Query(("designation.security",), DAYS[2], facts, detail=detail)
        [found], [wanted] = (one.decide(query).as_json()["decisions"] for one in (engine, reference))

        assert found["assumptions"] == wanted["assumptions"]


def test_a_rule_is_compiled_for_its_reasons_when_it_is_asked_about_often(engine: Engine) -> None:
    often, day, [rule, *_] = Often(engine.core), DAYS[1], engine.core.rules.values()
    worth = [often.is_worth_it(rule, day, 1) for _ in range(Often.AFTER + 2)]

    assert worth == [False] * Often.AFTER + [True] * 2
    assert not often.is_worth_it(rule, day, Often.TOGETHER + 1)


def test_what_a_rule_comes_to_is_the_same_by_the_interpreter(engine: Engine) -> None:
    reference = Engine(engine.document, engine.core, reference=True)
    told = Partners(engine.core, as_of=DAYS[2], seed=29).partner(1)
    for rule in list(engine.core.rules)[::5]:
        assert engine.outcomes(rule, told, DAYS[2]) == reference.outcomes(rule, told, DAYS[2]), rule
        assert engine.truth(rule, told, DAYS[2]) == reference.truth(rule, told, DAYS[2]), rule
        assert engine.value(rule, told, DAYS[2]) == reference.value(rule, told, DAYS[2]), rule


def test_the_policies_of_the_laws_and_the_programme_use_every_definition() -> None:
    used: set[type] = set()
    for path in POLICIES:
        core = read_once(path).core
        for rule in core.rules.values():
            for version in rule.versions:
                for node in (version.requirement, version.amount, version.stage):
                    used |= {type(found) for found in (walk(node) if node is not None else ())}
        for named in core.named.values():
            used |= {type(found) for found in walk(named.value)}

    assert set(DEFINITIONS) <= used


# ---- each operation against Ranges: known and not, above, at and below zero


ENDS = (None, Decimal("-2.5"), Decimal(0), Decimal("3.5"))
NUMBERS = [Numbers(a, b) for a, b in product(ENDS, ENDS) if a is None or b is None or a <= b]
NUMBERS += [Numbers(one, one) for one in ENDS if one is not None]
DAYS_OF = (None, date(2023, 1, 31), date.max)
DATES = [Dates(a, b) for a, b in product(DAYS_OF, DAYS_OF) if a is None or b is None or a <= b]
DATES += [Dates(date.max, date.max), Dates(date(2024, 1, 31), date(2024, 1, 31))]
WORDS = [Words(None), Words(frozenset("a")), Words(frozenset("b")), Words(frozenset("ab")), Words(frozenset())]
TRUTHS = list(Truth)
DOWN, HALF = c.RoundTo("down"), c.RoundTo("half up", Decimal("0.5"))
MONTH = c.Duration(months=1, days=3)

OPERATIONS: Mapping[str, tuple[Any, tuple[list[Any], ...]]] = {
    "all of": (lambda a, x, y, z: a.all_of((x, y, z)), (TRUTHS, TRUTHS, TRUTHS)),
    "one of": (lambda a, x, y: a.at_least(1, (x, y)), (TRUTHS, TRUTHS)),
    "two of": (lambda a, x, y, z: a.at_least(2, (x, y, z)), (TRUTHS, TRUTHS, TRUTHS)),
    "not": (lambda a, x: a.opposite(x), (TRUTHS,)),
    "how many": (lambda a, x, y: a.how_many((x, y)), (TRUTHS, TRUTHS)),
    **{f"numbers {op}": (lambda a, x, y, op=op: a.compare(op, x, y), (NUMBERS, NUMBERS)) for op in (">=", "<=", ">", "<", "=", "!=")},
    **{f"dates {op}": (lambda a, x, y, op=op: a.compare(op, x, y), (DATES, DATES)) for op in (">=", ">", "=", "!=")},
    "words =": (lambda a, x, y: a.compare("=", x, y), (WORDS[:4], WORDS[:4])),
    "truths =": (lambda a, x, y: a.compare("=", x, y), (TRUTHS, TRUTHS)),
    "add": (lambda a, x, y: a.add(x, y), (NUMBERS, NUMBERS)),
    "subtract": (lambda a, x, y: a.subtract(x, y), (NUMBERS, NUMBERS)),
    "multiply": (lambda a, x, y: a.multiply(x, y), (NUMBERS, NUMBERS)),
    "smallest": (lambda a, x, y: a.smallest((x, y)), (NUMBERS, NUMBERS)),
    "largest": (lambda a, x, y: a.ranked((x, y), 0), (NUMBERS, NUMBERS)),
    "second": (lambda a, x, y: a.ranked((x, y), 1), (NUMBERS, NUMBERS)),
    "whole units": (lambda a, x, y: a.whole_units(x, y), (NUMBERS, NUMBERS)),
    "rounded": (lambda a, x: a.rounded(x, HALF), (NUMBERS,)),
    "ratio": (lambda a, x, y: a.ratio(x, y, Decimal(100), DOWN, growth=False), (NUMBERS, NUMBERS)),
    "growth": (lambda a, x, y: a.ratio(x, y, Decimal(100), HALF, growth=True), (NUMBERS, NUMBERS)),
    "share": (lambda a, x, y: a.share(x, a.constant(Decimal(20)), y, DOWN), (NUMBERS, NUMBERS)),
    "shift": (lambda a, x: a.shift(x, MONTH, back=False), (DATES,)),
    "shift back": (lambda a, x: a.shift(x, MONTH, back=True), (DATES,)),
    "edge": (lambda a, x: a.edge(x, "end"), (DATES,)),
    "start of quarter": (lambda a, x: a.edge(x, "start", 3), (DATES,)),
    "end of year": (lambda a, x: a.edge(x, "end", 12), (DATES,)),
    "first number": (lambda a, t, x, y: a.first([(lambda: t, lambda: x), (None, lambda: y)]), (TRUTHS, NUMBERS, NUMBERS)),
    "first day": (lambda a, t, x, y: a.first([(lambda: t, lambda: x), (None, lambda: y)]), (TRUTHS, DATES, DATES)),
    "first word": (lambda a, t, x, y: a.first([(lambda: t, lambda: x), (None, lambda: y)]), (TRUTHS, WORDS[:4], WORDS[:4])),
    "first truth": (
        lambda a, t, u, x, y: a.first([(lambda: t, lambda: x), (lambda: u, lambda: y), (None, lambda: a.opposite(x))]),
        (TRUTHS, TRUTHS, TRUTHS, TRUTHS),
    ),
}  # fmt: skip


def as_told(value: Range, name: str, *, is_there: bool) -> Value:
    """Return a value as a line gives it: of an end that is there it may be known that it is."""
    match value:
        case Numbers() | Dates():
            has_low, has_high = (is_there and end is not None for end in (value.low, value.high))
            return Value("numbers" if isinstance(value, Numbers) else "dates", f"{name}_low", f"{name}_high", has_low, has_high)  # fmt: skip
        case Words():
            return Value("words", name)
        case _:
            return Value("flag", name, has_low=is_there and value is not Truth.UNKNOWN)


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_gives_what_ranges_gives(name: str) -> None:
    operation, kinds = OPERATIONS[name]
    functions: dict[object, Any] = {}
    for number, case in enumerate(product(*kinds)):
        # A function is compiled for each constant, so that these are only some.
        for is_there, are_constants in ((False, False), (True, False), (True, True))[: 3 if number % 7 == 0 else 2]:
            source = PythonSource()
            if are_constants:
                values = [source.known(one) for one in case]
            else:
                values = [as_told(one, f"x{index}", is_there=is_there) for index, one in enumerate(case)]
            key = case if are_constants else tuple(values)
            if key not in functions:
                result = operation(source, *values)
                functions[key] = (result, compiled(source, result.result, (), "<law>", tuple(_names(values)))[0])
            result, function = functions[key]
            told = [] if are_constants else [end for one in case for end in _ends(one)]

            found = boxed(result.form, function(*told))

            assert found == operation(RANGES, *case), (name, case, is_there, are_constants)


def _names(values: list[Value]) -> list[str]:
    return [name for one in values if one.known is None for name in (one.low, one.high) if name]


def _ends(value: Range) -> tuple[Any, ...]:
    found = unboxed(value)
    if not isinstance(value, Numbers | Dates):
        return (found,)
    # A known value is one object at both ends.
    return (found[0], found[0]) if value.exact is not None else found


def test_what_was_compiled_can_be_read() -> None:
    loaded = read_once()
    twin = Engine(loaded.document, loaded.core).prepared.asked.twin
    rule = loaded.core.rules["designation.infrastructure"]
    version = rule.version_on(DAYS[1])
    assert version is not None
    assert version.requirement is not None

    text = twin.text(version.requirement, rule, DAYS[1])

    assert text.startswith("# designation.infrastructure, as written in ")
    assert "def decide(f, row):" in text
    assert "# f.leaf(0) is " in text
    compile(text, "<text>", "exec")
