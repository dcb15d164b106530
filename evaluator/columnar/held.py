"""What the register says of an award where no check of its entry has come yet: the rest the row engine tells.

An entry says the same whatever its rule decides until its first check. That check is on its anniversary where the rule
and those that follow it say so of every version, and nothing that they say of it depends on the partner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from dsl import core as c
from dsl.core.ranges import NEVER
from dsl.core.walk import walk
from evaluator.columnar import terms as t
from evaluator.columnar.layout import PROJECTED
from evaluator.columnar.source import Source, sql_table
from evaluator.columnar.terms import FALSE, NULL, TRUE, Term
from evaluator.entries import former

_OF_A_CHECK = ("checked at", "met sometime", "renewable", "lost after")


@dataclass(frozen=True, slots=True)
class Held:
    """What the register says of an award at a level on a day."""

    held: Term
    """Whether it is held; NULL where that is not known here."""
    settled: Term
    """Whether it is said here; never unknown."""
    since: Term
    """First day of the holding."""
    until: date | None
    """First day that it is, or will be, no longer held, where it is held today."""


class Register:
    """Reads the register for queries."""

    def __init__(self, core: c.Core, source: Source) -> None:
        self.core = core
        self.source = source

    def of(self, award: str, level: str | None, day: date, projected: bool) -> Held:
        """Return what the register says of an award."""
        keep = self.source.stages.keep
        is_told, partial = self.source.told("awards", projected), self.source.partial("awards", projected)
        whole = t.both(is_told, t.negated(partial))
        if self.source.is_empty("records/awards", projected):
            return Held(keep(t.chosen([(whole, FALSE)])), whole, NULL, None)
        rule = self.core.rule_of_award.get(award)
        may = self._may_count(award, level, day, rule)
        plain = FALSE if award in self.core.benefits else self._is_plain(award, day, rule)
        name = sql_table(f"{PROJECTED if projected else ''}records/awards")

        def counted(test: Term) -> Term:
            some = exp.Sum(this=t.chosen([(test, t.number(1))], t.number(0)))
            return keep(t.fallen_back(self.source.aggregate(name, some), t.number(0)))

        none = t.equal(counted(may), t.number(0))
        held: Term = FALSE
        since: Term = NULL
        if not t.is_false(plain):
            sure = t.both(may, plain)
            held = t.both(t.equal(counted(may), t.number(1)), t.equal(counted(sure), t.number(1)))
            since = self.source.aggregate(name, exp.Max(this=t.chosen([(sure, t.column("f_attained"))])))
        held = keep(held)
        settled = keep(t.both(whole, t.either(none, held)))
        told = t.chosen([(t.negated(settled), NULL)], held)
        return Held(keep(told), settled, keep(t.chosen([(held, since)])), self._ends(rule, day))

    def _may_count(self, award: str, level: str | None, day: date, rule: c.Rule | None) -> Term:
        """Return whether an entry may say something of an award; never unknown."""
        name, attained, own = t.column("f_award"), t.column("f_attained"), t.column("f_level")
        if award in self.core.benefits:
            return TRUE
        names = {award, *former(rule, day)}
        found = [t.either(t.untold(name), t.surely(t.among(name, names)))]
        found.append(t.perhaps(t.compared(exp.LTE, attained, t.day(day))))
        if rule is not None and level is not None and level in rule.levels:
            found.append(t.perhaps(t.among(own, rule.levels[rule.levels.index(level) :])))
        return t.both(*found)

    def _is_plain(self, award: str, day: date, rule: c.Rule | None) -> Term:
        """Return whether an entry is held whatever its checks decide; never unknown."""
        if rule is None or not rule.is_award or rule.version_on(day) is None or not self._checks_are_plain(award):
            return FALSE
        told = [t.told(t.column("f_attained"))]
        if rule.levels:
            told.append(t.surely(t.among(t.column("f_level"), rule.levels)))
        return t.both(
            t.surely(t.equal(t.column("f_award"), t.text(award))),
            t.surely(t.equal(t.column("f_ended"), t.day(NEVER))),
            t.surely(t.compared(exp.GT, t.column("f_anniversary"), t.day(day))),
            *told,
        )

    def _checks_are_plain(self, award: str) -> bool:
        """Whether every check of an award's entries is on their anniversary, and known from the entry alone."""
        rules = {one.id: one for one in self.core.rules_of_entry.get(award, ())}
        for one in self.core.followers.get(award, ()):
            rules |= {other.id: other for other in self.core.rules_of_entry.get(one.award, ())}
        settings = [
            (word, setting.value if isinstance(setting.value, tuple) else (setting.value,))
            for one in rules.values()
            for version in one.versions
            for word in _OF_A_CHECK
            for setting in version.settings.get(word, ())
        ]
        return all(
            _is_of_anniversary(value) if word == "checked at" else all(map(_is_from_entry, walk(value)))
            for word, values in settings
            for value in values
        )

    def _ends(self, rule: c.Rule | None, day: date) -> date | None:
        """Return the first day after a day on which the rule is not in force; None where another award follows it."""
        if rule is None or rule.award in self.core.followers:
            return None
        ends = (version.days.end for version in rule.versions)
        return min(
            (end for end in ends if end is not None and end > day and rule.version_on(end) is None), default=None
        )


def _is_of_anniversary(node: c.Expr) -> bool:
    """Whether a day is the anniversary that is checked."""
    return isinstance(node, c.Anniversary) and node.which not in ("first", "attained")


def _is_from_entry(node: c.Expr) -> bool:
    """Whether a node of a setting is known from the entry alone."""
    if isinstance(node, c.Literal):
        return node.value is not None
    return isinstance(node, c.Shift | c.Edge) or _is_of_anniversary(node)
