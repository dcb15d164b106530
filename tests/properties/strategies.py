"""Partners for any vocabulary, and what becomes of them when some of what is known is taken away.

A ``Partner`` is complete: every fact, with its history, every record with every field. ``Knowledge`` is a partner and
the set of things that nobody told; ``facts()`` writes it as a service would send it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st

from dsl import core as c
from dsl.builtin import AWARDS, BUILT_IN, CERTIFICATIONS
from dsl.core import calendar
from dsl.core.references import expressions, reads_of, walk
from evaluator.explanation import Gap

Json = Any
T = TypeVar("T")
Atom = tuple[str | int, ...]
"""A thing that can be left untold: section, then ``facts`` or ``records``, name, and what of it."""

FIRST = date(1990, 1, 1)
MONTHS = 40
"""How many months up to the day a monthly list tells of."""


# ---- what a policy turns on --------------------------------------------------------------------------------------


class Interest:
    """Values worth trying: those near which some policy turns."""

    # No dataclass: Hypothesis would write all of it out, with each strategy that takes it.
    def __init__(
        self,
        *,
        days: tuple[date, ...],
        numbers: tuple[Decimal, ...],
        texts: tuple[str, ...],
        certifications: tuple[str, ...],
        awards: tuple[str, ...],
        levels: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.days = days
        self.numbers = numbers
        self.texts = texts
        self.certifications = certifications
        self.awards = awards
        self.levels = levels
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is made for a key, the first time: making a strategy takes longer than drawing from it."""
        if key not in self._made:
            self._made[key] = make()
        found: T = self._made[key]
        return found

    def __repr__(self) -> str:
        return "interest"


def interest_of(core: c.Core, rules: Iterable[c.Rule]) -> Interest:
    """Collect the days, figures, words, certifications and awards that a policy (or some rules of it) speaks of."""
    nodes = list(_nodes(core, rules))
    literals = [node.value for node in nodes if isinstance(node, c.Literal)]
    numbers = {value for value in literals if isinstance(value, Decimal)}
    texts = {value for value in literals if isinstance(value, str)}
    own = {value for value in literals if isinstance(value, date)}
    found = {day for day in own if 2010 <= day.year <= 2030}
    days = sorted(found | {day for day in core.change_days if 2020 <= day.year <= 2024}) or [date(2023, 1, 1)]
    lists = [node.lists for node in nodes if isinstance(node, c.People | c.DifferentPeople)]
    certifications = {entry.certification for own_lists in lists for listing in own_lists for entry in listing.entries}
    return Interest(
        days=tuple(days),
        numbers=tuple(sorted(numbers)),
        texts=(*sorted(texts), "x", "y"),
        certifications=(*sorted(certifications), "Another"),
        awards=core.awards,
        levels={rule.award: rule.levels for rule in core.rules.values()},
    )


def _nodes(core: c.Core, rules: Iterable[c.Rule]) -> Iterator[c.Expr]:
    """Yield the nodes of rules and of all that they speak of."""
    yield from _below(core, [expr for rule in rules for version in rule.versions for expr in expressions(version)])


def _below(core: c.Core, waiting: list[c.Expr]) -> Iterator[c.Expr]:
    seen: set[str] = set()
    by_award: dict[str, list[c.Rule]] = {}
    for rule in core.rules.values():
        by_award.setdefault(rule.award, []).append(rule)
    while waiting:
        for node in walk(waiting.pop()):
            yield node
            match node:
                case c.Named(name=name) if name not in seen:
                    seen.add(name)
                    waiting.append(core.named[name].value)
                case c.Qualifies(rule=name) | c.InProgress(rule=name) if name not in seen:
                    seen.add(name)
                    waiting.extend(e for version in core.rules[name].versions for e in expressions(version))
                case c.Holds(award=name) | c.Paid(award=name) if name not in seen:
                    seen.add(name)
                    waiting.extend(
                        e for rule in by_award.get(name, ()) for version in rule.versions for e in expressions(version)
                    )
                case _:
                    continue


# ---- values ------------------------------------------------------------------------------------------------------


SHIFTS = (0, 0, -1, 1, -14, 20, 45, 200, -200, 366)


def days(interest: Interest) -> st.SearchStrategy[date]:
    """Days on, right before and after the days on which a policy changes, and some between."""
    return interest.once("days", lambda: st.sampled_from(_days(interest)))


def _days(interest: Interest) -> list[date]:
    return interest.once("all days", lambda: [day + timedelta(days=by) for by in SHIFTS for day in interest.days])


def _days_until(interest: Interest, last: date) -> st.SearchStrategy[date] | None:
    """Days up to one; None where there is none."""
    found = [day for day in _days(interest) if FIRST < day <= last]
    return st.sampled_from(found) if found else None


def values(type_: c.Type, interest: Interest) -> st.SearchStrategy[Json]:
    """Values of a type as JSON, near the figures that a policy compares with."""
    return interest.once(("values", type_), lambda: _values(type_, interest))


def _values(type_: c.Type, interest: Interest) -> st.SearchStrategy[Json]:
    match type_.kind:
        case "flag":
            return st.booleans()
        case "choice":
            return st.sampled_from(type_.choices)
        case "text":
            return st.sampled_from(interest.texts)
        case "date":
            return days(interest).map(date.isoformat)
        case _:
            return _numbers(type_, interest)


def _numbers(type_: c.Type, interest: Interest) -> st.SearchStrategy[Json]:
    whole = type_.kind == "count"
    near = {Decimal(0), Decimal(1), Decimal(2), Decimal(-2), Decimal(7)}
    near |= {figure + shift for figure in interest.numbers for shift in (Decimal(-1), Decimal(0), Decimal(1))}
    if not whole:
        near |= {figure + Decimal("0.5") for figure in list(near)}
    if type_.high is not None:
        near |= {type_.high}
    if type_.low is not None:
        near |= {type_.low}
    fitting = sorted(
        figure
        for figure in near
        if (type_.low is None or figure >= type_.low)
        and (type_.high is None or figure <= type_.high)
        and (not whole or figure == figure.to_integral_value())
    )
    return st.sampled_from([int(figure) for figure in fitting] if whole else fitting)


# ---- complete partners -------------------------------------------------------------------------------------------


class Partner:
    """A partner of whom everything is told, and the day of the question.

    ``sections`` are ``""`` and ``projected``: facts and records. A fact is a list of (day, value), a list of records has rows.
    """

    def __init__(self, core: c.Core, as_of: date, sections: Mapping[str, Mapping[str, Mapping[str, Json]]]) -> None:
        self.core = core
        self.as_of = as_of
        self.sections = sections

    def __repr__(self) -> str:
        return f"Partner(as_of={self.as_of}, {self.sections})"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(repr(self))


class About:
    """What partners are made for: a policy, some rules of it, what they turn on. Made once for many partners."""

    # No dataclass, for the same reason.
    def __init__(self, core: c.Core, rules: tuple[c.Rule, ...], interest: Interest) -> None:
        self.core = core
        self.rules = rules
        self.interest = interest
        self.asks_of_others = _asks_of_others(core, rules)
        self._unknown: dict[str, bool] = {}

    def is_unknown(self, measure: str) -> bool:
        """Whether nothing can be reckoned for a measure: the policy does not know a figure of it."""
        if measure not in self._unknown:
            nodes = _below(self.core, [self.core.named[measure].value])
            self._unknown[measure] = any(isinstance(node, c.Literal) and node.value is None for node in nodes)
        return self._unknown[measure]

    def __repr__(self) -> str:
        return f"about({', '.join(rule.id for rule in self.rules[:3])})"


def about(core: c.Core, *rules: c.Rule) -> About:
    """Return what partners are made for: all rules where none is named."""
    chosen = rules or tuple(core.rules.values())
    return About(core, chosen, interest_of(core, chosen))


@st.composite
def partners(draw: st.DrawFn, what: About) -> Partner:
    """Complete partners that tell all that some rules read."""
    core, rules, interest = what.core, what.rules, what.interest
    as_of = draw(days(interest))
    reads = reads_of(core, rules)
    registers = {
        section: draw(_records(AWARDS, interest, as_of))
        for section in ("", "projected")
        if AWARDS.name in reads.records
    }
    if what.asks_of_others:
        # What is held gives its anniversary to others: whether it still is held, its checks say.
        names = {row["award"] for register in registers.values() for row in register["rows"]}
        reads = reads_of(
            core, (*rules, *(rule for name in sorted(names) for rule in core.rules_of_entry.get(name, ())))
        )
    # A measure that nothing can be reckoned for is always told: no other fact would settle what rests on it.
    measures = [name for name in reads.measures if what.is_unknown(name) or draw(st.integers(0, 5)) == 0]
    sections: dict[str, Mapping[str, Mapping[str, Json]]] = {}
    for section in ("", "projected"):
        facts: dict[str, Json] = {}
        for name in reads.facts:
            facts[name] = draw(_history(core.facts[name].type, interest, as_of))
        for name in measures:
            facts[name] = draw(_history(core.named[name].type, interest, as_of))
        records = {
            name: registers[section]
            if name == AWARDS.name
            else draw(_records(BUILT_IN.get(name) or core.records[name], interest, as_of))
            for name in reads.records
        }
        sections[section] = {"facts": facts, "records": records}
    return Partner(core, as_of, sections)


def _asks_of_others(core: c.Core, rules: Iterable[c.Rule]) -> bool:
    """Whether rules ask for an anniversary that other awards give, in a setting too: of a kind, or of the membership."""
    return any(
        (isinstance(node, c.Anniversary) and node.which not in ("own", "attained"))
        or (isinstance(node, c.Aggregate) and node.over is not None and node.over.anniversary_year)
        for node in _nodes(core, rules)
    )


def _history(type_: c.Type, interest: Interest, as_of: date) -> st.SearchStrategy[list[tuple[date, Json]]]:
    """Values from the beginning of time on; the last one counts on the day of the question."""
    return interest.once(("history", type_, as_of), lambda: _told_until(type_, interest, as_of))


def _told_until(type_: c.Type, interest: Interest, as_of: date) -> st.SearchStrategy[list[tuple[date, Json]]]:
    start = values(type_, interest).map(lambda value: [(FIRST, value)])
    later = interest.once(("days until", as_of), lambda: _days_until(interest, as_of))
    if later is None:
        return start
    steps = st.tuples(later, values(type_, interest))
    more = st.lists(steps, max_size=2, unique_by=lambda step: step[0])
    return st.builds(lambda first, steps: [*first, *sorted(steps, key=lambda step: step[0])], start, more)


@st.composite
def _records(draw: st.DrawFn, decl: c.RecordsDecl, interest: Interest, as_of: date) -> Json:
    first, last = calendar.month_index(as_of) - MONTHS, calendar.month_index(as_of)
    size = draw(st.sampled_from((0, 1, 2, 3, 3, 4, 6)))
    rows: list[dict[str, Json]] = []
    for _ in range(size):
        if decl.name == AWARDS.name:
            if interest.awards:
                rows.append(draw(_award(interest)))
            continue
        if decl.name == CERTIFICATIONS.name:
            rows.append(draw(_certification(interest)))
            continue
        row = {own.name: draw(values(own.type, interest)) for own in decl.fields.values() if own.formula is None}
        if decl.monthly:
            back = draw(st.sampled_from((1, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 24, 0)))
            row["month"] = calendar.month_text(last - back)
        rows.append(row)
    if decl.name == AWARDS.name:
        # An award is attained once a day.
        rows = list({(row["award"], row["attained"]): row for row in rows}.values())
    result: dict[str, Json] = {"rows": rows}
    if decl.monthly:
        result["covers"] = (first, last)
    return result


@st.composite
def _certification(draw: st.DrawFn, interest: Interest) -> dict[str, Json]:
    earned = draw(days(interest))
    expires = draw(st.one_of(st.just("none"), days(interest).map(date.isoformat)))
    return {
        "person": draw(st.sampled_from(("p1", "p2", "p3"))),
        "certification": draw(st.sampled_from(interest.certifications)),
        "earned": (earned - timedelta(days=draw(st.sampled_from((0, 30, 400))))).isoformat(),
        "expires": expires,
    }


@st.composite
def _award(draw: st.DrawFn, interest: Interest) -> dict[str, Json]:
    award = draw(st.sampled_from(interest.awards))
    attained = draw(days(interest)) - timedelta(days=draw(st.sampled_from((0, 200, 500))))
    anniversary = calendar.add_years(attained, draw(st.sampled_from((1, 1, 2))))
    ended = draw(st.one_of(st.just("none"), st.just("none"), days(interest).map(date.isoformat)))
    row = {
        "award": award,
        "attained": attained.isoformat(),
        "anniversary": anniversary.isoformat(),
        "ended": ended,
        "benefits": draw(st.sampled_from(("none", "core benefits"))),
    }
    levels = interest.levels.get(award, ())
    return {**row, "level": draw(st.sampled_from(levels))} if levels else row


# ---- what is known of them ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Knowledge:
    """A partner, and what nobody told of it."""

    partner: Partner
    untold: frozenset[Atom] = field(default=frozenset())

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(f"Knowledge({self.partner}, untold={sorted(self.untold, key=str)})")

    def facts(self) -> dict[str, Json]:
        """Write the facts document."""
        result: dict[str, Json] = {}
        for section, content in self.partner.sections.items():
            if section and (section,) in self.untold:
                continue
            facts = {
                name: _fact(steps, (section, "facts", name, "past") in self.untold)
                for name, steps in content["facts"].items()
                if (section, "facts", name) not in self.untold
            }
            records = {
                name: self._list(section, name)
                for name in content["records"]
                if (section, "records", name) not in self.untold
            }
            inner = {"facts": facts, "records": records}
            if section:
                result[section] = inner
            else:
                result.update(inner)
        return result

    def _list(self, section: str, name: str) -> Json:
        decl = BUILT_IN.get(name) or self.partner.core.records[name]
        raw = self.partner.sections[section]["records"][name]
        rows = [self._row(section, name, index) for index in self.kept_rows(section, name)]
        gone = any((section, "records", name, index) in self.untold for index in range(len(raw["rows"])))
        if not decl.monthly:
            return {"rows": rows, "partial": True} if gone else rows
        first, last = self._covers(section, name)
        covers = {"from": calendar.month_text(first), "through": calendar.month_text(last)}
        return {"rows": rows, "covers": covers, **({"partial": True} if gone else {})}

    def kept_rows(self, section: str, name: str) -> list[int]:
        """Return the places of the rows that are told, in order."""
        decl = BUILT_IN.get(name) or self.partner.core.records[name]
        rows = self.partner.sections[section]["records"][name]["rows"]
        kept = [index for index in range(len(rows)) if (section, "records", name, index) not in self.untold]
        if decl.monthly:
            first, last = self._covers(section, name)
            kept = [index for index in kept if first <= calendar.month_of(rows[index]["month"]) <= last]
        return kept

    def _covers(self, section: str, name: str) -> tuple[int, int]:
        first, last = self.partner.sections[section]["records"][name]["covers"]
        if (section, "records", name, "covers", "first") in self.untold:
            first = last - 4
        if (section, "records", name, "covers", "last") in self.untold:
            last -= 2
        return first, last

    def _row(self, section: str, name: str, index: int) -> dict[str, Json]:
        row = self.partner.sections[section]["records"][name]["rows"][index]
        return {key: value for key, value in row.items() if (section, "records", name, index, key) not in self.untold}

    def told(self, gap: Gap) -> Knowledge | None:
        """Return what is known once a gap is filled with the partner's own value; None where no fact can fill it."""
        if gap.kind == "figure" or not gap.pointer or (gap.day is not None and gap.day > self.partner.as_of):
            return None
        parts = gap.pointer.strip("/").split("/")
        section = parts.pop(0) if parts[0] == "projected" else ""
        kind, name = parts[0], parts[1]
        here = (section, kind, name)
        untold = set(self.untold) - {(section,)}
        if (section,) in self.untold and section:
            untold |= {atom for atom in atoms(self.partner) if atom[0] == section and len(atom) == 3}
        match gap.kind:
            case "fact" | "history":
                if kind == "records":
                    return None
                if name in self.partner.core.named and name not in self.partner.sections[section]["facts"]:
                    # A measure that nobody supplies: tell the records that it is reckoned from.
                    read = _records_of(self.partner.core, name)
                    again = {atom for atom in untold if atom[0] == section and atom[1] == "records" and atom[2] in read}
                    # Without any, only a supplied value would tell, and this partner has none.
                    return Knowledge(self.partner, frozenset(untold - again)) if again else None
                if here in untold and gap.kind == "fact":
                    untold.add((*here, "past"))
                if gap.kind == "history":
                    untold.discard((*here, "past"))
                untold.discard(here)
            case "records":
                untold = {atom for atom in untold if atom[:3] != here}
            case "months":
                untold -= {(*here, "covers", "first"), (*here, "covers", "last")}
            case "rows":
                gone = {atom for atom in untold if atom[:3] == here and len(atom) == 4}
                untold = {atom for atom in untold if atom[:4] not in gone}
            case "field":
                place = int(parts[-2])
                untold.discard((*here, self.kept_rows(section, name)[place], parts[-1]))
        return Knowledge(self.partner, frozenset(untold))


def _records_of(core: c.Core, measure: str) -> set[str]:
    nodes = _below(core, [core.named[measure].value])
    names = {node.records for node in nodes if isinstance(node, c.Aggregate)}
    return names | {CERTIFICATIONS.name, AWARDS.name}


def _fact(steps: list[tuple[date, Json]], only_now: bool) -> Json:
    if only_now:
        return steps[-1][1]
    return {"history": [{"from": day.isoformat(), "value": value} for day, value in steps]}


def atoms(partner: Partner) -> list[Atom]:
    """Return all that can be left untold of a partner. Not a supplied measure: the records may say otherwise."""
    found: list[Atom] = []
    for section, content in partner.sections.items():
        if section:
            found.append((section,))
        for name in content["facts"]:
            if name in partner.core.facts:
                found.extend([(section, "facts", name), (section, "facts", name, "past")])
        for name, listing in content["records"].items():
            found.append((section, "records", name))
            decl = BUILT_IN.get(name) or partner.core.records[name]
            if decl.monthly:
                found.extend([(section, "records", name, "covers", side) for side in ("first", "last")])
            for index, row in enumerate(listing["rows"]):
                found.append((section, "records", name, index))
                found.extend((section, "records", name, index, key) for key in row)
    return found


@st.composite
def knowledge(draw: st.DrawFn, partner: Partner, size: int = 5) -> Knowledge:
    """A partner of whom a few things are not told."""
    all_atoms = atoms(partner)
    lists = sorted({atom[:3] for atom in all_atoms if len(atom) >= 3})
    if not lists:
        return Knowledge(partner)
    chosen: set[Atom] = set()
    for _ in range(draw(st.integers(1, size))):
        # A list first, then something of it: else long lists would be all that is ever taken from.
        here = draw(st.sampled_from(lists))
        chosen.add(draw(st.sampled_from([atom for atom in all_atoms if atom[:3] == here])))
    if draw(st.integers(0, 9)) == 0:
        chosen.add(("projected",))
    return Knowledge(partner, frozenset(chosen))


@st.composite
def growing_knowledge(draw: st.DrawFn, partner: Partner) -> tuple[Knowledge, Knowledge]:
    """Less and more known of one partner."""
    less = draw(knowledge(partner))
    gone = sorted(less.untold, key=str)
    if draw(st.booleans()):
        return less, Knowledge(partner)
    kept = draw(st.sets(st.sampled_from(gone))) if gone else set()
    return less, Knowledge(partner, frozenset(kept))


def shuffled(facts: Json, order: Callable[[list[Json]], list[Json]]) -> Json:
    """Return facts with the records of every list in another order."""
    match facts:
        case dict():
            return {key: shuffled(value, order) for key, value in facts.items()}
        case list():
            return order([shuffled(item, order) for item in facts])
        case _:
            return facts


_INDEX = re.compile(r"/\d+(?=/|$)")


def without_places(answer: Json) -> Json:
    """Return an answer without what depends on the order of records and rules: ids, digests, lines, row numbers."""
    match answer:
        case dict():
            kept = {
                key: without_places(value) for key, value in answer.items() if key not in ("answer_key", "digest", "at")
            }
            if "missing" in kept:
                kept["missing"] = sorted(kept["missing"], key=str)
            for key in ("provisional_figures", "assumptions"):
                if key in kept:
                    kept[key] = sorted(kept[key], key=str)
            if "pointer" in kept:
                kept["pointer"] = _INDEX.sub("/*", kept["pointer"])
            return kept
        case list():
            return [without_places(item) for item in answer]
        case _:
            return answer


__all__ = [
    "About",
    "Interest",
    "Knowledge",
    "Partner",
    "about",
    "atoms",
    "days",
    "growing_knowledge",
    "interest_of",
    "knowledge",
    "partners",
    "shuffled",
    "values",
    "without_places",
]
