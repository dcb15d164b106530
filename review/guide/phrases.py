"""Core nodes in the words of the guide: as ``evaluator.sentence`` says them, with links, marks and no list cut short."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal, TypeGuard, TypeVar

from dsl import core as c
from dsl.core.ranges import NEVER
from dsl.core.types import number
from evaluator.reasons.sides import unit_of
from review.guide.marks import link, provisional, series, unknown
from review.guide.names import Names, words
from review.words.speaker import Speaker

_OfRecords = TypeVar("_OfRecords", bound=c.OfRecords)

MAX_CONDITIONS = 2
"""How many conditions on rows a sentence tells; more are told in lines of their own."""

MAX_ROWS = 5
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
                shown = self._field(name)
                return f"{shown} is yes" if node.type.kind == "flag" else shown
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
            case c.Qualifies(rule=rule):
                return f"{self._requirements(rule)} are met"
            case c.InProgress(rule=rule):
                return f"something is done for {self._requirements(rule)}"
            case c.Shift():
                return self._shift(node)
            case c.Edge(edge=edge, of=of, months=1):
                return f"the {'first' if edge == 'start' else 'last'} day of {self._month(of)}"
            case c.Paid(award=award):
                return f"{self._award(award)} is held with benefits that were bought"
            case c.Arithmetic():
                return self._arithmetic(node)
            case _:
                return super().say(node)

    def _field(self, name: str) -> str:
        known = self._around.fields.get(name) if self._around is not None else None
        return f"“{known.title}”" if known is not None and known.title else words(name)

    # ---- days

    def _shift(self, node: c.Shift) -> str:
        length = provisional(str(node.by)) if node.provisional else str(node.by)
        side = "before" if node.back else "after"
        shown = self._operand(node.date)
        return f"{length} {side} {f'the day {shown}' if isinstance(node.date, c.Shift) else shown}"

    def _month(self, of: c.Expr) -> str:
        """Return a month by a day in it."""
        if isinstance(of, c.Today):
            return "the current month"
        if isinstance(of, c.Shift) and of.by.days == 0:
            return f"the month {self._shift(of)}"
        return f"the month of {self._operand(of)}"

    # ---- calculations

    def _arithmetic(self, node: c.Arithmetic) -> str:
        change = _same_but_for_months(node.left, node.right) if node.op == "-" else None
        if change is not None:
            return f"the increase of {self._between(*change)}"
        word = {"+": "plus", "-": "minus", "*": "times", "% of": "of"}[node.op]
        return f"{self._term(node.left)} {word} {self._term(node.right)}"

    def _ratio(self, node: c.Ratio) -> str:
        change = _same_but_for_months(node.numerator, node.denominator) if node.growth else None
        if change is not None:
            return f"the growth of {self._between(*change)}, {self.rounded(node.rounding)}"
        above, below = self._term(node.numerator), self._term(node.denominator)
        if node.growth:
            return f"the growth from {below} to {above}, {self.rounded(node.rounding)}"
        share = ", in percent" if node.scale == 100 else ""
        return f"{above} divided by {below}{share}, {self.rounded(node.rounding)}"

    def _between(self, now: c.Aggregate, then: c.Aggregate) -> str:
        """Return one aggregate of two stretches of months, from the earlier one to the later."""
        bare = self.say(replace(now, over=None))
        return f"{bare}, from {self._months(then)} to {self._months(now)}"

    def _months(self, node: c.Aggregate) -> str:
        return self.period(node.over).removeprefix("over ") if node.over is not None else ""

    def _term(self, node: c.Expr) -> str:
        """Return a phrase that is reckoned with; what has a comma or a sign of its own is set apart."""
        said = self._operand(node)
        apart = c.Arithmetic | c.Between | c.Ratio | c.Total | c.Ranked | c.Prorate | c.Rounded
        long = isinstance(node, c.OfRecords) and (node.where is not None or node.over is not None)
        return f"({said})" if long or isinstance(node, apart) else said

    # ---- what is claimed of awards

    def _any(self, node: c.AnyOf, parts: Sequence[c.Expr], least: int) -> str:
        claimed = self.claimed(node)
        if claimed is not None:
            return claimed
        told = self._in_force(parts)
        if len(told) == 1 and least == 1:
            return self.say(told[0])
        values = self._one_value_of(told) if least == 1 else None
        if values is not None:
            return values
        if len(told) == 2 and least == 1 and not any(isinstance(part, c.Requirement) for part in told):
            return f"either {self.say(told[0])} or {self.say(told[1])}"
        start = "at least one of these" if least == 1 else f"at least {least} of these"
        return f"{start}: {self._several(told, 'or')}"

    def _one_value_of(self, parts: Sequence[c.Expr]) -> str | None:
        """Return `a = x or a = y` in one phrase, None where other things are compared."""
        found = [part for part in parts if isinstance(part, c.Compare) and part.op == "="]
        about = {self._operand(part.left) for part in found}
        if len(found) < len(parts) or len(about) != 1:
            return None
        return f"{about.pop()} is {listed([self._operand(part.right) for part in found], 'or')}"

    def _all_of(self, parts: Sequence[c.Expr]) -> str:
        told = self._in_force(parts)
        claimed = [_claim(part) for part in told]
        kinds = {(type(one), getattr(one, "level", None)) for one in claimed}
        if len(told) > 1 and len(kinds) == 1 and isinstance(claimed[0], c.Holds):
            awards = [one.award for one in claimed if isinstance(one, c.Holds)]
            level = claimed[0].level
            whole = self.names.whole(awards)
            shown = f"all {self._group(whole)}" if whole else listed([self._award(one) for one in awards], "and")
            return f"{shown} are held{at_level(level, self.names)}"
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
        if isinstance(first, c.Holds | c.Lapsed):
            awards = [one.award for one in claims if isinstance(one, c.Holds | c.Lapsed)]
            verb = "is held" if isinstance(first, c.Holds) else "was held and is not any longer"
            if node.least > 1:
                verb = verb.replace("is held", "are held", 1)
            return f"{self._among(count, awards)} {verb}{at_level(first.level, self.names)}"
        if isinstance(first, c.Qualifies):
            rules = [one.rule for one in claims if isinstance(one, c.Qualifies)]
            return f"the requirements of {self._among(count, rules)} are met"
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

    def _requirements(self, rule: str) -> str:
        shown = self._award(rule)
        return "its requirements" if shown == "it" else f"the requirements of {shown}"

    def _not(self, part: c.Expr) -> str:
        match part:
            case c.Fact(name=name):
                return f"“{self.names.fact(name)}” is answered no"
            case c.Named(name=name):
                return f"“{self.names.figure(name)}” is not so"
            case c.Holds(award=award, level=level):
                return f"{self._award(award)} is not held{at_level(level, self.names)}"
            case c.Qualifies(rule=rule):
                return f"{self._requirements(rule)} are not met"
            case c.AsProjected(value=value):
                return f"{self._not(value)}, as projected for the next check"
            case c.Compare(op=op):
                return self._compare(replace(part, op=OPPOSITE[op]))
            case c.Sometime(condition=condition, start=start, end=end):
                return f"on no day from {self.say(start)} through {self.say(end)}: {self.say(condition)}"
            case c.Field(name=name):
                return f"{self._field(name)} is no"
            case c.AnyOf() if (claimed := self.claimed(part)) is not None and claimed.startswith("one of"):
                return f"none of{claimed.removeprefix('one of')}"
            case c.AnyOf(parts=parts, least=1) if (values := self._one_value_of(parts)) is not None:
                about, _, told = values.partition(" is ")
                return f"{about} is neither {' nor '.join(told.rsplit(' or ', 1))}"
            case c.AllOf() if (told := self.say(part)).startswith("all ") and not told.startswith("all of these"):
                return f"not {told}"
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
        if isinstance(node, c.Named):
            return self.figure_of(self.core.named[node.name].value)
        if isinstance(node, c.Dated):
            now = next((one.value for one in node.alternatives() if self.day in one.days), None)
            return self.figure_of(now) if now is not None else None
        return node if isinstance(node, c.Literal) else None

    def _literal(self, node: c.Literal) -> str:
        unit = unit_of(node.type)
        match node.value:
            case None if node.least is not None:
                least = self._literal(replace(node, value=node.least, least=None))
                return f"{unknown(f'an unknown {_figure_word(node.type)}')} of {least} or more"
            case None:
                return unknown(f"an unknown {_figure_word(node.type)}")
            case bool():
                text = "yes" if node.value else "no"
            case Decimal():
                shown = _one(unit) if unit is not None and node.value == 1 else unit
                text = f"{number(node.value)}{f' {words(shown)}' if shown else ''}"
            case c.Duration():
                text = str(node.value)
            case date():
                text = "never" if node.value == NEVER else node.value.isoformat()
            case _:
                found = self.names.members(node.value) if node.type.kind == "text" else ()
                text = f"“{self.names.title(found[0]) if len(found) == 1 else self.names.words(node.value)}”"
        return provisional(text) if node.provisional else text

    def _aggregate(self, node: c.Aggregate) -> str:
        return self._of_records(node, super()._aggregate)

    def _grouped(self, node: c.Grouped) -> str:
        return self._of_records(node, super()._grouped)

    def _of_records(self, node: _OfRecords, say: Callable[[_OfRecords], str]) -> str:
        around, self._around = self._around, self.core.records.get(node.records)
        text = say(node)
        self._around = around
        title = self.core.records[node.records].title if node.records in self.core.records else node.records
        return text.replace(f" in {title}", f" in “{self.names.records(node.records)}”", 1)

    def _lookup(self, node: c.Lookup) -> str:
        rows = [row for row in node.rows if self.day in row.days] or list(node.rows)
        told = f"the figure that the table “{self.names.table(node.table)}” has for {self.say(node.key)}"
        if len(rows) > MAX_ROWS:
            return told
        shown = [f"{self.names.words(row.key) if row.key else 'otherwise'}: {self.say(row.cell)}" for row in rows]
        return f"{told} ({'; '.join(shown)})"

    def _pass(self, node: c.PassScore) -> str:
        text = f"at least {self.say(node.mark)} out of {number(node.out_of)} are needed"
        for every in node.every:
            if self.day in every.days:
                text += f", with {'points' if every.asked == 'above zero' else 'at least one point'} in every metric"
        return text

    def _rows_of(self, node: c.Case, told: Sequence[str]) -> str:
        keys = listed([self._about(key) for key in node.keys], "and")
        text = f"the figure that the table “{self.names.table(node.table or '')}” has for {keys}"
        return text if len(told) > MAX_ROWS or not keys else f"{text} ({'; '.join(told)})"

    def _about(self, key: c.Expr) -> str:
        """Return what a key is, without the answer that a condition asks for."""
        return f"“{self.names.fact(key.name)}”" if isinstance(key, c.Fact) else self.say(key)

    def _case(self, node: c.Case) -> str:
        if node.table is not None:
            return super()._case(node)
        last = node.branches[-1]
        if len(node.branches) == 2 and last.when is None and is_nothing(last.value):
            first = node.branches[0]
            return f"{self.say(first.value)} when {self.say(first.when)}" if first.when is not None else ""
        return super()._case(node)

    def _per_unit(self, node: c.PerUnit) -> str:
        if not isinstance(node.value, c.People):
            return super()._per_unit(node)
        return self.capped(f"{self.say(node.points)} for each person who holds {self.certified(node.value)}", node.cap)

    def _compare(self, node: c.Compare) -> str:
        if isinstance(node.left, c.People) and node.op == ">=":
            return f"at least {self._people(node.right)} {self.certified(node.left)}"
        if isinstance(node.left, c.NumberOf):
            return self._number_of(node.left, node.op, node.right)
        right = node.right
        if isinstance(node.left, c.People | c.DifferentPeople) and isinstance(right, c.Literal):
            right = replace(right, type=c.COUNT)
        return self.compared(node, self._operand(node.left), self._operand(right))

    def _operand(self, node: c.Expr) -> str:
        """Return a phrase that stands inside another one; what has branches is set apart."""
        said = self.say(node)
        return f"({said})" if isinstance(node, c.Case | c.AllOf | c.AnyOf) else said

    def _people(self, asked: c.Expr) -> str:
        """Return how many people hold what is asked for; a figure with a name is told with it."""
        figure = self.figure_of(asked)
        if figure is None or figure.value is None:
            shown = self.say(replace(asked, type=c.COUNT) if isinstance(asked, c.Literal) else asked)
            return f"{shown} of people hold" if figure is not None else f"{shown} people hold"
        one = figure.value == 1
        name = f" ({self.names.figure(asked.name)})" if isinstance(asked, c.Named) else ""
        shown = self.say(replace(figure, type=c.COUNT))
        return f"{shown} {'person' if one else 'people'}{name} {'holds' if one else 'hold'}"

    def _number_of(self, node: c.NumberOf, op: str, asked: c.Expr) -> str:
        """Return a comparison of how many things are so: `at least 3 of the designations are held`."""
        figure = replace(asked, type=c.COUNT) if isinstance(asked, c.Literal) else asked
        count = f"{HOW_MANY[op]} {self.say(figure)}"
        parts = [_claim(part) for part in self._in_force(node.parts)]
        awards = [part.award for part in parts if isinstance(part, c.Holds)]
        levels = {part.level for part in parts if isinstance(part, c.Holds)}
        if len(awards) < len(parts) or len(levels) > 1:
            return f"{count} of these {'is' if _is_one(figure) else 'are'} so: {self._several(node.parts, 'and')}"
        level = at_level(levels.pop(), self.names) if levels else ""
        return f"{self._among(count, awards)} {'is' if _is_one(figure) else 'are'} held{level}"

    # ---- long comparisons, told in several lines

    def counted(self, node: c.Compare) -> str:
        """Return what a comparison of rows compares, without which rows count (``conditions``)."""
        counted = node.left
        assert isinstance(counted, c.Aggregate)
        bare = replace(counted, where=None)
        if counted.function != "count" or node.op != ">=":
            return f"{self._compare(replace(node, left=bare))}, of rows with all of this"
        said = self.say(bare)
        what = said.replace("the number of different values of", "different values of", 1).replace(
            "the number of ", "", 1
        )
        if isinstance(node.right, c.Case):
            return f"at least as many {what} as are asked for, with all of this"
        asked = replace(node.right, type=c.COUNT) if isinstance(node.right, c.Literal) else node.right
        return f"at least {self.say(asked)} {what}, with all of this"

    def conditions(self, node: c.Compare) -> Iterator[str]:
        """Yield which rows count, and how many are asked for where that has branches."""
        counted = node.left
        assert isinstance(counted, c.Aggregate)
        assert isinstance(counted.where, c.AllOf)
        around, self._around = self._around, self.core.records.get(counted.records)
        yield from [self.say(part) for part in counted.where.parts]
        self._around = around
        if isinstance(node.right, c.Case):
            yield f"Asked for: {self.say(node.right)}"

    def certified(self, node: c.People) -> str:
        """Return which certifications are asked for."""
        lists = listed([self.names.certifications(one.name) for one in node.lists], "or")
        return (
            f"certifications of at least {node.least} of {lists}" if node.least > 1 else f"a certification of {lists}"
        )

    # ---- parts

    def listed(self, texts: Sequence[str], last: Literal["and", "or"]) -> str:
        """Join the parts of a whole, all of them."""
        return listed(texts, last)

    def _several(self, parts: Sequence[c.Expr], word: str) -> str:
        return listed([self.say(part) for part in self._in_force(parts)], word)


HOW_MANY = {
    ">=": "at least",
    "<=": "at most",
    ">": "more than",
    "<": "fewer than",
    "=": "exactly",
    "!=": "any number but",
}
"""How a number of things is compared."""

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


def at_level(level: str | None, names: Names) -> str:
    """Return the level that is asked for."""
    return f" at {names.words(level)} or higher" if level else ""


def type_words(type_: c.Type, names: Names) -> str:
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
            told = [names.words(choice) for choice in type_.choices]
            listed_ = series(told) if any("," in one for one in told) else ", ".join(told)
            return f"one of: {listed_}{_spelt(type_, names)}"
        case "text":
            return f"a text{_spelt(type_, names)}"


def _spelt(type_: c.Type, names: Names) -> str:
    """Return what else values may be told as."""
    spelt: dict[str, list[str]] = {}
    for spelling, name in type_.spellings:
        if spelling not in (name, names.words(name)):
            spelt.setdefault(name, []).append(f"“{spelling}”")
    told = [f"{names.words(name)} also as {' or '.join(all_)}" for name, all_ in spelt.items()]
    return f"; {', '.join(told)}" if told else ""


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


def is_long(node: c.Expr) -> TypeGuard[c.Compare]:
    """Whether a comparison is too long for a sentence: rows are counted of which several things hold."""
    counted = node.left if isinstance(node, c.Compare) else None
    where = counted.where if isinstance(counted, c.Aggregate) else None
    return isinstance(where, c.AllOf) and len(where.parts) > MAX_CONDITIONS


def _one(unit: str) -> str:
    """Return a unit as it stands after 1."""
    return "person" if unit == "people" else unit.removesuffix("s") if unit.islower() else unit


def _is_one(node: c.Expr) -> bool:
    return isinstance(node, c.Literal) and node.value == 1


def _same_but_for_months(now: c.Expr, then: c.Expr) -> tuple[c.Aggregate, c.Aggregate] | None:
    """Return two aggregates that differ in their stretch of months alone, None for anything else."""
    if not isinstance(now, c.Aggregate) or not isinstance(then, c.Aggregate) or now.over is None or then.over is None:
        return None
    return (now, then) if replace(now, over=None) == replace(then, over=None) else None


def is_nothing(node: c.Expr) -> bool:
    """Whether an `otherwise` adds nothing: no points, or a requirement that asks for nothing."""
    return isinstance(node, c.Literal) and (node.value is True or (node.type.kind == "points" and node.value == 0))


def _claim(part: c.Expr) -> c.Expr:
    """Return what stands in a requirement that only names an award."""
    return part.value if isinstance(part, c.Requirement) else part
