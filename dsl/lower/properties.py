"""Properties of a document to claims of the core: of several awards, one claim for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dsl import core as c, document as d
from dsl.core.types import common_days
from dsl.lower.scope import ALWAYS_ONE, Names, Scope, days_of, word_in, words
from dsl.lower.values import Values

_OF_SEVERAL = "write for example `qualifies at gold for any of competencies implies qualifies at silver`"


def properties(names: Names, values: Values) -> dict[str, c.Property]:
    """Return every property by name.

    Reports:
        C101 what is told more of is no fact; C102, C103 an unknown or ambiguous award; C105 no condition; C106 what is told
        more of is no figure, or none that is told; C110 a level that an award has not; C111 no awards to claim a level of.
    """
    found: dict[str, c.Property] = {}
    for name, stated in names.document.properties.items():
        claims = tuple(_Laws(names, values, name).of(stated.law))
        found[name] = c.Property(
            name=name,
            title=stated.title or words(name),
            claims=claims,
            days=days_of(stated.valid),
            basis=names.basis(stated.notes),
            origin=stated.origin,
        )
    return found


class _Laws:
    """Lowers what one property says."""

    def __init__(self, names: Names, values: Values, name: str) -> None:
        self.names = names
        self.values = values
        self.scope = Scope(code=f"property.{name}")

    def of(self, law: d.Law) -> Iterator[c.Never | c.NeverCosts]:
        match law:
            case d.Never(condition=condition):
                against = self.values.condition(condition, self.scope)
                if against is not None:
                    yield c.Never(against=against)
            case d.Implies(given=given, then=then, level=level):
                if then is not None:
                    yield from self._implies(given, then, law)
                else:
                    yield from self._each(given, level or "", law)
            case d.NeverCosts(more=more, selection=selection):
                if self._are_told(more, law):
                    yield from self._never_costs(more, selection, law)

    def _implies(self, given: d.Expr, then: d.Expr, law: d.Law) -> Iterator[c.Never]:
        left, right = self.values.condition(given, self.scope), self.values.condition(then, self.scope)
        if left is not None and right is not None:
            yield c.Never(against=_both(left, right, law))

    def _each(self, given: d.Expr, level: str, law: d.Law) -> Iterator[c.Never]:
        if not isinstance(given, d.Claim) or (given.selection.chooser and given.selection.chooser.word != "any"):
            self.names.report(
                "C111",
                f"nothing says of which award `qualifies at {level}` is claimed",
                given.origin,
                _OF_SEVERAL,
            )
            return
        for award, days in self._awards(given.selection, self.names.kinds.awards):
            one = d.Selection(names=(award,), origin=given.selection.origin)
            left = self.values.condition(replace(given, selection=one), self.scope)
            claimed = d.Claim(verb="qualifies for", selection=one, level=level, origin=law.origin)
            right = self.values.condition(claimed, self.scope)
            if left is None or right is None:
                return
            yield c.Never(against=_both(left, right, law), about=award, days=days)

    def _never_costs(self, more: tuple[str, ...], selection: d.Selection, law: d.Law) -> Iterator[c.NeverCosts]:
        for award, days in self._awards(selection, self.names.kinds.asking):
            for rule in [f"{award}.{level}" for level in self.names.levels.get(award, ())] or [award]:
                condition = c.Qualifies(rule=rule, type=c.FLAG, origin=law.origin)
                yield c.NeverCosts(more=more, condition=condition, about=rule, days=days)

    def _awards(self, selection: d.Selection, kinds: Sequence[str]) -> Iterator[tuple[str, c.Days]]:
        if selection.chooser is not None and selection.chooser.word not in ("any", "all"):
            self.names.report(
                "C106",
                f"`{selection.chooser.word} of` says not of which award it is claimed",
                selection.chooser.origin,
                "write `any of`: it is claimed of each, by itself",
            )
            return
        ids = self.names.awards_of(selection.names, selection.origin, self.scope, kinds)
        members = self.names.members(selection.names)
        for award in ids or ():
            for member in members.get(award, (ALWAYS_ONE,)):
                yield award, common_days(c.ALWAYS, member.days)

    def _are_told(self, more: Sequence[str], law: d.Law) -> bool:
        named = {name for name, one in self.names.named.items() if one.supplied}
        known = {*self.names.facts, *named}
        for name in more:
            at = word_in(law.origin, name)
            if name in self.names.named and name not in named:
                self.names.report(
                    "C106",
                    f"`{name}` is reckoned, and told by nobody",
                    at,
                    "name the facts that it is reckoned from, or a measure that `may be supplied`",
                )
                return False
            if name not in known:
                self.names.unknown("C101", "fact or measure that is told", name, at, known)
                return False
            type_ = self.names.facts[name].type if name in self.names.facts else self.names.named[name].type
            if not type_.is_numeric:
                self.names.report(
                    "C106",
                    f"`{name}` is {type_.phrase}, and of that there is no more",
                    at,
                    "name a count, an amount or another figure",
                )
                return False
        return True


def _both(left: c.Expr, right: c.Expr, law: d.Law) -> c.Expr:
    """Return what somebody meets who has the one and not the other."""
    lacks = c.Not(part=right, type=c.FLAG, origin=right.origin)
    return c.AllOf(parts=(left, lacks), type=c.FLAG, origin=law.origin)
