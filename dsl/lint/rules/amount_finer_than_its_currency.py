"""L134: an amount of a rule that can have more digits behind the point than its currency has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from dsl import core as c
from dsl.core.places import of_currency, places
from dsl.diagnostics import Diagnostic, Edit, Fix
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding


def _find(policies: Policies) -> Iterator[Diagnostic]:
    core = policies.core
    found: dict[object, Diagnostic] = {}
    for rule in core.rules.values():
        for version in rule.versions:
            if version.amount is None:
                continue
            start = version.days.start or date.min
            for day in (start, *(one for one in core.change_days if one in version.days and one > start)):
                for diagnostic in _too_fine(version.amount, day, core):
                    found.setdefault(diagnostic.span, diagnostic)
    yield from found.values()


def _too_fine(amount: c.Expr, day: date, core: c.Core) -> Iterator[Diagnostic]:
    """Yield what is wrong with an amount, at the smallest place at which a rounding can be written."""
    currency, most = amount.type.unit or "", of_currency(amount.type.unit)
    count = places(amount, day, core)
    if isinstance(amount, c.Literal) or (count is not None and count <= most):
        return  # a figure is as its author wrote it: C701 and C702 look at those
    if isinstance(amount, c.Chooses):
        for one in amount.alternatives():
            if day in one.days:
                yield from _too_fine(one.value, day, core)
        return
    step = f"{Decimal(1).scaleb(-most):f} {currency}"
    rounding = f", rounded half up to {step}"
    has = "any number of digits" if count is None else f"{count} digit{'s' * (count != 1)}"
    yield finding(
        "L134",
        f"this amount can have {has} behind the point, and {currency} has {most}",
        amount.origin,
        f"write the rounding behind it: `{rounding}`",
        fix=Fix(f"round half up to {step}", (Edit(amount.origin.after, rounding),)),
    )


RULE = LintRule("L134", _find)
