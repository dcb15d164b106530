"""People who are certified are counted as if each of their certifications had been looked at for each figure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from dsl import core as c
from dsl.core.ranges import Truth
from evaluator import records
from evaluator.facts import Facts
from tests.properties.test_laws import engine, hold

Json = Any
DAY = date(2023, 6, 20)
NAMES = ["one", "two", "three", "elsewhere"]
TEXT = c.Type(kind="text")
FIELDS = ("person", "certification", "earned", "expires")


@st.composite
def certified(draw: st.DrawFn, *, whole: bool) -> Json:
    past, ahead = (
        st.sampled_from(days).map(lambda day: (DAY + timedelta(day)).isoformat())
        for days in ([-2, -1, -1, 0, 0, 1], [-1, 0, 0, 1, 2, 2])
    )
    rows: list[Json] = []
    for _ in range(draw(st.integers(0, 7))):
        told = {
            "person": draw(st.sampled_from(["ann", "ben"])),
            "certification": draw(st.sampled_from(NAMES)),
            "earned": draw(past),
            "expires": draw(st.one_of(st.just("none"), ahead)),
        }
        lacks = set() if whole else draw(st.sets(st.sampled_from(FIELDS), max_size=1))
        rows.append({name: value for name, value in told.items() if name not in lacks})
    return {"rows": rows, "partial": draw(st.booleans())} if not whole and draw(st.booleans()) else rows


@st.composite
def figures(draw: st.DrawFn) -> c.People:
    lists = tuple(
        c.CertificationList(
            name=f"list {number}",
            title="",
            entries=tuple(
                c.Counted(certification=name)
                for name in draw(st.sets(st.sampled_from(NAMES[:3]), min_size=1, max_size=2))
            ),
        )
        for number in range(draw(st.integers(1, 3)))
    )
    return c.People(lists=lists, least=draw(st.integers(1, len(lists))), type=c.Type(kind="count"))


def test_the_index_of_holders_counts_as_each_certification_does() -> None:
    core = engine("scores").core
    short = 0

    def same(data: st.DataObject, _: str) -> None:
        nonlocal short
        told = data.draw(st.one_of(certified(whole=True), certified(whole=False)))
        node, ahead = data.draw(figures()), data.draw(st.sampled_from([0, 0, 0, -1, 1]))
        facts = Facts(core, {"records": {"certifications": told}}, DAY)
        day = DAY + timedelta(ahead)
        valid = records.valid_on(facts, day, False)
        rows = facts.records("certifications").rows or ()
        slow = [(row, *records._is_valid(row, facts, day)) for row in rows]
        assert [(row, is_valid, [*gaps]) for row, _, is_valid, gaps in valid.rows] == [
            one for one in slow if one[1] is not Truth.FALSE
        ]
        wanted = [frozenset(one.certification for one in listing.entries) for listing in node.lists]
        found = records.people(node, facts, day, False, valid, wanted)
        short += bool(valid.holders)
        valid.holders = None
        assert found == records.people(node, facts, day, False, valid, wanted)

    hold(same, 150, "scores")
    assert short > 5
