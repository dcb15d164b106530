"""The words that make a whole of parts: a row a word, from which all that treats them alike is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal as OneOf, TypeAlias

ChooserWord: TypeAlias = OneOf["all", "any", "at least", "best", "total", "first"]
"""The words before ``of``, as documents have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """What a word makes of parts, and how readers are told of it."""

    word: ChooserWord
    among: OneOf["conditions", "figures", "cases"]
    """What the parts are."""
    title: str
    """What readers call the whole, where it has no label."""
    position: Callable[[int], int] | None = None
    """Where one of so many figures counts: which one, the largest being 0."""
    lead: str = ""
    """What readers are told before the parts, where one of them counts."""
    instead: ChooserWord | None = None
    """The word that a fault puts in its place: what scenarios have to notice."""

    @property
    def phrase(self) -> str:
        """The word as it is written."""
        return f"{self.word} of"


CHOOSERS: Mapping[ChooserWord, Chooser] = {
    chooser.word: chooser
    for chooser in (
        Chooser(word="all", among="conditions", title="All of these", instead="any"),
        Chooser(word="any", among="conditions", title="One of these", instead="all"),
        Chooser(word="at least", among="conditions", title="At least so many of these"),
        Chooser(
            word="best", among="figures", title="The one of most points counts, whole", position=lambda _: 0,
            lead="the one of most points counts, whole", instead="total",
        ),
        Chooser(word="total", among="figures", title="Together"),
        Chooser(word="first", among="cases", title="The first that applies counts"),
    )
}  # fmt: skip
"""The choosers, in the order of the schema."""

PLAIN = tuple(chooser for chooser in CHOOSERS.values() if chooser.word != "at least")
"""Those that are one phrase; one that counts has a figure in it: ``at least 2 of``."""
