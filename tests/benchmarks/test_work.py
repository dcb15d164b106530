"""How much work one question is, as ratios to one decision on a designation in the same run.

Nothing here is fast because something is left out: what is compared is whole answers, written as JSON.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.console import read_file
from dsl import reading
from dsl.core.calendar import month_index
from evaluator.engine import Engine, Query
from evaluator.improve.improving import ImproveQuery, improve
from evaluator.interpreter import Besides
from evaluator.timeline.fold import timeline
from evaluator.timeline.told import TimelineQuery
from tests.benchmarks.conftest import Bar, Report
from tests.benchmarks.worked import QUERY, modern_work_use
from tests.shipped import load_engine

Json = Any
pytestmark = pytest.mark.benchmarks
ROOT = Path(__file__).resolve().parents[2]
ONE = Query(("designation.infrastructure",), date.fromisoformat(QUERY["as_of"]), QUERY["facts"])
QUARTERS = [date(year, month, 1) for year in range(2021, 2027) for month in (1, 4, 7, 10)]
BAR = 30
"""How many times as long as one decision on a designation the longest of all may take."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


def seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def answering(engine: Engine, query: Query) -> Callable[[], object]:
    return lambda: engine.decide(query).as_json()


def one_decision(engine: Engine) -> float:
    """Return what one decision on a designation takes."""
    return statistics.median(seconds(answering(engine, ONE)) for _ in range(50))


def with_nothing_kept(engine: Engine, query: Query) -> object:
    """Decide where no partner was decided before: nothing is known of those of whom the same is told."""
    engine.prepared.besides = Besides(engine.prepared.reached)
    return engine.decide(query).as_json()


def test_the_longest_decision_of_all_rules_partners_and_quarters(engine: Engine, report: Report) -> None:
    engine.decide(Query(("*",), QUARTERS[0], {"facts": {}}))
    before = one_decision(engine)
    found: list[tuple[float, str, Query]] = []
    for path in sorted((ROOT / "examples/partners").glob("*.yaml")):
        facts = read_file(path).value
        for day in QUARTERS:
            for rule in engine.core.rules:
                query = Query((rule,), day, facts)
                decide = answering(engine, query)
                taken = seconds(decide)
                if taken > 5 * before:
                    # Once more, so that no pause of the machine is taken for work.
                    taken = min(taken, *(seconds(decide) for _ in range(2)))
                found.append((taken, f"{rule} of {path.stem} on {day}", query))
    unit = (before + one_decision(engine)) / 2

    found.sort(key=lambda one: one[0], reverse=True)
    mean = statistics.mean(taken for taken, *_ in found) / unit
    report.lines.append(f"of {len(found)} decisions / deciding one designation: mean {mean:.2f} x")
    for taken, name, query in found[:5]:
        alone = min(seconds(lambda query=query: with_nothing_kept(engine, query)) for _ in range(3)) / unit
        report.lines.append(f"  {taken / unit:8.1f} x   {name}; {alone:.1f} x as the first partner of that day")
    assert found[0][0] / unit < BAR


@pytest.mark.parametrize(
    ("rule", "day", "facts"),
    [
        (
            "choice.benefits_at_anniversary",
            date(2023, 10, 3),
            {"facts": {"renewal_anniversary": "2023-10-03"}, "records": {}},
        ),
        ("entitlement.buy_modern_work", date(2023, 6, 20), {"facts": {}}),
    ],
)
def test_a_window_of_which_little_is_told(
    engine: Engine, report: Report, rule: str, day: date, facts: dict[str, Json]
) -> None:
    decide = answering(engine, Query((rule,), day, facts))
    report.ratio(f"{rule}, little told / one designation", decide, answering(engine, ONE), rounds=5, inner=2)
    report.lines.append(f"  {len(json.dumps(decide())):,} bytes")


@pytest.mark.parametrize("day", [date(2023, 6, 20), date(2024, 6, 10), date(2026, 9, 15)])
def test_a_window_over_a_hundred_rows(engine: Engine, report: Report, day: date) -> None:
    """The rule has no window on the first day, one of six months on the others."""
    facts = {"facts": {}, "records": {"modern_work_use": modern_work_use(engine, 100, month_index(day) - 17)}}
    decide = answering(engine, Query(("entitlement.buy_modern_work",), day, facts))
    report.ratio(
        f"buy_modern_work, 100 rows, {day} / one designation", decide, answering(engine, ONE), rounds=5, inner=2
    )


def test_ten_times_as_many_rows_are_not_much_more_than_ten_times_the_work(engine: Engine, report: Report) -> None:
    took: list[float] = []
    for count in (1_000, 10_000):
        facts = {"facts": {}, "records": {"modern_work_use": modern_work_use(engine, count)}}
        decide = answering(engine, Query(("designation.modern_work",), date(2023, 6, 20), facts))
        # The shortest of several for both: a pause of the machine is no work.
        took.append(min(seconds(decide) for _ in range(5)))
        report.lines.append(f"{count:,} rows / one designation {took[-1] / one_decision(engine):.1f} x")
    report.lines.append(f"10,000 rows / 1,000 rows {took[1] / took[0]:.1f} x")
    assert took[1] / took[0] < 12


def test_starting(engine: Engine, report: Report) -> None:
    """From the files to the first answer, with what was parsed before remembered, and without."""

    def start() -> object:
        reading.part_of.cache_clear()
        return load_engine()

    report.ratio("start / one designation", start, answering(engine, ONE), rounds=3, inner=1)


@pytest.mark.parametrize(
    ("rule", "partner", "day", "most"),
    [
        ("designation.infrastructure", "one_point_short", date(2023, 6, 20), 20),
        ("designation.infrastructure", "new", date(2023, 6, 20), 150),
        ("designation.modern_work", "two_tracks", date(2024, 6, 20), 20),
        ("choice.benefits_at_anniversary", "one_point_short", date(2023, 6, 20), 60),
        ("choice.benefits_at_anniversary", "legacy", date(2022, 12, 10), 120),
        ("choice.benefits_at_anniversary", "partner_a", date(2022, 12, 5), 150),
        ("specialization.kubernetes", "new", date(2023, 6, 20), 400),
        ("program.azure_expert_msp", "new", date(2023, 6, 20), 1_500),
    ],
)
def test_what_it_would_take(engine: Engine, report: Report, rule: str, partner: str, day: date, most: int) -> None:
    """Up to four plans, each decided anew; how many decisions that takes is held, how long it takes is told."""
    facts = read_file(ROOT / f"examples/partners/{partner}.yaml").value
    query = ImproveQuery(rule, day, facts)
    found = improve(engine, query)
    before = one_decision(engine)
    taken = statistics.median(seconds(lambda: improve(engine, query)) for _ in range(3))
    report.lines.append(
        f"what {rule} would take of {partner} / one designation: {taken / before:.0f} x, {taken * 1000:.0f} ms, "
        f"{found.decisions} decisions, {len(found.plans)} plans"
    )
    assert found.outcome == "plans"
    assert found.decisions <= most


@pytest.mark.parametrize("partner", ["new", "one_point_short", "partner_a", "renewing"])
@pytest.mark.parametrize("rule", ["designation.infrastructure", "designation.*"])
def test_ten_years_beside_one(engine: Engine, report: Report, partner: str, rule: str) -> None:
    """What the days cost is told beside how many are looked at: where nothing happens, those are few more."""
    facts = read_file(ROOT / f"examples/partners/{partner}.yaml").value
    one = TimelineQuery((rule,), date(2022, 10, 3), date(2023, 10, 2), facts)
    ten = TimelineQuery((rule,), date(2017, 1, 1), date(2026, 12, 31), facts)
    fewer, more = len(timeline(engine, one).days), len(timeline(engine, ten).days)
    # By turns, the shortest of both: a pause of the machine is no work.
    taken = [(seconds(lambda: timeline(engine, one)), seconds(lambda: timeline(engine, ten))) for _ in range(5)]
    short, long = (min(each) for each in zip(*taken, strict=True))
    report.note(
        f"ten years / one year of {rule} of {partner}",
        long / short,
        f"{long * 1000:.0f} ms / {short * 1000:.0f} ms, {more} days / {fewer}{Bar(2, 2) if partner != 'renewing' else ''}",
    )
    # A naive fold decides on 3,652 days.
    assert more < 40
