"""What one decision may say of another: the comparison behind the laws of missing facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dsl.core.ranges import Dates, Numbers, Range, Span, Truth, Words, is_settled
from evaluator.decision import Decision
from evaluator.reasons.expander import Reason


def holds_in(wide: Range, narrow: Range) -> bool:
    """Whether every value of the narrow range is in the wide one."""
    match wide, narrow:
        case Truth(), Truth():
            return wide is Truth.UNKNOWN or wide is narrow
        case (Numbers(), Numbers()) | (Dates(), Dates()):
            low = wide.low is None or (narrow.low is not None and wide.low <= narrow.low)  # type: ignore[operator]
            high = wide.high is None or (narrow.high is not None and narrow.high <= wide.high)  # type: ignore[operator]
            return low and high
        case Words(), Words():
            return wide.options is None or (narrow.options is not None and narrow.options <= wide.options)
        case Span(), Span():
            return wide.duration is None or wide == narrow
        case _:
            return False


def contradictions(less: Decision, more: Decision) -> Iterator[str]:
    """Yield where a decision under less facts rules out what more facts say."""

    def word(name: str, wide: str | None, narrow: str | None) -> Iterator[str]:
        if wide not in ("undetermined", narrow):
            yield f"{name}: {wide}, then {narrow}"

    def range_(name: str, wide: Range | None, narrow: Range | None) -> Iterator[str]:
        if (wide is None) != (narrow is None) or (
            wide is not None and narrow is not None and not holds_in(wide, narrow)
        ):
            yield f"{name}: {wide}, then {narrow}"

    yield from word("eligibility", less.eligibility, more.eligibility)
    yield from range_("amount", less.amount, more.amount)
    yield from range_("due", less.due, more.due)
    yield from range_("stage", less.stage, more.stage)
    yield from range_("badge", less.badge, more.badge)
    if less.score is not None and more.score is not None:
        yield from range_("points", less.score.points, more.score.points)
        yield from range_("needed", less.score.needed, more.score.needed)
    for one, other in zip(less.options, more.options, strict=True):
        yield from word(f"option {one.code}", one.eligibility, other.eligibility)
        for effect, after in zip(one.effects, other.effects, strict=True):
            name = f"{one.code} {effect.verb}"
            yield from range_(f"{name} applies", effect.applies, after.applies)
            yield from range_(f"{name} up to", effect.up_to, after.up_to)
            yield from range_(f"{name} amount", effect.amount, after.amount)
    if less.standing is not None and more.standing is not None:
        yield from range_("held", less.standing.held, more.standing.held)
        for name in ("since", "until", "next_check", "renews_to", "level"):
            told, after = getattr(less.standing, name), getattr(more.standing, name)
            if told is not None and told != after:
                yield f"standing.{name}: {told}, then {after}"
    after_by_code = _once(more.reasons)
    for key, reason in _once(less.reasons).items():
        if key in after_by_code:
            after_reason = after_by_code[key]
            yield from (f"{key}: {text}" for text in _reason(reason, after_reason))


def _reason(less: Reason, more: Reason) -> Iterator[str]:
    if less.outcome not in ("undetermined", more.outcome):
        yield f"outcome {less.outcome}, then {more.outcome}"
    for name in ("observed", "points", "short_by"):
        wide, narrow = getattr(less, name), getattr(more, name)
        if name == "short_by" and wide is None and isinstance(narrow, Numbers) and less.observed is not None:
            if is_settled(less.observed) and isinstance(less.required, Numbers) and is_settled(less.required):
                yield f"short_by nothing, then {narrow}"
        elif wide is not None and narrow is not None and not holds_in(wide, narrow):
            yield f"{name} {wide}, then {narrow}"


def _once(reasons: tuple[Reason, ...]) -> dict[tuple[str, str], Reason]:
    """Return the reasons that stand once, by code and day."""

    def walk(found: tuple[Reason, ...]) -> Iterator[Reason]:
        for reason in found:
            yield reason
            yield from walk(reason.parts)

    every = list(walk(reasons))
    counted = Counter((reason.code, str(reason.day)) for reason in every)
    return {key: reason for reason in every if counted[key := (reason.code, str(reason.day))] == 1}


def is_decided(decision: Decision) -> bool:
    """Whether all that a decision answers is settled."""
    ranges = [decision.amount, decision.due, decision.stage]
    for option in decision.options:
        ranges += [range_ for effect in option.effects for range_ in (effect.applies, effect.up_to, effect.amount)]
    words = [decision.eligibility, *(option.eligibility for option in decision.options)]
    if decision.standing is not None:
        ranges.append(decision.standing.held)
    return "undetermined" not in words and all(range_ is None or is_settled(range_) for range_ in ranges)
