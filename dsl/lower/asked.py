"""What is asked at every second anniversary: said in several places, asked as one, so that a reason code stands once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dsl import core as c
from dsl.core.types import common_days


def asked_together(parts: Sequence[c.Expr]) -> tuple[c.Expr, ...]:
    """Return parts with the sections of one code that meet in their days made one; its parts keep their own days."""
    result: list[c.Expr] = []
    for part in parts:
        if not _is_asked(part):
            result.append(part)
            continue
        while (other := next((one for one in result if _is_asked(one) and _are_one(one, part)), None)) is not None:
            result.remove(other)
            part = _joined(other, part)
        result.append(part)
    return tuple(result)


def _is_asked(part: c.Expr) -> bool:
    return (
        isinstance(part, c.Requirement)
        and isinstance(part.value, c.Case)
        and isinstance(part.value.branches[0].when, c.AskedThisYear)
    )


def _are_one(one: c.Expr, other: c.Expr) -> bool:
    return (
        isinstance(one, c.Requirement)
        and isinstance(other, c.Requirement)
        and one.code == other.code
        and _meet(one.days, other.days)
    )


def _joined(one: c.Expr, other: c.Expr) -> c.Expr:
    if not (isinstance(one, c.Requirement) and isinstance(other, c.Requirement) and isinstance(one.value, c.Case)):
        raise AssertionError("sections are joined")
    asked = one.value.branches[0]
    inner = (*_own(one), *_own(other))
    needed = c.AllOf(parts=inner, type=c.FLAG, origin=asked.value.origin)
    value = replace(one.value, branches=(replace(asked, value=needed), *one.value.branches[1:]))
    # What rests on the notes of one of the places is told with the parts that stand there.
    return replace(one, value=value, days=_hull(one.days, other.days), basis=c.NO_BASIS)


def _own(section: c.Requirement) -> list[c.Expr]:
    """Return what a section asks for, on the section's days and with its notes."""
    if not isinstance(section.value, c.Case) or not isinstance(section.value.branches[0].value, c.AllOf):
        raise AssertionError("a section asks for its parts")
    return [
        replace(part, days=common_days(section.days, part.days), basis=_with(section.basis, part.basis))
        if isinstance(part, c.Requirement)
        else part
        for part in section.value.branches[0].value.parts
    ]


def _with(around: c.Basis, own: c.Basis) -> c.Basis:
    return replace(
        own,
        cites=own.cites or around.cites,
        assumes=tuple(dict.fromkeys((*around.assumes, *own.assumes))),
        seen=own.seen or around.seen,
    )


def _meet(one: c.Days, other: c.Days) -> bool:
    common = common_days(one, other)
    return common.start is None or common.end is None or common.start < common.end


def _hull(one: c.Days, other: c.Days) -> c.Days:
    start: date | None = None if one.start is None or other.start is None else min(one.start, other.start)
    end: date | None = None if one.end is None or other.end is None else max(one.end, other.end)
    second_hand = any(days.ends_provisional and days.end == end for days in (one, other))
    return c.Days(start, end, one.provisional or other.provisional, second_hand)
