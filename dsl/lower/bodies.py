"""Bodies of rules: clauses with their days, and the requirement that they make together.

Awards are one mechanism: whatever the kind, parts that are conditions must all hold, parts that are points total and
the total must reach the mark, of parts that are paths one is enough. They are told apart by their types.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from dsl import core as c, document as d
from dsl.core.types import common_days, overlap
from dsl.diagnostics import Edit, Fix, Label
from dsl.lower.asked import asked_together
from dsl.lower.earnings import EVERY, OUT_OF, Earnings
from dsl.lower.expressions import to_compare
from dsl.lower.placing import Body, Placed, Placing, notes_of
from dsl.lower.scope import Scope, days_of, insert, word_in, words
from dsl.lower.settings import Settings
from dsl.lower.table_rows import is_empty_cell
from dsl.source import Span


class Labelled(NamedTuple):
    """The reason code of a part, its days and where it is written."""

    code: str
    days: c.Days
    origin: Span


class Bodies(Placing, Settings, Earnings):
    """Lowers the clauses of bodies."""

    def requirement(self, body: Body, scope: Scope) -> c.Expr | None:
        """Return the condition that a body makes: all conditions, one path, the mark reached by the points."""
        parts = self._parts(body.parts, scope, body)
        conditions = [part for part in parts if part.type.kind == "flag" and not _is_path(part)]
        paths = [part for part in parts if _is_path(part)]
        scored = [part for part in parts if part.type.kind == "points"]
        for part in parts:
            if part.type.kind not in ("flag", "points"):
                at = part.value.origin if isinstance(part, c.Requirement) and part.part != "section" else part.origin
                is_setting = isinstance(part, c.Requirement) and part.code.endswith(".amount")
                colon = part.origin.start + part.origin.text.find(":")
                advice, fix = to_compare(at, part.type)
                self.names.report(
                    "C105",
                    f"this is {part.type.phrase}, where a condition or points are expected",
                    at,
                    "write `amount` without a colon: with one it is the label of a requirement"
                    if is_setting
                    else f"{advice}, or say what it `earns`",
                    fix=Fix("delete the colon", (Edit(replace(part.origin, start=colon, end=colon + 1), ""),))
                    if is_setting and colon >= part.origin.start
                    else fix,
                )
        if paths:
            origin = paths[0].origin.to(paths[-1].origin)
            any_path = c.AnyOf(parts=tuple(paths), type=c.FLAG, origin=origin)
            title = "Paths" if len(paths) > 1 else paths[0].title if isinstance(paths[0], c.Requirement) else "Path"
            conditions.append(
                any_path
                if len(paths) == 1
                else c.Requirement(
                    code=f"{scope.code}.paths",
                    title=f"{title}, one of them",
                    value=any_path,
                    part="section",
                    type=c.FLAG,
                    origin=origin,
                )
            )
        if scored:
            score = self._score(scored, body, scope)
            if score is not None:
                conditions.append(score)
        if not conditions:
            return None
        origin = conditions[0].origin.to(conditions[-1].origin)
        return c.AllOf(parts=asked_together(conditions), type=c.FLAG, origin=origin)

    def _score(self, scored: list[c.Expr], body: Body, scope: Scope) -> c.Expr | None:
        marks = body.settings.get("pass at", [])
        if self._has_errors:
            return None  # a part that could not be read has no points: the sum would be judged wrongly
        if not marks:
            self.names.report(
                "C118",
                "this scores points, and no mark says how many are needed",
                scored[0].origin,
                "add `pass at 70 points`",
                fix=insert(
                    scored[0].origin, scored[0].origin.start, "pass at unknown points\n  ", "add a mark nobody knows"
                ),
            )
            return None
        mark = self._dated_setting(marks, scope, c.POINTS)
        if mark is None:
            return None
        every = tuple(
            c.EveryMetric(placed.days, asked, self.names.basis(notes_of(placed.clause), placed.around))
            for phrase, asked in EVERY.items()
            for placed in body.phrases.get(phrase, ())
        )
        for setting, _, _ in marks:
            if setting.out_of is not None and (setting.out_of.value is None or setting.out_of.provisional):
                self.names.report(
                    "C106",
                    "what a score is out of is a known figure",
                    setting.out_of.origin,
                    "write for example `out of 100 points`",
                )
        out_of = next(
            (s.out_of.value for s, _, _ in marks if s.out_of is not None and s.out_of.value is not None), OUT_OF
        )
        total = c.Total(parts=tuple(scored), type=c.POINTS, origin=scored[0].origin.to(scored[-1].origin))
        setting, _, around = marks[0]
        value = c.PassScore(score=total, mark=mark, out_of=out_of, every=every, type=c.FLAG, origin=setting.origin)
        return c.Requirement(
            code=f"{scope.code}.score",
            title="Score",
            value=value,
            part="section",
            basis=self.names.basis(setting.notes, around),
            type=c.FLAG,
            origin=setting.origin,
        )

    def parts(self, clauses: Sequence[d.Clause], scope: Scope) -> list[c.Expr]:
        """Lower clauses to the parts of a whole, in order."""
        return self._parts(list(self.placed(clauses)), scope, None)

    def _parts(self, placed: Sequence[Placed], scope: Scope, body: Body | None) -> list[c.Expr]:
        result: list[c.Expr] = []
        unasked: list[Labelled] = []
        merged: set[int] = set()
        for index, item in enumerate(placed):
            if index in merged:
                continue
            match item.clause:
                case d.Item() as clause if self._is_unasked(clause, scope):
                    unasked.append(Labelled(scope.under(clause.label).code, item.days, clause.origin))
                    continue
                case d.Item() as clause:
                    part = self._item(clause, item, scope)
                case d.Section(word="requires") as clause:
                    inner = [item.holding(p, clause.notes, item.days) for p in self.placed(clause.clauses)]
                    result.extend(self._parts(inner, scope, body))
                    continue
                case d.Section(word="at level") as clause:
                    if clause.name not in scope.levels:
                        self.names.unknown("C110", "level", clause.name or "", clause.origin, scope.levels)
                    elif clause.name == scope.level:
                        days = common_days(item.days, days_of(clause.valid))
                        inner = [item.holding(p, clause.notes, days) for p in self.placed(clause.clauses)]
                        result.extend(self._parts(inner, scope, body))
                    continue
                case d.Section(word="at even anniversaries" | "at odd anniversaries") as clause:
                    part = self._asked(clause, item, scope, body)
                case d.Section(word="track", when=d.Node()) as clause:
                    self.names.report(
                        "C122",
                        "a track has its `when` in `first of` only",
                        clause.origin,
                        "write `only if { label: condition }` behind it: unmet, the track earns nothing",
                    )
                    continue
                case d.Section() as clause:
                    # A category that several shared bodies speak of is one category.
                    same = [i for i, p in enumerate(placed) if i > index and _same_section(clause, item, p)]
                    merged.update(same)
                    clauses = (
                        *clause.clauses,
                        *(inner for i in same if isinstance(p := placed[i].clause, d.Section) for inner in p.clauses),
                    )
                    notes = _joined_notes(clause, [placed[i].clause for i in same])
                    part = self._section(replace(clause, clauses=clauses, notes=notes), item, scope, body)
                case d.Group() as clause:
                    part = self._group(clause, item, scope, body)
                case d.Version() as clause:
                    self.names.report(
                        "C111",
                        "a value cannot stand here by itself",
                        clause.origin,
                        "give it a label: `label: value`, or put clauses in braces",
                    )
                    continue
                case d.Case() as clause:
                    self.names.report(
                        "C111",
                        "a case stands in a `first of` or a lifecycle only",
                        clause.origin,
                        "write `label: condition`",
                    )
                    continue
                case other:
                    word = getattr(other, "word", None) or getattr(other, "phrase", "this")
                    self.names.report(
                        "C111",
                        f"`{word}` does not stand inside this block",
                        other.origin,
                        "move it to the rule's own braces",
                    )
                    continue
            if part is not None:
                result.append(part)
        parts = [Labelled(one.code, one.days, one.origin) for one in result if isinstance(one, c.Requirement)]
        self._unique([*parts, *unasked])
        return result

    def _unique(self, parts: Sequence[Labelled]) -> None:
        """Report C112 where two parts have one code on the same days, be one of them not asked of the row at hand."""
        seen: list[Labelled] = []
        for part in parts:
            for other in seen:
                if other.code == part.code and overlap(other.days, part.days):
                    label = part.code.rsplit(".", 1)[-1]
                    first, second = other, part
                    if first.origin.source is second.origin.source and first.origin.start > second.origin.start:
                        first, second = second, first
                    self.names.report(
                        "C112",
                        f"the label `{label}` stands twice here",
                        second.origin,
                        "give one of them another label: it is the reason code",
                        labels=[Label(first.origin, "the other one")],
                        fix=_relabelled(second, label),
                    )
                    break
            seen.append(part)

    def _basis(self, notes: d.Notes, placed: Placed) -> c.Basis:
        """Return what a part stands on: its own sources and those around it, else its row's."""
        basis = self.names.basis(notes, placed.around)
        return basis if basis.cites else replace(basis, cites=placed.row)

    def _is_unasked(self, clause: d.Item, scope: Scope) -> bool:
        """Whether a requirement reads a cell that is empty in the row at hand: it asks for nothing there."""
        return scope.row is not None and any(is_empty_cell(name, scope.row) for name in _names_in(clause))

    def _item(self, clause: d.Item, placed: Placed, scope: Scope) -> c.Expr | None:
        inner = scope.under(clause.label)
        value = self._earned(clause, inner) if clause.earns is not None else self.values.lower(clause.value, inner)
        if value is None:
            return None
        value = self._gated(clause, value, inner)
        if value is None:
            return None
        return c.Requirement(
            code=inner.code,
            title=clause.title or words(clause.label),
            value=value,
            part="scored" if value.type.kind == "points" else "condition",
            days=placed.days,
            basis=self._basis(clause.notes, placed),
            was=tuple(f"{scope.code}.{old}" for old in clause.notes.was),
            type=value.type,
            origin=clause.origin,
        )

    def _gated(self, clause: d.Item | d.Section, value: c.Expr, scope: Scope) -> c.Expr | None:
        """Return a value that counts only if the conditions of its notes hold: unmet, a condition fails, points are none."""
        if not clause.notes.only_if:
            return value
        gates = self.parts(clause.notes.only_if, scope)
        if not gates:
            return None
        for gate in gates:
            if gate.type.kind != "flag":
                at = gate.value.origin if isinstance(gate, c.Requirement) else gate.origin
                advice, fix = to_compare(at, gate.type)
                self.names.report(
                    "C105", f"this is {gate.type.phrase}, where a condition is expected", at, advice, fix=fix
                )
                return None
        origin = gates[0].origin.to(gates[-1].origin)
        gate_all = c.AllOf(parts=tuple(gates), type=c.FLAG, origin=origin)
        if value.type.kind == "flag":
            # The conditions of a section stand beside its own, so that all of them are counted.
            own = value.parts if isinstance(value, c.AllOf) and isinstance(clause, d.Section) else (value,)
            return c.AllOf(parts=(*gates, *own), type=c.FLAG, origin=clause.origin)
        return c.Gate(condition=gate_all, value=value, type=value.type, origin=clause.origin)

    def _section(self, clause: d.Section, placed: Placed, scope: Scope, body: Body | None) -> c.Expr | None:
        name = clause.name or clause.word
        inner = scope.under(name)
        days = common_days(placed.days, days_of(clause.valid))
        value: c.Expr | None
        if clause.word == "path":
            # A path may have a score of its own, with its own mark; else it has the rule's.
            own = self.body(clause.clauses)
            if body is not None:
                own.settings, own.phrases = {**body.settings, **own.settings}, {**body.phrases, **own.phrases}
            value = self.requirement(own, inner)
        else:
            parts = self._parts(list(self.placed(clause.clauses)), inner, body)
            if not parts:
                return None
            scored = [part for part in parts if part.type.kind == "points"]
            mixed = [part for part in parts if part.type.kind != "points"]
            if mixed and scored:
                self.names.report(
                    "C104",
                    f"this is {mixed[0].type.phrase}, among parts that earn points",
                    mixed[0].origin,
                    "say what it `earns`, or move it to `requires`",
                )
                return None
            cap = self.values.number(clause.up_to, inner, parts[0].type) if clause.up_to is not None else None
            value = self.values.join(d.Chooser(word="total" if scored else "all"), parts, clause, cap)
        value = self._gated(clause, value, inner) if value is not None else None
        if value is None:
            return None
        return c.Requirement(
            code=inner.code,
            title=clause.title or words(name),
            value=value,
            part="section",
            path=clause.word == "path",
            days=days,
            basis=self._basis(clause.notes, placed),
            was=tuple(f"{scope.code}.{old}" for old in clause.notes.was),
            type=value.type,
            origin=clause.origin,
        )

    def _asked(self, clause: d.Section, placed: Placed, scope: Scope, body: Body | None) -> c.Expr | None:
        """Lower what is asked at every second anniversary only, and when attaining for the even ones."""
        inner = [placed.holding(p, clause.notes, c.ALWAYS) for p in self.placed(clause.clauses)]
        parts = self._parts(inner, scope, body)
        for part in parts:
            if part.type.kind != "flag":
                advice, fix = to_compare(part.origin, part.type)
                self.names.report(
                    "C105", f"this is {part.type.phrase}, where a condition is expected", part.origin, advice, fix=fix
                )
                return None
        if not parts:
            return None
        even = clause.word == "at even anniversaries"
        asked = c.AskedThisYear(even=even, type=c.FLAG, origin=clause.origin)
        needed = c.AllOf(parts=tuple(parts), type=c.FLAG, origin=clause.origin)
        spared = c.Literal(value=True, type=c.FLAG, origin=clause.origin)
        branches = (
            c.Branch(name="asked", when=asked, value=needed, origin=clause.origin),
            c.Branch(name="not asked", when=None, value=spared, origin=clause.origin),
        )
        return c.Requirement(
            code=f"{scope.code}.{'even' if even else 'odd'}_anniversaries",
            title=f"Asked {'at the start and ' if even else ''}{clause.word}",
            value=c.Case(branches=branches, type=c.FLAG, origin=clause.origin),
            part="section",
            days=common_days(placed.days, days_of(clause.valid)),
            basis=self._basis(clause.notes, placed),
            type=c.FLAG,
            origin=clause.origin,
        )

    def _group(self, clause: d.Group, placed: Placed, scope: Scope, body: Body | None) -> c.Expr | None:
        word = clause.chooser.word
        if word == "first":
            value = self._first_track(clause, scope, body)
        else:
            parts = self._parts(list(self.placed(clause.clauses)), scope, body)
            value = self.values.join(clause.chooser, parts, clause) if parts else None
        if value is None:
            return None
        return c.Requirement(
            code=f"{scope.code}.{word.replace(' ', '_')}",
            title=c.CHOOSERS[word].title,
            value=value,
            part="section",
            days=placed.days,
            basis=self._basis(d.NO_NOTES, placed),
            type=value.type,
            origin=clause.origin,
        )

    def _first_track(self, clause: d.Group, scope: Scope, body: Body | None) -> c.Expr | None:
        """Lower ``first of { track a when ... { } track b { } }``: the track is chosen before it is scored."""
        branches: list[c.Branch] = []
        sections = list(self.placed(clause.clauses))
        for index, placed in enumerate(sections):
            section = placed.clause
            if not isinstance(section, d.Section) or section.word != "track":
                self.names.report(
                    "C111", "only tracks stand here", section.origin, "write `track name when condition { ... }`"
                )
                return None
            if placed.days != c.ALWAYS or section.valid is not None:
                self.names.report(
                    "C122",
                    "a track in `first of` has no days of its own",
                    section.valid.origin if section.valid is not None else section.origin,
                    "say the day in its `when`: `track name when today >= 2023-10-03 { ... }`",
                )
                return None
            is_last = index == len(sections) - 1
            if (section.when is None) != is_last:
                self.names.report(
                    "C605",
                    "every track but the last needs its `when`, and the last has none",
                    section.origin,
                    "order the tracks so that the last is for all others",
                )
                return None
            test = (
                self.values.condition(section.when, scope.under(section.name or "track"))
                if section.when is not None
                else None
            )
            value = self._section(section, placed, scope, body)
            if value is None or (section.when is not None and test is None):
                return None
            branches.append(c.Branch(name=section.name or "track", when=test, value=value, origin=section.origin))
        if not branches:
            return None
        return c.Case(branches=tuple(branches), type=branches[0].value.type, origin=clause.origin)


def _names_in(clause: d.Item) -> Iterator[str]:
    for node in d.walk(clause):
        match node:
            case d.Name(name=name):
                yield name
            case d.Selection(names=names) | d.Choose(names=names):
                yield from names
            case _:
                continue


def _is_path(part: c.Expr) -> bool:
    return isinstance(part, c.Requirement) and part.part == "section" and part.type.kind == "flag" and part.path


def _same_section(clause: d.Section, item: Placed, other: Placed) -> bool:
    """Whether two sections are one category, said in two places; other conditions or maxima make two of it."""
    return (
        isinstance(other.clause, d.Section)
        and other.clause.word == clause.word == "category"
        and other.clause.name == clause.name
        and other.days == item.days
        and replace(other.clause, clauses=(), notes=d.NO_NOTES) == replace(clause, clauses=(), notes=d.NO_NOTES)
        and other.clause.notes.only_if == clause.notes.only_if
    )


def _joined_notes(clause: d.Section, others: Sequence[d.Clause]) -> d.Notes:
    """Return the notes of a category with what its other places cite, assume and call it."""
    notes = [clause.notes, *(notes_of(other) for other in others)]
    return replace(
        clause.notes,
        cites=tuple(dict.fromkeys(cite for one in notes for cite in one.cites)),
        assumes=tuple(dict.fromkeys(text for one in notes for text in one.assumes)),
        was=tuple(dict.fromkeys(name for one in notes for name in one.was)),
        seen=next((one.seen for one in notes if one.seen is not None), None),
    )


def _relabelled(part: Labelled, label: str) -> Fix | None:
    at = word_in(part.origin, label)
    return Fix(f"write `{label}_2`", (Edit(at, f"{label}_2"),)) if at.text == label else None
