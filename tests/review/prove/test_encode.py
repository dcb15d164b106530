"""What is written for the solver decides as the reference interpreter does, where a partner's values are put in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import z3

from dsl import core as c
from dsl.core.anywhere import Anywhere
from dsl.core.keys import Keys
from dsl.core.ranges import Dates, Numbers, Range, Truth, Words as RangeWords
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from review.prove.encode import Encoder
from review.prove.formulas import figure
from review.prove.terms import UNNAMED, Flag, Ordered, Term, Words
from review.prove.told import Told, texts_of
from review.prove.verdicts import moves_daily
from review.prove.written import Written
from review.scenarios.partners import COMPLETE, Chances, Partners
from tests.review.diff.conftest import BASE, edited, side
from tests.review.prove.test_terms import range_of, term_of
from tests.shipped import engine_of

ROOT = Path(__file__).parents[3]
LAWS = sorted((ROOT / "tests" / "data" / "policies" / "laws").glob("*.policy"))
DAYS = (date(2022, 11, 20), date(2023, 6, 20), date(2026, 8, 15), date(2027, 1, 10))
GAPS = Chances(untold=0.4, absent=0.4, untold_field=0.1)
Where = tuple[c.Expr, date, bool, str]


class Recording(Encoder):
    """An encoder that remembers of which node and moment each variable is."""

    def __init__(self, core: c.Core, keys: Keys, told: Told, as_of: date) -> None:
        super().__init__(core, keys, told, as_of)
        self.read: list[tuple[Where, Term]] = []
        self.on_days: list[tuple[Any, c.Expr, Term]] = []
        """What was left open of a day that is told: the day, the node and its variables."""

    def _on_any(self, value: c.Expr, day: Any) -> Term:
        known = set(self.told.nodes)
        term = super()._on_any(value, day)
        self.on_days += [(day, *self.told.nodes[name]) for name in self.told.nodes.keys() - known]
        return term

    def _read(self, node: c.Expr, day: date, projected: bool, rule: str) -> Term:
        term = super()._read(node, day, projected, rule)
        if isinstance(node, c.Fact | c.People | c.DifferentPeople) or (isinstance(node, c.Named) and node.supplied):
            self.read.append(((node, day, projected, rule), term))
        return term

    def _open(self, node: c.Expr, day: date, projected: bool, rule: str, why: str, *, exact: bool) -> Term:
        term = super()._open(node, day, projected, rule, why, exact=exact)
        self.read.append(((node, day, projected, rule), term))
        return term


class Given(Encoder):
    """An encoder that reads what the interpreter says of one partner, whatever is left out of its facts."""

    def __init__(self, core: c.Core, keys: Keys, texts: Sequence[str], as_of: date, interpreter: Interpreter) -> None:
        super().__init__(core, keys, Told(texts), as_of)
        self.interpreter = interpreter

    def _read(self, node: c.Expr, day: date, projected: bool, rule: str) -> Term:
        if isinstance(node, c.Fact | c.People | c.DifferentPeople) or (isinstance(node, c.Named) and node.supplied):
            return term_of(value_at(self.interpreter, (node, day, projected, rule)))
        return super()._read(node, day, projected, rule)

    def _open(self, node: c.Expr, day: date, projected: bool, rule: str, why: str, *, exact: bool) -> Term:
        return term_of(value_at(self.interpreter, (node, day, projected, rule)))


class Put:
    """Values put in for variables: the part of a model that reading a term back takes."""

    def __init__(self, pairs: list[tuple[Any, Any]]) -> None:
        self.pairs = pairs

    def eval(self, formula: Any, model_completion: bool = True) -> Any:
        return z3.simplify(z3.substitute(formula, *self.pairs))


def put_in(pairs: Sequence[tuple[Any, Any]]) -> Put:
    """Return what puts values in for variables, each once."""
    return Put(list({one.get_id(): (one, value) for one, value in pairs if not z3.is_rational_value(one)}.values()))


class Unfit(Exception):
    """A value that is a range where everything told makes it exact."""


def value_at(interpreter: Interpreter, where: Where) -> Range:
    node, day, projected, rule = where
    return interpreter.evaluate(node, Moment(day, projected, rule=interpreter.core.rules.get(rule))).range


def pairs_of(term: Term, value: Range) -> Iterator[tuple[Any, Any]]:
    """Yield the variables of a term with what they are for a value."""
    match term, value:
        case Flag(must=must, may=may), Truth():
            if must.eq(may) and value is Truth.UNKNOWN:
                raise Unfit
            yield must, z3.BoolVal(value is Truth.TRUE)
            if not must.eq(may):
                yield may, z3.BoolVal(value is not Truth.FALSE)
        case Words(options=options), RangeWords(options=told):
            names = [name for name, _ in options]
            if z3.is_const(options[0][1]):
                for name, may in options:
                    is_named = told is None or name in told or (name == UNNAMED and not told <= set(names))
                    yield may, z3.BoolVal(is_named)
            else:
                if told is None or len(told) != 1:
                    raise Unfit
                (word,) = told
                yield options[0][1].arg(0), z3.IntVal(names.index(word if word in names else UNNAMED))
        case Ordered(low=low, high=high), Numbers(low=least, high=most) | Dates(low=least, high=most):
            if term.exact is not None and (least is None or least != most):
                raise Unfit
            for end, one in ((low, least), (high, most)):
                number = 1 if one is None else one.toordinal() if isinstance(one, date) else one
                if z3.is_app_of(end.value, z3.Z3_OP_TO_REAL):
                    yield end.value.arg(0), z3.IntVal(int(number))
                else:
                    yield end.value, figure(number)
                if not z3.is_false(end.open):
                    yield end.open, z3.BoolVal(one is None)
        case _:
            raise AssertionError((term, value))


def asked(version: c.RuleVersion, day: date) -> Iterator[c.Expr]:
    """Yield what a version decides."""
    found = [version.requirement, version.amount, version.stage]
    found += [option.requirement for option in version.options if day in option.days]
    yield from (node for node in found if node is not None)


def same(one: Range, other: Range, texts: Sequence[str]) -> bool:
    """Whether two values are the same: words that no rule names are not told apart."""
    if isinstance(one, RangeWords) and isinstance(other, RangeWords) and one.options and other.options:
        named = [{word if word in texts else UNNAMED for word in words.options or ()} for words in (one, other)]
        return one == other or named[0] == named[1]
    return one == other


@lru_cache(maxsize=1)
def looked_through(path: Path) -> tuple[c.Core, Keys, Sequence[str]]:
    """Return what all rules and partners share: the core of policies, its keys, and the texts that it names."""
    core = engine_of(path).core
    return core, Keys(core), texts_of([core])


def check(path: Path, days: Sequence[date], partners: int, step: int = 1, start: int = 0) -> Counter[str]:
    """Compare what generated partners get by every so many rules from one on, told everything and told with gaps."""
    core, keys, texts = looked_through(path)
    seen = Counter[str]()
    for day in days:
        for rule in list(core.rules.values())[start::step]:
            version = rule.version_on(day)
            nodes = [] if version is None else list(asked(version, day))
            if not nodes:
                continue
            told = Told(texts)
            encoder = Recording(core, keys, told, day)
            terms = [encoder.on(node, day, False, rule.id).value for node in nodes]
            for chances in (COMPLETE, GAPS):
                maker = Partners(core, seed=5, as_of=day, rules=[rule], chances=chances)
                for number in range(1, partners + 1):
                    facts = maker.partner(number)
                    interpreter = Interpreter(core, Facts(core, facts, day))
                    at = Moment(day, rule=rule)
                    expected = [interpreter.evaluate(node, at).range for node in nodes]
                    if chances is COMPLETE:
                        try:
                            pairs = [
                                p for where, term in encoder.read for p in pairs_of(term, value_at(interpreter, where))
                            ]
                        except Unfit:
                            seen["skipped"] += len(nodes)
                            continue
                        put = put_in(pairs)
                        for its_day, node, term in encoder.on_days:
                            when = date.fromordinal(put.eval(its_day).as_long())
                            pairs += pairs_of(term, value_at(interpreter, (node, when, False, "")))
                        put = put_in(pairs)
                        for bound in told.bounds:
                            assert not z3.is_false(put.eval(bound)), (rule.id, day, bound, facts)
                        found = [range_of(term, put) for term in terms]
                    else:
                        given = Given(core, keys, texts, day, interpreter)
                        found = [range_of(given.on(node, day, False, rule.id).value, Put([])) for node in nodes]
                    for node, one, other in zip(nodes, found, expected, strict=True):
                        assert same(one, other, told.texts), (
                            rule.id,
                            day,
                            node.origin.place,
                            one,
                            other,
                            chances,
                            facts,
                        )
                        seen["compared"] += 1
                        seen["told" if chances is COMPLETE else "with gaps"] += 1
                        seen["undetermined"] += is_undetermined(other)
    return seen


def is_undetermined(value: Range) -> bool:
    match value:
        case Truth():
            return value is Truth.UNKNOWN
        case Numbers(low=low, high=high) | Dates(low=low, high=high):
            return low is None or low != high
        case RangeWords(options=options):
            return options is None or len(options) != 1
    raise AssertionError(value)


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_the_laws_policies_are_decided_alike(path: Path) -> None:
    seen = check(path, DAYS[1:3], partners=3)

    assert seen["told"] >= 20, seen
    assert seen["undetermined"] >= 5, seen


def test_the_shipped_policies_are_decided_alike() -> None:
    seen = check(ROOT / "policies", DAYS[1:3], partners=2, step=20)

    assert seen["told"] >= 10, seen
    assert seen["undetermined"] >= 5, seen


DATED = """facts { renewed: date  seats: count }
define closes: date {
  through 2023-06-30: today + 30 days
  from 2023-07-01: today + 1 month, rounded down
  from 2026-01-01: end of month of today
  from 2027-01-01: 2027-06-30
}
define most: count { through 2023-01-09: 5  from 2023-01-10: 8  from 2026-03-01: unknown }
measure window_closes: date = closes on renewed
measure allowed: count = most on renewed
entitlement e { requires { open: today <= window_closes  few: seats <= allowed } }
fee f { amount 100 USD  due at closes on renewed + 5 days }
"""


def test_what_is_asked_on_a_day_that_is_told_is_decided_alike(tmp_path: Path) -> None:
    """Before and behind each of its versions, and of a day that lies ahead."""
    path = tmp_path / "dated.policy"
    path.write_text(DATED, "utf-8")

    seen = check(path, DAYS, partners=60)

    assert seen["told"] >= 400, seen
    assert seen["undetermined"] >= 40, seen


def test_what_is_taken_again_is_what_would_be_written_anew() -> None:
    """Of both sides and from day to day: the same formulas, of the same variables within the same bounds."""
    cores = [side("side", texts).core for texts in (BASE, edited("caps_moved"), edited("people_three"))]
    keys, daily = [Keys(core) for core in cores], [Anywhere(core, moves_daily) for core in cores]
    texts, written, taken = texts_of(cores), Written(), 0
    for rule in cores[0].rules.values():
        for day in (DAYS[0], date(2025, 6, 1), DAYS[3]):
            told, anew = Told(texts, day), Told(texts, day)
            for core, own, its in zip(cores, keys, daily, strict=True):
                known = len(written.known)
                one = Encoder(core, own, told, day, shared=(written, its))
                other = Encoder(core, own, anew, day)
                terms = [encoder.requirement(core.rules[rule.id], day) for encoder in (one, other)]
                assert terms[0].must.eq(terms[1].must), (rule.id, day)
                assert terms[0].may.eq(terms[1].may), (rule.id, day)
                assert one.supplied == other.supplied
                taken += len(written.known) == known
            assert told.facts.keys() == anew.facts.keys()
            assert told.nodes.keys() == anew.nodes.keys()
            assert told.people.figures.keys() == anew.people.figures.keys()
            # With both there at once: what is equal the solver keeps once.
            bounds = told.all_bounds(), anew.all_bounds()
            assert len({one.get_id() for one in bounds[0]} ^ {one.get_id() for one in bounds[1]}) == 0, (rule.id, day)
    assert taken >= 20, taken


@pytest.mark.benchmarks
def test_twenty_thousand_decisions_of_the_shipped_policies_are_alike() -> None:
    seen = check(ROOT / "policies", DAYS, partners=16)
    print(dict(seen))  # noqa: T201

    assert seen["compared"] >= 20_000, seen
    assert seen["undetermined"] >= 2_000, seen
