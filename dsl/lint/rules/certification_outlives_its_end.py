"""L151: a certification that one list counts after the last day that another list gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from dsl import core as c, document as d
from dsl.diagnostics import Diagnostic, Edit, Fix, Label
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.lower.scope import days_of


def _find(policies: Policies) -> Iterator[Diagnostic]:
    read = _last_days(policies)
    entries: dict[str, list[tuple[str, d.Entry]]] = {}
    for name, listing in policies.document.certifications.items():
        for entry in listing.entries:
            entries.setdefault(entry.name, []).append((name, entry))
    for found in entries.values():
        # `through` is a certification's own last day; `until` is where a list changes, which is the list's affair.
        ends = [
            (entry.valid.through, name, entry)
            for name, entry in found
            if entry.valid is not None and entry.valid.through is not None
        ]
        if not ends:
            continue
        last, ending, first = min(ends, key=lambda one: one[0].day)
        for name, entry in found:
            end = min(days_of(entry.valid).end or date.max, read.get(name, date.min))
            if name == ending or end.toordinal() <= last.day.toordinal() + 1:
                continue
            yield finding(
                "L151",
                f"`{entry.name}` counts in `{name}` after its last day in `{ending}`",
                entry.origin,
                f"write `through {last.origin.text}` here too",
                Label(first.origin, f"its last day is {last.day}"),
                fix=_ended(entry, last) if entry.valid is None else None,
            )


_WRITTEN = re.compile(r'"[^"]*"(\s+also\s+spelt\s+"[^"]*"(\s+or\s+"[^"]*")*)?')


def _ended(entry: d.Entry, last: d.Day) -> Fix | None:
    span = entry.origin
    written = _WRITTEN.match(span.text)
    if written is None:
        return None
    end = written.end()
    at = type(span)(span.source, span.start + end, span.start + end)
    return Fix(f"write `through {last.origin.text}`", (Edit(at, f" through {last.origin.text}"),))


def _last_days(policies: Policies) -> dict[str, date]:
    """Return for each list the first day on which nothing asks for it any more."""
    last: dict[str, date] = {}
    for visit in policies.visits:
        if isinstance(visit.node, c.People | c.DifferentPeople):
            for listing in visit.node.lists:
                last[listing.name] = max(last.get(listing.name, date.min), visit.days.end or date.max)
    return last


RULE = LintRule("L151", _find)
