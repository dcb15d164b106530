"""Decisions as columns: a row for each partner and rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any, Protocol

import pyarrow as pa

from dsl.core.ranges import NEVER, Numbers, Range, is_settled
from evaluator.decision import HELD, Decision, range_json
from evaluator.reasons.expander import Reason

Json = Any
DIGITS = 38
PLACES = 12
"""Digits of points and amounts, and those of them behind the point."""
EXACT_TYPE = pa.decimal128(DIGITS, PLACES)

_CODE = pa.struct([("code", pa.string()), ("on", pa.date32()), ("projected", pa.bool_())])
_OPTION = pa.struct([("option", pa.string()), ("decision", pa.string())])
_MISSING = pa.struct([("kind", pa.string()), ("pointer", pa.string()), ("on", pa.date32())])

SCHEMA = pa.schema(
    [
        pa.field("partner", pa.string()),
        pa.field("rule", pa.string()),
        pa.field("in_force", pa.bool_()),
        # eligible, not_eligible, undetermined; of what has no eligibility whether it is decided or undetermined; NULL
        # where nothing is decided.
        pa.field("decision", pa.string()),
        pa.field("points", EXACT_TYPE),
        pa.field("points_to", EXACT_TYPE),
        pa.field("amount", EXACT_TYPE),
        pa.field("amount_to", EXACT_TYPE),
        pa.field("currency", pa.string()),
        pa.field("stage", pa.string()),
        pa.field("options", pa.list_(_OPTION)),
        pa.field("standing", pa.string()),
        pa.field("since", pa.date32()),
        pa.field("until", pa.date32()),
        pa.field("unmet", pa.list_(_CODE)),
        pa.field("missing", pa.list_(_MISSING)),
    ]
)
"""A decision: its outcome, the least and most points and amount that it can be, the codes of the reasons that are not
met (each once by code, day, and whether it is of projected facts), and the facts that would settle it."""

_STEP = Decimal(1).scaleb(-PLACES)
_CONTEXT = Context(prec=DIGITS, traps=[Inexact, InvalidOperation])


class TooManyDigits(ValueError):
    """Points or an amount have more digits than their column."""


NO_CHOICE = "no_choice"
"""The option that takes none."""


def row_of(partner: str, decision: Decision) -> dict[str, Json]:
    """Return a decision as a row.

    Raises:
        TooManyDigits: points or an amount do not fit their column.
    """
    points = _ends(decision.score.points if decision.score is not None else None)
    amount = _ends(decision.amount)
    standing = decision.standing
    return {
        "partner": partner,
        "rule": decision.rule,
        "in_force": decision.in_force,
        "decision": _word(decision),
        "points": points[0],
        "points_to": points[1],
        "amount": amount[0],
        "amount_to": amount[1],
        "currency": decision.currency,
        "stage": _in_words(decision),
        "options": [{"option": one.name or NO_CHOICE, "decision": one.eligibility} for one in decision.options],
        "standing": HELD[standing.held] if standing is not None else None,
        "since": standing.since if standing is not None else None,
        "until": standing.until if standing is not None and standing.until != NEVER else None,
        "unmet": [*_unmet(decision)],
        "missing": [
            {"kind": one.kind, "pointer": one.pointer, "on": one.day}
            for one in sorted((one.gap for one in decision.missing), key=in_order)
        ],
    }


class Lacks(Protocol):
    """Something that is missing."""

    @property
    def kind(self) -> str:
        """What it is."""

    @property
    def pointer(self) -> str:
        """Where it would stand."""

    @property
    def day(self) -> date | None:
        """The day it is needed for, where that is not the day of the question."""


def in_order(gap: Lacks) -> tuple[str, str, date]:
    """Return by what the missing things of a decision are sorted: kind, pointer, day; those of the day of the question last."""
    return gap.kind, gap.pointer, gap.day or date.max


def _word(decision: Decision) -> str | None:
    """Return the decision in a word."""
    if decision.eligibility is not None:
        return decision.eligibility
    told: list[Range] = [one for one in (decision.amount, decision.stage) if one is not None]
    if decision.options:
        return "undetermined" if any(one.eligibility == "undetermined" for one in decision.options) else "decided"
    if not told:
        return None
    return "decided" if all(map(is_settled, told)) else "undetermined"


def _in_words(decision: Decision) -> str | None:
    """Return a stage, or what a measure comes to that is no number."""
    if decision.of_kind.decides != "value":
        return decision.stage.exact if decision.stage is not None else None
    value = decision.amount
    if value is None or isinstance(value, Numbers) or not is_settled(value):
        return None
    told = range_json(value)
    return str(told).lower() if isinstance(told, bool) else str(told)


def _unmet(decision: Decision) -> Iterator[dict[str, Json]]:
    every = (*decision.reasons, *(reason for option in decision.options for reason in option.reasons))
    for reason in _all(every):
        if reason.outcome == "unmet":
            yield {"code": reason.code, "on": reason.day, "projected": reason.projected}


def _all(reasons: Iterable[Reason]) -> Iterator[Reason]:
    for reason in reasons:
        yield reason
        yield from _all(reason.parts)


def _ends(range_: Range | None) -> tuple[Decimal | None, Decimal | None]:
    if not isinstance(range_, Numbers):
        return None, None
    return _fit(range_.low), _fit(range_.high)


def _fit(value: Decimal | None) -> Decimal | None:
    try:
        return None if value is None else value.quantize(_STEP, context=_CONTEXT)
    except (Inexact, InvalidOperation) as error:
        message = f"{value:f} has more digits than its column: {DIGITS - PLACES} before and {PLACES} behind the point"
        raise TooManyDigits(message) from error


def table_of(rows: list[dict[str, Json]]) -> Any:
    """Return rows as columns."""
    return pa.Table.from_pylist(rows, schema=SCHEMA)
