"""What an option of a choice costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from dsl import core as c


def fees_of(core: c.Core, option: c.Option, day: date) -> Iterator[tuple[c.Rule, c.Expr]]:
    """Yield the fees that an option asks for on a day, each with its amount."""
    for effect in option.effects:
        fee = core.rules.get(effect.names[0]) if effect.verb == "pay" and day in effect.days else None
        version = fee.version_on(day) if fee is not None else None
        if fee is not None and version is not None and version.amount is not None:
            yield fee, version.amount
