"""How what is said of a requirement becomes a line of Python: a reason, or at once the text that reasons are written as.

Both are made of the same: what the facts make of a requirement, as the lines hold it. The text is laid out as
``evaluator.decision`` writes a reason of that plan, with places for what the facts say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

import orjson

from dsl.core.ranges import Numbers, Range
from evaluator.compiled.source import PythonSource, Value
from evaluator.compiled.unboxed import TRUTHS
from evaluator.decision import Score, range_json, reason_json, required_json, score_json
from evaluator.reasons.expander import Bound, Reason, Required, short
from evaluator.reasons.plan import Plan

MOST_TEXTS = 4_096
"""How many figures are kept as they are written."""


class NotAtOnce(Exception):
    """Reasons cannot be written at once: what they are told from is known when they are told."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What is required, as far as it is known while this is written."""

    known: Required | None = None
    value: Value | None = None
    op: str = ""
    """The operator before the value."""
    variable: str | None = None
    """What holds the range that is required, or None."""


@dataclass(frozen=True, slots=True)
class Short:
    """How much is missing: of what is there, up to a value or to what a variable holds."""

    have: Value
    need: Value | str

    @property
    def unless(self) -> str | None:
        """The expression of whether nothing is missing, where that shows at one look."""
        have, need = self.have, self.need
        if isinstance(need, str):
            return None
        ends = ((have.low, have.has_low), (need.high, need.has_high or need.is_point))
        guards = [f"{name} is not None" for name, has in ends if not has]
        return " and ".join((*guards, f"{have.low} >= {need.high}"))


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a requirement: what holds that which the facts make of it."""

    outcome: str
    """The expression of the outcome."""
    observed: Value | None = None
    required: Needed = Needed()
    short_by: Short | None = None
    unit: str | None = None
    points: Value | None = None
    out_of: Decimal | None = None
    empty: str | None = None
    """What holds the metrics without points."""


class Teller(Protocol):
    """Writes reasons."""

    def reason(self, plan: Plan, told: Told, parts: str) -> str:
        """Return the variable that holds a reason with its parts."""

    def recorded(self, reasons: str) -> str:
        """Return the expression of reasons that are told from a record.

        Raises:
            NotAtOnce: none can be told so.
        """

    def together(self, reasons: Sequence[str]) -> str:
        """Return the expression of several reasons, one after the other; empty where there are none."""


class AsReasons:
    """Writes reasons as ``Reason``."""

    def __init__(self, source: PythonSource) -> None:
        self.source = source

    def reason(self, plan: Plan, told: Told, parts: str) -> str:
        """Return the variable that holds a reason with its parts."""
        keep, needed = self.source.keep, told.required
        if needed.value is not None:
            boxed = needed.value.boxed
            required = f"Bound({needed.op!r}, {boxed})" if needed.op else boxed
        else:
            required = needed.variable or (keep(needed.known) if needed.known is not None else "None")
        fields = (
            told.outcome, told.observed.boxed if told.observed is not None else "None", required, self._short(told.short_by),
            repr(told.unit), told.points.boxed if told.points is not None else "None",
            keep(told.out_of) if told.out_of is not None else "None",
        )  # fmt: skip
        made = f"{keep(plan)}, {', '.join(fields)}, f.day_told, None, (), None, {parts or '()'}, {told.empty or '()'}"
        return self.source.line(f"new(Reason, ({made}, False, (), ()))")

    def _short(self, missing: Short | None) -> str:
        if missing is None:
            return "None"
        need = missing.need if isinstance(missing.need, str) else missing.need.boxed
        found = f"short({missing.have.boxed}, {need})"
        return f"None if {missing.unless} else {found}" if missing.unless is not None else found

    def recorded(self, reasons: str) -> str:
        """Return the expression of reasons that are told from a record."""
        return f"*{reasons}"

    def together(self, reasons: Sequence[str]) -> str:
        """Return the expression of several reasons, one after the other."""
        return f"({', '.join(reasons)},)" if reasons else ""


class AsText:
    """Writes reasons as the JSON that they are told as, in full."""

    def __init__(self, source: PythonSource) -> None:
        self.source = source

    def reason(self, plan: Plan, told: Told, parts: str) -> str:
        """Return the variable that holds the text of a reason with its parts."""
        sample = Reason(
            plan, "met", _SOME if told.observed is not None else None, self._sample_of(told.required),
            _SOME if told.short_by is not None else None, told.unit, _SOME if told.points is not None else None, told.out_of,
            parts=(Reason(plan, "met"),) if parts else (), empty=("",) if told.empty else (),
        )  # fmt: skip
        values = dict(self._values(told))
        items = dict(self._items(told))
        pieces: list[str] = []
        for name, value in reason_json(sample, "full").items():
            begin = "," if pieces else "{"
            if name in items:
                pieces.append(f"f'{{{items[name]}}}'")
            elif name == "parts":
                pieces += [repr(f'{begin}"parts":['), parts, repr("]")]
            elif name in values:
                pieces += [repr(f'{begin}"{name}":'), f"f'{{{values[name]}}}'"]
            else:
                pieces.append(repr(f"{begin}{_text(name)}:{_text(value)}"))
        return self.source.line(" ".join((*pieces, repr("}"))))

    @staticmethod
    def _sample_of(needed: Needed) -> Required | None:
        return _SOME if needed.value is not None or needed.variable is not None else needed.known

    def _values(self, told: Told) -> Iterator[tuple[str, str]]:
        """Yield what has a place of its own, by its name, with the variable that holds its text."""
        line = self.source.line
        yield "outcome", line(f"WORDS[{told.outcome}]")
        if told.observed is not None:
            yield "observed", self._of(told.observed)
        if told.points is not None:
            yield "points", self._of(told.points)
        needed = told.required.value
        if needed is not None:
            is_plain = not told.required.op and needed.form == "numbers"
            boxed = f"Bound({told.required.op!r}, {needed.boxed})" if told.required.op else needed.boxed
            ends = f"figure_text({needed.low}, {needed.high})"
            yield "required", line(ends if is_plain else f"required_text({boxed})")

    def _items(self, told: Told) -> Iterator[tuple[str, str]]:
        """Yield what may be left out, by its name, with the variable that holds its text with the name or nothing."""
        line, missing = self.source.line, told.short_by
        if told.required.variable is not None:
            yield "required", line(f"needed_text({told.required.variable})")
        if missing is not None:
            have = f"{missing.have.low}, {missing.have.high}"
            if isinstance(missing.need, str):
                yield "short_by", line(f"short_of({have}, {missing.need})")
            else:
                found = f"short_text({have}, {missing.need.low}, {missing.need.high})"
                yield "short_by", line(f"'' if {missing.unless} else {found}")
        if told.empty is not None:
            yield "empty_metrics", line(f"empty_text({told.empty}) if {told.empty} else ''")

    def _of(self, value: Value) -> str:
        """Return the variable that holds the text of a value."""
        if value.known is not None:
            return self.source.line(repr(_text(range_json(value.known))))
        match value.form:
            case "numbers":
                ends = f"number_text({value.low}, {value.high})"
                if value.is_point:
                    return self.source.line(f"point_text({value.low})")
                return self.source.line(f"point_text({value.low}) if {value.low} is {value.high} else {ends}")
            case "flag":
                return self.source.line(f"FLAG_TEXTS[{value.low}]")
            case _:
                return self.source.line(f"range_text({value.boxed})")

    def recorded(self, reasons: str) -> str:
        """Raise: they are made when they are told.

        Raises:
            NotAtOnce: always.
        """
        raise NotAtOnce(reasons)

    def together(self, reasons: Sequence[str]) -> str:
        """Return the expression of several reasons, one after the other."""
        return " ',' ".join(f"f'{{{one}}}'" for one in reasons)


_SOME = Numbers(Decimal(0), Decimal(0))
"""Stands for what the facts say where a text is laid out."""


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()


# ---- called from compiled functions


@lru_cache(MOST_TEXTS)
def number_text(low: Decimal | None, high: Decimal | None) -> str:
    """Return the text of a number."""
    return _text(range_json(Numbers(low, high)))


@lru_cache(MOST_TEXTS)
def point_text(value: Decimal | None) -> str:
    """Return the text of a number both ends of which are one object."""
    return _text(range_json(Numbers(value, value)))


@lru_cache(MOST_TEXTS)
def figure_text(low: Decimal | None, high: Decimal | None) -> str:
    """Return the text of a number that is required."""
    return _text(required_json(Numbers(low, high)))


@lru_cache(MOST_TEXTS)
def short_text(have: Decimal | None, most: Decimal | None, need: Decimal | None, needed: Decimal | None) -> str:
    """Return the text of how much is missing, with its name; of both ends of what is there, and of what is required."""
    return _short_text(short(Numbers(have, most), Numbers(need, needed)))


def short_of(have: Decimal | None, most: Decimal | None, need: object) -> str:
    """Return the same of what is required in its box."""
    return _short_text(short(Numbers(have, most), need))


def _short_text(found: Numbers | None) -> str:
    return "" if found is None else f',"short_by":{_text(range_json(found))}'


def range_text(range_: Range) -> str:
    """Return the text of a range."""
    return _text(range_json(range_))


def required_text(required: Range | Bound) -> str:
    """Return the text of what is required."""
    return _text(required_json(required))


def needed_text(required: Range | None) -> str:
    """Return the text of what is required, with its name; nothing where that is not known."""
    return "" if required is None else f',"required":{required_text(required)}'


def empty_text(codes: Sequence[str]) -> str:
    """Return the text of the metrics without points, with its name."""
    return f',"empty_metrics":{_text(list(codes))}'


@lru_cache(MOST_TEXTS)
def score_text(
    low: Decimal | None, high: Decimal | None, out_of: Decimal, mark: Decimal | None, most: Decimal | None
) -> str:
    """Return the text of a score."""
    return _text(score_json(Score(Numbers(low, high), out_of, Numbers(mark, most))))


CALLED: Mapping[str, Any] = {
    "WORDS": {word: _text(word) for word in ("met", "partly_met", "unmet", "undetermined")},
    "FLAG_TEXTS": {flag: _text(range_json(truth)) for flag, truth in TRUTHS.items()},
    "empty_text": empty_text,
    "figure_text": figure_text,
    "needed_text": needed_text,
    "number_text": number_text,
    "point_text": point_text,
    "range_text": range_text,
    "required_text": required_text,
    "score_text": score_text,
    "short_of": short_of,
    "short_text": short_text,
}
"""What compiled functions call of these."""
