"""What reasons are told from, made of what compiled functions decided on a day: records.

A record is an explanation. Asked for ``deep``, or not settled, it is what the interpreter would tell, part by part, and
what parts share is shared as there; else it has only the parts that a reason is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from dsl import core as c
from dsl.core.ranges import Truth, is_settled
from evaluator import elsewhere
from evaluator.compiled.twin import Leaf, is_read_once
from evaluator.compiled.unboxed import NONE, TRUTHS, Unboxed, boxed
from evaluator.deadline import look_at_the_clock
from evaluator.deciding import Again, Deciding, kind_of, made_of
from evaluator.explanation import Explanation
from evaluator.facts import Facts, Row
from evaluator.moment import Moment
from evaluator.reading import PartnerReading, Read
from evaluator.register.held import Register

if TYPE_CHECKING:
    from evaluator.compiled.frame import Frame
    from evaluator.compiled.question import Question


Key = TypeVar("Key")
Once: TypeAlias = dict[tuple[Key, bool], Explanation]
"""Records, by what they are of and whether they have all parts."""


def _once(kept: Once[Key], key: Key, deep: bool, make: Callable[[], Explanation]) -> Explanation:
    """Return what was made, or make it: of what is not settled, which has all parts, there is one record for all who ask."""
    found = kept.get((key, True))
    if found is None and not deep:
        found = kept.get((key, False))
    if found is None:
        found = make()
        kept[key, deep or not is_settled(found.range)] = found
    return found


class Recorded:
    """Gives the records of a frame; each is made once."""

    __slots__ = ("_leaves", "_named", "_rules", "_shared", "_units", "frame", "question")

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.question = frame.question
        self._units: dict[int, Explanation] = {}
        self._shared: Once[int] = {}
        self._leaves: Once[int] = {}
        self._named: Once[tuple[int, str | None]] = {}
        self._rules: Once[str] = {}

    # ---- called from compiled functions

    def unit(self, number: int, row: Row | None, deep: bool) -> Explanation:
        """Return the record of a node with a function of its own."""
        found = self._units.get(number) if row is None and not deep else None
        if found is None:
            found = self._unit(number, row, deep)
            if row is None and is_settled(found.range):
                # What is open is told of each place by itself, as the interpreter decides it for each.
                self._units[number] = found
        return found

    def once(self, number: int, deep: bool) -> Explanation:
        """Return the record that all share who tell the same of what a node reads."""
        return _once(self._shared, number, deep, lambda: self._unit(number, None, deep))

    def keep(self, node: c.Expr, rule: c.Rule | None, made: Explanation, deep: bool) -> Explanation:
        """Share the record of a requirement from now on."""
        self._shared[self.question.twin.unit(node, rule), deep or not is_settled(made.range)] = made
        return made

    def _unit(self, number: int, row: Row | None, deep: bool) -> Explanation:
        frame = self.frame
        made: Explanation = self.question.twin.function(number, frame.epoch, frame.day, "record")(frame, row, deep)
        return made

    def leaf(self, number: int, node: c.Expr, deep: bool) -> Explanation:
        """Return the record of a node that is read: it says where it stands, others that read the same stand elsewhere."""
        leaf = self.question.twin.leaves[number]
        home = self.frame.plain.told if leaf.is_plain else self
        return _once(home._leaves, number, deep, lambda: home._leaf(leaf, number, deep))._replace(node=node)

    def alike(self, node: c.Expr, rule: c.Rule | None, deep: bool) -> Explanation | None:
        """Return the record of a requirement that is one for all who tell the same of what it reads, where that is little."""
        home = self.question.asked.of_alike(self.frame, node)
        if home is None:
            return None
        found = home.told.once(self.question.twin.unit(node, rule), deep)
        self.question.elsewhere[id(found)] = home.question.kept
        return found

    def named(self, number: int, node: c.Named, rule: c.Rule | None, deep: bool) -> Explanation:
        """Return the record of a name; where many tell the same it is one for all of them, and told of once."""
        home = self.question.asked.of_alike(self.frame, node)
        if home is None:
            return self.leaf(number, node, deep)
        key = (id(node), rule.id if rule is not None else None)
        return _once(home.told._named, key, deep, lambda: home.told.leaf(number, node, deep))

    def field(self, node: c.Field, row: Row, declaration: c.RecordsDecl) -> Explanation:
        """Return a field of the record at hand."""
        range_, gaps = self.question.facts.field(row, node.name, declaration)
        return Explanation(node, range_, (), gaps)

    def of_group(self, node: c.Aggregate, rule: c.Rule | None, row: Row) -> Explanation:
        """Return a figure over the records of the group at hand."""
        return self.question.telling.reading.read(node, self.frame.at(rule)._replace(row=row))

    def on_day(self, node: c.OnDate, when: Explanation, number: int, row: Row | None, deep: bool) -> Explanation:
        """Return the record of a value of another day."""
        return elsewhere.on_day(node, when, lambda day: self._on(day).unit(number, row, deep))

    def as_projected(self, node: c.AsProjected, number: int, row: Row | None, deep: bool) -> Explanation:
        """Return the record of a value over the projected facts; where none are told it is the same for every partner."""
        question, frame = self.question, self.frame
        if row is None and frame.entry is None and not question.facts.is_projected:
            nobody = question.asked.nobody(question.as_of, "nothing projected")
            return elsewhere.of_part(node, nobody.frame(frame.day, True, None, frame.due).told.once(number, deep))
        there = question.frame(frame.day, True, frame.entry, frame.due)
        return elsewhere.of_part(node, there.told.unit(number, row, deep))

    def sometime(
        self, node: c.Sometime, first: Explanation, last: Explanation, number: int, row: Row | None
    ) -> Explanation:
        """Return the record of a window: of each of its days all that is missing there, to tell which is the nearest."""
        question, unit = self.question, self.question.twin.units[number]
        at = self.frame.at(unit.rule)
        if row is not None:
            at = at._replace(row=row, declaration=unit.declaration)

        def on(day: date) -> Explanation:
            look_at_the_clock()
            return self._on(day).unit(number, row, True)

        stretches = partial(question.stretches.of, node.condition, at)
        return elsewhere.sometime(node, first, last, question.as_of, stretches, on)

    def made(self, node: c.Expr, parts: Sequence[Explanation]) -> Explanation:
        """Return the record of a node of which its definition takes only some of the parts that it was given."""
        again = Again({id(part.node): part for part in parts}, self.frame.day)
        return made_of(node, kind_of(type(node)), again, self.question.as_of)

    def scored(self, number: int) -> Explanation:
        """Return the record of a score that counts the metrics of what is decided elsewhere: that shows in its parts."""
        leaf = self.question.twin.leaves[number]
        node = leaf.node
        if not isinstance(node, c.PassScore):
            raise AssertionError("scores count metrics")
        unit = self.question.twin.unit
        return self.made(node, [self.unit(unit(part, leaf.rule), None, True) for part in (node.score, node.mark)])

    # ---- rules, and what is read

    def rule(self, rule: c.Rule, deep: bool) -> Explanation:
        """Return the record of a rule's requirement."""
        return _once(self._rules, rule.id, deep, lambda: self._rule(rule, deep))

    def _rule(self, rule: c.Rule, deep: bool) -> Explanation:
        look_at_the_clock()
        question, frame = self.question, self.frame
        version = question.core.version_on(rule, frame.day)
        if version is None or version.requirement is None:
            return elsewhere.without_requirement(rule, version)
        number = question.twin.unit(version.requirement, rule)
        home = question.asked.of_alike(frame, version.requirement)
        if home is None:
            return self.unit(number, None, deep)
        found = home.told.once(number, deep)
        question.elsewhere[id(found)] = home.question.kept
        return found

    def _on(self, day: date) -> Recorded:
        frame = self.frame
        return self.question.frame(day, frame.projected, frame.entry, frame.due).told

    def _leaf(self, leaf: Leaf, number: int, deep: bool) -> Explanation:
        question, frame, node = self.question, self.frame, leaf.node
        if isinstance(node, c.Qualifies):
            return elsewhere.of_part(node, self.rule(question.core.rules[node.rule], deep))
        if isinstance(node, c.InProgress):
            done = TRUTHS[self._value(number)]
            part = self.rule(question.core.rules[node.rule], deep or done is Truth.UNKNOWN)
            return elsewhere.in_progress(node, part, done)
        if isinstance(node, c.Named):
            supplied = frame.supplied(node)
            if supplied is not None:
                return Explanation(node, supplied)
            part = self.unit(question.twin.unit(question.core.named[node.name].value, None), None, deep)
            return elsewhere.named(node, part, lambda: question.reading.wanted(node, frame.at(None)))
        if not isinstance(node, Read):
            raise AssertionError(f"{type(node).__name__} is not read")
        if not deep and not isinstance(node, _MORE_THAN_ITS_VALUE):
            value = boxed(leaf.form, self._value(number))
            if is_settled(value):
                return Explanation(node, value)
        return question.telling.reading.read(node, frame.at(leaf.rule))

    def _value(self, number: int) -> Unboxed:
        value = self.frame.memo.get(number, NONE)
        return self.frame.leaf(number) if value is NONE else value


_MORE_THAN_ITS_VALUE = (c.Holds, c.Grouped)
"""What tells more than what it comes to: the checks of an award, the groups of a figure."""


class Telling:
    """Decides nodes with why for the readers of a partner, by compiled functions: part by part what the interpreter tells."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.core = question.core
        self.facts: Facts = question.facts
        self.register = Register(self)
        self.reading = PartnerReading(self, question.facts, self.register, question.asked.plans)

    def evaluate(self, node: c.Expr, at: Moment) -> Explanation:
        """Decide one node."""
        question = self.question
        if isinstance(node, c.Literal):
            return elsewhere.figure(node)
        if isinstance(node, c.Sometime) and at.row is None:
            # The window of a check is made for the moment: it has no function.
            return self._sometime(node, at)
        if isinstance(node, c.AnyOf) and at.row is None:
            return made_of(node, kind_of(type(node)), Deciding(self, at), question.as_of)
        if isinstance(node, c.Qualifies):
            return elsewhere.of_part(node, self.requirement(self.core.rules[node.rule], at))
        if isinstance(node, Read) and not is_read_once(node):
            return self.reading.read(node, at)
        frame = question.frame_of(at)
        if isinstance(node, c.PassScore):
            return frame.told.scored(question.twin.leaf(node, at.rule))
        number = question.twin.unit(node, at.rule, at.declaration if at.row is not None else None)
        if at.row is not None:
            # Of most records all is told, and of these nobody asks why.
            value = boxed(question.twin.units[number].form, frame.unit(number, at.row))
            if is_settled(value):
                return Explanation(node, value)
        return frame.told.unit(number, at.row, True)

    def requirement(self, rule: c.Rule, at: Moment) -> Explanation:
        """Decide the requirement of a rule in the version of the day."""
        return self.question.frame_of(at).told.rule(rule, True)

    def _sometime(self, node: c.Sometime, at: Moment) -> Explanation:
        def on(day: date) -> Explanation:
            look_at_the_clock()
            return self.evaluate(node.condition, at._replace(day=day))

        first, last = self.evaluate(node.start, at), self.evaluate(node.end, at)
        stretches = partial(self.question.stretches.of, node.condition, at)
        return elsewhere.sometime(node, first, last, self.question.as_of, stretches, on)
