"""L123: a figure on a day, or as projected, where the whole comparison was meant."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.diagnostics import Diagnostic, Edit, Fix
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    around = {node.right.origin: node for node in policies.nodes if isinstance(node, d.Compare)}
    for node in policies.nodes:
        if not isinstance(node, d.On | d.Projected) or not isinstance(node.value, d.Figure):
            continue
        on_a_day = isinstance(node, d.On)
        compared = around.get(node.origin)
        figure = node.value.origin
        fix = None
        if compared is not None and figure.text:
            source = figure.source
            edits = tuple(
                Edit(Span(source, at, at), sign) for at, sign in ((compared.origin.start, "("), (figure.end, ")"))
            )
            fix = Fix("put the comparison in brackets", edits)
        yield finding(
            "L123",
            f"`{figure.text}` is the same {'on every day' if on_a_day else 'also as projected'}: this asks for the other side as it is today",
            node.origin,
            "write `(… >= …) on …` where the whole is meant on that day, else delete the day"
            if on_a_day
            else "write `(… >= …) as projected` where the whole is meant, else delete `as projected`",
            fix=fix,
        )


RULE = LintRule("L123", _find)
