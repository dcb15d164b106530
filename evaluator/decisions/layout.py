"""A decision as JSON at once: laid out as ``evaluator.decision`` writes it, with places for what the facts say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from dsl import core as c
from dsl.core.ranges import Numbers, Truth
from dsl.core.remembered import Remembered
from dsl.core.written import Resting
from evaluator.decision import (
    ELIGIBILITY,
    Decision,
    Said,
    Score,
    assumptions_json,
    decision_json,
    figures_json,
    in_one_line,
    missing_json,
    range_json,
    standing_json,
)
from evaluator.register.standing import NEVER_ATTAINED, Standing

MOST_KEPT = 1_024
"""How many different things that decisions rest on are kept as they are written."""
_ZERO = Numbers(Decimal(0), Decimal(0))
_SCORE = Score(_ZERO, Decimal(0), _ZERO)
_ELIGIBILITY = {word: in_one_line(word) for word in ELIGIBILITY.values()}
_BADGE = {truth: in_one_line(range_json(truth)) for truth in Truth}
_NOT_HELD = in_one_line(standing_json(NEVER_ATTAINED))


class Layout:
    """How decisions of one version of a rule are written of which it is told whether somebody is eligible, and why."""

    def __init__(self, sample: Decision) -> None:
        """Take a decision of the version: what is no place is the same in all of them."""
        self._pieces: list[tuple[str, str]] = []
        """What stands before each place, and which it is."""
        before = "{"
        for name, value in decision_json(sample, "full").items():
            before += f"{in_one_line(name)}:"
            if name in _PLACES:
                self._pieces.append((before, name))
                before = ","
            else:
                before += f"{in_one_line(value)},"
        if before != ",":
            raise AssertionError(f"a decision ends with a place, not with {before}")

    def text(self, decided: Decision, said: Said) -> str:
        """Return the text of a decision, without its key."""
        told: Mapping[str, str | None] = {
            "eligibility": _ELIGIBILITY[decided.eligibility or "undetermined"],
            "score": said.score,
            "standing": _text_of_standing(decided.standing),
            "badge": None if decided.badge is None else _BADGE[decided.badge],
            "reasons": f"[{said.reasons}]",
            "missing": in_one_line([missing_json(one) for one in decided.missing]) if decided.missing else "[]",
            "provisional_figures": _figures(decided.provisional_figures),
            "assumptions": _assumptions(decided.assumptions),
        }
        return "".join([f"{before}{told[name]}" for before, name in self._pieces]) + "}"


class Whole:
    """Writes a decision that is the same for many: once."""

    def __init__(self, decided: Decision) -> None:
        self._decided = decided
        self._text: str | None = None

    def text(self, decided: Decision, said: Said) -> str:
        """Return the text of the decision, without its key."""
        if self._text is None:
            self._text = in_one_line(decision_json(self._decided, "full"))
        return self._text


_PLACES = ("eligibility", "score", "standing", "badge", "reasons", "missing", "provisional_figures", "assumptions")


def _text_of_standing(standing: Standing | None) -> str | None:
    if standing is None or standing is NEVER_ATTAINED:
        return None if standing is None else _NOT_HELD
    return in_one_line(standing_json(standing))


@lru_cache(MOST_KEPT)
def _figures(figures: Sequence[Resting]) -> str:
    return in_one_line(figures_json(figures))


@lru_cache(MOST_KEPT)
def _assumptions(assumptions: Sequence[Resting]) -> str:
    return in_one_line(assumptions_json(assumptions))


class Layouts:
    """The layouts of one core's rules; threads share them."""

    def __init__(self) -> None:
        self._found: Remembered[tuple[object, ...], tuple[c.RuleVersion, Layout]] = Remembered()

    def of(
        self, rule: c.Rule, version: c.RuleVersion, *, has_standing: bool, has_badge: bool, has_score: bool
    ) -> Layout:
        """Return the layout of decisions of a version of a rule that tell this."""
        key = (rule.id, id(version), has_standing, has_badge, has_score)
        found = self._found.get(key)
        if found is None:
            sample = Decision(
                rule.id, version.title, rule.of_kind, in_force=True, eligibility="eligible",
                score=_SCORE if has_score else None, standing=NEVER_ATTAINED if has_standing else None,
                badge=Truth.TRUE if has_badge else None,
            )  # fmt: skip
            # With its version: an identity is one object's only as long as that is there.
            found = self._found.keep(key, (version, Layout(sample)))
        return found[1]
