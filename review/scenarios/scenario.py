"""Scenarios as data: a partner, one or more days, and what is expected to be decided on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from review.scenarios.given import Given

Json = Any


@dataclass(frozen=True, slots=True)
class ScenarioProblem:
    """What is wrong with a scenario file: where (a JSON pointer), a sentence, and advice."""

    pointer: str
    message: str
    help: str = ""


class ScenarioErrors(Exception):
    """A scenario file cannot be run; ``problems`` tells each place."""

    def __init__(self, problems: tuple[ScenarioProblem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.pointer}: {problem.message}" for problem in problems[:3]))


@dataclass(frozen=True, slots=True)
class Cited:
    """A place in a source, both as the scenario names them; ``pointer`` is where it names the source."""

    source: str
    place: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of one rule: the wanted value of each aspect named (``eligibility``, ``points``, ...)."""

    rule: str
    wanted: Mapping[str, Json]
    pointer: str
    is_short: bool = False
    """Written as one word behind the rule: its eligibility, stage or amount."""


@dataclass(frozen=True, slots=True)
class Step:
    """A day of a scenario: what is told from then on, what is attained, what is expected.

    With ``refused`` nothing is decided: at these pointers the facts are none, and what the step tells is not kept.
    """

    as_of: date
    told: Given
    attain: tuple[str, ...]
    expectations: tuple[Expectation, ...]
    pointer: str
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario; ``given`` is what its partner brings before the first step."""

    name: str
    cites: tuple[Cited, ...]
    given: Given
    steps: tuple[Step, ...]
    pointer: str
    review: bool = False
    """It says what is decided, and waits for a person to say that this is meant; it counts for no coverage."""


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """The scenarios of one file, in its order."""

    name: str
    scenarios: tuple[Scenario, ...]
