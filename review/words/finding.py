"""Rules and facts found by words: by title, label, source, the place in it, and by every spelling of a name.

Nothing is guessed: each word that is asked for stands in what is found, as a word or as its beginning; only a word that
stands nowhere is taken for the nearest one that does, and that is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

from dsl import core as c
from dsl.core.references import expressions
from dsl.core.types import Citation
from dsl.core.walk import walk
from dsl.diagnostics import nearest
from dsl.source import Span

Json = Any
What: TypeAlias = Literal["rule", "fact", "measure", "records", "certification"]

NAME, TITLE, LABEL, SOURCE = 8, 10, 4, 2
"""How much a word counts by where it stands; the beginning of a word counts one less."""
MOST = 20
"""Things found that are told."""
MOST_WORDS = 20
"""Words of a question; what follows is not looked for."""
LEAST = 3
"""Letters of the beginning of a word that is enough."""


class Found(NamedTuple):
    """A rule or a fact, and the text by which it was found where that is not its title."""

    what: What
    name: str
    title: str
    by: str
    at: str
    read_by: tuple[str, ...] = ()
    """Of what can be told: the rules that name it themselves."""

    @property
    def asked(self) -> str:
        """The id by which it is asked, where it is a rule or measure."""
        return f"measure.{self.name}" if self.what == "measure" else self.name

    def as_json(self) -> dict[str, Json]:
        """Return what there is of it."""
        told: dict[str, Json] = {"what": self.what, "name": self.name, "title": self.title}
        told.update({key: value for key, value in (("by", self.by), ("at", self.at)) if value})
        return {**told, "read_by": list(self.read_by)} if self.what != "rule" else told


@dataclass(frozen=True, slots=True)
class Answered:
    """What was found, the words that were taken for others, and how much more there is."""

    found: tuple[Found, ...]
    taken_for: Mapping[str, str] = field(default_factory=dict)
    """Words that stand nowhere, and the nearest ones that were looked for instead; empty where none is near."""
    more: int = 0

    def as_json(self) -> dict[str, Json]:
        """Return it as JSON."""
        told: dict[str, Json] = {"found": [one.as_json() for one in self.found]}
        if self.taken_for:
            told["taken_for"] = dict(self.taken_for)
        return {**told, "more": self.more} if self.more else told


class _Entry(NamedTuple):
    found: Found
    texts: tuple[tuple[int, str], ...]


class Finder:
    """Finds what one core has by words; made once, asked often."""

    def __init__(self, core: c.Core, sources: Mapping[str, str]) -> None:
        """Take a core, and the titles of its sources by their names."""
        self.core = core
        self.sources = sources
        self._readers = _readers(core)
        self._entries = [*self._rules(), *self._told(), *self._certifications()]
        self._words = {word for entry in self._entries for _, text in entry.texts for word in _words_of(text)}

    def find(self, question: str, *, only: What | None = None, most: int = MOST) -> Answered:
        """Return what has all the words of a question, what fits best first."""
        asked = list(dict.fromkeys(_words_of(question)))[:MOST_WORDS]
        taken_for: dict[str, str] = {}
        for word in asked:
            if not any(_weight(NAME, word, known) for known in self._words):
                taken_for[word] = nearest(word, self._words) or ""
        wanted = [taken_for.get(word, word) for word in asked]
        if not asked or "" in wanted:
            return Answered((), taken_for)
        scored: list[tuple[int, int, Found]] = []
        for index, entry in enumerate(self._entries):
            if only is not None and entry.found.what != only:
                continue
            best = [_best(word, entry.texts) for word in wanted]
            if all(weight for weight, _ in best):
                by = next((text for _, text in best if text != entry.found.title), "")
                scored.append((-sum(weight for weight, _ in best), index, entry.found._replace(by=by)))
        scored.sort(key=lambda one: one[:2])
        return Answered(tuple(found for *_, found in scored[:most]), taken_for, max(0, len(scored) - most))

    # ---- what can be found

    def _rules(self) -> Iterator[_Entry]:
        for rule in self.core.rules.values():
            texts = [(TITLE, rule.title), (NAME, rule.id)]
            for version in rule.versions:
                texts.append((TITLE, version.title))
                texts += self._cited(version.basis.cites)
                for option in version.options:
                    texts += [(LABEL, option.title), *self._cited(option.basis.cites)]
                for part in expressions(version):
                    for node in walk(part):
                        if isinstance(node, c.Requirement):
                            texts += [(LABEL, node.title), *self._cited(node.basis.cites)]
            yield _Entry(Found("rule", rule.id, rule.title, "", rule.origin.place), tuple(dict.fromkeys(texts)))

    def _told(self) -> Iterator[_Entry]:
        for fact in self.core.facts.values():
            yield self._named("fact", fact.name, fact.title, fact.origin, fact.type, fact.basis.cites)
        for named in self.core.named.values():
            if named.supplied:
                yield self._named("measure", named.name, named.title, named.origin, named.type, ())
        for records in self.core.records.values():
            fields = [(LABEL, field.title) for field in records.fields.values()]
            fields += [(LABEL, word) for field in records.fields.values() for word in _values(field.type)]
            found = Found(
                "records", records.name, records.title, "", records.origin.place, self._readers.get(records.name, ())
            )
            yield _Entry(found, ((TITLE, records.title), (NAME, records.name), *dict.fromkeys(fields)))

    def _named(
        self, what: What, name: str, title: str, origin: Span, type_: c.Type, cites: Iterable[Citation]
    ) -> _Entry:
        texts = [(TITLE, title), (NAME, name), *((LABEL, word) for word in _values(type_)), *self._cited(cites)]
        return _Entry(Found(what, name, title, "", origin.place, self._readers.get(name, ())), tuple(texts))

    def _certifications(self) -> Iterator[_Entry]:
        for name in sorted(set(self.core.certifications.values())):
            texts = [(TITLE, name), *((NAME, spelt) for spelt in self.core.spellings_of(name))]
            yield _Entry(Found("certification", name, name, "", "", self._readers.get(name, ())), tuple(texts))

    def _cited(self, cites: Iterable[Citation]) -> list[tuple[int, str]]:
        return [(SOURCE, f"{self.sources.get(cite.source, cite.source)}, {cite.place}") for cite in cites]


def _readers(core: c.Core) -> dict[str, tuple[str, ...]]:
    """Return the rules that name a fact, list or certification themselves or by a measure, by its name."""
    named: dict[str, set[str]] = {one.name: _names_in([one.value]) for one in core.named.values()}
    found: dict[str, list[str]] = {}
    for rule in core.rules.values():
        reads = _names_in(part for version in rule.versions for part in expressions(version))
        waiting, seen = list(reads), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(named.get(name, ()))
        for name in seen:
            found.setdefault(name, []).append(rule.id)
    return {name: tuple(rules) for name, rules in found.items()}


def _names_in(parts: Iterable[c.Expr]) -> set[str]:
    found: set[str] = set()
    for part in parts:
        for node in walk(part):
            if isinstance(node, c.Fact | c.Named):
                found.add(node.name)
            elif isinstance(node, c.OfRecords):
                found.add(node.records)
            elif isinstance(node, c.OfPeople):
                found.update(entry.certification for listing in node.lists for entry in listing.entries)
    return found


def _values(type_: c.Type) -> list[str]:
    return [*type_.choices, *(spelling for spelling, _ in type_.spellings)]


_WORD = re.compile(r"[^\W_]+")


def _words_of(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _best(word: str, texts: Iterable[tuple[int, str]]) -> tuple[int, str]:
    """Return how much a word counts in the best of some texts, and that text."""
    return max(
        ((weight, text) for base, text in texts if (weight := max((_weight(base, word, one) for one in _words_of(text)), default=0))),
        key=lambda one: one[0],
        default=(0, ""),
    )  # fmt: skip


def _weight(base: int, word: str, known: str) -> int:
    if word == known:
        return base
    return base - 1 if len(word) >= LEAST and known.startswith(word) else 0
