"""A timeline as JSON in a language: as the evaluator writes it, with titles and what is said in the language's words."""

from __future__ import annotations

from typing import Any

from evaluator.timeline.fold import Timeline
from evaluator.timeline.happenings import Happening
from review.languages.voice import ENGLISH, Voice
from review.words.timeline_text import group_sentence, reached_text, saying_text, sentence, side_text
from review.words.titles import title_text

Json = Any


def timeline_json(timeline: Timeline, say: Voice) -> dict[str, Json]:
    """Return a timeline as ``schemas/timeline`` has it, in a language; ``says`` tells each event in a sentence."""
    told = timeline.as_json()
    if say.tag == ENGLISH:
        return told
    for item, one in zip(told["events"], timeline.happenings, strict=True):
        item |= {"title": title_text(one.title, say), "says": sentence(one, say), **_sides(one, say)}
        for inner, reached in zip(item.get("reasons", ()), one.reasons, strict=True):
            inner |= {"title": title_text(reached.title, say), "is": reached_text(reached, say)}
    for item, life in zip(told["rules"], timeline.lives, strict=True):
        item["title"] = title_text(life.title, say)
    for item, turned in zip(told.get("people", ()), timeline.people, strict=True):
        item["says"] = say.of(turned.person, group_sentence(turned, say))
        for inner, listing in zip(item["lists"], turned.lists, strict=True):
            inner["title"] = title_text(listing.title, say)
    return told


def _sides(one: Happening, say: Voice) -> dict[str, str]:
    """Return what stands before and after in the language; codes are the same in every one."""
    before, after = one.states
    match one.kind:
        case "points" | "amount" | "fee_due" | "payment_due":
            sides = {"before": side_text(one.kind, before, say), "after": side_text(one.kind, after, say)}
        case "attained" | "carried_over" if after is not None and after.next_check is not None:
            sides = {"after": say("next-check", day=str(after.next_check))}
        case "lost" | "renewed" | "bought" | "refused" if one.saying is not None:
            sides = {"after": saying_text(one.saying, say)}
        case _:
            sides = {}
    there = {"before": one.before, "after": one.after}
    return {name: text for name, text in sides.items() if there[name] is not None}
