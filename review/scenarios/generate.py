"""The scenarios that the coverage of a rule misses, made from partners that scenarios have already.

For each aspect not seen of a part a change is guessed (``review.scenarios.tries``) and kept only where deciding the
rule shows the aspect. The decision is written down as it comes out: whether it is meant is for a person to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from dsl import core as c
from dsl.core.ranges import Numbers, Range, is_settled
from dsl.core.references import walk
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.decision import Decision, range_json
from evaluator.engine import Engine, Query
from review.scenarios.coverage import Coverage, Covered, own_name, word_of
from review.scenarios.expectations import reasons_in
from review.scenarios.given import Given
from review.scenarios.scenario import ScenarioFile
from review.scenarios.tries import Change, Stands, find, tries

Json = Any
MOST_STARTS = 12
"""How many partners of a rule are tried."""
MOST_LENT = 3
"""How many partners of another rule are tried, where a part asks for what that rule asks for."""
MOST_TRIES = 40
"""How many partners and changes are tried for one aspect of a part."""
MOST_STEPS = 200
"""The same for a threshold: the units of a metric are counted up to the mark of a score."""


@dataclass(frozen=True, slots=True)
class Start:
    """A partner on a day from which scenarios are made."""

    name: str
    given: Given
    as_of: date


@dataclass(frozen=True, slots=True)
class Generated:
    """A scenario that shows what was not seen."""

    name: str
    start: Start
    as_of: date
    change: Change
    expected: Json


@dataclass(slots=True)
class Generation:
    """What could be made for a rule, and of which parts something stays unseen."""

    made: list[Generated] = field(default_factory=list)
    left: list[tuple[Covered, str]] = field(default_factory=list)


class Partners:
    """The partners that scenarios decide rules for.

    Args:
        engine: the policies.
        files: the scenarios.
    """

    def __init__(self, engine: Engine, files: Iterable[ScenarioFile]) -> None:
        self.engine = engine
        self._of: dict[str, dict[str, Start]] = {}
        for file in files:
            for scenario in file.scenarios:
                given = scenario.given
                attains = any(one.attain for one in scenario.steps)
                for step in scenario.steps:
                    if step.refused:
                        continue
                    given = step.told.over(given)
                    if given.projected is not None or attains:
                        continue
                    start = Start(scenario.name, given, step.as_of)
                    for one in step.expectations:
                        self._of.setdefault(one.rule, {}).setdefault(f"{step.as_of} {given.json()}", start)

    def of(self, rule: str) -> list[Start]:
        """Return partners of a rule, and last, for each version, one of whom nothing is told."""
        days = [version.days.start or date(2000, 1, 1) for version in self.engine.core.rules[rule].versions]
        unknown = [Start("A partner of whom nothing is told", Given(), day) for day in days]
        return [*self._spread(rule, MOST_STARTS), *unknown]

    def lent(self, node: c.Expr) -> Iterator[Start]:
        """Yield partners of the rules whose requirements a node asks for."""
        for rule in dict.fromkeys(one.rule for one in walk(node) if isinstance(one, c.Qualifies)):
            yield from self._spread(rule, MOST_LENT)

    def _spread(self, rule: str, most: int) -> list[Start]:
        """Return some partners of a rule, taken evenly: no way of qualifying is left out for standing late."""
        known = list(self._of.get(rule, {}).values())
        size = min(len(known), most)
        return [known[index * len(known) // size] for index in range(size)]


def generate(engine: Engine, rule: str, seen: Coverage, partners: Partners) -> Generation:
    """Make scenarios for what coverage has not seen of a rule; what they show is added to the coverage."""
    core = engine.core
    from_ = partners.of(rule)
    probe = Coverage(replace(core, rules={rule: core.rules[rule]}))
    by_part = {_identity(one): one for one in probe.parts}
    result = Generation()
    for covered in seen.parts:
        own = by_part.get(_identity(covered))
        if own is None:
            continue
        for aspect in covered.missing:
            if aspect in covered.seen:
                continue  # a scenario made before shows it too
            found = _found(engine, rule, probe, own, aspect, partners, from_)
            if found is None:
                result.left.append((covered, aspect))
                continue
            one, decision = found
            seen.watch(decision, one.as_of)
            result.made.append(replace(one, name=_unused(one.name, result.made)))
    result.left = [(covered, aspect) for covered, aspect in result.left if aspect not in covered.seen]
    return result


def generate_one(engine: Engine, covered: Covered, aspect: str, partners: Partners) -> Generated | None:
    """Make the scenario that shows an aspect of a part of a rule, None where none is found."""
    core, rule = engine.core, covered.part.rule
    probe = Coverage(replace(core, rules={rule: core.rules[rule]}))
    own = next((one for one in probe.parts if _identity(one) == _identity(covered)), None)
    found = own and _found(engine, rule, probe, own, aspect, partners, partners.of(rule))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Asked:
    """A partner who is asked about, and what is told otherwise of them."""

    start: Start
    change: Change = field(default_factory=Change)


def nearest_start(covered: Covered, partners: Partners, day: date | None = None) -> Asked:
    """Return a partner of a rule of whom something is told, asked about near a day; without one, last."""
    near = day or date.max
    return Asked(min(partners.of(covered.part.rule), key=lambda one: (not one.given.facts, abs(one.as_of - near))))


def turning(engine: Engine, covered: Covered, day: date, partners: Partners) -> Asked:
    """Return a partner for whom a rule turns on a day, another one near that day where none is found.

    The days of a table's row are shown by a partner whom the row is for.
    """
    rule = covered.part.rule
    row = find(engine.core, rule, replace(covered.part, kind="row"))
    for_row = Change(facts=dict(word_of(*row.node))) if row is not None and isinstance(row.node, tuple) else Change()
    starts = sorted(partners.of(rule), key=lambda one: (not one.given.facts, abs(one.as_of - day)))
    for start in starts:
        sides = [_decided(engine, rule, start, for_row, on) for on in (day - timedelta(days=1), day)]
        told = [_expected(engine, one, covered) for one in sides if one is not None]
        if len(told) == len(sides) and told[0] != told[1]:
            return Asked(start, for_row)
    return Asked(starts[0], for_row)


def _decided(engine: Engine, rule: str, start: Start, change: Change, day: date) -> Decision | None:
    try:
        return engine.decide(Query((rule,), day, change.over(start.given, day).json())).decisions[0]
    except FactErrors:
        return None


def on_day(engine: Engine, covered: Covered, day: date | None, said: str, asked: Asked) -> Generated:
    """Make a scenario of what a rule decides on a day for a partner; without a day on that of the partner."""
    rule = covered.part.rule
    day = day or asked.start.as_of
    change = replace(asked.change, as_of=day)
    [decision] = engine.decide(Query((rule,), day, change.over(asked.start.given, day).json())).decisions
    title = engine.core.rules[rule].title
    expected = _expected(engine, decision, covered)
    return Generated(f"{said} {covered.part.name}: {title}", asked.start, day, asked.change, expected)


def _found(
    engine: Engine, rule: str, probe: Coverage, own: Covered, aspect: str, partners: Partners, from_: Iterable[Start]
) -> tuple[Generated, Decision] | None:
    """Return a scenario that shows an aspect of a part, with its decision."""
    stands = find(engine.core, rule, own.part)
    lent = partners.lent(stands.asks) if stands is not None and stands.asks is not None else ()
    tried = _tried(engine.core, rule, own, aspect, chain(from_, lent), stands)
    most = MOST_STEPS if own.part.kind == "threshold" else MOST_TRIES
    for start, change, decision in _showing(engine, rule, probe, own, aspect, islice(tried, most)):
        as_of = change.as_of or start.as_of
        name = _name(engine, rule, own, aspect)
        return Generated(name, start, as_of, change, _expected(engine, decision, own)), decision
    return None


def _tried(
    core: c.Core, rule: str, own: Covered, aspect: str, from_: Iterable[Start], stands: Stands | None
) -> Iterator[tuple[Start, Change]]:
    """Yield partners with changes that may show an aspect, on a day on which the part is in force."""
    for start in from_:
        day = stands.day_near(start.as_of) if stands is not None else start.as_of
        for change in tries(core, rule, own.part, aspect, day):
            moved = change.as_of or (day if day != start.as_of else None)
            yield start, replace(change, as_of=moved)


def _showing(
    engine: Engine, rule: str, probe: Coverage, own: Covered, aspect: str, tried: Iterable[tuple[Start, Change]]
) -> Iterator[tuple[Start, Change, Decision]]:
    for start, change in tried:
        as_of = change.as_of or start.as_of
        try:
            told = change.over(start.given, as_of).json()
            [decision] = engine.decide(Query((rule,), as_of, told, explained=True)).decisions
        except FactErrors:
            continue
        own.seen.clear()
        probe.watch(decision, as_of)
        if aspect in own.seen:
            yield start, change, decision


def _identity(one: Covered) -> tuple[str, str, int, int, str]:
    part = one.part
    return part.kind, part.file, part.line, part.column, own_name(part.kind, part.name)


# ---- names and expectations --------------------------------------------------------------------------------------


def _name(engine: Engine, rule: str, covered: Covered, aspect: str) -> str:
    part = covered.part
    title = engine.core.rules[rule].title
    stands = find(engine.core, rule, part)
    what = stands.title if stands is not None else title
    match part.kind:
        case "threshold":
            where = {"below": "One step below", "at": "At exactly", "above": "One step above"}[aspect]
            return f"{where} {part.name}: {what}"
        case "date":
            return f"{'The day before' if aspect == 'before' else 'On'} {part.name}: {title}"
        case "row":
            return f"The row {part.name}: {title}"
        case "option":
            return f"{what} is {'open' if aspect == 'eligible' else 'not open'}: {title}"
        case "version":
            return f"The wording of {part.name.rpartition(' ')[2]}: {title}"
        case _:
            return f"{what} is {aspect}: {title}"


def _unused(name: str, made: Sequence[Generated]) -> str:
    taken = {one.name for one in made}
    if name not in taken:
        return name
    return next(other for number in range(2, len(taken) + 3) if (other := f"{name} ({number})") not in taken)


def _expected(engine: Engine, decision: Decision, covered: Covered) -> Json:
    """Return what a decision says, as a scenario expects it."""
    match decision.of_kind.decides:
        case "amount":
            amount = decision.amount
            told: dict[str, Json] = {}
            if amount is not None:
                figure = range_json(amount) if is_settled(amount) else "unknown"
                told["amount"] = f"{figure} {decision.currency}"
            if decision.due is not None:
                told["due"] = _plain(decision.due)
            return told or {"in_force": decision.in_force}
        case "stage":
            stage = decision.stage
            return {"stage": _plain(stage)} if stage is not None and stage.exact else {"in_force": decision.in_force}
        case "options":
            options = {option.name or "no_choice": option.eligibility for option in decision.options}
            return {"options": options} if options else {"in_force": decision.in_force}
        case _:
            award: dict[str, Json] = {"eligibility": decision.eligibility}
            if decision.score is not None:
                award["points"] = _plain(decision.score.points)
            stands = find(engine.core, decision.rule, covered.part)
            reason = next((one for one in reasons_in(decision) if stands is not None and one.code == stands.code), None)
            if reason is not None and reason.code != decision.rule:
                award["reasons"] = {reason.code.removeprefix(f"{decision.rule}."): reason.outcome}
            return award


def _plain(range_: Range) -> Json:
    """Return a range as scenario files write it: numbers as numbers."""
    told = range_json(range_)
    if not isinstance(range_, Numbers) or told == "unknown":
        return told
    if isinstance(told, dict):
        return {name: Decimal(bound) for name, bound in told.items()}
    return Decimal(told)
