"""Awards that ask what was held on a day before, themselves or round about: as going from day to day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import note, strategies as st

from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from evaluator.prepared import Often
from tests.properties.test_laws import hold

DAY = timedelta(days=1)
START = date(2021, 1, 1)
ONES = ("a", "b")
LEVELS = ("low", "high")


def policy(days: dict[str, int], grace: int) -> str:
    """Return two awards that ask for each other, and one whose higher level asks for the lower."""
    return f"""
facts {{ n: signed count }}
membership of programs
program a {{ requires {{ b: holds b on (today - {days["a"]} days) or n >= 3  n: n >= 1 }}  checked at own anniversary }}
program b {{ requires {{ a: holds a on (today - {days["b"]} days) or n >= 4 }}
  checked at own anniversary, lost after {grace} days }}
program tier {{
  levels low, high
  requires {{ n: n >= low 1, high 2 }}
  at level high {{ before: holds at low tier on (today - {days["tier"]} days) or n >= 4 }}
  checked at own anniversary
}}
"""


@dataclass
class Naive:
    """What is held, day by day: each check looks at what was held on the days before, which is known already."""

    days: dict[str, int]
    grace: int
    numbers: list[tuple[date, int]]
    attained: dict[str, date]
    anniversary: dict[str, date]
    level: str

    def n(self, day: date) -> int:
        return next((n for since, n in reversed(self.numbers) if since <= day), 0)

    def held(self, last: date) -> dict[str, list[bool]]:
        """Return of each award whether it is held, on every day from the first through the last."""
        found: dict[str, list[bool]] = {name: [] for name in (*ONES, "tier")}
        ends: dict[str, date] = {}

        def was(name: str, day: date) -> bool:
            return day >= START and found[name][(day - START).days]

        for index in range((last - START).days + 1):
            day = START + index * DAY
            for name, all_ in found.items():
                due = self.anniversary[name]
                is_checked = day >= max(due, self.attained[name]) and (day.month, day.day) == (due.month, due.day)
                if is_checked and name not in ends and not self.is_met(name, day, was):
                    ends[name] = day + (self.grace * DAY if name == "b" else 0 * DAY)
                all_.append(self.attained[name] <= day and (name not in ends or day < ends[name]))
        return found

    def is_met(self, name: str, day: date, was: Any) -> bool:
        before, n = day - self.days[name] * DAY, self.n(day)
        match name:
            case "a":
                return (was("b", before) or n >= 3) and n >= 1
            case "b":
                return bool(was("a", before)) or n >= 4
            case _:
                return n >= 1 if self.level == "low" else n >= 2 and (was("tier", before) or n >= 4)


def check_earlier(data: st.DataObject, _name: str) -> None:
    days = {name: data.draw(st.sampled_from((1, 2, 40, 366))) for name in (*ONES, "tier")}
    dates = st.dates(START + DAY, date(2022, 2, 1))
    numbers = [(START, data.draw(st.integers(0, 4)))]
    numbers += [
        (day, data.draw(st.integers(0, 4)))
        for day in sorted(data.draw(st.sets(st.dates(START + DAY, date(2025, 1, 1)), max_size=4)))
    ]
    attained = {name: data.draw(dates) for name in days}
    anniversary = {name: attained[name] + data.draw(st.sampled_from((1, 100, 365))) * DAY for name in days}
    anniversary = {name: day if (day.month, day.day) != (2, 29) else day + DAY for name, day in anniversary.items()}
    naive = Naive(
        days, data.draw(st.sampled_from((0, 1, 50))), numbers, attained, anniversary, data.draw(st.sampled_from(LEVELS))
    )
    rows = [
        {"award": f"program.{name}", **({"level": naive.level} if name == "tier" else {}), "attained": str(attained[name]),
         "anniversary": str(anniversary[name]), "ended": "none", "benefits": "none"}
        for name in days
    ]  # fmt: skip
    facts = {
        "facts": {"n": {"history": [{"from": str(since), "value": n} for since, n in numbers]}},
        "records": {"awards": rows},
    }
    text = policy(days, naive.grace)
    note(f"{text}\n{json.dumps(facts)}")
    loaded = load_sources([Source("drawn.policy", text)])
    assert not loaded.errors
    asked = data.draw(st.dates(START, date(2025, 6, 1)))
    register = Interpreter(loaded.core, Facts(loaded.core, facts, asked)).register
    held = naive.held(asked)
    for name in days:
        for day in (asked, max(START, asked - 1 * DAY), max(START, asked - 200 * DAY)):
            found = register.standing(f"program.{name}", None, Moment(day)).held

            assert found.name == str(held[name][(day - START).days]).upper(), (name, day)

    engine, reference = Engine(loaded.document, loaded.core), Engine(loaded.document, loaded.core, reference=True)
    engine.prepared.often = Often(engine.core, after=0)
    query = Query(("*",), asked, facts)
    assert json.dumps(engine.decide(query).as_json()) == json.dumps(reference.decide(query).as_json())


@pytest.mark.parametrize("part", range(2))
def test_what_was_held_before_is_as_going_from_day_to_day(part: int) -> None:
    hold(check_earlier, 40, f"earlier {part}")


CIRCLES = {
    "holds at low tier": "`holds at low tier on (today - 1 day)`",
    "holds at low tier on today": "`holds at low tier on (today - 1 day)`",
    "holds at low tier on (today + 1 day)": "`holds at low tier on (today - 1 day)`",
    "(holds at low tier on (today + 3 days)) on (today - 1 day)": "`holds at low tier on (today - 1 day)`",
    "qualifies at high for tier on (today - 1 day)": "take one of these away",
    "was on (today - 1 day)": "on (today - 1 day)",
}


@pytest.mark.parametrize("asked", CIRCLES)
def test_what_goes_round_on_the_day_is_refused_with_what_to_write(asked: str) -> None:
    text = policy({"a": 1, "b": 1, "tier": 1}, 0).replace("holds at low tier on (today - 1 days) or n >= 4", asked)
    text += 'measure was "Was": flag = holds at low tier\n'

    found = load_sources([Source("circle.policy", text)])

    assert [one.code for one in found.errors] == ["C501"]
    assert CIRCLES[asked] in (found.errors[0].help or "")
