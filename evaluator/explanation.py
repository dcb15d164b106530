"""Why a node has its range, as data: text, JSON and HTML are renderings of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from dsl.core import Case, Expr, Named, Type
from dsl.core.ops.parts import Role
from dsl.core.ranges import Range, Truth, is_settled


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is not known and would narrow a range.

    ``pointer`` is the JSON pointer into the facts where it would stand; for a policy's own unknown figure it is the
    place in the policy, and no fact helps.
    """

    kind: Literal["fact", "history", "records", "rows", "field", "months", "figure"]
    pointer: str
    title: str
    type: Type | None = None
    day: date | None = None
    """The day it is needed for, where that is not the day of the question."""
    note: str = ""
    since: date | None = None
    """The first of the days up to ``day`` that it is needed for, where they are several."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a node has its range: the node, the range, the parts it rests on, what is missing here.

    Parts stand in the document's order, all of them: a decided whole still shows every part. ``chosen`` names what a
    choice took (branches, rows, versions, days) where the node chooses, and of a score the metrics that keep it from passing.
    """

    node: Expr
    range: Range
    parts: tuple[Explanation, ...] = ()
    gaps: tuple[Gap, ...] = ()
    chosen: tuple[str, ...] = ()
    day: date | None = None
    """The date of the evaluation, where it is not the question's."""
    since: date | None = None
    """The first day of those up to ``day`` that it stands for, where they are several."""
    roles: tuple[Role, ...] = ()
    """What each part is to the whole; none where that is not asked."""

    @property
    def value(self) -> Range:
        """What came out: its range."""
        return self.range

    def of(self, role: Role) -> tuple[Explanation, ...]:
        """The parts that have a role in the whole, in order."""
        return tuple(part for part, its in zip(self.parts, self.roles, strict=False) if its == role)

    def one(self, role: Role) -> Explanation | None:
        """The part that has a role in the whole; None where there is none."""
        return next((part for part, its in zip(self.parts, self.roles, strict=False) if its == role), None)

    def the(self, role: Role) -> Explanation:
        """The part that has a role in the whole.

        Raises:
            LookupError: there is none.
        """
        part = self.one(role)
        if part is None:
            raise LookupError(f"{type(self.node).__name__} has no {role}")
        return part

    def branches(self) -> list[tuple[Explanation | None, Explanation]]:
        """Return the branches of a first-match that may be taken: the condition (None: always) and the value."""
        tests, values = iter(self.of("condition")), iter(self.of("value"))
        found: list[tuple[Explanation | None, Explanation]] = []
        for branch in self.node.branches if isinstance(self.node, Case) else ():
            test = next(tests, None) if branch.when is not None else None
            if branch.when is not None and test is None:
                break  # an earlier branch was surely taken
            if test is None or test.truth is not Truth.FALSE:
                found.append((test, next(values)))
            if test is None or test.truth is Truth.TRUE:
                break
        return found

    @property
    def truth(self) -> Truth:
        """The range of a condition.

        Raises:
            TypeError: the node is no condition.
        """
        if not isinstance(self.range, Truth):
            raise TypeError(f"{type(self.node).__name__} is no condition")
        return self.range

    def walk(self) -> Iterator[Explanation]:
        """Yield this explanation and all below it, parents first; what several share is yielded once."""
        return below(self, lambda found: found.parts)

    def missing(self) -> Iterator[Gap]:
        """Yield the gaps that keep this node from being settled: those below settled parts do not matter."""
        if is_settled(self.range):
            return
        seen: set[int] = set()
        waiting: list[tuple[Explanation, date | None, date | None]] = [(self, None, None)]
        while waiting:
            found, since, day = waiting.pop()
            if id(found) in seen or is_settled(found.range):
                continue
            seen.add(id(found))
            if found.since is not None:
                since, day = found.since, found.day
            for gap in found.gaps:
                yield replace(gap, since=since) if since is not None and gap.day == day else gap
            if isinstance(found.node, Named) and found.gaps:
                continue  # the ready-made value settles it, whatever it would be reckoned from
            waiting.extend((part, since, day) for part in reversed(found.parts))


def below(top: Explanation, parts_of: Callable[[Explanation], Sequence[Explanation]]) -> Iterator[Explanation]:
    """Yield an explanation and what is below it, parents first and each once: decided parts are shared."""
    seen: set[int] = set()
    waiting = [top]
    while waiting:
        found = waiting.pop()
        if id(found) not in seen:
            seen.add(id(found))
            yield found
            waiting.extend(reversed(parts_of(found)))
