"""The query of rules as DuckDB is told it: tables, each made of those before it.

One query of all rules takes more memory to plan than what it reads and answers. So what is read of partners is a table,
then what several groups of rules are reckoned from, and of each group its columns are another one: dropped when they are
read. Text is written as text: of a column that a stage passes on there is its name, and no tree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from evaluator.columnar.database import named
from evaluator.columnar.layout import PARTNER
from evaluator.columnar.source import Source
from evaluator.columnar.stages import Layer, Stages, names_in
from evaluator.columnar.terms import Term

MOST_COLUMNS = 600
"""What one table is reckoned from: so many columns besides those that are passed on, or those of one rule."""
MOST_PASSED = 3_000
"""So many columns the stages of one table have together, those that they pass on too; one stage may have more."""


@dataclass(frozen=True, slots=True)
class Step:
    """A table that is made of those before it."""

    name: str
    text: str
    """Its query."""
    drops: tuple[str, ...] = ()
    """Tables that nobody reads after it."""
    rules: range = range(0)
    """The rules that are decided by its columns, by their places."""


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that are one table."""

    name: str
    outputs: Mapping[str, Term]
    rules: range = range(0)


def text_of(term: exp.Expression) -> str:
    """Return a term, or a query, as DuckDB is told it."""
    return _GENERATOR.generate(term)


_GENERATOR = DuckDB().generator()


def grouped(stages: Stages, outputs: Sequence[Mapping[str, Term]], name: str) -> list[Group]:
    """Return the columns of rules in groups, in their order: no group is reckoned from many more columns than another.

    Args:
        stages: the columns.
        outputs: of each rule its columns by their names.
        name: of the table of each group, followed by its number.
    """
    found: list[Group] = []
    needed: set[str] = set()
    for place, own in enumerate(outputs):
        more = stages.needed(read_by(own)).keys() | own.keys()
        if not found or len(needed | more) > MOST_COLUMNS:
            needed = set()
            found.append(Group(f"{name}{len(found)}", {}, range(place, place)))
        needed |= more
        last = found[-1]
        found[-1] = Group(last.name, {**last.outputs, **own}, range(last.rules.start, place + 1))
    return found


def steps_of(stages: Stages, source: Source, groups: Sequence[Group], prefix: str) -> Iterator[Step]:
    """Yield the tables of groups of columns, and before them those that they are made of.

    Args:
        stages: the columns.
        source: the rows, and all columns that are read of them.
        groups: the columns that are asked for.
        prefix: of the names of the tables that are made for these.
    """
    beside = source.apart()
    for name, query in beside.items():
        yield Step(name, text_of(query))
    told = f"{prefix}told"
    yield Step(told, text_of(source.select()), tuple(beside))
    reads = [read_by(group.outputs) for group in groups]
    times: dict[str, int] = {}
    needs = [stages.needed(read) for read in reads]
    for need in needs:
        for name in need:
            times[name] = times.get(name, 0) + 1
    given = {name for name, number in times.items() if number > 1 or name not in stages.terms}
    # Of what groups have in common those that one reads of another's: the others are made on the way.
    passed: dict[str, None] = {PARTNER: None}
    for need, read in zip(needs, reads, strict=True):
        passed.update((name, None) for name in read if name in given)
        passed.update(
            (one, None)
            for name in need
            if name not in given
            for one in stages.reads.get(name, ())
            if one in given
        )  # fmt: skip
    *before, layer = _shared(stages, passed)
    last = told
    for number, (layers, passing) in enumerate([*before, layer] if layer[0] else before):
        name = f"{prefix}shared_{number}"
        yield Step(name, _staged(stages, last, dict.fromkeys(passing), layers), (last,))
        last = name
    for number, (group, read) in enumerate(zip(groups, reads, strict=True), 1):
        drops = (last,) if number == len(groups) else ()
        layers = [*stages.layers(read, given)]
        yield Step(group.name, _staged(stages, last, group.outputs, layers), drops, group.rules)


def _shared(stages: Stages, outputs: Collection[str]) -> Iterator[tuple[Sequence[Layer], Collection[str]]]:
    """Yield the stages of columns, divided where there are too many for one table, each with the columns of its table."""
    layers: list[Layer] = []
    number = 0
    for below, own in _divided(stages, outputs):
        more = len(below) + len(own)
        if layers and number + more > MOST_PASSED:
            yield layers, dict.fromkeys([*below, *(one for name in own for one in stages.reads[name])])
            layers, number = [], 0
        layers.append((below, own))
        number += more
    yield layers, outputs


def _divided(stages: Stages, outputs: Collection[str]) -> Iterator[Layer]:
    """Yield the stages of columns, one that has too many of its own as several."""
    for below, own in stages.layers(outputs):
        names = list(own)
        for start in range(0, len(names), MOST_COLUMNS):
            later = (one for name in names[start + MOST_COLUMNS :] for one in stages.reads[name])
            yield dict.fromkeys([*below, *names[:start], *later]), names[start : start + MOST_COLUMNS]


def read_by(outputs: Mapping[str, Term]) -> dict[str, None]:
    """Return the columns that terms are made of."""
    return dict.fromkeys(name for term in outputs.values() for name in names_in(term))


def _staged(stages: Stages, source: str, outputs: Mapping[str, Term | None], layers: Sequence[Layer]) -> str:
    """Return the query of some outputs over a table, a stage inside another; an output without a term is the column itself."""
    heads = [[*map(named, below), *(_named(name, stages.terms[name]) for name in own)] for below, own in layers]
    heads.append([_named(name, term) for name, term in outputs.items()])
    text = named(source)
    for number, head in enumerate(heads):
        text = f"SELECT {', '.join(head)} FROM {text}"
        if number < len(layers):
            text = f"({text}) AS s{number}"
    return text


def _named(name: str, term: Term | None) -> str:
    return named(name) if term is None else f"{text_of(term)} AS {named(name)}"
