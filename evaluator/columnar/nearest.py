"""How far a condition is from being met, as a column: by which day of a window it is told that it was missed.

Shares of figures are fractions of the marks that they are held against. Where these are known they have one denominator,
and all is reckoned in whole numbers; where a mark is told by the partner it is not said which day is nearer.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import TYPE_CHECKING

from sqlglot import exp

from dsl import core as c
from dsl.core.ops.shortfall import missing
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import Ordered, Sql, flag_of
from evaluator.columnar.terms import NULL, Term

if TYPE_CHECKING:
    from evaluator.columnar.written import Written

MOST = 10**15
"""The largest denominator."""


def denominator_of(sql: Sql, tops: Sequence[Written]) -> int:
    """Return what all shares of some conditions are whole numbers of; more than ``MOST`` where that is too much."""
    columns = Columns(sql, 2)
    for top in tops:
        columns.of(top)
    return lcm(2, *columns.marks)


class Columns:
    """Reckons in whole numbers of a denominator; NULL is not said."""

    def __init__(self, sql: Sql, denominator: int) -> None:
        """Take what keeps columns, and what one whole is."""
        self.marks: set[int] = set()
        """The denominators that were met."""
        self._sql = sql
        self._one = denominator
        self._known: dict[int, tuple[Written, Term]] = {}

    def of(self, found: Written) -> Term:
        """Return what is missing of a condition; what is shared is reckoned once."""
        if id(found) not in self._known:
            self._known[id(found)] = (found, self._sql.keep(missing(self, found, self.of)))
        return self._known[id(found)][1]

    def is_met(self, found: Written) -> bool:
        """Whether it holds for everybody."""
        return t.is_true(flag_of(found.value).term)

    def none(self) -> Term:
        """Nothing."""
        return t.number(0)

    def whole(self, found: Written) -> Term:
        """One, or a half where it is open."""
        term = flag_of(found.value).term
        return t.chosen([(t.untold(term), t.number(self._one // 2))], t.number(self._one))

    def added(self, parts: Sequence[Term]) -> Term:
        """The sum."""
        return t.added(parts) if parts else t.number(0)

    def fewest(self, parts: Sequence[Term], number: int) -> Term:
        """The sum of the smallest: of one or of all."""
        if number == len(parts):
            return self.added(parts)
        if number != 1:
            return NULL
        least = parts[0]
        for part in parts[1:]:
            least = self._sql.keep(t.chosen([(t.compared(exp.LTE, least, part), least)], part))
        return t.chosen([(t.either(*map(t.untold, parts)), NULL)], least)

    def share(self, have: Written, need: Written, otherwise: Term) -> Term:
        """The share of a figure that is missing."""
        some, all_of = have.value, need.value
        if not isinstance(some, Ordered) or not isinstance(all_of, Ordered) or some.is_day:
            return otherwise
        if t.is_null(all_of.low.term):
            return otherwise
        mark = _known(need)
        if mark is None:
            return NULL
        of_all = isinstance(all_of.low.exact, int)
        if mark <= 0:
            return otherwise if of_all else NULL
        places = max(some.places, all_of.places)
        whole = mark * 10 ** (places - all_of.places)
        self.marks.add(whole)
        high = self._sql.scaled(some, places).high.term
        if self._one % whole or t.is_null(high):
            return otherwise if t.is_null(high) else NULL
        left = exp.Sub(this=t.number(whole), expression=t.closed(high))
        part = exp.Mul(this=exp.Paren(this=left), expression=t.number(self._one // whole))
        found = t.chosen(
            [
                (t.either(t.untold(high), t.surely(t.at_least(high, t.number(whole)))), otherwise),
                (t.compared(exp.LTE, high, t.number(0)), t.number(self._one)),
            ],
            part,
        )
        if of_all:
            return found
        # One that is told is another denominator.
        return t.chosen([(t.surely(t.equal(all_of.low.term, t.number(mark))), found)])

    def of_score(self, found: Written, share: Term) -> Term:
        """What is missing of a score; which metrics keep one from passing that reaches its mark is not said."""
        value, mark = found.the("value").value, found.the("mark").value
        is_below = t.surely(flag_of(self._sql.compare("<", value, mark)).term)
        term = flag_of(found.value).term
        half = t.number(self._one // 2)
        at_least_half = t.chosen([(t.untold(share), NULL), (t.at_least(half, share), half)], share)
        return t.chosen([(t.untold(term), at_least_half), (is_below, share)])

    def through(self, found: Written, of_part: Term) -> Term:
        """What is missing of a part, where it is told of."""
        return t.chosen([(found.present, of_part)], self.whole(found))

    def unless_met(self, found: Written, missing: Term) -> Term:
        """Nothing where it holds."""
        return t.chosen([(t.surely(flag_of(found.value).term), t.number(0))], missing)


def _known(need: Written) -> int | None:
    """Return a mark that the policies set, or the least that it can be; None where they set none for all."""
    if isinstance(need.value, Ordered) and isinstance(need.value.low.exact, int):
        return need.value.low.exact
    if isinstance(need.node, c.Named) and isinstance(need.value, Ordered):
        part = need.one("value")
        value = part.value if part is not None else None
        if isinstance(value, Ordered) and isinstance(value.exact, int) and value.places <= need.value.places:
            by: int = 10 ** (need.value.places - value.places)
            return value.exact * by
    return None
