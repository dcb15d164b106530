"""Words that are misspelt: told by the letters that differ, and by nothing else.

A slip leaves most of a word as it is: what differs in more than a few letters is another word, whatever reads on with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def slips(run: str, known: Iterable[str]) -> list[tuple[str, str]]:
    """Return beginnings of a run of words, each with the phrase that it is a slip of, the nearest first.

    >>> slips("hold any of", ["holds", "held any of", "any of"])[0]
    ('hold', 'holds')
    >>> slips("half of seats", ["all of", "any of"]), slips("then seats", ["when"])
    ([], [])
    """
    tokens = list(re.finditer(r"\S+", run))
    found: list[tuple[int, int, str, str]] = []
    for phrase in known:
        words = phrase.split()
        # A blank too few or too many is a slip as well: `up to` and `upto`.
        for count in (len(words), len(words) - 1, len(words) + 1):
            if not 0 < count <= len(tokens):
                continue
            written = run[: tokens[count - 1].end()]
            if written == phrase:
                continue
            said = written.lower().split()
            if count == len(words):
                distances = [_slip(one, word) for one, word in zip(said, words, strict=True)]
            else:
                distances = [1 if "".join(said) == "".join(words) else None]
            if None not in distances:
                found.append((sum(filter(None, distances)), len(written), written, phrase))
    return [(written, phrase) for _, _, written, phrase in sorted(found)]


def _slip(written: str, word: str) -> int | None:
    """Return in how many letters a word is written otherwise, None where that is another word."""
    letters = len(word)
    most = 0 if letters < 3 else 1 if letters < 6 else 2 if letters < 9 else 3
    if {*written} == {*word} and letters < 3:
        most = 1  # Both letters are there: `ot`.
    if written[:1] != word[:1] and letters < 6 and {*written[:2]} != {*word[:2]}:
        return None  # The first letter of a short word is seldom mistyped: `then` is no `when`.
    distance = _distance(written, word)
    return distance if distance <= most else None


def _distance(a: str, b: str) -> int:
    """Return how many letters have to be put, left out, changed, or exchanged with their neighbour."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, one in enumerate(a, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one != other))
            if i > 1 and j > 1 and one == b[j - 2] and a[i - 2] == other:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]
