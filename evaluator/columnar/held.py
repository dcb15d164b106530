"""What the register says of awards, as far as no check of an entry has to be decided for it: the rest the row engine tells.

Each entry is a row. What it says rests on its own fields and the rules' days of force alone, until its first check comes;
that is on its anniversary or after it where the rule, and those that follow it, say so of every version, and nothing
that they say of it depends on the partner. What all entries of a partner say together is counted over its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlglot import exp

from dsl import core as c
from dsl.core.ranges import NEVER
from dsl.core.walk import by_role, walk
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import End, Ordered, Sql, ordered_of
from evaluator.columnar.days import Day
from evaluator.columnar.layout import PARTNER, PROJECTED
from evaluator.columnar.missing import Gap
from evaluator.columnar.source import Source
from evaluator.columnar.stages import Stages, columns_read
from evaluator.columnar.terms import FALSE, NULL, TRUE, Term

TABLE = "records/awards"
_OF_A_CHECK = ("checked at", "met sometime", "renewable", "lost after")


@dataclass(frozen=True, slots=True)
class Said:
    """What the register says to a question; unknown where it is not told, or left to the row engine."""

    value: Term
    left: Term
    """Whether an entry says more than is written here; never unknown."""
    may: Term = FALSE
    """Whether an entry that is told says perhaps; never unknown."""


@dataclass(frozen=True, slots=True)
class Held:
    """The standing of an award on a day."""

    held: Term
    """Unknown where more may be told."""
    said: Term
    """Whether it is said here; never unknown, and where it is false the others say nothing."""
    lacks: Sequence[tuple[Gap, Term]]
    """What is missing where it is not known."""
    since: Term
    """First day of the holding."""
    until: Term
    """First day that it is, or will be, no longer held."""


@dataclass(frozen=True, slots=True)
class Anniversary:
    """The anniversary that awards give to others."""

    day: Term
    """NULL where none does."""
    left: Term
    """Whether it is left to the row engine; never unknown."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What one entry says of an award on a day."""

    is_it: Term
    """Whether it is of the award, or of one before it."""
    begun: Term
    enough: Term
    """Whether it is at the level, or above it."""
    value: Term
    """Whether the award is held by it."""
    left: Term
    """Whether a check that has come decides about it; never unknown."""


class Register:
    """Reads the register for queries."""

    def __init__(self, core: c.Core, source: Source) -> None:
        """Take the rules, and where the partners' columns are."""
        self.core = core
        self.source = source
        self._tables: dict[bool, _Table] = {}
        self._plain: dict[tuple[str, str, date], bool] = {}

    def holds(self, award: str, level: str | None, day: Day, projected: bool) -> Said:
        """Return whether an award is held, by an entry of its own or as benefits that were bought with another."""
        table = self._table(projected)
        entry = self._entry(table, award, level, day)
        values = [entry.value]
        if award in self.core.benefits:
            values.append(self._bought_with(table, award, day))
        return self._any_of(table, values, [entry.left])

    def paid(self, award: str, day: Day, projected: bool) -> Said:
        """Return whether an award is held with which benefits were bought."""
        table = self._table(projected)
        entry = self._entry(table, award, None, day)
        bought = t.negated(t.equal(table.field("benefits"), t.text("none")))
        return self._any_of(table, [t.both(entry.value, bought)], [t.both(entry.left, t.perhaps(bought))])

    def lapsed(self, award: str, level: str | None, day: Day, projected: bool) -> Said:
        """Return whether an award was held once and is not any longer."""
        table = self._table(projected)
        entry = self._entry(table, award, level, day)
        once = self._any_of(table, [t.both(entry.is_it, entry.enough, entry.begun)], [])
        held = self.holds(award, level, day, projected)
        value = self.source.stages.keep(t.both(once.value, t.negated(held.value)))
        return Said(
            value, t.both(t.perhaps(once.value), held.left), self.source.stages.keep(t.either(once.may, held.may))
        )

    def in_renewal(self, award: str, day: Day, projected: bool) -> Said:
        """Return whether an entry of an award may be renewed on a day: none where none goes on, else the row engine says."""
        table = self._table(projected)
        entry = self._entry(table, award, None, day)
        going = t.both(entry.is_it, t.compared(exp.LT, day.term, table.field("ended")))
        may = t.perhaps(going)
        return self._any_of(table, [t.chosen([(may, NULL)], FALSE)], [may])

    def standing(self, rule: c.Rule, day: Day, projected: bool) -> Held:
        """Return the standing of a rule's award, where at most one entry says something of it."""
        keep, zero = self.source.stages.keep, t.number(0)
        table = self._table(projected)
        told, partial = self.source.told("awards", projected), self.source.partial("awards", projected)
        whole = t.both(told, t.negated(partial))
        entry = self._entry(table, rule.award, rule.level, day)
        may = table.keep(t.perhaps(t.both(entry.is_it, entry.begun, entry.enough)))
        ended, attained = table.field("ended"), table.field("attained")
        fields = ("award", "attained", "ended", *(("level",) if self._levels(rule.award) else ()))
        known = t.both(*(table.told(name) for name in fields))
        held = t.surely(entry.value)
        ends = t.chosen([(t.equal(ended, t.day(NEVER)), NULL)], ended)
        last = table.keep(_earlier(ends, rule.ended_by(day.at)))
        gone = t.both(t.told(last), t.surely(t.compared(exp.GT, last, attained)))
        # What ended it counts from its day on, unless a check ended it before.
        unchecked = (
            t.surely(t.at_least(table.field("anniversary"), last)) if self._is_plain_of_all(rule, day.at) else FALSE
        )
        lost = t.both(
            t.negated(t.perhaps(entry.value)),
            t.either(t.negated(gone), t.compared(exp.GT, last, day.term), unchecked),
        )
        goes_out = None if rule.award in self.core.followers else rule.ends_after(day.at)
        until = t.chosen([(held, _earlier(ends, goes_out)), (gone, last)])
        number = table.number_of(may)
        fine = table.number_of(t.both(may, known, t.either(held, t.surely(lost))))
        are_fine = t.equal(fine, number)
        said = t.either(
            t.negated(told),
            # Where more may be told no day is.
            t.both(partial, are_fine),
            t.both(whole, t.either(t.equal(number, zero), t.both(t.equal(number, t.number(1)), are_fine))),
        )
        is_held = keep(t.compared(exp.GT, table.number_of(t.both(may, held)), zero))
        pointer = f"/{PROJECTED if projected else ''}{TABLE}"
        lacks = [
            (Gap("records", pointer), keep(t.negated(told))),
            (Gap("rows", pointer), keep(t.both(told, partial, t.negated(is_held)))),
        ]
        return Held(
            keep(t.chosen([(t.negated(told), NULL), (is_held, TRUE), (partial, NULL)], FALSE)), keep(said),
            [(gap, is_so) for gap, is_so in lacks if not t.is_false(is_so)],
            *(
                keep(t.chosen([(whole, table.aggregate(exp.Max(this=t.chosen([(may, one)]))))]))
                for one in (attained, until)
            ),
        )  # fmt: skip

    def anniversary(self, after: date, day: date, kind: str | None, projected: bool, *, back: bool) -> Anniversary:
        """Return the first anniversary after a day of what is held on another, of a kind where any of it is.

        Args:
            after: the day that it comes after.
            day: the day of what is held.
            kind: of the awards whose anniversary is meant before that of others; None: all are alike.
            projected: whether the register as projected is asked.
            back: also one before the anniversary that the register tells, which is the next.
        """
        keep, zero = self.source.stages.keep, t.number(0)
        table = self._table(projected)
        today, anniversary = t.day(day), table.field("anniversary")
        names = {one for one in self.core.awards if kind is not None and one.startswith(f"{kind}.")}
        counted = self.core.member_names | names
        first = table.keep(_moved(table, anniversary, after, back=back))
        begun = t.compared(exp.LTE, table.field("attained"), today)
        # One that lies ahead is of what is held today; today's is of what was held until today.
        is_today = t.surely(t.equal(first, today))
        ended = table.field("ended")
        going = t.chosen([(is_today, t.compared(exp.LTE, today, ended))], t.compared(exp.LT, today, ended))
        before = table.keep(t.both(begun, going))
        plain = {name for name in counted if self._runs_to_its_anniversary(name, day)}
        fields = ("award", "anniversary", "attained", "ended")
        known = t.both(*(table.told(name) for name in fields), t.told(first))
        ahead = t.surely(t.at_least(anniversary, today))
        runs = table.keep(t.both(t.surely(before), t.surely(table.among("award", plain)), ahead, known))
        may = t.both(t.perhaps(table.among("award", counted)), t.perhaps(before))
        open_ = t.compared(exp.GT, table.number_of(t.both(may, t.negated(runs))), zero)

        def earliest(test: Term) -> Term:
            return table.aggregate(exp.Min(this=t.chosen([(test, first)])))

        found = earliest(runs)
        if names:
            found = t.fallen_back(earliest(t.both(runs, t.surely(table.among("award", names)))), found)
        told = self.source.told("awards", projected)
        partial = self.source.partial("awards", projected)
        return Anniversary(keep(found), keep(t.either(t.negated(told), partial, open_)))

    def _runs_to_its_anniversary(self, name: str, day: date) -> bool:
        """Whether an entry of a name that is not checked before its anniversary runs until then."""
        rule = self.core.rule_of_award.get(name)
        # What is bought is held for less than the day of its anniversary.
        return rule is not None and rule.is_award and self._is_plain(name, name, day - timedelta(days=1))

    def join(self) -> None:
        """Join what is asked to the partners."""
        for table in self._tables.values():
            table.join()

    # ---- entries

    def _table(self, projected: bool) -> _Table:
        if projected not in self._tables:
            self._tables[projected] = _Table(self.source, projected)
        return self._tables[projected]

    def _any_of(self, table: _Table, values: Iterable[Term], left: Iterable[Term]) -> Said:
        """Return whether an entry says yes, and whether one says more than is written."""
        keep, zero = self.source.stages.keep, t.number(0)
        told = self.source.told("awards", table.projected)
        partial = self.source.partial("awards", table.projected)
        kept = [table.keep(value) for value in values]
        yes = t.either(*(t.compared(exp.GT, table.number_of(t.surely(value)), zero) for value in kept))
        no = t.both(*(t.equal(table.number_of(t.perhaps(value)), zero) for value in kept), t.negated(partial))
        value = keep(t.chosen([(t.negated(told), NULL), (yes, TRUE), (no, FALSE)]))
        more = t.either(*(t.compared(exp.GT, table.number_of(one), zero) for one in left if not t.is_false(one)))
        may = t.either(*(t.compared(exp.GT, table.number_of(t.perhaps(one)), zero) for one in kept))
        return Said(value, keep(t.both(told, more)), keep(may))

    def _entry(self, table: _Table, award: str, level: str | None, day: Day) -> _Entry:
        """Return what an entry says of an award on a day, of it or of one that it followed."""
        rule = self.core.rule_of_award.get(award)
        today = day.term
        names = {award, *(rule.was_by(day.at) if rule is not None else ())}
        is_it = table.among("award", names)
        begun = t.compared(exp.LTE, table.field("attained"), today)
        going = t.compared(exp.LT, today, table.field("ended"))
        enough: Term = TRUE
        if rule is not None and level is not None and level in rule.levels:
            enough = table.among("level", rule.levels[rule.levels.index(level) :])
        if rule is not None and rule.version_on(day.at) is None:
            return _Entry(is_it, begun, enough, FALSE, FALSE)
        before = table.keep(t.both(is_it, enough, begun, going))
        told = t.both(*(table.told(name) for name in ("award", "attained", "anniversary")))
        ahead = t.surely(t.compared(exp.LT, today, table.field("anniversary")))
        if rule is None or not rule.is_award:
            # Benefits are bought for a year; there is nothing to check.
            return _Entry(is_it, begun, enough, table.keep(t.both(before, t.chosen([(told, ahead)]))), FALSE)
        plain = table.among("award", {name for name in names if self._is_plain(name, award, day.at)})
        unchecked = table.keep(t.both(t.surely(plain), ahead, told))
        value = table.keep(t.both(before, t.chosen([(unchecked, TRUE)])))
        return _Entry(is_it, begun, enough, value, table.keep(t.both(t.perhaps(before), told, t.negated(unchecked))))

    def _bought_with(self, table: _Table, benefit: str, day: Day) -> Term:
        """Return whether benefits are held that were bought with the award of an entry: theirs until its anniversary."""
        today = day.term
        return t.both(
            t.negated(table.among("award", self.core.benefits)),
            table.among("benefits", {benefit, benefit.partition(".")[2]}),
            t.compared(exp.LTE, table.field("attained"), today),
            t.compared(exp.LT, today, table.field("anniversary")),
            t.compared(exp.LT, today, table.field("ended")),
        )

    # ---- rules

    def _levels(self, award: str) -> bool:
        return any(rule.levels for rule in self.core.rules_of_entry.get(award, ()))

    def _is_plain_of_all(self, rule: c.Rule, day: date) -> bool:
        return all(self._is_plain(name, rule.award, date.min) for name in {rule.award, *rule.was_by(day)})

    def _is_plain(self, name: str, award: str, day: date) -> bool:
        """Whether what comes with anniversaries after a day comes no earlier than they do, and is known from the entry."""
        key = (name, award, day)
        if key not in self._plain:
            awards = {name, award, *(rule.award for rule in self.core.followers.get(name, ()))}
            rules = {rule.id: rule for one in awards for rule in self.core.rules_of_entry.get(one, ())}
            self._plain[key] = all(
                _checks_are_plain(version, day)
                for rule in rules.values()
                for version in rule.versions
                if _goes_on(version.days, day)
            )
        return self._plain[key]


class _Table:
    """The entries of the partners, as told or as projected, and what is counted over them."""

    def __init__(self, source: Source, projected: bool) -> None:
        self.source = source
        self.projected = projected
        self.stages = Stages("e")
        self.name = f"entries_{int(projected)}"
        self.is_empty = source.is_empty(TABLE, projected)
        self._aggregates: dict[Term, str] = {}

    def field(self, name: str) -> Term:
        """Return a field of an entry."""
        return t.column(f"f_{name}")

    def told(self, name: str) -> Term:
        """Return whether a field is told; never unknown."""
        return TRUE if self.source.is_full(TABLE, f"f_{name}", self.projected) else t.told(self.field(name))

    def among(self, name: str, words: Iterable[str]) -> Term:
        """Return whether a field is one of some words."""
        return t.among(self.field(name), words)

    def keep(self, term: Term) -> Term:
        """Return a term of an entry as a column."""
        return self.stages.keep(term)

    def number_of(self, test: Term) -> Term:
        """Return of how many entries of a partner something is true that is never unknown."""
        if t.is_false(test):
            return t.number(0)
        return self.source.stages.keep(
            t.fallen_back(self.aggregate(exp.Count(this=t.chosen([(test, t.number(1))]))), t.number(0))
        )

    def aggregate(self, term: Term) -> Term:
        """Return a column with an aggregate over a partner's entries; NULL where it has none."""
        if self.is_empty:
            return NULL
        return self.source.column(self.name, self._aggregates.setdefault(term, f"a{len(self._aggregates)}"))

    def join(self) -> None:
        """Join what is counted to the partners."""
        if not self._aggregates:
            return
        outputs = columns_read(self._aggregates)
        table = self.source.table(TABLE, self.projected)
        rows = self.stages.over(t.selected([exp.Star()], table, "rows_of_register"), outputs)
        own = [t.alias(term, name) for term, name in self._aggregates.items()]
        grouped = t.selected([t.column(PARTNER), *own], rows, "entries_of_partner")
        self.source.join(self.name, grouped.group_by(t.column(PARTNER), copy=False))


def _earlier(day: Term, other: date | None) -> Term:
    """Return the earlier one of a day that may be nothing and one that is known."""
    if other is None:
        return day
    return t.chosen([(t.surely(t.compared(exp.LT, day, t.day(other))), day)], t.day(other))


_YEARS = 12
"""By so many years an anniversary is moved to another one, at most; of entries that are older the row engine tells."""


def _moved(table: _Table, original: Term, after: date, *, back: bool) -> Term:
    """Return the first anniversary of a day after another, as ``evaluator.register.anniversaries`` has it; NULL where it is too far."""
    sql = Sql(table.stages)

    def by(years: int) -> Term:
        end = End(original, True)
        moved = sql.shift(Ordered(end, end, is_day=True), c.Duration(months=12 * abs(years)), back=years < 0)
        return ordered_of(moved).low.term

    cases: list[tuple[Term, Term]] = [(t.untold(original), NULL)]
    if not back:
        cases.append((t.compared(exp.GT, original, t.day(after)), original))
    for years in range(-_YEARS if back else 0, _YEARS + 1):
        # That of the day's own year where it comes after it, else that of the next one.
        first, last = date(after.year - years, 1, 1), date(after.year - years, 12, 31)
        is_of = t.both(t.at_least(original, t.day(first)), t.compared(exp.LTE, original, t.day(last)))
        own = by(years)
        cases.append((is_of, t.chosen([(t.compared(exp.GT, own, t.day(after)), own)], by(years + 1))))
    return t.chosen(cases)


def _goes_on(days: c.Days, day: date) -> bool:
    """Whether some of the days come after a day."""
    return days.end is None or days.end > day


def _checks_are_plain(version: c.RuleVersion, day: date) -> bool:
    """Whether what a version says of checks after a day is known from the entry, and none comes before the anniversary."""
    said = {
        word: [
            setting.value if isinstance(setting.value, tuple) else (setting.value,)
            for setting in version.settings.get(word, ())
            if _goes_on(setting.days, day)
        ]
        for word in _OF_A_CHECK
    }
    if not all(
        _is_from_entry(node) for values in said.values() for one in values for value in one for node in walk(value)
    ):
        return False
    checked = [one[0] for one in said["checked at"]]
    if any(_is_never(value) for value in checked) and not all(map(_moves_on, (one[-1] for one in said["renewable"]))):
        return False
    return all(_is_never(value) or _moves_on(value) for value in checked)


def _is_never(node: c.Expr) -> bool:
    return isinstance(node, c.Literal) and node.value == NEVER


def _moves_on(node: c.Expr) -> bool:
    """Whether a day is the anniversary that is checked, or one after it."""
    if isinstance(node, c.Shift):
        return not node.back and all(map(_moves_on, by_role(node, "value")))
    return _is_of_anniversary(node)


def _is_of_anniversary(node: c.Expr) -> bool:
    """Whether a day is the anniversary that is checked."""
    return isinstance(node, c.Anniversary) and node.which not in ("first", "attained")


def _is_from_entry(node: c.Expr) -> bool:
    """Whether a node of a setting is known from the entry alone."""
    if isinstance(node, c.Literal):
        return node.value is not None
    return isinstance(node, c.Shift | c.Edge) or _is_of_anniversary(node)
