"""Claims about awards, and wholes made of parts: any of, all of, best of, the first that applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dsl import core as c, document as d
from dsl.diagnostics import Edit, Fix, listed, nearest
from dsl.lower.expressions import Expressions
from dsl.lower.scope import ALWAYS_ONE, Member, Scope, alike, insert, literal, word_in, words
from dsl.lower.table_rows import is_empty_cell


class Claims(Expressions):
    """Lowers claims and choosers."""

    def _claim(self, expr: d.Claim, scope: Scope) -> c.Expr | None:
        """Lower ``holds``, ``held`` and ``qualifies for``.

        Reports:
            C102, C103 an unknown or ambiguous award; C110 a level it has not; C116 several awards without `any of`.
        """
        selection = expr.selection
        qualifies = expr.verb == "qualifies for"
        kinds = self.names.kinds.asking if qualifies else self.names.of_awards
        if scope.row is not None and any(is_empty_cell(name, scope.row) for name in selection.names):
            return None  # an empty cell asks for nothing
        ids = self.names.awards_of(selection.names, selection.origin, scope, kinds)
        if ids is None:
            return None
        if not ids:
            self.names.report(
                "C102", f"`{selection.names[0]}` names nothing", selection.origin, "add members to the group"
            )
            return None
        if len(ids) > 1 and selection.chooser is None:
            name = selection.names[0]
            self.names.report(
                "C116",
                f"`{name}` are several awards",
                selection.origin,
                f"write `any of {name}` or `all of {name}`",
                fix=Fix(f"write `any of {name}`", (Edit(selection.origin, f"any of {name}"),)),
            )
            return None
        parts: list[c.Expr] = []
        for award in ids:
            levels = self.names.levels.get(award, ())
            if expr.level is not None and expr.level not in levels:
                at, near = word_in(expr.origin, expr.level), nearest(expr.level, levels)
                help_ = f"its levels are {listed(levels)}" if levels else "it has no levels"
                self.names.report(
                    "C110",
                    f"`{award}` has no level `{expr.level}`",
                    at,
                    f"did you mean `{near}`?" if near else help_,
                    fix=Fix(f"write `{near}`", (Edit(at, near),)) if near else None,
                )
                return None
            if qualifies:
                wanted = (
                    [f"{award}.{expr.level}"] if expr.level else [f"{award}.{level}" for level in levels] or [award]
                )
                tests = tuple(c.Qualifies(rule=rule, type=c.FLAG, origin=expr.origin) for rule in wanted)
                node: c.Expr = tests[0] if len(tests) == 1 else c.AnyOf(parts=tests, type=c.FLAG, origin=expr.origin)
            else:
                node = c.Holds(award=award, level=expr.level, type=c.FLAG, origin=expr.origin)
            parts.append(node)
        members = self.names.members(selection.names)
        named = tuple(
            self._member(award, part, member, scope, expr)
            for award, part in zip(ids, parts, strict=True)
            for member in members.get(award, (ALWAYS_ONE,))
        )
        whole = self._quantified(selection.chooser, named, expr)
        is_plain = len(parts) == 1 and named[0].days == c.ALWAYS and named[0].basis == c.NO_BASIS
        return parts[0] if whole is not None and is_plain else whole

    def _member(self, award: str, value: c.Expr, member: Member, scope: Scope, expr: d.Node) -> c.Requirement:
        """Return a condition on one award of several, in force on the days that its group gives it."""
        return c.Requirement(
            code=f"{scope.code}.{award.split('.', 1)[1]}",
            title=self.names.titles.get(award, words(award)),
            value=value,
            part="condition",
            days=member.days,
            basis=member.basis,
            type=c.FLAG,
            origin=expr.origin,
        )

    def _number_held(self, expr: d.NumberHeld, scope: Scope) -> c.Expr | None:
        ids = self.names.awards_of((expr.group,), expr.origin, scope, self.names.of_awards)
        if ids is None:
            return None
        members = self.names.members((expr.group,))
        parts: list[c.Expr] = []
        for award in ids:
            held = c.Holds(award=award, type=c.FLAG, origin=expr.origin)
            own = members.get(award, ())
            parts.extend([self._member(award, held, member, scope, expr) for member in own] or [held])
        return c.NumberOf(parts=tuple(parts), type=c.COUNT, origin=expr.origin)

    def _is_award(self, name: str) -> bool:
        return name in self.names.awards or name in self.names.document.groups or name in self.names.kinds.plurals

    def _joined(self, terms: Sequence[d.Expr], word: str) -> bool:
        """Report C105 where names of one selection are joined as conditions: ``holds a or b``."""
        first, *others = terms
        selection: d.Selection | None = None
        match first:
            case d.Claim(selection=selection):
                what, plural = "an award", "awards"
            case d.AtLeastPeople(holding=selection) | d.People(holding=selection):
                what, plural = "a list of certifications", "lists"
            case d.Projected() | d.On():
                what, plural = "an award", "awards"
            case _:
                return False
        names = [term.name for term in others if isinstance(term, d.Name)]
        of_lists = plural == "lists"
        if len(names) != len(others) or not all(
            name in self.names.lists if of_lists else self._is_award(name) for name in names
        ):
            return False
        chooser = "any of" if word == "or" else "all of"
        edits: list[Edit] = []
        before = first.origin
        for stray in others:
            edits.append(Edit(replace(before.after, end=stray.origin.start), ", "))
            before = stray.origin
        if selection is not None:
            if selection.chooser is None:
                edits.insert(0, Edit(replace(selection.origin, end=selection.origin.start), f"{chooser} "))
            elif f"{selection.chooser.word} of" != chooser:
                return False
        self.names.report(
            "C105",
            f"`{word}` joins conditions, and `{names[0]}` is {what}",
            others[0].origin,
            f"name the {plural} behind `{chooser}`, with commas: `{chooser} ..., {', '.join(names)}`",
            fix=Fix("write a list", tuple(edits)),
        )
        return True

    def _quantified(self, chooser: d.Chooser | None, parts: tuple[c.Expr, ...], expr: d.Node) -> c.Expr | None:
        word = chooser.word if chooser is not None else "any"
        if word == "all":
            return c.AllOf(parts=parts, type=c.FLAG, origin=expr.origin)
        if word in ("any", "at least") and (chooser is None or chooser.word == "any"):
            return c.AnyOf(parts=parts, type=c.FLAG, origin=expr.origin)
        if chooser is not None and word == "at least":
            least = self.count_of(chooser)
            if least > len(parts):
                self.names.report(
                    "C106", f"{least} of {len(parts)} can never be met", chooser.origin, f"write at most {len(parts)}"
                )
            return c.AnyOf(parts=parts, least=least, type=c.FLAG, origin=expr.origin)
        self.names.report(
            "C106",
            f"`{word} of` does not choose among conditions",
            expr.origin,
            "write `any of`, `all of` or `at least 2 of`",
        )
        return None

    def _choose(self, expr: d.Choose, scope: Scope) -> c.Expr | None:
        """Lower a chooser over clauses or names."""
        if expr.names or expr.values:
            among = expr.values or tuple(d.Name(name=name, origin=expr.origin) for name in expr.names)
            lowered = [self.lower(one, scope) for one in among]
            parts = [part for part in lowered if part is not None]
            if len(parts) != len(lowered):
                return None
        elif expr.chooser.word == "first":
            return self.first(expr.clauses, scope, expr)
        else:
            parts = self.clauses(expr.clauses, scope)
            if not parts:
                if not expr.clauses:
                    self.names.report(
                        "C117",
                        f"`{expr.chooser.word} of` has no parts",
                        expr.origin,
                        "write at least one labelled part",
                    )
                return None
        return self.join(expr.chooser, parts, expr)

    def join(self, chooser: d.Chooser, parts: list[c.Expr], expr: d.Node, cap: c.Expr | None = None) -> c.Expr | None:
        """Make a whole of parts by a chooser.

        Reports:
            C104 parts of several types; C106 a chooser that does not fit them.
        """
        type_ = parts[0].type
        for part in parts[1:]:
            if not alike(type_, part.type):
                self.names.report(
                    "C104",
                    f"this is {part.type.phrase}, the part before it is {type_.phrase}",
                    part.origin,
                    "the parts need one unit",
                )
                return None
        if type_.kind == "flag":
            return self._quantified(chooser, tuple(parts), expr)
        if not type_.is_numeric:
            self.names.report(
                "C106",
                f"`{chooser.word} of` does not choose among {type_.phrase}",
                expr.origin,
                "write conditions or figures",
            )
            return None
        if c.CHOOSERS[chooser.word].position is not None:
            return c.Ranked(word=chooser.word, parts=tuple(parts), type=type_, origin=expr.origin)
        if chooser.word == "total":
            return c.Total(parts=tuple(parts), cap=cap, type=type_, origin=expr.origin)
        if chooser.word == "all":
            at = chooser.origin
            self.names.report(
                "C106",
                f"`all of` is for conditions, and this is {type_.phrase}",
                expr.origin,
                "write `total of`",
                fix=Fix("write `total of`", (Edit(at, "total of"),)) if at.text else None,
            )
            return None
        if chooser.word == "at least" and isinstance(expr, d.Choose) and len(expr.names) == 1:
            count = " ".join(chooser.origin.text.split()).removeprefix("at least ").removesuffix(" of")
            right = f"{expr.names[0]} >= {count}"
            self.names.report(
                "C106",
                f"`at least ... of` counts conditions, and this is {type_.phrase}",
                expr.origin,
                f"write `{right}`",
                fix=Fix(f"write `{right}`", (Edit(expr.origin, right),)),
            )
            return None
        self.names.report(
            "C106",
            f"`{chooser.word} of` does not choose among {type_.phrase}",
            expr.origin,
            f"write {' or '.join(f'`{one.phrase}`' for one in c.CHOOSERS.values() if one.among == 'figures')}",
        )
        return None

    def first(self, clauses: Sequence[d.Clause], scope: Scope, expr: d.Node) -> c.Case | None:
        """Lower a first-match list of cases to a choice among their names.

        Reports:
            C605 the last case is not `otherwise`; C111 another clause among cases.
        """
        cases: list[d.Case] = []
        for clause in clauses:
            if isinstance(clause, d.Case):
                cases.append(clause)
            else:
                self.names.report(
                    "C111",
                    "only cases stand here",
                    clause.origin,
                    "write `name when condition`, and `name otherwise` last",
                )
                return None
        if not cases or cases[-1].when is not None or any(case.when is None for case in cases[:-1]):
            at = cases[-1].origin if cases else expr.origin
            self.names.report(
                "C605",
                "the last case must be `otherwise`, and only that one",
                at,
                "add `name otherwise` as the last line",
                fix=insert(at, at.end, "\n  other otherwise", "add `other otherwise`")
                if cases and all(case.when is not None for case in cases)
                else None,
            )
            return None
        type_ = c.Type(kind="choice", choices=tuple(dict.fromkeys(case.name for case in cases)))
        branches: list[c.Branch] = []
        for case in cases:
            inner = scope.under(case.name)
            test = self.condition(case.when, inner) if case.when is not None else None
            if case.when is not None and test is None:
                continue
            value = literal(case.name, type_, case)
            branches.append(
                c.Branch(name=case.name, when=test, value=value, basis=self.names.basis(case.notes), origin=case.origin)
            )
        if len(branches) != len(cases):
            return None
        return c.Case(branches=tuple(branches), type=type_, origin=expr.origin)
