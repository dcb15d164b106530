"""Partners with records: lists made at the rules' own figures, and beside them whatever else the solver has to tell.

What is reckoned of records is one number to the solver, so what it thinks of has no rows. Here it is the other way round:
rows are made, the engines say what every figure over them comes to, and the solver tells the rest with
these figures given. Where it cannot (the register, other days), whole partners are made. Neither is more than a guess:
a partner is a witness only where both engines decide it otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from datetime import date
from itertools import chain, tee
from random import Random
from typing import Any, NamedTuple, TypeAlias

import z3

from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.core import calendar
from dsl.core.anywhere import Anywhere
from dsl.core.ranges import Dates, Numbers, Range, Truth, Words as RangeWords
from evaluator.compiled.question import Question
from evaluator.engine import Engine
from evaluator.facts import Facts
from evaluator.moment import Moment
from review.prove.encode import Encoder
from review.prove.formulas import FALSE, TRUE, Formula, alike, both, figure, negated
from review.prove.records import Conditions
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
MONTHS_BACK = (1, 13)
"""Where windows end: last month, and a year ago."""
HOW_MANY = ((1, 1), (1, 0), (3, 3), (12, 12))
"""Rows of each kind that counts on one side only, and of each other one, in the plainest lists."""
WITH_LISTS = 16
"""Partners of a side whose lists are tried with the solver."""
WHOLE = 40
"""Partners of a side that are tried as they were made."""


class Kinds(NamedTuple):
    """What fields of the records of a list may say."""

    on_one_side: list[Json]
    """So that it counts for a figure of one side, and not for one of the other."""
    others: list[Json]


_Reckoned: TypeAlias = tuple[dict[str, list[Json]], list[Formula]]
"""Lists of a partner, and what figures over them come to."""
NO_KINDS = Kinds([], [])


class Made:
    """Makes partners for single rules of both sides, and remembers them."""

    def __init__(self, conditions: Conditions) -> None:
        """Begin with none; conditions of records are written there."""
        self.conditions = conditions
        self._makers: dict[tuple[int, str, date], Partners] = {}
        self._of_last: tuple[Told, Iterator[_Reckoned]] | None = None
        """The question that was looked at last, and the lists that are made for it."""
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
        exact = is_held_or_not(told)
        for lists, given in self._reckoned(told, day, sides):
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

    def _reckoned(self, told: Told, day: date, sides: Sequence[Of]) -> Iterator[_Reckoned]:
        """Yield made lists with what is so of the figures over them; they are the same for both claims of a question."""
        if self._of_last is None or self._of_last[0] is not told:
            self._of_last = (told, self._reckoned_anew(told, day, sides))
        kept, found = tee(self._of_last[1])
        self._of_last = (told, kept)
        yield from found

    def _reckoned_anew(self, told: Told, day: date, sides: Sequence[Of]) -> Iterator[_Reckoned]:
        names = dict.fromkeys(name for engine, _, _ in sides for name in engine.core.records)
        resting = [Anywhere(engine.core, _not_of_records(encoder)) for engine, _, encoder in sides]
        kinds = kinds_of_rows(self.conditions, [encoder for _, _, encoder in sides])
        made: Iterator[dict[str, list[Json]]] = chain(
            _of_kinds(day, sides, kinds),
            *(self._lists(day, sides, names, number, kinds) for number in range(1, WITH_LISTS + 1)),
        )
        for lists in made:
            yield lists, list(_given(told, {"facts": {}, "records": lists}, day, sides, resting))

    def _lists(
        self, day: date, sides: Sequence[Of], names: Iterable[str], number: int, kinds: Mapping[str, Kinds]
    ) -> Iterator[dict[str, list[Json]]]:
        """Yield the lists of a partner of each side: a few rows of the kinds that there are, and all as they were made."""
        random = Random(f"{SEED}/{number}")
        ends = [calendar.month_text(calendar.month_index(day) - back) for back in MONTHS_BACK]
        for engine, rule, _ in sides:
            made = self.partner(engine.core, rule, day, number)
            lists = {name: made["records"].get(name, []) for name in names if name not in BUILT_IN}
            for _ in range(FEW_LISTS):
                few = {name: rows[: random.randint(1, FEW)] for name, rows in lists.items()}
                yield {
                    name: [_of_a_kind(row, kinds.get(name, NO_KINDS), ends, random) for row in rows]
                    for name, rows in few.items()
                }
            yield lists

    def whole(self, day: date, sides: Sequence[Of]) -> Iterator[dict[str, Json]]:
        """Yield partners as they were made, of both sides by turns."""
        for number in range(1, WHOLE + 1):
            for engine, rule, _ in sides:
                yield dict(self.partner(engine.core, rule, day, number))


def _of_kinds(day: date, sides: Sequence[Of], kinds: Mapping[str, Kinds]) -> Iterator[dict[str, list[Json]]]:
    """Yield lists with some rows of each kind of last month, and nothing else."""
    declared = {name: told for engine, _, _ in sides for name, told in engine.core.records.items()}
    month = calendar.month_text(calendar.month_index(day) - 1)
    for numbers in HOW_MANY:
        yield {
            name: [
                {**({"month": month} if one.monthly else {}), **_row_of(one, kind, f"{which}.{copy}", day)}
                for some, number in zip(kinds.get(name, NO_KINDS), numbers, strict=True)
                for which, kind in enumerate(some, start=1)
                for copy in range(1, number + 1)
            ]
            for name, one in declared.items()
            if name not in BUILT_IN
        }


def _row_of(declared: c.RecordsDecl, kind: Mapping[str, Json], called: str, day: date) -> dict[str, Json]:
    """Return a row as a kind has it; texts that no rule names are its own, other figures are one, days those of the question."""
    row: dict[str, Json] = {}
    for name, one in declared.fields.items():
        if one.formula is None:
            said = kind.get(name, _plain_value(one.type, day))
            row[name] = f"{OTHER} {called}" if said == OTHER else said
    return row


def _plain_value(type_: c.Type, day: date) -> Json:
    match type_.kind:
        case "flag":
            return False
        case "choice":
            return type_.choices[0]
        case "date":
            return day.isoformat()
        case "text":
            return OTHER
        case "count":
            return 1
        case _:
            return "1"


def kinds_of_rows(conditions: Conditions, encoders: Sequence[Encoder]) -> dict[str, Kinds]:
    """Return, by list, what fields of a record may say so that it counts for one figure, and not for another one."""
    told_of: dict[str, Told] = {}
    flags: dict[str, dict[str, Flag]] = {}
    of_sides: dict[str, list[set[str]]] = {}
    for index, encoder in enumerate(encoders):
        for node, day, _, rule in encoder.opened.values():
            # Of other days than that of the question the fields are others too.
            if isinstance(node, c.Aggregate) and day == encoder.as_of:
                found = conditions.of(node, encoder, day, rule)
                if found is not None:
                    key = conditions.key(node, encoder, day)
                    told_of[node.records] = conditions.told(node, encoder, day)
                    flags.setdefault(node.records, {}).setdefault(key, found)
                    of_sides.setdefault(node.records, [set() for _ in encoders])[index].add(key)
    return {name: _kinds(name, told_of[name], found, of_sides[name]) for name, found in flags.items()}


def _kinds(records: str, told: Told, flags: Mapping[str, Flag], of_sides: Sequence[AbstractSet[str]]) -> Kinds:
    solver = z3.SimpleSolver()
    solver.add(*told.all_bounds())
    # What no rule names can be one of many: of those there are several to count.
    any_text = [
        term.may(UNNAMED)
        for _, term in told.facts.values()
        if isinstance(term, Words) and any(name == UNNAMED for name, _ in term.options)
    ]
    on_all = set(flags).intersection(*of_sides)
    kinds = Kinds([], [])
    for one, counted in flags.items():
        for other, not_counted in flags.items():
            apart = [] if other == one else [negated(not_counted.may)]
            if solver.check(counted.must, *apart) != z3.sat:
                continue
            wanted: list[Formula] = []
            for wish in any_text:
                if solver.check(counted.must, *apart, *wanted, wish) == z3.sat:
                    wanted.append(wish)
            solver.check(counted.must, *apart, *wanted)
            model = solver.model()
            said = {
                fact.name.removeprefix(f"{records}."): value_of(term, model, fact.type)
                for fact, term in told.facts.values()
                if fact.name.startswith(f"{records}.")
            }
            some = kinds.on_one_side if one != other and not {one, other} & on_all else kinds.others
            if said not in some:
                some.append(said)
    return kinds


def _of_a_kind(row: Mapping[str, Json], kinds: Kinds, ends: Sequence[str], random: Random) -> Json:
    """Return a row as one of the kinds has it, in one of the months where windows end."""
    every = (*kinds.on_one_side, *kinds.others)
    kind = random.choice(every) if every else {}
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
        if isinstance(node, c.Anniversary):
            return node.which not in ("own", "attained")  # those of what is asked about follow from the day
        return isinstance(
            node,
            c.Fact | c.People | c.DifferentPeople | c.Holds | c.Paid | c.Lapsed | c.InRenewal
            | c.Sometime | c.OnDate | c.InProgress | c.AsProjected,
        )  # fmt: skip

    return asks


def _given(
    told: Told, facts: Mapping[str, Json], day: date, sides: Sequence[Of], resting: Sequence[Anywhere]
) -> Iterator[Formula]:
    """Yield what is so of the variables of figures over records, for a partner with these records."""
    seen: set[str] = set()
    for (engine, _, encoder), rests in zip(sides, resting, strict=True):
        question = Question(engine.prepared.asked, Facts(engine.core, facts, day))
        for key, (node, when, projected, rule) in encoder.opened.items():
            if key in seen or projected or rests.within(node):
                continue
            seen.add(key)
            at = Moment(when, projected, rule=engine.core.rules.get(rule))
            yield is_value(told.nodes[key][1], question.value(node, at))


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
