"""Speed as ratios of two things measured in one run, by turns; never a time that a test could fail on.

Run with ``make bench``. Each benchmark first asserts that both sides do the same work.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cli.console import read_file
from dsl.load import load, load_sources, policy_files
from dsl.source import Source, read_source
from evaluator.engine import Engine, Query
from review.scenarios.faults import faults
from review.scenarios.mutation import Mutation
from review.scenarios.reading import read_scenarios
from review.scenarios.runner import run
from review.scenarios.scenario import ScenarioFile
from tests.benchmarks import handwritten
from tests.benchmarks.conftest import Report
from tests.benchmarks.worked import QUERY, words_of

Json = Any
pytestmark = pytest.mark.benchmarks
ROOT = Path(__file__).resolve().parents[2]
AS_OF = date.fromisoformat(QUERY["as_of"])


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Give an engine whose policies the collector of garbage leaves alone, as the service's workers have it."""
    engine = Engine(load([ROOT / "policies"]))
    gc.collect()
    gc.freeze()
    yield engine
    gc.unfreeze()


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
