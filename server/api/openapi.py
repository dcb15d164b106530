"""The description of the API: what ``schemas/openapi.json`` says, with the schemas of the documents put in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

import schemas
from server.api import tagged, wire
from server.snapshot import Limits, current_limits, current_programme, limits_json, snapshot_or_none

Json = Any
DOCUMENTS = {
    "Query": "query",
    "Answer": "answer",
    "TimelineQuery": "timeline_query",
    "Timeline": "timeline",
    "ImprovementQuery": "improvement_query",
    "Improvement": "improvement",
    "ReportQuery": "report_query",
    "Report": "report",
    "Problem": "problem",
    "Rule": "rule",
    "RuleList": "rule_list",
    "Status": "status",
    "LoggedDecision": "logged",
}
"""Names of components, and the schemas that they are."""
_JSON = ("application/json", "application/schema+json")
"""The content of which there is an example."""

bp = Blueprint("openapi", __name__)


@bp.get("/openapi.json")
def show_openapi() -> ResponseReturnValue:
    """Describe the API; facts are described as the policies in service name them."""
    snapshot = snapshot_or_none()
    facts = snapshot.engine.reader.schema if snapshot is not None else None
    kinds = tuple(snapshot.engine.core.kinds.asked) if snapshot is not None else None
    told = description(facts, current_limits(), kinds)
    if "metrics" not in current_app.blueprints:
        del told["paths"]["/metrics"]
    if current_programme():
        # Paths are below it; without, a client made of this would ask the root.
        told["servers"] = [{"url": request.script_root}]
    return wire.write_json(told)


def description(facts: Json | None, bounds: Limits, kinds: Sequence[str] | None = None) -> Json:
    """Return the OpenAPI document.

    Args:
        facts: the schema of facts; None where no policies are loaded.
        bounds: how much a request may ask.
        kinds: the kinds that can be asked; None where no policies are loaded.
    """
    document = json.loads(_text("openapi.json"))
    components: dict[str, Json] = document["components"]["schemas"]
    for name, schema in DOCUMENTS.items():
        components.update(_components(name, schemas.load(schema)))
    components.update(_components("TaggedAnswer", tagged.schema()))
    if facts is not None:
        components.update(_components("Facts", facts))
        for name in ("Query", "TimelineQuery", "ImprovementQuery", "ReportQuery"):
            components[name]["properties"]["facts"] = {"$ref": "#/components/schemas/Facts"}
    components["BatchQuery"] = {name: told for name, told in components["Query"].items() if name != "required"}
    components["BatchQuery"]["title"] = "Merit query in a batch"
    components["Batch"]["properties"]["items"]["maxItems"] = bounds.batch_items
    for route, example in json.loads(_text("openapi_examples.json")).items():
        _put(document["paths"], route, example)
    document["x-limits"] = limits_json(bounds)
    if kinds is not None:
        _name_kinds(document, kinds)
    return document


def _put(paths: Json, route: str, example: Json) -> None:
    """Put an example into the request and the answer of a route."""
    method, path = route.split()
    operation = paths[path][method.lower()]
    told = {"request": operation.get("requestBody"), "response": operation["responses"]["200"]}
    for name, part in told.items():
        if part is not None and name in example:
            kind = next(kind for kind in part["content"] if kind in _JSON)
            part["content"][kind]["example"] = example[name]


def _name_kinds(value: Json, kinds: Sequence[str]) -> None:
    """Name the kinds of the programme wherever the description speaks of them."""
    if isinstance(value, dict) and value.get("$comment") == "kinds of the programme":
        value["enum"] = list(kinds)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _name_kinds(inner, kinds)


@cache
def _text(name: str) -> str:
    return (files("schemas") / name).read_text(encoding="utf-8")


def _components(name: str, schema: Json) -> dict[str, Json]:
    """Return a schema as components: itself, and each of its definitions as ``Name.definition``."""
    moved = _moved(schema, name)
    own = {key: value for key, value in moved.items() if key not in ("$schema", "$defs")}
    return {name: own, **{f"{name}.{key}": value for key, value in moved.get("$defs", {}).items()}}


def _moved(value: Json, name: str) -> Json:
    match value:
        case {"const": bool() as only}:
            # The same said so that generators write it: they take one value of a text, and stumble over one of these.
            rest = {key: inner for key, inner in value.items() if key != "const"}
            return {**rest, "type": "boolean", "enum": [only]}
        case dict():
            return {
                key: inner.replace("#/$defs/", f"#/components/schemas/{name}.")
                if isinstance(inner, str)
                else _moved(inner, name)
                for key, inner in value.items()
            }
        case list():
            return [_moved(inner, name) for inner in value]
        case _:
            return value
