"""What names are called in the guide, and where in it they are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from dsl import core as c, document as d
from dsl.builtin import BUILT_IN
from dsl.source import Span
from review.guide.marks import link, provisional

_ORDER = ("designation", "specialization", "program", "competency")
"""What partners ask for first stands first."""

_PAGES = frozenset({"readme", "tables", "certifications", "figures", "facts", "changes", "open", "sources"})
"""Files of the guide that are of no kind."""


def areas_of(kinds: c.Kinds) -> dict[str, tuple[str, str]]:
    """Return the kinds of rules in the order of the guide, each with the file it stands in and the heading over it.

    A kind that the programme has a word of its own for stands behind the one it is like.
    """
    order = [*(kinds[name] for name in _ORDER), *kinds.values()]
    told = dict.fromkeys(one for kind in order for one in (kind, *(own for own in kinds.own if own.like == kind.name)))
    pages = ((kind.name, *kind.area) for kind in told)
    return {name: (f"{page}_of_the_programme" if page in _PAGES else page, heading) for name, page, heading in pages}


def words(name: str) -> str:
    """Return a name as words, without its kind."""
    return name.rpartition(".")[2].replace("_", " ")


def headline(name: str) -> str:
    """Return a name as a heading."""
    return capital(words(name))


def anchor_of(heading: str) -> str:
    """Return the name of a place by the heading that stands there."""
    return heading.lower().replace(" ", "-")


def capital(text: str) -> str:
    """Begin a text with a capital letter."""
    return text[:1].upper() + text[1:]


class Names:
    """Titles and places of everything that has a name."""

    def __init__(self, core: c.Core, document: d.Document) -> None:
        self.core = core
        self.document = document
        self.areas = areas_of(core.kinds)
        """Kinds of rules in the order of the guide: the file they stand in, and the heading over them."""
        self._awards: dict[str, list[c.Rule]] = {}
        for rule in core.rules.values():
            if rule.kind != "lifecycle":
                self._awards.setdefault(rule.award, []).append(rule)
        self._second_hand = _second_hand_days(document)
        self._own_ends = _own_ends(document)

    def words(self, name: str) -> str:
        """Return a name as readers know it: its term, else the words it is made of."""
        short = name.rpartition(".")[2]
        return self.core.terms.get(short) or words(short)

    # ---- rules

    def rules_of(self, award: str) -> list[c.Rule]:
        """Return the rules of an award: one, or one for each level."""
        return self._awards.get(award, [])

    @property
    def awards(self) -> list[str]:
        """The ids of all rules but life cycles, levels taken together."""
        return list(self._awards)

    def lifecycle_of(self, rule: c.Rule) -> str:
        """Return the key of the form that a life cycle of one rule comes from."""
        target = self.core.rules[rule.name]
        for key, form in self.document.rules.items():
            if form.kind == "lifecycle" and form.name in (target.name, target.award):
                return key
        return f"lifecycle.{target.kind}"

    def page_of(self, rule_id: str) -> str:
        """Return the key of the page that tells a rule, by its id or that of its award."""
        rule = self.core.rules.get(rule_id)
        if rule is None:
            return rule_id
        return self.lifecycle_of(rule) if rule.kind == "lifecycle" else rule.award

    def title(self, award: str) -> str:
        """Return the title of an award, a benefit or a rule."""
        if award in self._awards:
            return self._awards[award][0].title
        rule = self.core.rules.get(award)
        if rule is None:
            form = self.document.rules.get(award)
            return form.title if form is not None and form.title else self.words(award)
        return f"{rule.title} ({rule.level})" if rule.level else rule.title

    def titles(self, award: str) -> tuple[str, ...]:
        """Return every title that an award or rule has had."""
        rules = self._awards.get(award) or [rule for rule in (self.core.rules.get(award),) if rule is not None]
        versions = [version.title for rule in rules for version in rule.versions]
        return tuple(dict.fromkeys([*versions, *(rule.title for rule in rules), words(award), headline(award)]))

    def linked(self, award: str, level: str | None = None) -> str:
        """Return the title of an award or rule as a link, where there is a page for it."""
        shown = self.title(award)
        if level is not None:
            shown += f" ({level})"
        page = self.page_of(award)
        return link(shown, page) if page in self._awards or page.startswith("lifecycle.") else shown

    # ---- groups and cells

    def members(self, name: str) -> tuple[str, ...]:
        """Return the awards that a name stands for: a group's, all of a kind, or the one of that name."""
        if name in self.document.groups:
            own = self.document.groups[name].entries
            return tuple(found for entry in own for found in self.members(entry.name))
        if name in self.core.kinds.plurals:
            kind = self.core.kinds.plurals[name]
            return tuple(award for award, rules in self._awards.items() if rules[0].kind == kind)
        if "." in name:
            return (name,)
        for kind in (one for one in self.areas if self.core.kinds[one].has_ids):
            if f"{kind}.{name}" in self._awards:
                return (f"{kind}.{name}",)
        return ()

    def group_title(self, name: str) -> str:
        """Return what a group is called."""
        own = self.core.own_kind_of(name)
        if own is not None:
            return own.several
        listing = self.document.groups.get(name)
        return listing.title if listing is not None and listing.title else self.words(name)

    def whole(self, awards: Iterable[str]) -> str | None:
        """Return the name of the group or kind that the awards are all of, if there is one."""
        wanted = set(awards)
        for name in (*self.document.groups, *self.core.kinds.plurals):
            found = self.members(name)
            if len(found) > 1 and set(found) == wanted:
                return name
        return None

    def gatherings(self) -> list[tuple[str, str, frozenset[str]]]:
        """Return kinds and groups with titles, places and members, the largest first."""
        found = [
            (self.areas[kind][1], f"index#{anchor_of(self.areas[kind][1])}", self.members(name))
            for name, kind in self.core.kinds.plurals.items()
        ]
        found += [
            (headline(self.group_title(name)), f"groups#{name}", self.members(name)) for name in self.document.groups
        ]
        told = [(title, target, frozenset(members)) for title, target, members in found]
        return sorted(told, key=lambda one: -len(one[2]))

    def linked_name(self, name: str) -> str:
        """Return a name as its title: a group, a rule, a figure, a fact, or words where it is none."""
        if name in self.document.groups:
            return link(self.group_title(name), f"groups#{name}")
        found = self.members(name)
        if len(found) == 1 and (found[0] in self._awards or "." in name):
            return self.linked(found[0])
        if name in self.core.named:
            return self.figure(name)
        if name in self.core.facts:
            return self.fact(name)
        if name in self.document.certifications:
            return self.certifications(name)
        return self.group_title(name)

    # ---- vocabulary

    def figure(self, name: str) -> str:
        """Return a named figure or measure as a link."""
        return link(self.core.named[name].title or words(name), f"figures#{name}")

    def fact(self, name: str) -> str:
        """Return a fact as a link."""
        return link(self.core.facts[name].title or words(name), f"facts#{name}")

    def records(self, name: str) -> str:
        """Return a list of records as a link."""
        known = BUILT_IN.get(name) or self.core.records.get(name)
        return link(known.title or words(name), f"facts#records.{name}") if known is not None else words(name)

    def table(self, name: str) -> str:
        """Return a table as a link."""
        known = self.document.tables.get(name)
        return link((known.title if known else None) or headline(name), f"table.{name}")

    def certifications(self, name: str) -> str:
        """Return a list of certifications as a link."""
        listing = self.document.certifications.get(name)
        return link((listing.title if listing else None) or words(name), f"certifications#{name}")

    def certification(self, name: str) -> str:
        """Return a certification with what else it is told as."""
        spelt = self.core.spellings_of(name)
        return f"{name} (also spelt {' or '.join(f'“{one}”' for one in spelt)})" if spelt else name

    def source(self, cite: d.Cite) -> str:
        """Return a citation of the document: the source as a link, and the place in it."""
        source = self.document.sources.get(cite.source)
        title = source.title if source is not None else words(cite.source)
        return f"{link(title, f'sources#{cite.source}')}, “{cite.place}”"

    def cited(self, cites: Iterable[c.Citation]) -> str:
        """Return citations of the core in one line."""
        keys = {source.title: name for name, source in self.document.sources.items()}
        told = []
        for cite in cites:
            shown = link(cite.source, f"sources#{keys[cite.source]}") if cite.source in keys else cite.source
            told.append(f"{shown}, “{cite.place}”")
        return "; ".join(dict.fromkeys(told))

    # ---- days

    def span(self, days: c.Days, *, own: Span | None = None, always: str = "without dates") -> str:
        """Return days as words: the first and the last one that count.

        Args:
            days: from when until when.
            own: where the rule or row is written whose days they are; its end may be second-hand.
            always: what to say where there are no dates.
        """
        told = []
        if days.start is not None:
            told.append(f"from {self.first_day(days)}")
        if days.end is not None:
            last = (days.end - timedelta(days=1)).isoformat()
            told.append(f"through {provisional(last) if self._is_second_hand(days.end, own) else last}")
        return " ".join(told) or always

    def first_day(self, days: c.Days) -> str:
        """Return the first of some days."""
        text = days.start.isoformat() if days.start is not None else "ever"
        return provisional(text) if days.provisional else text

    def day(self, day: date) -> str:
        """Return a day; one that the policies give as second-hand wherever they name it says so."""
        return provisional(day.isoformat()) if self._is_second_hand(day, None) else day.isoformat()

    def _is_second_hand(self, end: date, own: Span | None) -> bool:
        if own is not None and (own.source.name, own.start) in self._own_ends:
            return self._own_ends[own.source.name, own.start]
        return end in self._second_hand


def _second_hand_days(document: d.Document) -> frozenset[date]:
    """Return the days that are second-hand wherever something begins or ends on them."""
    firm: set[date] = set()
    doubtful: set[date] = set()
    for node in d.walk(document):
        if isinstance(node, d.Validity):
            for one, shift in ((node.start, 0), (node.until, 0), (node.through, 1)):
                if one is not None and one.day < date.max:
                    (doubtful if one.provisional else firm).add(one.day + timedelta(days=shift))
        elif isinstance(node, d.Day) and node.provisional:
            doubtful.add(node.day)
    return frozenset(doubtful - firm)


def _own_ends(document: d.Document) -> dict[tuple[str, int], bool]:
    """Return for every rule and row with an end of its own whether that is second-hand, by where it is written."""
    found: dict[tuple[str, int], bool] = {}
    for rule in document.rules.values():
        end = (rule.valid.until or rule.valid.through) if rule.valid is not None else None
        if end is not None and rule.origin.end:
            found[rule.origin.source.name, rule.origin.start] = end.provisional
    for table in document.tables.values():
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=False):
                if column in ("until", "through") and isinstance(cell, d.Day) and row.origin.end:
                    found[row.origin.source.name, row.origin.start] = cell.provisional
    return found


__all__ = ["Names", "headline", "words"]
