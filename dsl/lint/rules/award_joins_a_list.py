"""L199: an award that rules of others mean as well, because they speak of all awards of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dsl import document as d
from dsl.diagnostics import Diagnostic, Label, listed
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.lower.rules import family_key
from dsl.lower.scope import word_in
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    readers: dict[str, list[tuple[str, Span]]] = {}
    for reader, kind, at in _spoken_of(policies):
        readers.setdefault(kind, []).append((reader, at))
    for form in policies.document.rules.values():
        own = form.name or form.each_row_of or ""
        found = [(name, at) for name, at in readers.get(form.kind, ()) if name != own]
        if form.kind in policies.core.kinds.awards and found:
            plural = policies.core.kinds[form.kind].plural
            for name, at, what in _joining(policies.document, form, own):
                yield finding(
                    "L199",
                    f"`{name}` is among the `{plural}` that others speak of: "
                    f"{listed(dict.fromkeys(reader for reader, _ in found))}",
                    at,
                    f'look at them, and write `allow L199 "..."` {what} where each is meant, or a group where it is not',
                    Label(found[0][1], "for example here"),
                )


def _spoken_of(policies: Policies) -> Iterator[tuple[str, str, Span]]:
    """Yield what speaks of all awards of a kind, the kind, and the place: a rule also by the figures that it reads."""
    document, plurals = policies.document, policies.core.kinds.plurals
    values = {**document.definitions, **document.measures}
    said = {name: list(_plurals(value, document, plurals)) for name, value in values.items()}
    read = {name: sorted(_read_in(value) & values.keys()) for name, value in values.items()}
    if document.membership is not None:
        yield from (("membership", kind, at) for kind, at in _plurals(document.membership, document, plurals))
    for rule in policies.rules:
        own = rule.name or rule.each_row_of or ""
        yield from ((own, kind, at) for kind, at in _plurals(rule, document, plurals))
        waiting, seen = sorted(_read_in(rule) & values.keys()), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(read[name])
                yield from ((own, kind, at) for kind, at in said[name])


def _plurals(form: d.Node, document: d.Document, plurals: Mapping[str, str]) -> Iterator[tuple[str, Span]]:
    """Yield each kind of which a form speaks as a whole, with the place; also by a group that has all of a kind."""
    for node in d.walk(form):
        match node:
            case d.Selection(names=names) | d.Verb(names=names) | d.Membership(names=names):
                pass
            case d.NumberHeld(group=group):
                names = (group,)
            case _:
                continue
        for name in names:
            members = document.groups[name].entries if name in document.groups else ()
            for one in [entry.name for entry in members] or [name]:
                if one in plurals and one not in document.groups:
                    yield plurals[one], node.origin


def _read_in(form: d.Node) -> set[str]:
    """Return the names of values that stand in a form."""
    found: set[str] = set()
    for node in d.walk(form):
        match node:
            case d.Name(name=name):
                found.add(name)
            case d.Choose(names=names) | d.Verb(names=names) | d.Names(names=names):
                found.update(names)
            case _:
                continue
    return found


def _joining(document: d.Document, form: d.Rule, own: str) -> Iterator[tuple[str, Span, str]]:
    """Yield each award of a form, its place, and where an `allow` for it stands.

    An award of a family joins with its row, so that no row added later is allowed by what was said of those before it.
    """
    if form.each_row_of is None:
        yield own, word_in(form.origin, own), "here"
    elif form.each_row_of in document.tables:
        for row in document.tables[form.each_row_of].rows:
            name = family_key(row)
            if name is not None:
                yield name, word_in(row.origin, name), "behind the row"


RULE = LintRule("L199", _find)
