"""Speed as ratios of two things measured in one run, by turns; never a time that a test could fail on.

Run with ``make bench``. Each benchmark first asserts that both sides do the same work.
"""

from __future__ import annotations

import gc
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import flask
import pytest
from werkzeug.serving import make_server

from cli.console import read_file
from dsl.load import load, load_sources, policy_files
from dsl.source import Source, read_source
from evaluator.engine import Engine, Query
from review.scenarios.faults import faults
from review.scenarios.mutation import Mutation
from review.scenarios.reading import read_scenarios
from review.scenarios.runner import run
from review.scenarios.scenario import ScenarioFile
from server.app import create_app
from tests.benchmarks import handwritten
from tests.benchmarks.conftest import Report

Json = Any
pytestmark = pytest.mark.benchmarks
ROOT = Path(__file__).resolve().parents[2]
QUERY = json.loads((ROOT / "examples/queries/infrastructure.json").read_text(encoding="utf-8"))
AS_OF = date.fromisoformat(QUERY["as_of"])


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Give an engine whose policies the collector of garbage leaves alone, as the service's workers have it."""
    engine = Engine(load([ROOT / "policies"]))
    gc.collect()
    gc.freeze()
    yield engine
    gc.unfreeze()


def words_of(reasons: list[Json]) -> dict[str, Mapping[str, Json]]:
    """Return the fixed words of each reason: what somebody writing by hand would have typed in."""
    fixed: dict[str, Mapping[str, Json]] = {}
    stack = list(reasons)
    while stack:
        reason = stack.pop()
        kept = ("title", "valid", "cite", "assumptions", "was", "at")
        fixed[reason["code"]] = {key: reason[key] for key in kept if key in reason}
        if reason["code"].endswith(".deployments"):
            fixed["services"] = {"unit": reason.get("unit")}
        stack.extend(reason.get("parts", ()))
    return fixed


def sorted_keys(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


def test_a_decision_with_its_explanation_against_a_function_written_by_hand(engine: Engine, report: Report) -> None:
    query = Query(("designation.infrastructure",), AS_OF, QUERY["facts"])
    wanted = engine.decide(query).as_json()["decisions"][0]["reasons"]
    words = words_of(wanted)
    assert sorted_keys(handwritten.reasons(QUERY["facts"], AS_OF, words)) == sorted_keys(wanted)

    def decide() -> Json:
        return engine.decide(query).as_json()

    def by_hand() -> Json:
        return handwritten.reasons(QUERY["facts"], AS_OF, words)

    report.ratio("decision with full explanation, facts checked, as JSON / hand-written function", decide, by_hand)


def test_what_compiled_functions_decide_against_the_interpreter(engine: Engine, report: Report) -> None:
    reference = Engine(engine.document, engine.core, reference=True)
    rule, facts = "designation.infrastructure", QUERY["facts"]
    one, every = (Query((asked,), AS_OF, facts, detail="none") for asked in (rule, "*"))
    words = words_of(engine.decide(Query((rule,), AS_OF, facts)).as_json()["decisions"][0]["reasons"])
    assert engine.outcomes(rule, facts, AS_OF) == reference.outcomes(rule, facts, AS_OF)
    for query in (one, every):
        assert engine.decide(query).as_json() == reference.decide(query).as_json()

    report.ratio(
        "outcomes of a designation, compiled / by the interpreter",
        lambda: engine.outcomes(rule, facts, AS_OF),
        lambda: reference.outcomes(rule, facts, AS_OF),
    )
    report.ratio(
        "decision without reasons, compiled / by the interpreter",
        lambda: engine.decide(one),
        lambda: reference.decide(one),
    )
    report.ratio(
        "decision without reasons as JSON / hand-written function with reasons",
        lambda: engine.decide(one).as_json(),
        lambda: handwritten.reasons(facts, AS_OF, words),
    )
    report.ratio(
        "every rule without reasons, compiled / by the interpreter",
        lambda: engine.decide(every),
        lambda: reference.decide(every),
        rounds=5,
        inner=1,
    )


def test_the_endpoint_against_a_bare_echo(engine: Engine, report: Report) -> None:
    echo = flask.Flask("echo")

    @echo.post("/v1/decisions")
    def answer() -> flask.Response:
        return flask.jsonify(flask.request.get_json())

    body = json.dumps(QUERY).encode()
    with serving(create_app(engine)) as ours, serving(echo) as theirs:

        def ask(connection: http.client.HTTPConnection) -> bytes:
            connection.request("POST", "/v1/decisions", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            assert response.status == 200
            return response.read()

        assert b"reasons" in ask(ours)
        assert json.loads(ask(theirs)) == QUERY
        report.ratio("POST /v1/decisions / bare Flask echo of the same body", lambda: ask(ours), lambda: ask(theirs))


@contextmanager
def serving(app: flask.Flask) -> Iterator[http.client.HTTPConnection]:
    """Serve an application on a free port of this machine; one connection for all questions."""
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
    try:
        yield connection
    finally:
        connection.close()
        server.shutdown()
        thread.join()
        server.server_close()


def test_loading_all_policies_against_reading_the_files(report: Report) -> None:
    files = policy_files([ROOT / "policies"])

    def read() -> list[str]:
        return [path.read_text(encoding="utf-8") for path in files]

    numbers = count()

    def from_the_text() -> object:
        """Load texts that were never seen: what was parsed before is remembered."""
        return load_sources([_edited(read_source(path), next(numbers)) for path in files])

    report.ratio(
        "loading and checking all policies / reading their files",
        from_the_text,
        read,
        rounds=5,
        inner=1,
    )


def test_deciding_everything_for_one_partner_against_one_designation(engine: Engine, report: Report) -> None:
    one = Query(("designation.infrastructure",), AS_OF, QUERY["facts"])
    every = Query(("*",), AS_OF, QUERY["facts"])
    assert len(engine.decide(every).decisions) == len(engine.core.rules)

    report.ratio(
        "deciding every rule / deciding one designation",
        lambda: engine.decide(every),
        lambda: engine.decide(one),
        rounds=5,
        inner=2,
    )


@pytest.fixture(scope="module")
def files() -> list[ScenarioFile]:
    paths = sorted((ROOT / "policies").rglob("*.scenarios.yaml"))
    return [read_scenarios(read_file(path).value, str(path)) for path in paths]


def test_running_all_scenarios_against_loading(engine: Engine, files: list[ScenarioFile], report: Report) -> None:
    assert all(result.passed for file in files for result in run(engine, file))

    report.ratio(
        "running all scenarios / loading and checking all policies",
        lambda: [run(engine, file) for file in files],
        lambda: load([ROOT / "policies"]),
        rounds=3,
        inner=1,
    )


def test_checking_again_after_an_edit_against_checking_all(report: Report) -> None:
    """Only the file that was edited is parsed again; what all of them mean together is looked at as a whole."""
    sources = [read_source(path) for path in policy_files([ROOT / "policies"])]
    [at] = [index for index, one in enumerate(sources) if one.name.endswith("designations/azure.policy")]
    numbers = count()
    load_sources(sources)

    def edited() -> list[Source]:
        return [*sources[:at], _edited(sources[at], next(numbers)), *sources[at + 1 :]]

    def all_edited() -> list[Source]:
        return [_edited(source, next(numbers)) for source in sources]

    report.ratio(
        "checking all policies after an edit of one file / checking them from the text",
        lambda: load_sources(edited()),
        lambda: load_sources(all_edited()),
        rounds=3,
        inner=1,
    )


def _edited(source: Source, number: int) -> Source:
    return Source(source.name, f"{source.text}# {number}\n")


def test_trying_a_fault_against_running_a_scenario_file(
    engine: Engine, files: list[ScenarioFile], report: Report
) -> None:
    [file] = [one for one in files if one.name.endswith("designations/azure.scenarios.yaml")]
    mutation = Mutation(engine.document, file.scenarios)
    mutation.trace = mutation.traced(range(len(mutation.scenarios)))
    every = [
        fault for fault in faults(engine.document) if fault.place.startswith(f"{ROOT}/policies/designations/azure")
    ]
    some = every[:: len(every) // 20][:20]
    assert sum(mutation.verdict(fault).outcome == "noticed" for fault in some) >= len(some) // 2

    report.ratio(
        "trying 20 faults on the scenarios of a file / running the file",
        lambda: [mutation.verdict(fault) for fault in some],
        lambda: run(engine, file),
        rounds=3,
        inner=1,
    )
