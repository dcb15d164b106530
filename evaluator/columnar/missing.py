"""What is missing to settle what was written, as columns: each thing that can be missing is a digit of a whole number.

Of a node that is settled nothing is missing; of another one what it lacks itself, and what is missing in its parts. What
is not said here is a condition of its own: there the row engine tells it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias, assert_never

from sqlglot import exp

from dsl import core as c
from dsl.core.ops import lacking
from dsl.core.types import Type
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import Flag, Sql, flag_of, is_settled
from evaluator.columnar.days import exactly
from evaluator.columnar.terms import FALSE, TRUE, Cannot, Term
from evaluator.columnar.ways import LOST, Way, merged, through
from evaluator.columnar.written import Written, taken
from evaluator.decisions.missing import MAX_TRIED
from evaluator.progress import is_choosing

_WORD = 62
"""Things that are told by the digits of one whole number."""
_MOST_TRIED = 4
"""Of more missing flags and choices no combination is tried: all of them are told (``MAX_COMBINATIONS``)."""

Of: TypeAlias = Literal["tried", "figure", "list", "other"]
"""Flags and choices, whose values are tried; figures of the policies; lists that nobody told; all else."""


@dataclass(frozen=True, slots=True)
class OfRows:
    """Where rows lack a field: their places as a list, and how they are pointed at."""

    list: str
    """The pointer of their list."""
    field: str
    places: Term
    """A list of whole numbers."""
    is_wrapped: Term
    """Whether the list is told with more about it than its rows."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing: what ``evaluator.explanation.Gap`` says of it as a column."""

    kind: str
    pointer: str
    day: date | None = None
    is_tried: bool = False
    """Whether its values are tried, to leave it out where none can matter."""
    is_choosing: bool = False
    """Whether it only says which rules apply: progress goes by it also where it is not told."""
    rows: OfRows | None = None

    @property
    def of(self) -> Of:
        """What is asked of it together with others."""
        if self.is_tried:
            return "tried"
        if self.kind == "figure":
            return "figure"
        return "list" if self.kind == "records" else "other"


Word: TypeAlias = tuple[Of, int]
Own: TypeAlias = tuple[Sequence[tuple[Gap, Term]], Term]
"""What a node lacks itself, each with whether it does, and whether that is not said; never unknown."""
NOTHING_LACKS: Own = ((), FALSE)
UNSAID: Own = ((), TRUE)


@dataclass(frozen=True)
class Mask:
    """What is missing, by the numbers whose digits tell it."""

    words: Mapping[Word, Term] = field(default_factory=dict)
    unsaid: Term = FALSE
    """Whether more is missing than is said; never unknown."""
    digits: Mapping[Word, int] = field(default_factory=dict)
    """Which digits there can be."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is ever missing."""
        return not self.words and t.is_false(self.unsaid)


_NOTHING = Mask()


class Digits:
    """Which digit of which number tells of what."""

    def __init__(self) -> None:
        self._places: dict[Gap, tuple[Word, int]] = {}
        self._gaps: dict[tuple[Word, int], Gap] = {}
        self._numbers: dict[Of, int] = {}

    def place(self, gap: Gap) -> tuple[Word, int]:
        """Return the number and its digit of something that can be missing."""
        if gap not in self._places:
            number = self._numbers.get(gap.of, 0)
            self._numbers[gap.of] = number + 1
            place = ((gap.of, number // _WORD), 1 << number % _WORD)
            self._places[gap], self._gaps[place] = place, gap
        return self._places[gap]

    def gaps(self, mask: Mask) -> Iterable[tuple[Gap, Term]]:
        """Yield what can be missing, each with whether it is; never unknown."""
        for word, digits in mask.digits.items():
            while digits:
                digit = digits & -digits
                digits -= digit
                yield self._gaps[word, digit], t.has_digits(mask.words[word], digit)


def fact_gap(name: str, type_: Type, projected: bool) -> Gap:
    """Return what is missing of a fact that nobody told, on the day of the question."""
    is_few = type_.kind == "flag" or (type_.kind == "choice" and len(type_.choices) <= MAX_TRIED)
    pointer = f"{'/projected' if projected else ''}/facts/{name}"
    return Gap("fact", pointer, None, is_few and not projected, is_choosing(type_))


class Missing(ABC):
    """Finds what is missing in what was written over some rows."""

    def __init__(self, sql: Sql) -> None:
        """Take what keeps columns."""
        self.sql = sql
        self.digits = Digits()
        self._found: dict[int, tuple[Written, Mask]] = {}
        self._below: dict[int, tuple[Written, Mask]] = {}
        self._ways: dict[int, tuple[Written, Mapping[Gap, Way]]] = {}
        self._owns: dict[int, tuple[Written, Own]] = {}
        self._in_progress: dict[int, tuple[Written, bool]] = {}

    @abstractmethod
    def own(self, top: Written) -> Own:
        """Return what a node lacks that is read, where it is not settled."""

    def of(self, top: Written) -> Mask:
        """Return what is missing of a node; nothing where it is settled."""
        if id(top) not in self._found:
            # With its node: an identity is one object's only as long as that is there.
            self._found[id(top)] = (top, self._of(top))
        return self._found[id(top)][1]

    def of_all(self, tops: Sequence[Written]) -> Mask:
        """Return what is missing of some nodes together."""
        return self.united([(self.of(top), TRUE) for top in tops])

    def is_said(self, mask: Mask, tops: Sequence[Written]) -> Term:
        """Return whether that is all that a decision tells as missing; never unknown.

        Where nothing is missing but flags and choices, their values are tried: where it cannot be said before that each of
        them matters, that is left to the row engine.
        """
        if mask.is_empty:
            return TRUE
        tried = {word: term for word, term in mask.words.items() if word[0] == "tried"}
        if not tried:
            return self.sql.keep(t.negated(mask.unsaid))
        zero = t.number(0)
        others = [t.equal(term, zero) for (of, _), term in mask.words.items() if of in ("list", "other")]
        figures = [t.equal(term, zero) for (of, _), term in mask.words.items() if of == "figure"]
        ways = merged(self.ways(top) for top in tops)
        if any(map(self._has_progress, tops)):
            # What a value of it leads to is more than what it settles.
            ways = {gap: way for gap, way in ways.items() if not gap.is_choosing}
        alone: dict[Word, int] = {}
        together: dict[Word, int] = {}
        for gap, way in ways.items():
            word, digit = self.digits.place(gap)
            alone[word] = alone.get(word, 0) | (digit if way.matters_alone else 0)
            together[word] = together.get(word, 0) | (digit if way.matters_with_others else 0)

        def only(digits: Mapping[Word, int]) -> Term:
            unclear = ((term, mask.digits[word] & ~digits.get(word, 0)) for word, term in tried.items())
            return t.both(*(t.negated(t.has_digits(term, rest)) for term, rest in unclear if rest))

        number = t.counted(
            [
                t.has_digits(term, 1 << place)
                for word, term in tried.items()
                for place in range(_WORD)
                if mask.digits[word] >> place & 1
            ]
        )
        number = self.sql.keep(number)
        is_one = t.compared(exp.LTE, number, t.number(1))
        matter = t.both(*figures, t.either(only(together), t.both(only(alone), is_one)))
        none = t.both(*(t.equal(term, zero) for term in tried.values()))
        are_many = t.compared(exp.GT, number, t.number(_MOST_TRIED))
        is_clear = t.either(none, t.negated(t.both(*others)), are_many, matter)
        return self.sql.keep(t.both(t.negated(mask.unsaid), is_clear))

    def _has_progress(self, top: Written) -> bool:
        if id(top) not in self._in_progress:
            found = isinstance(top.node, c.InProgress) or any(map(self._has_progress, top.parts))
            self._in_progress[id(top)] = (top, found)
        return self._in_progress[id(top)][1]

    def ways(self, top: Written) -> Mapping[Gap, Way]:
        """Return by which ways missing flags and choices reach a node, where it is not settled."""
        if id(top) not in self._ways:
            self._ways[id(top)] = (top, self._ways_of(top))
        return self._ways[id(top)][1]

    def _ways_of(self, top: Written) -> Mapping[Gap, Way]:
        if self.of(top).is_empty:
            return {}
        sign = 1 if isinstance(top.value, Flag) else 0
        found: list[Mapping[Gap, Way]] = [{gap: Way(sign=sign) for gap, _ in self._own(top)[0] if gap.is_tried}]
        for part, role in zip(top.parts, top.roles, strict=False):
            found.append({gap: through(top, part, role, way) for gap, way in self.ways(part).items()})
        beside = self._beside(top)
        found.append({gap: LOST for gap, _ in self.digits.gaps(beside) if gap.is_tried})
        return merged(found)

    # ---- nodes

    def _of(self, top: Written) -> Mask:
        settled = is_settled(top.value)
        if t.is_true(settled):
            return _NOTHING
        unsettled = self.sql.keep(t.negated(settled))
        gaps, unsaid = self._own(top)
        parts = [(self.of(part), may) for part, may in zip(top.parts, taken(self.sql, top), strict=True)]
        parts = [(mask, may) for mask, may in parts if not mask.is_empty]
        if isinstance(top.node, c.Named) and gaps:
            return self._given(self.united(parts), gaps, unsettled)
        beside = self._beside(top)
        if not gaps and t.is_false(unsaid) and beside.is_empty and len(parts) == 1:
            ((mask, may),) = parts
            if t.is_true(may) and any(part.value == top.value for part in top.parts):
                return mask
        own = self._mask(gaps, unsaid)
        return self.united(
            [(own, unsettled), (beside, unsettled), *((mask, t.both(unsettled, may)) for mask, may in parts)]
        )

    def _given(self, part: Mask, gaps: Sequence[tuple[Gap, Term]], unsettled: Term) -> Mask:
        """Return what is missing of a measure: itself, where nothing was told that it could be reckoned from."""
        asked = self._is_asked(part)
        own = self._mask(gaps, FALSE)
        return self.united(
            [(own, t.both(unsettled, asked)), (part, t.both(unsettled, t.either(t.negated(asked), part.unsaid)))]
        )

    def _is_asked(self, part: Mask) -> Term:
        """Return whether a measure is asked for ready-made: where only lists and figures are missing of it; never unknown."""
        told = [term for (of, _), term in part.words.items() if of in ("tried", "other")]
        return self.sql.keep(t.both(*(t.equal(term, t.number(0)) for term in told)))

    def _own(self, top: Written) -> Own:
        """Return what a node lacks itself: what is read, or has no value although its parts are told."""
        if id(top) not in self._owns:
            self._owns[id(top)] = (top, self._own_of(top))
        return self._owns[id(top)][1]

    def _own_of(self, top: Written) -> Own:
        node, sql = top.node, self.sql

        def figure(is_so: Term) -> Own:
            return ([(Gap("figure", node.origin.place), is_so)], FALSE)

        def without_value(divisor: Written | None) -> Own:
            if divisor is None:
                return NOTHING_LACKS
            return figure(t.surely(flag_of(lacking.divides_by_nothing(sql, divisor.value)).term))

        at = (top.day or exactly(date.min)).at
        try:
            match node:
                case c.Dated() if not top.parts:
                    return figure(TRUE)
                case c.Lookup():
                    there = flag_of(lacking.has_a_row(sql, node, top.the("key").value, at)).term
                    return figure(t.negated(t.surely(there)))
                case c.Ratio():
                    divisor = top.parts[1]
                    if node.growth:
                        return without_value(divisor)
                    less = t.surely(flag_of(lacking.divides_by_less(sql, divisor.value)).term)
                    gaps, unsaid = without_value(divisor)
                    return [(gap, t.both(is_so, t.negated(less))) for gap, is_so in gaps], unsaid
                case c.PerUnit():
                    return without_value(top.one("unit"))
                case c.Prorate():
                    return without_value(top.one("target"))
                case c.Literal():
                    return figure(TRUE)
                case (
                    c.AllOf() | c.AnyOf() | c.Case() | c.Compare() | c.Dated() | c.Edge() | c.Gate() | c.Not() | c.NumberOf()
                    | c.PassScore() | c.Ranked() | c.Reckoned() | c.Requirement() | c.Shift() | c.Total()
                ):  # fmt: skip
                    return NOTHING_LACKS
                case (
                    c.OfRecords() | c.Anniversary() | c.AsProjected() | c.AskedThisYear() | c.DifferentPeople() | c.Fact()
                    | c.Field() | c.Holds() | c.InProgress() | c.InRenewal() | c.Lapsed() | c.Named() | c.OnDate() | c.Paid()
                    | c.People() | c.Qualifies() | c.Sometime() | c.Today()
                ):  # fmt: skip
                    return self.own(top)
                case _:
                    assert_never(node)
        except Cannot:
            return UNSAID

    def _beside(self, top: Written) -> Mask:
        """Return what is missing below a node although what it is made of may be settled."""
        if isinstance(top.node, c.PassScore) and top.every:
            unknown = t.untold(flag_of(self.sql.all_of(top.every)).term)
            return self.united([(self.below(top.the("value")), unknown)])
        if isinstance(top.node, c.InProgress) and top.parts:
            return self.below(top.the("value"))
        return _NOTHING

    def below(self, top: Written) -> Mask:
        """Return all that is missing below a node, whether it unsettles the node or not."""
        if id(top) not in self._below:
            self._below[id(top)] = (top, self._all_below(top))
        return self._below[id(top)][1]

    def _all_below(self, top: Written) -> Mask:
        parts = [
            (self.below(part), t.both(top.present, may))
            for part, may in zip(top.parts, taken(self.sql, top), strict=True)
        ]
        settled = is_settled(top.value)
        if t.is_true(settled):
            return self.united(parts)
        unsettled = self.sql.keep(t.negated(settled))
        gaps, unsaid = self._own(top)
        if isinstance(top.node, c.Named) and gaps:
            part = self.united([(self.of(one), TRUE) for one in top.parts])
            asked = self.sql.keep(t.both(unsettled, self._is_asked(part)))
            unclear = t.both(unsettled, part.unsaid)
            own = self._mask(gaps, FALSE)
            others = [(mask, t.both(may, t.negated(asked))) for mask, may in parts]
            return self.united([(own, asked), (Mask(unsaid=unclear), TRUE), *others])
        return self.united([(self._mask(gaps, unsaid), unsettled), (self._beside(top), unsettled), *parts])

    # ---- numbers

    def _mask(self, gaps: Sequence[tuple[Gap, Term]], unsaid: Term) -> Mask:
        terms: dict[Word, list[Term]] = {}
        digits: dict[Word, int] = {}
        for gap, is_so in gaps:
            if t.is_false(is_so):
                continue
            word, digit = self.digits.place(gap)
            digits[word] = digits.get(word, 0) | digit
            terms.setdefault(word, []).append(t.chosen([(is_so, t.number(digit))], t.number(0)))
        return Mask({word: self.sql.keep(_any_digits(found)) for word, found in terms.items()}, unsaid, digits)

    def united(self, masks: Sequence[tuple[Mask, Term]]) -> Mask:
        """Return what is missing of some together, each where a condition holds that is never unknown."""
        parts = [(mask, may) for mask, may in masks if not t.is_false(may) and not mask.is_empty]
        if not parts:
            return _NOTHING
        if len(parts) == 1 and t.is_true(parts[0][1]):
            return parts[0][0]
        terms: dict[Word, list[Term]] = {}
        digits: dict[Word, int] = {}
        for mask, may in parts:
            for word, term in mask.words.items():
                digits[word] = digits.get(word, 0) | mask.digits[word]
                terms.setdefault(word, []).append(self.sql.keep(t.chosen([(may, term)], t.number(0))))
        words = {word: self.sql.keep(_any_digits(list(dict.fromkeys(found)))) for word, found in terms.items()}
        unsaid = t.either(*dict.fromkeys(t.both(may, mask.unsaid) for mask, may in parts))
        return Mask(words, self.sql.keep(unsaid), digits)


def _any_digits(terms: Sequence[Term]) -> Term:
    """Return a number with the digits of all."""
    if len(terms) == 1:
        return terms[0]
    return t.chained(exp.BitwiseOr, terms)
