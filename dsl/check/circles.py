"""Circles: a rule or measure that rests on itself.

What was held on a day before is no step of a circle: it rests on the checks until then (``dsl.check.checks_in_time``), and so
goes back in time and comes to an end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set as AbstractSet
from datetime import date
from itertools import pairwise

from dsl import core as c, document as d
from dsl.check.earlier import when
from dsl.core.references import expressions, references
from dsl.core.walk import asked, by_role, children
from dsl.diagnostics import Diagnostic, Label
from dsl.lower.scope import word_in
from dsl.source import Span


def circles(core: c.Core) -> list[Diagnostic]:
    """Return C501 for every circle of rules and measures, once, with the way round."""
    return _Circles(core).found()


class _Circles:
    def __init__(self, core: c.Core) -> None:
        self.core = core
        self.by_award: dict[str, list[str]] = {}
        for rule in core.rules.values():
            self.by_award.setdefault(rule.award, []).append(rule.id)
        self.of_register: set[Span] = set()
        """Where the register is asked what is held on the day itself or a later one."""

    def found(self) -> list[Diagnostic]:
        edges: dict[str, dict[str, Span]] = {}
        for rule in self.core.rules.values():
            edges[rule.id] = dict(
                found
                for version in rule.versions
                for part in expressions(version)
                for found in self._targets(part, version.days.start)
            )
        for named in self.core.named.values():
            edges[named.name] = dict(self._targets(named.value, None))
        return _find(edges, self.of_register)

    def _targets(self, value: c.Expr, start: date | None) -> Iterator[tuple[str, Span]]:
        """Yield what a value rests on, and where; of what is held on days before, nothing.

        Args:
            value: of a rule or measure.
            start: the first day on which it is asked for, where one is known.
        """
        waiting = [(value, False)]
        while waiting:
            node, before = waiting.pop()
            for to, name, _ in references(node):
                if to in ("named", "rule"):
                    yield name, node.origin
                elif to == "award" and not before:
                    self.of_register.add(node.origin)
                    for rule in self.by_award.get(name, ()):
                        yield rule, node.origin
            below = [(part, before) for part in children(node)]
            elsewhere = [part for how, part in asked(node) if how == "on another day"] if node.tells_elsewhere else []
            if elsewhere:
                lies = when(by_role(node, "date")[-1], self.core, start)
                behind = lies == "before" or (before and lies == "same")
                below = [(part, behind if part in elsewhere else before) for part, _ in below]
            below.reverse()
            waiting += below


def shared_circles(document: d.Document) -> list[Diagnostic]:
    """Return C501 for shared clauses that use themselves, whether or not a rule uses them."""
    edges: dict[str, dict[str, Span]] = {}
    for rule in document.rules.values():
        if rule.kind == "common" and rule.name is not None:
            uses = [node for node in d.walk(rule) if isinstance(node, d.Verb) and node.word == "use"]
            edges[rule.name] = {name: word_in(node.origin, name) for node in uses for name in node.names}
    return _find(edges)


def _find(edges: Mapping[str, Mapping[str, Span]], of_register: AbstractSet[Span] = frozenset()) -> list[Diagnostic]:
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
                        help=_help([span for span in spans if span in of_register]),
                        labels=labels,
                    )
                )
            elif target not in done:
                stack.append((target, iter(edges[target])))
                path.append(target)
    return found


def _help(of_register: Sequence[Span]) -> str:
    """Return what can be done about a circle: what asks the register can ask for a day before."""
    away = "take one of these away: none of them could be decided first"
    if not of_register:
        return away
    said = " ".join(of_register[0].text.split())
    return f"ask what was held before, `{said} on (today - 1 day)`, or {away}"
