"""Decisions and answers, as data and as JSON (``schemas/answer``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, assert_never

import orjson

from dsl.core import Citation, RuleKind
from dsl.core.ranges import NEVER, Dates, Numbers, Range, Span, Truth, Words, is_settled
from dsl.core.written import Resting
from dsl.json_values import decimal_text
from evaluator.acceptance.hints import Hint, Hints
from evaluator.deadline import look_at_the_clock
from evaluator.explanation import Explanation, Gap, OfGroup
from evaluator.facts import Facts
from evaluator.identity import AnswerKeys
from evaluator.reasons.expander import Asked, Bound, Reason, Required, is_not_known, plain
from evaluator.register.standing import Standing

Json = Any
Eligibility: TypeAlias = Literal["eligible", "not_eligible", "undetermined"]
Detail: TypeAlias = Literal["none", "summary", "full"]

ELIGIBILITY: dict[Truth, Eligibility] = {
    Truth.TRUE: "eligible",
    Truth.FALSE: "not_eligible",
    Truth.UNKNOWN: "undetermined",
}
HELD = {Truth.TRUE: "held", Truth.FALSE: "not_held", Truth.UNKNOWN: "undetermined"}


@dataclass(frozen=True, slots=True)
class Score:
    """Points, what they are out of, and the mark."""

    points: Numbers
    out_of: Decimal
    needed: Numbers


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that would narrow the decision; for a flag or choice, what each value would lead to."""

    gap: Gap
    leads_to: tuple[tuple[str | bool, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A supplied measure that the records contradict; the supplied value was used."""

    name: str
    supplied: Range
    from_records: Range


class EffectTaken(NamedTuple):
    """What an option pays, gives, keeps or loses, and whether its condition holds."""

    verb: str
    names: tuple[str, ...]
    applies: Truth
    up_to: Range | None = None
    amount: Range | None = None
    currency: str | None = None
    meant: tuple[str, ...] = ()
    """Ids of all that the names stand for."""


class OptionDecision(NamedTuple):
    """One option of a choice."""

    name: str | None
    code: str
    title: str
    eligibility: Eligibility
    effects: tuple[EffectTaken, ...]
    reasons: tuple[Reason, ...]
    cites: tuple[Citation, ...]
    assumes: tuple[str, ...]
    at: str


class Said(NamedTuple):
    """What is written at once of a decision."""

    layout: Layout
    """Writes the decision."""
    reasons: str
    """As JSON, one after the other with commas between."""
    score: str | None
    """As JSON; None where it has none."""


class Layout(Protocol):
    """Writes decisions of one version of a rule as JSON."""

    def text(self, decided: Decision, said: Said) -> str:
        """Return the text of a decision, without its key."""


class Decision(NamedTuple):
    """One rule's part of an answer; which of the typed fields is there depends on the kind."""

    rule: str
    title: str
    of_kind: RuleKind
    in_force: bool
    explanations: tuple[Explanation, ...] = ()
    """Why, in full, where the query asks for it: of the requirement, amount, stage, and of each option."""
    eligibility: Eligibility | None = None
    score: Score | None = None
    amount: Range | None = None
    """The amount of a rule that decides one; of a measure its value."""
    currency: str | None = None
    """The unit of the amount: its currency; of a measure any, or none."""
    due: Range | None = None
    stage: Words | None = None
    options: tuple[OptionDecision, ...] = ()
    pick: str | None = None
    window: tuple[date, date] | None = None
    renews_to: Range | None = None
    """The anniversary that follows from a choice of the day; None where nothing can be chosen, or the rule sets none."""
    effects: tuple[EffectTaken, ...] = ()
    standing: Standing | None = None
    badge: Truth | None = None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Missing, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    provisional_figures: tuple[Resting, ...] = ()
    assumptions: tuple[Resting, ...] = ()
    said: Said | None = None
    """Its reasons and its score as they are written, where that alone was wanted: then they stand nowhere else."""

    @property
    def kind(self) -> str:
        """The word that begins its rule."""
        return self.of_kind.name

    @property
    def amount_is(self) -> str:
        """What its amount is called: of a measure it is the value."""
        return "value" if self.of_kind.decides == "value" else "amount"

    @property
    def outcome(self) -> str:
        """The decision in a word or figure: what a change of facts would change."""
        if self.eligibility is not None:
            return self.eligibility
        if self.stage is not None:
            return self.stage.exact or "undetermined"
        if self.amount is not None:
            value = range_json(self.amount)
            told = str(value).lower() if isinstance(value, bool) else str(value)
            return told if is_settled(self.amount) else "undetermined"
        return "/".join(option.eligibility for option in self.options)


@dataclass(frozen=True, slots=True)
class Answer:
    """All decisions of a query, and what they were decided with."""

    request_id: str | None
    as_of: date
    digest: str
    version: str
    engine: str
    decisions: tuple[Decision, ...]
    detail: Detail = "full"
    facts: Mapping[str, Json] = field(default_factory=dict)
    hinting: Hints | None = None
    keying: AnswerKeys | None = None
    reading: Facts | None = None
    """The facts as they were read to decide."""
    projection: Mapping[str, Json] | None = None
    """By when and by what the facts were projected, where that was asked for; None where they are as they were told."""

    @property
    def keys(self) -> Mapping[str, str]:
        """The key of each decision, by its rule: equal where the same policies are asked the same of like facts."""
        if self.keying is None:
            return {}
        rules = [decision.rule for decision in self.decisions]
        return self.keying.of(rules, self.facts, self.as_of, facts=self.reading)

    def as_json_of(self, decisions: Sequence[Decision]) -> list[Json]:
        """Return some of the decisions as ``schemas/answer`` describes them, each with its key."""
        keys = self.keys
        told = []
        for decision in decisions:
            look_at_the_clock()
            told.append(decision_json(decision, self.detail, keys.get(decision.rule)))
        return told

    def as_text(self) -> str:
        """Return the JSON of the answer: what was written at once stands in it as it is."""
        keys, written = self.keys, []
        for decision in self.decisions:
            look_at_the_clock()
            key = keys.get(decision.rule)
            if decision.said is None:
                written.append(in_one_line(decision_json(decision, self.detail, key)))
            else:
                text = decision.said.layout.text(decision, decision.said)
                written.append(text if key is None else f'{{"answer_key":"{key}",{text[1:]}')
        before, after = self._envelope
        decisions = f'"decisions":[{",".join(written)}]'
        behind = f",{in_one_line(after)[1:]}" if after else "}"
        return f"{in_one_line(before)[:-1]},{decisions}{behind}"

    @property
    def hints(self) -> tuple[Hint, ...]:
        """What the facts tell that no rule knows."""
        return self.hinting.of(self.facts) if self.hinting is not None else ()

    def as_json(self) -> dict[str, Json]:
        """Return the answer as ``schemas/answer`` describes it."""
        before, after = self._envelope
        return {**before, "decisions": self.as_json_of(self.decisions), **after}

    @property
    def _envelope(self) -> tuple[dict[str, Json], dict[str, Json]]:
        """What stands before the decisions, and what behind them."""
        head = {} if self.request_id is None else {"request_id": self.request_id}
        hints = [hint.as_json() for hint in self.hints]
        before = {
            **head,
            "as_of": self.as_of.isoformat(),
            "policy": {"digest": self.digest, "version": self.version},
            "engine": self.engine,
            **({"projection": dict(self.projection)} if self.projection is not None else {}),
        }
        return before, {"hints": hints} if hints else {}


def in_one_line(value: Json) -> str:
    """Write what an answer is made of: texts, booleans, lists and objects, with nothing between."""
    return orjson.dumps(value).decode()


# ---- JSON -----------------------------------------------------------------------------------------------------


def range_json(range_: Range) -> Json:
    """Write a range: a value, ``{"from": ..., "to": ...}``, ``{"one_of": [...]}`` or ``"unknown"``."""
    if isinstance(range_, Numbers):
        low, high = range_.low, range_.high
        if low is not None and high is not None and (low is high or low == high):
            return decimal_text(low)
        if low is None and high is None:
            return "unknown"
        return {
            **({} if low is None else {"from": decimal_text(low)}),
            **({} if high is None else {"to": decimal_text(high)}),
        }
    match range_:
        case Truth():
            return "unknown" if range_ is Truth.UNKNOWN else range_ is Truth.TRUE
        case Dates(low=low_day, high=high_day):
            if low_day is not None and low_day == high_day:
                return _day(low_day)
            if low_day is None and high_day is None:
                return "unknown"
            return {
                **({} if low_day is None else {"from": _day(low_day)}),
                **({} if high_day is None else {"to": _day(high_day)}),
            }
        case Words(options=options):
            if options is None:
                return "unknown"
            return range_.exact if range_.exact is not None else {"one_of": sorted(options)}
        case Span(duration=duration):
            return "unknown" if duration is None else f"P{duration.months}M{duration.days}D"
        case _:
            assert_never(range_)


def required_json(required: Required) -> Json:
    """Write what a reason requires: a range, a bound like ``"<= 30"``, or words."""
    if isinstance(required, Asked):
        return required.text
    if isinstance(required, Bound):
        told = _figure_json(required.of)
        return f"{required.op} {told if isinstance(told, str) else plain(required.of)}"
    return _figure_json(required)


def _figure_json(figure: Range) -> Json:
    return "unknown" if is_not_known(figure) else range_json(figure)


def _day(day: date) -> str:
    return "never" if day == NEVER else day.isoformat()


def kind_json(kind: RuleKind) -> dict[str, Json]:
    """Write the kind of a rule: its word, and the language's where the programme has a word of its own."""
    return {"kind": kind.name} if kind.like is None else {"kind": kind.name, "like": kind.like}


def decision_json(decision: Decision, detail: Detail, key: str | None = None) -> dict[str, Json]:
    """Write a decision; ``detail`` says how much of its reasons, ``key`` what tells it from others of its rule."""
    if decision.said is not None:
        told = orjson.loads(decision.said.layout.text(decision, decision.said))
        return {**({} if key is None else {"answer_key": key}), **told}
    result: dict[str, Json] = {
        **({} if key is None else {"answer_key": key}),
        "rule": decision.rule,
        "title": decision.title,
        **kind_json(decision.of_kind),
        "in_force": decision.in_force,
    }
    if decision.eligibility is not None:
        result["eligibility"] = decision.eligibility
    if decision.score is not None:
        result["score"] = score_json(decision.score)
    if decision.amount is not None and decision.amount_is == "value":
        unit = {"unit": decision.currency} if decision.currency is not None else {}
        result["value"] = {"value": range_json(decision.amount), **unit}
    elif decision.amount is not None:
        result["amount"] = {"value": range_json(decision.amount), "currency": decision.currency}
    if decision.due is not None:
        result["due"] = range_json(decision.due)
    if decision.stage is not None:
        result["stage"] = range_json(decision.stage)
    if decision.of_kind.decides == "options":
        result["options"] = [_option_json(option, detail) for option in decision.options]
        if decision.pick is not None:
            result["pick"] = decision.pick
        if decision.window is not None:
            result["window"] = {"from": decision.window[0].isoformat(), "through": decision.window[1].isoformat()}
        if decision.renews_to is not None:
            result["renews_to"] = range_json(decision.renews_to)
    if decision.effects:
        result["effects"] = [_effect_json(effect) for effect in decision.effects]
    if decision.standing is not None:
        result["standing"] = standing_json(decision.standing)
    if decision.badge is not None:
        result["badge"] = range_json(decision.badge)
    if detail != "none":
        result["reasons"] = [reason_json(reason, detail) for reason in decision.reasons]
    result["missing"] = [missing_json(missing) for missing in decision.missing]
    if decision.disagreements:
        result["disagreements"] = [
            {"measure": item.name, "supplied": range_json(item.supplied), "from_records": range_json(item.from_records)}
            for item in decision.disagreements
        ]
    result["provisional_figures"] = figures_json(decision.provisional_figures)
    result["assumptions"] = assumptions_json(decision.assumptions)
    return result


def figures_json(figures: Sequence[Resting]) -> list[Json]:
    """Write the provisional figures that something rests on."""
    return [{"figure": item.text, "at": item.at} for item in figures]


def assumptions_json(assumptions: Sequence[Resting]) -> list[Json]:
    """Write the readings that something rests on."""
    return [{"assumption": item.text, "at": item.at} for item in assumptions]


def score_json(score: Score) -> dict[str, Json]:
    """Write a score."""
    return {
        "points": range_json(score.points),
        "out_of": decimal_text(score.out_of),
        "needed": required_json(score.needed),
    }


def standing_json(standing: Standing) -> dict[str, Json]:
    """Write a standing."""
    result: dict[str, Json] = {"held": HELD[standing.held]}
    days = {
        "since": standing.since,
        "until": standing.until,
        "next_check": standing.next_check,
        "renews_to": standing.renews_to,
    }
    result.update((name, day.isoformat()) for name, day in days.items() if day is not None)
    if standing.level is not None:
        result["level"] = standing.level
    return result


def _effect_json(effect: EffectTaken) -> dict[str, Json]:
    result: dict[str, Json] = {"effect": effect.verb, "of": list(effect.names), "applies": range_json(effect.applies)}
    if effect.up_to is not None:
        result["up_to"] = range_json(effect.up_to)
    if effect.amount is not None:
        result["amount"] = {"value": range_json(effect.amount), "currency": effect.currency}
    return result


def _option_json(option: OptionDecision, detail: Detail) -> dict[str, Json]:
    result: dict[str, Json] = {
        "option": option.name or "no_choice",
        "code": option.code,
        "title": option.title,
        "eligibility": option.eligibility,
        "effects": [_effect_json(effect) for effect in option.effects],
    }
    if detail != "none":
        result["reasons"] = [reason_json(reason, detail) for reason in option.reasons]
    result["cite"] = [{"source": cite.source, "place": cite.place} for cite in option.cites]
    result["at"] = option.at
    return result


def missing_json(missing: Missing) -> dict[str, Json]:
    """Write what is missing."""
    gap = missing.gap
    result: dict[str, Json] = {"kind": gap.kind, "pointer": gap.pointer, "title": gap.title}
    if gap.type is not None:
        result["type"] = str(gap.type)
    if gap.day is not None:
        result["on"] = gap.day.isoformat()
    if gap.since is not None:
        result["since"] = gap.since.isoformat()
    if gap.note:
        result["note"] = gap.note
    if missing.leads_to:
        result["values"] = [{"value": value, "leads_to": outcome} for value, outcome in missing.leads_to]
    return result


def reason_json(reason: Reason, detail: Detail) -> dict[str, Json]:
    """Write a reason; a summary leaves out the parts of what is met."""
    (
        plan, outcome, observed, required, short_by, unit, points, out_of, day, since, also_open, window, parts, empty, projected,
        see, groups,
    ) = reason  # fmt: skip
    result: dict[str, Json] = {"code": plan.code, "title": plan.title, "outcome": outcome}
    if observed is not None:
        result["observed"] = range_json(observed)
    if required is not None:
        result["required"] = required_json(required)
    if window is not None:
        result["window"] = {"from": range_json(window[0]), "through": range_json(window[1])}
    if short_by is not None:
        result["short_by"] = range_json(short_by)
    if empty:
        result["empty_metrics"] = list(empty)
    if unit is not None:
        result["unit"] = unit
    if points is not None:
        result["points"] = range_json(points)
    if out_of is not None:
        result["out_of"] = decimal_text(out_of)
    if plan.valid:
        result["valid"] = dict(plan.valid)
    if plan.cites:
        result["cite"] = [{"source": cite.source, "place": cite.place} for cite in plan.cites]
    if plan.assumes:
        result["assumptions"] = list(plan.assumes)
    if plan.was:
        result["was"] = list(plan.was)
    if day is not None:
        result["on"] = day.isoformat()
    if since is not None:
        result["since"] = since.isoformat()
    if also_open:
        result["also_open"] = [{"from": first.isoformat(), "through": last.isoformat()} for first, last in also_open]
    result["at"] = plan.at
    if projected:
        result["projected"] = True
    if parts and (detail == "full" or outcome != "met"):
        result["parts"] = [reason_json(part, detail) for part in parts]
    if see:
        result["see"] = list(see)
    if groups:
        result.update(_groups_json(groups))
    return result


MOST_GROUPS = 50
"""How many groups of records a reason tells of; of more it says how many."""


def _groups_json(groups: Sequence[OfGroup]) -> dict[str, Json]:
    told = [
        {"name": str(one), "value": range_json(one.value), **({"most": True} if one.is_most else {})}
        for one in groups[:MOST_GROUPS]
    ]
    return {"groups": told, **({"more_groups": len(groups) - MOST_GROUPS} if len(groups) > MOST_GROUPS else {})}
