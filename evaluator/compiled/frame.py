"""What is decided of one partner on a day: called from compiled functions, and asked for what they read.

What is read of a partner is read by the interpreter's own readers, which ask the question for what they need decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

from dsl import core as c
from dsl.core.ranges import Range, Truth
from dsl.core.written import Notes
from evaluator.compiled.beside import MOST_IN_PROGRESS, Nothing
from evaluator.compiled.recorded import Recorded
from evaluator.compiled.twin import Leaf
from evaluator.compiled.unboxed import NONE, TRUTHS, Flag, Unboxed, unboxed
from evaluator.deadline import look_at_the_clock
from evaluator.explanation import Explanation
from evaluator.facts import Row
from evaluator.moment import Moment
from evaluator.reading import Read
from evaluator.reasons.expander import Context, Reason, reasons_of
from evaluator.reasons.plan import Within
from evaluator.records import known_people, valid_on

if TYPE_CHECKING:
    from evaluator.compiled.question import Question


class Frame:
    """What is decided on a day: of what is told or projected, and of the entry of the register whose check it is."""

    __slots__ = (
        "_holders",
        "_moments",
        "_noted",
        "_progress",
        "_told",
        "day",
        "day_told",
        "due",
        "entry",
        "epoch",
        "is_today",
        "memo",
        "plain",
        "projected",
        "question",
        "units",
    )

    def __init__(self, question: Question, day: date, projected: bool, entry: Row | None, due: date | None) -> None:
        self.question = question
        self.day = day
        self.projected = projected
        self.entry = entry
        self.due = due
        self.epoch = question.twin.epoch(day)
        self.memo: dict[int, Unboxed] = {}
        """What was read, by its number."""
        self.units: dict[int, Unboxed] = {}
        """What was decided, likewise."""
        self.plain: Frame = self if entry is None and due is None else question.frame(day, projected)
        self.day_told = None if day == question.as_of else day
        """What requirements tell of the day: nothing where it is that of the question."""
        self.is_today = self.day_told is None and not projected
        """Whether facts are as they are told, without a history."""
        self._told: Recorded | None = None
        self._holders: Any = NONE
        """Who holds each certification; None where not all is told."""
        self._noted: dict[int, Notes] = {}
        self._progress: dict[tuple[int, object], Unboxed] = {}
        self._moments: dict[str | None, Moment] = {}

    def at(self, rule: c.Rule | None) -> Moment:
        """Return the moment, for a rule."""
        key = rule.id if rule is not None else None
        found = self._moments.get(key)
        if found is None:
            found = self._moments[key] = Moment(self.day, self.projected, None, None, rule, self.entry, self.due)
        return found

    @property
    def told(self) -> Recorded:
        """What reasons are told from."""
        if self._told is None:
            self._told = Recorded(self)
        return self._told

    # ---- called from compiled functions

    def leaf(self, number: int) -> Unboxed:
        """Return what is read of the partner."""
        question = self.question
        leaf = question.twin.leaves[number]
        if leaf.told_as is not None and self.is_today:
            # The short way of ``Facts.value``: a number or flag that is told as it is on the day of the question.
            raw = question.facts.now.get(leaf.told_as)
            kind = raw.__class__
            if leaf.form == "numbers":
                if kind is int or kind is str or kind is Decimal:
                    figure = Decimal(raw)  # type: ignore[arg-type]
                    found = self.memo[number] = (figure, figure)
                    return found
            elif kind is bool:
                self.memo[number] = raw
                return raw
        if leaf.is_plain and self.plain is not self:
            found = self.plain.memo.get(number, NONE)
            if found is NONE:
                found = self.plain.leaf(number)
        else:
            before = question.before
            known = before.leaf(self, number) if before is not None else None
            if known is None:
                found = _READERS[leaf.node.__class__](self, leaf.node, leaf)
            else:
                there, its = known
                found = there.memo.get(its, NONE)
                if found is NONE:
                    found = there.leaf(its)
        self.memo[number] = found
        return found

    def unit(self, number: int, row: Row | None) -> Unboxed:
        """Return what a node is that has a function of its own."""
        question = self.question
        if row is not None:
            return question.twin.function(number, self.epoch, self.day)(self, row)
        found = self.units.get(number, NONE)
        if found is NONE:
            known = question.before.unit(self, number) if question.before is not None else None
            if known is None:
                found = question.twin.function(number, self.epoch, self.day)(self, None)
            else:
                there, its = known
                found = there.unit(its, None)
            self.units[number] = found
        return found

    def scored(self, number: int) -> tuple[Any, ...] | None:
        """Return the score of a requirement, as ``Said`` has it."""
        function = self.question.twin.function(number, self.epoch, self.day, "scored")
        self.units[number], score = function(self, None)
        found: tuple[Any, ...] | None = score
        return found

    def rule(self, rule: c.Rule) -> Flag:
        """Return whether a rule is met."""
        version = self.question.core.version_on(rule, self.day)
        if version is None or version.requirement is None:
            return version is not None
        home = self.question.asked.of_alike(self, version.requirement) or self
        found: Flag = home.unit(self.question.twin.unit(version.requirement, rule), None)
        return found

    def field(self, row: Row, name: str, declaration: c.RecordsDecl) -> Unboxed:
        """Return a field of the record at hand."""
        return unboxed(self.question.facts.field(row, name, declaration)[0])

    def of_group(self, node: c.Aggregate, rule: c.Rule | None, row: Row) -> Unboxed:
        """Return a figure over the records of the group at hand."""
        return unboxed(self.question.readings[-1].read(node, self.at(rule)._replace(row=row)).range)

    def on_day(self, low: date, high: date, number: int, row: Row | None) -> Unboxed:
        """Return what a node is on another day."""
        return self.question.frame(low, self.projected, self.entry, self.due).unit(number, row)

    def as_projected(self, number: int, row: Row | None) -> Unboxed:
        """Return what a node is over the projected facts: where none are told it is the same for every partner, and kept."""
        question = self.question
        if row is None and self.entry is None and not question.facts.is_projected:
            nobody = question.asked.nobody(question.as_of, "nothing projected")
            return nobody.frame(self.day, True, None, self.due).unit(number, None)
        return question.frame(self.day, True, self.entry, self.due).unit(number, row)

    def sometime(
        self, number: int, start: date | None, start_high: date | None, end: date | None, end_high: date | None, row: Row | None
    ) -> Flag:  # fmt: skip
        """Return whether a condition holds on some day of a window; days after the question are not known yet."""
        unit = self.question.twin.units[number]
        at = self.at(unit.rule)
        if row is not None:
            at = at._replace(row=row, declaration=unit.declaration)

        def on(day: date) -> Flag:
            found: Flag = self.question.frame(day, self.projected, self.entry, self.due).unit(number, row)
            return found

        return self.window((start, start_high, end, end_high), unit.node, at, on)

    def window(
        self,
        ends: tuple[date | None, date | None, date | None, date | None],
        condition: c.Expr,
        at: Moment,
        on: Callable[[date], Flag],
    ) -> Flag:
        """Return whether a condition holds on one of the days on which it can change."""
        start, start_high, end, end_high = ends
        if start is None or end is None or start != start_high or end != end_high:
            return None
        question = self.question
        today = question.as_of
        found: Flag = None if end > today else False
        for _, day in question.stretches.of(condition, at, start, min(end, today)):
            look_at_the_clock()
            one = on(day)
            if one:
                return True
            if one is None:
                found = None
        return found

    def reasons(self, record: Explanation, within: Within) -> tuple[Reason, ...]:
        """Return the reasons that are told from a record."""
        question = self.question
        return reasons_of(record, Context(self.day, within, question.kept, question.elsewhere))

    def asked(self, number: int) -> Unboxed:
        """Return whether a score passes that counts the metrics of what is decided elsewhere."""
        return unboxed(self.told.scored(number).range)

    # ---- what is rested on

    def merged(self, pieces: tuple[Notes, ...]) -> Notes:
        """Return notes together, each once."""
        return self.question.asked.written.merged(pieces)

    def noted(self, number: int) -> Notes:
        """Return what a node with a function of its own rests on."""
        found = self._noted.get(number)
        if found is None:
            function = self.question.twin.function(number, self.epoch, self.day, "notes")
            found = self._noted[number] = function(self, None)
        return found

    def progress(self, number: int, nothing: Nothing) -> Flag:
        """Return whether something is done in a node with a function of its own."""
        key = (number, nothing.who)
        found: Unboxed = self._progress.get(key, NONE)
        if found is NONE:
            if len(self._progress) >= MOST_IN_PROGRESS:
                self._progress.clear()
            function = self.question.twin.function(number, self.epoch, self.day, "progress")
            found = self._progress[key] = function(self, nothing)
        done: Flag = found
        return done

    def progress_of_rule(self, rule: c.Rule, nothing: Nothing) -> Flag:
        """Return whether something is done in the requirement of a rule."""
        version = self.question.core.version_on(rule, self.day)
        if version is None or version.requirement is None:
            return False
        home = self.question.asked.of_alike(self, version.requirement) or self
        return home.progress(self.question.twin.unit(version.requirement, rule), nothing)

    def done_on_day(self, low: date | None, high: date | None, number: int, nothing: Nothing) -> Flag:
        """Return whether something is done in a node on another day; nothing is where that day is not known."""
        if low is None or low != high:
            return False
        return self.question.frame(low, self.projected, self.entry, self.due).progress(number, nothing)

    def done_as_projected(self, number: int, nothing: Nothing) -> Flag:
        """Return whether something is done in a node over the projected facts."""
        return self.question.frame(self.day, True, self.entry, self.due).progress(number, nothing)

    def done_in(self, number: int, nothing: Nothing) -> Flag:
        """Return whether something is done in a node that is read, or in one of which that is told only with why."""
        leaf = self.question.twin.leaves[number]
        node = leaf.node
        if isinstance(node, c.OfRule):
            return self.progress_of_rule(self.question.core.rules[node.rule], nothing)
        if isinstance(node, c.Named):
            if self.supplied(node) is not None:
                return False
            unit = self.question.twin.unit(self.question.core.named[node.name].value, None)
            return self.progress(unit, nothing)
        if isinstance(node, c.Holds):
            standing = self.question.register.standing(node.award, node.level, self.at(None))
            if standing.check is None:
                return False
        interpreter = self.question.interpreter
        told = interpreter.progress(nothing.rule.id, self.at(nothing.rule))
        found: Flag = unboxed(told.of(interpreter.evaluate(node, self.at(leaf.rule))))
        return found

    def own_notes(self, node: c.Expr, chosen: tuple[str, ...]) -> Notes:
        """Return what a node itself rests on that is made of parts."""
        return self.question.asked.written.chosen(node, self.day, chosen, self.question.as_of)

    def own_notes_of(self, nodes: tuple[c.Expr, ...]) -> Notes:
        """Return what nodes rest on of which that is the same whatever is told."""
        return self.question.asked.written.together(nodes, self.day, self.question.as_of)

    def notes_of_rule(self, rule: c.Rule) -> Notes:
        """Return what the requirement of a rule rests on."""
        version = self.question.core.version_on(rule, self.day)
        if version is None or version.requirement is None:
            return ()
        home = self.question.asked.of_alike(self, version.requirement) or self
        return home.noted(self.question.twin.unit(version.requirement, rule))

    def notes_of_leaf(self, number: int, node: c.Expr) -> Notes:
        """Return what a node rests on that is read: it says where it stands, others that read the same stand elsewhere."""
        return _NOTED.get(node.__class__, Frame._noted_alone)(self, node, number)

    def _noted_alone(self, node: c.Expr, number: int) -> Notes:
        if isinstance(node, c.OfRecords) and node.of_anniversary in ("any", "first"):
            return self.notes_with_why(number)
        # What it comes to says nothing of what it rests on.
        return self.question.rests.notes(Explanation(node, Truth.UNKNOWN), self.day)

    def _noted_rule(self, node: c.Qualifies | c.InProgress, _: int) -> Notes:
        rule = self.question.core.rules[node.rule]
        return self.merged((self.question.rests.because_out_of_force(rule, self.day), self.notes_of_rule(rule)))

    def _noted_award(self, node: c.Holds | c.Paid | c.Lapsed, number: int) -> Notes:
        question = self.question
        home = self.plain if question.twin.leaves[number].is_plain else self
        if isinstance(node, c.Holds) and question.register.standing(node.award, node.level, home.at(None)).check:
            return self.notes_with_why(number)
        value = home.memo.get(number, NONE)
        return question.rests.of_award(node.award, self.day, TRUTHS[home.leaf(number) if value is NONE else value])

    def _noted_name(self, node: c.Named, number: int) -> Notes:
        question = self.question
        own = self.own_notes(node, ())
        home = self.plain if question.twin.leaves[number].is_plain else self
        if home.supplied(node) is not None:
            return own
        return self.merged((own, home.noted(question.twin.unit(question.core.named[node.name].value, None))))

    def _noted_people(self, node: c.People | c.DifferentPeople, _: int) -> Notes:
        return self.question.rests.of_people(node, self.day)

    def notes_on_day(self, node: c.OnDate, low: date | None, high: date | None, number: int, when: Notes) -> Notes:
        """Return what a value of another day rests on, and what says which day that is."""
        written, as_of = self.question.asked.written, self.question.as_of
        dated = written.node(node.date, self.day, as_of)
        if low is None or low != high:
            return self.merged((self.own_notes(node, ()), dated, when))
        there = self.question.frame(low, self.projected, self.entry, self.due)
        return self.merged((there.own_notes(node, ()), dated, there.noted(number)))

    def notes_as_projected(self, node: c.AsProjected, number: int) -> Notes:
        """Return what a value over the projected facts rests on."""
        there = self.question.frame(self.day, True, self.entry, self.due)
        return self.merged((self.own_notes(node, ()), there.noted(number)))

    def notes_with_why(self, number: int) -> Notes:
        """Return what a node rests on whose parts are told only with why."""
        leaf = self.question.twin.leaves[number]
        return self.question.rests.notes(self.question.telling.evaluate(leaf.node, self.at(leaf.rule)), self.day)

    # ---- reading

    def _fact(self, node: c.Fact, _: Leaf) -> Unboxed:
        return unboxed(self.question.facts.value(node.name, node.type, node.title, self.day, self.projected)[0])

    def _people(self, node: c.People, leaf: Leaf) -> Unboxed:
        holders = self._holders
        if holders is NONE:
            holders = self._holders = valid_on(self.question.facts, self.day, self.projected).holders
        if holders is None:
            return self._of_partner(node, leaf)
        known = known_people(holders, node.least, self.question.asked.plans.listed(node, self.day))
        return known, known

    def _of_partner(self, node: Read, leaf: Leaf) -> Unboxed:
        # Where somebody asked why already, what is read for that is read.
        return unboxed(self.question.readings[-1].read(node, self.at(leaf.rule)).range)

    def _met(self, node: c.Qualifies, _: Leaf) -> Flag:
        return self.rule(self.question.core.rules[node.rule])

    def _in_progress(self, node: c.InProgress, leaf: Leaf) -> Flag:
        """Decide what is in progress once for all partners of whom nothing that is told reaches the rule."""
        question = self.question
        version = question.core.version_on(question.core.rules[node.rule], self.day)
        asked = version.requirement if version is not None else None
        home = question.asked.of_alike(self, asked) if asked is not None else None
        key = (node.rule, self.day, self.due, question.choices)
        done = home.question.in_progress if home is not None else {}
        if key not in done:
            if len(done) >= MOST_IN_PROGRESS:
                done.clear()
            if self.entry is not None or self.due is not None:
                done[key] = unboxed(question.interpreter.evaluate(node, self.at(leaf.rule)).range)
            else:
                rule = question.core.rules[node.rule]
                done[key] = self.progress_of_rule(rule, Nothing(question, rule, self.projected))
        return done[key]

    def supplied(self, node: c.Named) -> Range | None:
        """Return what is told for a measure ready-made; None where nothing is, or not for the day."""
        if not node.supplied or not self.question.facts.is_told(node.name, self.projected):
            return None
        told, missing = self.question.facts.value(node.name, node.type, node.title, self.day, self.projected)
        return None if missing else told

    def _named(self, node: c.Named, _: Leaf) -> Unboxed:
        """A supplied value counts where one is given; else what the records say."""
        question = self.question
        supplied = self.supplied(node)
        if supplied is not None:
            return unboxed(supplied)
        return self.unit(question.twin.unit(question.core.named[node.name].value, None), None)


_READERS: Mapping[type[c.Node], Callable[[Frame, Any, Leaf], Unboxed]] = {
    **dict.fromkeys(get_args(Read), Frame._of_partner),
    c.Fact: Frame._fact,
    c.InProgress: Frame._in_progress,
    c.Named: Frame._named,
    c.People: Frame._people,
    c.Qualifies: Frame._met,
}
"""How each kind of node is read that no function is made of."""

_NOTED: Mapping[type[c.Node], Callable[[Frame, Any, int], Notes]] = {
    **dict.fromkeys((c.Qualifies, c.InProgress), Frame._noted_rule),
    **dict.fromkeys((c.Holds, c.Paid, c.Lapsed), Frame._noted_award),
    **dict.fromkeys((c.People, c.DifferentPeople), Frame._noted_people),
    c.Named: Frame._noted_name,
}
"""What each kind of node rests on that is read, where that is not all said by the node."""
