"""L199: an award that rules of others mean as well, because they speak of all awards of its kind."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.core import AWARD_KINDS, PLURALS
from dsl.diagnostics import Diagnostic, Label, listed
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.lower.rules import family_key
from dsl.lower.scope import word_in
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    readers: dict[str, list[tuple[str, Span]]] = {}
    for rule in policies.rules:
        for node in d.walk(rule):
            names = node.names if isinstance(node, d.Selection | d.Verb) else ()
            for name in (*names, *([node.group] if isinstance(node, d.NumberHeld) else ())):
                if name in PLURALS and name not in policies.document.groups:
                    readers.setdefault(PLURALS[name], []).append((rule.name or rule.each_row_of or "", node.origin))
    for form in policies.document.rules.values():
        own = form.name or form.each_row_of or ""
        found = [(name, at) for name, at in readers.get(form.kind, ()) if name != own]
        if form.kind in AWARD_KINDS and found:
            plural = next(word for word, kind in PLURALS.items() if kind == form.kind)
            for name, at, what in _joining(policies.document, form, own):
                yield finding(
                    "L199",
                    f"`{name}` is among the `{plural}` that others speak of: "
                    f"{listed(dict.fromkeys(reader for reader, _ in found))}",
                    at,
                    f'look at them, and write `allow L199 "..."` {what} where each is meant, or a group where it is not',
                    Label(found[0][1], "for example here"),
                )


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
