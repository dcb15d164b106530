"""What a decision rests on: the provisional figures and the readings of unclear sources that were used.

Where something was decided, what it chose counts. What is decided for every record (filters, computed fields) and the
settings that made a check count as they are written for the day: that is looked at once for a core. What decisions
share is looked at once for a partner and a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypeVar

from dsl import core as c
from dsl.builtin import CERTIFICATIONS
from dsl.core.algebra import words_of
from dsl.core.anywhere import Anywhere
from dsl.core.ended import Part, ended, of_rule, of_settings, of_version, parts_of
from dsl.core.ranges import Truth
from dsl.core.walk import stated_in, states_something, walk
from dsl.source import Span
from evaluator.decision import Decision, Resting
from evaluator.explanation import Explanation
from evaluator.facts import Facts
from evaluator.kept import Elsewhere, Kept
from evaluator.reasons.expander import number

CHECKING = ("checked at", "met sometime", "renewable", "lost after")
"""Settings that make a check, its window and its grace."""
NEXT = ("checked at",)
"""The setting that gives the day of a check that lies ahead."""
RENEWING = ("renewable", "renews to")
"""Settings that give the new anniversary of a renewal."""
VALID = ("valid",)
"""The setting that gives the anniversary of what is attained."""
MOST_KEPT = 20_000
"""How much of what is written is remembered; then it is begun anew, so that days without end take no room."""

Stated: TypeAlias = c.Option | c.Effect | c.SettingVersion | c.Stated
"""What a version says beside what it asks."""
Note: TypeAlias = tuple[bool, Resting]
"""What is rested on, and whether that is a provisional figure or date; else it is a reading."""
Notes: TypeAlias = tuple[Note, ...]


_Ends = TypeVar("_Ends", c.Expr, c.Rule, c.RuleVersion)
"""What has parts that can end."""


class Written:
    """What the nodes and settings of one core rest on as they are written for a day."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._found: dict[tuple[object, ...], tuple[object, Notes]] = {}
        self._ends: dict[int, tuple[object, tuple[Part, ...]]] = {}
        self._silent: dict[int, tuple[object, bool]] = {}
        self._listed: dict[tuple[object, ...], tuple[object, tuple[tuple[str, Note], ...], tuple[Part, ...]]] = {}
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
            if len(self._ends) >= MOST_KEPT:
                self._ends.clear()
            found = self._ends[id(of)] = (of, parts(of))
        return ended(found[1], day) if found[1] else ()

    def says_nothing(self, node: c.Expr) -> bool:
        """Whether nothing is rested on because of a node itself, whatever is told and on whichever day."""
        found = self._silent.get(id(node))
        if found is None:
            if len(self._silent) >= MOST_KEPT:
                self._silent.clear()
            found = self._silent[id(node)] = (node, _says_nothing(node))
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
        if isinstance(node, c.Fact | c.Aggregate):
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
        yield from _of_node(node, day, chosen, as_of)
        yield from self.ended(node, day)

    def of_people(
        self,
        node: c.People | c.DifferentPeople,
        day: date,
        as_of: date,
        certified: Callable[[], AbstractSet[str] | None],
    ) -> Iterator[Note]:
        """Yield what the lists of a figure about people rest on, of what people are certified in; None: they may be in any."""
        key = ("listed", id(node), day, as_of)
        found = self._listed.get(key)
        if found is None:
            if len(self._listed) >= MOST_KEPT:
                self._listed.clear()
            # With its node: an identity is one object's only as long as that is there.
            found = self._listed[key] = (
                node,
                tuple(_listed(node, day, as_of)),
                tuple(self._ended(node, parts_of, day)),
            )
        _, listed, parts = found
        names = certified() if listed or parts else None
        for name, note in listed:
            if names is None or name in names:
                yield note
        for part in parts:
            if names is None or part.of in names:
                yield _of_date(part.origin)

    def told(self, node: c.Fact | c.Aggregate, day: date, as_of: date) -> Notes:
        """Return the readings of what is told: of a fact, or of the fields that a figure over records reads."""
        return self._once(("told", id(node), day, as_of), node, lambda: self._told(node, day, as_of))

    def _told(self, node: c.Fact | c.Aggregate, day: date, as_of: date) -> Iterator[Note]:
        for one in self._declared(node, day):
            yield from _of_basis(one.basis, one.origin, as_of)

    def _declared(self, node: c.Fact | c.Aggregate, day: date | None) -> list[c.FieldDecl]:
        """Return what a fact is declared as, or the fields that a figure over records reads on a day; None: on any."""
        if isinstance(node, c.Fact):
            return [self.core.facts[node.name]] if node.name in self.core.facts else []
        fields = self.core.records[node.records].fields if node.records in self.core.records else {}
        read = (found.name for found in walk(node, day) if isinstance(found, c.Field))
        return [fields[name] for name in dict.fromkeys(read) if name in fields]

    def settings(self, award: str, due: date, words: Sequence[str], as_of: date) -> Notes:
        """Return what settings of an award rest on as they are for an anniversary."""
        return self._once((award, due, words, as_of), award, lambda: self._settings(award, due, words, as_of))

    def _once(self, key: tuple[object, ...], of: object, find: Callable[[], Iterable[Note]]) -> Notes:
        if key not in self._found:
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            # With its node: an identity is one object's only as long as that is there.
            self._found[key] = (of, tuple(dict.fromkeys(find())))
        return self._found[key][1]

    def _node(self, node: c.Expr, day: date, as_of: date) -> Iterator[Note]:
        waiting, seen = [node], set[str]()
        while waiting:
            for found in walk(waiting.pop(), day):
                if isinstance(found, c.Named) and found.name not in seen:
                    seen.add(found.name)
                    waiting.append(self.core.named[found.name].value)
                yield from _of_node(found, day, _all_chosen(found, day), as_of)
                yield from self.ended(found, day)
                if isinstance(found, c.Fact | c.Aggregate):
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
                        yield from _of_basis(setting.basis, values[0].origin, as_of, setting.days)
                        for value in values:
                            yield from self.node(value, due, as_of)


_NOT_YET: AbstractSet[str] = frozenset({"not looked at yet"})


class Decided:
    """What explanations rest on that were decided over one partner's facts on one day."""

    def __init__(self, written: Written, facts: Facts, kept: Kept, elsewhere: Elsewhere) -> None:
        self.written = written
        self.as_of = facts.as_of
        self._facts = facts
        self._kept = kept
        self._elsewhere = elsewhere
        self._out_of_force: dict[tuple[str, date], Notes] = {}
        self._certified: AbstractSet[str] | None = _NOT_YET

    @property
    def certified(self) -> AbstractSet[str] | None:
        """What people are told to be certified in; None where there may be more."""
        if self._certified is _NOT_YET:
            self._certified = _certified(self._facts)
        return self._certified

    def notes(self, part: Explanation, day: date | None = None) -> Notes:
        """Return what an explanation rests on, in the order in which it is read.

        Args:
            part: the explanation.
            day: the day it was decided on, where it tells none itself; None: the day of the question.
        """
        return () if self.written.is_silent(part.node) else self._notes(part, day, self._kept)

    def _notes(self, part: Explanation, day: date | None, kept: Kept) -> Notes:
        found = kept.notes.get(id(part))
        if found is None:
            other = self._elsewhere.get(id(part), kept)
            if other is not kept:
                return self._notes(part, day, other)
            asked = day or self.as_of
            day = part.day or asked
            pieces: list[Notes] = []
            if not self.written.says_nothing(part.node):
                pieces.append(tuple(dict.fromkeys(self._own(part, day))))
            if isinstance(part.node, c.OnDate):
                # Its own part is the value of that day; what gives the day is read on the day it is asked for.
                pieces.append(self.written.node(part.node.date, asked, self.as_of))
            is_silent = self.written.is_silent
            pieces.extend([self._notes(inner, day, kept) for inner in _that_count(part) if not is_silent(inner.node)])
            found = kept.notes[id(part)] = (part, merged(pieces))
        notes: Notes = found[1]
        return notes

    def know(self, part: Explanation, notes: Notes) -> None:
        """Take what an explanation without parts rests on, where that was found without them."""
        self._kept.notes[id(part)] = (part, notes)

    def of_award(self, award: str, day: date, is_so: Truth) -> Notes:
        """Return what it rests on that an award is held, paid or lapsed: where it is not, on its rule not being in force."""
        rule = self.written.core.rule_of_award.get(award)
        return () if rule is None or is_so is Truth.TRUE else self.because_out_of_force(rule, day)

    def because_out_of_force(self, rule: c.Rule, day: date) -> Notes:
        """Return the second-hand days because of which a rule is not in force on a day."""
        if (rule.id, day) not in self._out_of_force:
            self._out_of_force[rule.id, day] = tuple(self.written.out_of_force([rule], day))
        return self._out_of_force[rule.id, day]

    def _own(self, part: Explanation, day: date) -> Iterator[Note]:
        node, written = part.node, self.written
        if isinstance(node, c.Holds):
            for check in part.parts:
                yield from self._of_check(node.award, check)
        if isinstance(node, c.Holds | c.Paid | c.Lapsed):
            yield from self.of_award(node.award, day, part.truth)
        elif isinstance(node, c.Qualifies | c.InProgress):
            yield from self.because_out_of_force(written.core.rules[node.rule], day)
        elif isinstance(node, c.Aggregate):
            for one in (node.where, node.value, node.total, *node.alike):
                if one is not None:
                    yield from written.node(one, day, self.as_of)
            yield from written.told(node, day, self.as_of)
        elif isinstance(node, c.People | c.DifferentPeople):
            yield from self.of_people(node, day)
        elif isinstance(node, c.Lookup):
            yield from _of_node(node, day, part.chosen, self.as_of)
            yield from written.ended(node, day, self._asked_for(part))
        else:
            yield from written.chosen(node, day, part.chosen, self.as_of)

    def of_people(self, node: c.People | c.DifferentPeople, day: date) -> Iterator[Note]:
        """Yield what a figure about people rests on, of what they are certified in."""
        return self.written.of_people(node, day, self.as_of, lambda: self.certified)

    def _asked_for(self, part: Explanation) -> Callable[[object], bool]:
        """Return which rows of a lookup are asked for, by their names: those of its key."""
        keys = words_of(part.the("key").range).options
        return lambda name: keys is None or name == "otherwise" or name in keys

    def _of_check(self, award: str, check: Explanation) -> Notes:
        """Return what the settings rest on that made a check of an award."""
        day = next((part.day for part in check.walk() if part.day is not None), self.as_of)
        return self.written.settings(award, day, CHECKING, self.as_of)


class Rests:
    """Gathers what a decision rests on, each thing once, in the order it was met."""

    def __init__(self, decided: Decided) -> None:
        self.decided = decided
        self._notes: dict[Note, None] = {}

    @property
    def figures(self) -> tuple[Resting, ...]:
        """Provisional figures and dates."""
        return tuple(found for is_figure, found in self._notes if is_figure)

    @property
    def assumptions(self) -> tuple[Resting, ...]:
        """Readings, and what is applied to days before it was observed."""
        return tuple(found for is_figure, found in self._notes if not is_figure)

    def note(self, decided: Decision) -> None:
        """Note what a decision rests on already."""
        self._notes.update(dict.fromkeys((True, one) for one in decided.provisional_figures))
        self._notes.update(dict.fromkeys((False, one) for one in decided.assumptions))

    def on(self, basis: c.Basis, origin: Span, days: c.Days = c.ALWAYS) -> None:
        """Note what stands beside a part that was used: its readings, and whether its days are provisional."""
        self._notes.update(dict.fromkeys(_of_basis(basis, origin, self.decided.as_of, days)))

    def on_ended(self, version: c.RuleVersion, day: date) -> None:
        """Note the second-hand days because of which parts of a version are not in force any more."""
        self._notes.update(dict.fromkeys(self.decided.written.ended_of(version, day)))

    def on_out_of_force(self, rule: c.Rule, day: date) -> None:
        """Note the second-hand days because of which a rule is not in force on a day."""
        self._notes.update((note, None) for note in self.decided.written.out_of_force([rule], day))

    def on_decided(self, top: Explanation) -> None:
        """Note what an explanation rests on."""
        self._notes.update(dict.fromkeys(self.decided.notes(top)))

    def on_settings(self, award: str, due: date, words: Sequence[str]) -> None:
        """Note settings of an award as they are for an anniversary."""
        found = self.decided.written.settings(award, due, words, self.decided.as_of)
        self._notes.update(dict.fromkeys(found))


def merged(pieces: Sequence[Notes]) -> Notes:
    """Return notes together, each once, in their order."""
    told = [piece for piece in pieces if piece]
    if len(told) < 2:
        return told[0] if told else ()
    return tuple(dict.fromkeys(note for piece in told for note in piece))


def _of_basis(basis: c.Basis, origin: Span, as_of: date, days: c.Days = c.ALWAYS) -> Iterator[Note]:
    for text in basis.assumes:
        yield False, Resting(text, _at(origin))
    if basis.seen is not None and as_of < basis.seen:
        said, names = f"observed on {basis.seen}, applied to {as_of}", (str(basis.seen), str(as_of))
        yield False, Resting(said, _at(origin), "observed", names)
    if days.provisional:
        yield _of_date(origin)


def _of_date(origin: Span) -> Note:
    return True, Resting("a date of this version", _at(origin), "date")


_READ = (c.OfAward, c.OfRule, c.OfPeople, c.Aggregate, c.Chooses, c.Fact)
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


def _certified(facts: Facts) -> AbstractSet[str] | None:
    """Return what people are told to be certified in, today or as projected; None where there may be more."""
    lists = [facts.records(CERTIFICATIONS.name)]
    if CERTIFICATIONS.name in facts.section("records", True):
        lists.append(facts.records(CERTIFICATIONS.name, True))
    if any(told.rows is None or told.partial for told in lists):
        return None
    names: set[str | None] = {row.data.get("certification") for told in lists for row in told.rows or ()}
    return None if None in names else {name for name in names if name is not None}


def _listed(node: c.OfPeople, day: date, as_of: date) -> Iterator[tuple[str, Note]]:
    """Yield what the certifications that a figure lists rest on, with their names."""
    for entry in (entry for listing in node.lists for entry in listing.entries):
        if day in entry.days:
            for note in _of_basis(entry.basis, node.origin, as_of, entry.days):
                yield entry.certification, note


def _of_node(node: c.Expr, day: date, chosen: Sequence[str], as_of: date) -> Iterator[Note]:
    figure = node.second_hand
    if figure is not None:
        text = number(figure) if isinstance(figure, Decimal) else str(figure)
        unit = node.type.unit if node.type.kind == "money" else None
        yield True, Resting(f"{text} {unit}" if unit else text, _at(node.origin))
    if isinstance(node, c.Requirement):
        yield from _of_basis(node.basis, node.origin, as_of, node.days)
    elif isinstance(node, c.Chooses):
        for one in node.alternatives() if chosen else ():
            if one.name in chosen and day in one.days:
                yield from _of_basis(one.basis, one.origin, as_of, one.days)
    elif isinstance(node, c.OfPeople):
        yield from (note for _, note in _listed(node, day, as_of))
    else:
        for basis, days in stated_in(node, day):
            yield from _of_basis(basis, node.origin, as_of, days)


def rests_on(
    decided: Decided,
    version: c.RuleVersion,
    explanations: Sequence[Explanation],
    more: Iterable[Stated],
) -> Rests:
    """Return what a decision rests on: the wording of its version, what was decided, and what stands beside it."""
    rests = Rests(decided)
    rests.on(version.basis, version.origin, version.days)
    rests.on_ended(version, decided.as_of)
    for stated in more:
        value = stated.value if isinstance(stated, c.SettingVersion) else version
        rests.on(stated.basis, (value[0] if isinstance(value, tuple) else value).origin, stated.days)
    for top in explanations:
        rests.on_decided(top)
    return rests


def _that_count(explanation: Explanation) -> Sequence[Explanation]:
    """Return the parts that a decision rests on: where one of several is enough, those that are met."""
    if isinstance(explanation.node, c.AnyOf) and explanation.truth is Truth.TRUE:
        return [part for part in explanation.parts if part.truth is Truth.TRUE]
    return explanation.parts


def _all_chosen(node: c.Expr, day: date) -> Sequence[str]:
    """Return what a node chooses of on a day, where it is not known which."""
    return [one.name for one in node.alternatives() if day in one.days] if isinstance(node, c.Chooses) else ()


def _at(origin: Span) -> str:
    return f"{origin.source.name}:{origin.line}"
