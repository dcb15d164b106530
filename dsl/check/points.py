"""Points: what a score's parts can give together is what it is out of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from dsl import core as c
from dsl.core.points import most_points
from dsl.core.walk import by_role, children, walk
from dsl.diagnostics import Diagnostic, Edit, Fix, Label
from dsl.json_values import decimal_text
from dsl.source import Span


def totals(core: c.Core) -> list[Diagnostic]:
    """Return C301 for every score whose maxima do not total what it is out of, on the first day they do not."""
    found: list[Diagnostic] = []
    for rule in core.rules.values():
        for version in rule.versions:
            if version.requirement is not None:
                found.extend(_scores(version.requirement, version, core))
    return found


def _scores(node: c.Expr, version: c.RuleVersion, core: c.Core) -> Iterator[Diagnostic]:
    for found in walk(node):
        if isinstance(found, c.PassScore):
            yield from _score(found.score, found.out_of, found, version, core)
            most = most_points(found.mark, _days(version, core)[0])
            if most is not None and most > found.out_of:
                yield Diagnostic(
                    "C304",
                    f"the mark of {decimal_text(most)} points is more than the {decimal_text(found.out_of)} there are",
                    found.origin,
                    help="lower the mark",
                )


def _score(
    score: c.Expr, out_of: Decimal, node: c.PassScore, version: c.RuleVersion, core: c.Core
) -> Iterator[Diagnostic]:
    for day in _days(version, core):
        for track in _tracks(score, day):
            parts = _terms(track, day)
            total = sum((points for _, points in parts), Decimal(0))
            if parts and total != out_of:
                terms = " + ".join(f"{decimal_text(points)} {label}" for label, points in parts)
                when = f" from {day}" if day not in (version.days.start, date.min) else ""
                places = list(_places(track, day))
                yield Diagnostic(
                    "C301",
                    f"the points add up to {decimal_text(total)}, not {decimal_text(out_of)}{when}",
                    _culprit(track, node),
                    help=f"{terms} = {decimal_text(total)}: change a maximum, or write `out of {decimal_text(total)} points` behind the mark",
                    labels=tuple(Label(span, f"{decimal_text(most)} points") for span, most, _ in places),
                    fix=_fitting(places, total - out_of, version.origin),
                )
                return


Place: TypeAlias = tuple[Span, Decimal, c.Literal | None]
"""Where a maximum is written, how many points it is, and its figure where it has one of its own."""


def _fitting(places: Sequence[Place], over: Decimal, rule: Span) -> Fix | None:
    """Return the fix that changes the last maximum of the rule itself, so that all total."""
    own = [one for one in places if one[0].source == rule.source and rule.start <= one[0].start < rule.end]
    for _, most, cap in reversed(own or list(places)):
        if cap is not None and most > over:
            text = f"{decimal_text(most - over)} points"
            return Fix(f"write `{text}` there", (Edit(cap.origin, text),))
    return None


def _cap(value: c.Expr) -> c.Literal | None:
    """Return the maximum of a scored value, where it is written as a figure."""
    written = by_role(value, "cap", "most")
    if (
        isinstance(value, c.Case)
        and value.table is None
        and len(value.branches) == 2
        and value.branches[1].when is None
    ):
        written = (value.branches[0].value,)  # all of these points, or none
    return next((one for one in written if isinstance(one, c.Literal)), None)


def _culprit(score: c.Expr, node: c.PassScore) -> Span:
    return score.origin if score.origin.source.text else node.origin


def _days(version: c.RuleVersion, core: c.Core) -> list[date]:
    start = version.days.start or date.min
    return [start, *(day for day in core.change_days if day in version.days and day > start)]


def _tracks(score: c.Expr, day: date) -> Iterator[c.Total]:
    """Yield each way to score: the tracks of which one counts, or the score itself."""
    if isinstance(score, c.Total):
        only = _in_force(score.parts, day)
        if len(only) == 1 and isinstance(only[0].value, c.Ranked | c.Case):
            yield from _tracks(only[0].value, day)
        else:
            yield score
    elif isinstance(score, c.Gate):
        yield from _tracks(score.value, day)
    else:
        for part in _in_force(by_role(score, "part", "value"), day):
            yield from _tracks(part.value, day)


def _in_force(parts: Sequence[c.Expr], day: date) -> list[c.Requirement]:
    return [part for part in parts if isinstance(part, c.Requirement) and day in part.days]


def _terms(track: c.Total, day: date) -> list[tuple[str, Decimal]]:
    """Return the parts of a track with their maxima; none where one of them has no maximum."""
    terms: list[tuple[str, Decimal]] = []
    for part in _in_force(track.parts, day):
        most = most_points(part, day)
        if most is None:
            return []
        terms.append((part.code.rsplit(".", 1)[-1], most))
    return terms


def _places(score: c.Expr, day: date) -> Iterator[Place]:
    """Yield where the maxima of a score are written; of several parts of which the best counts, the largest ones."""
    if isinstance(score, c.Requirement) and score.part == "scored":
        if day in score.days:
            yield from _maxima(score.value, score.origin, day)
    elif score.type.kind == "points" and not isinstance(score, c.Case):
        # Of a first-match each branch is one way to score: what one of them says is not what to change.
        for part in children(score, day):
            yield from _places(part, day)


def _maxima(value: c.Expr, around: Span, day: date) -> Iterator[Place]:
    most, cap = most_points(value, day), _cap(value)
    if most is None:
        return
    if isinstance(value, c.Gate):
        yield from _maxima(value.value, around, day)
    elif isinstance(value, c.Ranked):
        for part in _in_force(value.parts, day):
            if most_points(part, day) == most:
                yield from _maxima(part.value, part.origin, day)
    elif isinstance(value, c.Total) and value.cap is None and len(_in_force(value.parts, day)) == len(value.parts):
        for part in _in_force(value.parts, day):
            yield from _maxima(part.value, part.origin, day)
    else:
        # Of any other kind the maximum is written at its cap, or else is that of the whole.
        is_own = cap is not None and cap.value == most and bool(cap.origin.source.text)
        yield (cap.origin, most, cap) if cap is not None and is_own else (around, most, None)
