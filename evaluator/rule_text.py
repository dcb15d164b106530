"""A rule in words, from the core alone: what it requires in a version, section by section."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dsl import core as c
from dsl.core.references import expressions, walk
from dsl.core.walk import topmost
from dsl.source import Span
from evaluator.sentence import Speaker, days

PICKS = {
    "exactly_one": "one option is to be chosen",
    "at_most_one": "at most one option can be chosen",
    "any": "any options can be chosen",
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement in words; ``code`` is the reason code that decisions give for it."""

    code: str
    title: str
    sentence: str
    days: c.Days
    cites: tuple[c.Citation, ...]
    assumes: tuple[str, ...]
    origin: Span
    parts: tuple[Clause, ...]

    @property
    def at(self) -> str:
        """``file:line`` of what is told."""
        return f"{self.origin.source.name}:{self.origin.line}"


@dataclass(frozen=True, slots=True)
class Definition:
    """A measure or figure that a rule names, and how it is reckoned."""

    name: str
    title: str
    sentence: str
    at: str


@dataclass(frozen=True, slots=True)
class OptionText:
    """An option of a choice in words."""

    name: str
    title: str
    days: c.Days
    cites: tuple[c.Citation, ...]
    assumes: tuple[str, ...]
    effects: tuple[str, ...]
    clauses: tuple[Clause, ...]
    at: str


@dataclass(frozen=True, slots=True)
class RuleText:
    """One version of a rule in words.

    ``sentences`` tell what is not a requirement: the amount and due date of a fee, checks and windows of an award.
    """

    title: str
    days: c.Days
    cites: tuple[c.Citation, ...]
    assumes: tuple[str, ...]
    seen: date | None
    at: str
    sentences: tuple[str, ...]
    clauses: tuple[Clause, ...]
    options: tuple[OptionText, ...]
    definitions: tuple[Definition, ...]


def rule_text(core: c.Core, version: c.RuleVersion, day: date) -> RuleText:
    """Return a version of a rule in words, with the figures of a day in it."""
    teller = _Teller(core, day)
    return RuleText(
        title=version.title,
        days=version.days,
        cites=version.basis.cites,
        assumes=version.basis.assumes,
        seen=version.basis.seen,
        at=_at(version.origin),
        sentences=tuple(teller.sentences(version)),
        clauses=(*teller.clauses(version.requirement), *teller.stages(version)),
        options=tuple(teller.option(option) for option in version.options if day in option.days),
        definitions=tuple(_definitions(core, teller.speaker, version)),
    )


def _definitions(core: c.Core, speaker: Speaker, version: c.RuleVersion) -> Iterator[Definition]:
    """Yield what a version names on the day told of and its sentences do not tell, also through other measures."""
    day = speaker.day
    waiting = [node for part in expressions(version, day) for node in walk(part, day) if isinstance(node, c.Named)]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop(0).name
        if name in seen:
            continue
        seen.add(name)
        declared = core.named[name]
        inner = list(walk(declared.value, day))
        waiting.extend(node for node in inner if isinstance(node, c.Named))
        if not all(isinstance(node, c.Literal | c.Dated) for node in inner):
            yield Definition(name, declared.title, speaker.say(declared.value), _at(declared.origin))


def first_lost(version: c.RuleVersion, day: date) -> str:
    """Say which day after a failed check is the first without the award.

    Args:
        version: the rule; its days to meet it and its days for renewing can end later than the grace.
        day: the day told of.
    """
    text = "that day is the first without it"
    if _is_set(version, "met sometime", day):
        text += ", but not before the days to meet it are over"
    if _is_set(version, "renewable", day):
        text += "; where it passes and is not renewed it is lost that day too, but not before the days for renewing are over"
    return text


def _is_set(version: c.RuleVersion, word: str, day: date) -> bool:
    return any(day in setting.days for setting in version.settings.get(word, ()))


def version_told(rule: c.Rule, day: date) -> c.RuleVersion:
    """Return the version in force on a day; else the next one, else the last."""
    now = rule.version_on(day)
    ahead = (version for version in rule.versions if version.days.start is not None and version.days.start > day)
    return now or next(ahead, rule.versions[-1])


class _Teller:
    def __init__(self, core: c.Core, day: date) -> None:
        self.speaker = Speaker(core, day)
        self.day = day

    def clauses(self, node: c.Expr | None) -> tuple[Clause, ...]:
        """Return the requirements at the top of a node, each with those inside it."""
        return () if node is None else tuple(self._clause(found) for found in topmost(node, self.day))

    def _clause(self, node: c.Requirement) -> Clause:
        return Clause(
            code=node.code,
            title=node.title,
            sentence=self.speaker.say(node.value),
            days=node.days,
            cites=node.basis.cites,
            assumes=node.basis.assumes,
            origin=node.origin,
            parts=self.clauses(node.value),
        )

    def stages(self, version: c.RuleVersion) -> Iterator[Clause]:
        for branch in version.stage.branches if version.stage is not None else ():
            sentence = "otherwise" if branch.when is None else f"when {self.speaker.say(branch.when)}"
            title = branch.name.replace("_", " ").capitalize()
            basis = branch.basis
            yield Clause(branch.name, title, sentence, c.ALWAYS, basis.cites, basis.assumes, branch.origin, ())

    def option(self, option: c.Option) -> OptionText:
        return OptionText(
            name=option.name or "no_choice",
            title=option.title,
            days=option.days,
            cites=option.basis.cites,
            assumes=option.basis.assumes,
            effects=tuple(self.effect(effect) for effect in option.effects if self.day in effect.days),
            clauses=self.clauses(option.requirement),
            at=_at(option.origin),
        )

    def effect(self, effect: c.Effect) -> str:
        text = f"{effect.verb} {', '.join(effect.names)}"
        if effect.up_to is not None:
            text += f", up to {self.speaker.say(effect.up_to)}"
        return text if effect.when is None else f"{text}, when {self.speaker.say(effect.when)}"

    def sentences(self, version: c.RuleVersion) -> Iterator[str]:
        if version.amount is not None:
            yield f"amount: {self.speaker.say(version.amount)}"
        if version.requirement is not None and not any(True for _ in topmost(version.requirement)):
            yield self.speaker.say(version.requirement)
        if version.gives_badge_at_once(self.day):
            yield "the badge is given as soon as the requirements are met"
        if version.options:
            yield PICKS[version.pick(self.day)]
        for word, settings in version.settings.items():
            now = [setting for setting in settings if self.day in setting.days] or list(settings)
            for setting in now:
                dated = f" ({days(setting.days)})" if setting.days != c.ALWAYS else ""
                said = f" from a check that it fails: {first_lost(version, self.day)}" if word == "lost after" else ""
                yield f"{word} {self._bounds(setting)}{said}{dated}"
        yield from (self.effect(effect) for effect in version.effects if self.day in effect.days)

    def _bounds(self, setting: c.SettingVersion) -> str:
        if isinstance(setting.value, tuple):
            first, last = setting.value
            return f"from {self.speaker.say(first)} through {self.speaker.say(last)}"
        return self.speaker.say(setting.value)


def _at(origin: Span) -> str:
    return f"{origin.source.name}:{origin.line}"
