"""Partners with records: lists made at the rules' own figures, and beside them whatever else the solver has to tell.

What is reckoned of records is one number to the solver, so what it thinks of has no rows. Here it is the other way round:
rows are made, the engines' interpreter says what every figure over them comes to, and the solver tells the rest with
these figures given. Where it cannot (the register, other days), whole partners are made. Neither is more than a guess:
a partner is a witness only where both engines decide it otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from random import Random
from typing import Any, TypeAlias

import z3

from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.core import calendar
from dsl.core.anywhere import Anywhere
from dsl.core.ranges import Dates, Numbers, Range, Truth, Words as RangeWords
from evaluator.engine import Engine
from evaluator.facts import Facts
from evaluator.moment import Moment
from review.prove.encode import Encoder
from review.prove.formulas import FALSE, TRUE, Formula, alike, both, figure, negated
from review.prove.lemmas import is_counted
from review.prove.terms import UNNAMED, End, Flag, Ordered, Term, Words
from review.prove.told import Told
from review.prove.witness import OTHER, is_held_or_not, partners_of, value_of
from review.scenarios.partners import COMPLETE, Partners

Json = Any
Of: TypeAlias = tuple[Engine, c.Rule, Encoder]
"""A side: what decides, the rule there, and what wrote it."""
SEED = 1
FEW = 12
"""Rows of a small list, at most."""
FEW_LISTS = 4
"""Small lists that are made of one partner's."""
WITH_LISTS = 24
"""Partners of a side whose lists are tried with the solver."""
WHOLE = 40
"""Partners of a side that are tried as they were made."""


class Made:
    """Makes partners for single rules of both sides, and remembers them."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        """Begin with none; the texts are those that rules name."""
        self.texts = texts
        self._makers: dict[tuple[int, str, date], Partners] = {}
        self._partners: dict[tuple[int, str, date, int], Mapping[str, Json]] = {}

    def partner(self, core: c.Core, rule: c.Rule, day: date, number: int) -> Mapping[str, Json]:
        """Return the facts of a partner who tells everything that a rule asks, counted from one; lists are plain ones."""
        where = (id(core), rule.id, day)
        if where not in self._makers:
            self._makers[where] = Partners(core, seed=SEED, as_of=day, rules=[rule], chances=COMPLETE)
        if (*where, number) not in self._partners:
            made = self._makers[where].partner(number)
            sections = {name: _plain(value) for name, value in made.items() if name != "partner"}
            self._partners[(*where, number)] = sections
        return self._partners[(*where, number)]

    def with_lists(
        self, solver: Any, told: Told, day: date, sides: Sequence[Of], is_late: Callable[[], bool]
    ) -> Iterator[dict[str, Json]]:
        """Yield partners with made lists, whose other facts the solver tells, until it is late."""
        names = dict.fromkeys(name for engine, _, _ in sides for name in engine.core.records)
        resting = [Anywhere(engine.core, _not_of_records(encoder)) for engine, _, encoder in sides]
        exact = is_held_or_not(told)
        kinds = kinds_of_rows(self.texts, [encoder for _, _, encoder in sides])
        for number in range(1, WITH_LISTS + 1):
            for lists in self._lists(day, sides, names, number, kinds):
                given = list(_given(told, {"facts": {}, "records": lists}, day, sides, resting))
                if not given or is_late():
                    return
                solver.push()
                solver.add(*given)
                for wanted in ([*exact, *told.wishes], exact):
                    solver.push()
                    solver.add(*wanted)
                    model = solver.model() if solver.check() == z3.sat else None
                    solver.pop()
                    if model is not None:
                        yield from partners_of(told, model, day, lists)
                solver.pop()

    def _lists(
        self, day: date, sides: Sequence[Of], names: Iterable[str], number: int, kinds: Mapping[str, Sequence[Json]]
    ) -> Iterator[dict[str, list[Json]]]:
        """Yield the lists of a partner of each side: a few rows of the kinds that there are, and all as they were made."""
        random = Random(f"{SEED}/{number}")
        ends = [calendar.month_text(calendar.month_index(day) - back) for back in (1, 13)]
        for engine, rule, _ in sides:
            made = self.partner(engine.core, rule, day, number)
            lists = {name: made["records"].get(name, []) for name in names if name not in BUILT_IN}
            for _ in range(FEW_LISTS):
                few = {name: rows[: random.randint(1, FEW)] for name, rows in lists.items()}
                yield {
                    name: [_of_a_kind(row, kinds.get(name, ()), ends, random) for row in rows]
                    for name, rows in few.items()
                }
            yield lists

    def whole(self, day: date, sides: Sequence[Of]) -> Iterator[dict[str, Json]]:
        """Yield partners as they were made, of both sides by turns."""
        for number in range(1, WHOLE + 1):
            for engine, rule, _ in sides:
                yield dict(self.partner(engine.core, rule, day, number))


def kinds_of_rows(texts: tuple[str, ...], encoders: Sequence[Encoder]) -> dict[str, list[Json]]:
    """Return, by list, what fields of a record may say so that it counts for one figure, and not for another one."""
    told_of: dict[str, Told] = {}
    flags: dict[str, dict[str, Flag]] = {}
    for encoder in encoders:
        for node, day, _, rule in encoder.opened.values():
            if isinstance(node, c.Aggregate):
                told = told_of.setdefault(node.records, Told(texts))
                key = "" if node.where is None else encoder.keys.key(node.where, day)
                found = is_counted(node, encoder, told, day, rule)
                if found is not None:
                    flags.setdefault(node.records, {}).setdefault(key, found)
    return {name: list(_kinds(name, told_of[name], list(found.values()))) for name, found in flags.items()}


def _kinds(records: str, told: Told, flags: Sequence[Flag]) -> Iterator[Json]:
    solver = z3.SimpleSolver()
    solver.add(*told.all_bounds())
    # What no rule names can be one of many: of those there are several to count.
    any_text = [
        term.may(UNNAMED)
        for _, term in told.facts.values()
        if isinstance(term, Words) and any(name == UNNAMED for name, _ in term.options)
    ]
    for one in flags:
        for other in flags:
            apart = [] if other is one else [negated(other.may)]
            if solver.check(one.must, *apart) == z3.sat:
                wanted: list[Formula] = []
                for wish in any_text:
                    if solver.check(one.must, *apart, *wanted, wish) == z3.sat:
                        wanted.append(wish)
                solver.check(one.must, *apart, *wanted)
                model = solver.model()
                yield {
                    fact.name.removeprefix(f"{records}."): value_of(term, model, fact.type)
                    for fact, term in told.facts.values()
                    if fact.name.startswith(f"{records}.")
                }


def _of_a_kind(row: Mapping[str, Json], kinds: Sequence[Json], ends: Sequence[str], random: Random) -> Json:
    """Return a row as one of the kinds has it, in one of the months where windows end."""
    kind = random.choice(kinds) if kinds else {}
    # What no rule names is one of a few, so that what is different is counted more than once.
    said = {name: f"{OTHER} {random.randint(1, 4)}" if value == OTHER else value for name, value in kind.items()}
    return {**row, **said, **({"month": random.choice(ends)} if "month" in row else {})}


def _plain(section: Json) -> Json:
    """Return a section with lists that tell of all days; those of the projection likewise."""
    if "records" not in section and "facts" not in section:
        return {name: told["rows"] if _is_list(told) else told for name, told in section.items()}
    return {name: _plain(told) for name, told in section.items()}


def _is_list(told: Json) -> bool:
    return isinstance(told, dict) and "rows" in told


def _not_of_records(encoder: Encoder) -> Any:
    """Return what tells of a node whether it asks for more than records and what the programme says."""

    def asks(node: c.Expr) -> bool:
        if isinstance(node, c.Named):
            return node.supplied and node.name in encoder.supplied
        return isinstance(
            node,
            c.Fact | c.People | c.DifferentPeople | c.Holds | c.Paid | c.Lapsed | c.InRenewal | c.Anniversary
            | c.Sometime | c.OnDate | c.InProgress | c.AsProjected,
        )  # fmt: skip

    return asks


def _given(
    told: Told, facts: Mapping[str, Json], day: date, sides: Sequence[Of], resting: Sequence[Anywhere]
) -> Iterator[Formula]:
    """Yield what is so of the variables of figures over records, for a partner with these records."""
    seen: set[str] = set()
    for (engine, _, encoder), rests in zip(sides, resting, strict=True):
        interpreter = engine.prepared.interpreter(Facts(engine.core, facts, day))
        for key, (node, when, projected, rule) in encoder.opened.items():
            if key in seen or projected or rests.within(node):
                continue
            seen.add(key)
            at = Moment(when, projected, rule=engine.core.rules.get(rule))
            yield is_value(told.nodes[key][1], interpreter.evaluate(node, at).range)


def is_value(term: Term, value: Range) -> Formula:
    """Return that a term is a value: false where it cannot be, as a range where it is always exact."""
    match term, value:
        case Flag(must=must, may=may), Truth():
            return both(
                alike(must, TRUE if value is Truth.TRUE else FALSE), alike(may, FALSE if value is Truth.FALSE else TRUE)
            )
        case Words(options=options), RangeWords(options=told):
            names = {name for name, _ in options}
            return both(
                *(
                    alike(may, TRUE if _may_be(name, told, names) else FALSE)
                    for name, may in options
                )
            )  # fmt: skip
        case Ordered(low=low, high=high), Numbers(low=least, high=most) | Dates(low=least, high=most):
            return both(_is_end(low, least), _is_end(high, most))
        case _:
            return FALSE


def _may_be(name: str, told: frozenset[str] | None, names: set[str]) -> bool:
    return told is None or name in told or (name == UNNAMED and not told <= names)


def _is_end(end: End, value: Any) -> Formula:
    if value is None:
        return alike(end.open, TRUE)
    number = value.toordinal() if isinstance(value, date) else value
    return both(alike(end.open, FALSE), end.value == figure(number))
