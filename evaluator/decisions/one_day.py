"""The decisions over one partner's facts on one day: what each kind of rule decides, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set as AbstractSet

from dsl import core as c
from dsl.core.ranges import Range, Truth, Words, is_settled
from dsl.core.references import expressions
from dsl.core.written import Notes, Resting
from evaluator.compiled.question import Question
from evaluator.compiled.unboxed import TRUTHS
from evaluator.deadline import look_at_the_clock
from evaluator.decision import (
    ELIGIBILITY,
    Decision,
    Disagreement,
    EffectTaken,
    Missing,
    Said,
    Score,
)
from evaluator.decisions.choices import Choices
from evaluator.decisions.layout import Whole
from evaluator.decisions.missing import missing_of
from evaluator.decisions.scores import Scores, score_said
from evaluator.decisions.supplied import Supplied
from evaluator.explanation import Explanation
from evaluator.facts import Facts
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from evaluator.once import once
from evaluator.prepared import Prepared
from evaluator.reasons.expander import Context, Reason, reason_of_branch, reasons_of, told_once
from evaluator.reasons.sides import unit_of
from evaluator.reasons.statements import not_in_force, value_reason
from evaluator.register.standing import NEVER_ATTAINED, Standing
from evaluator.resting import NEXT, VALID, Rests, Stated, rests_on, stated_beside

MOST_DECIDED = 4_000
"""How many decisions are kept that are the same for many; then they are made anew."""


class OneDay:
    """The decisions over one partner's facts on one day."""

    def __init__(
        self,
        prepared: Prepared,
        facts: Facts,
        *,
        untold: bool = False,
        explained: bool = False,
        together: int = 1,
        trying: bool = False,
        reference: bool = False,
        written: bool = False,
        question: Question | None = None,
    ) -> None:
        self.prepared = prepared
        self.core = prepared.core
        self.facts = facts
        self.trying = trying
        """Only the result is wanted: what a value of a missing fact would lead to."""
        self.reference = reference
        self.compiled = trying and not reference
        """Whether compiled functions decide now."""
        self._deep = False
        """Whether all parts of what they decide are asked for."""
        self.written = written
        """Whether decisions are wanted as JSON alone, in full."""
        self.untold = untold
        self.together = together
        """How many rules are asked for."""
        self.explained = explained
        """Whether decisions hold why they are so, in full: reasons can be told from less."""
        self.question = question or Question(prepared.asked, facts)
        """What decides without why."""
        self._elsewhere = self.question.elsewhere
        self._rests = self.question.rests
        self._told = None if untold or trying else self.question.kept
        """Where reasons are kept: what several decisions share is told from one. None: no reason is told, so none is made."""
        self._tried: dict[frozenset[tuple[str, str | bool]], OneDay] = {}
        """The same facts with values told for missing ones: kept, as many rules miss the same."""
        self._led_to: dict[tuple[str, frozenset[tuple[str, str | bool]]], Decision] = {}

    def told(self, facts: Facts, names: AbstractSet[str], *, trying: bool) -> OneDay:
        """Return the decisions over changed facts: what the changes do not reach is as it is here, and not decided again.

        Args:
            facts: of the same day.
            names: all that is told otherwise: facts and measures by their names, lists as ``dsl.core.reached`` calls them.
            trying: only the result is wanted.
        """
        question = self.question.with_told(facts, facts.reaching(names, self.prepared.reached))
        return OneDay(self.prepared, facts, trying=trying, reference=self.reference, question=question)

    @property
    def interpreter(self) -> Interpreter:
        """What decides with why."""
        return self.question.interpreter

    def truth(self, rule: c.Rule) -> Truth | None:
        """Return whether a rule is met; None where nobody can be eligible for it."""
        at = Moment(self.facts.as_of, rule=rule)
        version = self.core.version_on(rule, at.day)
        if version is None:
            return Truth.FALSE if _is_attained(rule) else None
        decides = rule.of_kind.decides
        if decides in ("stage", "options", "value") or (decides == "amount" and version.requirement is None):
            return None
        if version.requirement is None:
            return Truth.TRUE
        return self._requirement(rule, at).truth

    def chosen(self, rule: c.Rule, name: str | None) -> Truth:
        """Return whether an option of a choice can be chosen: of the others nothing is decided."""
        at = Moment(self.facts.as_of, rule=rule)
        version = self.core.version_on(rule, at.day)
        if version is None:
            return Truth.FALSE
        return self._choices.chosen(version, name, at)

    @once
    def _choices(self) -> Choices:
        """What decides the options of choices."""
        return Choices(self._decide, self._effects, self.prepared.reasons)

    def _decide(self, node: c.Expr, at: Moment, *, deep: bool = False) -> Explanation:
        """Decide a node; with why where that is told, or where something is missing.

        ``deep``: what it is made of is told with all its parts, where anything is told.
        """
        if not self.compiled:
            return self.interpreter.evaluate(node, at)
        found = None if self._is_told else Explanation(node, self.question.value(node, at))
        if found is None or self._is_missed(found):
            found = self.question.record(node, at, deep=self._deep or (deep and self._is_told))
        if not self.trying:
            self._rests.know(found, self.question.notes(node, at))
        return found

    def _requirement(self, rule: c.Rule, at: Moment) -> Explanation:
        """Decide the requirement of a rule likewise."""
        if not self.compiled:
            return self.interpreter.requirement(rule, at)
        version = self.core.version_on(rule, at.day)
        asked = version.requirement if version is not None else None
        node = asked or c.Literal(value=version is not None, type=c.FLAG, origin=rule.origin)
        found = None if self._is_told else Explanation(node, self.question.is_met(rule, at.day))
        if found is None or self._is_missed(found):
            found = self.question.record_of_rule(rule, at.day, deep=self._deep)
        if not self.trying:
            self._rests.know(found, self.question.notes_of_rule(rule, at.day))
        return found

    @property
    def _is_told(self) -> bool:
        """Whether why is told, so that the parts of what is decided are asked for."""
        return self._told is not None or self._deep

    def _is_missed(self, found: Explanation) -> bool:
        """Whether it has to be told what is missing for it."""
        return not self.trying and not is_settled(found.range)

    def _why(
        self, rule: c.Rule, version: c.RuleVersion, at: Moment, context: Context
    ) -> tuple[Explanation, tuple[Reason, ...], Score | None]:
        """Decide the requirement of a rule and return its reasons and score: at once where it is settled and compiled."""
        if self.compiled and self._told is not None and not self._deep and version.requirement is not None:
            said = self.question.said(rule, version)
            if said is not None:
                found = Explanation(version.requirement, TRUTHS[said.is_met])
                self._rests.know(found, said.notes)
                reasons = said.reasons if said.is_told_once else told_once(said.reasons, set())
                score = score_said(said.score) if said.score != () else self._score(found, rule, at)
                return found, reasons, score
        found = self._requirement(rule, at)
        return found, told_once(reasons_of(found, context), set()), self._score(found, rule, at)

    def value(self, rule: c.Rule) -> Range | None:
        """Return the amount, stage or points of a rule."""
        at = Moment(self.facts.as_of, rule=rule)
        version = self.core.version_on(rule, at.day)
        if version is None or rule.of_kind.decides == "options":
            return None
        given = version.amount or version.stage
        if given is not None:
            return self._decide(given, at).range
        if version.requirement is None:
            return None
        if self.reference:
            score = self._scores.of(self.interpreter.requirement(rule, at))
        else:
            said = self.question.scored(rule, version.requirement)
            score = score_said(said) if said != () else self._scores.by_policies(rule, version.requirement, at)
        return score.points if score is not None else None

    def reasons(self, rule: c.Rule) -> tuple[Reason, ...]:
        """Return why a rule comes out as it does, those of its options too: the reasons of its decision, and nothing else.

        For callers that were told what comes out, and want it said of a few: what was read for that is not read again.
        """
        version = self.core.version_on(rule, self.facts.as_of)
        if version is None or rule.of_kind.decides != "eligibility":
            decided = self._telling.decision(rule)
            return (*decided.reasons, *(reason for option in decided.options for reason in option.reasons))
        return self._telling._reasons_alone(rule, version)

    @once
    def _telling(self) -> OneDay:
        """The same facts, with why."""
        if not self.trying:
            return self
        return OneDay(self.prepared, self.facts, reference=self.reference, question=self.question)

    def _reasons_alone(self, rule: c.Rule, version: c.RuleVersion) -> tuple[Reason, ...]:
        at = Moment(self.facts.as_of, rule=rule)
        self.compiled = not self.reference and self._is_worth_it(rule, of_many=True)
        try:
            return self._why(rule, version, at, self._context(version, at))[1]
        finally:
            self.compiled = False

    def _is_worth_it(self, rule: c.Rule, *, of_many: bool = False) -> bool:
        """Whether it is worth it to decide a rule by compiled functions."""
        return self.untold or (
            not self.explained
            and self.prepared.often.is_worth_it(rule, self.facts.as_of, self.together, of_many=of_many)
        )

    def decision(self, rule: c.Rule) -> Decision:
        """Decide a rule: once for all of whom the same little is told that it reads."""
        look_at_the_clock()
        who = None if self.reference or self.explained else self.prepared.alike.who(rule.id, self.facts)
        if who is None:
            return self._anew(rule)
        key = (rule.id, self.facts.as_of, who, self.trying, self.untold, self.written)
        found = self.prepared.decided.get(key)
        if found is None:
            found = self._anew(rule)
            if self.written:
                found = found._replace(said=Said(Whole(found), "", None))
            if len(self.prepared.decided) >= MOST_DECIDED:
                self.prepared.decided.clear()
            self.prepared.decided[key] = found
        return found

    def _anew(self, rule: c.Rule) -> Decision:
        """Decide a rule by compiled functions where it is asked about often, and nobody asks why in full."""
        if self.trying or self.reference or not self._is_worth_it(rule):
            return self._decided(rule)
        self.compiled, self._deep = True, self._may_disagree(rule)
        try:
            found = self._at_once(rule) if self.written and not self._deep else None
            return found or self._decided(rule)
        finally:
            self.compiled = self._deep = False

    def _at_once(self, rule: c.Rule) -> Decision | None:
        """Decide a rule and write its reasons at once; None where that cannot be done, or it is not settled."""
        day = self.facts.as_of
        version = self.core.version_on(rule, day)
        if version is None or rule.of_kind.decides != "eligibility" or version.effects:
            return None
        said = self.question.said_at_once(rule, version)
        if said is None:
            return None
        at = Moment(day, rule=rule)
        is_met = TRUTHS[said.is_met]
        standing = self._standing(rule, at) if rule.is_award else None
        figures, assumptions = self._rests_of(rule, version, said.notes, standing)
        badge = is_met if version.gives_badge_at_once(day) else None
        layout = self.prepared.layouts.of(
            rule,
            version,
            has_standing=standing is not None,
            has_badge=badge is not None,
            has_score=said.score is not None,
        )
        told = Decision(
            rule.id, version.title, rule.of_kind, True, eligibility=ELIGIBILITY[is_met], standing=standing, badge=badge,
            provisional_figures=figures, assumptions=assumptions, said=Said(layout, said.reasons, said.score),
        )  # fmt: skip
        if standing is None or standing.held is Truth.TRUE:
            return told
        if standing.held is Truth.UNKNOWN:
            told = told._replace(missing=tuple(self._missing(rule, told, ())))
        return self._with_first_check(told, rule, at)

    def _rests_of(
        self, rule: c.Rule, version: c.RuleVersion, notes: Notes, standing: Standing | None
    ) -> tuple[tuple[Resting, ...], tuple[Resting, ...]]:
        """Return the figures and assumptions that a decision rests on: of the same notes and dates they are found once."""
        day = self.facts.as_of
        dates = standing and (standing.next_due, standing.renews_to, standing.renews_due, standing.until)
        key = (rule.id, day, id(notes), dates)
        is_checked = standing is not None and standing.check is not None
        found = None if is_checked else self.prepared.rests.get(key)
        if found is None:
            rests = rests_on(self._rests, version, (), stated_beside(version, day), notes)
            if standing is not None:
                rests.on_standing(rule, standing)
            found = (notes, rests.figures, rests.assumptions)
            if not is_checked:
                self.prepared.rests.keep(key, found)
        return found[1], found[2]

    def _may_disagree(self, rule: c.Rule) -> bool:
        """Whether a measure was told that the rule may read, and the records say something else."""
        if not self._contradicted:
            return False
        version = self.core.version_on(rule, self.facts.as_of)
        if version is None:
            return False
        told = self.facts.reaching(self._contradicted, self.prepared.reached)
        return any(self.prepared.reached.by(node, told) for node in expressions(version))

    @once
    def _measures_told(self) -> AbstractSet[str]:
        """The measures that were told ready-made."""
        return self.core.named.keys() & self.facts.now.keys()

    @once
    def _supplied(self) -> Supplied:
        """Finds them in what was decided."""
        return Supplied(self._measures_told, self.facts, self.prepared.reached)

    @once
    def _contradicted(self) -> AbstractSet[str]:
        """The measures that were told of which the records may say something else."""
        measures = frozenset(self._measures_told)
        if not measures or self.question.are_open(measures):
            return frozenset()
        found: set[str] = set()
        for name in measures:
            named = self.core.named[name]
            reckoned = self.question.reckoned(named)
            if not is_settled(reckoned):
                continue
            told = self.facts.value(name, named.type, named.title, self.facts.as_of)[0]
            has_others = isinstance(self.facts.now[name], dict) or self.facts.is_projected
            if reckoned != told or has_others:
                found.add(name)
        return found

    def _decided(self, rule: c.Rule) -> Decision:
        day = self.facts.as_of
        at = Moment(day, rule=rule)
        version = self.core.version_on(rule, day)
        base = Decision(
            rule=rule.id,
            title=(version or rule).title,
            of_kind=rule.of_kind,
            in_force=version is not None,
            standing=self._standing(rule, at) if rule.is_award else None,
        )
        decided = self._out_of_force(base, rule) if version is None else self._in_force(base, rule, version, at)
        return self._with_first_check(decided, rule, at)

    def _standing(self, rule: c.Rule, at: Moment) -> Standing:
        """Return the standing of an award; the checks of its entries with why, but where only what comes out is wanted."""
        if not self.compiled:
            return self.interpreter.register.standing(rule.award, rule.level, at)
        if self.facts.never_attained:
            return NEVER_ATTAINED
        found = self.question.register.standing(rule.award, rule.level, at)
        if not self.trying and (found.check is not None or found.gaps):
            return self.question.telling.register.standing(rule.award, rule.level, at)
        return found

    # ---- by kind

    def _out_of_force(self, base: Decision, rule: c.Rule) -> Decision:
        reason = not_in_force(rule, self.facts.as_of, self.prepared.reasons)
        rests = Rests(self._rests)
        rests.on_out_of_force(rule, self.facts.as_of)
        base = base._replace(provisional_figures=rests.figures)
        if _is_attained(rule):
            missing = tuple(self._missing(rule, base, ()))
            return base._replace(eligibility="not_eligible", reasons=(reason,), missing=missing)
        return base._replace(reasons=(reason,))

    def _in_force(self, base: Decision, rule: c.Rule, version: c.RuleVersion, at: Moment) -> Decision:
        context = self._context(version, at)
        match rule.of_kind.decides:
            case "amount":
                return self._fee(base, rule, version, at, context)
            case "value":
                return self._measure(base, rule, version, at, context)
            case "stage":
                return self._stage(base, version, at, context)
            case "options":
                return self._choice(base, version, at, context)
            case "eligibility":
                explanation, reasons, score = self._why(rule, version, at, context)
                beside: list[Explanation] = []
                decided = base._replace(
                    eligibility=ELIGIBILITY[explanation.truth],
                    score=score,
                    reasons=reasons,
                    effects=self._effects(version.effects, at, beside),
                    badge=explanation.truth if version.gives_badge_at_once(at.day) else None,
                )
                return self._with_rest(decided, rule, version, [explanation], beside=beside)

    def _context(self, version: c.RuleVersion, at: Moment) -> Context:
        within = self.prepared.reasons.within(version.days, version.basis.cites)
        return Context(at.day, within, self._told, self._elsewhere)

    def _score(self, explanation: Explanation, rule: c.Rule, at: Moment) -> Score | None:
        """Return the score of a rule, where it has one of its own."""
        if self.trying and not self.reference:
            return None
        if not self.compiled or self._deep:
            return self._scores.of(explanation)
        if self._told is None or not explanation.parts:
            return self._scores.by_policies(rule, explanation.node, at)
        return self._scores.told_or_deep(explanation, rule, at)

    @once
    def _scores(self) -> Scores:
        """Finds the scores of rules."""
        return Scores(self.question, self.prepared.scored.within)

    def _fee(self, base: Decision, rule: c.Rule, version: c.RuleVersion, at: Moment, context: Context) -> Decision:
        if version.amount is None:
            raise AssertionError("a fee has an amount")
        # The sources of an amount are those of all that was taken for it.
        amount = self._decide(version.amount, at, deep=True)
        explanations = [amount]
        due: Explanation | None = None
        told: list[c.SettingVersion] = []
        beside: list[Explanation] = []
        for setting in version.settings.get("due at", ()):
            if at.day in setting.days and not isinstance(setting.value, tuple):
                due = self._decide(setting.value, at, deep=True)
                explanations.append(due)
                told.append(setting)
        requirement = self._requirement(rule, at) if version.requirement is not None else None
        reasons = (
            *value_reason(f"{rule.id}.amount", "Amount", amount, context),
            *(reasons_of(requirement, context) if requirement else ()),
        )
        if due is not None:
            reasons = (*reasons, *value_reason(f"{rule.id}.due", "Due", due, context))
        decided = base._replace(
            amount=amount.range,
            currency=amount.node.type.unit,
            due=due.range if due is not None else None,
            eligibility=ELIGIBILITY[requirement.truth] if requirement is not None else None,
            effects=self._effects(version.effects, at, beside),
            reasons=told_once(reasons, set()),
        )
        explanations += [requirement] if requirement is not None else []
        return self._with_rest(decided, rule, version, explanations, told, beside)

    def _measure(self, base: Decision, rule: c.Rule, version: c.RuleVersion, at: Moment, context: Context) -> Decision:
        if version.amount is None:
            raise AssertionError("a measure has a value")
        value = self._decide(version.amount, at, deep=True)
        decided = base._replace(
            amount=value.range,
            currency=unit_of(value.node.type),
            reasons=told_once(value_reason(f"{rule.id}.value", "Value", value, context), set()),
        )
        return self._with_rest(decided, rule, version, [value])

    def _stage(self, base: Decision, version: c.RuleVersion, at: Moment, context: Context) -> Decision:
        if version.stage is None:
            raise AssertionError("a life cycle has stages")
        explanation = self._decide(version.stage, at)
        stage = explanation.range if isinstance(explanation.range, Words) else Words()
        reasons: list[Reason] = []
        tests = explanation.of("condition")
        for branch, test in zip(version.stage.branches, () if self._told is None else tests, strict=False):
            reasons.append(reason_of_branch(base.rule, test, branch, context))
        decided = base._replace(stage=stage, reasons=told_once(reasons, set()))
        rule = self.core.rules[base.rule]
        return self._with_rest(decided, rule, version, [explanation])

    def _choice(self, base: Decision, version: c.RuleVersion, at: Moment, context: Context) -> Decision:
        decided, explanations, more = self._choices.choice(base, version, at, context)
        return self._with_rest(decided, self.core.rules[base.rule], version, explanations, more)

    def _effects(
        self, effects: Sequence[c.Effect], at: Moment, explanations: list[Explanation]
    ) -> tuple[EffectTaken, ...]:
        """Return what is taken, given, kept and lost, and note the explanations of why and how much."""
        result: list[EffectTaken] = []
        for effect in effects:
            if at.day not in effect.days:
                continue
            test = self._decide(effect.when, at) if effect.when is not None else None
            up_to = self._decide(effect.up_to, at) if effect.up_to is not None else None
            explanations.extend(part for part in (test, up_to) if part is not None)
            amount: Explanation | None = None
            if effect.verb == "pay":
                fee = self.core.rules.get(effect.names[0])
                version = self.core.version_on(fee, at.day) if fee is not None else None
                if version is not None and version.amount is not None:
                    amount = self._decide(version.amount, at._replace(rule=fee))
                    explanations.append(amount)
            result.append(
                EffectTaken(
                    effect.verb,
                    effect.names,
                    test.truth if test is not None else Truth.TRUE,
                    up_to.range if up_to is not None else None,
                    amount.range if amount is not None else None,
                    amount.node.type.unit if amount is not None else None,
                    effect.meant,
                )
            )
        return tuple(result)

    # ---- standing

    def _with_first_check(self, decided: Decision, rule: c.Rule, at: Moment) -> Decision:
        """Tell of an award that is not held and could be attained when it would be checked."""
        standing = decided.standing
        if standing is None or standing.held is not Truth.FALSE or decided.eligibility != "eligible" or self.trying:
            return decided
        register = (self.interpreter if self.reference else self.question.telling).register
        new = register.if_attained(rule, at)
        rests = Rests(self._rests)
        rests.note(decided)
        if new.next_due is not None:
            rests.on_settings(rule.award, new.next_due, NEXT)
            if new.would_be == register.anniversaries.own(at._replace(rule=rule)).exact:
                rests.on_settings(rule.award, at.day, VALID)
        return decided._replace(
            standing=standing._replace(next_check=new.next_check, would_be=new.would_be),
            provisional_figures=rests.figures,
            assumptions=rests.assumptions,
        )

    # ---- what is missing, what it rests on

    def _with_rest(
        self,
        decided: Decision,
        rule: c.Rule,
        version: c.RuleVersion,
        explanations: Sequence[Explanation],
        more: Sequence[Stated] = (),
        beside: Sequence[Explanation] = (),
    ) -> Decision:
        """Tell what would settle a decision, and what it rests on; ``beside`` it stands what decides an effect alone."""
        if self.trying:
            return decided
        more = [*more, *stated_beside(version, self.facts.as_of)]
        rests = rests_on(self._rests, version, [*explanations, *beside], more)
        standing = decided.standing
        if standing is not None:
            rests.on_standing(rule, standing)
        return decided._replace(
            explanations=tuple(explanations) if self.explained else (),
            missing=tuple(self._missing(rule, decided, explanations)),
            disagreements=tuple(self._disagreements(explanations)),
            provisional_figures=rests.figures,
            assumptions=rests.assumptions,
        )

    def _missing(self, rule: c.Rule, decided: Decision, explanations: Sequence[Explanation]) -> Iterable[Missing]:
        """Yield what would settle the decision."""
        if not self.trying:
            yield from missing_of(decided, explanations, lambda told: self._if_told(rule, told))

    def _if_told(self, rule: c.Rule, told: Mapping[str, str | bool]) -> Decision:
        """Decide once more with more facts."""
        key = frozenset(told.items())
        if key not in self._tried:
            data = {**self.facts.data, "facts": {**self.facts.section("facts", False), **told}}
            self._tried[key] = self.told(Facts(self.core, data, self.facts.as_of), told.keys(), trying=True)
        if (rule.id, key) not in self._led_to:
            self._led_to[rule.id, key] = self._tried[key].decision(rule)
        return self._led_to[rule.id, key]

    def _disagreements(self, explanations: Sequence[Explanation]) -> Iterable[Disagreement]:
        """Yield supplied measures that the records contradict."""
        if self.compiled and not self._deep:
            return  # the records say what was told
        for name, explanation in self._supplied.among(explanations):
            found = self._decide_plainly(self.core.named[name].value)
            if is_settled(found) and is_settled(explanation.range) and found != explanation.range:
                yield Disagreement(name, explanation.range, found)

    def _decide_plainly(self, node: c.Expr) -> Range:
        """Return what a node is on the day of the question, for no rule."""
        at = Moment(self.facts.as_of)
        return self.question.value(node, at) if self.compiled else self.interpreter.evaluate(node, at).range


def _is_attained(rule: c.Rule) -> bool:
    """Whether a rule that is not in force makes nobody eligible; of others it is not told then."""
    return rule.of_kind.asks
