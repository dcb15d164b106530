"""What a partner with nothing gives, reckoned once by the interpreter: what progress in a rule is measured by.

It rests on nothing that a partner tells but choices, which only say what rules apply: it is reckoned for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from dsl import core as c
from dsl.core.anywhere import Anywhere
from dsl.core.ops.progress import progress
from dsl.core.ranges import Range, Truth, truth
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import Flag, Value, Word, of_range
from evaluator.columnar.days import Day, exactly
from evaluator.columnar.layout import HISTORY
from evaluator.columnar.terms import Cannot
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from evaluator.progress import given, is_choosing, nothing_told

if TYPE_CHECKING:
    from evaluator.columnar.lowering import Lowering
    from evaluator.columnar.written import Written

MOST = 64
"""How many different choices of partners are reckoned for one node."""


class Progresses:
    """Writes whether something is done in rules."""

    def __init__(self, lowering: Lowering) -> None:
        """Take what writes the requirements."""
        self.lowering = lowering
        self._interpreters: dict[tuple[tuple[str, str | None], ...], Interpreter] = {}
        self._is_projected = Anywhere(lowering.core, lambda node: isinstance(node, c.AsProjected))
        self._done: dict[tuple[int, str], tuple[Written, Value, list[t.Term]]] = {}

    def of(self, part: Written, rule: str) -> Value:
        """Return whether something of what was written is done, as the rule asks for it."""
        sql = self.lowering.sql
        if part.told:
            raise Cannot("progress on some day of a window")
        key = (id(part), rule)
        if key not in self._done:
            outer, sql.open = sql.open, []
            nothing = _Nothing(self, rule, part.day or exactly(self.lowering.as_of))
            found: Value = progress(sql, part, nothing, lambda below: self.of(below, rule))  # type: ignore[arg-type]
            if not t.is_true(part.present):
                # A measure that is told is no work that was done.
                found = sql.all_of([Flag(part.present, True), found])
            # With what it is of: an identity is one object's only as long as that is there.
            self._done[key] = (part, found, sql.open)
            sql.open = outer
        _, value, open_ = self._done[key]
        sql.open += open_
        return value

    def given(self, node: c.Expr, rule: str, day: Day, how: Callable[[Range], Range]) -> Value:
        """Return what is made of what a node is to a partner with nothing, of the same choices.

        Raises:
            Cannot: too much of it depends on what the partner chooses.
        """
        if not day.is_exact:
            raise Cannot("progress on each day of a window")
        names = self._choices(node)
        found: list[tuple[Mapping[str, str | None], Range]] = []
        types = self.lowering.types
        for values in product(*((*types[name].choices, None) for name in names)):
            told = dict(zip(names, values, strict=True))
            at = Moment(day.at, rule=self.lowering.core.asked(rule))
            found.append((told, how(given(self._with(told).once(node, at)))))
        if all(range_ == found[0][1] for _, range_ in found):
            return of_range(found[0][1])
        return self._chosen(found)

    def _choices(self, node: c.Expr) -> list[str]:
        """Return the choices that reach a node."""
        low = self.lowering
        reached = low.engine.prepared.reached.of(node)
        names = sorted(name for name in reached & low.types.keys() if is_choosing(low.types[name]))
        if any(low.types[name].kind != "choice" for name in names):
            raise Cannot("progress that depends on a text")
        if names and self._is_projected.within(node):
            raise Cannot("progress that depends on what is chosen as projected")
        number = 1
        for name in names:
            number *= len(low.types[name].choices) + 1
        if number > MOST:
            raise Cannot("progress that depends on many choices")
        if names and not low.source.is_empty(HISTORY, False):
            low.sql.open.append(low.source.has_history(names))
        return names

    def _with(self, told: Mapping[str, str | None]) -> Interpreter:
        key = tuple(told.items())
        if key not in self._interpreters:
            low = self.lowering
            facts = {name: value for name, value in told.items() if value is not None}
            data = nothing_told(low.core, {"facts": facts, "projected": {}})
            self._interpreters[key] = low.engine.prepared.interpreter(Facts(low.core, data, low.as_of))
        return self._interpreters[key]

    def _chosen(self, found: list[tuple[Mapping[str, str | None], Range]]) -> Value:
        low = self.lowering
        branches: list[tuple[Callable[[], Value] | None, Callable[[], Value]]] = []
        for told, range_ in found:
            tests = []
            for name, value in told.items():
                word = low.source.fact(name, low.types[name], exactly(low.as_of), False)
                if not isinstance(word, Word):
                    raise AssertionError("a choice is a word")
                tests.append(t.untold(word.term) if value is None else t.surely(t.equal(word.term, t.text(value))))
            test = Flag(low.stages.keep(t.both(*tests)), True)
            branches.append((_later(test), _later(of_range(range_))))
        branches[-1] = (None, branches[-1][1])
        return low.sql.first(branches)


def _later(value: Value) -> Callable[[], Value]:
    return lambda: value


@dataclass(frozen=True, slots=True)
class _Nothing:
    """What a partner with nothing gives on a day."""

    progresses: Progresses
    rule: str
    day: Day

    def gives(self, node: c.Expr) -> Value:
        """Return what a node is."""
        return self.progresses.given(node, self.rule, self.day, lambda range_: range_)

    def falls_short(self, node: c.Expr) -> Value:
        """Return whether nothing does not surely meet a condition."""
        return self.progresses.given(node, self.rule, self.day, lambda range_: truth(range_ is not Truth.TRUE))
