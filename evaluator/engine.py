"""The engine: a policy document ready to decide. Immutable, safe to share between threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version as installed_version
from typing import TYPE_CHECKING, Any, Protocol, Self

from dsl import core as c
from dsl.core.ranges import Range, Truth
from dsl.diagnostics import nearest
from evaluator import limits
from evaluator.acceptance.facts_schema import FactsReader
from evaluator.acceptance.hints import Hints
from evaluator.compiled.beside import Alongside, OtherPolicies
from evaluator.decision import (
    ELIGIBILITY,
    Answer,
    Decision,
    Detail,
)
from evaluator.decisions.one_day import OneDay
from evaluator.facts import Facts
from evaluator.identity import AnswerKeys
from evaluator.moment import Moment
from evaluator.prepared import Prepared
from evaluator.reasons.expander import Reason
from evaluator.register.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsl.core.keys import Keys
    from dsl.document import Document

Json = Any


class Policies(Protocol):
    """Policies that were checked; who decides asks for the core alone."""

    @property
    def document(self) -> Document:
        """The document."""

    @property
    def core(self) -> c.Core:
        """What it was lowered to."""


def engine_name() -> str:
    """Return name and version of the engine, as written into answers."""
    try:
        return f"merit {installed_version('merit')}"
    except PackageNotFoundError:
        return "merit (not installed)"


MEASURES = "measure."
"""What names of measures begin with, among all that can be asked: a pattern of rules names none of them."""


def found_in(rules: Mapping[str, c.Rule], pattern: str) -> list[c.Rule]:
    """Return the rules that a pattern names: by an id, by an award for all its levels, or by ``*``."""
    if pattern in rules:
        return [rules[pattern]]
    found = [rule for rule in rules.values() if rule.award == pattern and rule.level is not None]
    if not found and "*" in pattern:
        found = [rule for rule_id, rule in rules.items() if fnmatchcase(rule_id, pattern)]
    return found


class UnknownRule(LookupError):
    """A query names a rule that the policies do not have."""

    def __init__(self, name: str, suggestion: str | None) -> None:
        self.name = name
        self.suggestion = suggestion
        super().__init__(f"there is no rule `{name}`")


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: rules by id or pattern (``specialization.*``), for a day, about a partner's facts."""

    decide: tuple[str, ...]
    as_of: date
    facts: Mapping[str, Json]
    request_id: str | None = None
    detail: Detail = "full"
    explained: bool = False
    """Whether decisions hold why they are so, in full (``Decision.explanations``): reasons can be told from less."""
    written: bool = False
    """Whether the answer is wanted as JSON alone (``Answer.as_text``): its decisions may hold no more than what came out."""


class Engine:
    """Decides queries over one policy document."""

    def __init__(self, document: Document, core: c.Core | None = None, *, reference: bool = False) -> None:
        """Take the core that was made when the document was loaded, or lower the document.

        Args:
            document: the policies.
            core: what they were lowered to.
            reference: whether everything is decided by the interpreter, also what compiled functions decide faster.

        Raises:
            PolicyErrors: the document has errors.
        """
        if core is None:
            # Here and not above: whose policies were lowered already needs nothing of that.
            from dsl.lower.to_core import core_of

            core = core_of(document)
        self._take(lambda: document, core, reference=reference)

    @classmethod
    def of(cls, policies: Policies, *, reference: bool = False) -> Self:
        """Return an engine over policies that were checked, whose document is read when somebody asks for it."""
        engine = cls.__new__(cls)
        engine._take(lambda: policies.document, policies.core, reference=reference)
        return engine

    def _take(self, document: Callable[[], Document], core: c.Core, *, reference: bool) -> None:
        self._read_document = document
        self.core = core
        self.reader = FactsReader(core)
        self.prepared = Prepared(core)
        self.hints = Hints(core)
        self.reference = reference
        self._engine = engine_name()

    def over(self, document: Document, core: c.Core) -> Engine:
        """Return an engine over another document with the same vocabulary, its core already made."""
        other = Engine.__new__(Engine)
        other._read_document, other.core = lambda: document, core
        other.reader, other.hints, other._engine = self.reader, self.hints, self._engine
        other.reference = self.reference
        other.prepared = Prepared(core)
        return other

    @cached_property
    def document(self) -> Document:
        """The policies as they are meant."""
        return self._read_document()

    @property
    def name(self) -> str:
        """Name and version, as written into answers."""
        return self._engine

    @cached_property
    def keys(self) -> AnswerKeys:
        """The keys of the answers: what is decided equally has equal ones."""
        return AnswerKeys(self.core, self._engine)

    # ---- asking

    def rules(self, pattern: str) -> list[c.Rule]:
        """Return the rules that a pattern names: an id, an award's id for all its levels, or with ``*``.

        Raises:
            UnknownRule: it names none.
        """
        return self._found(pattern, self.core.rules)

    def asked(self, pattern: str) -> list[c.Rule]:
        """Return what a pattern names of all that can be asked: ``rules``, or measures, ``measure.`` and their names.

        Raises:
            UnknownRule: it names none.
        """
        return self._found(pattern, self.core.measures if pattern.startswith(MEASURES) else self.core.rules)

    def _found(self, pattern: str, among: Mapping[str, c.Rule]) -> list[c.Rule]:
        found = found_in(among, pattern)
        if not found:
            measure = f"{MEASURES}{pattern}"
            near = measure if measure in self.core.measures else nearest(pattern, [*among, *self.core.awards])
            raise UnknownRule(pattern, near)
        return found

    def found(self, pattern: str) -> list[c.Rule]:
        """Return what a pattern names of all that can be asked, nothing where there is none."""
        return found_in(self.core.measures if pattern.startswith(MEASURES) else self.core.rules, pattern)

    def truth(self, rule: str, facts: Mapping[str, Json], as_of: date) -> Truth | None:
        """Return whether a partner meets a rule on a day: what ``decide`` tells as eligibility, without its reasons.

        For callers that want many. None is what has no eligibility: a life cycle, a choice, a fee without condition.

        Raises:
            DayOutside, FactErrors, UnknownRule: as ``decide``.
        """
        return self._one(facts, as_of).truth(self._rule(rule))

    def value(self, rule: str, facts: Mapping[str, Json], as_of: date) -> Range | None:
        """Return what a rule gives on a day, without its reasons: an amount, a stage, a score's points, a measure's value.

        For callers that want many. None is what gives no value: a rule without a score, or one that is not in force.

        Raises:
            DayOutside, FactErrors, UnknownRule: as ``decide``.
        """
        return self._one(facts, as_of).value(self._rule(rule))

    def outcomes(self, rule: str, facts: Mapping[str, Json], as_of: date) -> Mapping[str, Range]:
        """Return all that a rule comes to on a day, without its reasons: eligibility, amount, stage, and each option.

        For callers that compare what comes out. What a rule does not decide, or is not in force for, is left out.

        Raises:
            DayOutside, FactErrors, UnknownRule: as ``decide``.
        """
        decided = self._one(facts, as_of).decision(self._rule(rule))
        told: dict[str, Range | None] = {
            "eligibility": None if decided.eligibility is None else _TRUTHS[decided.eligibility],
            decided.amount_is: decided.amount,
            "stage": decided.stage,
            **{f"option {one.name or 'no choice'}": _TRUTHS[one.eligibility] for one in decided.options},
        }
        return {name: range_ for name, range_ in told.items() if range_ is not None}

    def meets(self, condition: c.Expr, facts: Mapping[str, Json], as_of: date) -> Truth:
        """Return whether a partner meets a condition of these policies on a day: one that no rule asks, as a property's.

        Raises:
            DayOutside, FactErrors: as ``decide``.
        """
        return self._one(facts, as_of).interpreter.evaluate(condition, Moment(as_of)).truth

    def outcomes_of(self, query: Query) -> tuple[Decision, ...]:
        """Decide the rules of a query for callers that want what comes out alone, whatever detail it asks for.

        The decisions have eligibility, amount, stage, options and standing, and nothing else: no reasons, no score, not
        what is missing or what they rest on.

        Raises:
            DayOutside, FactErrors, UnknownRule: as ``decide``.
        """
        rules = self._asked(query)
        one = self._one(query.facts, query.as_of)
        return tuple(one.decision(self.core.asked(rule)) for rule in rules)

    def compared(
        self, facts: Mapping[str, Json], as_of: date, beside: tuple[Outcomes, Alongside] | None = None
    ) -> Outcomes:
        """Return what decides rules for callers that compare what comes out for many partners.

        Args:
            facts: of a partner, which the reader has accepted.
            as_of: the day, inside of the span that can be asked about.
            beside: what other policies decide of the same partner on the same day, and what means the same to both: that is
                not decided again.
        """
        read = Facts(self.core, facts, as_of)
        if beside is None:
            return Outcomes(self, OneDay(self.prepared, read, trying=True, reference=self.reference))
        others, alongside = beside
        if alongside.reads_alike:
            read = others.one.facts
        one = OneDay(self.prepared, read, trying=True, reference=self.reference)
        one.question.before = OtherPolicies(others.one.question, alongside)
        return Outcomes(self, one)

    def alongside(self, others: Engine, keys: tuple[Keys, Keys]) -> Alongside:
        """Return which nodes mean the same to other policies and to these.

        Args:
            others: an engine over the other policies.
            keys: of the others and of these, made to be held against each other.
        """
        theirs, own = keys
        return Alongside((others.prepared.asked.twin, theirs), (self.prepared.asked.twin, own))

    def _asked(self, query: Query) -> list[str]:
        return list(dict.fromkeys(rule.id for pattern in query.decide for rule in self.asked(pattern)))

    def _rule(self, rule_id: str) -> c.Rule:
        among = self.core.measures if rule_id.startswith(MEASURES) else self.core.rules
        if rule_id not in among:
            raise UnknownRule(rule_id, nearest(rule_id, list(among)))
        return among[rule_id]

    def _one(self, facts: Mapping[str, Json], as_of: date) -> OneDay:
        if not limits.is_inside(as_of):
            raise limits.DayOutside(as_of)
        self.reader.check(facts)
        return OneDay(self.prepared, Facts(self.core, facts, as_of), trying=True, reference=self.reference)

    def decide(self, query: Query, *, most_problems: int = limits.MAX_PROBLEMS) -> Answer:
        """Decide the rules of a query.

        Args:
            query: what is asked.
            most_problems: how many places of refused facts are told.

        Raises:
            DayOutside: the day lies outside of the span that can be asked about (``evaluator.limits``).
            FactErrors: the facts do not fit the vocabulary.
            UnknownRule: the query names a rule that does not exist.
        """
        if not limits.is_inside(query.as_of):
            raise limits.DayOutside(query.as_of)
        self.reader.check(query.facts, most=most_problems)
        rules = self._asked(query)
        facts = Facts(self.core, query.facts, query.as_of)
        untold = query.detail == "none"
        one = OneDay(
            self.prepared,
            facts,
            untold=untold,
            explained=query.explained,
            together=len(rules),
            reference=self.reference,
            written=query.written and query.detail == "full" and not query.explained,
        )
        decisions = tuple(one.decision(self.core.asked(rule)) for rule in rules)
        return Answer(
            query.request_id, query.as_of, self.core.digest, self.core.version, self._engine, decisions, query.detail,
            facts=query.facts, hinting=self.hints, keying=self.keys, reading=facts,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What comes out for a partner on a day, rule by rule; why, where it is asked for."""

    engine: Engine
    one: OneDay

    def of(self, rule: str) -> tuple[Decision, Range | None]:
        """Decide a rule as ``outcomes_of`` does, with its points, where it has some.

        Raises:
            UnknownRule: there is no such rule.
        """
        asked = self.engine._rule(rule)
        points = self.one.value(asked) if asked.of_kind.decides == "eligibility" else None
        return self.one.decision(asked), points

    def reasons(self, rule: str) -> tuple[Reason, ...]:
        """Return why a rule comes out as it does, its options too: the reasons that ``decide`` tells.

        Raises:
            UnknownRule: there is no such rule.
        """
        return self.one.reasons(self.engine._rule(rule))


_TRUTHS = {word: truth for truth, word in ELIGIBILITY.items()}


def one_day(engine: Engine, facts: Mapping[str, Json], day: date, *, told: bool = True) -> OneDay:
    """Return the decisions over facts that fit the vocabulary on a day, for callers that go from day to day.

    Args:
        engine: what decides.
        facts: they are not checked here.
        day: the day.
        told: whether reasons are wanted.
    """
    return OneDay(engine.prepared, Facts(engine.core, facts, day), untold=not told)


def standing_of(engine: Engine, award: str, facts: Mapping[str, Json], as_of: date) -> Standing:
    """Return the standing of an award on a day, for callers that need no decision."""
    one = OneDay(engine.prepared, Facts(engine.core, facts, as_of))
    return one.interpreter.register.standing(award, None, Moment(as_of))


def standing_if_attained(engine: Engine, rule: c.Rule, facts: Mapping[str, Json], day: date) -> Standing:
    """Return the anniversary and the first check that an award would have, were it attained on a day."""
    one = OneDay(engine.prepared, Facts(engine.core, facts, day))
    return one.interpreter.register.if_attained(rule, Moment(day))
