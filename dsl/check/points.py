"""Points: what a score's parts can give together is what it is out of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from dsl import core as c
from dsl.codec import decimal_text
from dsl.diagnostics import Diagnostic, Edit, Fix, Label
from dsl.points import most_points
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
    match node:
        case c.PassScore(score=score, out_of=out_of, mark=mark):
            yield from _score(score, out_of, node, version, core)
            most = most_points(mark, _days(version, core)[0])
            if most is not None and most > out_of:
                yield Diagnostic(
                    "C304",
                    f"the mark of {decimal_text(most)} points is more than the {decimal_text(out_of)} there are",
                    node.origin,
                    help="lower the mark",
                )
        case c.Requirement(value=value):
            yield from _scores(value, version, core)
        case c.AllOf(parts=parts) | c.AnyOf(parts=parts):
            for part in parts:
                yield from _scores(part, version, core)
        case _:
            return


def _score(
    score: c.Expr, out_of: Decimal, node: c.PassScore, version: c.RuleVersion, core: c.Core
) -> Iterator[Diagnostic]:
    for day in _days(version, core):
        for total, parts in _tracks(score, day):
            if total != out_of:
                terms = " + ".join(f"{decimal_text(points)} {label}" for label, points in parts)
                when = f" from {day}" if day not in (version.days.start, date.min) else ""
                places = list(_places(score, day))
                yield Diagnostic(
                    "C301",
                    f"the points add up to {decimal_text(total)}, not {decimal_text(out_of)}{when}",
                    _culprit(score, node),
                    help=f"{terms} = {decimal_text(total)}: change a maximum, or write `out of {decimal_text(total)} points` behind the mark",
                    labels=tuple(Label(place.origin, f"{decimal_text(most)} points") for place, most in places),
                    fix=_fitting(places, total - out_of, version.origin),
                )
                return


def _fitting(places: Sequence[tuple[c.Requirement, Decimal]], over: Decimal, rule: Span) -> Fix | None:
    """Return the fix that changes the last maximum of the rule itself, so that all total."""
    own = [
        one for one in places if one[0].origin.source == rule.source and rule.start <= one[0].origin.start < rule.end
    ]
    for place, most in reversed(own or list(places)):
        cap = _cap(place.value)
        if cap is not None and cap.value == most and most > over:
            text = f"{decimal_text(most - over)} points"
            return Fix(f"write `{text}` there", (Edit(cap.origin, text),))
    return None


def _cap(value: c.Expr) -> c.Literal | None:
    """Return the maximum of a scored value, where it is written as a figure."""
    match value:
        case c.PerUnit(cap=c.Literal() as cap) | c.Prorate(most=c.Literal() as cap):
            return cap
        case c.Case(branches=(c.Branch(value=inner), *_), gate=True):
            return _cap(inner)
        case c.Case(branches=(c.Branch(value=c.Literal() as cap), c.Branch(when=None))):
            return cap
        case _:
            return None


def _culprit(score: c.Expr, node: c.PassScore) -> Span:
    return score.origin if score.origin.source.text else node.origin


def _days(version: c.RuleVersion, core: c.Core) -> list[date]:
    start = version.days.start or date.min
    return [start, *(day for day in core.change_days if day in version.days and day > start)]


def _tracks(score: c.Expr, day: date) -> Iterator[tuple[Decimal, list[tuple[str, Decimal]]]]:
    """Yield for each way to score its total and the parts of it."""
    match score:
        case c.Total(parts=(c.Requirement(value=c.Best() | c.Case()) as only,)):
            yield from _tracks(only.value, day)
        case c.Best(parts=parts):
            for part in parts:
                if isinstance(part, c.Requirement) and day in part.days:
                    yield from _tracks(part.value, day)
        case c.Case(branches=branches) if any(isinstance(b.value, c.Requirement) for b in branches):
            for branch in branches:
                if isinstance(branch.value, c.Requirement):
                    yield from _tracks(branch.value.value, day)
        case c.Total(parts=parts):
            terms: list[tuple[str, Decimal]] = []
            for part in parts:
                if isinstance(part, c.Requirement) and day in part.days:
                    most = most_points(part, day)
                    if most is None:
                        return
                    terms.append((part.code.rsplit(".", 1)[-1], most))
            if terms:
                yield sum((points for _, points in terms), Decimal(0)), terms
        case _:
            return


def _places(score: c.Expr, day: date) -> Iterator[tuple[c.Requirement, Decimal]]:
    match score:
        case c.Requirement(part="scored") if day in score.days:
            most = most_points(score, day)
            if most is not None:
                yield score, most
        case c.Requirement(value=value) if day in score.days:
            yield from _places(value, day)
        case c.Total(parts=parts) | c.Best(parts=parts):
            for part in parts:
                yield from _places(part, day)
        case _:
            return
