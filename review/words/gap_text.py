"""What is not known, in words: what a requirement lacks, and why."""

from __future__ import annotations

from datetime import date

from evaluator.explanation import Gap
from review.languages.voice import Voice
from review.words.titles import title_text


def gap_text(gap: Gap, day: date, say: Voice) -> str:
    """Say what is missing; ``day`` is that of the question."""
    on = str(gap.day or day)
    title = gap_title(gap, say)
    match gap.kind:
        case "history" if gap.title:
            return say("gap-history", title=title, day=on)
        case "history":
            return say("gap-not-known-yet", day=on)
        case "months":
            first, last = gap.names
            return say("gap-months", title=title, first=first, last=last)
        case "figure":
            return title
        case "records":
            return say("gap-records", title=title)
        case _:
            return say("gap-not-told", title=title)


def gap_title(gap: Gap, say: Voice) -> str:
    """Return the title of what is missing: a sentence of the evaluator, a list that every programme has, or as written."""
    if gap.code and gap.code not in NOTED:
        named = gap.names[0] if gap.names else "-"
        return say(f"gap-{gap.code}", named=named)
    return title_text(gap.title, say)


def gap_note(gap: Gap, say: Voice) -> str:
    """Return the note beside what is missing; empty where it has none."""
    match gap.code:
        case "months":
            first, last = gap.names
            return say("note-months", first=first, last=last)
        case "lack":
            return say("note-lack", named=gap.names[0])
        case code if code in NOTED or gap.note:
            return say(f"note-{code}")
        case _:
            return ""


NOTED = frozenset(("months", "lack", "partial", "lies_ahead"))
"""Codes of sentences that stand beside a title; those of others are the title."""
