"""Whether something of a requirement is done: something the partner told moves it above what nothing gives.

What nothing gives is the same requirement of a partner with nothing: no number above zero, no flag, no day, no record.
What only says which rules apply (a choice, a text) stays as told. So a condition that asks nothing of the partner is
no progress, and 19 people of 20 are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, assert_never

from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.core.ranges import ZERO, Numbers, Range, Truth, all_of, any_of, compare, exactly
from evaluator.explanation import Explanation
from evaluator.moment import Moment

Json = Any
Evaluate = Callable[[c.Expr, Moment], Explanation]


def choices_told(core: c.Core, data: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """Return what only says which rules apply: the choices and texts that are told, and those that are projected."""
    told = {"facts": data.get("facts", {}), "projected": data.get("projected", {}).get("facts", {})}
    return {
        section: {name: value for name, value in facts.items() if _type_of(core, name).kind in _CHOOSING}
        for section, facts in told.items()
    }


def nothing_told(core: c.Core, choices: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    """Return the facts of a partner with nothing, of the same choices and texts as the partner at hand."""
    names = (*core.facts, *(name for name, named in core.named.items() if named.supplied))
    types = {name: _type_of(core, name) for name in names}
    empty = {name: _EMPTY.get(type_.kind, 0) for name, type_ in types.items() if type_.kind not in _CHOOSING}
    records: dict[str, Json] = {name: [] for name in (*core.records, *BUILT_IN)}
    return {
        "facts": {**choices["facts"], **empty},
        "records": records,
        "projected": {"facts": {**choices["projected"], **empty}, "records": records},
    }


def _type_of(core: c.Core, name: str) -> c.Type:
    return core.facts[name].type if name in core.facts else core.named[name].type


_CHOOSING = ("choice", "text")
_EMPTY: dict[str, Json] = {"flag": False, "date": "none"}


class Progress:
    """Finds progress in what was decided, beside an evaluation of the same nodes with nothing."""

    def __init__(self, with_nothing: Evaluate, at: Moment) -> None:
        self.with_nothing = with_nothing
        self.at = at

    def of(self, part: Explanation) -> Truth:
        """Return whether something of a requirement is done: points or a condition above what nothing gives."""
        node = part.node
        if isinstance(node, c.Requirement) and node.part == "scored":
            return compare(">", part.range, self._points_of_nothing(part))
        if isinstance(node, c.Requirement) and node.part == "condition":
            return self._condition(part.the("value"), part.day)
        if isinstance(node, c.Gate):
            # What stands behind a condition counts with it; the condition itself earns nothing.
            return all_of((part.the("condition").truth, self.of(part.the("value"))))
        if isinstance(node, c.Case):
            # Of what is still possible one branch will count, not all of them.
            return agreed([self.of(value) for value in part.of("value")])
        return any_of(map(self.of, part.parts))

    def _condition(self, part: Explanation, day: date | None) -> Truth:
        """Return whether a condition is met that nothing does not meet, or a figure of it is above that of nothing."""
        given = self._truth(self._given(part.node, day))
        if given is Truth.TRUE:
            return Truth.FALSE
        moved = [all_of((part.truth, ~given))]
        match part.node:
            case c.Compare(op=">=" | ">", left=left) if left.type.is_numeric:
                nothing = self._given(left, day)
                floor: Range = exactly(ZERO) if _only_the_policy_lacks(nothing) else nothing.range
                moved.append(compare(">", part.the("value").range, floor))
            case c.AllOf() | c.AnyOf():
                moved.extend(self._condition(inner, day) for inner in part.parts)
            case c.Requirement():
                moved.append(self.of(part))
            case (
                c.Aggregate() | c.Anniversary() | c.Arithmetic() | c.AsProjected() | c.AskedThisYear() | c.Ranked()
                | c.Case() | c.Compare() | c.Dated() | c.DifferentPeople() | c.Edge() | c.Fact() | c.Field() | c.Gate()
                | c.Holds() | c.InProgress() | c.InRenewal() | c.Lapsed() | c.Literal() | c.Lookup() | c.Named()
                | c.Not() | c.NumberOf() | c.OnDate() | c.Paid() | c.PassScore() | c.People() | c.PerUnit()
                | c.Prorate() | c.Qualifies() | c.Ratio() | c.Rounded() | c.Shift() | c.Sometime() | c.Today()
                | c.Total()
            ):  # fmt: skip
                pass  # met or not: nothing in it is done by parts
            case _:
                assert_never(part.node)
        return any_of(moved)

    def _points_of_nothing(self, part: Explanation) -> Numbers:
        found = self._given(part.node, part.day)
        if _only_the_policy_lacks(found) or not isinstance(found.range, Numbers):
            return Numbers(ZERO, ZERO)
        return found.range

    def _given(self, node: c.Expr, day: date | None) -> Explanation:
        return self.with_nothing(node, self.at if day is None else self.at._replace(day=day))

    def _truth(self, found: Explanation) -> Truth:
        return Truth.FALSE if _only_the_policy_lacks(found) else found.truth


def _only_the_policy_lacks(found: Explanation) -> bool:
    """Whether what nothing gives has no value that a fact could settle: the growth of nothing, an unknown figure."""
    gaps = list(found.missing())
    return bool(gaps) and all(gap.kind == "figure" for gap in gaps)


def agreed(truths: Sequence[Truth]) -> Truth:
    """Return what all say, unknown where they differ."""
    return truths[0] if truths and all(value is truths[0] for value in truths) else Truth.UNKNOWN
