"""One version of the policies asked about all partners: whether anybody meets a condition, or loses it by telling more.

What is not laid open to the solver (the register, records, other days) has one value for each partner here: what is
claimed has to hold whichever it is. So a figure of the programme that nobody knows is the only range that is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import z3

from dsl import core as c
from dsl.core.anywhere import Anywhere
from dsl.core.keys import Keys
from dsl.core.ranges import Truth
from dsl.core.walk import children, walk
from evaluator.engine import Engine
from review.prove.checked import State
from review.prove.claims import Between, Facts
from review.prove.encode import Encoder
from review.prove.formulas import Formula, both, either, figure, negated
from review.prove.terms import Cannot, Flag, Ordered, Term, point
from review.prove.told import Told, texts_of
from review.prove.witness import number_of, shows, smallest, thought_of

Json = Any
TIME = 10_000
"""Milliseconds that the solver may think about one question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether nobody meets a condition."""

    state: State
    partner: Facts | None = None
    """Somebody who does: as small as can be, and decided by the engine."""
    more: Mapping[str, Json] = field(default_factory=dict)
    """What the partner tells more of, and loses by."""
    between: tuple[Between, ...] = ()
    why: str = ""


PROVED = Answer("proved")


class OfOne(Encoder):
    """Writes nodes of one version of the policies; figures of the programme that nobody knows are taken note of."""

    def __init__(self, core: c.Core, keys: Keys, told: Told, as_of: date) -> None:
        super().__init__(core, keys, told, as_of)
        self.not_known: dict[c.Literal, None] = {}
        self._held: dict[tuple[c.Holds, date, bool], Flag] = {}

    def _open(self, node: c.Expr, day: date, projected: bool, rule: str, why: str, *, exact: bool) -> Term:
        found = super()._open(node, day, projected, rule, why, exact=True)
        if isinstance(node, c.Holds) and isinstance(found, Flag):
            self._with_lower_levels(node, day, projected, found)
        return found

    def _means(self, node: c.Expr, day: date, rule: str) -> str:
        # Of one version a name says what is meant.
        return f"qualifies {node.rule}" if isinstance(node, c.Qualifies) else super()._means(node, day, rule)

    def _with_lower_levels(self, node: c.Holds, day: date, projected: bool, found: Flag) -> None:
        """Take note that who holds an award at a level holds it at the lower ones."""
        levels = self.core.rule_of_award[node.award].levels if node.award in self.core.rule_of_award else ()
        for (other, *where), held in self._held.items():
            if other.award == node.award and where == [day, projected]:
                for upper, lower, above, below in ((node, other, found, held), (other, node, held, found)):
                    if _rank(upper, levels) >= _rank(lower, levels):
                        self.told.bounds.append(either(negated(above.must), below.must))
        self._held[(node, day, projected)] = found

    def _read(self, node: c.Sourced, day: date, projected: bool, rule: str) -> Term:
        if isinstance(node, c.Literal) and node.value is None:
            self.not_known[node] = None
        return super()._read(node, day, projected, rule)


class OfAnyDay(OfOne):
    """Writes nodes for whichever day of a stretch it is: what is reckoned from today, beside its order, is not laid open."""

    def __init__(self, core: c.Core, keys: Keys, told: Told, as_of: date, days: c.Days) -> None:
        super().__init__(core, keys, told, as_of)
        value = z3.ToReal(z3.Int("today"))
        first, last = days.start or date.min, days.end or date.max
        told.bounds += [value >= figure(first.toordinal()), value < figure(last.toordinal())]
        self._today = point(value, is_day=True)

    def _read(self, node: c.Sourced, day: date, projected: bool, rule: str) -> Term:
        return (
            self._today
            if isinstance(node, c.Today) and day == self.as_of
            else super()._read(node, day, projected, rule)
        )


class Outline(OfOne):
    """Writes nodes without what other rules ask, but for the rules named in the claim: whether they are met is whatever it can be."""

    def __init__(self, core: c.Core, keys: Keys, told: Told, as_of: date, named: Iterable[c.Expr] = ()) -> None:
        super().__init__(core, keys, told, as_of)
        self._named = {id(node) for node in named}

    def _read(self, node: c.Sourced, day: date, projected: bool, rule: str) -> Term:
        if isinstance(node, c.Qualifies) and id(node) not in self._named:
            return self._open(node, day, projected, rule, "what another rule asks", exact=True)
        if isinstance(node, c.Sometime):
            return self._open(node, day, projected, rule, "other days", exact=True)
        return super()._read(node, day, projected, rule)


class Richer(OfOne):
    """Writes the same for the partner who tells more of a fact today, and else all alike."""

    def __init__(self, of: OfOne, more: str) -> None:
        super().__init__(of.core, of.keys, of.told, of.as_of)
        self._of = of
        self.not_known = of.not_known
        self.more = more
        self.raised: Ordered | None = None
        """How much is told then; None where nothing asks for it."""
        self._reads_it = Anywhere(of.core, self._is_more)

    def told_of(self, model: Any) -> dict[str, Json]:
        """Return what a model says that is told then."""
        return {} if self.raised is None else {self.more: number_of(self.raised, model, self._type)}

    @property
    def _type(self) -> c.Type:
        declared = self.core.facts.get(self.more) or self.core.named[self.more]
        return declared.type

    def _is_more(self, node: c.Expr) -> bool:
        return isinstance(node, c.Fact | c.Named) and node.name == self.more

    def _open(self, node: c.Expr, day: date, projected: bool, rule: str, why: str, *, exact: bool) -> Term:
        # What is not laid open and reads it may be another thing for the richer one.
        if self._reads_it.within(node):
            key = f"{self._means(node, day, rule)} {self.told.when(day)} {projected} with more"
            found = self.told.open(key, node, day, why, self.core, exact=True)
            if isinstance(node, c.PerUnit | c.Prorate):
                self._in_step(node, day, projected, rule, found, why)
            return found
        return super()._open(node, day, projected, rule, why, exact=exact)

    def _in_step(
        self, node: c.PerUnit | c.Prorate, day: date, projected: bool, rule: str, found: Term, why: str
    ) -> None:
        """Take note that points which are not laid open go with their metric: more of it never gives fewer."""
        beside = [part for part in children(node) if part is not node.value]
        if any(map(self._reads_it.within, beside)):
            return
        poor = self._of.told.open(
            f"{self._means(node, day, rule)} {self.told.when(day)} {projected}", node, day, why, self.core, exact=True
        )
        metrics = (self._of.on(node.value, day, projected, rule).value, self.on(node.value, day, projected, rule).value)
        exact = (term.exact for term in (*metrics, poor, found) if isinstance(term, Ordered))
        ends = [end for end in exact if end is not None]
        if len(ends) == len((*metrics, poor, found)):
            low, high, fewer, more = ends
            self.told.bounds += [z3.Implies(high >= low, more >= fewer), z3.Implies(low >= high, fewer >= more)]

    def _read(self, node: c.Sourced, day: date, projected: bool, rule: str) -> Term:
        term = super()._read(node, day, projected, rule)
        is_told = isinstance(node, c.Fact) or (isinstance(node, c.Named) and node.supplied)
        if not is_told or projected or day != self.as_of or not self._is_more(node):
            return term
        if not isinstance(term, Ordered) or term.exact is None:
            raise Cannot("more of what is no figure")
        if self.raised is None:
            self.raised = point(term.exact + self._step())
            if self._type.high is not None:
                self.told.bounds.append(self.raised.low.value <= figure(self._type.high))
        return self.raised

    def _step(self) -> Formula:
        if self._type.kind == "count":
            return figure(1)
        step = z3.Real(f"more {self.more}")
        self.told.bounds.append(step >= 0)
        return step


class Asking:
    """Asks about the partners of one version of the policies."""

    def __init__(self, core: c.Core, engine: Engine, keys: Keys) -> None:
        self.core = core
        self.engine = engine
        self.keys = keys
        self.texts = texts_of((core,))

    def encoder(self, day: date) -> OfOne:
        """Return what writes nodes for a day."""
        return OfOne(self.core, self.keys, Told(self.texts), day)

    def on_any_day(self, day: date, days: c.Days) -> OfOne:
        """Return what writes nodes for all days of a stretch, of which one is given."""
        return OfAnyDay(self.core, self.keys, Told(self.texts), day, days)

    def never(self, against: c.Expr, day: date, rule: str = "", known: Iterable[Answer] = ()) -> Answer:
        """Return whether nobody meets a condition on a day; partners who did on other days are tried first."""
        for one in known:
            if shows(lambda facts: self.engine.meets(against, facts, day) is Truth.TRUE)(one.partner or {}):
                return one
        for named in ((), tuple(walk(against))):
            outline = Outline(self.core, self.keys, Told(self.texts), day, named)
            thin = outline.on(against, day, False, rule).value
            if isinstance(thin, Flag) and _is_unmet(outline, thin.may):
                return PROVED
        encoder = self.encoder(day)
        found = encoder.on(against, day, False, rule).value
        if not isinstance(found, Flag):
            raise TypeError("no condition is claimed")

        def meets(facts: Facts, _: Mapping[str, Json]) -> bool:
            return self.engine.meets(against, facts, day) is Truth.TRUE

        return self._answer(encoder, found.must, found.may, day, meets)

    def never_costs(
        self, condition: c.Expr, more: str, day: date, rule: str = "", known: Iterable[Answer] = ()
    ) -> Answer:
        """Return whether nobody meets a condition on a day, and not any longer with more of what is told.

        More of several things is one step after the other, each of one of them, and of a count each by one: so it is
        enough that no single step costs the condition.
        """

        def loses(facts: Facts, raised: Mapping[str, Json]) -> bool:
            if not raised or not raised.keys() <= facts.get("facts", {}).keys():
                return False
            if self.engine.meets(condition, facts, day) is not Truth.TRUE:
                return False
            return self.engine.meets(condition, with_more(facts, raised, day), day) is Truth.FALSE

        for one in known:
            if one.more.keys() == {more} and shows(lambda facts, one=one: loses(facts, one.more))(one.partner or {}):  # type: ignore[misc]
                return one
        encoder = self.encoder(day)
        poor = encoder.on(condition, day, False, rule).value
        encoder_of_more = Richer(encoder, more)
        rich = encoder_of_more.on(condition, day, False, rule).value
        if not isinstance(poor, Flag) or not isinstance(rich, Flag):
            raise TypeError("no condition is claimed")
        must, may = both(poor.must, negated(rich.may)), both(poor.may, negated(rich.must))

        return self._answer(encoder, must, may, day, loses, encoder_of_more)

    def _answer(
        self,
        encoder: OfOne,
        must: Formula,
        may: Formula,
        day: date,
        is_shown: Any,
        richer: Richer | None = None,
    ) -> Answer:
        if z3.is_false(z3.simplify(may)):
            return PROVED
        told = encoder.told
        solver = z3.SimpleSolver()
        solver.set("timeout", TIME)
        solver.add(*told.all_bounds())
        not_known = tuple(
            Between("a figure of the programme that nobody knows", "", f"{one.origin.source.name}:{one.origin.line}")
            for one in encoder.not_known
        )
        solver.push()
        solver.add(must)
        found = solver.check()
        if found == z3.sat:
            for partner in thought_of(solver, told, day, self.core.records):
                raised = richer.told_of(solver.model()) if richer is not None else {}
                does_show = shows(lambda facts, raised=raised: is_shown(facts, raised))  # type: ignore[misc]
                if does_show(partner):
                    return Answer("refuted", smallest(partner, does_show), raised)
            between = tuple(dict.fromkeys((*told.between(), *not_known)))
            return Answer(
                "unknown", between=between, why="the solver thinks of partners, and the engine decides none so"
            )
        solver.pop()
        if found != z3.unsat:
            return Answer("unknown", why=f"the solver did not end in {TIME // 1000} seconds")
        if must is may or must.eq(may):
            return PROVED
        solver.add(may)
        found = solver.check()
        if found == z3.unsat:
            return PROVED
        if found != z3.sat:
            return Answer("unknown", why=f"the solver did not end in {TIME // 1000} seconds")
        return Answer("unknown", between=not_known, why="it hangs on what the programme does not say")


def _is_unmet(encoder: OfOne, condition: Formula) -> bool:
    if z3.is_false(z3.simplify(condition)):
        return True
    solver = z3.SimpleSolver()
    solver.set("timeout", TIME)
    solver.add(*encoder.told.all_bounds(), condition)
    return bool(solver.check() == z3.unsat)


def _rank(held: c.Holds, levels: Sequence[str]) -> int:
    """Return how high a level is: an award that is held at some level, whichever, is the lowest."""
    return levels.index(held.level) + 1 if held.level in levels else 0


def with_more(facts: Facts, raised: Mapping[str, Json], day: date) -> dict[str, Json]:
    """Return the facts of who tells more from a day on."""
    told = dict(facts.get("facts", {}))
    for name, value in raised.items():
        before = told[name]
        if isinstance(before, dict):
            steps = [step for step in before["history"] if step["from"] < day.isoformat()]
            told[name] = {"history": [*steps, {"from": day.isoformat(), "value": value}]}
        else:
            told[name] = value
    return {**facts, "facts": told}


def stretches(claim_days: Iterable[c.Days], changes: Iterable[date]) -> Iterator[c.Days]:
    """Yield the days of a claim from one change to the next."""
    starts: list[date | None] = [None, *sorted(changes)]
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else None
        for days in claim_days:
            first = max(start or date.min, days.start or date.min)
            last = min(end or date.max, days.end or date.max)
            if first < last:
                yield c.Days(None if first == date.min else first, None if last == date.max else last)
