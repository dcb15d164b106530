"""Whether scenarios notice small faults: what no scenario notices is not tried.

A fault is *noticed* where a scenario fails. One that no scenario notices may still be *refused* by the check; that is
told apart and counts for nothing, because two such changes made together (a total moved from one figure to another)
would pass the check. One that leaves the core as it was changes *nothing*. What is left *survived*.

Only scenarios that read what the fault changed are run (``review.scenarios.touched``), those first whose decisions
came by the clause, and up to the first that fails. Where a rule is only asked whether a partner qualifies, scenarios
that tell nothing of what the changed part reads are left out when the part stays as it was for a partner of whom
nothing is known.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from dsl import core as c, document as d
from dsl.source import Span
from evaluator.acceptance.facts_schema import FactsReader
from evaluator.decision import Decision
from evaluator.engine import Engine
from review.scenarios.faults import KINDS, Fault
from review.scenarios.relowering import Relowering
from review.scenarios.runner import run_scenario
from review.scenarios.scenario import Scenario, ScenarioErrors
from review.scenarios.touched import Difference, Touched, differences, watching
from review.scenarios.unknowing import same_when_unknown

Outcome: TypeAlias = Literal["noticed", "survived", "refused", "nothing"]
OUTCOMES: tuple[Outcome, ...] = ("noticed", "survived", "refused", "nothing")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a fault, and by what: a scenario's name, or the code of an error."""

    fault: Fault
    outcome: Outcome
    by: str = ""


@dataclass(slots=True)
class Trace:
    """What scenarios read and come by, and how long each takes."""

    touched: Touched = field(default_factory=Touched)
    near: dict[tuple[str, int], set[int]] = field(default_factory=dict)
    cost_s: dict[int, float] = field(default_factory=dict)

    def add(self, other: Trace) -> None:
        """Take over what another run found."""
        self.touched.add(other.touched)
        for place, indexes in other.near.items():
            self.near.setdefault(place, set()).update(indexes)
        self.cost_s.update(other.cost_s)


class TrustingReader(FactsReader):
    """Accepts facts that have been accepted before."""

    def __init__(self) -> None:
        """Needs no vocabulary."""

    def check(self, data: Any, prefix: str = "", *, most: int = 0, also: object = None) -> None:
        """Accept all."""


class Mutation:
    """Tries faults of one document against scenarios."""

    def __init__(self, document: d.Document, scenarios: Sequence[Scenario]) -> None:
        """Leave out scenarios that wait for review: they say what is decided, not what is meant."""
        self.engine = Engine(document)
        self.scenarios = [scenario for scenario in scenarios if not scenario.review]
        self.trace = Trace()
        self._refusing = {index for index, one in enumerate(self.scenarios) if any(step.refused for step in one.steps)}
        """Scenarios that expect facts to be refused; the others' facts have been accepted before."""
        self._told = [_told(scenario) for scenario in self.scenarios]
        self._decided = [_decided(scenario) for scenario in self.scenarios]
        self._relowering = Relowering(document, self.engine.core)
        self._accepting = self.engine.over(document, self.engine.core)
        self._accepting.reader = TrustingReader()

    def traced(self, indexes: Iterable[int]) -> Trace:
        """Return what scenarios read; each is run once."""
        trace = Trace()
        watched = watching(self.engine.core, trace.touched)
        for index in indexes:
            trace.touched.current = index

            def near(decision: Decision, _day: date, at: int = index) -> None:
                for explanation in decision.explanations:
                    for found in explanation.walk():
                        origin = found.node.origin
                        trace.near.setdefault((origin.source.name, origin.start), set()).add(at)

            start = time.perf_counter()
            run_scenario(self._reading(index).over(self.engine.document, watched), self.scenarios[index], near)
            trace.cost_s[index] = time.perf_counter() - start
        return trace

    def verdict(self, fault: Fault) -> Verdict:
        """Return what becomes of a fault."""
        document = fault.put_into(self.engine.document)
        core = self._relowering.core_with(fault, document)
        if isinstance(core, str):
            return Verdict(fault, "refused", core)
        changed = list(differences(self.engine.core, core))
        vocabulary = _vocabulary(self.engine.core) != _vocabulary(core)
        concerned = set().union(*(self._concerned(one, core) for one in changed))
        if vocabulary:
            concerned.update(i for i, told in enumerate(self._told) if fault.form[1] in told)
        reader = FactsReader(core) if vocabulary else None
        near = self._near(fault.unit)
        asked = False
        for index in sorted(concerned, key=lambda one: (one not in near, self.trace.cost_s.get(one, 0), one)):
            if index not in near and not asked:
                # Far from the clause few notice anything, and some take long: what the check refuses stays out of it.
                asked = True
                code = self._relowering.refusal(document)
                if code is not None:
                    return Verdict(fault, "refused", code)
            engine = self._reading(index).over(document, core)
            engine.reader = reader or engine.reader
            try:
                passed = run_scenario(engine, self.scenarios[index]).passed
            except (ScenarioErrors, LookupError):
                passed = False
            except (ArithmeticError, AssertionError, RecursionError, TypeError, ValueError):
                # What the check would refuse cannot always be decided either.
                code = self._relowering.refusal(document)
                return Verdict(fault, "refused", code) if code else Verdict(fault, "noticed", "it cannot be decided")
            if not passed:
                return Verdict(fault, "noticed", self.scenarios[index].name)
        code = None if asked else self._relowering.refusal(document)
        if code is not None:
            return Verdict(fault, "refused", code)
        return Verdict(fault, "survived" if changed or vocabulary else "nothing")

    def _reading(self, index: int) -> Engine:
        """Return the engine that reads a scenario's facts while the vocabulary is as it was."""
        return self.engine if index in self._refusing else self._accepting

    def _near(self, unit: Span) -> set[int]:
        """Return the scenarios whose decisions come by a clause."""
        near: set[int] = set()
        for (file, start), found in self.trace.near.items():
            if file == unit.source.name and unit.start <= start < max(unit.end, unit.start + 1):
                near |= found
        return near

    def _concerned(self, difference: Difference, core: c.Core) -> set[int]:
        """Return the scenarios that a difference can concern."""
        concerned = self.trace.touched.by(difference)
        if not isinstance(difference, str):
            return concerned
        reads = same_when_unknown(self.engine.core, core, difference)
        if reads is None:
            return concerned
        rule = difference.split("/")[1] if difference.startswith("rules/") else None
        return {i for i in concerned if rule in self._decided[i] or reads & self._told[i]}


def _told(scenario: Scenario) -> frozenset[str]:
    """Return the names of the facts and records that a scenario tells, projected ones too."""
    layers = [scenario.given, *(step.told for step in scenario.steps)]
    layers.extend(layer.projected for layer in tuple(layers) if layer.projected is not None)
    names = {name for layer in layers for name in (*layer.facts, *layer.records)}
    names.update("certifications" for layer in layers if layer.also_certified)
    names.update("awards" for step in scenario.steps if step.attain)
    return frozenset(names)


def _decided(scenario: Scenario) -> frozenset[str]:
    """Return the rules that a scenario asks for itself."""
    return frozenset(
        name for step in scenario.steps for name in (*step.attain, *(one.rule for one in step.expectations))
    )


def _vocabulary(core: c.Core) -> tuple[Any, ...]:
    supplied = {name: one.type for name, one in core.named.items() if one.supplied}
    return core.facts, core.records, supplied, core.awards


def score(verdicts: Iterable[Verdict]) -> Decimal:
    """Return the percentage noticed of the faults that scenarios could notice, rounded down to a tenth.

    What the check alone refuses and what changes nothing is left out; 100 where nothing is left.
    """
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    tried = outcomes["noticed"] + outcomes["survived"]
    return Decimal(outcomes["noticed"] * 1000 // tried) / 10 if tried else Decimal(100)


def by_kind(verdicts: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    """Return verdicts by the kind of their fault, kinds in their order."""
    found = {kind: [verdict for verdict in verdicts if verdict.fault.kind == kind] for kind in KINDS}
    return {kind: verdicts_of for kind, verdicts_of in found.items() if verdicts_of}
