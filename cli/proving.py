"""What is proved of a change within a time, for its page; what is left is told with why."""

from __future__ import annotations

from importlib.util import find_spec
from time import process_time

from dsl import core as c
from dsl.core.keys import Keys
from evaluator.engine import Engine
from review.diff.compare import Comparison
from review.diff.standings import followed
from review.diff.through import Through
from review.prove.checked import Judged
from review.prove.claims import Verdict, turn
from review.request.proof import Proof

SHARES = 4
"""Shares of the time that is left which one rule or property may take."""
NO_SOLVER = "the solver is not there: `pip install '.[prove]'` brings it"


def proof_of(found: Comparison, before: Engine, after: Engine, seconds: float) -> Proof | None:
    """Return what is proved of the rules that can decide otherwise, and of the properties that the change reaches.

    Args:
        found: what changes.
        before: the engine of one side.
        after: that of the other.
        seconds: of the processor, for all of it; 0: nothing is looked at.
    """
    keys = (Keys(before.core), Keys(after.core))
    changed = [one for one in found.changed if one.what == "rule" and one.decides and not one.by_the_register]
    compared = {one.name: one for one in changed if one.kind not in ("added", "removed")}
    is_same = not found.changed and before.core.properties == after.core.properties
    claimed = {} if is_same else after.core.properties
    # What is held is any to a property, whatever it rests on: only its own words can make it another one.
    blind = (Keys(before.core, frozenset(before.core.rules)), Keys(after.core, frozenset(after.core.rules)))
    stated = {name: one for name, one in claimed.items() if not _is_as_before(before.core, one, blind)}
    removed = tuple(name for name in before.core.properties if name not in after.core.properties)
    if not compared and not stated and not removed:
        return None
    through = Through(
        after.core,
        followed(before.core, after.core),
        tuple(one.name for one in found.changed if one.by_the_register),
    )
    left: dict[str, str] = {}
    waiting = [*(f"property.{name}" for name in stated), *compared]
    if find_spec("z3") is None or not seconds:
        why = NO_SOLVER if seconds else "nothing was to be proved: `--seconds 0`"
        return Proof(removed=removed, left=dict.fromkeys(waiting, why), through=through)
    # The solver is read here: no other command should wait for it.
    from review.prove.properties import Properties
    from review.prove.single import Asking
    from review.prove.verdicts import Prover, Side

    until = process_time() + seconds
    late = f"not looked at: proving took more than {seconds:g} seconds"
    properties = Properties(Asking(after.core, after, keys[1]), seconds)
    sides = [Side(one.document, one.core, one, own) for one, own in zip((before, after), keys, strict=True)]
    prover = Prover(sides[0], sides[1], seconds)
    verdicts: list[Verdict] = []
    judged: list[Judged] = []
    order = sorted(compared, key=lambda name: turn(compared[name], after.core.rules[name]))
    waiting = [*order, *stated]
    for name in order:
        prover.seconds = _share(until, len(waiting))
        waiting.pop()
        if prover.seconds <= 0:
            left[name] = late
            continue
        # Of several that become one each is compared.
        for former in (one.former or name for one in changed if one.name == name):
            verdicts += prover.of_rule(before.core.rules[former], after.core.rules[name])
    for name, one in stated.items():
        properties.seconds = _share(until, len(waiting))
        waiting.pop()
        if properties.seconds <= 0:
            left[f"property.{name}"] = late
        else:
            judged.append(properties.of(one))
    titles = {name: one.title for name, one in compared.items()}
    return Proof(titles, tuple(verdicts), tuple(judged), removed, left, through)


def _share(until: float, waiting: int) -> float:
    """Return the seconds that one of those who wait may take: some shares, as most take less than theirs."""
    left = until - process_time()
    return min(left, SHARES * left / waiting)


def _is_as_before(before: c.Core, stated: c.Property, keys: tuple[Keys, Keys]) -> bool:
    """Whether a property was claimed before and means the same on all days."""
    was = before.properties.get(stated.name)
    if was is None or (was.days, len(was.claims)) != (stated.days, len(stated.claims)):
        return False
    return all(
        _said(one) == _said(other) and keys[0].lasting(_node(one)) == keys[1].lasting(_node(other))
        for one, other in zip(was.claims, stated.claims, strict=True)
    )


def _said(claim: c.Never | c.NeverCosts) -> tuple[object, ...]:
    return (type(claim), claim.about, claim.days, claim.more if isinstance(claim, c.NeverCosts) else ())


def _node(claim: c.Never | c.NeverCosts) -> c.Expr:
    return claim.condition if isinstance(claim, c.NeverCosts) else claim.against
