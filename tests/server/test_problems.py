"""Every way to ask wrongly, with the problem that comes back as recorded."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

import schemas
from evaluator.engine import Engine
from server.api import problems
from server.app import create_app
from server.snapshot import Limits

Json = Any
DATA = Path(__file__).resolve().parents[1] / "data" / "problems"
JSON = "application/json"
HEAD = '{"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": '


def query(**other: Json) -> str:
    return json.dumps({"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": {}, **other})


def facts(**told: Json) -> str:
    return query(facts={"facts": told})


def records(**told: Json) -> str:
    return query(facts={"records": told})


BODIES: dict[str, str | bytes] = {
    # W: the body cannot be read
    "empty_body": "",
    "only_spaces": " \n ",
    "not_json": '{"decide": [',
    "yaml": "decide: [designation.data_ai]",
    "two_documents": query() + query(),
    "not_utf8": b'{"decide": ["\xff"]}',
    "utf16": query().encode("utf-16"),
    "nan": HEAD + '{"facts": {"azure_growth": NaN}}}',
    "infinity": HEAD + '{"facts": {"azure_growth": -Infinity}}}',
    "duplicate_keys": HEAD + '{"facts": {"audit_passed": true, "audit_passed": false}}}',
    "deep_nesting": HEAD + "[" * 100 + "]" * 100 + "}",
    "very_deep_nesting": "[" * 200_000,
    "endless_integer": HEAD + '{"facts": {"azure_adds": ' + "9" * 5000 + "}}}",
    "endless_exponent": HEAD + '{"facts": {"azure_growth": 1e999999999999999999999}}}',
    "lone_surrogate": '{"decide": ["designation.\\ud800"]}',
    "lone_surrogate_in_a_key": '{"\\udfff": 1}',
    "huge_body": query(request_id="x" * 4 * 1024 * 1024),
    # Q: the query is not valid
    "null_body": "null",
    "list_body": "[]",
    "number_body": "1",
    "empty_object": "{}",
    "unknown_key": query(asof="2023-06-30"),
    "unknown_keys_of_any_kind": query(**{"a/b~c": 1, "": 2}),
    "text_for_a_list": query(decide="designation.data_ai"),
    "nothing_asked": query(decide=[]),
    "number_for_a_rule": query(decide=["designation.data_ai", 7]),
    "null_for_a_list": query(decide=None),
    "too_many_rules": query(decide=["*"] * 501),
    "null_date": query(as_of=None),
    "number_for_a_date": query(as_of=20230630),
    "date_without_dashes": query(as_of="20230630"),
    "week_date": query(as_of="2023-W26-5"),
    "date_and_time": query(as_of="2023-06-30T00:00:00Z"),
    "30_february": query(as_of="2023-02-30"),
    "year_zero": query(as_of="0000-01-01"),
    "first_day_of_the_calendar": query(as_of="0001-01-01"),
    "day_before_the_span": query(as_of="1989-12-31"),
    "day_behind_the_span": query(as_of="2101-01-01"),
    "last_day_of_the_calendar": query(decide=["*"], as_of="9999-12-31"),
    "unknown_detail": query(detail="ful"),
    "list_for_a_detail": query(detail=["full"]),
    "empty_request_id": query(request_id=""),
    "number_for_a_request_id": query(request_id=7),
    "list_for_facts": query(facts=[]),
    "null_facts": query(facts=None),
    # all that is wrong is told at once
    "wrong_everywhere": query(
        decide=["designation.dataai", ""], as_of="2023-13-01", facts={"facts": {"audit": 1}}, detai="full"
    ),
    # the rules that are asked
    "unknown_rule": query(decide=["designation.data_ia"]),
    "unknown_pattern": query(decide=["designation.*", "badge.*"]),
    "unknown_rule_and_fact": query(decide=["designation.data_ia"], facts={"facts": {"audit_pased": True}}),
    # F: the facts do not fit
    "unknown_section": query(facts={"fact": {}}),
    "unknown_fact": facts(audit_pased=True),
    "null_fact": facts(audit_passed=None),
    "text_for_a_flag": facts(audit_passed="yes"),
    "number_for_a_flag": facts(audit_passed=1),
    "flag_for_a_number": facts(azure_growth=True),
    "fraction_for_a_count": facts(azure_adds=1.5),
    "negative_count": facts(exams=-1),
    "ten_to_the_400": HEAD + '{"facts": {"azure_growth": 1e400}}}',
    "ten_to_the_400_written_out": HEAD + '{"facts": {"azure_adds": 1' + "0" * 400 + "}}}",
    "unknown_choice": facts(billing_country="germny"),
    "fact_on_30_february": facts(registered_on="2023-02-30"),
    "fact_on_the_last_day_of_the_calendar": facts(registered_on="9999-12-31"),
    "month_of_1800": records(azure_use=[{"month": "1800-05"}]),
    "measure_that_may_not_be_supplied": facts(azure_services=3),
    "empty_history": facts(audit_passed={"history": []}),
    "history_without_value": facts(audit_passed={"history": [{"from": "2023-01-01"}]}),
    "unknown_records": records(azure_usage=[]),
    "object_for_records": records(azure_use={}),
    "unknown_field": records(azure_use=[{"costumer": "a"}]),
    "month_13": records(azure_use=[{"month": "2023-13"}]),
    "null_field": records(azure_use=[{"customer": None}]),
    "amount_with_currency": records(azure_use=[{"acr": "100 EUR"}]),
    "unknown_currency": records(azure_use=[{"acr": {"amount": "100", "currency": "XXX"}}]),
    "unknown_level": records(awards=[{"award": "competency.cloud", "level": "bronze"}]),
    "level_of_an_award_without_levels": records(awards=[{"award": "designation.data_ai", "level": "gold"}]),
}
OTHERS: dict[str, dict[str, Json]] = {
    "no_content_type": {"method": "POST", "path": "/v1/decisions", "data": query()},
    "form": {
        "method": "POST",
        "path": "/v1/decisions",
        "data": query(),
        "content_type": "application/x-www-form-urlencoded",
    },
    "text_plain": {"method": "POST", "path": "/v1/decisions", "data": query(), "content_type": "text/plain"},
    "latin_1": {
        "method": "POST",
        "path": "/v1/decisions",
        "data": query(),
        "content_type": "application/json; charset=latin-1",
    },
    "wrong_method": {"method": "GET", "path": "/v1/decisions"},
    "wrong_method_of_rules": {"method": "DELETE", "path": "/v1/rules"},
    "options": {"method": "OPTIONS", "path": "/v1/decisions"},
    "unknown_address": {"method": "GET", "path": "/v1/decision"},
    "slash_at_the_end": {"method": "POST", "path": "/v1/decisions/", "data": query(), "content_type": JSON},
    "unknown_problem": {"method": "GET", "path": "/problems/nope"},
    "rule_not_known": {"method": "GET", "path": "/v1/rules/designation.data_ia"},
    "award_with_levels": {"method": "GET", "path": "/v1/rules/competency.cloud"},
    "schema_of_a_rule_not_known": {"method": "GET", "path": "/v1/rules/nonsense/schema"},
    "kind_not_known": {"method": "GET", "path": "/v1/rules?kind=designations"},
    "parameter_not_known": {"method": "GET", "path": "/v1/rules?as-of=2023-01-01"},
    "parameter_where_none_is": {"method": "GET", "path": "/v1/status?verbose=1"},
    "parameter_twice": {"method": "GET", "path": "/v1/rules?kind=fee&kind=choice"},
    "parameter_on_30_february": {"method": "GET", "path": "/v1/rules/fee.annual_fee?as_of=2023-02-30"},
    "parameter_behind_the_span": {"method": "GET", "path": "/v1/rules/fee.annual_fee?as_of=9999-12-31"},
    "parameter_without_value": {"method": "GET", "path": "/v1/rules?as_of="},
    "batch_list": {"method": "POST", "path": "/v1/decisions/batch", "data": "[]", "content_type": JSON},
    "batch_empty": {"method": "POST", "path": "/v1/decisions/batch", "data": '{"items": []}', "content_type": JSON},
    "batch_wrong_items": {
        "method": "POST",
        "path": "/v1/decisions/batch",
        "data": json.dumps(
            {"items": [1, {"id": "a"}, {"id": "a", "query": {}}, {"id": 3, "query": {}, "queri": {}}], "item": []}
        ),
        "content_type": JSON,
    },
    "batch_text_for_items": {
        "method": "POST",
        "path": "/v1/decisions/batch",
        "data": '{"items": "all"}',
        "content_type": JSON,
    },
    "batch_too_many_items": {
        "method": "POST",
        "path": "/v1/decisions/batch",
        "data": json.dumps({"items": [{}] * 1001}),
        "content_type": JSON,
    },
}
CASES = {
    **{
        name: {"method": "POST", "path": "/v1/decisions", "data": body, "content_type": JSON}
        for name, body in BODIES.items()
    },
    **OTHERS,
}


@pytest.mark.parametrize("name", CASES)
def test_the_problem_is_as_recorded_and_as_described(client: FlaskClient, golden: Any, name: str) -> None:
    response = client.open(**CASES[name])

    problem = json.loads(response.get_data())
    assert not [error.message for error in Draft202012Validator(schemas.load("problem")).iter_errors(problem)]
    assert response.content_type == "application/problem+json"
    assert response.status_code == problem["status"] >= 400
    assert problem["status"] != 500
    assert problem["title"] == problems.KINDS[problem["code"]].title
    golden.check(DATA / f"{name}.json", json.dumps(problem, indent=2, ensure_ascii=True) + "\n")


def test_every_recorded_problem_has_its_case() -> None:
    assert {path.stem for path in DATA.glob("*.json")} == set(CASES)


def test_every_kind_of_problem_is_explained_at_its_address(client: FlaskClient) -> None:
    for code, kind in problems.KINDS.items():
        response = client.get(f"/problems/{code}")

        assert response.status_code == 200
        assert response.get_json() == {
            "type": f"/problems/{code}",
            "title": kind.title,
            "status": kind.status,
            "meaning": kind.meaning,
        }


def test_a_wrong_method_is_told_which_are_right(client: FlaskClient) -> None:
    assert client.get("/v1/decisions").headers["Allow"] == "POST"
    assert client.post("/v1/rules").headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path", ["/v1/rules", "/v1/rules/fee.annual_fee", "/v1/rules/fee.annual_fee/schema", "/v1/status", "/health/ready"]
)
def test_without_policies_the_service_says_that_it_is_not_ready(path: str) -> None:
    response = create_app(None).test_client().get(path)

    assert response.status_code == 503
    assert response.content_type == "application/problem+json"
    assert response.headers["Retry-After"] == "1"
    assert response.get_json()["code"] == "not_ready"


def test_without_policies_nothing_is_decided() -> None:
    client = create_app(None).test_client()

    assert client.post("/v1/decisions", data=query(), content_type=JSON).status_code == 503
    assert client.get("/health/live").status_code == 200


def test_a_failure_of_the_service_is_a_problem_and_stands_in_the_log(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(engine)

    @app.get("/broken")
    def broken() -> str:
        raise ZeroDivisionError("on purpose")

    response = app.test_client().get("/broken")

    assert response.status_code == 500
    assert response.content_type == "application/problem+json"
    assert "on purpose" not in response.get_data(as_text=True)
    assert "on purpose" in caplog.text


def test_bodies_are_bounded_as_the_limits_say(engine: Engine) -> None:
    client = create_app(engine, limits=Limits(body_bytes=100, batch_bytes=200, batch_items=1)).test_client()

    single = client.post("/v1/decisions", data=query(request_id="x" * 100), content_type=JSON)
    batch = client.post("/v1/decisions/batch", data=json.dumps({"items": [{}, {}]}), content_type=JSON)

    assert single.status_code == batch.status_code == 413
    assert "100 bytes" in single.get_json()["detail"]
    assert "1 items" in batch.get_json()["detail"]


def test_a_batch_asks_for_a_bounded_number_of_decisions(engine: Engine) -> None:
    client = create_app(engine, limits=Limits(batch_decisions=5)).test_client()
    item = {"as_of": "2023-06-30", "facts": {}}

    def ask(*decide: list[str]) -> Json:
        items = [{"id": str(index), "query": {**item, "decide": names}} for index, names in enumerate(decide)]
        return client.post("/v1/decisions/batch", data=json.dumps({"items": items}), content_type=JSON)

    assert ask(["designation.data_ai"] * 3, ["designation.data_ai"]).status_code == 200
    assert "5 decisions" in ask(["*"]).get_json()["detail"]
    assert "5 names of rules" in ask(["none"] * 3, ["none"] * 3).get_json()["detail"]


def test_many_mistakes_are_told_by_the_first_of_them(client: FlaskClient) -> None:
    body = facts(**{f"audit_passd_{number}": True for number in range(50_000)})

    problem = client.post("/v1/decisions", data=body, content_type=JSON).get_json()

    assert problem["detail"] == "/facts/facts/audit_passd_0: I do not know `audit_passd_0` (and at least 100 more)"
    assert len(problem["errors"]) == 100
    assert problem["errors"][0]["help"] == "did you mean `audit_passed`?"


@pytest.mark.parametrize(("number", "rest"), [(100, "(and 99 more)"), (101, "(and at least 100 more)")])
def test_how_many_rules_are_unknown_is_told_or_said_to_be_open(client: FlaskClient, number: int, rest: str) -> None:
    query = {**json.loads(facts()), "decide": [f"designation.none_{index}" for index in range(number)]}

    problem = client.post("/v1/decisions", data=json.dumps(query), content_type=JSON).get_json()

    assert problem["detail"].endswith(rest)
    assert len(problem["errors"]) == 100


def test_an_item_of_a_large_batch_tells_its_first_mistakes(client: FlaskClient) -> None:
    wrong = {"decide": ["nothing"] * 50, "as_of": "2023-06-30", "facts": {"facts": {f"x{n}": 1 for n in range(50)}}}
    items = [{"id": str(number), "query": wrong} for number in range(200)]

    answer = client.post("/v1/decisions/batch", data=json.dumps({"items": items}), content_type=JSON).get_json()

    assert {len(item["problem"]["errors"]) for item in answer["items"]} == {10}


def test_a_body_without_length_is_bounded_too(engine: Engine) -> None:
    client = create_app(engine, limits=Limits(body_bytes=100)).test_client()

    response = client.post(
        "/v1/decisions",
        input_stream=BytesIO(query(request_id="x" * 500).encode()),
        content_type=JSON,
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert response.status_code == 413
