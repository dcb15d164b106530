"""No figure and no date stands in the policies without a citation, `?`, `unknown` or an assumption.

A citation stands behind the figure or around it: behind the row, requirement, section, version, rule or table. The days of
a version or rule are cited by what holds from them, where each of its clauses is cited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta

import pytest

from dsl import document as d
from dsl.load import Loaded, load_sources
from dsl.source import Source

TURNING_DAYS = {
    date(2022, 9, 30): "lifecycle.competency",  # last day of the competencies: many rules end on it
    date(2022, 10, 1): "lifecycle.competency",  # the day after it
    date(2022, 10, 3): "designation.modern_work",  # first day of the designations: many rules begin on it
    date(2025, 1, 21): "choice.benefits_at_anniversary",  # last day of Action Pack and legacy benefits
    date(2025, 1, 22): "choice.benefits_at_anniversary",  # the day after it: first day of the packages
}
"""Days that are cited once, in the rule named, and stand for that in others."""
OURS = {
    "0 is none, 1 silver, 2 gold: numbers of ours for the levels that a report shows": "_level",
}
"""Limits of types that no text gives: why, and how the names of their measures end."""
NO_WORDING = {"use", "covers", "gives", "keeps", "loses", "area", "levels", "awarded to"}
"""Clauses that name things and have no figure."""


def test_every_figure_and_date_is_cited(policies: Loaded) -> None:
    assert [f"{node.origin.place}: {shown(node)}" for node in uncited(policies.document)] == []


def test_the_turning_days_are_cited_where_they_are_said_to_be(policies: Loaded) -> None:
    for day, rule in TURNING_DAYS.items():
        stated = [
            node.day
            for part in d.walk(policies.document.rules[rule])
            if is_cited(part)
            for node in d.walk(part)
            if isinstance(node, d.Day)
        ]
        assert day in stated or day - timedelta(days=1) in stated


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ("define a: points { from 2022-01-01: 70 points }", ["2022-01-01", "70"]),
        ('define a: points { from 2022-01-01: 70 points cite s "p" }', []),
        ("define a: points { from 2022-01-01?: 70? points }", []),
        ("define a: points = unknown points", []),
        ('define a: points = 70 points assume "as before"', []),
        ('measure a: date = today + 30 days cite s "p"', []),
        ("measure a: date = today + 30 days", ["30"]),
        ("measure a: count 0 to 9 = unknown", ["0", "9"]),
        ("measure a_level: count 0 to 2 = unknown", []),
        ("define a: flag = today >= 2022-10-03", []),
        ('table t cite s "p" {\n  | key | fee |\n  | a | 5 USD |\n}', []),
        ('table t {\n  | key | fee |\n  | a | 5 USD | cite s "p"\n  | b | 6 USD |\n}', ["6"]),
        ('entitlement e from 2022-01-01 { requires { a: n >= 2 cite s "p" } }', []),
        ('entitlement e from 2022-01-01 { requires { a: n >= 2 cite s "p"\n b: n >= 1 } }', ["1", "2022-01-01"]),
        ('entitlement e from 2022-01-01 cite s "p" { requires { a: n >= 2 } }', []),
    ],
)
def test_what_is_cited(policy: str, found: list[str]) -> None:
    head = 'source s "A text" read 2020-02-02\nfacts { n: count }\n'

    loaded = load_sources([Source("a.policy", head + policy + "\n")])

    assert not loaded.errors
    assert [shown(node) for node in uncited(loaded.document)] == found


Leaf = d.Figure | d.Day


def uncited(node: d.Node, name: str = "", cited: bool = False) -> Iterator[Leaf]:
    """Yield the figures and days of a node that nothing vouches for."""
    cited = cited or is_cited(node)
    match node:
        case d.Figure(value=None) | d.SourceText():
            return
        case d.Day(day=day) if day in TURNING_DAYS:
            return
        case d.Figure() | d.Day():
            if not (cited or node.provisional):
                yield node
        case d.Type() if name.endswith(tuple(OURS.values())):
            return
        case _:
            for field in fields(node):
                # The day on which something was seen tells of a citation; it decides nothing.
                if field.name == "origin" or (isinstance(node, d.Notes) and field.name == "seen"):
                    continue
                by_clauses = field.name == "valid" and clauses_are_cited(node)
                yield from _within(getattr(node, field.name), name, cited or by_clauses)


def _within(value: object, name: str, cited: bool) -> Iterator[Leaf]:
    match value:
        case d.Node():
            yield from uncited(value, name, cited)
        case tuple():
            for item in value:
                yield from _within(item, name, cited)
        case dict():
            for key, item in value.items():
                yield from _within(item, str(key), cited)
        case _:
            return


def is_cited(node: d.Node) -> bool:
    notes = getattr(node, "notes", d.NO_NOTES)
    return bool(notes.cites or notes.assumes)


def clauses_are_cited(node: d.Node) -> bool:
    """Whether everything is cited that stands in a body; what only names things has its citation where they stand."""
    clauses: tuple[d.Clause, ...] = getattr(node, "clauses", ())
    return bool(clauses) and all(
        is_cited(one) or (isinstance(one, d.Verb) and one.word in NO_WORDING) or clauses_are_cited(one)
        for one in clauses
    )


def shown(node: Leaf) -> str:
    return str(node.day if isinstance(node, d.Day) else node.value)
