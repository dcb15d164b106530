"""A node that was decided, its parts by what they are to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from dsl.core import nodes as n
from dsl.core.algebra import Algebra
from dsl.core.ops.metrics import Decided, every_metric
from dsl.core.ops.parts import Role

V = TypeVar("V")
P = TypeVar("P", bound=Decided[Any])


class WithRoles:
    """A node whose parts are asked for by their role in the whole, never by where they stand."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def node(self) -> n.Expr:
            """What was decided."""

        @property
        def parts(self) -> tuple[Self, ...]:
            """Its decided parts."""

        @property
        def roles(self) -> tuple[Role, ...]:
            """What each part is to the whole."""

    def of(self, *roles: Role) -> tuple[Self, ...]:
        """The parts that have a role in the whole, or one of several, in order."""
        return tuple([part for part, its in zip(self.parts, self.roles, strict=False) if its in roles])

    def one(self, role: Role) -> Self | None:
        """The part that has a role in the whole; None where there is none."""
        return self.parts[self.roles.index(role)] if role in self.roles else None

    def the(self, role: Role) -> Self:
        """The part that has a role in the whole.

        Raises:
            LookupError: there is none.
        """
        if role not in self.roles:
            raise LookupError(f"{type(self.node).__name__} has no {role}")
        return self.parts[self.roles.index(role)]

    def branches(self) -> list[tuple[Self | None, Self]]:
        """The branches of a first-match that may be taken, as its definition found: the condition (None: always) and the value.

        The definition does not ask for the value of a branch whose condition cannot hold, nor for what comes behind one
        that surely does.
        """
        asked = {id(part.node): part for part in self.parts}
        found: list[tuple[Self | None, Self]] = []
        for branch in self.node.branches if isinstance(self.node, n.Case) else ():
            test = asked.get(id(branch.when)) if branch.when is not None else None
            if branch.when is not None and test is None:
                break
            value = asked.get(id(branch.value))
            if value is not None:
                found.append((test, value))
        return found


class Asked(Generic[P, V]):
    """The parts of one node: each is decided, or written, when its definition asks for it, and kept with its role."""

    __slots__ = ("_algebra", "_find", "parts", "roles")

    def __init__(self, algebra: Algebra[V], find: Callable[[n.Expr], P]) -> None:
        """Take the algebra of the definition, and what decides or writes a node."""
        self._algebra = algebra
        self._find = find
        self.parts: list[P] = []
        self.roles: list[Role] = []

    def __call__(self, part: n.Expr, role: Role, name: str | None = None) -> V:
        """Return the value of a part of the node."""
        found = self._find(part)
        self.parts.append(found)
        self.roles.append(role)
        value: V = found.value
        return value

    def metrics(self, _: n.Expr, every: n.EveryMetric) -> V:
        """Return whether every metric that counts in the score has what is asked of it."""
        is_so: V = every_metric(self._algebra, self.parts[self.roles.index("value")], every)
        return is_so
