"""Document to JSON and back, and the JSON Schema of it, all from the node classes themselves.

A node of a union is keyed: ``{"compare": {"op": ">=", ...}}``. A keyed node with a single field is that field's value:
``{"name": "azure_growth"}``. Fields with their default value are left out. Decimals are strings without exponent and
trailing zeros, dates ISO strings; an unknown figure is ``"unknown"``.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from dsl import document as nodes
from dsl.diagnostics import Diagnostic, PolicyErrors
from dsl.document import FORMAT, Document, Node
from dsl.json_values import decimal_text, escaped
from dsl.source import NO_SPAN, Span

Json = Any
"""A JSON value: dict, list, str, int, bool. Its shape is the schema's business."""

SpanOf = Callable[[str], Span]
"""Where the value under a JSON pointer was written."""


# ---- encode ---------------------------------------------------------------------------------------------------


def encode(document: Document) -> dict[str, Json]:
    """Return the document as JSON: ``{"merit": "1", ...}``."""
    return {"merit": FORMAT, **_encode_fields(document)}


def _encode(value: object, *, keyed: bool) -> Json:
    match value:
        case Node():
            if not keyed:
                return _encode_fields(value)
            own = _own_fields(type(value))
            if len(own) == 1:
                return {key_of(value): _encode_typed(getattr(value, own[0].name), _hints(type(value))[own[0].name])}
            return {key_of(value): _encode_fields(value)}
        case bool() | str():
            return value
        case Decimal():
            return decimal_text(value)
        case date():
            return value.isoformat()
        case _:
            raise TypeError(f"{type(value).__name__} is no part of a document")


def key_of(node: Node) -> str:
    """Return the key that a node of a union stands under in JSON.

    Raises:
        AttributeError: the node's class is no member of a union.
    """
    key: str = node.KEY  # type: ignore[attr-defined]
    return key


def _encode_fields(node: Node) -> dict[str, Json]:
    hints = _hints(type(node))
    result: dict[str, Json] = {}
    for own in _own_fields(type(node)):
        value = getattr(node, own.name)
        if _is_default(own, value):
            continue
        result[own.name] = _encode_typed(value, hints[own.name])
    return result


def _encode_typed(value: object, hint: Any) -> Json:
    if value is None:
        return "unknown"
    if isinstance(value, tuple):
        inner = get_args(hint)[0]
        return [_encode(item, keyed=_is_union(inner)) for item in value]
    if isinstance(value, Mapping):
        inner = get_args(hint)[1]
        return {key: _encode_typed(item, inner) for key, item in value.items()}
    return _encode(value, keyed=_is_union(hint))


def node_text(node: Node) -> str:
    """Return the canonical JSON of one node: something to sort by that no place in a file decides."""
    return json.dumps(_encode_fields(node), sort_keys=True, ensure_ascii=False)


def canonical(document: Document) -> bytes:
    """Return the canonical JSON of the document: sorted keys, no blanks, UTF-8."""
    return json.dumps(encode(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(document: Document) -> str:
    """Return the SHA-256 of the canonical JSON: the policy digest of every decision."""
    return hashlib.sha256(canonical(document)).hexdigest()


# ---- decode ---------------------------------------------------------------------------------------------------


def decode(data: Json, span_of: SpanOf | None = None) -> Document:
    """Make a document of JSON that the schema has accepted.

    Args:
        data: the JSON value, valid against ``schemas/policy``.
        span_of: gives the origin of a JSON pointer; without it nodes have no origin.

    Raises:
        PolicyErrors: a date or figure is none (S002).
    """
    places = span_of or (lambda pointer: NO_SPAN)
    body = {key: value for key, value in data.items() if key != "merit"}
    result = _decode_node(Document, body, "", places)
    if not isinstance(result, Document):
        raise TypeError("a document decodes to a document")
    return result


def _decode(hint: Any, data: Json, pointer: str, places: SpanOf) -> Any:
    if _is_union(hint):
        members = [member for member in get_args(hint) if member is not types.NoneType]
        key, payload = next(iter(data.items()))
        chosen = next(member for member in members if key == member.KEY)
        own = _own_fields(chosen)
        if len(own) == 1:
            inner = _decode(_hints(chosen)[own[0].name], payload, f"{pointer}/{key}", places)
            return chosen(**{own[0].name: inner}, origin=places(pointer))
        return _decode_node(chosen, payload, f"{pointer}/{key}", places)
    hint = _without_none(hint)
    origin = get_origin(hint)
    if origin is tuple:
        inner = get_args(hint)[0]
        return tuple(_decode(inner, item, f"{pointer}/{index}", places) for index, item in enumerate(data))
    if origin is not None and issubclass(origin if isinstance(origin, type) else type(None), Mapping):
        inner = get_args(hint)[1]
        return {key: _decode(inner, item, f"{pointer}/{escaped(key)}", places) for key, item in data.items()}
    if isinstance(hint, type) and is_dataclass(hint):
        return _decode_node(hint, data, pointer, places)
    if hint is Decimal:
        return None if data == "unknown" else Decimal(data)
    if hint is date:
        try:
            return date.fromisoformat(data)
        except ValueError:
            raise PolicyErrors(
                (
                    Diagnostic(
                        "S002",
                        f"`{data}` is not a day of the calendar",
                        places(pointer),
                        help="write year-month-day, like 2022-10-03",
                    ),
                )
            ) from None
    return data


def _decode_node(cls: Any, data: Mapping[str, Json], pointer: str, places: SpanOf) -> Any:
    hints = _hints(cls)
    values = {key: _decode(hints[key], value, f"{pointer}/{escaped(key)}", places) for key, value in data.items()}
    return cls(**values, origin=places(pointer))


# ---- schema ---------------------------------------------------------------------------------------------------

_DECIMAL = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
_FIGURE_VALUE = {"type": "string", "pattern": r"^(-?[0-9]+(\.[0-9]+)?|unknown)$"}
_DATE = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_NAME = {"type": "string", "pattern": r"^[a-z][a-z0-9_]*(\.[a-z*][a-z0-9_*]*)*$"}
_WORD = {"type": "string", "pattern": r"^[a-z][a-z0-9_]*$"}
_OF_FIELDS: Mapping[tuple[Any, str], Json] = {
    (nodes.Figure, "value"): _FIGURE_VALUE,
    (nodes.Rule, "kind"): _WORD,
    (nodes.Kind, "like"): _WORD,
    (nodes.Kind, "plural"): _WORD,
}
"""Values that their types do not say all of."""


def schema() -> dict[str, Json]:
    """Return the JSON Schema of the document, made from the node classes."""
    definitions: dict[str, Json] = {}
    body = _schema_object(Document, definitions)
    body["properties"] = {"merit": {"const": FORMAT}, **body["properties"]}
    body["required"] = ["merit"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Merit policy document",
        "description": "The policies as meant: what policy text, JSON and YAML all become.",
        **body,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """Return the schema as it stands in ``schemas/policy.schema.json``."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _schema(hint: Any, definitions: dict[str, Json]) -> Json:
    if _is_union(hint):
        members = [member for member in get_args(hint) if member is not types.NoneType]
        name = _union_name(members)
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
                "properties": {member.KEY: _schema_payload(member, definitions) for member in members},
            }
        return {"$ref": f"#/$defs/{name}"}
    hint = _without_none(hint)
    origin = get_origin(hint)
    if origin is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0], definitions)}
    if origin is Literal:
        return {"enum": list(get_args(hint))}
    if origin is not None and issubclass(origin if isinstance(origin, type) else type(None), Mapping):
        return {
            "type": "object",
            "propertyNames": _NAME,
            "additionalProperties": _schema(get_args(hint)[1], definitions),
        }
    if isinstance(hint, type) and is_dataclass(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__] = _schema_object(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return {str: {"type": "string"}, bool: {"type": "boolean"}, Decimal: _DECIMAL, date: _DATE}[hint]


def _schema_payload(member: Any, definitions: dict[str, Json]) -> Json:
    own = _own_fields(member)
    if len(own) == 1:
        return _schema(_hints(member)[own[0].name], definitions)
    return _schema(member, definitions)


def _schema_object(cls: Any, definitions: dict[str, Json]) -> dict[str, Json]:
    hints = _hints(cls)
    properties: dict[str, Json] = {}
    for own in _own_fields(cls):
        own_schema = _OF_FIELDS.get((cls, own.name))
        properties[own.name] = _schema(hints[own.name], definitions) if own_schema is None else own_schema
    required = [own.name for own in _own_fields(cls) if own.default is MISSING and own.default_factory is MISSING]
    result: dict[str, Json] = {"type": "object", "additionalProperties": False, "properties": properties}
    if required:
        result["required"] = required
    if cls.__doc__:
        result["description"] = " ".join(cls.__doc__.split())
    return result


def _union_name(members: list[Any]) -> str:
    names = {member.__name__ for member in members}
    for name in ("Expr", "Clause", "Cell"):
        if names == {member.__name__ for member in get_args(getattr(nodes, name))}:
            return name
    return "Or".join(member.__name__ for member in members)


# ---- reflection -----------------------------------------------------------------------------------------------


_HINTS: dict[Any, dict[str, Any]] = {}
_FIELDS: dict[Any, tuple[Field[Any], ...]] = {}


def _hints(cls: Any) -> dict[str, Any]:
    if cls not in _HINTS:
        _HINTS[cls] = get_type_hints(cls, vars(nodes))
    return _HINTS[cls]


def _own_fields(cls: Any) -> tuple[Field[Any], ...]:
    if cls not in _FIELDS:
        _FIELDS[cls] = tuple(own for own in fields(cls) if own.name != "origin")
    return _FIELDS[cls]


def _is_default(own: Field[Any], value: object) -> bool:
    if own.default is not MISSING:
        return bool(value == own.default)
    return own.default_factory is not MISSING and value == own.default_factory()


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(member for member in get_args(hint) if member is not types.NoneType)
    return hint


@cache
def _is_union(hint: Any) -> bool:
    """Whether values of the type are keyed: a union of several node classes."""
    if get_origin(hint) not in (Union, types.UnionType):
        return False
    return len([member for member in get_args(hint) if member is not types.NoneType]) > 1
