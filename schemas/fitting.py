"""Tells at once whether plain data fit a schema, as ``jsonschema`` would: what is wrong where they do not, that is asked.

It looks for every place at which something is wrong. Nearly all data fit, and there it does many times the work for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from numbers import Number
from typing import Any

import schemas

Json = Any
Fits = Callable[[Json], bool]

_TELLS = frozenset({"$schema", "$comment", "$defs", "title", "description", "then", "else", "properties"})
"""Keywords that refuse nothing, and those that count with another one."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@cache
def fitting(name: str) -> Fits:
    """Return a function that is true of data that fit the schema called ``name``, and of no others.

    Args:
        name: as ``schemas.load`` takes it.

    Raises:
        LookupError: no schema has this name, or it has a keyword that is not known here.
    """
    schema = schemas.load(name)
    return _Making(schema.get("$defs", {})).of(schema)


class _Making:
    """Makes the functions of one schema: of each definition one."""

    def __init__(self, definitions: Mapping[str, Json]) -> None:
        self._definitions = definitions
        self._made: dict[str, list[Fits]] = {}

    def of(self, schema: Json) -> Fits:
        """Return what a schema, or a part of one, accepts."""
        if isinstance(schema, bool):
            return lambda _: schema
        parts = [self._keyword(word, value, schema) for word, value in schema.items() if word not in _TELLS]
        if "properties" in schema and "additionalProperties" not in schema:
            parts.append(self._properties(schema["properties"], additional=True))
        if len(parts) == 1:
            return parts[0]
        return lambda told: all(part(told) for part in parts)

    def _keyword(self, word: str, value: Json, schema: Mapping[str, Json]) -> Fits:
        match word:
            case "$ref":
                return self._definition(value.removeprefix("#/$defs/"))
            case "type" if isinstance(value, str):
                return _TYPES[value]
            case "type":
                kinds = [_TYPES[one] for one in value]
                return lambda told: any(kind(told) for kind in kinds)
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
            case "minLength":
                return lambda told: not isinstance(told, str) or len(told) >= value
            case "maxLength":
                return lambda told: not isinstance(told, str) or len(told) <= value
            case "minimum":
                return lambda told: not _is_number(told) or told >= value
            case "exclusiveMinimum":
                return lambda told: not _is_number(told) or told > value
            case "maximum":
                return lambda told: not _is_number(told) or told <= value
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
                return lambda told: not isinstance(told, dict) or all(name in told for name in value)
            case "additionalProperties":
                return self._properties(schema.get("properties", {}), value)
            case "anyOf":
                branches = [self.of(branch) for branch in value]
                return lambda told: any(branch(told) for branch in branches)
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
        own = {name: self.of(part) for name, part in properties.items()}
        others = self.of(additional)

        def accepts(told: Json) -> bool:
            return not isinstance(told, dict) or all(own.get(name, others)(value) for name, value in told.items())

        return accepts


def _is_number(told: Json) -> bool:
    return isinstance(told, Number) and not isinstance(told, bool)


def _is_whole(told: Json) -> bool:
    # As the specification has it, 1.0 is a whole number; the Decimal of it is none to ``jsonschema``.
    return not isinstance(told, bool) and (isinstance(told, int) or (isinstance(told, float) and told.is_integer()))


@cache
def _is_day(text: str) -> bool:
    if _DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_TYPES: Mapping[str, Fits] = {
    "object": lambda told: isinstance(told, dict),
    "array": lambda told: isinstance(told, list),
    "string": lambda told: isinstance(told, str),
    "boolean": lambda told: isinstance(told, bool),
    "null": lambda told: told is None,
    "number": _is_number,
    "integer": _is_whole,
}
