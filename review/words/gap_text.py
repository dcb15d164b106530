"""What is not known, in words: what a requirement lacks, and why."""

from __future__ import annotations

from datetime import date

from evaluator.explanation import Gap
from review.languages.voice import Voice
from review.words.titles import title_text


def gap_text(gap: Gap, day: date, say: Voice) -> str:
    """Say what is missing; ``day`` is that of the question."""
    on = str(gap.day or day)
    title = _title(gap, say)
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


def _title(gap: Gap, say: Voice) -> str:
    """Return the title of what is missing: a sentence of the evaluator, a list that every programme has, or as written."""
    if gap.code and gap.kind != "months":
        named = gap.names[0] if gap.names else "-"
        return say(f"gap-{gap.code}", named=named)
    return title_text(gap.title, say)
