from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

import schemas

Json = Any
TIMELINE = Draft202012Validator(schemas.load("timeline"), format_checker=FormatChecker())
QUERY = Draft202012Validator(schemas.load("timeline_query"), format_checker=FormatChecker())
FACTS: Json = {
    "facts": {"azure_adds": 3, "azure_growth": 20, "azure_acr": 250000, "audit_passed": True},
    "records": {
        "awards": [],
        "azure_use": {"rows": [], "covers": {"from": "2020-01", "through": "2026-12"}},
        "certifications": [
            {"person": person, "certification": name, "earned": "2022-01-10", "expires": "none"}
            for person in ("ada", "ben", "eve")
            for name in ("Azure Solutions Architect Expert", "Azure Administrator Associate", "Data Analyst Associate")
        ],
    },
    "events": [{"on": "2023-02-01", "attains": "specialization.kubernetes"}],
}


def body(**other: Json) -> Json:
    return {
        "rules": ["specialization.*", "fee.annual_fee"],
        "from": "2023-01-01",
        "to": "2024-03-31",
        "facts": FACTS,
        **other,
    }


def test_a_timeline_is_answered_as_its_schema_says(client: FlaskClient) -> None:
    told = {**FACTS, "events": [{"on": "2023-02-01", "attains": "specialization.kubernetes"}]}
    told["records"] = {**FACTS["records"], "awards": [
        {"award": "designation.data_ai", "attained": "2022-11-01", "anniversary": "2023-11-01", "ended": "none", "benefits": "none"}
    ]}  # fmt: skip
    query = body(facts=told, request_id="7")
    assert not [error.message for error in QUERY.iter_errors(query)]

    response = client.post("/v1/timeline", json=query)

    assert response.status_code == 200, response.get_data(as_text=True)
    answer = response.get_json()
    assert not [f"{error.json_path}: {error.message}" for error in TIMELINE.iter_errors(answer)]
    assert answer["request_id"] == "7"
    assert {"2023-02-01"} == {one["on"] for one in answer["events"] if one["kind"] == "attained"}
    assert [row["award"] for row in answer["register"]] == ["designation.data_ai", "specialization.kubernetes"]


@pytest.mark.parametrize(
    ("changed", "status", "pointer", "help_"),
    [
        ({"to": "2022-12-31"}, 422, "/to", "ask from 2022-12-31 to 2023-01-01"),
        ({"to": "2043-01-01"}, 422, "/to", "ask for at most 3,700"),
        ({"to": "2023-02-30"}, 422, "/to", "write year-month-day"),
        ({"rules": ["specialization.kubernets"]}, 404, "/rules/0", "did you mean"),
        ({"rules": []}, 422, "/rules", "name a rule"),
        ({"until": "2023-12-31"}, 422, "/until", "known are"),
        (
            {"facts": {**FACTS, "events": [{"on": "2023-02-01", "attains": "specialization.kubernets"}]}},
            422, "/facts/events/0/attains", "did you mean `specialization.kubernetes`?",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(
    client: FlaskClient, changed: Json, status: int, pointer: str, help_: str
) -> None:
    response = client.post("/v1/timeline", json=body(**changed))

    assert response.status_code == status, response.get_data(as_text=True)
    [error] = response.get_json()["errors"]
    assert error["pointer"] == pointer
    assert help_ in error["help"]


def test_a_decision_takes_the_facts_of_a_timeline(client: FlaskClient) -> None:
    query = {"decide": ["specialization.kubernetes"], "as_of": "2023-02-01", "facts": FACTS}

    assert client.post("/v1/decisions", json=query).status_code == 200
