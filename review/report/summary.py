"""The summary: the stage of each award, and how many there are at each level and stage.

The stage is what the policies' life cycle of the award says. An award without one has the stage that its register and
requirements give by the same nodes that life cycles are made of: active where it is held, qualified where its
requirements are met, lost where it was held, started where something of it is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from dsl import core as c
from dsl.core.keys import stated_days
from dsl.core.ranges import Truth, Words
from dsl.core.references import Reading
from dsl.json_values import decimal_text
from evaluator.decision import HELD, Decision, kind_json, range_json
from evaluator.decisions.one_day import OneDay
from evaluator.engine import Engine, one_day
from evaluator.moment import Moment
from review.languages.voice import Voice
from review.report.anniversaries import entry_of, next_anniversary
from review.report.projection import Projection, projected

Json = Any
ORDER = (
    "not_started",
    "started",
    "in_progress",
    "qualified",
    "enrolled",
    "active",
    "renewal_due",
    "at_risk",
    "lost",
    "expired",
)
"""How stages stand from left to right; others stand behind these by their names."""
NOT_KNOWN = "undetermined"
"""What stands for the stage where several are possible."""
NOTHING = "not_started"
"""The stage of an award of which nothing is done."""
BY_REGISTER = "register"
"""What says the stage of an award that no life cycle is about."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An award, at one level where it has several: what was decided of it, and its stage."""

    rule: c.Rule
    title: str
    decision: Decision
    stages: frozenset[str]
    """The stages that it can be at: one where that is settled."""
    by: str
    """The life cycle that says so, or ``register`` where the policies have none for it."""
    missing: tuple[str, ...] = ()
    """Pointers of the facts that would settle the stage."""
    projection: Projection | None = None
    """What was projected to the next anniversary, where the stage asks for it and the facts bring none."""

    @property
    def stage(self) -> str:
        """The stage, or that it is not known."""
        return next(iter(self.stages)) if len(self.stages) == 1 else NOT_KNOWN

    @property
    def held(self) -> Truth:
        """Whether the award is held, at this level or a higher one."""
        return self.decision.standing.held if self.decision.standing is not None else Truth.FALSE

    def as_json(self) -> dict[str, Json]:
        """Return what there is of it."""
        told: dict[str, Json] = {
            "rule": self.rule.id,
            "award": self.rule.award,
            "title": self.title,
            **kind_json(self.rule.of_kind),
        }
        if self.rule.level is not None:
            told["level"] = self.rule.level
        told["stage"] = self.stage if len(self.stages) == 1 else {"one_of": sorted(self.stages)}
        told["by"] = self.by
        if self.decision.eligibility is not None:
            told["eligibility"] = self.decision.eligibility
        standing = self.decision.standing
        if standing is not None:
            told["held"] = HELD[standing.held]
            if standing.held is not Truth.FALSE:
                days = {"since": standing.since, "until": standing.until, "next_check": standing.next_check}
                told |= {name: day.isoformat() for name, day in days.items() if day is not None}
        if self.decision.score is not None:
            score = self.decision.score
            told["score"] = {
                "points": range_json(score.points),
                "needed": range_json(score.needed),
                "out_of": decimal_text(score.out_of),
            }
        if self.projection is not None:
            told["projected"] = self.projection.as_json()
        if self.missing:
            told["missing"] = list(self.missing)
        return told


class Count(NamedTuple):
    """How many awards of a kind are at a stage, at one level where they have levels."""

    kind: c.RuleKind
    level: str | None
    stage: str
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Every award that is asked about and has something to say, with its stage."""

    standings: tuple[Standing, ...]
    named: frozenset[str] = frozenset()
    """Rules that were asked for by their names: of others those of which nothing may be done yet are told of here alone."""
    kinds: c.Kinds = c.OF_LANGUAGE
    """The kinds of rules of the programme, in the order in which they are told."""

    def followed(self) -> tuple[Standing, ...]:
        """Return the awards that more is told of than their stage: those begun, with all of their levels."""
        begun = {one.rule.award for one in self.standings if NOTHING not in one.stages}
        named = {one.rule.award for one in self.standings if one.rule.id in self.named and one.stages != {NOTHING}}
        return tuple(one for one in self.standings if one.rule.award in begun | named)

    def counts(self) -> Iterator[Count]:
        """Yield how many awards are where: by kind and level, then by stage."""
        kinds = list(self.kinds.values())
        groups: dict[tuple[int, int, str], dict[str, list[Standing]]] = {}
        for one in self.standings:
            rule = one.rule
            height = -1 if rule.level is None else rule.levels.index(rule.level)
            key = (kinds.index(rule.of_kind), height, rule.level or "")
            groups.setdefault(key, {}).setdefault(one.stage, []).append(one)
        for key, stages in sorted(groups.items()):
            for stage in sorted(stages, key=stage_rank):
                yield Count(kinds[key[0]], key[2] or None, stage, tuple(stages[stage]))

    def as_json(self) -> dict[str, Json]:
        """Return the counts with their names, and each award."""
        counts = [
            {
                **kind_json(one.kind),
                **({} if one.level is None else {"level": one.level}),
                "stage": one.stage,
                "count": len(one.standings),
                "awards": [standing.title for standing in one.standings],
            }
            for one in self.counts()
        ]
        return {"counts": counts, "awards": [one.as_json() for one in self.standings]}


def stage_rank(stage: str) -> tuple[int, str]:
    """Return where a stage stands among others."""
    return (ORDER.index(stage) if stage in ORDER else len(ORDER) + (stage == NOT_KNOWN), stage)


def summary(engine: Engine, one: OneDay, rules: Iterable[c.Rule], say: Voice, named: Iterable[str] = ()) -> Summary:
    """Return the stage of each award; one that is not in force is told of where the register has it."""
    rows = one.facts.section("records", False).get("awards") or []
    entered = {row.get("award") for row in (rows["rows"] if isinstance(rows, dict) else rows)}
    found: list[Standing] = []
    for rule in rules:
        decision = one.decision(rule)
        if decision.in_force or entered & {rule.award, *rule.was}:
            found.append(_standing(engine, one, rule, decision, say))
    return Summary(tuple(found), frozenset(named), engine.core.kinds)


def _standing(engine: Engine, one: OneDay, rule: c.Rule, decision: Decision, say: Voice) -> Standing:
    cycle = one.core.rules.get(f"lifecycle.{rule.id}")
    if cycle is None or cycle.version_on(one.facts.as_of) is None:
        stages = _by_register(one, rule)
        missing = tuple(gap.gap.pointer for gap in decision.missing) if len(stages) > 1 else ()
        return Standing(rule, say.title(decision.title), decision, stages, BY_REGISTER, missing)
    said = one.decision(cycle)
    projection = _projection(engine, one, rule, decision, say) if _asks_for_one(said) else None
    if projection is not None:
        said = one_day(engine, projection.of(one.facts.data), one.facts.as_of).decision(cycle)
    told = said.stage.options if isinstance(said.stage, Words) else None
    known = told or frozenset(name for version in cycle.versions for name in _names(version))
    missing = tuple(missing.gap.pointer for missing in said.missing)
    return Standing(rule, say.title(decision.title), decision, known, cycle.id, missing, projection)


def _asks_for_one(said: Decision) -> bool:
    """Whether a stage is not settled for want of what is projected."""
    is_open = isinstance(said.stage, Words) and said.stage.exact is None
    return is_open and any(missing.gap.pointer.startswith("/projected/") for missing in said.missing)


def _projection(engine: Engine, one: OneDay, rule: c.Rule, decision: Decision, say: Voice) -> Projection | None:
    """Return the facts as projected to the next anniversary; None where they bring a projection, or none is told."""
    if one.facts.is_projected:
        return None
    due = next_anniversary(decision, entry_of(one, rule, decision), one.facts.as_of)
    if due is None:
        return None
    today, reads = one.facts.as_of, Reading(engine.core).of([rule])
    found = projected(engine.core, one.facts.data, today, due, {*reads.facts, *reads.measures, *reads.records}, say=say)
    days = {
        day for version in rule.versions for day in (*version.bounds(), *stated_days(version)) if today < day <= due
    }
    if days:
        marks = say("projected-marks", day=str(today), days=say.comma(map(str, sorted(days))))
        found = replace(found, extrapolated=(*found.extrapolated, marks))
    return found


def _names(version: c.RuleVersion) -> tuple[str, ...]:
    """Return the stages that a version of a life cycle knows."""
    return version.stage.type.choices if version.stage is not None else ()


def _by_register(one: OneDay, rule: c.Rule) -> frozenset[str]:
    """Return the stages that are possible by the register and the requirements, the first that holds."""
    tests: tuple[tuple[str, c.Expr], ...] = (
        ("active", c.Holds(award=rule.award, level=rule.level, type=c.FLAG)),
        ("qualified", c.Qualifies(rule=rule.id, type=c.FLAG)),
        ("lost", c.Lapsed(award=rule.award, level=rule.level, type=c.FLAG)),
        ("started", c.InProgress(rule=rule.id, type=c.FLAG)),
    )
    found: set[str] = set()
    for name, test in tests:
        truth = one.interpreter.evaluate(test, Moment(one.facts.as_of)).truth
        if truth is not Truth.FALSE:
            found.add(name)
        if truth is Truth.TRUE:
            return frozenset(found)
    return frozenset({*found, NOTHING})
