"""The decisions of rules as columns of one query: outcome, points, amount, and which codes are not met.

A rule is settled for a partner where nothing that it says is left open; everybody else is decided by the row engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from dsl import core as c
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import Flag, Ordered, Value, Word, constant, flag_of, ordered_of
from evaluator.columnar.days import exactly
from evaluator.columnar.held import Held
from evaluator.columnar.known import Known
from evaluator.columnar.layout import PARTNER
from evaluator.columnar.lowering import Lowering, Written
from evaluator.columnar.results import DIGITS, NO_CHOICE, PLACES
from evaluator.columnar.terms import FALSE, TRUE, Cannot, Term
from evaluator.engine import Engine
from evaluator.reasons.plan import Within
from evaluator.reasons.statements import is_open

Key = tuple[str, date | None, bool]
"""What tells a reason from every other of its decision: its code, its day, and whether it is of projected facts."""


@dataclass(frozen=True, slots=True)
class RuleColumns:
    """The columns of one rule: terms, that the query gives names."""

    rule: str
    in_force: bool
    settled: Term
    """Whether all of it is known; never unknown itself."""
    eligible: Term | None = None
    points: tuple[Term, Term] | None = None
    amount: tuple[Term, Term] | None = None
    currency: str | None = None
    stage: Term | None = None
    held: Held | None = None
    """What the register says of an award."""
    options: tuple[tuple[str, Term], ...] = ()
    """Whether each option can be chosen, by its name."""
    unmet: tuple[tuple[Key, Term], ...] = ()
    """Whether each reason is not met; never unknown."""


@dataclass
class Lowered:
    """Rules as a query, and those that are not written, with why."""

    rules: dict[str, RuleColumns] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    lowering: Lowering | None = None

    def outputs(self) -> dict[str, Term]:
        """Return the columns of the query by their names."""
        found: dict[str, Term] = {PARTNER: t.column(PARTNER)}
        for index, rule in enumerate(self.rules.values()):
            found.update(columns_of(rule, str(index)))
        return found

    def query(self, outputs: dict[str, Term]) -> exp.Select:
        """Return the query of some outputs."""
        if self.lowering is None:
            raise AssertionError("a query is asked of what was lowered")
        low = self.lowering
        low.people.join()
        low.records.join()
        low.register.join()
        return low.stages.over(low.source.select(), outputs)


def columns_of(rule: RuleColumns, prefix: str) -> Iterator[tuple[str, Term]]:
    """Yield the columns of a rule by name: ``s`` settled, ``d`` eligible, ``p`` and ``q`` points, ``a`` and ``b`` amounts, ``g`` stage, ``h`` held, ``f`` since, ``l`` until, ``o`` options, ``u`` not met."""
    yield f"s{prefix}", rule.settled
    if rule.eligible is not None:
        yield f"d{prefix}", rule.eligible
    for names, ends in (("pq", rule.points), ("ab", rule.amount)):
        if ends is not None:
            yield from zip((f"{name}{prefix}" for name in names), ends, strict=True)
    if rule.stage is not None:
        yield f"g{prefix}", rule.stage
    if rule.held is not None:
        yield from ((f"h{prefix}", rule.held.held), (f"f{prefix}", rule.held.since), (f"l{prefix}", rule.held.until))
    for index, (_, term) in enumerate(rule.options):
        yield f"o{prefix}_{index}", term
    for index, (_, term) in enumerate(rule.unmet):
        yield f"u{prefix}_{index}", term


def lower(engine: Engine, rules: Sequence[str], as_of: date, known: Known) -> Lowered:
    """Return rules as a query; what cannot be written is told with why."""
    found = Lowered(lowering=Lowering(engine, as_of, known))
    for name in rules:
        try:
            found.rules[name] = _Rule(found.lowering, engine.core.rules[name]).columns()  # type: ignore[arg-type]
        except Cannot as why:
            found.refused[name] = str(why)
    return found


class _Rule:
    """One rule on the day of the question."""

    def __init__(self, lowering: Lowering, rule: c.Rule) -> None:
        self.lowering = lowering
        self.rule = rule
        self.day = lowering.as_of
        self.today = exactly(lowering.as_of)

    def columns(self) -> RuleColumns:
        """Return the columns of the rule.

        Raises:
            Cannot: it is not written.
        """
        version = self.rule.version_on(self.day)
        decides = c.KINDS[self.rule.kind].decides
        if version is None:
            return self._out_of_force()
        if decides == "eligibility":
            return self._eligibility(version)
        if decides == "amount":
            return self._amount(version)
        if decides == "stage":
            return self._stage(version)
        return self._choice(version)

    def _standing(self) -> Held | None:
        """Return what the register says of the rule's award."""
        if not self.rule.is_award:
            return None
        return self.lowering.register.standing(self.rule, self.today, False)

    def _out_of_force(self) -> RuleColumns:
        held = self._standing()
        asked = self.rule.kind in c.ASKING_KINDS
        plan, _ = self.lowering.engine.prepared.reasons.out_of_force(self.rule)
        key: Key = (plan.code, None, False)
        return RuleColumns(
            self.rule.id, False, held.settled if held is not None else TRUE, FALSE if asked else None,
            held=held, unmet=((key, TRUE),),
        )  # fmt: skip

    def _eligibility(self, version: c.RuleVersion) -> RuleColumns:
        if version.requirement is None:
            written = None
        else:
            written = self.lowering.on(version.requirement, self.today, False, self.rule.id)
        eligible = TRUE if written is None else flag_of(written.value).term
        held = self._standing()
        settled = t.both(
            t.told(eligible),
            held.settled if held is not None else TRUE,
            TRUE if written is None else t.negated(written.open),
        )
        return RuleColumns(
            self.rule.id, True, self.lowering.stages.keep(settled), eligible,
            points=self._points(written) if written is not None else None, held=held,
            unmet=self._unmet([written] if written is not None else []),
        )  # fmt: skip

    def _amount(self, version: c.RuleVersion) -> RuleColumns:
        if version.amount is None:
            raise AssertionError("a fee has an amount")
        amount = self.lowering.on(version.amount, self.today, False, self.rule.id)
        due = [
            self.lowering.on(setting.value, self.today, False, self.rule.id)
            for setting in version.settings.get("due at", ())
            if self.day in setting.days and not isinstance(setting.value, tuple)
        ]
        requirement = self.lowering.requirement(self.rule, self.today, False)
        told = [amount, *([requirement] if requirement is not None else []), *due]
        settled = t.both(*(_is_settled(one.value) for one in told), *(t.negated(one.open) for one in told))
        return RuleColumns(
            self.rule.id, True, self.lowering.stages.keep(settled),
            None if requirement is None else flag_of(requirement.value).term,
            amount=self._exact(ordered_of(amount.value)), currency=version.amount.type.unit,
            unmet=self._unmet(told),
        )  # fmt: skip

    def _stage(self, version: c.RuleVersion) -> RuleColumns:
        if version.stage is None:
            raise AssertionError("a life cycle has stages")
        written = self.lowering.on(version.stage, self.today, False, self.rule.id)
        if not isinstance(written.value, Word):
            raise AssertionError("a stage is a word")
        settled = t.both(t.told(written.value.term), t.negated(written.open))
        within = self.lowering.engine.prepared.reasons.within(version.days, version.basis.cites)
        return RuleColumns(
            self.rule.id, True, self.lowering.stages.keep(settled), stage=written.value.term, held=self._standing(),
            unmet=self._each_once(self._branches(written, version.stage, within)),
        )  # fmt: skip

    def _choice(self, version: c.RuleVersion) -> RuleColumns:
        sql, stages = self.lowering.sql, self.lowering.stages
        told: list[Written] = []

        def on(node: c.Expr, rule: str = self.rule.id) -> Written:
            told.append(self.lowering.on(node, self.today, False, rule))
            return told[-1]

        window: Value = constant(True)
        reasons: list[tuple[Key, Term, Term]] = []
        for setting in version.settings.get("renewable", ()):
            if self.day in setting.days and isinstance(setting.value, tuple):
                first, last = (on(bound).value for bound in setting.value)
                window = is_open(sql, first, last, self.day)
                reasons.append(((f"{self.rule.id}.window", None, False), TRUE, _is_unmet(window)))
        may_choose = flag_of(window).term
        settled = [t.told(may_choose)]
        for setting in version.settings.get("renews to", ()):
            if self.day in setting.days and not isinstance(setting.value, tuple):
                following = self.lowering.on(setting.value, self.today, False, self.rule.id)
                # Outside of the days for it nothing is renewed.
                fine = t.both(_is_settled(following.value), t.negated(following.open))
                settled.append(t.either(t.negated(t.perhaps(may_choose)), fine))
        options: list[tuple[str, Term]] = []
        for option in version.options:
            if self.day not in option.days:
                continue
            asked = on(option.requirement) if option.requirement is not None else None
            both = sql.all_of((window, asked.value if asked is not None else constant(True)))
            options.append((option.name or NO_CHOICE, flag_of(both).term))
            if asked is not None:
                reasons += self._reasons(asked, TRUE, False, frozenset())
            for effect in (one for one in option.effects if self.day in one.days):
                for node in (effect.when, effect.up_to):
                    if node is not None:
                        on(node)
                fee = self.lowering.core.rules.get(effect.names[0]) if effect.verb == "pay" else None
                of_fee = fee.version_on(self.day) if fee is not None else None
                if fee is not None and of_fee is not None and of_fee.amount is not None:
                    on(of_fee.amount, fee.id)
        settled += [t.both(_is_settled(one.value), t.negated(one.open)) for one in told]
        return RuleColumns(
            self.rule.id, True, stages.keep(t.both(*settled)), options=tuple(options), unmet=self._each_once(reasons)
        )

    def _branches(self, stage: Written, node: c.Case, within: Within) -> Iterator[tuple[Key, Term, Term]]:
        """Yield whether the condition of each stage is not met, and what is asked in it, until one surely is."""
        reached: Term = TRUE
        for branch, test in zip(node.branches, stage.of("condition"), strict=False):
            plan, _ = within.of_branch(self.rule.id, branch)
            key: Key = (plan.code, None, False)
            yield key, reached, _is_unmet(test.value)
            yield from self._below(test, reached, False, frozenset((key,)))
            reached = self.lowering.stages.keep(t.both(reached, t.negated(t.surely(flag_of(test.value).term))))

    # ---- values

    def _exact(self, value: Ordered) -> tuple[Term, Term]:
        """Return a number as the columns of a decision hold it."""
        digits = len(str(max(abs(value.least), abs(value.most), 1)))
        # One digit less than there is: in some engines a product takes one more than it has.
        if digits + value.places >= DIGITS or digits - value.places > DIGITS - PLACES or value.places > PLACES:
            raise Cannot("a figure with more digits than a decision has")

        def of(term: Term) -> Term:
            if t.is_null(term):
                return t.cast(term, f"DECIMAL({DIGITS},{PLACES})")
            whole = t.cast(term, f"DECIMAL({digits},0)")
            if value.places:
                step = t.cast(
                    exp.Literal.string("0." + "0" * (value.places - 1) + "1"), f"DECIMAL({value.places},{value.places})"
                )
                whole = exp.Mul(this=whole, expression=step)
            return self.lowering.stages.keep(t.cast(whole, f"DECIMAL({DIGITS},{PLACES})"))

        return of(value.low.term), of(value.high.term)

    def _points(self, written: Written) -> tuple[Term, Term] | None:
        """Return the points of the score that is the rule's own."""
        scored = self.lowering.engine.prepared.scored
        waiting = [written]
        while waiting:
            part = waiting.pop()
            if isinstance(part.node, c.PassScore):
                return self._exact(ordered_of(part.the("value").value))
            if scored.within(part.node):
                if isinstance(part.node, c.Case | c.Lookup | c.Dated) or not t.is_true(part.present):
                    raise Cannot("a score that stands in one of several values")
                waiting.extend(reversed(part.parts))
        return None

    # ---- reasons

    def _unmet(self, tops: Sequence[Written]) -> tuple[tuple[Key, Term], ...]:
        """Return the reasons of a decision that are not met, in their order, each once."""
        return self._each_once(reason for top in tops for reason in self._reasons(top, TRUE, False, frozenset()))

    def _each_once(self, reasons: Iterable[tuple[Key, Term, Term]]) -> tuple[tuple[Key, Term], ...]:
        """Return whether each of the reasons is not met, each once."""
        found: dict[Key, list[tuple[Term, Term]]] = {}
        for key, present, unmet in reasons:
            found.setdefault(key, []).append((present, unmet))
        keep = self.lowering.stages.keep
        # A reason that stands in several places is told where it is told of first.
        told = (
            (key, t.chosen([(present, unmet) for present, unmet in places], FALSE)) for key, places in found.items()
        )
        return tuple((key, keep(term)) for key, term in told if not t.is_false(term))

    def _reasons(
        self, top: Written, present: Term, projected: bool, above: frozenset[Key]
    ) -> Iterator[tuple[Key, Term, Term]]:
        """Yield the requirements below a node: key, whether it is told of, whether it is not met; in the order of readers."""
        node = top.node
        if isinstance(node, c.Requirement):
            day = None if top.day is None or top.day == self.today else top.day.at
            key = (node.code, day, projected)
            yield key, present, _is_unmet(top.value)
            yield from self._below(top.the("value"), present, projected, above | {key})
            return
        yield from self._below(top, present, projected, above)

    def _below(
        self, top: Written, present: Term, projected: bool, above: frozenset[Key]
    ) -> Iterator[tuple[Key, Term, Term]]:
        if isinstance(top.node, c.Requirement):
            yield from self._reasons(top, present, projected, above)
            return
        projected = projected or isinstance(top.node, c.AsProjected)
        inner = self.lowering.stages.keep(t.both(present, top.present))
        for part, taken in self._in_order(top):
            if t.is_false(taken) or not (part.parts or isinstance(part.node, c.Requirement)):
                continue
            both = self.lowering.stages.keep(t.both(inner, taken))
            yield from self._below(part, both, projected, above)

    def _in_order(self, top: Written) -> Iterator[tuple[Written, Term]]:
        """Yield the parts of a node as readers are told of them, conditions first, each with whether it is told of."""
        taken = [TRUE] * len(top.parts)
        if isinstance(top.node, c.Case):
            here: Term = TRUE
            test: Term = TRUE
            for index, role in enumerate(top.roles):
                if role == "condition":
                    taken[index] = here
                    test = flag_of(top.parts[index].value).term
                else:
                    taken[index] = t.both(here, t.perhaps(test))
                    here = self.lowering.stages.keep(t.both(here, t.negated(t.surely(test))))
                    test = TRUE
        elif isinstance(top.node, c.Lookup) and any(_has_requirement(part) for part in top.of("value")):
            raise Cannot("a requirement in a row of a table")
        order = sorted(range(len(top.parts)), key=lambda index: top.roles[index] != "condition")
        for index in order:
            yield top.parts[index], taken[index]


def _has_requirement(top: Written) -> bool:
    return isinstance(top.node, c.Requirement) or any(map(_has_requirement, top.parts))


def _is_unmet(value: Value) -> Term:
    """Return whether a requirement is surely not met, or earned nothing; never unknown."""
    if isinstance(value, Flag):
        return t.surely(t.negated(value.term))
    points = ordered_of(value)
    zero = t.number(0)
    if points.exact is not None:
        return TRUE if points.exact == 0 else FALSE
    if points.is_point:
        return t.surely(t.equal(points.low.term, zero))
    return t.surely(t.both(t.equal(points.low.term, zero), t.equal(points.high.term, zero)))


def _is_settled(value: Value) -> Term:
    """Return whether only one value is left; never unknown."""
    match value:
        case Flag(term=term) | Word(term=term):
            return t.told(term)
        case Ordered() if value.is_point:
            return t.told(value.low.term)
        case Ordered():
            return t.surely(t.equal(value.low.term, value.high.term))
        case _:
            return TRUE
