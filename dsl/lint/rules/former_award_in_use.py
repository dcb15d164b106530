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
from dsl.lower.table_rows import rows_in_days
from dsl.source import Span

AWARDS = frozenset({"covers", "gives", "keeps", "loses"})
"""Words of clauses behind which awards are named."""


def _find(policies: Policies) -> Iterator[Diagnostic]:
    changed = renamed(policies)
    by_award: dict[str, list[c.Rule]] = {}
    for rule in policies.core.rules.values():
        by_award.setdefault(rule.award, []).append(rule)
    for old, (day, new, origin) in changed.items():
        for rule in by_award.get(old, ())[:1]:
            for version in rule.versions:
                if day is None or version.days.end is None or version.days.end > day:
                    yield finding(
                        "L198",
                        f"{_renamed(rule.name, new, day)}, and goes on beside it",
                        version.origin,
                        f"end it: `until {day}`"
                        if day is not None
                        else f"say from which day it is `{new.name}`, and end `{rule.name}` there with `until`",
                        Label(origin, "the new name"),
                    )
    named = {**{old.split(".", 1)[1]: change for old, change in changed.items()}, **changed}
    for names, at, end, at_all in _lists(policies):
        for name in names if at_all else names[:1]:
            if name not in named:
                continue
            day, new, origin = named[name]
            if not _is_among(new, names, policies) and (end is None or day is None or end > day):
                yield finding(
                    "L198",
                    f"{_renamed(name, new, day)}, which does not stand here",
                    word_in(at, name),
                    f"add `{new.name}`: who attains it does not hold `{name}`",
                    Label(origin, "the new name"),
                )


def _renamed(old: str, new: c.Rule, day: date | None) -> str:
    return f"`{old}` is `{new.name}` from {day} on" if day is not None else f"`{old}` has the new name `{new.name}`"


def _is_among(rule: c.Rule, names: tuple[str, ...], policies: Policies) -> bool:
    """Whether names speak of an award: by itself, as a member of a group, or as one of its kind."""
    document, plurals = policies.document, policies.core.kinds.plurals
    for name in names:
        if name in (rule.name, rule.award):
            return True
        if name in document.groups:
            if any(entry.name in (rule.name, rule.award) for entry in document.groups[name].entries):
                return True
        elif plurals.get(name) == rule.kind:
            return True
    return False


def _lists(policies: Policies) -> Iterator[tuple[tuple[str, ...], Span, date | None, bool]]:
    """Yield names that stand together wherever awards are named, with the day from which they no longer do.

    False: only the first of the names stands at the place.
    """
    document = policies.document
    if document.membership is not None:
        yield document.membership.names, document.membership.origin, None, True
    for listing in document.groups.values():
        names = tuple(entry.name for entry in listing.entries)
        for entry in listing.entries:
            others = tuple(name for name in names if name != entry.name)
            yield (entry.name, *others), entry.origin, days_of(entry.valid).end, False
    for table in document.tables.values():
        for row, days in rows_in_days(table):
            yield from (
                (cell.names, cell.origin, days.end, True) for cell in row.cells[1:] if isinstance(cell, d.Names)
            )
    for form in (*policies.rules, *document.definitions.values(), *document.measures.values()):
        around = [(form.origin, days_of(form.valid).end)] if isinstance(form, d.Rule) else []
        for node in d.walk(form):
            match node:
                case d.Version(valid=valid) | d.Section(valid=d.Validity() as valid):
                    around.append((node.origin, days_of(valid).end))
                    continue
                case d.Selection(names=names):
                    pass
                case d.Verb(word=word, names=names) if word in AWARDS:
                    pass
                case d.NumberHeld(group=group):
                    names = (group,)
                case _:
                    continue
            ends = [end for span, end in around if end is not None and _within(node.origin, span)]
            yield names, node.origin, min(ends, default=None), True


def _within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


RULE = LintRule("L198", _find)
