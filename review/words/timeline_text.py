"""A timeline in words: what happens on a day as a sentence, and what a rule comes to over some days."""

from __future__ import annotations

from datetime import date

from dsl.core.ranges import Truth
from evaluator.reasons import plain
from evaluator.timeline.fold import Life, Span
from evaluator.timeline.happenings import Happening, Kind, amount_text, points_text
from evaluator.timeline.state import State

SENTENCES: dict[Kind, str] = {
    "begins": "comes into force",
    "ends": "is no longer in force",
    "attained": "attained",
    "carried_over": "held on under this name",
    "lost": "no longer held",
    "checked": "check {after}",
    "renewed": "renewed: {after}",
    "bought": "bought: {after}",
    "refused": "{before}: refused, {after}",
    "eligibility": "{before} → {after}",
    "points": "{before} → {after}",
    "stage": "stage {before} → {after}",
    "amount": "amount {before} → {after}",
    "options": "can be chosen: {after}",
    "window_opens": "renewal opens",
    "window_closes": "renewal closed",
    "fee_due": "due today: {after}",
    "level": "level {before} → {after}",
}
"""What is told of each kind of happening, from before and after it."""
MARKS: dict[Kind, str] = {
    "attained": "met", "renewed": "met", "bought": "met", "carried_over": "met", "lost": "unmet", "refused": "unmet",
    "eligibility": "undetermined", "fee_due": "warning", "window_opens": "info", "window_closes": "info",
}  # fmt: skip
"""The colour of what happens."""


def sentence(one: Happening) -> str:
    """Return what happens as a sentence without its rule."""
    before, after = (_words(one.kind, side or "-") for side in (one.before, one.after))
    said = SENTENCES[one.kind].format(before=before, after=after)
    if one.kind in ("attained", "lost", "carried_over") and one.after is not None:
        said += f", {after}"
    return said


def _words(kind: Kind, text: str) -> str:
    """Return a side of a happening as people read it; of ids nothing is changed."""
    return text.replace("_", " ") if kind in ("eligibility", "stage", "options") else text


def colour(one: Happening) -> str:
    """Return the word that colours a happening."""
    if one.kind == "checked":
        return {"passed": "met", "failed": "unmet"}.get(one.after or "", "undetermined")
    return MARKS.get(one.kind, "faint")


def state_text(state: State) -> str:
    """Tell what a rule comes to in a few words."""
    if not state.in_force and state.held is not Truth.TRUE:
        return "not in force"
    told: list[str] = []
    if state.held is not None:
        told.append({Truth.TRUE: "held", Truth.FALSE: "not held", Truth.UNKNOWN: "not known whether held"}[state.held])
        if state.level is not None and state.held is Truth.TRUE:
            told[-1] += f" at {state.level}"
    if state.stage is not None:
        told.append(plain(state.stage).replace("_", " "))
    if state.amount is not None:
        told.append(amount_text(state) or "")
    if state.eligibility is not None:
        told.append(state.eligibility.replace("_", " "))
    if (points := points_text(state)) is not None:
        told.append(points)
    if state.options:
        chosen = [name for name, eligible in state.options if eligible == "eligible"]
        told.append(f"to be chosen: {', '.join(chosen) or 'nothing'}")
    return ", ".join(told)


def spans_of(life: Life) -> list[tuple[date, date, str]]:
    """Return the days over which a rule is told alike, each with what is told: neighbours that read the same are one."""
    found: list[tuple[date, date, str]] = []
    for span in life.spans:
        said = state_text(span.state)
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
