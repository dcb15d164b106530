"""Histories that contradict themselves: what a story over days cannot be told of.

A decision takes such facts as they are, as it is of one day; a timeline and a report, which tell what was when, refuse them.
What no decision takes either, an award attained twice on one day, ``FactsReader.check`` refuses of all facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from dsl.builtin import AWARDS, CERTIFICATIONS
from evaluator.acceptance.facts_schema import FactProblem
from evaluator.acceptance.instants import day_of

Json = Any


def contradictions(facts: Mapping[str, Json]) -> Iterator[FactProblem]:
    """Yield what contradicts itself in facts that fit the vocabulary, at its place.

    Reports:
        F108 an award ended before it was attained; a certification that ends before it is earned; months that a list
        covers turned round. (An award attained twice on one day is refused of all facts: ``FactsReader.check``.)
    """
    yield from _turned(
        facts, AWARDS.name, "attained", "ended", "the award ended on {end}, before it was attained on {start}"
    )
    yield from _turned(
        facts,
        CERTIFICATIONS.name,
        "earned",
        "expires",
        "the certification ended on {end}, before it was earned on {start}",
    )
    for section, prefix in ((facts, ""), (facts.get("projected", {}), "/projected")):
        for name, raw in section.get("records", {}).items():
            covers = raw.get("covers") if isinstance(raw, Mapping) else None
            if covers is not None and covers["through"] < covers["from"]:
                yield FactProblem(
                    f"{prefix}/records/{name}/covers",
                    "F108",
                    f"the months are turned round: {covers['through']} comes before {covers['from']}",
                    f"write from {covers['through']} through {covers['from']}, or mend one of them",
                )


def _turned(facts: Mapping[str, Json], name: str, first: str, last: str, said: str) -> Iterator[FactProblem]:
    """Yield the records of which something ends before it begins."""
    rows, pointer = _rows(facts, name)
    for index, row in enumerate(rows):
        start, end = row.get(first), row.get(last, "none")
        if start is not None and end != "none" and date.fromisoformat(end) < day_of(start):
            message = said.format(start=start, end=end)
            yield FactProblem(f"{pointer}/{index}/{last}", "F108", message, "mend one of the two days")


def _rows(facts: Mapping[str, Json], name: str) -> tuple[Sequence[Mapping[str, Json]], str]:
    raw = facts.get("records", {}).get(name, [])
    pointer = f"/records/{name}"
    return (raw["rows"], f"{pointer}/rows") if isinstance(raw, Mapping) else (raw, pointer)
