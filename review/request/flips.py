"""Who flips: the decisions of a trial by rule and direction, counts first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeAlias

from review.diff.impact import Flip
from review.diff.impact_report import Impact

Way: TypeAlias = Literal["gains", "loses", "otherwise"]
"""What a partner gets by a decision: more than before, less, or what is neither: a stage, something not known on a side."""
SAMPLES = 3
"""Partners that are named for each way in which decisions flip."""
_RANK = {"not eligible": 0, "eligible": 1, "not held": 0, "held": 1}
_MONEY = ("amount", "due")


@dataclass(frozen=True, slots=True)
class Flipped:
    """Decisions by one rule that flip in one direction."""

    rule: str
    title: str
    way: Way
    kinds: tuple[tuple[str, int], ...]
    """What they were and are, each with how many are so: most first."""
    clauses: tuple[tuple[str, int], ...]
    """The smallest parts that do it, by their reason codes, each with how many decisions: most first."""
    samples: tuple[Flip, ...]

    @property
    def count(self) -> int:
        """How many decisions."""
        return sum(number for _, number in self.kinds)


def flipped(found: Impact) -> tuple[Flipped, ...]:
    """Return the decisions that flip, by rule and direction; those of whom only points move are counted apart."""
    sorted_: dict[tuple[str, Way], list[Flip]] = defaultdict(list)
    for flip in decided(found.flips):
        sorted_[flip.rule, way_of(flip)].append(flip)
    rows = [_flipped(rule, found.titles, way, flips) for (rule, way), flips in sorted_.items()]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.rule, row.way)))


def _flipped(rule: str, titles: Mapping[str, str], way: Way, flips: Sequence[Flip]) -> Flipped:
    kinds = Counter(f"{flip.what}: {flip.before} → {flip.after}" for flip in flips)
    clauses = Counter(clause for flip in flips for clause in flip.clauses)
    partners = {flip.partner: flip for flip in reversed(flips)}
    samples = sorted(partners.values(), key=lambda flip: (flip.partner, flip.on))[:SAMPLES]
    return Flipped(
        rule, titles.get(rule, ""), way, tuple(kinds.most_common()), tuple(clauses.most_common()), tuple(samples)
    )


def decided(flips: Iterable[Flip]) -> list[Flip]:
    """Return a flip for each decision that comes out otherwise: its first aspect, unless only points move."""
    first: dict[tuple[str, str, object], Flip] = {}
    for flip in flips:
        if flip.what != "points":
            first.setdefault((flip.rule, flip.partner, flip.on), flip)
    return list(first.values())


def only_points(flips: Iterable[Flip]) -> int:
    """Return how many decisions have other points and come out as before."""
    flips = list(flips)
    others = {(flip.rule, flip.partner, flip.on) for flip in decided(flips)}
    return len({(flip.rule, flip.partner, flip.on) for flip in flips} - others)


def way_of(flip: Flip) -> Way:
    """Return in which direction a decision flips, seen by the partner.

    Examples:
        >>> from datetime import date
        >>> way_of(Flip("fee.a", "p", date(2023, 1, 1), "amount", "100 USD", "120 USD"))
        'loses'
        >>> way_of(Flip("designation.a", "p", date(2023, 1, 1), "eligibility", "not eligible", "eligible"))
        'gains'
        >>> way_of(Flip("designation.a", "p", date(2023, 1, 1), "eligibility", "undetermined", "eligible"))
        'otherwise'
    """
    if flip.before in _RANK and flip.after in _RANK:
        return "gains" if _RANK[flip.after] > _RANK[flip.before] else "loses"
    if flip.what in _MONEY:
        was, now = figure(flip.before), figure(flip.after)
        if was is not None and now is not None and was != now:
            return "loses" if now > was else "gains"
    return "otherwise"


def figure(told: str) -> Decimal | None:
    """Return the number that an outcome is told as; None where it is a range, or no number."""
    figure, _, unit = told.replace(",", "").partition(" ")
    try:
        return Decimal(figure) if len(unit) == 3 or not unit else None
    except InvalidOperation:
        return None


_WAYS: Mapping[Way, tuple[str, str]] = {
    "gains": ("gains", "gain"),
    "loses": ("loses", "lose"),
    "otherwise": ("comes out otherwise", "come out otherwise"),
}


def in_words(way: Way, count: int) -> str:
    """Say how many decisions go a way."""
    return f"{count:,} {_WAYS[way][count != 1]}"
