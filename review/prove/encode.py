"""The definitions of ``dsl.core.ops`` over terms: what a rule of one side decides, for all partners at once.

Where a construct cannot be written for the solver, or is read of what is not laid open here (the register, records,
other days), the node is a variable by its canonical key: all that it can be, and the same on both sides where it means
the same. A claim that holds then holds; a difference that it lets through is told only with a partner that shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import assert_never

from dsl import core as c
from dsl.core import calendar
from dsl.core.anywhere import Anywhere
from dsl.core.keys import Keys
from dsl.core.ops import definition_of, sourced
from dsl.core.ops.decided import Asked
from dsl.core.walk import walk
from evaluator import limits
from evaluator.register.anniversaries import YEAR
from evaluator.register.settings import written_on
from review.prove.formulas import Figure, Formula, alike, at_least, both, chosen, either, figure, known, lesser, negated
from review.prove.people import Counted
from review.prove.terms import OPEN, Cannot, End, Flag, Ordered, Term, Terms, point
from review.prove.told import Told, counted
from review.prove.written import Encoded, Fact, Known, Opened, Read, Reading, Written

TERMS = Terms()
_ONE = timedelta(days=1)
MOST_MONTHS = 36
"""Of a day that a partner tells between two days: up to so many months apart what is reckoned by months is written for each."""
NONE: frozenset[str] = frozenset()
"""No measure."""


class Encoder:
    """Writes nodes of one core for a day."""

    def __init__(
        self,
        core: c.Core,
        keys: Keys,
        told: Told,
        as_of: date,
        *,
        reckoned: frozenset[str] | None = NONE,
        shared: tuple[Written, Anywhere] | None = None,
    ) -> None:
        """Take what is written.

        Args:
            core: whose nodes they are.
            keys: of that core.
            told: the variables of the partner.
            as_of: the day of the question.
            reckoned: which measures that may be supplied are reckoned instead of told; None is all of them.
            shared: what was written before, and what tells whether a node can be another one on each day; None: all is
                written anew. What is told must call the day of the question alike on all days.
        """
        self.core = core
        self.keys = keys
        self.told = told
        self.as_of = as_of
        self.reckoned = reckoned
        self.supplied: dict[str, None] = {}
        """The measures that were taken as told."""
        self.opened: dict[str, tuple[c.Expr, date, bool, str]] = {}
        """What is no more than a variable, by the name of that: the node, its day, whether it is projected, the rule."""
        self._shared = shared
        self._of_partner = Anywhere(core, _is_of_partner)
        self._found: dict[tuple[int, date, bool, str], tuple[c.Expr, Encoded, Reading]] = {}
        self._reading: list[Reading] = [Reading()]

    def term(self, node: c.Expr, day: date | None = None) -> Term:
        """Return what a node can be on a day, that of the question where none is given."""
        return self.on(node, day or self.as_of, False, "").value

    def on(self, node: c.Expr, day: date, projected: bool, rule: str) -> Encoded:
        """Write a node for a day, in a rule."""
        key = (id(node), day, projected, rule)
        found = self._found.get(key)
        if found is None:
            reading = Reading()
            self._reading.append(reading)
            try:
                encoded = self._once_written(node, day, projected, rule)
            finally:
                self._reading.pop()
            found = self._found[key] = (node, encoded, reading)
        self._reading[-1].add(found[2].read, is_of_the_day=found[2].is_of_the_day)
        return found[1]

    def _once_written(self, node: c.Expr, day: date, projected: bool, rule: str) -> Encoded:
        """Return what a node was written as before, where it is the same; else write it."""
        if self._shared is None or day != self.as_of or projected:
            return self._written(node, day, projected, rule)
        written, daily = self._shared
        if daily.within(node):
            return self._written(node, day, projected, rule)
        name = (self.keys.key(node, day), type(node), rule, self.reckoned)
        known = written.known.get(name)
        if known is not None and _can_stand_for(known.encoded, node) and self._is_read_again(known):
            return known.encoded if known.encoded.node is node else replace(known.encoded, node=node)
        found = self._written(node, day, projected, rule)
        reading = self._reading[-1]
        if reading.is_of_the_day:
            written.known[name] = Known(found, tuple(reading.read.values()))
        return found

    def _is_read_again(self, known: Known) -> bool:
        """Read what was read for a node before; not where a variable would be called otherwise now."""
        opened = [one for one in known.read if isinstance(one, Opened)]
        if not all(map(self._is_called_so, opened)):
            return False
        for one in known.read:
            match one:
                case Fact():
                    self._fact(one, self.as_of)
                case Counted():
                    self._counted(replace(one, day=self.as_of))
                case Opened():
                    self._opened(one, self.as_of)
                case _:
                    assert_never(one)
        return True

    def _is_called_so(self, one: Opened) -> bool:
        """Whether a node that was opened is the same variable here: of another core, where this question has it already."""
        if self._name(one, self.as_of) in self.told.nodes:
            return True
        return one.core is self.core and self._means(one.node, self.as_of, one.rule) == one.means

    def requirement(self, rule: c.Rule, day: date, projected: bool = False) -> Term:
        """Return whether a rule is met on a day; out of force it is not."""
        version = rule.version_on(day)
        if version is None or version.requirement is None:
            return TERMS.constant(version is not None)
        return self.on(version.requirement, day, projected, rule.id).value

    def _written(self, node: c.Expr, day: date, projected: bool, rule: str) -> Encoded:
        definition = definition_of(type(node))
        try:
            if definition is None:
                return Encoded(node, self._read(sourced(node), day, projected, rule))
            parts = _Parts(TERMS, lambda part: self.on(part, day, projected, rule))
            value: Term = definition(TERMS, node, parts, day)
            return Encoded(node, value, tuple(parts.parts), tuple(parts.roles))
        except Cannot as reason:
            return Encoded(node, self._open(node, day, projected, rule, str(reason), exact=False))

    def _open(self, node: c.Expr, day: date, projected: bool, rule: str, why: str, *, exact: bool) -> Term:
        means = self._means(node, day, rule)
        return self._opened(Opened(self.core, node, projected, rule, why, exact, means), day)

    # ---- what is read of the partner, each remembered for the nodes that are being written

    def _fact(self, one: Fact, day: date) -> Term:
        if one.is_measure:
            self.supplied[one.name] = None
        self._note(f"fact {one.name} {one.projected} {one.is_measure}", one, day)
        return self.told.fact(one.name, one.type, day, projected=one.projected)

    def _counted(self, one: Counted) -> Term:
        self._note(str(one), one, one.day)
        return self.told.counted(one)

    def _opened(self, one: Opened, day: date) -> Term:
        name = self._name(one, day)
        if one.core is self.core:
            self.opened.setdefault(name, (one.node, day, one.projected, one.rule))
        self._note(name, one, day)
        return self.told.open(name, one.node, day, one.why, one.core, exact=one.exact)

    def _window(self, node: c.Sometime, day: date, projected: bool, rule: str) -> None:
        """Note the first and the last day of a window, where they are known."""
        terms = [self.on(one, day, projected, rule).value for one in (node.start, node.end)]
        ends = [one.exact for one in terms if isinstance(one, Ordered) and one.exact is not None]
        days = [date.fromordinal(int(found)) for one in ends if (found := known(one)) is not None]
        if len(days) == len(terms):
            self.told.windows[(days[0], days[1])] = None

    def _if_attained(self, node: c.Anniversary, day: date, rule: str) -> date | None:
        """Return the day of an award that is asked about and not checked: as if it were attained on the day; None if open.

        See ``evaluator.register.anniversaries``, which decides so where no entry is at hand.
        """
        if node.which == "attained":
            return day
        asked = self.core.rules.get(rule)
        written = () if asked is None else written_on(asked, day, "valid")
        validity = written[0].value if written and isinstance(written[0], c.Literal) else None if written else YEAR
        return calendar.add(day, validity) if isinstance(validity, c.Duration) else None

    def _on_any(self, value: c.Expr, day: Figure) -> Term:
        """Return a value that reads nothing of the partner, as it was or will be on a day that the partner tells."""
        starts = [date.min, *self.keys.days_in(value)]
        ends = [*starts[1:], None]
        branches = [
            (_between(start, end, day), _OnAnyDay(self, start, end, day).on(value, start, False, "").value)
            for start, end in zip(starts, ends, strict=True)
        ]
        return TERMS.first(
            [(lambda test=test: Flag(test, test), lambda value=value: value) for test, value in branches]  # type: ignore[misc]
        )

    def _name(self, one: Opened, day: date) -> str:
        return f"{one.means} {self.told.when(day)} {one.projected}"

    def _note(self, name: str, one: Read, day: date) -> None:
        reading = self._reading[-1]
        reading.read[name] = one
        reading.is_of_the_day = reading.is_of_the_day and day == self.as_of

    def _means(self, node: c.Expr, day: date, rule: str) -> str:
        """Return what a node is on both sides. The claims are made of a register that says the same on both.

        What is held may be open though all is told; whose anniversary is meant hangs on the rule.
        """
        if isinstance(node, c.Holds | c.Lapsed):
            return f"{type(node).__name__} {node.award} {node.level}"
        if isinstance(node, c.Paid | c.InRenewal):
            return f"{type(node).__name__} {node.award}"
        if isinstance(node, c.Anniversary):
            own = rule if node.which in ("own", "attained") else ""
            return f"anniversary {node.which} {own} {'' if node.after is None else self.keys.key(node.after, day)}"
        return f"{self.keys.key(node, day)} {rule}"

    def _read(self, node: c.Sourced, day: date, projected: bool, rule: str) -> Term:
        def as_told(why: str) -> Term:
            # What lies ahead of the question is not known to anybody yet.
            return self._open(node, day, projected, rule, why, exact=day <= self.as_of)

        match node:
            case c.Literal(value=None, least=least):
                # A figure of the programme keeps the bounds of its type; what is reckoned may leave them.
                if not node.type.is_numeric:
                    return TERMS.unknown(node.type)
                low = node.type.low if least is None else least
                ends = [End(figure(one)) if one is not None else OPEN for one in (low, node.type.high)]
                return Ordered(ends[0], ends[1])
            case c.Literal(value=value):
                return TERMS.constant(value)  # type: ignore[arg-type]
            case c.Today():
                return TERMS.constant(day)
            case c.Fact(name=name, type=type_):
                if day > self.as_of and not projected:
                    return as_told("a fact of a day that lies ahead")
                declared = self.core.facts[name].type if name in self.core.facts else type_
                return self._fact(Fact(name, declared, projected), day)
            case c.Named(name=name):
                if node.supplied and day <= self.as_of and not (self.reckoned is None or name in self.reckoned):
                    return self._fact(Fact(name, self.core.named[name].type, projected, is_measure=True), day)
                return self.on(self.core.named[name].value, day, projected, "").value
            case c.Qualifies():
                return self.requirement(self.core.rules[node.rule], day, projected)
            case c.OnDate(value=value, date=when):
                found = self.on(when, day, projected, rule).value
                exact = found.exact if isinstance(found, Ordered) else None
                asked = None if exact is None else known(exact)
                if asked is not None and date.fromordinal(int(asked)) <= self.as_of:
                    return self.on(value, date.fromordinal(int(asked)), projected, rule).value
                if exact is not None and not self._of_partner.within(value):
                    return self._on_any(value, exact)
                found = self._open(
                    node, day, projected, rule, "a day that the partner tells, or that lies ahead", exact=False
                )
                if exact is not None:
                    # Of a day that lies ahead nothing is told, nor of one of long ago.
                    self.told.told_days.append(_between(limits.FIRST_DAY, self.as_of + _ONE, exact))
                self.told.told_days += _as_today(found, self.on(value, day, projected, rule).value)
                return found
            case c.AsProjected(value=value):
                return self.on(value, day, True, rule).value
            case c.People() | c.DifferentPeople():
                if day > self.as_of and not projected:
                    return as_told("people on a day that lies ahead")
                return self._counted(counted(node, day, projected=projected))
            case c.AskedThisYear(even=even):
                return TERMS.constant(even)
            case c.Anniversary(which="own" | "attained") if (on := self._if_attained(node, day, rule)) is not None:
                return TERMS.constant(on)
            case c.Holds() | c.Paid() | c.Lapsed() | c.InRenewal() | c.Anniversary():
                return self._open(node, day, projected, rule, "the register", exact=False)
            case c.Aggregate():
                exact = day <= self.as_of and node.function in ("count", "sum") and not _may_be_open(node)
                return self._open(node, day, projected, rule, "records", exact=exact)
            case c.Grouped():
                exact = day <= self.as_of and node.type.is_numeric and not _may_be_open(node)
                return self._open(node, day, projected, rule, "groups of records", exact=exact)
            case c.Sometime(condition=condition):
                found = self._open(node, day, projected, rule, "other days", exact=False)
                today = self.on(condition, day, projected, rule).value
                self.told.wishes += _as_today(found, today)
                if isinstance(found, Flag) and isinstance(today, Flag):
                    self.told.met_today.append(either(negated(found.may), today.must))
                    self._window(node, day, projected, rule)
                return found
            case c.InProgress(rule=of) if self.core.rules[of].version_on(day) is None:
                return TERMS.constant(False)
            case c.InProgress():
                return self._open(node, day, projected, rule, "progress", exact=False)
            case c.Field():
                raise AssertionError("a field is read in a record")
            case _:
                assert_never(node)


class _OnAnyDay(Encoder):
    """Writes nodes that read nothing of the partner for whichever day it is of those between which nothing begins or ends."""

    def __init__(self, of: Encoder, day: date, end: date | None, today: Figure) -> None:
        super().__init__(of.core, of.keys, of.told, day)
        self._today = point(today, is_day=True)
        self._end = end

    def _read(self, node: c.Sourced, day: date, projected: bool, rule: str) -> Term:
        return self._today if isinstance(node, c.Today) else super()._read(node, day, projected, rule)

    def _open(self, node: c.Expr, day: date, projected: bool, rule: str, why: str, *, exact: bool) -> Term:
        if isinstance(node, c.Shift | c.Edge):
            found = self.on(node.date if isinstance(node, c.Shift) else node.of, day, projected, rule).value
            months = list(_months(day, self._end)) if found is self._today else []
            if months:
                return self._by_months(node, months)
        # What it is hangs on the day that the partner tells: of another one it is another variable.
        name = f"{self._means(node, day, rule)} from {day} on {self._today.low.value}"
        return self.told.open(name, node, day, why, self.core, exact=False)

    def _by_months(self, node: c.Shift | c.Edge, months: Sequence[date]) -> Term:
        """Return today moved by months, or at an edge of its month: in each month it is today and so many days, or a day."""
        today = self._today.low.value
        found: Figure = today
        for first in months:
            last = calendar.edge(first, "end")
            if isinstance(node, c.Shift):
                moved, latest = (calendar.add(one, node.by, back=node.back).toordinal() for one in (first, last))
                value = lesser(today + figure(moved - first.toordinal()), figure(latest))
            else:
                value = figure(calendar.edge(first, node.edge, node.months).toordinal())
            found = chosen(_between(first, last + _ONE, today), value, found)
        return point(found, is_day=True)


def _months(start: date, end: date | None) -> Iterator[date]:
    """Yield the first days of the months of a stretch; nothing of one that is too long to look at each."""
    indices = range(calendar.month_index(start), calendar.month_index(end) + 1) if end is not None else ()
    if len(indices) <= MOST_MONTHS:
        yield from (date.fromisoformat(f"{calendar.month_text(index)}-01") for index in indices)


def _is_of_partner(node: c.Expr) -> bool:
    """Whether a node reads what a partner tells, or what follows from that on other days."""
    if isinstance(node, c.Named):
        return node.supplied
    return node.tells_elsewhere or bool(frozenset(node.moves_with) - {"every day"})


def _can_stand_for(known: Encoded, node: c.Expr) -> bool:
    """Whether what is known of a node is that of an equal one: of cases a score's parts are found by their own nodes."""
    return known.node is node or not isinstance(node, c.Case) or node.type.kind != "points"


def _as_today(found: Term, today: Term) -> list[Formula]:
    """Return that what is asked of other days is what it is today."""
    if isinstance(found, Flag) and isinstance(today, Flag):
        return [alike(found.must, today.must), alike(found.may, today.may)]
    if isinstance(found, Ordered) and isinstance(today, Ordered):
        ends = ((found.low, today.low), (found.high, today.high))
        return [both(alike(one.open, other.open), one.value == other.value) for one, other in ends]
    return []


def _between(start: date, end: date | None, day: Figure) -> Formula:
    """Return that a day is one from a first one until another, where there is such."""
    begun = at_least(day, figure(start.toordinal()))
    return begun if end is None else both(begun, negated(at_least(day, figure(end.toordinal()))))


def _may_be_open(node: c.Aggregate | c.Grouped) -> bool:
    """Whether a figure over records of which everything is told can be a range: by a figure of the programme in it."""
    return any(
        (isinstance(one, c.Literal) and one.value is None)
        or isinstance(one, c.Ratio | c.Lookup | c.Dated | c.Named)
        or "awards" in one.lists_read
        for one in walk(node)
    )


class _Parts(Asked[Encoded, Term]):
    """The parts of a node as they are written."""

    __slots__ = ()

    def metrics(self, score: c.Expr, every: c.EveryMetric) -> Term:
        """Write what is asked of every metric of the score.

        Raises:
            Cannot: some of them are not written.
        """
        for one in _of_points(self.parts[self.roles.index("value")]):
            if not one.parts and any(isinstance(inner, c.Requirement) for inner in walk(one.node)):
                raise Cannot("metrics in what is not written")
        return super().metrics(score, every)


def _of_points(top: Encoded) -> Iterator[Encoded]:
    """Yield what a score is put together from, down to its metrics: of these it is only asked how many points they have."""
    waiting = [top]
    while waiting:
        one = waiting.pop()
        is_metric = isinstance(one.node, c.Requirement) and one.node.part == "scored"
        if one.node.type.kind == "points" and not is_metric:
            yield one
            waiting.extend(one.parts)
