"""Tells at once whether plain data fit a schema, as ``jsonschema`` would: what is wrong where they do not, that is asked.

It looks for every place at which something is wrong. Nearly all data fit, and there it does many times the work for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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
    """Makes the functions of one schema: of each definition, and of each part that is asked by itself, one."""

    def __init__(self, definitions: Mapping[str, Json], is_decimal: Fits | None, *, at_once: bool) -> None:
        self._definitions = definitions
        self._is_decimal = is_decimal
        self._at_once = at_once
        self._made: dict[str, list[Fits]] = {}
        self._names: dict[str, Any] = dict(_SPACE)
        """What the expressions name."""

    def of(self, schema: Json) -> Fits:
        """Return what a schema, or a part of one, accepts."""
        if isinstance(schema, Mapping) and self._is_decimal is not None and schema.items() >= _DECIMAL.items():
            return _decimals(schema, self._is_decimal)
        if (
            isinstance(schema, Mapping)
            and schema.keys() - _TELLS == {"type", "additionalProperties"}
            and schema["type"] == "object"
        ):
            return self._properties(schema.get("properties", {}), schema["additionalProperties"])
        found: Fits = eval(f"lambda told: {self._expression(schema)}", self._names)
        return _OfForm(found) if _has_form(schema) else found

    def _expression(self, schema: Json) -> str:
        """Return the expression of whether what is ``told`` fits a schema."""
        if isinstance(schema, bool):
            return str(schema)
        if self._is_decimal is not None and schema.items() >= _DECIMAL.items():
            return f"{self._name(self.of(schema))}(told)"
        kind = schema.get("type")
        parts = [_TYPES[kind]] if isinstance(kind, str) else []
        if isinstance(kind, list):
            parts.append(f"({' or '.join(_TYPES[one] for one in kind)})")
        for word, value in schema.items():
            if word in _TELLS or word == "type":
                continue
            of, expression = self._keyword(word, value, schema)
            # What a keyword says is said of data of its type alone.
            parts.append(expression if of in (None, kind) else f"(not {_TYPES[of]} or {expression})")
        if "properties" in schema and "additionalProperties" not in schema:
            inner = f"{self._name(self._properties(schema['properties'], additional=True))}(told)"
            parts.append(inner if kind == "object" else f"(not {_TYPES['object']} or {inner})")
        return " and ".join(parts) or "True"

    def _branch(self, schema: Json) -> str:
        return f"{self._name(self.of(schema))}(told)" if _has_form(schema) else f"({self._expression(schema)})"

    def _name(self, value: Any) -> str:
        name = f"k{len(self._names)}"
        self._names[name] = value
        return name

    def _keyword(self, word: str, value: Json, schema: Mapping[str, Json]) -> tuple[str | None, str]:
        """Return the type that a keyword is about, where it is about one, and the expression of what it asks."""
        match word:
            case "$ref":
                return None, f"{self._name(self._definition(value.removeprefix('#/$defs/')))}(told)"
            case "const" if isinstance(value, str):
                return None, f"({_TYPES['string']} and told == {value!r})"
            case "enum" if all(isinstance(one, str) for one in value):
                return None, f"({_TYPES['string']} and told in {self._name(frozenset(value))})"
            case "pattern":
                return "string", f"{self._name(re.compile(value).search)}(told) is not None"
            case "format" if value == "date":
                return "string", f"{self._name(_is_day)}(told)"
            case "format" if value == "date-time":
                return "string", f"{self._name(_is_instant)}(told)"
            case "minLength":
                return "string", f"len(told) >= {value}"
            case "maxLength":
                return "string", f"len(told) <= {value}"
            case "minimum" | "exclusiveMinimum" | "maximum":
                return "number", f"told {_ORDER[word]} {self._name(value)}"
            case "minItems":
                return "array", f"len(told) >= {value}"
            case "maxItems":
                return "array", f"len(told) <= {value}"
            case "minProperties":
                return "object", f"len(told) >= {value}"
            case "items":
                return "array", f"all(map({self._name(self.of(value))}, told))"
            case "required":
                return "object", f"all(map(told.__contains__, {self._name(tuple(value))}))"
            case "additionalProperties":
                return "object", f"{self._name(self._properties(schema.get('properties', {}), value))}(told)"
            case "anyOf":
                return None, f"({' or '.join(self._branch(branch) for branch in value)})"
            case "if":
                asked, then, other = (self._expression(schema.get(part, True)) for part in ("if", "then", "else"))
                return None, f"(({then}) if ({asked}) else ({other}))"
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
            for name in properties:
                own.make(name)
        fitted, lengths = own.fitted, own.lengths

        def accepts(told: Json) -> bool:
            if not isinstance(told, dict):
                return False
            for name, value in told.items():
                if value.__class__ is str:
                    # At one look: most fields are texts, and of most forms the same few stand in many records.
                    if name in fitted:
                        if value in fitted[name]:
                            continue
                    elif name in lengths:
                        if len(value) <= lengths[name]:
                            continue
                        return False
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
        self.fitted: dict[str, set[str]] = {}
        """What fitted already of those that are of a form."""
        self.lengths = {name: part["maxLength"] for name, part in properties.items() if _is_any_text(part)}
        """How long those may be of which nothing else is asked."""

    def make(self, name: str) -> Fits:
        """Make what a property accepts."""
        found = self[name] = self._making.of(self._properties[name])
        if isinstance(found, _OfForm):
            self.fitted[name] = found.fitted
        return found

    def __missing__(self, name: str) -> Fits:
        # Others are not kept: such names are without end.
        return self.make(name) if name in self._properties else self._others


def _has_form(schema: Json) -> bool:
    """Whether it accepts texts alone, of a form, or of one of several."""
    if not isinstance(schema, Mapping):
        return False
    if schema.keys() - _TELLS == {"anyOf"}:
        return any(map(_has_form, schema["anyOf"])) and all(
            _has_form(branch) or isinstance(branch.get("const"), str) for branch in schema["anyOf"]
        )
    return schema.get("type") == "string" and "pattern" in schema


def _is_any_text(schema: Json) -> bool:
    """Whether of a text nothing is asked but that it is not too long."""
    return (
        isinstance(schema, Mapping) and schema.keys() - _TELLS == {"type", "maxLength"} and schema["type"] == "string"
    )


class _OfForm:
    """Texts of a form, of which the same few stand in many records: what fitted once is known."""

    __slots__ = ("_fits", "fitted")

    def __init__(self, fits: Fits) -> None:
        self._fits = fits
        self.fitted: set[str] = set()

    def __call__(self, told: Json) -> bool:
        """Whether it fits."""
        if not isinstance(told, str):
            return False
        if told not in self.fitted:
            if not self._fits(told):
                return False
            if len(self.fitted) < _MOST_KEPT:
                self.fitted.add(told)
        return True


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
        is_number = isinstance(told, _NUMBERS) and not isinstance(told, bool)
        return is_number and is_decimal(told) and low <= Decimal(str(told)) <= high

    return accepts


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


_TYPES: Mapping[str, str] = {
    "object": "isinstance(told, dict)",
    "array": "isinstance(told, list)",
    "string": "isinstance(told, str)",
    "boolean": "isinstance(told, bool)",
    "null": "told is None",
    "number": "(isinstance(told, numbers) and not isinstance(told, bool))",
    "integer": "is_whole(told)",
}
"""What is asked of what is told for it to be of a type."""
_ORDER = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<="}
_SPACE: Mapping[str, Any] = {"numbers": _NUMBERS, "is_whole": _is_whole}
"""What every expression may name."""
