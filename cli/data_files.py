"""YAML and JSON files with exact numbers, dates as texts, and the place of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

import yaml
from yaml import events

from cli.yaml_words import said_of
from dsl.json_values import escaped
from dsl.source import Source, Span

Json = Any
MAX_DEPTH = 60
"""Depth of nested values that is read."""

MAX_VALUES = 2_000_000
"""How many values are read, those that aliases repeat counted each time."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,40})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,40})\.[0-9]{1,40}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}

# The parser in C where it is installed: it is many times faster and yields the same events.
_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    try:
        return _read(source, _FAST)
    except yaml.YAMLError:
        # Once more with the parser in Python, whose messages are the ones that are put into words.
        return _read_slowly(source)


def _read_slowly(source: Source) -> Data:
    try:
        return _read(source, yaml.SafeLoader)
    except yaml.YAMLError as error:
        said = said_of(error, source.text)
        span = Span(source, said.at, min(said.at + 1, len(source.text)))
        raise DataErrors((DataProblem(span, said.message, said.help),)) from error


def _read(source: Source, loader: Any) -> Data:
    reading = _Reading(source, yaml.parse(source.text, Loader=loader))
    value = reading.document()
    if reading.problems:
        raise DataErrors(tuple(reading.problems))
    return Data(value, source, reading.places)


class _Reading:
    """Makes values of the parser's events, one by one: nothing is built before it is known to be in bounds."""

    def __init__(self, source: Source, stream: Iterator[events.Event]) -> None:
        self.source = source
        self.stream = stream
        self.places: dict[str, Span] = {}
        self.problems: list[DataProblem] = []
        self.anchored: dict[str, tuple[Json, int]] = {}
        """What aliases mean: the value, and how many values it is."""
        self.size = 0

    def document(self) -> Json:
        """Return the value of the only document; None where there is none."""
        next(self.stream)
        if isinstance(next(self.stream), events.StreamEndEvent):
            return None
        value = self.value(next(self.stream), "", 0)
        next(self.stream)
        behind = next(self.stream)
        if not isinstance(behind, events.StreamEndEvent):
            self.stop(behind, "a second document begins here", "one file holds one document: take the `---` out")
        return value

    def value(self, event: events.Event, pointer: str, depth: int) -> Json:
        """Return the value that begins with an event."""
        self.places.setdefault(pointer, self.span(event))
        self.size += 1
        before = self.size
        value: Json
        match event:
            case events.AliasEvent():
                return self.alias(event)
            case events.ScalarEvent():
                value = _scalar(event)
            case _ if depth == MAX_DEPTH:
                self.stop(event, "this is nested too deeply", "")
            case events.MappingStartEvent():
                value = dict(self.items(pointer, depth))
            case _:
                value = list(self.elements(pointer, depth))
        if isinstance(event, events.NodeEvent) and event.anchor is not None:
            self.anchored[event.anchor] = (value, self.size - before + 1)
        return value

    def alias(self, event: events.AliasEvent) -> Json:
        if event.anchor not in self.anchored:
            self.stop(event, f"`*{event.anchor}` means nothing before it", f"write `&{event.anchor}` before a value")
        value, size = self.anchored[event.anchor]
        self.size += size
        if self.size > MAX_VALUES:
            self.stop(event, "this has too many values", "write fewer aliases")
        return value

    def elements(self, pointer: str, depth: int) -> Iterator[Json]:
        for index, event in enumerate(iter(lambda: next(self.stream), None)):
            if isinstance(event, events.SequenceEndEvent):
                return
            yield self.value(event, f"{pointer}/{index}", depth + 1)

    def items(self, pointer: str, depth: int) -> Iterator[tuple[str, Json]]:
        names: set[str] = set()
        while not isinstance(key := next(self.stream), events.MappingEndEvent):
            if not isinstance(key, events.ScalarEvent):
                self.stop(key, "a key is a word", "")
            name = key.value
            below = f"{pointer}/{escaped(name)}"
            if name in names:
                self.problems.append(DataProblem(self.span(key), f"`{name}` is given twice", "delete one of the two"))
            names.add(name)
            # Of an entry the key is shown: it is what a reader looks for.
            self.places.setdefault(below, self.span(key))
            yield name, self.value(next(self.stream), below, depth + 1)

    def span(self, event: events.Event) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.source, start.index if start else 0, end.index if end else 0)

    def stop(self, event: events.Event, message: str, advice: str) -> NoReturn:
        raise DataErrors((DataProblem(self.span(event), message, advice),))


def _scalar(event: events.ScalarEvent) -> Json:
    """Return the value of a scalar; only what is written without quotes is a number, a flag or nothing."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text
