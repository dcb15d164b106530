"""JSON and YAML sources: documents written as data, with the place of every value.

JSON is read as YAML here, because YAML's parser tells where each value stands.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from dsl import codec, document as d
from dsl.diagnostics import Diagnostic, PolicyErrors
from dsl.json_values import escaped
from dsl.mistakes.words import MAX_DEPTH
from dsl.source import Source, Span
from schemas import load as load_schema

Json = Any
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which only an escape can write."""
MAX_SHEET_DEPTH = 12 * MAX_DEPTH
"""Depth of nested values that is read: a level of policy text is several levels of data."""


class _Plain(yaml.SafeLoader):
    """YAML with JSON's values only: dates and decimals stay texts, as the schema wants them."""


class _Quick(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same, in C where that is there."""


_Plain.yaml_implicit_resolvers = _Quick.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:null")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _composed(text: str) -> yaml.Node | None:
    """Return the nodes of a text: by the parser in C, and what that refuses by the other, whose messages are told.

    Raises:
        RecursionError: it is nested too deeply, which the parser in C would not notice.
        yaml.MarkedYAMLError: it is neither JSON nor YAML.
    """
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Quick):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_SHEET_DEPTH:
                raise RecursionError
        return yaml.compose(text, Loader=_Quick)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=_Plain)


def read_sheet(source: Source) -> tuple[d.Document, list[Diagnostic]]:
    """Read a JSON or YAML source as a document; an empty one after a diagnostic.

    Reports:
        S001 no JSON or YAML; S002 a date that is none; S003 not as the schema says; S004 a key given twice;
        P009 nested too deeply.
    """
    places: dict[str, Span] = {}
    found: list[Diagnostic] = []
    try:
        root = _composed(source.text)
        data = _value(root, "", source, places, found, 0)
    except yaml.MarkedYAMLError as stop:
        mark = stop.problem_mark
        at = mark.index if mark is not None else 0
        span = Span(source, min(at, len(source.text)), min(at + 1, len(source.text)))
        return d.Document(), [
            Diagnostic(
                "S001",
                "this is neither JSON nor YAML",
                span,
                help=stop.problem or "look for a missing quote or bracket",
            )
        ]
    except RecursionError:
        return d.Document(), [
            Diagnostic(
                "P009", "this is nested too deeply", Span(source, 0, 1), help="give a part of it a name of its own"
            )
        ]
    if found:
        return d.Document(), found

    def place(pointer: str) -> Span:
        while pointer not in places and pointer:
            pointer = pointer.rpartition("/")[0]
        return places.get(pointer, Span(source, 0, 0))

    for error in Draft202012Validator(load_schema("policy")).iter_errors(data):
        pointer = "".join(f"/{escaped(str(part))}" for part in error.absolute_path)
        found.append(
            Diagnostic(
                "S003",
                f"`{pointer or '/'}` is not as a policy document has it",
                place(pointer),
                help=_short(error.message),
            )
        )
    if found:
        return d.Document(), found
    try:
        return codec.decode(data, place), []
    except PolicyErrors as errors:
        return d.Document(), list(errors.diagnostics)


def _short(message: str) -> str:
    return message if len(message) <= 160 else message[:157] + "..."


def _value(
    node: yaml.Node | None, pointer: str, source: Source, places: dict[str, Span], found: list[Diagnostic], depth: int
) -> Json:
    if node is None:
        return {}
    if depth > MAX_SHEET_DEPTH:
        raise RecursionError
    places[pointer] = Span(source, node.start_mark.index, node.end_mark.index)
    match node:
        case yaml.MappingNode():
            result: dict[str, Json] = {}
            for key, value in node.value:
                name = str(key.value)
                if _HALF.search(name):
                    span = Span(source, key.start_mark.index, key.end_mark.index)
                    found.append(
                        Diagnostic("S001", "this name holds half of a character", span, help="write another one")
                    )
                if name in result:
                    span = Span(source, key.start_mark.index, key.end_mark.index)
                    found.append(Diagnostic("S004", f"`{name}` is given twice", span, help="delete one of the two"))
                result[name] = _value(value, f"{pointer}/{escaped(name)}", source, places, found, depth + 1)
            return result
        case yaml.SequenceNode():
            return [
                _value(item, f"{pointer}/{index}", source, places, found, depth + 1)
                for index, item in enumerate(node.value)
            ]
        case _:
            if node.tag == "tag:yaml.org,2002:bool":
                return node.value.lower() in ("true", "yes", "on")
            if _HALF.search(node.value):
                said = "this text holds half of a character"
                found.append(
                    Diagnostic("S001", said, places[pointer], help="write the character itself, or both halves")
                )
            return None if node.tag == "tag:yaml.org,2002:null" else node.value
