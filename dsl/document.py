"""The policy document: the policies as meant.

This is the waist of Merit. Policy text, JSON and YAML all become a document; printer, diff, guide and editor read it;
it lowers to ``dsl.core``. It keeps what the author means (categories, tables, levels, ``use``) and forgets layout and
comments. Nodes are frozen and equal by meaning: where a node was written (``origin``) does not count.

Top-level forms are kept by name, so the order of forms and files has no meaning. JSON is keyed: a node of a union is
``{"<key>": ...}`` with the class's ``KEY``; see ``dsl.codec``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias

from dsl.core import ChooserWord
from dsl.source import NO_SPAN, Span

FORMAT = "1"
"""Version of the document format, written into every document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node has; equality ignores where the node was written."""

    origin: Span = field(default=NO_SPAN, compare=False, repr=False)


# ---- figures, dates, texts ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Node):
    """A number with its unit; ``provisional``: second-hand.

    ``value`` None: the programme's figure is not known, or no more of it than that it is ``least`` or higher.
    """

    KEY: ClassVar[str] = "figure"
    value: Decimal | None
    unit: str | None = None
    provisional: bool = False
    least: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Node):
    """A date; ``provisional`` when it is second-hand or derived."""

    KEY: ClassVar[str] = "date"
    day: date
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Node):
    """A text in quotes."""

    KEY: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Names(Node):
    """One or more words: a cell of a table, the choices of a type."""

    KEY: ClassVar[str] = "names"
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dash(Node):
    """An empty cell, written ``-``."""

    KEY: ClassVar[str] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity(Node):
    """From when until when: ``start`` and ``through`` include the day, ``until`` excludes it."""

    start: Day | None = None
    through: Day | None = None
    until: Day | None = None


# ---- notes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Cite(Node):
    """Where a figure or rule comes from: a source and a place in it (a section's title, a table)."""

    source: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow(Node):
    """``allow L104 "reason"``: findings of the code about the clause, row or form are meant, and why."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation(Node):
    """``in ja "..."``: the title before it in another language, by the language's tag (BCP 47), and where it stands so."""

    language: str
    text: str
    cite: Cite | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes(Node):
    """What stands behind a clause: citations, assumptions, earlier names, first observation, a gate, allowances."""

    cites: tuple[Cite, ...] = ()
    assumes: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    seen: Day | None = None
    only_if: tuple[Clause, ...] = ()
    allows: tuple[Allow, ...] = ()
    titles: tuple[Translation, ...] = ()


NO_NOTES = Notes()


# ---- values and conditions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """The name of a fact, measure, figure, rule, choice value or column (``row.any_of``)."""

    KEY: ClassVar[str] = "name"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Node):
    """``of[where]``: records that meet a condition, or the row of a table with a key; ``.column`` reads a cell.

    ``of[where, also]``: the row of a table of several keys.
    """

    KEY: ClassVar[str] = "select"
    of: str
    where: Expr
    also: tuple[Expr, ...] = ()
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels(Node):
    """A figure for every level: ``silver 15,000 USD, gold 100,000 USD``."""

    KEY: ClassVar[str] = "levels"
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class And(Node):
    """All terms hold."""

    KEY: ClassVar[str] = "and"
    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or(Node):
    """At least one term holds."""

    KEY: ClassVar[str] = "or"
    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """The term does not hold."""

    KEY: ClassVar[str] = "not"
    term: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """``left op right``."""

    KEY: ClassVar[str] = "compare"
    op: Literal[">=", "<=", ">", "<", "=", "!="]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """``left op right`` over figures or dates and durations; ``of``: so many per cent of the right side."""

    KEY: ClassVar[str] = "arithmetic"
    op: Literal["+", "-", "*", "/", "of"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket(Node):
    """``at 10,000 USD: 3 %``: what the part of a value from there to the next bracket gives.

    ``rate``: a percentage of the part; or so much for ``each`` whole unit of it, or for every ``per``.
    """

    at: Expr
    rate: Expr
    each: bool = False
    per: Expr | None = None
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Brackets(Node):
    """``value by bracket { ... }``: each part of the value at the rate of its bracket, added up."""

    KEY: ClassVar[str] = "by_bracket"
    value: Expr
    brackets: tuple[Bracket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap(Node):
    """``value up to at``: the smaller of the two."""

    KEY: ClassVar[str] = "cap"
    value: Expr
    at: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding(Node):
    """``rounded down to 1 %``: direction and step (one whole unit when None)."""

    mode: Literal["down", "up", "half up"]
    to: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounded(Node):
    """A value with its rounding."""

    KEY: ClassVar[str] = "rounded"
    value: Expr
    rounding: Rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class When(Node):
    """``value when condition, otherwise other``."""

    KEY: ClassVar[str] = "when"
    value: Expr
    condition: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Node):
    """``from start through end`` (``until`` excludes the last day)."""

    start: Expr
    through: Expr | None = None
    until: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sometime(Node):
    """The condition held on at least one day of the range."""

    KEY: ClassVar[str] = "sometime"
    condition: Expr
    range: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class On(Node):
    """The value as it was on another date."""

    KEY: ClassVar[str] = "on"
    value: Expr
    date: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Projected(Node):
    """The value as projected for the next check."""

    KEY: ClassVar[str] = "projected"
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Node):
    """A window of months before the date: ``trailing 12 months``, ``last month``, ``anniversary year``."""

    word: Literal["trailing", "previous", "last month", "same month last year", "anniversary year"]
    length: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total(Node):
    """What the records that count as one have together: ``with sum revenue >= 250 USD``."""

    function: Literal["count", "sum", "average", "largest", "smallest", "earliest", "latest"]
    field: str
    op: Literal[">=", "<=", ">", "<", "=", "!="]
    at: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Node):
    """A figure of records: ``sum revenue of customers[area = azure] over trailing 12 months``.

    ``count distinct customer, workload of ...``: records alike in the field and in those of ``alike`` count as one, where
    they meet ``total`` together.
    """

    KEY: ClassVar[str] = "aggregate"
    function: Literal["count", "sum", "average", "largest", "smallest", "earliest", "latest"]
    records: Name | Select
    distinct: bool = False
    field: str | None = None
    alike: tuple[str, ...] = ()
    total: Total | None = None
    over: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped(Node):
    """A figure over groups of records: ``sum for each customer of billing { ... }``, records alike in ``by`` being a group.

    A count is written ``count distinct customer of billing with { ... }``: of the groups that meet the condition.
    """

    KEY: ClassVar[str] = "grouped"
    function: Literal["count", "sum", "average", "largest", "smallest", "earliest", "latest"]
    records: Name | Select
    by: tuple[str, ...]
    value: Expr
    over: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Node):
    """``change of`` (difference) or ``growth of`` (percent) an aggregate against another period."""

    KEY: ClassVar[str] = "change"
    kind: Literal["change", "growth"]
    value: Expr
    against: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser(Node):
    """How parts make a whole: ``all of``, ``at least 2 of``, ``best of`` (``dsl.core.choosers``)."""

    word: ChooserWord
    count: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection(Node):
    """Names to choose among; without a chooser one name, which may be a group."""

    names: tuple[str, ...]
    chooser: Chooser | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class People(Node):
    """How many different people hold the certifications of the lists."""

    KEY: ClassVar[str] = "people"
    holding: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferentPeople(Node):
    """How many of the lists can be filled with a different person each."""

    KEY: ClassVar[str] = "different_people"
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberHeld(Node):
    """How many awards of a group are held."""

    KEY: ClassVar[str] = "number_held"
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeastPeople(Node):
    """``at least 2 people holding ...``; the number may differ by level."""

    KEY: ClassVar[str] = "at_least_people"
    count: Figure | Levels
    holding: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Node):
    """``holds`` / ``held`` (the register) or ``qualifies for`` (the rules) some awards, at a level where one is named."""

    KEY: ClassVar[str] = "claim"
    verb: Literal["holds", "held", "qualifies for"]
    selection: Selection
    level: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Node):
    """A chooser over clauses, over names, or over values of which not all are names: texts, figures, days."""

    KEY: ClassVar[str] = "choose"
    chooser: Chooser
    clauses: tuple[Clause, ...] = ()
    names: tuple[str, ...] = ()
    values: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge(Node):
    """First or last day of the month, quarter or year of a date."""

    KEY: ClassVar[str] = "edge"
    edge: Literal["start", "end"]
    of: Expr
    unit: Literal["month", "quarter", "year"] = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anniversary(Node):
    """An anniversary of the partner: of the award itself, shared, of the membership, the next or the first one."""

    KEY: ClassVar[str] = "anniversary"
    which: Literal["any", "own", "shared", "membership", "next", "first"] = "any"
    after: Expr | None = None


Expr: TypeAlias = (
    Figure
    | Day
    | Text
    | Name
    | Select
    | Levels
    | And
    | Or
    | Not
    | Compare
    | Arithmetic
    | Brackets
    | Cap
    | Rounded
    | When
    | Sometime
    | On
    | Projected
    | Aggregate
    | Grouped
    | Change
    | People
    | DifferentPeople
    | NumberHeld
    | AtLeastPeople
    | Claim
    | Choose
    | Edge
    | Anniversary
)


# ---- clauses --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier(Node):
    """``at 2: 5 points``."""

    at: Expr
    points: Expr
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Earns(Node):
    """The points a value earns.

    ``whole``: ``points`` when the condition holds; ``each``: ``points`` per unit; ``per``: ``points`` per ``per``;
    ``proportion``: ``up_to`` points at ``at``; ``tiers``: the highest tier reached; ``brackets``: each part of the value by
    its bracket. ``up_to`` caps the first three and the last.
    """

    mode: Literal["whole", "each", "per", "proportion", "tiers", "brackets"]
    points: Expr | None = None
    per: Expr | None = None
    up_to: Expr | None = None
    at: Expr | None = None
    tiers: tuple[Tier, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    rounding: Rounding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Node):
    """A labelled requirement or scored metric; its label path is the reason code."""

    KEY: ClassVar[str] = "item"
    label: str
    value: Expr
    title: str | None = None
    earns: Earns | None = None
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Node):
    """A part of a body: category, path, track, option, ``requires``, ``no choice``, what is asked every second year."""

    KEY: ClassVar[str] = "section"
    word: Literal[
        "category",
        "path",
        "track",
        "option",
        "requires",
        "no choice",
        "at level",
        "at even anniversaries",
        "at odd anniversaries",
    ]
    clauses: tuple[Clause, ...]
    name: str | None = None
    title: str | None = None
    up_to: Expr | None = None
    valid: Validity | None = None
    when: Expr | None = None
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Node):
    """A chooser over clauses that stands in a body by itself (``best of { track ... }``)."""

    KEY: ClassVar[str] = "group"
    chooser: Chooser
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Node):
    """The wording from one date to another: a value (``from D: 70 points``) or clauses."""

    KEY: ClassVar[str] = "version"
    valid: Validity
    value: Expr | None = None
    clauses: tuple[Clause, ...] = ()
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Node):
    """A row of a first-match list: ``name when condition``; the last one is ``otherwise`` (``when`` None)."""

    KEY: ClassVar[str] = "case"
    name: str
    when: Expr | None = None
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb(Node):
    """What a body uses, gives, pays, keeps: ``keeps designations when ...``."""

    KEY: ClassVar[str] = "verb"
    word: Literal["use", "area", "levels", "covers", "pay", "gives", "keeps", "loses", "awarded to"]
    names: tuple[str, ...]
    up_to: Expr | None = None
    when: Expr | None = None
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Node):
    """A property with a value: ``pass at 70 points``, ``checked at own anniversary``."""

    KEY: ClassVar[str] = "setting"
    word: Literal["pass at", "checked at", "lost after", "renews to", "due at", "amount", "valid"]
    value: Expr
    out_of: Figure | None = None
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Node):
    """A range of days: when a check may be met, when an award may be renewed."""

    KEY: ClassVar[str] = "window"
    word: Literal["met sometime", "renewable"]
    range: Range
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase(Node):
    """A property that is its own words."""

    KEY: ClassVar[str] = "phrase"
    phrase: Literal[
        "with points in every subcategory",
        "with at least one point in every metric",
        "immediate badge",
        "pick at most one",
        "pick exactly one",
    ]
    notes: Notes = NO_NOTES


Clause: TypeAlias = Item | Section | Group | Version | Case | Verb | Setting | Window | Phrase


# ---- forms ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Package(Node):
    """The name and title of the programme."""

    name: str
    title: str
    titles: tuple[Translation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText(Node):
    """A text that figures are cited from, and the day it was read."""

    title: str
    read: Day | None = None
    allows: tuple[Allow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Node):
    """How a name without a title of its own is written for readers: a value of a fact, a benefit, an area, a column."""

    title: str
    allows: tuple[Allow, ...] = ()
    titles: tuple[Translation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Node):
    """A word of the programme for rules that are like those of a kind of the language: ``kind tier "Tier" like program``."""

    like: str
    title: str | None = None
    plural: str | None = None
    heading: str | None = None
    allows: tuple[Allow, ...] = ()
    titles: tuple[Translation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Node):
    """Which awards make the membership: whose anniversaries `anniversary` means."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Type(Node):
    """The type of a fact, field, definition or measure, with its unit, choices and limits.

    A choice is one of the values of ``of``; a text may be any text, and rules name those of ``of`` by their words.
    """

    word: Literal[
        "count",
        "signed count",
        "percent",
        "points",
        "money",
        "number",
        "date",
        "duration",
        "flag",
        "text",
        "one",
        "signed money",
    ]
    of: tuple[str, ...] = ()
    spelt: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other spellings of values of ``of``."""
    unit: str | None = None
    low: Figure | None = None
    high: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Node):
    """A fact, or a field of a record; one with a formula is computed from its record."""

    type: Type
    title: str | None = None
    formula: Expr | None = None
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Records(Node):
    """A list of records that a service may tell.

    ``monthly`` ones carry a month; ``dated_by`` names the date field from which on a record counts.
    """

    fields: Mapping[str, Field]
    title: str | None = None
    monthly: bool = False
    dated_by: str | None = None
    allows: tuple[Allow, ...] = ()
    titles: tuple[Translation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Node):
    """A member of a list or group, with the dates in which it counts."""

    name: str
    spelt: tuple[str, ...] = ()
    """Other spellings of the same certification."""
    valid: Validity | None = None
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Node):
    """Certifications that count alike, or a group of rules."""

    entries: tuple[Entry, ...]
    title: str | None = None
    allows: tuple[Allow, ...] = ()
    titles: tuple[Translation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(Node):
    """Values from ``low`` to ``high``, both included: ``5 to 9.9``; ``< 5`` and ``>= 5`` are open on one side.

    ``above``: the low end itself is left out (``> 5``); ``below``: the high one (``< 10``, ``5 to < 10``).
    """

    KEY: ClassVar[str] = "band"
    low: Figure | Day | None = None
    high: Figure | Day | None = None
    above: bool = False
    below: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Node):
    """Several values and bands of which one is enough: ``5, 10 to 20``; several words are ``Names``."""

    KEY: ClassVar[str] = "several"
    values: tuple[Text | Figure | Day | Band, ...]


Cell: TypeAlias = Names | Text | Figure | Day | Dash | Band | Several


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Node):
    """A row of a table, a cell for every column."""

    cells: tuple[Cell, ...]
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Node):
    """A table: its columns (the first row as written) and rows; columns ``from`` and ``until`` date the rows.

    ``keys`` are the columns that a row is found by; without them it is the first one, each of whose cells is a word. With
    them every row says which values it is for: with ``first match`` the first of several counts, else there is one alone.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    keys: tuple[str, ...] = ()
    match: Literal["unique", "first match"] | None = None
    title: str | None = None
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(Node):
    """A named figure (``define``) or formula (``measure``); ``supplied``: a caller may give it ready-made."""

    type: Type
    title: str | None = None
    value: Expr | None = None
    clauses: tuple[Clause, ...] = ()
    supplied: bool = False
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Node):
    """A thing that can be decided, or clauses to share (``common``).

    ``each_row_of`` names the table of a family; its rules are one a row.
    """

    kind: str
    clauses: tuple[Clause, ...]
    name: str | None = None
    each_row_of: str | None = None
    title: str | None = None
    valid: Validity | None = None
    notes: Notes = NO_NOTES

    @property
    def key(self) -> str:
        """The name the rule is kept under: ``designation.security``, ``specialization.*table``."""
        return f"{self.kind}.{self.name}" if self.name is not None else f"{self.kind}.*{self.each_row_of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Implies(Node):
    """Whoever meets one condition meets the other.

    ``level`` instead of ``then``: each of the awards on the left, by itself, is qualified for at the level.
    """

    KEY: ClassVar[str] = "implies"
    given: Expr
    then: Expr | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Never(Node):
    """Nobody meets the condition."""

    KEY: ClassVar[str] = "never"
    condition: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverCosts(Node):
    """More of a fact or measure never costs an award: of each that is named, nobody loses it by telling more."""

    KEY: ClassVar[str] = "never_costs"
    more: tuple[str, ...]
    selection: Selection


Law: TypeAlias = Implies | Never | NeverCosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Property(Node):
    """What is claimed of every partner: decided nowhere, proved by ``merit prove --check``."""

    law: Law
    title: str | None = None
    valid: Validity | None = None
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Node):
    """All forms of a programme by name."""

    package: Package | None = None
    membership: Membership | None = None
    sources: Mapping[str, SourceText] = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    facts: Mapping[str, Field] = field(default_factory=dict)
    records: Mapping[str, Records] = field(default_factory=dict)
    certifications: Mapping[str, Listing] = field(default_factory=dict)
    groups: Mapping[str, Listing] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    measures: Mapping[str, Definition] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    additions: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    """What ``also`` forms add to the rule of the key."""
    properties: Mapping[str, Property] = field(default_factory=dict)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes below it, parents first."""
    waiting: list[object] = [node]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Node):
            yield value
            for name in _parts_of(type(value)):
                inner = getattr(value, name)
                # Most fields hold a text or nothing: they are not looked at again.
                if inner and type(inner) is not str:
                    waiting.append(inner)
        elif isinstance(value, tuple):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            waiting.extend(reversed(value.values()))


_PARTS: dict[type[Node], tuple[str, ...]] = {}


def _parts_of(cls: type[Node]) -> tuple[str, ...]:
    """Return the fields that may hold nodes, last first."""
    if cls not in _PARTS:
        _PARTS[cls] = tuple(own.name for own in reversed(fields(cls)) if own.name != "origin")
    return _PARTS[cls]
