"""What it would take that a partner meets a rule: the cheapest changes of facts, or what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal as OneOf, TypeAlias

from dsl import core as c
from dsl.builtin import CERTIFICATIONS
from dsl.core import calendar
from dsl.core.ranges import Truth
from dsl.core.reached import of_certification, of_list, of_rows
from dsl.core.references import reads_of
from dsl.diagnostics import listed
from evaluator import limits
from evaluator.decision import ELIGIBILITY, Decision, Eligibility
from evaluator.engine import Engine, Query
from evaluator.improve.aims import Limit
from evaluator.improve.costs import Costs, default_costs
from evaluator.improve.levers import Certified, Different, Figure, Rows, Word
from evaluator.improve.plans import Piece, TooManyDecisions, Trying
from evaluator.improve.search import Filled, Plan, Search, reading_of
from evaluator.timeline.days import ChangeDays

Json = Any

MOST_PLANS = 4
"""Plans that are told."""
MOST_DAYS = 24
"""Days on which something that the rule reads changes, and that are waited for."""
MOST_DECISIONS = 5_000
"""Decisions of one question, where no fewer are asked for."""
MANY_ROWS = 500
"""Records of a partner up to which as many decisions may be made."""
LEAST_DECISIONS = 60
"""Decisions that may be made of the largest partner."""
MOST_CHANGES = 100
"""Changes of one plan."""

Outcome: TypeAlias = OneOf["eligible", "plans", "cannot_be_reached", "undetermined", "unknown"]
"""Eligible already; plans were found; nothing that a partner can do does; told more it may be eligible as it is; none of these is known."""


class ImproveErrors(ValueError):
    """A question that has no answer: what is wrong with it, and what to ask instead."""

    def __init__(self, name: OneOf["rule", "by", "max_changes"], message: str, advice: str) -> None:
        self.name = name
        self.message = message
        self.advice = advice
        super().__init__(f"{message}; {advice}")


@dataclass(frozen=True, slots=True)
class ImproveQuery:
    """What is asked: what it would take to meet a rule."""

    rule: str
    as_of: date
    facts: Mapping[str, Json]
    by: date | None = None
    """The last day that may be waited for; None: nothing is waited for."""
    costs: Costs | None = None
    """None: the defaults."""
    max_changes: int | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """Certifications that a plan rests on and that end."""

    on: date
    """The last day on which they count."""
    certifications: tuple[tuple[str, str], ...]
    """Person and certification."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A plan with what it rests on."""

    plan: Plan
    cost: Decimal
    """Of what is changed, and of waiting."""
    serves: Mapping[Piece, Mapping[str, str]]
    """The requirements that each piece serves: codes with titles."""
    changes: Mapping[str, Json]
    """The same as a query's ``what_if``."""
    takes: tuple[str, ...]
    """Facts and lists that are not told and that it takes as nothing."""
    ending: Ending | None = None
    """The certifications within a year without which it does no longer; None where it does without all that end."""


@dataclass(frozen=True, slots=True)
class Improvement:
    """What it would take."""

    query: ImproveQuery
    rule: c.Rule
    title: str
    core: c.Core
    engine: str
    decided: Decision
    """The rule as the facts stand."""
    outcome: Outcome
    plans: tuple[Suggested, ...]
    taken: Mapping[str, Json]
    """What is not told and was taken as nothing, with what that is."""
    absent: tuple[str, ...]
    """Lists that are not told and were taken as empty."""
    in_the_way: tuple[tuple[str, str], ...]
    """Requirements that no change meets: codes and titles."""
    limits: tuple[Limit, ...]
    """What was not looked at."""
    costs: Costs
    decisions: int
    """How many decisions were made."""
    days: tuple[date, ...]
    """The days that were looked at."""


def improve(engine: Engine, query: ImproveQuery, *, most: int = MOST_DECISIONS) -> Improvement:
    """Look for the cheapest changes of facts that make a partner eligible.

    Every plan that is told was decided: it makes the rule met, and none of its changes can be left out. That nothing
    can be reached is only said where all that changes can move was looked at.

    Args:
        engine: what decides.
        query: what is asked.
        most: decisions that may be made.

    Raises:
        DayOutside, FactErrors, UnknownRule: as ``Engine.decide``.
        ImproveErrors: nobody is eligible for the rule, several are named, or the last day is before the first.
    """
    rule = _rule(engine, query.rule, query.as_of)
    if query.by is not None and query.by < query.as_of:
        raise ImproveErrors(
            "by", f"{query.by} is before {query.as_of}", "wait until a day from the day of the question on"
        )
    if query.max_changes is not None and not 1 <= query.max_changes <= MOST_CHANGES:
        raise ImproveErrors("max_changes", f"a plan has no {query.max_changes} changes", f"ask for 1 to {MOST_CHANGES}")
    [decided] = engine.decide(Query((rule.id,), query.as_of, query.facts, detail="summary")).decisions
    return _Improving(engine, query, rule, decided, _as_many(query.facts, most)).answer()


def _as_many(facts: Mapping[str, Json], most: int) -> int:
    """Return how many decisions may be made: of a partner of many records each takes longer, so fewer of them are."""
    lists = facts.get("records", {}).values()
    rows = sum(len(raw["rows"] if isinstance(raw, Mapping) else raw) for raw in lists)
    return most if rows <= MANY_ROWS else min(most, max(LEAST_DECISIONS, most * MANY_ROWS // rows))


def _rule(engine: Engine, name: str, day: date) -> c.Rule:
    rules = engine.rules(name)
    asked = [rule for rule in rules if rule.of_kind.decides in ("eligibility", "options")]
    if not asked:
        kind = rules[0].kind
        raise ImproveErrors(
            "rule",
            f"`{name}` is a {kind}: nobody is eligible for it",
            f"ask for an award, an entitlement or a choice, for example {_example(engine, day)}",
        )
    if len(asked) > 1:
        raise ImproveErrors(
            "rule", f"`{name}` names {len(asked)} rules", f"name one of {listed([one.id for one in asked], most=5)}"
        )
    return asked[0]


def _example(engine: Engine, day: date) -> str:
    rules = [rule for rule in engine.core.rules.values() if rule.of_kind.decides == "eligibility"]
    return next((rule.id for rule in rules if rule.version_on(day) is not None), "an award")


def eligibility_of(decision: Decision) -> Eligibility:
    """Return whether a partner is eligible; of a choice, whether an option that gives something can be chosen."""
    if decision.eligibility is not None:
        return decision.eligibility
    found = {
        option.eligibility
        for option in decision.options
        if option.name is not None and any(effect.verb == "gives" for effect in option.effects)
    }
    return "eligible" if "eligible" in found else "undetermined" if "undetermined" in found else "not_eligible"


_TRUTHS: dict[Eligibility, Truth] = {told: truth for truth, told in ELIGIBILITY.items()}


class _Improving:
    def __init__(self, engine: Engine, query: ImproveQuery, rule: c.Rule, decided: Decision, most: int) -> None:
        self.engine = engine
        self.query = query
        self.rule = rule
        self.decided = decided
        self.most = most
        self.costs = query.costs or default_costs()
        self.made = 0
        self.limits: dict[Limit, None] = {}
        self.plans: list[tuple[Decimal, Suggested]] = []
        self._lists = reads_of(engine.core, [rule]).lists
        self.days: list[date] = []
        """The days that were looked at."""

    def answer(self) -> Improvement:
        # That a choice can be made is no end: its benefits are bought.
        if self.decided.eligibility == "eligible":
            self.days = [self.query.as_of]
            return self._told("eligible", Filled(self.query.facts, {}, ()))
        today, filled = self._search(self.query.as_of, MOST_PLANS)
        in_the_way = () if self.plans else tuple((one.code, one.title) for one in today.in_the_way())
        if self._is_met_as_taken(today, filled):
            self.plans = []
            return self._told("undetermined", filled)
        for day in self._later(filled):
            before = len(self.plans)
            search, later = self._search(day, 1)
            if any(not one.plan.pieces for _, one in self.plans[before:]):
                break
            if not self.plans:
                in_the_way = in_the_way or tuple((one.code, one.title) for one in search.in_the_way())
            filled = Filled(filled.facts, {**filled.untold, **later.untold}, tuple({*filled.absent, *later.absent}))
        self.plans.sort(key=lambda one: (one[0], one[1].plan.day))
        del self.plans[MOST_PLANS:]
        if self.plans:
            return self._told("plans", self._that_matter(filled))
        # What is told may be what is missing: of a decision that is open nothing is out of reach.
        is_open = eligibility_of(self.decided) == "undetermined" and self._truth(filled) is not Truth.FALSE
        outcome: Outcome = "unknown" if self.limits or is_open else "cannot_be_reached"
        return self._told(outcome, filled, in_the_way)

    def _is_met_as_taken(self, search: Search, filled: Filled) -> bool:
        """Whether the rule is met as soon as what is not told is nothing: then no change is needed, but to tell it."""
        return self.decided.eligibility == "undetermined" and search.aim.now >= 1 and self._truth(filled) is Truth.TRUE

    def _truth(self, filled: Filled) -> Truth | None:
        self.made += 1
        if self.decided.eligibility is None:
            query = Query((self.rule.id,), self.query.as_of, filled.facts, detail="none")
            return _TRUTHS[eligibility_of(self.engine.decide(query).decisions[0])]
        return self.engine.truth(self.rule.id, filled.facts, self.query.as_of)

    def _search(self, day: date, most: int) -> tuple[Search, Filled]:
        """Look for plans on a day, and keep those that differ in kind from those of before."""
        reading, aim, filled = reading_of(self.engine, self.rule, self.query.facts, day, self.costs)
        trying = Trying(self.engine, self.rule, filled.facts, self.costs, max(self.most - self.made, 0))
        search = Search(trying, reading, aim, day, self.query.max_changes)
        try:
            for found in search.plans(most):
                plan = self._earliest(found, trying)
                if plan is not None:
                    waited = (plan.day - self.query.as_of).days * (self.costs.day or Decimal(0))
                    cost = plan.cost + waited
                    self.plans.append((cost, self._suggested(plan, cost, search, trying, filled)))
        except TooManyDecisions:
            search.out_of_decisions = True
        self.days.append(day)
        self.made += trying.made
        for limit in search.limits():
            self.limits[limit] = None
        return search, filled

    def _earliest(self, plan: Plan, trying: Trying) -> Plan | None:
        """Return a plan for the first day on which it does; None where it moves no less than one of before, or needs no day."""
        if plan.day == self.query.as_of:
            return plan
        if any(one.plan.levers <= plan.levers for _, one in self.plans):
            return None
        day = next((day for day in self.days if trying.is_met(plan.pieces, day)), plan.day)
        return None if day == self.query.as_of else replace(plan, day=day)

    def _suggested(self, plan: Plan, cost: Decimal, search: Search, trying: Trying, filled: Filled) -> Suggested:
        # A choice can be made with what comes before it; once it was made it is none.
        changes = trying.changes(piece for piece in plan.pieces if not trying.is_the_choice(piece))
        as_told = {name: part for name, part in (("set", changes.told), ("with", changes.more)) if part}
        serves = {piece: search.asked_by_piece(piece) for piece in plan.pieces}
        try:
            ending = self._ending(plan, trying, filled)
        except TooManyDecisions:
            search.out_of_decisions, ending = True, None  # the plan itself was decided; that more was not is told
        return Suggested(plan, cost, serves, as_told, self._takes(plan, trying, filled), ending)

    def _ending(self, plan: Plan, trying: Trying, filled: Filled) -> Ending | None:
        """Return the certifications that end soonest of those that a plan does not do without, found by halves."""
        raw = filled.facts.get("records", {}).get("certifications", ())
        rows: list[Mapping[str, Json]] = list(raw["rows"] if isinstance(raw, Mapping) else raw)
        first, last = plan.day.isoformat(), calendar.add_years(plan.day, 1).isoformat()
        counted = {entry.certification for one in self._lists for entry in one.entries}
        names = self.engine.core.certifications
        ends = [
            row for row in rows
            if first <= row.get("expires", "none") <= last and names.get(row.get("certification", "")) in counted
        ]  # fmt: skip
        days = sorted({row["expires"] for row in ends})

        def does_without(many: int) -> bool:
            gone = {id(row) for row in ends if row["expires"] in days[:many]}
            left = [row for row in rows if id(row) not in gone]
            told = {**raw, "rows": left} if isinstance(raw, Mapping) else left
            facts = {**filled.facts, "records": {**filled.facts["records"], "certifications": told}}
            others = {of_rows(CERTIFICATIONS.name), *(of_certification(names[row["certification"]]) for row in ends)}
            return trying.is_met(plan.pieces, plan.day, facts, others)

        if not days or does_without(len(days)):
            return None
        low, high = 0, len(days)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if does_without(middle) else (low, middle)
        on = days[high - 1]
        gone = dict.fromkeys((row.get("person", "-"), row["certification"]) for row in ends if row["expires"] == on)
        return Ending(date.fromisoformat(on), tuple(gone))

    def _takes(self, plan: Plan, trying: Trying, filled: Filled) -> tuple[str, ...]:
        """Return what a plan does not do without, of what is taken as nothing."""
        taken = [*filled.untold, *filled.absent]
        others = {*filled.untold, *map(of_list, filled.absent)}
        if not taken or trying.is_met(plan.pieces, plan.day, self.query.facts, others):
            return ()
        needed = list(taken)
        for name in taken:
            fewer = [one for one in needed if one != name]
            if trying.is_met(plan.pieces, plan.day, self._with(filled, fewer), others):
                needed = fewer
        return tuple(needed)

    def _that_matter(self, filled: Filled) -> Filled:
        """Return what of what is taken as nothing some plan moves, or does not do without."""
        needed = {name for _, one in self.plans for name in one.takes}
        moved = {lever.name for _, one in self.plans for lever in one.plan.levers if isinstance(lever, Figure | Word)}
        grown = {"certifications" if isinstance(lever, Certified | Different) else lever.records
                 for _, one in self.plans for lever in one.plan.levers if isinstance(lever, Certified | Different | Rows)}  # fmt: skip
        untold = {name: value for name, value in filled.untold.items() if name in needed | moved}
        return Filled(filled.facts, untold, tuple(name for name in filled.absent if name in needed | grown))

    def _with(self, filled: Filled, names: list[str]) -> dict[str, Json]:
        told = self.query.facts
        return {
            **told,
            "facts": {
                **told.get("facts", {}),
                **{name: value for name, value in filled.untold.items() if name in names},
            },
            "records": {**told.get("records", {}), **{name: [] for name in filled.absent if name in names}},
        }

    def _later(self, filled: Filled) -> list[date]:
        """Return the days to wait for: those on which something that the rule reads changes."""
        if self.query.by is None or self.costs.day is None:
            return []
        last = min(self.query.by, limits.LAST_DAY)
        days = sorted(ChangeDays(self.engine, (self.rule,)).between(filled.facts, self.query.as_of, last).all())
        if len(days) > MOST_DAYS:
            self.limits[Limit("max_days", names=(str(MOST_DAYS),))] = None
        return days[:MOST_DAYS]

    def _told(self, outcome: Outcome, filled: Filled, in_the_way: tuple[tuple[str, str], ...] = ()) -> Improvement:
        version = self.rule.version_on(self.query.as_of)
        return Improvement(
            self.query, self.rule, (version or self.rule).title, self.engine.core, self.engine.name, self.decided, outcome,
            tuple(one for _, one in self.plans), filled.untold, filled.absent, in_the_way, tuple(self.limits), self.costs,
            self.made, tuple(self.days),
        )  # fmt: skip
