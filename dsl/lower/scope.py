"""What names mean: the vocabulary of a document, its groups, rules and tables, and where an expression stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from dsl import core as c, document as d
from dsl.core.kinds import words as words
from dsl.diagnostics import Diagnostic, Edit, Fix, Label, Severity, unknown_name
from dsl.lower.kinds import kinds_of
from dsl.source import Span


def core_type(type_: d.Type) -> c.Type:
    """Return the type as decided: kinds, units and bounds."""
    low = type_.low.value if type_.low is not None else None
    high = type_.high.value if type_.high is not None else None
    unit = type_.unit
    match type_.word:
        case "one":
            return c.Type(kind="choice", choices=type_.of, spellings=_spellings(type_))
        case "text":
            return c.Type(kind="text", spellings=(*((name, name) for name in type_.of), *_spellings(type_)))
        case "count":
            return c.Type(
                kind="count",
                unit=type_.of[0] if type_.of else unit,
                low=low if low is not None else Decimal(0),
                high=high,
            )
        case "signed count":
            return c.Type(kind="count", unit=type_.of[0] if type_.of else unit, low=low, high=high)
        case "money":
            return c.Type(kind="money", unit=unit, low=low if low is not None else Decimal(0), high=high)
        case "signed money":
            return c.Type(kind="money", unit=unit, low=low, high=high)
        case "points":
            return c.Type(kind="points", low=low if low is not None else Decimal(0), high=high)
        case _:
            return c.Type(kind=type_.word, low=low, high=high)


def _spellings(type_: d.Type) -> tuple[tuple[str, str], ...]:
    return tuple((spelling, name) for name, all_ in type_.spelt.items() for spelling in all_)


def days_of(validity: d.Validity | None) -> c.Days:
    """Return the days of a validity; ``through`` includes its day, ``until`` excludes it."""
    if validity is None:
        return c.ALWAYS
    end: date | None = None
    if validity.through is not None:
        end = validity.through.day + timedelta(days=1) if validity.through.day < date.max else None
    elif validity.until is not None:
        end = validity.until.day
    # A second-hand end belongs to what follows: it makes no decision of this version provisional.
    provisional = validity.start is not None and validity.start.provisional
    last = validity.through or validity.until
    start = validity.start.day if validity.start else None
    return c.Days(start, end, provisional, last is not None and last.provisional)


@dataclass(frozen=True, slots=True)
class Member:
    """How an award is a member of a group: in which days, and what says so."""

    days: c.Days = c.ALWAYS
    basis: c.Basis = c.NO_BASIS


ALWAYS_ONE = Member()


@dataclass(frozen=True, slots=True)
class Group:
    """Records that are asked together: their list, the fields that they are alike in, and the months they are of."""

    records: c.RecordsDecl
    by: tuple[str, ...]
    over: c.Period | None


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: the record, group, row, level and award it can speak of, the code so far."""

    code: str = ""
    records: c.RecordsDecl | None = None
    group: Group | None = None
    row: Mapping[str, d.Cell] | None = None
    level: str | None = None
    levels: tuple[str, ...] = ()
    subject: c.Rule | None = None
    scored: bool = False
    fallback: d.Notes = d.NO_NOTES
    """Notes of the rule around, for parts that have none."""

    def under(self, label: str) -> Scope:
        """Return the scope of a part with the label."""
        return replace(self, code=f"{self.code}.{label}")


@dataclass
class Names:
    """The document's names, and the diagnostics found with them."""

    document: d.Document
    found: list[Diagnostic]
    kinds: c.Kinds = field(init=False)
    """The kinds of rules of the document."""
    facts: dict[str, c.FieldDecl] = field(default_factory=dict)
    records: dict[str, c.RecordsDecl] = field(default_factory=dict)
    named: dict[str, c.Named] = field(default_factory=dict)
    lists: dict[str, c.CertificationList] = field(default_factory=dict)
    awards: dict[str, list[str]] = field(default_factory=dict)
    """Ids of the rules and benefits with a name: several where kinds share it."""
    levels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Levels of the awards that have any, by id, lowest first."""
    titles: dict[str, str] = field(default_factory=dict)
    unknown_reported: set[tuple[str, int]] = field(default_factory=set)
    later: list[Callable[[c.Core], None]] = field(default_factory=list)
    """What is looked at when all is lowered: the rows of decision tables, by what their keys can be."""
    told_of_tables: set[tuple[str, str, int]] = field(default_factory=set)
    """What was reported of a row or table, which may be read at several places."""
    errors: int = 0
    """Errors so far: what a rule with errors adds up to is not judged."""

    def __post_init__(self) -> None:
        """Look up the kinds of rules, which are known before any name."""
        self.kinds = kinds_of(self.document)

    @property
    def _designations(self) -> set[str]:
        """Ids of designations, under whatever word."""
        alike = {name for name, kind in self.kinds.items() if kind.of_language == "designation"}
        return {i for ids in self.awards.values() for i in ids if kind_of(i) in alike}

    @property
    def of_awards(self) -> tuple[str, ...]:
        """Kinds of ids that the register knows: awards and benefits."""
        return (*self.kinds.awards, "benefit")

    def report(
        self,
        code: str,
        message: str,
        span: Span,
        help_: str = "",
        *,
        fix: Fix | None = None,
        labels: Sequence[Label] = (),
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note a diagnostic."""
        self.errors += severity is Severity.ERROR
        self.found.append(Diagnostic(code, message, span, help_, tuple(labels), fix, severity))

    def unknown(self, code: str, what: str, name: str, span: Span, known: Iterable[str]) -> None:
        """Report a name that means nothing here, with the nearest that does."""
        self.errors += 1
        self.found.append(unknown_name(code, what, name, word_in(span, name), known))

    def cell_names(self, scope: Scope, name: str, span: Span) -> tuple[str, ...] | None:
        """Return the names in a cell of the row at hand, for ``row.column``."""
        column = name.removeprefix("row.")
        if scope.row is None:
            self.report(
                "C113", f"`{name}` stands outside a family", span, "only a rule `each row of` a table has a row"
            )
            return None
        cell = scope.row.get(column)
        if cell is None:
            self.unknown("C113", "column", column, span, scope.row)
            return None
        if isinstance(cell, d.Names):
            return cell.names
        self.report(
            "C113",
            f"`{column}` holds no names in this row",
            cell.origin,
            "write names separated by commas",
            labels=(Label(span, "read here"),),
        )
        return None

    def awards_of(self, names: Sequence[str], span: Span, scope: Scope, kinds: Sequence[str]) -> list[str] | None:
        """Return the ids of rules, groups and plurals named, or None after a diagnostic.

        A list of names is of one kind: ``security`` among designations is the designation.
        """
        expanded: list[tuple[str, Span, str]] = []
        failed = False
        for name in names:
            if name.startswith("row."):
                cells = self.cell_names(scope, name, span)
                cell = scope.row.get(name.removeprefix("row.")) if scope.row else None
                failed = failed or cells is None
                expanded.extend((word, cell.origin if cell else span, "C602") for word in cells or ())
            elif name in self.document.groups:
                expanded.extend((entry.name, entry.origin, "C102") for entry in self.document.groups[name].entries)
            else:
                expanded.append((name, span, "C102"))
        options: list[tuple[str, Span, list[str]]] = []
        for name, at, code in expanded:
            ids = self._ids(name, kinds)
            if not ids:
                if (name, at.start) not in self.unknown_reported:
                    self.unknown_reported.add((name, at.start))
                    whole = [i for one in self.awards for i in self._ids(one, kinds)] if "." in name else []
                    known = [n for n in (*whole, *self.awards, *self.kinds.plurals) if self._ids(n, kinds)]
                    # A group is named where awards are meant, and stands in no other group and no cell.
                    groups = self.document.groups if at is span else ()
                    if name in self.document.groups:
                        self.found.append(group_inside(self.document, code, name, at))
                    else:
                        self.unknown(code, "award", name, at, [*known, *groups])
                self.errors += 1
                failed = True
                continue
            options.append((name, at, ids))
        sure = {i.split(".", 1)[0] for _, _, ids in options for i in ids if len({x.split(".", 1)[0] for x in ids}) == 1}
        result: list[str] = []
        for name, at, ids in options:
            kinds_here = {i.split(".", 1)[0] for i in ids}
            if len(kinds_here) > 1:
                ids = [i for i in ids if i.split(".", 1)[0] in sure] if len(kinds_here & sure) == 1 else ids
            if len({i.split(".", 1)[0] for i in ids}) > 1 and name not in self.kinds.plurals:
                wide = [i for i in ids if i in self._designations]
                if scope.row is not None and wide:
                    ids = wide  # a mapping's cells name designations
                else:
                    self.report(
                        "C103",
                        f"`{name}` may be {' or '.join(f'`{i}`' for i in ids)}",
                        word_in(at, name),
                        f"write {' or '.join(f'`{i}`' for i in ids)}: only you know which is meant",
                    )
                    failed = True
                    continue
            result.extend(i for i in ids if i not in result)
        return None if failed else result

    def members(self, names: Sequence[str]) -> dict[str, tuple[Member, ...]]:
        """Return how awards are members of the groups named, where a group says more than that they are.

        An award that is named by itself as well is one of them on every day.
        """
        found: dict[str, list[Member]] = {}
        for name in names:
            if name in self.document.groups:
                for entry in self.document.groups[name].entries:
                    member = Member(days_of(entry.valid), self.basis(entry.notes))
                    for award in self._ids(entry.name):
                        found.setdefault(award, []).append(member)
            else:
                for award in self._ids(name):
                    found.setdefault(award, []).append(ALWAYS_ONE)
        return {award: tuple(dict.fromkeys(own)) for award, own in found.items() if ALWAYS_ONE not in own}

    def has_dated_members(self, names: Sequence[str], word: str, span: Span, advice: str) -> bool:
        """Report C122 where a group has members on some days only, at a place that speaks of its awards on every day."""
        if not any(one.days != c.ALWAYS for own in self.members(names).values() for one in own):
            return False
        group = next(
            name for name in names if any(days_of(entry.valid) != c.ALWAYS for entry in self._entries_of(name))
        )
        said = f"`{word}` speaks of a group whose members have days of their own: `{group}`"
        self.report("C122", said, word_in(span, group), advice)
        return True

    def _entries_of(self, name: str) -> tuple[d.Entry, ...]:
        listing = self.document.groups.get(name)
        return listing.entries if listing is not None else ()

    def award_ids(self, name: str) -> list[str]:
        """Return the ids that a name of an award, group or plural stands for."""
        if name in self.document.groups:
            return [i for entry in self.document.groups[name].entries for i in self._ids(entry.name)]
        return self._ids(name)

    def _ids(self, name: str, kinds: Sequence[str] | None = None) -> list[str]:
        """Return the ids of some kinds, or of any, that a name of an award or plural stands for."""
        kinds = (*self.kinds.with_ids, "benefit") if kinds is None else kinds
        if name in self.kinds.plurals and name not in self.document.groups:
            own = self.kinds.plurals[name]
            return [i for ids in self.awards.values() for i in ids if kind_of(i) == own and own in kinds]
        if "." in name:
            short = name.split(".", 1)[1]
            return [i for i in self.awards.get(short, []) if i == name and i.split(".", 1)[0] in kinds]
        return [i for i in self.awards.get(name, []) if i.split(".", 1)[0] in kinds]

    def certification_lists(self, names: Sequence[str], span: Span) -> list[c.CertificationList] | None:
        """Return the certification lists of the names, or None after a diagnostic."""
        failed = False
        result: list[c.CertificationList] = []
        for name in names:
            if name in self.lists:
                result.append(self.lists[name])
            else:
                self.unknown("C101", "list of certifications", name, span, self.lists)
                failed = True
        return None if failed else result

    def basis(self, notes: d.Notes, extra: Sequence[d.Notes] = ()) -> c.Basis:
        """Return citations and assumptions of notes, after a look whether the sources are declared.

        Reports:
            C115 a source that no `source` line declares.
        """
        cites: list[c.Citation] = []
        for cite in notes.cites:
            text = self.document.sources.get(cite.source)
            if text is None:
                self.unknown("C115", "source", cite.source, cite.origin, self.document.sources)
                continue
            cites.append(c.Citation(text.title, cite.place))
        assumes = list(notes.assumes)
        seen = notes.seen.day if notes.seen else None
        for more in extra:
            base = self.basis(more)
            cites.extend(base.cites)
            assumes.extend(base.assumes)
            seen = seen or base.seen
        return c.Basis(tuple(cites), tuple(assumes), seen)


def group_inside(document: d.Document, code: str, name: str, span: Span) -> Diagnostic:
    """Return the diagnostic of a group that stands among the members of a group, or in a cell of a table."""
    where, joint = ("another group", "  ") if code == "C102" else ("a cell", ", ")
    members = joint.join(dict.fromkeys(entry.name for entry in document.groups[name].entries))
    said = f"`{name}` is a group, and cannot stand in {where}"
    return Diagnostic(code, said, word_in(span, name), f"write its members: `{members}`" if members else "leave it out")


def word_in(span: Span, name: str) -> Span:
    """Return the span of a word inside a wider span, where it stands there."""
    match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", span.text)
    if match is None:
        return span
    return Span(span.source, span.start + match.start(), span.start + match.end())


def insert(span: Span, at: int, text: str, title: str) -> Fix:
    """Return the fix that inserts a text at an offset of a span's source."""
    return Fix(title, (Edit(Span(span.source, at, at), text),))


def swapped_dates(span: Span) -> Fix | None:
    """Return the fix that lets the two dates of a span change places, where it has two."""
    dates = list(re.finditer(r"\d{4}-\d\d-\d\d\??", span.text))
    if len(dates) != 2:
        return None
    places = [Span(span.source, span.start + match.start(), span.start + match.end()) for match in dates]
    return Fix("let the dates change places", (Edit(places[0], places[1].text), Edit(places[1], places[0].text)))


def unit_type(figure: d.Figure, expected: c.Type | None) -> c.Type:
    """Return the type of a figure as written, a bare number taking the expected type where it may."""
    unit = figure.unit
    if unit is None:
        if expected is not None and expected.kind in ("count", "number"):
            return expected
        return c.Type(kind="number")
    if unit == "%":
        return c.PERCENT
    if unit == "points":
        return c.POINTS
    if unit in ("days", "months", "years"):
        return c.DURATION
    return c.Type(kind="money", unit=unit, low=Decimal(0))


def alike(a: c.Type, b: c.Type) -> bool:
    """Whether values of the two types may be compared or added."""
    if {a.kind, b.kind} <= {"count", "number"}:
        return a.unit is None or b.unit is None or a.unit == b.unit
    if a.kind != b.kind:
        return False
    if a.kind == "choice":
        return bool(set(a.choices) & set(b.choices))
    return a.unit is None or b.unit is None or a.unit == b.unit


def literal(
    value: Decimal | date | c.Duration | bool | str | None, type_: c.Type, node: d.Node, provisional: bool = False
) -> c.Literal:
    """Make a literal at the place of a document node."""
    return c.Literal(value=value, type=type_, provisional=provisional, origin=node.origin)


def duration_of(figure: d.Figure) -> c.Duration | None:
    """Return the duration of a figure in days, months or years, or None where it has another unit."""
    if figure.value is None or figure.value != figure.value.to_integral_value():
        return None
    size = int(figure.value)
    match figure.unit:
        case "days":
            return c.Duration(days=size)
        case "months":
            return c.Duration(months=size)
        case "years":
            return c.Duration(months=12 * size)
        case _:
            return None


def kind_of(rule_id: str) -> str:
    """Return the kind of a rule id."""
    return rule_id.split(".", 1)[0]
