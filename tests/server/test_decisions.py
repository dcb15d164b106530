from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings, strategies as st
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from dsl.load import load, load_sources
from dsl.source import Source
from evaluator.engine import Engine
from server import snapshot
from server.app import create_app
from server.snapshot import Limits

Json = Any
ANSWER = Draft202012Validator(schemas.load("answer"), format_checker=FormatChecker())
QUERY = Draft202012Validator(schemas.load("query"), format_checker=FormatChecker())

STAFF = [
    ("ada", "Azure Solutions Architect Expert"),
    ("ben", "Azure Solutions Architect Expert"),
    ("ada", "Azure Administrator Associate"),
    ("eve", "Azure Administrator Associate"),
    *((name, "Azure Data Engineer Associate") for name in ("ada", "ben", "eve", "joe")),
]


def people(*staff: tuple[str, str]) -> Json:
    return [
        {"person": person, "certification": name, "earned": "2022-01-10", "expires": "none"} for person, name in staff
    ]


def usage(services: int) -> Json:
    rows = [
        {"month": "2023-05", "customer": "c", "service": f"s{n}", "offer": "paid", "acr": "2000", "acr_best": 2000}
        for n in range(services)
    ]
    return {"covers": {"from": "2021-01", "through": "2023-05"}, "rows": rows}


STRONG = {
    "partner": "Strong",
    "facts": {"azure_adds": 3, "azure_growth": 20, "azure_acr": "250000.50"},
    "records": {"certifications": people(*STAFF), "azure_use": usage(5), "awards": []},
}


def ask(client: FlaskClient, decide: list[str], facts: Json, as_of: str = "2023-06-30", **other: Json) -> Json:
    query = {"decide": decide, "as_of": as_of, "facts": facts, **other}
    assert not [error.message for error in QUERY.iter_errors(query)]

    response = client.post("/v1/decisions", json=query)

    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.content_type == "application/json"
    answer = response.get_json()
    assert not [f"{error.json_path}: {error.message}" for error in ANSWER.iter_errors(answer)]
    return answer


def test_a_partner_with_enough_points_is_eligible_and_told_why(client: FlaskClient) -> None:
    answer = ask(client, ["designation.data_ai"], STRONG)

    [decision] = answer["decisions"]
    assert decision["eligibility"] == "eligible"
    assert decision["score"] == {"points": "76", "out_of": "100", "needed": "70"}
    [score] = decision["reasons"]
    codes = [part["code"] for part in score["parts"]]
    assert codes == [f"designation.data_ai.{part}" for part in ("performance", "customer_success", "skilling")]


def test_a_negative_decision_is_an_answer_and_tells_what_is_short(client: FlaskClient) -> None:
    weak = {**STRONG, "facts": {"azure_adds": 1, "azure_growth": 20, "azure_acr": "250000.50"}}

    [decision] = ask(client, ["designation.data_ai"], weak)["decisions"]

    assert decision["eligibility"] == "not_eligible"
    assert decision["reasons"][0]["short_by"] == "14"


def test_an_undetermined_decision_is_an_answer_and_tells_what_is_missing(client: FlaskClient) -> None:
    unsure = {**STRONG, "records": {"azure_use": usage(5)}}

    [decision] = ask(client, ["designation.data_ai"], unsure)["decisions"]

    assert decision["eligibility"] == "undetermined"
    assert "/records/certifications" in [missing["pointer"] for missing in decision["missing"]]


def test_what_if_is_answered_with_what_differs(client: FlaskClient) -> None:
    changes = {"set": {"azure_adds": 1}, "without": {"certifications": [{"person": "joe"}]}}

    answer = ask(client, ["designation.*", "fee.annual_fee"], STRONG, what_if=changes)

    assert answer["decisions"] == ask(client, ["designation.*", "fee.annual_fee"], STRONG)["decisions"]
    differences = {one["rule"]: one for one in answer["what_if"]["differences"]}
    assert list(differences) == ["designation.data_ai", "designation.infrastructure"]
    assert {"what": "eligibility", "before": "eligible", "after": "not_eligible"} in differences["designation.data_ai"][
        "outcomes"
    ]
    assert [one["eligibility"] for one in answer["what_if"]["decisions"]] == ["not_eligible", "not_eligible"]


@pytest.mark.parametrize(
    ("changes", "status", "pointer", "help_"),
    [
        ({"set": {"azure_addz": 3}}, 422, "/what_if/set/azure_addz", "did you mean `azure_adds`?"),
        ({"set": {"azure_adds": None}}, 422, "/what_if/set/azure_adds", "leave it out when it is unknown"),
        ({"with": {"awards": [{"award": "designation.data_a"}]}}, 422, "/what_if/with/awards/0/award", "did you mean"),
        ({"add": {}}, 422, "/what_if/add", "known are"),
        ([], 422, "/what_if", "write an object"),
    ],
)
def test_wrong_changes_are_refused_at_their_place(
    client: FlaskClient, changes: Json, status: int, pointer: str, help_: str
) -> None:
    query = {"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": STRONG, "what_if": changes}

    response = client.post("/v1/decisions", json=query)

    assert response.status_code == status
    [error] = response.get_json()["errors"]
    assert error["pointer"] == pointer
    assert help_ in error["help"]


def test_a_batch_takes_what_if(client: FlaskClient) -> None:
    query = {"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": STRONG}
    items = [{"id": "a", "query": {**query, "what_if": {"set": {"azure_adds": 0}}}}, {"id": "b", "query": query}]

    told = client.post("/v1/decisions/batch", json={"items": items}).get_json()["items"]

    assert ["what_if" in item["answer"] for item in told] == [True, False]


def test_nothing_known_is_no_error(client: FlaskClient) -> None:
    for decision in ask(client, ["*"], {})["decisions"]:
        assert decision.get("eligibility") != "eligible"


def test_decisions_stand_in_the_order_they_were_asked_for_each_once(client: FlaskClient, engine: Engine) -> None:
    answer = ask(client, ["fee.annual_fee", "designation.*", "designation.data_ai", "competency.cloud"], {})

    assert [decision["rule"] for decision in answer["decisions"]] == [
        "fee.annual_fee",
        "designation.data_ai",
        "designation.infrastructure",
        *(rule.id for rule in engine.rules("competency.cloud")),
    ]


def test_the_request_id_comes_back_and_is_left_out_where_none_was_given(client: FlaskClient) -> None:
    assert ask(client, ["fee.annual_fee"], {}, request_id="Anfrage 7 ✓")["request_id"] == "Anfrage 7 ✓"
    assert "request_id" not in ask(client, ["fee.annual_fee"], {})


def test_the_same_question_has_the_same_answer(client: FlaskClient) -> None:
    first = ask(client, ["*"], STRONG)
    second = ask(client, ["*"], json.loads(json.dumps(STRONG)))

    assert first.pop("decision_id") != second.pop("decision_id")
    assert first == second


def test_decimals_are_read_exactly(client: FlaskClient) -> None:
    body = '{"decide": ["competency.cloud.silver"], "as_of": "2022-09-30", "facts": {"facts": {"azure_acr": 14999.999999}}}'

    answer = client.post("/v1/decisions", data=body, content_type="application/json").get_json()

    found = [reason for reason in _reasons(answer["decisions"][0]["reasons"]) if reason["code"].endswith("consumption")]
    assert [(reason["outcome"], reason["short_by"]) for reason in found] == [("unmet", "0.000001")]


@pytest.mark.parametrize("detail", ["none", "summary", "full"])
def test_the_detail_says_how_much_of_the_reasons_is_told(client: FlaskClient, detail: str) -> None:
    answer = ask(client, ["*"], STRONG, detail=detail)

    parts = sum("parts" in reason for each in answer["decisions"] for reason in _reasons(each.get("reasons", [])))
    met = [
        r
        for each in answer["decisions"]
        for r in _reasons(each.get("reasons", []))
        if r["outcome"] == "met" and "parts" in r
    ]
    assert ("reasons" in answer["decisions"][0]) == (detail != "none")
    assert (parts > 0) == (detail != "none")
    assert bool(met) == (detail == "full")


def _reasons(reasons: Json) -> list[Json]:
    return [found for reason in reasons for found in (reason, *_reasons(reason.get("parts", [])))]


@pytest.mark.parametrize("as_of", ["1990-01-01", "2022-09-30", "2022-10-03", "2023-10-02", "2025-03-01", "2100-12-31"])
@pytest.mark.parametrize(
    "facts", [{}, STRONG, {"records": {"awards": {"partial": True, "rows": []}}}], ids=["unknown", "strong", "partial"]
)
def test_every_kind_of_decision_is_as_its_schema_says(client: FlaskClient, as_of: str, facts: Json) -> None:
    answer = ask(client, ["*"], facts, as_of=as_of)

    assert len(answer["decisions"]) == 11


def test_a_charset_of_utf_8_and_a_byte_order_mark_are_fine(client: FlaskClient) -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"decide": ["*"], "as_of": "2023-06-30", "facts": {}}).encode()

    response = client.post("/v1/decisions", data=body, content_type="application/json; charset=UTF-8")

    assert response.status_code == 200


# ---- batches


def test_a_batch_keeps_its_order_and_gives_each_item_an_answer_or_a_problem(client: FlaskClient) -> None:
    good = {"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": STRONG, "detail": "none"}
    items = [
        {"id": "1", "query": good},
        {"id": "2", "query": {**good, "decide": ["designation.nope"]}},
        {"id": "3", "query": {**good, "facts": {"facts": {"audit_passed": None}}}},
        {"id": "4", "query": None},
        {"id": "5", "query": {**good, "request_id": "r"}},
    ]

    response = client.post("/v1/decisions/batch", json={"items": items})

    assert response.status_code == 200
    found = response.get_json()["items"]
    assert [item["id"] for item in found] == ["1", "2", "3", "4", "5"]
    assert ["answer" in item for item in found] == [True, False, False, False, True]
    assert [found[n]["problem"]["status"] for n in (1, 2, 3)] == [404, 422, 422]
    assert found[2]["problem"]["errors"][0]["pointer"] == "/facts/facts/audit_passed"
    assert found[4]["answer"]["request_id"] == "r"
    alone = client.post("/v1/decisions", json=good).get_json()
    assert found[0]["answer"].pop("decision_id") != alone.pop("decision_id")
    assert found[0]["answer"] == alone


def test_what_no_rule_knows_is_told_beside_the_answer_with_the_nearest_name(client: FlaskClient) -> None:
    entry = {"attained": "2022-10-10", "anniversary": "2023-10-10", "ended": "none", "benefits": "none"}
    slips = {
        "facts": STRONG["facts"],
        "records": {
            "certifications": people(
                ("ada", "Azure Solution Architect Expert"), ("ada", "Azure Administrator Associate")
            ),
            "awards": [{"award": "designation.data_al", **entry}],
            "azure_use": [{"month": "2023-05", "customer": "c", "service": "Virtual Machines", "acr": 5}],
        },
    }
    query = {"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": slips, "detail": "none"}

    alone = ask(client, **query)
    batch = client.post("/v1/decisions/batch", json={"items": [{"id": "1", "query": query}]}).get_json()

    assert [(hint["pointer"], hint["help"]) for hint in alone["hints"]] == [
        ("/records/certifications/0/certification", "did you mean `Azure Solutions Architect Expert`?"),
        ("/records/awards/0/award", "did you mean `designation.data_ai`?"),
        ("/records/azure_use/0/service", "did you mean `virtual_machines`?"),
    ]
    assert batch["items"][0]["answer"]["hints"] == alone["hints"]
    assert "hints" not in ask(client, ["designation.data_ai"], STRONG)


# ---- engines


def test_a_new_engine_answers_from_then_on(engine: Engine, tmp_path: Any) -> None:
    (tmp_path / "small.policy").write_text(
        'facts { ready: flag "Ready" }\nentitlement go "Go" { from 2020-01-01 { ready: ready } }\n'
    )
    app = create_app(None)
    client = app.test_client()
    assert client.get("/health/ready").status_code == 503

    snapshot.install(app, engine)
    before = client.get("/v1/status").get_json()
    snapshot.install(app, Engine(load([tmp_path])))
    after = client.get("/v1/status").get_json()

    assert before["policy"]["digest"] == engine.core.digest != after["policy"]["digest"]
    assert after["rules"] == {"total": 1, "kinds": {"entitlement": 1}}
    assert ask(client, ["entitlement.go"], {"facts": {"ready": True}})["decisions"][0]["eligibility"] == "eligible"


# ---- the query's schema and its reader


@settings(max_examples=200, deadline=None)
@given(
    query=st.fixed_dictionaries(
        {},
        optional={
            "decide": st.lists(st.sampled_from(["*", "designation.data_ai", "", "x" * 201, 1, None]), max_size=3)
            | st.none(),
            "as_of": st.sampled_from(
                ["2023-06-30", "2023-02-30", "20230630", "2023-6-30", "0000-01-01", "", None, 20230630]
            ),
            "facts": st.sampled_from(
                [{}, {"partner": "p"}, {"partner": 1}, {"other": 1}, {"facts": []}, [], None, "x"]
            ),
            "detail": st.sampled_from(["none", "summary", "full", "all", None, 1]),
            "request_id": st.sampled_from(["r", "", "x" * 200, "x" * 201, None, 1]),
            "as-of": st.just(1),
        },
    )
)
def test_what_the_schema_of_queries_takes_is_what_the_service_takes(engine: Engine, query: Json) -> None:
    response = create_app(engine).test_client().post("/v1/decisions", json=query)

    assert (response.status_code == 200) == QUERY.is_valid(query), response.get_data(as_text=True)


def test_each_answer_has_an_id_of_its_own_and_the_same_question_the_same_keys(client: FlaskClient) -> None:
    written = STRONG["facts"]
    again = {**STRONG, "partner": "Other", "facts": {"azure_acr": 250000.5, "azure_growth": "20.0", "azure_adds": 3}}
    again["records"] = {**STRONG["records"], "certifications": people(*reversed(STAFF))}
    weaker = {**STRONG, "facts": {**written, "azure_adds": 2}}

    first, second, other = (ask(client, ["designation.data_ai"], facts) for facts in (STRONG, again, weaker))

    assert len({answer.pop("decision_id") for answer in (first, second, other)}) == 3
    assert first == second
    assert first["decisions"][0]["answer_key"] != other["decisions"][0]["answer_key"]


def test_a_question_may_say_which_policies_are_to_decide(client: FlaskClient) -> None:
    digest = client.get("/v1/status").get_json()["policy"]["digest"]
    query = {"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": STRONG}

    assert ask(client, ["designation.data_ai"], STRONG, policy={"digest": digest})["policy"]["digest"] == digest
    refused = client.post("/v1/decisions", json={**query, "policy": {"digest": "0" * 64}})
    batch = {
        "items": [{"id": "old", "query": {**query, "policy": {"digest": "0" * 64}}}, {"id": "any", "query": query}]
    }
    old, any_ = client.post("/v1/decisions/batch", json=batch).get_json()["items"]

    assert (refused.status_code, refused.get_json()["code"]) == (409, "other_policies")
    assert refused.get_json()["digests"] == [digest]
    assert old["problem"] == refused.get_json()
    assert any_["answer"]["policy"]["digest"] == digest
    assert any_["answer"]["decision_id"] != client.post("/v1/decisions", json=query).get_json()["decision_id"]


@pytest.mark.parametrize(
    ("policy", "code", "pointer"),
    [
        (None, "Q102", "/policy"),
        ("0" * 64, "Q104", "/policy"),
        ({}, "Q103", "/policy/digest"),
        ({"digest": 7}, "Q104", "/policy/digest"),
        ({"digest": "latest"}, "Q104", "/policy/digest"),
        ({"digest": "0" * 64, "version": "x"}, "Q101", "/policy/version"),
    ],
    ids=str,
)
def test_what_names_no_policies_is_refused_at_its_place(
    client: FlaskClient, policy: Json, code: str, pointer: str
) -> None:
    query = {"decide": ["*"], "as_of": "2023-06-30", "facts": {}, "policy": policy}
    assert not QUERY.is_valid(query)

    response = client.post("/v1/decisions", json=query)

    assert response.status_code == 422
    assert [(error["code"], error["pointer"]) for error in response.get_json()["errors"]] == [(code, pointer)]


def test_policies_that_were_served_before_still_answer_who_names_them() -> None:
    def policies(seats: int) -> Engine:
        text = f'facts {{ seats: count "Seats" }}\nentitlement go "Go" {{ requires {{ seats "Seats": seats >= {seats} }} }}\n'
        loaded = load_sources([Source("seats.policy", text)])
        assert not loaded.errors
        return Engine(loaded.document)

    engines = [policies(seats) for seats in (5, 4, 3, 2)]
    app = create_app(engines[0], limits=Limits(earlier_policies=2))
    for engine in engines[1:]:
        snapshot.install(app, engine)
    client = app.test_client()
    query = {"decide": ["entitlement.go"], "as_of": "2023-06-30", "facts": {"facts": {"seats": 3}}}
    digests = [engine.core.digest for engine in engines]

    def asked(digest: str) -> Json:
        return client.post("/v1/decisions", json={**query, "policy": {"digest": digest}}).get_json()

    assert [asked(digest)["decisions"][0]["eligibility"] for digest in digests[1:]] == [
        "not_eligible",
        "eligible",
        "eligible",
    ]
    assert [asked(digest)["policy"]["digest"] for digest in digests[1:]] == digests[1:]
    assert asked(digests[0])["digests"] == digests[:0:-1]
    assert client.get("/v1/status").get_json()["earlier"] == [digests[2], digests[1]]
    assert client.post("/v1/decisions", json=query).get_json()["policy"]["digest"] == digests[3]
