"""What differs between two decisions, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from evaluator.decision import Decision
from evaluator.reasons.expander import Reason
from evaluator.whatif.comparison import Comparison, Difference, Differing, reasons_by_key
from review.languages.voice import Voice
from review.words.decision_text import money_in, stage_text
from review.words.titles import title_text


class Sides(NamedTuple):
    """One thing that differs: what it is called, its title, and both sides; None where there is none."""

    name: str
    title: str
    before: str | None
    after: str | None


def sides_of(one: Difference, comparison: Comparison, say: Voice) -> tuple[list[Sides], list[Sides]]:
    """Return in words what of its outcomes and of its reasons differs, in the order in which it is told."""
    before, after = (
        next(decision for decision in answer.decisions if decision.rule == one.rule)
        for answer in (comparison.before, comparison.after)
    )
    own, other = dict(_outcomes(before, say)), dict(_outcomes(after, say))
    outcomes = [
        Sides(_name(item.name, say), item.title, own.get(item.name), other.get(item.name)) for item in one.outcomes
    ]
    return outcomes, list(_reasons(one.reasons, before, after, say))


def _reasons(found: Sequence[Differing], before: Decision, after: Decision, say: Voice) -> Iterator[Sides]:
    own, other = dict(reasons_by_key(before)), dict(reasons_by_key(after))
    for item in found:
        yield Sides(
            item.name, title_text(item.title, say), _said(own.get(item.name), say), _said(other.get(item.name), say)
        )


def _said(reason: Reason | None, say: Voice) -> str | None:
    return None if reason is None else say.reason(reason)


def _name(name: str, say: Voice) -> str:
    """Say what differs: an option by its name, all else by a word."""
    option = name.removeprefix("option ")
    return say("option", name=option) if option != name else say(f"differs-{name.replace(' ', '_')}")


def _outcomes(decision: Decision, say: Voice) -> Iterator[tuple[str, str]]:
    """Yield what a decision came to, by the names that its answer has for that (``evaluator.whatif.comparison``)."""
    if decision.eligibility is not None:
        yield "eligibility", say.outcome(decision.eligibility)
    if decision.score is not None:
        yield "points", say.range(decision.score.points)
    if decision.amount is not None:
        yield decision.amount_is, money_in(decision.amount, decision.currency, say)
    if decision.due is not None:
        yield "due", say.range(decision.due)
    if decision.stage is not None:
        yield "stage", stage_text(decision.stage, say)
    for option in decision.options:
        yield f"option {option.name or 'no_choice'}", say.outcome(option.eligibility)
    if decision.window is not None:
        first, last = map(str, decision.window)
        yield "window", say("from-to", first=first, last=last)
    standing = decision.standing
    if standing is not None:
        yield "register", say("register-held", is_held=standing.held.name.lower())
        days = (("held_since", standing.since), ("held_until", standing.until), ("next_check", standing.next_check))
        yield from ((name.replace("_", " "), str(day)) for name, day in days if day is not None)
