"""The page of a rule: what it takes, how it is checked, what one must tell, its versions, what hangs on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.core.references import expressions, walk
from review.guide.content import (
    Block,
    Entries,
    Entry,
    Fold,
    Grid,
    Heading,
    Neighbours,
    Page,
    Paragraph,
    Picture,
    Twig,
)
from review.guide.editions import Change, Edition, changes, edition_on, editions
from review.guide.links import Links, told_of
from review.guide.marks import code, link, plain, sentence, series
from review.guide.names import Names, headline, words
from review.guide.phrases import GuideSpeaker, type_words
from review.guide.told import Line, all_lines
from review.words.vocabulary import is_of_membership, means_membership

GROUPS = {
    "asked": "What it takes",
    "amount": "What it costs",
    "options": "What can be chosen",
    "stages": "The stages, the first that is true",
    "effects": "What comes with it",
    "checks": "How it is checked, renewed and lost",
}
MANY = 4
"""From how many on rules are told by the name that they have together."""

GROUPING = frozenset(
    {
        "The one of most points counts, whole",
        "The first that applies counts",
        "Paths, one of them",
        "Asked at the start and at even anniversaries",
        "Asked at odd anniversaries",
    }
)
"""Titles that no author gave: parts that only group others (``dsl.lower.bodies``)."""

UNNAMED = GROUPING | {"Score"}
"""Titles that a picture can do without."""

FEW = 5
"""Up to how many rows a table is shown without being asked for."""

Spans: TypeAlias = dict[tuple[str, ...], tuple[c.Days, ...]]
"""Since when and until when each line says what it says, and when again."""

CHANGE_WORDS = {"new": "New", "changed": "Changed", "ended": "No longer", "rests on": "Source or reading"}


@dataclass(frozen=True, slots=True)
class RulePages:
    """Makes the pages of rules.

    Args:
        names: titles and places.
        links: what hangs on what.
        day: the day that is told first.
    """

    names: Names
    links: Links
    day: date

    def page(self, award: str) -> Page:
        """Return the page of a rule, or of an award with all its levels."""
        rules = self.names.rules_of(award)
        told = [(rule, editions(self.names, rule)) for rule in _highest_first(rules)]
        title = edition_on(told[0][1], self.day).version.title
        blocks = list(self._head(rules, told[0][1]))
        alike = len(told) > 1 and all(_same(told[0][1], other) for _, other in told[1:])
        for rule, its in told[:1] if alike else told:
            level = f" ({self.names.words(rule.level)})" if rule.level and not alike else ""
            blocks.extend(self._rule(rule, its, level))
        blocks.extend(self._membership(rules))
        blocks.extend(self._needed(rules))
        blocks.extend(self._figures(award))
        blocks.extend(self._neighbours(award, title))
        blocks.extend(_codes([one.id for one in rules], told))
        terms = (award, *(rule.id for rule in rules if rule.id != award), *_terms(told), *self.names.titles(award))
        return Page(
            award, title, self.names.areas[rules[0].kind][0], tuple(blocks), rules[0].of_kind.word, _unique(terms)
        )

    def lifecycle(self, key: str, rules: Sequence[c.Rule]) -> Page:
        """Return the page of a life cycle, told once for all the awards that have it."""
        form = self.names.document.rules[key]
        first = rules[0]
        told = editions(self.names, first, subject=self.names.core.rules[first.name].award)
        title = form.title or headline(key)
        about = _unique(self.names.linked(self.names.core.rules[rule.name].award) for rule in rules)
        blocks: list[Block] = [
            Paragraph("Tells where a partner stands with one of these; “it” is the one in question.", "lead")
        ]
        blocks += [Paragraph(f"For: {series(about)}."), *self._rule(first, told, "")]
        blocks += self._needed(rules)
        blocks += _codes([one.id for one in rules], [(first, told)])
        return Page(
            key,
            title,
            self.names.areas[rules[0].kind][0],
            tuple(blocks),
            rules[0].of_kind.word,
            (key, *_terms([(first, told)])),
        )

    # ---- the parts of a page

    def _head(self, rules: Sequence[c.Rule], told: Sequence[Edition]) -> Iterator[Block]:
        rule = rules[0]
        now = any(self.day in one.days for one in told)
        whole = c.Days(told[0].days.start, told[-1].days.end, told[0].days.provisional)
        span = self.names.span(whole, own=rule.versions[-1].origin)
        state = "In force" if now or not self.names.core.change_days else "Not in force"
        dated = "" if span == "without dates" else f" It applies {span}."
        yield Paragraph(f"{sentence(rule.of_kind.word)}. {state}.{dated}", "lead")
        if rule.area is not None:
            yield Paragraph(f"Area: {self.names.words(rule.area)}.")
        if rule.levels:
            yield Paragraph(f"Levels, the lowest first: {', '.join(self.names.words(level) for level in rule.levels)}.")
        if rule.awarded_to:
            yield Paragraph(f"Awarded to: {', '.join(self.names.words(one) for one in rule.awarded_to)}.")
        for version in rule.versions:
            for old in version.was:
                since = f" from {version.days.start} on" if version.days.start else ""
                yield Paragraph(f"Takes the place of {self.names.linked(old)}: whoever held that holds this{since}.")

    def _rule(self, rule: c.Rule, told: Sequence[Edition], level: str) -> Iterator[Block]:
        shown = edition_on(told, self.day)
        spans = _spans(told)
        if self.day not in shown.days:
            ahead = shown.days.start is not None and shown.days.start > self.day
            yield Paragraph(
                f"{'Not yet' if ahead else 'No longer'} in force: told as {self.names.span(shown.days, own=shown.version.origin)}.",
                "notice",
            )
        yield from self._version_notes(shown)
        yield from self._wording(shown, told, spans, level, 2)
        if rule.of_kind.asks:
            twigs = tuple(_twig(line) for line in shown.lines if line.group == "asked")
            if sum(1 for line in all_lines(shown.lines) if line.group == "asked" and line.title) >= MANY:
                whole = _collapsed(Twig(f"{shown.version.title}{level}", "", twigs, "all"))
                yield Picture(whole, f"What {shown.version.title}{level} takes, as a tree")
        if len(told) > 1:
            yield Heading(f"Versions{level}")
            yield from self._versions(told, spans, level)

    def _version_notes(self, shown: Edition) -> Iterator[Block]:
        basis = shown.version.basis
        if basis.cites:
            yield Paragraph(f"Source: {self.names.cited(basis.cites)}.", "small")
        for text in basis.assumes:
            yield Paragraph(f"Reading: {text}.", "notice")
        if basis.seen is not None:
            yield Paragraph(f"First seen on {basis.seen}; that it applied before is a reading.", "notice")

    def _wording(
        self,
        shown: Edition,
        told: Sequence[Edition],
        spans: Spans,
        level: str,
        depth: int,
    ) -> Iterator[Block]:
        for group, heading in GROUPS.items():
            lines = [line for line in shown.lines if line.group == group]
            if lines:
                is_due = group == "checks" and shown.version.amount is not None
                yield Heading(f"{'When it is due' if is_due else heading}{level}", depth)
                whole = c.Days(told[0].days.start, told[-1].days.end)
                yield Entries(self._entries(lines, shown, spans, whole, ()))

    def _entries(
        self, lines: Sequence[Line], shown: Edition, spans: Spans, around: c.Days, cited: tuple[c.Citation, ...]
    ) -> tuple[Entry, ...]:
        """Return the lines of one list; a source that is that of the line right above is told as such."""
        above = cited
        told: list[Entry] = []
        for line in lines:
            told.append(self._entry(line, shown, spans, around, cited, above))
            above = () if line.parts else line.cites or cited
        return tuple(told)

    def _entry(
        self,
        line: Line,
        shown: Edition,
        spans: Spans,
        around: c.Days,
        cited: tuple[c.Citation, ...],
        above: tuple[c.Citation, ...],
    ) -> Entry:
        """Return a line of the list; days and sources that are those of the line around it are not told again.

        Args:
            line: What to tell.
            shown: The edition that it stands in.
            spans: The days of each line.
            around: The days of the line around it.
            cited: The sources of the line around it.
            above: The sources of the line before it in the same list.
        """
        notes: list[str] = []
        # A condition on rows has no title: it is told with the days of what it belongs to.
        days = _span_of(spans.get(_key(line), ()), shown) if line.title else around
        if (days.start, days.end) != (around.start, around.end):
            notes.append(sentence(self.names.span(days)))
        if line.cites and line.cites != cited:
            notes.append("Source: as above" if line.cites == above else f"Source: {self.names.cited(line.cites)}")
        notes.extend(f"Reading: {text}" for text in line.assumes)
        # A part without a title of its own is called by what it says; that is not said twice.
        text = "" if line.text == line.title else line.text.removeprefix(f"{line.title}, ")
        parts = self._entries(line.parts, shown, spans, days, line.cites or cited)
        return Entry(line.title, text, tuple(notes), parts)

    def _versions(self, told: Sequence[Edition], spans: Spans, level: str) -> Iterator[Block]:
        before: Edition | None = None
        for index, edition in enumerate(told):
            now = " — told above" if edition is edition_on(told, self.day) else ""
            own = edition.version.origin if index == len(told) - 1 else None
            yield Heading(f"{sentence(self.names.span(edition.days, own=own, always='always'))}{now}", 3)
            if before is None:
                yield Paragraph("The first version.")
            else:
                if edition.version.title != before.version.title:
                    yield Paragraph(f"New title: {edition.version.title}; before: {before.version.title}.")
                found = changes(before.lines, edition.lines)
                if found:
                    yield change_grid(found)
                elif edition.version.title == before.version.title:
                    yield Paragraph("Nothing in it changed but what stands behind it.")
            if not now:
                wording = tuple(self._wording(edition, told, spans, level, 4))
                # The wording follows from what changed, unless a part with others in it goes: Markdown stays short.
                gone = index + 1 < len(told) and _loses_a_section(edition, told[index + 1])
                yield Fold("The whole wording of this version", wording, None if gone else "")
            before = edition

    def _membership(self, rules: Sequence[c.Rule]) -> Iterator[Block]:
        """Tell whose anniversary is meant, and whether the rule's own is one of those."""
        core = self.names.core
        if core.membership is None:
            return
        said = link("membership", "groups#membership")
        if any(means_membership(core, rule, rule.versions, None) for rule in rules):
            names = series(self.names.linked_name(name) for name in core.membership.names)
            yield Paragraph(f"The anniversary is that of the {said}: the next one of these that are held: {names}.")
        if is_of_membership(core, rules[0].award):
            yield Paragraph(f"While it is held, its anniversary is one of those of the {said}.")

    def _needed(self, rules: Sequence[c.Rule]) -> Iterator[Block]:
        core = self.names.core
        reads = told_of(core, rules)
        rows = [(self.names.fact(one), type_words(core.facts[one].type, self.names)) for one in reads.facts]
        for one in reads.measures:
            kind = f"{type_words(core.named[one].type, self.names)}, or the records it is reckoned from"
            rows.append((self.names.figure(one), kind))
        for one in reads.records:
            records = BUILT_IN.get(one) or core.records[one]
            inner = [field.title or words(field.name) for field in records.fields.values() if field.formula is None]
            rows.append((self.names.records(one), f"a list, with: {series(inner)}"))
        further = any(isinstance(node, c.Holds | c.Qualifies) for node in _nodes(rules))
        if rows or further:
            yield Heading("What one must tell to have it decided")
        if rows:
            told = f"{series(row[0] for row in rows)}."
            grid = Grid(("What", "Kind of answer"), tuple(rows))
            yield Fold(_counted(len(rows), "thing"), (grid,), told, len(rows) <= FEW)
        if further:
            yield Paragraph(
                "And what the rules that it rests on ask for." if rows else "What the rules that it rests on ask for."
            )

    def _figures(self, award: str) -> Iterator[Block]:
        found = self.links.figures.get(award, ())
        if not found:
            return
        speaker = GuideSpeaker(self.names, self.day)
        rows = []
        for name in found:
            named = self.names.core.named[name]
            rows.append((self.names.figure(name), sentence(speaker.say(named.value))))
        yield Heading("Figures and measures in it")
        told = f"{series(row[0] for row in rows)}."
        yield Fold(_counted(len(rows), "name"), (Grid(("Name", "What it is"), tuple(rows)),), told, len(rows) <= FEW)

    def _neighbours(self, award: str, title: str) -> Iterator[Block]:
        before = self._grouped(self.links.before.get(award, ()))
        after = self._grouped(self.links.after.get(award, ()))
        if not before and not after:
            return
        yield Heading("What hangs together")
        if before:
            yield Paragraph(f"It rests on: {series(link(*one) for one in before)}.")
        if after:
            first, shared = self._shared(award)
            if shared:
                own = self._grouped([page for page in self.links.after[award] if page not in shared])
                same = f"what rests on {link(self.named(first), first)} and on each of its kind"
                yield Paragraph(f"On it rest: {series([same, *(link(*one) for one in own)])}.")
            else:
                yield Paragraph(f"On it rest: {series(link(*one) for one in after)}.")
        drawing = Neighbours(title, before, after)
        yield Picture(drawing, f"What {title} rests on, and what rests on it")

    def _shared(self, award: str) -> tuple[str, frozenset[str]]:
        """Return what rests on every award of a kind, and the first of the kind: only its page tells it all."""
        for _, _, members in self.names.gatherings():
            if award in members and len(members) >= MANY:
                shared = frozenset.intersection(*(frozenset(self.links.after.get(one, ())) for one in members))
                first = next(page for page in self.links.before if page in members)
                if len(shared) >= MANY and first != award:
                    return first, shared
        return award, frozenset()

    def _grouped(self, pages: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Return pages by title and key, with many of them that have a name together under that."""
        left = list(pages)
        shown: dict[tuple[str, str], None] = {}
        for title, target, members in self.names.gatherings():
            if len(members) >= MANY and members <= set(left):
                shown[title, target] = None
                left = [one for one in left if one not in members]
        return (*shown, *((self.named(one), one) for one in left))

    def named(self, key: str) -> str:
        """Return the title of a rule's page."""
        form = self.names.document.rules.get(key)
        return (form.title or headline(key)) if form is not None and form.kind == "lifecycle" else self.names.title(key)


def change_grid(found: Iterable[Change]) -> Grid:
    """Return changes as a table."""
    rows = [(CHANGE_WORDS[one.kind], one.title, one.before or "—", one.after or "—") for one in found]
    return Grid(("", "What", "Before", "After"), tuple(rows))


def _loses_a_section(one: Edition, other: Edition) -> bool:
    kept = {(line.group, *line.path, line.title) for line in all_lines(other.lines)}
    return any(line.parts and (line.group, *line.path, line.title) not in kept for line in all_lines(one.lines))


def _codes(ids: Sequence[str], told: Iterable[tuple[c.Rule, Sequence[Edition]]]) -> Iterator[Block]:
    """Yield what services call a rule and its parts: for who has a code and looks for its meaning, in HTML only."""
    rows: dict[tuple[str, ...], None] = {("The rule", code(one)): None for one in ids}
    for _, its in told:
        for line in (line for edition in its for line in all_lines(edition.lines)):
            if line.code and line.group in ("asked", "options", "stages"):
                rows[" → ".join((*line.path, line.title)), code(line.code)] = None
    yield Fold(f"Codes for services: {len(rows)}", (Grid(("What", "Code"), tuple(rows)),), "")


def _spans(told: Sequence[Edition]) -> Spans:
    """Return since when and until when each line says what it says: the days of neighbouring editions together."""
    found: Spans = {}
    for edition in told:
        for line in all_lines(edition.lines):
            key = _key(line)
            known = found.get(key, ())
            if known and known[-1].end == edition.days.start:
                found[key] = (*known[:-1], replace(known[-1], end=edition.days.end))
            elif not known or known[-1].end != edition.days.end:
                found[key] = (*known, edition.days)
    return found


def _span_of(spans: Sequence[c.Days], shown: Edition) -> c.Days:
    """Return the stretch of days that an edition is part of: a line may go and come back in the same words."""
    start = shown.days.start or date.min
    return next((days for days in spans if start in days), shown.days)


def _key(line: Line) -> tuple[str, ...]:
    return (line.group, *line.path, line.title, plain(line.text))


def _twig(line: Line) -> Twig:
    parts = tuple(_twig(part) for part in line.parts if part.title)
    text = plain(line.text) if not parts or line.joint in ("sum", "if", "first of") else ""
    return _collapsed(Twig(line.title, "" if text == line.title else text, parts, line.joint))


def _collapsed(twig: Twig) -> Twig:
    """Draw a box and the only box in it as one, where the inner one only groups what is in it."""
    inner = twig.parts[0] if len(twig.parts) == 1 else None
    if inner is None or not inner.parts or inner.title not in UNNAMED:
        return twig
    return Twig(twig.title, twig.text or inner.text, inner.parts, inner.joint)


def _highest_first(rules: Sequence[c.Rule]) -> list[c.Rule]:
    order = {level: index for rule in rules for index, level in enumerate(rule.levels)}
    return sorted(rules, key=lambda rule: order.get(rule.level or "", 0))


def _same(one: Sequence[Edition], other: Sequence[Edition]) -> bool:
    return [(each.days, _texts(each)) for each in one] == [(each.days, _texts(each)) for each in other]


def _texts(edition: Edition) -> list[tuple[str, str]]:
    return [(line.title, plain(line.text)) for line in all_lines(edition.lines)]


def _terms(told: Iterable[tuple[c.Rule, Sequence[Edition]]]) -> tuple[str, ...]:
    lines = [line for _, its in told for edition in its for line in all_lines(edition.lines)]
    return _unique(text for line in lines for text in (line.title, line.code) if text)


def _nodes(rules: Iterable[c.Rule]) -> Iterator[c.Expr]:
    return (node for rule in rules for version in rule.versions for part in expressions(version) for node in walk(part))


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _counted(size: int, one: str) -> str:
    return f"{size} {one}{'' if size == 1 else 's'}"
