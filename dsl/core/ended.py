"""What is not in force any more, where the day of its end is second-hand: that nothing stands there rests on that day.

An end that something follows belongs to what follows, which has its own mark. Where nothing follows, the end alone decides
that a rule is out of force, that a figure or row is none, that a condition is not asked, a certification does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from dsl import core as c
from dsl.core.walk import children, topmost
from dsl.source import Span


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a node that counts in some days, and what it is one of: another of those can follow it."""

    days: c.Days
    origin: Span
    of: object = None


def ended(parts: Iterable[Part], day: date) -> Iterator[Part]:
    """Yield the parts that a second-hand day ended by a day, and that nothing followed."""
    all_ = list(parts)
    for part in all_:
        end = part.days.end
        if part.days.ends_provisional and end is not None and end <= day and not _followed(part, end, day, all_):
            yield part


def _followed(part: Part, end: date, day: date, others: Iterable[Part]) -> bool:
    starts = ((one.days.start, one.of) for one in others)
    return any(start is not None and end <= start <= day and (of == part.of or start == end) for start, of in starts)


def parts_of(node: c.Expr) -> tuple[Part, ...]:
    """Return the parts of a node that count in some days, where a second-hand day ends one of them."""
    return _if_any(_parts(node))


def of_rule(rule: c.Rule) -> tuple[Part, ...]:
    """Return the versions of a rule and what they ask for, where a second-hand day ends one of them."""
    return _if_any(
        [
            *(Part(version.days, version.origin) for version in rule.versions),
            *(
                Part(asked.days, asked.origin)
                for version in rule.versions
                if version.requirement is not None
                for asked in topmost(version.requirement)
            ),
        ]
    )


def of_version(version: c.RuleVersion) -> tuple[Part, ...]:
    """Return the options, effects and statements of a version, where a second-hand day ends one of them."""
    stated = (*version.immediate_badge, *version.at_most_one, *version.must_choose)
    return _if_any(
        [
            *(Part(option.days, option.origin, option.name) for option in version.options),
            *(Part(effect.days, version.origin, effect.verb) for effect in version.effects),
            *(Part(one.days, version.origin, "stated") for one in stated),
        ]
    )


def of_settings(settings: Iterable[c.SettingVersion]) -> tuple[Part, ...]:
    """Return the versions of a setting, where a second-hand day ends one of them."""
    return _if_any(
        [Part(one.days, (one.value[0] if isinstance(one.value, tuple) else one.value).origin) for one in settings]
    )


def _parts(node: c.Expr) -> list[Part]:
    found: list[Part] = []
    if isinstance(node, c.Chooses):
        # The rows of one key follow each other; of other values each follows the one before.
        found += (Part(one.days, one.origin, one.name if node.has_rows else None) for one in node.alternatives())
    if isinstance(node, c.People | c.DifferentPeople):
        entries = (entry for listing in node.lists for entry in listing.entries)
        found += (Part(entry.days, node.origin, entry.certification) for entry in entries)
    asked = (child for child in children(node) if isinstance(child, c.Requirement))
    return [*found, *(Part(child.days, child.origin, child.code) for child in asked)]


def _if_any(parts: list[Part]) -> tuple[Part, ...]:
    return tuple(parts) if any(part.days.ends_provisional for part in parts) else ()
