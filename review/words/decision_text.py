"""A decision as text for people: what was decided, every reason with what it rests on, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from dsl.core import ALWAYS, Citation
from dsl.core.ranges import Numbers, Range, Truth, Words
from dsl.core.types import number
from dsl.core.written import Resting
from evaluator.decision import Decision, Detail, EffectTaken, Missing, OptionDecision
from evaluator.kept import Kept
from evaluator.reasons.expander import Asked, Context, Reason, is_not_known, plain, reasons_of
from evaluator.reasons.plan import Plans
from evaluator.register.standing import Standing
from review.languages.voice import ENGLISH, Voice, padded, voice
from review.words.gap_text import gap_note, gap_title
from review.words.titles import title_text

Paint = Callable[[str, str], str]
"""Colours a text by a word: an outcome, ``head`` or ``faint``."""

_OUTCOME_WIDTH = 13


def unpainted(text: str, kind: str) -> str:
    """Return the text as it is."""
    return text


def decision_lines(
    decision: Decision,
    as_of: date,
    *,
    paint: Paint = unpainted,
    detail: Detail = "full",
    through: bool = True,
    say: Voice | None = None,
) -> list[str]:
    """Return a decision as lines.

    Args:
        decision: what was decided.
        as_of: the day of the question.
        paint: colours words.
        detail: ``none`` leaves out the reasons, ``summary`` the parts of what is met.
        through: whether the requirements of other rules that it rests on are told down to their parts.
        say: the voice of the language that it is told in; English where none is given.
    """
    return list(_Telling(as_of, paint, detail, through, say or voice(ENGLISH)).decision(decision))


def expected_words(decision: Decision) -> frozenset[str]:
    """Return the words that say what was decided: an eligibility, a stage, an amount with its currency; none of a choice."""
    if decision.amount is not None:
        return frozenset((decision.outcome, money_text(decision.amount, decision.currency).replace(",", "")))
    return frozenset() if decision.kind == "choice" else frozenset((decision.outcome,))


def decided_text(decision: Decision, as_of: date, say: Voice, paint: Paint = unpainted) -> str:
    """Tell what was decided, for which day, and the points or the day that belong to it."""
    score = decision.score
    is_open = decision.amount is not None and is_not_known(decision.amount)
    kind = decision.eligibility or ("undetermined" if is_open else "")
    outcome, day = paint(outcome_text(decision, say), kind), str(as_of)
    if score is not None:
        points, needed = say.range(score.points), say.required(score.needed)
        return say("decided-score", outcome=outcome, day=day, points=points, out_of=number(score.out_of), needed=needed)
    if decision.due is not None:
        return say("decided-due", outcome=outcome, day=day, due=say.range(decision.due))
    is_told = decision.in_force or decision.eligibility is None
    return say("decided" if is_told else "decided-not_in_force", outcome=outcome, day=day)


def outcome_text(decision: Decision, say: Voice) -> str:
    """Return what was decided in a few words: ``eligible``, ``at risk``, an amount with its currency."""
    if not decision.in_force and decision.eligibility is None:
        return say("state-not_in_force")
    if decision.amount is not None:
        return money_in(decision.amount, decision.currency, say)
    if decision.stage is not None:
        return stage_text(decision.stage, say)
    if decision.eligibility is not None:
        return say.outcome(decision.eligibility)
    return say("options", count=len(decision.options))


def stage_text(stage: Words, say: Voice) -> str:
    """Return the stages that a life cycle may be at."""
    options = stage.options
    return say("unknown") if options is None else say.either(say.word("stage", one) for one in sorted(options))


def money_text(amount: Range, currency: str | None) -> str:
    """Write an amount with its currency, or a measure with its unit where it has one, as scenarios have it."""
    return f"{'unknown' if is_not_known(amount) else plain(amount)} {currency or ''}".rstrip()


def money_in(amount: Range, currency: str | None, say: Voice) -> str:
    """Write an amount with its currency in a language."""
    return say.with_unit(say("unknown") if is_not_known(amount) else say.range(amount), currency)


def _is_open(amount: Range) -> bool:
    return is_not_known(amount)


def cite_text(cites: Iterable[Citation]) -> str:
    """Write citations: the source's title and the place in it."""
    return "; ".join(f'{cite.source}, "{cite.place}"' for cite in cites)


class _Telling:
    def __init__(self, as_of: date, paint: Paint, detail: Detail, through: bool, say: Voice) -> None:
        self.as_of = as_of
        self.paint = paint
        self.detail = detail
        self.through = through
        self.say = say

    def decision(self, decision: Decision) -> Iterator[str]:
        say = self.say
        yield f"{self.paint(decision.rule, 'head')}  {title_text(decision.title, say)}"
        yield f"  {decided_text(decision, self.as_of, say, self.paint)}"
        if decision.standing is not None:
            yield f"  {say('register', what=standing_text(decision.standing, say))}"
            yield from self.check(decision.standing, decision.rule)
        if decision.window is not None:
            first, last = map(str, decision.window)
            yield f"  {say('to-be-chosen', first=first, last=last)}"
        if decision.renews_to is not None:
            yield f"  {say('renews-today', day=say.range(decision.renews_to))}"
        for effect in decision.effects:
            yield f"  {effect_text(effect, say)}"
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
        yield f"  {self.say('its-check', day=str(check.day))}"
        for reason in standing_reasons(standing):
            if reason.outcome != "met":
                yield from self.reason(reason, rule, 1, ())

    def option(self, option: OptionDecision, rule: str) -> Iterator[str]:
        name = option.name or "no_choice"
        title = title_text(option.title, self.say)
        outcome = self.paint(self.say.outcome(option.eligibility), option.eligibility)
        yield f"  {self.say('option', name=name)}  {self.say.of(title, outcome)}  {self.paint(option.at, 'faint')}"
        for effect in option.effects:
            yield f"    {effect_text(effect, self.say)}"
        for reason in option.reasons if self.detail != "none" else ():
            yield from self.reason(reason, rule, 1, option.cites)

    def reason(self, reason: Reason, rule: str, depth: int, cited: tuple[Citation, ...]) -> Iterator[str]:
        # As scenarios write it: relative to the rule.
        name = reason.code.removeprefix(f"{rule}.")
        outcome = padded(self.say.outcome(reason.outcome), _OUTCOME_WIDTH)
        place = self.paint(reason.plan.at, "faint")
        indent = "  " * depth
        said = self.say.of(title_text(reason.title, self.say), reason_text(reason, self.say))
        yield f"  {self.paint(outcome, reason.outcome)}{indent}{name}  {said}  {place}"
        margin = " " * (_OUTCOME_WIDTH + 4) + indent
        if reason.plan.cites and reason.plan.cites != cited:
            yield self.paint(margin + cite_text(reason.plan.cites), "faint")
        for text in reason.plan.assumes:
            yield self.paint(margin + self.say("assumes", said=text), "faint")
        own = reason.code.startswith(f"{rule}.")
        if (own or self.through) and (self.detail == "full" or reason.outcome != "met"):
            for part in reason.parts:
                yield from self.reason(part, rule, depth + 1, reason.plan.cites)
            for code in reason.see:
                yield self.paint(f"{margin}  {self.say('see-above', code=code.removeprefix(f'{rule}.'))}", "faint")

    def rest(self, decision: Decision) -> Iterator[str]:
        say = self.say
        if decision.missing:
            yield f"  {say('missing')}"
            for missing in decision.missing:
                yield f"    {missing_text(missing, say)}"
        for item in decision.disagreements:
            supplied, reckoned = say.range(item.supplied), say.range(item.from_records)
            yield f"  {say('supplied', name=item.name, supplied=supplied, reckoned=reckoned)}"
        if decision.provisional_figures:
            yield f"  {say('provisional-figures')}"
            yield from self.resting(decision.provisional_figures)
        if decision.assumptions:
            yield f"  {say('assumptions')}"
            yield from self.resting(decision.assumptions)

    def resting(self, found: Iterable[Resting]) -> Iterator[str]:
        yield from (f"    {resting_text(item, self.say)}  {self.paint(item.at, 'faint')}" for item in found)


def resting_text(resting: Resting, say: Voice) -> str:
    """Write a figure or an assumption that a decision rests on; one that policies write stays as it is written there."""
    match resting.code:
        case "observed":
            seen, day = resting.names
            return say("resting-observed", seen=seen, day=day)
        case "date":
            return say("resting-date")
        case _:
            return resting.text


def standing_text(standing: Standing, say: Voice) -> str:
    """Write what the register says of an award."""
    is_held = standing.held is Truth.TRUE
    if standing.level is not None and is_held:
        told = [say("state-held-at", level=say.word("level", standing.level))]
    else:
        told = [say("register-held", is_held=standing.held.name.lower())]
    if standing.since is not None:
        told.append(say("held-since" if is_held else "attained-on", day=str(standing.since)))
    if standing.through is not None:
        told.append(say("held-until" if is_held else "was-held-until", day=str(standing.through)))
    if standing.next_check is not None:
        told.append(say("next-check" if is_held else "check-if-attained", day=str(standing.next_check)))
    if standing.renews_to is not None:
        told.append(say("renewed-today", day=str(standing.renews_to)))
    return say.comma(told)


def standing_reasons(standing: Standing) -> tuple[Reason, ...]:
    """Return the reasons of the last check that the register went by; none where no check was due."""
    check = standing.check
    if check is None:
        return ()
    if check.day is None:
        raise AssertionError("a check is decided on its day")
    return reasons_of(check, Context(check.day, Plans().within(ALWAYS), Kept(), {}))


def effect_text(effect: EffectTaken, say: Voice) -> str:
    """Write what an option pays, gives, keeps or loses."""
    text = say("effect", verb=effect.verb, names=say.comma(effect.names))
    if effect.amount is not None:
        text = say.of(text, money_in(effect.amount, effect.currency, say))
    if effect.up_to is not None:
        text = say.and_so(text, say("up-to", figure=say.range(effect.up_to)))
    if effect.applies is not Truth.TRUE:
        is_so = "not_so" if effect.applies is Truth.FALSE else "perhaps"
        text = say("in-brackets", said=text, more=say(f"effect-{is_so}"))
    return text


def missing_text(missing: Missing, say: Voice) -> str:
    """Write what is missing and, where it is known, what each value would lead to."""
    gap = missing.gap
    text = gap_title(gap, say)
    if gap.day is not None:
        text = say.and_so(text, when_text(gap.since, gap.day, say))
    if (note := gap_note(gap, say)) != "":
        text = say("in-brackets", said=text, more=note)
    if missing.leads_to:
        told = (
            say("leads-to", value=_value(value, say), outcome=outcome_word(outcome, say))
            for value, outcome in missing.leads_to
        )
        text = say.of(text, say.comma(told))
    return f"{gap.pointer}  {text}"


def _value(value: str | bool, say: Voice) -> str:
    return value if isinstance(value, str) else say.range(Truth.TRUE if value else Truth.FALSE)


def outcome_word(outcome: str, say: Voice) -> str:
    """Write what a decision came to, as ``Decision.outcome`` has it: eligibilities, a stage, or an amount as it is."""
    words = outcome.split("/")
    return "/".join(
        next(
            (say(message) for message in (f"outcome-{one}", f"stage-{one}") if say.has(message)), one.replace("_", " ")
        )
        for one in words
    )


def when_text(since: date | None, day: date | None, say: Voice) -> str:
    """Write of which day something is told, or of which days it is alike."""
    if day is None:
        return "" if since is None else say("when-since", first=str(since))
    if since is None or since == day:
        return say("when-on", day=str(day))
    return say("when-from", first=str(since), last=str(day))


def reason_text(reason: Reason, say: Voice) -> str:
    """Write observed, required, short by and points of a reason."""
    told: list[str] = []
    if reason.observed is not None:
        told.append(say.range(reason.observed, reason.unit))
    if reason.required is not None:
        told.append(_required(reason, say))
    if reason.short_by is not None and reason.observed is not None and _is_told(reason.short_by):
        told.append(say("short-by", figure=_short(reason.short_by, say)))
    if reason.empty:
        told.append(no_points_text(reason, say))
    text = say.comma(told)
    if reason.groups:
        text = say.semicolon((text, groups_text(reason, say)))
    if reason.points is not None:
        figure = say.range(reason.points)
        out_of = reason.out_of
        points = (
            say("points", figure=figure) if out_of is None else say("points-of", figure=figure, out_of=number(out_of))
        )
        text = say.semicolon((text, points)) if text else points
    when = [when_text(reason.since, reason.day, say)] if reason.since is not None or reason.day is not None else []
    if reason.also_open:
        days = say.comma(when_text(first, last, say) for first, last in reason.also_open)
        when.append(say("also-open", days=days))
    if when:
        more = say.semicolon(when)
        text = say("in-brackets", said=text, more=more) if text else more
    return text or say.outcome(reason.outcome)


MOST_GROUPS = 8
"""How many groups a line names."""


def groups_text(reason: Reason, say: Voice) -> str:
    """Tell what each group gives to a figure over them, and which are at their most."""
    told = [
        say("group-most" if one.is_most else "group", name=str(one), said=say.range(one.value, reason.unit))
        for one in reason.groups[:MOST_GROUPS]
    ]
    text, more = say.comma(told), len(reason.groups) - MOST_GROUPS
    return say("groups", groups=say("groups-more", told=text, count=more) if more > 0 else text)


def no_points_text(reason: Reason, say: Voice) -> str:
    """Tell which metrics keep a score that reaches its mark from passing: they have no points, and every one needs some."""
    titles = {part.code: part.title for part in _all_parts(reason)}
    named = say.comma(
        say(
            "in-brackets",
            said=title_text(titles.get(code, code), say),
            more=code.removeprefix(reason.code.rpartition(".")[0] + "."),
        )
        for code in reason.empty
    )
    return say("no-points", titles=named)


def _required(reason: Reason, say: Voice) -> str:
    required, window = reason.required, reason.window
    if required is None:
        raise AssertionError("what is told as required is there")
    what = say.required(required)
    if window is None:
        return say("required-that" if isinstance(required, Asked) else "required", what=what)
    first, last = map(say.range, window)
    if required is Truth.TRUE:
        return say("required-a-day", first=first, last=last)
    return say("required-on-a-day", what=what, first=first, last=last)


def _all_parts(reason: Reason) -> Iterator[Reason]:
    for part in reason.parts:
        yield part
        yield from _all_parts(part)


def _is_told(short: Numbers) -> bool:
    return short.high is not None or short.low not in (None, Decimal(0))


def _short(short: Numbers, say: Voice) -> str:
    return say("at-most", high=number(short.high)) if short.low == 0 and short.high is not None else say.range(short)
