"""What is decided beside the question at hand: of a partner with nothing, before more facts were told, by other policies."""

from __future__ import annotations

from collections.abc import Sequence, Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from dsl import core as c
from dsl.core.keys import Key, Keys
from dsl.core.reached import Reached
from evaluator.compiled.twin import Leaf, Twin, Unit, is_read_once
from evaluator.compiled.unboxed import Unboxed, unboxed
from evaluator.moment import Moment
from evaluator.progress import given

if TYPE_CHECKING:
    from evaluator.compiled.frame import Frame
    from evaluator.compiled.question import Question

MOST_IN_PROGRESS = 5_000
"""For how many rules and choices it is remembered whether they are in progress."""


class Nothing:
    """What a partner with nothing gives, of the same choices as the one at hand, for whom a rule is asked about."""

    def __init__(self, question: Question, rule: c.Rule, projected: bool) -> None:
        self.rule = rule
        self.who = (rule.id, projected, question.choices)
        """What tells it from others that progress is held against."""
        self._at = Moment(question.as_of, projected, rule=rule)
        self._question = question.asked.with_nothing(question)

    def gives(self, node: c.Expr, day: date) -> Unboxed:
        """Return what a node is on a day; once for all partners of these choices."""
        key = (id(node), day, self.rule.id, self._at.projected)
        kept = self._question.given
        if key not in kept:
            if len(kept) >= MOST_IN_PROGRESS:
                kept.clear()
            found = self._question.interpreter.once(node, self._at._replace(day=day))
            # With its node: an identity is one object's only as long as that is there.
            kept[key] = (node, unboxed(given(found)))
        return kept[key][1]


class Decided(Protocol):
    """A question that was asked already: what is the same in it is not decided again."""

    def leaf(self, frame: Frame, number: int) -> tuple[Frame, int] | None:
        """Return the frame and the number by which it has what is read under a number; None where that may be another."""

    def unit(self, frame: Frame, number: int) -> tuple[Frame, int] | None:
        """Return likewise by which it has a node with a function of its own."""


@dataclass(frozen=True, slots=True)
class Before:
    """What was decided already before more facts were told."""

    question: Question
    names: AbstractSet[str]
    """The facts that are told now."""
    reached: Reached

    def is_reached(self, node: c.Expr) -> bool:
        """Whether a node can be another one now."""
        return self.reached.by(node, self.names)

    def leaf(self, frame: Frame, number: int) -> tuple[Frame, int] | None:
        """Return where it is as it was before."""
        return None if self.is_reached(frame.question.twin.leaves[number].node) else (self._frame(frame), number)

    def unit(self, frame: Frame, number: int) -> tuple[Frame, int] | None:
        """Return where it is as it was before."""
        return None if self.is_reached(frame.question.twin.units[number].node) else (self._frame(frame), number)

    def _frame(self, frame: Frame) -> Frame:
        return self.question.frame(frame.day, frame.projected, frame.entry, frame.due)


class Alongside:
    """Which nodes mean the same to two cores, by their keys: for one partner they are decided once for both."""

    def __init__(self, there: tuple[Twin, Keys], here: tuple[Twin, Keys]) -> None:
        """Take the twins and keys of the policies that are asked first, and of those that are asked then."""
        self.reads_alike = _told_of(there[0].core) == _told_of(here[0].core)
        """Whether facts are read alike for both, so that they are read once."""
        self._leaves = _Same(there[0].leaves, there[1], here[0].leaves, here[1])
        self._units = _Same(there[0].units, there[1], here[0].units, here[1])

    def leaf(self, number: int) -> int | None:
        """Return the number there of what is read here under a number; None where nobody there asked for it."""
        return self._leaves.of(number)

    def unit(self, number: int) -> int | None:
        """Return likewise the number there of a node with a function of its own."""
        return self._units.of(number)


def _told_of(core: c.Core) -> tuple[object, ...]:
    """Return all that says how facts are read: what is declared, how it is spelt, and which awards there are."""
    return core.facts, core.records, core.certifications, set(core.awards)


class _Same:
    """Finds by what they mean the numbers of nodes in a list that grows."""

    def __init__(
        self, there: Sequence[Leaf | Unit], keys_there: Keys, here: Sequence[Leaf | Unit], keys_here: Keys
    ) -> None:
        self._there, self._here = there, here
        self._keys_there, self._keys_here = keys_there, keys_here
        self._numbers: dict[tuple[object, ...], int] = {}
        self._looked_at = 0
        self._keys: dict[int, tuple[object, ...]] = {}

    def of(self, number: int) -> int | None:
        if self._looked_at < len(self._there):
            for index in range(self._looked_at, len(self._there)):
                self._numbers.setdefault(_key(self._there[index], self._keys_there), index)
            self._looked_at = len(self._there)
        key = self._keys.get(number)
        if key is None:
            key = self._keys[number] = _key(self._here[number], self._keys_here)
        return self._numbers.get(key)


def _key(one: Leaf | Unit, keys: Keys) -> tuple[object, ...]:
    """Return what tells what a node comes to for a partner from what all others do, whatever policies it is of."""
    rule = None if is_read_once(one.node) or one.rule is None else one.rule.id
    declaration = one.declaration.name if isinstance(one, Unit) and one.declaration is not None else None
    key: Key = keys.lasting(one.node)
    return type(one.node), key, rule, declaration


@dataclass(frozen=True, slots=True)
class OtherPolicies:
    """What other policies decided already over the same facts on the same day."""

    question: Question
    alongside: Alongside

    def leaf(self, frame: Frame, number: int) -> tuple[Frame, int] | None:
        """Return where they read what means the same."""
        found = self.alongside.leaf(number)
        return None if found is None else (self._frame(frame), found)

    def unit(self, frame: Frame, number: int) -> tuple[Frame, int] | None:
        """Return where they decide what means the same."""
        found = self.alongside.unit(number)
        return None if found is None else (self._frame(frame), found)

    def _frame(self, frame: Frame) -> Frame:
        return self.question.frame(frame.day, frame.projected, frame.entry, frame.due)
