"""No figure and no day stands in policies without a citation, `?`, `unknown` or an assumption.

A citation stands behind the figure or around it: behind the row, requirement, section, version, rule or table. The days of
a version or rule are cited by what holds from them, where each of its clauses is cited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TypeAlias

from dsl import document as d
from dsl.diagnostics import Diagnostic, nearest
from review.scenarios.ready.kept import Kept, Settings, duty

NO_WORDING = {"use", "covers", "gives", "keeps", "loses", "area", "levels", "awarded to"}
"""Clauses that name things and have no figure."""

Leaf: TypeAlias = d.Figure | d.Day


def citation_duties(document: d.Document, kept: Kept) -> Iterator[Diagnostic]:
    """Yield the figures and days that nothing vouches for.

    Reports:
        R101 a figure or day without a citation.
        R102 a day that is said to be cited in a rule, and is not.
    """
    settings = kept.wanted
    for leaf in uncited(document, settings):
        what = "day" if isinstance(leaf, d.Day) else "figure"
        advice = f'write behind it `cite SOURCE "place"`, `assume "why"`, or `{shown(leaf)}?` where it is second-hand'
        yield duty("R101", f"nothing says where the {what} {shown(leaf)} comes from", leaf.origin, advice)
    for index, (day, rule) in enumerate(settings.turning_days.items()):
        span = kept.settings.place(f"/turning_days/{index}/cited_in")
        if rule not in document.rules:
            near = nearest(rule, document.rules)
            yield duty("R102", f"there is no rule `{rule}`", span, f"did you mean `{near}`?" if near else "name a rule")
            continue
        stated = {
            node.day
            for part in d.walk(document.rules[rule])
            if is_cited(part)
            for node in d.walk(part)
            if isinstance(node, d.Day)
        }
        if not stated & {day, day - timedelta(days=1)}:
            yield duty("R102", f"`{rule}` does not cite {day}", span, "cite the day there, or name the rule that does")


def uncited(document: d.Document, settings: Settings) -> Iterator[Leaf]:
    """Yield the figures and days of a document that nothing vouches for."""
    yield from _Citations(settings).within(document, "", False)


@dataclass(frozen=True)
class _Citations:
    settings: Settings

    def of(self, node: d.Node, name: str, cited: bool) -> Iterator[Leaf]:
        cited = cited or is_cited(node)
        match node:
            case d.Figure(value=None) | d.SourceText():
                return
            case d.Day(day=day) if day in self.settings.turning_days:
                return
            case d.Figure() | d.Day():
                if not (cited or node.provisional):
                    yield node
            case d.Type() if self.settings.own_bounds and name.endswith(self.settings.own_bounds):
                return
            case _:
                for field in fields(node):
                    # The day on which something was seen tells of a citation; it decides nothing.
                    if field.name == "origin" or (isinstance(node, d.Notes) and field.name == "seen"):
                        continue
                    by_clauses = field.name == "valid" and clauses_are_cited(node)
                    yield from self.within(getattr(node, field.name), name, cited or by_clauses)

    def within(self, value: object, name: str, cited: bool) -> Iterator[Leaf]:
        match value:
            case d.Node():
                yield from self.of(value, name, cited)
            case tuple():
                for item in value:
                    yield from self.within(item, name, cited)
            case dict():
                for key, item in value.items():
                    yield from self.within(item, str(key), cited)
            case _:
                return


def is_cited(node: d.Node) -> bool:
    """Whether a node has a citation or an assumption of its own."""
    notes = getattr(node, "notes", d.NO_NOTES)
    return bool(notes.cites or notes.assumes)


def clauses_are_cited(node: d.Node) -> bool:
    """Whether everything is cited that stands in a body; what only names things has its citation where they stand."""
    clauses: tuple[d.Clause, ...] = getattr(node, "clauses", ())
    return bool(clauses) and all(
        is_cited(one) or (isinstance(one, d.Verb) and one.word in NO_WORDING) or clauses_are_cited(one)
        for one in clauses
    )


def shown(node: Leaf) -> str:
    """Return a figure or day as it is written."""
    return str(node.day if isinstance(node, d.Day) else node.value)
