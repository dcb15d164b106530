"""How many people hold certifications of lists: one pass over a partner's certifications, for all figures that are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from sqlglot import exp

from dsl import core as c
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import End, Ordered, Sql, Value, constant, ordered_of
from evaluator.columnar.days import Day
from evaluator.columnar.lacking_rows import LackingRows
from evaluator.columnar.layout import PARTNER
from evaluator.columnar.missing import UNSAID, Gap, Own
from evaluator.columnar.source import Source
from evaluator.columnar.stages import Stages
from evaluator.columnar.terms import FALSE, TRUE, Cannot, Term
from evaluator.limits import MAX_ROWS

TABLE = "records/certifications"
_FIELDS = ("certification", "person", "earned", "expires")
_MOST_LISTS = 6
"""Lists that are filled with different people: of more there are too many choices to count each."""


_WORD = 62
"""Lists whose membership is told by the digits of one whole number."""


@dataclass(frozen=True, slots=True)
class _Valid:
    """When a record counts on a day: whether it surely does, and whether it may; never unknown."""

    sure: Term
    may: Term


@dataclass
class _Asked:
    """What is asked of the certifications as told, or as projected."""

    lists: dict[frozenset[str], int] = field(default_factory=dict)
    """The names of each list as they may be told, and which digit of the whole numbers says that a name is on it."""
    of_person: dict[tuple[int, Day, bool], str] = field(default_factory=dict)
    """Of each person, on which lists of a number its records are on a day, surely or perhaps: by the names of their columns."""
    strays: dict[tuple[Day, frozenset[str]], str] = field(default_factory=dict)
    """Of each person, how many records without a name of the person may be on a list."""
    of_partner: dict[Term, str] = field(default_factory=dict)
    """Of each partner, figures over its persons."""


class PeopleTable:
    """The figures about people that are asked for."""

    def __init__(self, core: c.Core, source: Source) -> None:
        self.core = core
        self.source = source
        self._asked: dict[bool, _Asked] = {}
        self._lacking: dict[bool, LackingRows] = {}

    def count(self, node: c.People, day: Day, projected: bool, sql: Sql) -> Value:
        """Return how many different people hold, on a day, a certification of enough of the lists."""
        if day.last > self.source.as_of:
            raise Cannot("people on a day that lies ahead")
        told = self.source.told("certifications", projected)
        partial = self.source.partial("certifications", projected)
        low, high = self._figures(node, day, projected)
        zero = t.number(0)
        least = sql.keep(t.chosen([(told, t.fallen_back(low, zero))], zero))
        whole = t.both(told, t.negated(partial))
        most = sql.keep(t.chosen([(whole, t.fallen_back(high, zero))]))
        first = End(least, True)
        known = t.is_true(whole)
        last = first if known and least == most else End(most, known)
        return Ordered(first, last, 0, 0, MAX_ROWS)

    def lacks(self, node: c.People, day: Day, projected: bool) -> Own:
        """Return what is missing where it is not known how many people they are."""
        if not day.is_exact:
            return UNSAID
        lacking = self._lacking.get(projected)
        if lacking is None:
            columns = [f"f_{one}" for one in _FIELDS]
            lacking = LackingRows(self.source, Stages("p"), "certifications", "people", projected, columns)
            self._lacking[projected] = lacking
        counted = frozenset().union(*(self._told_as(one, day) for one in node.lists))
        name = t.column("f_certification")
        asked: list[tuple[str, Term]] = []
        if counted:
            is_on = t.either(t.untold(name), t.surely(t.among(name, counted)))
            may = lacking.stages.keep(t.both(is_on, self._valid(day, projected).may))
            asked = [
                (one, t.both(may, t.untold(t.column(f"f_{one}")))) for one in _FIELDS if lacking.may_lack(f"f_{one}")
            ]
        told, partial = (
            self.source.told("certifications", projected), self.source.partial("certifications", projected)
        )  # fmt: skip
        found, unsaid = lacking.gaps(asked, [(Gap("rows", lacking.pointer), partial)])
        untold = (Gap("records", lacking.pointer), t.negated(told))
        return [untold, *((gap, t.both(told, is_so)) for gap, is_so in found)], t.both(told, unsaid)

    def different(self, node: c.DifferentPeople, day: Day, projected: bool, sql: Sql) -> Value:
        """Return how many of the lists can be filled with a different person each, where all about them is known.

        For some of the lists there are no more different people than hold one of them, and the others can be filled at
        most: the least of this over all choices of lists is the size of a maximum matching (the theorem of Hall, as
        König and Ore have it for what is lacking).
        """
        size = len(node.lists)
        if size > _MOST_LISTS:
            raise Cannot(f"different people for more than {_MOST_LISTS} lists")
        bounds: list[Value] = [constant(Decimal(size))]
        for number in range(1, size + 1):
            for lists in combinations(node.lists, number):
                asked = c.People(lists=lists, least=1, type=node.type, origin=node.origin)
                bounds.append(sql.add(self.count(asked, day, projected, sql), constant(Decimal(size - number))))
        found = ordered_of(sql.smallest(bounds))
        if not found.is_point:
            sql.open.append(sql.keep(t.negated(t.surely(t.equal(found.low.term, found.high.term)))))
        return found

    def _figures(self, node: c.People, day: Day, projected: bool) -> tuple[Term, Term]:
        if self.source.is_empty(TABLE, projected):
            return t.number(0), t.number(0)
        asked = self._asked.setdefault(projected, _Asked())
        wanted = [self._told_as(one, day) for one in node.lists]
        counted = frozenset().union(*wanted)
        if not counted:
            return t.number(0), t.number(0)
        is_somebody = TRUE if self._is_full("person", projected) else t.told(t.column("f_person"))
        holds = [self._holds(asked, names, day, sure=True) for names in wanted]
        low = self._of_partner(asked, t.both(is_somebody, _enough(holds, node.least)), projected)
        if all(self._is_full(one, projected) for one in ("certification", "person", "earned", "expires")):
            return low, low
        perhaps = [self._holds(asked, names, day, sure=False) for names in wanted]
        high = self._of_partner(asked, t.both(is_somebody, _enough(perhaps, node.least)), projected)
        if t.is_true(is_somebody):
            return low, high
        # A record without a person is one of the others, or one more; each is counted.
        strays = self._number_of_strays(asked, counted, day, projected)
        if node.least == 1:
            one = self._of_partner(asked, t.both(t.untold(t.column("f_person")), t.either(*holds)), projected)
            low = t.chosen([(t.both(t.equal(low, t.number(0)), t.at_least(one, t.number(1))), t.number(1))], low)
        return low, exp.Add(this=t.closed(high), expression=t.closed(strays))

    def _is_full(self, name: str, projected: bool) -> bool:
        return self.source.is_full(TABLE, f"f_{name}", projected)

    def _told_as(self, listing: c.CertificationList, day: Day) -> frozenset[str]:
        """Return how the certifications of a list that count on a day may be told."""
        names = {entry.certification for entry in listing.entries if day.at in entry.days}
        every = names | set(self.core.certifications)
        return frozenset(told for told in every if self.core.certifications.get(told, told) in names)

    def _holds(self, asked: _Asked, names: frozenset[str], day: Day, *, sure: bool) -> Term:
        """Return whether a person has a record of a list that counts on a day, surely or perhaps; never unknown."""
        if not names:
            return FALSE
        word, mask = divmod(asked.lists.setdefault(names, len(asked.lists)), _WORD)
        key = (word, day, sure)
        column = t.column(asked.of_person.setdefault(key, f"h{len(asked.of_person)}"))
        return t.has_digits(column, 1 << mask)

    def _of_partner(self, asked: _Asked, test: Term, projected: bool) -> Term:
        """Return of how many persons something is true."""
        return self._aggregate(asked, exp.Count(this=t.chosen([(test, t.number(1))])), projected)

    def _number_of_strays(self, asked: _Asked, names: frozenset[str], day: Day, projected: bool) -> Term:
        asked.lists.setdefault(names, len(asked.lists))
        column = asked.strays.setdefault((day, names), f"s{len(asked.strays)}")
        return self._aggregate(asked, exp.Sum(this=t.column(column)), projected)

    def _aggregate(self, asked: _Asked, term: Term, projected: bool) -> Term:
        return self.source.column(
            f"people_{int(projected)}", asked.of_partner.setdefault(term, f"n{len(asked.of_partner)}")
        )

    def _valid(self, day: Day, projected: bool) -> _Valid:
        """Return when a record counts on a day."""
        tests = [
            (t.compared(exp.LTE, t.column("f_earned"), day.term), self._is_full("earned", projected)),
            (t.compared(exp.LTE, day.term, t.column("f_expires")), self._is_full("expires", projected)),
        ]
        return _Valid(
            t.both(*(test if full else t.surely(test) for test, full in tests)),
            t.both(*(test if full else t.perhaps(test) for test, full in tests)),
        )

    def join(self) -> None:
        """Join what is asked to the partners."""
        for lacking in self._lacking.values():
            lacking.join()
        for projected, asked in self._asked.items():
            of_partner = [t.alias(term, name) for term, name in asked.of_partner.items()]
            outer = t.selected([t.column(PARTNER), *of_partner], self._persons(asked, projected), "of_persons")
            self.source.join(f"people_{int(projected)}", outer.group_by(t.column(PARTNER), copy=False))

    def _persons(self, asked: _Asked, projected: bool) -> exp.Select:
        """Return the query of persons: of each partner a row for each, of records that may count for anything asked."""
        name, person, named = t.column("f_certification"), t.column("f_person"), t.column("of_name")
        valid = {day: self._valid(day, projected) for _, day, _ in asked.of_person}
        valid |= {day: self._valid(day, projected) for day, _ in asked.strays}
        is_of_one = len(valid) == 1
        is_named = self._is_full("certification", projected)
        words = [t.column(f"w{word}") for word in range(-(-len(asked.lists) // _WORD))]
        # A name that is not told may be on each of its lists.
        some = [
            word if is_named else t.chosen([(t.untold(name), t.number(_all_digits(asked.lists, number)))], word)
            for number, word in enumerate(words)
        ]
        zero = t.number(0)

        def when(test: Term, value: Term) -> Term:
            return t.chosen([(test, value)], zero)

        def on_day(day: Day, *, sure: bool) -> Term:
            """Whether a row counts on a day, of those that may on some day that is asked."""
            if is_of_one and (not sure or valid[day].sure == valid[day].may):
                return TRUE
            return valid[day].sure if sure else valid[day].may

        columns: list[exp.Expression] = []
        for (word, day, sure), column in asked.of_person.items():
            on_lists = words[word] if sure else some[word]
            # Whose name is not told has no digits: it is surely on no list.
            told = on_lists if is_named or not sure else t.fallen_back(on_lists, zero)
            columns.append(t.alias(exp.BitwiseOrAgg(this=when(on_day(day, sure=sure), told)), column))
        for (day, names), column in asked.strays.items():
            word, mask = divmod(asked.lists[names], _WORD)
            test = t.both(t.untold(person), on_day(day, sure=False), t.has_digits(some[word], 1 << mask))
            columns.append(t.alias(exp.Sum(this=when(test, t.number(1))), column))
        query = t.selected([t.column(PARTNER), person, *columns], self.source.table(TABLE, projected), "certifications")
        is_on_list = exp.EQ(this=name, expression=named)
        query = query.join(_membership(asked.lists), on=is_on_list, join_type="" if is_named else "LEFT", copy=False)
        counts = t.either(*dict.fromkeys(one.may for one in valid.values()))
        if not is_named:
            counts = t.both(t.either(t.untold(name), t.told(named)), counts)
        return query.where(counts, copy=False).group_by(t.column(PARTNER), t.column("f_person"), copy=False)


def _membership(lists: Mapping[frozenset[str], int]) -> exp.Expression:
    """Return a table of the names that are on lists: each with the digits of those it is on."""
    width = -(-len(lists) // _WORD)
    digits: dict[str, list[int]] = {}
    for names, index in lists.items():
        for name in names:
            word, mask = divmod(index, _WORD)
            digits.setdefault(name, [0] * width)[word] |= 1 << mask
    columns = ["of_name", *(f"w{word}" for word in range(width))]
    # Where no list names anything on the day there is a row all the same, which is on none of them.
    rows = [(name, *words) for name, words in sorted(digits.items())] or [("", *(0 for _ in range(width)))]
    alias = exp.TableAlias(
        this=exp.to_identifier("on_lists", quoted=True),
        columns=[exp.to_identifier(one, quoted=True) for one in columns],
    )
    return exp.Values(expressions=[exp.Tuple(expressions=[*map(exp.convert, row)]) for row in rows], alias=alias)


def _all_digits(lists: Mapping[frozenset[str], int], word: int) -> int:
    """Return the digits of all lists of a whole number."""
    return (1 << min(_WORD, len(lists) - word * _WORD)) - 1


def _enough(holds: Iterable[Term], least: int) -> Term:
    """Return whether at least so many of the terms are true, none of which is ever unknown."""
    held = list(holds)
    if least > len(held):
        return FALSE
    if least <= 0:
        return TRUE
    if least == 1:
        return t.either(*held)
    return t.both(*held) if least == len(held) else t.at_least(t.counted(held), t.number(least))
