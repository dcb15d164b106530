"""The register at both ends of the calendar: whatever days it tells, an answer comes, and no day in it stands for "never"."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import note, strategies as st

from evaluator.acceptance.facts_schema import FactErrors
from evaluator.engine import Query
from evaluator.limits import FIRST_DAY, FIRST_YEAR, LAST_DAY, LAST_YEAR
from review.scenarios.partners import Partners
from tests.properties.laws import contradictions
from tests.properties.strategies import Partner, growing_knowledge, partners
from tests.properties.test_laws import REAL, engine, hold, made_for, rules

TOLD = (date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
"""The first and the last day that facts can tell."""
REFUSED = (date.min, TOLD[0] - timedelta(days=1), TOLD[1] + timedelta(days=1), date.max)
ASKED = (FIRST_DAY, FIRST_DAY + timedelta(days=1), date(2023, 2, 28), LAST_DAY - timedelta(days=1), LAST_DAY)
NEVER = (date.max.isoformat(), date.min.isoformat())


def near(*days: date) -> st.SearchStrategy[str]:
    """Days, and those around them that can be told; leap days, and days on which the span asked about begins and ends."""
    around = {day + timedelta(days=shift) for day in days for shift in (-366, -31, -1, 0, 1, 31, 366)}
    return st.sampled_from(sorted(day.isoformat() for day in around if TOLD[0] <= day <= TOLD[1]))


AT_ENDS = near(TOLD[0], FIRST_DAY, date(2024, 2, 29), LAST_DAY, TOLD[1])


@st.composite
def at_the_ends(draw: st.DrawFn, row: dict[str, Any]) -> dict[str, Any]:
    """An entry whose days lie at an end of the calendar."""
    ended = draw(st.one_of(st.just("none"), AT_ENDS))
    return {**row, "attained": draw(AT_ENDS), "anniversary": draw(AT_ENDS), "ended": ended}


def moved(draw: Any, partner: Partner) -> Partner:
    """Return a partner with its register, and the day of the question, at the ends."""
    as_of = draw(st.sampled_from(ASKED))
    sections: dict[str, Any] = {}
    for section, content in partner.sections.items():
        # What is told of days behind the question is told then.
        facts = {
            name: [step for step in steps if step[0] <= as_of] or steps[:1] for name, steps in content["facts"].items()
        }
        records = dict(content["records"])
        if "awards" in records:
            rows = [draw(at_the_ends(row)) for row in records["awards"]["rows"]]
            # An award is attained once a day.
            records["awards"] = {"rows": list({(row["award"], row["attained"]): row for row in rows}.values())}
        sections[section] = {"facts": facts, "records": records}
    return Partner(partner.core, as_of, sections)


def check_ends(data: st.DataObject, name: str) -> None:
    """More facts never contradict, and none of the answers tells a day that stands for "never"."""
    rule = data.draw(st.sampled_from(rules(name)), label="rule")
    partner = moved(data.draw, data.draw(partners(made_for(name, rule))))
    less, more = data.draw(growing_knowledge(partner))
    note(
        f"{rule} on {partner.as_of}\nless: {json.dumps(less.facts(), default=str)}\nmore: {json.dumps(more.facts(), default=str)}"
    )

    answers = [engine(name).decide(Query((rule,), partner.as_of, known.facts())) for known in (less, more)]

    assert not list(contradictions(*(answer.decisions[0] for answer in answers)))
    for answer in answers:
        assert not days_of_never(answer.as_json())


def days_of_never(answer: Any) -> list[str]:
    text = json.dumps(answer)
    return [never for never in NEVER if never in text]


@pytest.mark.parametrize("name", ["register"])
def test_days_at_the_ends_never_contradict(name: str) -> None:
    hold(check_ends, 30, name)


def check_real_ends(data: st.DataObject, name: str) -> None:
    """The same of the real policies: every award, life cycle, choice and fee of a partner has an answer."""
    core = engine(name).core
    as_of = data.draw(st.sampled_from(ASKED))
    facts = Partners(core, seed=data.draw(st.integers(0, 10**6)), as_of=as_of).partner(1)
    awards = data.draw(st.lists(st.sampled_from(core.awards), min_size=1, max_size=3, unique=True))
    levels = {rule.award: rule.levels for rule in core.rules.values()}
    rows = [
        data.draw(at_the_ends({"award": award, "benefits": "none", **level(levels.get(award, ()), data.draw)}))
        for award in awards
    ]
    facts.get("records", {})["awards"] = rows
    asked = sorted({rule.id for award in awards for rule in core.rules_of_entry.get(award, ())})
    others = [name for name in core.rules if name.startswith(("choice.", "fee.", "lifecycle."))]
    asked = [*asked, data.draw(st.sampled_from(others))]
    note(f"{asked} on {as_of}: {json.dumps(rows)}")

    answer = engine(name).decide(Query(tuple(asked), as_of, facts)).as_json()

    assert not days_of_never(answer)


def level(levels: tuple[str, ...], draw: Any) -> dict[str, str]:
    return {"level": draw(st.sampled_from(levels))} if levels else {}


def test_real_awards_at_the_ends_have_answers() -> None:
    hold(check_real_ends, 40, REAL)


@pytest.mark.parametrize("field", ["attained", "anniversary", "ended"])
@pytest.mark.parametrize("day", REFUSED)
def test_days_that_cannot_be_told_are_refused_at_their_place(field: str, day: date) -> None:
    row = {"award": "designation.own_check", "attained": "2021-05-19", "anniversary": "2022-05-19", "ended": "none"}
    facts = {"records": {"awards": [{**row, field: day.isoformat()}]}}

    with pytest.raises(FactErrors, match=f"/records/awards/0/{field}"):
        engine("register").decide(Query(("designation.own_check",), date(2023, 1, 1), facts))
