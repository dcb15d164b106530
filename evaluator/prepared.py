"""What is read off a core once, for all decisions over it."""

from __future__ import annotations

from dsl import core as c
from evaluator.compiled.twin import Twin
from evaluator.interpreter import Besides
from evaluator.moves import Movement
from evaluator.plan import Plans
from evaluator.reached import Reached
from evaluator.record_plans import RecordPlans
from evaluator.resting import Written


class Prepared:
    """A core, and what its nodes say of themselves: what moves them, what they ask, rest on and can be reached by."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self.movement = Movement(core)
        self.plans = RecordPlans(self.movement)
        self.reasons = Plans()
        self.written = Written(core)
        self.twin = Twin(core)
        self.reached = Reached(core)
        self.besides = Besides()
