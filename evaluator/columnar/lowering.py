"""What rules decide, as one query over the tables of facts: the definitions of ``dsl.core.ops`` over SQL.

Nodes that are made of their parts mean what their definition says; those that are read of a partner are read of columns
here. What stands on another day, in another rule or a named value is written once and shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, assert_never

from sqlglot import exp

from dsl import core as c
from dsl.core.anywhere import Anywhere
from dsl.core.moves import Movement, Place
from dsl.core.ops import definition_of, sourced
from dsl.core.ops.parts import Role
from dsl.core.ranges import Dates
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import End, Flag, Ordered, Sql, Value, bounded, constant, ordered_of
from evaluator.columnar.days import Day, exactly
from evaluator.columnar.held import Register, Said
from evaluator.columnar.known import Known
from evaluator.columnar.lacks import OfPartner
from evaluator.columnar.layout import PROJECTED
from evaluator.columnar.missing import Gap, Own
from evaluator.columnar.nothing import Progresses
from evaluator.columnar.people import PeopleTable
from evaluator.columnar.reasons import Reasons
from evaluator.columnar.records import RecordTables
from evaluator.columnar.source import Rows, Source
from evaluator.columnar.stages import Stages
from evaluator.columnar.steps import Group, Step, grouped, steps_of, text_of
from evaluator.columnar.terms import FALSE, TRUE, Cannot, Term
from evaluator.columnar.windows import Asked, OfRows, Windows
from evaluator.columnar.written import AskedParts, Written
from evaluator.engine import Engine
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment

__all__ = ["Cannot", "Lowering", "Written"]


class Lowering:
    """Writes nodes of one core for a day."""

    def __init__(
        self,
        engine: Engine,
        as_of: date,
        known: Known,
        rows: Rows | None = None,
        outer: Lowering | None = None,
        *,
        says_missing: bool = True,
    ) -> None:
        """Take the rules, the day, and what is known of the tables.

        Args:
            engine: the rules.
            as_of: the day of the question.
            known: what is known of the tables.
            rows: of partners and days; without it there is a row for each partner.
            outer: what asks for it.
            says_missing: whether it is told what is missing.
        """
        self.engine = engine
        self.core = engine.core
        self.as_of = as_of
        self.stages = Stages("c")
        self.sql = Sql(self.stages)
        self.is_inner = outer is not None
        self.says_missing: bool = says_missing if outer is None else outer.says_missing
        self.known = known
        self.source = Source(self.core, self.stages, as_of, known, rows)
        self.register = Register(self.core, self.source)
        self.people = PeopleTable(self.core, self.source)
        self.records = RecordTables(self.core, self.source)
        self.progresses = Progresses(self)
        self.types = {name: one.type for name, one in self.core.facts.items()}
        self.types |= {name: one.type for name, one in self.core.named.items() if one.supplied}
        """Of what partners tell."""
        self._written: dict[tuple[int, Day, bool, str], tuple[c.Expr, Written]] = {}
        self._nobody: Interpreter | None = None
        self._is_told = Anywhere(self.core, _is_told)
        self.movement: Movement = Movement(self.core) if outer is None else outer.movement
        self.reasons = Reasons(self.sql, as_of)
        self.windows = Windows(self)
        self.missing = OfPartner(self)

    def beside(self, rows: Rows | None = None) -> Lowering:
        """Return what writes other queries of the same rules."""
        return Lowering(self.engine, self.as_of, self.known, rows, self)

    def query(self, outputs: dict[str, Term]) -> exp.Select:
        """Return the query of some outputs, with what is asked before it."""
        asked_before = self._joined()
        found = self.stages.over(self.source.select(), outputs)
        for one in asked_before:
            query = one.query if isinstance(one, Asked) else one.lowering.query(one.outputs)
            found = found.with_(exp.to_identifier(one.name, quoted=True), as_=query, copy=False)
        return found

    def steps(self, outputs: Sequence[Mapping[str, Term]]) -> Iterator[Step]:
        """Yield the tables of outputs, which may be divided, and before them those that they are made of."""
        for one in self._joined():
            if isinstance(one, Asked):
                yield Step(one.name, text_of(one.query))
            else:
                one.lowering._joined()
                group = Group(one.name, one.outputs)
                yield from steps_of(one.lowering.stages, one.lowering.source, [group], f"{one.name}_")
        yield from steps_of(self.stages, self.source, grouped(self.stages, outputs, "wide_"), "")

    def _joined(self) -> list[Asked | OfRows]:
        """Join all that is asked beside the rows to them, and return what is asked before."""
        before = list(self.windows.join())
        self.people.join()
        self.records.join()
        self.register.join()
        return before

    def on(self, node: c.Expr, day: Day, projected: bool, rule: str) -> Written:
        """Write a node and what is below it.

        Raises:
            Cannot: it is not written as SQL.
        """
        key = (id(node), day, projected, rule)
        if key not in self._written:
            # With its node: an identity is one object's only as long as that is there.
            self._written[key] = (node, self._write(node, day, projected, rule))
        return self._written[key][1]

    def _write(self, node: c.Expr, day: Day, projected: bool, rule: str) -> Written:
        outer, self.sql.open = self.sql.open, []
        try:
            definition = definition_of(type(node))
            if definition is None:
                found = self._read(sourced(node), day, projected, rule)
            else:
                parts = AskedParts(self.sql, lambda part: self.on(part, day, projected, rule))
                value: Value = definition(self.sql, node, parts, day.at)
                found = Written(
                    node, value, tuple(parts.parts), tuple(parts.roles), day=day, projected=projected,
                    every=tuple(parts.every),
                )  # fmt: skip
            raised = self.stages.keep(t.either(found.open, *(part.open for part in found.parts), *self.sql.open))
            return replace(found, open=raised, day=day)
        finally:
            self.sql.open = outer

    def requirement(self, rule: c.Rule, day: Day, projected: bool) -> Written | None:
        """Write the requirement of a rule on a day; None where it is not in force, or asks for nothing."""
        version = rule.version_on(day.at)
        if version is None or version.requirement is None:
            return None
        return self.on(version.requirement, day, projected, rule.id)

    # ---- what is read

    def _read(self, node: c.Sourced, day: Day, projected: bool, rule: str) -> Written:
        def of(value: Value, part: Written | None = None, *, present: Term = TRUE, open_: Term = t.FALSE) -> Written:
            parts = () if part is None else (part,)
            return Written(node, value, parts, ("value",) if parts else (), open_, day, projected, present)

        match node:
            case c.Literal(value=None, least=least):
                return of(self._unknown_figure(node, least))
            case c.Literal(value=value):
                return of(constant(value))  # type: ignore[arg-type]
            case c.Today():
                return of(day.value)
            case c.Fact(name=name, type=type_):
                return of(self.source.fact(name, type_, day, projected))
            case c.Named():
                return self._named(node, day, projected)
            case c.Qualifies():
                asked = self.core.rules[node.rule]
                part = self.requirement(asked, day, projected)
                if part is None:
                    return of(constant(asked.version_on(day.at) is not None))
                return of(part.value, part)
            case c.OnDate(value=value, date=when):
                found = self.on(when, day, projected, rule)
                exact = ordered_of(found.value).exact
                if not isinstance(exact, date):
                    return self._on_a_day_of_its_own(node, found, projected, rule)
                if exact > self.as_of:
                    raise Cannot("a day that lies ahead")
                part = self.on(value, exactly(exact), projected, rule)
                return of(part.value, part)
            case c.AsProjected(value=value):
                part = self.on(value, day, True, rule)
                return of(part.value, part)
            case c.People():
                return of(self.people.count(node, day, projected, self.sql))
            case c.Aggregate():
                return of(self.records.figure(node, day, projected, self.sql))
            case c.Grouped():
                raise Cannot("groups of records")
            case c.AskedThisYear(even=even):
                return of(constant(even))
            case c.Holds() | c.Paid() | c.Lapsed() | c.InRenewal():
                return self._of_register(node, day, projected)
            case c.Anniversary():
                return self._anniversary(node, day, projected, rule)
            case c.DifferentPeople():
                return of(self.people.different(node, day, projected, self.sql))
            case c.Sometime(start=start, end=end):
                first, last = (self.on(one, day, projected, rule) for one in (start, end))
                window = self.windows.of(node, first, last, day, projected, rule)
                parts = (first, last) if window.part is None else (first, last, window.part)
                roles: tuple[Role, ...] = ("date", "date", "value")
                return Written(
                    node,
                    window.value,
                    parts,
                    roles[: len(parts)],
                    window.open,
                    day,
                    projected,
                    told=window.told,
                    told_by=window.told_by,
                    lacks=window.lacks,
                )
            case c.InProgress():
                part = self.requirement(self.core.rules[node.rule], day, projected)
                # Nothing is done in a rule that is not in force, or asks for nothing.
                return of(constant(False)) if part is None else of(self.progresses.of(part, node.rule), part)
            case c.Field():
                raise AssertionError("a field is read in a record")
            case _:
                assert_never(node)

    def _unknown_figure(self, node: c.Literal, least: Decimal | None) -> Value:
        if not node.type.is_numeric:
            return self.sql.unknown(node.type)
        return bounded(node.type.low if least is None else least, node.type.high)

    def _named(self, node: c.Named, day: Day, projected: bool) -> Written:
        named = self.core.named[node.name]
        given = self.source.supplied(node.name, named.type, day, projected) if node.supplied else None
        if given is not None and t.is_true(given[0]):
            # Whoever supplies it is never asked what it would be reckoned from.
            return Written(node, given[1], day=day, projected=projected, present=FALSE)
        part = self.on(named.value, day, projected, "")
        if given is None:
            return Written(node, part.value, (part,), ("value",), day=day, projected=projected)
        is_told, told = given
        test = Flag(self.stages.keep(is_told), True)
        found = self.sql.first([(lambda: test, lambda: told), (None, lambda: part.value)])
        return Written(node, found, (part,), ("value",), day=day, projected=projected, present=t.negated(test.term))

    def _of_register(self, node: c.Holds | c.Paid | c.Lapsed | c.InRenewal, day: Day, projected: bool) -> Written:
        """What the register says of an award, where no check has to be decided for it."""
        if day.last > self.as_of:
            raise Cannot("the register of a day that lies ahead")
        level = node.level if isinstance(node, c.Holds | c.Lapsed) else None
        match node:
            case c.Holds():
                said = self.register.holds(node.award, level, day, projected)
            case c.Paid():
                said = self.register.paid(node.award, day, projected)
            case c.Lapsed():
                said = self.register.lapsed(node.award, level, day, projected)
            case c.InRenewal():
                said = self.register.in_renewal(node.award, day, projected)
            case _:
                assert_never(node)
        lacks = self._lacks_of_register(said, projected)
        return Written(node, self.sql.flag(said.value, False), (), (), said.left, day, projected, lacks=lacks)

    def _lacks_of_register(self, said: Said, projected: bool) -> Own:
        """Return what is missing of the register where that is no field of an entry; of those the row engine tells."""
        told, partial = self.source.told("awards", projected), self.source.partial("awards", projected)
        pointer = f"/{PROJECTED if projected else ''}records/awards"
        gaps = [(Gap("records", pointer), t.negated(told)), (Gap("rows", pointer), t.both(told, partial))]
        return [(gap, is_so) for gap, is_so in gaps if not t.is_false(is_so)], t.both(told, said.may)

    def _anniversary(self, node: c.Anniversary, day: Day, projected: bool, rule: str) -> Written:
        """An anniversary of what is held; of who holds nothing, which is the same for all, it is reckoned once."""
        if day.last > self.as_of:
            raise Cannot("an anniversary of a day that lies ahead")
        if not day.is_exact:
            raise Cannot("an anniversary of each day of a window")
        if self._nobody is None:
            told: dict[str, Any] = {"records": {"awards": []}}
            facts = {**told, "projected": told}
            self._nobody = Interpreter(self.core, Facts(self.core, facts, self.as_of))
        at = Moment(day.at, projected, rule=self.core.rules.get(rule) or self.core.measures.get(rule))
        versions = at.rule.versions if at.rule is not None else ()
        lasts = (
            one for version in versions for setting in version.settings.get("valid", ()) for one in _values(setting)
        )
        if not all(isinstance(one, c.Literal) for one in lasts):
            raise Cannot("an anniversary after a time that depends on the partner")
        found = self._nobody.evaluate(node, at)
        exact = found.range.exact if isinstance(found.range, Dates) else None
        if exact is None:
            raise Cannot("an anniversary that depends on the partner")
        if node.which in ("own", "attained"):
            return Written(node, constant(exact), day=day, projected=projected)
        # What is attained on an anniversary is checked at the next one.
        after = day.at if node.which == "shared" else day.at - timedelta(days=1)
        held_on = day.at
        if node.which == "first":
            after = self._first_after(node, at, after)
            held_on = min(after, held_on)
        kind = at.rule.kind if node.which == "shared" and at.rule is not None else None
        given = self.register.anniversary(after, held_on, kind, projected, back=node.which == "first")
        end = End(self.stages.keep(t.fallen_back(given.day, t.day(exact))), True)
        return Written(node, Ordered(end, end, is_day=True), (), (), given.left, day, projected)

    def _first_after(self, node: c.Anniversary, at: Moment, otherwise: date) -> date:
        """Return the day after which the first anniversary is meant."""
        if node.after is not None:
            rule = at.rule.id if at.rule is not None else ""
            exact = ordered_of(self.on(node.after, exactly(at.day), at.projected, rule).value).exact
            if not isinstance(exact, date):
                raise Cannot("an anniversary after a day that depends on the partner")
            return exact
        versions = at.rule.versions if at.rule is not None else ()
        starts = [one.days.start for one in versions if one.days.start is not None]
        return min(starts) - timedelta(days=1) if starts else otherwise

    def _on_a_day_of_its_own(self, node: c.OnDate, when: Written, projected: bool, rule: str) -> Written:
        """What the policies say of a day that each partner has of its own: of no partner anything is read for it.

        Of each epoch of what is asked it is written once.
        """
        if self._is_told.within(node.value):
            raise Cannot("what partners tell of a day that depends on the partner")
        given = ordered_of(when.value)
        column = self.stages.keep(given.low.term)
        starts = sorted(self.movement.of(node.value, Place(projected, rule=rule)).days)
        epochs = [
            self.on(node.value, Day(one, column, column.name, date.max), projected, rule) for one in (date.min, *starts)
        ]
        branches: list[tuple[Callable[[], Value] | None, Callable[[], Value]]] = [
            (_later(self.sql.compare("<", given, constant(start))), _later(part.value))
            for start, part in zip(starts, epochs, strict=False)
        ]
        found = self.sql.first([*branches, (None, _later(epochs[-1].value))])
        known: Term = TRUE
        if not given.known or not given.is_point:
            # Of a day that is not known nothing is known.
            known = self.stages.keep(t.surely(t.equal(given.low.term, given.high.term)))
            test = Flag(known, True)
            found = self.sql.first([(_later(test), _later(found)), (None, _later(self.sql.unknown(node.type)))])
        # Why it is that day is told where it is not known.
        return Written(node, found, (when,), ("date",), projected=projected, present=t.negated(known))


def _is_told(node: c.Expr) -> bool:
    """Whether partners tell it, or it is of some day of its own."""
    return not isinstance(node, c.Literal | c.Today) and (
        isinstance(node, c.Sourced | c.Requirement) and not (isinstance(node, c.Named) and not node.supplied)
    )


def _later(value: Value) -> Callable[[], Value]:
    return lambda: value


def _values(setting: c.SettingVersion) -> tuple[c.Expr, ...]:
    return setting.value if isinstance(setting.value, tuple) else (setting.value,)
