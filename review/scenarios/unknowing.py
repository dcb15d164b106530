"""Whether a changed part of a core decides another for a partner of whom nothing is known.

Where it does not, only scenarios that tell something the part reads can show the change from outside.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from dsl import core as c
from dsl.core.references import references
from dsl.core.walk import walk
from evaluator.explanation import Explanation
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment


def same_when_unknown(was: c.Core, now: c.Core, path: str) -> frozenset[str] | None:
    """Return the names that a changed part reads, if it is decided as before where none of them is told; else None.

    Args:
        was: the core.
        now: the changed core.
        path: the part, as in ``review.scenarios.touched``: a requirement or a named value.
    """
    before, after = _part(was, path), _part(now, path)
    if before is None or after is None:
        return None
    reads = _reads((before, after), was)
    if reads is None:
        return None
    changes = sorted({*was.change_days, *now.change_days})
    days = [date.fromordinal(max(1, changes[0].toordinal() - 1)), *changes] if changes else [date(2000, 1, 1)]
    return reads if _ranges(was, before, days) == _ranges(now, after, days) else None


def _part(core: c.Core, path: str) -> c.Expr | None:
    """Return the expression at a path, where it is one that is decided by itself."""
    found: Any = core
    for step in path.split("/"):
        found = found[int(step)] if isinstance(found, tuple) else found.get(step) if isinstance(found, dict) else (
            getattr(found, step)
        )  # fmt: skip
    if isinstance(found, c.NamedDecl):
        return found.value
    return found if isinstance(found, c.Requirement) else None


def _reads(parts: Iterable[c.Expr], core: c.Core) -> frozenset[str] | None:
    """Return the facts and records that expressions read; None where they speak of rules or the register."""
    names: set[str] = set()
    waiting = list(parts)
    seen: set[str] = set()
    while waiting:
        expression = waiting.pop()
        in_records = {
            id(inner)
            for node in walk(expression)
            if isinstance(node, c.OfRecords)
            for part in (node.where, node.value)
            if part is not None
            for inner in walk(part)
        }
        for node in walk(expression):
            # Without records there is none for which the day could matter.
            by_day = "every day" in node.moves_with and id(node) not in in_records
            if by_day or node.tells_elsewhere or "awards" in node.lists_read:
                return None
            for to, name, supplied in references(node):
                if to in ("fact", "records") or supplied:
                    names.add(name)
                if to == "named" and name not in seen:
                    seen.add(name)
                    waiting.append(core.named[name].value)
    return frozenset(names)


def _ranges(core: c.Core, part: c.Expr, days: Iterable[date]) -> list[Any]:
    """Return what a part can be, and what is missing for it, on some days."""
    return [_known(Interpreter(core, Facts(core, {}, day)).evaluate(part, Moment(day))) for day in days]


def _known(found: Explanation) -> Any:
    return found.range, tuple(found.missing())
