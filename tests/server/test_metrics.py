from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from evaluator.engine import Engine
from server.app import create_app
from server.log.decisions import DecisionLog
from tests.server.test_decisions import STRONG

Json = Any
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def read(client: FlaskClient) -> Samples:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    families = text_string_to_metric_families(response.get_data(as_text=True))
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def more(before: Samples, after: Samples, name: str) -> dict[tuple[str, ...], float]:
    """Return what was added to a metric, by the values of its labels in the order of their names."""
    return {
        tuple(value for _, value in labels): value - before.get((own, labels), 0)
        for (own, labels), value in after.items()
        if own == name and value != before.get((own, labels), 0)
    }


def query(**facts: Json) -> Json:
    return {"decide": ["designation.data_ai", "fee.annual_fee"], "as_of": "2023-06-30", "facts": {**STRONG, **facts}}


def test_decisions_are_counted_by_kind_and_outcome_and_by_what_they_miss(client: FlaskClient) -> None:
    before = read(client)

    client.post("/v1/decisions", json=query())
    client.post("/v1/decisions", json=query(records={"azure_use": STRONG["records"]["azure_use"]}))
    client.post("/v1/decisions/batch", json={"items": [{"id": "1", "query": query()}, {"id": "2", "query": {}}]})

    after = read(client)
    found = more(before, after, "merit_decisions_total")
    assert found["designation", "eligible"] == 2
    assert found["designation", "undetermined"] == 1
    assert sum(found.values()) == 6
    assert more(before, after, "merit_missing_total")[("records/certifications",)] >= 1
    policy = [labels for name, labels in after if name == "merit_policy_info"]
    assert [dict(labels)["digest"] for labels in policy] == [client.get("/v1/status").get_json()["policy"]["digest"]]


def test_requests_are_counted_by_route_and_nothing_that_a_caller_makes_up(client: FlaskClient) -> None:
    before = read(client)

    for path in ("/v1/rules/fee.annual_fee", "/v1/rules/fee.nothing", "/nowhere/1", "/nowhere/2"):
        client.get(path)

    found = more(before, read(client), "merit_requests_total")
    assert found["GET", "/v1/rules/<rule>", "200"] == 1
    assert found["GET", "/v1/rules/<rule>", "404"] == 1
    assert found["unknown", "unknown", "404"] == 2


def test_the_wait_for_the_log_and_its_losses_are_told(engine: Engine, tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log.sqlite"))
    client = create_app(engine, log=log).test_client()
    before = read(client)

    client.post("/v1/decisions", json=query())

    after = read(client)
    assert more(before, after, "merit_log_seconds_count") == {(): 1}
    assert after["merit_log_lost_total", ()] == 0
    log.close()


@pytest.mark.parametrize("argument", ["x=1", "name=merit_requests"])
def test_parameters_are_refused_as_everywhere(client: FlaskClient, argument: str) -> None:
    assert client.get(f"/metrics?{argument}").status_code == 422
