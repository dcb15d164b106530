"""Anniversaries: of the award at hand, shared by those of its kind, and of the membership.

Which awards make the membership the policies say (`membership of ...`). What is no longer held gives no anniversary to
others: an anniversary that lies ahead is one of an award that is held today, an earlier one of an award that was held
until then. `first anniversary after D` is one of what was held on D.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dsl import core as c
from dsl.core import calendar
from dsl.core.algebra import dates_of
from dsl.core.ranges import NEVER, Dates, Truth, compare, exactly, hull
from evaluator.explanation import Explanation, Gap
from evaluator.facts import Row
from evaluator.moment import Decides, Moment
from evaluator.register.entries import Entries

YEAR = c.Duration(months=12)
"""How long an award is valid where its rule does not say (S0, life cycle: one year from attainment)."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _One:
    """The anniversary that one entry gives: between two days, if it gives one at all."""

    low: date
    high: date | None
    surely: bool
    same_kind: bool


class Anniversaries:
    """Finds anniversaries for an interpreter."""

    def __init__(self, interpreter: Decides, entries: Entries) -> None:
        self.interpreter = interpreter
        self.entries = entries
        self._members = interpreter.core.member_names

    def decide(self, node: c.Anniversary, at: Moment) -> Explanation:
        """Return an anniversary date.

        In a check it is the entry's own. Else ``own`` is a year after today (a year after it would be attained),
        ``shared`` the next one, after today, of the awards of the same kind that are held, else of the membership,
        else a year from today;
        ``any``, ``membership`` and ``next`` are the next anniversary of the membership on or after today, ``first``
        the first one after a day. Without a membership there is none: it never comes.
        """
        if at.due is not None and node.which not in ("first", "attained"):
            # The check's own date: the entry's anniversary, moved on by the years since.
            return Explanation(node, exactly(at.due))
        if node.which == "attained":
            if at.entry is not None:
                attained, gaps = self.entries.day(at.entry, "attained")
                return Explanation(node, attained, gaps=gaps)
            return Explanation(node, exactly(at.day))
        if node.which == "own":
            return Explanation(node, self.own(at))
        if node.which == "first":
            return self._first(node, at)
        kind = at.rule.kind if node.which == "shared" and at.rule is not None else None
        # What is attained on an anniversary is checked at the next one.
        after = at.day if node.which == "shared" else at.day - _DAY
        found, gaps, is_sure = self._of_members(at, after, kind)
        if found is None:
            return Explanation(node, self.own(at) if node.which == "shared" else exactly(NEVER), (), gaps)
        if node.which == "shared" and not is_sure:
            # It may be that none of them is held: then it is a year from today.
            found = dates_of(hull((found, self.own(at))))
        return Explanation(node, found, (), gaps)

    def own(self, at: Moment) -> Dates:
        """Return the anniversary of what would be attained today."""
        validity = self.entries.settings.duration(at, "valid", YEAR)
        if validity is None:
            return Dates()
        day = calendar.add(at.day, validity)
        return Dates(day, day)

    def if_attained(self, at: Moment) -> Explanation:
        """Return the anniversary of an award of the moment's rule, were it attained today: the one it is checked at.

        Who has no membership yet begins with a year of the award's own: the anniversary that its entry then tells.
        """
        for found in self.entries.settings.decided(at, "checked at"):
            for part in found.walk():
                if isinstance(part.node, c.Anniversary):
                    begins = part.node.which != "first" and part.range == exactly(NEVER)
                    return Explanation(part.node, self.own(at)) if begins else part
        return self.decide(c.Anniversary(which="own", type=c.DATE), at)

    def _first(self, node: c.Anniversary, at: Moment) -> Explanation:
        after = at.day - _DAY
        parts: tuple[Explanation, ...] = ()
        if node.after is not None:
            start = self.interpreter.evaluate(node.after, at)
            parts = (start,)
            if not isinstance(start.range, Dates) or start.range.exact is None:
                return Explanation(node, Dates(), parts)
            after = start.range.exact
        elif at.rule is not None:
            starts = [v.days.start for v in at.rule.versions if v.days.start is not None]
            after = min(starts) - _DAY if starts else after
        found, gaps, _ = self._of_members(at._replace(day=min(after, at.day)), after, None, back=True)
        return Explanation(node, exactly(NEVER) if found is None else found, parts, gaps)

    def _of_members(
        self, at: Moment, after: date, kind: str | None, *, back: bool = False
    ) -> tuple[Dates | None, tuple[Gap, ...], bool]:
        """Return the first anniversary after a day of what is held today; of a kind, where any of it is.

        With what is missing to know it, and whether there surely is one; an end that is open holds it if there is none.
        ``back``: also one before the anniversary that the register tells, which is the next.
        """
        told = self.entries.told(at)
        if told.rows is None:
            return Dates(after + _DAY, None), (told.nothing_told(),), False
        gaps: list[Gap] = []
        given: list[_One] = []
        for row in told.rows:
            one, missing = self._of_entry(row, at, after, kind, back=back)
            if one is not None:
                given.append(one)
                gaps.extend(missing)
        if told.partial:
            return Dates(after + _DAY, None), (*gaps, *told.left_out()), False
        own = [one for one in given if one.same_kind]
        if own and not any(one.surely for one in own):
            # Whether one of its kind is held is open: then others may count, or a year from today.
            return Dates(after + _DAY, None), tuple(gaps), False
        chosen = own or given
        if not chosen:
            return None, tuple(gaps), False
        highs = [one.high for one in chosen if one.surely and one.high is not None]
        low, high = min(one.low for one in chosen), min(highs, default=None)
        return Dates(low, high), () if low == high else tuple(gaps), any(one.surely for one in chosen)

    def _of_entry(
        self, row: Row, at: Moment, after: date, kind: str | None, *, back: bool
    ) -> tuple[_One | None, tuple[Gap, ...]]:
        """Return the anniversary after a day that an entry gives to others, and what is missing to know it."""
        name, name_gaps = self.entries.text(row, "award")
        if name.options is not None and not name.options & self._counted(kind):
            return None, ()
        anniversary, day_gaps = self.entries.day(row, "anniversary")
        exact = anniversary.exact
        same = kind is not None and (name.exact is None or name.exact.startswith(f"{kind}."))
        if exact is None or name.exact is None:
            begun = compare("<=", self.entries.day(row, "attained")[0], exactly(at.day))
            over = compare("<", self.entries.day(row, "ended")[0], exactly(at.day))
            if begun is Truth.FALSE or over is Truth.TRUE:
                return None, ()
            return _One(after + _DAY, None, False, same), (*name_gaps, *day_gaps)
        first = _moved(exact, after, back=back)
        # One that lies ahead is of what is held today; today's is of what was held until today.
        runs = self.entries.runs(row, name.exact, at, until_today=first == at.day)
        if runs.held is Truth.FALSE:
            return None, ()
        return _One(first, first, runs.held is Truth.TRUE, same), runs.gaps

    def _counted(self, kind: str | None) -> frozenset[str]:
        """Return the names whose entries count: those of the membership, and all of a kind."""
        if kind is None:
            return self._members
        return self._members | {award for award in self.interpreter.core.awards if award.startswith(f"{kind}.")}


def _moved(original: date, after: date, *, back: bool = False) -> date:
    """Return the first anniversary after a day; one that lies ahead is the next, unless earlier ones are meant."""
    if original > after and (not back or calendar.add_years(original, -1) <= after):
        return original
    return calendar.next_anniversary(original, after)
