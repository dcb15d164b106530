"""The nodes: a small kernel of expressions that the interpreter and its twins read.

Every node knows where it was written; a ``Requirement`` carries the reason code that services switch on.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal as OneOf, NamedTuple, TypeAlias

from dsl.core.choosers import CHOOSERS, Chooser, ChooserWord
from dsl.core.types import ALWAYS, NO_BASIS, Basis, Days, Duration, RoundTo, Type
from dsl.source import NO_SPAN, Span

How: TypeAlias = OneOf[
    "facts",
    "certifications",
    "records",
    "register",
    "every day",
    "that day",
    "as projected",
    "of each record",
    "of each group",
    "in order",
    "on another day",
    "to say which day",
    "named",
    "rule",
    "by its reader",
]
"""What moves a node from day to day, and how the nodes in a field are asked.

A node moves with what is told of the partner, or (a date) every day. What stands in a field is asked ``that day``
where nothing else is said; two dates ``in order`` are compared and no more; what is asked ``on another day`` is asked on
the days that the parts ``to say which day`` give; a text can be the name of a figure or rule, and the days in a field
may be left to the one who reads the records.
"""
MovesWith: TypeAlias = tuple[How, ...]
NOTHING: MovesWith = ()
OF_EACH_RECORD: Mapping[str, How] = {"asked": "of each record"}
OF_EACH_GROUP: Mapping[str, How] = {"asked": "of each group"}
IN_ORDER: Mapping[str, str] = {"asked": "in order"}
THE_MARK_IN_ORDER: Mapping[str, str] = {"asked": "in order", "role": "mark"}
ON_ANOTHER_DAY: Mapping[str, How] = {"asked": "on another day"}
TO_SAY_WHICH_DAY: Mapping[str, str] = {"asked": "to say which day", "role": "date"}
AS_PROJECTED: Mapping[str, How] = {"asked": "as projected"}
BY_ITS_READER: Mapping[str, How] = {"asked": "by its reader"}

Role: TypeAlias = OneOf[
    "part",
    "condition",
    "value",
    "metric",
    "points",
    "unit",
    "cap",
    "most",
    "target",
    "key",
    "mark",
    "date",
    "other day",
]
"""What a part is to the whole: what is put together, what decides, what counts, a figure of the rule, or which day.

What an open window was on ``other days`` than the one that it is told by is asked about, and not told itself.

What stands in a field is a ``value`` where nothing else is said.
"""
Refers: TypeAlias = OneOf["fact", "named", "records", "rule", "award", "certifications", "table"]
"""What a name that stands in a node is the name of."""
A_PART: Mapping[str, Role] = {"role": "part"}
A_CONDITION: Mapping[str, Role] = {"role": "condition"}
THE_METRIC: Mapping[str, Role] = {"role": "metric"}
THE_POINTS: Mapping[str, Role] = {"role": "points"}
A_UNIT: Mapping[str, Role] = {"role": "unit"}
THE_CAP: Mapping[str, Role] = {"role": "cap"}
THE_MOST: Mapping[str, Role] = {"role": "most"}
THE_TARGET: Mapping[str, Role] = {"role": "target"}
THE_KEY: Mapping[str, Role] = {"role": "key"}
THE_MARK: Mapping[str, Role] = {"role": "mark"}
A_DATE: Mapping[str, Role] = {"role": "date"}
A_FACT: Mapping[str, Refers] = {"names": "fact"}
A_NAMED_VALUE: Mapping[str, str] = {"asked": "named", "names": "named"}
A_RULE: Mapping[str, str] = {"asked": "rule", "names": "rule"}
AN_AWARD: Mapping[str, Refers] = {"names": "award"}
A_LIST: Mapping[str, Refers] = {"names": "records"}
CERTIFICATIONS: Mapping[str, Refers] = {"names": "certifications"}
A_TABLE: Mapping[str, Refers] = {"names": "table"}

Which: TypeAlias = OneOf["any", "own", "shared", "membership", "next", "first", "attained"]
"""Which anniversary; what each means is told in ``evaluator.register.anniversaries``."""
Figure: TypeAlias = Decimal | date | Duration | bool | str
"""What a policy writes as a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node has; equality ignores where the node was written."""

    moves_with: ClassVar[MovesWith]
    """What can change the node from one day to the next, beside its parts and the days that stand in it."""
    type: Type
    origin: Span = field(default=NO_SPAN, compare=False, repr=False)

    tells_elsewhere: ClassVar[bool] = False
    """Whether its parts tell of another rule, of other days, or of projected facts: nothing in them is the rule's own."""

    @property
    def lists_read(self) -> tuple[str, ...]:
        """The lists of records that it reads without naming them."""
        return ()

    @property
    def second_hand(self) -> Figure | None:
        """The figure of the policy in it that is second-hand; None where there is none."""
        return None

    @property
    def of_anniversary(self) -> Which | None:
        """The anniversary that it asks for; None where it asks for none."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A figure, date, duration, flag or word of the policy.

    ``value`` None: the programme's figure is not known, or no more of it than that it is ``least`` or higher.
    """

    moves_with: ClassVar[MovesWith] = NOTHING
    value: Figure | None
    provisional: bool = False
    least: Decimal | None = None

    @property
    def second_hand(self) -> Figure | None:
        """The figure, where it is second-hand."""
        return (self.value if self.least is None else self.least) if self.provisional else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Node):
    """A fact of the partner by name."""

    moves_with: ClassVar[MovesWith] = ("facts",)
    name: str = field(metadata=A_FACT)
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Today(Node):
    """The date of the evaluation."""

    moves_with: ClassVar[MovesWith] = ("every day",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Node):
    """A field of the record at hand; one with a ``formula`` is computed from the record."""

    moves_with: ClassVar[MovesWith] = NOTHING
    name: str
    formula: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Node):
    """A window of whole months: ``months`` of them, the last one ``back`` months before the month before the date.

    ``anniversary_year``: from the month of the last anniversary to the month before the date.
    """

    moves_with: ClassVar[MovesWith] = NOTHING
    months: int
    back: int = 0
    anniversary_year: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRecords(Node):
    """A figure over records of a list that meet ``where``, of the months of ``over`` where they are monthly.

    Who only asks whether something is read of records takes its kinds alike; what each gives is its ``value``.
    """

    moves_with: ClassVar[MovesWith] = ("records",)
    function: OneOf["count", "sum", "average", "largest", "smallest", "earliest", "latest"]
    records: str = field(metadata=A_LIST)
    value: Expr | None = field(default=None, metadata=OF_EACH_RECORD)
    where: Expr | None = field(default=None, metadata=OF_EACH_RECORD)
    over: Period | None = None
    rounding: RoundTo | None = None
    """Of an average; the others cannot make a fraction."""

    @property
    def of_anniversary(self) -> Which | None:
        """The anniversary with which its months begin, where they do."""
        return "any" if self.over is not None and self.over.anniversary_year else None

    @property
    def lists_read(self) -> tuple[str, ...]:
        """The register, where its months begin with an anniversary."""
        return ("awards",) if self.of_anniversary is not None else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(OfRecords):
    """A figure over the records themselves.

    A distinct count takes records alike in ``value`` and ``alike`` as one; with a ``total`` that one counts where the
    left side, a field summed over its records, compares so with the right side. ``of_group``: over the records of the
    group at hand alone.
    """

    distinct: bool = False
    alike: tuple[Expr, ...] = field(default=(), metadata=OF_EACH_RECORD)
    total: Compare | None = field(default=None, metadata=OF_EACH_RECORD)
    of_group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped(OfRecords):
    """A figure over groups of records: those alike in all of ``by``, each with the value that its own records give.

    There is a group where a record of it is inside; its figures are over all its records, of whatever months they ask.
    A count is of the groups whose value, a condition, holds.
    """

    by: tuple[Expr, ...] = field(metadata=OF_EACH_RECORD)
    value: Expr = field(metadata=OF_EACH_GROUP)


@dataclass(frozen=True, slots=True)
class Counted:
    """A certification of a list, with the days in which it counts."""

    certification: str
    days: Days = ALWAYS
    basis: Basis = NO_BASIS


@dataclass(frozen=True, slots=True)
class CertificationList:
    """Certifications that count alike."""

    name: str = field(metadata=CERTIFICATIONS)
    title: str
    entries: tuple[Counted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPeople(Node):
    """A figure about people and what they are certified in."""

    lists: tuple[CertificationList, ...] = field(metadata=BY_ITS_READER)

    @property
    def lists_read(self) -> tuple[str, ...]:
        """What people are certified in."""
        return ("certifications",)


@dataclass(frozen=True, slots=True, kw_only=True)
class People(OfPeople):
    """How many different people hold, on the date, a certification of at least ``least`` of the lists."""

    moves_with: ClassVar[MovesWith] = ("certifications",)
    least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferentPeople(OfPeople):
    """How many of the lists can be filled with a different person each: the size of a maximum matching."""

    moves_with: ClassVar[MovesWith] = ("certifications",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Node):
    """A figure or measure by name, decided once; ``supplied``: a caller may give its value for today."""

    moves_with: ClassVar[MovesWith] = ("facts",)
    name: str = field(metadata=A_NAMED_VALUE)
    title: str
    supplied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAward(Node):
    """What the register tells of an award."""

    tells_elsewhere: ClassVar[bool] = True
    award: str = field(metadata=AN_AWARD)

    @property
    def lists_read(self) -> tuple[str, ...]:
        """The register."""
        return ("awards",)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRule(Node):
    """What another rule comes to."""

    tells_elsewhere: ClassVar[bool] = True
    rule: str = field(metadata=A_RULE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds(OfAward):
    """Whether the register shows the award as held on the date, at the level or a higher one."""

    moves_with: ClassVar[MovesWith] = ("register",)
    level: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed(OfAward):
    """Whether the award was held once and is not any longer."""

    moves_with: ClassVar[MovesWith] = ("register",)
    level: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InRenewal(OfAward):
    """Whether today is among the days on which an award that was attained may be renewed."""

    moves_with: ClassVar[MovesWith] = ("register",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(OfAward):
    """Whether the award is held and benefits were bought with it."""

    moves_with: ClassVar[MovesWith] = ("register",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualifies(OfRule):
    """Whether the partner meets the rule today, whatever the register says."""

    moves_with: ClassVar[MovesWith] = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress(OfRule):
    """Whether something the partner told moves a requirement of the rule above what nothing gives."""

    moves_with: ClassVar[MovesWith] = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Anniversary(Node):
    """An anniversary date of the register; see ``evaluator.register.held``."""

    moves_with: ClassVar[MovesWith] = ("register", "every day")
    which: Which
    after: Expr | None = field(default=None, metadata=A_DATE)

    @property
    def lists_read(self) -> tuple[str, ...]:
        """The register."""
        return ("awards",)

    @property
    def of_anniversary(self) -> Which | None:
        """The anniversary itself."""
        return self.which


class Alternative(NamedTuple):
    """One of several values of which one counts: how a decision names it, its days, what it rests on, its place."""

    name: str
    days: Days
    value: Expr
    basis: Basis
    origin: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooses(Node):
    """A node that takes one of several values.

    No class of `abc`: to ask whether a node is of a kind is what everything does most, and there it is slow.
    """

    @property
    def has_rows(self) -> bool:
        """Whether the values are cells of a table, where those of one name follow each other."""
        return False

    @abstractmethod
    def alternatives(self) -> Iterator[Alternative]:
        """Yield the values that it takes one of, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row of a lookup: the key it is for (None: ``otherwise``), the days it is in force, the cell."""

    key: str | None
    days: Days
    cell: Expr
    basis: Basis = NO_BASIS
    origin: Span = field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup(Chooses):
    """The cell of the row in force whose key is the value of ``key``."""

    moves_with: ClassVar[MovesWith] = NOTHING
    table: str = field(metadata=A_TABLE)
    key: Expr = field(metadata=THE_KEY)
    rows: tuple[TableRow, ...]

    @property
    def has_rows(self) -> bool:
        """It has."""
        return True

    def alternatives(self) -> Iterator[Alternative]:
        """Yield the rows."""
        for row in self.rows:
            yield Alternative(row.key or "otherwise", row.days, row.cell, row.basis, row.origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned(Node):
    """A number that is reckoned of others and is no more than that: who asks of each kind what it is takes them alike."""

    moves_with: ClassVar[MovesWith] = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Reckoned):
    """``left op right`` over numbers of one unit, or a number and a share; ``% of``: so many per cent of the right side."""

    op: OneOf["+", "-", "*", "% of"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio(Reckoned):
    """``numerator / denominator * scale``, rounded; never without its rounding.

    ``growth``: (numerator - denominator) / denominator * scale. A denominator of zero gives an unknown value.
    """

    numerator: Expr
    denominator: Expr
    scale: Decimal
    rounding: RoundTo
    growth: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounded(Reckoned):
    """A value rounded to a step."""

    value: Expr
    rounding: RoundTo


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Reckoned):
    """How much of a value lies between two figures; without ``high`` all that lies above ``low``."""

    value: Expr
    low: Expr = field(metadata=THE_MARK)
    high: Expr | None = field(default=None, metadata=THE_MARK)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerUnit(Node):
    """``points`` for every whole ``unit`` of the value, at most ``cap``; nothing below zero."""

    moves_with: ClassVar[MovesWith] = NOTHING
    value: Expr = field(metadata=THE_METRIC)
    points: Expr = field(metadata=THE_POINTS)
    unit: Expr | None = field(default=None, metadata=A_UNIT)
    cap: Expr | None = field(default=None, metadata=THE_CAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prorate(Node):
    """``value / target * most``, between 0 and ``most``, rounded: one node, so that ranges stay exact."""

    moves_with: ClassVar[MovesWith] = NOTHING
    value: Expr = field(metadata=THE_METRIC)
    most: Expr = field(metadata=THE_MOST)
    target: Expr = field(metadata=THE_TARGET)
    rounding: RoundTo


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Node):
    """A date plus or minus a duration; a day that a month does not have becomes its last one."""

    moves_with: ClassVar[MovesWith] = NOTHING
    date: Expr
    by: Duration
    back: bool = False
    provisional: bool = False
    """Whether the duration is second-hand."""

    @property
    def second_hand(self) -> Figure | None:
        """The duration, where it is second-hand."""
        return self.by if self.provisional else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge(Node):
    """The first or last day of the month of a date, or of its quarter (3 ``months``) or year (12)."""

    moves_with: ClassVar[MovesWith] = NOTHING
    edge: OneOf["start", "end"]
    of: Expr
    months: OneOf[1, 3, 12] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """``left op right``; both sides have one type."""

    moves_with: ClassVar[MovesWith] = NOTHING
    op: OneOf[">=", "<=", ">", "<", "=", "!="]
    left: Expr = field(metadata=IN_ORDER)
    right: Expr = field(metadata=THE_MARK_IN_ORDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(Node):
    """Every part in force holds."""

    moves_with: ClassVar[MovesWith] = NOTHING
    parts: tuple[Expr, ...] = field(metadata=A_PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Node):
    """At least ``least`` of the parts in force hold."""

    moves_with: ClassVar[MovesWith] = NOTHING
    parts: tuple[Expr, ...] = field(metadata=A_PART)
    least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """The part does not hold."""

    moves_with: ClassVar[MovesWith] = NOTHING
    part: Expr = field(metadata=A_PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOf(Node):
    """How many of the parts hold."""

    moves_with: ClassVar[MovesWith] = NOTHING
    parts: tuple[Expr, ...] = field(metadata=A_PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedThisYear(Node):
    """Whether a check falls on an even (odd) anniversary; attaining counts as even (year 0)."""

    moves_with: ClassVar[MovesWith] = NOTHING
    even: bool

    @property
    def lists_read(self) -> tuple[str, ...]:
        """The register."""
        return ("awards",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked(Node):
    """One of the parts in force, by its rank: of the ``best of`` several the largest counts."""

    moves_with: ClassVar[MovesWith] = NOTHING
    parts: tuple[Expr, ...] = field(metadata=A_PART)
    word: ChooserWord

    @property
    def chooser(self) -> Chooser:
        """The word that says which one counts, and what readers are told of it."""
        return CHOOSERS[self.word]

    def position(self, of: int) -> int:
        """Return which one counts of so many in order, the largest being 0.

        Raises:
            ValueError: the word takes no part by its rank.
        """
        if self.chooser.position is None:
            raise ValueError(f"`{self.chooser.phrase}` takes no part by its rank")
        return self.chooser.position(of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total(Node):
    """The sum of the parts in force, at most ``cap``."""

    moves_with: ClassVar[MovesWith] = NOTHING
    parts: tuple[Expr, ...] = field(metadata=A_PART)
    cap: Expr | None = field(default=None, metadata=THE_CAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A row of a first-match list; ``when`` None is ``otherwise``.

    ``days``: those of the row of a table, for what is told of it; it stands only where it is in force.
    """

    name: str
    value: Expr
    when: Expr | None = field(metadata=A_CONDITION)
    basis: Basis = NO_BASIS
    days: Days = ALWAYS
    origin: Span = field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Chooses):
    """The value of the first branch whose condition holds; one surely does, the last where it has no condition.

    ``table``: the branches are the rows of a decision table that are in force, where it is one.
    """

    moves_with: ClassVar[MovesWith] = NOTHING
    branches: tuple[Branch, ...]
    table: str | None = field(default=None, metadata=A_TABLE)

    @property
    def has_rows(self) -> bool:
        """Whether it is a decision table."""
        return self.table is not None

    @property
    def keys(self) -> tuple[Expr, ...]:
        """What the conditions ask about, each once: of a table what its rows are found by."""
        found: list[Expr] = []
        waiting: list[Expr] = [branch.when for branch in reversed(self.branches) if branch.when is not None]
        while waiting:
            node = waiting.pop()
            if isinstance(node, AllOf | AnyOf):
                waiting.extend(reversed(node.parts))
            elif isinstance(node, Not):
                waiting.append(node.part)
            else:
                asked = node.left if isinstance(node, Compare) else node
                found += [asked] if asked not in found else []
        return tuple(found)

    def alternatives(self) -> Iterator[Alternative]:
        """Yield the branches."""
        for branch in self.branches:
            yield Alternative(branch.name, branch.days, branch.value, branch.basis, branch.origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate(Node):
    """Points that are earned only if the condition holds; else there are none."""

    moves_with: ClassVar[MovesWith] = NOTHING
    value: Expr
    condition: Expr = field(metadata=A_CONDITION)


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value and the days it is in force."""

    days: Days
    value: Expr
    basis: Basis = NO_BASIS


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated(Chooses):
    """The value in force on the date."""

    moves_with: ClassVar[MovesWith] = NOTHING
    versions: tuple[DatedValue, ...]

    def alternatives(self) -> Iterator[Alternative]:
        """Yield the versions, by their number."""
        for index, version in enumerate(self.versions):
            yield Alternative(str(index), version.days, version.value, version.basis, version.value.origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDate(Node):
    """The value as it was on another date."""

    tells_elsewhere: ClassVar[bool] = True
    moves_with: ClassVar[MovesWith] = NOTHING
    value: Expr = field(metadata=ON_ANOTHER_DAY)
    date: Expr = field(metadata=TO_SAY_WHICH_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsProjected(Node):
    """The value over the projected facts."""

    tells_elsewhere: ClassVar[bool] = True
    moves_with: ClassVar[MovesWith] = NOTHING
    value: Expr = field(metadata=AS_PROJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sometime(Node):
    """The condition held on some day from ``start`` through ``end``."""

    tells_elsewhere: ClassVar[bool] = True
    moves_with: ClassVar[MovesWith] = NOTHING
    condition: Expr = field(metadata=ON_ANOTHER_DAY)
    start: Expr = field(metadata=TO_SAY_WHICH_DAY)
    end: Expr = field(metadata=TO_SAY_WHICH_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement(Node):
    """A part with a stable code: what reasons are made of.

    ``part`` tells what stands here: a condition, points of a metric (``scored``), or a section that holds others.
    """

    moves_with: ClassVar[MovesWith] = NOTHING
    code: str
    title: str
    value: Expr
    part: OneOf["condition", "scored", "section"]
    path: bool = False
    """One way of several to the whole: one path that holds is enough."""
    days: Days = ALWAYS
    basis: Basis = NO_BASIS
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EveryMetric:
    """What is asked of every scored metric that counts, on some days: points above zero, or one whole point."""

    days: Days
    asked: OneOf["above zero", "one point"]
    basis: Basis = NO_BASIS


@dataclass(frozen=True, slots=True, kw_only=True)
class PassScore(Node):
    """The score reaches the mark, and every scored metric that counts has what is asked of it on the day."""

    moves_with: ClassVar[MovesWith] = NOTHING
    score: Expr
    mark: Expr = field(metadata=THE_MARK)
    out_of: Decimal
    every: tuple[EveryMetric, ...] = ()


Made: TypeAlias = (
    Lookup
    | Arithmetic
    | Ratio
    | Rounded
    | Between
    | PerUnit
    | Prorate
    | Shift
    | Edge
    | Compare
    | AllOf
    | AnyOf
    | Not
    | NumberOf
    | Ranked
    | Total
    | Case
    | Gate
    | Dated
    | Requirement
    | PassScore
)
"""What is made of its parts: its meaning stands once, in ``dsl.core.ops``."""

Sourced: TypeAlias = (
    Literal
    | Fact
    | Today
    | Field
    | Aggregate
    | Grouped
    | People
    | DifferentPeople
    | Named
    | Holds
    | Paid
    | Lapsed
    | InRenewal
    | Qualifies
    | InProgress
    | Anniversary
    | AskedThisYear
    | OnDate
    | AsProjected
    | Sometime
)
"""What is read of a partner or of the programme, or is decided elsewhere: under a name, in a rule, on another day."""

Expr: TypeAlias = Made | Sourced
