"""Answers whose values say what they are: ``{"kind": "exact", "value": "12"}``, ``unknown``, a ``range``, ``one_of`` several.

Where `/v1` writes a value as what it is, a text, an object or the word `unknown`, which a program has to tell apart by looking,
`/v2` writes an object with its `kind`. Both are one answer: what is decided, logged and decided once more is the text of `/v1`,
and which of its places are values is read off its schema (``schemas/answer``), so that nothing is listed twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

import schemas
from evaluator.deadline import within
from server.api import decisions, logged, streamed, wire
from server.api.answers import Answered, answered
from server.api.languages import asked_language, in_asked_language, in_language, language_of
from server.api.wire import written
from server.snapshot import current_limits, current_snapshot

Json = Any
bp = Blueprint("tagged", __name__, url_prefix="/v2/decisions")

_BOUND = re.compile(r"(<=|>=|<|>|=) (.+)", re.ASCII | re.DOTALL)


@bp.post("")
def create_tagged() -> ResponseReturnValue:
    """Answer one query; its values say what they are."""
    snapshot, limits = current_snapshot(), current_limits()
    data = in_asked_language(wire.read_json(limits.body_bytes))
    with within(limits.seconds):
        answer = answered(snapshot, data)
    logged.log([answer])
    logged.show_shadow(snapshot, [answer], limits)
    return in_language(wire.write_text(tagged_text(answer)), language_of(data))


@bp.post("/batch")
def create_tagged_batch() -> ResponseReturnValue:
    """Answer many queries in their order; the values of answers say what they are."""
    snapshot, limits = current_snapshot(), current_limits()
    data = wire.read_json(limits.batch_bytes)
    if streamed.is_asked_for():
        return in_language(decisions.batch_lines(snapshot, data, limits, tagged_text), asked_language())
    with within(limits.seconds):
        text, answers = decisions.batch(snapshot, data, limits, tagged_text)
    logged.log(answers)
    logged.show_shadow(snapshot, answers, limits)
    return in_language(wire.write_text(text), asked_language())


def tagged_text(answer: Answered) -> str:
    """Return the body of an answer, with tagged values."""
    return written(tagged(json.loads(answer.body)))


def tagged(answer: Json) -> Json:
    """Return an answer (``schemas/answer``) with tagged values, as ``schema()`` describes it."""
    return _converter()(answer)


def schema() -> Json:
    """Return the schema of an answer with tagged values: that of an answer, with other values."""
    told = json.loads(json.dumps(schemas.load("answer")))
    told["title"] = "Merit answer with tagged values"
    told["description"] = (
        "The decisions of a query; each value says in `kind` what it is. Numbers are texts, exact; dates are ISO 8601."
    )
    told["$defs"].update(_VALUES)
    return told


# ---- what a value can be ------------------------------------------------------------------------------------------


def _kind(kind: str, properties: dict[str, Json], required: tuple[str, ...], description: str) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["kind", *required],
        "properties": {"kind": {"type": "string", "const": kind}, **properties},
        "description": description,
    }


_TEXT = {"type": "string"}
_KINDS: dict[str, Json] = {
    "value_unknown": _kind("unknown", {}, (), "The facts leave it open."),
    "value_flag": _kind("flag", {"value": {"type": "boolean"}}, ("value",), "True or false."),
    "value_exact": _kind("exact", {"value": _TEXT}, ("value",), "One number, day or word; `never` for a day that does not come."),
    "value_range": _kind("range", {"from": _TEXT, "to": _TEXT}, (), "From one to another, both included; a side that is left out is open."),
    "value_one_of": _kind("one_of", {"values": {"type": "array", "items": _TEXT, "minItems": 2}}, ("values",), "One of several words."),
    "value_bound": _kind(
        "bound",
        {"op": {"type": "string", "enum": ["<", "<=", "=", ">=", ">"]}, "value": _TEXT},
        ("op", "value"),
        "What it is compared with.",
    ),
}  # fmt: skip


def _one_of(*kinds: str, description: str) -> Json:
    return {
        "oneOf": [{"$ref": f"#/$defs/value_{kind}"} for kind in kinds],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {kind: f"#/$defs/value_{kind}" for kind in kinds},
        },
        "description": description,
    }


_VALUES: dict[str, Json] = {
    **_KINDS,
    "truth": _one_of("flag", "unknown", description="True, false, or not known."),
    "numbers": _one_of("exact", "range", "unknown", description="A number, or what it can still be."),
    "days": _one_of("exact", "range", "unknown", description="A day, or the days it can still be."),
    "words": _one_of("exact", "one_of", "unknown", description="A word, or the words it can still be."),
    "range": _one_of("exact", "flag", "one_of", "range", "unknown", description="What a value can still be."),
    "asked": _one_of("bound", "exact", "flag", "one_of", "range", "unknown", description="What is asked for."),
}
"""By definition of the schema of an answer, what stands there instead."""


def _value(told: Json) -> Json:
    match told:
        case bool():
            return {"kind": "flag", "value": told}
        case "unknown":
            return {"kind": "unknown"}
        case str():
            return {"kind": "exact", "value": told}
        case {"one_of": values}:
            return {"kind": "one_of", "values": values}
        case _:
            return {"kind": "range", **told}


def _asked(told: Json) -> Json:
    found = _BOUND.fullmatch(told) if isinstance(told, str) else None
    return _value(told) if found is None else {"kind": "bound", "op": found[1], "value": found[2]}


# ---- where values stand -------------------------------------------------------------------------------------------

_Converter = Callable[[Json], Json]


@cache
def _converter() -> _Converter:
    document = schemas.load("answer")
    made: dict[str, _Converter] = {
        name: _asked if name == "asked" else _value for name in _VALUES if name in document["$defs"]
    }
    return _of(document, document["$defs"], made)


def _of(told: Json, defs: dict[str, Json], made: dict[str, _Converter]) -> _Converter:
    """Return what writes a document of a schema with tagged values."""
    if "$ref" in told:
        name = told["$ref"].removeprefix("#/$defs/")
        if name not in made:
            # Before it is made, for what is part of itself.
            made[name] = lambda value: made[name](value)
            made[name] = _of(defs[name], defs, made)
        return lambda value: made[name](value)
    if "items" in told:
        each = _of(told["items"], defs, made)
        return lambda value: [each(one) for one in value]
    if "properties" in told:
        inner = {name: _of(part, defs, made) for name, part in told["properties"].items()}
        return lambda value: {name: inner[name](part) for name, part in value.items()}
    return lambda value: value
