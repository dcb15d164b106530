"""What happens on a day: what differs between the states of a rule before it and on it, with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, NamedTuple, TypeAlias

from dsl import core as c
from dsl.core.ranges import Range, Truth
from evaluator.decision import Decision, range_json
from evaluator.kept import Kept
from evaluator.reasons.expander import Asked, Context, Reason, Required, plain, reasons_of, required_text
from evaluator.reasons.plan import Plans
from evaluator.timeline.sayings import Saying
from evaluator.timeline.state import State

Json = Any
Kind: TypeAlias = Literal[
    "begins", "ends", "attained", "carried_over", "lost", "checked", "renewed", "bought", "refused", "eligibility",
    "points", "stage", "amount", "options", "window_opens", "window_closes", "fee_due", "payment_due", "level",
]  # fmt: skip
"""What happens to a rule on a day."""


class Reached(NamedTuple):
    """A requirement by its code and title, and what it came to: alone, or before and after it changed."""

    code: str
    title: str
    sides: tuple[Reason, ...]

    @property
    def said(self) -> str:
        """The words that answers have for it."""
        return " → ".join(map(_said, self.sides))


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happens on a day: to a rule, or to what the partner does."""

    on: date
    kind: Kind
    rule: str
    title: str
    before: str | None = None
    after: str | None = None
    reasons: tuple[Reached, ...] = ()
    """The requirements that decide it: those that changed, or that are not met."""
    pointer: str | None = None
    """The event of the facts that it follows from."""
    states: tuple[State | None, State | None] = (None, None)
    """What the rule comes to before it and from it on, where it happens to a rule that is followed."""
    saying: Saying | None = None
    """What is said of it beside that."""

    def as_json(self) -> dict[str, Json]:
        """Return what there is of it."""
        told: dict[str, Json] = {
            "on": self.on.isoformat(), "kind": self.kind, "rule": self.rule, "title": self.title
        }  # fmt: skip
        sides = {"before": self.before, "after": self.after, "pointer": self.pointer}
        told.update({name: value for name, value in sides.items() if value is not None})
        if self.reasons:
            told["reasons"] = [{"code": one.code, "title": one.title, "is": one.said} for one in self.reasons]
        return told


Side: TypeAlias = tuple[State, Decision]


def due_kind(rule: c.Rule) -> Kind:
    """Return what it is called that the amount of a rule falls due: paid by the partner, or to it."""
    return "payment_due" if rule.of_kind.to_partner else "fee_due"


def with_titles(core: c.Core, happening: Happening) -> Happening:
    """Return what happens with the titles of what its reasons ask to be held or qualified for, in place of ids."""
    if not happening.reasons:
        return happening
    told = (
        one._replace(sides=tuple(reason._replace(required=_titled(core, reason.required)) for reason in one.sides))
        for one in happening.reasons
    )
    return replace(happening, reasons=tuple(told))


def _titled(core: c.Core, required: Required | None) -> Required | None:
    if not isinstance(required, Asked) or required.kind not in ("holds", "qualifies"):
        return required
    rule = core.rules.get(required.name) or core.rule_of_award.get(required.name)
    return required if rule is None else required._replace(name=rule.title)


def between(rule: c.Rule, day: date, before: Side, after: Side) -> Iterator[Happening]:
    """Yield what happens to a rule on a day on which its state is another than before, what matters most first."""
    (was, old), (now, new) = before, after

    def happens(kind: Kind, one: str | None, other: str | None, reasons: Iterable[Reached] = ()) -> Happening:
        return Happening(day, kind, rule.id, new.title, one, other, tuple(reasons), states=(was, now))

    changed = tuple(_changed(old, new))
    if was.in_force != now.in_force:
        yield happens("begins" if now.in_force else "ends", None, None)
    if (now.check_due, now.check) != (was.check_due, was.check) and now.check is not None:
        yield happens("checked", None, _CHECKED[now.check], unmet_in_check(new))
    if now.held is not was.held and now.held is not None:
        yield _held(rule, day, was, now, new, changed)
    elif now.held is Truth.TRUE and now.level != was.level:
        yield happens("level", was.level, now.level)
    if now.eligibility != was.eligibility and now.eligibility is not None:
        yield happens("eligibility", was.eligibility, now.eligibility, changed)
    elif now.points != was.points or now.needed != was.needed:
        yield happens("points", points_text(was), points_text(now), changed)
    if now.stage != was.stage:
        yield happens("stage", _text(was.stage), _text(now.stage), changed)
    if now.amount != was.amount:
        yield happens("amount", amount_text(was), amount_text(now), changed)
    if now.options != was.options:
        yield happens("options", _options(was), _options(now), changed)
    if now.due_today and not was.due_today:
        yield happens(due_kind(rule), None, amount_text(now))
    if now.renewable and not was.renewable:
        yield happens("window_opens", None, None)
    if was.renewable and not now.renewable:
        yield happens("window_closes", None, None)


def _held(rule: c.Rule, day: date, was: State, now: State, new: Decision, changed: Sequence[Reached]) -> Happening:
    if now.held is Truth.TRUE:
        kind: Kind = "attained" if now.since is None or now.since >= day else "carried_over"
        return Happening(day, kind, rule.id, new.title, None, check_text(now), tuple(changed), states=(was, now))
    if now.held is Truth.FALSE:
        reasons = tuple(unmet_in_check(new)) if now.check is Truth.FALSE else ()
        saying = None if reasons else _why_lost(was, now)
    else:
        reasons, saying = (), Saying("perhaps_held")
    return Happening(
        day,
        "lost",
        rule.id,
        new.title,
        None,
        None if saying is None else saying.text,
        reasons,
        states=(was, now),
        saying=saying,
    )


def _why_lost(was: State, now: State) -> Saying:
    if not now.in_force and was.in_force:
        return Saying("rule_ended")
    return Saying("ended" if now.check is None and not was.renewable else "not_renewed")


_CHECKED = {Truth.TRUE: "passed", Truth.FALSE: "failed", Truth.UNKNOWN: "not settled yet"}


def _changed(old: Decision, new: Decision) -> Iterator[Reached]:
    """Yield the requirements whose outcome or points differ; of a whole and its parts the parts.

    What is asked of another day is another requirement every day, and no change of this one.
    """
    before, after = _by_code(old), _by_code(new)
    codes = [code for code, one in after.items() if code in before and _core(before[code]) != _core(one)]
    for code in codes:
        if not any(other.startswith(f"{code}.") for other in codes):
            yield Reached(code, after[code].title, (before[code], after[code]))


def _by_code(decision: Decision) -> dict[str, Reason]:
    found: dict[str, Reason] = {}
    waiting = [*decision.reasons, *(reason for option in decision.options for reason in option.reasons)][::-1]
    while waiting:
        reason = waiting.pop()
        if reason.day is None:
            found.setdefault(reason.code, reason)
            waiting.extend(reversed(reason.parts))
    return found


def _core(reason: Reason) -> tuple[object, ...]:
    return reason.outcome, reason.points


def unmet(decision: Decision) -> Iterator[Reached]:
    """Yield the requirements of a decision that are not met, the innermost ones."""
    yield from unmet_of(decision.reasons)


def unmet_of(reasons: Iterable[Reason]) -> Iterator[Reached]:
    """Yield the innermost of some reasons that are not met, and what they leave short."""
    for reason in reasons:
        if reason.outcome == "met":
            continue
        below = list(unmet_of(reason.parts))
        yield from below
        if not below or (reason.short_by is not None and reason.points is None):
            yield Reached(reason.code, reason.title, (reason,))


def unmet_in_check(decision: Decision) -> Iterator[Reached]:
    """Yield the requirements that the last check of an award did not find met; of one that failed those that made it fail."""
    standing = decision.standing
    check = standing.check if standing is not None else None
    if check is None or check.truth is Truth.TRUE or check.day is None:
        return
    found = list(unmet_of(reasons_of(check, Context(check.day, Plans().within(c.ALWAYS), Kept(), {}))))
    # What is not known of it may have been met: it failed whatever that is.
    failed = [one for one in found if check.truth is Truth.FALSE and one.sides[-1].outcome == "unmet"]
    yield from failed or found


def _said(reason: Reason) -> str:
    told = [reason.outcome.replace("_", " ")]
    if reason.points is not None:
        return f"{told[0]}, {plain(reason.points)} points"
    if reason.observed is not None:
        told.append(plain(reason.observed))
    if reason.outcome != "met" and reason.required is not None:
        told.append(f"required {required_text(reason.required)}")
    return ", ".join(told)


def check_text(state: State) -> str | None:
    """Tell when a held award is checked next."""
    return f"next check {state.next_check}" if state.next_check is not None else None


def points_text(state: State) -> str | None:
    """Tell the points of a score and the mark."""
    if state.points is None or state.needed is None:
        return None
    return f"{plain(state.points)} points, {plain(state.needed)} needed"


def amount_text(state: State) -> str | None:
    """Tell the amount of a fee."""
    return None if state.amount is None else f"{plain(state.amount)} {state.currency or ''}".strip()


def _text(value: Range | None) -> str | None:
    return None if value is None else str(range_json(value)).replace("_", " ")


def _options(state: State) -> str | None:
    return ", ".join(name for name, eligible in state.options if eligible == "eligible") or "none"
