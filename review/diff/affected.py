"""What of two cores is not the same, and which rules can be reached by it: without looking at what they say."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from dsl import core as c
from dsl.core.keys import Keys
from dsl.core.references import made_of, references
from dsl.core.walk import each

Thing: TypeAlias = tuple[str, str]
"""What can change, by what it is and its name: a rule, a figure, a fact, a list, an award."""

Way: TypeAlias = tuple[Thing, ...]
"""From what changed, by what speaks of it, to what speaks of that."""

_REGISTER = ("award", "membership")
"""What the register says: of other days too."""

MEMBERSHIP: Thing = ("membership", "")
"""What the anniversaries of several awards rest on."""


class Reach:
    """Which things of a core speak of which, turned round: from what changed to the rules that it reaches."""

    def __init__(self, core: c.Core, beside: Reach | None = None, unlike: Iterable[Thing] = ()) -> None:
        """Take a core.

        Args:
            core: whose things they are.
            beside: another core's, looked through already: what is the same in both speaks of the same.
            unlike: what is not the same in that core.
        """
        self.core = core
        self._beside = beside
        self._unlike = frozenset(unlike)
        self._spoken_of: dict[Thing, tuple[Thing, ...]] = {}
        self._speakers: dict[Thing, list[Thing]] = {}
        for rule in core.rules.values():
            self._add(("rule", rule.id), self._of_rule(rule))
            for award in (rule.award, *rule.was):
                self._add(("award", award), [("rule", rule.id)])
        for named in core.named.values():
            figure = ("figure", named.name)
            self._add(figure, self._said(figure, each([named.value])))
        for records in core.records.values():
            formulas = (one.formula for one in records.fields.values() if one.formula is not None)
            self._add(("records", records.name), _of_nodes(each(formulas)))
        self._add(MEMBERSHIP, (("award", award) for award in core.awards))

    def on_the_day(self, changed: Iterable[Thing]) -> Mapping[Thing, Way]:
        """Return what rests on something that changed by what it asks on the day that is decided."""
        return self._from(changed, lambda thing: thing[0] not in _REGISTER)

    def at_all(self, changed: Iterable[Thing]) -> Mapping[Thing, Way]:
        """Return what rests on something that changed, also by what the register says: of checks on other days."""
        return self._from(changed, lambda _: True)

    def explained_by(self, changed: Iterable[Thing]) -> Mapping[Thing, Way]:
        """Return what an explanation can show something that changed in: also in the checks of the awards it speaks of.

        An anniversary tells its day, and of no award why it is held.
        """
        return self._from(changed, lambda thing: thing != MEMBERSHIP)

    def said_with(self, changed: Iterable[Thing]) -> Iterator[Thing]:
        """Yield what changed, and what speaks of it itself: of other things the words cannot be other ones."""
        for thing in changed:
            yield from (thing, *self._speakers.get(thing, ()))

    def _from(self, changed: Iterable[Thing], goes: Callable[[Thing], bool]) -> Mapping[Thing, Way]:
        """Return all that is reached, each with the shortest way: from what changed to what speaks of it."""
        ways: dict[Thing, Way] = {thing: (thing,) for thing in changed if goes(thing)}
        waiting = deque(ways)
        while waiting:
            thing = waiting.popleft()
            for speaker in self._speakers.get(thing, ()):
                if speaker not in ways and goes(speaker):
                    ways[speaker] = (*ways[thing], speaker)
                    waiting.append(speaker)
        return ways

    def _add(self, speaker: Thing, spoken_of: Iterable[Thing]) -> None:
        for thing in dict.fromkeys(spoken_of):
            self._speakers.setdefault(thing, []).append(speaker)

    def _of_rule(self, rule: c.Rule) -> Iterator[Thing]:
        if rule.is_award:
            yield ("award", rule.award)  # its standing is what the checks of the award leave
        yield from self._said(("rule", rule.id), made_of(self.core, rule))
        for version in rule.versions:
            effects = (*version.effects, *(effect for option in version.options for effect in option.effects))
            yield from (("rule", name) for effect in effects for name in effect.names if name in self.core.rules)

    def _said(self, speaker: Thing, nodes: Iterable[c.Expr]) -> Iterable[Thing]:
        """Return what a rule or figure speaks of in what it is made of."""
        if self._beside is not None and speaker not in self._unlike:
            return self._beside._spoken_of[speaker]
        found = self._spoken_of[speaker] = tuple(dict.fromkeys(_of_nodes(nodes)))
        return found


def _of_nodes(nodes: Iterable[c.Expr]) -> Iterator[Thing]:
    for node in nodes:
        for to, name, _ in references(node):
            if not (to == "records" and isinstance(node, c.OfPeople)):
                yield ("figure" if to == "named" else to, name)
        if node.of_anniversary not in (None, "own", "attained"):
            yield MEMBERSHIP
        if isinstance(node, c.OfPeople):
            yield from (("spelling", entry.certification) for one in node.lists for entry in one.entries)


def changed_things(before: c.Core, after: c.Core) -> list[Thing]:
    """Return what is not the same in two cores: compared as they were lowered, without places."""
    found: list[Thing] = []
    found += (("rule", name) for name in _unlike(before.rules, after.rules))
    found += (("figure", name) for name in _unlike(before.named, after.named))
    found += (("fact", name) for name in _unlike(before.facts, after.facts))
    found += (("records", name) for name in _unlike(before.records, after.records))
    spelt = {*before.certifications, *after.certifications}
    unlike = [one for one in sorted(spelt) if before.certifications.get(one, one) != after.certifications.get(one, one)]
    # Who counts people counts what their lists have; who looks at the records themselves may see any of them.
    counted = (name for one in unlike for name in (one, before.certifications.get(one), after.certifications.get(one)))
    found += (("spelling", name) for name in dict.fromkeys(counted) if name is not None)
    found += [("records", "certifications")] if unlike else []
    if _members(before) != _members(after) or before.awards != after.awards:
        found.append(MEMBERSHIP)
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Both:
    """Two cores, one beside the other: what is not the same in them, what that reaches, and their keys."""

    before: c.Core
    things: tuple[Thing, ...]
    reach: tuple[Reach, Reach]
    keys: tuple[Keys, Keys]
    """To be held against each other: what nothing reaches is left out of what the register says."""


def both_of(before: c.Core, after: c.Core) -> Both:
    """Return two cores, one beside the other, looked through once."""
    kept: Both | None = after.kept.get(_BESIDE)
    if kept is None or kept.before is not before:
        things = tuple(changed_things(before, after))
        old = Reach(before)
        reach = old, Reach(after, old, things)
        touched = {name for its in reach for what, name in its.on_the_day(things) if what == "rule"}
        keys = [Keys(core, frozenset(core.rules) - touched) for core in (before, after)]
        kept = after.kept[_BESIDE] = Both(before, things, reach, (keys[0], keys[1]))
    return kept


_BESIDE = "what another core has that is not the same"


def _members(core: c.Core) -> tuple[str, ...]:
    return tuple(sorted(core.members))


def _unlike(one: Mapping[str, object], other: Mapping[str, object]) -> Iterator[str]:
    for name in dict.fromkeys([*one, *other]):
        if one.get(name) != other.get(name):
            yield name


Said: TypeAlias = Callable[[Thing], str]


def way_in_words(way: Way, said: Said) -> str:
    """Return the way from what changed to a rule, for readers: ``people asked → Security → buy Security``."""
    told = [said(thing) for thing in way if thing[0] not in _REGISTER]
    return " → ".join(dict.fromkeys(told)) or "what makes the membership"
