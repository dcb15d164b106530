"""What a rule comes to, as columns, and the query that holds two sides against each other, as a claim is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from evaluator.columnar import terms as t
from evaluator.columnar.algebra import Flag, Ordered, Value, Word, constant
from evaluator.columnar.days import exactly
from evaluator.columnar.layout import PARTNER
from evaluator.columnar.lowering import Lowering
from evaluator.columnar.steps import Step
from evaluator.columnar.tables import Facts
from evaluator.columnar.terms import Cannot, Term
from review.prove.verdicts import WAYS, Side, Way, _outcomes

MEETS = "meets"
"""The column of who is let in, or may choose, on a side."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule comes to on a side, as columns."""

    side: Side
    schema: str
    facts: Facts
    steps: list[Step]
    outcomes: dict[str, Value]
    """By their names; the place of one is the number of its columns."""


def columns_of(lowering: Lowering, side: Side, name: str, day: date) -> tuple[dict[str, Term], dict[str, Value]]:
    """Return what a rule comes to as columns, as ``near.outcomes`` has it, and what each is."""
    rule = side.core.rules[name]
    today = exactly(day)
    asked = lowering.requirement(rule, today, False)
    outcomes: dict[str, Value] = {"eligibility": constant(rule.version_on(day) is not None)}
    opens: list[Term] = []
    if asked is not None:
        outcomes["eligibility"] = asked.value
        opens.append(asked.open)
    for found, node in _outcomes(rule, day):
        if node is not None and found != "eligibility":
            written = lowering.on(node, today, False, rule.id)
            outcomes[found] = written.value
            opens.append(written.open)
        elif found.startswith("option "):
            outcomes[found] = constant(True)
    columns: dict[str, Term] = {PARTNER: t.column(PARTNER)}
    for number, value in enumerate(outcomes.values()):
        match value:
            case Flag(term=term):
                columns[f"v{number}"] = t.cast(term, "BOOLEAN")
            case Ordered(low=low, high=high, is_day=False):
                columns |= {f"a{number}": t.cast(low.term, "HUGEINT"), f"b{number}": t.cast(high.term, "HUGEINT")}
            case Word(term=term):
                # Which words are left is for the row engine to say.
                columns[f"w{number}"] = t.cast(term, "VARCHAR")
                opens.append(t.untold(term))
            case _:
                raise Cannot("an outcome that is neither a condition, a number nor a word")
    columns["is_left"] = lowering.stages.keep(t.either(*opens))
    return columns, outcomes


def compared(before: Asked, after: Asked) -> str:
    """Return the query that holds the sides against each other, as ``_unlike`` does."""
    ways: dict[Way, list[str]] = {way: [] for way in WAYS}
    meets: list[str] = []
    places = [{name: number for number, name in enumerate(one.outcomes)} for one in (before, after)]
    for name in dict.fromkeys((*before.outcomes, *after.outcomes)):
        values = [one.outcomes.get(name) for one in (before, after)]
        if None in values and not name.startswith("option "):
            continue
        # An option that is not there is open to nobody.
        was, now = (constant(False) if one is None else one for one in values)
        at = [f"{side}.{{}}{own[name]}" if name in own else None for side, own in zip("ba", places, strict=True)]
        match was, now:
            case Flag(), Flag():
                columns = ["FALSE" if one is None else one.format("v") for one in at]
                one, other = (f"CASE {column} WHEN TRUE THEN 2 WHEN FALSE THEN 0 ELSE 1 END" for column in columns)
                ways["less"].append(f"({other}) < ({one})")
                ways["more"].append(f"({other}) > ({one})")
                meets += [f"coalesce({column}, FALSE)" for column in columns]
            case Ordered(), Ordered():
                ends = [
                    [f"{place.format(end)} * {10 ** (max(was.places, now.places) - value.places)}" for end in "ab"]
                    for place, value in zip(at, (was, now), strict=True)
                    if place is not None
                ]
                ways["less"].append(_lower(ends[0], ends[1]))
                ways["more"].append(_lower(ends[1], ends[0]))
            case Word(), Word():
                unlike = " IS DISTINCT FROM ".join(place.format("w") for place in at if place is not None)
                ways["less"].append(unlike)
                ways["more"].append(unlike)
            case _:
                raise Cannot("outcomes of two kinds")
    told = ", ".join(f"{' OR '.join(f'({one})' for one in tests) or 'FALSE'} AS {way}" for way, tests in ways.items())
    return (
        f"SELECT b.{PARTNER}, b.is_left OR a.is_left AS is_left, {told}, {' OR '.join(meets) or 'FALSE'} AS {MEETS}"
        f" FROM before.said b JOIN after.said a USING ({PARTNER})"
    )


def _lower(one: Sequence[str], other: Sequence[str]) -> str:
    """Return whether an end of the other range lies lower than that of the first; an open low end is lowest."""
    low = f"({one[0]} IS NOT NULL AND coalesce({other[0]} < {one[0]}, TRUE))"
    high = f"({other[1]} IS NOT NULL AND coalesce({other[1]} < {one[1]}, TRUE))"
    return f"{low} OR {high}"
