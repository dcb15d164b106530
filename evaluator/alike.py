"""Of whom the same is told, as far as a rule reads it, where that is what many tell: flags, choices, no awards, or nothing.

Nearly every partner tells nothing of most areas of a programme. What a rule comes to then is the same for all of them: it
is decided once, and nothing of a partner at hand is kept with it.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from dsl import core as c
from dsl.core.reached import PROJECTED, of_list
from dsl.core.references import reads_of
from evaluator.facts import Facts


class Alike:
    """Tells of whom a rule's whole decision is the same."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._read: dict[str, AbstractSet[str]] = {}

    def who(self, rule: str, facts: Facts) -> str | None:
        """Return what tells those apart for whom a rule's decisions on a day may differ; None where that is not little.

        Args:
            rule: its id.
            facts: of a partner.
        """
        told = facts.alike(self._reads(rule))
        return None if told is None else str(told) if told else ""

    def _reads(self, rule: str) -> AbstractSet[str]:
        found = self._read.get(rule)
        if found is None:
            reads = reads_of(self.core, [self.core.asked(rule)])
            projected = (PROJECTED,) if reads.projected else ()
            # Where there are entries, what is told is no longer little: their checks may ask for anything.
            found = frozenset((*reads.facts, *reads.measures, *map(of_list, reads.records), *projected))
            self._read[rule] = found
        return found
