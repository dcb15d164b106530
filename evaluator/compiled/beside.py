"""What is decided beside the question at hand: of a partner with nothing, and before more facts were told."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dsl import core as c
from dsl.core.reached import Reached
from evaluator.compiled.unboxed import Unboxed, unboxed
from evaluator.moment import Moment
from evaluator.progress import given

if TYPE_CHECKING:
    from evaluator.compiled.question import Frame, Question

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

    def frame(self, frame: Frame) -> Frame:
        """Return the same day before."""
        return self.question.frame(frame.day, frame.projected, frame.entry, frame.due)
