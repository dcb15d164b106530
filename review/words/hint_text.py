"""Hints in words: what a partner is told to have that no rule knows."""

from __future__ import annotations

from evaluator.acceptance.hints import Hint
from review.languages.voice import ENGLISH, Voice

MOST_VALUES = 3
"""Values that one hint tells of."""


def hint_message(hint: Hint, say: Voice) -> str:
    """Say what no rule knows; in English as the answer has it."""
    if say.tag == ENGLISH:
        return hint.message
    told = say.comma(f"`{value}`" for value in hint.told[:MOST_VALUES])
    if len(hint.told) > MOST_VALUES:
        told = say("more-than-told", told=told, count=len(hint.told) - MOST_VALUES)
    return say("hint-unknown", what=say.word("named", hint.what), told=told, count=_count(hint))


def hint_help(hint: Hint, say: Voice) -> str:
    """Say which value may be meant, or what becomes of it; in English as the answer has it."""
    if say.tag == ENGLISH:
        return hint.help
    return say("hint-counts", count=_count(hint)) if hint.near is None else say("hint-near", near=hint.near)


def _count(hint: Hint) -> str:
    return "one" if len(hint.told) == 1 else "other"
