"""The examples in the description of the API: each was asked of the programme's own policies, and is answered so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from server.api import openapi
from server.app import create_app
from server.log.decisions import DecisionLog
from server.log.masks import Masks
from server.snapshot import Limits
from tests.shipped import engine_of

Json = Any
ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "schemas" / "openapi_examples.json"
EACH_TIME = {
    "decision_id",
    "digest",
    "answer_key",
    "engine",
    "since",
    "hash",
    "prev",
    "seq",
    "at",
    "pid",
    "trace_id",
    "caller",
}
"""Names of what differs from one day, service or edit of the policies to the next."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    log = DecisionLog(str(tmp_path_factory.mktemp("log") / "log.sqlite"), "required", Masks.of(()))
    return create_app(engine_of(ROOT / "policies"), log=log, public_url="https://merit.example").test_client()


def lasting(told: Json) -> Json:
    """Return what stays the same from one day to the next."""
    match told:
        case dict():
            return {name: name if name in EACH_TIME else lasting(value) for name, value in told.items()}
        case list():
            return [lasting(one) for one in told]
        case _:
            return told


def test_each_example_is_answered_as_it_is_told(client: FlaskClient, request: pytest.FixtureRequest) -> None:
    told = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    found: dict[str, Json] = {}
    logged = ""
    for route, example in told.items():
        path = example["path"].replace("{decision_id}", logged)
        answer = client.open(path, method=route.split()[0], json=example.get("request"))

        assert answer.status_code == 200, (route, answer.get_data(as_text=True))
        # As from the folder that the policies lie in, as a service of them is started.
        response = json.loads(answer.get_data(as_text=True).replace(f"{ROOT}/", ""))
        if route == "POST /v1/decisions":
            logged = response["decision_id"]
        found[route] = {**example, "response": response}

    if request.config.getoption("--update-golden"):
        EXAMPLES.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    recorded = EXAMPLES.read_text(encoding="utf-8")
    assert lasting(found) == lasting(json.loads(recorded))
    assert '"at": "policies/' in recorded
    assert '"at": "/' not in recorded


def contents() -> Iterator[tuple[str, Json]]:
    """Yield the first content of each request and answer of the description, with its place."""
    for path, methods in openapi.description(None, Limits())["paths"].items():
        for method, operation in methods.items():
            told = {"request": operation.get("requestBody"), "answer": operation["responses"]["200"]}
            for kind, part in told.items():
                if part is not None:
                    yield f"{kind} of {method.upper()} {path}", next(iter(part["content"].values()))


@pytest.mark.parametrize(("place", "content"), [*contents()])
def test_each_example_fits_its_schema(place: str, content: Json) -> None:
    components = openapi.description(None, Limits())["components"]

    Draft202012Validator({**content["schema"], "components": components}).validate(content["example"])


def test_each_parameter_has_an_example() -> None:
    paths = openapi.description(None, Limits())["paths"]
    without = [
        f"{parameter['name']} of {path}"
        for path, methods in paths.items()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
        if "example" not in parameter
    ]

    assert without == []
