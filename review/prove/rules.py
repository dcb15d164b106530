"""The rules of one version: those that nobody can meet, cases that nobody comes to, tables without a row, and who loses by more.

All is said of the first day of a stretch, and of the last where days are compared with today; a stretch on which a rule
asks what it asked on another is not looked at twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from time import process_time
from typing import Any

import z3

from dsl import core as c
from dsl.core.anywhere import Anywhere
from dsl.core.ranges import Truth
from dsl.core.walk import children, walk
from review.prove.checked import Noted, What
from review.prove.formulas import Formula, both, either, negated
from review.prove.single import TIME, Asking, OfOne, stretches
from review.prove.terms import Flag
from review.prove.verdicts import ends_of, moves_daily

MOST_TOGETHER = 3
"""Clauses up to which the smallest set that cannot be met together is looked for; more are left out one by one."""
MOST_CLAUSES = 14


class Rules:
    """Looks at the rules of a core, one by one and side by side."""

    def __init__(self, asking: Asking, seconds: float) -> None:
        """Take what asks, and how many seconds a rule may take."""
        self.asking = asking
        self.core = asking.core
        self.seconds = seconds
        self._daily = Anywhere(asking.core, moves_daily)
        self._of_partner = Anywhere(asking.core, _is_of_partner)
        self.left: dict[str, str] = {}
        """Rules that were not looked at on all days, with why."""

    def of(self, rule: c.Rule) -> Iterator[Noted]:
        """Yield what is found in a rule."""
        until = process_time() + self.seconds
        found: dict[object, _Found] = {}
        unmet: list[Noted] = []
        unreached: dict[tuple[str, str], list[Noted]] = {}
        reached: set[tuple[str, str]] = set()
        is_met = False
        lost: set[str] = set()
        for days in stretches([c.ALWAYS], self.asking.keys.days_of(rule)):
            day = next(ends_of(days), None)
            version = None if day is None else rule.version_on(day)
            if version is None or day is None:
                continue
            for node in (version.requirement, version.amount, version.stage):
                if node is None:
                    continue
                key = self.asking.keys.key(node, day)
                mark = (key, day) if self._daily.within(node) else key
                if mark not in found:
                    if process_time() > until:
                        self.left[rule.id] = f"it took more than {self.seconds:g} seconds"
                        break
                    rows = list(self._rows(rule, node, days, day))
                    cases = dict(self._cases(rule, node, days, day))
                    is_requirement = node is version.requirement
                    never = self._never_met(rule, node, days, day) if is_requirement else None
                    losing = list(self._loses(rule, version, days, day, lost, until)) if is_requirement else []
                    found[mark] = _Found(never, cases)
                    yield from (*rows, *losing)
                known = found[mark]
                if node is version.requirement:
                    unmet += [] if known.never is None else [replace(known.never, days=days)]
                    is_met = is_met or known.never is None
                for case, noted in known.cases.items():
                    if noted is None:
                        reached.add(case)
                    else:
                        unreached.setdefault(case, []).append(replace(noted, days=days))
        for one in _neighbours(unmet):
            # What nobody meets on some days only is closed on them; clauses that exclude each other are not meant.
            is_meant = (is_met and len(one.codes) == 1) or one.what == "closed"
            yield replace(one, what="closed" if is_meant else "never met")
        for case, noted_ones in unreached.items():
            if case not in reached and rule.id not in self.left:
                yield replace(noted_ones[0], days=c.ALWAYS)

    # ---- nobody

    def _encoder(self, node: c.Expr, days: c.Days, day: date) -> OfOne:
        return self.asking.on_any_day(day, days) if self._daily.within(node) else self.asking.encoder(day)

    def _never_met(self, rule: c.Rule, node: c.Expr, days: c.Days, day: date) -> Noted | None:
        encoder = self._encoder(node, days, day)
        clauses = {clause: _may(encoder, clause, day, rule) for clause in _clauses(node, day)}
        solver = _solver(encoder)
        if solver.check(*clauses.values()) != z3.unsat:
            return None
        against = _smallest(solver, list(clauses), clauses)
        what: What = "never met" if any(self._of_partner.within(clause) for clause in against) else "closed"
        codes = tuple(clause.code if isinstance(clause, c.Requirement) else rule.id for clause in against)
        return Noted(what, rule.id, rule.title, days, codes, _at(against[0] if against else node), day=day)

    def _cases(
        self, rule: c.Rule, node: c.Expr, days: c.Days, day: date
    ) -> Iterator[tuple[tuple[str, str], Noted | None]]:
        """Yield the cases of the node, those that nobody comes to with what is to be told of them."""
        for case in _of_the_partner(node, day):
            if not isinstance(case, c.Case) or _is_asked_by_the_year(case):
                continue
            encoder = self._encoder(node, days, day)
            tests = [None if one.when is None else _flag(encoder, one.when, day, rule) for one in case.branches]
            solver = _solver(encoder)
            before: list[Formula] = []
            for branch, test in zip(case.branches, tests, strict=True):
                at = f"{branch.origin.source.name}:{branch.origin.line}"
                # A case of certain days is none on the others.
                is_of_days = branch.when is not None and not self._of_partner.within(branch.when)
                reachable = both(*before, *([] if test is None else [test.may]))
                nobody = not is_of_days and solver.check(reachable) == z3.unsat
                noted = Noted("never reached", rule.id, rule.title, days, (branch.name,), at, day=day)
                yield (branch.name, at), noted if nobody else None
                before += [] if test is None else [negated(test.must)]

    def _rows(self, rule: c.Rule, node: c.Expr, days: c.Days, day: date) -> Iterator[Noted]:
        for table in walk(node, day):
            if not isinstance(table, c.Lookup) or not isinstance(table.key, c.Fact):
                continue
            told = {row.key for row in table.rows if day in row.days}
            if None in told or not table.key.type.choices:
                continue
            for value in table.key.type.choices:
                facts = {"facts": {table.key.name: value}, "records": {}}
                outcomes = self.asking.engine.outcomes(rule.id, facts, day) if value not in told else {}
                if any(_is_open(one) for one in outcomes.values()):
                    yield Noted("no row", rule.id, rule.title, days, (table.table,), _at(table), facts, day)

    # ---- who loses by more

    def _loses(
        self, rule: c.Rule, version: c.RuleVersion, days: c.Days, day: date, lost: set[str], until: float
    ) -> Iterator[Noted]:
        requirement = version.requirement
        if requirement is None:
            return
        for name in self._figures(requirement):
            if process_time() > until:
                self.left[rule.id] = f"it took more than {self.seconds:g} seconds"
                return
            if name in lost:
                continue
            answer = self.asking.never_costs(requirement, name, day, rule.id)
            if answer.state != "refuted":
                continue
            # What only ever costs is a limit, and meant; what helps one and costs another has to be looked at.
            helps = self.asking.never_costs(c.Not(part=requirement, type=c.FLAG), name, day, rule.id)
            if helps.state == "refuted":
                lost.add(name)
                at = f"{version.origin.source.name}:{version.origin.line}"
                yield Noted(
                    "loses", rule.id, rule.title, days, (name,), at, answer.partner, day, answer.more,
                    version.basis.assumes,
                )  # fmt: skip

    def _figures(self, node: c.Expr) -> list[str]:
        """Return the figures that a partner tells and that a condition reads, also by name."""
        found: dict[str, None] = {}
        waiting, seen = [node], set[str]()
        for top in waiting:
            for one in walk(top):
                if isinstance(one, c.Fact) and one.type.is_numeric:
                    found[one.name] = None
                elif isinstance(one, c.Named) and one.name not in seen:
                    seen.add(one.name)
                    if one.supplied and one.type.is_numeric:
                        found[one.name] = None
                    elif not one.supplied:
                        waiting.append(self.core.named[one.name].value)
        return [name for name in found if name in self.core.facts or name in self.core.named]

    # ---- side by side

    def beside(self, rules: Sequence[c.Rule], day: date, seconds: float) -> Iterator[Noted]:
        """Yield the rules that ask the same on a day, and those that others imply."""
        until = process_time() + seconds
        asked: dict[str, list[c.Rule]] = {}
        for rule in rules:
            version = rule.version_on(day)
            if version is not None and version.requirement is not None:
                asked.setdefault(self.asking.keys.key(version.requirement, day), []).append(rule)
        for group in asked.values():
            if len(group) > 1:
                yield _beside("ask the same", group[0], [one.id for one in group[1:]], day)
        first = [group[0] for group in asked.values()]
        encoder = self.asking.encoder(day)
        terms = {one.id: _flag(encoder, one.version_on(day).requirement, day, one) for one in first}  # type: ignore[union-attr,arg-type]
        solver = _solver(encoder)
        implied: dict[str, list[str]] = {}
        for rule in first:
            if process_time() > until:
                self.left["side by side"] = f"it took more than {seconds:g} seconds"
                break
            implied[rule.id] = _implied(solver, terms, rule.id)
        for rule in first:
            others = implied.get(rule.id, [])
            same = [one for one in others if rule.id in implied.get(one, [])]
            if same and rule.id < min(same):
                yield _beside("ask the same", rule, same, day)
            more = [one for one in others if one not in same]
            if more:
                yield _beside("implies", rule, more, day)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found in a node, for whatever days it stands."""

    never: Noted | None
    cases: Mapping[tuple[str, str], Noted | None]


def _neighbours(noted: Sequence[Noted]) -> list[Noted]:
    """Return what was noted of stretches one behind the other as of one."""
    found: list[Noted] = []
    for one in noted:
        last = found[-1] if found else None
        if last is not None and last.codes == one.codes and last.days.end == one.days.start:
            found[-1] = replace(last, days=replace(last.days, end=one.days.end))
        else:
            found.append(one)
    return found


def _implied(solver: Any, terms: dict[str, Flag], rule: str) -> list[str]:
    """Return the rules that are met by all who meet a rule; none where nobody does."""
    solver.push()
    solver.add(terms[rule].may)
    left = [one for one in terms if one != rule]
    asked = False
    while left:
        found = solver.check(either(*(negated(terms[one].must) for one in left)))
        if found == z3.unsat:
            break
        if found != z3.sat:
            left = []
            break
        asked, model = True, solver.model()
        left = [one for one in left if z3.is_true(model.eval(terms[one].must, model_completion=True))]
    if left and not asked and solver.check() != z3.sat:
        left = []
    solver.pop()
    return left


def _beside(what: What, rule: c.Rule, others: Sequence[str], day: date) -> Noted:
    at = f"{rule.origin.source.name}:{rule.origin.line}"
    return Noted(what, rule.id, rule.title, c.Days(day, None), tuple(others), at, day=day)


def _solver(encoder: OfOne) -> Any:
    solver = z3.SimpleSolver()
    solver.set("timeout", TIME)
    solver.add(*encoder.told.all_bounds())
    return solver


def _flag(encoder: OfOne, node: c.Expr, day: date, rule: c.Rule) -> Flag:
    found = encoder.on(node, day, False, rule.id).value
    if not isinstance(found, Flag):
        raise TypeError("no condition")
    return found


def _may(encoder: OfOne, node: c.Expr, day: date, rule: c.Rule) -> Formula:
    return _flag(encoder, node, day, rule).may


def _is_asked_by_the_year(case: c.Case) -> bool:
    """Whether the year of a check says which case it is: a question on a day is of one of them, and the others are reached too."""
    return any(isinstance(branch.when, c.AskedThisYear) for branch in case.branches)


def _of_the_partner(node: c.Expr, day: date) -> Iterator[c.Expr]:
    """Yield a node and all below it that counts on a day and is decided of the partner, not of each of its records."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        if not isinstance(found, c.OfRecords):
            waiting.extend(children(found, day))


def _clauses(node: c.Expr, day: date) -> Iterator[c.Expr]:
    """Yield what must all be met, the smallest parts with a label."""
    if isinstance(node, c.Requirement) and day not in node.days:
        return
    inner = node.value if isinstance(node, c.Requirement) else node
    if isinstance(inner, c.AllOf):
        for part in inner.parts:
            yield from _clauses(part, day)
    else:
        yield node


def _smallest(solver: Any, clauses: list[c.Expr], may: dict[c.Expr, Formula]) -> list[c.Expr]:
    """Return clauses that cannot be met together: as few as there can be, or none of which can be left out."""
    if len(clauses) <= MOST_CLAUSES:
        for count in range(1, MOST_TOGETHER + 1):
            for some in combinations(clauses, count):
                if solver.check(*(may[one] for one in some)) == z3.unsat:
                    return list(some)
    left = list(clauses)
    for clause in clauses:
        rest = [one for one in left if one is not clause]
        if solver.check(*(may[one] for one in rest)) == z3.unsat:
            left = rest
    return left


def _at(node: c.Expr) -> str:
    return f"{node.origin.source.name}:{node.origin.line}"


def _is_of_partner(node: c.Expr) -> bool | None:
    return not isinstance(node, c.Today) and bool(node.moves_with) and node.moves_with != ("every day",)


def _is_open(value: object) -> bool:
    return value is Truth.UNKNOWN or getattr(value, "low", 0) is None
