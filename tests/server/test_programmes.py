"""Several programmes in one service: each answers as it does alone, and what they share is told by the root."""

from __future__ import annotations

import gzip
import importlib
import json
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client, TestResponse

import schemas
from server import ending, exchange, snapshot
from server.access import access_of
from server.app import create_app
from server.exchange import sources_of
from server.log.decisions import DecisionLog
from server.log.store import Store
from server.log.verify import verify
from server.names import TAKEN
from server.policies import Refused, WrongPlace
from server.programmes import WELL_KNOWN, Programmes, read, serving
from tests.server.running import SMALL, Service
from tests.server.test_decisions import STRONG

Json = Any
DATA = Path(__file__).resolve().parents[1] / "data" / "policies" / "service"
ROOT = Path(__file__).resolve().parents[2]
AWS = ROOT / "examples" / "programmes" / "aws"
PLACES = {"aws": AWS, "ms": DATA}
LIST = Draft202012Validator(schemas.load("programmes"), format_checker=FormatChecker())
PROBLEM = Draft202012Validator(schemas.load("problem"))
TOKENS = {"decider": ["decide"], "reader": ["read"]}
FOR_ALL = {"decide": ["*"], "as_of": "2023-06-30", "facts": {}}


def served(places: dict[str, Path], **shared: Any) -> Programmes:
    told = sources_of([f"{name}={place}" for name, place in places.items()])
    found = serving([read(one, None) for one in told], **shared)
    assert isinstance(found, Programmes)
    return found


def alone(place: Path, **shared: Any) -> Flask:
    [told] = sources_of([str(place)])
    found = serving([read(told, None)], **shared)
    assert isinstance(found, Flask)
    return found


@pytest.fixture(scope="module")
def together() -> Client:
    return Client(served(PLACES))


@pytest.fixture(scope="module")
def each_alone() -> dict[str, Client]:
    return {name: Client(alone(place)) for name, place in PLACES.items()}


# ---- the law: a programme answers below its name as it does alone ---------------------------------------------------

QUERY = {"decide": ["*"], "as_of": "2023-06-30", "facts": STRONG}
ASKED: list[tuple[str, str, Json]] = [
    ("POST", "/v1/decisions", QUERY),
    ("POST", "/v1/decisions", FOR_ALL),
    ("POST", "/v1/decisions", {**FOR_ALL, "language": "ja"}),
    ("POST", "/v1/decisions", {**FOR_ALL, "decide": ["tier.advancd", "designation.dta_ai"]}),
    ("POST", "/v1/decisions", {"as_of": "soon"}),
    ("POST", "/v1/decisions", {**FOR_ALL, "policy": {"digest": "0" * 64}}),
    ("POST", "/v2/decisions", FOR_ALL),
    ("POST", "/v1/decisions/batch", {"items": [{"id": "a", "query": FOR_ALL}, {"id": "b", "query": {}}]}),
    ("POST", "/v2/decisions/batch", {"items": [{"id": "a", "query": FOR_ALL}]}),
    ("POST", "/v1/timeline", {"rules": ["*"], "from": "2023-01-01", "to": "2023-03-01", "facts": {}}),
    ("POST", "/v1/improvements", {"rule": "tier.advanced", "as_of": "2023-06-30", "facts": {}}),
    ("POST", "/v1/improvements", {"rule": "designation.data_ai", "as_of": "2023-06-30", "facts": {}}),
    ("POST", "/v1/report", {"as_of": "2023-06-30", "facts": {}}),
    ("POST", "/v1/report", {"as_of": "2023-06-30", "facts": {}, "format": "html"}),
    ("GET", "/v1/rules", None),
    ("GET", "/v1/rules?q=tier", None),
    ("GET", "/v1/rules?kinds=tier", None),
    ("GET", "/v1/rules/tier.advanced", None),
    ("GET", "/v1/rules/designation.data_ai?as_of=2023-06-30", None),
    ("GET", "/v1/rules/designation.data_ai/schema", None),
    ("GET", "/v1/decisions/none", None),
    ("GET", "/v1/status", None),
    ("GET", "/health/live", None),
    ("GET", "/health/ready", None),
    ("GET", "/problems/unknown_rule", None),
    ("GET", "/v1/nothing", None),
    ("GET", "/v1/rules/", None),
    ("GET", "", None),
    ("GET", "/", None),
    ("PUT", "/v1/decisions", None),
    ("OPTIONS", "/v1/decisions", None),
    ("HEAD", "/v1/rules", None),
    ("POST", "/access/v1/evaluation", {"subject": {"type": "partner", "id": "x"}}),
    ("POST", "/access/v1/search/resource", {"subject": {"type": "partner", "id": "x"}, "resource": {"type": "rule"},
     "action": {"name": "qualify"}, "context": {"as_of": "2023-06-30"}}),
    ("POST", "/access/v1/search/action", {"subject": {"type": "partner", "id": "x"},
     "resource": {"type": "rule", "id": "tier.advanced"}, "context": {"as_of": "2023-06-30"}}),
    ("POST", "/access/v1/evaluations", {"subject": {"type": "partner", "id": "x"}, "action": {"name": "hold"},
     "context": {"as_of": "2023-06-30"}, "evaluations": [{"resource": {"type": "rule", "id": "tier.advanced"}}]}),
]  # fmt: skip
CHANCE = re.compile(rb'"decision_id":"[0-9a-f]{32}"|"since":"[^"]*"')
"""What differs between two answers of one service too."""


def ask(client: Client, method: str, path: str, body: Json = None, **headers: str) -> TestResponse:
    return client.open(path, method=method, json=body, headers={"X-Request-Id": "same", **headers}, buffered=True)


def told(response: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    is_packed = response.headers.get("Content-Encoding") == "gzip"
    data = gzip.decompress(response.data) if is_packed else response.data
    # The second in which it was sent, and what is told of the body as it is sent, of which moments and ids are a part.
    own = {"Date"} | ({"ETag"} if b'"since"' in data else {"Content-Length"} if is_packed else set())
    headers = sorted((name, value) for name, value in response.headers if name not in own)
    return response.status_code, headers, CHANCE.sub(b"", data)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("number", range(len(ASKED)))
def test_a_programme_answers_below_its_name_as_it_does_alone(
    together: Client, each_alone: dict[str, Client], name: str, number: int
) -> None:
    method, path, body = ASKED[number]
    for headers in ({}, {"Accept-Language": "ja", "Accept-Encoding": "gzip", "Accept": "application/x-ndjson"}):
        one = ask(together, method, f"/{name}{path}", body, **headers)
        other = ask(each_alone[name], method, path or "/", body, **headers)

        assert told(one) == told(other)


def test_the_law_speaks_of_answers_of_every_route() -> None:
    app = create_app(None)
    adapter = app.url_map.bind("")
    asked = {
        adapter.match(path.partition("?")[0], method=method)[0]
        for method, path, _ in ASKED
        if adapter.test(path.partition("?")[0], method)
    }
    elsewhere = {"openapi.show_openapi", "metrics.show_metrics", "authzen_configuration.show_configuration"}

    assert {rule.endpoint for rule in app.url_map.iter_rules()} - asked == elsewhere


def test_a_path_with_slashes_too_many_leads_to_the_same_programme(together: Client) -> None:
    moved = together.get("/aws/v1//rules")
    assert (moved.status_code, moved.headers["Location"]) == (308, "http://localhost/aws/v1/rules")

    found = together.open("/", environ_overrides={"PATH_INFO": "//aws/v1/rules"})
    assert found.data == together.get("/aws/v1/rules").data


@pytest.mark.parametrize("name", PLACES)
def test_its_description_differs_by_where_it_is_asked_and_so_does_its_configuration(
    together: Client, each_alone: dict[str, Client], name: str
) -> None:
    one, other = (
        ask(client, "GET", path).get_json()
        for client, path in ((together, f"/{name}/openapi.json"), (each_alone[name], "/openapi.json"))
    )
    assert one.pop("servers") == [{"url": f"/{name}"}]
    assert one == other

    for path in (f"/{name}{WELL_KNOWN}", f"{WELL_KNOWN}/{name}"):
        found = ask(together, "GET", path).get_json()
        assert found["access_evaluation_endpoint"] == f"http://localhost/{name}/access/v1/evaluation"
    found = Client(served(PLACES, public_url="https://host/rules/")).get(f"/{name}{WELL_KNOWN}").get_json()
    assert found["policy_decision_point"] == f"https://host/rules/{name}"


# ---- the root -------------------------------------------------------------------------------------------------------


def test_the_root_tells_which_programmes_there_are(together: Client) -> None:
    index = together.get("/").get_json()
    status = together.get("/v1/status").get_json()

    assert [one["name"] for one in index["programmes"]] == ["aws", "ms"]
    for one in index["programmes"]:
        assert together.get(one["status"]).status_code == together.get(one["description"]).status_code == 200
    LIST.validate(status)
    for one in status["programmes"]:
        own = together.get(f"{one['address']}/v1/status").get_json()
        assert {name: own[name] for name in ("policy", "source", "since", "rules")} == {
            name: one[name] for name in ("policy", "source", "since", "rules")
        }
        assert (own["log"], own["limits"]) == (status["log"], status["limits"])


def test_it_is_ready_when_each_programme_is(monkeypatch: pytest.MonkeyPatch) -> None:
    service = served(PLACES)
    client = Client(service)
    ready = client.get("/health/ready").get_json()
    assert [one["name"] for one in ready["programmes"]] == ["aws", "ms"]

    monkeypatch.setitem(service.applications[2].extensions, snapshot.KEY, None)
    response = client.get("/health/ready")
    assert (response.status_code, response.get_json()["detail"]) == (503, "no policies are loaded yet of `ms`")
    assert client.get("/health/live").status_code == client.get("/aws/health/ready").status_code == 200
    LIST.validate(client.get("/v1/status").get_json())
    assert client.get("/").status_code == 200
    monkeypatch.undo()
    monkeypatch.setattr(ending, "has_begun", lambda: True)
    assert client.get("/health/ready").status_code == client.get("/ms/health/ready").status_code == 503


@pytest.mark.parametrize(
    ("method", "path", "detail", "advice"),
    [
        ("GET", "/asw/v1/status", "there is no programme `asw`; there are `aws`, `ms`", "did you mean `aws`?"),
        ("GET", "/azure", "there is no programme `azure`; there are `aws`, `ms`", "GET / tells of each"),
        (
            "POST",
            "/v1/decisions",
            "`/v1/decisions` is asked of a programme, and there are `aws`, `ms`",
            "put its name before: `/aws/v1/decisions`, `/ms/v1/decisions`",
        ),
        (
            "GET",
            "/openapi.json",
            "`/openapi.json` is asked of a programme, and there are `aws`, `ms`",
            "put its name before: `/aws/openapi.json`, `/ms/openapi.json`",
        ),
        (
            "GET",
            "/v1/stauts",
            "there is nothing at `/v1/stauts`; of programmes there are `aws`, `ms`",
            "GET / tells of each",
        ),
        ("GET", "/AWS/v1/status", "there is no programme `AWS`; there are `aws`, `ms`", "did you mean `aws`?"),
    ],
)
def test_what_is_of_no_programme_is_told_with_their_names(
    together: Client, method: str, path: str, detail: str, advice: str
) -> None:
    response = together.open("/", method=method, environ_overrides={"PATH_INFO": path})
    problem = json.loads(response.data)

    PROBLEM.validate(problem)
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert (problem["code"], problem["detail"]) == ("unknown_address", detail)
    assert problem["errors"][0]["help"] == advice


def test_the_root_takes_the_methods_that_it_takes(together: Client) -> None:
    response = together.post("/v1/status")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert together.get("/v1/status?x=1").status_code == 422


def test_no_programme_can_take_the_name_of_an_address() -> None:
    apps = served({"aws": AWS}).applications
    first = {rule.rule.split("/")[1] for app in apps for rule in app.url_map.iter_rules()}

    assert {name for name in first if name.isalnum()} == TAKEN


# ---- what they share ------------------------------------------------------------------------------------------------


@pytest.fixture
def tokens(tmp_path: Path) -> str:
    from server.tokens import hash_of

    told = [{"name": name, "hash": hash_of(name), "scopes": scopes} for name, scopes in TOKENS.items()]
    (tmp_path / "tokens.json").write_text(json.dumps({"tokens": told}))
    return str(tmp_path / "tokens.json")


def test_tokens_are_those_of_the_service(tokens: str) -> None:
    client = Client(served(PLACES, access=access_of(tokens=tokens)))

    def asked(path: str, token: str = "") -> int:
        return client.get(path, headers={"Authorization": f"Bearer {token}"} if token else {}).status_code

    for path in ("/v1/status", "/aws/v1/status", "/ms/v1/rules", "/metrics", "/aws/metrics"):
        assert [asked(path), asked(path, "decider"), asked(path, "reader")] == [401, 403, 200]
    assert [asked(path) for path in ("/", "/health/ready", "/ms/openapi.json", "/problems/deadline")] == [200] * 4
    assert asked("/nowhere/v1/status") == 404


def test_how_often_a_caller_asks_is_counted_over_all_programmes() -> None:
    client = Client(served(PLACES, access=access_of(rate_limit="3/hour")))

    codes = [client.get(path).status_code for path in ("/aws/v1/rules", "/ms/v1/rules", "/v1/status", "/ms/v1/rules")]

    assert codes == [200, 200, 200, 429]
    assert client.get("/health/ready").status_code == 200


def test_pages_of_other_origins_may_ask_each_and_the_root() -> None:
    client = Client(served(PLACES, access=access_of(cors_origins=("https://portal.example",))))
    headers = {"Origin": "https://portal.example"}

    for path in ("/", "/aws/v1/decisions", "/nowhere"):
        before = client.options(path, headers={**headers, "Access-Control-Request-Method": "POST"})
        assert (before.status_code, before.headers["Access-Control-Allow-Origin"]) == (204, headers["Origin"])
        assert client.get(path, headers=headers).headers["Access-Control-Allow-Origin"] == headers["Origin"]


def samples(client: Client, path: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(client.get(path).get_data(as_text=True))
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def test_metrics_have_the_programme_as_a_label_and_each_tells_its_own_as_if_it_were_alone(tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log.sqlite"), names=True)
    client = Client(served(PLACES, log=log))
    own = (("kind", "tier"), ("outcome", "undetermined"))
    decided, labelled = ("merit_decisions_total", own), ("merit_decisions_total", (*own, ("programme", "aws")))
    before = samples(client, "/metrics")
    client.post("/aws/v1/decisions", json={**FOR_ALL, "decide": ["tier.*"]})
    client.get("/v1/status")

    whole, aws, ms = (samples(client, path) for path in ("/metrics", "/aws/metrics", "/ms/metrics"))

    count = whole[labelled] - before.get(labelled, 0)
    assert count >= 1
    assert (aws[decided], decided in ms) == (whole[labelled], False)
    assert {dict(labels)["programme"] for name, labels in whole if name == "merit_policy_info"} == {"aws", "ms"}
    assert not any("programme" in dict(labels) for _, labels in (*aws, *ms))
    roots = (("method", "GET"), ("programme", ""), ("route", "/v1/status"), ("status", "200"))
    assert whole["merit_requests_total", roots] >= 1
    assert whole["merit_log_lost_total", ()] == aws["merit_log_lost_total", ()] == 0
    assert whole["merit_log_seconds_count", (("programme", "aws"),)] == aws["merit_log_seconds_count", ()] >= 1
    log.close()


def test_one_log_has_what_all_of_them_decided_and_each_reads_its_own(tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log.sqlite"), names=True)
    client = Client(served(PLACES, log=log))
    ids = [
        client.post(f"/{name}/v1/decisions", json=FOR_ALL).get_json()["decision_id"] for name in ("aws", "ms", "aws")
    ]

    with closing(Store(str(tmp_path / "log.sqlite"))) as store:
        assert [one.entry.programme for one in store.entries()] == ["aws", "ms", "aws"]
        assert verify(store).faults == []
    assert client.get(f"/aws/v1/decisions/{ids[0]}").get_json()["seq"] == 1
    other = client.get(f"/ms/v1/decisions/{ids[0]}")
    assert (other.status_code, other.get_json()["code"]) == (404, "unknown_decision")
    assert client.get("/v1/status").get_json()["log"]["entries"] == 3
    log.close()


# ---- loading again --------------------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "small.policy").write_text(SMALL)
    return {name: tmp_path / name for name in ("one", "two")}


def test_loading_one_again_leaves_the_other(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERIT_CACHE", "")
    service = served(folders)
    _, one, two = service.applications
    before = two.extensions[snapshot.KEY]
    lines: list[str] = []

    def held() -> list[str]:
        exchange.reload_all(service.applications, lines.append)
        return [next(iter(app.extensions[snapshot.KEY].engine.core.rules)) for app in (one, two)]

    (folders["one"] / "small.policy").write_text(SMALL.replace("entitlement go ", "entitlement stay "))
    assert held() == ["entitlement.stay", "entitlement.go"]
    (folders["one"] / "small.policy").write_text("entitlement {")
    assert held() == ["entitlement.stay", "entitlement.go"]
    assert two.extensions[snapshot.KEY] is before
    assert lines[-1].startswith("one: the policies have errors")
    assert lines[-1].endswith("; the earlier ones are served on")
    status = Client(service).get("/v1/status").get_json()
    LIST.validate(status)
    assert ["refused" in told for told in status["programmes"]] == [True, False]
    assert Client(service).get("/health/ready").status_code == 200

    (folders["one"] / "small.policy").write_text(SMALL)
    assert held() == ["entitlement.go", "entitlement.go"]
    assert one.extensions[snapshot.KEY].refused is None


# ---- as it runs -----------------------------------------------------------------------------------------------------


@pytest.fixture
def running(folders: dict[str, Path]) -> Iterator[Service]:
    folder = folders["one"].parent
    more = (f"two={folders['two']}", "--log", "log.sqlite", "--poll", "0.1", "--json-logs")
    service = Service(Path(f"one={folders['one']}"), folder / "log", folder, *more)
    try:
        service.wait(lambda: service.ask("/health/ready")[0] == 200)
        yield service
    finally:
        service.process.kill()
        service.process.wait()


def test_it_serves_logs_counts_and_loads_again_as_it_runs(running: Service, folders: dict[str, Path]) -> None:
    printed = running.log.read_text()
    assert f"http://127.0.0.1:{running.port}/one/v1/decisions" in printed
    assert [line.split(" rules")[0] for line in printed.splitlines() if "policy digest" in line] == ["one: 1", "two: 1"]
    for name in ("one", "two", "two"):
        assert running.ask(f"/{name}/v1/decisions", FOR_ALL)[0] == 200

    before = running.ask("/v1/status")[2]["programmes"]
    (folders["one"] / "small.policy").write_text(SMALL.replace("entitlement go ", "entitlement stay "))
    running.wait(lambda: running.ask("/one/v1/rules")[2]["rules"][0]["id"] == "entitlement.stay")
    after = running.ask("/v1/status")[2]["programmes"]

    assert before[1] == after[1]
    assert before[0]["policy"] != after[0]["policy"]
    with running.opener.open(f"http://127.0.0.1:{running.port}/metrics", timeout=10) as response:
        metrics = response.read().decode()
    counted = 'merit_decisions_total{kind="entitlement",outcome="undetermined",programme='
    assert f'{counted}"one"}} 1.0' in metrics
    assert f'{counted}"two"}} 2.0' in metrics
    with running.opener.open(f"http://127.0.0.1:{running.port}/one/metrics", timeout=10) as response:
        own = response.read().decode()
    assert 'merit_decisions_total{kind="entitlement",outcome="undetermined"} 1.0' in own
    assert "programme" not in own
    assert running.stop() == 0
    lines = [json.loads(line) for line in running.log.read_text().splitlines() if line.startswith("{")]
    assert {line.get("programme") for line in lines if line.get("route") == "/v1/decisions"} == {"one", "two"}
    with closing(Store(str(running.log.parent / "log.sqlite"))) as store:
        assert [one.entry.programme for one in store.entries()] == ["one", "two", "two"]
        assert verify(store).faults == []


# ---- names ----------------------------------------------------------------------------------------------------------


def test_what_is_in_the_environment_is_read_as_on_the_command_line(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = folders.values()
    monkeypatch.setenv("MERIT_POLICIES", f"a={one}:b=git+{ROOT}@HEAD:c={two}")
    monkeypatch.setenv("MERIT_SHADOW", f"a={two}")

    found = exchange.sources_of_environment()

    assert [(source.programme, source.shadow is not None) for source in found] == [
        ("a", True),
        ("b", False),
        ("c", False),
    ]
    monkeypatch.setenv("MERIT_POLICIES", f"{one}:{two}")
    with pytest.raises(WrongPlace, match="leave out `a=`"):
        exchange.sources_of_environment()


def test_a_server_of_ones_own_serves_programmes_too(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MERIT_CACHE", "")
    monkeypatch.setenv("MERIT_POLICIES", ":".join(f"{name}={place}" for name, place in folders.items()))
    monkeypatch.setenv("MERIT_LOG", str(tmp_path / "log.sqlite"))

    monkeypatch.delitem(sys.modules, "server.wsgi", raising=False)
    service = importlib.import_module("server.wsgi").app

    client = Client(service)
    assert client.post("/two/v1/decisions", json=FOR_ALL).status_code == 200
    with closing(Store(str(tmp_path / "log.sqlite"))) as store:
        assert [one.entry.programme for one in store.entries()] == ["two"]
    (folders["two"] / "small.policy").write_text("entitlement {")
    service.applications[0].extensions[snapshot.LOG].close()
    monkeypatch.delitem(sys.modules, "server.wsgi")
    with pytest.raises(Refused, match=r"^two: the policies have errors"):
        importlib.import_module("server.wsgi")


def test_a_folder_may_have_a_sign_in_its_name_as_before(tmp_path: Path) -> None:
    (tmp_path / "a=b").mkdir()
    (tmp_path / "a=b" / "small.policy").write_text(SMALL)

    [found] = sources_of([str(tmp_path / "a=b")])

    assert found.programme == ""


def test_what_decides_in_the_shadow_does_so_beside_its_programme(folders: dict[str, Path]) -> None:
    (folders["two"] / "small.policy").write_text(SMALL.replace("2020-01-01", "2024-01-01"))
    told = sources_of([f"one={folders['one']}", f"two={folders['two']}"], shadow=[f"one={folders['two']}"])
    service = serving([read(one, None) for one in told])
    client = Client(service)
    shadow = snapshot.applications(service)[1].extensions[snapshot.SHADOW]
    query = {**FOR_ALL, "facts": {"facts": {"ready": True}}}
    key = ("merit_shadow_decisions_total", (("programme", "one"), ("result", "different")))
    before = samples(client, "/metrics").get(key, 0)

    for name in folders:
        assert client.post(f"/{name}/v1/decisions", json=query).status_code == 200
    shadow.wait()

    status = client.get("/v1/status").get_json()
    LIST.validate(status)
    assert [told.get("shadow", {}).get("decisions", {}).get("different") for told in status["programmes"]] == [1, None]
    assert samples(client, "/metrics")[key] - before == 1
