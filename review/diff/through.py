"""What a change does through the register, as lines for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dsl import core as c
from review.diff.direction import EQUAL
from review.diff.report import counted, direction_of
from review.diff.standings import Followed

Json = Any
LIMITS = "of partners whose checks all come out one way or the other"
"""Of whom it is said: see ``review.diff.standings``."""
HELD = {"stricter": "held for less time", "looser": "held for longer"}
OTHERWISE = "held otherwise: longer or shorter is not known"
WORDS = {
    "neutral": "decide the same",
    "stricter": "stricter",
    "looser": "looser",
    "dearer": "dearer",
    "cheaper": "cheaper",
    "either way": "either way",
}
"""What is said of the rules of a direction, in the order in which it is told; others by their own words."""


@dataclass(frozen=True, slots=True)
class Through:
    """What was followed, and the rules to which the register alone leads."""

    core: c.Core
    """The policies of the side after."""
    followed: Followed
    names: Sequence[str]

    def held(self) -> dict[str, list[c.Rule]]:
        """Return the awards that are not held as before, by what becomes of them."""
        found: dict[str, list[c.Rule]] = {}
        for award, steps in self.followed.held.items():
            rule = self.core.rule_of_award.get(award)
            if rule is not None:
                found.setdefault(HELD.get(direction_of(steps, costs=False), OTHERWISE), []).append(rule)
        return found

    def rules(self) -> dict[str, list[c.Rule]]:
        """Return the rules that the register alone leads to, by the direction in which they go."""
        found: dict[str, list[c.Rule]] = {word: [] for word in WORDS.values()}
        for name in self.names:
            rule = self.core.rules[name]
            word = direction_of(self.followed.rules.get(name, EQUAL), costs=rule.of_kind.costs)
            found.setdefault(WORDS.get(word, word), []).append(rule)
        return {word: rules for word, rules in found.items() if rules}

    def lines(self) -> Iterator[str]:
        """Yield what becomes of awards, then of the rules that ask for them, each by number."""
        held, rules = self.held(), self.rules()
        if not held and not rules:
            return
        yield f"through the register, award by award, {LIMITS}:"
        if not held:
            yield "  all awards are held as before"
        yield from (f"  {word}: {counted(of)}" for word, of in held.items())
        yield from (f"  {word}: {counted(of)}" for word, of in rules.items())

    def as_json(self) -> dict[str, Json]:
        """Return every award and rule by its name."""
        return {
            "of": LIMITS,
            "held": {word: [rule.award for rule in of] for word, of in self.held().items()},
            "rules": {word: [rule.id for rule in of] for word, of in self.rules().items()},
        }
