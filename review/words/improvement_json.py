"""What it would take as JSON in a language: as the evaluator writes it, with titles and reasons in the language's words."""

from __future__ import annotations

from typing import Any

from evaluator.improve.improving import Improvement
from evaluator.improve.told import improvement_json as in_english
from review.languages.voice import ENGLISH, Voice
from review.words.answer_json import gap_words
from review.words.plan_text import ending_line, plan_lines, why_text
from review.words.titles import title_text

Json = Any


def improvement_json(found: Improvement, say: Voice) -> dict[str, Json]:
    """Return what it would take as ``schemas/improvement`` has it, in a language; each plan tells its changes in ``says``."""
    told = in_english(found)
    if say.tag == ENGLISH:
        return told
    told["title"] = title_text(found.title, say)
    for item, missing in zip(told["missing"], found.decided.missing, strict=True):
        item |= gap_words(missing.gap, say)
    for item in told["in_the_way"]:
        item["title"] = title_text(item["title"], say)
    for item, limit in zip(told["not_looked_at"], found.limits, strict=True):
        item["why"] = why_text(limit, say, found)
        if limit.code:
            item["title"] = title_text(limit.title, say)
    for item, one in zip(told["plans"], found.plans, strict=True):
        item["says"] = list(plan_lines(found, one, say))
        if (ending := ending_line(one, say)) is not None:
            item["says"].append(ending)
        for step in item["steps"]:
            for part in (step, *step.get("for", ())):
                if "title" in part:
                    part["title"] = title_text(part["title"], say)
    return told
