"""Document to core: names resolved, types checked, families, levels and shared clauses unfolded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date

from dsl import core as c, document as d
from dsl.builtin import AWARDS, BUILT_IN, CERTIFICATIONS
from dsl.codec import digest
from dsl.diagnostics import Diagnostic, PolicyErrors, Severity, sorted_diagnostics
from dsl.lower.properties import properties
from dsl.lower.rules import Rules, family_key
from dsl.lower.scope import Names, Scope, core_type, days_of, kind_of, words
from dsl.lower.translations import translations
from dsl.lower.values import Values


def lower(document: d.Document) -> tuple[c.Core, list[Diagnostic]]:
    """Return the core of a document and what is wrong with the document.

    The core is complete only where no diagnostic is an error.

    Reports:
        C1xx names, types and units; C3xx points; C4xx dates; C5xx circles; C6xx tables.
    """
    found: list[Diagnostic] = []
    names = Names(document, found)
    _declare(names)
    _formulas(names)
    rules = Rules(names)
    named = _named(names, rules.values)
    lowered = rules.all()
    core = c.Core(
        digest=digest(document),
        version=document.package.name if document.package else "",
        package=document.package.name if document.package else "",
        title=document.package.title if document.package else "",
        rules=dict(sorted(lowered.items())),
        facts=names.facts,
        records={name: declared for name, declared in names.records.items() if name not in BUILT_IN},
        named=named,
        certifications=_certifications(document),
        change_days=_change_days(document),
        benefits=tuple(sorted(i for ids in names.awards.values() for i in ids if i.startswith("benefit."))),
        membership=_membership(names),
        terms={name: term.title for name, term in document.terms.items()},
        properties=properties(names, rules.values),
        translations=translations(document, found),
        nouns=names.kinds.own,
    )
    for look in names.later:
        look(core)
    return core, list(sorted_diagnostics(found))


def core_of(document: d.Document) -> c.Core:
    """Return the core of a checked document.

    Raises:
        PolicyErrors: the document has errors.
    """
    core, found = lower(document)
    if any(diagnostic.severity is Severity.ERROR for diagnostic in found):
        raise PolicyErrors(tuple(found))
    return core


def _certifications(document: d.Document) -> dict[str, str]:
    """Return every spelling of a certification with the certification; the check refuses one of two."""
    entries = [entry for listing in document.certifications.values() for entry in listing.entries]
    found = {spelling: entry.name for entry in entries for spelling in entry.spelt}
    return dict(sorted({**found, **{entry.name: entry.name for entry in entries}}.items()))


def _membership(names: Names) -> c.Membership | None:
    """Return what makes the membership, None where nothing is said of it.

    Reports:
        C102, C103 an unknown or ambiguous award or benefit; C122 a group with members on some days only.
    """
    said = names.document.membership
    if said is None:
        return None
    # What a membership rests on is one for all days: an anniversary of long ago gives the day of today's.
    advice = "name the awards themselves: what makes the membership makes it on every day"
    names.has_dated_members(said.names, "membership of", said.origin, advice)
    # One by one: kinds may be mixed here, so that no name tells what kind another is of.
    found = [names.awards_of((name,), said.origin, Scope(), names.of_awards) for name in said.names]
    awards = tuple(dict.fromkeys(award for ids in found for award in ids or ()))
    return c.Membership(names=said.names, awards=awards, origin=said.origin)


def _change_days(document: d.Document) -> tuple[date, ...]:
    days: set[date] = set()
    for node in d.walk(document):
        if isinstance(node, d.Validity):
            span = days_of(node)
            days.update(day for day in (span.start, span.end) if day is not None)
        elif isinstance(node, d.Row):
            days.update(cell.day for cell in node.cells if isinstance(cell, d.Day))
    return tuple(sorted(days))


def _declare(names: Names) -> None:
    """Enter what the document declares, before any expression is read.

    Reports:
        C109 records dated by what is no date of theirs; C201 records named like a list that every programme has.
    """
    document = names.document
    names.records.update(BUILT_IN)
    names.records["certifications"] = _with_values(CERTIFICATIONS, certification=_certifications(document))
    for name, field in document.facts.items():
        names.facts[name] = c.FieldDecl(
            name=name,
            type=core_type(field.type),
            title=field.title or words(name),
            basis=names.basis(field.notes),
            origin=field.origin,
        )
    for name, listing in document.certifications.items():
        entries = tuple(
            c.Counted(entry.name, days_of(entry.valid), names.basis(entry.notes)) for entry in listing.entries
        )
        names.lists[name] = c.CertificationList(name, listing.title or words(name), entries)
    for name, definition in (*document.definitions.items(), *document.measures.items()):
        names.named[name] = c.Named(
            name=name,
            title=definition.title or words(name),
            supplied=definition.supplied,
            type=core_type(definition.type),
            origin=definition.origin,
        )
    for name, records in document.records.items():
        _declare_records(names, name, records)
    for rule in document.rules.values():
        if rule.kind in ("common", "lifecycle"):
            continue
        for own, title in _rule_names(document, rule):
            rule_id = f"{rule.kind}.{own}"
            known = names.awards.setdefault(own, [])
            if rule_id not in known:
                known.append(rule_id)
            names.titles[rule_id] = title
            levels = _levels(document, rule.clauses)
            if levels:
                names.levels[rule_id] = levels
    for rule in document.rules.values():
        for verb in _verbs(rule.clauses):
            for name in verb.names if verb.word == "gives" else ():
                ids = names.awards.setdefault(name, [])
                if not ids:
                    ids.append(f"benefit.{name}")
                    term = document.terms.get(name)
                    names.titles[f"benefit.{name}"] = term.title if term is not None else words(name)
    awards = [award for known in names.awards.values() for award in known]
    names.records["awards"] = _with_values(
        AWARDS,
        award=[award for award in awards if kind_of(award) in names.of_awards],
        level=sorted({level for levels in names.levels.values() for level in levels}),
        benefits=[*(award.removeprefix("benefit.") for award in awards if kind_of(award) == "benefit"), "none"],
    )


def _with_values(list_: c.RecordsDecl, **values: Mapping[str, str] | Iterable[str]) -> c.RecordsDecl:
    """Return a list that every programme has with the values that this one knows for its texts, by their spellings."""
    fields_ = dict(list_.fields)
    for name, known in values.items():
        spellings = known.items() if isinstance(known, Mapping) else ((one, one) for one in known)
        fields_[name] = replace(fields_[name], type=c.Type(kind="text", spellings=tuple(spellings)))
    return replace(list_, fields=fields_)


def _declare_records(names: Names, name: str, records: d.Records) -> None:
    fields_: dict[str, c.FieldDecl] = {}
    declared = c.RecordsDecl(
        name=name,
        title=records.title or words(name),
        monthly=records.monthly,
        dated_by=records.dated_by,
        fields=fields_,
        origin=records.origin,
    )
    if name in BUILT_IN:
        names.report(
            "C201", f"every programme has the list `{name}`", records.origin, "give these records another name"
        )
        return
    names.records[name] = declared
    dated = records.fields.get(records.dated_by) if records.dated_by is not None else None
    if records.dated_by is not None and (dated is None or dated.type.word != "date"):
        dates = [own for own, field in records.fields.items() if field.type.word == "date"]
        names.unknown("C109", "date field", records.dated_by, records.origin, dates)
    for own, field in records.fields.items():
        type_ = core_type(field.type)
        fields_[own] = c.FieldDecl(
            name=own,
            type=type_,
            title=field.title or words(own),
            basis=names.basis(field.notes),
            origin=field.origin,
        )


def _formulas(names: Names) -> None:
    """Lower the formulas of computed fields, once every name is declared.

    Reports:
        C104 a formula of another type than its field.
    """
    values = Rules(names).values
    for name, records in names.document.records.items():
        declared = names.records[name]
        fields_ = dict(declared.fields)
        if name in BUILT_IN:
            continue
        for index, (own, field) in enumerate(records.fields.items()):
            if field.formula is None:
                continue
            # A formula sees the fields above it only, so that none can be circular.
            above = dict(list(fields_.items())[:index])
            scope = Scope(code=own, records=replace(declared, title="", dated_by=None, fields=above))
            formula = values.lower(field.formula, scope, fields_[own].type)
            if formula is not None and not _fits(formula.type, fields_[own].type):
                values.incomparable(field.formula, formula.type, fields_[own].type)
            fields_[own] = replace(fields_[own], formula=formula)
        names.records[name] = replace(declared, fields=fields_)


def _rule_names(document: d.Document, rule: d.Rule) -> Iterator[tuple[str, str]]:
    if rule.name is not None:
        yield rule.name, rule.title or words(rule.name)
        return
    table = document.tables.get(rule.each_row_of or "")
    titles: dict[str, str] = {}
    for row in table.rows if table is not None else ():
        key = family_key(row)
        if key is not None:
            title = next((cell.text for cell in row.cells if isinstance(cell, d.Text)), words(key))
            titles[key] = title
    yield from titles.items()


def _levels(document: d.Document, clauses: Sequence[d.Clause], using: tuple[str, ...] = ()) -> tuple[str, ...]:
    for verb in _verbs(clauses):
        if verb.word == "levels":
            return verb.names
        if verb.word == "use":
            for name in verb.names:
                common = document.rules.get(f"common.{name}")
                if common is None or name in using:
                    continue
                found = _levels(document, common.clauses, (*using, name))
                if found:
                    return found
    return ()


def _verbs(clauses: Sequence[d.Clause]) -> Iterator[d.Verb]:
    for clause in clauses:
        if isinstance(clause, d.Verb):
            yield clause
        inner = [own for own in fields(clause) if own.name == "clauses"]
        if inner:
            yield from _verbs(clause.clauses)  # type: ignore[union-attr]


def _named(names: Names, values: Values) -> dict[str, c.NamedDecl]:
    """Lower definitions and measures.

    Reports:
        C104 a value of another type than declared; C119 no value.
    """
    result: dict[str, c.NamedDecl] = {}
    rules = Rules(names)
    for name, definition in (*names.document.definitions.items(), *names.document.measures.items()):
        type_ = core_type(definition.type)
        scope = Scope(code=name)
        value: c.Expr | None
        if definition.value is not None:
            value = values.lower(definition.value, scope, type_)
        else:
            value = _dated(names, rules, values, definition, scope, type_)
        if value is None:
            continue
        if not _fits(value.type, type_):
            names.report(
                "C104",
                f"`{name}` is declared as {type_.phrase}, and its value is {value.type.phrase}",
                definition.value.origin if definition.value else definition.origin,
                f"declare it as {value.type}, or change the value",
            )
            continue
        basis = names.basis(definition.notes)
        if basis != c.NO_BASIS:
            value = c.Dated(versions=(c.DatedValue(c.ALWAYS, value, basis),), type=value.type, origin=value.origin)
        result[name] = c.NamedDecl(
            name=name,
            title=definition.title or words(name),
            type=type_,
            value=value,
            supplied=definition.supplied,
            is_measure=name in names.document.measures,
            origin=definition.origin,
        )
    return result


def _dated(
    names: Names, rules: Rules, values: Values, definition: d.Definition, scope: Scope, type_: c.Type
) -> c.Expr | None:
    versions = [clause for clause in definition.clauses if isinstance(clause, d.Version)]
    for clause in definition.clauses:
        if not isinstance(clause, d.Version) or clause.value is None:
            names.report("C111", "only dated values stand here", clause.origin, "write `from 2022-10-03: 70 points`")
            return None
    if not versions:
        names.report("C119", "this has no value", definition.origin, "write `= value`, or dated values in braces")
        return None
    dated: list[c.DatedValue] = []
    for version, days in zip(versions, rules.successive(versions), strict=True):
        if isinstance(version.value, d.Name) and version.value.name == "never":
            continue
        value = values.lower(version.value, scope, type_) if version.value is not None else None
        if value is None:
            return None
        if version.value is not None and not _fits(value.type, type_):
            values.incomparable(version.value, value.type, type_)
            return None
        dated.append(c.DatedValue(days, value, names.basis(version.notes)))
    return c.Dated(versions=tuple(dated), type=type_, origin=definition.origin)


def _fits(value: c.Type, declared: c.Type) -> bool:
    if {value.kind, declared.kind} <= {"count", "number"}:
        return True
    if value.kind != declared.kind:
        return False
    if value.kind == "choice":
        return not declared.choices or set(value.choices) <= set(declared.choices)
    return value.unit is None or declared.unit is None or value.unit == declared.unit
