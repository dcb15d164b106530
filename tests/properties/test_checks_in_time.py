"""Which checks rest on themselves: what `merit check` lets pass is decided, and what it refuses could not be."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import note, strategies as st

from dsl.load import Loaded, load_sources
from dsl.source import Source
from evaluator.explanation import Gap
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from evaluator.register.checks import Checks
from tests.properties.test_laws import hold

DAY = timedelta(days=1)
DATES = st.dates(date(2021, 1, 1), date(2023, 12, 31))


class RestsOnItself(Exception):
    """The evaluator came to a check that it was just deciding."""


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the evaluator say aloud where it comes to a check that rests on itself: the gap may be swallowed above."""

    def say(_: Checks) -> Gap:
        raise RestsOnItself

    monkeypatch.setattr(Checks, "_rests_on_itself", say)


def loaded(text: str) -> Loaded:
    return load_sources([Source("drawn.policy", text)])


def decide_all(found: Loaded, facts: dict[str, Any], asked: date) -> None:
    """Decide every rule and standing on a day, each by itself."""
    for rule in found.core.rules.values():
        interpreter = Interpreter(found.core, Facts(found.core, facts, asked))
        interpreter.requirement(rule, Moment(asked, rule=rule))
        if rule.is_award:
            interpreter.register.standing(rule.award, None, Moment(asked))
            interpreter.register.if_attained(rule, Moment(asked))


def row(award: str, attained: date, anniversary: date, ended: date | None = None) -> dict[str, str]:
    days = {"attained": attained, "anniversary": anniversary, "ended": ended or "none"}
    return {"award": award, "benefits": "none", **{name: str(day) for name, day in days.items()}}


# ---- what is let pass

OF_TIME = (
    "n >= 2", "today <= coming", "today <= coming - 20 days", "today <= anniversary", "today <= shared anniversary",
    "coming > 2022-06-01 sometime from today - 40 days through today", "coming on today - 30 days > 2022-06-01",
    "sum added of adds over anniversary year >= 2", "grown >= 2", "near or n >= 2", "today <= behind",
)  # fmt: skip
TO_BE_REFUSED = (
    "coming > 2022-06-01 sometime from today through today + 40 days", "coming on 2022-03-01 > 2022-06-01",
    "coming on today + 30 days > 2022-06-01", "holds a on today", "holds b on (today + 3 days)", "today <= first anniversary after 2022-03-01",
)  # fmt: skip
OF_OTHERS = {
    "a": (
        "holds b",
        "holds c or n >= 2",
        "qualifies for b",
        "qualifies for c",
        "not holds c",
        "holds a on (today - 40 days)",
    ),
    "b": ("holds c", "qualifies for c", "not holds c or near", "holds a on (today - 1 day) or n >= 2"),
    "c": (
        "not holds a on (today - 3 days)",
        "holds b sometime from today - 40 days through today - 1 day",
        "holds c on (start of month of today - 1 day) or n >= 2",
    ),
}
CHECKED = (
    "anniversary", "shared anniversary", "anniversary + 20 days", "anniversary - 20 days", "2022-08-01",
    "anniversary when n >= 2, otherwise anniversary + 5 days",
)  # fmt: skip
CHECKED_BY_OTHERS = (
    "coming", "first anniversary after 2022-03-01", "anniversary when near, otherwise anniversary - 5 days",
    "anniversary when coming > 2022-06-01 sometime from 2022-01-01 through 2022-03-01, otherwise anniversary + 5 days",
)  # fmt: skip
MORE = (
    "", "met sometime from anniversary - 40 days through anniversary", "met sometime from anniversary through anniversary + 40 days",
    "lost after 30 days", "renewable from anniversary through anniversary + 20 days", "valid 1 year when n >= 2, otherwise 2 years",
)  # fmt: skip
MORE_BY_OTHERS = (
    "met sometime from coming - 40 days through coming", "renewable from behind through behind + 20 days",
    "valid 1 year when near, otherwise 2 years",
)  # fmt: skip
MEASURES = """facts { n: signed count }
records adds monthly { added: count }
measure coming "Coming": date = membership anniversary
measure behind "Behind": date = first anniversary after today - 100 days
measure grown "Grown": count = sum added of adds over anniversary year
measure near "Near": flag = today > membership anniversary - 30 days
"""


@st.composite
def policies(draw: st.DrawFn) -> str:
    members = draw(st.sampled_from(("designations", "a, b", "a", "c", "b, c")))
    forms = [f"membership of {members}"]
    follows = draw(st.booleans())
    kinds = {
        "a": "designation a until 2022-06-01" if follows else "designation a",
        "b": "designation b from 2022-06-01 was a" if follows else "designation b",
        "c": "program c",
    }

    def one_of(common: tuple[str, ...], rare: tuple[str, ...]) -> str:
        return draw(st.sampled_from(rare if draw(st.integers(0, 7)) == 7 else common))

    for name, kind in kinds.items():
        asked = {one_of((*OF_TIME, *OF_OTHERS[name]), TO_BE_REFUSED) for _ in range(2)}
        parts = "  ".join(f"x{index}: {one}" for index, one in enumerate(sorted(asked)))
        checked, more = one_of(CHECKED, CHECKED_BY_OTHERS), one_of(MORE, MORE_BY_OTHERS)
        forms.append(f"{kind} {{ requires {{ {parts} }}\n  checked at {checked}\n  {more}\n}}")
    return MEASURES + "\n".join(forms) + "\n"


@st.composite
def registers(draw: st.DrawFn) -> dict[str, Any]:
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        attained = draw(DATES)
        anniversary = attained + draw(st.sampled_from((0, 100, 365, 400))) * DAY
        award = draw(st.sampled_from(("designation.a", "designation.b", "program.c")))
        rows.append(row(award, attained, anniversary, draw(st.none() | DATES)))
    history = [{"from": "2020-01-01", "value": 1}, {"from": str(draw(DATES)), "value": 2}]
    return {"facts": {"n": {"history": history}}, "records": {"awards": rows, "adds": []}}


def check_what_passes_is_decided(data: st.DataObject, _name: str) -> None:
    """What `merit check` lets pass never comes to a check that it is just deciding."""
    text = data.draw(policies())
    found = loaded(text)
    if found.errors:
        assert {one.code for one in found.errors} <= {"C501", "C502"}, (text, found.errors)
        return
    note(text)
    for _ in range(3):
        facts, asked = data.draw(registers()), data.draw(st.dates(date(2021, 1, 1), date(2025, 1, 1)))
        note(f"on {asked}: {json.dumps(facts)}")
        decide_all(found, facts, asked)


@pytest.mark.usefixtures("probe")
@pytest.mark.parametrize("part", range(3))
def test_what_passes_is_decided(part: int) -> None:
    hold(check_what_passes_is_decided, 120, f"checks in time {part}")


# ---- what is refused

A = [row("designation.a", date(2021, 1, 1), date(2022, 1, 1))]
BOTH = [row("designation.a", date(2021, 1, 1), date(2023, 1, 1)), row("program.c", date(2021, 1, 1), date(2023, 1, 10))]
REFUSED = {
    "its days, by a measure": ("checked at coming", A, "the days of the check of `designation.a` → `coming`"),
    "its days, by the first": ("checked at first anniversary after 2022-03-01", A, "the days of the check"),
    "its window": ("met sometime from coming - 9 days through coming", A, "the days of the check of `designation.a` → `coming`"),
    "renewal": ("renewable from coming through coming + 9 days", A, "the days of the check of `designation.a` → `coming`"),
    "a later day": ("requires { x: coming on 2023-01-01 > 2023-06-01 }", A, "the check of `designation.a` → `coming`"),
    "a window that goes on": (
        "requires { x: coming > 2023-06-01 sometime from today through today + 30 days }", A,
        "the check of `designation.a` → `coming`",
    ),
}  # fmt: skip


@pytest.mark.usefixtures("probe")
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_could_not_be_decided(name: str) -> None:
    clause, rows, way = REFUSED[name]
    rest = "" if clause.startswith("requires") else "requires { x: n >= 2 }"
    found = loaded(f"{MEASURES}membership of designations\ndesignation a {{ {rest} {clause} }}\n")

    assert [one.code for one in found.errors] == ["C502"]
    assert way in found.errors[0].message
    assert found.errors[0].help
    with pytest.raises(RestsOnItself):
        decide_all(found, {"facts": {"n": 1}, "records": {"awards": rows}}, date(2023, 3, 1))
