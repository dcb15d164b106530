"""Figures that decisions can reckon with exactly, and that mean what they look like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from dsl import document as d
from dsl.diagnostics import Diagnostic, Severity

DIGITS = 18
"""Digits before the point that a figure may have."""
PLACES = 6
"""Digits behind the point that a figure may have."""


def figures(nodes: Iterable[d.Node]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the figures among nodes by themselves.

    Reports:
        C701 too many digits; C702 (warning) money with thousandths, which may be a comma meant.
    """
    for node in nodes:
        if not isinstance(node, d.Figure):
            continue
        figure = node.value if node.value is not None else node.least
        if figure is None:
            continue
        _, digits, exponent = figure.as_tuple()
        places = -exponent if isinstance(exponent, int) else 0
        if len(digits) - places > DIGITS or places > PLACES:
            yield Diagnostic(
                "C701",
                f"this figure has more than {DIGITS} digits before or {PLACES} behind the point",
                node.origin,
                help="round it: decisions reckon exactly, and not with more",
            )
        elif (
            places == 3 and node.value is not None and node.value >= 1 and node.unit is not None and node.unit.isupper()
        ):
            mark = "?" if node.provisional else ""
            meant = f"{node.value * Decimal(1000):,.0f}{mark} {node.unit}"
            exact = f"{node.value:,.4f}{mark} {node.unit}"
            # Both are amounts that somebody may have meant, a thousand times apart: no fix chooses between them.
            yield Diagnostic(
                "C702",
                f"this is {node.value.normalize():f} {node.unit}, with thousandths",
                node.origin,
                help=f"write `{meant}` where thousands are meant, and `{exact}` where thousandths are",
                severity=Severity.WARNING,
            )
