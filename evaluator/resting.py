"""What a decision rests on: the provisional figures and the readings of unclear sources that were used.

Where something was decided, what it chose counts. What is decided for every record (filters, computed fields) and the
settings that made a check count as they are written for the day: that is looked at once for a core. What decisions
share is looked at once for a partner and a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set as AbstractSet
from datetime import date
from typing import TypeAlias

from dsl import core as c
from dsl.builtin import CERTIFICATIONS
from dsl.core.algebra import words_of
from dsl.core.ranges import Truth
from dsl.core.walk import children
from dsl.core.written import Note, Notes, Resting, Written, merged, of_basis, of_node
from dsl.source import Span
from evaluator.decision import Decision
from evaluator.explanation import Explanation
from evaluator.facts import Facts
from evaluator.kept import Elsewhere, Kept
from evaluator.register.standing import Standing

CHECKING = ("checked at", "met sometime", "renewable", "lost after")
"""Settings that make a check, its window and its grace."""
NEXT = ("checked at",)
"""The setting that gives the day of a check that lies ahead."""
RENEWING = ("renewable", "renews to")
"""Settings that give the new anniversary of a renewal."""
VALID = ("valid",)
"""The setting that gives the anniversary of what is attained."""
Stated: TypeAlias = c.Option | c.Effect | c.SettingVersion | c.Stated
"""What a version says beside what it asks."""
_NOT_YET: AbstractSet[str] = frozenset({"not looked at yet"})


class Decided:
    """What explanations rest on that were decided over one partner's facts on one day."""

    def __init__(self, written: Written, facts: Facts, kept: Kept, elsewhere: Elsewhere) -> None:
        self.written = written
        self.as_of = facts.as_of
        self._facts = facts
        self._kept = kept
        self._elsewhere = elsewhere
        self._out_of_force: dict[tuple[str, date], Notes] = {}
        self._certified: AbstractSet[str] | None = _NOT_YET

    @property
    def certified(self) -> AbstractSet[str] | None:
        """What people are told to be certified in; None where there may be more."""
        if self._certified is _NOT_YET:
            self._certified = _certified(self._facts)
        return self._certified

    def notes(self, part: Explanation, day: date | None = None) -> Notes:
        """Return what an explanation rests on, in the order in which it is read.

        Args:
            part: the explanation.
            day: the day it was decided on, where it tells none itself; None: the day of the question.
        """
        return () if self.written.is_silent(part.node) else self._notes(part, day, self._kept)

    def _notes(self, part: Explanation, day: date | None, kept: Kept) -> Notes:
        found = kept.notes.get(id(part))
        if found is None:
            other = self._elsewhere.get(id(part), kept)
            if other is not kept:
                return self._notes(part, day, other)
            asked = day or self.as_of
            day = part.day or asked
            pieces: list[Notes] = []
            if not self.written.says_nothing(part.node):
                pieces.append(tuple(dict.fromkeys(self._own(part, day))))
            if isinstance(part.node, c.OnDate):
                # Its own part is the value of that day; what gives the day is read on the day it is asked for.
                pieces.append(self.written.node(part.node.date, asked, self.as_of))
            is_silent = self.written.is_silent
            pieces.extend([self._notes(inner, day, kept) for inner in _that_count(part) if not is_silent(inner.node)])
            found = kept.notes[id(part)] = (part, merged(pieces))
        notes: Notes = found[1]
        return notes

    def know(self, part: Explanation, notes: Notes) -> None:
        """Take what an explanation without parts rests on, where that was found without them."""
        self._kept.notes[id(part)] = (part, notes)

    def of_award(self, award: str, day: date, is_so: Truth) -> Notes:
        """Return what it rests on that an award is held, paid or lapsed: where it is not, on its rule not being in force."""
        rule = self.written.core.rule_of_award.get(award)
        return () if rule is None or is_so is Truth.TRUE else self.because_out_of_force(rule, day)

    def because_out_of_force(self, rule: c.Rule, day: date) -> Notes:
        """Return the second-hand days because of which a rule is not in force on a day."""
        if (rule.id, day) not in self._out_of_force:
            self._out_of_force[rule.id, day] = tuple(self.written.out_of_force([rule], day))
        return self._out_of_force[rule.id, day]

    def _own(self, part: Explanation, day: date) -> Iterator[Note]:
        node, written = part.node, self.written
        if isinstance(node, c.Holds):
            for check in part.parts:
                yield from self._of_check(node.award, check)
        if isinstance(node, c.Holds | c.Paid | c.Lapsed):
            yield from self.of_award(node.award, day, part.truth)
        elif isinstance(node, c.Qualifies | c.InProgress):
            yield from self.because_out_of_force(written.core.rules[node.rule], day)
        elif isinstance(node, c.OfRecords):
            # Which records are in it is told before what they give.
            for one in sorted(children(node), key=lambda one: one is not node.where):
                yield from written.node(one, day, self.as_of)
            yield from written.told(node, day, self.as_of)
        elif isinstance(node, c.People | c.DifferentPeople):
            yield from self.of_people(node, day)
        elif isinstance(node, c.Lookup):
            yield from of_node(node, day, part.chosen, self.as_of)
            yield from written.ended(node, day, self._asked_for(part))
        else:
            yield from written.chosen(node, day, part.chosen, self.as_of)

    def of_people(self, node: c.People | c.DifferentPeople, day: date) -> Notes:
        """Return what a figure about people rests on, of what they are certified in."""
        return self.written.of_people(node, day, self.as_of, lambda: self.certified)

    def _asked_for(self, part: Explanation) -> Callable[[object], bool]:
        """Return which rows of a lookup are asked for, by their names: those of its key."""
        keys = words_of(part.the("key").range).options
        return lambda name: keys is None or name == "otherwise" or name in keys

    def _of_check(self, award: str, check: Explanation) -> Notes:
        """Return what the settings rest on that made a check of an award."""
        day = next((part.day for part in check.walk() if part.day is not None), self.as_of)
        return self.written.settings(award, day, CHECKING, self.as_of)


class Rests:
    """Gathers what a decision rests on, each thing once, in the order it was met."""

    def __init__(self, decided: Decided) -> None:
        self.decided = decided
        self._notes: dict[Note, None] = {}

    @property
    def figures(self) -> tuple[Resting, ...]:
        """Provisional figures and dates."""
        return tuple(found for is_figure, found in self._notes if is_figure)

    @property
    def assumptions(self) -> tuple[Resting, ...]:
        """Readings, and what is applied to days before it was observed."""
        return tuple(found for is_figure, found in self._notes if not is_figure)

    def note(self, decided: Decision) -> None:
        """Note what a decision rests on already."""
        self._notes.update(dict.fromkeys((True, one) for one in decided.provisional_figures))
        self._notes.update(dict.fromkeys((False, one) for one in decided.assumptions))

    def on(self, basis: c.Basis, origin: Span, days: c.Days = c.ALWAYS) -> None:
        """Note what stands beside a part that was used: its readings, and whether its days are provisional."""
        self._notes.update(dict.fromkeys(of_basis(basis, origin, self.decided.as_of, days)))

    def on_ended(self, version: c.RuleVersion, day: date) -> None:
        """Note the second-hand days because of which parts of a version are not in force any more."""
        self._notes.update(dict.fromkeys(self.decided.written.ended_of(version, day)))

    def on_out_of_force(self, rule: c.Rule, day: date) -> None:
        """Note the second-hand days because of which a rule is not in force on a day."""
        self._notes.update((note, None) for note in self.decided.written.out_of_force([rule], day))

    def on_decided(self, top: Explanation) -> None:
        """Note what an explanation rests on."""
        self._notes.update(dict.fromkeys(self.decided.notes(top)))

    def on_all(self, notes: Notes) -> None:
        """Note what something rests on."""
        self._notes.update(dict.fromkeys(notes))

    def on_standing(self, rule: c.Rule, standing: Standing) -> None:
        """Note what the standing of a rule's award rests on: its last check, and the settings that its dates are of."""
        dues = [(standing.next_due, NEXT), (standing.renews_due if standing.renews_to is not None else None, RENEWING)]
        if standing.check is not None and standing.check_due is not None:
            self.on_decided(standing.check)
            dues.insert(0, (standing.check_due, CHECKING))
        for due, words in dues:
            if due is not None:
                self.on_settings(rule.award, due, words)
        if standing.until is not None:
            self.on_out_of_force(rule, standing.until)

    def on_settings(self, award: str, due: date, words: Sequence[str]) -> None:
        """Note settings of an award as they are for an anniversary."""
        found = self.decided.written.settings(award, due, words, self.decided.as_of)
        self._notes.update(dict.fromkeys(found))


def _certified(facts: Facts) -> AbstractSet[str] | None:
    """Return what people are told to be certified in, today or as projected; None where there may be more."""
    lists = [facts.records(CERTIFICATIONS.name)]
    if CERTIFICATIONS.name in facts.section("records", True):
        lists.append(facts.records(CERTIFICATIONS.name, True))
    if any(told.rows is None or told.partial for told in lists):
        return None
    names: set[str | None] = {row.data.get("certification") for told in lists for row in told.rows or ()}
    return None if None in names else {name for name in names if name is not None}


def stated_beside(version: c.RuleVersion, day: date) -> list[Stated]:
    """Return what a version says on a day beside what it asks."""
    stated: tuple[Stated, ...] = (
        *version.effects,
        *version.immediate_badge,
        *version.at_most_one,
        *version.must_choose,
    )
    return [one for one in stated if day in one.days]


def rests_on(
    decided: Decided,
    version: c.RuleVersion,
    explanations: Sequence[Explanation],
    more: Iterable[Stated],
    notes: Notes = (),
) -> Rests:
    """Return what a decision rests on: the wording of its version, what was decided, and what stands beside it.

    ``notes``: what that rests on which was decided without explanations.
    """
    rests = Rests(decided)
    rests.on(version.basis, version.origin, version.days)
    rests.on_ended(version, decided.as_of)
    for stated in more:
        value = stated.value if isinstance(stated, c.SettingVersion) else version
        rests.on(stated.basis, (value[0] if isinstance(value, tuple) else value).origin, stated.days)
    for top in explanations:
        rests.on_decided(top)
    rests.on_all(notes)
    return rests


def _that_count(explanation: Explanation) -> Sequence[Explanation]:
    """Return the parts that a decision rests on: where one of several is enough, those that are met."""
    if isinstance(explanation.node, c.AnyOf) and explanation.truth is Truth.TRUE:
        return [part for part in explanation.parts if part.truth is Truth.TRUE]
    return explanation.parts
