"""What stands below a node, and what it names: listed as the plain definition goes down it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dsl import core as c
from dsl.core.references import expressions
from dsl.core.walk import children, named_in, walk
from dsl.source import Span
from tests.shipped import read_once

LAWS = sorted((Path(__file__).parents[2] / "data" / "policies" / "laws").glob("*.policy"))


def is_part(value: Any) -> bool:
    return is_dataclass(value) and not isinstance(value, Span | c.Type | c.Days)


def below(value: Any, day: date | None) -> Iterator[Any]:
    if isinstance(value, c.Node) and value.tells_elsewhere:
        day = None
    for own in fields(value):
        if own.name not in ("type", "origin"):
            yield from inside(getattr(value, own.name), day)


def inside(value: Any, day: date | None) -> Iterator[Any]:
    if isinstance(value, tuple):
        for item in value:
            yield from inside(item, day)
    elif is_part(value):
        days = getattr(value, "days", None)
        if day is not None and isinstance(days, c.Days) and day not in days:
            return
        if isinstance(value, c.Node):
            yield value
        else:
            yield from below(value, day)


def names(value: Any) -> Iterator[tuple[str, str]]:
    for own in fields(value):
        inner = getattr(value, own.name)
        if own.name in ("type", "origin"):
            continue
        if own.metadata.get("names") is not None:
            if inner is not None:
                yield own.metadata["names"], inner
            continue
        for item in inner if isinstance(inner, tuple) else (inner,):
            if is_part(item) and not isinstance(item, c.Node):
                yield from names(item)


def everything(top: Any, day: date | None) -> Iterator[Any]:
    yield top
    for child in below(top, day):
        yield from everything(child, day)


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_what_is_below_a_node_is_what_its_fields_hold(path: Path) -> None:
    core = read_once(path).core
    tops = [part for rule in core.rules.values() for version in rule.versions for part in expressions(version)]
    tops += [named.value for named in core.named.values()]
    left_out = named = 0
    for day in (None, *core.change_days):
        for top in tops:
            found = list(walk(top, day))

            assert [id(node) for node in found] == [id(node) for node in everything(top, day)]
            left_out += len(list(walk(top))) - len(found)
            for node in found if day is None else ():
                assert list(children(node)) == list(below(node, None))
                told = list(named_in(node))
                assert told == list(names(node))
                named += len(told)
    assert left_out > 0 or not any(isinstance(one, c.Dated) for top in tops for one in walk(top))
    assert named > 0
