"""What is proved of the edits in ``tests/data/diff``, whom they flip, and who shows it: for tests and for ``make proofs``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import count, islice
from typing import Any

from dsl import core as c
from dsl.core.keys import Keys
from evaluator.engine import Engine, Query
from review.diff.compare import Changed, Comparison, Side as Compared, compare
from review.diff.impact import Flip, Trial
from review.prove.claims import Claim, Verdict
from review.prove.verdicts import WAYS, Prover, Side
from review.scenarios.partners import COMPLETE, Partners
from tests.review.diff.conftest import BASE, edited, side

DAYS = (date(2022, 11, 20), date(2023, 10, 20), date(2027, 2, 1))
PARTNERS = 24
SECONDS = 120.0
"""A rule's, so that no slow machine makes a claim one that is not known."""


def whole(told: Compared) -> Side:
    """Return a side that decides."""
    return Side(told.document, told.core, Engine(told.document, told.core), Keys(told.core))


@cache
def base() -> tuple[Compared, Side]:
    """Return the programme before any edit."""
    told = side("base", BASE)
    return told, whole(told)


def _holding(facts: dict[str, Any], rule: c.Rule) -> dict[str, Any]:
    """Return the facts of a partner who holds the rule's award since long, with an anniversary not long ago."""
    if not rule.is_award:
        return facts
    held = {"award": rule.award, "attained": "2022-10-10", "anniversary": "2023-10-10", "ended": "none"}
    return {**facts, "records": {**facts["records"], "awards": [held]}}


def _bare(told: Any) -> Any:
    """Return what is told without why: that names files."""
    match told:
        case dict():
            return {name: _bare(one) for name, one in told.items() if name not in ("reasons", "missing", "assumptions")}
        case list():
            return [_bare(one) for one in told]
        case _:
            return told


@dataclass(frozen=True)
class Edit:
    """An edit, compared."""

    name: str
    found: Comparison
    before: Side
    after: Side

    def verdicts(self) -> Iterator[Verdict]:
        """Yield what is claimed of every rule that can decide otherwise, but by the register alone."""
        prover = Prover(self.before, self.after, SECONDS)
        for one in self._asked():
            yield from prover.of_rule(self.before.core.rules[one.former or one.name], self.after.core.rules[one.name])

    def follows(self) -> Iterator[str]:
        """Yield what else is told otherwise to made partners: what follows from a decision, each with who is the first."""
        seen: set[tuple[str, str]] = set()
        for one in self._asked():
            rule = self.after.core.rules[one.name]
            made = Partners(self.after.core, seed=5, as_of=DAYS[1], rules=[rule], chances=COMPLETE)
            for number in range(1, PARTNERS + 1):
                facts = _holding(made.partner(number), rule)
                for day in DAYS:
                    was, now = (
                        side.engine.decide(Query((name,), day, facts, detail="none")).as_json()["decisions"][0]
                        for side, name in ((self.before, one.former or one.name), (self.after, one.name))
                    )
                    for what in ("standing", "options"):
                        unlike = _bare(was.get(what)) != _bare(now.get(what))
                        if unlike and (one.name, what) not in seen:
                            seen.add((one.name, what))
                            yield f"{one.name} {what} is another one, first for made {number} on {day}"

    def _asked(self) -> Iterator[Changed]:
        for one in self.found.changed:
            if one.what == "rule" and one.decides and not one.by_the_register and one.kind not in ("added", "removed"):
                yield one

    def flips(self) -> Iterator[Flip]:
        """Yield the decisions of made partners that the edit makes other ones, what the register says of the rule too."""
        rules = {one.former or one.name: one.name for one in self._asked()}
        trial = Trial(self.before.engine, self.after.engine, rules, DAYS)
        asked = [self.after.core.rules[name] for name in rules.values()]
        made = Partners(self.after.core, seed=5, as_of=DAYS[1], rules=asked, chances=COMPLETE)
        names = (f"made {number}" for number in count(1))
        partners = zip(names, islice(map(made.partner, count(1)), PARTNERS), strict=False)
        yield from trial.of(partners if rules else []).flips


def edit(name: str) -> Edit:
    """Return an edit by its name."""
    told, before = base()
    after = side("head", edited(name))
    return Edit(name, compare(told, after), before, whole(after))


def told_lines(one: Edit, verdicts: list[Verdict], flips: list[Flip]) -> Iterator[str]:
    """Yield the claims, and the flips with who is the first of them."""
    for verdict in verdicts:
        former = f" (before {verdict.former})" if verdict.former else ""
        claims = ", ".join(f"{way}: {_said(getattr(verdict, way))}" for way in WAYS)
        follows = "; more follows from it" if verdict.follows else ""
        follows += f": {_said(verdict.shown)}" if verdict.shown is not None else ""
        yield f"{verdict.rule}{former} {verdict.days}: {claims}{follows}"
    counts: dict[tuple[str, str, str, str], list[Flip]] = {}
    for flip in flips:
        # Points differ from partner to partner.
        told = ("", "") if flip.what == "points" else (flip.before, flip.after)
        counts.setdefault((flip.rule, flip.what, *told), []).append(flip)
    if verdicts and flips:
        yield ""
    for (rule, what, was, now), some in sorted(counts.items()):
        first = some[0]
        values = f": {was} -> {now}" if was or now else ""
        yield f"{rule} {what}{values}, {len(some)} flips, the first of {first.partner} on {first.on}"
    if one.found.decides_the_same:
        yield "decides the same: the keys of all rules are equal on all days"


def _said(claim: Claim) -> str:
    """Say what is claimed, and what a witness shows; not by which values: which one is found hangs on what was asked before."""
    if claim.state != "witness":
        return claim.state if claim.state == "proved" else f"unknown, {claim.why}"
    return f"{claim.was.partition(': ')[0]} differs"
