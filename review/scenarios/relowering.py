"""Documents that differ in one form, lowered again in that form only.

Lowering all policies for a changed figure costs more than deciding what the figure changes. So the form is lowered in a
document in which every other rule and measure is a mere head: its name, levels and what it gives. Whether the heads
are enough is not assumed: of the unchanged document each part that is taken has to come out as it does from the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dsl import core as c, document as d
from dsl.check.document import check
from dsl.diagnostics import Diagnostic, Severity
from dsl.lower.to_core import lower
from review.scenarios.faults import Fault


@dataclass(frozen=True, slots=True)
class _Cut:
    """What lowering one form among heads gives for the document as it is."""

    forms: frozenset[str]
    errors: frozenset[tuple[str, int, str]]
    rules: frozenset[str]
    named: frozenset[str]
    """Ids and names that come out as from the whole document."""


class Relowering:
    """Lowers faulty variants of one document."""

    def __init__(self, document: d.Document, core: c.Core) -> None:
        self.document = document
        self.core = core
        self._heads = {key: _head(rule, core) for key, rule in document.rules.items()}
        self._cuts: dict[tuple[str, str], _Cut | None] = {}
        self._bare: dict[frozenset[str], Mapping[str, c.Rule]] = {}

    def core_with(self, fault: Fault, document: d.Document) -> c.Core | str:
        """Return the core of a document with a fault, or the code of the error for which it has none."""
        section, name = fault.form
        # The type of a measure is in all that reads it; its value is not.
        value_only = section in ("definitions", "measures") and "type" not in fault.changes[0].path[2:3]
        if section in ("rules", "additions") or value_only:
            cut = self._cut(section, name)
            if cut is not None:
                return self._from_cut(cut, document, section, name)
        core, found = lower(document)
        return _first_error(found) or core

    def refusal(self, document: d.Document) -> str | None:
        """Return the code of the first error of a document, all checks made; None where it loads."""
        core, found = lower(document)
        return _first_error([*found, *check(document, core, found)])

    # ---- cutting

    def _cut(self, section: str, name: str) -> _Cut | None:
        key = (section, name)
        if key not in self._cuts:
            self._cuts[key] = self._tried(section, name)
        return self._cuts[key]

    def _tried(self, section: str, name: str) -> _Cut | None:
        forms = frozenset(self._forms(section, name))
        cut = self._cut_document(self.document, forms, section, name)
        core, found = lower(cut)
        bare = self._bare_rules(cut)
        if any(rule not in (self.core.rules.get(i), bare.get(i)) for i, rule in core.rules.items()):
            return None  # a rule that is whole only together with other forms
        rules = frozenset(i for i, rule in core.rules.items() if rule == self.core.rules.get(i))
        named = frozenset(i for i, decl in core.named.items() if decl == self.core.named.get(i))
        if not (rules if section in ("rules", "additions") else {name} & named):
            return None
        return _Cut(forms, frozenset(map(_identity, _errors(found))), rules, named)

    def _bare_rules(self, cut: d.Document) -> Mapping[str, c.Rule]:
        """Return what the heads alone make, with the additions that a cut has."""
        kinds = frozenset(key.partition(".")[0] for key in cut.additions)
        if kinds not in self._bare:
            commons = {key: rule for key, rule in self.document.rules.items() if rule.kind == "common"}
            core, _ = lower(replace(cut, rules={**self._heads, **commons}))
            self._bare[kinds] = core.rules
        return self._bare[kinds]

    def _from_cut(self, cut: _Cut, document: d.Document, section: str, name: str) -> c.Core | str:
        core, found = lower(self._cut_document(document, cut.forms, section, name))
        for error in _errors(found):
            if _identity(error) not in cut.errors:
                return error.code
        rules = {i: core.rules.get(i, rule) if i in cut.rules else rule for i, rule in self.core.rules.items()}
        named = {i: core.named.get(i, decl) if i in cut.named else decl for i, decl in self.core.named.items()}
        # A day more on which windows look costs nothing; one less could hide a change.
        days = tuple(sorted({*self.core.change_days, *_days_in(getattr(document, section)[name])}))
        return replace(self.core, digest=core.digest, rules=rules, named=named, change_days=days)

    def _cut_document(self, document: d.Document, forms: Iterable[str], section: str, name: str) -> d.Document:
        kept = set(forms)
        kinds = {key.partition(".")[0] for key in kept}
        rules = {
            key: rule if key in kept or rule.kind == "common" else self._heads[key]
            for key, rule in document.rules.items()
        }
        additions = {key: value for key, value in document.additions.items() if key.partition(".")[0] in kinds}
        definitions, measures = (
            {
                own: value if (part, own) == (section, name) else replace(value, value=None, clauses=())
                for own, value in getattr(document, part).items()
            }
            for part in ("definitions", "measures")
        )
        return replace(document, rules=rules, additions=additions, definitions=definitions, measures=measures)

    def _forms(self, section: str, name: str) -> set[str]:
        """Return the rules that a form makes or has a part in."""
        rules = self.document.rules
        if section == "additions":
            kind, _, own = name.partition(".")
            of_kind = {key for key, rule in rules.items() if rule.kind == kind}
            found = of_kind if own.startswith("*") or name not in rules else {name}
        elif section == "rules" and rules[name].kind == "common":
            found = self._users(name)
        else:
            found = {name} if section == "rules" else set()
        # Several families may give versions of one rule.
        kinds = {rules[key].kind for key in found if rules[key].each_row_of is not None}
        found |= {key for key, rule in rules.items() if rule.each_row_of is not None and rule.kind in kinds}
        # A life cycle is made of its award as well.
        awards = {rules[key].kind for key in found}
        return found | {key for key, rule in rules.items() if rule.kind == "lifecycle" and rule.name in awards}

    def _users(self, common: str) -> set[str]:
        """Return the rules that use shared clauses, also through others."""
        forms = [(key, rule) for key, rule in self.document.rules.items()]
        forms += [(key, rule) for key, added in self.document.additions.items() for rule in added]
        users = {common}
        while True:
            names = {key.removeprefix("common.") for key in users if key.startswith("common.")}
            more = {key for key, rule in forms if _uses(rule) & names} - users
            if not more:
                break
            users |= more
        found = {key for key in users if key in self.document.rules and not key.startswith("common.")}
        return found.union(*(self._forms("additions", key) for key in users if key not in self.document.rules))


def _uses(rule: d.Rule) -> set[str | None]:
    return {name for node in d.walk(rule) if isinstance(node, d.Verb) and node.word == "use" for name in node.names}


def _head(rule: d.Rule, core: c.Core) -> d.Rule:
    if rule.kind in ("common", "lifecycle"):
        return replace(rule, clauses=())
    award = f"{rule.kind}.{rule.name}"
    levels = next((one.levels for one in core.rules.values() if one.award == award and one.levels), ())
    clauses: list[d.Clause] = [d.Verb(word="levels", names=levels)] if levels else []
    clauses.extend(
        replace(node, up_to=None, when=None)
        for node in d.walk(rule)
        if isinstance(node, d.Verb) and node.word == "gives"
    )
    return replace(rule, clauses=tuple(clauses))


def _days_in(form: d.Node | tuple[d.Node, ...]) -> Iterator[date]:
    for one in form if isinstance(form, tuple) else (form,):
        for node in d.walk(one):
            if isinstance(node, d.Day):
                yield node.day
                if node.day < date.max:
                    yield node.day + timedelta(days=1)


def _errors(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [one for one in found if one.severity is Severity.ERROR]


def _first_error(found: Iterable[Diagnostic]) -> str | None:
    return next((one.code for one in _errors(found)), None)


def _identity(one: Diagnostic) -> tuple[str, int, str]:
    return one.code, one.span.start, one.message
