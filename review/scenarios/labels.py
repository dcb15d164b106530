"""Labels as scenarios write them, and the reason codes that they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from dsl import core as c
from dsl.core.references import walk


def meant_by(core: c.Core, rule: str, label: str, day: date) -> Sequence[str]:
    """Return the reason codes that a label can mean beside a rule on a day; exactly one where it is clear.

    That is the code below the rule, else the code as it stands, else those whose end it is: of the rule itself, or of
    other rules where the rule has none. Of several such, those count that are in force on the day.
    """
    own = set(codes_of(core, core.asked(rule)))
    for code in (f"{rule}.{label}", label):
        if code in own:
            return (code,)
    if found := _ending(own, label):
        today = _ending(codes_of(core, core.asked(rule), day), label) if len(found) > 1 else ()
        return today or found
    everywhere = set(codes(core))
    return (label,) if label in everywhere else _ending(everywhere, label)


def _ending(known: Iterable[str], label: str) -> Sequence[str]:
    return sorted({code for code in known if code.endswith(f".{label}")})


def codes(core: c.Core) -> Iterator[str]:
    """Yield every reason code that a decision can have."""
    for rule in (*core.rules.values(), *core.measures.values()):
        yield from codes_of(core, rule)


def codes_of(core: c.Core, rule: c.Rule, day: date | None = None) -> Iterator[str]:
    """Yield every reason code of a rule or measure, or those of what is in force on a day."""
    if rule.of_kind.decides == "value":
        yield f"{rule.id}.value"
        yield from _required(core.named[rule.name].value, day)
        return
    yield f"{rule.id}.in_force"
    if rule.of_kind.decides == "amount":
        yield from (f"{rule.id}.amount", f"{rule.id}.due")
    for version in rule.versions:
        if day is not None and day not in version.days:
            continue
        yield from (f"{rule.id}.{branch.name}" for branch in (version.stage.branches if version.stage else ()))
        parts = [version.requirement, version.amount, version.stage]
        parts.extend(option.requirement for option in version.options)
        for part in parts:
            if part is not None:
                yield from _required(part, day)


def _required(part: c.Expr, day: date | None) -> Iterator[str]:
    return (node.code for node in walk(part, day) if isinstance(node, c.Requirement))
