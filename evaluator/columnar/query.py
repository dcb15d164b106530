"""The decisions of rules as columns of one query: outcome, points, amount, and which codes are not met.

A rule is settled for a partner where nothing that it says is left open; everybody else is decided by the row engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import takewhile

from sqlglot import exp

from dsl import core as c
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import Ordered, Value, Word, constant, flag_of, is_settled, ordered_of
from evaluator.columnar.days import exactly
from evaluator.columnar.held import Held
from evaluator.columnar.known import Known
from evaluator.columnar.layout import PARTNER
from evaluator.columnar.lowering import Lowering
from evaluator.columnar.missing import Gap
from evaluator.columnar.reasons import Key, Reason, is_unmet
from evaluator.columnar.results import DIGITS, NO_CHOICE, PLACES, in_order
from evaluator.columnar.steps import Step
from evaluator.columnar.terms import FALSE, NULL, TRUE, Cannot, Term
from evaluator.columnar.written import Written
from evaluator.engine import Engine
from evaluator.reasons.plan import Within
from evaluator.reasons.sides import unit_of
from evaluator.reasons.statements import is_open


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
    said: Term = TRUE
    """Whether all of it is told here, with what is missing where it is not known; never unknown itself."""
    missing: tuple[tuple[Gap, Term], ...] = ()
    """What can be missing, in the order of their pointers, each with whether it is; never unknown."""


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

    def steps(self) -> list[Step]:
        """Return the tables of all rules for DuckDB, and before them those that they are made of."""
        if self.lowering is None:
            raise AssertionError("a query is asked of what was lowered")
        partner = {PARTNER: t.column(PARTNER)}
        outputs = [{**partner, **dict(columns_of(rule, str(index)))} for index, rule in enumerate(self.rules.values())]
        return [*self.lowering.steps(outputs)]

    def forget(self) -> None:
        """Let go of all that the query was written with: what is left is what its columns are."""
        self.lowering = None
        # A column tells of one of the terms that it stands in, and that of others.
        for term in (t.TRUE, t.FALSE, t.NULL, *(term for rule in self.rules.values() for term in terms_of(rule))):
            term.parent = None

    def query(self, outputs: dict[str, Term]) -> exp.Select:
        """Return the query of some outputs, with those that it reads in it."""
        if self.lowering is None:
            raise AssertionError("a query is asked of what was lowered")
        return self.lowering.query(outputs)


def columns_of(rule: RuleColumns, prefix: str) -> Iterator[tuple[str, Term]]:
    """Yield the columns of a rule by name: ``s`` settled, ``d`` eligible, ``p`` and ``q`` points, ``a`` and ``b`` amounts, ``g`` stage, ``h`` held, ``f`` since, ``l`` until, ``o`` options, ``u`` not met, ``w`` the day of one that is of a day of a window, ``m`` missing, ``r`` and ``n`` of rows their places and whether more is told of their list."""
    yield f"s{prefix}", rule.said
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
    for index, ((_, on, _), term) in enumerate(rule.unmet):
        yield f"u{prefix}_{index}", term
        if isinstance(on, exp.Expression):
            yield f"w{prefix}_{index}", on
    for index, (gap, term) in enumerate(rule.missing):
        yield f"m{prefix}_{index}", term
        if gap.rows is not None:
            yield from ((f"r{prefix}_{index}", gap.rows.places), (f"n{prefix}_{index}", gap.rows.is_wrapped))


def terms_of(rule: RuleColumns) -> Iterator[Term]:
    """Yield all terms that are told of a rule."""
    yield from (term for _, term in columns_of(rule, ""))
    yield rule.settled


def lower(engine: Engine, rules: Sequence[str], as_of: date, known: Known, *, says_missing: bool = True) -> Lowered:
    """Return rules as a query; what cannot be written is told with why.

    Args:
        engine: the rules.
        rules: which of them.
        as_of: the day of the question.
        known: what is known of the tables.
        says_missing: whether it is told what is missing for decisions that are undetermined.
    """
    found = Lowered(lowering=Lowering(engine, as_of, known, says_missing=says_missing))
    for name in rules:
        try:
            found.rules[name] = _Rule(found.lowering, engine.core.asked(name)).columns()  # type: ignore[arg-type]
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
        self.reasons = lowering.reasons

    def columns(self) -> RuleColumns:
        """Return the columns of the rule.

        Raises:
            Cannot: it is not written.
        """
        version = self.rule.version_on(self.day)
        decides = self.rule.of_kind.decides
        if version is None:
            return self._out_of_force()
        if decides == "eligibility":
            return self._eligibility(version)
        if decides == "amount":
            return self._amount(version)
        if decides == "value":
            return self._value(version)
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
        asked = self.rule.of_kind.asks
        plan, _ = self.lowering.engine.prepared.reasons.out_of_force(self.rule)
        key: Key = (plan.code, None, False)
        return RuleColumns(
            self.rule.id, False, _is_known(held), FALSE if asked else None,
            held=held, unmet=((key, TRUE),), said=held.said if held is not None else TRUE,
            missing=self._in_order(held.lacks if held is not None and asked else ()),
        )  # fmt: skip

    def _eligibility(self, version: c.RuleVersion) -> RuleColumns:
        if version.requirement is None:
            written = None
        else:
            written = self.lowering.on(version.requirement, self.today, False, self.rule.id)
        eligible = TRUE if written is None else flag_of(written.value).term
        held = self._standing()
        whole = TRUE if written is None else t.negated(written.open)
        said, missing = self._missing(whole, [written] if written is not None else [], held)
        known = t.both(t.told(eligible), whole, _is_known(held))
        return RuleColumns(
            self.rule.id, True, self.lowering.stages.keep(known), eligible,
            points=self._points(written) if written is not None else None, held=held,
            unmet=self._unmet([written] if written is not None else []), said=said, missing=missing,
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
        settled = t.both(*(is_settled(one.value) for one in told), *(t.negated(one.open) for one in told))
        said, missing = self._missing(t.both(*(t.negated(one.open) for one in told)), told)
        return RuleColumns(
            self.rule.id, True, self.lowering.stages.keep(settled),
            None if requirement is None else flag_of(requirement.value).term,
            amount=self._exact(ordered_of(amount.value)), currency=version.amount.type.unit,
            unmet=self._unmet(told), said=said, missing=missing,
        )  # fmt: skip

    def _value(self, version: c.RuleVersion) -> RuleColumns:
        """Return the columns of a measure: a number is told as an amount is.

        Raises:
            Cannot: it is no number.
        """
        if version.amount is None or not version.amount.type.is_numeric:
            raise Cannot("a measure that is no number")
        return replace(self._amount(version), currency=unit_of(version.amount.type))

    def _stage(self, version: c.RuleVersion) -> RuleColumns:
        if version.stage is None:
            raise AssertionError("a life cycle has stages")
        written = self.lowering.on(version.stage, self.today, False, self.rule.id)
        if not isinstance(written.value, Word):
            raise AssertionError("a stage is a word")
        settled = t.both(t.told(written.value.term), t.negated(written.open))
        said, missing = self._missing(t.negated(written.open), [written])
        within = self.lowering.engine.prepared.reasons.within(version.days, version.basis.cites)
        return RuleColumns(
            self.rule.id, True, self.lowering.stages.keep(settled), stage=written.value.term, held=self._standing(),
            unmet=self._each_once(self._branches(written, version.stage, within)), said=said, missing=missing,
        )  # fmt: skip

    def _choice(self, version: c.RuleVersion) -> RuleColumns:
        sql, stages = self.lowering.sql, self.lowering.stages
        told: list[Written] = []

        def on(node: c.Expr, rule: str = self.rule.id) -> Written:
            told.append(self.lowering.on(node, self.today, False, rule))
            return told[-1]

        window: Value = constant(True)
        reasons: list[Reason] = []
        for setting in version.settings.get("renewable", ()):
            if self.day in setting.days and isinstance(setting.value, tuple):
                first, last = (on(bound).value for bound in setting.value)
                window = is_open(sql, first, last, self.day)
                reasons.append(((f"{self.rule.id}.window", None, False), TRUE, is_unmet(window)))
        may_choose = flag_of(window).term
        settled = [t.told(may_choose)]
        wholes: list[Term] = []
        later: list[Written] = []
        for setting in version.settings.get("renews to", ()):
            if self.day in setting.days and not isinstance(setting.value, tuple):
                following = self.lowering.on(setting.value, self.today, False, self.rule.id)
                # Outside of the days for it nothing is renewed.
                fine = t.both(is_settled(following.value), t.negated(following.open))
                settled.append(t.either(t.negated(t.perhaps(may_choose)), fine))
                wholes.append(t.negated(t.both(t.perhaps(may_choose), following.open)))
                later.append(following)
        options: list[tuple[str, Term]] = []
        for option in version.options:
            if self.day not in option.days:
                continue
            asked = on(option.requirement) if option.requirement is not None else None
            both = sql.all_of((window, asked.value if asked is not None else constant(True)))
            options.append((option.name or NO_CHOICE, flag_of(both).term))
            if asked is not None:
                reasons += self.reasons.below(asked, TRUE, False)
            for effect in (one for one in option.effects if self.day in one.days):
                for node in (effect.when, effect.up_to):
                    if node is not None:
                        on(node)
                fee = self.lowering.core.rules.get(effect.names[0]) if effect.verb == "pay" else None
                of_fee = fee.version_on(self.day) if fee is not None else None
                if fee is not None and of_fee is not None and of_fee.amount is not None:
                    on(of_fee.amount, fee.id)
        settled += [t.both(is_settled(one.value), t.negated(one.open)) for one in told]
        wholes += [t.negated(one.open) for one in told]
        found = self.lowering.missing
        if not self.lowering.says_missing:
            known = stages.keep(t.both(*settled))
            return RuleColumns(
                self.rule.id, True, known, options=tuple(options), unmet=self._each_once(reasons), said=known
            )
        asked_later = [(found.of(one), t.perhaps(may_choose)) for one in later]
        mask = found.united([*((found.of(one), TRUE) for one in told), *asked_later])
        # What it renews to is no part of what the values of a fact are tried for.
        is_said = found.is_said(mask, [] if later else told)
        return RuleColumns(
            self.rule.id, True, stages.keep(t.both(*settled)), options=tuple(options), unmet=self._each_once(reasons),
            said=stages.keep(t.both(*wholes, is_said)), missing=self._in_order(found.digits.gaps(mask)),
        )  # fmt: skip

    def _branches(self, stage: Written, node: c.Case, within: Within) -> Iterator[Reason]:
        """Yield whether the condition of each stage is not met, and what is asked in it, until one surely is."""
        reached: Term = TRUE
        for branch, test in zip(node.branches, stage.of("condition"), strict=False):
            plan, _ = within.of_branch(self.rule.id, branch)
            key: Key = (plan.code, None, False)
            yield key, reached, is_unmet(test.value)
            yield from self.reasons.parts(test, reached, False)
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
                if part.told:
                    raise Cannot("a score of some day of a window")
                if isinstance(part.node, c.Case | c.Lookup | c.Dated) or not t.is_true(part.present):
                    raise Cannot("a score that stands in one of several values")
                waiting.extend(reversed(part.parts))
        return None

    # ---- what is missing

    def _missing(
        self, whole: Term, tops: Sequence[Written], held: Held | None = None
    ) -> tuple[Term, tuple[tuple[Gap, Term], ...]]:
        """Return whether all of a decision is told here, and what can be missing for it.

        Args:
            whole: whether nothing else of it is left to the row engine.
            tops: what has to be known for it.
            held: what the register says of the award.
        """
        found = self.lowering.missing
        if not self.lowering.says_missing:
            known = t.both(*(is_settled(one.value) for one in tops), _is_known(held))
            return self.lowering.stages.keep(t.both(whole, known)), ()
        mask = found.of_all(tops)
        is_said = t.both(whole, found.is_said(mask, tops), held.said if held is not None else TRUE)
        gaps = dict(found.digits.gaps(mask))
        for gap, is_so in held.lacks if held is not None else ():
            gaps[gap] = t.either(gaps.get(gap, FALSE), is_so)
        return self.lowering.stages.keep(is_said), self._in_order(gaps.items())

    def _in_order(self, gaps: Iterable[tuple[Gap, Term]]) -> tuple[tuple[Gap, Term], ...]:
        """Return what can be missing in the order in which it is told."""
        return tuple(sorted(gaps, key=lambda one: in_order(one[0])))

    # ---- reasons

    def _unmet(self, tops: Sequence[Written]) -> tuple[tuple[Key, Term], ...]:
        """Return the reasons of a decision that are not met, in their order, each once."""
        return self._each_once(reason for top in tops for reason in self.reasons.below(top, TRUE, False))

    def _each_once(self, reasons: Iterable[Reason]) -> tuple[tuple[Key, Term], ...]:
        """Return whether each of the reasons is not met, each once."""
        found: dict[Key, list[tuple[Term, Term]]] = {}
        for key, present, unmet in reasons:
            found.setdefault(key, []).append((present, unmet))
        keep = self.lowering.stages.keep
        told: list[tuple[Key, Term]] = []
        for key, places in found.items():
            # A reason that stands in several places is told where it is told of first; one of a day of a window may be
            # one of another day that stands above.
            again = (
                t.both(t.either(*(present for present, _ in found[other])), self._is_of_one_day(other, key))
                for other in takewhile(lambda other, key=key: other != key, found)  # type: ignore[misc]
                if (other[0], other[2]) == (key[0], key[2])
            )
            unmet = t.chosen([(t.either(*again), FALSE), *places], FALSE)
            if not t.is_false(unmet):
                told.append((key, keep(unmet)))
        return tuple(told)

    def _is_of_one_day(self, one: Key, other: Key) -> Term:
        """Return whether two reasons are of the same day; never unknown."""
        if not isinstance(one[1], exp.Expression) and not isinstance(other[1], exp.Expression):
            return FALSE
        days = [
            on if isinstance(on, exp.Expression) else NULL if on is None else t.day(on) for on in (one[1], other[1])
        ]
        neither = t.both(*map(t.untold, days))
        return t.either(neither, t.surely(t.equal(days[0], days[1])))


def _is_known(held: Held | None) -> Term:
    """Return whether a standing is said, and not open; never unknown."""
    return TRUE if held is None else t.both(held.said, t.told(held.held))
