"""Choices: on which days one can be made, which of the options can be chosen, and what each does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from dsl import core as c
from dsl.core.algebra import RANGES, truth_of
from dsl.core.ranges import NEVER, Dates, Range, Truth, all_of, any_of
from evaluator.decision import ELIGIBILITY, Decision, EffectTaken, OptionDecision
from evaluator.explanation import Explanation
from evaluator.moment import Moment
from evaluator.reasons.expander import Context, Reason, reasons_of, told_once
from evaluator.reasons.plan import Plans
from evaluator.reasons.statements import is_open, window_reason
from evaluator.resting import Stated

Effects: TypeAlias = Callable[[Sequence[c.Effect], Moment, list[Explanation]], tuple[EffectTaken, ...]]
"""Decides effects at a moment, and notes the explanations of why and how much."""


class _Window(NamedTuple):
    """Days in which a choice can be made: the setting, its first and last day, and whether today is one of them."""

    setting: c.SettingVersion
    first: Explanation
    last: Explanation
    is_open: Truth


class Choices:
    """Decides the choices of one partner."""

    def __init__(self, decide: Callable[[c.Expr, Moment], Explanation], effects: Effects, plans: Plans) -> None:
        """Take what decides nodes and effects, and the plans of reasons."""
        self._decide = decide
        self._effects = effects
        self._plans = plans

    def chosen(self, version: c.RuleVersion, name: str | None, at: Moment) -> Truth:
        """Return whether an option can be chosen: of the others nothing is decided."""
        may_choose = all_of(days.is_open for days in self._windows(version, at))
        if may_choose is Truth.FALSE:
            return may_choose
        return any_of(
            all_of((may_choose, _is_met(self._asked(option, at))))
            for option in version.options
            if option.name == name and at.day in option.days
        )

    def choice(
        self, base: Decision, version: c.RuleVersion, at: Moment, context: Context
    ) -> tuple[Decision, list[Explanation], list[Stated]]:
        """Decide all options; with the explanations of why, and what else the decision rests on.

        Args:
            base: what is known of the decision.
            version: of the choice, in force at the moment.
            at: the moment.
            context: of its reasons.
        """
        options: list[OptionDecision] = []
        explanations: list[Explanation] = []
        window: tuple[date, date] | None = None
        may_choose = Truth.TRUE
        reasons: list[Reason] = []
        more: list[Stated] = []
        for days in self._windows(version, at):
            more.append(days.setting)
            explanations += [days.first, days.last]
            may_choose = all_of((may_choose, days.is_open))
            first, last = days.first.range, days.last.range
            reasons.append(window_reason(f"{base.rule}.window", first, last, days.setting, context))
            if isinstance(first, Dates) and isinstance(last, Dates) and first.exact and last.exact:
                # Without a membership there is no anniversary, and no window at one.
                window = (first.exact, last.exact) if first.exact != NEVER else None
        renews_to: Range | None = None
        for setting in version.settings.get("renews to", ()) if may_choose is not Truth.FALSE else ():
            if at.day in setting.days and not isinstance(setting.value, tuple):
                more.append(setting)
                following = self._decide(setting.value, at)
                explanations.append(following)
                renews_to = following.range
        for option in version.options:
            if at.day not in option.days:
                continue
            found = self._asked(option, at)
            if found is not None:
                explanations.append(found)
            within = self._plans.within(option.days, option.basis.cites or context.within.cites)
            inner = context._replace(within=within)
            can_be_chosen = all_of((may_choose, _is_met(found)))
            options.append(
                OptionDecision(
                    name=option.name,
                    code=option.code,
                    title=option.title,
                    eligibility=ELIGIBILITY[can_be_chosen],
                    effects=_under(can_be_chosen, self._effects(option.effects, at, explanations)),
                    reasons=reasons_of(found, inner) if found is not None else (),
                    cites=option.basis.cites,
                    assumes=option.basis.assumes,
                    at=f"{option.origin.source.name}:{option.origin.line}",
                )
            )
        pick = version.pick(at.day)
        told: set[tuple[str, date | None, bool]] = set()
        once = told_once(reasons, told)
        decided = base._replace(
            options=tuple([option._replace(reasons=told_once(option.reasons, told)) for option in options]),
            pick=pick,
            window=window,
            renews_to=renews_to,
            reasons=once,
        )
        for option in version.options:
            more.extend(_stated(option, at.day) if at.day in option.days else ())
        return decided, explanations, more

    def _windows(self, version: c.RuleVersion, at: Moment) -> Iterator[_Window]:
        """Yield the days in which a choice can be made."""
        for setting in version.settings.get("renewable", ()):
            if at.day in setting.days and isinstance(setting.value, tuple):
                first, last = (self._decide(bound, at) for bound in setting.value)
                yield _Window(setting, first, last, truth_of(is_open(RANGES, first.range, last.range, at.day)))

    def _asked(self, option: c.Option, at: Moment) -> Explanation | None:
        """Decide what an option asks for; None where that is nothing."""
        return self._decide(option.requirement, at) if option.requirement is not None else None


def _is_met(asked: Explanation | None) -> Truth:
    return asked.truth if asked is not None else Truth.TRUE


def _stated(option: c.Option, day: date) -> Iterator[Stated]:
    yield option
    yield from (effect for effect in option.effects if day in effect.days)


def _under(chosen: Truth, effects: Sequence[EffectTaken]) -> tuple[EffectTaken, ...]:
    """Return the effects of an option that can be chosen: one that cannot pays, gives, keeps and loses nothing."""
    return tuple(effect._replace(applies=all_of((chosen, effect.applies))) for effect in effects)
