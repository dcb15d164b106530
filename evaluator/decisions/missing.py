"""What is missing to settle a decision, and what each value of it would lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import TypeAlias

from dsl.core.ranges import Truth, is_settled
from evaluator.decision import Decision, Missing
from evaluator.explanation import Explanation, Gap

MAX_TRIED = 12
"""How many values of a missing flag or choice are tried to tell what each would lead to."""
MAX_COMBINATIONS = 16
"""Up to how many combinations of missing flags and choices are tried to find those that change nothing."""

IfTold: TypeAlias = Callable[[Mapping[str, str | bool]], Decision]
"""Decides once more with more facts."""


def missing_of(decided: Decision, explanations: Sequence[Explanation], if_told: IfTold) -> Iterable[Missing]:
    """Yield what would settle the decision; a flag or choice is left out only where no value of it can matter."""
    found = list(_gaps(explanations))
    own = {gap.pointer for gap in found}
    if decided.standing is not None and decided.standing.held is Truth.UNKNOWN:
        found.extend(decided.standing.gaps)
    gaps = list({(gap.pointer, gap.day, gap.kind): gap for gap in reversed(found)}.values())[::-1]
    values: Mapping[str, tuple[str | bool, ...]] = {
        _name(gap): _values_to_try(gap) for gap in gaps if _values_to_try(gap)
    }
    # What only the standing lacks does not keep from trying: once it is told, the answer asks again.
    if values and all(_values_to_try(gap) or gap.kind == "figure" or gap.pointer not in own for gap in gaps):
        values = _that_matter(values, if_told)
    for gap in gaps:
        if not _values_to_try(gap):
            yield Missing(gap)
        elif _name(gap) in values:
            told = {value: if_told({_name(gap): value}) for value in values[_name(gap)]}
            yield Missing(gap, tuple((value, decision.outcome) for value, decision in told.items()))


def _gaps(explanations: Sequence[Explanation]) -> Iterator[Gap]:
    """Yield what is missing in each; what a later one is made of as well is asked about there, where it stands last."""
    made_of = [id(one.parts) if one.parts and not is_settled(one.range) else None for one in explanations]
    for index, one in enumerate(explanations):
        later = {parts for parts in made_of[index + 1 :] if parts is not None}
        yield from one.missing(later)


def _that_matter(values: Mapping[str, tuple[str | bool, ...]], if_told: IfTold) -> Mapping[str, tuple[str | bool, ...]]:
    """Leave out, one after the other, facts whose values change nothing whatever the others are."""
    if prod(map(len, values.values())) > MAX_COMBINATIONS:
        return values
    results: dict[frozenset[tuple[str, str | bool]], object] = {}

    def result(told: Mapping[str, str | bool]) -> object:
        key = frozenset(told.items())
        if key not in results:
            results[key] = _result(if_told(told))
        return results[key]

    kept = dict(values)
    for name in values:
        others = {other: options for other, options in kept.items() if other != name}
        cases = [dict(zip(others, combination, strict=True)) for combination in product(*others.values())]
        if all(result(case) == result({**case, name: value}) for case in cases for value in values[name]):
            kept = others
    return kept


def _values_to_try(gap: Gap) -> tuple[str | bool, ...]:
    if gap.kind != "fact" or gap.type is None or gap.pointer.startswith("/projected"):
        return ()
    if gap.type.kind == "flag":
        return (True, False)
    return gap.type.choices if gap.type.kind == "choice" and len(gap.type.choices) <= MAX_TRIED else ()


def _name(gap: Gap) -> str:
    return gap.pointer.rsplit("/", 1)[-1]


def _result(decision: Decision) -> object:
    """Return all of a decision that a fact can change: what must be equal for the fact not to matter."""
    options = tuple((option.eligibility, option.effects) for option in decision.options)
    held = decision.standing.held if decision.standing is not None else None
    return decision.eligibility, decision.amount, decision.due, decision.stage, options, held
