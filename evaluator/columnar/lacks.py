"""What is missing of what is read of a partner."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, assert_never

from dsl import core as c
from dsl.core.ops import sourced
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import is_settled, ordered_of
from evaluator.columnar.days import exactly
from evaluator.columnar.missing import NOTHING_LACKS, UNSAID, Gap, Missing, Own
from evaluator.columnar.terms import FALSE, TRUE
from evaluator.columnar.written import Written

if TYPE_CHECKING:
    from evaluator.columnar.lowering import Lowering


class OfPartner(Missing):
    """What is missing in what was written of partners."""

    def __init__(self, lowering: Lowering) -> None:
        """Take what wrote it."""
        super().__init__(lowering.sql)
        self.lowering = lowering

    def own(self, top: Written) -> Own:
        """Return what a node lacks that is read, where it is not settled."""
        low = self.lowering
        day = top.day or exactly(low.as_of)
        read = sourced(top.node)
        match read:
            case c.Fact(name=name, type=type_):
                return low.source.lacks(name, type_, day, top.projected)
            case c.Named(name=name, type=type_, supplied=is_supplied):
                return low.source.lacks(name, type_, day, top.projected) if is_supplied else NOTHING_LACKS
            case c.People() as node:
                return low.people.lacks(node, day, top.projected)
            case c.Aggregate() as node:
                return low.records.lacks(node, day, top.projected, low.sql)
            case c.Holds() | c.Paid() | c.Lapsed() | c.InRenewal():
                return top.lacks or UNSAID
            case c.Sometime():
                return self._of_window(top)
            case c.OnDate():
                # Of a day that each partner has of its own it is not said what is missing on it.
                return ((), t.negated(top.present)) if "value" not in top.roles else NOTHING_LACKS
            case c.AsProjected() | c.AskedThisYear() | c.InProgress() | c.Literal() | c.Qualifies() | c.Today():
                return NOTHING_LACKS
            case c.Anniversary() | c.DifferentPeople() | c.Field() | c.Grouped():
                return UNSAID
            case _:
                assert_never(read)

    def _of_window(self, top: Written) -> Own:
        """Return what is missing of a window beside its first and last day."""
        first, last = (ordered_of(one.value) for one in top.of("date"))
        if "value" not in top.roles and top.told_by is not None and top.lacks is not None:
            known = t.both(is_settled(first), is_settled(last))
            gaps, unsaid = top.lacks
            return [(gap, t.both(known, is_so)) for gap, is_so in gaps], t.both(known, unsaid)
        through = last.exact
        if isinstance(through, date) and isinstance(first.exact, date) and through > self.lowering.as_of:
            return [(Gap("history", "", through), TRUE)], FALSE
        return NOTHING_LACKS
