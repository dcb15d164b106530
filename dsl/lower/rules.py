"""Rules of a document to rules of the core: bodies to requirements, levels, families, versions and options.

Awards are one mechanism: whatever the kind, a body's parts are conditions (all must hold), points (they total, and
the total must reach the mark) and paths (one is enough), told apart by their types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from dsl import core as c, document as d
from dsl.diagnostics import Edit, Fix, Label, Severity
from dsl.lower.scope import AWARD_KINDS, PLURALS, Names, Scope, common_days, days_of, overlap, words
from dsl.lower.values import Values, rows_in_days
from dsl.source import Span

OUT_OF = Decimal(100)
"""What a score is out of where nothing else is written (S4, partner capability score: 100 points)."""

_EVERY: dict[str, Literal["above zero", "one point"]] = {
    "with points in every subcategory": "above zero",
    "with at least one point in every metric": "one point",
}

ZERO_POINTS = c.Literal(value=Decimal(0), type=c.POINTS)


@dataclass(frozen=True)
class Placed:
    """A clause with the days of the versions around it, and their notes."""

    clause: d.Clause
    days: c.Days = c.ALWAYS
    around: tuple[d.Notes, ...] = ()


@dataclass
class Body:
    """What a rule's clauses say beside its requirement."""

    parts: list[Placed] = field(default_factory=list)
    settings: dict[str, list[tuple[d.Setting, c.Days, tuple[d.Notes, ...]]]] = field(default_factory=dict)
    windows: dict[str, list[tuple[d.Window, c.Days, tuple[d.Notes, ...]]]] = field(default_factory=dict)
    verbs: list[Placed] = field(default_factory=list)
    phrases: dict[str, list[Placed]] = field(default_factory=dict)
    options: list[Placed] = field(default_factory=list)
    cases: list[d.Clause] = field(default_factory=list)


class Rules:
    """Lowers the rules of one document."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.document = names.document
        self.values = Values(names, self.parts)

    # ---- forms to rules

    def all(self) -> dict[str, c.Rule]:
        """Return every rule by id; life cycles last, because they speak of the others."""
        rules: dict[str, c.Rule] = {}
        later: list[d.Rule] = []
        for form in self.document.rules.values():
            if form.kind == "common":
                continue
            if form.kind == "lifecycle":
                later.append(form)
                continue
            for rule in self._rules_of(form):
                rules[rule.id] = self._joined(rules[rule.id], rule) if rule.id in rules else rule
        for form in later:
            for rule in self._lifecycles(form, rules):
                rules[rule.id] = rule
        for key, forms in self.document.additions.items():
            if key not in {f"{rule.kind}.{rule.name}" for rule in rules.values()}:
                for form in forms:
                    self.names.unknown(
                        "C102",
                        form.kind,
                        form.name or "",
                        form.origin,
                        [r.name for r in rules.values() if r.kind == form.kind],
                    )
        return rules

    def _joined(self, one: c.Rule, other: c.Rule) -> c.Rule:
        """Put versions of a rule that two forms give together.

        Reports:
            C402 both hold on the same days.
        """
        for version in other.versions:
            for before in one.versions:
                if overlap(version.days, before.days):
                    self.names.report(
                        "C402",
                        f"`{other.id}` is given twice for the same days",
                        version.origin,
                        "end one of the two the day before the other begins",
                        labels=[Label(before.origin, "given here too")],
                    )
        return replace(max(one, other, key=_last_start), versions=_in_order((*one.versions, *other.versions)))

    def _rules_of(self, form: d.Rule) -> Iterator[c.Rule]:
        if form.each_row_of is None:
            yield from self._named_rules(form, form.name or "", [(form, None, days_of(form.valid))])
            return
        table = self.document.tables.get(form.each_row_of)
        if table is None:
            self.names.unknown("C113", "table", form.each_row_of, form.origin, self.document.tables)
            return
        families: dict[str, list[tuple[d.Rule, d.Row, c.Days]]] = {}
        for row, days in rows_in_days(table):
            key = family_key(row)
            if key is not None and len(row.cells) == len(table.columns):
                families.setdefault(key, []).append((form, row, common_days(days, days_of(form.valid))))
        for name, rows in families.items():
            yield from self._named_rules(form, name, rows, table)

    def _named_rules(
        self,
        form: d.Rule,
        name: str,
        versions: Sequence[tuple[d.Rule, d.Row | None, c.Days]],
        table: d.Table | None = None,
    ) -> Iterator[c.Rule]:
        rule_id = f"{form.kind}.{name}"
        added = self.document.additions.get(rule_id, ())
        clauses = (*form.clauses, *(clause for block in added for clause in block.clauses))
        levels = self.names.levels.get(rule_id, ())
        for level in levels or (None,):
            full_id = rule_id if level is None else f"{rule_id}.{level}"
            built: list[c.RuleVersion] = []
            for _, row, days in versions:
                cells = (
                    dict(zip(table.columns, row.cells, strict=False)) if table is not None and row is not None else None
                )
                title = _row_title(cells) or form.title or words(name)
                notes = [form.notes, *([row.notes] if row is not None else []), *(block.notes for block in added)]
                scope = Scope(code=full_id, row=cells, level=level, levels=levels)
                origin = row.origin if row is not None else form.origin
                built.append(self._version(form, clauses, scope, days, title, notes, origin))
            area, awarded_to = self._attributes(clauses)
            yield c.Rule(
                id=full_id,
                kind=form.kind,
                name=name,
                title=built[-1].title,
                versions=_in_order(built),
                level=level,
                levels=levels,
                area=area,
                awarded_to=awarded_to,
                origin=built[-1].origin if table else form.origin,
            )

    def _attributes(self, clauses: Sequence[d.Clause]) -> tuple[str | None, tuple[str, ...]]:
        area: str | None = None
        awarded_to: tuple[str, ...] = ()
        for clause in clauses:
            if isinstance(clause, d.Verb) and clause.word == "area":
                area = clause.names[0]
            if isinstance(clause, d.Verb) and clause.word == "awarded to":
                awarded_to = clause.names
        return area, awarded_to

    def _version(
        self,
        form: d.Rule,
        clauses: Sequence[d.Clause],
        scope: Scope,
        days: c.Days,
        title: str,
        notes: Sequence[d.Notes],
        origin: Span,
    ) -> c.RuleVersion:
        body = self.body(clauses)
        settings: dict[str, tuple[c.SettingVersion, ...]] = {}
        for word, found in body.settings.items():
            if word not in ("pass at", "amount"):
                settings[word] = self._setting(word, found, scope)
        for word, windows in body.windows.items():
            settings[word] = self._window(windows, scope)
        requirement: c.Expr | None = None
        if form.kind in (*AWARD_KINDS, "entitlement") or (body.parts and form.kind != "choice"):
            requirement = self.requirement(body, scope)
            if requirement is None and not body.parts and form.kind in AWARD_KINDS:
                self.names.report(
                    "C121",
                    f"`{scope.code}` asks for nothing",
                    origin,
                    "write what it takes: `requires { label: condition }`",
                )
        amount = None
        if form.kind == "fee":
            amount = self._dated_setting(body.settings.get("amount", []), scope, None)
            if amount is None and "amount" not in body.settings:
                self.names.report(
                    "C119",
                    f"the fee `{form.name}` has no amount",
                    form.origin,
                    "add `amount 4,730 USD`, or `amount unknown USD`",
                )
        gates = tuple(clause for note in notes for clause in note.only_if)
        if gates and requirement is not None:
            requirement = c.AllOf(parts=(*self.parts(gates, scope), requirement), type=c.FLAG, origin=origin)
        return c.RuleVersion(
            days=days,
            title=title,
            basis=self.names.basis(notes[0], notes[1:]),
            requirement=requirement,
            amount=amount,
            options=tuple(option for placed in body.options if (option := self._option(placed, scope)) is not None),
            at_most_one="pick at most one" in body.phrases or "pick exactly one" in body.phrases,
            must_choose="pick exactly one" in body.phrases,
            effects=self._effects(body.verbs, scope),
            settings=settings,
            immediate_badge="immediate badge" in body.phrases,
            was=tuple(f"{form.kind}.{old.split('.', 1)[-1]}" for note in notes for old in note.was),
            origin=origin,
        )

    def _lifecycles(self, form: d.Rule, rules: dict[str, c.Rule]) -> Iterator[c.Rule]:
        targets = [rule for rule in rules.values() if rule.kind == form.name or form.name in (rule.name, rule.award)]
        if not targets or form.name is None:
            known = [*AWARD_KINDS, *(rule.award for rule in rules.values())]
            self.names.unknown("C102", "award or kind of award", form.name or "", form.origin, known)
            return
        for target in targets:
            scope = Scope(code=f"lifecycle.{target.id}", subject=target)
            stage = self.values.first(self.body(form.clauses).cases, scope, form)
            version = c.RuleVersion(
                days=days_of(form.valid),
                title=f"{form.title or words(form.name)}: {target.title}",
                basis=self.names.basis(form.notes),
                stage=stage,
                origin=form.origin,
            )
            yield c.Rule(
                id=f"lifecycle.{target.id}",
                kind="lifecycle",
                name=target.id,
                title=version.title,
                versions=(version,),
                level=target.level,
                origin=form.origin,
            )

    # ---- bodies

    def placed(
        self,
        clauses: Sequence[d.Clause],
        days: c.Days = c.ALWAYS,
        around: tuple[d.Notes, ...] = (),
        using: tuple[str, ...] = (),
    ) -> Iterator[Placed]:
        """Yield the clauses with shared ones copied in and versions unfolded to days.

        Reports:
            C120 an unknown or circular `use`; C401-C403 empty, overlapping or gappy versions.
        """
        versions = [clause for clause in clauses if isinstance(clause, d.Version)]
        in_days = dict(zip(map(id, versions), self.successive(versions), strict=True))
        for clause in clauses:
            if isinstance(clause, d.Version) and clause.value is None:
                yield from self.placed(
                    clause.clauses, common_days(days, in_days[id(clause)]), (*around, clause.notes), using
                )
            elif isinstance(clause, d.Verb) and clause.word == "use":
                for name in clause.names:
                    common = self.document.rules.get(f"common.{name}")
                    if common is None:
                        known = [rule.name or "" for rule in self.document.rules.values() if rule.kind == "common"]
                        self.names.unknown("C120", "common", name, clause.origin, known)
                    elif name in using:
                        self.names.report(
                            "C501",
                            f"`{name}` uses itself: {' → '.join((*using, name))}",
                            clause.origin,
                            "take one `use` away",
                        )
                    else:
                        own = (common.notes,) if common.notes != d.NO_NOTES else ()
                        inner = common_days(days, days_of(common.valid))
                        yield from self.placed(common.clauses, inner, (*around, *own), (*using, name))
            else:
                yield Placed(clause, days, around)

    def successive(self, versions: Sequence[d.Version]) -> list[c.Days]:
        """Return the days of versions that follow each other: a later one ends the earlier.

        Reports:
            C401 an end before the start; C402 an overlap; C403 (warning) a gap.
        """
        spans = [days_of(version.valid) for version in versions]
        order = sorted(range(len(spans)), key=lambda i: (spans[i].start is not None, spans[i].start or 0))
        for index, following in pairwise(order):
            this, after = spans[index], spans[following]
            at, before = versions[following].valid.origin, versions[index].valid.origin
            if this.end is None:
                if after.start is None or after.start == this.start:
                    self.names.report(
                        "C402",
                        "two versions begin on the same day",
                        at,
                        "give one of them another day",
                        labels=[Label(before, "the other one")],
                    )
                    continue
                spans[index] = c.Days(this.start, after.start, this.provisional or after.provisional)
            elif after.start is None or after.start < this.end:
                last = _last_day(this)
                self.names.report(
                    "C402",
                    "two versions hold on the same days",
                    at,
                    f"the earlier one runs through {last}: end it the day before this one, or move this start",
                    labels=[Label(before, f"runs through {last}")],
                )
            elif after.start > this.end:
                self.names.report(
                    "C403",
                    f"no version holds from {this.end} until {after.start}",
                    at,
                    f"write `from {this.end} until {after.start}: never` where that is meant",
                    labels=[Label(before, "the version before")],
                    severity=Severity.WARNING,
                )
        for version, span in zip(versions, spans, strict=True):
            self.nonempty(span, version.valid.origin)
        return spans

    def nonempty(self, days: c.Days, origin: Span) -> None:
        """Report C401 where the end is not after the start."""
        if days.start is not None and days.end is not None and days.end <= days.start:
            self.names.report(
                "C401",
                f"this ends before it begins on {days.start}",
                origin,
                "`from` includes its day, `until` excludes it, `through` includes it",
            )

    def body(self, clauses: Sequence[d.Clause]) -> Body:
        """Sort the clauses of a rule by what they say."""
        body = Body()
        for placed in self.placed(clauses):
            match placed.clause:
                case d.Setting() as setting:
                    body.settings.setdefault(setting.word, []).append((setting, placed.days, placed.around))
                case d.Window() as window:
                    body.windows.setdefault(window.word, []).append((window, placed.days, placed.around))
                case d.Verb():
                    body.verbs.append(placed)
                case d.Phrase(phrase=phrase):
                    body.phrases.setdefault(phrase, []).append(placed)
                case d.Section(word="option" | "no choice"):
                    body.options.append(placed)
                case d.Case() as case:
                    body.cases.append(case)
                case _:
                    body.parts.append(placed)
        return body

    def requirement(self, body: Body, scope: Scope) -> c.Expr | None:
        """Return the condition that a body makes: all conditions, one path, the mark reached by the points."""
        parts = self._parts(body.parts, scope, body)
        conditions = [part for part in parts if part.type.kind == "flag" and not _is_path(part)]
        paths = [part for part in parts if _is_path(part)]
        scored = [part for part in parts if part.type.kind == "points"]
        for part in parts:
            if part.type.kind not in ("flag", "points"):
                self.names.report(
                    "C105",
                    f"this is {part.type}, where a condition or points are expected",
                    part.origin,
                    "compare it, or say what it `earns`",
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
        return c.AllOf(parts=tuple(conditions), type=c.FLAG, origin=conditions[0].origin.to(conditions[-1].origin))

    def _score(self, scored: list[c.Expr], body: Body, scope: Scope) -> c.Expr | None:
        marks = body.settings.get("pass at", [])
        if not marks:
            self.names.report(
                "C118",
                "this scores points, and no mark says how many are needed",
                scored[0].origin,
                "add `pass at 70 points`",
            )
            return None
        mark = self._dated_setting(marks, scope, c.POINTS)
        if mark is None:
            return None
        every = tuple(
            c.EveryMetric(placed.days, asked, self.names.basis(_notes_of(placed.clause), placed.around))
            for phrase, asked in _EVERY.items()
            for placed in body.phrases.get(phrase, ())
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
        merged: set[int] = set()
        for index, item in enumerate(placed):
            if index in merged:
                continue
            match item.clause:
                case d.Item() as clause:
                    part = self._item(clause, item, scope)
                case d.Section(word="requires") as clause:
                    inner = [
                        Placed(p.clause, common_days(item.days, p.days), (*item.around, clause.notes, *p.around))
                        for p in self.placed(clause.clauses)
                    ]
                    if clause.when is not None or clause.valid is not None:
                        self.names.report(
                            "C111",
                            "`requires` has no date or condition of its own",
                            clause.origin,
                            "put it into a version `from ...`, or write `only if { ... }` behind a requirement",
                        )
                    result.extend(self._parts(inner, scope, body))
                    continue
                case d.Section(word="at even anniversaries" | "at odd anniversaries") as clause:
                    part = self._asked(clause, item, scope, body)
                case d.Section() as clause:
                    # A category that several shared bodies speak of is one category.
                    same = [i for i, p in enumerate(placed) if i > index and _same_section(clause, item, p)]
                    merged.update(same)
                    clauses = (
                        *clause.clauses,
                        *(inner for i in same if isinstance(p := placed[i].clause, d.Section) for inner in p.clauses),
                    )
                    part = self._section(replace(clause, clauses=clauses), item, scope, body)
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
        self._unique(result)
        return result

    def _unique(self, parts: Sequence[c.Expr]) -> None:
        """Report C112 where two parts have one code on the same days."""
        seen: list[c.Requirement] = []
        for part in parts:
            if not isinstance(part, c.Requirement):
                continue
            for other in seen:
                if other.code == part.code and overlap(other.days, part.days):
                    label = part.code.rsplit(".", 1)[-1]
                    self.names.report(
                        "C112",
                        f"the label `{label}` stands twice here",
                        part.origin,
                        "give one of them another label: it is the reason code",
                        labels=[Label(other.origin, "the other one")],
                    )
                    break
            seen.append(part)

    def _item(self, clause: d.Item, placed: Placed, scope: Scope) -> c.Expr | None:
        inner = scope.under(clause.label)
        value = self._earned(clause, inner) if clause.earns is not None else self.values.lower(clause.value, inner)
        if value is None:
            return None
        if clause.notes.only_if:
            value = self._gated(clause, value, inner)
            if value is None:
                return None
        return c.Requirement(
            code=inner.code,
            title=clause.title or words(clause.label),
            value=value,
            part="scored" if value.type.kind == "points" else "condition",
            days=placed.days,
            basis=self.names.basis(clause.notes, placed.around),
            was=tuple(f"{scope.code}.{old}" for old in clause.notes.was),
            type=value.type,
            origin=clause.origin,
        )

    def _gated(self, clause: d.Item, value: c.Expr, scope: Scope) -> c.Expr | None:
        gates = self.parts(clause.notes.only_if, scope)
        if not gates:
            return None
        for gate in gates:
            if gate.type.kind != "flag":
                self.names.report(
                    "C105", f"this is {gate.type}, where a condition is expected", gate.origin, "compare it"
                )
                return None
        origin = gates[0].origin.to(gates[-1].origin)
        gate_all = c.AllOf(parts=tuple(gates), type=c.FLAG, origin=origin)
        if value.type.kind == "flag":
            return c.AllOf(parts=(*gates, value), type=c.FLAG, origin=clause.origin)
        branches = (
            c.Branch(name="only if", when=gate_all, value=value, origin=origin),
            c.Branch(name="otherwise", when=None, value=replace(ZERO_POINTS, origin=origin), origin=origin),
        )
        return c.Case(branches=branches, gate=True, type=value.type, origin=clause.origin)

    def _earned(self, clause: d.Item, scope: Scope) -> c.Expr | None:
        """Lower the points that a value earns.

        Reports:
            C107 no rounding; C302 no maximum; C303 no way from value to points.
        """
        earns, origin = clause.earns, clause.origin
        if earns is None:
            raise AssertionError("only for what earns")
        number = self.values.number
        if earns.mode == "whole":
            if earns.points is None:
                self.names.report(
                    "C303",
                    "this does not say how the value earns its points",
                    earns.origin,
                    "write `, in proportion, rounded down`, or `4 points each, up to 20 points`",
                )
                return None
            test, points = self.values.condition(clause.value, scope), number(earns.points, scope, c.POINTS)
            if test is None or points is None:
                return None
            branches = (
                c.Branch(name="met", when=test, value=points, origin=origin),
                c.Branch(name="otherwise", when=None, value=ZERO_POINTS, origin=origin),
            )
            return c.Case(branches=branches, type=c.POINTS, origin=origin)
        value = number(clause.value, scope)
        if value is None:
            return None
        cap = number(earns.up_to, scope, c.POINTS) if earns.up_to is not None else None
        if earns.mode in ("each", "per") and earns.points is not None:
            points = number(earns.points, scope, c.POINTS)
            unit = number(earns.per, scope, value.type) if earns.per is not None else None
            if points is None or (earns.per is not None and unit is None) or (earns.up_to is not None and cap is None):
                return None
            if cap is None:
                self.names.report("C302", "these points have no maximum", earns.origin, "add `, up to 20 points`")
            return c.PerUnit(value=value, points=points, unit=unit, cap=cap, type=c.POINTS, origin=origin)
        if earns.mode == "proportion":
            target = number(earns.at, scope, value.type) if earns.at is not None else None
            if earns.at is None or earns.up_to is None:
                self.names.report(
                    "C303",
                    "points in proportion need a maximum and the value that earns it",
                    earns.origin,
                    "write `earns up to 30 points at 1,000, in proportion, rounded down`",
                )
                return None
            if earns.rounding is None:
                self.names.report(
                    "C107",
                    "points in proportion can be a fraction",
                    earns.origin,
                    "write the rounding: `, rounded down`",
                    fix=Fix("round down", (Edit(earns.origin.after, ", rounded down"),)),
                )
                return None
            if target is None or cap is None:
                return None
            return c.Prorate(
                value=value,
                most=cap,
                target=target,
                rounding=self.values.round_to(earns.rounding),
                type=c.POINTS,
                origin=origin,
            )
        tiers = []
        for tier in earns.tiers:
            at, points = number(tier.at, scope, value.type), number(tier.points, scope, c.POINTS)
            if at is None or points is None:
                return None
            if not isinstance(at, c.Literal) or not isinstance(at.value, Decimal):
                self.names.report(
                    "C106",
                    "a tier begins at a known figure",
                    tier.origin,
                    "write the figure, for example `at 2: 5 points`",
                )
                return None
            tiers.append((at.value, at, points, tier))
        tiers.sort(key=lambda t: t[0], reverse=True)
        branches_list = [
            c.Branch(
                name=f"at {at_value}",
                when=c.Compare(op=">=", left=value, right=at, type=c.FLAG, origin=tier.origin),
                value=points,
                basis=self.names.basis(tier.notes),
                origin=tier.origin,
            )
            for at_value, at, points, tier in tiers
        ]
        branches_list.append(c.Branch(name="otherwise", when=None, value=ZERO_POINTS, origin=origin))
        return c.Case(branches=tuple(branches_list), type=c.POINTS, origin=origin)

    def _section(self, clause: d.Section, placed: Placed, scope: Scope, body: Body | None) -> c.Expr | None:
        name = clause.name or clause.word
        inner = scope.under(name)
        days = common_days(placed.days, days_of(clause.valid))
        self.nonempty(days_of(clause.valid), clause.origin)
        parts = self._parts(list(self.placed(clause.clauses)), inner, body)
        if not parts:
            return None
        scored = [part for part in parts if part.type.kind == "points"]
        value: c.Expr | None
        if clause.word == "path" or (not scored and clause.word != "category"):
            own = Body(parts=list(self.placed(clause.clauses)))
            if body is not None:
                own.settings, own.phrases = body.settings, body.phrases
            nested = self.body(clause.clauses)
            own.parts = nested.parts
            own.settings = {**own.settings, **nested.settings}
            own.phrases = {**own.phrases, **nested.phrases}
            value = self.requirement(own, inner)
        else:
            mixed = [part for part in parts if part.type.kind != "points"]
            if mixed and scored:
                self.names.report(
                    "C104",
                    f"this is {mixed[0].type}, among parts that earn points",
                    mixed[0].origin,
                    "say what it `earns`, or move it to `requires`",
                )
                return None
            cap = self.values.number(clause.up_to, inner, parts[0].type) if clause.up_to is not None else None
            value = self.values.join(d.Chooser(word="total" if scored else "all"), parts, clause, cap)
        if value is None:
            return None
        if clause.when is not None and scope.code and clause.word != "track":
            self.names.report(
                "C111",
                f"a `{clause.word}` has no `when`",
                clause.origin,
                "only tracks in `first of` and effects of options have one",
            )
        return c.Requirement(
            code=inner.code,
            title=clause.title or words(name),
            value=value,
            part="section",
            path=clause.word == "path",
            days=days,
            basis=self.names.basis(clause.notes, placed.around),
            type=value.type,
            origin=clause.origin,
        )

    def _asked(self, clause: d.Section, placed: Placed, scope: Scope, body: Body | None) -> c.Expr | None:
        """Lower what is asked at every second anniversary only, and when attaining for the even ones."""
        inner = [
            Placed(p.clause, p.days, (*placed.around, clause.notes, *p.around)) for p in self.placed(clause.clauses)
        ]
        parts = self._parts(inner, scope, body)
        for part in parts:
            if part.type.kind != "flag":
                self.names.report(
                    "C105", f"this is {part.type}, where a condition is expected", part.origin, "compare it"
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
            title=f"Asked {clause.word}" + (" and at the start" if even else ""),
            value=c.Case(branches=branches, type=c.FLAG, origin=clause.origin),
            part="section",
            days=placed.days,
            basis=self.names.basis(clause.notes, placed.around),
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
        title = {
            "best": "The best of these counts",
            "first": "The first that applies counts",
            "any": "One of these",
            "all": "All of these",
            "total": "Together",
        }.get(word, "At least so many of these")
        return c.Requirement(
            code=f"{scope.code}.{word.replace(' ', '_')}",
            title=title,
            value=value,
            part="section",
            days=placed.days,
            basis=self.names.basis(d.NO_NOTES, placed.around),
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

    # ---- settings, windows, options

    def _dated_setting(
        self, found: Sequence[tuple[d.Setting, c.Days, tuple[d.Notes, ...]]], scope: Scope, expected: c.Type | None
    ) -> c.Expr | None:
        versions: list[c.DatedValue] = []
        for setting, days, around in found:
            value = self.values.number(setting.value, scope, expected)
            if value is None:
                return None
            versions.append(c.DatedValue(days, value, self.names.basis(setting.notes, around)))
        self._apart([(setting, days) for setting, days, _ in found])
        if not versions:
            return None
        first = versions[0]
        if len(versions) == 1 and first.days == c.ALWAYS and first.basis == c.NO_BASIS:
            return first.value
        return c.Dated(versions=tuple(versions), type=first.value.type, origin=found[0][0].origin)

    def _apart(self, found: Sequence[tuple[d.Setting | d.Window, c.Days]]) -> None:
        for index, (node, days) in enumerate(found):
            for other, other_days in found[:index]:
                if overlap(days, other_days):
                    self.names.report(
                        "C402",
                        f"`{node.word}` is said twice for the same days",
                        node.origin,
                        "keep one, or date them with `from`",
                        labels=[Label(other.origin, "the other one")],
                    )

    def _setting(
        self, word: str, found: Sequence[tuple[d.Setting, c.Days, tuple[d.Notes, ...]]], scope: Scope
    ) -> tuple[c.SettingVersion, ...]:
        versions: list[c.SettingVersion] = []
        for setting, days, around in found:
            if word in ("lost after", "valid"):
                value = self.values.lower(setting.value, scope, c.DURATION)
                if value is not None and value.type.kind != "duration":
                    self.names.report(
                        "C104",
                        f"this is {value.type}, where a duration is expected",
                        setting.value.origin,
                        "write for example `30 days` or `1 year`",
                    )
                    value = None
            else:
                value = self.values.day(setting.value, scope)
            if value is not None:
                versions.append(c.SettingVersion(days=days, value=value, basis=self.names.basis(setting.notes, around)))
        self._apart([(setting, days) for setting, days, _ in found])
        return tuple(versions)

    def _window(
        self, found: Sequence[tuple[d.Window, c.Days, tuple[d.Notes, ...]]], scope: Scope
    ) -> tuple[c.SettingVersion, ...]:
        versions: list[c.SettingVersion] = []
        for window, days, around in found:
            bounds = self.values.range(window.range, scope)
            if bounds is not None:
                versions.append(c.SettingVersion(days=days, value=bounds, basis=self.names.basis(window.notes, around)))
        self._apart([(window, days) for window, days, _ in found])
        return tuple(versions)

    def _option(self, placed: Placed, scope: Scope) -> c.Option | None:
        clause = placed.clause
        if not isinstance(clause, d.Section):
            raise AssertionError("options are sections")
        name = clause.name if clause.word == "option" else None
        inner = scope.under(name or "no_choice")
        body = self.body(clause.clauses)
        requirement = self.requirement(body, inner) if body.parts else None
        return c.Option(
            name=name,
            code=inner.code,
            title=clause.title or (words(name) if name else "No choice"),
            requirement=requirement,
            effects=self._effects(body.verbs, inner),
            days=common_days(placed.days, days_of(clause.valid)),
            basis=self.names.basis(clause.notes, placed.around),
            origin=clause.origin,
        )

    def _effects(self, verbs: Sequence[Placed], scope: Scope) -> tuple[c.Effect, ...]:
        result: list[c.Effect] = []
        for placed in verbs:
            verb = placed.clause
            if not isinstance(verb, d.Verb):
                continue
            word = verb.word
            if word == "area" or word == "levels" or word == "awarded to" or word == "use":
                continue
            kinds = {"pay": ("fee",), "covers": AWARD_KINDS, "gives": ("benefit", *AWARD_KINDS, "entitlement")}.get(
                verb.word, (*AWARD_KINDS, "benefit")
            )
            ids = self.names.awards_of(verb.names, verb.origin, scope, kinds)
            when = self.values.condition(verb.when, scope.under(verb.word)) if verb.when is not None else None
            up_to = self.values.number(verb.up_to, scope) if verb.up_to is not None else None
            if ids is None or (verb.when is not None and when is None):
                continue
            shown = (
                tuple(
                    name if name in self.document.groups or name in PLURALS else i
                    for name, i in zip(verb.names, ids, strict=False)
                )
                if len(verb.names) == len(ids)
                else tuple(verb.names)
            )
            result.append(c.Effect(verb=word, names=shown, when=when, up_to=up_to))
        return tuple(result)


def _in_order(versions: Iterable[c.RuleVersion]) -> tuple[c.RuleVersion, ...]:
    return tuple(sorted(versions, key=lambda version: version.days.start or date.min))


def _last_start(rule: c.Rule) -> date:
    return rule.versions[-1].days.start or date.min


def _notes_of(clause: d.Clause) -> d.Notes:
    return d.NO_NOTES if isinstance(clause, d.Group) else clause.notes


def family_key(row: d.Row) -> str | None:
    """Return the name in the first cell of a row: the name of the rule it makes."""
    first = row.cells[0] if row.cells else None
    return first.names[0] if isinstance(first, d.Names) else None


def _row_title(cells: dict[str, d.Cell] | None) -> str | None:
    cell = cells.get("title") if cells is not None else None
    return cell.text if isinstance(cell, d.Text) else None


def _is_path(part: c.Expr) -> bool:
    return isinstance(part, c.Requirement) and part.part == "section" and part.type.kind == "flag" and part.path


def _same_section(clause: d.Section, item: Placed, other: Placed) -> bool:
    return (
        isinstance(other.clause, d.Section)
        and other.clause.word == clause.word == "category"
        and other.clause.name == clause.name
        and other.days == item.days
    )


def _last_day(days: c.Days) -> str:
    return (days.end - timedelta(days=1)).isoformat() if days.end is not None else "ever"
