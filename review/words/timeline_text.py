"""A timeline in words: what happens on a day as a sentence, and what a rule comes to over some days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, assert_never

from dsl.core import CertificationList
from dsl.core.ranges import Truth, Words
from evaluator.timeline.fold import Life, Span
from evaluator.timeline.happenings import Happening, Kind, Reached
from evaluator.timeline.people import Turn, Turned
from evaluator.timeline.sayings import Payment, Saying
from evaluator.timeline.state import State
from review.languages.voice import Voice
from review.words.titles import title_text

PEOPLE_MARKS: dict[Turn, str] = {
    "earned": "met", "joined": "met", "listed": "met", "expired": "undetermined", "left": "undetermined",
    "unlisted": "undetermined",
}  # fmt: skip
"""The colour of what becomes of certifications."""
MARKS: dict[Kind, str] = {
    "attained": "met", "renewed": "met", "bought": "met", "carried_over": "met", "lost": "unmet", "refused": "unmet",
    "eligibility": "undetermined", "fee_due": "warning", "payment_due": "met", "window_opens": "info", "window_closes": "info",
}  # fmt: skip
"""The colour of what happens."""


def sentence(one: Happening, say: Voice) -> str:
    """Return what happens as a sentence without its rule."""
    before, after = one.states
    what = "-" if one.saying is None else saying_text(one.saying, say)
    match one.kind:
        case "begins" | "ends" | "window_opens" | "window_closes":
            return say(f"happens-{one.kind}")
        case "attained" | "carried_over":
            check = None if after is None else after.next_check
            more = () if check is None else (say("next-check", day=str(check)),)
            return say.and_so(say(f"happens-{one.kind}"), *more)
        case "lost" if after is not None and after.held is Truth.UNKNOWN:
            # That it may still be held is all of it: "no longer held" would say more.
            return say("happens-perhaps_lost")
        case "lost":
            return say.and_so(say("happens-lost"), *(() if one.saying is None else (what,)))
        case "checked":
            passed = Truth.UNKNOWN if after is None or after.check is None else after.check
            return say("happens-checked", is_passed=passed.name.lower())
        case "renewed" | "bought":
            return say(f"happens-{one.kind}", what=what)
        case "refused":
            return say("happens-refused", verb=one.before or "-", what=what)
        case "eligibility" | "points":
            return _turned(one.kind, before, after, say)
        case "stage" | "amount" | "level":
            return say(f"happens-{one.kind}", turned=_turned(one.kind, before, after, say))
        case "options" | "fee_due" | "payment_due":
            return say(f"happens-{one.kind}", what=side_text(one.kind, after, say))
        case _:
            assert_never(one.kind)


def _turned(kind: Kind, before: State | None, after: State | None, say: Voice) -> str:
    return say.turned(side_text(kind, before, say), side_text(kind, after, say))


def side_text(kind: Kind, state: State | None, say: Voice) -> str:
    """Return what a kind of happening is about, as it is in a state; a dash where there is none."""
    told: str | None = None
    if state is None:
        return "-"
    match kind:
        case "eligibility":
            told = None if state.eligibility is None else say.outcome(state.eligibility)
        case "points":
            told = _points(state, say)
        case "stage":
            told = _stage(state, say)
        case "amount" | "fee_due" | "payment_due":
            told = _amount(state, say)
        case "level":
            told = None if state.level is None else say.word("level", state.level)
        case "options":
            told = _chosen(state, say) or say("none")
        case _:
            raise AssertionError(f"of `{kind}` no sides are told")
    return told or "-"


def _points(state: State, say: Voice) -> str | None:
    """Tell the points of a score and the mark."""
    if state.points is None or state.needed is None:
        return None
    return say("state-points", points=say.range(state.points), needed=say.range(state.needed))


def _stage(state: State, say: Voice) -> str | None:
    if not isinstance(state.stage, Words):
        return None if state.stage is None else say.range(state.stage)
    options = state.stage.options
    return say("unknown") if options is None else say.either(say.word("stage", one) for one in sorted(options))


def _amount(state: State, say: Voice) -> str | None:
    """Tell the amount of a fee."""
    return None if state.amount is None else f"{say.range(state.amount)} {state.currency or ''}".strip()


def _chosen(state: State, say: Voice) -> str:
    """Tell what can be chosen, by the names of options; nothing where nothing can be."""
    return say.comma(say.word("option", name) for name, eligible in state.options if eligible == "eligible")


def saying_text(saying: Saying, say: Voice) -> str:
    """Return what is said of a happening beside what its states tell."""
    day, outcome = str(saying.day), say.outcome(saying.outcome or "no_award")
    if saying.pays:
        what = say.both(_payment(one, say) for one in saying.pays)
        return say(f"saying-{saying.code}-and-pays", day=day, what=what)
    return say(f"saying-{saying.code}", day=day, outcome=outcome)


def _payment(one: Payment, say: Voice) -> str:
    amount = "" if one.amount is None else f" {say.range(one.amount)} {one.currency or ''}".rstrip()
    return f"{say.comma(map(say.title, one.titles))}{amount}"


def reached_text(one: Reached, say: Voice) -> str:
    """Return what a requirement came to, alone or before and after it changed."""
    sides = [say.reason(reason, with_required=True) for reason in one.sides]
    return sides[0] if len(sides) == 1 else say.turned(*sides)


def reasons_text(reasons: Iterable[Reached], say: Voice) -> str:
    """Return what requirements came to, with their titles."""
    return say.semicolon(
        say.of(title_text(one.title, say), reached_text(one, say).replace("_", " ")) for one in reasons
    )


class Group(NamedTuple):
    """People of whom the same is told on a day."""

    on: date
    turn: Turn
    people: tuple[str, ...]
    certification: str
    lists: tuple[CertificationList, ...]


def groups_of(people: Iterable[Turned]) -> list[Group]:
    """Return what becomes of certifications by day, with all of whom the same is told."""
    found: dict[tuple[date, Turn, str, tuple[str, ...]], Group] = {}
    for one in people:
        key = (one.on, one.turn, one.certification, tuple(each.name for each in one.lists))
        before = found.get(key)
        names = (one.person,) if before is None else (*before.people, one.person)
        found[key] = Group(one.on, one.turn, names, one.certification, one.lists)
    return list(found.values())


def group_sentence(one: Group | Turned, say: Voice) -> str:
    """Return what becomes of a certification as a sentence without its people."""
    lists = say.all_of([title_text(each.title, say) for each in one.lists])
    return say(f"person-{one.turn}", certification=one.certification, lists=lists)


def colour(one: Happening) -> str:
    """Return the word that colours a happening."""
    if one.kind == "checked":
        return {"passed": "met", "failed": "unmet"}.get(one.after or "", "undetermined")
    return MARKS.get(one.kind, "faint")


def state_text(state: State, say: Voice) -> str:
    """Tell what a rule comes to in a few words."""
    if not state.in_force and state.held is not Truth.TRUE:
        return say("state-not_in_force")
    told: list[str] = []
    if state.held is not None:
        if state.level is not None and state.held is Truth.TRUE:
            told.append(say("state-held-at", level=say.word("level", state.level)))
        else:
            told.append(say("state-held", is_held=state.held.name.lower()))
    if (stage := _stage(state, say)) is not None:
        told.append(stage)
    if state.amount is not None:
        told.append(_amount(state, say) or "")
    if state.eligibility is not None:
        told.append(say.outcome(state.eligibility))
    if (points := _points(state, say)) is not None:
        told.append(points)
    if state.options:
        told.append(say("state-options", what=_chosen(state, say) or say("nothing")))
    return say.comma(told)


def spans_of(life: Life, say: Voice) -> list[tuple[date, date, str]]:
    """Return the days over which a rule is told alike, each with what is told: neighbours that read the same are one."""
    found: list[tuple[date, date, str]] = []
    for span in life.spans:
        said = state_text(span.state, say)
        if found and found[-1][2] == said:
            found[-1] = (found[-1][0], span.last, said)
        else:
            found.append((span.first, span.last, said))
    return found


def holdings(life: Life) -> list[tuple[date, date, Truth]]:
    """Return the days on which an award is held or perhaps held."""
    found: list[tuple[date, date, Truth]] = []
    for span in life.spans:
        held = span.state.held
        if held is None or held is Truth.FALSE:
            continue
        if found and found[-1][2] is held and _follows(found[-1][1], span):
            found[-1] = (found[-1][0], span.last, held)
        else:
            found.append((span.first, span.last, held))
    return found


def _follows(last: date, span: Span) -> bool:
    return (span.first - last).days == 1


def days_text(first: date, last: date, say: Voice) -> str:
    """Tell from which day to which something is so."""
    return say("from-to", first=str(first), last=str(last))


def digest_text(version: str, digest: str, engine: str, say: Voice) -> str:
    """Tell by what something was decided."""
    return say("digest", version=version or "-", digest=digest[:12], engine=engine)
