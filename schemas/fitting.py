"""Tells at once whether plain data fit a schema, as ``jsonschema`` would: what is wrong where they do not, that is asked.

It looks for every place at which something is wrong. Nearly all data fit, and there it does many times the work for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import schemas

Json = Any
Fits = Callable[[Json], bool]

_TELLS = frozenset({"$schema", "$comment", "$defs", "title", "description", "examples", "then", "else", "properties"})
"""Keywords that refuse nothing, and those that count with another one."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DAY_LENGTH = len("2022-10-03")
_DECIMAL = {"type": ["number", "string"], "format": "decimal"}
"""What a decimal is written as: it has its ``pattern``, ``minimum`` and ``maximum`` beside."""
_NUMBERS = (int, float, Decimal)
_MOST_KEPT = 10_000


@cache
def fitting(name: str) -> Fits:
    """Return a function that is true of data that fit the schema called ``name``, and of no others.

    Args:
        name: as ``schemas.load`` takes it.

    Raises:
        LookupError: no schema has this name, or it has a keyword that is not known here.
    """
    return fitting_of(schemas.load(name))


def fitting_of(schema: Mapping[str, Json], is_decimal: Fits | None = None, *, at_once: bool = True) -> Fits:
    """Return a function that is true of data that fit a schema, and of no others.

    Args:
        schema: the schema.
        is_decimal: whether a number is one of the format ``decimal``, whose bounds hold for its texts too. None: there
            is no such format in the schema.
        at_once: whether what accepts a property is made now, else when that is told first: of many few may be.

    Raises:
        LookupError: the schema has a keyword that is not known here; where not all is made at once, a property's is
            told when the property is.
    """
    return _Making(schema.get("$defs", {}), is_decimal, at_once=at_once).of(schema)


class _Making:
    """Makes the functions of one schema: of each definition one."""

    def __init__(self, definitions: Mapping[str, Json], is_decimal: Fits | None, *, at_once: bool) -> None:
        self._definitions = definitions
        self._is_decimal = is_decimal
        self._at_once = at_once
        self._made: dict[str, list[Fits]] = {}

    def of(self, schema: Json) -> Fits:
        """Return what a schema, or a part of one, accepts."""
        if isinstance(schema, bool):
            return lambda _: schema
        if self._is_decimal is not None and schema.items() >= _DECIMAL.items():
            return _decimals(schema, self._is_decimal)
        parts = [self._keyword(word, value, schema) for word, value in schema.items() if word not in _TELLS]
        if "properties" in schema and "additionalProperties" not in schema:
            parts.append(self._properties(schema["properties"], additional=True))
        return _kept(_all(parts)) if "pattern" in schema and schema.get("type") == "string" else _all(parts)

    def _keyword(self, word: str, value: Json, schema: Mapping[str, Json]) -> Fits:
        match word:
            case "$ref":
                return self._definition(value.removeprefix("#/$defs/"))
            case "type" if isinstance(value, str):
                return _TYPES[value]
            case "type":
                return _any([_TYPES[one] for one in value])
            case "const" if isinstance(value, str):
                return lambda told: isinstance(told, str) and told == value
            case "enum" if all(isinstance(one, str) for one in value):
                values = frozenset(value)
                return lambda told: isinstance(told, str) and told in values
            case "pattern":
                found = re.compile(value).search
                return lambda told: not isinstance(told, str) or found(told) is not None
            case "format" if value == "date":
                return lambda told: not isinstance(told, str) or _is_day(told)
            case "format" if value == "date-time":
                return lambda told: not isinstance(told, str) or _is_instant(told)
            case "minLength":
                return lambda told: not isinstance(told, str) or len(told) >= value
            case "maxLength":
                return lambda told: not isinstance(told, str) or len(told) <= value
            case "minimum":
                return lambda told: not isinstance(told, _NUMBERS) or isinstance(told, bool) or told >= value
            case "exclusiveMinimum":
                return lambda told: not isinstance(told, _NUMBERS) or isinstance(told, bool) or told > value
            case "maximum":
                return lambda told: not isinstance(told, _NUMBERS) or isinstance(told, bool) or told <= value
            case "minItems":
                return lambda told: not isinstance(told, list) or len(told) >= value
            case "maxItems":
                return lambda told: not isinstance(told, list) or len(told) <= value
            case "minProperties":
                return lambda told: not isinstance(told, dict) or len(told) >= value
            case "items":
                item = self.of(value)
                return lambda told: not isinstance(told, list) or all(map(item, told))
            case "required":
                return lambda told: not isinstance(told, dict) or all(map(told.__contains__, value))
            case "additionalProperties":
                return self._properties(schema.get("properties", {}), value)
            case "anyOf":
                return _any([self.of(branch) for branch in value])
            case "if":
                asked, then, other = (self.of(schema.get(part, True)) for part in ("if", "then", "else"))
                return lambda told: then(told) if asked(told) else other(told)
            case _:
                raise LookupError(f"the schema has `{word}: {value}`, which is not known here")

    def _definition(self, name: str) -> Fits:
        """Return what a definition accepts; looked up when it is asked, as definitions may go round in a circle."""
        if name not in self._made:
            mine: list[Fits] = []
            self._made[name] = mine
            mine.append(self.of(self._definitions[name]))
        made = self._made[name]
        return lambda told: made[0](told)

    def _properties(self, properties: Mapping[str, Json], additional: Json) -> Fits:
        own = _Own(self, properties, self.of(additional))
        if self._at_once:
            own.update((name, self.of(part)) for name, part in properties.items())

        def accepts(told: Json) -> bool:
            if isinstance(told, dict):
                for name, value in told.items():
                    if not own[name](value):
                        return False
            return True

        return accepts


class _Own(dict[str, Fits]):
    """What each property of an object accepts: where it was not made yet, made when the property is told first."""

    def __init__(self, making: _Making, properties: Mapping[str, Json], others: Fits) -> None:
        super().__init__()
        self._making = making
        self._properties = properties
        self._others = others

    def __missing__(self, name: str) -> Fits:
        if name not in self._properties:
            return self._others  # not kept: such names are without end
        found = self[name] = self._making.of(self._properties[name])
        return found


def _all(parts: Sequence[Fits]) -> Fits:
    """Return what all of these accept."""
    match parts:
        case [one]:
            return one
        case [one, other]:
            return lambda told: one(told) and other(told)
        case [one, other, *more]:
            rest = _all(more)
            return lambda told: one(told) and other(told) and rest(told)
        case _:
            return lambda _: True


def _any(parts: Sequence[Fits]) -> Fits:
    """Return what one of these accepts."""
    match parts:
        case [one, other]:
            return lambda told: one(told) or other(told)
        case _:
            return lambda told: any(part(told) for part in parts)


def _kept(fits: Fits) -> Fits:
    """Return the same for texts of a form, of which the same few stand in many records: what fitted once is known."""
    fitted: set[str] = set()

    def accepts(told: Json) -> bool:
        if not isinstance(told, str):
            return False
        if told not in fitted:
            if not fits(told):
                return False
            if len(fitted) < _MOST_KEPT:
                fitted.add(told)
        return True

    return accepts


def _decimals(schema: Mapping[str, Json], is_decimal: Fits) -> Fits:
    """Return what a decimal with its bounds accepts, told as a number or as text.

    Raises:
        LookupError: it has another keyword beside.
    """
    unknown = schema.keys() - _DECIMAL.keys() - _TELLS - {"pattern", "minimum", "maximum"}
    if unknown:
        raise LookupError(f"a decimal has `{min(unknown)}`, which is not known here")
    matches = re.compile(schema["pattern"]).search
    low, high = (Decimal(str(schema[bound])) for bound in ("minimum", "maximum"))
    # Whole numbers are held against whole ones in a fraction of the time.
    first, last = (int(bound) if bound == bound.to_integral_value() else bound for bound in (low, high))
    # A whole number between two that are decimals is one.
    is_whole_one = is_decimal(first) and is_decimal(last)

    def accepts(told: Json) -> bool:
        if isinstance(told, str):
            return matches(told) is not None and low <= Decimal(told) <= high
        if type(told) is int:
            return first <= told <= last and (is_whole_one or is_decimal(told))
        return _is_number(told) and is_decimal(told) and low <= Decimal(str(told)) <= high

    return accepts


def _is_number(told: Json) -> bool:
    return isinstance(told, _NUMBERS) and not isinstance(told, bool)


def _is_whole(told: Json) -> bool:
    # As the specification has it, 1.0 is a whole number; the Decimal of it is none to ``jsonschema``.
    return not isinstance(told, bool) and (isinstance(told, int) or (isinstance(told, float) and told.is_integer()))


def _is_day(text: str) -> bool:
    if _DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_instant(text: str) -> bool:
    """Whether the day of an instant is one of the calendar; its clock is the pattern's, which has to stand beside."""
    return _is_day(text[:_DAY_LENGTH])


_TYPES: Mapping[str, Fits] = {
    "object": lambda told: isinstance(told, dict),
    "array": lambda told: isinstance(told, list),
    "string": lambda told: isinstance(told, str),
    "boolean": lambda told: isinstance(told, bool),
    "null": lambda told: told is None,
    "number": _is_number,
    "integer": _is_whole,
}
