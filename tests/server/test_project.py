"""A query that projects its facts to a day ahead."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine
from server.app import create_app

Json = Any
POLICY = """
facts { size: count "Size" }
records use "Use" monthly { seats: count "Seats" }
measure seats_of_year "Seats of the last twelve months": count = sum seats of use over trailing 12 months
entitlement ahead "Ahead" from 2020-01-01 {
  requires {
    enough "Enough": seats_of_year >= 12
    stays "Enough as projected": (seats_of_year >= 12) as projected
  }
}
"""
FACTS: Json = {
    "facts": {"size": 3},
    "records": {
        "use": {
            "covers": {"from": "2022-01", "through": "2022-12"},
            "rows": [{"month": f"2022-{month:02d}", "seats": 2 if month < 7 else 0} for month in range(1, 13)],
        }
    },
}
QUERY: Json = {"decide": ["entitlement.ahead"], "as_of": "2023-01-20", "facts": FACTS}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    loaded = load_sources([Source("ahead.policy", POLICY)])
    assert not [one for one in loaded.diagnostics if one.severity == "error"], loaded.diagnostics
    return create_app(Engine(loaded.document, loaded.core)).test_client()


def decided(client: FlaskClient, **more: Json) -> Json:
    response = client.post("/v1/decisions", json={**QUERY, **more})
    assert response.status_code == 200, response.text
    return response.json


def test_without_it_what_is_projected_is_not_known(client: FlaskClient) -> None:
    answer = decided(client)
    assert answer["decisions"][0]["eligibility"] == "undetermined"
    assert "projection" not in answer


def test_what_rolls_out_is_known_and_what_goes_on_is_told(client: FlaskClient) -> None:
    """Twelve seats in the year before; those of the first half roll out, and in the last months there were none."""
    answer = decided(client, project="2023-07-15")
    assert answer["decisions"][0]["eligibility"] == "not_eligible"
    assert answer["projection"] == {
        "by": "2023-07-15",
        "known": ["Use: the months before 2022-07 roll out of the last twelve"],
        "extrapolated": [
            "Size (as told for 2023-01-20)",
            "Use: 2023-01 through 2023-06 as 2022-10 through 2022-12",
        ],
    }
    assert decided(client, project="2023-01-25")["decisions"][0]["eligibility"] == "eligible"


def test_it_is_the_decision_over_facts_that_bring_the_projection(client: FlaskClient) -> None:
    months = [{"month": f"2022-{month:02d}", "seats": 0} for month in range(1, 13)]
    section = {"facts": {"size": 3}, "records": {"use": {"covers": FACTS["records"]["use"]["covers"], "rows": months}}}
    told = decided(client, facts={**FACTS, "projected": section})["decisions"][0]
    found = decided(client, project="2023-12-31")["decisions"][0]
    assert {**found, "answer_key": None} == {**told, "answer_key": None}


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ({"project": "2023-01-19"}, "Q111", "2023-01-19 lies before 2023-01-20, the day of the question"),
        ({"project": "2023-07-01", "facts": {**FACTS, "projected": {}}}, "Q111", "the facts bring `projected` themselves"),
        ({"project": "2023-07-01", "what_if": {"set": {"size": 4}}}, "Q111", "a query projects facts or changes them, not both"),
        ({"project": "2023-02-30"}, "Q104", "`2023-02-30` is not a day of the calendar"),
        ({"project": True}, "Q104", "this is true, where a date is expected"),
    ],
)  # fmt: skip
def test_what_cannot_be_projected_is_refused_at_its_place(
    client: FlaskClient, more: Json, code: str, said: str
) -> None:
    response = client.post("/v1/decisions", json={**QUERY, **more})
    fault = response.json["errors"][0]
    assert (response.status_code, fault["pointer"], fault["code"], fault["message"]) == (422, "/project", code, said)
    assert fault["help"]
