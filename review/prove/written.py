"""What was written once for the solver, to be taken again: of the other side, and for another day, where it is the same.

Most of a rule is alike on both sides of a change, and from one stretch of days to the next. What has the same key decides
alike, and where no day moves it is the same formula of what the partner tells on the day of the question: that is called
alike on every day. With the formula it is remembered what it was read from, so that each question has its own variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from dsl import core as c
from dsl.core.ops.decided import WithRoles
from dsl.core.ops.parts import Role
from review.prove.people import Counted
from review.prove.terms import Term


@dataclass(frozen=True, slots=True)
class Encoded(WithRoles):
    """A node, the term that it is, and its parts."""

    node: c.Expr
    value: Term
    parts: tuple[Encoded, ...] = ()
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that was read, or a measure that is told."""

    name: str
    type: c.Type
    projected: bool
    is_measure: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A node that was made no more than a variable."""

    core: c.Core
    """Whose node it is."""
    node: c.Expr
    projected: bool
    rule: str
    why: str
    exact: bool
    means: str
    """What it is on both sides."""


Read: TypeAlias = Fact | Counted | Opened


@dataclass(frozen=True, slots=True)
class Known:
    """What a node was written as, and what was read for it."""

    encoded: Encoded
    read: tuple[Read, ...]


@dataclass(slots=True)
class Written:
    """What was written for the questions of one day each, by its key, its kind, the rule, and which measures are reckoned."""

    known: dict[tuple[str, type[c.Expr], str, frozenset[str] | None], Known] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """What is read while a node is written, by its name."""

    read: dict[str, Read] = field(default_factory=dict)
    is_of_the_day: bool = True
    """Whether all of it is told of the day of the question."""

    def add(self, other: Mapping[str, Read], *, is_of_the_day: bool) -> None:
        """Take what was read for a part."""
        self.read.update(other)
        self.is_of_the_day = self.is_of_the_day and is_of_the_day
