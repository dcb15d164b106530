from __future__ import annotations

import json
import os
from datetime import date
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import schemas
from evaluator.engine import Engine
from server.api import openapi, problems
from server.app import create_app
from server.snapshot import Limits

Json = Any
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
VALID, INVALID = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "30"))
"""Of each route; `make fuzz` asks for more."""
ROUTES = [
    "GET /.well-known/authzen-configuration",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
    "GET /openapi.json",
    "GET /problems/{code}",
    "GET /v1/decisions/{decision_id}",
    "GET /v1/rules",
    "GET /v1/rules/{rule}",
    "GET /v1/rules/{rule}/schema",
    "GET /v1/status",
    "POST /access/v1/evaluation",
    "POST /access/v1/evaluations",
    "POST /access/v1/search/action",
    "POST /access/v1/search/resource",
    "POST /v1/decisions",
    "POST /v1/decisions/batch",
    "POST /v1/improvements",
    "POST /v1/report",
    "POST /v1/timeline",
    "POST /v2/decisions",
    "POST /v2/decisions/batch",
]
CAN_BE_INVALID = [
    "GET /v1/rules",
    "GET /v1/rules/{rule}",
    "POST /access/v1/evaluation",
    "POST /v1/decisions",
    "POST /v1/decisions/batch",
    "POST /v1/improvements",
    "POST /v1/report",
    "POST /v1/timeline",
]


# Of the dates from year 1 to 9999 hardly one is a day that can be asked for, and a question has several.
schemathesis.openapi.format("date", st.dates(date(1990, 1, 1), date(2100, 12, 31)).map(date.isoformat))


@pytest.fixture(scope="module")
def described(engine: Engine) -> Any:
    """A service that takes few items at once: of a thousand, nearly every batch is too large to be drawn."""
    return schemathesis.openapi.from_wsgi("/openapi.json", create_app(engine, limits=Limits(batch_items=2)))


@pytest.mark.parametrize(
    ("route", "mode"), [*((route, VALID) for route in ROUTES), *((route, INVALID) for route in CAN_BE_INVALID)]
)
def test_whatever_is_asked_is_answered_as_described(described: Any, engine: Engine, route: str, mode: Any) -> None:
    method, path = route.split()
    known = st.lists(st.sampled_from([*engine.core.rules, "*", "designation.*"]), min_size=1, max_size=3)

    @given(
        case=described[path][method].as_strategy(generation_mode=mode),
        decide=known,
        is_known=st.sampled_from([True, True, False]),
    )
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case, decide: list[str], is_known: bool) -> None:
        if is_known:
            _ask_for(case, decide)
        # What calls an application without a server does not decompress, though it says that it takes gzip.
        case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

    ask()


def _ask_for(case: schemathesis.Case, decide: list[str]) -> None:
    """Put rules that exist in place of generated names, as these hardly ever do."""
    body = case.body if isinstance(case.body, dict) else {}
    items = body.get("items")
    for query in (
        [body, *(item.get("query") for item in items if isinstance(item, dict))] if isinstance(items, list) else [body]
    ):
        if isinstance(query, dict):
            query.update({key: decide for key in ("decide", "rules") if key in query})
            query.update({"rule": decide[0]} if "rule" in query else {})
    if isinstance(body.get("resource"), dict) and "id" in body["resource"]:
        body["resource"]["id"] = decide[0]
    if "rule" in case.path_parameters and "*" not in decide[0]:
        case.path_parameters["rule"] = decide[0]


def test_the_description_tells_every_route_and_method(app: Flask, client: FlaskClient) -> None:
    told = client.get("/openapi.json").get_json()["paths"]

    served = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert served == {(path, method) for path, methods in told.items() for method in methods}
    assert sorted(f"{method.upper()} {path}" for path, method in served) == sorted(ROUTES)


def test_every_reference_of_the_description_leads_somewhere(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()

    for name in _references(document):
        found: Json = document
        for part in name.removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        assert isinstance(found, dict)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def _references(value: Json) -> list[str]:
    match value:
        case {"$ref": str() as name}:
            return [name]
        case dict():
            return [name for inner in value.values() for name in _references(inner)]
        case list():
            return [name for inner in value for name in _references(inner)]
        case _:
            return []


def test_facts_are_described_as_the_policies_name_them(client: FlaskClient, engine: Engine) -> None:
    components = client.get("/openapi.json").get_json()["components"]["schemas"]

    assert components["Query"]["properties"]["facts"] == {"$ref": "#/components/schemas/Facts"}
    assert components["Facts"]["properties"]["facts"]["properties"].keys() == {
        *engine.core.facts,
        *(name for name, named in engine.core.named.items() if named.supplied),
    }


def test_the_description_is_there_before_the_policies_are() -> None:
    response = create_app(None).test_client().get("/openapi.json")

    assert response.status_code == 200
    assert "Facts" not in response.get_json()["components"]["schemas"]


def test_the_schemas_know_every_kind_of_problem() -> None:
    problem = schemas.load("problem")["properties"]

    assert problem["code"]["enum"] == list(problems.KINDS)
    assert problem["status"]["enum"] == sorted({kind.status for kind in problems.KINDS.values()})


@pytest.mark.parametrize("name", openapi.DOCUMENTS.values())
def test_every_object_of_a_schema_is_closed(name: str) -> None:
    def check(value: Json, place: str) -> None:
        if isinstance(value, dict):
            if value.get("type") == "object" and "properties" in value:
                assert value.get("additionalProperties") is False, place
            for key, inner in value.items():
                check(inner, f"{place}/{key}")
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                check(inner, f"{place}/{index}")

    check(json.loads(json.dumps(schemas.load(name))), name)
