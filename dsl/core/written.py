"""What the parts of a core rest on as they are written for a day: provisional figures and days, and readings of unclear sources.

What stands in a node, beside it or in its declaration, in the settings of an award, and the ends that second-hand days made:
looked at once for a core, whatever is told of a partner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias, TypeVar

from dsl import core as c
from dsl.core.anywhere import Anywhere
from dsl.core.ended import Part, ended, of_rule, of_settings, of_version, parts_of
from dsl.core.remembered import Remembered
from dsl.core.types import number
from dsl.core.walk import children, stated_in, states_something, walk
from dsl.source import Span


class Resting(NamedTuple):
    """A provisional figure or an assumption that a decision rests on, and where it stands."""

    text: str
    at: str
    code: str = ""
    """Which sentence the text is, where it is none of the policies: so that any language can say it."""
    names: tuple[str, ...] = ()
    """What that sentence names, in its order."""


Note: TypeAlias = tuple[bool, Resting]
"""What is rested on, and whether that is a provisional figure or date; else it is a reading."""
Notes: TypeAlias = tuple[Note, ...]


_Ends = TypeVar("_Ends", c.Expr, c.Rule, c.RuleVersion)
"""What has parts that can end."""


class Written:
    """What the nodes and settings of one core rest on as they are written for a day."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._found: Remembered[tuple[object, ...], tuple[object, Notes]] = Remembered()
        self._ends: Remembered[int, tuple[object, tuple[Part, ...]]] = Remembered()
        self._silent: Remembered[int, tuple[object, bool]] = Remembered()
        self._listed: Remembered[tuple[object, ...], tuple[object, tuple[tuple[object, Note], ...]]] = Remembered()
        self._together: Remembered[tuple[int, ...], tuple[list[Notes], Notes]] = Remembered()
        self._speaking = Anywhere(core, self._speaks)

    def ended(self, node: c.Expr, day: date, of: Callable[[object], bool] = lambda _: True) -> Iterator[Note]:
        """Yield the second-hand days because of which parts of a node are not in force any more.

        Args:
            node: the node.
            day: the day it is decided on.
            of: whether parts with this name are meant.
        """
        for part in self._ended(node, parts_of, day):
            if of(part.of):
                yield _of_date(part.origin)

    def ended_of(self, version: c.RuleVersion, day: date) -> Iterator[Note]:
        """Yield the second-hand days because of which parts of a version are not in force any more."""
        return (_of_date(part.origin) for part in self._ended(version, of_version, day))

    def _ended(self, of: _Ends, parts: Callable[[_Ends], tuple[Part, ...]], day: date) -> Iterable[Part]:
        """Return the parts that a second-hand day ended; which those are at all is looked at once."""
        found = self._ends.get(id(of))
        if found is None:
            found = self._ends.keep(id(of), (of, parts(of)))
        return ended(found[1], day) if found[1] else ()

    def says_nothing(self, node: c.Expr) -> bool:
        """Whether nothing is rested on because of a node itself, whatever is told and on whichever day."""
        found = self._silent.get(id(node))
        if found is None:
            found = self._silent.keep(id(node), (node, _says_nothing(node)))
        return found[1]

    def is_silent(self, node: c.Expr) -> bool:
        """Whether nothing is ever rested on because of a node or of anything that it is made of, through names and rules."""
        return not self._speaking.within(node)

    def _speaks(self, node: c.Expr) -> bool:
        """Whether something may be rested on because of a node itself, on some day and of some partner."""
        if "awards" in node.lists_read or node.second_hand is not None or parts_of(node):
            return True  # the checks of any award may stand below what reads the register
        if isinstance(node, c.OfRule):
            return bool(of_rule(self.core.rules[node.rule]))
        if isinstance(node, c.Requirement):
            return not _is_bare(node.basis, node.days)
        if isinstance(node, c.Chooses):
            return not all(_is_bare(one.basis, one.days) for one in node.alternatives())
        if isinstance(node, c.OfPeople):
            entries = (entry for listing in node.lists for entry in listing.entries)
            return not all(_is_bare(entry.basis, entry.days) for entry in entries)
        if isinstance(node, c.Fact | c.OfRecords):
            return not all(_is_bare(one.basis) for one in self._declared(node, None))
        return states_something(node)

    def out_of_force(self, rules: Iterable[c.Rule], day: date) -> Iterator[Note]:
        """Yield the second-hand days because of which rules are not in force any more."""
        for rule in rules:
            if self.core.version_on(rule, day) is None:
                yield from (_of_date(part.origin) for part in self._ended(rule, of_rule, day))

    def node(self, node: c.Expr, day: date, as_of: date) -> Notes:
        """Return what a node rests on, also through the names in it."""
        return self._once((id(node), day, as_of), node, lambda: self._node(node, day, as_of))

    def chosen(self, node: c.Expr, day: date, chosen: tuple[str, ...], as_of: date) -> Notes:
        """Return what a node itself rests on, where that follows from what was chosen in it."""
        return self._once((id(node), day, chosen, as_of), node, lambda: self._chosen(node, day, chosen, as_of))

    def together(self, nodes: tuple[c.Expr, ...], day: date, as_of: date) -> Notes:
        """Return what nodes themselves rest on in which nothing is chosen, in their order."""
        key = (id(nodes), day, as_of)
        return self._once(key, nodes, lambda: (note for node in nodes for note in self.chosen(node, day, (), as_of)))

    def _chosen(self, node: c.Expr, day: date, chosen: Sequence[str], as_of: date) -> Iterator[Note]:
        if isinstance(node, c.Fact):
            yield from self.told(node, day, as_of)
        yield from of_node(node, day, chosen, as_of)
        yield from self.ended(node, day)

    def of_people(
        self,
        node: c.People | c.DifferentPeople,
        day: date,
        as_of: date,
        certified: Callable[[], AbstractSet[str] | None],
    ) -> Notes:
        """Return what the lists of a figure about people rest on, of what people are certified in; None: they may be in any."""
        key = ("listed", id(node), day, as_of)
        found = self._listed.get(key)
        if found is None:
            parts = tuple(self._ended(node, parts_of, day))
            stated = (*_listed(node, day, as_of), *((part.of, _of_date(part.origin)) for part in parts))
            found = self._listed.keep(key, (node, stated))
        stated = found[1]
        if not stated:
            return ()
        names = certified()
        held = None if names is None else tuple([name in names for name, _ in stated])
        return self._once((*key, held), node, lambda: (note for name, note in stated if names is None or name in names))

    def merged(self, pieces: Sequence[Notes]) -> Notes:
        """Return notes together, each once, in their order: of the same objects it is the same object."""
        told = [piece for piece in pieces if piece]
        if len(told) < 2:
            return told[0] if told else ()
        key = tuple([id(piece) for piece in told])
        found = self._together.get(key)
        if found is None:
            # With its pieces: an identity is one object's only as long as that is there.
            found = self._together.keep(key, (told, merged(told)))
        return found[1]

    def told(self, node: c.Fact | c.OfRecords, day: date, as_of: date) -> Notes:
        """Return the readings of what is told: of a fact, or of the fields that a figure over records reads."""
        return self._once(("told", id(node), day, as_of), node, lambda: self._told(node, day, as_of))

    def _told(self, node: c.Fact | c.OfRecords, day: date, as_of: date) -> Iterator[Note]:
        for one in self._declared(node, day):
            yield from of_basis(one.basis, one.origin, as_of)

    def _declared(self, node: c.Fact | c.OfRecords, day: date | None) -> list[c.FieldDecl]:
        """Return what a fact is declared as, or the fields that a figure over records reads on a day; None: on any."""
        if isinstance(node, c.Fact):
            return [self.core.facts[node.name]] if node.name in self.core.facts else []
        fields = self.core.records[node.records].fields if node.records in self.core.records else {}
        below = (found for part in children(node, day) for found in walk(part, day))
        read = (found.name for found in below if isinstance(found, c.Field))
        return [fields[name] for name in dict.fromkeys(read) if name in fields]

    def settings(self, award: str, due: date, words: Sequence[str], as_of: date) -> Notes:
        """Return what settings of an award rest on as they are for an anniversary."""
        return self._once((award, due, words, as_of), award, lambda: self._settings(award, due, words, as_of))

    def _once(self, key: tuple[object, ...], of: object, find: Callable[[], Iterable[Note]]) -> Notes:
        found = self._found.get(key)
        if found is None:
            found = self._found.keep(key, (of, tuple(dict.fromkeys(find()))))
        return found[1]

    def _node(self, node: c.Expr, day: date, as_of: date) -> Iterator[Note]:
        waiting, seen = [node], set[str]()
        while waiting:
            for found in walk(waiting.pop(), day):
                if isinstance(found, c.Named) and found.name not in seen:
                    seen.add(found.name)
                    waiting.append(self.core.named[found.name].value)
                yield from of_node(found, day, _all_chosen(found, day), as_of)
                yield from self.ended(found, day)
                if isinstance(found, c.Fact | c.OfRecords):
                    yield from self.told(found, day, as_of)

    def _settings(self, award: str, due: date, words: Sequence[str], as_of: date) -> Iterator[Note]:
        rule = self.core.rule_of_award.get(award)
        for version in rule.versions if rule is not None else ():
            for word in words if due in version.days else ():
                settings = version.settings.get(word, ())
                yield from (_of_date(part.origin) for part in ended(of_settings(settings), due))
                for setting in settings:
                    if due in setting.days:
                        values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
                        yield from of_basis(setting.basis, values[0].origin, as_of, setting.days)
                        for value in values:
                            yield from self.node(value, due, as_of)


def merged(pieces: Sequence[Notes]) -> Notes:
    """Return notes together, each once, in their order."""
    told = [piece for piece in pieces if piece]
    if len(told) < 2:
        return told[0] if told else ()
    return tuple(dict.fromkeys(note for piece in told for note in piece))


def of_basis(basis: c.Basis, origin: Span, as_of: date, days: c.Days = c.ALWAYS) -> Iterator[Note]:
    """Yield what is rested on because of what stands beside a part: its readings, and whether its days are provisional."""
    for text in basis.assumes:
        yield False, Resting(text, _at(origin))
    if basis.seen is not None and as_of < basis.seen:
        said, names = f"observed on {basis.seen}, applied to {as_of}", (str(basis.seen), str(as_of))
        yield False, Resting(said, _at(origin), "observed", names)
    if days.provisional:
        yield _of_date(origin)


def _of_date(origin: Span) -> Note:
    return True, Resting("a date of this version", _at(origin), "date")


_READ = (c.OfAward, c.OfRule, c.OfPeople, c.OfRecords, c.Chooses, c.Fact)
"""What rests on more than is written in it: on a rule, a list, a declaration, on what was chosen."""


def _is_bare(basis: c.Basis, days: c.Days = c.ALWAYS) -> bool:
    """Whether nothing is rested on because of what stands beside a part, on whichever day."""
    return basis.seen is None and not basis.assumes and not days.provisional


def _says_nothing(node: c.Expr) -> bool:
    if isinstance(node, _READ) or node.second_hand is not None or parts_of(node):
        return False
    if isinstance(node, c.Requirement):
        return _is_bare(node.basis, node.days)
    return not states_something(node)


def _listed(node: c.OfPeople, day: date, as_of: date) -> Iterator[tuple[str, Note]]:
    """Yield what the certifications that a figure lists rest on, with their names."""
    for entry in (entry for listing in node.lists for entry in listing.entries):
        if day in entry.days:
            for note in of_basis(entry.basis, node.origin, as_of, entry.days):
                yield entry.certification, note


def of_node(node: c.Expr, day: date, chosen: Sequence[str], as_of: date) -> Iterator[Note]:
    """Yield what a node itself rests on that is decided on a day; ``chosen``: names of what was chosen in it."""
    figure = node.second_hand
    if figure is not None:
        text = number(figure) if isinstance(figure, Decimal) else str(figure)
        unit = node.type.unit if node.type.kind == "money" else None
        yield True, Resting(f"{text} {unit}" if unit else text, _at(node.origin))
    if isinstance(node, c.Requirement):
        yield from of_basis(node.basis, node.origin, as_of, node.days)
    elif isinstance(node, c.Chooses):
        for one in node.alternatives() if chosen else ():
            if one.name in chosen and day in one.days:
                yield from of_basis(one.basis, one.origin, as_of, one.days)
    elif isinstance(node, c.OfPeople):
        yield from (note for _, note in _listed(node, day, as_of))
    else:
        for basis, days in stated_in(node, day):
            yield from of_basis(basis, node.origin, as_of, days)


def _all_chosen(node: c.Expr, day: date) -> Sequence[str]:
    """Return what a node chooses of on a day, where it is not known which."""
    return [one.name for one in node.alternatives() if day in one.days] if isinstance(node, c.Chooses) else ()


def _at(origin: Span) -> str:
    return f"{origin.source.name}:{origin.line}"
