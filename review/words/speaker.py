"""Core nodes in words: one phrase for every kind, without facts.

A ``Requirement`` inside another node is named by its title only; what it asks is a sentence of its own
(``review.words.lines``). Figures that differ by date are those of the day that is told of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal as OneOf, assert_never

from dsl import core as c
from dsl.core.ranges import NEVER, Truth
from dsl.core.types import number
from evaluator.reasons.sides import unit_of
from review.languages.voice import ENGLISH, Voice, voice
from review.words.titles import title_text

MAX_NAMED = 8
"""How many names or rows a phrase lists before it says how many more there are."""


class Speaker:
    """Says nodes of one core as of one day, in a language; in English where none is given."""

    def __init__(self, core: c.Core, day: date, tell: Voice | None = None) -> None:
        self.core = core
        self.day = day
        self.tell = tell or voice(ENGLISH)
        self._of_group: c.Grouped | None = None

    def say(self, node: c.Expr) -> str:
        """Return a phrase for a node."""
        tell = self.tell
        match node:
            case c.Literal():
                return self._literal(node)
            case c.Fact(title=title):
                return title_text(title, tell)
            case c.Today():
                return tell("today")
            case c.Field(name=name):
                return name.replace("_", " ")
            case c.Aggregate():
                return self._aggregate(node)
            case c.Grouped():
                return self._grouped(node)
            case c.People():
                return tell("people-holding", holding=self._holding(node))
            case c.DifferentPeople(lists=lists):
                return tell(
                    "people-different", lists=self.joined([title_text(one.title, tell) for one in lists], "and")
                )
            case c.Named():
                return self._named(node)
            case c.Holds(award=award, level=level):
                return self._held("is-held", "is-held-at", award, level)
            case c.Lapsed(award=award, level=level):
                return self._held("was-held", "was-held-at", award, level)
            case c.InRenewal(award=award):
                return tell("in-renewal", award=self._award(award))
            case c.Paid(award=award):
                return tell("is-paid", award=self._award(award))
            case c.Qualifies(rule=rule):
                return tell("are-met", rule=self._rule(rule))
            case c.InProgress(rule=rule):
                return tell("is-begun", rule=self._rule(rule))
            case c.Anniversary():
                return self._anniversary(node)
            case c.Lookup():
                return self._lookup(node)
            case c.Arithmetic(op=op, left=left, right=right):
                return tell(ARITHMETIC[op], left=self.say(left), right=self.say(right))
            case c.Ratio():
                return self._ratio(node)
            case c.Rounded(value=value, rounding=rounding):
                return tell.and_so(self.say(value), self.rounded(rounding))
            case c.Between():
                return self._between_figures(node)
            case c.PerUnit():
                return self._per_unit(node)
            case c.Prorate(value=value, most=most, target=target, rounding=rounding):
                return tell(
                    "prorated", most=self.say(most), target=self.say(target), value=self.say(value),
                    rounding=self.rounded(rounding),
                )  # fmt: skip
            case c.Shift(date=day, by=by, back=back, provisional=provisional):
                said = tell("shift-minus" if back else "shift-plus", day=self.say(day), by=tell.duration(by))
                return tell("provisional", said=said) if provisional else said
            case c.Edge(edge=edge, of=of, months=months):
                return tell(EDGES[edge][months], day=self.say(of))
            case c.Compare():
                return self._compare(node)
            case c.AllOf(parts=parts):
                return self._all(parts)
            case c.AnyOf(parts=parts, least=least):
                return self._whole("any-parts" if least == 1 else "least-parts", parts, "or", least=least)
            case c.Not(part=part):
                return tell("not-so", said=self.say(part))
            case c.NumberOf(parts=parts):
                return tell("how-many", parts=self.joined([self.say(part) for part in self._in_force(parts)], "and"))
            case c.AskedThisYear(even=even):
                return tell("asked-even" if even else "asked-odd")
            case c.Ranked(parts=parts):
                phrase = f"chooser-{node.chooser.word}"
                said = tell(phrase) if tell.has(phrase) else node.chooser.phrase
                return self._whole("ranked-of", parts, "and", phrase=said)
            case c.Total(parts=parts, cap=cap):
                total = self._whole("total-of", parts, "and")
                return total if cap is None else tell.and_so(total, tell("at-most", high=self.say(cap)))
            case c.Gate(condition=condition, value=value):
                return tell("only-if", said=self.say(value), condition=self.say(condition))
            case c.Case():
                return self._case(node)
            case c.Dated(versions=versions):
                return self._dated(versions)
            case c.OnDate(value=value, date=day):
                return tell("on-day", said=self.say(value), day=self.say(day))
            case c.AsProjected(value=value):
                return tell("as-projected", said=self.say(value))
            case c.Sometime(condition=condition, start=start, end=end):
                return tell(
                    "sometime", first=self.say(start), last=self.say(end), condition=self.say(condition)
                )  # fmt: skip
            case c.Requirement(title=title):
                return title_text(title, tell)
            case c.PassScore():
                return self._pass(node)
            case _:
                assert_never(node)

    def setting(self, setting: c.SettingVersion) -> str:
        """Return a phrase for what a setting is, or for the days of a window."""
        if isinstance(setting.value, tuple):
            first, last = setting.value
            return self.tell("days", has="both", first=self.say(first), last=self.say(last))
        return self.say(setting.value)

    def effect(self, effect: c.Effect) -> str:
        """Return a phrase for what an option does."""
        tell = self.tell
        text = tell("effect", verb=effect.verb, names=tell.comma(effect.names))
        if effect.up_to is not None:
            text = tell.and_so(text, tell("up-to", figure=self.say(effect.up_to)))
        return text if effect.when is None else tell("effect-when", said=text, condition=self.say(effect.when))

    def words(self, name: str) -> str:
        """Return a name as readers know it: its term, else the words it is made of."""
        short = name.rpartition(".")[2]
        term = self.core.terms.get(short)
        return self.tell.title(term) if term else short.replace("_", " ")

    def is_told(self, span: c.Days) -> bool:
        """Whether what holds on these days is said."""
        return self.day in span

    # ---- words that phrases are made of

    def joined(self, texts: Sequence[str], last: OneOf["and", "or"]) -> str:
        """Join texts to a list for a sentence; long lists are cut and say so.

        Examples:
            >>> from evaluator.engine import Engine
            >>> from dsl.load import load
            >>> Speaker(Engine(load([])).core, date.max).joined(["a", "b", "c"], "or")
            'a, b or c'
        """
        tell = self.tell
        if len(texts) > MAX_NAMED:
            return tell("cut-comma", told=tell.comma(texts[:MAX_NAMED]), count=len(texts) - MAX_NAMED)
        if len(texts) < 2:
            return "".join(texts)
        message = "all-of" if last == "and" else "any-of"
        return tell(message, told=tell.comma(texts[:-1]), last=texts[-1])

    def rounded(self, rounding: c.RoundTo) -> str:
        """Write a rounding."""
        mode, is_whole = rounding.mode.replace(" ", "_"), "yes" if rounding.step == 1 else "no"
        return self.tell("rounding", mode=mode, is_whole=is_whole, step=number(rounding.step))

    def period(self, window: c.Period) -> str:
        """Write a window of months."""
        if window.anniversary_year:
            return self.tell("months-anniversary")
        if window.back == 0:
            return self.tell("months-last", months=window.months)
        if window.back == window.months:
            return self.tell("months-before", months=window.months)
        return self.tell("months-earlier", months=window.months, back=window.back)

    def compared(self, node: c.Compare, left: str, right: str) -> str:
        """Say a comparison of what two phrases say."""
        words = BY_DATE if node.left.type.kind == "date" else COMPARISONS
        return self.tell(words[node.op], left=left, right=right)

    def _holding(self, node: c.People) -> str:
        """Write what people hold who are counted."""
        lists = self.joined([title_text(one.title, self.tell) for one in node.lists], "or")
        if node.least > 1:
            return self.tell("holding-least", least=node.least, lists=lists)
        return self.tell("holding", lists=lists)

    def _held(self, message: str, at_level: str, award: str, level: str | None) -> str:
        if level is None:
            return self.tell(message, award=self._award(award))
        return self.tell(at_level, award=self._award(award), level=self.tell.word("level", level))

    # ---- single kinds

    def _literal(self, node: c.Literal) -> str:
        unit = unit_of(node.type)
        match node.value:
            case None if node.least is not None:
                least = self._literal(replace(node, value=node.least, least=None))
                return self.tell("figure-or-more", untold=self.tell("figure-untold"), least=least)
            case None if unit is not None:
                return self.tell("figure-untold-in", unit=self.tell.word("unit", unit))
            case None:
                return self.tell("figure-untold")
            case bool():
                return self.tell.range(Truth.TRUE if node.value else Truth.FALSE)
            case Decimal():
                said = self.tell.with_unit(number(node.value), unit)
            case c.Duration():
                said = self.tell.duration(node.value)
            case date():
                said = self.tell("never") if node.value == NEVER else node.value.isoformat()
            case _:
                said = self.words(node.value)
        return self.tell("provisional", said=said) if node.provisional else said

    def _aggregate(self, node: c.Aggregate) -> str:
        tell = self.tell
        title = self.core.records[node.records].title if node.records in self.core.records else node.records
        what = self.say(node.value) if node.value is not None else ""
        if node.alike:
            what = self.joined([what, *map(self.say, node.alike)], "and")
        if node.function != "count":
            text = tell(f"rows-{node.function}", what=what)
        else:
            text = tell("rows-different", what=what) if what else tell("rows-count")
        if not node.of_group:
            text = tell("rows-in", said=text, title=title_text(title, tell))
        if node.where is not None:
            text = tell("rows-where", said=text, condition=self.say(node.where))
        if node.total is not None:
            text = tell("rows-together", said=text, condition=self.say(node.total))
        if node.over is not None and not (
            node.of_group and self._of_group is not None and self._of_group.over == node.over
        ):
            text = tell.and_so(text, self.period(node.over))
        return text if node.rounding is None else tell.and_so(text, self.rounded(node.rounding))

    def _grouped(self, node: c.Grouped) -> str:
        """Say a figure over groups: of which groups, then what each of them gives, without repeating where its records are."""
        tell = self.tell
        title = self.core.records[node.records].title if node.records in self.core.records else node.records
        keys = self.joined(list(map(self.say, node.by)), "and")
        groups = tell("groups-in", keys=keys, title=title_text(title, tell))
        if node.where is not None:
            groups = tell("rows-where", said=groups, condition=self.say(node.where))
        if node.over is not None:
            groups = tell.and_so(groups, self.period(node.over))
        around, self._of_group = self._of_group, node
        value = self.say(node.value)
        self._of_group = around
        text = tell(f"groups-{node.function}", groups=groups, value=value)
        return text if node.rounding is None else tell.and_so(text, self.rounded(node.rounding))

    def _anniversary(self, node: c.Anniversary) -> str:
        match node.which:
            case "first" if node.after is not None:
                return self.tell("anniversary-first-after", day=self.say(node.after))
            case "own" | "shared" | "first" | "attained":
                return self.tell(f"anniversary-{node.which}")
            case "any" | "membership" | "next":
                return self.tell("anniversary")

    def _lookup(self, node: c.Lookup) -> str:
        tell = self.tell
        rows = [row for row in node.rows if self.is_told(row.days)] or list(node.rows)
        told = [
            tell("row", key=self.words(row.key) if row.key else tell("otherwise"), cell=self.say(row.cell))
            for row in rows
        ]
        text = tell.semicolon(told[:MAX_NAMED])
        if len(told) > MAX_NAMED:
            text = tell("cut-semicolon", told=text, count=len(told) - MAX_NAMED)
        return tell("looked-up", key=self.say(node.key), rows=text)

    def _ratio(self, node: c.Ratio) -> str:
        message = "growth" if node.growth else "ratio-percent" if node.scale == 100 else "ratio"
        above, below = self.say(node.numerator), self.say(node.denominator)
        return self.tell(message, above=above, below=below, rounding=self.rounded(node.rounding))

    def _between_figures(self, node: c.Between) -> str:
        value, low = self.say(node.value), self.say(node.low)
        if node.high is None:
            return self.tell("part-above", value=value, low=low)
        if isinstance(node.low, c.Literal) and node.low.value == 0:
            return self.tell("part-up-to", value=value, high=self.say(node.high))
        return self.tell("part-between", value=value, low=low, high=self.say(node.high))

    def _per_unit(self, node: c.PerUnit) -> str:
        tell = self.tell
        if isinstance(node.value, c.People):
            each = tell("each-person", holding=self._holding(node.value))
        elif node.unit is None:
            each = tell("each-of", value=self.say(node.value))
        else:
            each = tell("each-every", unit=self.say(node.unit), value=self.say(node.value))
        return self.capped(tell("per-unit", points=self.say(node.points), each=each), node.cap)

    def capped(self, said: str, cap: c.Expr | None) -> str:
        """Return what is said with the most that it comes to, where there is one."""
        return said if cap is None else self.tell.and_so(said, self.tell("up-to", figure=self.say(cap)))

    def _case(self, node: c.Case) -> str:
        told: list[str] = []
        for branch in node.branches:
            said = self.say(branch.value)
            if branch.when is None:
                told.append(self.tell("otherwise-is", said=said))
            else:
                told.append(self.tell("when", said=said, condition=self.say(branch.when)))
        return self.tell.semicolon(told) if node.table is None else self._rows_of(node, told)

    def _rows_of(self, node: c.Case, told: Sequence[str]) -> str:
        """Return the rows of a decision table, as many as a phrase lists, with what they are found by."""
        tell = self.tell
        text = tell.semicolon(told[:MAX_NAMED])
        if len(told) > MAX_NAMED:
            text = tell("cut-semicolon", told=text, count=len(told) - MAX_NAMED)
        keys = self.joined([self.say(key) for key in node.keys], "and")
        return tell("looked-up", key=keys, rows=text) if keys else text

    def _dated(self, versions: Sequence[c.DatedValue]) -> str:
        now = next((version for version in versions if self.is_told(version.days)), None)
        return self._all_dated(versions) if now is None else self.say(now.value)

    def _all_dated(self, versions: Sequence[c.DatedValue]) -> str:
        tell = self.tell
        return tell.semicolon(
            tell("on-days", said=self.say(version.value), days=tell.days(version.days)) for version in versions
        )

    def _pass(self, node: c.PassScore) -> str:
        tell = self.tell
        text = tell("score-reaches", score=self.say(node.score), mark=self.say(node.mark), most=number(node.out_of))
        asked = [tell(f"every-{one.asked.replace(' ', '_')}") for one in node.every if self.is_told(one.days)]
        return tell.and_so(text, *asked)

    def _compare(self, node: c.Compare) -> str:
        right = node.right
        if isinstance(node.left, c.People | c.DifferentPeople | c.NumberOf) and isinstance(right, c.Literal):
            # The left side says already what is counted.
            right = replace(right, type=c.COUNT)
        return self.compared(node, self.say(node.left), self.say(right))

    # ---- parts

    def _all(self, parts: Sequence[c.Expr]) -> str:
        if all(isinstance(part, c.Requirement) for part in parts):
            return self._whole("all-parts", parts, "and")
        return self.joined([self.say(part) for part in self._in_force(parts)], "and")

    def _whole(self, message: str, parts: Sequence[c.Expr], last: OneOf["and", "or"], **told: str | int) -> str:
        """Say what is made of parts; where one of them counts alone, that one."""
        said = [self.say(part) for part in self._in_force(parts)]
        return said[0] if len(said) == 1 else self.tell(message, parts=self.listed(said, last), **told)

    def listed(self, texts: Sequence[str], last: OneOf["and", "or"]) -> str:
        """Join the parts of a whole."""
        return self.joined(texts, last)

    def _in_force(self, parts: Sequence[c.Expr]) -> Sequence[c.Expr]:
        """Return the parts that count on the day; all of them where none does, so that something is told."""
        return [p for p in parts if not isinstance(p, c.Requirement) or self.is_told(p.days)] or parts

    def _named(self, node: c.Named) -> str:
        title = title_text(node.title, self.tell)
        declared = self.core.named.get(node.name)
        value = declared.value if declared is not None else None
        if isinstance(value, c.Dated):
            value = next((version.value for version in value.versions if self.is_told(version.days)), None)
        # A figure is told where it is used; what is reckoned has a sentence of its own (``names_in``).
        return self.tell("in-brackets", said=self.say(value), more=title) if isinstance(value, c.Literal) else title

    def _award(self, award: str) -> str:
        rule = next((found for found in self.core.rules.values() if found.award == award), None)
        return title_text(rule.title, self.tell) if rule is not None else self.words(award)

    def _rule(self, rule: str) -> str:
        return title_text(self.core.rules[rule].title, self.tell)


class TimelessSpeaker(Speaker):
    """Says nodes in all their versions, each with its days."""

    def __init__(self, core: c.Core, tell: Voice | None = None) -> None:
        super().__init__(core, date.max, tell)

    def is_told(self, span: c.Days) -> bool:
        """Return that everything is said."""
        return True

    def _dated(self, versions: Sequence[c.DatedValue]) -> str:
        return self._all_dated(versions)

    def _named(self, node: c.Named) -> str:
        return title_text(node.title, self.tell)


EDGES = {
    "start": {1: "month-start", 3: "quarter-start", 12: "year-start"},
    "end": {1: "month-end", 3: "quarter-end", 12: "year-end"},
}
"""Messages of the first and last day of so many months."""
ARITHMETIC = {"+": "plus", "-": "minus", "*": "times", "% of": "share-of"}
COMPARISONS = {
    ">=": "compare-least",
    "<=": "compare-most",
    ">": "compare-more",
    "<": "compare-less",
    "=": "compare-is",
    "!=": "compare-is_not",
}
BY_DATE = {
    **COMPARISONS, ">=": "compare-from", "<=": "compare-until", ">": "compare-after", "<": "compare-before"
}  # fmt: skip
"""The messages of comparisons, by what compares."""
