"""The check tells faults at one place: at their line, a misspelt name with the one that was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from dsl.diagnostics import Diagnostic
from dsl.load import policy_files
from dsl.source import Source, read_source
from tests.properties.faults import Fault, faults, is_at_its_line, is_in_its_form, told

ROOT = Path(__file__).parents[2]
SAMPLE = 6
"""Every sixth fault that the check must tell is tried in a normal run."""
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


def test_faults_are_told_at_their_line(sources: list[Source], all_faults: list[Fault]) -> None:
    must = [fault for fault in all_faults if fault.seen == "told"]

    check_told(must[::SAMPLE], sources)


@pytest.mark.benchmarks
def test_all_faults_are_told_at_their_line(sources: list[Source], all_faults: list[Fault]) -> None:
    check_told([fault for fault in all_faults if fault.seen == "told"], sources)


def check_told(must: Sequence[Fault], sources: Sequence[Source]) -> None:
    """Look for faults that are not told, told elsewhere, or told with another name than the one meant."""
    known = {(one.code, one.message) for one in told(must[0], sources)}
    known &= {(one.code, one.message) for one in told(must[-1], sources)}
    missed: list[str] = []
    elsewhere: list[str] = []
    names: list[bool] = []
    for fault in must:
        found = [one for one in told(fault, sources) if (one.code, one.message) not in known]
        if not is_in_its_form(fault, found) and not is_at_its_line(fault, found):
            missed.append(str(fault))
        elif not is_at_its_line(fault, found) and fault.operator not in BRACES:
            elsewhere.append(f"{fault}: {[f'{one.span.place} {one.message}' for one in found]}")
        for one in found:
            said = re.sub(r"`[^`]*`", "", f"{one.message} {one.help}")
            assert not re.search(r"\b[A-Z]{4,}\b|\bNone\b|Decimal|tuple|\b_[A-Za-z]", said), (str(fault), said)
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
