"""Operations on ranges against all values of small ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, strategies as st

from dsl.core import COUNT, FLAG, Duration, RoundTo, Type, ranges
from dsl.core.ranges import NEVER, Dates, Numbers, Span, Truth, Words, exactly, hull, is_settled

SMALL = st.integers(-4, 4)
MODES = st.sampled_from([RoundTo("down"), RoundTo("up"), RoundTo("half up"), RoundTo("half up", Decimal("0.5"))])


@st.composite
def numbers(draw: st.DrawFn, least: int = -4) -> Numbers:
    low, high = sorted(draw(st.tuples(st.integers(least, 4), st.integers(least, 4))))
    ends = draw(st.sampled_from([(True, True), (True, True), (False, True), (True, False), (False, False)]))
    return Numbers(Decimal(low) if ends[0] else None, Decimal(high) if ends[1] else None)


def members(range_: Numbers, least: int = -9) -> Iterator[Decimal]:
    """Yield whole members; open ends go a little further."""
    low = int(range_.low) if range_.low is not None else least
    high = int(range_.high) if range_.high is not None else 9
    return (Decimal(value) for value in range(low, high + 1))


def holds(range_: Numbers, value: Decimal) -> bool:
    return (range_.low is None or range_.low <= value) and (range_.high is None or value <= range_.high)


def is_closed(*of: Numbers) -> bool:
    return all(n.low is not None and n.high is not None for n in of)


OPERATIONS: dict[str, tuple[Callable[[Numbers, Numbers], Numbers], Callable[[Decimal, Decimal], Decimal]]] = {
    "add": (ranges.add, lambda a, b: a + b),
    "subtract": (ranges.subtract, lambda a, b: a - b),
    "multiply": (ranges.multiply, lambda a, b: a * b),
    "smallest": (lambda a, b: ranges.smallest((a, b)), min),
    "largest": (lambda a, b: ranges.largest((a, b)), max),
}


@pytest.mark.parametrize("name", OPERATIONS)
@given(a=numbers(), b=numbers())
def test_an_operation_holds_all_results_and_closed_ranges_hold_no_more(name: str, a: Numbers, b: Numbers) -> None:
    on_ranges, on_values = OPERATIONS[name]

    result = on_ranges(a, b)

    results = [on_values(x, y) for x, y in product(members(a), members(b))]
    assert all(holds(result, value) for value in results)
    if is_closed(a, b):
        assert (result.low, result.high) == (min(results), max(results))


@pytest.mark.parametrize("op", [">=", "<=", ">", "<", "=", "!="])
@given(a=numbers(), b=numbers())
def test_a_comparison_is_known_where_all_pairs_agree(op: ranges.CompareOp, a: Numbers, b: Numbers) -> None:
    plain = {
        ">=": Decimal.__ge__, "<=": Decimal.__le__, ">": Decimal.__gt__, "<": Decimal.__lt__, "=": Decimal.__eq__, "!=": Decimal.__ne__,
    }[op]  # fmt: skip

    result = ranges.compare(op, a, b)

    found = {plain(x, y) for x, y in product(members(a), members(b))}
    if result is not Truth.UNKNOWN:
        assert found == {result is Truth.TRUE}
    elif is_closed(a, b):
        assert found == {True, False}


@given(above=numbers(), below=numbers(least=-1), to=MODES, growth=st.booleans())
def test_a_ratio_holds_all_results(above: Numbers, below: Numbers, to: RoundTo, growth: bool) -> None:
    result = ranges.ratio(above, below, Decimal(100), to, growth=growth)

    for a, b in product(members(above), members(below)):
        if b > 0:
            exact = ranges.round_ratio((a - b if growth else a) * 100, b, to)
            assert holds(result, exact)
    if is_closed(above, below) and below.low is not None and below.low > 0:
        assert is_closed(result)


@given(value=numbers(), size=numbers(least=-1))
def test_whole_units_hold_all_results(value: Numbers, size: Numbers) -> None:
    result = ranges.whole_units(value, size)

    for v, s in product(members(value), members(size)):
        if s > 0:
            assert holds(result, max(Decimal(0), Decimal(int(v) // int(s))))


@given(value=numbers(), most=numbers(least=0), target=numbers(least=-1), to=MODES)
def test_a_proportion_holds_all_results_and_stays_between_zero_and_the_most(
    value: Numbers, most: Numbers, target: Numbers, to: RoundTo
) -> None:
    result = ranges.prorate(value, most, target, to)

    assert result.low is not None
    assert result.low >= 0
    for v, m, t in product(members(value), members(most, 0), members(target)):
        if t > 0:
            full = m if v >= t else min(ranges.round_ratio(v * m, t, to), m)
            assert holds(result, Decimal(0) if v <= 0 else full)


@given(numerator=st.integers(-50, 50), denominator=st.integers(-7, 7).filter(bool), to=MODES)
def test_a_quotient_is_rounded_once_and_as_written(numerator: int, denominator: int, to: RoundTo) -> None:
    result = ranges.round_ratio(Decimal(numerator), Decimal(denominator), to)

    steps = result / to.step
    assert steps == int(steps)
    # Compared without a division: the error times the denominator, in steps.
    error = (result * denominator - numerator) * (1 if denominator > 0 else -1)
    width = to.step * abs(denominator)
    if to.mode == "down":
        assert -width < error <= 0
    elif to.mode == "up":
        assert 0 <= error < width
    else:
        assert 2 * abs(error) <= width
        if 2 * abs(error) == width:
            assert (error > 0) == (numerator * denominator > 0)


@given(st.lists(st.sampled_from(Truth), max_size=5), st.integers(0, 5))
def test_logic_agrees_with_every_completion(parts: list[Truth], least: int) -> None:
    options = [(True, False) if part is Truth.UNKNOWN else (part is Truth.TRUE,) for part in parts]
    every = list(product(*options))

    for found, plain in (
        (ranges.all_of(parts), all),
        (ranges.any_of(parts), any),
        (ranges.at_least(least, parts), lambda case: sum(case) >= least),
    ):
        results = {plain(case) for case in every}
        assert found is (ranges.truth(results.pop()) if len(results) == 1 else Truth.UNKNOWN)


def test_long_decimals_lose_no_digit() -> None:
    digits = 123456789012345678123456
    long = Numbers(Decimal(digits).scaleb(-6), Decimal(digits).scaleb(-6))
    last = Decimal("0.000000000001")

    total = ranges.add(ranges.multiply(long, long), Numbers(last, last))

    assert total.exact is not None
    assert str(total.exact).replace(".", "") == str(digits**2 + 1)
    assert str(ranges.negate(total).exact) == f"-{total.exact}"


def test_true_is_not_one() -> None:
    assert exactly(True) is Truth.TRUE
    assert exactly(Decimal(1)) == Numbers(Decimal(1), Decimal(1))
    with pytest.raises(TypeError, match="two kinds"):
        ranges.compare("=", exactly(True), exactly(Decimal(1)))


def test_words_are_equal_only_where_one_is_left_on_both_sides() -> None:
    some, one = Words(frozenset("ab")), Words(frozenset("a"))

    assert ranges.compare("=", one, one) is Truth.TRUE
    assert ranges.compare("=", some, some) is Truth.UNKNOWN
    assert ranges.compare("=", one, Words(frozenset("b"))) is Truth.FALSE
    assert ranges.compare("=", one, Words()) is Truth.UNKNOWN


def test_two_durations_make_an_unknown_one() -> None:
    day = Span(Duration(days=1))

    assert hull([day, day]) == day
    assert hull([day, Span(Duration(days=2))]) == Span()
    assert not is_settled(ranges.everything(Type(kind="duration")))


def test_what_is_reckoned_is_not_bound_by_what_may_be_told() -> None:
    assert ranges.everything(COUNT) == Numbers(Decimal(0), None)
    assert ranges.unbounded(COUNT) == Numbers()
    assert ranges.unbounded(FLAG) is Truth.UNKNOWN


def test_days_up_to_the_ends_of_the_calendar_are_unbounded() -> None:
    day = date(2023, 6, 30)

    assert Dates(date.min, day) == Dates(None, day)
    assert Dates(day, NEVER) == Dates(day, None)
    assert Dates(date.min, NEVER) == Dates()
    assert Dates(NEVER, NEVER).exact == NEVER
