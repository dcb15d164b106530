"""By which ways a missing flag or choice reaches a decision: whether it can be said that it matters without trying its values.

Where nothing else is missing, a decision is open for what is missing alone. What reaches it on one way, over operations
that reach both ends of their ranges, leads to different results for some of its values; so does a flag that only ever
raises what it reaches. Of several, each matters where all reach it as conditions, each on one way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar, assert_never

from dsl import core as c
from dsl.core.ops.parts import Role
from evaluator.columnar.algebra import Flag, Ordered, Word, ordered_of
from evaluator.columnar.terms import is_true
from evaluator.columnar.written import Written

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Way:
    """How something missing reaches a node."""

    is_once: bool = True
    """Whether on one way only."""
    is_exact: bool = True
    """Whether, on that way, the node is open only where two values of it lead to two of the node."""
    is_plain: bool = True
    """Whether over conditions alone, which are met or not."""
    sign: int = 0
    """1 where it can only raise the node, -1 where it can only lower it; 0: that is not known."""

    @property
    def matters_alone(self) -> bool:
        """Whether it matters where nothing else is missing and the node is open."""
        return (self.is_once and self.is_exact) or self.sign != 0

    @property
    def matters_with_others(self) -> bool:
        """Whether it matters where only others like it are missing too."""
        return self.is_once and self.is_exact and self.is_plain


LOST = Way(False, False, False, 0)
"""Nothing is said of it."""


def merged(ways: Iterable[Mapping[K, Way]]) -> dict[K, Way]:
    """Return the ways by which things reach a node, of those by which they reach its parts."""
    found: dict[K, Way] = {}
    for one in ways:
        for key, way in one.items():
            before = found.get(key)
            sign = way.sign if before is None or before.sign == way.sign else 0
            found[key] = way if before is None else Way(False, False, False, sign)
    return found


def through(top: Written, part: Written, role: Role, way: Way) -> Way:
    """Return how something reaches a node that reaches a part of it."""
    node = top.node
    match node:
        case c.Requirement() | c.Named() | c.Qualifies() | c.Dated() | c.AllOf() | c.AnyOf():
            return way
        case c.Not():
            return replace(way, sign=-way.sign)
        case c.Compare(op=op):
            return _compared(op, top, part, role, way)
        case c.NumberOf() | c.Total() | c.Ranked() | c.Rounded() | c.Shift() | c.Edge():
            return replace(way, is_plain=False)
        case c.Gate():
            raises = role == "value" or ordered_of(top.the("value").value).least >= 0
            return replace(way, is_plain=False, sign=way.sign if raises else 0)
        case c.PassScore(every=()):
            return replace(way, is_plain=False, sign=way.sign if role == "value" else -way.sign)
        case c.PerUnit() if role != "unit":
            return replace(way, is_plain=False, sign=way.sign if role == "cap" else 0)
        case c.Arithmetic(op=op):
            turned = -way.sign if op == "-" and part is top.parts[1] else way.sign
            return replace(way, is_plain=False, sign=0 if op == "*" else turned)
        case c.Case() | c.Lookup():
            return replace(way, is_plain=False, sign=way.sign if role == "value" else 0)
        case (
            c.OfRecords() | c.Anniversary() | c.AsProjected() | c.AskedThisYear() | c.DifferentPeople() | c.Fact()
            | c.Field() | c.Holds() | c.InProgress() | c.InRenewal() | c.Lapsed() | c.Literal() | c.OnDate() | c.Paid()
            | c.PassScore() | c.People() | c.PerUnit() | c.Prorate() | c.Reckoned() | c.Sometime() | c.Today()
        ):  # fmt: skip
            return LOST
        case _:
            assert_never(node)


def _compared(op: str, top: Written, part: Written, role: Role, way: Way) -> Way:
    other = top.the("mark") if role == "value" else top.the("value")
    match part.value:
        case Flag():
            is_it = isinstance(other.value, Flag) and is_true(other.value.term) and op == "="
            return way if is_it else replace(way, sign=0)
        case Word():
            return replace(way, sign=0)
        case Ordered() if op in ("=", "!="):
            return LOST
        case _:
            raises = (role == "value") == (op in (">=", ">"))
            return replace(way, is_plain=False, sign=way.sign if raises else -way.sign)
