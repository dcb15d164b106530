"""What can be changed of a partner: a kind of change each, and one step of a plan with what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from dsl import core as c

Json = Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A fact or measure that is a number: it is told as more. Its level is by how much."""

    name: str


@dataclass(frozen=True, slots=True)
class Word:
    """A flag or choice that is told otherwise. Its level is 1."""

    name: str
    value: str | bool


@dataclass(frozen=True, slots=True)
class Certified:
    """People of some lists of certifications, one of which is enough. Its level is how many more there are to be."""

    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Different:
    """Different people, one for each of several lists. Its level is how many more lists are to have theirs."""

    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attained:
    """An award that is attained by meeting its rule. Its level is 1."""

    rule: str


@dataclass(frozen=True, slots=True)
class Bought:
    """Benefits that an option of a choice gives, and their fee paid. Its level is 1."""

    benefit: str
    rule: str
    """The choice."""
    option: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Records of a list with some values. Its level is how many more there are to be."""

    records: str
    fields: tuple[tuple[str, Json], ...]
    apart: str | None = None
    """A text field in which each has another value: they are counted by it."""


Lever: TypeAlias = Figure | Word | Certified | Different | Attained | Bought | Rows
Level: TypeAlias = Decimal


@dataclass(frozen=True, slots=True)
class About:
    """What readers are told of a lever, wherever it stands."""

    title: str
    now: str | None = None
    """What is told now; None where nothing is."""
    type: c.Type | None = None
