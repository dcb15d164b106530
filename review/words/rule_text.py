"""A rule in words as text for people: what it asks for, line by line, where that is written, and what is to be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.core.references import reads_of
from dsl.source import Span
from review.languages.voice import ENGLISH, Voice, voice
from review.words.decision_text import Paint, cite_text, unpainted
from review.words.lines import Line, is_figure, lines_of, names_in, of_group, version_told
from review.words.speaker import Speaker
from review.words.titles import title_text
from review.words.vocabulary import (
    certification_lists,
    certification_text,
    first_lost_text,
    is_of_membership,
    means_membership,
    membership_text,
    type_text,
    values_text,
)


def rule_lines(
    core: c.Core, rule: c.Rule, day: date, *, paint: Paint = unpainted, tell: Voice | None = None
) -> list[str]:
    """Return a rule as lines: the version in force on a day, else the next one, else the last.

    Args:
        core: the policies.
        rule: one of its rules.
        day: the day told of; where no version is in force on it, the figures are of the first or last day of the one told.
        paint: colours words.
        tell: the voice of the language that it is told in; English where none is given.
    """
    told = version_told(rule, day)
    say = tell or voice(ENGLISH)
    return list(_Telling(core, rule, told, Speaker(core, _day_of(told, day), say), paint, say).lines(day))


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
    tell: Voice

    def lines(self, day: date) -> Iterator[str]:
        tell, version = self.tell, self.version
        yield f"{self.paint(self.rule.id, 'head')}  {self.title(version.title)}  {self.at(version.origin)}"
        for one in self.rule.versions:
            mark = f"  {tell('in-force-on', day=str(day))}" if one.in_force(day) else ""
            shown = f"  {tell('told-below')}" if one is version and not mark and len(self.rule.versions) > 1 else ""
            yield f"  {tell.days(one.days)}{mark}{shown}"
        if not version.in_force(day):
            yield f"  {tell('not-in-force-on', day=str(day))}"
        yield from self.notes(version.basis, "  ")
        if version.basis.seen is not None:
            yield self.paint(f"  {tell('observed-on', day=str(version.basis.seen))}", "faint")
        lines = lines_of(version, self.speaker.day)
        for line in of_group(lines, "amount", "badge", "choice", "setting", "effect"):
            yield f"  {self.said(line)}"
            for part in line.parts:
                yield from self.block(part, 2, version.basis.cites)
        for line in of_group(lines, "asked", "stage", "option"):
            yield from self.block(line, 1, version.basis.cites)
        yield from self.definitions()
        yield from self.to_tell()

    def block(self, line: Line, depth: int, cited: tuple[c.Citation, ...]) -> Iterator[str]:
        """Yield a line with its sources and what stands inside it, deeper."""
        tell, indent = self.tell, "  " * depth
        match line.of:
            case c.Requirement() as node:
                code = node.code.removeprefix(f"{self.rule.id}.")
                head, basis, origin, days = (
                    f"{code}  {tell.of(self.title(node.title), self.said(line))}",
                    node.basis,
                    node.origin,
                    node.days,
                )
            case c.Branch() as branch:
                title = self.title(branch.name.replace("_", " ").capitalize())
                head, basis, origin = f"{branch.name}  {tell.of(title, self.said(line))}", branch.basis, branch.origin
                days = c.ALWAYS
            case c.Option() as option:
                head = f"{tell('option', name=option.name or 'no_choice')}  {self.title(option.title)}"
                basis, origin, days = option.basis, option.origin, option.days
            case c.Node() | c.Effect() | c.SettingVersion() | c.Stated():
                yield f"{indent}{self.said(line)}"
                return
            case _:
                assert_never(line.of)
        yield f"{indent}{self.dated(head, days)}  {self.at(origin)}"
        shown = c.Basis((), basis.assumes, basis.seen) if basis.cites == cited else basis
        yield from self.notes(shown, f"{indent}    ")
        for part in line.parts:
            yield from self.block(part, depth + 1, basis.cites or cited)

    def said(self, line: Line) -> str:
        """Return what a line says in words."""
        say, tell = self.speaker.say, self.tell
        match line.of:
            case c.Requirement(value=value):
                return say(value)
            case c.Branch(when=when):
                return tell("otherwise") if when is None else tell("stage-when", condition=say(when))
            case c.Option(title=title):
                return self.title(title)
            case c.Effect() as effect:
                return self.speaker.effect(effect)
            case c.SettingVersion(days=days):
                name = tell.word("setting", line.name.replace(" ", "_"))
                said = tell("setting-is", name=name, said=self.speaker.setting(line.of))
                if line.name == "lost after":
                    said = tell("lost-from", said=said, first=first_lost_text(line.beside, tell))
                return self.dated(said, days)
            case c.Stated():
                return tell(f"pick-{line.name}") if line.group == "choice" else tell("badge-immediately")
            case c.Node() as node:
                if self.rule.kind == "measure":
                    return tell("value-is", said=say(self.core.named[self.rule.name].value))
                return tell("amount-is", said=say(node)) if line.group == "amount" else say(node)
            case _:
                assert_never(line.of)

    def title(self, title: str) -> str:
        return title_text(title, self.tell)

    def dated(self, said: str, days: c.Days) -> str:
        return said if days == c.ALWAYS else self.tell("in-brackets", said=said, more=self.tell.days(days))

    def definitions(self) -> Iterator[str]:
        """Yield the measures that are named and how they are reckoned, the membership, and what lists hold."""
        day, tell = self.speaker.day, self.tell
        own = self.rule.name if self.rule.kind == "measure" else None
        found = [
            named
            for named in names_in(self.core, [self.version], day)
            if named.name != own and not is_figure(named, day)
        ]
        where = [
            f"    {tell('is-defined', title=self.title(named.title), said=self.speaker.say(named.value))}  "
            f"{self.at(named.origin)}"
            for named in found
        ]
        where += self.membership()
        if where:
            yield f"  {tell('where-defined')}"
            yield from where
        lists = certification_lists(self.core, [self.version], day)
        if lists:
            yield f"  {tell('certifications-counting')}"
        for one in lists:
            counting = (certification_text(self.core, entry, tell) for entry in one.entries if day in entry.days)
            yield f"    {tell.of(self.title(one.title), tell.semicolon(counting) or tell('none-on-this-day'))}"

    def membership(self) -> Iterator[str]:
        """Tell whose anniversary the rule means, and whether its own is one of those."""
        said = self.core.membership
        if said is not None and means_membership(self.core, self.rule, [self.version], self.speaker.day):
            yield f"    {membership_text(self.core, self.tell)}  {self.at(said.origin)}"
        if said is not None and is_of_membership(self.core, self.rule.award):
            yield f"    {self.tell('membership-own')}  {self.at(said.origin)}"

    def to_tell(self) -> Iterator[str]:
        """Yield what a service tells to have the rule decided."""
        reads, tell = reads_of(self.core, [self.rule]), self.tell
        if reads.facts or reads.measures or reads.records:
            yield f"  {tell('to-tell')}"
        for name in reads.facts:
            fact = self.core.facts[name]
            yield f"    /facts/{name}  {self.typed(fact.title, fact.type)}"
            yield from self.spelt(fact.type, "")
        for name in reads.measures:
            measure = self.core.named[name]
            yield f"    /facts/{name}  {tell('or-its-records', said=self.typed(measure.title, measure.type))}"
        for name in reads.records:
            records = BUILT_IN.get(name) or self.core.records[name]
            fields = [field.name for field in records.fields.values() if field.formula is None]
            shown = tell.comma([tell("month"), *fields] if records.monthly else fields)
            yield f"    /records/{name}  {tell('in-brackets', said=self.title(records.title), more=shown)}"
            for field in records.fields.values() if name not in BUILT_IN else ():
                yield from self.spelt(field.type, field.name)

    def typed(self, title: str, type_: c.Type) -> str:
        return self.tell("in-brackets", said=self.title(title), more=type_text(type_, self.tell))

    def spelt(self, type_: c.Type, name: str) -> Iterator[str]:
        text = values_text(type_, self.tell)
        if text:
            yield f"      {self.tell.of(name, text) if name else text}"

    def notes(self, basis: c.Basis, indent: str) -> Iterator[str]:
        if basis.cites:
            yield self.paint(f"{indent}{cite_text(basis.cites)}", "faint")
        for text in basis.assumes:
            yield self.paint(f"{indent}{self.tell('assumes', said=text)}", "faint")

    def at(self, origin: Span) -> str:
        return self.paint(f"{origin.source.name}:{origin.line}", "faint")
