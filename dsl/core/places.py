"""How many digits a value can have behind the point, whatever is told: the definitions, over an algebra of places.

An amount of money has those of its currency (ISO 4217); what is reckoned with it may have more, until it is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias, assert_never

from dsl.core import nodes as n, ranges
from dsl.core.algebra import Later
from dsl.core.ops import definition_of, sourced
from dsl.core.ops.decided import Asked, WithRoles
from dsl.core.ops.parts import Role
from dsl.core.rules import Core
from dsl.core.types import Duration, RoundTo, Type

Places: TypeAlias = int | None
"""So many digits behind the point at the most; None: any number of them."""

OF_MOST = 2
OF_CURRENCIES: Mapping[str, int] = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
"""The places of currencies that have not as many as most (ISO 4217, list one)."""


def of_currency(unit: str | None) -> int:
    """Return how many digits behind the point amounts of a currency have."""
    return OF_CURRENCIES.get(unit or "", OF_MOST)


def places_of(value: Decimal) -> int:
    """Return how many digits behind the point a figure is written with, zeros at its end left out; of round ones fewer than none.

    Examples:
        >>> places_of(Decimal("2.50")), places_of(Decimal(50)), places_of(Decimal(0))
        (1, -1, 0)
    """
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


class InPlaces:
    """The algebra: of conditions, days and words nothing is counted."""

    def constant(self, value: Decimal | date | str | bool | Duration) -> Places:
        """Return the places of a figure."""
        return places_of(value) if isinstance(value, Decimal) else 0

    def unknown(self, type_: Type) -> Places:
        """Return the places of all values of the type that can be told."""
        match type_.kind:
            case "money":
                return of_currency(type_.unit)
            case "number" | "percent" | "points":
                return None
            case _:
                return 0

    def all_of(self, _: Sequence[Places]) -> Places:
        """A condition."""
        return 0

    def at_least(self, _: int, __: Sequence[Places]) -> Places:
        """A condition."""
        return 0

    def opposite(self, _: Places) -> Places:
        """A condition."""
        return 0

    def how_many(self, _: Sequence[Places]) -> Places:
        """A whole number."""
        return 0

    def compare(self, _: ranges.CompareOp, __: Places, ___: Places) -> Places:
        """A condition."""
        return 0

    def add(self, left: Places, right: Places) -> Places:
        """Those of the side that has more."""
        return _most((left, right))

    def subtract(self, left: Places, right: Places) -> Places:
        """Those of the side that has more."""
        return _most((left, right))

    def multiply(self, left: Places, right: Places) -> Places:
        """Those of both."""
        return None if left is None or right is None else left + right

    def smallest(self, parts: Sequence[Places]) -> Places:
        """Those of any part."""
        return _most(parts)

    def ranked(self, parts: Sequence[Places], _: int) -> Places:
        """Those of any part."""
        return _most(parts)

    def whole_units(self, _: Places, __: Places) -> Places:
        """A whole number."""
        return 0

    def rounded(self, value: Places, to: RoundTo) -> Places:
        """Those of the step, whatever the value had."""
        return places_of(to.step)

    def ratio(self, _: Places, __: Places, ___: Decimal, to: RoundTo, *, growth: bool) -> Places:
        """Those of the step."""
        return places_of(to.step)

    def share(self, _: Places, most: Places, __: Places, to: RoundTo) -> Places:
        """Those of the step, or of the most that it can be."""
        return _most((most, places_of(to.step)))

    def shift(self, _: Places, __: Duration, *, back: bool) -> Places:
        """A day."""
        return 0

    def edge(self, _: Places, __: Literal["start", "end"], months: int = 1) -> Places:
        """A day."""
        return 0

    def first(self, branches: Sequence[tuple[Later[Places] | None, Later[Places]]]) -> Places:
        """Those of any branch."""
        return _most([value() for _, value in branches])

    def row(self, _: Places, rows: Sequence[n.TableRow], value: Callable[[n.TableRow], Places], type_: Type) -> Places:
        """Those of any row; where none is in force, of what the type can be."""
        return _most([value(row) for row in rows]) if rows else self.unknown(type_)

    def of_ranked(self, _: Sequence[Places], __: Sequence[Places], ___: int) -> Places:
        """A condition."""
        return 0


def _most(parts: Sequence[Places]) -> Places:
    known = [part for part in parts if part is not None]
    return max(known, default=0) if len(known) == len(parts) else None


IN_PLACES = InPlaces()


@dataclass(frozen=True, slots=True)
class _Counted(WithRoles):
    node: n.Expr
    value: Places
    parts: tuple[_Counted, ...] = ()
    roles: tuple[Role, ...] = ()


def places(node: n.Expr, day: date, core: Core) -> Places:
    """Return how many digits behind the point a value can have on a day."""
    return _counted(node, day, core).value


def _counted(node: n.Expr, day: date, core: Core) -> _Counted:
    definition = definition_of(type(node))
    if definition is None:
        return _Counted(node, _of_read(sourced(node), day, core))
    parts: Asked[_Counted, Places] = Asked(IN_PLACES, lambda part: _counted(part, day, core))
    value: Places = definition(IN_PLACES, node, parts, day)
    return _Counted(node, value, tuple(parts.parts), tuple(parts.roles))


def _of_read(node: n.Sourced, day: date, core: Core) -> Places:
    match node:
        case n.Literal(value=None):
            return IN_PLACES.unknown(node.type)
        case n.Literal(value=value) if value is not None:
            return IN_PLACES.constant(value)
        case n.Named(name=name, supplied=supplied) if name in core.named:
            reckoned = places(core.named[name].value, day, core)
            return _most((reckoned, IN_PLACES.unknown(node.type))) if supplied else reckoned
        case n.Field(formula=formula) if formula is not None:
            return places(formula, day, core)
        case n.OfRecords(function="average", rounding=rounding) if rounding is not None:
            return places_of(rounding.step)
        case n.OfRecords(function="sum" | "largest" | "smallest", value=value) if value is not None:
            return places(value, day, core)
        case n.OnDate(value=value):
            return _most([places(value, one, core) for one in (date.min, *core.change_days)])
        case n.AsProjected(value=value):
            return places(value, day, core)
        case (
            n.OfRecords() | n.Anniversary() | n.AskedThisYear() | n.DifferentPeople() | n.Fact() | n.Field() | n.Holds()
            | n.InProgress() | n.InRenewal() | n.Lapsed() | n.Literal() | n.Named() | n.Paid() | n.People()
            | n.Qualifies() | n.Sometime() | n.Today()
        ):  # fmt: skip
            return IN_PLACES.unknown(node.type)
        case _:
            assert_never(node)
