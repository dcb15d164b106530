"""Whom a change concerns, as lines for people, as JSON, and as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from review.diff.impact import Flip, Refused
from review.words.decision_text import Paint

Json = Any
SAMPLES = 2
"""Partners that are named for each way in which decisions flip."""
MOST_REFUSED = 5
"""Partners that cannot be decided are named, up to so many; the rest by number."""


MANY_DAYS = 6
"""So many days are named; of more it is told how many they are."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What became of the decisions of all partners."""

    partners: int
    decided: int
    days: tuple[date, ...]
    titles: Mapping[str, str]
    """The rules that were tried: all that can decide otherwise."""
    flips: Sequence[Flip]
    refused: Sequence[Refused]
    made: int | None = None
    """The seed, where the partners were made and are not real."""

    @property
    def days_in_words(self) -> str:
        """The days that were decided: each, or of many how many and between which."""
        if len(self.days) <= MANY_DAYS:
            return ", ".join(map(str, self.days))
        return f"{len(self.days)} days from {min(self.days)} through {max(self.days)}"


def impact_lines(found: Impact, paint: Paint) -> Iterator[str]:
    """Yield counts first, then each way in which decisions flip, with partners of whom it is so."""
    yield _head(found)
    if found.made is not None and found.titles:
        yield f"the partners are made, not real (seed {found.made}): they say how a change can flip, not how often it does"
    yield from _refused_lines(found)
    for rule, ways in by_way(found.flips).items():
        yield ""
        yield f"{paint(rule, 'head')}  {found.titles.get(rule, '')}"
        for (what, before, after), flips in ways.items():
            yield f"  {what}: {before} -> {after}  {len(flips):,}"
            if what != "points":
                yield from (f"    {line}" for flip in flips[:SAMPLES] for line in _sample(flip))


def _head(found: Impact) -> str:
    if not found.titles:
        return "no rule can decide otherwise: nobody is decided"
    concerned = len({flip.partner for flip in found.flips})
    told = f"of {concerned:,} partners some are other ones" if concerned else "none is another one"
    return (
        f"{found.partners:,} partners, {len(found.titles):,} rules that can decide otherwise, on {found.days_in_words}: "
        f"{found.decided:,} decisions by each side, {told}"
    )


def _refused_lines(found: Impact) -> Iterator[str]:
    if not found.refused:
        return
    one = len(found.refused) == 1
    yield (
        f"{len(found.refused):,} partner{' does' if one else 's do'} not fit the vocabulary of a side, "
        f"and {'is' if one else 'are'} not among them:"
    )
    yield from (f"  {one.partner}: {one.side}: {one.why}" for one in found.refused[:MOST_REFUSED])
    if len(found.refused) > MOST_REFUSED:
        yield f"  and {len(found.refused) - MOST_REFUSED:,} more; --format json names them"


def _sample(flip: Flip) -> Iterator[str]:
    by = f", by {', '.join(flip.clauses[:3])}" if flip.clauses else ""
    yield f"{flip.partner} on {flip.on}{by}"
    if flip.why_before != flip.why_after:
        yield f"  before: {flip.why_before}"
        yield f"  after:  {flip.why_after}"


def by_way(flips: Sequence[Flip]) -> Mapping[str, Mapping[tuple[str, str, str], list[Flip]]]:
    """Return flips by rule and by what they were and are; points by whether they rose or fell."""
    found: dict[str, dict[tuple[str, str, str], list[Flip]]] = defaultdict(lambda: defaultdict(list))
    for flip in flips:
        way = (flip.what, flip.before, flip.after) if flip.what != "points" else ("points", *_moved(flip))
        found[flip.rule][way].append(flip)
    return {
        rule: dict(sorted(ways.items(), key=lambda one: (one[0][0] == "points", -len(one[1]))))
        for rule, ways in found.items()
    }


def _moved(flip: Flip) -> tuple[str, str]:
    try:
        rises = Decimal(flip.after) > Decimal(flip.before)
    except ArithmeticError:
        return "known in part", "other ones"
    return "before", "more" if rises else "fewer"


def impact_json(found: Impact) -> dict[str, Json]:
    """Return counts and every flip as JSON."""
    return {
        "partners": found.partners,
        "decided": found.decided,
        "days": [day.isoformat() for day in found.days],
        "rules": dict(found.titles),
        **({} if found.made is None else {"made_with_seed": found.made}),
        "counts": [
            {"rule": rule, "what": what, "before": before, "after": after, "decisions": len(flips)}
            for rule, ways in by_way(found.flips).items()
            for (what, before, after), flips in ways.items()
        ],
        "flips": [{**flip._asdict(), "on": flip.on.isoformat(), "clauses": list(flip.clauses)} for flip in found.flips],
        "refused": [one._asdict() for one in found.refused],
    }


def impact_csv(found: Impact) -> str:
    """Return every flip as a line of CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Flip._fields)
    writer.writerows(
        (*flip[:2], flip.on.isoformat(), *flip[3:6], " ".join(flip.clauses), *flip[7:]) for flip in found.flips
    )
    return out.getvalue()
