"""Checks that rest on themselves, through an anniversary or the days on which something is asked.

An anniversary of others on a day rests on the checks of the days before it, and on the days of all checks around it
(``evaluator.register.checks``). So a check that asks for one goes back in time and comes to an end: a circle is one that cannot be
decided only where some step in it does not go back.

- What tells the days of a check is asked on days before and after: whatever comes back to it rests on itself.
- `on D` and `sometime` may ask on days after the one on which they are asked. Where `D` is surely a day before, what is held on it
  rests on the checks until then alone: so an award may ask whether it was held itself, or at a lower level.
- Whether an award is held with a check whose window is open is asked on all days of that window.

In a check each anniversary but the `first` is the one that is checked and rests on nothing; a measure is about the
partner, so one that stands in it is the membership's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from dsl import core as c
from dsl.check.anniversaries import OF_THE_CHECK
from dsl.check.earlier import When, when
from dsl.core.references import references
from dsl.core.walk import asked, by_role, children, walk
from dsl.diagnostics import Diagnostic, Label
from dsl.source import Span

WHEN_CHECKED = tuple(sorted(OF_THE_CHECK - {"renews to"}))
VALID = "valid"


class Thing(NamedTuple):
    """What can rest on itself: a named value, the requirement of a rule, or one of its settings."""

    name: str
    word: str = ""
    """The setting, empty for a requirement or a named value."""
    in_check: bool = False
    """Whether it is decided in the check of an entry: then the anniversary is that one's."""

    def __str__(self) -> str:
        if self.word == VALID:
            return f"`valid` of `{self.name}`"
        if self.word:
            return f"the days of the check of `{self.name}`"
        return f"the check of `{self.name}`" if self.in_check else f"`{self.name}`"


@dataclass(frozen=True, slots=True)
class Step:
    """That one thing asks for another: on which days, and where that is written."""

    to: Thing
    when: When
    origin: Span


@dataclass(frozen=True, slots=True)
class _From:
    """From where nodes are looked at."""

    rule: c.Rule | None = None
    start: date | None = None
    """The first day on which it is asked, where one is known."""
    in_check: bool = False
    ahead: bool = False
    """Whether it may be asked on later days than the thing it stands in."""
    behind: bool = False
    """Whether it is asked on earlier days alone."""


def checks_in_time(core: c.Core) -> list[Diagnostic]:
    """Return C502 for every check that cannot be decided because it rests on itself, with the way round."""
    return list(_Circles(core).found())


@dataclass
class _Circles:
    core: c.Core
    steps: dict[Thing, tuple[Step, ...]] = field(default_factory=dict)
    _others: dict[str | None, list[c.Rule]] = field(default_factory=dict)
    """The rules whose checks an anniversary of others rests on, by the kind that shares it; None: the membership's alone."""

    def found(self) -> Iterator[Diagnostic]:
        told: set[frozenset[Thing]] = set()
        for thing in self._all():
            for step in self.steps[thing]:
                if step.when == "before":
                    continue
                way = self._way(step, thing, back=step.when == "any")
                ring = frozenset(one.to for one in way)
                if way and not any(ring & other for other in told):
                    told.add(ring)
                    yield _told(thing, way)

    def _all(self) -> list[Thing]:
        """Find the steps of all that the checks of awards ask for; return the things in order."""
        waiting = [Thing(rule.id, in_check=True) for rule in self.core.rules.values() if rule.is_award]
        waiting += [
            Thing(rule.id, word, in_check=word != VALID)
            for rule in self.core.rules.values()
            for word in (*WHEN_CHECKED, "renews to", VALID)
            if rule.is_award
        ]
        while waiting:
            thing = waiting.pop()
            if thing not in self.steps:
                # Of steps that differ in where they are written the first is told.
                first: dict[tuple[Thing, When], Step] = {}
                for step in self._of(thing):
                    first.setdefault((step.to, step.when), step)
                self.steps[thing] = tuple(first.values())
                waiting.extend(step.to for step in self.steps[thing])
        return sorted(self.steps)

    def _way(self, first: Step, home: Thing, *, back: bool) -> list[Step]:
        """Return the shortest way home that begins with a step; empty without one.

        Args:
            first: the step.
            home: from where it goes.
            back: also by steps to earlier days.
        """
        ways: dict[Thing, list[Step]] = {first.to: [first]}
        waiting = deque([first.to])
        while waiting and home not in ways:
            here = waiting.popleft()
            for step in self.steps[here]:
                if step.to not in ways and (back or step.when != "before"):
                    ways[step.to] = [*ways[here], step]
                    waiting.append(step.to)
        return ways.get(home, [])

    # ---- what a thing asks for

    def _of(self, thing: Thing) -> Iterator[Step]:
        if thing.name in self.core.named:
            yield from self._asked(self.core.named[thing.name].value, _From())
            return
        rule = self.core.rules.get(thing.name)
        # What lowering refused is told of there, and asks for nothing here.
        for version in rule.versions if rule is not None else ():
            at = _From(rule, version.days.start, thing.in_check)
            if thing.word:
                for setting in version.settings.get(thing.word, ()):
                    for value in setting.value if isinstance(setting.value, tuple) else (setting.value,):
                        yield from self._asked(value, at)
            elif version.requirement is not None:
                yield from self._asked(version.requirement, at)
                if thing.in_check and version.settings.get("met sometime"):
                    yield from self._days_of_register(version.requirement)

    def _asked(self, node: c.Expr, at: _From) -> Iterator[Step]:
        for to, name, _ in references(node):
            if to == "named":
                yield self._step(Thing(name), "same", node, at)
            elif to == "rule":
                yield self._step(Thing(name, in_check=at.in_check), "same", node, at)
            elif to == "award":
                yield from self._of_award(name, node, at)
        if node.of_anniversary is not None:
            yield from self._anniversary(node.of_anniversary, node, at)
        elsewhere = [part for how, part in asked(node) if how == "on another day"]
        dates = by_role(node, "date") if elsewhere else ()
        later = self._on(dates[-1], at) if elsewhere else at
        for part in (*dates, *(child for child in children(node) if child not in dates)):
            yield from self._asked(part, later if part in elsewhere else at)
        if isinstance(node, c.Sometime):
            yield from self._days_of_register(node.condition)

    def _on(self, last: c.Expr, at: _From) -> _From:
        """Return from where is looked at what is asked on another day, or on days through it."""
        lies = when(last, self.core, at.start)
        return (
            at if lies == "same" else replace(at, ahead=at.ahead or lies == "any", behind=at.behind or lies == "before")
        )

    def _of_award(self, award: str, node: c.Expr, at: _From) -> Iterator[Step]:
        for rule in self._related([award]):
            if isinstance(node, c.InRenewal):
                yield from self._when_checked(rule, ("renewable",), node)
            else:
                yield self._step(Thing(rule.id, in_check=True), _when_held(rule), node, at)
                yield from self._when_checked(rule, (*WHEN_CHECKED, "renews to"), node)

    def _step(self, to: Thing, when: When, node: c.Expr, at: _From) -> Step:
        if at.behind and when == "same":
            when = "before"
        return Step(to, "any" if at.ahead else when, node.origin)

    def _when_checked(self, rule: c.Rule, words: Iterable[str], node: c.Expr) -> Iterator[Step]:
        return (Step(Thing(rule.id, word, in_check=True), "any", node.origin) for word in words)

    def _anniversary(self, which: str, node: c.Expr, at: _From) -> Iterator[Step]:
        if which == "attained" or (at.in_check and which != "first"):
            return
        if which in ("own", "shared") and at.rule is not None:
            yield self._step(Thing(at.rule.id, VALID), "same", node, at)
        if which != "own":
            kind = at.rule.kind if which == "shared" and at.rule is not None else None
            if kind not in self._others:
                self._others[kind] = list(self._related(self._counted(kind)))
            for rule in self._others[kind]:
                yield self._step(Thing(rule.id, in_check=True), "before", node, at)
                yield from self._when_checked(rule, WHEN_CHECKED, node)

    def _days_of_register(self, condition: c.Expr) -> Iterator[Step]:
        """Yield the steps of a window to the days of checks: they are days on which an anniversary can change."""
        waiting, seen = [condition], set[str]()
        while waiting:
            for node in walk(waiting.pop()):
                for to, name, _ in references(node):
                    if to == "named" and name not in seen and name in self.core.named:
                        seen.add(name)
                        waiting.append(self.core.named[name].value)
                    elif to == "rule" and name not in seen and name in self.core.rules:
                        seen.add(name)
                        versions = self.core.rules[name].versions
                        waiting.extend(one.requirement for one in versions if one.requirement is not None)
                if node.of_anniversary is not None:
                    for rule in self.core.rules.values():
                        if rule.is_award:
                            yield from self._when_checked(rule, WHEN_CHECKED, node)
                    return  # another one asks for the same checks

    # ---- whose entries count

    def _counted(self, kind: str | None) -> Iterator[str]:
        """Yield the awards whose entries give an anniversary: those of the membership, and all of a kind."""
        yield from self.core.members
        for rule in self.core.rules.values():
            if rule.is_award and (rule.kind == kind or rule.award in self.core.members):
                yield from (rule.award, *rule.was)

    def _related(self, awards: Iterable[str]) -> Iterator[c.Rule]:
        """Yield the rules by which entries of awards are checked: also of those before them, and that followed."""
        found = dict.fromkeys(other for award in awards for other in self._lines.get(award, ()))
        return (self.core.rules[name] for name in found)

    @cached_property
    def _lines(self) -> dict[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = {}
        by_award: dict[str, list[str]] = {}
        for rule in self.core.rules.values():
            if rule.is_award:
                by_award.setdefault(rule.award, []).append(rule.id)
        for award in by_award:
            line, waiting = dict.fromkeys((award,)), [award]
            while waiting:
                here = waiting.pop()
                own = self.core.rule_of_award.get(here)
                beside = (*(own.was if own else ()), *(one.award for one in self.core.followers.get(here, ())))
                waiting.extend(other for other in beside if other not in line)
                line.update(dict.fromkeys(beside))
            found[award] = dict.fromkeys(rule for other in line for rule in by_award.get(other, ()))
        return found


def _when_held(rule: c.Rule) -> When:
    """Return whether holding an award is asked for on later days: where a window goes on after the day of its check."""
    for version in rule.versions:
        for met in version.settings.get("met sometime", ()):
            last = met.value[1] if isinstance(met.value, tuple) else met.value
            checked = [one.value for one in version.settings.get("checked at", ())]
            if not all(isinstance(day, c.Node) and _is_by(last, day) for day in checked or [_DUE]):
                return "any"
    return "same"


_DUE = c.Anniversary(which="own", type=c.DATE)
"""The anniversary that is checked: the day of the check where no other is told."""


def _is_by(last: c.Expr, day: c.Expr) -> bool:
    """Whether the last day of a window is surely none after the day of the check."""
    if isinstance(day, c.Case):
        return all(_is_by(last, branch.value) for branch in day.branches)
    if isinstance(day, c.Shift) and not day.back and _is_by(last, day.date):
        return True
    while isinstance(last, c.Shift) and last.back:
        last = last.date
    if isinstance(last, c.Anniversary) and isinstance(day, c.Anniversary):
        return "first" not in (last.which, day.which) and (last.which == "attained") == (day.which == "attained")
    return last == day


def _told(home: Thing, way: list[Step]) -> Diagnostic:
    """Tell a circle, from what is checked on: there it can be written otherwise."""
    while not home.in_check and any(step.to.in_check for step in way):
        home, way = way[0].to, [*way[1:], way[0]]
    ring = [home, *(step.to for step in way)]
    spans = [step.origin for step in way]
    labels = tuple(Label(span, f"{a} asks for {b}") for span, (a, b) in zip(spans[1:], pairwise(ring[1:]), strict=True))
    return Diagnostic(
        "C502",
        f"this rests on itself: {' → '.join(map(str, ring))}",
        spans[0],
        help=_help(ring),
        labels=labels,
    )


def _help(ring: list[Thing]) -> str:
    if any(thing.word == VALID for thing in ring):
        return "say how long it is valid without asking for its own anniversary"
    if any(thing.word for thing in ring):
        return (
            "write `anniversary` in the rule itself, where it is the one that is checked; in a measure, and after "
            "`first`, it is that of the membership, which rests on this check"
        )
    return "ask for no day after the check: what is held on such a day rests on the check itself"
