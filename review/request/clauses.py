"""Which clauses a change touches, and which of them no scenario of the side after turns on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from dsl import core as c
from dsl.core.keys import LABELS
from dsl.core.walk import walk
from dsl.source import Span
from review.diff.affected import Reach
from review.diff.compare import Changed, Comparison, requirements
from review.scenarios.coverage import Coverage, Found, own_name, parts_of

NOT_ASKED = "undetermined"
"""What a scenario need not show of a clause that changed: that it cannot be told without a fact."""


@dataclass(frozen=True, slots=True)
class Untried:
    """A part that the change touches and that no scenario turns on."""

    part: Found
    missing: tuple[str, ...]

    @property
    def place(self) -> str:
        """``file:line``."""
        return f"{self.part.origin.source.name}:{self.part.origin.line}"

    @property
    def said(self) -> str:
        """What no scenario shows of it: ``no scenario lies below or at it``."""
        *before, last = (aspect.replace("_", " ") for aspect in self.missing)
        aspects = f"{', '.join(before)} or {last}" if before else last
        match self.part.kind:
            case "threshold" | "date":
                return f"no scenario lies {aspects} it"
            case "row" | "version":
                return "no scenario uses it"
            case _:
                return f"no scenario has it {aspects}"


def touched(found: Comparison) -> Mapping[str, tuple[Found, ...]]:
    """Return by rule of the side after the smallest parts of it that are not what they were.

    Rules that only the register leads to have none: what changed stands in others.
    """
    figures = frozenset(one.name for one in found.changed if one.what == "figure" and _is_other(one))
    rules = [one for one in found.changed if one.what == "rule" and one.decides and not one.by_the_register]
    return {one.name: tuple(_in_rule(found, one, figures)) for one in rules if one.kind != "removed"}


def shown_by(found: Comparison, parts: Mapping[str, tuple[Found, ...]]) -> frozenset[str]:
    """Return the rules of the side after whose decisions can try some of the parts: their explanations can show one.

    Args:
        found: the comparison.
        parts: what it touches, by rule.
    """
    figures = [("figure", one.name) for one in found.changed if one.what == "figure"]
    things = [*(("rule", name) for name, its in parts.items() if its), *figures]
    return frozenset(name for what, name in Reach(found.after.core).explained_by(things) if what == "rule")


def _is_other(figure: Changed) -> bool:
    return any(change.kind != "rests on" for stretch in figure.stretches for change in stretch.changes)


def untried(parts: Mapping[str, tuple[Found, ...]], seen: Coverage) -> tuple[Untried, ...]:
    """Return the parts that scenarios leave untried, each place once."""
    places: dict[tuple[str, str, int, str], Untried] = {}
    for found in (one for its in parts.values() for one in its):
        missing = tuple(aspect for aspect in seen.of(found).missing if aspect != NOT_ASKED)
        at = (found.kind, found.origin.source.name, found.origin.start, own_name(found.kind, found.name))
        if missing:
            places.setdefault(at, Untried(found, missing))
    return tuple(sorted(places.values(), key=lambda one: (one.part.origin.source.name, one.part.origin.start)))


def _in_rule(found: Comparison, one: Changed, figures: AbstractSet[str]) -> Iterator[Found]:
    rule = found.after.core.rules[one.name]
    was = found.before.core.rules.get(one.former or one.name)
    old = {(part.kind, _own(part, was)) for part in parts_of(was, found.before.core)} if was is not None else set()
    smallest = dict(_clauses(rule, was, figures))
    for part in parts_of(rule, found.after.core):
        if part.kind == "requirement":
            if part.origin in smallest:
                yield part
        elif (part.kind, _own(part, rule)) not in old and part.kind != "version":
            yield part


def _own(part: Found, rule: c.Rule) -> str:
    return part.name.removeprefix(f"{rule.id}.")


def _clauses(rule: c.Rule, was: c.Rule | None, figures: AbstractSet[str]) -> Iterator[tuple[Span, c.Requirement]]:
    """Yield the requirements that ask something else than they did, and below which none does."""
    old: dict[str, list[c.Requirement]] = {}
    for node in requirements(was) if was is not None else ():
        old.setdefault(node.code.removeprefix(f"{was.id if was is not None else ''}."), []).append(node)

    def is_other(node: c.Requirement) -> bool:
        name = node.code.removeprefix(f"{rule.id}.")
        names = (name, *(code.removeprefix(f"{was.id if was is not None else rule.id}.") for code in node.was))
        before = [one for name in names for one in old.get(name, ())]
        return not any(_alike(node, one, figures) for one in before)

    for node in requirements(rule):
        below = (inner for inner in walk(node) if isinstance(inner, c.Requirement) and inner is not node)
        if is_other(node) and not any(is_other(inner) for inner in below):
            yield node.origin, node


def _alike(one: Any, other: Any, figures: AbstractSet[str]) -> bool:
    """Whether two nodes ask the same, labels and sources aside; a figure that changed is not what it was."""
    if one is other and not figures:
        return True
    if type(one) is not type(other) or (isinstance(one, c.Named) and one.name in figures):
        return False
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(lambda a, b: _alike(a, b, figures), one, other))
    if is_dataclass(one):
        names = (own.name for own in fields(one) if own.name not in LABELS)
        return all(_alike(getattr(one, name), getattr(other, name), figures) for name in names)
    return bool(one == other)
