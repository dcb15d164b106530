"""In which direction a change goes: whether what is asked becomes more or less, for every partner.

The two sides are compared node by node on a day. Where they differ in what the whole rises or falls with, whatever a
partner's facts are, the direction of the part is that of the whole; where that is not known it is told as open, never
guessed. So ``down`` alone says that no partner gets more than before, and ``up`` alone that none gets less: on the day,
and where the register says the same on both sides. What a change does to the register itself comes out at its checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeAlias, assert_never

from dsl import core as c
from dsl.core.bounds import Bounding
from dsl.core.keys import Keys
from dsl.core.ranges import Dates, Numbers
from dsl.core.walk import children

Step: TypeAlias = Literal["up", "down", "known", "unknown", "open"]
"""What a difference does to a value: it raises it, lowers it, a figure becomes known or unknown, or nobody can say."""
Steps: TypeAlias = frozenset[Step]

EQUAL: Steps = frozenset()
UP: Steps = frozenset({"up"})
DOWN: Steps = frozenset({"down"})
OPEN: Steps = frozenset({"open"})
_OPPOSITE: dict[Step, Step] = {"up": "down", "down": "up"}
_CONTRARY: dict[str, Any] = {">=": "<", "<": ">=", "<=": ">", ">": "<=", "=": "!=", "!=": "="}
_DAY = timedelta(days=1)
MOST_PAIRS = 150
"""Pairs of parts of two wholes up to which it is looked at which imply each other."""


class Directions:
    """Compares nodes of two cores."""

    def __init__(self, before: Keys, after: Keys) -> None:
        self.before, self.after = before, after
        self._bounds = Bounding(before.core), Bounding(after.core)
        self._found: dict[tuple[int, int, date], tuple[c.Node, c.Node, Steps]] = {}
        self._stretches: dict[tuple[date, date, date], Directions] = {}
        self._until: date | None = None
        """Until when what is said of a day has to hold; None: of the day alone."""
        self._question: date | None = None
        """The day of the question, behind which no window looks; None: it is the day that is given."""

    def of_versions(self, one: c.RuleVersion, other: c.RuleVersion, day: date) -> Steps:
        """Return what becomes of what versions decide on a day: open where they differ in more than what they ask and give."""
        alike = self.before.says(beside(one, day)) == self.after.says(beside(other, day))
        return self.asked(one, other, day) | (EQUAL if alike else OPEN)

    def asked(self, one: c.RuleVersion, other: c.RuleVersion, day: date) -> Steps:
        """Return what becomes of a requirement, amount and stages on a day; a requirement that is not there is met."""
        found = self.of_optional(one.amount, other.amount, day)
        if one.stage is not None or other.stage is not None:
            found |= self.of_optional(one.stage, other.stage, day)
        if one.requirement is None or other.requirement is None:
            return found | _presence(one.requirement, other.requirement, DOWN)
        return found | self.of(one.requirement, other.requirement, day)

    def of_optional(self, one: c.Expr | None, other: c.Expr | None, day: date) -> Steps:
        """Return what becomes of a value that may be left out; open where it comes or goes."""
        if one is None or other is None:
            return _presence(one, other, OPEN)
        return self.of(one, other, day)

    def of(self, one: c.Expr, other: c.Expr, day: date) -> Steps:
        """Return what becomes of a value on a day."""
        key = (id(one), id(other), day)
        known = self._found.get(key)
        if known is None:
            same = self.before.key(one, day) == self.after.key(other, day)
            # With its nodes: an identity is one object's only as long as that is there.
            known = self._found[key] = (one, other, EQUAL if same else self._unlike(one, other, day))
        return known[2]

    # ---- the register

    def _of_register(self, one: c.Expr, other: c.Expr) -> Steps:
        """Return what becomes of what the register says of the same: here it says the same, whatever that rests on."""
        return EQUAL

    def _is_as_it_was(self, node: c.Expr) -> bool:
        """Whether a node that both sides have comes to the same: what the register says does here."""
        return True

    # ---- names, versions and labels

    def _unlike(self, one: c.Expr, other: c.Expr, day: date) -> Steps:
        mine, its = _meant(self.before.core, one, day), _meant(self.after.core, other, day)
        if mine is None or its is None:
            return OPEN
        if mine is not one or its is not other:
            return self.of(mine, its, day)
        found = self._by_kind(one, other, day)
        if found <= UP or found <= DOWN or self._is_paired(one, other, day):
            return found
        implied = self._implied(one, other, day)
        return found if implied is None else implied

    def _is_paired(self, one: c.Expr, other: c.Expr, day: date) -> bool:
        """Whether two wholes are of one kind, and each part has its like: what they imply is what pairs do."""
        if not isinstance(one, c.AllOf | c.AnyOf) or not isinstance(other, type(one)):
            return type(one) is type(other)
        _, gone, new = _paired(_in_force(one.parts, day), _in_force(other.parts, day), self._are_alike(day))
        return not (gone or new)

    def _implied(self, one: c.Expr, other: c.Expr, day: date) -> Steps | None:
        """Return where a whole of conditions goes by what its parts imply; None: neither side is known to imply the other.

        Whatever else becomes of them, all of some conditions are no looser where each of those before is implied by one of
        those now, and one of some is none where each of those now implies one of those before. What is no such whole is
        the only part of one.
        """
        found: set[Steps] = set()
        for kind in (c.AllOf, c.AnyOf):
            parts = [_parts_as(kind, node, day) for node in (one, other)]
            mine, its = ([node] if told is None else told for node, told in zip((one, other), parts, strict=True))
            if parts == [None, None] or len(mine) * len(its) > MOST_PAIRS:
                continue
            for way in (DOWN, UP):
                if (way is DOWN) == (kind is c.AllOf):
                    goes = all(any(self.of(a, b, day) <= way for b in its) for a in mine)
                else:
                    goes = all(any(self.of(a, b, day) <= way for a in mine) for b in its)
                found |= {way} if goes else set()
        return None if not found else EQUAL if len(found) > 1 else found.pop()

    def _by_kind(self, one: c.Expr, other: c.Expr, day: date) -> Steps:
        """Return what becomes of a value by what it is on both sides."""
        if isinstance(one, c.AllOf | c.AnyOf) and isinstance(other, c.AllOf | c.AnyOf):
            return self._quantified(one, other, day)
        if isinstance(other, c.Gate) and not isinstance(one, c.Gate):
            return self.of(one, other.value, day) | self._if_not_below_zero(1, other.value, day, DOWN)
        if isinstance(one, c.Gate) and not isinstance(other, c.Gate):
            return self.of(one.value, other, day) | self._if_not_below_zero(0, one.value, day, UP)
        if isinstance(other, c.AllOf) and (inner := _among(one, other.parts, self.before, self.after, day)) is not None:
            return self.of(one, inner, day) | DOWN
        if isinstance(one, c.AllOf) and (inner := _among(other, one.parts, self.after, self.before, day)) is not None:
            return self.of(inner, other, day) | UP
        if isinstance(other, c.AnyOf) and (inner := _of_one(one, other, self.before, self.after, day)) is not None:
            return self.of(one, inner, day) | UP
        if isinstance(one, c.AnyOf) and (inner := _of_one(other, one, self.after, self.before, day)) is not None:
            return self.of(inner, other, day) | DOWN
        return self._of_one_kind(one, other, day) if type(one) is type(other) else OPEN

    def _of_one_kind(self, one: c.Expr, other: Any, day: date) -> Steps:
        """Return what becomes of a node, ``other`` of the same kind: of each of its fields, as the whole moves with it."""
        match one:
            case c.Literal():
                return _figures(one, other)
            case c.Compare():
                return self._compare(one, other, day)
            case c.Not():
                return self._fields(one, other, day, part=-1)
            case c.Rounded():
                steps = self._if_not_below_zero(0, one.value, day, _roundings(one.rounding, other.rounding))
                return steps | self._fields(one, other, day, value=1, rounding=0)
            case c.Total():
                found = self._parts(one.parts, other.parts, day, self._points)
                return found | self._fields(one, other, day, parts=0, cap=1)
            case c.NumberOf():
                return self._parts(one.parts, other.parts, day, lambda *_: UP)
            case c.Ranked():
                if one.word != other.word or len(one.parts) != len(other.parts):
                    return OPEN
                return self._parts(one.parts, other.parts, day, lambda *_: OPEN)
            case c.Gate():
                steps = self.of(one.condition, other.condition, day)
                return self.of(one.value, other.value, day) | self._if_not_below_zero(0, one.value, day, steps)
            case c.Between():
                return self._fields(one, other, day, value=1)
            case c.PerUnit():
                return self._fields(one, other, day, value=1, points=1, unit=-1, cap=1)
            case c.Prorate():
                steps = _roundings(one.rounding, other.rounding)
                return steps | self._fields(one, other, day, value=1, most=1, target=-1, rounding=0)
            case c.Arithmetic(op="+"):
                return self._fields(one, other, day, left=1, right=1)
            case c.Arithmetic(op="-"):
                return self._fields(one, other, day, left=1, right=-1)
            case c.Arithmetic():
                steps = self._fields(one, other, day, left=1, right=1)
                return self._if_not_below_zero(0, one.left, day, self._if_not_below_zero(0, one.right, day, steps))
            case c.PassScore():
                return self._score(one, other, day)
            case c.Case():
                return self._case(one, other, day)
            case c.Lookup():
                return self._lookup(one, other, day)
            case c.People():
                return opposite(_less_or_more(one.least, other.least)) | _lists(one.lists, other.lists, day)
            case c.DifferentPeople():
                return _lists(one.lists, other.lists, day)
            case c.Aggregate():
                return self._figure_over_records(one, other, day)
            case c.Grouped():
                # Whatever is made of the groups, it is more where each of them gives more.
                return self._fields(one, other, day, value=1)
            case c.Named():
                names = self.before.core.named[one.name], self.after.core.named[other.name]
                return self.of(names[0].value, names[1].value, day) if one.name == other.name else OPEN
            case c.Qualifies() if one.rule == other.rule:
                return self._rules(one.rule, day)
            case c.AsProjected() | c.Requirement():
                return self.of(one.value, other.value, day)
            case c.Anniversary(after=after):
                if (one.which, after is None) != (other.which, other.after is None) or (
                    after is not None and self.of(after, other.after, day)
                ):
                    return OPEN
                return self._of_register(one, other)
            case c.Holds() | c.Paid() | c.Lapsed() | c.InRenewal():
                return self._of_register(one, other) if one == other else OPEN
            case c.AskedThisYear() | c.Today():
                return EQUAL if one == other else OPEN
            case c.Sometime():
                return self._window(one, other, day)
            case c.OnDate():
                if self.of(one.date, other.date, day):
                    return OPEN
                dates = one.date, other.date
                return self.over(one.value, other.value, *self._asked_of(dates, dates, day), day)
            case c.Shift():
                steps = _durations(one.by, other.by)
                return self._fields(one, other, day, date=1, by=0) | (opposite(steps) if one.back else steps)
            case c.Edge():
                return self._fields(one, other, day, of=1)
            case (
                c.AllOf() | c.AnyOf() | c.Dated() | c.Fact() | c.Field() | c.InProgress() | c.Qualifies() | c.Ratio()
            ):  # fmt: skip
                return OPEN  # what a quotient does: not known here
            case _:
                assert_never(one)

    def _fields(self, one: c.Expr, other: c.Expr, day: date, **rises: int) -> Steps:
        """Compare fields that the whole rises (1) or falls (-1) with; 0 is looked at elsewhere, all others must be equal."""
        found = EQUAL if replace(one, **{name: getattr(other, name) for name in rises}) == other else OPEN
        values = (getattr(one, name) for name in rises)
        compared = {id(part) for value in values for part in (value if isinstance(value, tuple) else (value,))}
        if not all(self._is_as_it_was(part) for part in children(one) if id(part) not in compared):
            found = OPEN
        for name, sign in rises.items():
            own, its = getattr(one, name), getattr(other, name)
            if sign == 0 or (own is None and its is None):
                continue
            if own is not None and its is not None:
                steps = self.of(own, its, day)
                found |= steps if sign > 0 else opposite(steps)
            elif name == "cap":
                found |= UP if its is None else DOWN
            else:
                found |= OPEN
        return found

    def _compare(self, one: c.Compare, other: c.Compare, day: date) -> Steps:
        sign = {">=": 1, ">": 1, "<=": -1, "<": -1}.get(one.op)
        if sign is None or {">=": 1, ">": 1, "<=": -1, "<": -1}.get(other.op) != sign:
            return OPEN
        # What reaches the mark is enough with the equals sign only.
        edge = EQUAL if one.op == other.op else DOWN if len(other.op) == 1 else UP
        return edge | self._fields(one, other, day, op=0, left=sign, right=-sign)

    # ---- other days

    def _window(self, one: c.Sometime, other: c.Sometime, day: date) -> Steps:
        """Return what becomes of whether something was met on a day of a window."""
        longer = opposite(self.of(one.start, other.start, day)) | self.of(one.end, other.end, day)
        whens = (self.before.core, one.start), (self.before.core, one.end), (self.after.core, other.start), (self.after.core, other.end)  # fmt: skip
        if longer and not all(_is_as_exact_as_its_days(core, when) for core, when in whens):
            return OPEN  # of a window whose days are not known nothing is known
        # One that begins sooner or ends later has more days on which it can be.
        first, last = self._asked_of((one.start, other.start), (one.end, other.end), day)
        return longer | self.over(one.condition, other.condition, first, min(last, self._asked_on(day)), day)

    def _asked_on(self, day: date) -> date:
        """Return the day of the question, of several the last."""
        return self._question or (day if self._until is None else self._until - _DAY)

    def _asked_of(self, firsts: tuple[c.Expr, c.Expr], lasts: tuple[c.Expr, c.Expr], day: date) -> tuple[date, date]:
        """Return the first and the last day that may be asked about, of either side."""
        of_day = c.Days(day, self._until or day + _DAY)
        begin, end = (
            [bounds.of(node, of_day) for bounds, node in zip(self._bounds, nodes, strict=True)]
            for nodes in (firsts, lasts)
        )
        low = [one.low if isinstance(one, Dates) else None for one in begin]
        high = [one.high if isinstance(one, Dates) else None for one in end]
        return min(one or date.min for one in low), max(one or date.max for one in high)

    def over(self, one: c.Expr, other: c.Expr, first: date, last: date, day: date) -> Steps:
        """Return what becomes of a value on any of the days from one through another, asked about on a day."""
        turns = {turn for keys, node in ((self.before, one), (self.after, other)) for turn in keys.days_in(node)}
        starts = [first, *sorted(turn for turn in turns if first < turn <= last)] if first <= last else []
        found = EQUAL
        for start, end in zip(starts, [*starts[1:], date.max], strict=bool(starts)):
            found |= self._through(start, end, self._asked_on(day)).of(one, other, start)
            if "open" in found:
                break
        return found

    def _through(self, start: date, end: date, question: date) -> Directions:
        """Return what compares nodes on all days from one until another, between which no policies change in them."""
        key = (start, end, question)
        if key not in self._stretches:
            made = self._stretches[key] = copy(self)
            made._found, made._until, made._question = {}, end, question
        return self._stretches[key]

    # ---- wholes of parts

    def _quantified(self, one: c.AllOf | c.AnyOf, other: c.AllOf | c.AnyOf, day: date) -> Steps:
        mine, its = _in_force(one.parts, day), _in_force(other.parts, day)
        if isinstance(one, c.AllOf) and isinstance(other, c.AllOf):
            return self._parts(mine, its, day, lambda *_: DOWN)
        steps = self._parts(mine, its, day, lambda *_: UP)
        was = one.least if isinstance(one, c.AnyOf) else len(mine)
        now = other.least if isinstance(other, c.AnyOf) else len(its)
        if len(mine) == len(its) or (isinstance(one, c.AnyOf) and isinstance(other, c.AnyOf)):
            return steps | opposite(_less_or_more(was, now))
        return OPEN

    def _parts(
        self, one: Sequence[c.Expr], other: Sequence[c.Expr], day: date, added: Callable[[int, c.Expr, date], Steps]
    ) -> Steps:
        """Compare parts by their labels, then by where they stand; a part more does what ``added`` says, one less the contrary."""
        mine, its = _in_force(one, day), _in_force(other, day)
        pairs, gone, new = _paired(mine, its, self._are_alike(day))
        found = EQUAL.union(*(self.of(a, b, day) for a, b in pairs))
        found = found.union(*(opposite(added(0, part, day)) for part in gone))
        return found.union(*(added(1, part, day) for part in new))

    def _are_alike(self, day: date) -> Callable[[c.Expr, c.Expr], bool]:
        return lambda a, b: self.before.key(a, day) == self.after.key(b, day)

    def _points(self, side: int, part: c.Expr, day: date) -> Steps:
        return self._if_not_below_zero(side, part, day, UP)

    def _if_not_below_zero(self, side: int, value: c.Expr, day: date, steps: Steps) -> Steps:
        """Return what a value does that is never below zero; of one that may be, nobody can say."""
        if not steps:
            return steps
        known = self._bounds[side].of(value, c.Days(day, self._until or day + _DAY))
        above = not isinstance(known, Numbers) or (known.low is not None and known.low >= 0)
        return steps if above else OPEN

    def _score(self, one: c.PassScore, other: c.PassScore, day: date) -> Steps:
        score = self.of(one.score, other.score, day)
        asked = [{every.asked for every in node.every if day in every.days} for node in (one, other)]
        every = EQUAL if asked[0] == asked[1] else DOWN if asked[0] < asked[1] else UP if asked[0] > asked[1] else OPEN
        if score and any(asked):
            (mine, chooses), (its, choose) = _metrics(one.score, day), _metrics(other.score, day)
            if chooses or choose:
                score = OPEN  # the part of most points is taken whole: with more it may be one that lacks a metric
            elif mine != its:
                score |= UP | DOWN  # a metric more gives points, and is one more that needs them
        return score | every | opposite(self.of(one.mark, other.mark, day))

    def _case(self, one: c.Case, other: c.Case, day: date) -> Steps:
        if len(one.branches) != len(other.branches):
            return OPEN
        found = EQUAL
        for mine, its in zip(one.branches, other.branches, strict=True):
            found |= self.of(mine.value, its.value, day)
            if self.of_optional(mine.when, its.when, day):
                return OPEN  # another branch may be the first now
        return found

    def _lookup(self, one: c.Lookup, other: c.Lookup, day: date) -> Steps:
        if self.of(one.key, other.key, day):
            return OPEN
        mine, its = ({row.key: row.cell for row in node.rows if day in row.days} for node in (one, other))
        found = EQUAL
        for key in dict.fromkeys([*mine, *its]):
            was, now = mine.get(key, mine.get(None)), its.get(key, its.get(None))
            if was is not None and now is not None:
                found |= self.of(was, now, day)
            else:
                found |= frozenset({"known"}) if was is None else frozenset({"unknown"})
        return found

    def _figure_over_records(self, one: c.Aggregate, other: c.Aggregate, day: date) -> Steps:
        if one.function == "count":
            rises: dict[str, int] = {}
        elif one.function == "sum" and one.value is not None and not (_signed(one.value) or one.alike or one.distinct):
            rises = {"value": 1}
        else:
            return OPEN
        if one.total is not None or other.total is not None:
            return OPEN
        if one.where is None or other.where is None:
            where = _presence(one.where, other.where, DOWN)
        else:
            where = self.of(one.where, other.where, day)
        return where | self._fields(one, other, day, where=0, **rises)

    def _rules(self, rule: str, day: date) -> Steps:
        mine, its = self.before.core.rules[rule].version_on(day), self.after.core.rules[rule].version_on(day)
        if mine is None or its is None:
            return _presence(mine, its, UP)
        return self.asked(mine, its, day)


def _meant(core: c.Core, node: c.Expr, day: date) -> c.Expr | None:
    """Return what a name that nobody can supply, or a value with versions, is on a day; None: no version is in force."""
    if isinstance(node, c.Named) and not node.supplied:
        return core.named[node.name].value
    if isinstance(node, c.Dated):
        return next((one.value for one in node.versions if day in one.days), None)
    if isinstance(node, c.Requirement):
        return node.value
    if isinstance(node, c.Not) and isinstance(node.part, c.Compare):
        return replace(node.part, op=_CONTRARY[node.part.op])  # what is not less is at least as much
    return node


def _is_as_exact_as_its_days(core: c.Core, when: c.Expr) -> bool:
    """Whether a day is known where the days are known that it is reckoned from, whatever becomes of these."""
    if isinstance(when, c.Named) and not when.supplied:
        return _is_as_exact_as_its_days(core, core.named[when.name].value)
    is_moved = isinstance(when, c.Shift | c.Edge | c.Dated | c.Requirement)
    is_told = isinstance(when, c.Literal | c.Today | c.Fact | c.Named | c.Anniversary)
    return is_told or (is_moved and all(_is_as_exact_as_its_days(core, part) for part in children(when)))


def beside(version: c.RuleVersion, day: date) -> c.RuleVersion:
    """Return what a version says on a day beside what it asks and gives: its settings, options and effects."""
    settings = {
        word: tuple(replace(one, days=c.ALWAYS) for one in told if day in one.days)
        for word, told in version.settings.items()
    }
    return replace(
        version, days=c.ALWAYS, requirement=None, amount=None, stage=None,
        settings={word: told for word, told in settings.items() if told},
        options=tuple(replace(one, days=c.ALWAYS) for one in version.options if day in one.days),
        effects=tuple(replace(one, days=c.ALWAYS) for one in version.effects if day in one.days),
    )  # fmt: skip


def _parts_as(kind: type[c.AllOf | c.AnyOf], node: c.Expr, day: date) -> list[c.Expr] | None:
    """Return the parts of a whole of which all, or one, must be met; None: it is no such whole."""
    if not isinstance(node, c.AllOf | c.AnyOf) or not isinstance(node, kind):
        return None
    return _in_force(node.parts, day) if isinstance(node, c.AllOf) or node.least == 1 else None


def _in_force(parts: Iterable[c.Expr], day: date) -> list[c.Expr]:
    return [part for part in parts if not isinstance(part, c.Requirement) or day in part.days]


def _paired(
    one: Sequence[c.Expr], other: Sequence[c.Expr], alike: Callable[[c.Expr, c.Expr], bool]
) -> tuple[list[tuple[c.Expr, c.Expr]], list[c.Expr], list[c.Expr]]:
    """Pair parts: those that decide alike, then those of one label, then a last one on each side."""
    pairs: list[tuple[c.Expr, c.Expr]] = []
    gone, new = list(one), list(other)
    for is_pair in (alike, _of_one_label):
        for mine in list(gone):
            its = next((part for part in new if is_pair(mine, part)), None)
            if its is not None:
                pairs.append((mine, its))
                gone.remove(mine)
                new.remove(its)
    if len(gone) == len(new) == 1 and type(_inner(gone[0])) is type(_inner(new[0])):
        pairs.append((gone.pop(), new.pop()))
    return pairs, gone, new


def _inner(node: c.Expr) -> c.Expr:
    return node.value if isinstance(node, c.Requirement) else node


def _of_one_label(one: c.Expr, other: c.Expr) -> bool:
    if not isinstance(one, c.Requirement) or not isinstance(other, c.Requirement):
        return False
    return one.code == other.code or one.code in other.was or _label(one) == _label(other)


def _label(node: c.Requirement) -> str:
    return node.code.rpartition(".")[2]


def _among(node: c.Expr, parts: Sequence[c.Expr], own: Keys, its: Keys, day: date) -> c.Expr | None:
    """Return the part that is a node on the other side, where a condition was put beside it or taken away."""
    key = own.key(node, day)
    says = isinstance(
        node, c.Holds | c.Paid | c.Lapsed | c.InRenewal
    )  # the same of the same award, whatever it rests on
    inner = ((part, _inner(part)) for part in _in_force(parts, day))
    found = next((part for part, its_own in inner if (says and its_own == node) or its.key(its_own, day) == key), None)
    return found if found is not None and node.type.kind == "flag" else None


def _of_one(node: c.Expr, whole: c.AnyOf, own: Keys, its: Keys, day: date) -> c.Expr | None:
    """Return the part that is a node on the other side, where one of the parts is enough."""
    return _among(node, whole.parts, own, its, day) if whole.least == 1 else None


def _figures(one: c.Literal, other: c.Literal) -> Steps:
    if one.value is None or other.value is None:
        return frozenset({"known"}) if one.value is None else frozenset({"unknown"})
    if isinstance(one.value, Decimal) and isinstance(other.value, Decimal):
        return _less_or_more(one.value, other.value)
    if isinstance(one.value, date) and isinstance(other.value, date):
        return UP if other.value > one.value else DOWN
    return OPEN


def _less_or_more(one: Decimal | int, other: Decimal | int) -> Steps:
    return EQUAL if other == one else UP if other > one else DOWN


def _durations(one: c.Duration, other: c.Duration) -> Steps:
    """Return what another duration does to a day that it is added to."""
    return _less_or_more(one.months, other.months) | _less_or_more(one.days, other.days)


def _roundings(one: c.RoundTo, other: c.RoundTo) -> Steps:
    """Return what another rounding does: to the same step, up gives no less than half up, and that no less than down."""
    order = ("down", "half up", "up")
    if one == other:
        return EQUAL
    if replace(one, mode=other.mode) != other or {one.mode, other.mode} - {*order}:
        return OPEN
    return _less_or_more(order.index(one.mode), order.index(other.mode))


def _lists(one: Sequence[c.CertificationList], other: Sequence[c.CertificationList], day: date) -> Steps:
    """Compare lists of certifications by name: of more that count, more people hold one."""
    if [listing.name for listing in one] != [listing.name for listing in other]:
        return OPEN
    found = EQUAL
    for mine, its in zip(one, other, strict=True):
        was, now = ({entry.certification for entry in listing.entries if day in entry.days} for listing in (mine, its))
        found |= (DOWN if was - now else EQUAL) | (UP if now - was else EQUAL)
    return found


def _presence(one: object, other: object, added: Steps) -> Steps:
    """Return what it does that something is there on one side alone."""
    return EQUAL if (one is None) == (other is None) else added if one is None else opposite(added)


def opposite(steps: Steps) -> Steps:
    """Return what becomes of what falls with a value."""
    return frozenset(_OPPOSITE.get(step, step) for step in steps)


_Metrics: TypeAlias = tuple[frozenset[str], tuple[Any, ...]]
"""The labels of metrics, and for each choice by a condition those of each of its cases."""


def _metrics(score: c.Expr, day: date) -> tuple[_Metrics, bool]:
    """Return the metrics of a score on a day, case by case, and whether it is that of the largest of several parts."""
    waiting, chooses = [score], False
    found: set[str] = set()
    cases: list[tuple[_Metrics, ...]] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, c.Requirement) and node.part == "scored":
            found.add(node.code.partition(".")[2])
        elif isinstance(node, c.Case):
            told = [_metrics(branch.value, day) for branch in node.branches]
            cases.append(tuple(metrics for metrics, _ in told))
            chooses = chooses or any(one for _, one in told)
        else:
            chooses = chooses or isinstance(node, c.Ranked)
            waiting.extend(children(node, day))
    return (frozenset(found), tuple(cases)), chooses


def _signed(value: c.Expr) -> bool:
    return value.type.low is None or value.type.low < 0
