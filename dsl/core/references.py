"""What a node speaks of, and what a rule reads: what a service has to tell before the rule is decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from dsl import core as c
from dsl.core.walk import named_in, walk as walk


def expressions(version: c.RuleVersion, day: date | None = None) -> Iterator[c.Expr]:
    """Yield what a version of a rule is made of: requirement, amount, stages, options, effects and settings.

    Args:
        version: the version.
        day: only the options, effects and settings of this day; None: all.
    """
    for part in (version.requirement, version.amount, version.stage):
        if part is not None:
            yield part
    for effect in version.effects:
        if day is None or day in effect.days:
            yield from _of_effect(effect)
    for option in version.options:
        if day is not None and day not in option.days:
            continue
        if option.requirement is not None:
            yield option.requirement
        for effect in option.effects:
            if day is None or day in effect.days:
                yield from _of_effect(effect)
    for settings in version.settings.values():
        for setting in settings:
            if day is not None and day not in setting.days:
                continue
            yield from setting.value if isinstance(setting.value, tuple) else (setting.value,)


def _of_effect(effect: c.Effect) -> Iterator[c.Expr]:
    yield from (part for part in (effect.when, effect.up_to) if part is not None)


class Reference(NamedTuple):
    """A name that a node speaks of: a fact, a list of records or certifications, a table, a figure, a rule, an award.

    ``supplied``: a figure or measure that a caller may give ready-made.
    """

    to: c.Refers
    name: str
    supplied: bool = False


def references(node: c.Node) -> Iterator[Reference]:
    """Yield what a node itself speaks of, also the lists that it reads without naming them; not what is below it."""
    supplied = isinstance(node, c.Named) and node.supplied
    for to, name in named_in(node):
        yield Reference(to, name, supplied)
    for name in node.lists_read:
        yield Reference("records", name)


@dataclass(frozen=True, slots=True)
class Reads:
    """Names that a service tells, each sorted.

    ``measures`` may be supplied ready-made instead of the records they are reckoned from.
    """

    facts: tuple[str, ...]
    measures: tuple[str, ...]
    records: tuple[str, ...]


def reads_of(core: c.Core, rules: Iterable[c.Rule]) -> Reads:
    """Return what rules read, also through other rules, measures and the register's checks."""
    facts: set[str] = set()
    measures: set[str] = set()
    records: set[str] = set()
    seen: set[str] = set()
    waiting: list[c.Expr] = []

    def look_at(name: str, parts: Iterable[c.Expr]) -> None:
        if name not in seen:
            seen.add(name)
            waiting.extend(parts)

    def look_at_rule(rule: c.Rule) -> None:
        look_at(f"rule {rule.id}", (part for version in rule.versions for part in expressions(version)))
        if rule.is_award:
            records.add("awards")
        for version in rule.versions:
            for option in version.options:
                for effect in option.effects:
                    if effect.verb == "pay" and effect.names[0] in core.rules:
                        look_at_rule(core.rules[effect.names[0]])

    for rule in rules:
        look_at_rule(rule)
    while waiting:
        for to, name, supplied in (one for node in walk(waiting.pop()) for one in references(node)):
            match to:
                case "fact":
                    facts.add(name)
                case "records":
                    records.add(name)
                case "named":
                    if supplied:
                        measures.add(name)
                    look_at(f"named {name}", [core.named[name].value])
                case "rule":
                    look_at_rule(core.rules[name])
                case "award":
                    for found in core.rules.values():
                        if found.award == name:
                            look_at_rule(found)
                case "certifications" | "table":
                    continue
    return Reads(tuple(sorted(facts)), tuple(sorted(measures)), tuple(sorted(records)))
