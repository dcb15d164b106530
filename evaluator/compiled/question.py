"""What one partner's facts leave open on one day, without why: compiled functions, and all that they share.

A question is asked many rules. What these have in common (facts, figures over lists, people, names, what is held, other
rules) is decided once for a day, in a frame (``frame``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Set as AbstractSet
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from dsl import core as c
from dsl.core.algebra import RANGES
from dsl.core.ops import define
from dsl.core.ops.parts import Role
from dsl.core.ranges import Range, exactly, is_settled
from dsl.core.remembered import Remembered
from dsl.core.written import Notes
from evaluator.compiled.beside import Before, Decided
from evaluator.compiled.frame import Frame
from evaluator.compiled.recorded import Telling
from evaluator.compiled.twin import is_read_once
from evaluator.compiled.unboxed import TRUTHS, Flag, Unboxed, boxed, unboxed
from evaluator.explanation import Explanation, Gap
from evaluator.facts import Facts, Row
from evaluator.interpreter import Interpreter
from evaluator.kept import Kept
from evaluator.moment import Moment
from evaluator.once import once
from evaluator.progress import choices_told
from evaluator.reading import PartnerReading, Read, Reads
from evaluator.reasons.expander import Reason
from evaluator.register.held import Register
from evaluator.resting import Decided as Rested
from evaluator.stretches import Stretches

if TYPE_CHECKING:
    from evaluator.compiled.asked import Asked

_OPEN = (Gap("fact", "", ""),)
"""Stands for whatever is missing: here nobody is told what that is, only that something is."""


MOST_MEASURES = 1_000
"""Of how many sets of measures it is kept what is known of them."""


class Said(NamedTuple):
    """What is said of a requirement that is settled."""

    is_met: bool
    reasons: tuple[Reason, ...]
    notes: Notes
    """What it rests on."""
    is_told_once: bool
    """Whether no reason stands in another's place too."""
    score: tuple[Any, ...] | None
    """Of the score that the policies alone say is its own: both ends of its points, what it is out of, both ends of the mark.

    None: it has none; empty: which one it is hangs on what is told.
    """


class SaidAtOnce(NamedTuple):
    """The same, with all that is told of it written as JSON."""

    is_met: bool
    reasons: str
    """One after the other, with commas between."""
    notes: Notes
    """What it rests on."""
    score: str | None
    """Its own score; None where it has none."""


class Question:
    """Decides nodes of one core over one partner's facts."""

    def __init__(self, asked: Asked, facts: Facts, interpreter: Callable[[], Interpreter] | None = None) -> None:
        """Take what is the same for all partners, the facts, and what gives the interpreter that is asked for why."""
        self.asked = asked
        self.core = asked.core
        self.twin = asked.twin
        self.facts = facts
        self.as_of = facts.as_of
        self.kept = Kept()
        self.elsewhere: dict[int, Kept] = {}
        """By explanations that are of all partners alike: what is kept beside them."""
        self.in_progress: dict[tuple[object, ...], Flag] = {}
        """Which rules are in progress for partners of the same choices of whom nothing else is told that reaches them."""
        self.given: dict[tuple[object, ...], tuple[c.Expr, Unboxed]] = {}
        """Of a partner with nothing: what that gives."""
        self.reckoned_once: dict[str, Range] = {}
        """Of a partner who tells nothing: what measures are reckoned to be."""
        self.open_measures: Remembered[frozenset[str], tuple[bool, AbstractSet[str]]] = Remembered(MOST_MEASURES)
        """Of a partner who tells nothing: whether nothing is known of some measures, and what they are reckoned from."""
        self.before: Decided | None = None
        """What was asked already of the same partner."""
        self._gives_interpreter = interpreter
        self._interpreter: Interpreter | None = None
        self._frames: dict[tuple[date, bool, str | None, date | None], Frame] = {}

    @once
    def register(self) -> Register:
        """What is held."""
        return Register(self)

    @once
    def reading(self) -> PartnerReading:
        """What reads the partner."""
        return PartnerReading(self, self.facts, self.register, self.asked.plans)

    @once
    def readings(self) -> list[Reads]:
        """What reads the partner, also with why; the last one is asked."""
        return [self.reading]

    @once
    def stretches(self) -> Stretches:
        """The days on which something can change."""
        return Stretches(self, self.register, self.asked.plans.movement)

    @once
    def rests(self) -> Rested:
        """What is rested on."""
        return Rested(self.asked.written, self.facts, self.kept, self.elsewhere)

    def with_told(self, facts: Facts, names: AbstractSet[str]) -> Question:
        """Return a question over the same facts with some more told: what they do not reach is as it is here."""
        other = Question(self.asked, facts, lambda: self.interpreter.told(facts, names, self.asked.reached))
        before = Before(self, self.facts.reaching(names, self.asked.reached), self.asked.reached)
        other.before = before
        other.stretches.follow(self.stretches, before.is_reached)
        return other

    # ---- what is asked

    def value(self, node: c.Expr, at: Moment) -> Range:
        """Return the range of a node."""
        unit = self.twin.unit(node, at.rule, at.declaration if at.row is not None else None)
        return boxed(self.twin.units[unit].form, self.frame_of(at).unit(unit, at.row))

    def is_met(self, rule: c.Rule, day: date) -> Range:
        """Return whether the requirement of a rule is met in the version of the day; out of force it is not."""
        return TRUTHS[self.frame(day).rule(rule)]

    def are_open(self, measures: frozenset[str]) -> bool:
        """Whether nothing that is told is read by what measures are reckoned from, and nothing is known of any of them then."""
        nobody = self.of_whom_nothing_is_told
        found = nobody.open_measures.get(measures)
        if found is None:
            named = [self.core.named[name] for name in measures]
            of = self.asked.reached.of
            read: AbstractSet[str] = frozenset().union(*(of(one.value) for one in named))
            is_open = not any(is_settled(nobody._reckoned(one)) for one in named)
            found = nobody.open_measures.keep(measures, (is_open, read))
        return found[0] and found[1].isdisjoint(self.facts.reaching_all)

    def reckoned(self, named: c.NamedDecl) -> Range:
        """Return what the records say of a measure today, whether or not its value is told ready-made."""
        nobody = self.of_whom_nothing_is_told
        if nobody is not self and self.asked.reached.of(named.value).isdisjoint(self.facts.reaching_all):
            # Nothing that is told is asked about: it is what it is of all such partners.
            found = nobody.reckoned_once.get(named.name)
            if found is None:
                found = nobody.reckoned_once[named.name] = nobody._reckoned(named)
            return found
        return self._reckoned(named)

    def _reckoned(self, named: c.NamedDecl) -> Range:
        today = self.frame(self.as_of)
        home = self.asked.of_alike(today, named.value) or today
        unit = self.twin.unit(named.value, None)
        return boxed(self.twin.units[unit].form, home.unit(unit, None))

    def record(self, node: c.Expr, at: Moment, *, deep: bool = False) -> Explanation:
        """Return what the reasons of a node are told from, outside of records; ``deep``: with all its parts."""
        return self.frame_of(at).told.unit(self.twin.unit(node, at.rule), None, deep)

    def record_of_rule(self, rule: c.Rule, day: date, *, deep: bool = False) -> Explanation:
        """Return what the reasons of a rule's requirement are told from; ``deep``: with all its parts."""
        return self.frame(day).told.rule(rule, deep)

    def said(self, rule: c.Rule, version: c.RuleVersion) -> Said | None:
        """Return what is said of the requirement of a rule today; None where it is not settled, or others tell the same."""
        frame, node = self.frame(self.as_of), version.requirement
        if node is None or self.asked.of_alike(frame, node) is not None:
            return None
        found = self.twin.function(self.twin.unit(node, rule), frame.epoch, frame.day, "reasons")(frame)
        return None if found is None else Said(*found)

    def said_at_once(self, rule: c.Rule, version: c.RuleVersion) -> SaidAtOnce | None:
        """Return the same with the reasons as they are written; None also where nobody can write them at once."""
        frame, node = self.frame(self.as_of), version.requirement
        if node is None or self.asked.of_alike(frame, node) is not None:
            return None
        found = self.twin.function(self.twin.unit(node, rule), frame.epoch, frame.day, "text")(frame)
        return SaidAtOnce(*found) if found else None

    def scored(self, rule: c.Rule, requirement: c.Expr) -> tuple[Any, ...] | None:
        """Return the score of what a rule requires today, as ``Said`` has it; whether it is met is decided with it."""
        frame = self.frame(self.as_of)
        home = self.asked.of_alike(frame, requirement) or frame
        return home.scored(self.twin.unit(requirement, rule))

    def notes(self, node: c.Expr, at: Moment) -> Notes:
        """Return what a node rests on, outside of records: as what decides it with why would tell."""
        return self.frame_of(at).noted(self.twin.unit(node, at.rule))

    def notes_of_rule(self, rule: c.Rule, day: date) -> Notes:
        """Return what the requirement of a rule rests on."""
        return self.frame(day).notes_of_rule(rule)

    def frame(self, day: date, projected: bool = False, entry: Row | None = None, due: date | None = None) -> Frame:
        """Return what is decided on a day; once for all who ask."""
        key = (day, projected, entry.pointer if entry is not None else None, due)
        found = self._frames.get(key)
        if found is None:
            found = self._frames[key] = Frame(self, day, projected, entry, due)
        return found

    def frame_of(self, at: Moment) -> Frame:
        """Return what is decided at a moment."""
        return self.frame(at.day, at.projected, at.entry, at.due)

    @once
    def telling(self) -> Telling:
        """What decides with why for the readers of the partner."""
        return Telling(self)

    @once
    def of_whom_nothing_is_told(self) -> Question:
        """The question of a partner who tells nothing."""
        return self.asked.nobody(self.as_of, "told {}")

    @once
    def choices(self) -> str:
        """What is told that only says which rules apply."""
        return json.dumps(choices_told(self.core, self.facts.data), sort_keys=True)

    @property
    def interpreter(self) -> Interpreter:
        """What decides the same with why."""
        if self._interpreter is None:
            self._interpreter = (self._gives_interpreter or self._new_interpreter)()
            self._interpreter.kept, self._interpreter.elsewhere = self.kept, self.elsewhere
            self.readings.append(self._interpreter.reading)
        return self._interpreter

    def _new_interpreter(self) -> Interpreter:
        return self.asked.interpreter(self.facts)

    # ---- for the readers

    def evaluate(self, node: c.Expr, at: Moment) -> Explanation:
        """Decide one node; why is not told, and what is missing only that something is."""
        return Explanation(node, self._range(node, at), gaps=_OPEN)

    def requirement(self, rule: c.Rule, at: Moment) -> Explanation:
        """Decide the requirement of a rule in the version of the day likewise."""
        node = c.Qualifies(rule=rule.id, type=c.FLAG, origin=rule.origin)
        return Explanation(node, TRUTHS[self.frame_of(at).rule(rule)], gaps=_OPEN)

    def _range(self, node: c.Expr, at: Moment) -> Range:
        if isinstance(node, c.Sometime):
            # The window of a check is made for the moment: it has no function.
            start, end = (unboxed(self._range(part, at)) for part in (node.start, node.end))
            days = (*start, *end)
            return TRUTHS[self.frame_of(at).window(days, node.condition, at, lambda day: self._on(node, at, day))]
        if isinstance(node, c.Literal) and node.value is not None:
            return exactly(node.value)
        if isinstance(node, c.Qualifies):
            return TRUTHS[self.frame_of(at).rule(self.core.rules[node.rule])]
        if isinstance(node, c.AnyOf):
            return define(RANGES, node, _Reckoned(self, at), at.day)
        if isinstance(node, Read) and not is_read_once(node):
            return self.reading.read(node, at).range
        return self.value(node, at)

    def _on(self, node: c.Sometime, at: Moment, day: date) -> Flag:
        found: Flag = unboxed(self._range(node.condition, at._replace(day=day)))
        return found


class _Reckoned:
    """The parts of a node that was made for the moment."""

    def __init__(self, question: Question, at: Moment) -> None:
        self.question = question
        self.at = at

    def __call__(self, part: c.Expr, role: Role, name: str | None = None) -> Range:
        """Decide a part."""
        return self.question._range(part, self.at)

    def metrics(self, score: c.Expr, every: c.EveryMetric) -> Range:
        """Raise: no score is made for the moment."""
        raise AssertionError("scores are written in the policies")
