"""Core nodes in words: what a rule asks for, without anybody's facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import assert_never

from dsl import core as c
from evaluator.reasons import number, unit_of

_COMPARED = {
    ">=": "is at least",
    "<=": "is at most",
    ">": "is more than",
    "<": "is less than",
    "=": "is",
    "!=": "is not",
}
_BY_DATE = {">=": "is on or after", "<=": "is on or before", ">": "is after", "<": "is before"}
_FUNCTIONS = {
    "sum": "the sum of",
    "average": "the average of",
    "largest": "the largest",
    "smallest": "the smallest",
    "earliest": "the earliest",
    "latest": "the latest",
}
_ANNIVERSARIES = {
    "any": "the anniversary",
    "own": "its own anniversary",
    "shared": "the anniversary shared with awards of its kind",
    "membership": "the membership's anniversary",
    "next": "the next anniversary",
    "first": "the first anniversary",
    "attained": "the day it was attained",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Says nodes of one core.

    Args:
        core: whose rules and names are meant.
        day: say only what is in force on it; with None all versions are said with their days.
        records: whose fields are meant, inside an aggregate.
    """

    core: c.Core
    day: date | None = None
    records: c.RecordsDecl | None = None

    def say(self, node: c.Expr) -> str:
        """Return a node as part of a sentence; a requirement inside is named by its title."""
        match node:
            case c.Literal():
                return figure(node)
            case c.Fact(name=name, title=title):
                return _title(title, name)
            case c.Today():
                return "today"
            case c.Field(name=name):
                known = self.records.fields if self.records is not None else {}
                return _title(known[name].title if name in known else "", name)
            case c.Aggregate():
                return self._aggregate(node)
            case c.People(lists=lists, least=least):
                kinds = _either(_quoted(each.title or each.name) for each in lists)
                return (
                    f"people with certifications of {least} of {kinds}"
                    if least > 1
                    else f"people with a certification of {kinds}"
                )
            case c.DifferentPeople(lists=lists):
                kinds = " and ".join(_quoted(each.title or each.name) for each in lists)
                return f"certifications of different people, one of each of {kinds}"
            case c.Named(name=name, title=title):
                return _title(title, name)
            case c.Holds(award=award, level=level):
                return f"{self._award(award)} is held{f' at {level} or above' if level else ''}"
            case c.Paid(award=award):
                return f"{self._award(award)} is held and its benefits are paid"
            case c.Lapsed(award=award):
                return f"{self._award(award)} was held and has ended"
            case c.InRenewal(award=award):
                return f"{self._award(award)} may be renewed"
            case c.Qualifies(rule=rule):
                return f"the requirements of {self._award(rule)} are met"
            case c.InProgress(rule=rule):
                return f"a requirement of {self._award(rule)} is met"
            case c.Anniversary(which=which, after=after):
                return f"{_ANNIVERSARIES[which]}{f' after {self.say(after)}' if after is not None else ''}"
            case c.Lookup():
                return self._lookup(node)
            case c.Arithmetic(op=op, left=left, right=right):
                return f"({self.say(left)} {'×' if op == '*' else op} {self.say(right)})"
            case c.Ratio(numerator=above, denominator=below, rounding=rounding, growth=growth):
                compared = f"the growth of {self.say(above)} against {self.say(below)}"
                divided = f"{self.say(above)} divided by {self.say(below)}"
                return f"{compared if growth else divided}, {_rounded(rounding)}"
            case c.Rounded(value=value, rounding=rounding):
                return f"{self.say(value)}, {_rounded(rounding)}"
            case c.PerUnit(value=value, points=points, unit=unit, cap=cap):
                return f"{self.say(points)} for each {self._unit(value, unit)}{self._at_most(cap)}"
            case c.Prorate(value=value, most=most, target=target, rounding=rounding):
                share = f"in proportion, {_rounded(rounding)}"
                return f"{self.say(most)} when {self._amount(value)} reaches {self.say(target)}, {share}"
            case c.Shift(date=day, by=by, back=back):
                return f"{self.say(day)} {'minus' if back else 'plus'} {duration(by)}"
            case c.Edge(edge=edge, of=of):
                return f"the {'first' if edge == 'start' else 'last'} day of the month of {self.say(of)}"
            case c.Compare():
                return self._compare(node)
            case c.AllOf(parts=parts):
                return self._several(parts, "all of these", " and ")
            case c.AnyOf(parts=parts, least=least):
                return self._several(parts, f"at least {least} of these", " or " if least == 1 else "")
            case c.Not(part=part):
                several = isinstance(part, c.AllOf | c.AnyOf)
                return f"it is not so that {f'({self.say(part)})' if several else self.say(part)}"
            case c.NumberOf(parts=parts):
                return self._several(parts, "the number of these that are so", "")
            case c.AskedThisYear(even=even):
                return f"the anniversary is an {'even' if even else 'odd'} one"
            case c.Best(parts=parts):
                return self._several(parts, "the best of these", "")
            case c.Total(parts=parts, cap=cap):
                return f"{self._several(parts, 'the total of these', ' + ')}{self._at_most(cap)}"
            case c.Case(branches=branches, gate=True):
                condition = branches[0].when
                only = f", only if {self.say(condition)}" if condition is not None else ""
                return f"{self.say(branches[0].value)}{only}"
            case c.Case(branches=branches):
                return "; ".join(self._branch(branch) for branch in branches)
            case c.Dated(versions=versions):
                return "; ".join(self._dated(version) for version in versions if self.is_told(version.days))
            case c.OnDate(value=value, date=day):
                return f"{self.say(value)} on {self.say(day)}"
            case c.AsProjected(value=value):
                return f"{self.say(value)} as projected for the next check"
            case c.Sometime(condition=condition, start=start, end=end):
                return f"{self.say(condition)} on a day from {self.say(start)} through {self.say(end)}"
            case c.Requirement(title=title, days=days):
                return f"{_quoted(title)}{between(days) if self.day is None else ''}"
            case c.PassScore(mark=mark, out_of=out_of):
                return f"the score out of {number(out_of)} is at least {self.say(mark)}{self._every(node)}"
            case _:
                assert_never(node)

    def is_told(self, days: c.Days) -> bool:
        """Whether what holds on these days is said."""
        return self.day is None or self.day in days

    def _aggregate(self, node: c.Aggregate) -> str:
        records = self.core.records.get(node.records)
        inside = replace(self, records=records)
        what = inside.say(node.value) if node.value is not None else "records"
        if node.function == "count":
            head = f"the number of {'different ' if node.distinct else ''}{what}"
        else:
            head = f"{_FUNCTIONS[node.function]} {what}"
        name = _title(records.title if records is not None else "", node.records)
        where = f" where {inside.say(node.where)}" if node.where is not None else ""
        over = f", over {_period(node.over)}" if node.over is not None else ""
        rounding = f", {_rounded(node.rounding)}" if node.rounding is not None else ""
        return f"{head} in {name}{where}{over}{rounding}"

    def _unit(self, value: c.Expr, unit: c.Expr | None) -> str:
        if isinstance(value, c.People) and unit is None:
            return self.say(value).replace("people", "person", 1)
        return f"{self.say(unit)} of {self._amount(value)}" if unit is not None else f"of {self._amount(value)}"

    def _amount(self, node: c.Expr) -> str:
        counted = isinstance(node, c.People | c.DifferentPeople)
        return f"the number of {self.say(node)}" if counted else self.say(node)

    def _compare(self, node: c.Compare) -> str:
        words = _COMPARED[node.op]
        if node.left.type.kind == "date":
            words = _BY_DATE.get(node.op, words)
        if isinstance(node.left, c.People) and node.op == ">=":
            return f"at least {self.say(node.right)} {self.say(node.left)}"
        return f"{self._amount(node.left)} {words} {self.say(node.right)}"

    def _every(self, node: c.PassScore) -> str:
        asked = {"above zero": "points in every metric", "one point": "a point in every metric"}
        told = [each for each in node.every if self.is_told(each.days)]
        return "".join(f", with {asked[each.asked]}{between(each.days) if self.day is None else ''}" for each in told)

    def _several(self, parts: Sequence[c.Expr], summary: str, joint: str) -> str:
        told = [part for part in parts if not isinstance(part, c.Requirement) or self.is_told(part.days)]
        if len(told) == 1:
            return self.say(told[0])
        if not joint:
            return f"{summary}: {'; '.join(self.say(part) for part in told)}"
        said = joint.join(
            f"({self.say(part)})" if isinstance(part, c.AllOf | c.AnyOf) else self.say(part) for part in told
        )
        return said or summary

    def _branch(self, branch: c.Branch) -> str:
        value = self.say(branch.value)
        return f"{value} when {self.say(branch.when)}" if branch.when is not None else f"otherwise {value}"

    def _dated(self, version: c.DatedValue) -> str:
        value = self.say(version.value)
        return value if self.day is not None else f"{value}{between(version.days)}"

    def _lookup(self, node: c.Lookup) -> str:
        rows: list[str] = []
        for row in node.rows:
            if self.is_told(row.days):
                when = "" if self.day is not None else between(row.days)
                rows.append(f"{self.say(row.cell)} for {row.key or 'any other'}{when}")
        return f"by {self.say(node.key)}: {'; '.join(rows)}"

    def _at_most(self, cap: c.Expr | None) -> str:
        return f", up to {self.say(cap)}" if cap is not None else ""

    def _award(self, name: str) -> str:
        rule = self.core.rules.get(name) or next(
            (rule for rule in self.core.rules.values() if rule.award == name), None
        )
        if rule is None:
            return _quoted(name.rsplit(".", 1)[-1].replace("_", " "))
        return f"{_quoted(rule.title)}{f' ({rule.level})' if rule.id == name and rule.level else ''}"


def figure(node: c.Literal) -> str:
    """Write a figure of the policies with its unit; one that is second-hand or not known says so."""
    unit = unit_of(node.type)
    match node.value:
        case None:
            said = "a figure that is not known"
        case bool():
            said = "yes" if node.value else "no"
        case Decimal():
            said = number(node.value)
            if unit and node.type.kind != "count":
                said = f"{said} {'point' if unit == 'points' and node.value == 1 else unit}"
        case date():
            said = node.value.isoformat()
        case c.Duration():
            said = duration(node.value)
        case str():
            said = node.value.replace("_", " ")
        case _:
            assert_never(node.value)
    return f"{said} (provisional)" if node.provisional else said


def duration(value: c.Duration) -> str:
    """Write a duration in months and days."""
    months = f"{value.months} month{'' if value.months == 1 else 's'}" if value.months else ""
    days = f"{value.days} day{'' if value.days == 1 else 's'}" if value.days else ""
    return " and ".join(part for part in (months, days) if part) or "0 days"


def between(days: c.Days) -> str:
    """Write days as `` from D until E``; always is nothing."""
    start = f" from {days.start}" if days.start is not None else ""
    return f"{start} until {days.end}" if days.end is not None else start


def _period(over: c.Period) -> str:
    if over.anniversary_year:
        return "the months since the last anniversary"
    months = "month" if over.months == 1 else f"{over.months} months"
    if not over.back:
        return f"the last {months}"
    return f"the {months} that ended {over.back} month{'' if over.back == 1 else 's'} earlier"


def _rounded(rounding: c.RoundTo) -> str:
    return f"rounded {rounding.mode} to {number(rounding.step)}"


def _title(title: str, name: str) -> str:
    return _quoted(title or name.replace("_", " "))


def _quoted(text: str) -> str:
    return f'"{text}"'


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)
