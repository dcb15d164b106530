"""Core nodes in words: one phrase for every kind, without facts.

A ``Requirement`` inside another node is named by its title only; what it asks is a sentence of its own
(``review.words.lines``). Figures that differ by date are those of the day that is told of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import assert_never

from dsl import core as c
from dsl.core.ranges import NEVER
from evaluator.reasons.expander import number
from evaluator.reasons.sides import unit_of

UNKNOWN_FIGURE = "a figure that the programme does not tell"
MAX_NAMED = 8
"""How many names or rows a phrase lists before it says how many more there are."""


class Speaker:
    """Says nodes of one core as of one day."""

    def __init__(self, core: c.Core, day: date) -> None:
        self.core = core
        self.day = day

    def say(self, node: c.Expr) -> str:
        """Return a phrase for a node."""
        match node:
            case c.Literal():
                return self._literal(node)
            case c.Fact(title=title):
                return title
            case c.Today():
                return "today"
            case c.Field(name=name):
                return name.replace("_", " ")
            case c.Aggregate():
                return self._aggregate(node)
            case c.People():
                return f"the number of people {holding(node)}"
            case c.DifferentPeople(lists=lists):
                held = joined([one.title for one in lists], "and")
                return f"the number of different people holding one each of {held}"
            case c.Named():
                return self._named(node)
            case c.Holds(award=award, level=level):
                return f"{self._award(award)} is held{f' at {level} or higher' if level else ''}"
            case c.Lapsed(award=award, level=level):
                return f"{self._award(award)}{f' at {level} or higher' if level else ''} was held and is not any longer"
            case c.InRenewal(award=award):
                return f"today is a day on which {self._award(award)} may be renewed"
            case c.Paid(award=award):
                return f"{self._award(award)} is held and benefits were bought with it"
            case c.Qualifies(rule=rule):
                return f"the requirements of {self._rule(rule)} are met"
            case c.InProgress(rule=rule):
                return f"something is done for the requirements of {self._rule(rule)}"
            case c.Anniversary():
                return self._anniversary(node)
            case c.Lookup():
                return self._lookup(node)
            case c.Arithmetic(op=op, left=left, right=right):
                word = {"+": "plus", "-": "minus", "*": "times"}[op]
                return f"{self.say(left)} {word} {self.say(right)}"
            case c.Ratio():
                return self._ratio(node)
            case c.Rounded(value=value, rounding=rounding):
                return f"{self.say(value)}, {rounded(rounding)}"
            case c.PerUnit():
                return self._per_unit(node)
            case c.Prorate(value=value, most=most, target=target, rounding=rounding):
                full = f"up to {self.say(most)}, all of them at {self.say(target)}"
                return f"{full}, in proportion to {self.say(value)}, {rounded(rounding)}"
            case c.Shift(date=day, by=by, back=back, provisional=provisional):
                mark = " (provisional)" if provisional else ""
                return f"{self.say(day)} {'minus' if back else 'plus'} {by}{mark}"
            case c.Edge(edge=edge, of=of):
                return f"the {'first' if edge == 'start' else 'last'} day of the month of {self.say(of)}"
            case c.Compare():
                return self._compare(node)
            case c.AllOf(parts=parts):
                return self._all(parts)
            case c.AnyOf(parts=parts, least=least):
                start = "any of: " if least == 1 else f"at least {least} of: "
                return self._of(start, parts, "or")
            case c.Not(part=part):
                return f"not so: {self.say(part)}"
            case c.NumberOf(parts=parts):
                return f"how many of these are so: {joined([self.say(part) for part in self._in_force(parts)], 'and')}"
            case c.AskedThisYear(even=even):
                return f"it is an {'even' if even else 'odd'} anniversary{', or it is being attained' if even else ''}"
            case c.Ranked(parts=parts):
                return self._of(f"the {node.chooser.phrase} ", parts, "and")
            case c.Total(parts=parts, cap=cap):
                total = self._of("the total of ", parts, "and")
                return total if cap is None else f"{total}, at most {self.say(cap)}"
            case c.Gate(condition=condition, value=value):
                return f"{self.say(value)}; only if {self.say(condition)}"
            case c.Case():
                return self._case(node)
            case c.Dated(versions=versions):
                return self._dated(versions)
            case c.OnDate(value=value, date=day):
                return f"{self.say(value)} on {self.say(day)}"
            case c.AsProjected(value=value):
                return f"{self.say(value)}, as projected for the next check"
            case c.Sometime(condition=condition, start=start, end=end):
                return f"on some day from {self.say(start)} through {self.say(end)}: {self.say(condition)}"
            case c.Requirement(title=title):
                return title
            case c.PassScore():
                return self._pass(node)
            case _:
                assert_never(node)

    def setting(self, setting: c.SettingVersion) -> str:
        """Return a phrase for what a setting is, or for the days of a window."""
        if isinstance(setting.value, tuple):
            first, last = setting.value
            return f"from {self.say(first)} through {self.say(last)}"
        return self.say(setting.value)

    def effect(self, effect: c.Effect) -> str:
        """Return a phrase for what an option does."""
        text = f"{effect.verb} {', '.join(effect.names)}"
        if effect.up_to is not None:
            text += f", up to {self.say(effect.up_to)}"
        return text if effect.when is None else f"{text}, when {self.say(effect.when)}"

    def words(self, name: str) -> str:
        """Return a name as readers know it: its term, else the words it is made of."""
        short = name.rpartition(".")[2]
        return self.core.terms.get(short) or short.replace("_", " ")

    def is_told(self, span: c.Days) -> bool:
        """Whether what holds on these days is said."""
        return self.day in span

    # ---- single kinds

    def _literal(self, node: c.Literal) -> str:
        mark = " (provisional)" if node.provisional else ""
        unit = unit_of(node.type)
        match node.value:
            case None if node.least is not None:
                least = self._literal(replace(node, value=node.least, least=None))
                return f"{UNKNOWN_FIGURE}, {least} or more"
            case None:
                return UNKNOWN_FIGURE if unit is None else f"{UNKNOWN_FIGURE} ({unit})"
            case bool():
                return "yes" if node.value else "no"
            case Decimal():
                shown = unit.removesuffix("s") if unit == "points" and node.value == 1 else unit
                return f"{number(node.value)}{f' {shown}' if shown else ''}{mark}"
            case c.Duration():
                return f"{node.value}{mark}"
            case date():
                return ("never" if node.value == NEVER else node.value.isoformat()) + mark
            case _:
                return f"{self.words(node.value)}{mark}"

    def _aggregate(self, node: c.Aggregate) -> str:
        title = self.core.records[node.records].title if node.records in self.core.records else node.records
        what = self.say(node.value) if node.value is not None else ""
        if node.alike:
            what = joined([what, *map(self.say, node.alike)], "and")
        match node.function:
            case "count":
                start = f"the number of different values of {what}" if what else "the number of rows"
            case "sum":
                start = f"the sum of {what}"
            case _:
                start = f"the {node.function} {what}"
        text = f"{start} in {title}"
        if node.where is not None:
            text += f" where {self.say(node.where)}"
        if node.total is not None:
            text += f", where together {self.say(node.total)}"
        if node.over is not None:
            text += f", {period(node.over)}"
        return text if node.rounding is None else f"{text}, {rounded(node.rounding)}"

    def _anniversary(self, node: c.Anniversary) -> str:
        match node.which:
            case "own":
                return "its own anniversary"
            case "shared":
                return "the anniversary shared with the awards of its kind"
            case "first":
                after = "" if node.after is None else f" after {self.say(node.after)}"
                return f"the first anniversary{after}"
            case "attained":
                return "the day it was attained"
            case "any" | "membership" | "next":
                return "the anniversary"

    def _lookup(self, node: c.Lookup) -> str:
        rows = [row for row in node.rows if self.is_told(row.days)] or list(node.rows)
        told = [f"{self.words(row.key or 'otherwise')}: {self.say(row.cell)}" for row in rows]
        return f"by {self.say(node.key)} ({joined(told, '', separator='; ')})"

    def _ratio(self, node: c.Ratio) -> str:
        above, below = self.say(node.numerator), self.say(node.denominator)
        if node.growth:
            return f"the growth from {below} to {above}, {rounded(node.rounding)}"
        share = " in percent" if node.scale == 100 else ""
        return f"{above} divided by {below}{share}, {rounded(node.rounding)}"

    def _per_unit(self, node: c.PerUnit) -> str:
        value = self.say(node.value)
        if isinstance(node.value, c.People):
            each = f"each person {holding(node.value)}"
        elif node.unit is None:
            each = f"each of {value}"
        else:
            each = f"every {self.say(node.unit)} of {value}"
        cap = "" if node.cap is None else f", up to {self.say(node.cap)}"
        return f"{self.say(node.points)} for {each}{cap}"

    def _case(self, node: c.Case) -> str:
        told: list[str] = []
        for branch in node.branches:
            value = self.say(branch.value)
            told.append(f"{value} when {self.say(branch.when)}" if branch.when is not None else f"otherwise {value}")
        return "; ".join(told)

    def _dated(self, versions: Sequence[c.DatedValue]) -> str:
        now = next((version for version in versions if self.is_told(version.days)), None)
        if now is not None:
            return self.say(now.value)
        return "; ".join(f"{self.say(version.value)} {version.days}" for version in versions)

    def _pass(self, node: c.PassScore) -> str:
        text = f"{self.say(node.score)} reaches {self.say(node.mark)} out of {number(node.out_of)}"
        for every in node.every:
            if self.is_told(every.days):
                points = "points" if every.asked == "above zero" else "at least one point"
                text += f", with {points} in every metric"
        return text

    def _compare(self, node: c.Compare) -> str:
        right = node.right
        if isinstance(node.left, c.People | c.DifferentPeople | c.NumberOf) and isinstance(right, c.Literal):
            # The left side says already what is counted.
            right = replace(right, type=c.COUNT)
        words = BY_DATE if node.left.type.kind == "date" else COMPARISONS
        return f"{self.say(node.left)} {words[node.op]} {self.say(right)}"

    # ---- parts

    def _all(self, parts: Sequence[c.Expr]) -> str:
        if all(isinstance(part, c.Requirement) for part in parts):
            return self._of("all of: ", parts, "and")
        return joined([self.say(part) for part in self._in_force(parts)], "and")

    def _of(self, start: str, parts: Sequence[c.Expr], word: str) -> str:
        told = [self.say(part) for part in self._in_force(parts)]
        return told[0] if len(told) == 1 else start + joined(told, word)

    def _in_force(self, parts: Sequence[c.Expr]) -> Sequence[c.Expr]:
        """Return the parts that count on the day; all of them where none does, so that something is told."""
        return [p for p in parts if not isinstance(p, c.Requirement) or self.is_told(p.days)] or parts

    def _named(self, node: c.Named) -> str:
        declared = self.core.named.get(node.name)
        value = declared.value if declared is not None else None
        if isinstance(value, c.Dated):
            value = next((version.value for version in value.versions if self.is_told(version.days)), None)
        # A figure is told where it is used; what is reckoned has a sentence of its own (``names_in``).
        return f"{self.say(value)} ({node.title})" if isinstance(value, c.Literal) else node.title

    def _award(self, award: str) -> str:
        rule = next((found for found in self.core.rules.values() if found.award == award), None)
        return rule.title if rule is not None else self.words(award)

    def _rule(self, rule: str) -> str:
        return self.core.rules[rule].title


class TimelessSpeaker(Speaker):
    """Says nodes in all their versions, each with its days."""

    def __init__(self, core: c.Core) -> None:
        super().__init__(core, date.max)

    def is_told(self, span: c.Days) -> bool:
        """Return that everything is said."""
        return True

    def _dated(self, versions: Sequence[c.DatedValue]) -> str:
        return "; ".join(f"{self.say(version.value)} {version.days}".strip() for version in versions)

    def _named(self, node: c.Named) -> str:
        return node.title


COMPARISONS = {
    ">=": "is at least",
    "<=": "is at most",
    ">": "is more than",
    "<": "is less than",
    "=": "is",
    "!=": "is not",
}
BY_DATE = {**COMPARISONS, ">=": "is on or after", "<=": "is on or before", ">": "is after", "<": "is before"}


def joined(words: Sequence[str], last: str, *, separator: str = ", ") -> str:
    """Join words to a list for a sentence; long lists are cut and say so.

    Examples:
        >>> joined(["a", "b", "c"], "or")
        'a, b or c'
    """
    if len(words) > MAX_NAMED:
        return separator.join([*words[:MAX_NAMED], f"and {len(words) - MAX_NAMED} more"])
    if len(words) < 2 or not last:
        return separator.join(words)
    return f"{separator.join(words[:-1])} {last} {words[-1]}"


def holding(node: c.People) -> str:
    """Write what people hold who are counted."""
    held = joined([one.title for one in node.lists], "or")
    return f"holding a certification of {f'at least {node.least} of ' if node.least > 1 else ''}{held}"


def rounded(rounding: c.RoundTo) -> str:
    """Write a rounding."""
    step = "a whole number" if rounding.step == 1 else number(rounding.step)
    return f"rounded {rounding.mode} to {step}"


def period(window: c.Period) -> str:
    """Write a window of months."""
    if window.anniversary_year:
        return "since the last anniversary"
    one = window.months == 1
    if window.back == 0:
        return "over the last full month" if one else f"over the last {window.months} months"
    months = "month" if one else f"{window.months} months"
    if window.back == window.months:
        return f"over the {months} before"
    return f"over the same {months} {'a year' if window.back == 12 else f'{window.back} months'} earlier"
