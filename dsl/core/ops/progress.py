"""Whether something of a requirement is done: a second meaning of the same nodes, beside what nothing gives.

What nothing gives is the same node of a partner with nothing: no number above zero, no flag, no day, no record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias, TypeVar, assert_never

from dsl.core import nodes as n
from dsl.core.algebra import Algebra
from dsl.core.ops.metrics import Decided

V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)
Below: TypeAlias = Callable[[Decided[V]], V]
"""Whether something is done in a part: the same definition, or what decides the part elsewhere."""


class Nothing(Protocol[V_co]):
    """What a partner with nothing gives, on the day of the requirement at hand."""

    def gives(self, node: n.Expr) -> V_co:
        """Return what a node is; the least of it where only the policies lack a figure, so that no fact settles it."""

    def falls_short(self, node: n.Expr) -> V_co:
        """Return whether nothing does not surely meet a condition."""


def progress(a: Algebra[V], decided: Decided[V], nothing: Nothing[V], below: Below[V]) -> V:
    """Return whether something is done in a node: points or a condition above what nothing gives."""
    node = decided.node
    if isinstance(node, n.Requirement) and node.part == "scored":
        return a.compare(">", decided.value, nothing.gives(node))
    if isinstance(node, n.Requirement) and node.part == "condition":
        return _condition(a, decided.of("value")[0], nothing, below)
    if isinstance(node, n.Gate):
        # What stands behind a condition counts with it; the condition itself earns nothing.
        (condition,), (value,) = decided.of("condition"), decided.of("value")
        return a.all_of((condition.value, below(value)))
    if isinstance(node, n.Case):
        # Of what is still possible one branch will count, not all of them.
        return a.first([(_known(test), _done(value, below)) for test, value in decided.branches()])
    return a.at_least(1, [below(part) for part in decided.parts])


def _condition(a: Algebra[V], part: Decided[V], nothing: Nothing[V], below: Below[V]) -> V:
    """Return whether a condition is met that nothing does not meet, or a figure of it is above that of nothing."""
    return a.first(
        [
            (lambda: nothing.falls_short(part.node), lambda: a.at_least(1, _moved(a, part, nothing, below))),
            (None, lambda: a.constant(False)),
        ]
    )


def _moved(a: Algebra[V], part: Decided[V], nothing: Nothing[V], below: Below[V]) -> list[V]:
    node = part.node
    moved = [a.all_of((part.value, a.opposite(nothing.gives(node))))]
    match node:
        case n.Compare(op=">=" | ">", left=left) if left.type.is_numeric:
            moved.append(a.compare(">", part.of("value")[0].value, nothing.gives(left)))
        case n.AllOf() | n.AnyOf():
            moved.extend(_condition(a, inner, nothing, below) for inner in part.parts)
        case n.Requirement():
            moved.append(below(part))
        case (
            n.OfRecords() | n.Anniversary() | n.AsProjected() | n.AskedThisYear() | n.Ranked()
            | n.Case() | n.Compare() | n.Dated() | n.DifferentPeople() | n.Edge() | n.Fact() | n.Field() | n.Gate()
            | n.Holds() | n.InProgress() | n.InRenewal() | n.Lapsed() | n.Literal() | n.Lookup() | n.Named()
            | n.Not() | n.NumberOf() | n.OnDate() | n.Paid() | n.PassScore() | n.People() | n.PerUnit()
            | n.Prorate() | n.Qualifies() | n.Reckoned() | n.Shift() | n.Sometime() | n.Today()
            | n.Total()
        ):  # fmt: skip
            pass  # met or not: nothing in it is done by parts
        case _:
            assert_never(node)
    return moved


def _known(test: Decided[V] | None) -> Callable[[], V] | None:
    return (lambda: test.value) if test is not None else None


def _done(value: Decided[V], below: Below[V]) -> Callable[[], V]:
    return lambda: below(value)
