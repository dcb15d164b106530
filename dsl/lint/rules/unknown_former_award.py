"""L197: an earlier name of an award that no rule had."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import Diagnostic, nearest
from dsl.lint.policies import Policies
from dsl.lint.renamed import renamed
from dsl.lint.rule import LintRule, finding
from dsl.lower.scope import word_in


def _find(policies: Policies) -> Iterator[Diagnostic]:
    awards = {rule.award for rule in policies.core.rules.values()}
    for old, (_, rule, origin) in renamed(policies).items():
        if old in awards:
            continue
        kind, name = old.split(".", 1)
        near = nearest(
            name, (one.split(".", 1)[1] for one in awards if one.startswith(f"{kind}.") and one != rule.award)
        )
        yield finding(
            "L197",
            f"no rule was ever named `{name}`",
            word_in(origin, name),
            f"did you mean `{near}`?"
            if near
            else "write the rule under its earlier name too, in the days that it had it",
        )


RULE = LintRule("L197", _find)
