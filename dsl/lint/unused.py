"""Findings about forms that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dsl import document as d
from dsl.diagnostics import Diagnostic
from dsl.lint.rule import deletion, finding
from dsl.lower.scope import word_in

VERBS = {
    "source": "cites",
    "shared clauses": "uses",
    "list of certifications": "asks for",
    "group": "names",
    "term": "uses",
    "kind": "begins with",
}
"""What would be done with a form, where it is not read."""


def unused(code: str, what: str, forms: Mapping[str, d.Node], read: frozenset[str], why: str) -> Iterator[Diagnostic]:
    """Yield a finding for every form that nothing reads.

    Args:
        code: the code of the rule.
        what: what the forms are called.
        forms: the forms by name.
        read: the names that something reads.
        why: what the author may have meant.
    """
    for name, node in forms.items():
        if name not in read and node.origin.source.text:
            yield finding(
                code,
                f"nothing {VERBS.get(what, 'reads')} the {what} `{name}`",
                word_in(node.origin, name),
                why,
                fix=deletion(node.origin),
                is_info=what == "source",
            )
