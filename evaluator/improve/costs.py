"""What changes cost: numbers without a unit, by which plans are put in order.

``costs.json`` has Merit's own defaults. They are no figures of any programme: they only say what is taken to be more
work than something else, and are there to be replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.diagnostics import listed, proposed
from dsl.json_values import escaped
from evaluator.acceptance.facts_schema import FactProblem
from evaluator.limits import DIGITS, MAX_PROBLEMS, PLACES, shortened

Json = Any

NEVER = "never"
"""What is not to be changed."""
PLAIN = ("certification", "new_person", "flag", "choice", "record", "attain", "buy", "day")
BY_NAME = ("facts", "certifications", "awards", "records")
FIGURES = ("count", "number", "percent", "points", "money")
_TEXT = re.compile(r"-?[0-9]{1,100}(\.[0-9]{1,100})?", re.ASCII)
MOST_NAMES = 1_000
"""Names that costs may tell by name."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What each kind of change costs; None is what is not to be changed."""

    certification: Decimal | None
    """One person attains one certification."""
    new_person: Decimal | None
    """Once for each person whom the facts do not tell of, beside what they attain."""
    flag: Decimal | None
    """A flag is told otherwise."""
    choice: Decimal | None
    """A choice is told otherwise."""
    record: Decimal | None
    """A record more in a list."""
    attain: Decimal | None
    """An award is attained by a partner that meets its requirements."""
    buy: Decimal | None
    """Benefits are bought, beside the money that is paid."""
    day: Decimal | None
    """A day is waited."""
    figures: Mapping[str, Decimal | None]
    """One more of a figure, by the kind of its type: a customer, a percent, one of the currency."""
    facts: Mapping[str, Decimal | None]
    """The same by name of a fact or measure, where it differs; of a flag or choice, what telling it otherwise costs."""
    certifications: Mapping[str, Decimal | None]
    awards: Mapping[str, Decimal | None]
    records: Mapping[str, Decimal | None]
    given: bool = False
    """Whether some of them were given by who asks."""

    def of_fact(self, name: str, type_: c.Type) -> Decimal | None:
        """Return what one more of a figure costs, or that a flag or choice is told otherwise."""
        if name in self.facts:
            return self.facts[name]
        if type_.is_numeric:
            return self.figures[type_.kind]
        return {"flag": self.flag, "choice": self.choice}.get(type_.kind)

    def of_certification(self, name: str) -> Decimal | None:
        """Return what it costs that one person attains a certification."""
        return self.certifications.get(name, self.certification)

    def of_award(self, name: str) -> Decimal | None:
        """Return what it costs to attain an award whose requirements are met."""
        return self.awards.get(name, self.attain)

    def of_record(self, name: str) -> Decimal | None:
        """Return what a record more of a list costs."""
        return self.records.get(name, self.record)

    def as_json(self) -> dict[str, Json]:
        """Return them as they are given."""

        def one(cost: Decimal | None) -> str:
            return NEVER if cost is None else str(cost)

        def named(costs: Mapping[str, Decimal | None]) -> dict[str, str]:
            return {name: one(cost) for name, cost in costs.items()}

        return {
            **{name: one(getattr(self, name)) for name in PLAIN},
            **{name: named(getattr(self, name)) for name in ("figures", *BY_NAME)},
        }


class CostErrors(ValueError):
    """Costs that cannot be used, with pointers into them."""

    def __init__(self, problems: Sequence[FactProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{one.pointer}: {one.message}" for one in problems))


@cache
def default_costs() -> Costs:
    """Return Merit's own defaults."""
    data = json.loads(resources.files("evaluator.improve").joinpath("costs.json").read_text(encoding="utf-8"))
    told: dict[str, Any] = {
        **{name: _cost(data[name]) for name in PLAIN},
        **{name: _costs(data[name]) for name in ("figures", *BY_NAME)},
    }
    return Costs(**told)


def read_costs(core: c.Core, data: Json) -> Costs:
    """Return the defaults with what is told otherwise.

    Args:
        core: whose vocabulary the names are of.
        data: an object like ``costs.json``; what it leaves out is as there.

    Raises:
        CostErrors: a name that nothing has, or a cost that is neither a number from zero on nor ``never``.
    """
    problems = list(_problems(core, data))
    if problems:
        raise CostErrors(problems[:MAX_PROBLEMS])
    base = default_costs()
    told: dict[str, Any] = {name: _cost(data[name]) for name in PLAIN if name in data}
    for name in ("figures", *BY_NAME):
        if name in data:
            named = data[name]
            if name == "certifications":
                named = {core.certifications.get(one, one): cost for one, cost in named.items()}
            told[name] = {**getattr(base, name), **_costs(named)}
    return replace(base, **told, given=True)


def _costs(data: Mapping[str, Json]) -> dict[str, Decimal | None]:
    return {name: _cost(value) for name, value in data.items()}


def _cost(value: Json) -> Decimal | None:
    """Return a cost that is one; a float is what it is written as."""
    return None if value == NEVER else Decimal(repr(value) if isinstance(value, float) else value)


def _problems(core: c.Core, data: Json) -> Iterator[FactProblem]:
    if not isinstance(data, Mapping):
        yield FactProblem("", "F104", "these are no costs", "write an object, for example {certification: 10}")
        return
    known = (*PLAIN, "figures", *BY_NAME)
    if sum(len(data[name]) for name in BY_NAME if isinstance(data.get(name), Mapping)) > MOST_NAMES:
        yield FactProblem("", "F104", "these are too many names", f"name at most {MOST_NAMES:,}")
        return
    names: Mapping[str, Sequence[str]] = {
        "figures": FIGURES,
        "facts": (*core.facts, *(name for name, one in core.named.items() if one.supplied)),
        "certifications": tuple(core.certifications),
        "awards": core.awards,
        "records": (*core.records, *BUILT_IN),
    }
    for key, value in data.items():
        told = shortened(str(key))
        if key not in known:
            yield FactProblem(
                f"/{escaped(told)}",
                "F101",
                f"I do not know the cost `{told}`",
                proposed(told, known, f"known are {listed(known)}"),
            )
        elif key in PLAIN:
            yield from _cost_problems(f"/{key}", value)
        elif not isinstance(value, Mapping):
            yield FactProblem(f"/{key}", "F104", "this is no object", "write costs by name")
        else:
            for name, cost in value.items():
                said = shortened(str(name))
                pointer = f"/{key}/{escaped(said)}"
                if name not in names[key]:
                    advice = proposed(said, names[key], f"known are {listed(sorted(names[key]), most=5)}")
                    yield FactProblem(pointer, "F107", f"there is nothing named `{said}` that has a cost", advice)
                else:
                    yield from _cost_problems(pointer, cost)


def _cost_problems(pointer: str, value: Json) -> Iterator[FactProblem]:
    advice = "write a number from 0 on, or `never` for what is not to be changed"
    if value == NEVER:
        return
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        yield FactProblem(pointer, "F104", "this is no cost", advice)
        return
    if isinstance(value, str) and not _TEXT.fullmatch(value):
        yield FactProblem(pointer, "F104", f"`{shortened(value)}` is no cost", advice)
        return
    number = Decimal(repr(value) if isinstance(value, float) else value)
    if not number.is_finite():
        yield FactProblem(pointer, "F104", f"`{shortened(str(value))}` is no cost", advice)
    elif number < 0:
        yield FactProblem(pointer, "F105", f"a cost is never below zero, this is {shortened(str(value))}", advice)
    elif number.adjusted() >= DIGITS or int(number.as_tuple().exponent) < -PLACES:
        said = f"at most {DIGITS} digits before the point and {PLACES} behind it"
        yield FactProblem(pointer, "F105", f"`{shortened(str(value))}` has too many digits", f"write {said}")
