"""Each operation over SQL is the one over ranges, whatever the ends are, and whether they are known of all rows or not."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from sqlglot import exp

from dsl import core as c
from dsl.core.algebra import RANGES, Algebra
from dsl.core.ranges import NEVER, Dates, Numbers, Range, Truth, Words
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import End, Flag, Ordered, Sql, Value, Word
from evaluator.columnar.stages import Stages

ROWS = 80
PLACES = 1
MOST = 60
BASE = duckdb.connect()
WORDS = ("large", "medium", "small")

Operation = Callable[[Algebra[Any], list[Any]], Any]


def D(text: str) -> Decimal:  # noqa: N802 - as short as a figure
    return Decimal(text)


MODES = [
    c.RoundTo("down", D("1")),
    c.RoundTo("up", D("0.5")),
    c.RoundTo("half up", D("0.2")),
    c.RoundTo("half up", D("3")),
]
NUMBERS: dict[str, tuple[int, Operation]] = {
    "add": (2, lambda a, v: a.add(*v)),
    "subtract": (2, lambda a, v: a.subtract(*v)),
    "multiply": (2, lambda a, v: a.multiply(*v)),
    "multiply by a figure": (1, lambda a, v: a.multiply(v[0], a.constant(D("2.14")))),
    "multiply by one below zero": (1, lambda a, v: a.multiply(a.constant(D("-3")), v[0])),
    "smallest": (3, lambda a, v: a.smallest(v)),
    "smallest with a cap": (1, lambda a, v: a.smallest((v[0], a.constant(D("2.5"))))),
    "largest": (3, lambda a, v: a.ranked(v, 0)),
    "last": (3, lambda a, v: a.ranked(v, 2)),
    "whole units": (1, lambda a, v: a.whole_units(v[0], a.constant(D("1.5")))),
    "units of nothing": (1, lambda a, v: a.whole_units(v[0], a.constant(D("0")))),
    **{f"rounded {to.mode} {to.step}": (1, lambda a, v, to=to: a.rounded(v[0], to)) for to in MODES},  # type: ignore[misc]
    **{
        f"growth {to.mode} {to.step}": (2, lambda a, v, to=to: a.ratio(v[0], v[1], D("100"), to, growth=True))  # type: ignore[misc]
        for to in MODES
    },
    "a part of a figure": (1, lambda a, v: a.ratio(v[0], a.constant(D("7")), D("100"), MODES[2], growth=False)),
    **{
        f"share {to.mode} {to.step}": (
            1,
            lambda a, v, to=to: a.share(v[0], a.constant(D("20")), a.constant(D("3.5")), to),
        )  # type: ignore[misc]
        for to in MODES
    },
    "share of nothing": (1, lambda a, v: a.share(v[0], a.constant(D("20")), a.constant(D("0")), MODES[0])),
    **{f"compare {op}": (2, lambda a, v, op=op: a.compare(op, *v)) for op in (">=", "<=", ">", "<", "=", "!=")},  # type: ignore[misc]
    "compare with a figure": (1, lambda a, v: a.compare(">=", v[0], a.constant(D("2")))),
    "of the largest": (3, lambda a, v: a.of_ranked(v, [a.compare(">", one, a.constant(D("1"))) for one in v], 0)),
    "of the last": (3, lambda a, v: a.of_ranked(v, [a.compare("<", one, a.constant(D("2"))) for one in v], 2)),
    "first": (
        4,
        lambda a, v: a.first(
            [
                (lambda: a.compare(">", v[0], a.constant(D("1"))), lambda: v[1]),
                (lambda: a.compare("<", v[0], a.constant(D("-1"))), lambda: v[2]),
                (None, lambda: v[3]),
            ]
        ),
    ),
}
FLAGS: dict[str, tuple[int, Operation]] = {
    "all": (3, lambda a, v: a.all_of(v)),
    "one": (3, lambda a, v: a.at_least(1, v)),
    "two": (4, lambda a, v: a.at_least(2, v)),
    "not": (1, lambda a, v: a.opposite(v[0])),
    "how many": (4, lambda a, v: a.how_many(v)),
    "equal": (2, lambda a, v: a.compare("=", *v)),
    "first": (3, lambda a, v: a.first([(lambda: v[0], lambda: v[1]), (None, lambda: v[2])])),
}
DAYS: dict[str, tuple[int, Operation]] = {
    "months on": (1, lambda a, v: a.shift(v[0], c.Duration(months=1), back=False)),
    "months and days back": (1, lambda a, v: a.shift(v[0], c.Duration(months=13, days=3), back=True)),
    "start": (1, lambda a, v: a.edge(v[0], "start")),
    "end": (1, lambda a, v: a.edge(v[0], "end")),
    "start of quarter": (1, lambda a, v: a.edge(v[0], "start", 3)),
    "end of quarter": (1, lambda a, v: a.edge(v[0], "end", 3)),
    "start of year": (1, lambda a, v: a.edge(v[0], "start", 12)),
    "end of year": (1, lambda a, v: a.edge(v[0], "end", 12)),
    "not before": (2, lambda a, v: a.compare(">=", *v)),
    "the day": (2, lambda a, v: a.compare("=", *v)),
    "first": (
        3, lambda a, v: a.first([(lambda: a.compare(">", v[0], a.constant(date(2023, 3, 1))), lambda: v[1]), (None, lambda: v[2])]),
    ),
}  # fmt: skip
TEXTS: dict[str, tuple[int, Operation]] = {
    "is": (1, lambda a, v: a.compare("=", v[0], a.constant("small"))),
    "is not": (1, lambda a, v: a.compare("!=", v[0], a.constant("large"))),
    "is none": (1, lambda a, v: a.compare("=", v[0], a.constant("tiny"))),
    "are one": (2, lambda a, v: a.compare("=", *v)),
}
TABLE = [
    c.TableRow(key="small", days=c.ALWAYS, cell=c.Literal(value=D("1"), type=c.COUNT)),
    c.TableRow(key="large", days=c.ALWAYS, cell=c.Literal(value=D("5.5"), type=c.COUNT)),
    c.TableRow(key=None, days=c.ALWAYS, cell=c.Literal(value=D("3"), type=c.COUNT)),
]
LOOKED_UP: dict[str, tuple[int, Operation]] = {
    "row": (1, lambda a, v: a.row(v[0], TABLE, lambda row: a.constant(row.cell.value), c.COUNT)),
    "row of some": (1, lambda a, v: a.row(v[0], TABLE[:2], lambda row: a.constant(row.cell.value), c.COUNT)),
}


class Rows:
    """Random ranges, a row each, as a table and as ranges."""

    def __init__(self, kind: str, number: int, shape: str, seed: str) -> None:
        self.kind, self.number, self.shape = kind, number, shape
        random_ = random.Random(seed)
        self.ranges: list[list[Range]] = []
        self.cells: list[list[Any]] = []
        for _ in range(ROWS):
            made = [self._one(random_) for _ in range(number)]
            self.ranges.append([one for one, _ in made])
            self.cells.append([cell for _, cells in made for cell in cells])

    def _one(self, random_: random.Random) -> tuple[Range, list[Any]]:
        open_ = "open" in self.shape
        if self.kind == "flag":
            value = random_.choice([True, False, None] if open_ else [True, False])
            return {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}[value], [value]
        if self.kind == "text":
            word = random_.choice([*WORDS, None] if open_ else WORDS)
            return Words(frozenset(WORDS if word is None else (word,))), [word]
        ends = sorted([self._end(random_), self._end(random_)])
        if "point" in self.shape:
            ends = [ends[0], ends[0]]
        told: list[Any] = list(ends)
        if open_ and "point" in self.shape:
            told = random_.choice([told, [None, None]])
        elif open_:
            told = [random_.choice([end, end, None]) for end in told]
        cells = told[:1] if "point" in self.shape else told
        if self.kind == "day":
            return Dates(*told), cells
        return Numbers(*(None if end is None else Decimal(end).scaleb(-PLACES) for end in told)), cells

    def _end(self, random_: random.Random) -> Any:
        if self.kind == "day":
            return random_.choice(
                [
                    NEVER,
                    *(date(2023, 1, 1) + timedelta(days=random_.choice([0, 30, 31, 58, 59, 89, 120])) for _ in "12345"),
                ]
            )
        return random_.choice([0, 0, 10, -10, random_.randint(-MOST, MOST)])

    def values(self) -> list[Value]:
        known = "open" not in self.shape
        each = 1 if "point" in self.shape or self.kind in ("flag", "text") else 2
        return [self._value(index * each, known, each) for index in range(self.number)]

    def _value(self, first: int, known: bool, each: int) -> Value:
        term = t.column(f"x{first}")
        if self.kind == "flag":
            return Flag(term, known)
        if self.kind == "text":
            return Word(term, known, frozenset(WORDS))
        low = End(term, known)
        high = low if each == 1 else End(t.column(f"x{first + 1}"), known)
        return Ordered(low, high, is_day=True) if self.kind == "day" else Ordered(low, high, PLACES, -MOST, MOST)

    def decided(self, found: Value, sql: Sql) -> list[tuple[Range, bool]]:
        """Return what the query says of each row, and whether it leaves the row to others."""
        vague = found.vague if isinstance(found, Word) else t.FALSE
        outputs = {"n": t.column("n"), "open": t.either(*sql.open, vague)}
        match found:
            case Flag(term=term) | Word(term=term):
                outputs["one"] = term
            case Ordered():
                outputs |= {"low": found.low.term, "high": found.high.term}
            case _:
                raise AssertionError(found)
        types = {"flag": pa.bool_(), "text": pa.string(), "day": pa.date32(), "number": pa.int64()}
        columns = {
            f"x{index}": pa.array([cells[index] for cells in self.cells], types[self.kind])
            for index in range(len(self.cells[0]))
        }
        query = sql.stages.over(t.selected([exp.Star()], "rows_"), outputs).sql("duckdb")
        BASE.register("rows_", pa.table({"n": range(ROWS), **columns}))
        got = BASE.execute(f"SELECT * FROM ({query}) ORDER BY n").fetchall()
        BASE.unregister("rows_")
        return [(_range(found, row[2:]), bool(row[1])) for row in got]


def _range(found: Value, told: tuple[Any, ...]) -> Range:
    match found:
        case Flag():
            return {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}[told[0]]
        case Word():
            return Words(found.options if told[0] is None else frozenset((told[0],)))
        case Ordered(is_day=True):
            return Dates(*told)
        case Ordered():
            assert all(end is None or found.least <= end <= found.most for end in told), (found, told)
            return Numbers(*(None if end is None else Decimal(end).scaleb(-found.places) for end in told))
        case _:
            raise AssertionError(found)


def held(kind: str, name: str, operations: dict[str, tuple[int, Operation]], shape: str) -> int:
    """Hold an operation against ranges, and return how many rows it said."""
    number, operation = operations[name]
    rows = Rows(kind, number, shape, f"{kind} {name} {shape}")
    sql = Sql(Stages("c"))
    said = 0
    for ranges, (found, is_open) in zip(rows.ranges, rows.decided(operation(sql, rows.values()), sql), strict=True):
        if not is_open:
            said += 1
            assert found == operation(RANGES, ranges), ranges
    return said


SHAPES = ("open pair", "point")
MORE_SHAPES = ("pair", "open point")


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(name: str) -> None:
    for shape in SHAPES:
        assert held("number", name, NUMBERS, shape) == ROWS


@pytest.mark.parametrize("name", DAYS)
def test_days(name: str) -> None:
    for shape in SHAPES:
        assert held("day", name, DAYS, shape) == ROWS


@pytest.mark.benchmarks
@pytest.mark.parametrize("shape", MORE_SHAPES)
def test_numbers_and_days_of_other_shapes(shape: str) -> None:
    for kind, operations in (("number", NUMBERS), ("day", DAYS)):
        for name in operations:
            assert held(kind, name, operations, shape) == ROWS


@pytest.mark.parametrize(("kind", "operations"), [("flag", FLAGS), ("text", TEXTS)])
def test_conditions_and_words(kind: str, operations: dict[str, tuple[int, Operation]]) -> None:
    for name in operations:
        for shape in ("open", "known"):
            assert held(kind, name, operations, shape) == ROWS


@pytest.mark.parametrize("name", LOOKED_UP)
def test_tables(name: str) -> None:
    for shape in ("open", "known"):
        assert held("text", name, LOOKED_UP, shape) == ROWS
