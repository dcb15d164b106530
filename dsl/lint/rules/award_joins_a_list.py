"""L199: an award that rules of others mean as well, because they speak of all awards of its kind."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.core import AWARD_KINDS
from dsl.diagnostics import Diagnostic, Label, listed
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.lower.scope import PLURALS, word_in
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
            what = f"`{own}` is" if form.name is not None else f"the rows of `{own}` are"
            yield finding(
                "L199",
                f"{what} among the `{plural}` that others speak of: {listed(dict.fromkeys(name for name, _ in found))}",
                word_in(form.origin, own),
                'look at them, and write `allow L199 "..."` here where each is meant, or a group where it is not',
                Label(found[0][1], "for example here"),
            )


RULE = LintRule("L199", _find)
