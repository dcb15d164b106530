"""Histories that contradict themselves: what a story over days cannot be told of.

A decision takes such facts as they are, as it is of one day; a timeline and a report, which tell what was when, refuse them.
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
        F108 an award attained twice on one day, or ended before it was attained; a certification that ends before it is
        earned; months that a list covers turned round.
    """
    yield from _attained_twice(facts)
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


def _attained_twice(facts: Mapping[str, Json]) -> Iterator[FactProblem]:
    """Yield the entries of the register that say once more that an award was attained on a day."""
    rows, pointer = _rows(facts, AWARDS.name)
    seen: set[tuple[str, str]] = set()
    for index, row in enumerate(rows):
        award, day = row.get("award"), row.get("attained")
        if award is None or day is None:
            continue
        if (award, day) in seen:
            yield FactProblem(
                f"{pointer}/{index}", "F108", f"`{award}` is attained on {day} once already",
                "an award is attained once a day: leave one of the two out, or mend its day",
            )  # fmt: skip
        seen.add((award, day))


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
