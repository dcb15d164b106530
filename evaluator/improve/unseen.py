"""What stands in the way of a plan, for readers: what it is called, and what would have to be told."""

from __future__ import annotations

from collections.abc import Sequence

from dsl import core as c
from dsl.core.choosers import CHOOSERS
from dsl.core.references import references
from dsl.core.walk import walk
from evaluator.facts import Facts
from evaluator.prepared import Prepared

_WHOLES = frozenset(chooser.title for chooser in CHOOSERS.values())
"""Titles of wholes that have no label."""


def title_of(core: c.Core, node: c.Requirement, inside: Sequence[str]) -> str:
    """Return what to call a requirement beside where it stands: one without a title of its own by the rule it is about.

    Args:
        core: the policies.
        node: the requirement.
        inside: ids of the rules that are read for one another, the one that it stands in last.
    """
    if node.title in _WHOLES and inside:
        return core.rules[inside[-1]].title
    label = node.code.rpartition(".")[2].replace("_", " ").capitalize()
    if node.title != label:
        return node.title
    named = {one.name for part in walk(node.value) for one in references(part) if one.to == "rule"}
    return core.rules[named.pop()].title if len(named) == 1 else node.title


def to_tell(prepared: Prepared, facts: Facts, node: c.Expr | None) -> tuple[str, ...]:
    """Return which facts are not told that a node reads: nothing is taken for them, as any value may be the right one."""
    core = prepared.core
    names = prepared.reached.of(node) if node is not None else None
    may_be_told = {*core.facts, *(name for name, one in core.named.items() if one.supplied)}
    told = facts.section("facts", False)
    open_ = [name for name in sorted(names or ()) if name in may_be_told and name not in told]
    return tuple(open_)
