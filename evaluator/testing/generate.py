"""The scenarios that the coverage of a rule misses, made from partners that scenarios have already.

For each aspect not seen of a part a change is guessed (``evaluator.testing.tries``) and kept only where deciding the
rule shows the aspect. The decision is written down as it comes out: whether it is meant is for a person to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from evaluator.decision import Decision, range_json
from evaluator.engine import Engine, Query
from evaluator.facts_schema import FactErrors
from evaluator.ranges import Numbers, Range, is_settled
from evaluator.testing.coverage import Coverage, Covered, own_name
from evaluator.testing.expectations import reasons_in
from evaluator.testing.given import Given
from evaluator.testing.scenario import ScenarioFile
from evaluator.testing.tries import Change, find, tries

Json = Any
MOST_STARTS = 12
"""How many partners of a rule are tried."""


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


def starts(engine: Engine, files: Iterable[ScenarioFile], rule: str) -> list[Start]:
    """Return partners that scenarios decide a rule for, and last, for each version, one of whom nothing is told."""
    found: dict[str, Start] = {}
    for file in files:
        for scenario in file.scenarios:
            given = scenario.given
            for step in scenario.steps:
                given = step.told.over(given)
                asked = any(one.rule == rule for one in step.expectations)
                if asked and given.projected is None and not any(one.attain for one in scenario.steps):
                    found.setdefault(f"{step.as_of} {given.json()}", Start(scenario.name, given, step.as_of))
    known = list(found.values())
    # Taken evenly, so that no way of qualifying is left out for standing late in the file.
    size = min(len(known), MOST_STARTS)
    spread = [known[index * len(known) // size] for index in range(size)]
    days = [version.days.start or date(2000, 1, 1) for version in engine.core.rules[rule].versions]
    return [*spread, *(Start("A partner of whom nothing is told", Given(), day) for day in days)]


def generate(engine: Engine, rule: str, seen: Coverage, from_: Sequence[Start]) -> Generation:
    """Make scenarios for what coverage has not seen of a rule; what they show is added to the coverage."""
    core = engine.core
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
            found = next(_showing(engine, rule, probe, own, aspect, from_), None)
            if found is None:
                result.left.append((covered, aspect))
                continue
            start, change, decision = found
            as_of = change.as_of or start.as_of
            seen.watch(decision, as_of)
            name = _unused(_name(engine, rule, own, aspect), result.made)
            result.made.append(Generated(name, start, as_of, change, _expected(engine, decision, own)))
    return result


def _showing(
    engine: Engine, rule: str, probe: Coverage, own: Covered, aspect: str, from_: Sequence[Start]
) -> Iterator[tuple[Start, Change, Decision]]:
    for start in from_:
        for change in tries(engine.core, rule, own.part, aspect, start.as_of):
            as_of = change.as_of or start.as_of
            try:
                told = change.over(start.given, as_of).json()
                [decision] = engine.decide(Query((rule,), as_of, told)).decisions
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
    match decision.kind:
        case "fee":
            amount = decision.amount
            told: dict[str, Json] = {}
            if amount is not None:
                figure = range_json(amount) if is_settled(amount) else "unknown"
                told["amount"] = f"{figure} {decision.currency}"
            if decision.due is not None:
                told["due"] = _plain(decision.due)
            return told or {"in_force": decision.in_force}
        case "lifecycle":
            stage = decision.stage
            return {"stage": _plain(stage)} if stage is not None and stage.exact else {"in_force": decision.in_force}
        case "choice":
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
