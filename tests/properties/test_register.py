"""The register against its definition: day by day from the day attained, and nothing skipped.

The naive register is written anew here: of the evaluator it uses the decision of a rule on a day, and of the real
policies the values of their settings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import note, strategies as st

from dsl import core as c
from dsl.core.ranges import NEVER, Truth, exactly
from dsl.load import load_sources
from dsl.source import Source
from evaluator.facts import Facts, Row
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from evaluator.register.checks import Check, check_of, decided_check
from evaluator.register.settings import Settings
from tests.properties.test_laws import REAL, engine, hold

ROOT = Path(__file__).parents[2]
DAY = timedelta(days=1)
YEARS = 12
FOLLOWED = date(2022, 6, 1)
"""The day from which another award follows one, where the policy drawn has such."""
Window = tuple[date, date]


def years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("a month has 28 days")


def days_of(window: Window) -> list[date]:
    return [window[0] + DAY * index for index in range((window[1] - window[0]).days + 1)]


@dataclass(frozen=True)
class Words:
    """What a rule says of an anniversary."""

    checked: Callable[[date], date | None]
    lost: Callable[[date, date], date]
    """First day without the award, of a check on a day that fails; of the anniversary, and the day."""
    window: Callable[[date], Window | None]
    renewable: Callable[[date], Window | None]
    meets: Callable[[date, date], bool]
    """Whether the rule is met on a day, in the check of an anniversary."""
    force_ends: date = date.max
    """First day on which the rule is no longer in force."""
    followed: bool = False
    """Whether another award follows it: its holders go on, so that its end is not told as a loss to come."""


@dataclass(frozen=True)
class Told:
    """What the naive register says on a day."""

    held: bool
    until: date | None
    next_check: date | None
    is_open: bool = False
    """Whether the window of a check still runs, so that no day is certain."""


@dataclass(frozen=True)
class Naive:
    """One entry, its rule, and the day of the question."""

    attained: date
    anniversary: date
    ended: date | None
    words: Words

    def lost(self, due: date, day: date) -> date:
        """Return the first day without the award, where the check of an anniversary fails."""
        window = self.words.window(due)
        loss = self.words.lost(due, day)
        return loss if window is None else max(loss, window[1] + DAY)

    def nth(self, index: int) -> date:
        """Return the anniversary so many years after the one that is told."""
        return years_on(self.anniversary, index)

    def checks(self) -> dict[date, date]:
        """Return the days of checks with their anniversaries; one day is checked once."""
        found: dict[date, date] = {}
        for due in map(self.nth, range(YEARS)):
            day = self.words.checked(due)
            if day is not None and day >= self.attained:
                found.setdefault(day, due)
        return found

    def unrenewed(self) -> list[date]:
        """Return the first days without the award of an entry that still shows the anniversary to renew at."""
        found: list[date] = []
        for due in map(self.nth, range(YEARS)):
            day, renewable = self.words.checked(due), self.words.renewable(due)
            if renewable is not None and (day or due) >= self.attained:
                behind = renewable[1] + DAY
                found.append(behind if day is None else max(behind, self.lost(due, day)))
        return found

    def met(self, day: date, due: date, asked: date) -> bool | None:
        """Whether the check of a day is passed; None while its window is open."""
        window = self.words.window(due)
        if window is None:
            return self.words.meets(day, due)
        if any(self.words.meets(one, due) for one in days_of(window) if one <= asked):
            return True
        return None if window[1] > asked else False

    def lost_by(self, asked: date) -> date | None:
        """Return the first day without it, by what came before a day: checks, renewals, and what the entry tells."""
        losses = [self.ended, *(loss for loss in self.unrenewed() if loss <= asked)]
        checks = self.checks()
        known = [loss for loss in losses if loss is not None]
        day = self.attained
        while day < asked and not (known and min(known) <= day):
            if day in checks and self.met(day, checks[day], asked) is False:
                known.append(self.lost(checks[day], day))
            day += DAY
        return min(known, default=None)

    def told(self, asked: date) -> Told:
        """Go from the day attained to the day of the question."""
        words = self.words
        if self.attained >= words.force_ends:
            return Told(held=False, until=None, next_check=None)
        checks = self.checks()
        known = [loss for loss in self.unrenewed() if loss <= asked]
        if self.ended is not None:
            known.append(self.ended)
        if words.force_ends <= asked or (words.force_ends != date.max and not words.followed):
            known.append(words.force_ends)
        is_open = False
        day = self.attained
        while day <= asked and not (known and min(known) <= day):
            if day in checks:
                met = self.met(day, checks[day], asked)
                is_open |= met is None
                if met is False:
                    known.append(self.lost(checks[day], day))
            day += DAY
        until = min(known, default=None)
        held = until is None or asked < until
        if is_open:
            return Told(held, None, None, is_open=True)
        coming = min((one for one in checks if one > asked), default=None)
        is_before = coming is not None and (until is None or coming < until)
        return Told(held, until, coming if held and is_before else None)


# ---- policies drawn at random

CHECKED: dict[str, Callable[[date], date | None]] = {
    "own anniversary": lambda due: due,
    "shared anniversary": lambda due: due,
    "membership anniversary": lambda due: due,
    "next anniversary": lambda due: due,
    "anniversary": lambda due: due,
    "anniversary - 10 days": lambda due: due - 10 * DAY,
    "anniversary + 20 days": lambda due: due + 20 * DAY,
    "start of month of anniversary": lambda due: due.replace(day=1),
    "attained + 6 months, rounded down": lambda _: None,  # bound to the entry below
    "2023-05-15": lambda _: date(2023, 5, 15),
    "2022-03-31": lambda _: date(2022, 3, 31),
    "anniversary - 300 days": lambda due: due - 300 * DAY,
    "anniversary + 250 days": lambda due: due + 250 * DAY,
    "never": lambda _: None,
}
GRACE: dict[str, Callable[[date], date]] = {
    "": lambda day: day,
    ", lost after 1 day": lambda day: day + DAY,
    ", lost after 10 days": lambda day: day + 10 * DAY,
    ", lost after 45 days": lambda day: day + 45 * DAY,
    ", lost after 1 month": lambda day: months_on(day, 1),
}
WINDOWS: dict[str, Callable[[date], Window | None]] = {
    "": lambda _: None,
    "from anniversary - 40 days through anniversary": lambda due: (due - 40 * DAY, due),
    "from anniversary - 5 days through anniversary + 30 days": lambda due: (due - 5 * DAY, due + 30 * DAY),
    "from anniversary through end of month of anniversary": lambda due: (due, months_on(due.replace(day=1), 1) - DAY),
}
RENEWABLE: dict[str, Callable[[date], Window | None]] = {
    "": lambda _: None,
    "from anniversary + 1 day through anniversary + 30 days": lambda due: (due + DAY, due + 30 * DAY),
    "from anniversary - 30 days through anniversary": lambda due: (due - 30 * DAY, due),
}
FORCE = {"": date.max, " until 2024-02-10": date(2024, 2, 10), " through 2022-12-31": date(2023, 1, 1)}
DATES = st.dates(date(2021, 1, 1), date(2023, 12, 31))


@dataclass(frozen=True)
class Said:
    """What is said of checks, as it is written."""

    checked: str
    grace: str
    window: str
    renewable: str

    def text(self) -> str:
        met = f"  met sometime {self.window}\n" if self.window else ""
        renewed = f"  renewable {self.renewable}\n" if self.renewable else ""
        return f"  checked at {self.checked}{self.grace if self.checked != 'never' else ''}\n{met}{renewed}"


@dataclass(frozen=True)
class Drawn:
    """An award drawn at random, and how it is written."""

    said: Said
    later: tuple[date, Said] | None
    """What is said instead of anniversaries from a day on."""
    force: str
    levels: bool
    former: bool

    def said_of(self, due: date) -> Said:
        """Return what is said of an anniversary: the words are those of its day, whatever the day of the check."""
        return self.said if self.later is None or due < self.later[0] else self.later[1]

    def text(self) -> str:
        silver = "silver 1, gold 2" if self.levels else "2"
        said = self.said.text()
        if self.later is not None:
            day, later = self.later
            said = f"  until {day} {{\n{said}  }}\n  from {day} {{\n{later.text()}  }}\n"
        body = f"  requires {{ x: n >= {silver} }}\n{said}"
        levels = "  levels silver, gold\n" if self.levels else ""
        kind = "competency" if self.levels else "designation"
        was = " from 2022-06-01 was old" if self.former else ""
        old = f"{kind} old until 2022-06-01 {{\n{levels}{body}}}\n" if self.former else ""
        return (
            f"facts {{ n: signed count }}\n{kind} a{was or self.force} {{\n{levels}{body}}}\n{old}"
            f"membership of {'competencies' if self.levels else 'designations'}\n"
            "measure ahead: date = membership anniversary\n"
            "measure behind: date = first anniversary after 2022-10-03\n"
        )


@st.composite
def said(draw: st.DrawFn, checked: Sequence[str] = tuple(CHECKED)) -> Said:
    return Said(draw(st.sampled_from(checked)), *(draw(st.sampled_from(list(w))) for w in (GRACE, WINDOWS, RENEWABLE)))


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    levels, former = draw(st.booleans()), draw(st.booleans())
    return Drawn(
        said=draw(said()),
        later=draw(st.none() | st.tuples(DATES, said())),
        force="" if former else draw(st.sampled_from(list(FORCE))),
        levels=levels,
        former=former,
    )


@st.composite
def early(draw: st.DrawFn) -> Drawn:
    """Awards whose later anniversaries may be checked before the earlier ones."""
    first = draw(said(("own anniversary", "anniversary + 250 days")))
    later = draw(said(("2023-05-15", "2022-03-31", "anniversary - 300 days")))
    return Drawn(said=first, later=(draw(DATES), later), force="", levels=False, former=False)


@cache
def core_of(text: str) -> c.Core:
    loaded = load_sources([Source("drawn.policy", text)])
    assert not loaded.errors, (text, loaded.errors)
    return loaded.core


@dataclass(frozen=True)
class Given:
    """A register of one award, and a fact over time."""

    entries: tuple[dict[str, Any], ...]
    history: tuple[tuple[date, int], ...]

    def n(self, day: date) -> int:
        return [value for start, value in self.history if start <= day][-1]

    def facts(self) -> dict[str, Any]:
        history = [{"from": start.isoformat(), "value": value} for start, value in self.history]
        rows = [{key: str(value) for key, value in row.items()} for row in self.entries]
        return {"facts": {"n": {"history": history}}, "records": {"awards": rows}}


@st.composite
def given_to(draw: st.DrawFn, award: Drawn) -> Given:
    changes = sorted(draw(st.lists(DATES, max_size=6, unique=True)))
    history = ((date(2000, 1, 1), draw(st.integers(0, 3))), *((day, draw(st.integers(0, 3))) for day in changes))
    kind = "competency" if award.levels else "designation"
    rows = []
    for _ in range(draw(st.integers(1, 3))):
        attained = draw(DATES)
        anniversary = draw(st.sampled_from((years_on(attained, 1), attained, attained + 100 * DAY)))
        old = award.former and attained < FOLLOWED
        days = draw(st.integers(0, 700))
        ended = attained + days * DAY if days else "none"
        rows.append({
            "award": f"{kind}.{'old' if old else 'a'}", "attained": attained, "anniversary": anniversary,
            "ended": ended, "benefits": draw(st.sampled_from(("none", "benefits.core"))), **({"level": draw(st.sampled_from(("silver", "gold")))} if award.levels else {}),
        })  # fmt: skip
    return Given(tuple(rows), history)


def naive_of(award: Drawn, given: Given, row: dict[str, Any]) -> Naive:
    least = 1 if row.get("level") == "silver" else 2
    attained = row["attained"]

    def checked(due: date) -> date | None:
        words = award.said_of(due).checked
        return months_on(attained, 6) if words.startswith("attained") else CHECKED[words](due)

    def grace(due: date) -> str:
        said = award.said_of(due)
        return said.grace if said.checked != "never" and due < force_ends else ""

    # Whoever holds an award that another one follows goes on with that: here its rule says the same.
    force_ends = FORCE[award.force]
    words = Words(
        # Out of force a rule says nothing: the anniversary is the check, and fails.
        checked=lambda due: checked(due) if due < force_ends else due,
        lost=lambda due, day: GRACE[grace(due)](day),
        window=lambda due: WINDOWS[award.said_of(due).window](due) if due < force_ends else None,
        renewable=lambda due: RENEWABLE[award.said_of(due).renewable](due) if due < force_ends else None,
        meets=lambda day, _: day < force_ends and given.n(day) >= least,
        force_ends=force_ends,
    )
    return Naive(attained, row["anniversary"], None if row["ended"] == "none" else row["ended"], words)


def check_standing(data: st.DataObject, name: str) -> None:
    """The standing of one entry is what going from day to day makes of it."""
    award = data.draw(early() if name.startswith("early") else drawn())
    given = data.draw(given_to(award))
    asked = data.draw(st.dates(date(2021, 1, 1), date(2025, 12, 31)))
    note(award.text())
    core = core_of(award.text())
    kind = "competency" if award.levels else "designation"
    row = given.entries[0]
    asked_for = row["award"] if award.former and asked < FOLLOWED else f"{kind}.a"
    facts = {**given.facts(), "records": {"awards": given.facts()["records"]["awards"][:1]}}
    note(f"{asked_for} on {asked}: {json.dumps(facts)}")

    standing = Interpreter(core, Facts(core, facts, asked)).register.standing(
        asked_for, row.get("level"), Moment(asked)
    )

    naive = naive_of(award, given, row).told(asked)
    if asked < row["attained"]:
        assert standing.held is Truth.FALSE
        return
    assert standing.since == row["attained"]
    assert (standing.held, standing.until) == (Truth.TRUE if naive.held else Truth.FALSE, naive.until)
    assert standing.next_check == naive.next_check


@pytest.mark.parametrize("part", range(3))
def test_the_standing_is_as_going_from_day_to_day(part: int) -> None:
    hold(check_standing, 100, f"standing {part}")


def test_the_check_of_a_later_anniversary_may_come_first() -> None:
    hold(check_standing, 250, "early")


@pytest.mark.parametrize("name", [REAL, "register"])
def test_a_check_that_is_found_once_for_all_entries_is_the_one_of_each(name: str) -> None:
    core = engine(name).core
    dues = [date(year, month, day) for year in range(2021, 2029) for month, day in ((1, 31), (10, 3), (12, 1))]
    found: list[Check] = []
    for rule in filter(lambda rule: rule.is_award, core.rules.values()):
        for due in dues:
            settings = Settings(Interpreter(core, Facts(core, {"facts": {}, "records": {}}, due)))
            for years in (1, 2):  # even and odd ones, as settings may ask
                row = Row({"award": rule.award, "attained": years_on(due, -years).isoformat()}, f"/{years}")
                moment = Moment(due, rule=rule, entry=row, due=due)
                found.append(check_of(settings, moment))
                assert found[-1] == decided_check(settings, moment)
    assert len({(check.day, check.loss, check.window) for check in found}) > 50


# ---- several entries of one award


def check_several(data: st.DataObject, _name: str) -> None:
    """An award is held while any of its entries holds it, whatever their order: to the last end, checked at the last check."""
    award = data.draw(drawn())
    given = data.draw(given_to(award))
    asked = data.draw(st.dates(date(2021, 1, 1), date(2025, 12, 31)))
    level = data.draw(st.sampled_from(("silver", "gold"))) if award.levels else None
    name = f"{'competency' if award.levels else 'designation'}.{'old' if award.former and asked < FOLLOWED else 'a'}"
    note(award.text())
    note(f"{name} {level} on {asked}: {json.dumps(given.facts())}")
    core = core_of(award.text())

    standing = Interpreter(core, Facts(core, given.facts(), asked)).register.standing(name, level, Moment(asked))

    counted = [row for row in given.entries if row["attained"] <= asked and (level != "gold" or row["level"] == "gold")]
    every = [naive_of(award, given, row).told(asked) for row in counted]
    holding = [told for told in every if told.held]
    assert standing.held is (Truth.TRUE if holding else Truth.FALSE)
    if any(told.is_open for told in every):
        return
    ends = [told.until for told in holding or every if told.until is not None]
    lasts = holding and len(ends) < len(holding)
    assert standing.until == (None if lasts else max(ends, default=None))
    checks = [told.next_check for told in holding if told.next_check is not None]
    stays = any(told.next_check is None and told.until is None for told in holding)
    assert standing.next_check == (None if stays else max(checks, default=None))


@pytest.mark.parametrize("part", range(2))
def test_the_standing_of_several_entries_is_that_of_any(part: int) -> None:
    hold(check_several, 60, f"several {part}")


# ---- the anniversaries that the register gives to others


def begins_held(naive: Naive, day: date, *, until_today: bool) -> bool:
    """Whether an entry is held as a day begins, by the checks of the days before; ``until_today``: or ended with it.

    The end of its rule takes no anniversary away: it goes on to the next one, at which it can no longer be renewed.
    """
    if day < naive.attained:
        return False
    until = replace(naive, words=replace(naive.words, followed=True)).lost_by(day)
    return until is None or until > day or (until_today and until == day)


def check_anniversaries(data: st.DataObject, _name: str) -> None:
    """The membership's anniversary, and the first one after a day, are of what the naive register holds."""
    award = data.draw(drawn())
    given = data.draw(given_to(award))
    asked = data.draw(st.dates(date(2021, 1, 1), date(2025, 12, 31)))
    note(award.text())
    note(f"on {asked}: {json.dumps(given.facts())}")
    core = core_of(award.text())
    interpreter = Interpreter(core, Facts(core, given.facts(), asked))
    ahead, behind = (interpreter.evaluate(core.named[name].value, Moment(asked)).range for name in ("ahead", "behind"))

    coming: list[date] = []
    first: list[date] = []
    start = date(2022, 10, 3)
    for row in given.entries:
        naive = naive_of(award, given, row)
        following = min(day for day in map(naive.nth, range(YEARS)) if day >= asked)
        if begins_held(naive, asked, until_today=following == asked):
            coming.append(following)
        on = min(start, asked)
        after = min(day for day in map(naive.nth, range(-YEARS, YEARS)) if day > start)
        if begins_held(naive, on, until_today=after == on):
            first.append(after)

    assert ahead == exactly(min(coming, default=NEVER))
    assert behind == exactly(min(first, default=NEVER))


@pytest.mark.parametrize("part", range(2))
def test_anniversaries_are_of_what_is_held(part: int) -> None:
    hold(check_anniversaries, 100, f"anniversaries {part}")


# ---- several awards at once

YEARLY = """
designation b { requires { x: n >= 2 }   checked at shared anniversary }
program p { requires { x: n >= 1 }   checked at own anniversary }
membership of designations, programs
measure ahead: date = membership anniversary
"""


@st.composite
def several(draw: st.DrawFn) -> tuple[Drawn, Given]:
    """A designation drawn at random beside a plain programme, and a register with entries of both."""
    award = replace(draw(drawn()), levels=False, former=False)
    given = draw(given_to(award))
    rows = list(given.entries)
    for _ in range(draw(st.integers(0, 2))):
        attained = draw(DATES)
        rows.append({
            "award": "program.p", "attained": attained, "anniversary": years_on(attained, 1),
            "ended": draw(st.sampled_from(("none", years_on(attained, 1)))), "benefits": "none",
        })  # fmt: skip
    order = draw(st.permutations(rows))
    return award, replace(given, entries=tuple(order))


def naive_of_one(award: Drawn, given: Given, row: dict[str, Any]) -> Naive:
    """Return the naive register of an entry of either award."""
    if row["award"] == "designation.a":
        return naive_of(award, given, row)
    plain = Words(
        checked=lambda due: due,
        lost=lambda _, day: day,
        window=lambda _: None,
        renewable=lambda _: None,
        meets=lambda day, _: given.n(day) >= 1,
    )
    return Naive(row["attained"], row["anniversary"], None if row["ended"] == "none" else row["ended"], plain)


def check_several_awards(data: st.DataObject, _name: str) -> None:
    """What awards give each other: a shared anniversary is of their kind before it is of the membership."""
    award, given = data.draw(several())
    asked = data.draw(st.dates(date(2021, 1, 1), date(2025, 12, 31)))
    text = award.text().partition("membership of")[0] + YEARLY
    note(text)
    note(f"on {asked}: {json.dumps(given.facts())}")
    core = core_of(text)
    interpreter = Interpreter(core, Facts(core, given.facts(), asked))
    naive = [(row, naive_of_one(award, given, row)) for row in given.entries]

    def coming(after: date) -> dict[str, list[date]]:
        found: dict[str, list[date]] = {"designation": [], "program": []}
        for row, one in naive:
            following = min(day for day in map(one.nth, range(YEARS)) if day > after)
            if begins_held(one, asked, until_today=following == asked):
                found[row["award"].partition(".")[0]].append(following)
        return found

    ahead = coming(asked - DAY)
    assert interpreter.evaluate(core.named["ahead"].value, Moment(asked)).range == exactly(
        min((*ahead["designation"], *ahead["program"]), default=NEVER)
    )

    shared = coming(asked)
    would_be = interpreter.register.if_attained(core.rules["designation.b"], Moment(asked)).would_be
    assert would_be == min(shared["designation"] or shared["program"] or [years_on(asked, 1)])

    held = [row for row, one in naive if row["attained"] <= asked and one.told(asked).held]
    with_a = interpreter.evaluate(c.Paid(award="designation.a", type=c.FLAG), Moment(asked)).truth
    paid = any(row["award"] == "designation.a" and row["benefits"] != "none" for row in held)
    assert with_a is (Truth.TRUE if paid else Truth.FALSE)


@pytest.mark.parametrize("part", range(2))
def test_awards_give_each_other_their_anniversaries(part: int) -> None:
    hold(check_several_awards, 80, f"awards {part}")
