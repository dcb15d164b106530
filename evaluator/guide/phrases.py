"""Core nodes in the words of the guide: as ``evaluator.sentence`` says them, with links, marks and no list cut short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

from dsl import core as c
from evaluator.guide.marks import link, provisional, unknown
from evaluator.guide.names import Names, words
from evaluator.ranges import NEVER
from evaluator.reasons import number, unit_of
from evaluator.sentence import BY_DATE, COMPARISONS, Speaker, duration

MAX_ROWS = 3
"""How many rows of a table a sentence tells; longer ones are told by the table."""


class GuideSpeaker(Speaker):
    """Says nodes for readers of the guide.

    Args:
        names: titles and places.
        day: the day whose figures are told.
        subject: the award that the page is about; it is called "it".
    """

    def __init__(self, names: Names, day: date, subject: str | None = None) -> None:
        super().__init__(names.core, day)
        self.names = names
        self.subject = subject
        self._around: c.RecordsDecl | None = None

    def say(self, node: c.Expr) -> str:
        """Return a phrase for a node."""
        match node:
            case c.Fact(name=name):
                shown = f"“{self.names.fact(name)}”"
                return f"{shown} is answered yes" if node.type.kind == "flag" else shown
            case c.Field(name=name):
                known = self._around.fields.get(name) if self._around is not None else None
                return f"“{known.title}”" if known is not None and known.title else words(name)
            case c.People():
                return f"the number of people who hold {self.certified(node)}"
            case c.DifferentPeople(lists=lists):
                held = listed([self.names.certifications(one.name) for one in lists], "and")
                return f"the number of different people who hold one each of {held}"
            case c.AnyOf(parts=parts, least=least):
                return self._any(node, parts, least)
            case c.AllOf(parts=parts):
                return self._all_of(parts)
            case c.Not(part=part):
                return self._not(part)
            case c.Holds(award=award, level=str()) if award == self.subject:
                return "it is held, at the level in question or higher"
            case c.Lapsed(award=award) if award == self.subject:
                return "it was held and is not any longer"
            case c.Shift(date=day, by=by, back=back, provisional=is_provisional):
                length = provisional(duration(by)) if is_provisional else duration(by)
                return f"{self._operand(day)} {'minus' if back else 'plus'} {length}"
            case _:
                return super().say(node)

    # ---- what is claimed of awards

    def _any(self, node: c.AnyOf, parts: Sequence[c.Expr], least: int) -> str:
        claimed = self.claimed(node)
        if claimed is not None:
            return claimed
        told = self._in_force(parts)
        if len(told) == 1 and least == 1:
            return self.say(told[0])
        start = "at least one of these" if least == 1 else f"at least {least} of these"
        return f"{start}: {self._several(told, 'or')}"

    def _all_of(self, parts: Sequence[c.Expr]) -> str:
        told = self._in_force(parts)
        claimed = [_claim(part) for part in told]
        kinds = {(type(one), getattr(one, "level", None)) for one in claimed}
        if len(told) > 1 and len(kinds) == 1 and isinstance(claimed[0], c.Holds):
            awards = [one.award for one in claimed if isinstance(one, c.Holds)]
            level = claimed[0].level
            whole = self.names.whole(awards)
            shown = f"all {self._group(whole)}" if whole else listed([self._award(one) for one in awards], "and")
            return f"{shown} are held{at_level(level)}"
        if any(isinstance(part, c.Requirement) for part in told) and len(told) > 1:
            return f"all of these: {self._several(told, 'and')}"
        return listed([self.say(part) for part in told], "and")

    def claimed(self, node: c.Expr) -> str | None:
        """Return a choice among awards in one phrase, None for anything else."""
        if not isinstance(node, c.AnyOf) or not node.parts:
            return None
        claims = [_claim(part) for part in self._in_force(node.parts)]
        first = claims[0] if claims else None
        same = len({(type(one), getattr(one, "level", None)) for one in claims}) == 1
        count = "one" if node.least == 1 else f"at least {node.least}"
        if first is None or not same:
            return None
        match first:
            case c.Holds(level=level) | c.Lapsed(level=level):
                awards = [one.award for one in claims if isinstance(one, c.Holds | c.Lapsed)]
                verb = "is held" if isinstance(first, c.Holds) else "was held and is not any longer"
                if node.least > 1:
                    verb = verb.replace("is held", "are held", 1)
                return f"{self._among(count, awards)} {verb}{at_level(level)}"
            case c.Qualifies():
                rules = [one.rule for one in claims if isinstance(one, c.Qualifies)]
                return f"the requirements of {self._among(count, rules)} are met"
            case _:
                return None

    def _among(self, count: str, awards: Sequence[str]) -> str:
        if len(awards) == 1:
            return self._award(awards[0])
        found = [self.core.rules.get(one) for one in awards]
        levels = {rule.level for rule in found if rule is not None and rule.level is not None}
        whole = self.names.whole(
            rule.award if rule is not None else one for rule, one in zip(found, awards, strict=True)
        )
        if whole is not None:
            level = f" ({next(iter(levels))})" if len(levels) == 1 else ""
            return f"{count} of the {self._group(whole)}{level}"
        return f"{count} of {listed([self._award(one) for one in awards], 'or')}"

    def _group(self, name: str) -> str:
        shown = self.names.group_title(name)
        return link(shown, f"groups#{name}") if name in self.names.document.groups else shown

    def _award(self, award: str) -> str:
        if self.subject is not None and self.subject == self._award_of(award):
            return "it"
        return self.names.linked(award)

    def _award_of(self, rule: str) -> str:
        return self.core.rules[rule].award if rule in self.core.rules else rule

    def _rule(self, rule: str) -> str:
        return self._award(rule)

    def _not(self, part: c.Expr) -> str:
        match part:
            case c.Fact(name=name):
                return f"“{self.names.fact(name)}” is answered no"
            case c.Named(name=name):
                return f"“{self.names.figure(name)}” is not so"
            case c.Holds(award=award, level=level):
                return f"{self._award(award)} is not held{at_level(level)}"
            case c.Qualifies(rule=rule):
                return f"the requirements of {self._award(rule)} are not met"
            case c.AsProjected(value=value):
                return f"{self._not(value)}, as projected for the next check"
            case c.Compare(op=op):
                return self._compare(replace(part, op=OPPOSITE[op]))
            case c.Sometime(condition=condition, start=start, end=end):
                return f"on no day from {self.say(start)} through {self.say(end)}: {self.say(condition)}"
            case c.AnyOf() if (claimed := self.claimed(part)) is not None and claimed.startswith("one of"):
                return f"none of{claimed.removeprefix('one of')}"
            case _:
                return f"it is not so that {self._operand(part)}"

    # ---- figures

    def _named(self, node: c.Named) -> str:
        shown = self.names.figure(node.name)
        figure = self.figure_of(node)
        if figure is not None:
            return f"{self.say(figure)} ({shown})"
        return f"“{shown}” is so" if node.type.kind == "flag" else f"“{shown}”"

    def figure_of(self, node: c.Expr) -> c.Literal | None:
        """Return the figure that a name stands for on the day, None where it stands for a calculation."""
        match node:
            case c.Literal():
                return node
            case c.Named(name=name):
                return self.figure_of(self.core.named[name].value)
            case c.Dated(versions=versions):
                now = next((one.value for one in versions if self.day in one.days), None)
                return self.figure_of(now) if now is not None else None
            case _:
                return None

    def _literal(self, node: c.Literal) -> str:
        unit = unit_of(node.type)
        match node.value:
            case None:
                return unknown(f"an unknown {_figure_word(node.type)}")
            case bool():
                text = "yes" if node.value else "no"
            case Decimal():
                shown = unit.removesuffix("s") if unit == "points" and node.value == 1 else unit
                text = f"{number(node.value)}{f' {words(shown)}' if shown else ''}"
            case c.Duration():
                text = duration(node.value)
            case date():
                text = "never" if node.value == NEVER else node.value.isoformat()
            case _:
                found = self.names.members(node.value) if node.type.kind == "text" else ()
                text = f"“{self.names.title(found[0]) if len(found) == 1 else words(node.value)}”"
        return provisional(text) if node.provisional else text

    def _aggregate(self, node: c.Aggregate) -> str:
        around, self._around = self._around, self.core.records.get(node.records)
        text = super()._aggregate(node)
        self._around = around
        title = self.core.records[node.records].title if node.records in self.core.records else node.records
        return text.replace(f" in {title}", f" in {self.names.records(node.records)}", 1)

    def _lookup(self, node: c.Lookup) -> str:
        rows = [row for row in node.rows if self.day in row.days] or list(node.rows)
        table = link(words(node.table), f"table.{node.table}")
        told = f"the figure of the table {table} for {self.say(node.key)}"
        if len(rows) > MAX_ROWS:
            return told
        shown = [f"{words(row.key) if row.key else 'otherwise'}: {self.say(row.cell)}" for row in rows]
        return f"{told} ({'; '.join(shown)})"

    def _pass(self, node: c.PassScore) -> str:
        text = f"at least {self.say(node.mark)} out of {number(node.out_of)} are needed"
        for every in node.every:
            if self.day in every.days:
                text += f", with {'points' if every.asked == 'above zero' else 'at least one point'} in every metric"
        return text

    def _case(self, node: c.Case) -> str:
        last = node.branches[-1]
        if not node.gate and len(node.branches) == 2 and last.when is None and is_nothing(last.value):
            first = node.branches[0]
            return f"{self.say(first.value)} when {self.say(first.when)}" if first.when is not None else ""
        return super()._case(node)

    def _per_unit(self, node: c.PerUnit) -> str:
        if not isinstance(node.value, c.People):
            return super()._per_unit(node)
        cap = "" if node.cap is None else f", up to {self.say(node.cap)}"
        return f"{self.say(node.points)} for each person who holds {self.certified(node.value)}{cap}"

    def _compare(self, node: c.Compare) -> str:
        if isinstance(node.left, c.People) and node.op == ">=":
            figure = self.figure_of(node.right)
            one = figure is not None and figure.value == 1
            least = self._least(node.right)
            return f"at least {least} {'person holds' if one else 'people hold'} {self.certified(node.left)}"
        right = node.right
        if isinstance(node.left, c.People | c.DifferentPeople | c.NumberOf) and isinstance(right, c.Literal):
            right = replace(right, type=c.COUNT)
        spoken = BY_DATE if node.left.type.kind == "date" else COMPARISONS
        return f"{self._operand(node.left)} {spoken[node.op]} {self._operand(right)}"

    def _operand(self, node: c.Expr) -> str:
        """Return a phrase that stands inside another one; what has branches is set apart."""
        said = self.say(node)
        return f"({said})" if isinstance(node, c.Case | c.AllOf | c.AnyOf) else said

    def _least(self, node: c.Expr) -> str:
        text = self.say(node)
        return text.replace(" people", "", 1) if isinstance(node, c.Literal) else text

    def certified(self, node: c.People) -> str:
        """Return which certifications are asked for."""
        lists = listed([self.names.certifications(one.name) for one in node.lists], "or")
        return (
            f"certifications of at least {node.least} of {lists}" if node.least > 1 else f"a certification of {lists}"
        )

    # ---- parts

    def _of(self, start: str, parts: Sequence[c.Expr], word: str) -> str:
        told = [self.say(part) for part in self._in_force(parts)]
        return told[0] if len(told) == 1 else start + listed(told, word)

    def _several(self, parts: Sequence[c.Expr], word: str) -> str:
        return listed([self.say(part) for part in self._in_force(parts)], word)


OPPOSITE: dict[str, Literal[">=", "<=", ">", "<", "=", "!="]] = {
    ">=": "<",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    "=": "!=",
    "!=": "=",
}


def listed(told: Sequence[str], last: str) -> str:
    """Join phrases to a list for a sentence, all of them.

    Examples:
        >>> listed(["a", "b", "c"], "or")
        'a, b or c'
    """
    unique = list(dict.fromkeys(told))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} {last} {unique[-1]}" if unique else "nothing"


def at_level(level: str | None) -> str:
    """Return the level that is asked for."""
    return f" at {words(level)} or higher" if level else ""


def type_words(type_: c.Type) -> str:
    """Return what kind of answer a fact is."""
    match type_.kind:
        case "flag":
            return "yes or no"
        case "count":
            counted = f" of {words(type_.unit)}" if type_.unit else ""
            return f"a whole number{counted}{'' if type_.low is not None else ', which may be below zero'}"
        case "number":
            if type_.low is None or type_.high is None:
                return "a number"
            return f"a number from {number(type_.low)} to {number(type_.high)}"
        case "percent":
            return "a share in percent"
        case "points":
            return "points"
        case "money":
            return f"an amount in {type_.unit}" if type_.unit else "an amount of money"
        case "date":
            return "a date"
        case "duration":
            return "a length of time"
        case "choice":
            return f"one of: {', '.join(words(choice) for choice in type_.choices)}"
        case "text":
            return "a text"


def _figure_word(type_: c.Type) -> str:
    match type_.kind:
        case "money":
            return f"amount{f' in {type_.unit}' if type_.unit else ''}"
        case "points":
            return "number of points"
        case "percent":
            return "percentage"
        case "count":
            return f"number{f' of {words(type_.unit)}' if type_.unit else ''}"
        case _:
            return "figure"


def is_nothing(node: c.Expr) -> bool:
    """Whether an `otherwise` adds nothing: no points, or a requirement that asks for nothing."""
    return isinstance(node, c.Literal) and (node.value is True or (node.type.kind == "points" and node.value == 0))


def _claim(part: c.Expr) -> c.Expr:
    """Return what stands in a requirement that only names an award."""
    return part.value if isinstance(part, c.Requirement) else part
