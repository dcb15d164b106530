"""Circles: a rule or measure that rests on itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import pairwise

from dsl import core as c, document as d
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
        edges[rule.id] = dict(_targets(rule.versions, by_award))
    for named in core.named.values():
        edges[named.name] = dict(_targets(named.value, by_award))
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


def _targets(value: object, by_award: Mapping[str, list[str]]) -> Iterator[tuple[str, Span]]:
    """Yield what a value rests on, and where."""
    waiting: list[object] = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, tuple):
            waiting.extend(reversed(here))
            continue
        if isinstance(here, Mapping):
            waiting.extend(reversed(tuple(here.values())))
            continue
        names = _INNER.get(here.__class__.__name__)
        if not names:
            continue
        match here:
            case c.Named():
                yield here.name, here.origin
            case c.Qualifies() | c.InProgress():
                yield here.rule, here.origin
            case c.Holds() | c.Paid() | c.Lapsed():
                for rule in by_award.get(here.award, ()):
                    yield rule, here.origin
            case _:
                waiting.extend(getattr(here, name) for name in reversed(names))


_LEAVES = ("origin", "type", "basis", "days", "code", "title", "name")
_INNER: dict[str, tuple[str, ...]] = {
    kind.__name__: tuple(own.name for own in fields(kind) if own.name not in _LEAVES) or ("origin",)
    for kind in vars(c).values()
    if isinstance(kind, type) and is_dataclass(kind) and not issubclass(kind, c.Type | c.Basis | c.Days | c.Stated)
}
"""The fields of a core node, or of a part of one, that may hold nodes; by the name of its class."""
