"""An answer as JSON in a language: what the evaluator writes, with its texts for people in the words of the language.

In English an answer is what the evaluator writes, and nothing is looked up. In another language titles, notes, hints and
what is asked in words are said in it, and ``says`` tells each decision and reason in a sentence; codes, outcomes and figures
are the same in every language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from evaluator.acceptance.hints import Hint
from evaluator.decision import Answer, Decision
from evaluator.explanation import Gap
from evaluator.reasons.expander import Asked, Reason
from evaluator.whatif.comparison import Comparison, Difference
from review.languages.voice import ENGLISH, Voice
from review.words.decision_text import decided_text, reason_text, resting_text
from review.words.difference_text import Sides, sides_of
from review.words.gap_text import gap_note, gap_title
from review.words.hint_text import hint_help, hint_message
from review.words.titles import title_text

Json = Any


def answer_json(answer: Answer, say: Voice) -> dict[str, Json]:
    """Return an answer as ``schemas/answer`` has it, in a language."""
    told = answer.as_json()
    if say.tag != ENGLISH:
        _tell_answer(told, answer, answer.decisions, say)
    return told


def comparison_json(comparison: Comparison, say: Voice) -> dict[str, Json]:
    """Return an answer beside one over changed facts, in a language."""
    told = comparison.as_json()
    if say.tag == ENGLISH:
        return told
    before, after = comparison.before, comparison.after
    _tell_answer(told, before, before.decisions, say)
    differing = {one.rule for one in comparison.differences}
    what_if = told["what_if"]
    _tell_decisions(what_if["decisions"], [one for one in after.decisions if one.rule in differing], after, say)
    _tell_hints(what_if.get("hints", ()), after.hints, say)
    for item, difference in zip(what_if["differences"], comparison.differences, strict=True):
        _tell_difference(item, difference, comparison, say)
    return told


def _tell_answer(told: dict[str, Json], answer: Answer, decisions: Sequence[Decision], say: Voice) -> None:
    _tell_decisions(told["decisions"], decisions, answer, say)
    _tell_hints(told.get("hints", ()), answer.hints, say)


def _tell_hints(told: Iterable[dict[str, Json]], hints: Iterable[Hint], say: Voice) -> None:
    for item, hint in zip(told, hints, strict=False):
        item |= {"message": hint_message(hint, say), "help": hint_help(hint, say)}


def _tell_decisions(told: Sequence[dict[str, Json]], decisions: Sequence[Decision], answer: Answer, say: Voice) -> None:
    for item, decision in zip(told, decisions, strict=True):
        item["title"] = title_text(decision.title, say)
        item["says"] = decided_text(decision, answer.as_of, say)
        _tell_reasons(item.get("reasons", ()), decision.reasons, say)
        for inner, option in zip(item.get("options", ()), decision.options, strict=True):
            inner["title"] = title_text(option.title, say)
            _tell_reasons(inner.get("reasons", ()), option.reasons, say)
        for name, key, resting in (
            ("provisional_figures", "figure", decision.provisional_figures),
            ("assumptions", "assumption", decision.assumptions),
        ):
            for inner, one in zip(item[name], resting, strict=True):
                inner[key] = resting_text(one, say)
        for inner, missing in zip(item["missing"], decision.missing, strict=True):
            inner |= gap_words(missing.gap, say)


def gap_words(gap: Gap, say: Voice) -> dict[str, str]:
    """Return the texts of what is missing in a language."""
    note = gap_note(gap, say)
    return {"title": gap_title(gap, say), **({"note": note} if note else {})}


def _tell_reasons(told: Iterable[dict[str, Json]], reasons: Iterable[Reason], say: Voice) -> None:
    # A summary leaves parts out, and an answer without reasons all of them.
    for item, reason in zip(told, reasons, strict=False):
        item["title"] = title_text(reason.title, say)
        item["says"] = reason_text(reason, say)
        if isinstance(reason.required, Asked):
            item["required"] = say.required(reason.required)
        _tell_reasons(item.get("parts", ()), reason.parts, say)


def _tell_difference(item: dict[str, Json], one: Difference, comparison: Comparison, say: Voice) -> None:
    item["title"] = title_text(one.title, say)
    outcomes, reasons = sides_of(one, comparison, say)
    _tell_sides(item["outcomes"], outcomes)
    _tell_sides(item["reasons"], reasons)


def _tell_sides(told: Sequence[dict[str, Json]], sides: Sequence[Sides]) -> None:
    for item, one in zip(told, sides, strict=True):
        texts = {"title": one.title, "before": one.before, "after": one.after}
        item |= {name: text for name, text in texts.items() if name in item and text is not None}
