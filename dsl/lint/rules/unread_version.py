"""L191: a version of a figure, or a row of a table, that nothing in force reads on its days."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import core as c, document as d
from dsl.core.types import overlap
from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies, Visit, visits_of
from dsl.lint.rule import LintRule, finding
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    read: dict[Span, bool] = {}
    for visit in _read(policies):
        for one in visit.node.alternatives() if isinstance(visit.node, c.Chooses) else ():
            read[one.origin] = read.get(one.origin, False) or overlap(one.days, visit.days)
    for node in policies.nodes:
        at = node.value.origin if isinstance(node, d.Version) and node.value is not None else node.origin
        if isinstance(node, d.Version | d.Row) and not read.get(at, True):
            what = "row" if isinstance(node, d.Row) else "version"
            yield finding(
                "L191",
                f"no rule in force reads this {what} on its days",
                node.origin,
                "look at its dates and those of the rules that read it: a change here changes no decision",
            )


def _read(policies: Policies) -> Iterator[Visit]:
    """Yield every node with days on which a rule in force decides it, through figures and measures by name too."""
    waiting = list(policies.visits_of_rules)
    seen: set[tuple[str, c.Days]] = set()
    while waiting:
        visit = waiting.pop()
        yield visit
        node = visit.node
        if isinstance(node, c.Named) and (node.name, visit.days) not in seen:
            seen.add((node.name, visit.days))
            waiting.extend(visits_of(policies.core.named[node.name].value, visit.days))


RULE = LintRule("L191", _find)
