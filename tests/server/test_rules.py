from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine
from server.app import create_app

Json = Any
DATA = Path(__file__).resolve().parents[1] / "data" / "rules"
POLICIES = DATA.parent / "policies" / "service"


def get(client: FlaskClient, path: str, schema: str | None = None) -> Json:
    response = client.get(path)
    assert response.status_code == 200, response.get_data(as_text=True)
    found = response.get_json()
    if schema is not None:
        validator = Draft202012Validator(schemas.load(schema), format_checker=FormatChecker())
        assert not [f"{error.json_path}: {error.message}" for error in validator.iter_errors(found)]
    return found


def test_the_list_has_every_rule_with_its_days(client: FlaskClient, engine: Engine) -> None:
    found = get(client, "/v1/rules", "rule_list")

    assert [rule["id"] for rule in found["rules"]] == list(engine.core.rules)
    silver = next(rule for rule in found["rules"] if rule["id"] == "competency.cloud.silver")
    assert silver == {
        "id": "competency.cloud.silver",
        "kind": "competency",
        "title": "Cloud Platform",
        "level": "silver",
        "levels": ["silver", "gold"],
        "in_force": [{"until": "2022-10-01"}],
    }


def test_the_list_can_be_of_a_kind_and_of_a_day(client: FlaskClient) -> None:
    def ids(parameters: str) -> list[str]:
        return sorted(rule["id"] for rule in get(client, f"/v1/rules?{parameters}", "rule_list")["rules"])

    assert ids("kind=designation") == ["designation.data_ai", "designation.infrastructure"]
    assert ids("kind=designation&as_of=2022-09-30") == []
    assert ids("kind=competency&as_of=2022-09-30") == ["competency.cloud.gold", "competency.cloud.silver"]
    assert ids("kind=competency&as_of=2022-10-01") == []


@pytest.mark.parametrize(
    ("rule", "as_of"),
    [
        ("designation.data_ai", "2023-10-01"),
        ("designation.infrastructure", None),
        ("competency.cloud.gold", None),
        ("lifecycle.competency.silver", None),
        ("specialization.kubernetes", "2023-10-01"),
        ("program.expert", "2023-10-01"),
        ("fee.annual_fee", "2025-01-01"),
        ("choice.at_anniversary", None),
        ("entitlement.incentives", None),
        ("entitlement.incentives", "2023-10-01"),
    ],
)
def test_a_rule_in_words_is_as_recorded(
    client: FlaskClient, golden: Any, engine: Engine, rule: str, as_of: str | None
) -> None:
    rule = (
        rule if rule in engine.core.rules else next(name for name in engine.core.rules if name.startswith("lifecycle."))
    )

    found = get(client, f"/v1/rules/{rule}{f'?as_of={as_of}' if as_of else ''}", "rule")

    found.pop("policy")
    text = json.dumps(found, indent=2, ensure_ascii=False).replace(f"{POLICIES}/", "")
    golden.check(DATA / f"{rule}{f'.{as_of}' if as_of else ''}.json", text + "\n")


def test_every_rule_can_be_told_on_every_day(client: FlaskClient, engine: Engine) -> None:
    for rule in engine.core.rules:
        get(client, f"/v1/rules/{rule}", "rule")
        for day in ("1990-01-01", "2022-09-30", "2023-06-30", "2100-12-31"):
            told = get(client, f"/v1/rules/{rule}?as_of={day}", "rule")
            assert len(told["versions"]) <= 1


def test_the_codes_of_a_rule_are_those_of_its_reasons(client: FlaskClient, engine: Engine) -> None:
    """What a service reads about a rule beforehand it finds again in the decision."""
    for rule in ("designation.data_ai", "designation.infrastructure", "specialization.kubernetes", "program.expert"):
        told = get(client, f"/v1/rules/{rule}?as_of=2023-06-30")["versions"][0]
        query = {"decide": [rule], "as_of": "2023-06-30", "facts": {}}
        [decision] = client.post("/v1/decisions", json=query).get_json()["decisions"]

        assert _codes(told["requirements"]) == _codes(decision["reasons"])


def _codes(parts: Json) -> list[str]:
    return [code for part in parts for code in (part["code"], *_codes(part.get("parts", [])))]


def test_a_figure_that_changes_is_told_of_the_day(client: FlaskClient) -> None:
    def mark(path: str) -> str:
        names = get(client, path)["names"]
        return next(named["says"] for named in names if named["name"] == "pass_mark")

    assert mark("/v1/rules/designation.data_ai?as_of=2023-06-30") == "70 points"
    assert mark("/v1/rules/designation.data_ai?as_of=2025-01-01") == "75 points (provisional)"
    assert mark("/v1/rules/designation.data_ai") == (
        "70 points from 2022-10-03 through 2024-12-31; 75 points (provisional) from 2025-01-01"
    )


def test_certifications_that_no_longer_count_are_left_out_of_a_day(client: FlaskClient) -> None:
    def listed(as_of: str) -> list[str]:
        lists = get(client, f"/v1/rules/designation.infrastructure?as_of={as_of}")["certifications"]
        return [
            entry["certification"] for each in lists if each["name"] == "infra_associates" for entry in each["entries"]
        ]

    assert listed("2024-07-31") == ["Azure Network Engineer Associate", "Azure Stack Hub Operator Associate"]
    assert listed("2024-08-01") == ["Azure Network Engineer Associate"]


# ---- schemas of the facts


def test_the_schema_of_a_rule_has_what_it_reads_and_nothing_else(client: FlaskClient) -> None:
    schema = get(client, "/v1/rules/specialization.kubernetes/schema")

    Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]["facts"]["properties"]) == {
        "audit_passed",
        "azure_acr",
        "azure_adds",
        "azure_growth",
    }
    assert set(schema["properties"]["records"]["properties"]) == {"awards", "azure_use", "certifications"}


def test_the_schema_of_a_rule_is_a_json_schema_document(client: FlaskClient) -> None:
    response = client.get("/v1/rules/fee.annual_fee/schema")

    assert response.content_type == "application/schema+json"
    assert "billing_country" in response.get_json()["properties"]["facts"]["properties"]


def test_a_rule_reads_nothing_that_its_schema_does_not_have(client: FlaskClient, engine: Engine) -> None:
    """Facts outside of it may be there or not: the decision is the same."""
    everything = _everything()
    for rule in engine.core.rules:
        schema = get(client, f"/v1/rules/{rule}/schema")["properties"]
        needed = {
            section: {
                name: value for name, value in everything[section].items() if name in schema[section]["properties"]
            }
            for section in ("facts", "records")
        }
        for as_of in ("2022-09-30", "2023-06-30", "2025-03-01"):
            answers = [
                client.post("/v1/decisions", json={"decide": [rule], "as_of": as_of, "facts": facts}).get_json()
                for facts in (everything, needed)
            ]
            for answer in answers:
                answer.pop("decision_id")
                # It takes in what the checks of all that is held read, whatever they come to.
                answer["decisions"][0].pop("answer_key")
            assert answers[0] == answers[1], rule


def _everything() -> Json:
    months = [f"{year}-{month:02d}" for year in (2021, 2022, 2023) for month in range(1, 13)]
    return {
        "facts": {
            "audit_passed": True,
            "customer_share": "12.5",
            "billing_country": "united_states",
            "exams": 3,
            "registered_on": "2022-11-01",
            "azure_adds": 2,
            "azure_acr": "20000",
            "azure_growth": 12,
        },
        "records": {
            "azure_use": [
                {"month": month, "customer": "c", "service": "s", "offer": "paid", "acr": 900, "acr_best": 1000}
                for month in months
            ],
            "certifications": [
                {"person": "ada", "certification": "Data Analyst Associate", "earned": "2022-01-01", "expires": "none"}
            ],
            "awards": [
                {
                    "award": "competency.cloud",
                    "level": "gold",
                    "attained": "2020-05-01",
                    "anniversary": "2022-05-01",
                    "ended": "none",
                    "benefits": "none",
                },
                {
                    "award": "designation.data_ai",
                    "attained": "2022-11-01",
                    "anniversary": "2023-11-01",
                    "ended": "none",
                    "benefits": "none",
                },
            ],
        },
    }


# ---- status


def test_the_status_tells_what_answers_and_since_when(client: FlaskClient, engine: Engine) -> None:
    status = get(client, "/v1/status", "status")

    assert status["policy"]["digest"] == engine.core.digest
    assert status["rules"]["total"] == len(engine.core.rules) == sum(status["rules"]["kinds"].values())


def test_the_service_is_live_and_ready(client: FlaskClient, engine: Engine) -> None:
    assert get(client, "/health/live") == {"status": "live"}
    assert get(client, "/health/ready") == {"status": "ready", "policy": {"digest": engine.core.digest}}


def test_rules_and_facts_are_found_by_words(client: FlaskClient) -> None:
    found = client.get("/v1/rules?q=azure+architect").get_json()

    assert not [error.message for error in Draft202012Validator(schemas.load("rule_list")).iter_errors(found)]
    assert [rule["id"] for rule in client.get("/v1/rules?q=two+archit").get_json()["rules"]] == ["designation.data_ai"]
    assert [(one["what"], one["name"], one["read_by"]) for one in found["told"]] == [
        ("certification", "Azure Solutions Architect Expert", ["designation.data_ai"])
    ]


def test_words_go_with_a_kind_and_a_day(client: FlaskClient) -> None:
    found = client.get("/v1/rules?q=audit&kind=designation").get_json()

    assert found["rules"] == []
    assert "audit_passed" in [one["name"] for one in found["told"]]


def test_no_words_are_refused(client: FlaskClient) -> None:
    for question in ("", "%20", "x" * 201):
        response = client.get(f"/v1/rules?q={question}")

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["parameter"] == "q"


def test_a_programmes_own_kinds_are_listed_told_and_described() -> None:
    text = """
package own "Own words"
facts { n: count }
kind tier "Tier" like program
tier base "Base" { requires { q: n >= 1 }   checked at own anniversary }
program old "Old" { requires { q: n >= 1 }   checked at own anniversary }
"""
    own = create_app(Engine(load_sources([Source("own.policy", text)]).document)).test_client()

    listed = own.get("/v1/rules?kind=tier").get_json()["rules"]
    told = own.get("/v1/rules/tier.base").get_json()
    wrong = own.get("/v1/rules?kind=teir")
    described = own.get("/openapi.json").get_json()
    decided = own.post("/v1/decisions", json={"decide": ["tier.*"], "as_of": "2024-01-01", "facts": {}})

    assert [(one["id"], one["kind"], one["like"]) for one in listed] == [("tier.base", "tier", "program")]
    assert (told["kind"], told["like"]) == ("tier", "program")
    assert "like" not in own.get("/v1/rules/program.old").get_json()
    assert wrong.status_code == 422
    assert "`tier`" in wrong.text
    assert own.get("/v1/status").get_json()["rules"]["kinds"] == {"program": 1, "tier": 1}
    kinds = described["components"]["schemas"]["Answer.decision"]["properties"]["kind"]["enum"]
    assert "tier" in kinds
    assert kinds == described["paths"]["/v1/rules"]["get"]["parameters"][0]["schema"]["enum"]
    schema = schemas.load("answer")
    Draft202012Validator(schema).validate(decided.get_json())
    other = decided.get_json()
    del other["decisions"][0]["like"]
    assert not Draft202012Validator(schema).is_valid(other)
