"""A rule read as aims: what of it levers can move on a day, for one partner.

What no lever reaches is decided and stands as it is. What is not read here is said as a limit: a plan may hide there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any, assert_never

from dsl import core as c
from dsl.core import ranges
from dsl.core.algebra import RANGES
from dsl.core.ops.parts import in_force
from dsl.core.ranges import Dates, Numbers, Range, Truth, Words
from evaluator.engine import Engine
from evaluator.facts import Facts
from evaluator.improve.aims import (
    ONE,
    ZERO,
    Aim,
    Asked,
    Best,
    Enough,
    Fixed,
    Guarded,
    Limit,
    Mapped,
    Option,
    Passed,
    Pull,
    Sum,
    Titled,
    Unseen,
    all_of,
    at_least,
)
from evaluator.improve.costs import Costs
from evaluator.improve.fees import fees_of
from evaluator.improve.increments import MOST_OPTIONS, grain_of, is_high_enough, marks_of_share, up, whole_marks
from evaluator.improve.levers import About, Attained, Bought, Certified, Different, Figure, Lever, Rows, Word
from evaluator.improve.rows import row_that_meets
from evaluator.improve.unseen import title_of, to_tell
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from evaluator.reasons.statements import is_open

Json = Any

MOST_DEEP = 4
"""Awards that are attained for one another."""
MOST_READ = 400
"""Rules that are read for one another, each in the place where it is asked for."""
PLACES = Decimal("0.000001")

Marks = Sequence[Decimal]
"""Values of a number that its reader waits for, smallest first."""


@dataclass
class Reading:
    """Reads rules of an engine for a partner on a day."""

    engine: Engine
    facts: Facts
    interpreter: Interpreter
    """What decides nodes: hundreds are asked once each, which no function is worth being compiled for."""
    day: date
    costs: Costs
    about: dict[Lever, About] = field(default_factory=dict)
    lists: dict[Certified, tuple[c.CertificationList, ...]] = field(default_factory=dict)
    different: dict[Different, tuple[c.CertificationList, ...]] = field(default_factory=dict)
    fees: dict[Bought, tuple[str | None, Decimal | None, str | None]] = field(default_factory=dict)
    """The fee of benefits, how much it is, and its currency."""
    now: dict[Lever, Decimal] = field(default_factory=dict)
    """What figures are now, and how many people lists have."""
    untold: dict[str, Json] = field(default_factory=dict)
    """Facts that were asked for and are not told, each with what is taken for it: nothing."""
    absent: dict[str, None] = field(default_factory=dict)
    """Lists that were asked for and are not told: taken as empty."""
    _inside: tuple[str, ...] = ()
    """The rules that are being read: one that asks for itself is not read again."""
    _where: tuple[c.Requirement, tuple[str, ...]] | None = None
    """The requirement that is being read, and the rules that it stands in."""
    _rules: dict[tuple[str, tuple[str, ...]], Aim] = field(default_factory=dict)

    # ---- rules

    def rule(self, rule: c.Rule) -> Aim:
        """Return what a rule asks for on the day."""
        key = (rule.id, self._inside)
        if key not in self._rules and len(self._rules) >= MOST_READ:
            return Titled(self._limited("behind"), rule.id, rule.title)
        if key not in self._rules:
            before, self._inside = self._inside, (*self._inside, rule.id)
            where = self._where
            version = rule.version_on(self.day)
            if version is None:
                aim: Aim = Fixed(ZERO)
            elif rule.of_kind.decides == "options":
                ways = list(self._ways_to_buy(rule, version, None))
                aim = at_least(1, ways) if ways else Fixed(ZERO)
            elif version.requirement is None:
                aim = Fixed(ONE)
            else:
                aim = self.truth(version.requirement, Moment(self.day, rule=rule))
            self._inside, self._where = before, where
            self._rules[key] = Titled(aim, rule.id, (version or rule).title)
        return self._rules[key]

    # ---- conditions

    def truth(self, node: c.Expr, at: Moment) -> Aim:
        """Return what a condition asks for."""
        now = self._value(node, at)
        if now is Truth.TRUE:
            return Fixed(ONE)
        if now is Truth.FALSE and self._is_out_of_reach(node):
            return self._titled(node, Fixed(ZERO))
        match node:
            case c.Requirement():
                return self._required(node, lambda: self.truth(node.value, at))
            case c.AllOf(parts=parts):
                return all_of([self.truth(part, at) for part in in_force(parts, self.day)])
            case c.AnyOf(parts=parts, least=least):
                return at_least(least, [self.truth(part, at) for part in in_force(parts, self.day)])
            case c.Compare():
                return self._compare(node, at)
            case c.Fact():
                return self._flag(node, at, to=True)
            case c.Named():
                return self._named_flag(node, at)
            case c.Not(part=part):
                return self._not(part, at)
            case c.Holds(award=award, level=level):
                return self._held(award, level)
            case c.Qualifies(rule=rule):
                return self._qualified(rule)
            case c.PassScore():
                return self._score(node, at)
            case c.OnDate(value=value, date=when):
                day = self._day(when, at)
                if day == self.day:
                    return self.truth(value, at)
                return Fixed(ZERO) if day is not None and day < self.day else self._limited("later_day")
            case c.Sometime(condition=condition, start=start, end=end):
                first, last = self._day(start, at), self._day(end, at)
                if first is not None and last is not None and first <= self.day <= last:
                    return self.truth(condition, at._replace(entry=None, due=None))
                is_over = now is Truth.FALSE and last is not None and last < self.day
                return Fixed(ZERO) if is_over else self._limited("other_days")
            case c.Case() | c.Dated() | c.Lookup():
                return self._chosen(node, at, self.truth)
            case c.InProgress() | c.Lapsed() | c.InRenewal() | c.Paid() | c.AskedThisYear() | c.AsProjected():
                return self._limited("register")
            case c.Literal() | c.Field():
                return self._limited("figure")
            case (
                c.Today() | c.OfRecords() | c.People() | c.DifferentPeople() | c.Anniversary() | c.Reckoned()
                | c.PerUnit() | c.Prorate() | c.Shift() | c.Edge() | c.NumberOf() | c.Ranked() | c.Total()
                | c.Gate()
            ):  # fmt: skip
                raise AssertionError(f"{type(node).__name__} is no condition")
            case _:
                assert_never(node)

    def _is_out_of_reach(self, node: c.Expr) -> bool:
        """Whether nothing that is told can reach a node: the policies and the day alone decide it."""
        reached = self.engine.prepared.reached.of(node)
        named = self.engine.core.named
        return all(name in named and not named[name].supplied for name in reached)

    def _compare(self, node: c.Compare, at: Moment) -> Aim:
        left, right, op = node.left, node.right, node.op
        if op in ("<=", "<"):
            left, right, op = right, left, ">=" if op == "<=" else ">"
        if left.type.is_numeric and op in (">=", ">"):
            mark = self._exact(right, at)
            if mark is None:
                return self._limited("mark_to_reach", *self._to_tell(right))
            if not self._is_out_of_reach(right):
                # Less of the right side would do as well, and that is not looked at.
                return self._beside(self._number_enough(left, at, mark, op), "mark_moves")
            return self._number_enough(left, at, mark, op)
        if op == "=":
            word = self._value(right, at)
            if isinstance(word, Words) and word.exact is not None:
                return self._word(left, word.exact, at)
            return self._limited("exactly")
        if left.type.kind == "date":
            return self._limited("date")
        return self._limited("other_value")

    def _number_enough(self, left: c.Expr, at: Moment, mark: Decimal, op: str) -> Aim:
        least = mark if op == ">=" else mark + grain_of(left.type)
        return Enough(self.number(left, at, (least,)), least)

    def _beside(self, aim: Aim, reason: Unseen) -> Aim:
        return Sum((aim,), None, self._limit(reason))

    def _flag(self, node: c.Fact, at: Moment, *, to: bool) -> Aim:
        if node.type.kind != "flag":
            return self._limited("no_flag")
        now = self._value(node, at)
        if now is Truth.UNKNOWN:
            self.untold[node.name] = False
        return self._pull(
            Word(node.name, to), node.title, node.type, None if now is Truth.UNKNOWN else now is Truth.TRUE
        )

    def _pull(self, lever: Word, title: str, type_: c.Type, now: Json) -> Aim:
        if self.costs.of_fact(lever.name, type_) is None:
            return Fixed(ZERO)
        said = None if now is None else ("yes" if now else "no") if isinstance(now, bool) else str(now)
        self.about[lever] = About(title, said, type_)
        return Pull(lever, ZERO, (Option(ONE, ONE),))

    def _named_flag(self, node: c.Named, at: Moment) -> Aim:
        if node.supplied:
            now = self._value(node, at)
            if now is Truth.UNKNOWN:
                self.untold[node.name] = False
            if self.costs.of_fact(node.name, node.type) is None:
                return Fixed(ZERO)
            return self._pull(Word(node.name, True), node.title, node.type, now is Truth.TRUE)
        return self.truth(self.engine.core.named[node.name].value, at)

    def _not(self, part: c.Expr, at: Moment) -> Aim:
        if isinstance(part, c.Fact) and part.type.kind == "flag":
            return self._flag(part, at, to=False)
        return self._limited("not_so")

    def _word(self, node: c.Expr, word: str, at: Moment) -> Aim:
        is_told = isinstance(node, c.Fact) or (isinstance(node, c.Named) and node.supplied)
        if isinstance(node, c.Fact | c.Named) and is_told:
            now = self._value(node, at)
            said = now.exact if isinstance(now, Words) else None
            return self._pull(Word(node.name, word), node.title, node.type, said)
        return self._limited("choice")

    # ---- awards

    def _held(self, award: str, level: str | None) -> Aim:
        """Return what it takes to hold an award: to meet its rule at the level or a higher one, and to attain it."""
        core = self.engine.core
        if award in core.benefits:
            return self._bought(award)
        ways: list[Aim] = []
        for rule in core.rules_of_entry.get(award, ()):
            if not rule.is_award or not is_high_enough(rule, level) or rule.version_on(self.day) is None:
                continue
            if rule.id in self._inside:
                continue  # to attain it by holding it is no way
            if len(self._inside) >= MOST_DEEP:
                ways.append(self._limited("awards_for_awards"))
                continue
            cost = self.costs.of_award(rule.award)
            if cost is None:
                continue
            lever = Attained(rule.id)
            self.about[lever] = About((rule.version_on(self.day) or rule).title)
            ways.append(all_of([self.rule(rule), Pull(lever, ZERO, (Option(ONE, ONE),))]))
        return at_least(1, ways) if ways else Fixed(ZERO)

    def _bought(self, benefit: str) -> Aim:
        """Return what it takes to buy benefits: to meet what an option that gives them asks for, while it can be chosen."""
        ways: list[Aim] = []
        for rule in self.engine.core.rules.values():
            version = rule.version_on(self.day)
            if version is not None and rule.id not in self._inside:
                ways += self._ways_to_buy(rule, version, benefit)
        return at_least(1, ways) if ways else Fixed(ZERO)

    def _ways_to_buy(self, rule: c.Rule, version: c.RuleVersion, benefit: str | None) -> Iterator[Aim]:
        """Yield what it takes to choose each option of a choice that gives benefits; None: whichever it gives."""
        for option in version.options if self.costs.buy is not None else ():
            given = [name for effect in option.effects if effect.verb == "gives" for name in effect.names]
            if self.day not in option.days or option.name is None or (benefit not in given if benefit else not given):
                continue
            if len(self._inside) >= MOST_DEEP:
                yield self._limited("awards_for_awards")
                continue
            lever = Bought(benefit or given[0], rule.id, option.name)
            self.about[lever] = About(option.title)
            self.fees[lever] = self._fee(option)
            yield Titled(self._option(rule, version, option, lever), option.code, option.title)

    def _option(self, rule: c.Rule, version: c.RuleVersion, option: c.Option, lever: Bought) -> Aim:
        at = Moment(self.day, rule=rule)
        for setting in version.settings.get("renewable", ()):
            if self.day in setting.days and isinstance(setting.value, tuple):
                first, last = (self._value(bound, at) for bound in setting.value)
                if is_open(RANGES, first, last, self.day) is not Truth.TRUE:
                    return self._limited("chosen_on_other_days")
        before, self._inside = self._inside, (*self._inside, rule.id)
        asked = Fixed(ONE) if option.requirement is None else self.truth(option.requirement, at)
        self._inside = before
        return all_of([asked, Pull(lever, ZERO, (Option(ONE, ONE),))])

    def _fee(self, option: c.Option) -> tuple[str | None, Decimal | None, str | None]:
        """Return the fee that an option asks for, how much it is where that is known, and in which currency."""
        for fee, amount in fees_of(self.engine.core, option, self.day):
            return fee.id, self._exact(amount, Moment(self.day, rule=fee)), amount.type.unit
        return None, None, None

    def _qualified(self, rule_id: str) -> Aim:
        if rule_id in self._inside:
            return Fixed(ZERO)
        if len(self._inside) >= MOST_DEEP:
            return self._limited("rules_for_rules")
        return self.rule(self.engine.core.rules[rule_id])

    # ---- scores

    def _score(self, node: c.PassScore, at: Moment) -> Aim:
        mark = self._exact(node.mark, at)
        if mark is None:
            return self._limited("mark")
        each = tuple(
            dict.fromkeys(
                Asked(ONE, reached=True) if one.asked == "one point" else Asked(ZERO, reached=False)
                for one in node.every
                if self.day in one.days
            )
        )
        score = self.number(node.score, at, ())
        return Passed(score, mark, each, self._value(node, at) is Truth.TRUE)

    # ---- numbers and points

    def number(self, node: c.Expr, at: Moment, marks: Marks) -> Aim:
        """Return what a number or points can be raised to.

        Args:
            node: what gives it.
            at: when.
            marks: the values that its reader waits for; of points none, as each has its own steps.
        """
        match node:
            case c.Requirement():
                return self._required(node, lambda: self.number(node.value, at, marks))
            case c.Literal() | c.Field():
                return self._constant(node, at)
            case c.Fact(name=name, title=title, type=type_):
                return self._figure(name, title, type_, self._value(node, at), marks)
            case c.Named(supplied=True, name=name, title=title, type=type_):
                return self._figure(name, title, type_, self._value(node, at), marks)
            case c.Named(name=name):
                return self.number(self.engine.core.named[name].value, at, marks)
            case c.People():
                return self._people(node, at, marks)
            case c.DifferentPeople():
                return self._different(node, at, marks)
            case c.NumberOf(parts=parts):
                return Sum(tuple(self.truth(part, at) for part in in_force(parts, self.day)))
            case c.Aggregate():
                return self._rows(node, at, marks)
            case c.Grouped():
                return self._fixed(node, at, "records")
            case c.Arithmetic():
                return self._arithmetic(node, at, marks)
            case c.Rounded():
                return self._rounded(node, at, marks)
            case c.PerUnit():
                return self._per_unit(node, at)
            case c.Prorate():
                return self._prorate(node, at)
            case c.Gate(condition=condition, value=value):
                return Guarded(self.truth(condition, at), self.number(value, at, marks))
            case c.Total(parts=parts, cap=cap):
                most = self._exact(cap, at) if cap is not None else None
                if cap is not None and most is None:
                    return self._fixed(node, at, "figure")
                return Sum(tuple(self.number(part, at, marks) for part in in_force(parts, self.day)), most)
            case c.Ranked(parts=parts):
                within = in_force(parts, self.day)
                if not within or node.position(len(within)) != 0:
                    return self._fixed(node, at, "not_the_best")
                return Best(tuple(self.number(part, at, marks) for part in within))
            case c.Case() | c.Dated() | c.Lookup():
                return self._chosen(node, at, lambda part, when: self.number(part, when, marks))
            case c.Between():
                return self._between(node, at, marks)
            case c.OnDate() | c.AsProjected() | c.Reckoned():
                return self._fixed(node, at, "reckoned")
            case (
                c.Today() | c.Holds() | c.Paid() | c.Lapsed() | c.InRenewal() | c.Qualifies() | c.InProgress() | c.Anniversary()
                | c.Shift() | c.Edge() | c.Compare() | c.AllOf() | c.AnyOf() | c.Not() | c.AskedThisYear() | c.Sometime()
                | c.PassScore()
            ):  # fmt: skip
                raise AssertionError(f"{type(node).__name__} is no number")
            case _:
                assert_never(node)

    def _constant(self, node: c.Expr, at: Moment) -> Aim:
        exact = self._exact(node, at)
        return Fixed(exact) if exact is not None else self._fixed(node, at, "figure")

    def _fixed(self, node: c.Expr, at: Moment, reason: Unseen) -> Aim:
        """Return a number as it is, at least: that it could be moved is said."""
        now = self._value(node, at)
        low = now.low if isinstance(now, Numbers) and now.low is not None else ZERO
        unknown = not isinstance(now, Numbers) or now.exact is None
        return Fixed(low, self._limit(reason) if unknown or not self._is_out_of_reach(node) else None)

    def _figure(self, name: str, title: str, type_: c.Type, now: Range, marks: Marks) -> Aim:
        exact = now.exact if isinstance(now, Numbers) else None
        told = exact
        if exact is None:
            exact = max(type_.low or ZERO, ZERO)
            self.untold[name] = int(exact) if exact == exact.to_integral_value() else exact
        lever = Figure(name)
        if self.costs.of_fact(name, type_) is None:
            return Fixed(exact)
        self.about[lever] = About(title, None if told is None else str(told), type_)
        self.now[lever] = exact
        grain = grain_of(type_)
        wanted = sorted({up(mark, grain) for mark in marks if mark > exact})
        limit = self._limit("steps") if len(wanted) > MOST_OPTIONS else None
        options = [
            Option(value, value - exact) for value in wanted[:MOST_OPTIONS] if type_.high is None or value <= type_.high
        ]
        return Pull(lever, exact, tuple(options), limit)

    def _people(self, node: c.People, at: Moment, marks: Marks) -> Aim:
        now = self._people_now(node, at)
        if node.least > 1:
            return Fixed(now, self._limit("several_lists"))
        counted = {one.certification for listing in node.lists for one in listing.entries if self.day in one.days}
        if not any(self.costs.of_certification(name) is not None for name in counted):
            return Fixed(now)
        lever = Certified(tuple(listing.name for listing in node.lists))
        self.lists[lever] = node.lists
        self.about[lever] = About(" or ".join(listing.title for listing in node.lists), str(now))
        self.now[lever] = now
        return Pull(lever, now, tuple(Option(mark, mark - now) for mark in whole_marks(marks, now)))

    def _different(self, node: c.DifferentPeople, at: Moment, marks: Marks) -> Aim:
        now = self._people_now(node, at)
        lever = Different(tuple(listing.name for listing in node.lists))
        self.different[lever] = node.lists
        self.about[lever] = About(
            "a different person for each of " + ", ".join(one.title for one in node.lists), str(now)
        )
        self.now[lever] = now
        limit = self._limit("another_list")
        within = [mark for mark in whole_marks(marks, now) if mark <= len(node.lists)]
        return Pull(lever, now, tuple(Option(mark, mark - now) for mark in within), limit)

    def _people_now(self, node: c.Expr, at: Moment) -> Decimal:
        """Return how many there are surely; a list that is not told is taken as empty."""
        found = self._value(node, at)
        if self.facts.records("certifications").rows is None:
            self.absent["certifications"] = None
        return found.low if isinstance(found, Numbers) and found.low is not None else ZERO

    def _rows(self, node: c.Aggregate, at: Moment, marks: Marks) -> Aim:
        told = self.facts.records(node.records, at.projected)
        if told.rows is None:
            self.absent[node.records] = None
        now = self._exact(node, at)
        cost = self.costs.of_record(node.records)
        if cost is None:
            return Fixed(now or ZERO)
        made = row_that_meets(node, told.declaration, self.day, lambda part: self._value(part, at))
        if made is None:
            return self._fixed(node, at, "records")
        apart = node.value.name if node.distinct and isinstance(node.value, c.Field) else None
        lever = Rows(node.records, tuple(sorted(made.items())), apart)
        self.about[lever] = About(told.declaration.title, str(now or ZERO))
        now = now or ZERO
        return Pull(lever, now, tuple(Option(mark, mark - now) for mark in whole_marks(marks, now)))

    def _arithmetic(self, node: c.Arithmetic, at: Moment, marks: Marks) -> Aim:
        left, right = self._exact(node.left, at), self._exact(node.right, at)
        if left is None or right is None:
            return self._fixed(node, at, "rests_on_unknown")
        if node.op == "% of":
            left, right = left.scaleb(-2), right.scaleb(-2)
        if node.op in ("*", "% of"):
            if self._is_out_of_reach(node.right) and right > 0:
                inner = self.number(node.left, at, [mark / right for mark in marks])
                return Mapped(inner, lambda value: value * right)
            if self._is_out_of_reach(node.left) and left > 0:
                inner = self.number(node.right, at, [mark / left for mark in marks])
                return Mapped(inner, lambda value: value * left)
            return self._fixed(node, at, "product")
        moved = right if node.op == "+" else right.copy_negate()
        limit = None if self._is_out_of_reach(node.right) else self._limit("not_together")
        first = self.number(node.left, at, [mark - moved for mark in marks])
        if node.op == "+" and not self._is_out_of_reach(node.right):
            second = self.number(node.right, at, [mark - left for mark in marks])
            return Sum((first, second), None, limit)
        return Sum((first, Fixed(moved)), None, limit)

    def _rounded(self, node: c.Rounded, at: Moment, marks: Marks) -> Aim:
        to = node.rounding
        back = {"down": ZERO, "half up": to.step / 2, "up": to.step - PLACES}[to.mode]
        inner = self.number(node.value, at, [up(mark, to.step) - back for mark in marks])
        return Mapped(inner, lambda value: ranges.round_ratio(value, ONE, to))

    def _between(self, node: c.Between, at: Moment, marks: Marks) -> Aim:
        low = self._exact(node.low, at)
        high = self._exact(node.high, at) if node.high is not None else None
        if low is None or (node.high is not None and high is None):
            return self._fixed(node, at, "figure")
        inner = self.number(node.value, at, [mark + low for mark in marks])

        def part(value: Decimal) -> Decimal:
            above = max(value, low)
            return (above if high is None else min(above, high)) - low

        return Mapped(inner, part)

    def _per_unit(self, node: c.PerUnit, at: Moment) -> Aim:
        points = self._exact(node.points, at)
        unit = self._exact(node.unit, at) if node.unit is not None else ONE
        cap = self._exact(node.cap, at) if node.cap is not None else None
        if points is None or unit is None or (node.cap is not None and cap is None) or unit <= 0 or points <= 0:
            return self._fixed(node, at, "figure")
        most = MOST_OPTIONS if cap is None else min(int((cap / points).to_integral_value(ROUND_CEILING)), MOST_OPTIONS)
        inner = self.number(node.value, at, [unit * many for many in range(1, most + 1)])

        def earned(value: Decimal) -> Decimal:
            whole = max(ranges.floor_ratio(value, unit), ZERO) * points
            return whole if cap is None else min(whole, cap)

        return Mapped(inner, earned)

    def _prorate(self, node: c.Prorate, at: Moment) -> Aim:
        most, target = self._exact(node.most, at), self._exact(node.target, at)
        if most is None or target is None or target <= 0 or most <= 0:
            return self._fixed(node, at, "figure")
        to = node.rounding
        inner = self.number(node.value, at, marks_of_share(most, target, to, grain_of(node.value.type)))
        return Mapped(inner, lambda value: ranges.share(value, most, target, to))

    # ---- what both have

    def _required(self, node: c.Requirement, read: Callable[[], Aim]) -> Aim:
        before, self._where = self._where, (node, self._inside)
        aim = read()
        self._where = before
        return Titled(aim, node.code, node.title, node.part == "scored")

    def _titled(self, node: c.Expr, aim: Aim) -> Aim:
        return Titled(aim, node.code, node.title, node.part == "scored") if isinstance(node, c.Requirement) else aim

    def _chosen(self, node: c.Case | c.Dated | c.Lookup, at: Moment, read: Callable[[c.Expr, Moment], Aim]) -> Aim:
        """Read what counts of several on the day; what counts where something else were told is not looked at."""
        if isinstance(node, c.Dated):
            taken = next((one.value for one in node.versions if self.day in one.days), None)
            return read(taken, at) if taken is not None else self._limited("no_version")
        if isinstance(node, c.Lookup):
            return self._cell(node, at, read)
        is_fixed = True
        for branch in node.branches:
            test = self._value(branch.when, at) if branch.when is not None else Truth.TRUE
            if test is Truth.UNKNOWN:
                return self._limited("case", *self._to_tell(branch.when))
            is_fixed = is_fixed and (branch.when is None or self._is_out_of_reach(branch.when))
            if test is Truth.TRUE:
                aim = read(branch.value, at)
                return aim if is_fixed else self._beside(aim, "another_case")
        raise AssertionError("one branch always counts")

    def _cell(self, node: c.Lookup, at: Moment, read: Callable[[c.Expr, Moment], Aim]) -> Aim:
        word = self._value(node.key, at)
        exact = word.exact if isinstance(word, Words) else None
        within = [row for row in node.rows if self.day in row.days]
        cells = [row.cell for row in within if row.key == exact] or [row.cell for row in within if row.key is None]
        if exact is None or not cells:
            return self._limited("row", *self._to_tell(node.key))
        aim = read(cells[0], at)
        return aim if self._is_out_of_reach(node.key) else self._beside(aim, "another_row")

    def _to_tell(self, node: c.Expr | None) -> tuple[str, ...]:
        return to_tell(self.engine.prepared, self.facts, node)

    def _value(self, node: c.Expr, at: Moment) -> Range:
        return self.interpreter.once(node, at).range

    def _limited(self, reason: Unseen, *names: str) -> Aim:
        return Fixed(ZERO, self._limit(reason, *names))

    def _limit(self, reason: Unseen, *names: str) -> Limit:
        if self._where is None:
            return Limit(reason, names=names)
        node, inside = self._where
        return Limit(reason, node.code, title_of(self.engine.core, node, inside), names)

    def _exact(self, node: c.Expr, at: Moment) -> Decimal | None:
        return found.exact if isinstance(found := self._value(node, at), Numbers) else None

    def _day(self, node: c.Expr, at: Moment) -> date | None:
        return found.exact if isinstance(found := self._value(node, at), Dates) else None
