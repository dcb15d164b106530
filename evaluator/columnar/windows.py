"""Windows: some day of many on which a condition holds, as rows of a partner and a day.

A row is the last day of a stretch in which nothing that the condition reads can change: the days on which it can are
those of the policies (``dsl.core.moves``), the first days of months, and the partner's own. More stretches than there are
come to the same: a window is told by the last day on which it is met, or on which least is missing. Of each epoch of the
policies the condition is written once, with the day as a column, by the same lowering as everything else; what the rows
of a partner come to together is folded back to the partner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from math import lcm
from operator import or_
from typing import TYPE_CHECKING

from sqlglot import exp, parse_one

from dsl import core as c
from dsl.builtin import BUILT_IN, CERTIFICATIONS
from dsl.core.moves import Mover, Place
from dsl.core.ranges import NEVER
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import Flag, Ordered, flag_of, ordered_of
from evaluator.columnar.days import Day, exactly
from evaluator.columnar.layout import HISTORY, PARTNER, PARTNERS
from evaluator.columnar.merging import in_order
from evaluator.columnar.missing import NOTHING_LACKS, Digits, Gap, Mask, Own, Word as Number
from evaluator.columnar.nearest import MOST, Columns, denominator_of
from evaluator.columnar.source import OF_PARTNER, ON_DAY, Rows, sql_table
from evaluator.columnar.terms import FALSE, NULL, TRUE, Cannot, Term
from evaluator.columnar.turning import months, of_lists, of_order

if TYPE_CHECKING:
    from evaluator.columnar.lowering import Lowering
    from evaluator.columnar.reasons import Key, Reason, Told
    from evaluator.columnar.written import Written

MOST_EPOCHS = 16
"""Of so many epochs a condition is written; of windows that reach farther back the row engine tells."""
MOST_DAYS = 400
"""So many days before the question a window is looked at, where its first day depends on the partner."""
_WORD = 62
"""Reasons that are told by the digits of one whole number."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a window came to."""

    value: Flag
    part: Written | None = None
    """The condition, where the window is one day."""
    told: tuple[Reason, ...] = ()
    """The reasons of the day that it is told by."""
    open: Term = FALSE
    """Where the row engine is asked; never unknown."""
    told_by: ToldBy | None = None
    """The day that it is told by; None where it has none."""
    lacks: Own = NOTHING_LACKS
    """What is missing on its days where it is not known, and where that is not said."""


@dataclass(frozen=True, slots=True)
class ToldBy:
    """The day of a window that it is told by."""

    day: date | Term
    condition: Written
    """What is asked on it, as it is written somewhere in the window."""


@dataclass
class _Condition:
    """A condition that is asked on each row, as it is written in each epoch."""

    node: c.Expr
    rule: str
    written: list[Written | None]
    reasons: list[Told]
    """Of each epoch whether each reason is told, and whether it is not met."""
    orders: list[int]
    """Of each epoch by which order its reasons are read."""
    keys: list[tuple[int, Key]]
    """The reasons of all orders, one after the other."""
    lowerings: list[Lowering]
    """What writes it in each epoch."""
    masks: list[Mask]
    """Of each epoch what is missing of it."""
    measures: list[Columns] | None = None
    """What reckons in each epoch how much of it is missing; none where nothing does."""

    def missing(self, place: int) -> Term:
        """Return how much of it is missing in an epoch; NULL where that is not said."""
        part = self.written[place]
        if part is None:
            return NULL
        if self.measures is None:
            tops = [
                (inner.sql, one) for inner, one in zip(self.lowerings, self.written, strict=True) if one is not None
            ]
            one = lcm(*(denominator_of(sql, [top]) for sql, top in tops))
            self.measures = [Columns(inner.sql, one) for inner in self.lowerings] if one <= MOST else []
        return self.measures[place].of(part) if self.measures else NULL

    @property
    def lacking(self) -> Sequence[Number]:
        """By which numbers it is told what is missing."""
        return list(dict.fromkeys(word for mask in self.masks for word in mask.words))

    @property
    def words(self) -> int:
        """How many whole numbers hold a digit for each reason."""
        return -(-len(self.keys) // _WORD)


@dataclass
class _Window:
    """Rows of partners and days, and the conditions that are asked on them."""

    number: int
    bounds: exp.Select
    """A query of the first and the last day of each partner's window, where both are known."""
    days: set[date]
    """Days on which something can change for everybody."""
    own: set[str]
    """Queries of the days on which something can for a partner."""
    epochs: list[tuple[date, Lowering]]
    conditions: dict[tuple[int, str], _Condition] = field(default_factory=dict)
    digits: Digits = field(default_factory=Digits)
    """Which digits tell what is missing, in all epochs alike."""

    @property
    def name(self) -> str:
        """What is joined to the partners."""
        return f"window_{self.number}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that others read by its name."""

    name: str
    query: exp.Select


@dataclass(frozen=True, slots=True)
class OfRows:
    """Likewise, but columns over rows of a lowering of their own."""

    name: str
    lowering: Lowering
    outputs: dict[str, Term]


class Windows:
    """Writes windows for a lowering."""

    def __init__(self, lowering: Lowering) -> None:
        """Take what writes the conditions."""
        self.lowering = lowering
        self._windows: dict[tuple[object, ...], _Window] = {}

    def of(self, node: c.Sometime, first: Written, last: Written, day: Day, projected: bool, rule: str) -> Found:
        """Return whether a condition holds on some day from one through another.

        Raises:
            Cannot: it is not written.
        """
        low = self.lowering
        if isinstance(node.condition, c.Requirement):
            raise Cannot("a requirement that is asked on some day of a window")
        start, end = ordered_of(first.value), ordered_of(last.value)
        ahead = flag_of(low.sql.compare(">", end, exactly(low.as_of).value))
        if isinstance(start.exact, date) and isinstance(end.exact, date):
            if start.exact > min(end.exact, low.as_of):
                value = Flag(NULL, False) if end.exact > low.as_of else Flag(FALSE, True)
                return Found(value)
            if start.exact == min(end.exact, low.as_of):
                part = low.on(node.condition, exactly(start.exact), projected, rule)
                value = flag_of(part.value)
                if end.exact > low.as_of:
                    value = low.sql.flag(t.chosen([(t.surely(value.term), TRUE)]), False)
                return Found(value, part, told_by=ToldBy(start.exact, part))
        if low.is_inner or not day.is_exact or projected:
            raise Cannot("a window in a window")
        window = self._window(node, first, last, day, rule)
        index, condition = self._asked(window, node.condition, rule)
        keep, column = low.stages.keep, low.source.column

        def is_so(name: str) -> Term:
            return keep(t.surely(t.equal(column(window.name, name), t.number(1))))

        known = keep(t.both(_is_known(start), _is_known(end)))
        met, unknown, open_ = is_so(f"t{index}"), is_so(f"q{index}"), is_so(f"o{index}")
        no = t.both(known, t.negated(unknown), t.negated(t.perhaps(ahead.term)))
        value = low.sql.flag(t.chosen([(met, TRUE), (no, FALSE)]), False)
        if condition.keys:
            # By which day a window is told that was missed, where that is not said, the row engine says.
            open_ = t.either(open_, t.both(t.negated(met), is_so(f"y{index}")))
        day_told = column(window.name, f"d{index}")
        # What is asked on the day of the question has no other day.
        on_day = keep(t.chosen([(t.surely(t.equal(day_told, t.day(low.as_of))), NULL)], day_told))
        as_written = next(part for part in condition.written if part is not None)
        told: list[Reason] = []
        for place, (order, (code, on, far)) in enumerate(condition.keys):
            word, digit = divmod(place, _WORD)
            present, unmet = (
                keep(t.has_digits(t.fallen_back(column(window.name, f"{what}{index}_{word}"), t.number(0)), 1 << digit))
                for what in "pu"
            )
            # In another order it is another reason: the same column, told from it by its brackets.
            day_of = _bracketed(on_day, order) if isinstance(on, exp.Expression) else on
            told.append(((code, day_of, far), present, unmet))
        lacks = self._lacks(window, index, condition, end, flag_of(ahead).term)
        return Found(value, None, tuple(told), keep(t.both(known, open_)), ToldBy(day_told, as_written), lacks)

    def _lacks(self, window: _Window, index: int, condition: _Condition, end: Ordered, ahead: Term) -> Own:
        """Return what is missing of a window on the days that are open."""
        keep, column = self.lowering.stages.keep, self.lowering.source.column
        words: dict[Number, Term] = {}
        digits: dict[Number, int] = {}
        for word in condition.lacking:
            words[word] = keep(t.fallen_back(column(window.name, _lacking(index, word)), t.number(0)))
            digits[word] = reduce(or_, (mask.digits.get(word, 0) for mask in condition.masks))
        gaps = list(window.digits.gaps(Mask(words, FALSE, digits)))
        unsaid = keep(t.surely(t.equal(column(window.name, f"z{index}"), t.number(1))))
        if not t.is_false(ahead):
            if not isinstance(end.exact, date):
                return gaps, keep(t.either(unsaid, t.perhaps(ahead)))
            gaps.append((Gap("history", "", end.exact), t.perhaps(ahead)))
        return gaps, unsaid

    # ---- rows

    def _window(self, node: c.Sometime, first: Written, last: Written, day: Day, rule: str) -> _Window:
        low = self.lowering
        start, end = ordered_of(first.value).exact, ordered_of(last.value).exact
        exact = isinstance(start, date) and isinstance(end, date)
        key: tuple[object, ...] = (start, end) if exact else (first.value, last.value)
        if key not in self._windows:
            if isinstance(start, date) and isinstance(end, date):
                low.source.partners(False)
                about = t.table(sql_table(PARTNERS)).sql("duckdb")
                through = min(end, low.as_of)
                told = (
                    f"SELECT DISTINCT {PARTNER}, DATE '{start}' AS first_day, DATE '{through}' AS last_day FROM {about}"
                )
                bounds = _parsed(told)
            else:
                bounds = self._bounds(node, day, rule)
            earliest = start if isinstance(start, date) else low.as_of - timedelta(days=MOST_DAYS)
            number = len(self._windows)
            self._windows[key] = _Window(
                number, bounds, set(months(earliest, low.as_of)), set(), [(earliest, self._inner(number, 0))]
            )
            self._windows[key].epochs[0][1].missing.digits = self._windows[key].digits
        return self._windows[key]

    def _bounds(self, node: c.Sometime, day: Day, rule: str) -> exp.Select:
        """Return the query of the first and last days that depend on the partner: none before or after what can count."""
        other = self.lowering.beside()
        ends = [ordered_of(other.on(one, day, False, rule).value) for one in (node.start, node.end)]
        known = t.both(*map(_is_known, ends))
        opened = t.either(*(other.on(one, day, False, rule).open for one in (node.start, node.end)))
        today = t.day(self.lowering.as_of)
        through = t.chosen([(t.compared(exp.GT, ends[1].low.term, today), today)], ends[1].low.term)
        is_there = t.both(known, t.negated(opened), t.compared(exp.LTE, ends[0].low.term, through))
        outputs = {PARTNER: t.column(PARTNER), "first_day": ends[0].low.term, "last_day": through, "is_there": is_there}
        query = other.query(outputs)
        found = t.selected([t.column(one) for one in (PARTNER, "first_day", "last_day")], query, "ends")
        return found.where(t.column("is_there"), copy=False).distinct(copy=False)

    def _inner(self, number: int, epoch: int) -> Lowering:
        return self.lowering.beside(Rows(f"rows_{number}_{epoch}"))

    # ---- conditions

    def _asked(self, window: _Window, node: c.Expr, rule: str) -> tuple[int, _Condition]:
        key = (id(node), rule)
        if key not in window.conditions:
            moves = self.lowering.movement.of(node, Place(False, rule=rule))
            if moves.rises:
                raise Cannot("a condition that rises with the day")
            days, own = self._turns(moves.movers)
            versions = {*moves.days, *of_lists(moves.movers)}
            starts = sorted({one for one in versions if window.epochs[0][0] < one <= self.lowering.as_of})
            self._divide(window, starts)
            written: list[Written | None] = []
            reasons: list[Told] = []
            masks: list[Mask] = []
            for start, inner in window.epochs:
                part, told = self._written(inner, start, node, rule)
                written.append(part)
                reasons.append(told)
                masks.append(_mask(inner, part))
            if not any(part is not None for part in written):
                self._written(window.epochs[-1][1], window.epochs[-1][0], node, rule, refused=True)
            window.days |= days
            window.own |= own
            orders, keys = in_order([list(one) for one in reasons])
            window.conditions[key] = _Condition(
                node, rule, written, reasons, orders, keys, [inner for _, inner in window.epochs], masks
            )
        return list(window.conditions).index(key), window.conditions[key]

    def _divide(self, window: _Window, starts: Sequence[date]) -> None:
        """Begin an epoch on each of some days, and write again there what was asked before."""
        there = {start for start, _ in window.epochs}
        new = [start for start in starts if start not in there]
        if len(there) + len(new) > MOST_EPOCHS:
            raise Cannot("a window of many epochs")
        for start in new:
            place = sum(one < start for one, _ in window.epochs)
            inner = self._inner(window.number, len(window.epochs))
            inner.missing.digits = window.digits
            window.epochs.insert(place, (start, inner))
            for condition in window.conditions.values():
                part, told = self._written(inner, start, condition.node, condition.rule)
                condition.written.insert(place, part)
                condition.reasons.insert(place, told)
                condition.lowerings.insert(place, inner)
                condition.masks.insert(place, _mask(inner, part))
                # Nothing changes for it: it is as in the epoch that was divided.
                condition.orders.insert(place, condition.orders[place - 1])

    def _written(
        self, inner: Lowering, start: date, node: c.Expr, rule: str, *, refused: bool = False
    ) -> tuple[Written | None, Told]:
        """Write a condition in an epoch, and its reasons; nothing where it is not written there."""
        try:
            part = inner.on(node, Day(start, t.column(ON_DAY), ON_DAY, self.lowering.as_of), False, rule)
            flag_of(part.value)
            return part, inner.reasons.told(part)
        except Cannot:
            if refused:
                raise
            return None, {}

    # ---- the days on which something changes

    def _turns(self, movers: Iterable[Mover]) -> tuple[set[date], set[str]]:
        """Return the days for everybody on which something can change, and queries of the partners' own."""
        as_of = self.lowering.as_of
        days = {as_of}
        own: set[str] = set()
        for mover in movers:
            if mover.place.projected:
                raise Cannot("projected facts in a window")
            match mover.how:
                case "facts":
                    own |= self._of_table(HISTORY, "from")
                case "certifications":
                    own |= self._of_table(f"records/{CERTIFICATIONS.name}", "f_earned")
                    own |= self._of_table(f"records/{CERTIFICATIONS.name}", "f_expires", after=True)
                case "records" if isinstance(mover.node, c.OfRecords):
                    if mover.node.over is not None and mover.node.over.anniversary_year:
                        raise Cannot("months from an anniversary on in a window")
                    declared = BUILT_IN.get(mover.node.records) or self.lowering.core.records[mover.node.records]
                    if declared.dated_by is not None:
                        own |= self._of_table(f"records/{mover.node.records}", f"f_{declared.dated_by}")
                case "in order" if isinstance(mover.node, c.Compare):
                    days |= of_order(mover.node)
                case _:
                    raise Cannot("what changes otherwise than by what is told, in a window")
        return days, own

    def _of_table(self, table: str, name: str, *, after: bool = False) -> set[str]:
        """Return a query of the days of a column of a table."""
        if self.lowering.source.is_empty(table, False):
            return set()
        told = t.column(name).sql("duckdb")
        since = f"CAST({told} + INTERVAL 1 DAY AS DATE)" if after else told
        where = f"{told} < DATE '{NEVER}'"
        return {f"SELECT {PARTNER}, {since} AS since FROM {t.table(sql_table(table)).sql('duckdb')} WHERE {where}"}

    # ---- the query

    def join(self) -> Iterator[Asked | OfRows]:
        """Join what the windows come to to the partners; yield what is asked for it before, by name."""
        for window in self._windows.values():
            if window.conditions:
                yield from self._rows(window)
                yield from self._folded(window)
                yield from self._best(window)
                self.lowering.source.join(window.name, None)

    def _rows(self, window: _Window) -> Iterator[Asked]:
        number = window.number
        yield Asked(f"bounds_{number}", window.bounds)
        inside = "w.since > b.first_day AND w.since <= b.last_day"
        turns = [f"SELECT {PARTNER}, last_day, first_day AS since FROM bounds_{number} WHERE first_day <= last_day"]
        known = ", ".join(f"(DATE '{day}')" for day in sorted({*window.days, *(start for start, _ in window.epochs)}))
        turns.append(
            f"SELECT b.{PARTNER}, b.last_day, w.since FROM bounds_{number} b"
            f" CROSS JOIN (VALUES {known}) AS w(since) WHERE {inside}"
        )
        turns += [
            f"SELECT b.{PARTNER}, b.last_day, w.since FROM bounds_{number} b JOIN ({own}) AS w"
            f" ON w.{PARTNER} = b.{PARTNER} WHERE {inside}"
            for own in sorted(window.own)
        ]
        yield Asked(f"turns_{number}", _parsed(f"SELECT * FROM ({' UNION '.join(turns)}) AS every_turn"))
        following = f"LEAD(since) OVER (PARTITION BY {PARTNER} ORDER BY since)"
        stretches = (
            f"SELECT {PARTNER}, COALESCE(CAST({following} - INTERVAL 1 DAY AS DATE), last_day) AS {ON_DAY}"
            f" FROM turns_{number}"
        )
        name = f"CONCAT({PARTNER}, '@', CAST({ON_DAY} AS VARCHAR))"
        rows = f"SELECT {name} AS {PARTNER}, {PARTNER} AS {OF_PARTNER}, {ON_DAY} FROM ({stretches}) AS s"
        yield Asked(f"rows_{number}", _parsed(rows))
        ends: list[date | None] = [*(start for start, _ in window.epochs[1:]), None]
        for (start, inner), end in zip(window.epochs, ends, strict=True):
            before = f" AND {ON_DAY} < DATE '{end}'" if end is not None else ""
            of_epoch = f"SELECT * FROM rows_{number} WHERE {ON_DAY} >= DATE '{start}'{before}"
            yield Asked(inner.source.rows.name, _parsed(of_epoch))  # type: ignore[union-attr]

    def _folded(self, window: _Window) -> Iterator[Asked | OfRows]:
        """Yield the queries of all rows: of each condition whether it holds, and each of its reasons."""
        names: list[str] = []
        for place, (_, inner) in enumerate(window.epochs):
            names.append(f"folded_{window.number}_{place}")
            yield OfRows(names[-1], inner, _outputs(window, place))
        before = t.compared(exp.LT, t.column(ON_DAY), t.day(window.epochs[0][0]))
        early = [t.alias(term, name) for name, term in _outputs(window, None).items()]
        found: exp.Query = t.selected(early, f"rows_{window.number}").where(before, copy=False)
        for name in names:
            columns = [t.column(one) for one in _outputs(window, None)]
            found = exp.Union(this=found, expression=t.selected(columns, name), distinct=False)
        yield Asked(f"folded_{window.number}", t.selected([exp.Star()], found, "every"))  # type: ignore[arg-type]

    def _best(self, window: _Window) -> Iterator[Asked]:
        """Yield the queries of what the rows of each partner come to, the last one with a row for each partner."""
        number, partner, on_day = window.number, t.column(PARTNER), t.column(ON_DAY)

        def most(term: Term, name: str) -> exp.Expression:
            return t.alias(exp.Max(this=term), name)

        def is_so(test: Term) -> Term:
            return t.chosen([(test, t.number(1))], t.number(0))

        def joined(other: str, columns: Sequence[exp.Expression], passed: Iterable[str]) -> exp.Select:
            of_rows = [exp.column(name, table=folded, quoted=True) for name in (PARTNER, ON_DAY)]
            of_rows += [exp.column(name, table=other, quoted=True) for name in passed]
            of_rows += [exp.column(name, table=folded, quoted=True) for name in own]
            on = exp.EQ(this=of_rows[0], expression=exp.column(PARTNER, table=other, quoted=True))
            rows = t.selected(of_rows, folded).join(t.table(other), on=on, copy=False)
            return t.selected([partner, *columns], rows, "of_days").group_by(partner, copy=False)

        folded, met, near = f"folded_{number}", f"met_{number}", f"near_{number}"
        conditions = list(enumerate(window.conditions.values()))
        first: list[exp.Expression] = []
        second: list[exp.Expression] = []
        last: list[exp.Expression] = []
        one, no = t.number(1), t.number(0)
        for index, condition in conditions:
            value, missing = t.column(f"v{index}"), t.column(f"s{index}")
            is_open = t.untold(value)
            some_open = exp.EQ(this=exp.Max(this=is_so(is_open)), expression=one)

            def of_open(of_those: Term, of_all: Term, some_open: Term = some_open) -> Term:
                """Of days that are open where there are any, else of all."""
                return exp.Case(ifs=[exp.If(this=some_open, true=of_those)], default=of_all)

            def unclear(number: Term, which: Term) -> Term:
                """Whether there are several days, and of some it is not said how near they are."""
                are_several = exp.GT(this=number, expression=one)
                is_unsaid = exp.EQ(this=exp.Max(this=is_so(which)), expression=one)
                return t.chosen([(exp.And(this=are_several, expression=is_unsaid), one)], no)

            number_open = exp.Count(this=t.chosen([(is_open, one)]))
            first += [
                most(is_so(t.surely(value)), f"t{index}"), most(is_so(is_open), f"q{index}"),
                most(is_so(t.column(f"x{index}")), f"o{index}"),
                t.alias(
                    of_open(
                        unclear(number_open, t.both(is_open, t.untold(missing))),
                        unclear(exp.Count(this=exp.Star()), t.untold(missing)),
                    ),
                    f"y{index}",
                ),
                most(is_so(t.both(is_open, t.column(f"z{index}"))), f"z{index}"),
                most(t.chosen([(t.surely(value), on_day)]), f"e{index}"),
                t.alias(
                    of_open(exp.Min(this=t.chosen([(is_open, missing)])), exp.Min(this=missing)), f"l{index}"
                ),
            ]  # fmt: skip
            for word in condition.lacking:
                name = _lacking(index, word)
                first.append(t.alias(exp.BitwiseOrAgg(this=t.chosen([(is_open, t.column(name))], no)), name))
            # Of a window that is open those of its days are told of that are open.
            counts = t.either(t.equal(t.column(f"q{index}"), no), is_open)
            least = t.chosen([(t.both(counts, t.perhaps(t.equal(missing, t.column(f"l{index}")))), on_day)])
            day = t.fallen_back(exp.Max(this=t.column(f"e{index}")), exp.Max(this=least))
            passed = [*(f"{what}{index}" for what in _FOLDED), *(_lacking(index, word) for word in condition.lacking)]
            second += [most(t.column(name), name) for name in passed]
            second.append(t.alias(day, f"d{index}"))
        told = [
            *(f"{what}{index}" for index, _ in conditions for what in _FOLDED),
            *(_lacking(index, word) for index, condition in conditions for word in condition.lacking),
        ]
        own = [f"{what}{index}" for index, _ in conditions for what in "sv"]
        yield Asked(met, t.selected([partner, *first], folded).group_by(partner, copy=False))
        passing = [*told, *(f"{what}{index}" for index, _ in conditions for what in "el")]
        yield Asked(near, joined(met, second, passing))
        own = []
        last += [most(t.column(name), name) for name in told]
        for index, condition in conditions:
            last.append(most(t.column(f"d{index}"), f"d{index}"))
            is_best = t.equal(on_day, t.column(f"d{index}"))
            for name in (f"{what}{index}_{word}" for word in range(condition.words) for what in "pu"):
                own.append(name)
                last.append(most(t.chosen([(is_best, t.column(name))]), name))
        yield Asked(window.name, joined(near, last, [*told, *(f"d{index}" for index, _ in conditions)]))


_FOLDED = "tqoyz"
"""Whether a window is met, unknown, left to the row engine, not told by a day that is said, and lacks what is not said."""


def _lacking(index: int, word: Number) -> str:
    """Return the column of what is missing of a condition."""
    return f"m{index}_{word[0]}_{word[1]}"


def _mask(lowering: Lowering, part: Written | None) -> Mask:
    return lowering.missing.of(part) if part is not None and lowering.says_missing else Mask()


def _outputs(window: _Window, place: int | None) -> dict[str, Term]:
    """Return the columns of the rows of an epoch; None: before the first one."""
    found: dict[str, Term] = {PARTNER: t.column(OF_PARTNER), ON_DAY: t.column(ON_DAY)}
    for index, condition in enumerate(window.conditions.values()):
        found.update(_of_epoch(index, condition, place))
    return found


def _of_epoch(index: int, condition: _Condition, place: int | None) -> Iterator[tuple[str, Term]]:
    """Yield the columns of a condition in an epoch; None: before the first one."""
    part = condition.written[place] if place is not None else None
    told = condition.reasons[place] if place is not None else {}
    order = condition.orders[place] if place is not None else None
    yield f"v{index}", t.cast(NULL, "BOOLEAN") if part is None else flag_of(part.value).term
    yield f"x{index}", TRUE if part is None else part.open
    yield f"s{index}", t.cast(NULL if part is None else condition.missing(place or 0), "BIGINT")
    mask = condition.masks[place] if place is not None else Mask()
    yield f"z{index}", TRUE if part is None else mask.unsaid
    for number in condition.lacking:
        yield _lacking(index, number), t.cast(mask.words.get(number, t.number(0)), "BIGINT")
    for word in range(condition.words):
        digits: dict[str, list[Term]] = {"p": [], "u": []}
        for digit, (its, key) in enumerate(condition.keys[word * _WORD : (word + 1) * _WORD]):
            for what, term in zip("pu", told.get(key, (FALSE, FALSE)) if its == order else (), strict=False):
                if not t.is_false(term):
                    digits[what].append(t.chosen([(term, t.number(1 << digit))], t.number(0)))
        for what, terms in digits.items():
            yield f"{what}{index}_{word}", t.cast(t.added(terms) if terms else t.number(0), "BIGINT")


def _bracketed(term: Term, times: int) -> Term:
    for _ in range(times):
        term = exp.Paren(this=term)
    return term


def _is_known(value: Ordered) -> Term:
    """Whether a day is known; never unknown."""
    if value.exact is not None or (value.is_point and value.known):
        return TRUE
    return t.surely(t.equal(value.low.term, value.high.term))


def _parsed(text: str) -> exp.Select:
    """Return a query of plain words, its names as they stand."""
    found = parse_one(text, read="duckdb", into=exp.Select)
    for name in found.find_all(exp.Identifier):
        name.set("quoted", True)
    return found
