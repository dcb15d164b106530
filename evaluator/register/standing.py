"""The standing of an award: whether it is held, since when, until when, and when it is checked next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from dsl.core.ranges import NEVER, Truth, any_of
from evaluator.explanation import Explanation, Gap


class Standing(NamedTuple):
    """What the register says of an award on a day."""

    held: Truth
    since: date | None = None
    """First day of the holding that counts."""
    until: date | None = None
    """First day it is, or will be, no longer held, where that is decided."""
    next_check: date | None = None
    """The next check that can end it. Of several entries that hold it this is the last one's: it stays held by that one
    whatever the checks before decide. None where an entry holds it that nothing ends and no check awaits."""
    renews_to: date | None = None
    """The new anniversary, were it renewed on the day: in the days for renewal of a rule that sets one."""
    level: str | None = None
    check: Explanation | None = None
    """The decision of the last check, where one was due."""
    check_due: date | None = None
    """The anniversary of that check: its day, window and grace are as the rule has them then."""
    next_due: date | None = None
    """The anniversary of the next check."""
    renews_due: date | None = None
    """The anniversary of the days for renewal that the day is one of."""
    gaps: tuple[Gap, ...] = ()
    settled: bool = True
    """Whether the dates are known as well: no field that could change them is missing."""
    would_be: date | None = None
    """The anniversary that it would have, were it attained on the day."""

    @property
    def through(self) -> date | None:
        """The last day on which it is held, as people are told; None where none is decided or it never was held."""
        if self.until is None or self.until == NEVER or (self.since is not None and self.until <= self.since):
            return None
        return self.until - timedelta(days=1)


NEVER_ATTAINED = Standing(Truth.FALSE)
"""Of every award, where the register is told to have no entries."""


def of_several(states: Sequence[Standing], more: tuple[Gap, ...]) -> Standing:
    """Return the standing of an award over all its entries.

    Args:
        states: what each entry says.
        more: why entries that nobody told of may count too.
    """
    states = [state for state in states if state.held is not Truth.FALSE or state.since or not state.settled]
    held = any_of([state.held for state in states] + [Truth.UNKNOWN] * bool(more))
    gaps = (*(gap for state in states if state.held is Truth.UNKNOWN for gap in state.gaps), *more)
    if not states:
        return Standing(held, gaps=gaps, settled=not more)
    best = max(states, key=_weight)
    if more or (len(states) > 1 and not all(state.settled for state in states)):
        # Another entry may be the one that counts: no date is told that may be wrong.
        return Standing(held, check=best.check, check_due=best.check_due, gaps=gaps, settled=False)
    if not best.settled:
        return best._replace(held=held, until=None, next_check=None, next_due=None, renews_to=None, gaps=gaps)
    holding = [state for state in states if state.held is Truth.TRUE]
    if len(holding) > 1:
        # It is held as long as one entry holds it: the last check, and the last end, are the ones that count.
        ends = [state.until for state in holding if state.until is not None]
        until = max(ends) if len(ends) == len(holding) else None
        checks = [(state.next_check, state.next_due) for state in holding if state.next_check is not None]
        if any(state.next_check is None and state.until is None for state in holding):
            checks = []
        next_check, next_due = max(checks, key=lambda found: found[0], default=(None, None))
        best = best._replace(next_check=next_check, next_due=next_due, until=until)
    elif all(state.held is Truth.FALSE for state in states):
        # Lost when the last one was; an entry that no day ended was never held, and hides none that was.
        best = max(states, key=lambda state: (state.until or date.min, *_weight(state)))
    return best._replace(held=held, gaps=gaps)


def _weight(state: Standing) -> tuple[int, date, date, date]:
    """Order entries by what counts more: held, then the later ones; nothing that depends on their order in the list."""
    days = (state.since or date.min, state.until or NEVER, state.next_check or date.min)
    return state.held.value, *days
