"""What is told of explanations, made once: beside what was decided for one partner, or for all of whom the same is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from evaluator.explanation import Explanation


@dataclass(slots=True, eq=False)
class Kept:
    """Reasons and notes of what one interpreter decided.

    Each is with its explanation: an identity is one object's only as long as that is there. What a reason and a note are
    is known by those who make them, ``reasons`` and ``resting``; to the interpreter they are none of its meaning.
    """

    reasons: dict[tuple[object, ...], tuple[Explanation, Any]] = field(default_factory=dict)
    """By what a reason is made of: the explanation and what is around it."""
    notes: dict[int, tuple[Explanation, Any]] = field(default_factory=dict)
    """By the explanation."""


Elsewhere: TypeAlias = Mapping[int, Kept]
"""By explanations that were decided for other partners too: what is kept beside those."""
