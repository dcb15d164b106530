"""What is asked of every metric of a score: a second meaning of the same nodes, over what was decided of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Protocol, TypeVar, assert_never

from dsl.core import nodes as n
from dsl.core.algebra import Algebra
from dsl.core.ops.parts import Role

V = TypeVar("V")


class Decided(Protocol[V]):
    """A node with its value and its decided parts."""

    @property
    def node(self) -> n.Expr:
        """What was decided."""

    @property
    def value(self) -> V:
        """What came out."""

    @property
    def parts(self) -> Sequence[Decided[V]]:
        """Its decided parts."""

    def of(self, *roles: Role) -> Sequence[Decided[V]]:
        """The decided parts of a role, or one of several, in order."""

    def branches(self) -> Sequence[tuple[Decided[V] | None, Decided[V]]]:
        """The branches of a first-match that may be taken: condition (None: always) and value."""


def every_metric(a: Algebra[V], score: Decided[V], asked: n.EveryMetric) -> V:
    """Return whether every metric that counts in a score has points above zero, or a whole one.

    Where one of several counts by its rank, only its metrics count; behind a shut gate no metric has points; and of a
    first-match those of the branch that is taken.
    """
    node = score.node
    if node.type.kind != "points":
        return a.constant(True)
    match node:
        case n.Requirement(part="scored"):
            least, op = (Decimal(1), ">=") if asked.asked == "one point" else (Decimal(0), ">")
            return a.compare(op, score.value, a.constant(least))  # type: ignore[arg-type]
        case n.Requirement():
            return every_metric(a, score.of("value")[0], asked)
        case n.Total() | n.Named():
            return _of_parts(a, score, asked)
        case n.Ranked():
            parts = score.of("part")
            if not parts:
                return a.constant(True)
            conditions = [every_metric(a, part, asked) for part in parts]
            return a.of_ranked([part.value for part in parts], conditions, node.position(len(parts)))
        case n.Gate():
            (condition,), (value,) = score.of("condition"), score.of("value")
            return a.all_of((condition.value, every_metric(a, value, asked)))
        case n.Case():
            branches = [(_known(test), _counted(a, value, asked)) for test, value in score.branches()]
            return a.first(branches)
        case (
            n.OfRecords() | n.AsProjected() | n.Dated() | n.Fact() | n.Field() | n.Literal() | n.Lookup() | n.OnDate()
            | n.PerUnit() | n.Prorate() | n.Reckoned()
        ):  # fmt: skip
            return _of_parts(a, score, asked)
        case (
            n.AllOf() | n.Anniversary() | n.AnyOf() | n.AskedThisYear() | n.Compare() | n.DifferentPeople() | n.Edge()
            | n.Holds() | n.InProgress() | n.InRenewal() | n.Lapsed() | n.Not() | n.NumberOf() | n.Paid()
            | n.PassScore() | n.People() | n.Qualifies() | n.Shift() | n.Sometime() | n.Today()
        ):  # fmt: skip
            raise AssertionError(f"{type(node).__name__} gives no points")
        case _:
            assert_never(node)


def _of_parts(a: Algebra[V], score: Decided[V], asked: n.EveryMetric) -> V:
    return a.all_of([every_metric(a, part, asked) for part in score.of("part", "value")])


def _known(test: Decided[V] | None) -> Callable[[], V] | None:
    return (lambda: test.value) if test is not None else None


def _counted(a: Algebra[V], value: Decided[V], asked: n.EveryMetric) -> Callable[[], V]:
    return lambda: every_metric(a, value, asked)
