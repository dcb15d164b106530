"""YAML and JSON files with exact numbers, dates as texts, and the place of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from dsl.codec import escaped
from dsl.source import Source, Span

Json = Any
MAX_DEPTH = 60
"""Depth of nested values that is read."""

MAX_VALUES = 2_000_000
"""How many values are read, those that aliases repeat counted each time."""

_PREFIX = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"^-?(?:0|[1-9][0-9]{0,40})$")
_DECIMAL = re.compile(r"^-?(?:0|[1-9][0-9]{0,40})\.[0-9]{1,40}$")


class _Exact(yaml.SafeLoader):
    """YAML without floats and dates: a decimal stays what was written, ``yes`` and ``on`` are words."""


_Exact.yaml_implicit_resolvers = {}
_Exact.add_implicit_resolver(f"{_PREFIX}bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Exact.add_implicit_resolver(f"{_PREFIX}null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Exact.add_implicit_resolver(f"{_PREFIX}int", _INTEGER, list("-0123456789"))
_Exact.add_implicit_resolver(f"{_PREFIX}float", _DECIMAL, list("-0123456789"))


@dataclass(frozen=True, slots=True)
class DataProblem:
    """Why a file cannot be read as data, and where."""

    span: Span
    message: str
    help: str = ""


class DataErrors(Exception):
    """A file is no data that is read here; ``problems`` tells each place."""

    def __init__(self, problems: tuple[DataProblem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.span.place}: {problem.message}" for problem in problems[:3]))


@dataclass(frozen=True)
class Data:
    """The content of a file; ``place`` finds the text of a value."""

    value: Json
    source: Source
    places: dict[str, Span] = field(repr=False)

    def place(self, pointer: str) -> Span:
        """Return where a value stands, or the nearest one around it."""
        while pointer not in self.places and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer, Span(self.source, 0, 0))


def read_data(source: Source) -> Data:
    """Read a YAML or JSON source; both are read as YAML, whose parser tells where each value stands.

    Raises:
        DataErrors: it is neither, gives a key twice, or is nested or repeated beyond measure.
    """
    reading = _Reading(source)
    try:
        root = yaml.compose(source.text, Loader=_Exact)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = min(mark.index if mark is not None else 0, len(source.text))
        problem = DataProblem(
            Span(source, at, min(at + 1, len(source.text))),
            "this is neither YAML nor JSON",
            error.problem or "look for a missing quote or bracket",
        )
        raise DataErrors((problem,)) from error
    except yaml.YAMLError as error:
        raise DataErrors((DataProblem(Span(source, 0, 0), "this is neither YAML nor JSON", str(error)),)) from error
    except RecursionError as error:
        raise DataErrors((DataProblem(Span(source, 0, 0), "this is nested too deeply"),)) from error
    value = None if root is None else reading.value(root, "", 0)
    if reading.problems:
        raise DataErrors(tuple(reading.problems))
    return Data(value, source, reading.places)


class _Reading:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.places: dict[str, Span] = {}
        self.problems: list[DataProblem] = []
        self.around: set[int] = set()
        self.size = 0

    def value(self, node: yaml.Node, pointer: str, depth: int) -> Json:
        span = Span(self.source, node.start_mark.index, node.end_mark.index)
        self.places.setdefault(pointer, span)
        self.size += 1
        if id(node) in self.around:
            raise DataErrors((DataProblem(span, "this alias stands inside what it means", "write the value out"),))
        if self.size > MAX_VALUES:
            raise DataErrors((DataProblem(span, "this has too many values", "write fewer, or fewer aliases"),))
        if depth > MAX_DEPTH:
            raise DataErrors((DataProblem(span, "this is nested too deeply"),))
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        self.around.add(id(node))
        value: Json
        if isinstance(node, yaml.MappingNode):
            value = dict(self.items(node, pointer, depth))
        else:
            value = [self.value(item, f"{pointer}/{index}", depth + 1) for index, item in enumerate(node.value)]
        self.around.remove(id(node))
        return value

    def items(self, node: yaml.MappingNode, pointer: str, depth: int) -> Iterator[tuple[str, Json]]:
        names: set[str] = set()
        for key, item in node.value:
            span = Span(self.source, key.start_mark.index, key.end_mark.index)
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(DataProblem(span, "a key is a word"))
                continue
            name = str(key.value)
            if name in names:
                self.problems.append(DataProblem(span, f"`{name}` is given twice", "delete one of the two"))
                continue
            names.add(name)
            below = f"{pointer}/{escaped(name)}"
            # Of an entry the key is shown: it is what a reader looks for.
            self.places[below] = span
            yield name, self.value(item, below, depth + 1)


def _scalar(node: yaml.ScalarNode) -> Json:
    match node.tag.removeprefix(_PREFIX):
        case "bool":
            return node.value == "true"
        case "null":
            return None
        case "int":
            return int(node.value)
        case "float":
            return Decimal(node.value)
        case _:
            return node.value
