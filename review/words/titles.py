"""Titles that no policy writes: of lists that every programme has, of stages, and of reasons that no requirement stands for."""

from __future__ import annotations

from dsl.builtin import BUILT_IN
from dsl.core import RuleKind
from review.languages.voice import ENGLISH, Voice

TITLE_MESSAGES = {
    **{declaration.title: f"list-{name}" for name, declaration in BUILT_IN.items()},
    **{field.title: f"field-{name}" for one in BUILT_IN.values() for name, field in one.fields.items()},
    "In force": "title-in_force",
    "Days for the choice": "title-days_for_the_choice",
    "Amount": "title-amount",
    "Value": "title-value",
    "Due": "title-due_day",
}
"""The messages of titles, by the English ones that answers have."""


def kind_text(kind: RuleKind, say: Voice) -> str:
    """Return what several rules of a kind are called; of a kind that the programme has a word of its own for, that word."""
    if kind.title is None:
        return say.word("kind", kind.name)
    told = say.title(kind.title)
    return told if told != kind.title else kind.several


def title_text(title: str, say: Voice) -> str:
    """Return a title in a language; one of the policies without a translation stays as it is written there."""
    if say.tag == ENGLISH:
        return title
    if title in say.titles:
        return say.titles[title]
    message = TITLE_MESSAGES.get(title)
    if message is not None:
        return say(message)
    # A stage of a life cycle is titled by its name.
    stage = title.lower().replace(" ", "_")
    return say.word("stage", stage) if say.has(f"stage-{stage}") else title
