"""Reasons of what is settled, as lines of Python: written straight from the values that decide, with nothing between.

What a reason says is said once, by ``sides`` and ``reasons``; its plan is made while this is written. What hangs on what is
told (other rules, entries of the register, windows, other days) is recorded, and told of by ``reasons``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Protocol

from dsl import core as c
from dsl.core.ops import definition_of
from dsl.core.ranges import Numbers
from evaluator.compiled.recording import Recording
from evaluator.compiled.source import PythonSource, Value
from evaluator.compiled.telling import Needed, Short, Teller, Told
from evaluator.compiled.written import Written
from evaluator.reasons.expander import required, tells_groups, units_for
from evaluator.reasons.plan import Plan, Within
from evaluator.reasons.sides import PerUnit, Sides, metric_of, needed_for_all, sides, unit_of


class Apart(Exception):
    """A requirement hangs on what is told apart: it is recorded, and told of from its record."""


class Speaks(Protocol):
    """Tells where there is something to say."""

    def asks(self, node: c.Expr) -> bool:
        """Whether a requirement may stand in a node or below it."""

    def scored(self, node: c.Expr) -> bool:
        """Whether a node has a score of its own."""


class Saying:
    """Writes the reasons of a rule's requirement behind the values that they are told from."""

    def __init__(self, source: PythonSource, recording: Recording, of: Speaks, day: date, teller: Teller) -> None:
        """Take the lines so far, what writes records, what tells where requirements may stand, the day, what writes reasons."""
        self.teller = teller
        self.source = source
        self.day = day
        self.recording = recording
        self.asks = of.asks
        self.scored = of.scored
        self._codes: set[str] = set()
        self.is_told_once = True
        """Whether each reason that was written has a code of its own."""

    def topmost(self, part: Written, within: Within) -> str:
        """Write the reasons at the top of a node, each with its parts, and return the expression of them all."""
        return self.teller.together([*self._topmost(part, within, set())])

    def _topmost(self, part: Written, within: Within, seen: set[int]) -> Iterator[str]:
        node = part.node
        if not self.asks(node) or id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, c.Requirement):
            yield self._requirement(part, node, within)
        elif not _is_here(part):
            yield self._recorded(part, within)
        else:
            for inner in part.parts_in_order():
                yield from self._topmost(inner, within, seen)

    def _recorded(self, part: Written, within: Within) -> str:
        self.is_told_once = False
        record = self.recording.of(part, sides=False)
        return self.teller.recorded(self.source.line(f"f.reasons({record}, {self.source.keep(within)})"))

    def _requirement(self, part: Written, node: c.Requirement, within: Within) -> str:
        key = ("reason", id(node), id(within))
        found: str | None = self.source.found(key)
        if found is not None:
            self.is_told_once = False
        else:
            try:
                found = self._reason(part, node, within)
            except Apart:
                found = self._recorded(part, within)
            self.source.scopes[-1][key] = found
        return found

    def _reason(self, part: Written, node: c.Requirement, within: Within) -> str:
        """Write a reason, and return what holds it.

        Raises:
            Apart: it hangs on what is told apart.
        """
        inner = part.the("value")
        if tells_groups(inner.node):
            raise Apart
        if not _is_here(inner) and (self.asks(inner.node) or isinstance(inner.node, _OF_OTHER_DAYS)):
            raise Apart
        plan, around = within.of(node)
        self.is_told_once &= plan.code not in self._codes
        self._codes.add(plan.code)
        if part.value.form != "numbers":
            told = self._met(part, inner, plan)
        else:
            told = self._earned(part, inner, plan) if inner.node.type.kind == "points" else _so_much(part, inner)
        return self.teller.reason(plan, told, self.topmost(inner, around))

    def score(self, part: Written) -> str:
        """Return the expression of the score of a requirement, where it follows from the policies alone which one that is."""
        waiting = [part]
        while waiting:
            found = waiting.pop()
            if found.is_elsewhere and self.scored(found.node):
                return "()"
            if isinstance(found.node, c.PassScore):
                points, mark = found.the("value").value, found.the("mark").value
                out_of = self.source.keep(found.node.out_of)
                return f"({points.low}, {points.high}, {out_of}, {mark.low}, {mark.high})"
            if self.scored(found.node):
                if not isinstance(found.node, c.Requirement | c.AllOf | c.AnyOf):
                    return "()"
                waiting.extend(reversed(found.parts))
        return "None"

    def _met(self, part: Written, inner: Written, plan: Plan) -> Told:
        said = sides(self.source, inner, self._below)
        score = inner.node if isinstance(inner.node, c.PassScore) else None
        other = said.required
        return Told(
            outcome=f"MET[{part.value.low}]",
            observed=said.observed,
            required=self._required(said),
            short_by=Short(said.observed, other) if isinstance(other, Value) and said.is_counted else None,
            unit=said.unit,
            out_of=score.out_of if score is not None else None,
            empty=self._empty(inner) if score is not None else None,
        )

    def _below(self, part: Written) -> Sides[Value]:
        if isinstance(part.node, _OF_OTHER_DAYS):
            raise Apart
        return sides(self.source, part, self._below)

    @staticmethod
    def _required(said: Sides[Value]) -> Needed:
        other = said.required
        if not isinstance(other, Value):
            return Needed(required(other, said.op))
        if other.known is not None:
            return Needed(required(other.known, said.op))
        return Needed(value=other, op=said.op)

    def _empty(self, score: Written) -> str | None:
        """Write the metrics without points that keep a score from passing that reaches its mark."""
        source = self.source
        if not score.every:
            return None
        empty = source.line("()")
        reached = source.compare(">=", score.the("value").value, score.the("mark").value)
        some = " or ".join(f"{is_so.low} is False" for _, is_so in score.every)
        with source.block(f"if {reached.low} is not False and ({some}):"):
            source.write(f"{empty} = {self.recording.apart(score)}.chosen")
        return empty

    def _earned(self, part: Written, inner: Written, plan: Plan) -> Told:
        points, metric = part.value, metric_of(inner)
        out_of = plan.out_of(self.day)
        kept = self.source.keep(out_of) if out_of is not None else "None"
        told = Told(outcome=f"points_outcome({_exact(points)}, {kept})", points=points, out_of=out_of)
        if metric is None:
            whole = self.source.known(Numbers(out_of, out_of)) if out_of is not None else None
            return replace(told, unit="points", short_by=Short(points, whole) if whole is not None else None)
        needed: Value | PerUnit[Value] | None = needed_for_all(inner)
        told = replace(told, observed=metric.value, unit=unit_of(metric.node.type))
        if isinstance(needed, PerUnit):
            ones = (needed.points, needed.most, needed.size or self.source.constant(Decimal(1)))
            if any(one.known is None for one in ones):
                reckoned = self.source.line(f"units_for({', '.join(map(_exact, ones))})")
                return replace(told, required=Needed(variable=reckoned), short_by=Short(metric.value, reckoned))
            exact = [one.known.exact if isinstance(one.known, Numbers) else None for one in ones]
            figure = units_for(exact[0], exact[1], exact[2])
            needed = self.source.known(figure) if figure is not None else None
        if needed is None:
            return told
        counted = metric.value.form == needed.form == "numbers"
        return replace(
            told,
            required=Needed(needed.known) if needed.known is not None else Needed(value=needed),
            short_by=Short(metric.value, needed) if counted else None,
        )


def _so_much(part: Written, inner: Written) -> Told:
    """Part of an amount or of a number: it is so much, and nothing is asked of it."""
    outcome = f"('met' if {part.value.is_settled} else 'undetermined')"
    return Told(outcome=outcome, observed=part.value, unit=unit_of(inner.node.type))


_OF_OTHER_DAYS = (c.OnDate, c.AsProjected, c.Sometime)
"""What is told of by other days, or by what is projected."""


def _is_here(part: Written) -> bool:
    """Whether a node is made of parts that are written here, the same ones whatever is told."""
    return (
        definition_of(type(part.node)) is not None
        and not part.is_elsewhere
        and not isinstance(part.node, c.Case | c.Lookup)
    )


def _exact(value: Value) -> str:
    """Return the expression of the only value, or None."""
    return value.low if value.is_point else f"{value.low} if {value.low} is {value.high} else None"
