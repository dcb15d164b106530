"""L151: a certification that one list counts after the day another list says it ends."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.diagnostics import Diagnostic, Label
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.lower.scope import days_of


def _find(policies: Policies) -> Iterator[Diagnostic]:
    entries: dict[str, list[tuple[str, d.Entry]]] = {}
    for name, listing in policies.document.certifications.items():
        for entry in listing.entries:
            entries.setdefault(entry.name, []).append((name, entry))
    for found in entries.values():
        ending = [(days_of(entry.valid).end, name, entry) for name, entry in found]
        ends = [one for one in ending if one[0] is not None]
        if not ends:
            continue
        first = min(ends, key=lambda one: str(one[0]))
        for end, name, entry in ending:
            if name == first[1] or (end is not None and str(end) <= str(first[0])):
                continue
            until = first[2].valid
            last = until.through or until.until if until is not None else None
            word = "through" if until is not None and until.through is not None else "until"
            yield finding(
                "L151",
                f"`{entry.name}` counts in `{name}` after it has ended in `{first[1]}`",
                entry.origin,
                f"write `{word} {last.origin.text}` here too, where the end is the certification's own" if last else "",
                Label(first[2].origin, "ends here"),
            )


RULE = LintRule("L151", _find)
