"""Conditions that come out the same for every partner, and conditions that follow from others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from dsl import core as c
from dsl.core.bounds import Bounding
from dsl.core.ranges import Truth
from dsl.lint.bounds import ANY, Bounds, bounds, covers

_OPPOSITE = {">=": "<", "<": ">=", "<=": ">", ">": "<=", "=": "!=", "!=": "="}


def truth(node: c.Expr, days: c.Days, bounding: Bounding) -> bool | None:
    """Return whether a condition always holds or never does; None where it depends, or nothing is known.

    What a condition can be with nothing told is folded from the definitions; beside it, conditions on one value are
    looked at together.
    """
    folded = bounding.of(node, days)
    if folded is not Truth.UNKNOWN:
        return folded is Truth.TRUE
    match node:
        case c.Compare() if node.left == node.right and not isinstance(node.left, c.Literal):
            return node.op in (">=", "<=", "=")
        case c.Not(part=part):
            inner = truth(part, days, bounding)
            return None if inner is None else not inner
        case c.AllOf(parts=parts):
            known = [truth(part, days, bounding) for part in parts]
            if False in known or contradict(parts, days, bounding):
                return False
            return True if known and all(known) else None
        case c.AnyOf(parts=parts, least=least):
            known = [truth(part, days, bounding) for part in parts]
            if known.count(True) >= least:
                return True
            if len(known) - known.count(False) < least:
                return False
            return True if least == 1 and _exhaust(parts) else None
        case c.Requirement(value=value, days=own) if covers(own, days):
            return truth(value, days, bounding)
        case c.Sometime(condition=condition) | c.OnDate(value=condition) | c.AsProjected(value=condition):
            return truth(condition, c.ALWAYS, bounding)
        case _:
            return None


# ---- what conditions leave of a value ---------------------------------------------------------------------------


def contradict(parts: Sequence[c.Expr], days: c.Days, bounding: Bounding) -> bool:
    """Whether conditions exclude each other: `a and not a`, `a >= 5 and a < 3`, `a = x and a = y`."""
    atoms = list(_atoms(parts, days))
    for atom in atoms:
        if isinstance(atom, c.Not) and atom.part in atoms:
            return True
    left: dict[c.Expr, Bounds] = {}
    words: dict[c.Expr, frozenset[str]] = {}
    for atom in atoms:
        if not isinstance(atom, c.Compare):
            continue
        word = _word(atom)
        if word is not None:
            mine = frozenset({word}) if atom.op == "=" else frozenset(atom.left.type.choices) - {word}
            if atom.op == "=" or atom.left.type.choices:
                words[atom.left] = words[atom.left] & mine if atom.left in words else mine
                if not words[atom.left]:
                    return True
            continue
        mine_too = limits(atom)
        if mine_too is not None:
            left[atom.left] = left.get(atom.left, bounds(atom.left, days, bounding)).within(mine_too)
            if left[atom.left].is_empty:
                return True
    return _meet_at_an_edge(atoms)


def _meet_at_an_edge(atoms: Sequence[c.Expr]) -> bool:
    """Whether two comparisons leave a figure that one of them excludes: `a >= 5 and a < 5`."""
    compares = [atom for atom in atoms if isinstance(atom, c.Compare)]
    return any(
        a.left == b.left and a.right == b.right and _OPPOSITE[a.op] == b.op
        for i, a in enumerate(compares)
        for b in compares[i + 1 :]
    )


def _exhaust(parts: Sequence[c.Expr]) -> bool:
    """Whether one of the parts always holds: `a or not a`, `a >= 5 or a < 5`."""
    return any(isinstance(part, c.Not) and part.part in parts for part in parts) or _meet_at_an_edge(parts)


def _atoms(parts: Sequence[c.Expr], days: c.Days) -> Iterator[c.Expr]:
    """Yield the conditions that must all hold; parts that are not always in force are left out."""
    for part in parts:
        if isinstance(part, c.Requirement):
            if part.part == "condition" and covers(part.days, days):
                yield from _atoms((part.value,), days)
        elif isinstance(part, c.AllOf):
            yield from _atoms(part.parts, days)
        else:
            yield part


def _word(node: c.Compare) -> str | None:
    """Return the word that a choice or text is compared with."""
    if isinstance(node.right, c.Literal) and isinstance(node.right.value, str) and node.op in ("=", "!="):
        return node.right.value
    return None


def limits(node: c.Compare) -> Bounds | None:
    """Return what a comparison with a figure leaves of its left side; edges count as left where they are excluded."""
    if not isinstance(node.right, c.Literal):
        return None
    found = bounds(node.right, c.ALWAYS, Bounding(_NOTHING))
    if found == ANY:
        return None
    match node.op:
        case ">=" | ">":
            return Bounds(low=found.low)
        case "<=" | "<":
            return Bounds(high=found.high)
        case "=":
            return found
        case _:
            return None


_NOTHING = c.Core(
    digest="", version="", package="", title="", rules={}, facts={}, records={}, named={}, benefits=(), change_days=()
)


# ---- what follows from what -------------------------------------------------------------------------------------


def implies(first: c.Expr, second: c.Expr) -> bool:
    """Whether the second condition surely holds where the first does."""
    if first == second:
        return True
    match first:
        case c.AnyOf(parts=parts, least=1):
            return all(implies(part, second) for part in parts)
        case c.Requirement(value=value, days=own) if own == c.ALWAYS:
            return implies(value, second)
    match second:
        case c.AllOf(parts=parts) if not any(isinstance(part, c.Requirement) for part in parts):
            return all(implies(first, part) for part in parts)
        case c.AnyOf(parts=parts, least=1):
            if any(implies(first, part) for part in parts if not isinstance(part, c.Requirement)):
                return True
    match first, second:
        case c.AllOf(parts=parts), _:
            return any(implies(part, second) for part in parts if not isinstance(part, c.Requirement))
        case c.Compare(), c.Compare() if first.left == second.left:
            return _narrower(first, second)
        case c.Holds(), c.Holds():
            return first.award == second.award and second.level is None
        case _:
            return False


def _narrower(first: c.Compare, second: c.Compare) -> bool:
    """Whether a comparison of a value leaves no more than another of the same value."""
    mine, other = limits(first), limits(second)
    if mine is None or other is None:
        return (
            _word(first) is not None
            and first.op == "="
            and second.op == "!="
            and _word(second) not in (None, _word(first))
        )
    if second.op in (">=", ">"):
        return _reaches(mine.low, other.low, is_open=second.op == ">" and first.op != ">")
    if second.op in ("<=", "<"):
        low, high = _negated(mine.high), _negated(other.high)
        return _reaches(low, high, is_open=second.op == "<" and first.op != "<")
    return False


def _reaches(mine: Decimal | None, other: Decimal | None, *, is_open: bool) -> bool:
    if mine is None or other is None:
        return False
    return mine > other if is_open else mine >= other


def _negated(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value
