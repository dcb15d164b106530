"""Faults at one place: told by the check, at their line and with the name that was meant, or failing a scenario."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from cli.scenario_files import read_files, scenario_files
from dsl.diagnostics import Diagnostic
from dsl.lint.runner import linted
from dsl.load import load_sources, policy_files
from dsl.source import Source, read_source
from evaluator.engine import Engine
from review.scenarios.mutation import Mutation
from review.scenarios.runner import run_scenario
from review.scenarios.scenario import Scenario, ScenarioErrors
from review.scenarios.touched import differences
from tests.properties.faults import EACH, Fault, faults, is_at_its_line, is_in_its_form, told

ROOT = Path(__file__).parents[2]
SAMPLE = EACH
"""Of the faults that the check must tell so many lie between two that are tried in a normal run: one of each operator."""
BRACES = {"lost brace"}
"""What is left open is told where its absence shows, in the form at least."""


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return [read_source(path) for path in policy_files([ROOT / "policies"])]


@pytest.fixture(scope="module")
def all_faults(sources: list[Source]) -> list[Fault]:
    return faults(sources)


def test_there_are_faults_enough_and_always_the_same(sources: list[Source], all_faults: list[Fault]) -> None:
    assert len(all_faults) >= 300
    assert faults(sources) == all_faults


@pytest.mark.long
def test_faults_are_told_at_their_line(sources: list[Source], all_faults: list[Fault]) -> None:
    must = [fault for fault in all_faults if fault.seen == "told"]

    check_told(must[::SAMPLE], sources)


@pytest.mark.benchmarks
def test_all_faults_are_told_at_their_line(sources: list[Source], all_faults: list[Fault]) -> None:
    check_told([fault for fault in all_faults if fault.seen == "told"], sources)


@pytest.mark.benchmarks
def test_what_the_check_cannot_tell_fails_a_scenario(sources: list[Source], all_faults: list[Fault]) -> None:
    policies = load_sources(sources)
    files = read_files(scenario_files([ROOT / "policies"]), lambda _: True)
    mutation = Mutation(policies.document, [scenario for one in files for scenario in one.file.scenarios])
    mutation.trace = mutation.traced(range(len(mutation.scenarios)))
    before = {(one.code, one.message) for one in linted(policies)}
    left: list[str] = []
    meant = [fault for fault in all_faults if fault.seen == "meant"]
    for fault in meant:
        faulty = load_sources([fault.source if one is fault.span.source else one for one in sources])
        if faulty.errors or any((one.code, one.message) not in before for one in linted(faulty)):
            continue
        engine = Engine(faulty.document)
        changed = differences(mutation.engine.core, engine.core)
        concerned = set().union(*(mutation.trace.touched.by(one) for one in changed))
        cheapest_first = sorted(concerned, key=lambda index: mutation.trace.cost_s[index])
        if not any(fails(engine, mutation.scenarios[index]) for index in cheapest_first):
            left.append(str(fault))

    assert len(meant) >= 100
    assert left == []


def fails(engine: Engine, scenario: Scenario) -> bool:
    """Whether a scenario fails, or names what is no longer there."""
    try:
        return not run_scenario(engine, scenario).passed
    except (ScenarioErrors, LookupError):
        return True


def check_told(must: Sequence[Fault], sources: Sequence[Source]) -> None:
    """Look for faults that are not told, told elsewhere, or told with another name than the one meant."""
    said_of = {ends: told(must[ends], sources) for ends in (0, len(must) - 1)}
    first, last = ({(one.code, one.message) for one in said} for said in said_of.values())
    known = first & last
    missed: list[str] = []
    elsewhere: list[str] = []
    names: list[bool] = []
    for index, fault in enumerate(must):
        said = said_of[index] if index in said_of else told(fault, sources)
        found = [one for one in said if (one.code, one.message) not in known]
        if not is_in_its_form(fault, found) and not is_at_its_line(fault, found):
            missed.append(str(fault))
        elif not is_at_its_line(fault, found) and fault.operator not in BRACES:
            elsewhere.append(f"{fault}: {[f'{one.span.place} {one.message}' for one in found]}")
        for one in found:
            words = re.sub(r"`[^`]*`", "", f"{one.message} {one.help}")
            assert not re.search(r"\b[A-Z]{4,}\b|\bNone\b|Decimal|tuple|\b_[A-Za-z]", words), (str(fault), words)
        if fault.right is not None:
            names.append(fault.right in suggested(fault, found))

    assert missed == []
    # A quote or colon that is lost may show on the line before: there the clause before goes on.
    assert len(elsewhere) * 50 <= len(must), elsewhere
    assert sum(names) * 100 >= len(names) * 95


def suggested(fault: Fault, found: Iterable[Diagnostic]) -> set[str]:
    """Return the names proposed first in place of a misspelt one."""
    return {
        one.fix.edits[0].replacement
        for one in found
        if one.fix is not None and f"`{fault.now}`" in one.message and one.span.line == fault.span.line
    }
