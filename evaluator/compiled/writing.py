"""Nodes of the core as lines of Python: what is made of its parts by its definition, what is read by asking for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Protocol, assert_never

from dsl import core as c
from dsl.core import written as as_written
from dsl.core.ops import definition_of, sourced
from dsl.core.ops.decided import Asked
from dsl.core.ops.metrics import Decided
from dsl.core.ops.parts import Role
from dsl.core.ops.progress import progress
from dsl.core.ranges import Numbers, Truth, everything, exactly
from dsl.core.walk import children
from evaluator.compiled.recording import Recording
from evaluator.compiled.saying import Saying
from evaluator.compiled.source import PythonSource, Value
from evaluator.compiled.telling import AsReasons, AsText, NotAtOnce
from evaluator.compiled.unboxed import form_of
from evaluator.compiled.written import Piece, Written
from evaluator.reasons.plan import Within

DEEPEST = 25
"""How many blocks a function may have inside each other; what stands deeper is a function of its own."""


class Numbered(Protocol):
    """Gives numbers to what functions ask for at run time."""

    core: c.Core
    written: as_written.Written
    """What nodes rest on as they are written."""

    def asks(self, node: c.Expr) -> bool:
        """Whether a requirement may stand in a node or below it."""

    def scored(self, node: c.Expr) -> bool:
        """Whether a node has a score of its own."""

    def leaf(self, node: c.Expr, rule: c.Rule | None) -> int:
        """Return the number of a node that is read."""

    def unit(self, node: c.Expr, rule: c.Rule | None, declaration: c.RecordsDecl | None = None) -> int:
        """Return the number of a node that has a function of its own."""


class Writing:
    """Writes nodes of a rule for the days of an epoch; one that stands in several places is written once."""

    def __init__(
        self,
        numbered: Numbered,
        rule: c.Rule | None,
        declaration: c.RecordsDecl | None,
        day: date,
        *,
        noting: bool = False,
    ) -> None:
        """Take what gives numbers, the rule and the list of records that the nodes are asked in, and a day.

        ``noting``: also what is rested on is written.
        """
        self.numbered = numbered
        self.noting = noting
        self._notes: list[str] = []
        self.leaves: dict[int, c.Expr] = {}
        """What is read, by its number."""
        self.rule = rule
        self.declaration = declaration
        self.day = day
        self.source = PythonSource()

    def on(self, node: c.Expr) -> Written:
        """Write a node and what is below it."""
        found: Written | None = self.source.found(id(node))
        if found is None:
            found = self.source.scopes[-1][id(node)] = self._new(node)
        return found

    @property
    def without_notes(self) -> str:
        """The line that comes first: nothing is rested on yet, also by what is not come to."""
        return f"{' = '.join(self._notes)} = ()" if self._notes else "pass"

    def _new(self, node: c.Expr) -> Written:
        definition = definition_of(type(node))
        if definition is None:
            return Written(node, self._read(sourced(node)), notes=self._of_read(node))
        if self.source.depth > DEEPEST and node.type.kind != "points":
            number = self.numbered.unit(node, self.rule, self.declaration)
            value = self.source.given(node.type, f"f.unit({number}, row)")
            return Written(node, value, notes=self._noted(node, f"f.noted({number})"), is_elsewhere=True)
        if isinstance(node, c.PassScore) and node.every and _counts_elsewhere(node.score):
            value = self.source.flag(f"f.asked({self.numbered.leaf(node, self.rule)})")
            return Written(node, value, notes=self._noted(node, self._why(node)), is_elsewhere=True)
        if self.noting and isinstance(node, c.Lookup):
            # Which of its cells count the interpreter tells; where none rests on anything nobody asks it.
            silent = Writing(self.numbered, self.rule, self.declaration, self.day)
            silent.source = self.source
            self.source.scopes.append({})  # nothing that is written without notes is found by what asks for them
            value = silent.on(node).value
            self.source.scopes.pop()
            return Written(node, value, notes=self._noted(node, self._why(node)))
        parts = _Parts(self, node)
        made: Value = definition(self.source, node, parts, self.day)
        return Written(
            node,
            made,
            tuple(parts.parts),
            tuple(parts.roles),
            tuple(parts.names),
            tuple(parts.pieces(made)),
            tuple(parts.every),
        )

    def record(self, node: c.Expr) -> str:
        """Write what the reasons of a node are told from, and return what holds it.

        Where all parts are asked for, or it is not settled, it has them all.
        """
        written = self.on(node)
        recording = Recording(self.source, self.numbered, self.rule, self.declaration, self.on)
        settled = written.value.is_settled
        with self.source.block(f"if not deep and {settled}:"):
            self.source.write(f"return {recording.of(written, sides=True)}")
        return recording.whole(written, "True")

    def reasons(self, node: c.Expr, within: Within) -> str:
        """Write what is said of a requirement that is settled, and return what tells that it is not."""
        written = self.on(node)
        recording = Recording(self.source, self.numbered, self.rule, self.declaration, self.on)
        saying = Saying(self.source, recording, self.numbered, self.day, AsReasons(self.source))
        with self.source.block(f"if {written.value.is_settled}:"):
            reasons = saying.topmost(written, within) or "()"
            said = f"{written.value.low}, {reasons}, {self.merged(written.notes)}, {saying.is_told_once}"
            self.source.write(f"return {said}, {saying.score(written)}")
        return "None"

    def text(self, node: c.Expr, within: Within) -> str:
        """Write the text of the reasons of a requirement that is settled, and return what tells that it is not.

        Raises:
            NotAtOnce: what is told hangs on what is told of others, or one reason stands in two places.
        """
        written = self.on(node)
        recording = Recording(self.source, self.numbered, self.rule, self.declaration, self.on)
        saying = Saying(self.source, recording, self.numbered, self.day, AsText(self.source))
        with self.source.block(f"if {written.value.is_settled}:"):
            reasons = saying.topmost(written, within) or "''"
            score = saying.score(written)
            if not saying.is_told_once or score == "()":
                raise NotAtOnce(node)
            told = "None" if score == "None" else f"score_text{score}"
            self.source.write(f"return {written.value.low}, {reasons}, {self.merged(written.notes)}, {told}")
        return "None"

    def scored(self, node: c.Expr) -> str:
        """Write a requirement, and return what it is with the score that the policies alone say is its own."""
        written = self.on(node)
        recording = Recording(self.source, self.numbered, self.rule, self.declaration, self.on)
        saying = Saying(self.source, recording, self.numbered, self.day, AsReasons(self.source))
        return f"{written.value.result}, {saying.score(written)}"

    # ---- progress

    def progress(self, node: c.Expr) -> Value:
        """Write whether something is done in a node, beside ``nothing``: what a partner with nothing gives."""
        written = self.on(node)
        return self._done(written) if written.is_whole else self._done_with_why(node)

    def _done(self, part: Decided[Value]) -> Value:
        node, source = part.node, self.source
        if not self.numbered.asks(node):
            return source.known(Truth.FALSE)
        if isinstance(node, c.OnDate) and not self.numbered.asks(node.date):
            when, number = self.on(node.date).value, self.numbered.unit(node.value, self.rule)
            return source.flag(f"f.done_on_day({when.low}, {when.high}, {number}, nothing)")
        if isinstance(node, c.AsProjected):
            return source.flag(f"f.done_as_projected({self.numbered.unit(node.value, self.rule)}, nothing)")
        if definition_of(type(node)) is None or isinstance(node, c.Lookup):
            return self._done_with_why(node)
        return progress(source, part, _OfNothing(source), self._done)

    def _done_with_why(self, node: c.Expr) -> Value:
        return self.source.flag(f"f.done_in({self.numbered.leaf(node, self.rule)}, nothing)")

    # ---- what is rested on

    def noted_here(self, pieces: Iterable[Piece]) -> str:
        """Write what is rested on where the lines have come to, and return the variable that holds it."""
        name = f"n{len(self._notes)}"
        self._notes.append(name)
        self.source.write(f"{name} = {self.merged(pieces)}")
        return name

    def _noted(self, node: c.Expr, expression: str) -> tuple[Piece, ...]:
        """Return the piece of what a node rests on; none where that is nothing whatever is told."""
        return (expression,) if self.noting and not self.numbered.written.is_silent(node) else ()

    def merged(self, pieces: Iterable[Piece]) -> str:
        """Return the expression of what is rested on together, each once: what nodes say whatever is told is asked for at once."""
        told: list[str] = []
        for is_node, group in groupby(dict.fromkeys(pieces), lambda piece: not isinstance(piece, str)):
            some = tuple(group)
            told += [f"f.own_notes_of({self.source.keep(some)})"] if is_node else map(str, some)
        return told[0] if len(told) == 1 else f"f.merged(({', '.join(told)}))" if told else "()"

    def _why(self, node: c.Expr) -> str:
        return f"f.notes_with_why({self.numbered.leaf(node, self.rule)})"

    def _of_read(self, node: c.Expr) -> tuple[Piece, ...]:
        if not self.noting:
            return ()
        if isinstance(node, c.OnDate):
            when = self.on(node.date)
            number = self.numbered.unit(node.value, self.rule)
            ends = f"{when.value.low}, {when.value.high}"
            return self._noted(
                node, f"f.notes_on_day({self.source.keep(node)}, {ends}, {number}, {self.merged(when.notes)})"
            )
        if isinstance(node, c.AsProjected):
            number = self.numbered.unit(node.value, self.rule)
            return self._noted(node, f"f.notes_as_projected({self.source.keep(node)}, {number})")
        if isinstance(node, c.Sometime):
            return self._noted(node, self._why(node))
        number = self.numbered.leaf(node, self.rule)
        return self._noted(node, f"f.notes_of_leaf({number}, {self.source.keep(node)})")

    def _read(self, node: c.Sourced) -> Value:
        source = self.source
        match node:
            case c.Literal(value=value, least=least):
                if value is not None:
                    return source.known(exactly(value))
                return source.known(everything(node.type) if least is None else Numbers(least, node.type.high))
            case c.Today():
                today = source.found("today") or source.line("f.day")
                source.scopes[-1]["today"] = today
                return Value("dates", today, today, True, True)
            case c.Field(formula=formula) if formula is not None:
                return self.on(formula).value
            case c.Field(name=name):
                declaration = source.keep(self.declaration)
                return source.given(node.type, f"f.field(row, {name!r}, {declaration})", as_told=True)
            case c.OnDate(value=value, date=day):
                when = self.on(day).value
                number = self.numbered.unit(value, self.rule, self.declaration)
                unknown = source.unknown(node.type).result
                on = f"f.on_day({when.low}, {when.high}, {number}, row)"
                return source.given(
                    node.type, f"{unknown} if {when.low} is None or {when.low} != {when.high} else {on}"
                )
            case c.AsProjected(value=value):
                number = self.numbered.unit(value, self.rule, self.declaration)
                return source.given(node.type, f"f.as_projected({number}, row)")
            case c.Sometime(condition=condition):
                start, end = self.on(node.start).value, self.on(node.end).value
                number = self.numbered.unit(condition, self.rule, self.declaration)
                days = f"{start.low}, {start.high}, {end.low}, {end.high}"
                return source.flag(f"f.sometime({number}, {days}, row)")
            case c.Aggregate(of_group=True):
                return source.given(node.type, f"f.of_group({source.keep(node)}, {source.keep(self.rule)}, row)")
            case c.Fact() | c.Named():
                known = self._known_name(node) if isinstance(node, c.Named) and not node.supplied else None
                return known or self._leaf(node, as_told=isinstance(node, c.Fact))
            case (
                c.Holds() | c.Paid() | c.Lapsed() | c.InRenewal() | c.Qualifies() | c.InProgress() | c.OfRecords() | c.People()
                | c.DifferentPeople() | c.Anniversary() | c.AskedThisYear()
            ):  # fmt: skip
                return self._leaf(node)
            case _:
                assert_never(node)

    def _known_name(self, node: c.Named) -> Value | None:
        """Return what a name stands for that nobody tells, where that follows from the policies alone."""
        apart = Writing(self.numbered, None, None, self.day).on(self.numbered.core.named[node.name].value).value
        return self.source.known(apart.known) if apart.known is not None else None

    def _leaf(self, node: c.Expr, *, as_told: bool = False) -> Value:
        source, number = self.source, self.numbered.leaf(node, self.rule)
        self.leaves[number] = node
        found: Value | None = source.found(("leaf", number))
        if found is None:
            name = source.line(f"m.get({number}, NONE)")
            with source.block(f"if {name} is NONE:"):
                source.write(f"{name} = f.leaf({number})")
            found = source.given(node.type, name, as_told=as_told) if _has_ends(node) else _held(node, name)
            source.scopes[-1]["leaf", number] = found
        return found


def _has_ends(node: c.Expr) -> bool:
    return form_of(node.type) in ("numbers", "dates")


def _held(node: c.Expr, name: str) -> Value:
    return Value(form_of(node.type), name)


class _OfNothing:
    """What a partner with nothing gives: asked for when the function runs."""

    def __init__(self, source: PythonSource) -> None:
        self.source = source

    def gives(self, node: c.Expr) -> Value:
        """Write what a node is."""
        return self.source.given(node.type, f"nothing.gives({self.source.keep(node)}, f.day)")

    def falls_short(self, node: c.Expr) -> Value:
        """Write whether nothing does not surely meet a condition."""
        return self.source.flag(f"nothing.gives({self.source.keep(node)}, f.day) is not True", known=True)


class _Parts(Asked[Written, Value]):
    """The parts of a node as they are written, and what each rests on."""

    __slots__ = ("_chosen", "_notes", "every", "names", "node", "writing")

    def __init__(self, writing: Writing, node: c.Expr) -> None:
        super().__init__(writing.source, writing.on)
        self.writing = writing
        self.node = node
        self.names: list[str | None] = []
        self.every: list[tuple[c.EveryMetric, Value]] = []
        self._notes: list[tuple[Piece, ...]] = []
        self._chosen = ""
        if writing.noting and isinstance(node, c.Chooses):
            self._chosen = writing.source.line("()")

    def __call__(self, part: c.Expr, role: Role, name: str | None = None) -> Value:
        """Write a part of the node."""
        value = super().__call__(part, role, name)
        writing, notes = self.writing, self.parts[-1].notes
        self.names.append(name)
        if notes and isinstance(self.node, c.Case):
            # Written here, so that what stands in a branch counts where the branch does.
            notes = (writing.noted_here(notes),)
        self._notes.append(notes)
        if name is not None and self._chosen:
            writing.source.write(f"{self._chosen} += ({name!r},)")
        return value

    def metrics(self, score: c.Expr, every: c.EveryMetric) -> Value:
        """Write what is asked of every metric of the score."""
        found = super().metrics(score, every)
        self.every.append((every, found))
        return found

    def pieces(self, made: Value) -> Iterator[Piece]:
        """Yield what the whole rests on: itself, then its parts as readers are told of them; of some that are enough those that are met."""
        writing = self.writing
        if not writing.noting:
            return
        if not writing.numbered.written.says_nothing(self.node):
            yield f"f.own_notes({writing.source.keep(self.node)}, {self._chosen})" if self._chosen else self.node
        order = sorted(range(len(self.parts)), key=lambda index: self.roles[index] != "condition")
        for index in order if isinstance(self.node, c.Case | c.Gate) else range(len(self.parts)):
            notes, value = self._notes[index], self.parts[index].value
            if notes and isinstance(self.node, c.AnyOf):
                yield f"{writing.merged(notes)} if {value.low} is True or {made.low} is not True else ()"
            else:
                yield from notes


def _counts_elsewhere(score: c.Expr) -> bool:
    """Whether a score may count metrics of a name, of another day or of projected facts, or in the cells of a table.

    They are asked about with why: where they count hangs on what is told.
    """
    if score.type.kind != "points":
        return False
    if isinstance(score, c.Named | c.OnDate | c.AsProjected):
        return True
    if isinstance(score, c.Lookup):
        return not all(isinstance(row.cell, c.Literal) for row in score.rows)
    return any(map(_counts_elsewhere, children(score)))
