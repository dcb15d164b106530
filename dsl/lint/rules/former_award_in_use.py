"""L198: an earlier name of an award that still stands where the new one is meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from dsl import core as c, document as d
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies
from dsl.lint.renamed import renamed
from dsl.lint.rule import LintRule, finding
from dsl.lower.scope import days_of, word_in
from dsl.lower.tables import rows_in_days
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    changed = renamed(policies)
    by_award: dict[str, list[c.Rule]] = {}
    for rule in policies.core.rules.values():
        by_award.setdefault(rule.award, []).append(rule)
    for old, (day, new, origin) in changed.items():
        for rule in by_award.get(old, ())[:1]:
            for version in rule.versions:
                if version.days.end is None or version.days.end > day:
                    yield finding(
                        "L198",
                        f"`{rule.name}` is `{new.name}` from {day} on, and goes on beside it",
                        version.origin,
                        f"end it: `until {day}`",
                        Label(origin, "the new name"),
                    )
    short = {old.split(".", 1)[1]: (day, new, origin) for old, (day, new, origin) in changed.items()}
    for names, at, end, at_all in _lists(policies):
        for name in names if at_all else names[:1]:
            if name not in short:
                continue
            day, new, origin = short[name]
            if new.name not in names and (end is None or end > day):
                yield finding(
                    "L198",
                    f"`{name}` is `{new.name}` from {day} on, which does not stand here",
                    word_in(at, name),
                    f"add `{new.name}`: who attains it does not hold `{name}`",
                    Label(origin, "the new name"),
                )


def _lists(policies: Policies) -> Iterator[tuple[tuple[str, ...], Span, date | None, bool]]:
    """Yield names that stand together in groups, cells and rules, with the day from which they no longer do.

    False: only the first of the names stands at the place.
    """
    for listing in policies.document.groups.values():
        names = tuple(entry.name for entry in listing.entries)
        for entry in listing.entries:
            others = tuple(name for name in names if name != entry.name)
            yield (entry.name, *others), entry.origin, days_of(entry.valid).end, False
    for table in policies.document.tables.values():
        for row, days in rows_in_days(table):
            yield from (
                (cell.names, cell.origin, days.end, True) for cell in row.cells[1:] if isinstance(cell, d.Names)
            )
    for rule in policies.rules:
        around: list[tuple[Span, date | None]] = [(rule.origin, days_of(rule.valid).end)]
        for node in d.walk(rule):
            match node:
                case d.Version(valid=valid) | d.Section(valid=d.Validity() as valid):
                    around.append((node.origin, days_of(valid).end))
                case d.Selection(names=names):
                    ends = [end for span, end in around if end is not None and _within(node.origin, span)]
                    yield names, node.origin, min(ends, default=None), True
                case _:
                    continue


def _within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


RULE = LintRule("L198", _find)
