"""The register of the real awards against its definition, day by day: of the policies it takes the values of settings."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from hypothesis import note, strategies as st

from dsl import core as c
from dsl.core import calendar
from dsl.core.ranges import NEVER, Dates, Span, Truth
from evaluator.facts import Facts, Row
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from review.scenarios.partners import COMPLETE, Partners
from tests.properties.test_laws import REAL, engine, hold
from tests.properties.test_register import Naive, Window, Words

FIRST, LAST = date(2019, 6, 1), date(2026, 12, 31)


class NotKnown(Exception):
    """A figure that the policies do not know decides: the naive register has no word for it."""


@dataclass
class Real:
    """A rule of the policies and an entry, read as the naive register asks."""

    interpreter: Interpreter
    rule: c.Rule
    row: Row
    known: dict[tuple[date, date], bool] = field(default_factory=dict)

    def setting(self, due: date, word: str) -> list[Any]:
        rule = self.rule_on(due)
        version = rule.version_on(due)
        for setting in version.settings.get(word, ()) if version is not None else ():
            if due in setting.days:
                values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
                at = Moment(due, rule=rule, entry=self.row, due=due)
                return [self.exact(self.interpreter.evaluate(value, at).range) for value in values]
        return []

    @staticmethod
    def exact(range_: object) -> Any:
        found = range_.exact if isinstance(range_, Dates) else range_.duration if isinstance(range_, Span) else None
        if found is None:
            raise NotKnown
        return found

    def rule_on(self, day: date) -> c.Rule:
        """Return the rule that counts on a day: its own, and the one that followed it once it is out of force."""
        if self.rule.version_on(day) is not None:
            return self.rule
        return next((one for one in followers(self.rule.award) if one.version_on(day) is not None), self.rule)

    def checked(self, due: date) -> date | None:
        day = next(iter(self.setting(due, "checked at")), due)
        return None if day == NEVER else day

    def lost(self, due: date, day: date) -> date:
        return calendar.add(day, next(iter(self.setting(due, "lost after")), c.Duration()))

    def window(self, due: date, word: str) -> Window | None:
        days = self.setting(due, word)
        return (days[0], days[1]) if days else None

    def meets(self, day: date, due: date) -> bool:
        if (day, due) not in self.known:
            rule = self.rule_on(day)
            found = self.interpreter.requirement(rule, Moment(day, rule=rule, entry=self.row, due=due)).truth
            if found is Truth.UNKNOWN:
                raise NotKnown
            self.known[day, due] = found is Truth.TRUE
        return self.known[day, due]

    def force_ends(self) -> date:
        attained = date.fromisoformat(self.row.data["attained"])
        ends = sorted(
            one.days.end for one in self.rule.versions if one.days.end is not None and one.days.end > attained
        )
        return next((end for end in ends if self.rule.version_on(end) is None), date.max)

    def words(self) -> Words:
        return Words(
            checked=self.checked, lost=self.lost, meets=self.meets,
            window=lambda due: self.window(due, "met sometime"), renewable=lambda due: self.window(due, "renewable"),
            force_ends=self.force_ends(), followed=bool(followers(self.rule.award)),
        )  # fmt: skip


@cache
def followers(award: str) -> tuple[c.Rule, ...]:
    return tuple(rule for rule in engine(REAL).core.rules.values() if award in rule.was)


@cache
def makers(asked: date, rule: str) -> Partners:
    core = engine(REAL).core
    return Partners(core, seed=7, as_of=asked, rules=[core.rules[rule]], chances=COMPLETE)


@cache
def held_rules() -> tuple[str, ...]:
    return tuple(rule.id for rule in engine(REAL).core.rules.values() if rule.is_award)


@cache
def turning_days() -> tuple[date, ...]:
    return tuple(day for day in engine(REAL).core.change_days if FIRST <= day <= LAST)


def check_real(data: st.DataObject, name: str) -> None:
    """The standing of an entry of a real award is what going from day to day makes of it."""
    core = engine(name).core
    rule = core.rules[data.draw(st.sampled_from(held_rules()), label="rule")]
    attained = data.draw(st.sampled_from(turning_days())) + timedelta(
        days=data.draw(st.sampled_from((-200, -1, 0, 1, 150)))
    )
    if attained > LAST or rule.version_on(attained) is None:
        return
    years = data.draw(st.integers(1, 2))
    anniversary = calendar.add_years(attained, years)
    near = anniversary + timedelta(days=data.draw(st.sampled_from((-400, -30, -1, 0, 1, 29, 30, 31, 32, 400))))
    asked = data.draw(st.sampled_from((near, near, data.draw(st.sampled_from(turning_days())))))
    asked = min(max(asked, attained), LAST)
    ended = data.draw(st.sampled_from(("none", "none", "none", (attained + timedelta(days=380)).isoformat())))
    row = {
        "award": rule.award, "attained": attained.isoformat(), "anniversary": anniversary.isoformat(), "ended": ended,
        "benefits": "none", **({"level": rule.id.rsplit(".", 1)[1]} if rule.levels else {}),
    }  # fmt: skip
    told = makers(asked, rule.id).partner(data.draw(st.integers(1, 40), label="partner"))
    told.pop("projected", None)
    # The designations and competencies that the rule may ask for, and this entry.
    others = [one for one in told["records"].get("awards", ()) if one["award"] != rule.award]
    told["records"]["awards"] = [row, *others]
    note(f"{rule.id} on {asked}: {json.dumps(told)}")
    level = row.get("level")

    standing = Interpreter(core, Facts(core, told, asked)).register.standing(rule.award, level, Moment(asked))

    interpreter = Interpreter(core, Facts(core, told, asked))
    real = Real(interpreter, rule, Row(row, "/records/awards/0"))
    try:
        until = None if ended == "none" else date.fromisoformat(ended)
        naive = Naive(attained, anniversary, until, real.words()).told(asked)
    except NotKnown:
        return
    note(f"{standing}\n{naive}")
    assert standing.held is (Truth.TRUE if naive.held else Truth.FALSE)
    if not naive.is_open:
        assert (standing.since, standing.until, standing.next_check) == (attained, naive.until, naive.next_check)


def test_the_standing_of_real_awards_is_as_going_from_day_to_day() -> None:
    hold(check_real, 1000, REAL)
