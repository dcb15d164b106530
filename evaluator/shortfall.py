"""On which day of a window least was missing: how far conditions are from being met, in fractions over what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from dsl.core.ops.shortfall import missing
from dsl.core.ranges import ZERO, Numbers, Truth
from evaluator.explanation import Explanation


def nearest(looked: Iterable[Explanation]) -> Explanation | None:
    """Return the day of a window on which least was missing; of several such days the first that is given."""
    known: dict[int, Fraction] = {}

    def of(found: Explanation) -> Fraction:
        """What is shared is asked once."""
        if id(found) not in known:
            known[id(found)] = missing(_FRACTIONS, found, of)
        return known[id(found)]

    return min(looked, key=of, default=None)


class _Fractions:
    """Reckons in fractions, over what was decided."""

    def is_met(self, found: Explanation) -> bool:
        return found.range is Truth.TRUE

    def none(self) -> Fraction:
        return Fraction(0)

    def whole(self, found: Explanation) -> Fraction:
        return _WHOLE if found.range is Truth.FALSE else _HALF

    def added(self, parts: Sequence[Fraction]) -> Fraction:
        return sum(parts, Fraction(0))

    def fewest(self, parts: Sequence[Fraction], number: int) -> Fraction:
        return sum(sorted(parts)[:number], Fraction(0))

    def share(self, have: Explanation, need: Explanation, otherwise: Fraction) -> Fraction:
        some, all_of = have.range, need.range
        if not isinstance(some, Numbers) or not isinstance(all_of, Numbers) or some.high is None or all_of.low is None:
            return otherwise
        if all_of.low <= 0 or some.high >= all_of.low:
            return otherwise
        return _WHOLE - Fraction(max(some.high, ZERO)) / Fraction(all_of.low)

    def of_score(self, found: Explanation, share: Fraction) -> Fraction:
        return max(share + len(found.chosen), Fraction(0) if found.range is Truth.FALSE else _HALF)

    def through(self, _: Explanation, of_part: Fraction) -> Fraction:
        return of_part

    def unless_met(self, _: Explanation, missing: Fraction) -> Fraction:
        return missing


_WHOLE = Fraction(1)
_HALF = Fraction(1, 2)
_FRACTIONS = _Fractions()
