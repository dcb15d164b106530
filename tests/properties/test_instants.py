"""What is earned at an instant counts 24 hours later: every reader says so of every day, as the clock would."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings, strategies as st

from dsl.load import load_sources
from dsl.source import Source
from evaluator.columnar.importing import import_lines
from evaluator.columnar.layout import layout_of
from evaluator.engine import Engine, Query
from evaluator.timeline.fold import timeline
from evaluator.timeline.told import TimelineQuery
from tests.properties.test_batch import batch, differences

Json = Any
POLICY = """\
certifications first "First" { "A"  "B" }
certifications second "Second" { "B" }
entitlement one { requires { people: at least 2 people holding first } }
entitlement two { requires { people: different people for each of first, second >= 2 } }
"""
LOADED = load_sources([Source("instants.policy", POLICY)])
assert not LOADED.errors, [one.message for one in LOADED.errors]
ENGINE = Engine(LOADED.document, LOADED.core)
REFERENCE = Engine(LOADED.document, LOADED.core, reference=True)
RULES = ("entitlement.one", "entitlement.two")
FIRST, LAST = date(2023, 2, 27), date(2023, 3, 6)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]

INSTANTS = st.builds(
    lambda day, clock, offset: datetime.combine(day, clock, timezone(timedelta(minutes=offset))),
    st.sampled_from(DAYS[:-2]),
    st.sampled_from([time(0), time(0, 0, 1), time(9, 30), time(12), time(23, 59, 59)]),
    st.sampled_from([0, 0, -480, -720, 330, 540, 840]),
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob", "cleo"]),
        st.sampled_from(["A", "B"]),
        INSTANTS | st.sampled_from(DAYS),
        st.just("none") | st.sampled_from(DAYS[3:]).map(str),
    ),
    max_size=5,
)
NEW_YORK_EVENING = datetime(2023, 2, 28, 23, 30, tzinfo=timezone(timedelta(hours=-5)))


def written(earned: date) -> str:
    """Return a day, or an instant as RFC 3339 has it."""
    return earned.isoformat().replace("+00:00", "Z")


def begun(earned: date, day: date) -> bool:
    """Whether it counts on a day: the 24 hours are over before the day in UTC is."""
    if not isinstance(earned, datetime):
        return earned <= day
    return earned + timedelta(hours=24) < datetime.combine(day + timedelta(days=1), time(0), UTC)


def told(rows: list[Any]) -> Json:
    fields = ("person", "certification", "earned", "expires")
    return {
        "records": {
            "certifications": [dict(zip(fields, (*row[:2], written(row[2]), row[3]), strict=True)) for row in rows]
        }
    }


def as_days(rows: list[Any]) -> Json:
    """Return what is told with the first day on which each counts, looked for day by day."""
    span = [FIRST + timedelta(days=number) for number in range(-2, 12)]
    return told([(*row[:2], next(day for day in span if begun(row[2], day)), row[3]) for row in rows])


def outcomes(engine: Engine, facts: Json, day: date) -> list[Any]:
    found: list[Any] = engine.decide(Query(RULES, day, facts)).as_json()["decisions"]
    return found


@given(ROWS)
@example([("ann", "A", NEW_YORK_EVENING, "none"), ("bob", "B", datetime(2023, 3, 1, tzinfo=UTC), "none")])
@settings(max_examples=25, deadline=None)
def test_an_instant_counts_from_the_day_in_which_its_24_hours_end(rows: list[Any]) -> None:
    facts, plain = told(rows), as_days(rows)
    for day in DAYS:
        expected = outcomes(REFERENCE, plain, day)
        assert outcomes(REFERENCE, facts, day) == expected
        assert outcomes(ENGINE, facts, day) == expected


@given(ROWS.map(lambda rows: [row for row in rows if row[3] == "none"]))
@settings(max_examples=15, deadline=None)
def test_a_timeline_turns_on_the_days_of_instants(rows: list[Any]) -> None:
    lives = {life.rule.id: life for life in timeline(ENGINE, TimelineQuery(RULES, FIRST, LAST, told(rows))).lives}
    for day in DAYS:
        for one in ENGINE.decide(Query(RULES, day, as_days(rows))).decisions:
            [span] = [span for span in lives[one.rule].spans if span.first <= day <= span.last]
            assert span.state.eligibility == one.eligibility, (day, one.rule)


def test_who_joins_at_an_instant_counts_24_hours_later_and_who_leaves_no_longer_on_the_day() -> None:
    rows = [("ann", "A", DAYS[0], "none"), ("bob", "B", DAYS[0], "none")]
    events = [
        {"on": "2023-02-28T20:00:00-08:00", "joins": "ann"},  # 2023-03-01 in UTC
        {"on": "2023-03-04T20:00:00-08:00", "leaves": "bob"},  # 2023-03-05 in UTC
    ]
    found = timeline(ENGINE, TimelineQuery(RULES[:1], FIRST, LAST, {**told(rows), "events": events}))

    assert [(str(span.first), span.state.eligibility) for span in found.lives[0].spans] == [
        ("2023-02-27", "not_eligible"),
        ("2023-03-02", "eligible"),
        ("2023-03-05", "not_eligible"),
    ]
    assert [(str(one.on), one.turn, one.person) for one in found.people] == [
        ("2023-02-27", "earned", "bob"),
        ("2023-03-02", "joined", "ann"),
        ("2023-03-05", "left", "bob"),
    ]


def test_a_batch_decides_by_the_days_of_instants(tmp_path: Path) -> None:
    rows = [
        ("ann", "A", NEW_YORK_EVENING, "none"),
        ("bob", "B", datetime(2023, 3, 1, 23, 59, 59, tzinfo=UTC), "2023-03-05"),
        ("cleo", "B", date(2023, 3, 4), "none"),
    ]
    partners = [{"partner": f"{len(some)}", **told(some)} for some in (rows[:1], rows[:2], rows)]
    facts = tmp_path / "facts"
    lines = io.BytesIO("".join(json.dumps(one) + "\n" for one in partners).encode())
    import_lines(lines, ENGINE.reader, layout_of(ENGINE.core), facts, lambda _: None)  # type: ignore[arg-type]
    for day in (date(2023, 3, 1), date(2023, 3, 2), date(2023, 3, 4)):
        out = tmp_path / str(day)
        assert batch(ENGINE, facts, out, day).partners == len(partners)
        assert differences(ENGINE, partners, day, ("*",), out) == []
