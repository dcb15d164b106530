"""AuthZEN 1.0: evaluations as enforcement points ask them, in the shapes of the standard and of its interop examples."""

from __future__ import annotations

import json
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from cli.main import merit
from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine
from server.api import problems
from server.app import create_app
from server.log.decisions import DecisionLog
from server.log.replay import replay
from server.log.store import Store
from server.snapshot import Limits

Json = Any
POLICY = """
facts { ready: flag "Ready"  seats: count "Seats" }
designation cloud "Cloud" from 2022-10-03 {
  requires { seats "Seats": seats >= 5 }
  checked at own anniversary
}
entitlement go "Go" from 2020-01-01 { requires { ready "Ready": ready } }
fee dues "Dues" from 2020-01-01 { amount 5 USD }
"""
HELD = [
    {
        "award": "designation.cloud",
        "attained": "2023-01-10",
        "anniversary": "2024-01-10",
        "ended": "none",
        "benefits": "none",
    }
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    loaded = load_sources([Source("small.policy", POLICY)])
    assert not loaded.errors, loaded.errors
    return Engine(loaded.document, loaded.core)


@pytest.fixture
def client(engine: Engine) -> FlaskClient:
    return create_app(engine).test_client()


def evaluation(rule: str = "entitlement.go", action: str = "qualify", **properties: Json) -> Json:
    return {
        "subject": {"type": "partner", "id": "Acme", "properties": properties},
        "action": {"name": action},
        "resource": {"type": "rule", "id": rule},
        "context": {"as_of": "2023-06-30"},
    }


def ask(client: FlaskClient, body: Json, route: str = "evaluation") -> tuple[int, Json]:
    response = client.post(f"/access/v1/{route}", json=body)
    return response.status_code, response.get_json()


@pytest.mark.parametrize(
    ("body", "decision", "said"),
    [
        (evaluation(facts={"ready": True}), True, "eligible"),
        (evaluation(facts={"ready": False}), False, "not_eligible"),
        (evaluation(), False, "undetermined"),
        (
            evaluation("designation.cloud", "qualify", facts={"seats": 3}, records={"awards": HELD}),
            False,
            "not_eligible",
        ),
        (evaluation("designation.cloud", "hold", facts={"seats": 3}, records={"awards": HELD}), True, "held"),
        (evaluation("designation.cloud", "hold", facts={"seats": 9}, records={"awards": []}), False, "not_held"),
    ],
)
def test_an_evaluation_is_so_or_not_and_its_context_says_why(
    client: FlaskClient, body: Json, decision: bool, said: str
) -> None:
    status, told = ask(client, body)

    assert (status, told["decision"]) == (200, decision)
    found = told["context"]["answer"]["decisions"][0]
    assert said == (found["standing"]["held"] if body["action"]["name"] == "hold" else found["eligibility"])
    query = {
        "decide": [body["resource"]["id"]],
        "as_of": "2023-06-30",
        "facts": {"partner": "Acme", **body["subject"]["properties"]},
        "detail": "summary",
    }
    asked = client.post("/v1/decisions", json=query).get_json()
    assert {**asked, "decision_id": ""} == {**told["context"]["answer"], "decision_id": ""}


def test_what_stands_besides_in_an_evaluation_is_for_others(client: FlaskClient) -> None:
    body = evaluation(facts={"ready": True})
    body["context"]["time"] = "1985-10-26T01:22-07:00"
    body["resource"]["properties"] = {"owner": "rick@the-citadel.com"}
    body["action"]["properties"] = {"method": "GET"}

    response = client.post("/access/v1/evaluation", json=body, headers={"X-Request-ID": "bfe9eb29-ab87"})

    assert response.get_json()["decision"] is True
    assert response.headers["X-Request-Id"] == "bfe9eb29-ab87"


def wrong(*path: str, to: Json = None) -> Json:
    body = deepcopy(evaluation(facts={"ready": True}))
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return body


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ([], [""]),
        ({}, ["/subject", "/action", "/resource", "/context"]),
        (wrong("subject", "type", to="user"), ["/subject/type"]),
        (wrong("subject", "id"), ["/subject/id"]),
        (wrong("subject", "properties", "partner", to="B"), ["/subject/properties/partner"]),
        (wrong("subject", "properties", "facts", to={"redy": True}), ["/subject/properties/facts/redy"]),
        (wrong("subject", "properties", to=[]), ["/subject/properties"]),
        (wrong("action", "name", to="can_read"), ["/action/name"]),
        (wrong("action", "name", to=["qualify"]), ["/action/name"]),
        (wrong("action", "name", to="hold"), ["/action/name"]),
        (wrong("resource", "type"), ["/resource/type"]),
        (wrong("resource", "id", to="entitlement.gone"), ["/resource/id"]),
        (wrong("resource", "id", to="*"), ["/resource/id"]),
        (wrong("resource", "id", to="fee.dues"), ["/action/name"]),
        (wrong("context", "as_of"), ["/context/as_of"]),
        (wrong("context", "as_of", to="2023-02-30"), ["/context/as_of"]),
        (wrong("context", to="today"), ["/context"]),
    ],
)
def test_what_is_no_evaluation_is_the_callers_fault_and_told_at_its_place(
    client: FlaskClient, body: Json, places: list[str]
) -> None:
    status, told = ask(client, body)

    assert (status, told["code"]) == (400, "invalid_evaluation")
    assert [error["pointer"] for error in told["errors"]] == places
    assert all(error["help"] for error in told["errors"] if error["pointer"])


def test_several_are_decided_in_order_with_what_they_share(client: FlaskClient) -> None:
    shared = evaluation(facts={"ready": True, "seats": 3}, records={"awards": []})
    items = [
        {},
        {"resource": {"type": "rule", "id": "designation.cloud"}},
        {"resource": {"type": "rule", "id": "entitlement.gone"}},
        {"subject": {"type": "partner", "id": "B"}},
        7,
    ]

    status, told = ask(client, {**shared, "evaluations": items}, "evaluations")

    assert status == 200
    assert [one["decision"] for one in told["evaluations"]] == [True, False, False, False, False]
    errors = [one["context"].get("error", {}).get("status") for one in told["evaluations"]]
    assert errors == [None, None, 400, None, 400]
    assert told["evaluations"][2]["context"]["error"]["message"] == "/resource/id: there is no rule `entitlement.gone`"
    assert ask(client, shared, "evaluations")[1]["decision"] is True
    assert ask(client, {**shared, "evaluations": []}, "evaluations")[1]["decision"] is True


@pytest.mark.parametrize(
    ("semantic", "decisions"),
    [
        ("execute_all", [True, False, True, False]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_evaluations_end_as_they_are_asked_to(client: FlaskClient, semantic: str, decisions: list[bool]) -> None:
    go, cloud = ({"resource": {"type": "rule", "id": rule}} for rule in ("entitlement.go", "designation.cloud"))
    body = {
        **evaluation(facts={"ready": True, "seats": 3}),
        "evaluations": [go, cloud, go, cloud],
        "options": {"evaluations_semantic": semantic},
    }

    assert [one["decision"] for one in ask(client, body, "evaluations")[1]["evaluations"]] == decisions


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([], ""),
        ({"evaluations": {}}, "/evaluations"),
        ({"evaluations": [{}], "options": []}, "/options"),
        ({"evaluations": [{}], "options": {"evaluations_semantic": "all"}}, "/options/evaluations_semantic"),
        ({"evaluations": [{}], "options": {"evaluations_semantic": []}}, "/options/evaluations_semantic"),
    ],
)
def test_several_that_cannot_be_told_are_refused_whole(client: FlaskClient, body: Json, place: str) -> None:
    status, told = ask(client, body, "evaluations")

    assert (status, told["code"], told["errors"][0]["pointer"]) == (400, "invalid_evaluation", place)


def test_evaluations_are_bounded(engine: Engine) -> None:
    client = create_app(engine, limits=Limits(batch_items=2, seconds=1e-9)).test_client()

    assert ask(client, {"evaluations": [{}] * 3}, "evaluations")[0] == 413
    assert ask(client, {**evaluation(), "evaluations": [{}, {}]}, "evaluations")[1]["code"] == "deadline"
    assert ask(client, evaluation())[1]["code"] == "deadline"


def rules(*names: str) -> list[Json]:
    return [{"type": "rule", "id": name} for name in names]


@pytest.mark.parametrize(
    ("action", "properties", "found", "undetermined"),
    [
        ("qualify", {"facts": {"ready": True, "seats": 4}}, ["entitlement.go"], []),
        ("qualify", {"facts": {"seats": 5}}, ["designation.cloud"], ["entitlement.go"]),
        ("hold", {"records": {"awards": HELD}}, ["designation.cloud"], []),
        ("hold", {"records": {"awards": []}}, [], []),
        ("hold", {}, [], ["designation.cloud"]),
    ],
)
def test_rules_are_found_that_an_evaluation_allows(
    client: FlaskClient, action: str, properties: Json, found: list[str], undetermined: list[str]
) -> None:
    body = {**evaluation(action=action, **properties), "resource": {"type": "rule"}}

    status, told = ask(client, body, "search/resource")

    assert (status, told["results"]) == (200, rules(*found))
    assert told["context"]["undetermined"] == rules(*undetermined)
    for rule in ("designation.cloud", "entitlement.go"):
        told = ask(client, evaluation(rule, action, **properties))[1]
        assert told.get("decision", False) == (rule in found)


def test_rules_are_looked_for_among_those_that_are_named(client: FlaskClient) -> None:
    body = evaluation(facts={"ready": True, "seats": 9})

    def found(**resource: Json) -> Json:
        return ask(client, {**body, "resource": {"type": "rule", **resource}}, "search/resource")[1]

    assert found(id="designation.*")["results"] == rules("designation.cloud")
    assert found(id="*")["results"] == found()["results"] == rules("designation.cloud", "entitlement.go")
    assert [fault["pointer"] for fault in found(id="entitlement.gone")["errors"]] == ["/resource/id"]


def test_what_can_be_done_with_a_rule_is_found(client: FlaskClient) -> None:
    def found(rule: str, **properties: Json) -> tuple[list[Json], list[Json]]:
        body = evaluation(rule, **properties)
        del body["action"]
        status, told = ask(client, body, "search/action")
        assert status == 200
        return told["results"], told["context"]["undetermined"]

    held = {"facts": {"seats": 3}, "records": {"awards": HELD}}
    assert found("designation.cloud", **held) == ([{"name": "hold"}], [])
    assert found("designation.cloud", facts={"seats": 9}) == ([{"name": "qualify"}], [{"name": "hold"}])
    assert found("fee.dues") == ([], [])


@pytest.mark.parametrize(
    ("route", "change", "place"),
    [
        ("resource", {"action": None}, "/action"),
        ("resource", {"subject": {"type": "partner"}}, "/subject/id"),
        ("resource", {"resource": {"type": "rule", "id": 7}}, "/resource/id"),
        ("resource", {"context": {}}, "/context/as_of"),
        ("action", {"resource": {"type": "rule"}}, "/resource/id"),
        ("action", {"resource": {"type": "rule", "id": "*"}}, "/resource/id"),
        ("action", {"action": {"name": "fly"}}, "/action/name"),
        ("action", {"subject": {"type": "partner", "id": "A", "properties": {"facts": {"no": 1}}}}, "/subject/properties/facts/no"),
    ],
)  # fmt: skip
def test_what_is_no_search_is_told_at_its_place(client: FlaskClient, route: str, change: Json, place: str) -> None:
    status, told = ask(client, {**evaluation(), **change}, f"search/{route}")

    assert (status, told["code"], told["errors"][0]["pointer"]) == (400, "invalid_evaluation", place)


def test_a_search_is_logged_as_a_query(engine: Engine, tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log.sqlite"))
    client = create_app(engine, log=log).test_client()

    told = ask(client, {**evaluation(facts={"ready": True}), "resource": {"type": "rule"}}, "search/resource")[1]
    log.close()

    with closing(Store(str(tmp_path / "log.sqlite"))) as store:
        assert [one.entry.decision_id for one in store.entries()] == [told["context"]["decision_id"]]
        assert [one.outcome for one in replay(store, engine)] == ["same"]


def test_evaluations_are_logged_as_queries_that_can_be_decided_once_more(engine: Engine, tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log.sqlite"))
    client = create_app(engine, log=log).test_client()

    told = [ask(client, evaluation(facts={"ready": True}))[1]]
    body = {**evaluation(), "evaluations": [{}, {"resource": {"type": "rule", "id": "entitlement.gone"}}]}
    told += ask(client, body, "evaluations")[1]["evaluations"][:1]
    log.close()

    with closing(Store(str(tmp_path / "log.sqlite"))) as store:
        logged = [one.entry.decision_id for one in store.entries()]
        assert logged == [one["context"]["answer"]["decision_id"] for one in told]
        assert [one.outcome for one in replay(store, engine)] == ["same", "same"]


def test_the_configuration_tells_where_to_ask(engine: Engine, client: FlaskClient) -> None:
    path = "/.well-known/authzen-configuration"
    here = client.get(path, base_url="http://merit.test:8080").get_json()
    public = create_app(engine, public_url="https://pdp.example.org/merit/").test_client().get(path).get_json()

    assert here["policy_decision_point"] == "http://merit.test:8080"
    assert public == {
        "policy_decision_point": "https://pdp.example.org/merit",
        "access_evaluation_endpoint": "https://pdp.example.org/merit/access/v1/evaluation",
        "access_evaluations_endpoint": "https://pdp.example.org/merit/access/v1/evaluations",
        "search_resource_endpoint": "https://pdp.example.org/merit/access/v1/search/resource",
        "search_action_endpoint": "https://pdp.example.org/merit/access/v1/search/action",
    }
    done = CliRunner().invoke(merit, ["serve", "--public-url", "pdp.example.org"])
    assert (done.exit_code, "is no address; write it as https://host" in done.output) == (2, True)


def test_the_problem_is_explained(client: FlaskClient) -> None:
    told = client.get("/problems/invalid_evaluation").get_json()

    assert told["title"] == problems.KINDS["invalid_evaluation"].title
    assert json.loads(json.dumps(told)) == told
