"""Partners beside those that a claim turns on, many and cheap: mixed of some made at the figures of a rule.

Blind partners are seldom near a mark. Here the parts of partners who are made at the figures (facts, lists, a row of one)
are put together anew, beginning mostly with those whom a side found to meet the rule, or whom the sides decide otherwise.
What decides them is the compiled twin without reasons; that it tells what ``Engine.outcomes`` does, a sample holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from dsl import core as c
from dsl.core import calendar
from dsl.core.ranges import Range, Truth
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.compiled.question import Question
from evaluator.facts import Facts
from evaluator.moment import Moment
from evaluator.register.standing import Standing
from review.prove.verdicts import WAYS, Side, Way, _outcomes, _unlike
from review.scenarios.partners import COMPLETE, Partners

Json = Any
POOL = 60
"""Partners that are made for each side, of whose parts all others are put together."""
BEST = 300
"""Partners at whom most of the others begin: at most so many are kept."""
FEW_ROWS = 6
WITH_ALL_ROWS = 8
"""One in so many keeps all its records: of most, few are enough, and each takes time."""
YEARS_BACK = 6
"""How far back it is looked at what the register says."""
ENOUGH = 400
"""Partners in a row that were there before: then there are hardly any others."""


def outcomes(side: Side, rule: str, facts: Mapping[str, Json], day: date) -> dict[str, Range]:
    """Return what a rule comes to for facts that were accepted, as ``Engine.outcomes``; out of force nobody meets it."""
    of = side.core.rules[rule]
    question = Question(side.engine.prepared.asked, Facts(side.core, facts, day))
    found: dict[str, Range] = {"eligibility": question.is_met(of, day)}
    for name, node in _outcomes(of, day):
        if node is not None and name != "eligibility":
            found[name] = question.value(node, Moment(day, rule=of))
        elif name.startswith("option "):
            found[name] = Truth.TRUE
    return found


class Near:
    """Yields partners for one rule on one day."""

    def __init__(
        self,
        sides: tuple[Side, Side],
        names: tuple[str, str],
        day: date,
        seed: str,
        *,
        shown: Iterable[Mapping[str, Json]] = (),
        size: int = POOL,
    ) -> None:
        """Make the partners of which the others are put together.

        Args:
            sides: before and after.
            names: the rule on each.
            day: the day of the question.
            seed: of all that is random.
            shown: partners who are known to be decided otherwise in some direction.
            size: how many partners are made for each side.
        """
        self.sides, self.names, self.day = sides, names, day
        self.random = Random(seed)
        self._same: dict[str, Json] = {}
        self._facts: dict[str, dict[str, Json]] = {}
        self._lists: dict[str, dict[str, Json]] = {}
        self.best: list[dict[str, Json]] = []
        self.refused = 0
        made = [
            facts if index % WITH_ALL_ROWS == 0 else self._thinned(facts)
            for index, facts in enumerate(self._made(size))
        ]
        self.pool = [self._kept(facts) for facts in made] or [{"facts": {}, "records": {}}]
        for facts in shown:
            self.best.append(self._whole(facts))

    def _made(self, size: int) -> Iterator[dict[str, Json]]:
        for number, (side, name) in enumerate(zip(self.sides, self.names, strict=True)):
            maker = Partners(
                side.core, seed=number + 1, as_of=self.day, rules=[side.core.rules[name]], chances=COMPLETE
            )
            for index in range(1, size + 1):
                facts = maker.partner(index)
                try:
                    for one in self.sides:
                        one.engine.reader.check(facts)
                except FactErrors:
                    self.refused += 1
                    continue
                yield facts

    def _kept(self, facts: Mapping[str, Json]) -> dict[str, Json]:
        """Keep the parts of a partner; equal ones once, so that equal partners are known by what they are made of."""
        found: dict[str, Json] = {}
        for section, kept in (("facts", self._facts), ("records", self._lists)):
            found[section] = {name: self._one(value) for name, value in facts[section].items()}
            for name, value in found[section].items():
                kept.setdefault(name, {})[json.dumps(value, sort_keys=True)] = value
        return found

    def _one(self, value: Json) -> Json:
        return self._same.setdefault(json.dumps(value, sort_keys=True), value)

    def _thinned(self, facts: Mapping[str, Json]) -> dict[str, Json]:
        """Return a partner with few records: what shows a difference takes few."""
        thin = {name: self._few(value, FEW_ROWS) for name, value in facts["records"].items()}
        return {"facts": facts["facts"], "records": thin}

    def _few(self, told: Json, most: int) -> Json:
        rows = told["rows"] if isinstance(told, dict) else told
        few = [row for row in rows if self.random.random() * len(rows) < most]
        return {**told, "rows": few} if isinstance(told, dict) else few

    def _whole(self, facts: Mapping[str, Json]) -> dict[str, Json]:
        """Return a partner of whom some is told with the rest told too: what is nobody's is drawn."""
        told = dict(facts.get("facts", {}))
        lists = dict(facts.get("records", {}))
        for name, values in self._facts.items():
            told.setdefault(name, self._one_of(values))
        for name in self._lists:
            lists.setdefault(name, [])
        return {"facts": told, "records": lists}

    def _one_of(self, values: Mapping[str, Json]) -> Json:
        return self.random.choice(list(values.values()))

    def __iter__(self) -> Iterator[dict[str, Json]]:
        """Yield the pool, then partners put together, no two of the same parts; end where there are hardly others."""
        yield from self.pool
        facts = {name: list(values.values()) for name, values in self._facts.items()}
        lists = {name: list(values.values()) for name, values in self._lists.items()}
        parts: Sequence[tuple[str, str]] = [
            *(("facts", name) for name in facts),
            *(("records", name) for name in lists),
        ]
        seen: set[tuple[int, ...]] = set()
        again = 0
        while parts and again < ENOUGH:
            begun = self.random.choice(self.best if self.best and self.random.random() < 0.7 else self.pool)
            made = {"facts": dict(begun["facts"]), "records": dict(begun["records"])}
            for _ in range(self.random.choice((1, 1, 2, 3))):
                section, name = self.random.choice(parts)
                if section == "facts":
                    made["facts"][name] = self.random.choice(facts[name])
                else:
                    made["records"][name] = self._another(made["records"].get(name), lists[name])
            mark = tuple(id(value) for told in made.values() for _, value in sorted(told.items()))
            if mark in seen:
                again += 1
                continue
            again = 0
            seen.add(mark)
            yield made

    def _another(self, told: Json, known: Sequence[Json]) -> Json:
        """Return another list: one that is known, or the one told without a record."""
        rows = told["rows"] if isinstance(told, dict) else told
        if not rows or self.random.random() < 0.7:
            return self.random.choice(known)
        at = self.random.randrange(len(rows))
        fewer = [*rows[:at], *rows[at + 1 :]]
        less = {**told, "rows": fewer} if isinstance(told, dict) else fewer
        return self._one(less)

    def ways(self, facts: dict[str, Json]) -> frozenset[Way]:
        """Return in which ways the sides decide a partner otherwise; who is near to that is begun with again."""
        was, now = (outcomes(*one, facts, self.day) for one in zip(self.sides, self.names, strict=True))
        found = frozenset(way for way in WAYS if _unlike(was, now, way))
        if found or any(value is Truth.TRUE for value in (*was.values(), *now.values())):
            if len(self.best) < BEST:
                self.best.append(facts)
            elif found or self.random.random() < 0.05:
                self.best[self.random.randrange(BEST)] = facts
        return found

    def plainly(self, facts: Mapping[str, Json]) -> set[Way]:
        """Return the same by what engines are asked for by everybody else: never more than ``ways`` finds."""
        was, now = (
            side.engine.outcomes(name, facts, self.day) for side, name in zip(self.sides, self.names, strict=True)
        )
        return {way for way in WAYS if _unlike(was, now, way)}

    def registers_agree(self, facts: Mapping[str, Json]) -> bool:
        """Whether the register says the same of a partner on both sides, on all days that may be asked about: claims are of such."""
        for day in self._days():
            before, after = (_standings(side, facts, day) for side in self.sides)
            if any(after[name] != told for name, told in before.items() if name in after):
                return False
        return True

    def _days(self) -> Iterator[date]:
        """Yield the day of the question, the days around those of the policies, and two of each month some years back."""
        yield self.day
        stated = {
            day
            for side, name in zip(self.sides, self.names, strict=True)
            for day in side.keys.days_of(side.core.rules[name])
        }
        yield from sorted(day + timedelta(days=away) for day in stated if day < self.day for away in (-1, 0))
        first = calendar.month_start(self.day)
        for back in range(YEARS_BACK * 12):
            month = calendar.add(first, c.Duration(months=back), back=True)
            yield from (month + timedelta(days=14), month)


def _standings(side: Side, facts: Mapping[str, Json], day: date) -> dict[tuple[str, str | None], Standing]:
    register = Question(side.engine.prepared.asked, Facts(side.core, facts, day)).register
    awards = {(rule.award, rule.level) for rule in side.core.rules.values() if rule.is_award}
    told = {(award, level): register.standing(award, level, Moment(day)) for award, level in awards}
    return {name: one._replace(check=None, gaps=()) for name, one in told.items()}
