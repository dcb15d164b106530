"""Hints beside an answer: what a partner is told to have that no rule knows, with the nearest name.

People hold other certifications and partners other awards, so nothing is refused; but a slip counts nothing, and says so here.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dsl.core import Core
from dsl.core.known_names import KnownNames
from dsl.diagnostics import listed, nearest

Json = Any
MOST = 10
"""How many hints an answer has; the last one speaks of all that is left."""
LONGEST = 100
"""Characters of a told value that are looked at."""
MOST_ALIKE = {False: 30, True: 300}
"""How many different values of one field are held against those known, of which an open text knows a few only."""
ALIKE = 0.85
"""How much of an open text is that of a known one where it is taken for a slip: a letter in seven may differ."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A told value that no rule knows: its JSON pointer, a sentence, and the nearest value that one does."""

    pointer: str
    message: str
    help: str
    what: str
    """What it is the value of: ``certification``, ``award``, ``benefit``, or a fact or field as people call it."""
    told: tuple[str, ...]
    """The values, cut where they are long; several where they are told of in one sentence."""
    near: str | None = None
    """The nearest value that a rule knows; where one is, a single value was told."""

    def as_json(self) -> dict[str, str]:
        """Return the hint as ``schemas/answer`` has it."""
        return {"pointer": self.pointer, "message": self.message, "help": self.help}


class Hints:
    """What the rules of a core know by name, and what facts have beside it."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._known = KnownNames(core)

    def of(self, facts: Mapping[str, Json]) -> tuple[Hint, ...]:
        """Return the hints about facts: one for each different value, those with a near name first, ``MOST`` at most.

        Of a text that may be any (a service, a region) only what is nearly a known value is told, and it has to be nearer.
        """
        slips: list[Hint] = []
        others: dict[str, list[tuple[str, str]]] = {}
        seen: set[tuple[str, str]] = set()
        looked_at: Counter[str] = Counter()
        for what, pointer, told, known, is_open in self._told(facts):
            if told in known or (what, told) in seen:
                continue
            seen.add((what, told))
            looked_at[what] += 1
            near = _near(told, known, is_open=is_open) if looked_at[what] <= MOST_ALIKE[is_open] else None
            if near is not None and len(slips) < MOST - 1:
                message = f"no rule knows the {what} `{told[:LONGEST]}`"
                slips.append(Hint(pointer, message, f"did you mean `{near}`?", what, (told[:LONGEST],), near))
            elif not is_open:
                others.setdefault(what, []).append((pointer, told))
        for what, all_ in others.items():
            values = sorted(told[:LONGEST] for _, told in all_)
            names = listed(values, most=3)
            several = len(all_) > 1
            message = f"no rule knows the {what}{'s' if several else ''} {names}"
            help_ = f"{'they count' if several else 'it counts'} for nothing here"
            slips.append(Hint(all_[0][0], message, help_, what, tuple(values)))
        return tuple(slips)

    def _told(self, facts: Mapping[str, Json]) -> Iterator[tuple[str, str, str, Mapping[str, None], bool]]:
        """Yield what, where and which value is told that may not be known, the values known, and whether others are as good."""
        for prefix, data in (("", facts), ("/projected", facts.get("projected", {}))):
            of_partner, lists = data.get("facts", {}), data.get("records", {})
            for name, texts in self._known.facts.items() if of_partner else ():
                if name in of_partner and isinstance(told := of_partner[name], str):
                    what = self.core.facts[name].title.lower()
                    yield what, f"{prefix}/facts/{name}", told, texts, True
            for name, fields in self._fields.items() if lists else ():
                if name not in lists:
                    continue
                raw = lists[name]
                rows, middle = (raw["rows"], "/rows") if isinstance(raw, dict) else (raw, "")
                for field, what, known, is_open in fields:
                    if {row.get(field) for row in rows} <= known.keys():
                        continue
                    for index, row in enumerate(rows):
                        told = row.get(field)
                        if told is not None and told not in known:
                            yield what, f"{prefix}/records/{name}{middle}/{index}/{field}", told, known, is_open

    @cached_property
    def _fields(self) -> Mapping[str, Sequence[tuple[str, str, Mapping[str, None], bool]]]:
        """Of each list its fields whose values are known, in their order: of what, which values, and whether others are as good."""
        found: dict[str, list[tuple[str, str, Mapping[str, None], bool]]] = {}
        for (name, field), (what, known, is_open) in self._known.fields.items():
            found.setdefault(name, []).append((field, what, known, is_open))
        return found


def _near(told: str, known: Mapping[str, None], *, is_open: bool) -> str | None:
    """Return the known value that is nearly the one told; an open text differs in signs, capitals or a letter."""
    if not is_open:
        return nearest(told[:LONGEST], known)
    plain = {_plain(one): one for one in reversed([*known])}
    same = _plain(told)
    close = [same] if same in plain else difflib.get_close_matches(same, plain, n=1, cutoff=ALIKE)
    return plain[close[0]] if close else None


def _plain(text: str) -> str:
    """Return a text without what people write in several ways: capitals, blanks, hyphens, a plural."""
    kept = "".join(letter for letter in text[:LONGEST].casefold() if letter.isalnum())
    return kept.removesuffix("s")
