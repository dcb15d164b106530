"""What is the same for all questions over a core, and the questions of nobody at hand that are kept for all partners."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date
from threading import local
from typing import Any

from dsl import core as c
from dsl.core.reached import REGISTER, Reached
from dsl.core.record_plans import RecordPlans
from dsl.core.written import Written
from evaluator.compiled.frame import Frame
from evaluator.compiled.question import Question
from evaluator.compiled.twin import Twin
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.progress import choices_told, nothing_told
from evaluator.reasons.plan import Plans


class Asked:
    """What is the same for all questions over a core: its twin, what moves and reaches its nodes, and nobody."""

    def __init__(
        self,
        core: c.Core,
        plans: RecordPlans,
        reached: Reached,
        written: Written,
        reasons: Plans,
        scored: Callable[[c.Expr], bool],
        interpreter: Callable[[Facts], Interpreter],
    ) -> None:
        """Take the core, what was read off it, and what gives an interpreter over facts."""
        self.core = core
        self.interpreter = interpreter
        self.twin = Twin(core, written, reasons, scored)
        self.written = written
        self.plans = plans
        self.reached = reached
        self._nobody = _Nobody()

    def nobody(self, as_of: date, who: str, told: Mapping[str, Any] | None = None) -> Question:
        """Return the question of a partner who tells nothing, or little; each thread has its own, as it remembers."""
        return self._kept(as_of, who, lambda: told or {})

    def with_nothing(self, question: Question) -> Question:
        """Return the question of a partner with nothing, of the same choices as the one at hand."""
        told = choices_told(self.core, question.facts.data)
        return self._kept(question.as_of, f"nothing of {question.choices}", lambda: nothing_told(self.core, told))

    def _kept(self, as_of: date, who: str, told: Callable[[], Mapping[str, Any]]) -> Question:
        kept = self._nobody.kept
        found = kept.pop((as_of, who), None)
        if found is None:
            found = Question(self, Facts(self.core, told(), as_of))
        kept[as_of, who] = found
        if len(kept) > MOST_NOBODIES:
            kept.popitem(last=False)
        return found

    def of_alike(self, frame: Frame, node: c.Expr) -> Frame | None:
        """Return the frame of all who tell the same of what a node reads, where that is little; else None."""
        if frame.projected:
            return None
        question, read = frame.question, self.reached.of(node)
        told = question.facts.alike(read)
        if told is None or (REGISTER in read and (frame.entry is not None or frame.due is not None)):
            return None
        alike = self.nobody(question.as_of, f"told {told}", told) if told else question.of_whom_nothing_is_told
        return alike.frame(frame.day, False, None, None) if alike is not question else None


MOST_NOBODIES = 128
"""How many questions of nobody are kept; then the one that was asked for longest ago is forgotten."""


class _Nobody(local):
    def __init__(self) -> None:
        self.kept: OrderedDict[tuple[date, str], Question] = OrderedDict()
