"""What it would take, in words: each change as a line, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.core.ranges import Truth
from dsl.core.types import number
from evaluator.improve.aims import Limit
from evaluator.improve.improving import Ending, Improvement, Suggested, eligibility_of
from evaluator.improve.levers import Rows
from evaluator.improve.plans import Added, Earned, Paid, Piece, Raised, Told, Won
from evaluator.improve.search import Plan
from evaluator.reasons.sides import unit_of
from review.languages.voice import Voice
from review.words.decision_text import no_points_text
from review.words.gap_text import gap_title
from review.words.titles import title_text

Json = Any

MOST_LIMITS = 4
"""Reasons why something was not looked at that are told to people; as JSON all are."""
LEAST_IN_A_ROW = 3
"""New people with numbers on end that are told by the first and the last of them."""
MOST_PLACES = 3
"""Requirements that are told of one of them."""


def standing_line(found: Improvement, say: Voice) -> str:
    """Tell how the rule is decided as the facts stand."""
    decided, day = found.decided, str(found.query.as_of)
    said = say.outcome(eligibility_of(decided)) if decided.in_force else say("state-not_in_force")
    score = decided.score
    if score is None:
        return say("stands", outcome=said, day=day)
    points, needed = say.range(score.points), say.range(score.needed)
    stands = say("stands-points", outcome=said, day=day, points=points, needed=needed)
    return say.and_so(stands, *(no_points_text(reason, say) for reason in decided.reasons if reason.empty))


def missing_line(found: Improvement, say: Voice) -> str | None:
    """Tell what is missing to decide the rule as it is; None where nothing is."""
    names = [say("in-brackets", said=gap_title(one.gap, say), more=one.gap.pointer) for one in found.decided.missing]
    if found.outcome not in ("undetermined", "unknown") or not names:
        return None
    return say("tell-first", what=say.all_of(names))


def headline(found: Improvement, say: Voice) -> str:
    """Tell in a sentence what came out."""
    match found.outcome:
        case "plans":
            return say("plan-plans", count=len(found.plans))
        case "cannot_be_reached" if (told := _out_of_force(found, say)) is not None:
            return told
        case "cannot_be_reached" if found.query.by is not None:
            return say("plan-cannot_be_reached-by", day=str(found.query.by))
        case outcome:
            return say(f"plan-{outcome}")


def _out_of_force(found: Improvement, say: Voice) -> str | None:
    """Tell when a rule begins or ended that is in force on none of the days looked at; None where it is on some."""
    if any(found.rule.version_on(day) is not None for day in found.days):
        return None
    starts = [one.days.start for one in found.rule.versions if one.days.start is not None]
    ahead = [day for day in starts if day > found.query.as_of]
    if ahead:
        return say("plan-begins", day=str(min(ahead)))
    ends = [one.days.end for one in found.rule.versions if one.days.end is not None]
    return say("plan-ended", day=str(max(ends) - timedelta(days=1))) if ends else None


def in_the_way_lines(found: Improvement, say: Voice) -> Iterator[str]:
    """Yield the requirements that no change meets; of a rule that is out of force the headline says all."""
    if found.outcome == "cannot_be_reached" and _out_of_force(found, say) is not None:
        return
    for code, title in found.in_the_way:
        yield say("in-brackets", said=title_text(title, say), more=code)


def plan_lines(found: Improvement, one: Suggested, say: Voice) -> Iterator[str]:
    """Yield the changes of a plan, what is alike in one line."""
    plan = one.plan
    if plan.day > found.query.as_of:
        yield say("wait" if plan.pieces else "wait-only", day=str(plan.day))
    told: set[Piece] = set()
    new = len({piece.new for piece in plan.pieces if isinstance(piece, Earned) and piece.person is None})
    for piece in plan.pieces:
        if piece in told:
            continue
        alike = [other for other in plan.pieces if _is_told_with(piece, other)]
        told.update(alike)
        said, about = _line(found, plan, alike, new, say)
        yield _serving(said, one.serves[piece], about, say)


def rests_line(found: Improvement, one: Suggested, say: Voice) -> str | None:
    """Tell what a plan takes as nothing, where that is not all that was taken so."""
    if not one.takes or len(one.takes) == len(found.taken) + len(found.absent):
        return None
    return say("as-long-as", what=say.all_of([_named(found.core, name, say) for name in one.takes]))


def _named(core: c.Core, name: str, say: Voice) -> str:
    """Return the title of a fact, a measure or a list, with its name."""
    declared = core.facts.get(name) or core.named.get(name) or BUILT_IN.get(name) or core.records[name]
    return say("in-brackets", said=title_text(declared.title, say), more=name)


def ending_line(one: Suggested, say: Voice) -> str | None:
    """Tell how long a plan does, where certifications that it rests on end within a year."""
    if one.ending is None:
        return None
    return say("does-until", day=str(one.ending.on), people=_who(one.ending, say))


def shared_ending_line(found: Improvement, say: Voice) -> str | None:
    """Tell how long the plans do, where several do equally long; None where each tells that itself, or none has to."""
    ending = found.plans[0].ending if len(found.plans) > 1 else None
    if ending is None or any(one.ending != ending for one in found.plans):
        return None
    return say("all-do-until", day=str(ending.on), people=_who(ending, say))


def _who(ending: Ending, say: Voice) -> str:
    return say.all_of(list(dict.fromkeys(person for person, _ in ending.certifications)))


def _is_told_with(piece: Piece, other: Piece) -> bool:
    match piece, other:
        case Earned(certification=name), Earned(certification=others):
            return name == others
        case Added(lever=lever), Added(lever=others):
            return lever == others
        case _:
            return piece == other


def _line(found: Improvement, plan: Plan, alike: list[Piece], new: int, say: Voice) -> tuple[str, str | None]:
    """Return what is changed, and the title that the line has of it as it stands in the policies; None where that says all."""
    core, piece = found.core, alike[0]
    match piece:
        case Raised(lever=lever, now=now, to=to):
            declared = core.facts.get(lever.name) or core.named[lever.name]
            title, figure = title_text(declared.title, say), _amount(to, declared.type, say)
            if lever.name in found.taken:
                return say("raise-untold", title=title, figure=figure, name=lever.name), declared.title
            before = _amount(now, declared.type, say)
            return say("raise", title=title, now=before, figure=figure, name=lever.name), declared.title
        case Told(lever=lever):
            declared = core.facts.get(lever.name) or core.named[lever.name]
            title = title_text(declared.title, say)
            if lever.value is True:
                return say("tell-so", title=title, name=lever.name), None
            return say("tell", title=title, value=_word(lever.value, say), name=lever.name), declared.title
        case Earned(certification=name, alike=others):
            people = _people([one for one in alike if isinstance(one, Earned)], new, say)
            if others:
                return say("certify-alike", people=people, certification=name, count=others), name
            return say("certify", people=people, certification=name), name
        case Won(rule=rule):
            title = (core.rules[rule].version_on(plan.day) or core.rules[rule]).title
            return say("attain", title=title_text(title, say), rule=rule), None
        case Paid(lever=lever, fee=fee, amount=amount, currency=currency):
            version = core.rules[lever.rule].version_on(plan.day)
            benefits = next((one.title for one in version.options if one.name == lever.option), "") if version else ""
            title = title_text(benefits, say)
            alone = "yes" if len(plan.pieces) == 1 else "no"
            bought = say("buy", title=title, is_alone=alone)
            if amount is not None:
                bought = say("buy-for", title=title, is_alone=alone, amount=say.with_unit(number(amount), currency))
            return (bought if fee is None else say("in-brackets", said=bought, more=fee)), None
        case Added(records=records, fields=fields):
            apart = piece.lever.apart if len(alike) > 1 and isinstance(piece.lever, Rows) else None
            shown = [say("number-of", name=name, figure=_word(value, say)) for name, value in fields if name != apart]
            listing = core.records[records].title
            title, told = title_text(listing, say), say.comma(shown)
            if apart is None:
                return say("add", title=title, count=len(alike), fields=told), listing
            return say("add-apart", title=title, count=len(alike), fields=told, apart=apart.replace("_", " ")), listing


def _people(earned: Sequence[Earned], new: int, say: Voice) -> str:
    """Tell who; of several new people each is told by a number, so that it is seen who is the same; three on end as a row."""
    told = [one.person for one in earned if one.person is not None]
    numbers = sorted(one.new for one in earned if one.person is None)
    if numbers and new == 1:
        return say.all_of([*told, say("somebody-new")])
    while numbers:
        first, row = numbers[0], 1
        while row < len(numbers) and numbers[row] == first + row:
            row += 1
        if row < LEAST_IN_A_ROW:
            row = 1
            told.append(say("new-person", number=str(first)))
        else:
            told.append(say("new-people", first=str(first), last=str(numbers[row - 1])))
        numbers = numbers[row:]
    return say.all_of(told)


def _serving(said: str, serves: Mapping[str, str], about: str | None, say: Voice) -> str:
    """Tell the requirements that a change serves, where the line does not say so already."""
    if about is None:
        return said
    titles = [title_text(title, say) for title in dict.fromkeys(serves.values()) if title != about]
    return say("serving", said=said, titles=say.all_of(titles)) if titles else said


def _amount(value: Decimal, type_: c.Type, say: Voice) -> str:
    return say.with_unit(number(value), unit_of(type_) if type_.kind in ("percent", "money") else None)


def _word(value: Json, say: Voice) -> str:
    if isinstance(value, bool):
        return say.range(Truth.TRUE if value else Truth.FALSE)
    return str(value).replace("_", " ")


def taken_line(found: Improvement, say: Voice) -> str | None:
    """Tell what is not told and was taken as nothing; None where nothing was."""
    core = found.core
    said: list[str] = []
    for name, value in found.taken.items():
        declared = core.facts.get(name) or core.named[name]
        nothing = _word(value, say) if value is False else _amount(Decimal(value), declared.type, say)
        said.append(say("taken-fact", title=title_text(declared.title, say), name=name, value=nothing))
    said += [say("taken-list", name=name) for name in found.absent]
    return say("taken-as-nothing", what=say.all_of(said)) if said else None


def not_looked_at(found: Improvement, say: Voice) -> str:
    """Tell before what was not looked at why that matters."""
    return say("not-looked-at", has_plans="yes" if found.plans else "no")


def limit_lines(found: Improvement, say: Voice) -> Iterator[str]:
    """Yield what was not looked at, so that a plan may hide there."""
    if not found.limits:
        return
    yield not_looked_at(found, say)
    told = limit_texts(found, say)
    yield from (f"  {text}" for text in told[:MOST_LIMITS])
    if len(told) > MOST_LIMITS:
        yield f"  {say('more', count=len(told) - MOST_LIMITS)}"


def limit_texts(found: Improvement, say: Voice) -> list[str]:
    """Tell what was not looked at: why, and behind it all requirements of which that is so."""
    places: dict[str, list[str]] = {}
    for limit in found.limits:
        place = [say("in-brackets", said=title_text(limit.title, say), more=limit.code)] if limit.code else []
        places.setdefault(why_text(limit, say, found), []).extend(place)
    return [say.of(say.all_of(named, MOST_PLACES), why) if named else why for why, named in places.items()]


def why_text(limit: Limit, say: Voice, found: Improvement | None = None) -> str:
    """Tell why something was not looked at; with the answer that it stands in, facts to tell by their titles."""
    names = say.comma(limit.names)
    said = say(f"limit-{limit.reason}", names=names)
    if not (limit.names and limit.asks_to_tell):
        return said
    if found is not None:
        declared = ((found.core.facts.get(name) or found.core.named[name], name) for name in limit.names)
        names = say.all_of([say("in-brackets", said=title_text(one.title, say), more=name) for one, name in declared])
    return say("limit-to-tell", said=said, names=names)


def cost_line(found: Improvement, say: Voice) -> str:
    """Tell whose costs the order is by."""
    return say("costs-given" if found.costs.given else "costs-own")
