"""Document expressions to core expressions: names resolved, types and units checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal, assert_never

from dsl import core as c, document as d
from dsl.diagnostics import Edit, Fix, listed, nearest
from dsl.lower.brackets import Brackets
from dsl.lower.claims import Claims
from dsl.lower.scope import (
    Scope,
    alike,
    duration_of,
    literal,
    unit_type,
    word_in,
)
from dsl.lower.tables import Lookups
from dsl.source import Span

_MONTHS: dict[str, Literal[1, 3, 12]] = {"month": 1, "quarter": 3, "year": 12}
_UNSURE = frozenset({"about", "approximately", "approx", "around", "circa", "ca", "roughly", "estimated"})
_COUNTED = frozenset({"each", "unit", "item", "piece", "one", "person", "customer", "partner", "certification", "exam"})
"""What people write behind `per` where the language says `each`."""
SUBJECT_WORDS = ("held", "paid", "lapsed", "renewable", "qualifies", "fails", "in_progress", "ended")
"""Words of a life cycle: what they say is said of the award whose stage is asked."""


class Values(Brackets, Claims, Lookups):
    """Lowers every kind of expression."""

    def lower(self, expr: d.Expr, scope: Scope, expected: c.Type | None = None) -> c.Expr | None:
        """Lower an expression; ``expected`` lets bare numbers and choice values find their type."""
        match expr:
            case d.Figure():
                return self._figure(expr, expected)
            case d.Day(day=day, provisional=provisional):
                return literal(day, c.DATE, expr, provisional)
            case d.Text(text=text):
                return literal(expected.value_of(text) if expected is not None else text, c.TEXT, expr)
            case d.Name():
                return self._name(expr, scope, expected)
            case d.Select():
                return self._select(expr, scope)
            case d.Levels():
                return self._levels(expr, scope, expected)
            case d.And(terms=terms):
                if self._joined(terms, "and"):
                    return None
                parts = self._all(terms, scope)
                return None if parts is None else c.AllOf(parts=parts, type=c.FLAG, origin=expr.origin)
            case d.Or(terms=terms):
                if self._joined(terms, "or"):
                    return None
                parts = self._all(terms, scope)
                return None if parts is None else c.AnyOf(parts=parts, type=c.FLAG, origin=expr.origin)
            case d.Not(term=term):
                part = self.condition(term, scope)
                return None if part is None else c.Not(part=part, type=c.FLAG, origin=expr.origin)
            case d.Compare():
                return self._compare(expr, scope)
            case d.Arithmetic():
                return self._arithmetic(expr, scope, expected)
            case d.Brackets(value=value, brackets=brackets):
                whole = self.number(value, scope)
                return None if whole is None else self.by_bracket(whole, brackets, scope, expr)
            case d.Cap(value=value, at=at):
                left = self.number(value, scope, expected)
                right = self.number(at, scope, left.type if left is not None else expected)
                if left is None or right is None:
                    return None
                return c.Total(parts=(left,), cap=right, type=left.type, origin=expr.origin)
            case d.Rounded():
                return self._rounded(expr, scope, expected)
            case d.When(value=value, condition=condition, otherwise=otherwise):
                return self._when(expr, value, condition, otherwise, scope, expected)
            case d.Sometime(condition=condition, range=range_):
                part = self.condition(condition, scope)
                bounds = self.range(range_, scope)
                if part is None or bounds is None:
                    return None
                return c.Sometime(condition=part, start=bounds[0], end=bounds[1], type=c.FLAG, origin=expr.origin)
            case d.On(value=value, date=when):
                inner, moment = self.lower(value, scope, expected), self.day(when, scope)
                if inner is None or moment is None:
                    return None
                return c.OnDate(value=inner, date=moment, type=inner.type, origin=expr.origin)
            case d.Projected(value=value):
                inner = self.lower(value, scope, expected)
                return None if inner is None else c.AsProjected(value=inner, type=inner.type, origin=expr.origin)
            case d.Aggregate() | d.Grouped():
                return self.of_records(expr, scope)
            case d.Change():
                return self._change(expr, scope, None)
            case d.People(holding=holding):
                return self._people(holding, expr, scope)
            case d.DifferentPeople(lists=lists):
                found = self.names.certification_lists(lists, expr.origin)
                people_type = c.Type(kind="count", unit="people", low=Decimal(0))
                return (
                    None
                    if found is None
                    else c.DifferentPeople(lists=tuple(found), type=people_type, origin=expr.origin)
                )
            case d.NumberHeld():
                return self._number_held(expr, scope)
            case d.AtLeastPeople(count=count, holding=holding):
                people = self._people(holding, expr, scope)
                least = self.number(count, scope, c.Type(kind="count", unit="people", low=Decimal(0)))
                if people is None or least is None:
                    return None
                return c.Compare(op=">=", left=people, right=least, type=c.FLAG, origin=expr.origin)
            case d.Claim():
                return self._claim(expr, scope)
            case d.Choose():
                return self._choose(expr, scope)
            case d.Edge(edge=edge, unit=unit, of=of):
                inner = self.day(of, scope)
                return (
                    None
                    if inner is None
                    else c.Edge(edge=edge, of=inner, months=_MONTHS[unit], type=c.DATE, origin=expr.origin)
                )
            case d.Anniversary(which=which, after=after):
                start = self.day(after, scope) if after is not None else None
                return c.Anniversary(which=which, after=start, type=c.DATE, origin=expr.origin)
            case _:
                assert_never(expr)

    def _figure(self, expr: d.Figure, expected: c.Type | None) -> c.Expr | None:
        type_ = unit_type(expr, expected)
        if expr.value is None and expr.least is None and expr.unit is None and expected is not None:
            type_ = expected
        if type_.kind == "duration":
            duration = duration_of(expr)
            if duration is None:
                self.names.report(
                    "C104",
                    "a duration is a whole number of days, months or years",
                    expr.origin,
                    "write for example `30 days`",
                )
                return None
            return literal(duration, type_, expr, expr.provisional)
        return replace(literal(expr.value, type_, expr, expr.provisional), least=expr.least)

    def _levels(self, expr: d.Levels, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        """Pick the figure of the level at hand.

        Reports:
            C110 levels missing, needless or outside a rule with levels.
        """
        if scope.level is None:
            said, *more = expr.figures
            if not more and said in _UNSURE:
                right = expr.origin.text.removeprefix(said).strip().replace(" ", "? ", 1)
                right = right if "?" in right else f"{right}?"
                self.names.report(
                    "C110",
                    f"`{said}` is not how the language marks a figure that is not sure",
                    expr.origin,
                    f"write `{right}`",
                    fix=Fix(f"write `{right}`", (Edit(expr.origin, right),)),
                )
                return None
            self.names.report(
                "C110", "this rule has no levels", expr.origin, "add `levels silver, gold`, or write one figure"
            )
            return None
        if set(expr.figures) != set(scope.levels):
            self._other_levels(expr, scope.levels)
            return None
        return self._figure(expr.figures[scope.level], expected)

    def _other_levels(self, expr: d.Levels, levels: Sequence[str]) -> None:
        """C110: figures for other levels than the rule has."""
        absent = [level for level in levels if level not in expr.figures]
        strange = [level for level in expr.figures if level not in levels]
        count = len(expr.figures)
        message = f"here {'is' if count == 1 else 'are'} {count} figure{'s' * (count != 1)}, for {listed(expr.figures)}"
        near = nearest(strange[0], absent) if strange else None
        if near is not None:
            at = word_in(expr.origin, strange[0])
            fix = Fix(f"write `{near}`", (Edit(at, near),))
            self.names.report("C110", f"`{strange[0]}` is no level here", at, f"did you mean `{near}`?", fix=fix)
            return
        fix_ = None
        if absent and not strange:
            unit = next((figure.unit for figure in expr.figures.values() if figure.unit), None)
            added = "".join(f", {level} unknown{f' {unit}' if unit else ''}" for level in absent)
            fix_ = Fix("write the missing level as unknown", (Edit(expr.origin.after, added),))
        self.names.report(
            "C110",
            message,
            expr.origin,
            f"the levels are {listed(levels)}: write one figure for each (`unknown` where nobody knows it)",
            fix=fix_,
        )

    def _name(self, expr: d.Name, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        name, at = expr.name, expr.origin
        read = self._readings(expr, scope, expected)
        if len(read) > 1:
            self._ambiguous(expr, [what for what, _ in read])
            return None
        if read:
            return read[0][1]
        if name == "today":
            return c.Today(type=c.DATE, origin=at)
        if name == "never" and expected is not None and expected.kind == "date":
            return literal(date.max, c.DATE, expr)
        if name == "attained":
            return c.Anniversary(which="attained", type=c.DATE, origin=at)
        if name.startswith("row."):
            return self._cell(expr, scope, expected)
        if expected is not None and expected.kind == "text":
            self._bare_word(expr, scope, expected)
            return None
        if expected is not None and expected.kind == "choice":
            near = nearest(name, expected.choices)
            self.names.report(
                "C114",
                f"`{name}` is none of the values",
                at,
                f"did you mean `{near}`?" if near else f"the values are {listed(expected.choices)}",
                fix=Fix(f"write `{near}`", (Edit(at, near),)) if near else None,
            )
            return None
        if self._is_award(name):
            claim = f"holds any of {name}" if len(self.names.award_ids(name)) != 1 else f"holds {name}"
            self.names.report(
                "C105",
                f"`{name}` is an award, where a value or condition is expected",
                at,
                f"write `{claim}`, or `qualifies for` in its place",
                fix=Fix(f"write `{claim}`", (Edit(at, claim),)),
            )
            return None
        if name in self.names.lists:
            self._list_as_value(name, at)
            return None
        known = {*self.names.facts, *self.names.named, "today", "attained"}
        if scope.subject is not None:
            known |= set(SUBJECT_WORDS)
        if scope.records is not None:
            known |= set(scope.records.fields)
        what = "field" if scope.records is not None else "fact or measure"
        counted = re.search(r"\bper\s+$", at.source.text[: at.start])
        if counted and (name in _COUNTED or nearest(name, known) is None):
            whole = Span(at.source, at.start - len(counted.group()), at.end)
            self.names.report(
                "C101",
                f"I do not know the {what} `{name}`",
                at,
                "did you mean `each`? behind `per` stands a figure, like `per 5` or `per 1,000 USD`",
                fix=Fix("write `each`", (Edit(whole, "each"),)),
            )
            return None
        if scope.group is not None and name in scope.group.records.fields:
            self.in_each_group(name, scope.group, at)
            return None
        listed_, _, field = name.partition(".")
        if listed_ in self.names.records:
            self.names.report(
                "C101",
                f"`{name}` is said of every row of `{listed_}`, where one value is expected",
                at,
                f"write `sum {field} of {listed_}`, `count {listed_}`, or another figure over its rows",
            )
            return None
        self.names.unknown("C101", what, name, at, known)
        return None

    def _readings(self, expr: d.Name, scope: Scope, expected: c.Type | None) -> list[tuple[str, c.Expr]]:
        """Return what a name can be read as here, with a word for each: those of the type that is expected, if any are."""
        name, at = expr.name, expr.origin
        found: list[tuple[str, c.Expr]] = []
        if scope.records is not None and name in scope.records.fields:
            own = scope.records.fields[name]
            field = c.Field(name=name, formula=own.formula, type=own.type, origin=at)
            found.append((f"the field of `{scope.records.name}`", field))
        if scope.group is not None and name in scope.group.by:
            own = scope.group.records.fields[name]
            found.append(
                (
                    f"what is alike in a group of `{scope.group.records.name}`",
                    c.Field(name=name, type=own.type, origin=at),
                )
            )
        if scope.subject is not None and name in SUBJECT_WORDS:
            found.append(("a word of life cycles", self._subject(name, scope.subject, expr)))
        if expected is not None and name in expected.values:
            found.append(("a value", literal(name, expected, expr)))
        if name in self.names.facts:
            fact = self.names.facts[name]
            found.append(("the fact", c.Fact(name=name, title=fact.title, type=fact.type, origin=at)))
        elif name in self.names.named:
            found.append(("the figure or measure", replace(self.names.named[name], origin=at)))
        fitting = [(what, node) for what, node in found if expected is None or alike(node.type, expected)]
        return fitting or found[:1]

    def _ambiguous(self, expr: d.Name, whats: list[str]) -> None:
        """Report C208: a name that can be read as two things."""
        self.names.report(
            "C208",
            f"`{expr.name}` may be {' or '.join(whats)} here",
            word_in(expr.origin, expr.name),
            "give one of them another name",
        )

    def _bare_word(self, expr: d.Name, scope: Scope, expected: c.Type) -> None:
        """Report C127: a word without quotes beside a text, which names nothing there."""
        name, at = expr.name, word_in(expr.origin, expr.name)
        texts = {own for own, fact in self.names.facts.items() if fact.type.kind == "text"}
        texts |= {own for own, named in self.names.named.items() if named.type.kind == "text"}
        if scope.records is not None:
            texts |= {own for own, field in scope.records.fields.items() if field.type.kind == "text"}
        values = {value if re.fullmatch(r"[a-z]\w*(\.[a-z]\w*)*", value) else f'"{value}"' for value in expected.values}
        near = nearest(name, texts | values)
        right = near or f'"{name}"'
        says, help_ = "is a word without quotes", f'write `"{name}"` where the text is meant'
        if name in self.names.lists:
            says, help_ = "is a list of certifications", f"write a certification in quotes, or `people holding {name}`"
        elif near is not None:
            help_ = f'did you mean `{near}`? a text stands in quotes: `"{name}"`'
        elif self._is_award(name):
            says = "is an award"
        self.names.report(
            "C127",
            f"`{name}` {says}, where a text is expected",
            at,
            help_,
            fix=None if name in self.names.lists else Fix(f"write `{right}`", (Edit(at, right),)),
        )

    def _list_as_value(self, name: str, at: Span) -> None:
        """Report a list of certifications where nobody is said to hold it."""
        right = f"people holding {name}"
        self.names.report(
            "C105",
            f"`{name}` is a list of certifications, where a value or condition is expected",
            at,
            f"write `{right}`, or `at least 2 {right}` for a condition",
            fix=Fix(f"write `{right}`", (Edit(at, right),)),
        )

    def _cell(self, expr: d.Name, scope: Scope, expected: c.Type | None) -> c.Expr | None:
        column = expr.name.removeprefix("row.")
        cell = scope.row.get(column) if scope.row is not None else None
        if cell is None:
            self.names.cell_names(scope, expr.name, expr.origin)
            return None
        match cell:
            case d.Figure() | d.Day() | d.Text():
                return self.lower(cell, scope, expected)
            case d.Names(names=cell_names) if len(cell_names) == 1:
                is_key = scope.row is not None and cell is next(iter(scope.row.values()))
                if expected is not None and expected.kind == "text" and is_key:
                    return literal(expected.value_of(cell_names[0]), c.TEXT, cell)
                return self.lower(d.Name(name=cell_names[0], origin=cell.origin), scope, expected)
            case _:
                self.names.report(
                    "C113",
                    f"`{expr.name}` is no single value in this row",
                    cell.origin,
                    "write one figure, date or name in the cell",
                )
                return None

    def _subject(self, name: str, rule: c.Rule, expr: d.Name) -> c.Expr:
        at = expr.origin
        match name:
            case "held":
                return c.Holds(award=rule.award, level=rule.level, type=c.FLAG, origin=at)
            case "lapsed":
                return c.Lapsed(award=rule.award, level=rule.level, type=c.FLAG, origin=at)
            case "renewable":
                return c.InRenewal(award=rule.award, type=c.FLAG, origin=at)
            case "ended":
                ends = [version.days.end for version in rule.versions]
                last = max((end for end in ends if end is not None), default=date.max)
                if None in ends or last == date.max:
                    return literal(False, c.FLAG, expr)
                day = literal(last, c.DATE, expr)
                return c.Compare(op=">=", left=c.Today(type=c.DATE, origin=at), right=day, type=c.FLAG, origin=at)
            case "paid":
                return c.Paid(award=rule.award, type=c.FLAG, origin=at)
            case "qualifies":
                return c.Qualifies(rule=rule.id, type=c.FLAG, origin=at)
            case "fails":
                return c.Not(part=c.Qualifies(rule=rule.id, type=c.FLAG, origin=at), type=c.FLAG, origin=at)
            case _:
                return c.InProgress(rule=rule.id, type=c.FLAG, origin=at)
