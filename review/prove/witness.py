"""A partner that shows a difference: made of what the solver found, decided by both sides, and cut down to what it takes.

What the solver says counts for nothing here: a partner is a witness only where the engines decide it otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any

import z3

from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.core import calendar
from dsl.json_values import decimal_text
from evaluator import limits
from evaluator.acceptance.facts_schema import FactErrors
from review.prove.claims import Facts
from review.prove.formulas import Formula, alike, both, negated
from review.prove.terms import UNNAMED, Flag, Ordered, Term, Words
from review.prove.told import Told

Json = Any
SINCE = "1990-01-01"
"""Since when what was always so is told."""
LONG_AGO = "2015-01-01"
"""When people were certified, and awards attained."""
AHEAD = timedelta(days=300)
"""How far ahead of the day of which it is asked an award's anniversary lies."""
JUST_PAST = timedelta(days=-10)
"""And of a partner who has just had it: whom a choice or a renewal is open to."""
OTHER = "another"
"""A text that no rule names."""
MOST_PERSONS = 60
PLACES = 6
"""Decimal places to which a figure of the solver is cut."""
_ONE = timedelta(days=1)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")


def partner_of(
    told: Told, model: Any, as_of: date, records: Mapping[str, Json], ahead: timedelta = AHEAD
) -> dict[str, Json]:
    """Return the facts of the partner that a model of the solver describes, as far as they can be told.

    Args:
        told: the variables.
        model: their values.
        as_of: the day of the question.
        records: lists that are told in any case: empty ones, so that nothing in them is missing.
        ahead: how far ahead of the day of which it is asked an award's anniversary lies.
    """
    facts: dict[str, Json] = {}
    projected: dict[str, Json] = {}
    past: dict[str, dict[date, Json]] = {}
    for fact, term in told.facts.values():
        value = value_of(term, model, fact.type)
        if fact.projected:
            projected[fact.name] = value
        elif fact.day == as_of:
            facts[fact.name] = value
        else:
            past.setdefault(fact.name, {})[fact.day] = value
    for name, days in past.items():
        days = {**days, **({as_of: facts[name]} if name in facts else {})}
        steps = [{"from": day.isoformat(), "value": days[day]} for day in sorted(days)]
        facts[name] = {"history": [{**steps[0], "from": SINCE}, *steps[1:]]}
    lists = {**records, "certifications": list(_certified(told, model))}
    awards = list(_awards(told, model, ahead))
    found: dict[str, Json] = {"facts": facts, "records": {**lists, "awards": awards}}
    if projected:
        found["projected"] = {"facts": projected}
    return found


def always(facts: Mapping[str, Json], lists: Sequence[str]) -> dict[str, Json]:
    """Return a partner with whom every day is as today: its facts have held for long."""
    told = {
        name: value if isinstance(value, dict) else {"history": [{"from": SINCE, "value": value}]}
        for name, value in facts.get("facts", {}).items()
    }
    return {**facts, "facts": told, "records": {**{name: [] for name in lists}, **facts.get("records", {})}}


def thought_of(solver: Any, told: Told, day: date, lists: Iterable[str]) -> Iterator[dict[str, Json]]:
    """Yield partners that the solver thinks of, the plainest first: with nothing in what stands between."""
    records: dict[str, Json] = {name: [] for name in lists if name not in BUILT_IN}
    plain = [_is_nothing(term) for _, term in told.nodes.values()]
    register = [_is_nothing(term) for node, term in told.nodes.values() if not isinstance(node, c.Holds | c.Paid)]
    # What may be held and need not be is told by no record.
    sure = is_held_or_not(told)
    for wanted in (
        [*plain, *told.wishes],
        [*register, *sure, *told.wishes],
        plain,
        [*register, *sure],
        register,
        [*sure, *told.wishes],
        told.wishes,
        [],
        *([[*sure, *told.wishes, *told.told_days]] if told.told_days else []),
    ):
        if solver.check(*_named(solver, wanted)) == z3.sat:
            yield from partners_of(told, solver.model(), day, records)


def within_windows(solver: Any, told: Told, day: date, lists: Iterable[str]) -> Iterator[dict[str, Json]]:
    """Yield partners who met something on days of one window alone: between the ends of two, what is asked differs."""
    records: dict[str, Json] = {name: [] for name in lists if name not in BUILT_IN}
    firsts, lasts = ({window[end] for window in told.windows} for end in (0, 1))
    days = sorted({*firsts, *(last + _ONE for last in lasts if last < day), day})
    if len(days) < 2 or solver.check(*_named(solver, told.met_today)) != z3.sat:
        return
    model = solver.model()
    for ahead in (AHEAD, JUST_PAST):
        partner = partner_of(told, model, day, records, ahead)
        for first, last in pairwise(days):
            yield only_within(partner, first, last)


def partners_of(told: Told, model: Any, day: date, records: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """Yield the partners that a model may describe: as of today, as ever, and with anniversaries that are just past."""
    for ahead in (AHEAD, JUST_PAST):
        partner = partner_of(told, model, day, records, ahead)
        if ahead is AHEAD or partner["records"]["awards"]:
            yield partner
            yield always(partner, list(records))


def moved(told: Facts, by: timedelta) -> dict[str, Json]:
    """Return a partner whose days and months are so many days on; what is told as of long ago stays."""
    return {name: _moved(value, by) for name, value in told.items()}


def _moved(told: Json, by: timedelta) -> Json:
    match told:
        case Mapping():
            return {name: _moved(value, by) for name, value in told.items()}
        case list():
            return [_moved(value, by) for value in told]
        case str() if told not in (SINCE, LONG_AGO) and _DAY.fullmatch(told):
            return _on(date.fromisoformat(told), by).isoformat()
        case str() if _MONTH.fullmatch(told):
            return _on(date.fromisoformat(f"{told}-15"), by).isoformat()[:7]
        case _:
            return told


def _on(day: date, by: timedelta) -> date:
    last = date(limits.LAST_YEAR, 12, 31)
    return min(max(day + by, date(limits.FIRST_YEAR, 1, 1)), last) if day < last else day


def only_within(facts: Facts, start: date, end: date) -> dict[str, Json]:
    """Return a partner as told from one day until another only; records of months are of one of which that is so."""
    steps = ((SINCE, False), (start.isoformat(), True), (end.isoformat(), False))
    told = {
        name: value
        if isinstance(value, dict) or _nothing(value) is None
        else {"history": [{"from": day, "value": value if is_told else _nothing(value)} for day, is_told in steps]}
        for name, value in facts.get("facts", {}).items()
    }
    is_long = start.isoformat() == LONG_AGO
    month = calendar.month_text(calendar.month_index(end) - 7 if is_long else calendar.month_index(start) - 1)
    within = {"earned": start.isoformat(), "expires": end.isoformat()}
    records = {
        name: [
            {**row, **({"month": month} if "month" in row else {}), **(within if name == "certifications" else {})}
            for row in (rows["rows"] if isinstance(rows, dict) else rows)
        ]
        for name, rows in facts.get("records", {}).items()
    }
    return {"facts": told, "records": records}


def _nothing(value: Json) -> Json:
    """Return what a fact says where there is nothing; None where it says no more or less: a word, a day."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return 0
    try:
        Decimal(value)
    except InvalidOperation:
        return None
    return "0"


def is_held_or_not(told: Told) -> list[Formula]:
    """Return that whatever may be held, or paid for, is so."""
    return [
        alike(term.must, term.may)
        for node, term in told.nodes.values()
        if isinstance(node, c.Holds | c.Paid) and isinstance(term, Flag)
    ]


def _is_nothing(term: Term) -> Formula:
    match term:
        case Flag(must=must, may=may):
            return both(negated(must), negated(may))
        case Ordered(low=low, high=high, is_day=False):
            return both(negated(low.open), negated(high.open), low.value == 0, high.value == 0)
        case _:
            return z3.BoolVal(True)


def _named(solver: Any, wanted: Sequence[Formula]) -> list[Formula]:
    """Return the wishes as literals that the solver can be asked with."""
    names: list[Formula] = []
    for formula in wanted:
        name = z3.FreshBool("wish")
        solver.add(z3.Implies(name, formula))
        names.append(name)
    return names


def smallest(facts: dict[str, Json], shows: Callable[[Facts], bool]) -> dict[str, Json]:
    """Return as few of the facts as still show the difference: dropping any more of them removes it."""
    facts = _with_fewer(facts, shows)
    changed = True
    while changed:
        changed = False
        for less in _less(facts):
            if shows(less):
                facts, changed = less, True
                break
    return facts


def _with_fewer(facts: dict[str, Json], shows: Callable[[Facts], bool]) -> dict[str, Json]:
    """Return the facts without as many lists, facts and rows as can be left out together: all, halves, quarters and so on."""
    for section in ("records", "facts"):
        facts = _fewest(facts, list(facts.get(section, {})), partial(_only, facts, section), shows)
    for name, rows in facts.get("records", {}).items():
        facts = _fewest(facts, list(rows), partial(_having, facts, name), shows)
    return facts


def _only(facts: Facts, section: str, names: list[str]) -> dict[str, Json]:
    return {**facts, section: {name: facts[section][name] for name in names}}


def _having(facts: Facts, name: str, rows: list[Json]) -> dict[str, Json]:
    return {**facts, "records": {**facts["records"], name: rows}}


def _fewest(
    facts: dict[str, Json],
    things: list[Any],
    having: Callable[[list[Any]], dict[str, Json]],
    shows: Callable[[Facts], bool],
) -> dict[str, Json]:
    """Return the facts without those of the things that can be left out in a piece."""
    left, size = things, len(things)
    while size:
        start = 0
        while start < len(left):
            fewer = left[:start] + left[start + size :]
            less = having(fewer)
            if shows(less):
                facts, left = less, fewer
            else:
                start += size
        size = min(size, len(left)) // 2
    return facts


def _less(facts: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Yield the facts without one of them, the larger pieces first."""
    for section in ("projected", "records", "facts"):
        told = facts.get(section)
        if not told:
            continue
        if section == "projected":
            yield {key: value for key, value in facts.items() if key != section}
            continue
        for name in told:
            yield {**facts, section: {key: value for key, value in told.items() if key != name}}
        if section == "records":
            for name, rows in told.items():
                people = dict.fromkeys(row.get("person") for row in rows) if name == "certifications" else {}
                for person in people:
                    yield {**facts, section: {**told, name: [row for row in rows if row.get("person") != person]}}
                for index in range(len(rows)):
                    yield {**facts, section: {**told, name: [*rows[:index], *rows[index + 1 :]]}}


def shows(decide: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
    """Return a check that takes facts which a side refuses for none that shows anything."""

    def check(facts: Facts) -> bool:
        try:
            return decide(facts)
        except FactErrors:
            return False

    return check


def _certified(told: Told, model: Any) -> Iterator[Json]:
    number = 0
    for (_, projected, person), variable in told.people.types.items():
        count = model.eval(variable, model_completion=True).as_long()
        for _ in range(0 if projected else min(count, MOST_PERSONS - number)):
            number += 1
            for name in told.people.certificates(person):
                yield {"person": f"person {number}", "certification": name, "earned": LONG_AGO, "expires": "none"}


def _awards(told: Told, model: Any, ahead: timedelta) -> Iterator[Json]:
    held: dict[str, Json] = {}
    for key, (node, term) in sorted(told.nodes.items(), key=lambda one: told.days[one[0]]):
        if isinstance(node, c.Holds | c.Paid) and isinstance(term, Flag) and _holds(term.must, model):
            row = held.setdefault(
                node.award,
                {
                    "award": node.award,
                    "attained": LONG_AGO,
                    "ended": "none",
                },
            )
            # Of several days the last one says it.
            row["anniversary"] = (told.days[key] + ahead).isoformat()
            if isinstance(node, c.Holds) and node.level is not None:
                row["level"] = node.level
            row["benefits"] = "bought" if isinstance(node, c.Paid) else row.get("benefits", "none")
    yield from held.values()


def _holds(formula: Any, model: Any) -> bool:
    return bool(z3.is_true(model.eval(formula, model_completion=True)))


def number_of(term: Ordered, model: Any, type_: c.Type) -> Json:
    """Return the figure that a model gives a term, as a partner tells it."""
    return value_of(term, model, type_)


def value_of(term: Term, model: Any, type_: c.Type) -> Json:
    """Return what a model gives a term, as a partner tells it."""
    match term:
        case Flag(must=must):
            return _holds(must, model)
        case Words(options=options):
            word = next(word for word, may in options if _holds(may, model))
            return OTHER if word == UNNAMED else word
        case Ordered(low=low, is_day=is_day):
            told = model.eval(low.value, model_completion=True)
            value = Fraction(told.numerator_as_long(), told.denominator_as_long())
            if is_day:
                day = date.fromordinal(int(value))
                return "none" if day == date.max else day.isoformat()
            if value.denominator == 1 and type_.kind == "count":
                return int(value)
            return decimal_text(round(Decimal(value.numerator) / Decimal(value.denominator), PLACES))
        case _:
            raise AssertionError("a duration is told by nobody")
