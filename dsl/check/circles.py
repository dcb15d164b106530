"""Circles: a rule or measure that rests on itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from dsl import core as c, document as d
from dsl.core.references import expressions, references
from dsl.core.walk import walk
from dsl.diagnostics import Diagnostic, Label
from dsl.lower.scope import word_in
from dsl.source import Span


def circles(core: c.Core) -> list[Diagnostic]:
    """Return C501 for every circle of rules and measures, once, with the way round."""
    by_award: dict[str, list[str]] = {}
    for rule in core.rules.values():
        by_award.setdefault(rule.award, []).append(rule.id)
    edges: dict[str, dict[str, Span]] = {}
    for rule in core.rules.values():
        edges[rule.id] = dict(_targets((part for one in rule.versions for part in expressions(one)), by_award))
    for named in core.named.values():
        edges[named.name] = dict(_targets([named.value], by_award))
    return _find(edges)


def shared_circles(document: d.Document) -> list[Diagnostic]:
    """Return C501 for shared clauses that use themselves, whether or not a rule uses them."""
    edges: dict[str, dict[str, Span]] = {}
    for rule in document.rules.values():
        if rule.kind == "common" and rule.name is not None:
            uses = [node for node in d.walk(rule) if isinstance(node, d.Verb) and node.word == "use"]
            edges[rule.name] = {name: word_in(node.origin, name) for node in uses for name in node.names}
    return _find(edges)


def _find(edges: Mapping[str, Mapping[str, Span]]) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    done: set[str] = set()
    for start in sorted(edges):
        if start in done:
            continue
        path: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(edges[start]))]
        path.append(start)
        while stack:
            here, targets = stack[-1]
            target = next((t for t in targets if t in edges), None)
            if target is None:
                stack.pop()
                path.pop()
                done.add(here)
            elif target in path:
                ring = [*path[path.index(target) :], target]
                spans = [edges[a][b] for a, b in pairwise(ring)]
                labels = tuple(
                    Label(span, f"`{a}` needs `{b}`") for span, a, b in zip(spans[1:], ring[1:], ring[2:], strict=False)
                )
                found.append(
                    Diagnostic(
                        "C501",
                        f"this is a circle: {' → '.join(f'`{name}`' for name in ring)}",
                        spans[0],
                        help="take one of these away: none of them could be decided first",
                        labels=labels,
                    )
                )
            elif target not in done:
                stack.append((target, iter(edges[target])))
                path.append(target)
    return found


def _targets(values: Iterable[c.Expr], by_award: Mapping[str, list[str]]) -> Iterator[tuple[str, Span]]:
    """Yield what values rest on, and where."""
    for node in (node for value in values for node in walk(value)):
        for to, name, _ in references(node):
            if to in ("named", "rule"):
                yield name, node.origin
            elif to == "award":
                for rule in by_award.get(name, ()):
                    yield rule, node.origin
