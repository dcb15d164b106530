"""A rule in words as text for people: what it asks for, line by line, where that is written, and what is to be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.core.references import reads_of
from dsl.source import Span
from review.words.decision_text import Paint, cite_text, unpainted
from review.words.lines import Line, is_figure, lines_of, names_in, of_group, version_told
from review.words.speaker import Speaker
from review.words.vocabulary import (
    certification_lists,
    certification_text,
    is_of_membership,
    means_membership,
    membership_text,
    values_text,
)

PICKS = {
    "exactly_one": "one option is to be chosen",
    "at_most_one": "at most one option can be chosen",
    "any": "any options can be chosen",
}


def rule_lines(core: c.Core, rule: c.Rule, day: date, *, paint: Paint = unpainted) -> list[str]:
    """Return a rule as lines: the version in force on a day, else the next one, else the last.

    Args:
        core: the policies.
        rule: one of its rules.
        day: the day told of; where no version is in force on it, the figures are of the first or last day of the one told.
        paint: colours words.
    """
    told = version_told(rule, day)
    return list(_Telling(core, rule, told, Speaker(core, _day_of(told, day)), paint).lines(day))


def _day_of(version: c.RuleVersion, day: date) -> date:
    """Return the day itself where the version is in force, else its first or last day."""
    if version.in_force(day):
        return day
    if version.days.start is not None and day < version.days.start:
        return version.days.start
    return date.fromordinal(version.days.end.toordinal() - 1) if version.days.end is not None else day


@dataclass(frozen=True, slots=True)
class _Telling:
    core: c.Core
    rule: c.Rule
    version: c.RuleVersion
    speaker: Speaker
    paint: Paint

    def lines(self, day: date) -> Iterator[str]:
        version = self.version
        yield f"{self.paint(self.rule.id, 'head')}  {version.title}  {self.at(version.origin)}"
        for one in self.rule.versions:
            mark = f"  in force on {day}" if one.in_force(day) else ""
            shown = "  told below" if one is version and not mark and len(self.rule.versions) > 1 else ""
            yield f"  {one.days}{mark}{shown}"
        if not version.in_force(day):
            yield f"  not in force on {day}"
        yield from self.notes(version.basis, "  ")
        if version.basis.seen is not None:
            seen = f"  observed on {version.basis.seen}; applied to earlier days it is an assumption"
            yield self.paint(seen, "faint")
        lines = lines_of(version, self.speaker.day)
        for line in of_group(lines, "amount", "badge", "choice", "setting", "effect"):
            yield f"  {self.said(line)}"
        for line in of_group(lines, "asked", "stage", "option"):
            yield from self.block(line, 1, version.basis.cites)
        yield from self.definitions()
        yield from self.to_tell()

    def block(self, line: Line, depth: int, cited: tuple[c.Citation, ...]) -> Iterator[str]:
        """Yield a line with its sources and what stands inside it, deeper."""
        indent = "  " * depth
        match line.of:
            case c.Requirement() as node:
                code = node.code.removeprefix(f"{self.rule.id}.")
                head, basis, origin, days = (
                    f"{code}  {node.title}: {self.said(line)}",
                    node.basis,
                    node.origin,
                    node.days,
                )
            case c.Branch() as branch:
                title = branch.name.replace("_", " ").capitalize()
                head, basis, origin = f"{branch.name}  {title}: {self.said(line)}", branch.basis, branch.origin
                days = c.ALWAYS
            case c.Option() as option:
                head = f"option {option.name or 'no_choice'}  {option.title}"
                basis, origin, days = option.basis, option.origin, option.days
            case c.Node() | c.Effect() | c.SettingVersion() | c.Stated():
                yield f"{indent}{self.said(line)}"
                return
            case _:
                assert_never(line.of)
        dated = f" ({days})" if days != c.ALWAYS else ""
        yield f"{indent}{head}{dated}  {self.at(origin)}"
        shown = c.Basis((), basis.assumes, basis.seen) if basis.cites == cited else basis
        yield from self.notes(shown, f"{indent}    ")
        for part in line.parts:
            yield from self.block(part, depth + 1, basis.cites or cited)

    def said(self, line: Line) -> str:
        """Return what a line says in words."""
        say = self.speaker.say
        match line.of:
            case c.Requirement(value=value):
                return say(value)
            case c.Branch(when=when):
                return "otherwise" if when is None else f"when {say(when)}"
            case c.Option(title=title):
                return title
            case c.Effect() as effect:
                return self.speaker.effect(effect)
            case c.SettingVersion(days=days):
                dated = f" ({days})" if days != c.ALWAYS else ""
                lost = f" from a check that it fails: {line.note}" if line.note else ""
                return f"{line.name} {self.speaker.setting(line.of)}{lost}{dated}"
            case c.Stated():
                at_once = "the badge is given as soon as the requirements are met"
                return PICKS[line.name] if line.group == "choice" else at_once
            case c.Node() as node:
                return f"amount: {say(node)}" if line.group == "amount" else say(node)
            case _:
                assert_never(line.of)

    def definitions(self) -> Iterator[str]:
        """Yield the measures that are named and how they are reckoned, the membership, and what lists hold."""
        day = self.speaker.day
        found = [named for named in names_in(self.core, [self.version], day) if not is_figure(named, day)]
        where = [f"    {named.title} is {self.speaker.say(named.value)}  {self.at(named.origin)}" for named in found]
        where += self.membership()
        if where:
            yield "  where"
            yield from where
        lists = certification_lists(self.core, [self.version], day)
        if lists:
            yield "  certifications that count"
        for one in lists:
            counting = (certification_text(self.core, entry) for entry in one.entries if day in entry.days)
            yield f"    {one.title}: {'; '.join(counting) or 'none on this day'}"

    def membership(self) -> Iterator[str]:
        """Tell whose anniversary the rule means, and whether its own is one of those."""
        said = self.core.membership
        if said is not None and means_membership(self.core, self.rule, [self.version], self.speaker.day):
            yield f"    {membership_text(self.core)}  {self.at(said.origin)}"
        if said is not None and is_of_membership(self.core, self.rule.award):
            text = "it makes the membership: while it is held, its anniversary is one of the membership's"
            yield f"    {text}  {self.at(said.origin)}"

    def to_tell(self) -> Iterator[str]:
        """Yield what a service tells to have the rule decided."""
        reads = reads_of(self.core, [self.rule])
        if reads.facts or reads.measures or reads.records:
            yield "  to have it decided, tell:"
        for name in reads.facts:
            yield f"    /facts/{name}  {self.core.facts[name].title} ({self.core.facts[name].type})"
            yield from _spelt(self.core.facts[name].type, "")
        for name in reads.measures:
            measure = self.core.named[name]
            yield f"    /facts/{name}  {measure.title} ({measure.type}), or the records it is reckoned from"
        for name in reads.records:
            records = BUILT_IN.get(name) or self.core.records[name]
            fields = [field.name for field in records.fields.values() if field.formula is None]
            shown = ", ".join(["month", *fields] if records.monthly else fields)
            yield f"    /records/{name}  {records.title} ({shown})"
            for field in records.fields.values() if name not in BUILT_IN else ():
                yield from _spelt(field.type, f"{field.name}: ")

    def notes(self, basis: c.Basis, indent: str) -> Iterator[str]:
        if basis.cites:
            yield self.paint(f"{indent}{cite_text(basis.cites)}", "faint")
        yield from _assumed(basis.assumes, indent, self.paint)

    def at(self, origin: Span) -> str:
        return self.paint(f"{origin.source.name}:{origin.line}", "faint")


def _spelt(type_: c.Type, name: str) -> Iterator[str]:
    text = values_text(type_)
    if text:
        yield f"      {name}{text}"


def _assumed(assumes: Iterable[str], indent: str, paint: Paint) -> Iterator[str]:
    for text in assumes:
        yield paint(f"{indent}assumes: {text}", "faint")
