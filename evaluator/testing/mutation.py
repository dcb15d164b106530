"""Small faults put into policies on purpose: what no scenario notices is not tried.

Each figure, comparison, date, row, list entry, quantifier and gate is changed in turn, in the document, so that one
place in the text is one fault however many rules it makes. A fault counts as noticed when the check reports it or a
scenario fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Literal, TypeAlias

from dsl import document as d
from dsl.check.document import check
from dsl.codec import decimal_text
from dsl.lower.to_core import lower
from dsl.source import Span
from evaluator.decision import Decision
from evaluator.engine import Engine
from evaluator.testing.runner import run_scenario
from evaluator.testing.scenario import Scenario, ScenarioErrors

MutantKind: TypeAlias = Literal["figure", "comparison", "date", "row", "entry", "quantifier", "gate", "phrase"]

_FLIPPED: dict[str, Literal[">=", "<=", ">", "<", "=", "!="]] = {
    ">=": ">",
    ">": ">=",
    "<=": "<",
    "<": "<=",
    "=": "!=",
    "!=": "=",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: what stood where, what stands there now, and the document with it."""

    kind: MutantKind
    origin: Span
    was: str
    now: str
    unit: Span
    """The clause, row or form around: scenarios that come by here are tried first."""
    make: Callable[[], d.Document]

    @property
    def place(self) -> str:
        """``file:line:column``."""
        return self.origin.place


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a fault was noticed, and by what."""

    mutant: Mutant
    noticed_by: str | None


def mutants(document: d.Document) -> Iterator[Mutant]:
    """Yield every fault of a document, in the order of its forms."""
    for path, node, unit in _nodes(document, (), document.origin):
        yield from _of(document, path, node, unit)


Path: TypeAlias = tuple[str | int, ...]


def _nodes(value: Any, path: Path, unit: Span) -> Iterator[tuple[Path, d.Node, Span]]:
    match value:
        case d.Node():
            if isinstance(
                value, d.Item | d.Row | d.Setting | d.Window | d.Definition | d.Rule | d.Table | d.Listing | d.Version
            ):
                unit = value.origin
            yield path, value, unit
            for own in fields(value):
                yield from _nodes(getattr(value, own.name), (*path, own.name), unit)
        case tuple():
            for index, item in enumerate(value):
                yield from _nodes(item, (*path, index), unit)
        case dict():
            for key, item in value.items():
                yield from _nodes(item, (*path, key), unit)
        case _:
            return


def _of(document: d.Document, path: Path, node: d.Node, unit: Span) -> Iterator[Mutant]:
    def mutant(kind: MutantKind, was: str, now: str, new: d.Node | None) -> Mutant:
        return Mutant(kind, node.origin, was, now, unit, lambda: _replaced(document, path, new))

    match node:
        case d.Figure(value=Decimal() as value):
            exponent = value.as_tuple().exponent
            step = Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else Decimal(1)
            for changed in (value + step, value - step):
                yield mutant("figure", decimal_text(value), decimal_text(changed), replace(node, value=changed))
        case d.Compare(op=op):
            yield mutant("comparison", op, _FLIPPED[op], replace(node, op=_FLIPPED[op]))
        case d.Day(day=day) if date.min < day < date.max and "read" not in path and "seen" not in path:
            for moved in (day + timedelta(days=1), day - timedelta(days=1)):
                yield mutant("date", day.isoformat(), moved.isoformat(), replace(node, day=moved))
        case d.Row():
            yield mutant("row", "the row", "no row", None)
        case d.Entry(name=name):
            yield mutant("entry", name, "no entry", None)
        case d.Chooser(word="any" | "all" as word):
            other: Literal["any", "all"] = "all" if word == "any" else "any"
            yield mutant("quantifier", f"{word} of", f"{other} of", replace(node, word=other))
        case d.And(terms=terms):
            yield mutant("quantifier", "and", "or", d.Or(terms=terms, origin=node.origin))
        case d.Or(terms=terms):
            yield mutant("quantifier", "or", "and", d.And(terms=terms, origin=node.origin))
        case d.Notes(only_if=only_if) if only_if:
            yield mutant("gate", "only if", "no gate", replace(node, only_if=()))
        case d.Phrase(phrase=phrase):
            yield mutant("phrase", phrase, "not said", None)
        case _:
            return


def _replaced(document: d.Document, path: Path, new: d.Node | None) -> d.Document:
    result = _at(document, path, new)
    if not isinstance(result, d.Document):
        raise TypeError("a document with another node is a document")
    return result


def _at(value: Any, path: Path, new: d.Node | None) -> Any:
    """Rebuild what lies on the way to a node; a node replaced by None leaves its list."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, tuple) and isinstance(head, int):
        inner = _at(value[head], rest, new)
        return (*value[:head], *(() if inner is None else (inner,)), *value[head + 1 :])
    if isinstance(value, dict):
        return {**value, head: _at(value[head], rest, new)}
    return replace(value, **{str(head): _at(getattr(value, str(head)), rest, new)})


# ---- running ----------------------------------------------------------------------------------------------------


class Mutation:
    """Tries faults against scenarios, those first that come by the place."""

    def __init__(self, engine: Engine, scenarios: Sequence[Scenario]) -> None:
        self.engine = engine
        self.scenarios = scenarios
        self._known = {(found.code, found.span.start, found.message) for found in _found(engine.document)}
        self._near: dict[tuple[str, int], set[int]] = {}
        for index, scenario in enumerate(scenarios):
            run_scenario(engine, scenario, partial(self._note, index))

    def _note(self, index: int, decision: Decision, _day: date) -> None:
        rule = self.engine.core.rules[decision.rule]
        for origin in (rule.origin, *(version.origin for version in rule.versions)):
            self._near.setdefault((origin.source.name, origin.start), set()).add(index)
        for explanation in decision.explanations:
            for found in explanation.walk():
                origin = found.node.origin
                self._near.setdefault((origin.source.name, origin.start), set()).add(index)

    def _order(self, unit: Span) -> list[int]:
        """Return the scenarios to try: those that come by the place first, then all others."""
        near: dict[int, None] = {}
        for (file, start), indexes in self._near.items():
            if file == unit.source.name and unit.start <= start < max(unit.end, unit.start + 1):
                near.update(dict.fromkeys(sorted(indexes)))
        return [*near, *(index for index in range(len(self.scenarios)) if index not in near)]

    def verdict(self, mutant: Mutant) -> Verdict:
        """Return whether the check or a scenario notices a fault."""
        document = mutant.make()
        core, found = lower(document)
        found = [*found, *check(document, core)]
        new = [one for one in found if (one.code, one.span.start, one.message) not in self._known]
        if new:
            return Verdict(mutant, f"check {new[0].code}")
        engine = self.engine.over(document, core)
        for index in self._order(mutant.unit):
            scenario = self.scenarios[index]
            try:
                passed = run_scenario(engine, scenario).passed
            except (ScenarioErrors, LookupError):
                passed = False
            if not passed:
                return Verdict(mutant, scenario.name)
        return Verdict(mutant, None)


def _found(document: d.Document) -> list[Any]:
    core, found = lower(document)
    return [*found, *check(document, core)]


def score(verdicts: Iterable[Verdict]) -> Decimal:
    """Return the percentage of faults that were noticed, rounded down to a tenth; 100 where there were none."""
    all_verdicts = list(verdicts)
    noticed = sum(verdict.noticed_by is not None for verdict in all_verdicts)
    return Decimal(noticed * 1000 // len(all_verdicts)) / 10 if all_verdicts else Decimal(100)
