"""Tells at once of most facts that their schema accepts them.

The check against the JSON Schema is made for what is wrong: it finds every place and says what is the matter. Nearly
all facts are right, and there it does the same work for nothing. So an acceptor is made from the schema: it accepts
only what the schema surely accepts, and where it does not accept, the schema is asked. A part of a schema that it does
not know it accepts nothing for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from evaluator.limits import DIGITS, PLACES

Json = Any
Accepts = Callable[[Json], bool]

_TELLS = frozenset({"$schema", "title", "description", "examples"})
"""Keywords that refuse nothing."""
_MOST_DAYS = 10_000
_MOST = Decimal(10**DIGITS)


_TEXTS: tuple[Mapping[str, str], ...] = ({}, {"format": "date"}, {"format": "date-time"})
"""What may stand beside the pattern of a text: of a day and of an instant the calendar is asked too."""
_DAY_LENGTH = len("2022-10-03")


def acceptor(schema: Mapping[str, Json]) -> Accepts:
    """Return a function that is true only of what the schema accepts."""
    match {key: value for key, value in schema.items() if key not in _TELLS}:
        case {"if": {"type": "object", **unless}, "then": then, "else": other, **rest} if not unless and not rest:
            return _either(acceptor(then), acceptor(other))
        case {"anyOf": [*branches], **rest} if not rest:
            return _any_of([acceptor(branch) for branch in branches])
        case {"const": str(value), **rest} if not rest:
            return lambda told: isinstance(told, str) and told == value
        case {"type": "boolean", **rest} if not rest:
            return lambda told: told is True or told is False
        case {"type": "string", "maxLength": most, **rest} if not rest:
            return lambda told: isinstance(told, str) and len(told) <= most
        case {"type": "string", "enum": [*values], **rest} if not rest:
            return _one_of(frozenset(values))
        case {"type": "string", "pattern": pattern, **rest} if rest in _TEXTS:
            return _text(pattern, is_dated=bool(rest))
        case {"type": "integer", "minimum": low, "maximum": high, **rest} if not rest:
            return _whole(Decimal(str(low)), Decimal(str(high)))
        case {
            "type": ["number", "string"],
            "format": "decimal",
            "pattern": pattern,
            "minimum": low,
            "maximum": high,
            **rest,
        } if not rest:
            return _number(pattern, Decimal(str(low)), Decimal(str(high)))
        case {"type": "array", "items": items, "maxItems": most, **rest} if not rest.keys() - {"minItems"}:
            return _list(acceptor(items), rest.get("minItems", 0), most)
        case {"type": "object", "additionalProperties": False, "properties": own, **rest} if not rest.keys() - {
            "required"
        }:
            return _object({name: acceptor(part) for name, part in own.items()}, rest.get("required", ()))
        case _:
            return lambda _: False


def _either(of_objects: Accepts, of_others: Accepts) -> Accepts:
    return lambda told: of_objects(told) if isinstance(told, dict) else of_others(told)


def _any_of(branches: list[Accepts]) -> Accepts:
    return lambda told: any(accepts(told) for accepts in branches)


def _one_of(values: frozenset[str]) -> Accepts:
    return lambda told: isinstance(told, str) and told in values


def _text(pattern: str, *, is_dated: bool) -> Accepts:
    # The whole text, where `search` would let a line break follow the pattern.
    matches = re.compile(pattern).fullmatch
    if not is_dated:
        return lambda told: isinstance(told, str) and matches(told) is not None
    days: set[str] = set()

    def accepts(told: Json) -> bool:
        # The same few days stand in many records.
        if not isinstance(told, str):
            return False
        if told in days:
            return True
        if matches(told) is None or not _is_day(told[:_DAY_LENGTH]):
            return False
        if len(days) < _MOST_DAYS:
            days.add(told)
        return True

    return accepts


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _whole(low: Decimal, high: Decimal) -> Accepts:
    first, last = _whole_bound(low), _whole_bound(high)
    # A flag is a whole number for Python, and none for the schema.
    return lambda told: type(told) is int and first <= told <= last


def _whole_bound(bound: Decimal) -> int | Decimal:
    """Return a bound as a whole number where it is one: whole numbers are held against it in a fraction of the time."""
    return int(bound) if bound.is_finite() and bound == bound.to_integral_value() else bound


def _number(pattern: str, low: Decimal, high: Decimal) -> Accepts:
    matches = re.compile(pattern).fullmatch
    low, high = max(low, -_MOST), min(high, _MOST)
    first, last = _whole_bound(low), _whole_bound(high)

    def accepts(told: Json) -> bool:
        if type(told) is int:
            return first <= told <= last
        if isinstance(told, str):
            return matches(told) is not None and low <= Decimal(told) <= high
        if type(told) is float:
            told = Decimal(repr(told))
        if type(told) is not Decimal or not told.is_finite():
            return False
        exponent = told.as_tuple().exponent
        return isinstance(exponent, int) and -PLACES <= exponent <= 0 and low <= told <= high

    return accepts


def _list(items: Accepts, least: int, most: int) -> Accepts:
    return lambda told: isinstance(told, list) and least <= len(told) <= most and all(map(items, told))


def _object(properties: Mapping[str, Accepts], required: tuple[str, ...]) -> Accepts:
    def accepts(told: Json) -> bool:
        if not isinstance(told, dict):
            return False
        for name, value in told.items():
            own = properties.get(name)
            if own is None or not own(value):
                return False
        return all(map(told.__contains__, required))

    return accepts
