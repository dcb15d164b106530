"""What it would take, in words: each change as a line, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from dsl import core as c
from evaluator.improve.aims import Limit
from evaluator.improve.improving import Improvement, Suggested
from evaluator.improve.levers import Rows
from evaluator.improve.plans import Added, Earned, Paid, Piece, Raised, Told, Won
from evaluator.improve.search import Plan
from evaluator.reasons import number, plain
from review.words.decision_text import outcome_text
from review.words.speaker import joined

Json = Any

MOST_LIMITS = 4
"""Places not looked at that are told to people; as JSON all are."""
NOT_LOOKED_AT = {
    True: "Not looked at, so that a cheaper plan may hide there:",
    False: "Not looked at, so that a plan may hide there:",
}
"""What is told before them, by whether plans were found."""


def standing_line(found: Improvement) -> str:
    """Tell how the rule is decided as the facts stand."""
    decided = found.decided
    said = outcome_text(decided).replace("_", " ") if decided.in_force else "not in force"
    score = decided.score
    points = f": {plain(score.points)} points, {plain(score.needed)} are needed" if score is not None else ""
    return f"{said} on {found.query.as_of}{points}"


def headline(found: Improvement) -> str:
    """Tell in a sentence what came out."""
    match found.outcome:
        case "eligible":
            return "Nothing is needed."
        case "undetermined":
            return "Nothing has to change, only to be told: with nothing in place of what is missing it is eligible."
        case "plans":
            many = len(found.plans)
            return (
                "What it would take:" if many == 1 else f"What it would take, one of these {many}, the cheapest first:"
            )
        case "cannot_be_reached":
            waited = "" if found.query.by is None else f", nor by waiting until {found.query.by}"
            return f"It cannot be reached by any change{waited}. In the way:"
        case "unknown":
            return "No plan was found, but it is not known that there is none. Not met by what was tried:"


def plan_lines(found: Improvement, one: Suggested) -> Iterator[str]:
    """Yield the changes of a plan, what is alike in one line."""
    plan = one.plan
    if plan.day > found.query.as_of:
        yield f"wait until {plan.day}" + (", with all as it is told" if not plan.pieces else "")
    told: set[Piece] = set()
    new = len({piece.new for piece in plan.pieces if isinstance(piece, Earned) and piece.person is None})
    for piece in plan.pieces:
        if piece in told:
            continue
        alike = [other for other in plan.pieces if _is_told_with(piece, other)]
        told.update(alike)
        yield _line(found, plan, alike, one.serves[piece], new)


def _is_told_with(piece: Piece, other: Piece) -> bool:
    match piece, other:
        case Earned(certification=name), Earned(certification=others):
            return name == others
        case Added(lever=lever), Added(lever=others):
            return lever == others
        case _:
            return piece == other


def _line(found: Improvement, plan: Plan, alike: list[Piece], serves: Mapping[str, str], new: int) -> str:
    core, piece = found.core, alike[0]
    match piece:
        case Raised(lever=lever, now=now, to=to):
            declared = core.facts.get(lever.name) or core.named[lever.name]
            before = "not told now" if lever.name in found.taken else f"now {_amount(now, declared.type)}"
            return (
                f"{declared.title}: {_amount(to, declared.type)}, {before} ({lever.name}){_for(serves, declared.title)}"
            )
        case Told(lever=lever):
            declared = core.facts.get(lever.name) or core.named[lever.name]
            return f"{declared.title}: {_word(lever.value)} ({lever.name}){_for(serves, declared.title)}"
        case Earned(certification=name, alike=others):
            also = f", or one of {others} others that count alike" if others > 1 else ""
            also = ", or another one that counts alike" if others == 1 else also
            return f"certify {_people([one for one in alike if isinstance(one, Earned)], new)}: {name}{also}{_for(serves, name)}"
        case Won(rule=rule):
            title = (core.rules[rule].version_on(plan.day) or core.rules[rule]).title
            return f"then attain {title} ({rule})"
        case Paid(lever=lever, fee=fee, amount=amount, currency=currency):
            version = core.rules[lever.rule].version_on(plan.day)
            benefits = next((one.title for one in version.options if one.name == lever.option), "") if version else ""
            paid = f", for {number(amount)} {currency or ''}".rstrip() if amount is not None else ""
            at = f" ({fee})" if fee is not None else ""
            return f"then buy {benefits}{paid}{at}"
        case Added(records=records, fields=fields):
            apart_by = piece.lever.apart if len(alike) > 1 and isinstance(piece.lever, Rows) else None
            shown = {name: value for name, value in fields if name != apart_by}
            values = ", ".join(f"{name} {_word(value)}" for name, value in shown.items())
            many = "a record" if len(alike) == 1 else f"{len(alike)} records"
            apart = f", each of another {apart_by.replace('_', ' ')}" if apart_by is not None else ""
            return f"{core.records[records].title}: {many} more with {values}{apart}{_for(serves, core.records[records].title)}"


def _people(earned: list[Earned], new: int) -> str:
    """Tell who; of several new people each is told by a number, so that it is seen who is the same."""
    return joined([one.person or ("somebody new" if new == 1 else f"new person {one.new}") for one in earned], "and")


def _for(serves: Mapping[str, str], said: str) -> str:
    """Tell the requirements that a change serves, where the line does not say so already."""
    titles = list(dict.fromkeys(title for title in serves.values() if title != said))
    return f", for {joined(titles, 'and')}" if titles else ""


def _amount(value: Decimal, type_: c.Type) -> str:
    match type_.kind:
        case "percent":
            return f"{number(value)} %"
        case "money":
            return f"{number(value)} {type_.unit or ''}".rstrip()
        case _:
            return number(value)


def _word(value: Json) -> str:
    return (
        {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value).replace("_", " ")
    )


def taken_line(found: Improvement) -> str | None:
    """Tell what is not told and was taken as nothing; None where nothing was."""
    core = found.core
    said: list[str] = []
    for name, value in found.taken.items():
        declared = core.facts.get(name) or core.named[name]
        nothing = "no" if value is False else _amount(Decimal(value), declared.type)
        said.append(f"{declared.title} ({name}) as {nothing}")
    said += [f"the list {name} as empty" for name in found.absent]
    return f"Not told, and taken as nothing here: {joined(said, 'and')}." if said else None


def limit_lines(found: Improvement) -> Iterator[str]:
    """Yield what was not looked at, so that a plan may hide there."""
    if not found.limits:
        return
    yield NOT_LOOKED_AT[bool(found.plans)]
    for limit in found.limits[:MOST_LIMITS]:
        yield f"  {limit_text(limit)}"
    if len(found.limits) > MOST_LIMITS:
        yield f"  and {len(found.limits) - MOST_LIMITS} more"


def limit_text(limit: Limit) -> str:
    """Tell one of them: the requirement, and why."""
    return f"{limit.title} ({limit.code}): {limit.why}" if limit.code else limit.why


def cost_line(found: Improvement) -> str:
    """Tell whose costs the order is by."""
    if found.costs.given:
        return "Costs as given; what they leave out is Merit's own default."
    return "Costs are Merit's own defaults, no figures of a programme: --costs FILE replaces them."
