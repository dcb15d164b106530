"""L122: a condition that stands twice among the parts of one whole."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import core as c, document as d
from dsl.diagnostics import Diagnostic, Edit, Fix, Label
from dsl.lint.policies import Policies, agreed
from dsl.lint.rule import LintRule, deletion, finding
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    twice = agreed(_seen(policies))
    for span, first in twice.items():
        yield finding(
            "L122",
            "this condition stands here twice",
            span,
            "delete one of the two, or write the one that is meant",
            Label(first, "the same condition"),
            fix=_fix(policies, span),
        )


def _seen(policies: Policies) -> Iterator[tuple[Span, Span | None]]:
    for visit in policies.visits:
        node = visit.node
        if isinstance(node, c.AllOf | c.AnyOf):
            first: dict[tuple[c.Expr, c.Days], Span] = {}
            for part in _parts(node, type(node)):
                is_labelled = isinstance(part, c.Requirement)
                key = (part.value, part.days) if isinstance(part, c.Requirement) else (part, c.ALWAYS)
                other = first.setdefault(key, part.origin)
                if is_labelled and isinstance(part, c.Requirement) and part.part != "condition":
                    continue
                # What one place makes of several names is one condition.
                yield part.origin, other if other != part.origin else None


def _parts(node: c.AllOf | c.AnyOf, kind: type[c.Expr]) -> Iterator[c.Expr]:
    """Yield the parts of a whole and of the same wholes in it."""
    for part in node.parts:
        if isinstance(part, kind) and isinstance(part, c.AllOf):
            yield from _parts(part, kind)
        elif not isinstance(node, c.AnyOf) or node.least == 1:
            yield part


def _fix(policies: Policies, span: Span) -> Fix | None:
    """Return the fix that takes the second term of an `and` or `or` away; a label is for its author to choose."""
    for node in policies.nodes:
        if isinstance(node, d.And | d.Or):
            spans = [term.origin for term in node.terms]
            if span in spans[1:]:
                before = spans[spans.index(span) - 1]
                edit = Edit(Span(span.source, before.end, span.end), "")
                is_plain = deletion(edit.span) is not None and "(" not in edit.span.text and ")" not in edit.span.text
                return Fix("delete it", (edit,), safe=True) if is_plain else None
    return None


RULE = LintRule("L122", _find)
