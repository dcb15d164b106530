"""L170: a name that means one thing where another thing of that name could be meant."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.lower.scope import word_in
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    document = policies.document
    named: dict[str, tuple[str, d.Node]] = {}
    for what, forms in (
        ("fact", document.facts),
        ("figure", document.definitions),
        ("measure", document.measures),
    ):
        for name, node in forms.items():
            if name in named:
                other, first = named[name]
                yield finding(
                    "L170",
                    f"the {what} `{name}` is never read: a {other} has the same name",
                    word_in(node.origin, name),
                    "give one of them another name",
                    Label(word_in(first.origin, name), f"this {other} is read"),
                )
            else:
                named[name] = (what, node)
    for select in policies.nodes:
        if not isinstance(select, d.Select) or select.of not in document.records:
            continue
        fields = document.records[select.of].fields
        for inner in d.walk(select.where):
            if isinstance(inner, d.Name) and inner.name in fields and inner.name in named:
                what, other_node = named[inner.name]
                yield finding(
                    "L170",
                    f"`{inner.name}` is the field of `{select.of}` here, not the {what}",
                    inner.origin,
                    "give the field or the other one another name",
                    Label(_name_of(fields[inner.name], inner.name), "the field"),
                    Label(_name_of(other_node, inner.name), f"the {what}"),
                )


def _name_of(node: d.Node, name: str) -> Span:
    return word_in(node.origin, name)


RULE = LintRule("L170", _find)
