"""Rules of a document to rules of the core: levels, families, versions, life cycles and options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from dsl import core as c, document as d
from dsl.core.types import common_days, overlap
from dsl.diagnostics import Edit, Fix, Label
from dsl.lower.asked import asked_together
from dsl.lower.bodies import Bodies
from dsl.lower.placing import Body, Placed, notes_of
from dsl.lower.scope import Names, Scope, days_of, insert, kind_of, word_in, words
from dsl.lower.table_rows import rows_in_days
from dsl.lower.values import Values
from dsl.source import Span

_IN_ANY_RULE = frozenset({"C101", "C102", "C104", "C105", "C106", "C107", "C108", "C109", "C114", "C115", "C401"})
"""Mistakes of shared clauses that are mistakes in whatever rule uses them."""


class Rules(Bodies):
    """Lowers the rules of one document."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.document = names.document
        self.values = Values(names, self.parts)
        self.errors_before = 0
        self.verbs: Sequence[Placed] = ()
        """What the version lowered last says of the rule beside its requirement."""

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
            if ".*" in key:
                self._check_family(key, forms, rules)
            elif key not in {f"{rule.kind}.{rule.name}" for rule in rules.values()}:
                for form in forms:
                    self.names.unknown(
                        "C102",
                        form.kind,
                        form.name or "",
                        form.origin,
                        [r.name for r in rules.values() if r.kind == form.kind],
                    )
        self._unused_commons()
        return rules

    def _unused_commons(self) -> None:
        """Look through shared clauses that no rule uses: what they name must exist all the same.

        What depends on the rule around them (its levels, row, mark) cannot be judged.
        """
        forms = self.document.rules.values()
        used = {
            name
            for form in forms
            for clause in d.walk(form)
            if isinstance(clause, d.Verb) and clause.word == "use"
            for name in clause.names
        }
        for form in forms:
            if form.kind == "common" and form.name not in used:
                before = len(self.names.found)
                scope = Scope(code=f"common.{form.name}")
                self.requirement(self.body(form.clauses), scope)
                told = [one for one in self.names.found[before:] if one.code in _IN_ANY_RULE]
                self.names.found[before:] = told

    def _check_family(self, key: str, forms: Sequence[d.Rule], rules: Mapping[str, c.Rule]) -> None:
        """Report additions over a table that does not exist, or for rules that do not."""
        kind, _, name = key.partition(".*")
        table = self.document.tables.get(name)
        if table is None:
            self.names.unknown("C113", "table", name, forms[0].origin, self.document.tables)
            return
        known = {rule.name for rule in rules.values() if rule.kind == kind}
        for row in table.rows:
            own = family_key(row)
            if own is not None and own not in known:
                self.names.unknown("C602", kind, own, row.cells[0].origin, known)

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
        cells: dict[str, d.Cell] | None = None
        levels = self.names.levels.get(rule_id, ())
        for level in levels or (None,):
            full_id = rule_id if level is None else f"{rule_id}.{level}"
            built: list[c.RuleVersion] = []
            for _, row, days in versions:
                cells = _cells(table, row) if table is not None and row is not None else None
                title = _row_title(cells) or form.title or words(name)
                behind = [row.notes, table.notes] if row is not None and table is not None else []
                scope = Scope(code=full_id, row=cells, level=level, levels=levels)
                origin = row.origin if row is not None else form.origin
                built.append(self._version(form, added, scope, days, title, behind, origin))
            area, awarded_to = self._attributes(self.verbs, cells)
            yield c.Rule(
                id=full_id,
                of_kind=self.names.kinds[form.kind],
                name=name,
                title=built[-1].title,
                versions=_in_order(built),
                level=level,
                levels=levels,
                area=area,
                awarded_to=awarded_to,
                origin=built[-1].origin if table else form.origin,
            )

    def _attributes(
        self, verbs: Sequence[Placed], row: Mapping[str, d.Cell] | None
    ) -> tuple[str | None, tuple[str, ...]]:
        """Return the area and who the award is given to; shared clauses may say it.

        Reports:
            C122 days: both are said of the rule and not of a version of it.
        """
        area: str | None = None
        awarded_to: tuple[str, ...] = ()
        for placed in verbs:
            clause = placed.clause
            if isinstance(clause, d.Verb) and clause.word in ("area", "awarded to") and placed.days != c.ALWAYS:
                self.names.report(
                    "C122", f"`{clause.word}` has no days of its own", clause.origin, "write it outside of the version"
                )
            if isinstance(clause, d.Verb) and clause.word == "area" and len(clause.names) > 1:
                self.names.report("C122", "a rule stands in one area", clause.origin, f"write `area {clause.names[0]}`")
            if isinstance(clause, d.Verb) and clause.word == "area":
                cell = row.get(clause.names[0].removeprefix("row.")) if row is not None else None
                area = cell.names[0] if isinstance(cell, d.Names) else clause.names[0]
            if isinstance(clause, d.Verb) and clause.word == "awarded to":
                awarded_to = clause.names
        return area, awarded_to

    def _version(
        self,
        form: d.Rule,
        added: Sequence[d.Rule],
        scope: Scope,
        days: c.Days,
        title: str,
        behind: Sequence[d.Notes],
        origin: Span,
    ) -> c.RuleVersion:
        """Lower a version.

        Args:
            form: the rule.
            added: the `also` forms that name it.
            scope: its code, level and row.
            days: the days of the version.
            title: its title.
            behind: the notes of its row and of the row's table.
            origin: where the version is written.
        """
        self.errors_before = self.names.errors
        kind = self.names.kinds[form.kind]
        notes = [form.notes, *behind, *(block.notes for block in added)]
        extra = self._family_parts(form.kind, scope)
        basis = self.names.basis(form.notes, behind)
        row = basis.cites
        if not behind or not (added or extra) or kind.decides in ("amount", "options"):
            row = ()  # the whole version stands on its row
        body = self.body(form.clauses, added, row)
        if row and any(placed.row for placed in body.parts):
            basis = replace(basis, cites=self.names.basis(form.notes).cites)
        self.verbs = body.verbs
        settings: dict[str, tuple[c.SettingVersion, ...]] = {}
        for word, found in body.settings.items():
            if word not in ("pass at", "amount"):
                settings[word] = self._setting(word, found, scope)
        for word, windows in body.windows.items():
            settings[word] = self._window(windows, scope)
        if kind.keeps_register:
            self._renewals(body)
        requirement: c.Expr | None = None
        if kind.asks or (body.parts and kind.decides != "options"):
            requirement = self.requirement(body, scope)
            if requirement is None and not body.parts and kind.keeps_register and not self._has_errors:
                self.names.report(
                    "C121",
                    f"`{scope.code}` asks for nothing",
                    origin,
                    "write what it takes: `requires { label: condition }`",
                )
        amount = None
        if kind.decides == "amount":
            amount = self._dated_setting(body.settings.get("amount", []), scope, None)
            if amount is None and "amount" not in body.settings and not self._has_errors:
                self.names.report(
                    "C119",
                    f"the {form.kind} `{form.name}` has no amount",
                    form.origin,
                    "add `amount 4,730 USD`, or `amount unknown USD`",
                    fix=insert(form.origin, form.origin.end - 1, "  amount unknown USD\n", "add an amount nobody knows")
                    if form.origin.text.endswith("\n}")
                    else None,
                )
        if extra and requirement is not None:
            own = requirement.parts if isinstance(requirement, c.AllOf) else (requirement,)
            requirement = c.AllOf(parts=asked_together((*own, *extra)), type=c.FLAG, origin=origin)
        gates = tuple(clause for note in notes for clause in note.only_if)
        if gates and requirement is not None:
            requirement = c.AllOf(parts=(*self.parts(gates, scope), requirement), type=c.FLAG, origin=origin)
        return c.RuleVersion(
            days=days,
            title=title,
            basis=basis,
            requirement=requirement,
            amount=amount,
            options=tuple(option for placed in body.options if (option := self._option(placed, scope)) is not None),
            at_most_one=self._stated(body, "pick at most one"),
            must_choose=self._stated(body, "pick exactly one"),
            effects=self._effects(body.verbs, scope),
            settings=settings,
            immediate_badge=self._stated(body, "immediate badge"),
            was=tuple(self._former(form.kind, old) for note in notes for old in note.was),
            origin=origin,
        )

    def _former(self, kind: str, old: str) -> str:
        """Return the id that a rule had: of its own kind, or of the one that stands before the name."""
        before, _, name = old.rpartition(".")
        return old if before in self.names.kinds else f"{kind}.{name}"

    def _renewals(self, body: Body) -> None:
        """Report C122 for the anniversary that a renewal leads to where an award is never renewed."""
        open_on = [days for _, days, _ in body.windows.get("renewable", ())]
        for setting, days, _ in body.settings.get("renews to", ()):
            if not any(overlap(days, other) for other in open_on):
                self.names.report(
                    "C122",
                    "`renews to` decides nothing here: nothing says when the award is renewable",
                    setting.origin,
                    "write when beside it: `renewable from anniversary through anniversary + 30 days`",
                )

    def _stated(self, body: Body, phrase: str) -> tuple[c.Stated, ...]:
        return tuple(
            c.Stated(placed.days, self.names.basis(notes_of(placed.clause), placed.around))
            for placed in body.phrases.get(phrase, ())
        )

    def _family_parts(self, kind: str, scope: Scope) -> list[c.Expr]:
        """Lower what `also` forms over tables add to a rule: the parts of each row that is for it."""
        name = scope.code.removeprefix(f"{kind}.").removesuffix(f".{scope.level}" if scope.level else "")
        result: list[c.Expr] = []
        for key, forms in self.document.additions.items():
            table = self.document.tables.get(key.partition(".*")[2])
            if table is None or not key.startswith(f"{kind}.*"):
                continue
            for row, days in rows_in_days(table):
                if family_key(row) != name or len(row.cells) != len(table.columns):
                    continue
                inner = replace(scope, row=_cells(table, row))
                for form in forms:
                    span = common_days(days, days_of(form.valid))
                    around = (form.notes, row.notes, table.notes)
                    placed = [
                        replace(p, days=common_days(span, p.days), around=(*around, *p.around))
                        for p in self.placed(form.clauses)
                    ]
                    result.extend(self._parts(placed, inner, None))
        return result

    def _lifecycles(self, form: d.Rule, rules: dict[str, c.Rule]) -> Iterator[c.Rule]:
        targets = [rule for rule in rules.values() if rule.kind == form.name or form.name in (rule.name, rule.award)]
        if not targets or form.name is None:
            known = [*self.names.kinds.awards, *(rule.award for rule in rules.values())]
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
                of_kind=self.names.kinds[form.kind],
                name=target.id,
                title=version.title,
                versions=(version,),
                level=target.level,
                origin=form.origin,
            )

    def _option(self, placed: Placed, scope: Scope) -> c.Option | None:
        clause = placed.clause
        if not isinstance(clause, d.Section):
            raise AssertionError("options are sections")
        if clause.word == "option" and clause.name is None:
            self.names.report("C111", "an option needs a name", clause.origin, "write `option benefits { ... }`")
            return None
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

    def _is_paid_out(self, verb: d.Verb) -> bool:
        """Report C102 where an option is said to pay what is paid to the partner."""
        for name in verb.names:
            kinds = {kind_of(i) for i in self.names.award_ids(name)}
            if kinds and kinds <= set(self.names.kinds.payments):
                at = word_in(verb.origin, name)
                fix = (
                    Fix("write `gives`", (Edit(word_in(verb.origin, "pay"), "gives"),))
                    if len(verb.names) == 1
                    else None
                )
                self.names.report(
                    "C102", f"`{name}` is paid to the partner, not by the partner", at, f"write `gives {name}`", fix=fix
                )
                return True
        return False

    def _effects(self, verbs: Sequence[Placed], scope: Scope) -> tuple[c.Effect, ...]:
        result: list[c.Effect] = []
        known = self.names.kinds
        for placed in verbs:
            verb = placed.clause
            if not isinstance(verb, d.Verb):
                continue
            word = verb.word
            if word == "area" or word == "levels" or word == "awarded to" or word == "use":
                continue
            if verb.word == "pay" and self._is_paid_out(verb):
                continue
            kinds = {
                "pay": known.fees,
                "covers": known.awards,
                "gives": (*self.names.of_awards, *known.rights, *known.payments),
            }.get(verb.word, self.names.of_awards)
            ids = self.names.awards_of(verb.names, verb.origin, scope, kinds)
            advice = f"name the awards, in versions: `from 2023-10-03 {{ {word} ... }}`"
            if self.names.has_dated_members(verb.names, word, verb.origin, advice):
                continue
            when = self.values.condition(verb.when, scope.under(verb.word)) if verb.when is not None else None
            up_to = self.values.number(verb.up_to, scope) if verb.up_to is not None else None
            if ids is None or (verb.when is not None and when is None):
                continue
            shown = (
                tuple(
                    name if name in self.document.groups or name in known.plurals else i
                    for name, i in zip(verb.names, ids, strict=False)
                )
                if len(verb.names) == len(ids)
                else tuple(verb.names)
            )
            basis = self.names.basis(verb.notes, placed.around)
            meant = tuple(dict.fromkeys(ids))
            result.append(
                c.Effect(verb=word, names=shown, meant=meant, when=when, up_to=up_to, days=placed.days, basis=basis)
            )
        return tuple(result)


def _cells(table: d.Table, row: d.Row) -> dict[str, d.Cell]:
    return dict(zip(table.columns, row.cells, strict=False))


def _in_order(versions: Iterable[c.RuleVersion]) -> tuple[c.RuleVersion, ...]:
    return tuple(sorted(versions, key=lambda version: version.days.start or date.min))


def _last_start(rule: c.Rule) -> date:
    return rule.versions[-1].days.start or date.min


def family_key(row: d.Row) -> str | None:
    """Return the name in the first cell of a row: the name of the rule it makes."""
    first = row.cells[0] if row.cells else None
    return first.names[0] if isinstance(first, d.Names) else None


def _row_title(cells: dict[str, d.Cell] | None) -> str | None:
    cell = cells.get("title") if cells is not None else None
    return cell.text if isinstance(cell, d.Text) else None
