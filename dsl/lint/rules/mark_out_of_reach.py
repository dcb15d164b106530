"""L140: a mark that the points in force on some day cannot reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from dsl import core as c
from dsl.core.bounds import Bounding
from dsl.diagnostics import Diagnostic
from dsl.json_values import decimal_text
from dsl.lint.bounds import bounds
from dsl.lint.policies import Policies, Visit, agreed
from dsl.lint.rule import LintRule, finding
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    for span, said in agreed(_seen(policies)).items():
        yield finding(
            "L140", f"the mark is out of reach: {said}", span, "look at the mark and at the dates of what is scored"
        )


def _seen(policies: Policies) -> Iterator[tuple[Span, str | None]]:
    for visit in policies.visits:
        if isinstance(visit.node, c.PassScore):
            yield visit.node.origin, _out_of_reach(visit.node, visit, policies.bounding)


def _out_of_reach(node: c.PassScore, visit: Visit, bounding: Bounding) -> str | None:
    start = visit.days.start or date.min
    for day in (start, *(day for day in bounding.core.change_days if day in visit.days and day > start)):
        here = c.Days(day, date.fromordinal(day.toordinal() + 1))
        most, mark = bounds(node.score, here, bounding).high, bounds(node.mark, here, bounding).low
        if most is not None and mark is not None and most < mark:
            when = f" from {day}" if day != start else ""
            return f"{decimal_text(most)} points can be had{when}, and {decimal_text(mark)} are needed"
    return None


RULE = LintRule("L140", _find)
