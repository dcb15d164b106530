from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

import schemas

Json = Any
IMPROVEMENT = Draft202012Validator(schemas.load("improvement"), format_checker=FormatChecker())
QUERY = Draft202012Validator(schemas.load("improvement_query"), format_checker=FormatChecker())
FACTS: Json = {
    "facts": {"azure_adds": 2, "azure_growth": 12, "azure_acr": 250000, "audit_passed": False},
    "records": {
        "awards": [],
        "azure_use": {"rows": [], "covers": {"from": "2020-01", "through": "2026-12"}},
        "certifications": [
            {
                "person": "ada",
                "certification": "Azure Administrator Associate",
                "earned": "2022-01-10",
                "expires": "none",
            }
        ],
    },
}


def body(**other: Json) -> Json:
    return {"rule": "specialization.kubernetes", "as_of": "2023-02-01", "facts": FACTS, **other}


def test_an_improvement_is_answered_as_its_schema_says_and_its_plans_do_what_they_say(client: FlaskClient) -> None:
    query = body(request_id="7", costs={"certification": "12.5", "facts": {"azure_adds": "never"}}, by="2023-06-01")
    assert not [error.message for error in QUERY.iter_errors(query)]

    response = client.post("/v1/improvements", json=query)

    assert response.status_code == 200, response.get_data(as_text=True)
    answer = response.get_json()
    assert not [f"{error.json_path}: {error.message}" for error in IMPROVEMENT.iter_errors(answer)]
    assert answer["request_id"] == "7"
    assert answer["outcome"] == "plans"
    for plan in answer["plans"]:
        asked = {"decide": [query["rule"]], "as_of": plan["on"], "facts": FACTS, "what_if": plan["what_if"]}
        [decided] = client.post("/v1/decisions", json=asked).get_json()["what_if"]["decisions"]
        assert decided["eligibility"] == "eligible"
        assert not any(step.get("fact") == "azure_adds" for step in plan["steps"])


@pytest.mark.parametrize(
    ("changed", "status", "pointer", "help_"),
    [
        ({"by": "2023-01-31"}, 422, "/by", "wait until a day from the day of the question on"),
        ({"by": "2023-02-30"}, 422, "/by", "write year-month-day"),
        ({"rule": "specialization.kubernets"}, 404, "/rule", "did you mean"),
        ({"rule": "fee.annual_fee"}, 422, "/rule", "ask for an award, an entitlement or a choice"),
        ({"rule": "*"}, 422, "/rule", "name one of"),
        ({"costs": {"certification": -1}}, 422, "/costs/certification", "write a number from 0 on"),
        ({"costs": {"fact": 1}}, 422, "/costs/fact", "did you mean `facts`?"),
        ({"costs": {"facts": {"azure_add": 1}}}, 422, "/costs/facts/azure_add", "did you mean `azure_adds`?"),
        ({"costs": {"day": "1e3"}}, 422, "/costs/day", "write a number from 0 on"),
        ({"max_changes": 0}, 422, "/max_changes", "write a whole number from 1 to 100"),
        ({"until": "2023-12-31"}, 422, "/until", "known are"),
        ({"facts": {"facts": {"azure_add": 1}}}, 422, "/facts/facts/azure_add", "did you mean `azure_adds`?"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(
    client: FlaskClient, changed: Json, status: int, pointer: str, help_: str
) -> None:
    response = client.post("/v1/improvements", json=body(**changed))

    assert response.status_code == status, response.get_data(as_text=True)
    [error] = response.get_json()["errors"]
    assert error["pointer"] == pointer
    assert help_ in error["help"]
