"""A decision as text for people: what was decided, every reason with what it rests on, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from dsl.core import ALWAYS, Citation
from dsl.core.ranges import Numbers, Range, Truth, is_settled
from evaluator.decision import HELD, Decision, Detail, EffectTaken, Missing, OptionDecision
from evaluator.kept import Kept
from evaluator.plan import Plans
from evaluator.reasons import Asked, Context, Reason, number, plain, reasons_of, required_text
from evaluator.standing import Standing

Paint = Callable[[str, str], str]
"""Colours a text by a word: an outcome, ``head`` or ``faint``."""

_OUTCOME_WIDTH = 13


def unpainted(text: str, kind: str) -> str:
    """Return the text as it is."""
    return text


def decision_lines(
    decision: Decision, as_of: date, *, paint: Paint = unpainted, detail: Detail = "full", through: bool = True
) -> list[str]:
    """Return a decision as lines.

    Args:
        decision: what was decided.
        as_of: the day of the question.
        paint: colours words.
        detail: ``none`` leaves out the reasons, ``summary`` the parts of what is met.
        through: whether the requirements of other rules that it rests on are told down to their parts.
    """
    return list(_Telling(as_of, paint, detail, through).decision(decision))


def expected_words(decision: Decision) -> frozenset[str]:
    """Return the words that say what was decided: an eligibility, a stage, an amount with its currency; none of a choice."""
    if decision.amount is not None:
        return frozenset((decision.outcome, money_text(decision.amount, decision.currency).replace(",", "")))
    return frozenset() if decision.kind == "choice" else frozenset((decision.outcome,))


def outcome_text(decision: Decision) -> str:
    """Return what was decided in a few words: ``eligible``, ``72 of 100 points``, an amount, a stage."""
    if not decision.in_force and decision.eligibility is None:
        return "not in force"
    if decision.amount is not None:
        return money_text(decision.amount, decision.currency)
    if decision.stage is not None:
        return plain(decision.stage)
    if decision.eligibility is not None:
        return decision.eligibility.replace("_", " ")
    return f"{len(decision.options)} options"


def money_text(amount: Range, currency: str | None) -> str:
    """Write an amount with its currency."""
    if not is_settled(amount) and plain(amount) in ("unknown", "at least 0"):
        return f"unknown {currency}"
    return f"{plain(amount)} {currency}"


def cite_text(cites: Iterable[Citation]) -> str:
    """Write citations: the source's title and the place in it."""
    return "; ".join(f'{cite.source}, "{cite.place}"' for cite in cites)


class _Telling:
    def __init__(self, as_of: date, paint: Paint, detail: Detail, through: bool) -> None:
        self.as_of = as_of
        self.paint = paint
        self.detail = detail
        self.through = through

    def decision(self, decision: Decision) -> Iterator[str]:
        yield f"{self.paint(decision.rule, 'head')}  {decision.title}"
        kind = decision.eligibility or ("undetermined" if outcome_text(decision).startswith("unknown") else "")
        yield f"  {self.paint(outcome_text(decision), kind)} on {self.as_of}{_more(decision)}"
        if decision.standing is not None:
            yield f"  register: {standing_text(decision.standing)}"
            yield from self.check(decision.standing, decision.rule)
        if decision.window is not None:
            yield f"  to be chosen from {decision.window[0]} through {decision.window[1]}"
        if decision.renews_to is not None:
            yield f"  chosen today, the new anniversary is {plain(decision.renews_to)}"
        for effect in decision.effects:
            yield f"  {effect_text(effect)}"
        for reason in decision.reasons if self.detail != "none" else ():
            yield from self.reason(reason, decision.rule, 0, ())
        for option in decision.options:
            yield from self.option(option, decision.rule)
        yield from self.rest(decision)

    def check(self, standing: Standing, rule: str) -> Iterator[str]:
        """Tell why the last check was not passed."""
        check = standing.check
        if check is None or check.truth is Truth.TRUE or self.detail == "none":
            return
        yield f"  its check on {check.day}:"
        for reason in standing_reasons(standing):
            if reason.outcome != "met":
                yield from self.reason(reason, rule, 1, ())

    def option(self, option: OptionDecision, rule: str) -> Iterator[str]:
        name = option.name or "no_choice"
        outcome = self.paint(option.eligibility.replace("_", " "), option.eligibility)
        yield f"  option {name}  {option.title}: {outcome}  {self.paint(option.at, 'faint')}"
        for effect in option.effects:
            yield f"    {effect_text(effect)}"
        for reason in option.reasons if self.detail != "none" else ():
            yield from self.reason(reason, rule, 1, option.cites)

    def reason(self, reason: Reason, rule: str, depth: int, cited: tuple[Citation, ...]) -> Iterator[str]:
        # As scenarios write it: relative to the rule.
        name = reason.code.removeprefix(f"{rule}.")
        outcome = reason.outcome.replace("_", " ").ljust(_OUTCOME_WIDTH)
        place = self.paint(reason.plan.at, "faint")
        indent = "  " * depth
        yield f"  {self.paint(outcome, reason.outcome)}{indent}{name}  {reason.title}: {reason_text(reason)}  {place}"
        margin = " " * (_OUTCOME_WIDTH + 4) + indent
        if reason.plan.cites and reason.plan.cites != cited:
            yield self.paint(margin + cite_text(reason.plan.cites), "faint")
        for text in reason.plan.assumes:
            yield self.paint(f"{margin}assumes: {text}", "faint")
        own = reason.code.startswith(f"{rule}.")
        if (own or self.through) and (self.detail == "full" or reason.outcome != "met"):
            for part in reason.parts:
                yield from self.reason(part, rule, depth + 1, reason.plan.cites)
            for code in reason.see:
                yield self.paint(f"{margin}  see {code.removeprefix(f'{rule}.')} above", "faint")

    def rest(self, decision: Decision) -> Iterator[str]:
        if decision.missing:
            yield "  missing:"
            for missing in decision.missing:
                yield f"    {missing_text(missing)}"
        for item in decision.disagreements:
            yield (
                f"  supplied {item.name} is {plain(item.supplied)}, where the records give {plain(item.from_records)}; "
                "the supplied value was used"
            )
        if decision.provisional_figures:
            yield "  rests on provisional figures:"
            yield from (f"    {item.text}  {self.paint(item.at, 'faint')}" for item in decision.provisional_figures)
        if decision.assumptions:
            yield "  rests on assumptions:"
            yield from (f"    {item.text}  {self.paint(item.at, 'faint')}" for item in decision.assumptions)


def _more(decision: Decision) -> str:
    score = decision.score
    if score is not None:
        return f": {plain(score.points)} of {number(score.out_of)} points, {required_text(score.needed)} needed"
    if decision.due is not None:
        return f", due {plain(decision.due)}"
    return "" if decision.in_force or decision.eligibility is None else ": not in force"


def standing_text(standing: Standing) -> str:
    """Write what the register says of an award."""
    held = HELD[standing.held].replace("_", " ")
    words = [f"{held} at {standing.level}" if standing.level is not None and standing.held is Truth.TRUE else held]
    if standing.since is not None:
        words.append(f"since {standing.since}" if standing.held is Truth.TRUE else f"attained {standing.since}")
    if standing.through is not None:
        words.append(
            f"through {standing.through}" if standing.held is Truth.TRUE else f"held through {standing.through}"
        )
    if standing.next_check is not None and standing.held is Truth.TRUE:
        words.append(f"next check {standing.next_check}")
    elif standing.next_check is not None:
        words.append(f"would be checked on {standing.next_check} if attained today")
    if standing.renews_to is not None:
        words.append(f"renewed today, its new anniversary is {standing.renews_to}")
    return ", ".join(words)


def standing_reasons(standing: Standing) -> tuple[Reason, ...]:
    """Return the reasons of the last check that the register went by; none where no check was due."""
    check = standing.check
    if check is None:
        return ()
    if check.day is None:
        raise AssertionError("a check is decided on its day")
    return reasons_of(check, Context(check.day, Plans().within(ALWAYS), Kept(), {}))


def effect_text(effect: EffectTaken) -> str:
    """Write what an option pays, gives, keeps or loses."""
    text = f"{effect.verb} {', '.join(effect.names)}"
    if effect.amount is not None:
        text += f": {money_text(effect.amount, effect.currency)}"
    if effect.up_to is not None:
        text += f", up to {plain(effect.up_to)}"
    if effect.applies is not Truth.TRUE:
        text += " (not so today)" if effect.applies is Truth.FALSE else " (perhaps)"
    return text


def missing_text(missing: Missing) -> str:
    """Write what is missing and, where it is known, what each value would lead to."""
    gap = missing.gap
    text = f"{gap.pointer}  {gap.title}"
    if gap.day is not None:
        text += f", from {gap.since} through {gap.day}" if gap.since is not None else f", on {gap.day}"
    if gap.note:
        text += f" ({gap.note})"
    if missing.leads_to:
        told = (f"{_value(value)} leads to {outcome.replace('_', ' ')}" for value, outcome in missing.leads_to)
        text += ": " + ", ".join(told)
    return text


def _value(value: str | bool) -> str:
    return value if isinstance(value, str) else "yes" if value else "no"


def reason_text(reason: Reason) -> str:
    """Write observed, required, short by and points of a reason."""
    parts: list[str] = []
    if reason.observed is not None:
        parts.append(_with_unit(reason.observed, reason.unit))
    if reason.required is not None:
        what = [] if reason.window is not None and reason.required is Truth.TRUE else [required_text(reason.required)]
        if reason.window is not None:
            first, last = reason.window
            what.append(f"on a day from {plain(first)} through {plain(last)}")
        colon = ":" if isinstance(reason.required, Asked) or reason.window is not None else ""
        parts.append(f"required{colon} {' '.join(what)}")
    if reason.short_by is not None and reason.observed is not None and _is_told(reason.short_by):
        parts.append(f"short by {_short(reason.short_by)}")
    if reason.empty:
        titles = {part.code: part.title for part in _all_parts(reason)}
        named = ", ".join(
            f"{titles.get(code, code)} ({code.removeprefix(reason.code.rpartition('.')[0] + '.')})"
            for code in reason.empty
        )
        parts.append(f"no points where every metric needs them: {named}")
    text = ", ".join(parts)
    if reason.points is not None:
        out_of = f" of {number(reason.out_of)}" if reason.out_of is not None else ""
        text = f"{text}; " if text else ""
        text += f"{plain(reason.points)}{out_of} points"
    when = ""
    if reason.day is not None:
        when = f"from {reason.since} through {reason.day}" if reason.since is not None else f"on {reason.day}"
    elif reason.since is not None:
        when = f"since {reason.since}"
    if reason.also_open:
        others = (f"on {last}" if first == last else f"from {first} through {last}" for first, last in reason.also_open)
        when = "; ".join([*([when] if when else []), "also open " + ", ".join(others)])
    if when:
        text += f" ({when})"
    return text or reason.outcome.replace("_", " ")


def _all_parts(reason: Reason) -> Iterator[Reason]:
    for part in reason.parts:
        yield part
        yield from _all_parts(part)


def _with_unit(range_: Range, unit: str | None) -> str:
    text = plain(range_)
    if unit is None or text == "unknown":
        return text
    return f"{text} {_SINGULAR.get(unit, unit) if text == '1' else unit}"


_SINGULAR = {"people": "person", "points": "point"}


def _is_told(short: Numbers) -> bool:
    return short.high is not None or short.low not in (None, Decimal(0))


def _short(short: Numbers) -> str:
    return f"at most {number(short.high)}" if short.low == 0 and short.high is not None else plain(short)
