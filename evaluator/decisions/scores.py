"""The score of a rule that has one of its own: found in what was decided, or where the policies alone say which it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dsl import core as c
from dsl.core.ops.parts import in_force
from dsl.core.ranges import Numbers, Range
from evaluator.compiled.question import Question
from evaluator.decision import Score
from evaluator.explanation import Explanation
from evaluator.moment import Moment


class Hidden(Exception):
    """What is looked for stands in parts of a decision that are not told of."""


class Scores:
    """Finds scores in what is decided of one partner on one day."""

    def __init__(self, question: Question, within: Callable[[c.Expr], bool]) -> None:
        """Take what decides, and what tells whether a node has a score of its own."""
        self._question = question
        self._within = within

    def of(self, explanation: Explanation, *, hides: bool = False) -> Score | None:
        """Return the score in what was decided.

        Args:
            explanation: of the requirement.
            hides: whether parts may be left out of it.

        Raises:
            Hidden: it may stand in a part that was left out.
        """
        waiting = [explanation]
        while waiting:
            part = waiting.pop()
            if isinstance(part.node, c.PassScore) and part.parts:
                return _score(part.node, part.the("value").range, part.the("mark").range)
            if self._within(part.node):
                if hides and not part.parts:
                    raise Hidden
                waiting.extend(reversed(part.parts))
        return None

    def told_or_deep(self, explanation: Explanation, rule: c.Rule, at: Moment) -> Score | None:
        """Return the score in what was decided with the parts that its reasons are made of, or else with all."""
        try:
            return self.of(explanation, hides=True)
        except Hidden:
            return self._deep(rule, at)

    def by_policies(self, rule: c.Rule, node: c.Expr, at: Moment) -> Score | None:
        """Return the score of a requirement of which nothing is told: with all its parts only where it hangs on them."""
        try:
            return self._plain(node, at)
        except Hidden:
            return self._deep(rule, at)

    def _deep(self, rule: c.Rule, at: Moment) -> Score | None:
        return self.of(self._question.record_of_rule(rule, at.day, deep=True))

    def _plain(self, node: c.Expr, at: Moment) -> Score | None:
        """Return the score of a requirement where it follows from the policies alone which one that is."""
        waiting: list[c.Expr] = [node]
        while waiting:
            part = waiting.pop()
            if isinstance(part, c.PassScore):
                return _score(part, self._question.value(part.score, at), self._question.value(part.mark, at))
            if self._within(part):
                if not isinstance(part, c.Requirement | c.AllOf | c.AnyOf):
                    raise Hidden
                inner = [part.value] if isinstance(part, c.Requirement) else in_force(part.parts, at.day)
                waiting.extend(reversed(inner))
        return None


def _score(node: c.PassScore, points: Range, needed: Range) -> Score | None:
    is_known = isinstance(points, Numbers) and isinstance(needed, Numbers)
    return Score(points, node.out_of, needed) if is_known else None  # type: ignore[arg-type]


def score_said(ends: tuple[Any, ...] | None) -> Score | None:
    """Return the score that a compiled function says: both ends of its points, what it is out of, both ends of the mark."""
    if ends is None:
        return None
    low, high, out_of, mark, most = ends
    return Score(Numbers(low, high), out_of, Numbers(mark, most))
