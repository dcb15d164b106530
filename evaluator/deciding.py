"""One node as it is decided: its parts as the definition asks for them, and what it tells beside its range."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from dsl import core as c
from dsl.core import ranges
from dsl.core.algebra import RANGES, numbers_of, truth_of
from dsl.core.ops import DEFINITIONS, definition_of
from dsl.core.ops.lacking import divides_by_less, divides_by_nothing, has_a_row
from dsl.core.ops.metrics import every_metric
from dsl.core.ops.parts import Role
from dsl.core.ranges import Range, Truth, compare
from evaluator.explanation import Explanation, Gap, explained
from evaluator.moment import Decides, Moment


class AsDecided(ABC):
    """The parts of a node as they were decided, each with its role, and the names of those that are chosen."""

    __slots__ = ("chosen", "day", "every", "parts", "roles")

    def __init__(self, day: date) -> None:
        """Take the day on which the node is decided."""
        self.day = day
        self.parts: list[Explanation] = []
        self.roles: list[Role] = []
        self.chosen: list[str] = []
        self.every: list[tuple[c.EveryMetric, Truth]] = []
        """What was asked of every metric, and whether it is so."""

    def __call__(self, part: c.Expr, role: Role, name: str | None = None) -> Range:
        """Decide a part of the node."""
        found = self._decided(part)
        self.parts.append(found)
        self.roles.append(role)
        if name is not None:
            self.chosen.append(name)
        return found.range

    @abstractmethod
    def _decided(self, part: c.Expr) -> Explanation:
        """Return a part, decided."""

    def metrics(self, score: c.Expr, every: c.EveryMetric) -> Range:
        """Decide what is asked of every metric of the score."""
        found = truth_of(every_metric(RANGES, self.one("value"), every))
        self.every.append((every, found))
        return found

    def one(self, role: Role) -> Explanation:
        """Return the part of a role."""
        return self.parts[self.roles.index(role)]

    def in_order(self) -> tuple[tuple[Explanation, ...], tuple[Role, ...]]:
        """Return the parts as readers are told of them: conditions first."""
        if "condition" not in self.roles:
            return tuple(self.parts), tuple(self.roles)
        order = sorted(range(len(self.parts)), key=lambda index: self.roles[index] != "condition")
        return tuple(self.parts[index] for index in order), tuple(self.roles[index] for index in order)


class Deciding(AsDecided):
    """The parts of a node as they are decided."""

    __slots__ = ("at", "interpreter")

    def __init__(self, interpreter: Decides, at: Moment) -> None:
        super().__init__(at.day)
        self.interpreter = interpreter
        self.at = at

    def _decided(self, part: c.Expr) -> Explanation:
        return self.interpreter.evaluate(part, self.at)


class Again(AsDecided):
    """The parts of a node that were decided already: its definition says anew which of them it takes."""

    __slots__ = ("_known",)

    def __init__(self, known: Mapping[int, Explanation], day: date) -> None:
        """Take the parts that there can be, by the identities of their nodes."""
        super().__init__(day)
        self._known = known

    def _decided(self, part: c.Expr) -> Explanation:
        return self._known[id(part)]


class Kind(NamedTuple):
    """How nodes of a kind are decided."""

    definition: Callable[..., Any] | None
    """What they mean; None: they are read."""
    beside: Callable[[Any, AsDecided, Range], Beside] | None
    """What they tell beside their range."""
    is_requirement: bool
    has_conditions: bool
    """Whether some of its parts are conditions: these are told before the others."""


_KINDS: dict[type[c.Node], Kind] = {}


def kind_of(type_: type[c.Node]) -> Kind:
    """Return how nodes of a kind are decided."""
    found = _KINDS.get(type_)
    if found is None:
        definition = definition_of(type_)
        beside = TOLD_BESIDE.get(definition) if definition is not None else None
        made = Kind(definition, beside, issubclass(type_, c.Requirement), issubclass(type_, c.Case | c.Gate))
        found = _KINDS.setdefault(type_, made)
    return found


def made_of(node: c.Expr, kind: Kind, parts: AsDecided, as_of: date) -> Explanation:
    """Return a node by its definition.

    Args:
        node: the node.
        kind: how it is decided.
        parts: what decides its parts.
        as_of: the day of the question.
    """
    range_: Range = kind.definition(RANGES, node, parts, parts.day)  # type: ignore[misc]
    gaps, chosen = kind.beside(node, parts, range_) if kind.beside is not None else ((), tuple(parts.chosen))
    day = parts.day if kind.is_requirement and parts.day != as_of else None
    decided, roles = parts.in_order() if kind.has_conditions else (tuple(parts.parts), tuple(parts.roles))
    return explained(node, range_, decided, gaps, chosen, day, roles)


Beside: TypeAlias = tuple[tuple[Gap, ...], tuple[str, ...]]
"""What is not known here, and what was chosen."""


def with_rank(values: Sequence[Range], position: int) -> tuple[str, ...]:
    """Return which of some values can have a rank, the largest being at 0: what is chosen of them."""
    return tuple(map(str, ranges.ranked_ones(list(map(numbers_of, values)), position) if values else ()))


def without_points(
    points: Explanation, mark: Explanation, every: Sequence[tuple[c.EveryMetric, Range]]
) -> tuple[str, ...]:
    """Return the codes of the metrics that keep a score from passing that reaches its mark: what is chosen of it.

    Args:
        points: the score.
        mark: what it is held against.
        every: what is asked of every metric, and whether it is so.
    """
    # Where the mark is missed anyway, the empty metrics are not what keeps it from passing.
    if ranges.all_of(truth_of(is_so) for _, is_so in every) is not Truth.FALSE:
        return ()
    if compare(">=", points.range, mark.range) is Truth.FALSE:
        return ()
    return tuple(dict.fromkeys(code for asked, _ in every for code in _empty(points, asked)))


def _ranked(node: c.Ranked, parts: AsDecided, _: Range) -> Beside:
    return (), with_rank([part.range for part in parts.parts], node.position(len(parts.parts)))


def _dated(node: c.Dated, parts: AsDecided, _: Range) -> Beside:
    if parts.parts:
        return (), tuple(parts.chosen)
    day = str(parts.day)
    what = f"no version is in force on {day}"
    return (Gap("figure", node.origin.place, what, node.type, code="no_version", names=(day,)),), ()


def _lookup(node: c.Lookup, parts: AsDecided, _: Range) -> Beside:
    if has_a_row(RANGES, node, parts.one("key").range, parts.day) is Truth.TRUE:
        return (), tuple(parts.chosen)
    what = f"table `{node.table}` has no row in force"
    return (Gap("figure", node.origin.place, what, node.type, code="no_row", names=(node.table,)),), ()


def _pass_score(node: c.PassScore, parts: AsDecided, range_: Range) -> Beside:
    every = ranges.all_of(truth for _, truth in parts.every)
    points = parts.one("value")
    gaps = unsettled_below(points) if every is Truth.UNKNOWN else ()
    return gaps, without_points(points, parts.one("mark"), parts.every)


def _ratio(node: c.Ratio, parts: AsDecided, _: Range) -> Beside:
    divisor = parts.parts[1].range
    if not node.growth and divides_by_less(RANGES, divisor) is Truth.TRUE:
        return (), ()
    return _without_value(node, divides_by_nothing(RANGES, divisor)), ()


def _per_unit(node: c.PerUnit, parts: AsDecided, _: Range) -> Beside:
    if node.unit is None:
        return (), ()
    return _without_value(node, divides_by_nothing(RANGES, parts.one("unit").range)), ()


def _prorate(node: c.Prorate, parts: AsDecided, _: Range) -> Beside:
    return _without_value(node, divides_by_nothing(RANGES, parts.one("target").range)), ()


TOLD_BESIDE: Mapping[Callable[..., Any], Callable[[Any, AsDecided, Range], Beside]] = {
    DEFINITIONS[c.Dated]: _dated,
    DEFINITIONS[c.Lookup]: _lookup,
    DEFINITIONS[c.PassScore]: _pass_score,
    DEFINITIONS[c.PerUnit]: _per_unit,
    DEFINITIONS[c.Prorate]: _prorate,
    DEFINITIONS[c.Ranked]: _ranked,
    DEFINITIONS[c.Ratio]: _ratio,
}
"""What some definitions tell beside their range."""


def _empty(score: Explanation, asked: c.EveryMetric, *, shut: bool = False) -> Iterator[str]:
    """Yield the codes of the metrics of what counts, or may count, that have no points; behind a shut gate none has."""
    node = score.node
    if isinstance(node, c.Requirement) and node.part == "scored":
        if shut or every_metric(RANGES, score, asked) is Truth.FALSE:
            yield node.code
        return
    parts = (*score.of("part"), *score.of("value"))
    if isinstance(node, c.Ranked):
        parts = tuple(score.parts[int(index)] for index in score.chosen)
    if isinstance(node, c.Gate):
        shut = shut or score.the("condition").range is Truth.FALSE
    for part in parts:
        if part.node.type.kind == "points":
            yield from _empty(part, asked, shut=shut)


def beside_of(
    node: c.Expr,
    parts: Sequence[Explanation],
    roles: Sequence[Role],
    chosen: Sequence[str],
    every: Sequence[tuple[c.EveryMetric, Truth]],
    day: date,
    range_: Range,
) -> Beside:
    """Return what a node tells beside its range that was decided otherwise than part by part.

    Args:
        node: the node; its kind tells something.
        parts: its parts, in the order in which its definition asks for them.
        roles: what each is to the whole.
        chosen: the names of those that it takes.
        every: what is asked of every metric, and whether it is so.
        day: the day it is decided on.
        range_: what came out.
    """
    decided = Again({}, day)
    decided.parts, decided.roles, decided.chosen, decided.every = list(parts), list(roles), list(chosen), list(every)
    tells = kind_of(type(node)).beside
    if tells is None:
        raise AssertionError(f"{type(node).__name__} tells nothing beside its range")
    return tells(node, decided, range_)


def _without_value(node: c.Expr, is_so: Range) -> tuple[Gap, ...]:
    """Return the gap of a division that surely has no value: no fact can give it one."""
    if is_so is not Truth.TRUE:
        return ()
    what = "growth from zero or less, or a division by it, has no value"
    return (Gap("figure", node.origin.place, what, node.type, code="no_value"),)


def unsettled_below(top: Explanation) -> tuple[Gap, ...]:
    """Return all gaps below, also those that do not unsettle the whole: a capped total, a condition that fails anyway."""
    gaps: dict[Gap, None] = {}
    seen: set[int] = set()
    waiting = [top]
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if part.gaps and not ranges.is_settled(part.range):
            gaps.update(dict.fromkeys(part.gaps))
            if isinstance(part.node, c.Named):
                continue
        waiting.extend(reversed(part.parts))
    return tuple(gaps)
