"""Which records a figure is reckoned from: all that is asked of the records of one list, in one pass.

Many figures look at one list. So its months are known by number, a condition is taken apart at its `and`s, and each
part of it, and each value, is decided once for all records that are alike in what it reads of them, whichever figure
asks. What an expression means stays with the interpreter: it decides one record of each such group. Where one part of
a condition fails the record is out, and nothing more is asked about it; why something is not known is looked at only
where it is not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from dsl import core as c
from dsl.core.figures import Chosen
from dsl.core.ranges import Numbers, Range, Truth, compare, exactly, is_settled
from dsl.core.record_plans import Asked, RecordPlan, RecordPlans
from evaluator.explanation import Explanation, Gap
from evaluator.facts import Facts, Members, Records, Row
from evaluator.moment import Moment

EvaluateRow = Callable[[c.Expr, Row], Explanation]
"""Decides an expression with a record at hand."""


@dataclass(slots=True)
class Selected(Chosen):
    """The same, with what is missing to know it."""

    gaps: list[Gap] = field(default_factory=list)


_UNTOLD = object()


class _Column:
    """An expression over the records of a list on a day: decided for one of those that are alike in what it reads."""

    __slots__ = ("_asked", "_evaluate", "_of_alike", "_ranges", "_rows", "open")

    def __init__(self, asked: Asked, rows: Sequence[Row], evaluate: EvaluateRow) -> None:
        self._asked = asked
        self._rows = rows
        self._evaluate = evaluate
        self._of_alike: dict[object, tuple[Range, Explanation, Row]] = {}
        self._ranges: list[Any] = [None] * len(rows)
        self.open = False
        """Whether any of these is not settled."""

    def of(self, indexes: Sequence[int]) -> list[Range]:
        """Return the ranges of some of the records."""
        ranges = self._ranges
        first_asked = [index for index in indexes if ranges[index] is None]
        if first_asked:
            self._decide(first_asked)
        return [ranges[index] for index in indexes]

    def _decide(self, indexes: Sequence[int]) -> None:
        rows, ranges, alike = self._rows, self._ranges, self._of_alike
        for index, key in zip(indexes, self._keys([rows[index].data for index in indexes]), strict=True):
            ranges[index] = alike[key][0] if key in alike else self._decided(key, rows[index])[0]

    def _keys(self, told: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return of records what the expression reads of them."""
        names = self._asked.fields
        if len(names) == 1:
            return [one.get(names[0], _UNTOLD) for one in told]
        return [tuple([one.get(name, _UNTOLD) for name in names]) for one in told]

    def _decided(self, key: object, row: Row) -> tuple[Range, Explanation, Row]:
        if key not in self._of_alike:
            explained = self._evaluate(self._asked.node, row)
            self._of_alike[key] = (explained.range, explained, row)
            self.open = self.open or not is_settled(explained.range)
        return self._of_alike[key]

    def gaps(self, index: int) -> list[Gap]:
        """Return what is missing to know it of a record: where it is told of another one, at this one's place."""
        row = self._rows[index]
        _, explained, other = self._decided(self._keys([row.data])[0], row)
        if other is row:
            return list(explained.missing())
        before = f"{other.pointer}/"
        return [
            replace(gap, pointer=f"{row.pointer}/{gap.pointer[len(before) :]}")
            if gap.pointer.startswith(before)
            else gap
            for gap in explained.missing()
        ]


@dataclass(slots=True)
class _Inside:
    """Records that are inside, or may be."""

    indexes: list[int]
    why: dict[int, list[Gap]]
    """Of each that may be outside, what is missing to know that."""
    _all: frozenset[int] | None = None

    @property
    def all(self) -> frozenset[int]:
        """All of them: looked for only where groups are made."""
        if self._all is None:
            self._all = frozenset(self.indexes)
        return self._all

    def among(self, members: Members) -> _Inside:
        """Return those of them that are, or may be, in a group."""
        indexes = [index for index in members if index in self.all]
        unsure = [index for index in indexes if members[index] is not None or index in self.why]
        return _Inside(indexes, {index: [*self.why.get(index, ()), *(members[index] or ())] for index in unsure})


@dataclass(slots=True)
class Groups:
    """The groups that the records of a list make: those that are there or may be, and what may be one more."""

    strays: Members
    """Records of which it is not known in which group they are: each may be in any, or in one of its own."""
    further: Row
    """A group that none of the records is surely in."""
    gaps: list[Gap]
    rows: list[tuple[Truth, Row]] = field(default_factory=list)
    """Each with whether there surely is one."""


def _moment_of(at: Moment) -> tuple[object, ...]:
    return at.rule.id if at.rule else None, at.entry.pointer if at.entry else None, at.due


class Selections:
    """Selects records of one partner's lists."""

    def __init__(self, facts: Facts, plans: RecordPlans) -> None:
        self.facts = facts
        self.plans = plans
        self._columns: dict[tuple[object, ...], _Column] = {}
        self._inside: dict[tuple[object, ...], _Inside] = {}
        self._begun: dict[tuple[str, date], tuple[list[Truth], dict[int, tuple[Gap, ...]]]] = {}

    def of(
        self, node: c.Aggregate, records: Records, at: Moment, window: tuple[int, int] | None, evaluate: EvaluateRow
    ) -> Selected:
        """Return the records of a figure on a day, and their values."""
        plan = self.plans.of(node)
        moment = _moment_of(at)
        column = self._columns_of(records, at, evaluate)
        key = (plan.where.number if plan.where else None, records.pointer, at.day, moment, window)
        if key not in self._inside:
            self._inside[key] = self._look(plan, records, at.day, window, column)
        inside = self._inside[key]
        if node.of_group:
            if at.row is None or at.row.members is None:
                raise AssertionError("a figure of a group is read in a group")
            inside = inside.among(at.row.members)
        chosen = Selected()
        states = [Truth.UNKNOWN if index in inside.why else Truth.TRUE for index in inside.indexes]
        value = column(plan.value) if plan.value is not None else None
        others = [column(part) for part in (*plan.alike, *((plan.amount,) if plan.amount is not None else ()))]
        values = value.of(inside.indexes) if value is not None else [Truth.TRUE] * len(states)
        chosen.values = list(zip(states, values, strict=True))
        if plan.alike:
            chosen.alike = list(zip(*(column(part).of(inside.indexes) for part in plan.alike), strict=True))
        else:
            chosen.alike = [()] * len(states)
        if plan.amount is not None:
            amounts = column(plan.amount).of(inside.indexes)
            chosen.amounts = [amount for amount in amounts if isinstance(amount, Numbers)]
        asked = [one for one in (value, *others) if one is not None and one.open]
        if asked or inside.why:
            for index in inside.indexes:
                chosen.gaps.extend(inside.why.get(index, ()))
                for one in asked:
                    chosen.gaps.extend(one.gaps(index))
        return chosen

    def _columns_of(self, records: Records, at: Moment, evaluate: EvaluateRow) -> Callable[[Asked], _Column]:
        moment, rows = _moment_of(at), records.rows or ()

        def column(asked: Asked) -> _Column:
            key = (asked.number, records.pointer, at.day if asked.moves else None, moment)
            found = self._columns.get(key)
            if found is None:
                found = self._columns[key] = _Column(asked, rows, evaluate)
            return found

        return column

    def groups(
        self,
        node: c.Grouped,
        records: Records,
        at: Moment,
        window: tuple[int, int] | None,
        evaluate: EvaluateRow,
        *,
        open_ended: bool,
    ) -> Groups:
        """Return the groups that there are, or may be, on a day: a group is there where a record of the months is in it.

        Args:
            node: the figure over them.
            records: the list.
            at: the moment.
            window: the months.
            evaluate: decides what is asked of a record.
            open_ended: whether records that nobody told of may be inside too.
        """
        plan = self.plans.of(node)
        rows = records.rows or ()
        column = self._columns_of(records, at, evaluate)
        whole = self._look(plan, records, at.day, None, column)
        inside = self._look(plan, records, at.day, window, column) if window is not None else whole
        keys = [column(part) for part in plan.alike]
        of_group: dict[tuple[Range, ...], dict[int, Sequence[Gap] | None]] = {}
        strays: dict[int, Sequence[Gap] | None] = {}
        gaps = [gap for why in inside.why.values() for gap in why]
        for index, *key in zip(whole.indexes, *(one.of(whole.indexes) for one in keys), strict=True):
            why = whole.why.get(index)
            if all(map(is_settled, key)):
                of_group.setdefault(tuple(key), {})[index] = why
            else:
                unknown = [gap for one in keys for gap in one.gaps(index)]
                strays[index] = [*(why or ()), *unknown]
                gaps += unknown
        where = plan.where
        # What is remembered of a group is so of its records: of those that meet the condition, on the day where that moves.
        place = f"{records.pointer}#{where.number if where else ''}@{at.day if where and where.moves else ''}"
        names = [part.name for part in node.by if isinstance(part, c.Field)]
        found = Groups(strays, Row({}, f"{place}{json.dumps(names)}", None, strays), gaps)
        for members in of_group.values():
            is_there = [index not in inside.why for index in members if index in inside.all]
            if not is_there and not strays and not open_ended:
                continue  # all its records are of other months
            told = rows[next(iter(members))].data
            alike = {name: told[name] for name in names}
            in_order = dict(sorted({**members, **strays}.items()))
            is_sure = Truth.TRUE if any(is_there) else Truth.UNKNOWN
            found.rows.append((is_sure, Row(alike, f"{place}{json.dumps(alike)}", None, in_order)))
        return found

    def _look(
        self,
        plan: RecordPlan,
        records: Records,
        day: date,
        window: tuple[int, int] | None,
        column: Callable[[Asked], _Column],
    ) -> _Inside:
        """Return the records inside the window on the day that meet the condition, or may."""
        rows = records.rows or ()
        indexes: list[int] = list(range(len(rows))) if window is None else self.facts.rows_of(records, window)
        begun: list[Truth] | None = None
        undated: dict[int, tuple[Gap, ...]] = {}
        if records.declaration.dated_by is not None:
            begun, undated = self._begun_on(records, day)
            indexes = [index for index in indexes if begun[index] is not Truth.FALSE]
        for condition in plan.conditions:
            states = column(condition).of(indexes)
            indexes = [index for index, state in zip(indexes, states, strict=True) if state is not Truth.FALSE]
        why: dict[int, list[Gap]] = {}
        conditions = [one for one in map(column, plan.conditions) if one.open]
        if conditions or undated or window is not None:
            for index in indexes:
                gaps: list[Gap] = []
                if window is not None and rows[index].month is None:
                    gaps.append(Gap("field", f"{rows[index].pointer}/month", "Month", code="month"))
                if index in undated:
                    gaps.extend(undated[index])
                unsure = bool(gaps) or any(one.of((index,))[0] is Truth.UNKNOWN for one in conditions)
                if unsure and plan.where is not None and conditions:
                    gaps.extend(column(plan.where).gaps(index))
                if unsure:
                    why[index] = gaps
        return _Inside(indexes, why)

    def _begun_on(self, records: Records, day: date) -> tuple[list[Truth], dict[int, tuple[Gap, ...]]]:
        """Return of each record of a dated list whether it counts on the day already, and what is missing for that."""
        key = (records.pointer, day)
        if key not in self._begun:
            today = exactly(day)
            told = [
                self.facts.field(row, records.declaration.dated_by or "", records.declaration)
                for row in records.rows or ()
            ]
            truths = [compare("<=", since, today) for since, _ in told]
            gaps = {index: told[index][1] for index, state in enumerate(truths) if state is Truth.UNKNOWN}
            self._begun[key] = (truths, gaps)
        return self._begun[key]
