"""Why a node has its range, as data: text, JSON and HTML are renderings of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple, Self

from dsl.core import Expr, Named, Type
from dsl.core.ops.decided import WithRoles
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
    code: str = ""
    """Which of the sentences its title or note is, where they are no title of the policies: so that any language can say it."""
    names: tuple[str, ...] = ()
    """What that sentence names, in its order."""


class OfGroup(str):
    """A group of records by its name, as a figure over groups chooses it: with what it gives, and whether that is its most."""

    value: Range
    is_most: bool

    def __new__(cls, name: str, value: Range, *, is_most: bool) -> Self:
        """Name a group."""
        made = super().__new__(cls, name)
        made.value, made.is_most = value, is_most
        return made

    def __eq__(self, other: object) -> bool:
        """Whether another one gives the same under the same name."""
        alike = isinstance(other, OfGroup) and (self.value, self.is_most) == (other.value, other.is_most)
        return alike and super().__eq__(other)

    __hash__ = str.__hash__


class _Explained(NamedTuple):
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


class Explanation(_Explained, WithRoles):
    """Why a node has its range: the node, the range, the parts it rests on, what is missing here.

    Parts stand in the document's order, all of them: a decided whole still shows every part. ``chosen`` names what a
    choice took (branches, rows, versions, days) where the node chooses, of a score the metrics that keep it from passing,
    and of a figure over groups these, each with what it gives (``OfGroup``).
    """

    __slots__ = ()

    @property
    def value(self) -> Range:
        """What came out: its range."""
        return self.range

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

    def missing(self, elsewhere: AbstractSet[int] = frozenset()) -> Iterator[Gap]:
        """Yield the gaps that keep this node from being settled: those below settled parts do not matter.

        Args:
            elsewhere: identities of parts that are asked about beside this, for the same day: they are passed over.
        """
        if is_settled(self.range):
            return
        seen: set[int] = set()
        waiting: list[tuple[Explanation, date | None, date | None]] = [(self, None, None)]
        while waiting:
            found, since, day = waiting.pop()
            if id(found) in seen:
                continue
            seen.add(id(found))
            if since is None and id(found.parts) in elsewhere:
                continue
            if found.since is not None:
                since, day = found.since, found.day
            for gap in found.gaps:
                yield replace(gap, since=since) if since is not None and gap.day == day else gap
            if isinstance(found.node, Named) and found.gaps:
                continue  # the ready-made value settles it, whatever it would be reckoned from
            waiting.extend([(part, since, day) for part in found.parts[::-1] if not is_settled(part.range)])


def explained(
    node: Expr,
    range_: Range,
    parts: tuple[Explanation, ...],
    gaps: tuple[Gap, ...],
    chosen: tuple[str, ...],
    day: date | None,
    roles: tuple[Role, ...],
) -> Explanation:
    """Return an explanation of one day: made at once, as a decision is made of thousands."""
    return tuple.__new__(Explanation, (node, range_, parts, gaps, chosen, day, None, roles))


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
