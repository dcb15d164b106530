"""What is read off a core once, for all decisions over it."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import cached_property

from dsl import core as c
from dsl.core.anywhere import Anywhere
from dsl.core.keys import Keys
from dsl.core.moves import Movement
from dsl.core.reached import Reached
from dsl.core.record_plans import RecordPlans
from dsl.core.remembered import Remembered
from dsl.core.written import Notes, Resting, Written
from evaluator.alike import Alike
from evaluator.compiled.asked import Asked
from evaluator.decision import Decision
from evaluator.decisions.layout import Layouts
from evaluator.facts import Facts
from evaluator.interpreter import Besides, Interpreter
from evaluator.reasons.plan import Plans


class Prepared:
    """A core, and what its nodes say of themselves: what moves them, what they ask, rest on and can be reached by."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self.movement = Movement(core)
        self.plans = RecordPlans(self.movement)
        self.reasons = Plans(Anywhere(core, _may_ask).within)
        self.written = Written(core)
        self.reached = Reached(core)
        self.besides = Besides(self.reached)
        self.scored = Anywhere(core, _is_own_score)
        """What has a score of its own."""
        self.asked = Asked(
            core, self.plans, self.reached, self.written, self.reasons, self.scored.within, self.interpreter
        )
        self.often = Often(core)
        self.alike = Alike(core)
        self.decided: dict[tuple[str, date, str, bool, bool, bool], Decision] = {}
        """Decisions that are the same for many: by rule, day, of whom, and whether only what comes out was wanted, no reasons,
        or what is written."""
        self.rests: Remembered[tuple[object, ...], tuple[Notes, tuple[Resting, ...], tuple[Resting, ...]]] = (
            Remembered()
        )
        """What decisions rest on, each with the notes that it was found of: by rule, day, notes and dates of the standing."""
        self.layouts = Layouts()

    def interpreter(self, facts: Facts) -> Interpreter:
        """Return an interpreter over a partner's facts."""
        return Interpreter(self.core, facts, self.plans, self.besides)

    @cached_property
    def keys(self) -> Keys:
        """What rules read of others and of the register: for a timeline, of which few are asked."""
        return Keys(self.core)


class Often:
    """Which rules are asked about so often that it is worth it to compile what their reasons are told from.

    What answers one question is asked once: to interpret a rule is sooner done than to compile it.
    """

    AFTER = 200
    """How many decisions of a rule in an epoch are interpreted first: compiling takes as long as some fifty save."""
    SOON = 20
    """How many of one of which only reasons are asked, by who compares what comes out for many partners: more will follow."""
    TOGETHER = 8
    """How many rules of one question are: what more of them share is interpreted once for all, and recorded for each."""

    def __init__(self, core: c.Core, after: int = AFTER) -> None:
        """Take the core, and after how many decisions of a rule in an epoch it is compiled; 0: from the first on, always."""
        self._core = core
        self._after = after
        self._left: dict[tuple[str, int], int] = {}

    def is_worth_it(self, rule: c.Rule, day: date, together: int, *, of_many: bool = False) -> bool:
        """Return whether a rule is decided by compiled functions on a day; that it was asked about is remembered.

        Args:
            rule: what is decided.
            day: the day.
            together: how many rules the question asks for.
            of_many: whether it is one of many partners' whom somebody compares.
        """
        if together > self.TOGETHER and self._after:
            return False
        key = self._key(rule, day)
        left = self._left.get(key, min(self._after, self.SOON) if of_many else self._after)
        if left > 0:
            self._left[key] = left - 1
        return left <= 0

    def _key(self, rule: c.Rule, day: date) -> tuple[str, int]:
        return rule.id, bisect_right(self._core.change_days, day)


def _is_own_score(node: c.Expr) -> bool | None:
    """The score of an award that a rule speaks of is none of the rule's own."""
    return None if node.tells_elsewhere else isinstance(node, c.PassScore)


def _may_ask(node: c.Expr) -> bool:
    """What reads the register may show the checks of any award; of groups each is told, with what it gives."""
    return isinstance(node, c.Requirement | c.Grouped) or "awards" in node.lists_read
