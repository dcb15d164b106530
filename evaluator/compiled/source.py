"""An algebra that writes what Ranges would do: lines of Python over values without their boxes.

What is known while it writes is reckoned there and then by Ranges. A line has a short way for known values; of what is
not known, Ranges is asked, so that nothing has a second meaning here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import CodeType, MappingProxyType
from typing import Any, Literal

from dsl import core as c
from dsl.core.algebra import RANGES, Later
from dsl.core.ranges import (
    EXACT,
    WHOLE,
    ZERO,
    CompareOp,
    Dates,
    Numbers,
    Range,
    Span,
    Truth,
    Words,
    compare,
    hull,
    round_ratio,
    share,
)
from evaluator.compiled import unboxed
from evaluator.compiled.unboxed import Form, form_of
from evaluator.deciding import beside_of, with_rank, without_points
from evaluator.explanation import Explanation
from evaluator.reasons.expander import OUTCOMES, Bound, Reason, points_outcome, short, units_for

_ZERO = Numbers(Decimal(0), Decimal(0))
_SPACE: dict[str, Any] = {
    "RANGES": RANGES,
    "NONE": unboxed.NONE,
    "TRUTHS": unboxed.TRUTHS,
    "Numbers": Numbers,
    "Dates": Dates,
    "Words": Words,
    "Decimal": Decimal,
    "add": EXACT.add,
    "subtract": EXACT.subtract,
    "multiply": EXACT.multiply,
    "round_ratio": round_ratio,
    "whole": WHOLE.divide_int,
    "ZERO": ZERO,
    "share": share,
    "compare": compare,
    "hull": hull,
    "new": tuple.__new__,
    "Explanation": Explanation,
    "beside_of": beside_of,
    "with_rank": with_rank,
    "without_points": without_points,
    "Reason": Reason,
    "Bound": Bound,
    "MET": {unboxed.flag_of(truth): outcome for truth, outcome in OUTCOMES.items()},
    "points_outcome": points_outcome,
    "short": short,
    "units_for": units_for,
    "ONE": Decimal(1),
    **{name: getattr(unboxed, name) for name in unboxed.CALLED},
}
"""What every compiled function may name."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a line gave: the variables that hold it, and what is known of it already."""

    form: Form
    low: str
    """The variable; of two ends, the one of the lower."""
    high: str = ""
    has_low: bool = False
    """Whether the lower end is never None; of a flag, whether it is known."""
    has_high: bool = False
    known: Range | None = None
    """What it is, where that does not hang on the partner."""

    @property
    def is_point(self) -> bool:
        """Whether it is one value, whatever is told."""
        return self.has_low and self.low == self.high

    @property
    def is_settled(self) -> str:
        """The expression of whether only one value is left."""
        match self.form:
            case "flag":
                return "True" if self.has_low else f"{self.low} is not None"
            case "numbers" | "dates":
                return " and ".join((*_is_one(self), "True"))
            case "words":
                return f"{self.low} is not None and len({self.low}) == 1"
            case "span":
                return f"{self.low}.duration is not None"

    @property
    def boxed(self) -> str:
        """The expression that puts it into its box."""
        match self.form:
            case "flag":
                return f"TRUTHS[{self.low}]"
            case "numbers":
                return f"Numbers({self.low}, {self.high})"
            case "dates":
                return f"Dates({self.low}, {self.high})"
            case "words":
                return f"Words({self.low})"
            case "span":
                return self.low

    @property
    def result(self) -> str:
        """The expression that a function returns it as."""
        return f"({self.low}, {self.high})" if self.form in ("numbers", "dates") else self.low


class PythonSource:
    """Every value is held by variables; what these are stands in the lines so far."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}
        """What the lines read of the policies: figures and nodes."""
        self.depth = 0
        """How many blocks are open."""
        self.scopes: list[dict[object, Any]] = [{}]
        """What was written, by what it is of: in a block that is open, or before it."""
        self._counted = 0
        self._kept: dict[int, str] = {}

    # ---- lines

    def write(self, text: str) -> None:
        """Write a line into the block that is open."""
        self.lines.append(f"{'    ' * self.depth}{text}")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write a head, and what follows inside of it."""
        self.write(head)
        self.depth += 1
        self.scopes.append({})
        yield
        self.scopes.pop()
        self.depth -= 1

    def found(self, of: object) -> Any:
        """Return what was written of something, where it still stands; None where it has to be written."""
        return next((scope[of] for scope in reversed(self.scopes) if of in scope), None)

    def variable(self) -> str:
        """Return a name that is free."""
        self._counted += 1
        return f"v{self._counted}"

    def keep(self, value: Any) -> str:
        """Return a name for a value of the policies."""
        if id(value) not in self._kept:
            self._kept[id(value)] = f"k{len(self.names)}"
            self.names[self._kept[id(value)]] = value
        return self._kept[id(value)]

    def line(self, expression: str) -> str:
        """Write a line, and return the variable that holds what it gives."""
        name = self.variable()
        self.write(f"{name} = {expression}")
        return name

    def flag(self, expression: str, *, known: bool = False) -> Value:
        """Write a line that gives a condition."""
        return Value("flag", self.line(expression), has_low=known)

    def ends(self, form: Form, expression: str, *, has_low: bool = False, has_high: bool = False) -> Value:
        """Write a line that gives two ends."""
        low, high = self.variable(), self.variable()
        self.write(f"{low}, {high} = {expression}")
        return Value(form, low, high, has_low, has_high)

    def given(self, type_: c.Type, expression: str, *, as_told: bool = False) -> Value:
        """Write a line that gives a value without its box, of a type; ``as_told``: within the bounds of the type."""
        match form_of(type_):
            case "flag":
                return self.flag(expression)
            case "numbers" | "dates" as form:
                bounds = (type_.low, type_.high) if as_told else (None, None)
                return self.ends(form, expression, has_low=bounds[0] is not None, has_high=bounds[1] is not None)
            case "words" | "span" as form:
                return Value(form, self.line(expression))

    def known(self, range_: Range) -> Value:
        """Keep what is known."""
        match range_:
            case Truth():
                return Value("flag", repr(unboxed.flag_of(range_)), has_low=range_ is not Truth.UNKNOWN, known=range_)
            case Numbers() | Dates():
                form: Form = "numbers" if isinstance(range_, Numbers) else "dates"
                low = "None" if range_.low is None else self.keep(range_.low)
                is_one = range_.exact is not None
                high = low if is_one else "None" if range_.high is None else self.keep(range_.high)
                return Value(form, low, high, range_.low is not None, range_.high is not None, range_)
            case Words():
                return Value("words", "None" if range_.options is None else self.keep(range_.options), known=range_)
            case Span():
                return Value("span", self.keep(range_), known=range_)

    # ---- the algebra

    def constant(self, value: Decimal | date | str | bool | c.Duration) -> Value:
        """Keep a known value."""
        return self.known(RANGES.constant(value))

    def unknown(self, type_: c.Type) -> Value:
        """Keep what an unknown value can be."""
        return self.known(RANGES.unknown(type_))

    def all_of(self, parts: Sequence[Value]) -> Value:
        """Write that all hold."""
        if any(part.known is Truth.FALSE for part in parts):
            return self.known(Truth.FALSE)
        names = list(dict.fromkeys(part.low for part in parts if part.known is not Truth.TRUE))
        if not names:
            return self.known(Truth.TRUE)
        every = " and ".join(names)
        if all(part.has_low for part in parts):
            return self.flag(every, known=True)
        if len(names) == 1:
            return next(part for part in parts if part.low == names[0])
        return self.flag(f"True if {every} else False if {_any(names, 'is False')} else None")

    def at_least(self, least: int, parts: Sequence[Value]) -> Value:
        """Write that so many hold."""
        if all(part.known is not None for part in parts):
            return self.known(RANGES.at_least(least, [part.known for part in parts if part.known is not None]))
        names = [part.low for part in parts]
        if least != 1:
            return self.flag(f"at_least({least}, {_tuple(names)})")
        if all(part.has_low for part in parts):
            return self.flag(" or ".join(names), known=True)
        return self.flag(f"True if {' or '.join(names)} else None if {_any(names, 'is None')} else False")

    def opposite(self, part: Value) -> Value:
        """Write that it does not hold."""
        if part.known is not None:
            return self.known(RANGES.opposite(part.known))
        if part.has_low:
            return self.flag(f"not {part.low}", known=True)
        return self.flag(f"None if {part.low} is None else not {part.low}")

    def how_many(self, parts: Sequence[Value]) -> Value:
        """Write how many hold."""
        return self.ends("numbers", f"how_many({_tuple([part.low for part in parts])})", has_low=True, has_high=True)

    def compare(self, op: CompareOp, left: Value, right: Value) -> Value:
        """Write a comparison."""
        if left.known is not None and right.known is not None:
            return self.known(RANGES.compare(op, left.known, right.known))
        if op == "!=":
            return self.opposite(self.compare("=", left, right))
        if op in ("<=", "<"):
            return self.compare(">=" if op == "<=" else ">", right, left)
        if left.form == "words":
            return self.flag(f"same_words({left.low}, {right.low})")
        if left.form not in ("numbers", "dates"):
            return self.flag(f"flag_of(compare({op!r}, {left.boxed}, {right.boxed}))")
        if left.is_point and right.is_point:
            return self.flag(f"{left.low} {'==' if op == '=' else op} {right.low}", known=True)
        over = f"{left.low} {'>=' if op == '>=' else '>'} {right.high}"
        under = f"{left.high} {'<=' if op == '>' else '<'} {right.low}"
        over = _guarded(over, _ends(left)[0], _ends(right)[1])
        under = _guarded(under, _ends(left)[1], _ends(right)[0])
        if op != "=":
            return self.flag(f"True if {over} else False if {under} else None")
        one = _guarded(f"{left.low} == {left.high} == {right.low} == {right.high}", *_ends(left), *_ends(right))
        return self.flag(f"True if {one} else False if {under} or {over} else None")

    def add(self, left: Value, right: Value) -> Value:
        """Write a sum."""
        return self._sum("add({}, {})", left, right, right.low, right.high)

    def subtract(self, left: Value, right: Value) -> Value:
        """Write a difference."""
        return self._sum("add({}, {}.copy_negate())", left, right, right.high, right.low)

    def _sum(self, form: str, left: Value, right: Value, for_low: str, for_high: str) -> Value:
        if left.known is not None and right.known is not None:
            sum_ = RANGES.add if form == "add({}, {})" else RANGES.subtract
            return self.known(sum_(left.known, right.known))
        if left.known == _ZERO and form == "add({}, {})":
            return right
        has = dict((*_ends(left), *_ends(right)))
        lows, highs = ({name: has[name] for name in pair} for pair in ((left.low, for_low), (left.high, for_high)))
        low = self.line(_unless_none(form.format(left.low, for_low), lows))
        if left.is_point and right.is_point:
            return Value("numbers", low, low, True, True)
        points = [f"{one.low} is {one.high}" for one in (left, right) if one.low != one.high]
        high = self.line(
            f"{low} if {' and '.join(points)} else {_unless_none(form.format(left.high, for_high), highs)}"
        )
        return Value("numbers", low, high, all(lows.values()), all(highs.values()))

    def multiply(self, left: Value, right: Value) -> Value:
        """Write a product."""
        return self._of_points((left, right), f"multiply({left.low}, {right.low})", "multiply")

    def smallest(self, parts: Sequence[Value]) -> Value:
        """Write the smallest."""
        short = f"min({', '.join(part.low for part in parts)})" if len(parts) > 1 else parts[0].low
        found = self._of_points(parts, short, "smallest", several=True)
        has_low, has_high = all(part.has_low for part in parts), any(part.has_high for part in parts)
        return replace(found, has_low=has_low, has_high=has_high)

    def ranked(self, parts: Sequence[Value], position: int) -> Value:
        """Write the one at a position."""
        short = f"pick({_tuple([part.low for part in parts])}, {position})"
        return self._of_points(parts, short, "ranked", f", {position}", several=True)

    def whole_units(self, value: Value, size: Value) -> Value:
        """Write how many whole units there are."""
        short = f"whole({value.low}, {size.low}) if {value.low} > 0 else ZERO"
        found = self._of_points((value, size), short, "whole_units", above_zero=size)
        return replace(found, has_low=True)

    def rounded(self, value: Value, to: c.RoundTo) -> Value:
        """Write a rounding."""
        kept = self.keep(to)
        return self._of_points((value,), f"round_ratio({value.low}, ONE, {kept})", "rounded", f", {kept}")

    def ratio(self, above: Value, below: Value, scale: Decimal, to: c.RoundTo, *, growth: bool) -> Value:
        """Write a quotient."""
        by, kept = self.keep(scale), self.keep(to)
        part = f"subtract({above.low}, {below.low})" if growth else above.low
        short = f"round_ratio(multiply({part}, {by}), {below.low}, {kept})"
        more = f", {by}, {kept}, growth={growth}"
        return self._of_points((above, below), short, "ratio", more, above_zero=below)

    def share(self, value: Value, most: Value, target: Value, to: c.RoundTo) -> Value:
        """Write a share of the most points."""
        kept = self.keep(to)
        short = f"share({value.low}, {most.low}, {target.low}, {kept})"
        found = self._of_points((value, most, target), short, "share", f", {kept}", above_zero=target)
        return replace(found, has_low=True)

    def shift(self, day: Value, by: c.Duration, *, back: bool) -> Value:
        """Write a date moved."""
        kept = self.keep(by)
        short = f"moved({day.low}, {kept}, {back})"
        return self._of_points((day,), short, "shift", f", {kept}, back={back}")

    def edge(self, day: Value, which: Literal["start", "end"], months: int = 1) -> Value:
        """Write the edge of a month, quarter or year."""
        return self._of_points((day,), f"edge({day.low}, {which!r}, {months})", "edge", f", {which!r}, {months}")

    def first(self, branches: Sequence[tuple[Later[Value] | None, Later[Value]]]) -> Value:
        """Write a first match: what stands behind the branch that is taken is not looked at."""
        return _First(self, branches).written()

    def row(self, key: Value, rows: Sequence[c.TableRow], value: Callable[[c.TableRow], Value], type_: c.Type) -> Value:
        """Write a look into a table; every cell is reckoned, as none can fail."""
        cells = {row.key: value(row) for row in rows}
        known = {name: cell.known for name, cell in cells.items() if cell.known is not None}
        if len(known) == len(cells):
            return self.given(type_, f"{self.keep(unboxed.Table(rows, known, type_))}.of({key.low})")
        told = ", ".join(f"{name!r}: {cell.boxed}" for name, cell in cells.items())
        found = f"RANGES.row({key.boxed}, {self.keep(rows)}, lambda row: {{{told}}}[row.key], {self.keep(type_)})"
        return self.given(type_, f"unboxed({found})")

    def of_ranked(self, values: Sequence[Value], conditions: Sequence[Value], position: int) -> Value:
        """Write the condition of the one at a position."""
        boxed = _tuple([value.boxed for value in values]), _tuple([one.boxed for one in conditions])
        return self.flag(f"flag_of(RANGES.of_ranked({boxed[0]}, {boxed[1]}, {position}))")

    def _of_points(
        self,
        parts: Sequence[Value],
        short: str,
        op: str,
        more: str = "",
        *,
        several: bool = False,
        above_zero: Value | None = None,
    ) -> Value:
        """Write an operation: the short way where its parts are known values, else what Ranges makes of them.

        Args:
            parts: its parts, each with two ends.
            short: what it is of known values, read off their lower ends.
            op: what it is called in the algebra.
            more: what it is given beside the parts.
            several: whether it takes the parts as one list.
            above_zero: a part that must be above zero for the short way.
        """
        form = parts[0].form
        checks = list(dict.fromkeys(check for part in parts for check in _is_one(part)))
        if above_zero is not None and not _is_above_zero(above_zero):
            checks.append(f"{above_zero.low} > 0")
        if not checks:
            low = self.line(short)
            return Value(form, low, low, True, True)
        low, high = self.variable(), self.variable()
        boxed = _tuple([part.boxed for part in parts]) if several else ", ".join(part.boxed for part in parts)
        with self.block(f"if {' and '.join(checks)}:"):
            self.write(f"{low} = {high} = {short}")
        with self.block("else:"):
            self.write(f"{low}, {high} = ends_of(RANGES.{op}({boxed}{more}))")
        return Value(form, low, high)


class _First:
    """A first match as it is written: each branch in a block that is passed over once one was surely taken."""

    def __init__(self, source: PythonSource, branches: Sequence[tuple[Later[Value] | None, Later[Value]]]) -> None:
        self.source = source
        self.branches = branches
        self.low, self.high, self.open, self.some = (source.variable() for _ in range(4))
        self.form: Form | None = None

    def written(self) -> Value:
        """Write all branches, and return what holds the value."""
        source = self.source
        source.write(f"{self.open} = True")
        source.write(f"{self.some} = False")
        for index, (when, value) in enumerate(self.branches):
            if index == 0:
                self._branch(when, value)
            else:
                with source.block(f"if {self.open}:"):
                    self._branch(when, value)
        if self.form is None:
            raise AssertionError("a first match has a branch that can be taken")
        return Value(self.form, self.low, self.high if self.form in ("numbers", "dates") else "")

    def _branch(self, when: Later[Value] | None, value: Later[Value]) -> None:
        source = self.source
        test = when() if when is not None else source.known(Truth.TRUE)
        if test.known is Truth.FALSE:
            with source.block("if False:"):
                source.write(value().low)  # written all the same, as a part of the whole
        elif test.known is Truth.TRUE:
            self._take(value())
            source.write(f"{self.open} = False")
        else:
            with source.block(f"if {test.low} is not False:"):
                self._take(value())
                source.write(f"{self.open} = {test.low} is None")

    def _take(self, value: Value) -> None:
        write, is_first = self.source.write, self.form is None
        self.form = value.form
        two = value.form in ("numbers", "dates")
        taken = f"{self.low}, {self.high} = {value.low}, {value.high}" if two else f"{self.low} = {value.low}"
        if is_first:
            write(taken)
        else:
            with self.source.block(f"if {self.some}:"):
                write(self._around(value))
            with self.source.block("else:"):
                write(taken)
        write(f"{self.some} = True")

    def _around(self, value: Value) -> str:
        match value.form:
            case "flag":
                return f"{self.low} = {self.low} if {self.low} is {value.low} else None"
            case "numbers":
                ends = f"least({self.low}, {value.low}), most({self.high}, {value.high})"
                return f"{self.low}, {self.high} = {ends}"
            case "dates":
                ends = f"days_around({self.low}, {self.high}, {value.low}, {value.high})"
                return f"{self.low}, {self.high} = {ends}"
            case "words":
                return f"{self.low} = words_around({self.low}, {value.low})"
            case "span":
                return f"{self.low} = hull(({self.low}, {value.low}))"


def compiled(
    source: PythonSource,
    result: str,
    head: Sequence[str],
    name: str,
    takes: Sequence[str],
    more: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Callable[..., Any], str]:
    """Return the function that runs the lines of a source, and its text.

    Args:
        source: the lines, and what they name.
        result: what it returns.
        head: comments that stand above it.
        name: the place it is told by in tracebacks.
        takes: what it is called with.
        more: what it may name beside what all functions do.
    """
    body = "\n    ".join((*source.lines, f"return {result}"))
    text = f"def decide({', '.join(takes)}):\n    {body}\n"
    space = {**_SPACE, **more, **source.names}
    exec(_code(text, name), space)
    kept = [f"# {one} = {_in_words(value)}" for one, value in source.names.items()]
    return space["decide"], "\n".join((*(f"# {line}" for line in head), *kept, text))


def _in_words(value: Any) -> str:
    if isinstance(value, Explanation):
        return f"{value.range} of {_in_words(value.node)}"
    return f"{type(value).__name__} of {value.origin.place}" if isinstance(value, c.Node) else repr(value)


@lru_cache(maxsize=1024)
def _code(text: str, name: str) -> CodeType:
    """Return code for a text: what rules of one shape have in common is compiled once."""
    return compile(text, name, "exec")


def _tuple(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _any(names: Sequence[str], is_so: str) -> str:
    return " or ".join(f"{name} {is_so}" for name in names)


def _ends(value: Value) -> tuple[tuple[str, bool], ...]:
    """Return the variables of both ends, and whether they are never None."""
    return (value.low, value.has_low), (value.high, value.has_high or value.is_point)


def _guarded(expression: str, *ends: tuple[str, bool]) -> str:
    """Write an expression that is asked only where the ends in it are there."""
    guards = [f"{name} is not None" for name, has in dict(ends).items() if not has]
    return " and ".join((*guards, expression))


def _unless_none(expression: str, ends: Mapping[str, bool]) -> str:
    missing = [f"{name} is None" for name, has in ends.items() if not has]
    return f"None if {' or '.join(missing)} else {expression}" if missing else expression


def _is_one(value: Value) -> tuple[str, ...]:
    """Return what is asked to see that a value is known."""
    if value.is_point:
        return ()
    there = () if value.has_low else (f"{value.low} is not None",)
    return f"{value.low} is {value.high}", *there


def _is_above_zero(value: Value) -> bool:
    return isinstance(value.known, Numbers) and value.known.low is not None and value.known.low > 0
