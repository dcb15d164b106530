"""Which rows of a list lack a field that something is asked of: their places, and how many they are.

Only rows that lack some field are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from sqlglot import exp

from evaluator.columnar import terms as t
from evaluator.columnar.layout import PARTNER, PROJECTED, ROW
from evaluator.columnar.missing import Gap, OfRows, Own
from evaluator.columnar.source import Source
from evaluator.columnar.stages import Stages, columns_read
from evaluator.columnar.terms import FALSE, Term
from evaluator.records import MOST_ROWS_TOLD


class LackingRows:
    """The rows of one list, as told or as projected."""

    def __init__(
        self, source: Source, stages: Stages, name: str, of: str, projected: bool, columns: Sequence[str]
    ) -> None:
        """Take what its columns are read of.

        Args:
            source: the partners.
            stages: columns over the rows of the list.
            name: of the list.
            of: who asks, by which the query that is joined is told from others.
            projected: whether it is that of projected facts.
            columns: those that a row may lack.
        """
        self.source = source
        self.stages = stages
        self.list = name
        self.projected = projected
        self.table = f"records/{name}"
        self.name = f"lacking_{of}_{int(projected)}"
        self.pointer = f"/{PROJECTED if projected else ''}records/{name}"
        self._columns = [one for one in columns if not source.is_full(self.table, one, projected)]
        self._aggregates: dict[Term, str] = {}

    def may_lack(self, column: str) -> bool:
        """Whether a row may lack a column."""
        return column in self._columns and not self.source.is_empty(self.table, self.projected)

    def gaps(self, asked: Sequence[tuple[str, Term]], others: Sequence[tuple[Gap, Term]]) -> Own:
        """Return what is missing of a list for a figure.

        Args:
            asked: fields, each with the rows that are asked for it and lack it, as a term of a row that is never unknown.
            others: what is missing beside, each with whether it is.
        """
        there = [(field, test) for field, test in asked if not t.is_false(test)]
        if not there or self.source.is_empty(self.table, self.projected):
            return others, FALSE
        keep, zero, most = self.source.stages.keep, t.number(0), t.number(MOST_ROWS_TOLD)
        numbers = [
            keep(t.fallen_back(self._aggregate(exp.Count(this=t.chosen([(test, t.number(1))]))), zero))
            for _, test in there
        ]
        every = [*numbers, *(t.chosen([(is_so, t.number(1))], zero) for _, is_so in others)]
        are_many = keep(t.compared(exp.GT, t.added(every), most))
        found = list(others)
        for (field, test), number in zip(there, numbers, strict=True):
            some = t.compared(exp.GT, number, zero)
            together = t.both(are_many, t.compared(exp.GT, number, most))
            places = exp.Filter(this=exp.ArrayAgg(this=t.column(ROW)), expression=exp.Where(this=test))
            of_rows = OfRows(self.pointer, field, self._aggregate(places), self._is_wrapped)
            found.append((Gap("field", self.pointer, rows=of_rows), keep(t.both(some, t.negated(together)))))
            found.append((Gap("field", f"{self.pointer}/*/{field}"), keep(together)))
        some = t.either(*(t.compared(exp.GT, number, zero) for number in numbers))
        return found, keep(t.both(some, t.negated(self._is_in_order)))

    def some(self, tests: Sequence[Term]) -> Term:
        """Return whether of some row one of several terms is true that are never unknown; never unknown itself."""
        asked = t.either(*tests)
        if t.is_false(asked) or self.source.is_empty(self.table, self.projected):
            return FALSE
        number = self._aggregate(exp.Count(this=t.chosen([(asked, t.number(1))])))
        return self.source.stages.keep(t.compared(exp.GT, t.fallen_back(number, t.number(0)), t.number(0)))

    @cached_property
    def _is_wrapped(self) -> Term:
        """Return whether more is told of the list than its rows, as ``evaluator.columnar.rows`` makes a document of it."""
        about = self.source.partners(self.projected)
        columns = [f"partial_{self.list}"]
        declared = self.source.core.records.get(self.list)
        if declared is not None and declared.monthly:
            columns.append(f"covers_from_{self.list}")
        return self.source.stages.keep(t.either(*(t.told(self.source.column(about, one)) for one in columns)))

    @cached_property
    def _is_in_order(self) -> Term:
        """Return whether the rows say that they are the first, the second, and so on; never unknown."""
        row, number = t.column(ROW), exp.Count(this=exp.Star())
        of = [
            self.source.aggregate(self.table, term, self.projected)
            for term in (exp.Min(this=row), exp.Max(this=row), exp.Count(this=exp.Distinct(expressions=[row])), number)
        ]
        least, most, different, every = of
        last = exp.Sub(this=t.closed(every), expression=t.number(1))
        return self.source.stages.keep(
            t.surely(t.both(t.equal(least, t.number(0)), t.equal(most, last), t.equal(different, every)))
        )

    def _aggregate(self, term: Term) -> Term:
        return self.source.column(self.name, self._aggregates.setdefault(term, f"a{len(self._aggregates)}"))

    def join(self) -> None:
        """Join what is asked to the partners."""
        if not self._aggregates:
            return
        outputs = columns_read(self._aggregates)
        rows = t.selected([exp.Star()], self.source.table(self.table, self.projected), f"rows_of_{self.name}")
        lacking = rows.where(t.either(*(t.untold(t.column(one)) for one in self._columns)), copy=False)
        own = [t.alias(term, name) for term, name in self._aggregates.items()]
        grouped = t.selected([t.column(PARTNER), *own], self.stages.over(lacking, outputs), f"of_{self.name}")
        self.source.join(self.name, grouped.group_by(t.column(PARTNER), copy=False))
