"""Partners that could be: facts at the rules' own figures, for whoever has no partners at hand.

Where a decision turns is where a rule can be wrong, so what is told lies on a figure of the rules, a step beside it, or
between two of them. A partner has a size that its figures follow, so that some meet most of what is asked and some
little. The same policies, seed and number give the same partner, however many are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from dsl import core as c
from dsl.builtin import AWARDS, BUILT_IN
from dsl.core import calendar
from dsl.core.references import reads_of
from dsl.json_values import decimal_text
from evaluator import limits
from evaluator.limits import DIGITS, PLACES
from review.scenarios.figures import Figures, figures_of

Json = Any
MONTHS = 26
"""Months of records that are told: two years, and what a window of the year before begins with."""
MOST_ROWS_A_MONTH = 4
MOST_PEOPLE = 12


@dataclass(frozen=True, slots=True)
class Chances:
    """How often something is not told, or told in another way; shares of one."""

    untold: float = 0.1
    """A fact or measure."""
    absent: float = 0.05
    """A whole list, or a part of one (``partial``)."""
    untold_field: float = 0.02
    history: float = 0.1
    """A fact with its values over time."""
    projected: float = 0.2


COMPLETE = Chances(untold=0, absent=0, untold_field=0)
"""All is told."""


class Partners:
    """Makes partners for one core."""

    def __init__(
        self,
        core: c.Core,
        *,
        seed: int,
        as_of: date,
        rules: Iterable[c.Rule] | None = None,
        chances: Chances | None = None,
    ) -> None:
        """Look at the rules.

        Args:
            core: the policies.
            seed: of all that is random.
            as_of: the day that they are told for.
            rules: what the partners are told about; all rules where None.
            chances: how often something is missing.
        """
        chosen = list(core.rules.values() if rules is None else rules)
        reads = reads_of(core, chosen)
        self.core = core
        self.seed = seed
        self.as_of = as_of
        self.chances = chances or Chances()
        self._figures: Figures = figures_of(core, chosen)
        self._told: dict[str, c.Type] = {name: core.facts[name].type for name in reads.facts}
        self._told |= {name: core.named[name].type for name in reads.measures}
        self._lists = [BUILT_IN.get(name) or core.records[name] for name in reads.records]
        self._levels = {rule.award: rule.levels for rule in core.rules.values()}
        self._awards = sorted(set(self._figures.awards) & set(core.awards)) + sorted(core.benefits)

    def partner(self, number: int) -> dict[str, Json]:
        """Return the facts of one partner, counted from one."""
        # Text seeds are the same in every process; a tuple's hash would not be.
        return _Partner(self, Random(f"{self.seed}/{number}"), number).facts()

    def __iter__(self) -> Iterator[dict[str, Json]]:
        number = 0
        while True:
            number += 1
            yield self.partner(number)


class _Partner:
    def __init__(self, of: Partners, random: Random, number: int) -> None:
        self.of = of
        self.random = random
        self.number = number
        self.size = random.choice([0.1, 0.5, 0.9, 1.0, 1.0, 1.1, 1.5, 3.0])
        """How its figures compare with those of the rules."""

    def facts(self) -> dict[str, Json]:
        chances = self.of.chances
        found: dict[str, Json] = {"partner": f"partner-{self.number:06d}", **self._sections()}
        if self._happens(chances.projected):
            found["projected"] = self._sections()
        return found

    def _sections(self) -> dict[str, Json]:
        chances = self.of.chances
        facts = {
            name: self._fact(name, type_) for name, type_ in self.of._told.items() if not self._happens(chances.untold)
        }
        records = {one.name: self._list(one) for one in self.of._lists if not self._happens(chances.absent)}
        return {"facts": facts, "records": records}

    def _happens(self, chance: float) -> bool:
        return self.random.random() < chance

    # ---- values

    def _fact(self, name: str, type_: c.Type) -> Json:
        value = self._value(name, type_)
        if not self._happens(self.of.chances.history):
            return value
        days = sorted({self._day_before(900), self._day_before(400), self._day_before(60)})
        return {"history": [{"from": day.isoformat(), "value": self._value(name, type_)} for day in days]}

    def _value(self, name: str, type_: c.Type) -> Json:
        match type_.kind:
            case "flag":
                return self.random.random() < min(0.9, 0.3 + self.size / 3)
            case "choice":
                return self.random.choice(type_.choices)
            case "date":
                return self._day(name).isoformat()
            case "text":
                return self._word(name)
            case _:
                return self._number(name, type_)

    def _number(self, name: str, type_: c.Type) -> Json:
        known = sorted(self.of._figures.numbers.get(name, ()))
        whole = type_.kind == "count"
        if known and self._happens(0.7):
            # On a figure or a step beside it: there a comparison goes wrong by one.
            step = self.random.choice([-1, 0, 0, 1])
            value = self.random.choice(known) + step * (Decimal(1) if whole else Decimal("0.5"))
        else:
            top = max(known, default=Decimal(10))
            value = Decimal(self.random.randint(0, 120)) / 100 * max(top, Decimal(1)) * Decimal(str(self.size))
        return self._written(value, type_)

    def _written(self, value: Decimal, type_: c.Type) -> Json:
        low = type_.low if type_.low is not None else Decimal(-(10**DIGITS))
        high = type_.high if type_.high is not None else Decimal(10**DIGITS)
        if type_.kind == "count":
            return int(min(max(value.to_integral_value(), low), high))
        places = Decimal(1).scaleb(-2 if type_.kind in ("money", "percent", "number") else -PLACES)
        return decimal_text(min(max(value.quantize(places), low), high))

    def _word(self, name: str) -> str:
        known = sorted(self.of._figures.words.get(name, ()))
        if known and self._happens(0.8):
            return self.random.choice(known)
        return f"{name.rsplit('.', 1)[-1].replace('_', ' ')} {self.random.randint(1, 6)}"

    def _day(self, name: str) -> date:
        known = sorted(self.of._figures.days.get(name, ()))
        if known and self._happens(0.5):
            return _inside(self.random.choice(known) + timedelta(days=self.random.choice([-1, 0, 0, 1])))
        if self._happens(0.3) and self.of.core.change_days:
            return _inside(self.random.choice(self.of.core.change_days))
        return _inside(self._day_before(self.random.choice([0, 30, 365, 800, 1500]) + 1))

    def _day_before(self, most: int) -> date:
        return self.of.as_of - timedelta(days=self.random.randint(0, most))

    # ---- lists

    def _list(self, declaration: c.RecordsDecl) -> Json:
        match declaration.name:
            case "certifications":
                rows = list(self._certifications())
            case "awards":
                rows = list(self._awards())
            case _:
                rows = list(self._rows(declaration))
        rows = [self._untold(row, declaration) for row in rows]
        if self._happens(self.of.chances.absent):
            return {"rows": rows, "partial": True}
        if declaration.monthly and rows:
            last = calendar.month_index(self.of.as_of) - 1
            return {
                "rows": rows,
                "covers": {"from": calendar.month_text(last - MONTHS + 1), "through": calendar.month_text(last)},
            }
        return rows

    def _untold(self, row: dict[str, Json], declaration: c.RecordsDecl) -> dict[str, Json]:
        # A month that is not told could be any: the row would say next to nothing.
        chance = self.of.chances.untold_field
        return {name: value for name, value in row.items() if name == "month" or not self._happens(chance)}

    def _rows(self, declaration: c.RecordsDecl) -> Iterator[dict[str, Json]]:
        wanted = sorted(self.of._figures.of_list.get(declaration.name, {Decimal(3)}))
        customers = max(1, min(12, int(min(wanted) * Decimal(str(self.size)))))
        if declaration.monthly:
            last = calendar.month_index(self.of.as_of) - 1
            for month in range(last - MONTHS + 1, last + 1):
                for _ in range(self.random.randint(0, MOST_ROWS_A_MONTH)):
                    yield {"month": calendar.month_text(month), **self._row(declaration, customers, share=12)}
        else:
            for _ in range(self.random.randint(0, 2 * customers)):
                yield self._row(declaration, customers, share=customers)

    def _row(self, declaration: c.RecordsDecl, customers: int, *, share: int) -> dict[str, Json]:
        """Return a record; of what a sum is held against it has about the part that makes the whole."""
        row: dict[str, Json] = {}
        for field in declaration.fields.values():
            if field.formula is not None:
                continue
            key = f"{declaration.name}.{field.name}"
            if field.type.kind == "text" and key not in self.of._figures.words:
                row[field.name] = f"{field.name} {self.random.randint(1, customers)}"
            elif field.type.is_numeric and self._happens(0.6):
                most = max(self.of._figures.numbers.get(key, {Decimal(10)}))
                scale = Decimal(self.random.randint(20, 180)) / 100 * Decimal(str(self.size))
                row[field.name] = self._written(most * scale / share, field.type)
            else:
                row[field.name] = self._value(key, field.type)
        return row

    def _certifications(self) -> Iterator[dict[str, Json]]:
        known = list(self.of._figures.certifications)
        asked = max(self.of._figures.people, default=Decimal(3))
        people = min(MOST_PEOPLE, max(1, int(min(asked, Decimal(6)) * Decimal(str(self.size)))))
        for person in range(people if known else 0):
            for certification in self.random.sample(known, min(len(known), self.random.randint(0, 5))):
                earned = self._day_before(1200)
                lasts = self.random.choice([None, 365, 730])
                yield {
                    "person": f"person {person + 1}",
                    "certification": certification,
                    "earned": _inside(earned).isoformat(),
                    "expires": "none" if lasts is None else _inside(earned + timedelta(days=lasts)).isoformat(),
                }

    def _awards(self) -> Iterator[dict[str, Json]]:
        known = self.of._awards
        told: set[tuple[str, date]] = set()
        for award in self.random.sample(known, min(len(known), self.random.randint(0, 6))):
            attained = _inside(
                self.random.choice([self._day_before(2200), self._day_before(500), self._day("attained")])
            )
            due = calendar.add_years(attained, 1)
            while due < self.of.as_of and self._happens(0.8):
                # Renewed at each anniversary up to some day.
                due = calendar.add_years(attained, due.year - attained.year + 1)
            row: dict[str, Json] = {
                "award": award,
                "attained": attained.isoformat(),
                "anniversary": _inside(due).isoformat(),
                "ended": _inside(attained + timedelta(days=200)).isoformat() if self._happens(0.1) else "none",
                "benefits": self.random.choice([*self.of.core.benefits, "none"]).removeprefix("benefit."),
            }
            levels = self.of._levels.get(award)
            if levels:
                row["level"] = self.random.choice(levels)
            # A benefit that rules name can be drawn twice: what is attained on a day is told once.
            if (award, attained) not in told:
                told.add((award, attained))
                yield {name: row[name] for name in AWARDS.fields if name in row}


def _inside(day: date) -> date:
    """Return the day, or the nearest one that facts can tell."""
    return min(max(day, date(limits.FIRST_YEAR, 1, 1)), date(limits.LAST_YEAR, 12, 31))
