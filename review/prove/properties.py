"""Properties of the policies: proved, refuted by a partner, or not known, on each stretch of days.

A stretch on which the claim means what it meant on another has the answer of that one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from time import process_time

from dsl import core as c
from dsl.core.anywhere import Anywhere
from dsl.core.types import common_days
from review.prove.checked import Judged, Judgement, merged
from review.prove.single import Answer, Asking, stretches
from review.prove.verdicts import ends_of, moves_daily


class Properties:
    """Judges the properties of a core."""

    def __init__(self, asking: Asking, seconds: float) -> None:
        """Take what asks, and how many seconds a property may take; what is left of it then is not known."""
        self.asking = asking
        self.seconds = seconds
        self._daily = Anywhere(asking.core, moves_daily)

    def of(self, stated: c.Property) -> Judged:
        """Return how a property stands."""
        until = process_time() + self.seconds
        found: list[Judgement] = []
        for claim in stated.claims:
            found += merged(self._of_claim(stated, claim, until))
        return Judged(
            stated.name,
            stated.title,
            tuple(found),
            stated.basis.assumes,
            f"{stated.origin.source.name}:{stated.origin.line}",
        )

    def _of_claim(self, stated: c.Property, claim: c.Never | c.NeverCosts, until: float) -> Iterator[Judgement]:
        node = claim.condition if isinstance(claim, c.NeverCosts) else claim.against
        known: dict[tuple[str, date | None], Answer] = {}
        shown: list[Answer] = []
        daily = self._daily.within(node)
        days_of = common_days(stated.days, claim.days)
        for days in stretches([days_of], self.asking.keys.days_in(node)):
            answers: list[tuple[date, Answer]] = []
            tried = tuple(dict.fromkeys(ends_of(days)))
            for day in tried if daily else tried[:1]:
                key = (self.asking.keys.key(node, day), day if daily else None)
                if key not in known:
                    if process_time() > until:
                        late = f"not looked at: the property took more than {self.seconds:.3g} seconds"
                        answers.append((day, Answer("unknown", why=late)))
                        break
                    known[key] = self._asked(claim, node, day, shown)
                    shown += [known[key]] if known[key].state == "refuted" and known[key] not in shown else []
                answers.append((day, known[key]))
            if answers:
                on, answer = _worst(answers)
                yield Judgement(
                    claim.about, days, on, answer.state, answer.partner, answer.more, answer.between, answer.why
                )

    def _asked(self, claim: c.Never | c.NeverCosts, node: c.Expr, day: date, shown: Sequence[Answer]) -> Answer:
        if isinstance(claim, c.Never):
            return self.asking.never(node, day, known=shown)
        found: list[tuple[date, Answer]] = []
        # What was lost by on other days comes first.
        for more in sorted(claim.more, key=lambda name: not any(name in one.more for one in shown)):
            found.append((day, self.asking.never_costs(node, more, day, known=shown)))
            if found[-1][1].state == "refuted":
                break
        return _worst(found)[1]


def _worst(answers: list[tuple[date, Answer]]) -> tuple[date, Answer]:
    for state in ("refuted", "unknown"):
        for one in answers:
            if one[1].state == state:
                return one
    return answers[0]
