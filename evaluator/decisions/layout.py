"""A decision as JSON at once: laid out as ``evaluator.decision`` writes it, with places for what the facts say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from dsl import core as c
from dsl.core.ranges import Numbers, Truth
from dsl.core.remembered import Remembered
from dsl.core.written import Resting
from evaluator.decision import (
    ELIGIBILITY,
    Decision,
    Missing,
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

_ZERO = Numbers(Decimal(0), Decimal(0))
_SCORE = Score(_ZERO, Decimal(0), _ZERO)
_ELIGIBILITY = {word: in_one_line(word) for word in ELIGIBILITY.values()}
_BADGE = {truth: in_one_line(range_json(truth)) for truth in Truth}
_NOT_HELD = in_one_line(standing_json(NEVER_ATTAINED))


class Layout:
    """How decisions of one version of a rule are written of which it is told whether somebody is eligible, and why."""

    def __init__(self, decided: Decision, *, has_score: bool) -> None:
        """Take a decision of the version, without reasons: what is no place is the same in all of them."""
        sample = decided._replace(eligibility="eligible", score=_SCORE if has_score else None)
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

    def text(self, decided: Decision, reasons: str, score: str | None) -> str:
        """Return the text of a decision.

        Args:
            decided: all of it but its reasons and score.
            reasons: the texts of the reasons, with commas between.
            score: the text of the score.
        """
        told: Mapping[str, str | None] = {
            "eligibility": _ELIGIBILITY[decided.eligibility or "undetermined"],
            "score": score,
            "standing": _text_of_standing(decided.standing),
            "badge": None if decided.badge is None else _BADGE[decided.badge],
            "reasons": f"[{reasons}]",
            "missing": _text_of_missing(decided.missing) if decided.missing else "[]",
            "provisional_figures": _text_of_figures(decided.provisional_figures),
            "assumptions": _text_of_assumptions(decided.assumptions),
        }
        return "".join([f"{before}{told[name]}" for before, name in self._pieces]) + "}"


_PLACES = ("eligibility", "score", "standing", "badge", "reasons", "missing", "provisional_figures", "assumptions")


def _text_of_standing(standing: Standing | None) -> str | None:
    if standing is None or standing is NEVER_ATTAINED:
        return None if standing is None else _NOT_HELD
    return in_one_line(standing_json(standing))


def _text_of_missing(missing: Sequence[Missing]) -> str:
    return in_one_line([missing_json(one) for one in missing])


def _text_of_figures(figures: Sequence[Resting]) -> str:
    return in_one_line(figures_json(figures)) if figures else "[]"


def _text_of_assumptions(assumptions: Sequence[Resting]) -> str:
    return in_one_line(assumptions_json(assumptions)) if assumptions else "[]"


class Layouts:
    """The layouts of one core's rules; threads share them."""

    def __init__(self) -> None:
        self._found: Remembered[tuple[int, bool, bool], tuple[c.RuleVersion, Layout]] = Remembered()

    def text(self, version: c.RuleVersion, decided: Decision, reasons: str, score: str | None) -> str:
        """Return the text of a decision of a version, as ``Layout.text`` does."""
        key = (id(version), score is None, decided.badge is None)
        found = self._found.get(key)
        if found is None:
            # With its version: an identity is one object's only as long as that is there.
            found = self._found.keep(key, (version, Layout(decided, has_score=score is not None)))
        return found[1].text(decided, reasons, score)
