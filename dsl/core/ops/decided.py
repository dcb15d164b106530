"""A node that was decided, its parts by what they are to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from dsl.core import nodes as n
from dsl.core.ops.parts import Role
from dsl.core.ranges import Range, Truth


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


class ByRole(WithRoles):
    """A node that was decided: it and its parts have ranges."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def value(self) -> Range:
            """What came out."""

    def branches(self) -> list[tuple[Self | None, Self]]:
        """Return the branches of a first-match that may be taken: the condition (None: always) and the value."""
        tests, values = iter(self.of("condition")), iter(self.of("value"))
        found: list[tuple[Self | None, Self]] = []
        for branch in self.node.branches if isinstance(self.node, n.Case) else ():
            test = next(tests, None) if branch.when is not None else None
            if branch.when is not None and test is None:
                break  # an earlier branch was surely taken
            if test is None or test.value is not Truth.FALSE:
                found.append((test, next(values)))
            if test is None or test.value is Truth.TRUE:
                break
        return found
