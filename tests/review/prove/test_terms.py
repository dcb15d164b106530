"""Every operation over terms is that over ranges: on values that are known, partly known, and told by a variable."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import z3

from dsl import core as c
from dsl.core.algebra import RANGES
from dsl.core.ranges import Dates, Numbers, Range, Truth, Words
from review.prove.formulas import FALSE, TRUE, figure
from review.prove.terms import OPEN, End, Flag, Ordered, Term, Terms, Words as Texts

TERMS = Terms()
STEPS = [c.RoundTo(mode, step) for mode in ("down", "up", "half up") for step in (Decimal(1), Decimal("0.5"))]
WORDS = ("a", "b", "c")
DAYS = [date(2022, 1, 31), date(2023, 2, 28), date(2024, 2, 29), date.max]


def term_of(value: Range) -> Term:
    """Write a range as a term."""

    def end(one: Decimal | date | None) -> End:
        if one is None:
            return OPEN
        return End(figure(one.toordinal() if isinstance(one, date) else one))

    match value:
        case Truth():
            return Flag(TRUE if value is Truth.TRUE else FALSE, FALSE if value is Truth.FALSE else TRUE)
        case Numbers(low=low, high=high) | Dates(low=low, high=high):
            first = end(low)
            return Ordered(first, first if low is not None and low == high else end(high), isinstance(value, Dates))
        case Words(options=None):
            return Texts((), TRUE)
        case Words(options=options):
            return Texts(tuple((word, TRUE) for word in sorted(options or ())))
        case _:
            raise AssertionError(value)


def range_of(value: Term, model: Any) -> Range:
    """Read a term back where all variables are known."""

    def holds(formula: Any) -> bool:
        return bool(z3.is_true(model.eval(formula, model_completion=True)))

    def told(end: End) -> Fraction | None:
        if holds(end.open):
            return None
        found = model.eval(end.value, model_completion=True)
        return Fraction(found.numerator_as_long(), found.denominator_as_long())

    match value:
        case Flag(must=must, may=may):
            return Truth.TRUE if holds(must) else Truth.UNKNOWN if holds(may) else Truth.FALSE
        case Ordered(low=low, high=high, is_day=True):
            ends = [None if one is None else date.fromordinal(int(one)) for one in (told(low), told(high))]
            return Dates(*ends)
        case Ordered(low=low, high=high):
            figures = [
                None if one is None else Decimal(one.numerator) / Decimal(one.denominator)
                for one in (told(low), told(high))
            ]
            return Numbers(*figures)
        case Texts(options=options, other=other):
            return Words(None) if holds(other) else Words(frozenset(word for word, may in options if holds(may)))
        case _:
            raise AssertionError(value)


class Draw:
    """Draws ranges, and terms of them: known at once, or by variables that the model knows."""

    def __init__(self, seed: int, *, told: bool) -> None:
        self.random = random.Random(seed)
        self.told = told
        self.known: list[Any] = []

    def number(self, *, least: int = -4, exact: bool = False, closed: bool = False) -> tuple[Numbers, Term]:
        pick = self.random
        low = Decimal(pick.randint(least * 2, 12)) / 2
        high = low if exact or pick.random() < 0.5 else low + Decimal(pick.randint(1, 8)) / 2
        found = Numbers(
            None if not exact and not closed and pick.random() < 0.15 else low,
            None if not exact and not closed and pick.random() < 0.15 else high,
        )
        return found, self._of(found)

    def flag(self) -> tuple[Truth, Term]:
        found = self.random.choice(list(Truth))
        return found, self._of(found)

    def words(self) -> tuple[Words, Term]:
        some = frozenset(self.random.sample(WORDS, self.random.randint(1, 3)))
        found = Words(None if self.random.random() < 0.2 else some)
        return found, self._of(found)

    def day(self) -> tuple[Dates, Term]:
        one, other = sorted(self.random.choices(DAYS, k=2))
        found = Dates(one, one if self.random.random() < 0.6 else other)
        return found, term_of(found)

    def told_day(self) -> tuple[Dates, Term]:
        found, _ = self.day()
        return found, self._of(found)

    def _of(self, value: Range) -> Term:
        term = term_of(value)
        if not self.told:
            return term
        match term:
            case Flag(must=must, may=may):
                return Flag(self._formula(must), self._formula(may))
            case Ordered(low=low, high=high):
                first = self._end(low)
                return Ordered(first, first if low is high else self._end(high))
            case Texts(options=options, other=other):
                every = tuple((word, self._formula(dict(options).get(word, FALSE))) for word in WORDS)
                return Texts(every, self._formula(other))
            case _:
                raise AssertionError(term)

    def _formula(self, formula: Any) -> Any:
        variable = z3.Bool(f"b{len(self.known)}")
        self.known.append(variable == formula)
        return variable

    def _end(self, end: End) -> End:
        variable = z3.Real(f"r{len(self.known)}")
        self.known.append(variable == end.value)
        return End(variable, self._formula(end.open))


def check(draw: Draw, made: Term, expected: Range) -> None:
    solver = z3.Solver()
    solver.add(*draw.known)
    assert solver.check() == z3.sat
    assert range_of(made, solver.model()) == expected


def _rows() -> tuple[c.TableRow, ...]:
    cell = c.Literal(value=Decimal(1), type=c.COUNT)
    return tuple(c.TableRow(key=key, days=c.ALWAYS, cell=cell) for key in ("a", "b", None))


def logic(draw: Draw, a: Any) -> list[Any]:
    return [draw.flag() for _ in range(draw.random.randint(1, 4))]


OPERATIONS: dict[str, Callable[[Draw], tuple[Term, Range]]] = {}


def operation(make: Callable[[Draw], tuple[Term, Range]]) -> Callable[[Draw], tuple[Term, Range]]:
    OPERATIONS[make.__name__] = make
    return make


@operation
def all_of(draw: Draw) -> tuple[Term, Range]:
    parts = [draw.flag() for _ in range(3)]
    return TERMS.all_of([t for _, t in parts]), RANGES.all_of([r for r, _ in parts])


@operation
def at_least(draw: Draw) -> tuple[Term, Range]:
    parts = [draw.flag() for _ in range(4)]
    least = draw.random.randint(0, 5)
    return TERMS.at_least(least, [t for _, t in parts]), RANGES.at_least(least, [r for r, _ in parts])


@operation
def opposite(draw: Draw) -> tuple[Term, Range]:
    (value, term) = draw.flag()
    return TERMS.opposite(term), RANGES.opposite(value)


@operation
def how_many(draw: Draw) -> tuple[Term, Range]:
    parts = [draw.flag() for _ in range(4)]
    return TERMS.how_many([t for _, t in parts]), RANGES.how_many([r for r, _ in parts])


@operation
def compare(draw: Draw) -> tuple[Term, Range]:
    make = draw.random.choice([draw.number, draw.day, draw.words, draw.flag])
    (one, first), (other, second) = make(), make()
    ordered = isinstance(one, Numbers | Dates)
    op: Any = draw.random.choice([">=", "<=", ">", "<", "=", "!="] if ordered else ["=", "!="])
    return TERMS.compare(op, first, second), RANGES.compare(op, one, other)


@operation
def add(draw: Draw) -> tuple[Term, Range]:
    (a, x), (b, y) = draw.number(), draw.number()
    return TERMS.add(x, y), RANGES.add(a, b)


@operation
def subtract(draw: Draw) -> tuple[Term, Range]:
    (a, x), (b, y) = draw.number(), draw.number()
    return TERMS.subtract(x, y), RANGES.subtract(a, b)


@operation
def multiply(draw: Draw) -> tuple[Term, Range]:
    (a, x), (b, _) = draw.number(), draw.number(exact=True)
    pair = (x, term_of(b)) if draw.random.random() < 0.5 else (term_of(b), x)
    return TERMS.multiply(*pair), RANGES.multiply(a, b)


@operation
def smallest(draw: Draw) -> tuple[Term, Range]:
    parts = [draw.number() for _ in range(3)]
    return TERMS.smallest([t for _, t in parts]), RANGES.smallest([r for r, _ in parts])


@operation
def ranked(draw: Draw) -> tuple[Term, Range]:
    parts, position = [draw.number() for _ in range(4)], draw.random.randint(0, 3)
    return TERMS.ranked([t for _, t in parts], position), RANGES.ranked([r for r, _ in parts], position)


@operation
def of_ranked(draw: Draw) -> tuple[Term, Range]:
    parts, flags = [draw.number(exact=draw.random.random() < 0.7) for _ in range(3)], [draw.flag() for _ in range(3)]
    position = draw.random.randint(0, 2)
    made = TERMS.of_ranked([t for _, t in parts], [t for _, t in flags], position)
    return made, RANGES.of_ranked([r for r, _ in parts], [r for r, _ in flags], position)


@operation
def whole_units(draw: Draw) -> tuple[Term, Range]:
    (a, x), (b, _) = draw.number(), draw.number(least=-1)
    return TERMS.whole_units(x, term_of(b)), RANGES.whole_units(a, b)


@operation
def rounded(draw: Draw) -> tuple[Term, Range]:
    (a, x), to = draw.number(), draw.random.choice(STEPS)
    return TERMS.rounded(x, to), RANGES.rounded(a, to)


@operation
def ratio(draw: Draw) -> tuple[Term, Range]:
    (a, x), (b, _) = draw.number(), draw.number(exact=True)
    to, growth = draw.random.choice(STEPS), draw.random.random() < 0.5
    made = TERMS.ratio(x, term_of(b), Decimal(100), to, growth=growth)
    return made, RANGES.ratio(a, b, Decimal(100), to, growth=growth)


@operation
def share(draw: Draw) -> tuple[Term, Range]:
    (a, x), (most, _), (target, _) = draw.number(), draw.number(least=0), draw.number(least=-1)
    to = draw.random.choice(STEPS)
    return TERMS.share(x, term_of(most), term_of(target), to), RANGES.share(a, most, target, to)


@operation
def shift(draw: Draw) -> tuple[Term, Range]:
    (a, x), by, back = draw.day(), c.Duration(months=draw.random.randint(0, 14), days=3), draw.random.random() < 0.5
    return TERMS.shift(x, by, back=back), RANGES.shift(a, by, back=back)


@operation
def shift_by_days(draw: Draw) -> tuple[Term, Range]:
    # Also of days that are no few known ones, and across the ends of the calendar.
    (a, x), by = draw.told_day(), c.Duration(days=draw.random.choice([0, 1, 30, 5_000_000]))
    back = draw.random.random() < 0.5
    return TERMS.shift(x, by, back=back), RANGES.shift(a, by, back=back)


@operation
def edge(draw: Draw) -> tuple[Term, Range]:
    (a, x), which = draw.day(), draw.random.choice(["start", "end"])
    months = draw.random.choice([1, 3, 12])
    return TERMS.edge(x, which, months), RANGES.edge(a, which, months)  # type: ignore[arg-type]


@operation
def first(draw: Draw) -> tuple[Term, Range]:
    make = draw.random.choice([draw.number, draw.flag, draw.words])
    tests, values = [draw.flag() for _ in range(2)], [make() for _ in range(3)]
    whens: list[Any] = [*tests, None]
    terms = [(None if t is None else (lambda t=t: t[1]), lambda v=v: v[1]) for t, v in zip(whens, values, strict=True)]
    told = [(None if t is None else (lambda t=t: t[0]), lambda v=v: v[0]) for t, v in zip(whens, values, strict=True)]
    return TERMS.first(terms), RANGES.first(told)


@operation
def row(draw: Draw) -> tuple[Term, Range]:
    (key, term), rows = draw.words(), _rows()[: draw.random.randint(2, 3)]
    cells = {one.key: draw.number() for one in rows}
    made = TERMS.row(term, rows, lambda one: cells[one.key][1], c.COUNT)
    return made, RANGES.row(key, rows, lambda one: cells[one.key][0], c.COUNT)


@pytest.mark.parametrize("told", [False, True], ids=["known", "by variables"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_over_terms_is_that_over_ranges(name: str, told: bool) -> None:
    for seed in range(60):
        draw = Draw(seed, told=told)
        made, expected = OPERATIONS[name](draw)
        check(draw, made, expected)


def test_every_operation_of_the_algebra_is_held() -> None:
    operations = {name for name in vars(Terms) if not name.startswith("_")}

    assert operations - OPERATIONS.keys() == {"constant", "unknown"}
