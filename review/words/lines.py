"""What a rule says, as one tree of lines; text, JSON and the guide are renderers of it.

Which lines there are, in which order and on which days is decided here and nowhere else. How a line reads is said by a
speaker (``review.words.speaker``): a renderer takes the one for its readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from dsl import core as c
from dsl.core.references import expressions, walk
from dsl.core.walk import topmost

Group: TypeAlias = Literal["amount", "asked", "stage", "choice", "option", "effect", "badge", "setting"]
Said: TypeAlias = c.Expr | c.Branch | c.Stated | c.Option | c.Effect | c.SettingVersion


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a version of a rule says.

    ``name`` is the code of a requirement or option, the name of a stage, how many options may be chosen, the verb of an
    effect, the word of a setting. ``parts`` stand inside it: the requirements of a requirement, what an option asks and does.
    """

    group: Group
    name: str
    of: Said
    parts: tuple[Line, ...] = ()
    beside: frozenset[str] = frozenset()
    """Of ``lost after``: the settings beside it that can end later than the grace (``MAY_END_LATER``)."""


@dataclass(frozen=True, slots=True)
class Told:
    """Which of the things with days are told: those of a day, or all of them."""

    day: date | None

    def __contains__(self, days: c.Days) -> bool:
        return self.day is None or self.day in days


def lines_of(version: c.RuleVersion, day: date | None) -> tuple[Line, ...]:
    """Return what a version of a rule says.

    Args:
        version: the version.
        day: tell what counts on this day; None: what counts on any day.
    """
    return tuple(_lines(version, Told(day)))


def _lines(version: c.RuleVersion, told: Told) -> Iterator[Line]:
    if version.amount is not None:
        yield Line("amount", "amount", version.amount, asked_of(version.amount, told.day))
    if version.requirement is not None:
        asked = asked_of(version.requirement, told.day)
        yield from asked or (Line("asked", "", version.requirement),)
    for branch in version.stage.branches if version.stage is not None else ():
        yield Line("stage", branch.name, branch)
    if version.options:
        yield from _choice(version, told)
    yield from (_option(option, told) for option in version.options if option.days in told)
    yield from _effects(version.effects, told)
    yield from (Line("badge", "badge", stated) for stated in version.immediate_badge if stated.days in told)
    for word, settings in version.settings.items():
        beside = _beside(version, told) if word == "lost after" else frozenset[str]()
        yield from (Line("setting", word, setting, beside=beside) for setting in settings if setting.days in told)


def _beside(version: c.RuleVersion, told: Told) -> frozenset[str]:
    return frozenset(word for word in MAY_END_LATER if any(one.days in told for one in version.settings.get(word, ())))


MAY_END_LATER = ("met sometime", "renewable")
"""Days to meet an award, and days for renewing it, can end later than the grace: it is not lost before."""


def asked_of(node: c.Expr, day: date | None) -> tuple[Line, ...]:
    """Return the requirements at the top of a node, each with those inside it."""
    return tuple(Line("asked", found.code, found, asked_of(found.value, day)) for found in topmost(node, day))


def _choice(version: c.RuleVersion, told: Told) -> Iterator[Line]:
    stated = [
        Line("choice", name, one)
        for name, all_ in (("exactly_one", version.must_choose), ("at_most_one", version.at_most_one))
        for one in all_
        if one.days in told
    ]
    yield from stated or (Line("choice", "any", c.Stated()),)


def _option(option: c.Option, told: Told) -> Line:
    asked = asked_of(option.requirement, told.day) if option.requirement is not None else ()
    return Line("option", option.code, option, (*asked, *_effects(option.effects, told)))


def _effects(effects: Iterable[c.Effect], told: Told) -> Iterator[Line]:
    yield from (Line("effect", effect.verb, effect) for effect in effects if effect.days in told)


def of_group(lines: Iterable[Line], *groups: Group) -> list[Line]:
    """Return the lines of some groups, in their order."""
    return [line for line in lines if line.group in groups]


def names_in(core: c.Core, versions: Iterable[c.RuleVersion], day: date | None) -> list[c.NamedDecl]:
    """Return the figures and measures that versions speak of by name, and those that these speak of, nearest first."""
    found: dict[str, None] = {}
    waiting = list(nodes_in(versions, day))
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, c.Named) and node.name not in found:
            found[node.name] = None
            waiting.extend(walk(core.named[node.name].value, day))
    return [core.named[name] for name in found]


def nodes_in(versions: Iterable[c.RuleVersion], day: date | None) -> Iterator[c.Expr]:
    """Yield every node of versions that counts on a day, or on any."""
    for version in versions:
        for part in expressions(version, day):
            yield from walk(part, day)


def is_figure(named: c.NamedDecl, day: date) -> bool:
    """Whether a name stands for a figure, which is told where it is used."""
    return all(isinstance(node, c.Literal | c.Dated) for node in walk(named.value, day))


def version_told(rule: c.Rule, day: date) -> c.RuleVersion:
    """Return the version in force on a day; else the next one, else the last."""
    now = rule.version_on(day)
    ahead = (version for version in rule.versions if version.days.start is not None and version.days.start > day)
    return now or next(ahead, rule.versions[-1])
