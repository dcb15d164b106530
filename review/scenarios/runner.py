"""Runs scenarios against an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from dsl import core as c
from dsl.core.ranges import Truth
from dsl.diagnostics import listed, proposed
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.decision import Decision
from evaluator.engine import MEASURES, Engine, Query
from evaluator.register.attaining import entry_of
from review.scenarios.expectations import SHORT, Asked, Mismatch, aspects_of, mismatches
from review.scenarios.given import Given
from review.scenarios.labels import codes, meant_by
from review.scenarios.scenario import Cited, Expectation, Scenario, ScenarioErrors, ScenarioFile, ScenarioProblem, Step

Json = Any


@dataclass(frozen=True, slots=True)
class StepResult:
    """What came out on one day: what is not as expected, and the decisions that say otherwise."""

    as_of: date
    pointer: str
    mismatches: tuple[Mismatch, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What came out of a scenario; steps behind one that could not be taken are not there."""

    scenario: Scenario
    steps: tuple[StepResult, ...]
    cited: tuple[str, ...] = ()
    """Titles of the sources that the scenario names, with the places in them."""

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return not any(step.mismatches for step in self.steps)


ATTAIN = "attain"
"""The aspect that is not as expected where an award cannot be attained."""

REFUSED = "refused"
"""The aspect that is not as expected where facts are taken that are to be refused, or others are refused."""

Watch = Callable[[Decision, date], object]
"""Is told every decision that a scenario asks for, with its day."""


def run(engine: Engine, file: ScenarioFile, watch: Watch | None = None) -> tuple[ScenarioResult, ...]:
    """Run the scenarios of a file.

    Raises:
        ScenarioErrors: a scenario asks for what the policies do not have, or its facts do not fit the vocabulary.
    """
    if engine not in _CHECKING:
        _CHECKING[engine] = _Checking(engine)
    problems = list(_CHECKING[engine].file(file))
    results: list[ScenarioResult] = []
    for scenario in file.scenarios if not problems else ():
        try:
            results.append(run_scenario(engine, scenario, watch))
        except ScenarioErrors as errors:
            problems.extend(errors.problems)
    if problems:
        raise ScenarioErrors(tuple(dict.fromkeys(problems)))
    return tuple(results)


def run_scenario(engine: Engine, scenario: Scenario, watch: Watch | None = None) -> ScenarioResult:
    """Run one scenario, whose expectations are known to fit the policies.

    Raises:
        ScenarioErrors: its facts do not fit the vocabulary.
    """
    given = scenario.given
    steps: list[StepResult] = []
    for step in scenario.steps:
        if step.refused:
            # What is refused is not taken: the next step goes on from what was told before.
            steps.append(StepResult(step.as_of, step.pointer, _not_refused(engine, step.told.over(given), step), ()))
            continue
        given = step.told.over(given)
        found: list[Mismatch] = []
        told: list[Decision] = []
        for index, award in enumerate(step.attain):
            [decision] = _decide(engine, [award], given, step, explained=watch is not None)
            if watch is not None:
                watch(decision, step.as_of)
            entry = _entry(engine, decision, step.as_of)
            if isinstance(entry, Mismatch):
                found.append(entry)
                told.append(decision)
            else:
                given = given.with_award(entry, f"{step.pointer}/attain/{index}")
        if step.expectations and not found:
            rules = [expectation.rule for expectation in step.expectations]
            # Whoever watches sees explanations; a word behind a rule is its outcome, which is decided faster alone.
            only = watch is None and all(one.is_short for one in step.expectations)
            decisions = _decide(engine, rules, given, step, explained=watch is not None, only_outcomes=only)
            otherwise: list[str] = []
            for expectation, decision in zip(step.expectations, decisions, strict=True):
                if watch is not None:
                    watch(decision, step.as_of)
                different = mismatches(
                    Asked(engine.core, step.as_of), decision, _wanted(expectation, decision.of_kind.decides)
                )
                if different:
                    found.extend(different)
                    otherwise.append(expectation.rule)
            # What is not as expected is shown with its reasons.
            told.extend(_decide(engine, otherwise, given, step) if otherwise else ())
        steps.append(StepResult(step.as_of, step.pointer, tuple(found), tuple(told)))
        if any(mismatch.aspect == ATTAIN for mismatch in found):
            # What comes later would rest on a register that is not the one meant.
            break
    sources = engine.document.sources
    cited = tuple(
        f'{sources[cite.source].title if cite.source in sources else cite.source}, "{cite.place}"'
        for cite in scenario.cites
    )
    return ScenarioResult(scenario, tuple(steps), cited)


def _decide(
    engine: Engine,
    rules: Iterable[str],
    given: Given,
    step: Step,
    *,
    explained: bool = False,
    only_outcomes: bool = False,
) -> tuple[Decision, ...]:
    query = Query(tuple(rules), step.as_of, given.json(), explained=explained)
    try:
        return engine.outcomes_of(query) if only_outcomes else engine.decide(query).decisions
    except FactErrors as errors:
        raise ScenarioErrors(
            tuple(
                ScenarioProblem(given.place_of(problem.pointer) or step.pointer, problem.message, problem.help)
                for problem in errors.problems
            )
        ) from errors


def _not_refused(engine: Engine, given: Given, step: Step) -> tuple[Mismatch, ...]:
    """Return what is not as expected of facts that are to be refused at some places, and nowhere else."""
    refused: list[str] = []
    try:
        engine.decide(Query((), step.as_of, given.json()))
    except FactErrors as errors:
        refused = sorted({problem.pointer for problem in errors.problems})
    wanted = sorted(set(step.refused))
    return () if refused == wanted else (Mismatch("facts", REFUSED, ", ".join(wanted), ", ".join(refused) or "none"),)


def _wanted(expectation: Expectation, decides: c.Decides) -> Mapping[str, Json]:
    return {decides: expectation.wanted[""]} if expectation.is_short else expectation.wanted


# ---- the register -----------------------------------------------------------------------------------------------


def _entry(engine: Engine, decision: Decision, day: date) -> dict[str, Json] | Mismatch:
    """Return what enters the register when the award of a decision is attained, or why it is not."""
    rule = engine.core.rules[decision.rule]
    standing = decision.standing
    if decision.eligibility != "eligible":
        return Mismatch(rule.id, ATTAIN, "eligible", decision.eligibility or "no award")
    if standing is not None and standing.held is Truth.TRUE:
        return Mismatch(rule.id, ATTAIN, "not held yet", f"held since {standing.since}")
    return entry_of(rule, day, standing.would_be if standing is not None else None)


# ---- what a file asks for -----------------------------------------------------------------------------------------


class _Checking:
    """Looks for rules, reason codes, options and aspects that the policies do not have."""

    def __init__(self, engine: Engine) -> None:
        # Not the engine itself: it is the key that this is kept under.
        self.core = engine.core
        self.sources = engine.document.sources
        self.codes = frozenset(codes(engine.core))

    def file(self, file: ScenarioFile) -> Iterable[ScenarioProblem]:
        for scenario in file.scenarios:
            yield from self._cited(scenario.cites)
            for step in scenario.steps:
                for index, award in enumerate(step.attain):
                    yield from self._attained(award, f"{step.pointer}/attain/{index}")
                for expectation in step.expectations:
                    yield from self._expected(expectation, step.as_of)
                for index, refused in enumerate(step.refused):
                    yield from self._refused(refused, f"{step.pointer}/refused/{index}")

    def _unknown(self, rule: str, pointer: str) -> ScenarioProblem:
        levels = [found.id for found in self.core.rules.values() if found.award == rule]
        if levels:
            return ScenarioProblem(pointer, f"`{rule}` has levels", f"name one: {listed(levels)}")
        known = self.core.measures if rule.startswith(MEASURES) else self.core.rules
        return ScenarioProblem(
            pointer, f"there is no rule `{rule}`", proposed(rule, known, f"the rules are {listed(known)}")
        )

    def _cited(self, cites: Iterable[Cited]) -> Iterable[ScenarioProblem]:
        for cite in cites:
            if cite.source not in self.sources:
                yield ScenarioProblem(
                    cite.pointer,
                    f"the policies have no source `{cite.source}`",
                    proposed(cite.source, self.sources, f"their sources are {listed(sorted(self.sources))}"),
                )

    def _attained(self, award: str, pointer: str) -> Iterable[ScenarioProblem]:
        rule = self.core.rules.get(award)
        if rule is None:
            yield self._unknown(award, pointer)
        elif not rule.is_award:
            yield ScenarioProblem(pointer, f"`{award}` is no award", "only awards enter the register")

    def _refused(self, place: str, pointer: str) -> Iterable[ScenarioProblem]:
        # A fact by an unknown name is refused too: one that is renamed would keep its scenarios green.
        kind, name = place.removeprefix("/projected").split("/")[1:3]
        supplied = [one.name for one in self.core.named.values() if one.supplied]
        known = [*self.core.facts, *supplied] if kind == "facts" else [*self.core.records, "awards", "certifications"]
        if name not in known:
            yield ScenarioProblem(
                pointer,
                f"there is no {'fact' if kind == 'facts' else 'list of records'} `{name}`",
                proposed(name, known, f"known are {listed(sorted(known))}"),
            )

    def _expected(self, expectation: Expectation, day: date) -> Iterable[ScenarioProblem]:
        rule = self.core.rules.get(expectation.rule) or self.core.measures.get(expectation.rule)
        if rule is None:
            yield self._unknown(expectation.rule, expectation.pointer)
            return
        if expectation.is_short:
            yield from self._short(rule, expectation.wanted[""], expectation.pointer)
            return
        for aspect in expectation.wanted:
            if aspect not in aspects_of(rule.of_kind):
                yield ScenarioProblem(
                    f"{expectation.pointer}/{aspect}",
                    f"a {rule.kind} has no `{aspect}`",
                    f"of a {rule.kind} can be expected {listed(aspects_of(rule.of_kind), most=12)}",
                )
        if "stage" in expectation.wanted:
            yield from self._stage(rule, expectation.wanted["stage"], f"{expectation.pointer}/stage")
        yield from self._labels(rule, expectation.wanted, expectation.pointer, day)
        standing = expectation.wanted.get("standing")
        if isinstance(standing, Mapping):
            yield from self._labels(rule, standing, f"{expectation.pointer}/standing", day)
        names = {option.name or "no_choice" for version in rule.versions for option in version.options}
        for name in expectation.wanted.get("options", ()):
            if name not in names:
                yield ScenarioProblem(
                    f"{expectation.pointer}/options/{name}",
                    f"`{rule.id}` has no option `{name}`",
                    proposed(name, names, f"its options are {listed(sorted(names))}"),
                )

    def _short(self, rule: c.Rule, word: str, pointer: str) -> Iterable[ScenarioProblem]:
        decides = rule.of_kind.decides
        if decides not in SHORT:
            yield ScenarioProblem(pointer, f"one word does not say what a {rule.kind} gives", "write {options: {...}}")
        elif decides == "stage":
            yield from self._stage(rule, word, pointer)
        elif decides == "value":
            return  # any word may be its value
        elif decides == "amount":
            figure, _, currency = word.partition(" ")
            if not currency or (figure != "unknown" and not figure.replace(",", "").replace(".", "", 1).isdigit()):
                yield ScenarioProblem(
                    pointer, f"`{word}` is no amount", "write for example `4730 USD`, or `unknown USD`"
                )
        elif word not in _ELIGIBILITIES:
            yield ScenarioProblem(
                pointer,
                f"`{word}` is none of the values",
                proposed(word, _ELIGIBILITIES, f"the values are {listed(_ELIGIBILITIES)}"),
            )

    def _stage(self, rule: c.Rule, stage: str, pointer: str) -> Iterable[ScenarioProblem]:
        branches = [version.stage.branches for version in rule.versions if version.stage is not None]
        stages = [*dict.fromkeys(branch.name for one in branches for branch in one), "undetermined"]
        if stage not in stages:
            yield ScenarioProblem(
                pointer,
                f"`{rule.id}` has no stage `{stage}`",
                proposed(stage, stages, f"the stages are {listed(stages)}"),
            )

    def _labels(self, rule: c.Rule, wanted: Mapping[str, Json], pointer: str, day: date) -> Iterable[ScenarioProblem]:
        for label in wanted.get("reasons", ()):
            if f"{rule.id}.{label}" in self.codes or label in self.codes:
                continue
            meant = meant_by(self.core, rule.id, label, day)
            place = f"{pointer}/reasons/{label}"
            if not meant:
                yield self._unknown_code(rule, label, place)
            elif len(meant) > 1:
                told = [code.removeprefix(f"{rule.id}.") for code in meant]
                yield ScenarioProblem(place, f"`{label}` can mean {len(meant)} reasons", f"write one: {listed(told)}")

    def _unknown_code(self, rule: c.Rule, code: str, pointer: str) -> ScenarioProblem:
        own = {known.removeprefix(f"{rule.id}.") for known in self.codes if known.startswith(f"{rule.id}.")}
        return ScenarioProblem(
            pointer,
            f"`{rule.id}` has no reason `{code}`",
            proposed(code, own) or proposed(code, self.codes, f"its reasons are {listed(sorted(own))}"),
        )


_ELIGIBILITIES = ("eligible", "not_eligible", "undetermined")


_CHECKING: WeakKeyDictionary[Engine, _Checking] = WeakKeyDictionary()
"""What an engine's policies know, gathered once for all files."""
