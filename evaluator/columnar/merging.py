"""Orders in which the reasons of several epochs are read as one."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlglot import exp

from evaluator.columnar.terms import Cannot

if TYPE_CHECKING:
    from evaluator.columnar.reasons import Key


def in_order(sequences: Sequence[Sequence[Key]]) -> tuple[list[int], list[tuple[int, Key]]]:
    """Return of each sequence by which order it is read, and all keys of each order.

    Where two sequences have the same keys in another order they are read by two orders.

    Raises:
        Cannot: a key that is of one day for everybody stands in two orders.
    """
    orders: list[list[Sequence[Key]]] = []
    of_each: list[int] = []
    for sequence in sequences:
        fits = (number for number, order in enumerate(orders) if _merged([*order, sequence]) is not None)
        number = next(fits, len(orders))
        if number == len(orders):
            orders.append([])
        orders[number].append(sequence)
        of_each.append(number)
    keys = [(number, key) for number, order in enumerate(orders) for key in _merged(order) or ()]
    fixed = [key for _, key in keys if not isinstance(key[1], exp.Expression)]
    if len(set(fixed)) != len(fixed):
        raise Cannot("reasons in another order in another epoch of a window")
    return of_each, keys


def _merged(sequences: Sequence[Sequence[Key]]) -> list[Key] | None:
    """Return all keys in an order that is that of each sequence; None where there is none."""
    before: TopologicalSorter[Key] = TopologicalSorter()
    for sequence in sequences:
        for one in sequence:
            before.add(one)
        for one, following in pairwise(sequence):
            before.add(following, one)
    try:
        return list(before.static_order())
    except CycleError:
        return None
