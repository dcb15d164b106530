"""Which missing fact to ask for next: the one that settles most of what is not settled yet.

Each fact that is missing is tried: a flag or choice with each of its values, a number at nothing and at very much. What
settles the most decisions over its values comes first; of those alike, what more decisions miss.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from evaluator.decision import Answer, Decision
from evaluator.engine import Engine, Query
from evaluator.explanation import Gap

Json = Any
MOST_TRIED = 400
"""Decisions made to find one question; what is left is put in order by how many decisions miss it."""
MOST_VALUES = 12
"""Values of a choice that are tried."""
_VERY_MUCH = 10**12


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact or list to ask for: its name, whether it is a list, and the rules that it may settle."""

    name: str
    is_list: bool
    gap: Gap
    rules: tuple[str, ...]


def is_open(decision: Decision) -> bool:
    """Whether a decision is not settled."""
    return "undetermined" in decision.outcome.split("/")


def next_question(engine: Engine, query: Query, answer: Answer, passed_over: Container[str]) -> Asked | None:
    """Return what to ask for next; None where nothing more that can be told matters.

    Args:
        engine: what decides.
        query: what is asked, with the facts told so far.
        answer: the answer to it.
        passed_over: names that nobody knows.
    """
    candidates = {one.name: one for one in _candidates(answer) if one.name not in passed_over}
    if not candidates:
        return None
    order = sorted(candidates.values(), key=lambda one: -len(one.rules))
    left = MOST_TRIED
    worth: dict[str, Fraction] = {}
    for one in order:
        values = _values(one)
        if not values or left < len(values) * len(one.rules):
            continue
        left -= len(values) * len(one.rules)
        worth[one.name] = sum((_settled(engine, query, one, value) for value in values), Fraction(0)) / len(values)
    return max(order, key=lambda one: worth.get(one.name, Fraction(0)))


def told(facts: Mapping[str, Json], asked: Asked, value: Json) -> dict[str, Json]:
    """Return facts with what was asked for told."""
    section = "records" if asked.is_list else "facts"
    return {**facts, section: {**facts.get(section, {}), asked.name: value}}


def _candidates(answer: Answer) -> Iterator[Asked]:
    """Yield what could be told on the day of the question, with the decisions that miss it."""
    found: dict[tuple[str, str], tuple[Gap, list[str]]] = {}
    for decision in filter(is_open, answer.decisions):
        for missing in decision.missing:
            _, section, name, *rest = [*missing.gap.pointer.split("/"), "", ""]
            is_whole = section in ("facts", "records") and not any(rest)
            if is_whole and missing.gap.kind in ("fact", "records"):
                found.setdefault((section, name), (missing.gap, []))[1].append(decision.rule)
    for (section, name), (gap, rules) in found.items():
        yield Asked(name, section == "records", gap, tuple(dict.fromkeys(rules)))


def _values(asked: Asked) -> tuple[Json, ...]:
    """Return values that tell how much hangs on a fact; none of what has no values to try."""
    if asked.is_list:
        return ([],)
    type_ = asked.gap.type
    if type_ is None:
        return ()
    if type_.kind == "flag":
        return (True, False)
    if type_.kind == "choice":
        return type_.choices[:MOST_VALUES]
    if not type_.is_numeric:
        return ()
    low = int(type_.low) if type_.low is not None else 0
    return (low, int(type_.high) if type_.high is not None else _VERY_MUCH)


def _settled(engine: Engine, query: Query, asked: Asked, value: Json) -> Fraction:
    """Return how many of the decisions that miss a fact are settled once it has a value."""
    facts = told(query.facts, asked, value)
    decisions = engine.outcomes_of(replace(query, decide=asked.rules, facts=facts, detail="none"))
    return Fraction(sum(not is_open(decision) for decision in decisions))
