"""Which parts of the policies the scenarios have tried, and how.

A part is a place in the text: what one line makes of six designations is tried once. Asked of each is what its kind
can show: a requirement met, unmet and undetermined; a threshold one step below, at and above; a date the day before
and the day itself; a table's row, an option and a version used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias, TypeGuard

from dsl import core as c
from dsl.core.ranges import Numbers, Truth
from dsl.core.references import expressions
from dsl.core.types import common_days, number
from dsl.core.walk import by_role, walk
from dsl.source import Span
from evaluator.decision import Decision
from evaluator.explanation import Explanation

Kind: TypeAlias = Literal["requirement", "threshold", "date", "row", "option", "version"]

ASKED: dict[Kind, tuple[str, ...]] = {
    "requirement": ("met", "unmet", "undetermined"),
    "threshold": ("below", "at", "above"),
    "date": ("before", "on"),
    "row": ("used",),
    "option": ("eligible", "not_eligible"),
    "version": ("used",),
}
"""What has to be seen of a part for it to be covered."""


HELD_AGAINST: tuple[tuple[c.Role, c.Role], ...] = (("value", "mark"), ("metric", "target"))
"""What is held against a figure of the policy, and that figure."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the policies that scenarios can try: where it stands, what it is, of which rule."""

    kind: Kind
    file: str
    line: int
    column: int
    name: str
    rule: str

    @property
    def place(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"


@dataclass(slots=True)
class Covered:
    """A part and what was seen of it."""

    part: Part
    seen: set[str] = field(default_factory=set)
    never: tuple[str, ...] = ()
    """What cannot be: above the largest value that there is, an option that asks for nothing refused."""

    @property
    def asked(self) -> tuple[str, ...]:
        """What has to be seen."""
        return tuple(aspect for aspect in ASKED[self.part.kind] if aspect not in self.never)

    @property
    def missing(self) -> tuple[str, ...]:
        """What was not seen."""
        return tuple(aspect for aspect in self.asked if aspect not in self.seen)


@dataclass(frozen=True, slots=True)
class Found:
    """A part as it stands in one rule; ``day`` of a date."""

    kind: Kind
    origin: Span
    name: str
    rule: str
    day: date | None = None
    never: tuple[str, ...] = ()


Key: TypeAlias = tuple[str, str, int, str]


class Coverage:
    """Collects what decisions try of a core."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._parts: dict[Key, Covered] = {}
        self._by_rule: dict[str, list[tuple[date, list[Covered]]]] = {}
        for rule in core.rules.values():
            for found in parts_of(rule, core):
                self._enter(found)

    def _enter(self, found: Found) -> None:
        source = found.origin.source.name
        key = (found.kind, source, found.origin.start, own_name(found.kind, found.name))
        part = Part(found.kind, source, found.origin.line, found.origin.column, found.name, found.rule)
        covered = self._parts.setdefault(key, Covered(part, never=found.never))
        if found.day is not None:
            self._by_rule.setdefault(found.rule, []).append((found.day, [covered]))

    # ---- watching

    def watch(self, decision: Decision, as_of: date) -> None:
        """Take note of what a decision tried."""
        rule = self.core.asked(decision.rule)
        for day, parts in self._by_rule.get(rule.id, ()):
            if as_of in (day, day - timedelta(days=1)):
                for covered in parts:
                    covered.seen.add("on" if as_of == day else "before")
        for version in rule.versions:
            if as_of in version.days:
                self._see("version", version.origin, "used")
        for option in decision.options:
            origin = next((o.origin for v in rule.versions for o in v.options if o.code == option.code), None)
            if origin is not None:
                self._see("option", origin, option.eligibility)
        for explanation in decision.explanations:
            for found in explanation.walk():
                self._watch_node(found)

    def _see(self, kind: Kind, origin: Span, aspect: str, name: str = "") -> None:
        covered = self._parts.get((kind, origin.source.name, origin.start, own_name(kind, name)))
        if covered is not None:
            covered.seen.add(aspect)

    def _watch_node(self, found: Explanation) -> None:
        node = found.node
        if isinstance(node, c.Requirement):
            self._see("requirement", node.origin, _outcome(found), node.code)
        elif has_rows(node):
            for row in node.alternatives():
                if row.name in found.chosen:
                    self._see("row", row.origin, "used")
        for held, figure in HELD_AGAINST:
            for mark in found.of(figure):
                self._watch_threshold(found.the(held), mark)

    def _watch_threshold(self, left: Explanation, right: Explanation) -> None:
        figure = _figure(right)
        if figure is None or not isinstance(left.range, Numbers) or left.range.exact is None:
            return
        value = figure.value
        if not isinstance(value, Decimal):
            return
        away = left.range.exact - value
        aspect = "at" if away == 0 else "above" if away > 0 else "below" if -away <= step_of(figure) else None
        if aspect is not None:
            self._see("threshold", figure.origin, aspect)

    # ---- results

    @property
    def parts(self) -> list[Covered]:
        """All parts in the order of files and lines."""
        return sorted(
            self._parts.values(),
            key=lambda one: (one.part.file, one.part.line, one.part.column, one.part.kind, one.part.name),
        )

    def of(self, found: Found) -> Covered:
        """Return what was seen of a part as it stands in a rule of the core."""
        return self._parts[found.kind, found.origin.source.name, found.origin.start, own_name(found.kind, found.name)]

    def of_lines(self, lines: Iterable[tuple[str, int]]) -> list[Covered]:
        """Return the parts that stand in some lines of files."""
        wanted = set(lines)
        return [one for one in self.parts if (one.part.file, one.part.line) in wanted]


def share(parts: Iterable[Covered]) -> Decimal:
    """Return the percentage of what is asked that was seen, rounded down to a tenth; 100 where nothing is asked."""
    asked = seen = 0
    for one in parts:
        asked += len(one.asked)
        seen += len(one.asked) - len(one.missing)
    return Decimal(seen * 1000 // asked) / 10 if asked else Decimal(100)


def step_of(figure: c.Literal) -> Decimal:
    """Return how far below a figure a case still tries its edge: a unit of its last digit, for whole figures 1."""
    value = figure.value
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else Decimal(1)


def _figure(found: Explanation) -> c.Literal | None:
    """Return the figure of the policy that a value is, also behind a name, its versions and a table."""
    if isinstance(found.node, c.Literal):
        return found.node
    values = found.of("value") if isinstance(found.node, c.Named) or takes_a_figure(found.node) else ()
    return _figure(values[0]) if len(values) == 1 else None


def has_rows(node: c.Expr) -> TypeGuard[c.Chooses]:
    """Whether a node takes the cell of a row of a table."""
    return isinstance(node, c.Chooses) and node.has_rows


def takes_a_figure(node: c.Expr) -> TypeGuard[c.Chooses]:
    """Whether a node takes one of the figures that are written in it: in versions, in a table.

    What a first-match gives is tried by its conditions.
    """
    return isinstance(node, c.Chooses) and not isinstance(node, c.Case)


def _outcome(found: Explanation) -> str:
    if isinstance(found.range, Truth):
        return {Truth.TRUE: "met", Truth.FALSE: "unmet", Truth.UNKNOWN: "undetermined"}[found.range]
    if isinstance(found.range, Numbers) and found.range.exact is not None:
        return "met" if found.range.exact > 0 else "unmet"
    return "undetermined"


def _beyond(node: c.Expr, figure: c.Literal) -> tuple[str, ...]:
    """Return the sides of a figure on which no value of what is held against it lies."""
    held = node.left.type if isinstance(node, c.Compare) else None
    if held is None or not isinstance(figure.value, Decimal):
        return ()
    low = ("below",) if held.low is not None and figure.value <= held.low else ()
    return (*low, *(("above",) if held.high is not None and figure.value >= held.high else ()))


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure that something is held against: when it is, and for which words of a table."""

    figure: c.Literal
    days: c.Days = c.ALWAYS
    words: tuple[tuple[str, str], ...] = ()
    """Facts and the words of theirs that choose it."""


def marks_of(core: c.Core, node: c.Expr) -> Iterator[Mark]:
    """Yield the figures that something is held against at a node."""
    for mark in by_role(node, "mark", "target"):
        yield from marks(core, mark)


def marks(core: c.Core, node: c.Expr) -> Iterator[Mark]:
    """Yield the figures that a threshold may be: of each version, behind a name, in each row of a table."""
    if isinstance(node, c.Literal):
        if isinstance(node.value, Decimal):
            yield Mark(node)
    elif isinstance(node, c.Named):
        yield from marks(core, core.named[node.name].value)
    elif takes_a_figure(node):
        for one in node.alternatives():
            for mark in marks(core, one.value):
                yield replace(mark, days=common_days(mark.days, one.days), words=(*mark.words, *word_of(node, one)))


def word_of(node: c.Chooses, row: c.Alternative) -> tuple[tuple[str, str], ...]:
    """Return a fact and a word that choose a row of a table, nothing where no fact alone does."""
    if not isinstance(node, c.Lookup) or not isinstance(node.key, c.Fact):
        return ()
    named = {one.key for one in node.rows}
    others = (one for one in node.key.type.choices if one not in named)
    word = row.name if row.name in named else next(others, None)
    return ((node.key.name, word),) if word is not None else ()


def own_name(kind: Kind, name: str) -> str:
    """Return what keeps parts apart that begin at one place: the days of a rule, a section and its first part."""
    return name if kind == "date" else name.rpartition(".")[2] if kind == "requirement" else ""


def parts_of(rule: c.Rule, core: c.Core) -> Iterator[Found]:
    """Yield the parts of a rule, those of the figures that it names among them."""
    for version in rule.versions:
        yield Found("version", version.origin, f"{rule.id} from {version.days.start or 'ever'}", rule.id)
        yield from _dates(version.days, version.origin, rule.id)
        for option in version.options:
            never = ("not_eligible",) if option.requirement is None else ()
            yield Found("option", option.origin, option.code, rule.id, never=never)
            yield from _dates(option.days, option.origin, rule.id)
        for settings in version.settings.values():
            for setting in settings:
                value = setting.value[0] if isinstance(setting.value, tuple) else setting.value
                yield from _dates(setting.days, value.origin, rule.id)
        names: set[str] = set()
        for expression in expressions(version):
            yield from _in_expression(expression, rule.id, core, names)


def _in_expression(expression: c.Expr, rule: str, core: c.Core, names: set[str]) -> Iterator[Found]:
    in_records: set[int] = set()
    for node in walk(expression):
        if isinstance(node, c.OfRecords):
            # Which records count, and what each group of them gives, is no part of an explanation: whether it was tried, faults tell.
            in_records.update(id(inner) for inner in walk(node) if inner is not node)
        for found in _of_node(node, rule, core):
            yield replace(found, never=ASKED[found.kind]) if id(node) in in_records else found
        if isinstance(node, c.Named) and node.name not in names:
            names.add(node.name)
            yield from _in_expression(core.named[node.name].value, rule, core, names)


def _of_node(node: c.Expr, rule: str, core: c.Core) -> Iterator[Found]:
    if isinstance(node, c.Requirement):
        yield Found("requirement", node.origin, node.code, rule)
        yield from _dates(node.days, node.origin, rule)
    for mark in marks_of(core, node):
        figure = mark.figure
        yield Found("threshold", figure.origin, _shown(figure), rule, never=_beyond(node, figure))
    for one in node.alternatives() if isinstance(node, c.Chooses) else ():
        if has_rows(node):
            yield Found("row", one.origin, one.name, rule)
        yield from _dates(one.days, one.origin, rule)


def _dates(days: c.Days, origin: Span, rule: str) -> Iterator[Found]:
    for day in (days.start, days.end):
        if day is not None:
            yield Found("date", origin, day.isoformat(), rule, day)


def _shown(figure: c.Literal) -> str:
    if not isinstance(figure.value, Decimal):
        return str(figure.value)
    unit = figure.type.unit or (
        "%" if figure.type.kind == "percent" else "points" if figure.type.kind == "points" else ""
    )
    return f"{number(figure.value)} {unit}".strip()
