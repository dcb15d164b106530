"""What lint rules look at: the document, its core, and the ways to every node of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from dsl import core as c, document as d
from dsl.core.bounds import Bounding
from dsl.core.types import common_days, is_empty
from dsl.core.walk import within
from dsl.lint.uses import Uses, uses
from dsl.source import Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Visit:
    """A node of the core, and the days on which the rule and parts around it are in force."""

    node: c.Expr
    days: c.Days


@dataclass(frozen=True)
class Policies:
    """A document without errors and what it lowered to."""

    document: d.Document
    core: c.Core
    texts: Mapping[str, str] = field(default_factory=dict)
    """The texts of sources at hand, by the key of the source."""
    cited: frozenset[str] = frozenset()
    """Keys of sources that scenarios cite."""
    language: str | None = None
    """The language that titles are looked for in; None: in none beside English."""
    found: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What several rules need, reckoned once."""

    @cached_property
    def nodes(self) -> tuple[d.Node, ...]:
        """All nodes of the document, parents first."""
        return tuple(d.walk(self.document))

    @cached_property
    def bounding(self) -> Bounding:
        """All that nodes of the core can be: rules look at the same ones."""
        return Bounding(self.core)

    @cached_property
    def uses(self) -> Uses:
        """The names that something reads."""
        return uses(self.document)

    @cached_property
    def rules(self) -> tuple[d.Rule, ...]:
        """All rules, shared clauses and additions of the document."""
        added = (rule for rules in self.document.additions.values() for rule in rules)
        return (*self.document.rules.values(), *added)

    @cached_property
    def visits_of_rules(self) -> tuple[Visit, ...]:
        """Every node of every rule, in the days of the rule and the parts around it."""
        return tuple(
            visit
            for rule in self.core.rules.values()
            for version in rule.versions
            for value, days in _parts_of(version)
            for visit in visits_of(value, days)
        )

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """Every node of every rule, measure and formula: what one place in the text makes of six rules comes six times.

        Nodes that are decided for another day than the day asked for have no known days.
        """
        found = list(self.visits_of_rules)
        for named in self.core.named.values():
            found.extend(visits_of(named.value, c.ALWAYS))
        for records in self.core.records.values():
            for own in records.fields.values():
                if own.formula is not None:
                    found.extend(visits_of(own.formula, c.ALWAYS))
        return tuple(found)


def agreed(seen: Iterable[tuple[Span, T | None]]) -> dict[Span, T]:
    """Return what is said of each place, where the same is said at every visit and never nothing.

    Levels, families and shared clauses make several nodes of one place; what holds for one of them only is meant.
    """
    said: dict[Span, T | None] = {}
    for span, value in seen:
        if span.source.text:
            said[span] = value if span not in said or said[span] == value else None
    return {span: value for span, value in said.items() if value is not None}


def visits_of(value: c.Expr, days: c.Days) -> Iterator[Visit]:
    """Yield a node and all below it with their days; parts that are never in force are left out."""
    return (Visit(node, its) for node, its in within(value, days))


def _parts_of(version: c.RuleVersion) -> Iterator[tuple[c.Expr, c.Days]]:
    for value in (version.requirement, version.amount, version.stage):
        if value is not None:
            yield value, version.days
    for effect in version.effects:
        yield from _of_effect(effect, common_days(version.days, effect.days))
    for option in version.options:
        days = common_days(version.days, option.days)
        if is_empty(days):
            continue
        if option.requirement is not None:
            yield option.requirement, days
        for effect in option.effects:
            yield from _of_effect(effect, common_days(days, effect.days))
    for settings in version.settings.values():
        for setting in settings:
            days = common_days(version.days, setting.days)
            values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
            yield from ((value, days) for value in values)


def _of_effect(effect: c.Effect, days: c.Days) -> Iterator[tuple[c.Expr, c.Days]]:
    yield from ((part, days) for part in (effect.when, effect.up_to) if part is not None)
