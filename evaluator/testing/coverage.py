"""Which parts of the policies the scenarios have tried, and how.

A part is a place in the text: what one line makes of six designations is tried once. Asked of each is what its kind
can show: a requirement met, unmet and undetermined; a threshold one step below, at and above; a date the day before
and the day itself; a table's row, an option and a version used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from dsl import core as c
from dsl.source import Span
from evaluator.decision import Decision
from evaluator.explanation import Explanation
from evaluator.ranges import Numbers, Truth
from evaluator.reads import expressions, walk
from evaluator.reasons import number

Json = Any
Kind: TypeAlias = Literal["requirement", "threshold", "date", "row", "option", "free option", "version"]

ASKED: dict[Kind, tuple[str, ...]] = {
    "requirement": ("met", "unmet", "undetermined"),
    "threshold": ("below", "at", "above"),
    "date": ("before", "on"),
    "row": ("used",),
    "option": ("eligible", "not_eligible"),
    "free option": ("eligible",),
    "version": ("used",),
}
"""What has to be seen of a part for it to be covered."""


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

    @property
    def asked(self) -> tuple[str, ...]:
        """What has to be seen."""
        return ASKED[self.part.kind]

    @property
    def missing(self) -> tuple[str, ...]:
        """What was not seen."""
        return tuple(aspect for aspect in self.asked if aspect not in self.seen)


Key: TypeAlias = tuple[str, str, int, str]


class Coverage:
    """Collects what decisions try of a core."""

    def __init__(self, core: c.Core) -> None:
        self.core = core
        self._parts: dict[Key, Covered] = {}
        self._by_rule: dict[str, list[tuple[date, list[Covered]]]] = {}
        for rule in core.rules.values():
            for found in _parts_of(rule, core):
                self._enter(*found)

    def _enter(self, kind: Kind, origin: Span, name: str, rule: str, day: date | None) -> None:
        key = (kind, origin.source.name, origin.start, own_name(kind, name))
        part = Part(kind, origin.source.name, origin.line, origin.column, name, rule)
        covered = self._parts.setdefault(key, Covered(part))
        if kind == "date" and day is not None:
            self._by_rule.setdefault(rule, []).append((day, [covered]))

    # ---- watching

    def watch(self, decision: Decision, as_of: date) -> None:
        """Take note of what a decision tried."""
        rule = self.core.rules[decision.rule]
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
                self._see("free option", origin, option.eligibility)
        for explanation in decision.explanations:
            for found in explanation.walk():
                self._watch_node(found)

    def _see(self, kind: Kind, origin: Span, aspect: str, name: str = "") -> None:
        covered = self._parts.get((kind, origin.source.name, origin.start, own_name(kind, name)))
        if covered is not None:
            covered.seen.add(aspect)

    def _watch_node(self, found: Explanation) -> None:
        node = found.node
        match node:
            case c.Requirement():
                self._see("requirement", node.origin, _outcome(found), node.code)
            case c.Compare():
                left, right = found.parts
                self._watch_threshold(left, right)
            case c.PassScore():
                self._watch_threshold(found.parts[0], found.parts[1])
            case c.Prorate():
                self._watch_threshold(found.parts[0], found.parts[2])
            case c.Lookup():
                day_rows = [row for row in node.rows if (row.key or "otherwise") in found.chosen]
                for row in day_rows:
                    self._see("row", row.origin, "used")
            case _:
                return

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
    """Return the figure of the policy that a value is, also behind a name and its versions."""
    node = found.node
    if isinstance(node, c.Literal):
        return node
    if isinstance(node, c.Named | c.Dated) and len(found.parts) == 1:
        return _figure(found.parts[0])
    return None


def _outcome(found: Explanation) -> str:
    if isinstance(found.range, Truth):
        return {Truth.TRUE: "met", Truth.FALSE: "unmet", Truth.UNKNOWN: "undetermined"}[found.range]
    if isinstance(found.range, Numbers) and found.range.exact is not None:
        return "met" if found.range.exact > 0 else "unmet"
    return "undetermined"


def figures_of(node: c.Expr) -> Iterator[c.Literal]:
    """Yield the figures that something is held against at a node."""
    match node:
        case c.Compare(right=right) | c.PassScore(mark=right) | c.Prorate(target=right):
            yield from _figures(right)
        case _:
            return


def _figures(node: c.Expr) -> Iterator[c.Literal]:
    """Yield the figures that a threshold is, one after the other where it has versions."""
    match node:
        case c.Literal(value=Decimal()):
            yield node
        case c.Dated(versions=versions):
            for version in versions:
                yield from _figures(version.value)
        case _:
            return


def own_name(kind: Kind, name: str) -> str:
    """Return what keeps parts apart that begin at one place: the days of a rule, a section and its first part."""
    return name if kind == "date" else name.rpartition(".")[2] if kind == "requirement" else ""


Found: TypeAlias = tuple[Kind, Span, str, str, date | None]


def _parts_of(rule: c.Rule, core: c.Core) -> Iterator[Found]:
    for version in rule.versions:
        yield "version", version.origin, f"{rule.id} from {version.days.start or 'ever'}", rule.id, None
        yield from _dates(version.days, version.origin, rule.id)
        for option in version.options:
            kind: Kind = "free option" if option.requirement is None else "option"
            yield kind, option.origin, option.code, rule.id, None
            yield from _dates(option.days, option.origin, rule.id)
        for settings in version.settings.values():
            for setting in settings:
                value = setting.value[0] if isinstance(setting.value, tuple) else setting.value
                yield from _dates(setting.days, value.origin, rule.id)
        names: set[str] = set()
        for expression in expressions(version):
            for node in walk(expression):
                yield from _of_node(node, rule.id)
                if isinstance(node, c.Named) and node.name not in names:
                    names.add(node.name)
                    for inner in walk(core.named[node.name].value):
                        yield from _of_node(inner, rule.id)


def _of_node(node: c.Expr, rule: str) -> Iterator[Found]:
    match node:
        case c.Requirement():
            yield "requirement", node.origin, node.code, rule, None
            yield from _dates(node.days, node.origin, rule)
        case c.Compare() | c.PassScore() | c.Prorate():
            for figure in figures_of(node):
                yield "threshold", figure.origin, _shown(figure), rule, None
        case c.Dated(versions=versions):
            for version in versions:
                yield from _dates(version.days, version.value.origin, rule)
        case c.Lookup(rows=rows):
            for row in rows:
                yield "row", row.origin, row.key or "otherwise", rule, None
                yield from _dates(row.days, row.origin, rule)
        case _:
            return


def _dates(days: c.Days, origin: Span, rule: str) -> Iterator[Found]:
    for day in (days.start, days.end):
        if day is not None:
            yield "date", origin, day.isoformat(), rule, day


def _shown(figure: c.Literal) -> str:
    if not isinstance(figure.value, Decimal):
        return str(figure.value)
    unit = figure.type.unit or (
        "%" if figure.type.kind == "percent" else "points" if figure.type.kind == "points" else ""
    )
    return f"{number(figure.value)} {unit}".strip()


# ---- reports ----------------------------------------------------------------------------------------------------


def by_file(parts: Iterable[Covered]) -> dict[str, list[Covered]]:
    """Return parts by the file they stand in."""
    found: dict[str, list[Covered]] = {}
    for one in parts:
        found.setdefault(one.part.file, []).append(one)
    return found


def by_rule(parts: Iterable[Covered]) -> dict[str, list[Covered]]:
    """Return parts by the first rule that has them, rules sorted."""
    found: dict[str, list[Covered]] = {}
    for one in sorted(parts, key=lambda one: one.part.rule):
        found.setdefault(one.part.rule, []).append(one)
    return found


def review_line(waiting: int) -> str:
    """Return how many scenarios wait for review, as a line."""
    subject = "1 scenario waits" if waiting == 1 else f"{waiting} scenarios wait"
    return f"{subject} for review and {'counts' if waiting == 1 else 'count'} for nothing"


def as_text(parts: Iterable[Covered], *, all_parts: bool = False, waiting: int = 0) -> Iterator[str]:
    """Yield a line for each part that misses something, the shares by file, and the whole last."""
    shown = list(parts)
    for one in shown:
        if one.missing or all_parts:
            missing = f"not seen: {', '.join(one.missing)}" if one.missing else "covered"
            yield f"{one.part.place}: {one.part.kind} {one.part.name} of {one.part.rule}: {missing}"
    files = by_file(shown)
    width = max(map(len, files), default=0)
    for file, found in files.items():
        yield f"{file.ljust(width)}  {share(found):>5} %"
    if waiting:
        yield review_line(waiting)
    yield f"{len(shown)} parts, {share(shown)} % of what they ask was seen"


def as_json(parts: Iterable[Covered], *, waiting: int = 0) -> dict[str, Json]:
    """Return the coverage as JSON: the shares, whole, by file and by rule, and every part."""
    shown = list(parts)
    return {
        "share": str(share(shown)),
        "waiting_for_review": waiting,
        "files": {file: str(share(found)) for file, found in by_file(shown).items()},
        "rules": {rule: str(share(found)) for rule, found in by_rule(shown).items()},
        "parts": [
            {
                "kind": one.part.kind,
                "name": one.part.name,
                "rule": one.part.rule,
                "at": one.part.place,
                "seen": [aspect for aspect in one.asked if aspect in one.seen],
                "missing": list(one.missing),
            }
            for one in shown
        ],
    }


def as_markdown(parts: Iterable[Covered], *, waiting: int = 0) -> str:
    """Return a table of the shares by file, worst first, and what is missing below it."""
    shown = list(parts)
    rows = sorted((share(found), file, len(found)) for file, found in by_file(shown).items())
    lines = ["| file | parts | seen |", "| --- | ---: | ---: |"]
    lines.extend(f"| {file} | {size} | {seen} % |" for seen, file, size in rows)
    lines.append(f"| **all** | {len(shown)} | {share(shown)} % |")
    missing = [one for one in shown if one.missing]
    if missing:
        lines += ["", "<details><summary>What was not seen</summary>", ""]
        lines += [f"- `{one.part.place}` {one.part.kind} {one.part.name}: {', '.join(one.missing)}" for one in missing]
        lines += ["", "</details>"]
    if waiting:
        lines += ["", review_line(waiting)]
    return "\n".join(lines) + "\n"


def as_lcov(parts: Iterable[Covered]) -> str:
    """Return line coverage in lcov's format: a line counts as hit where nothing asked of it is missing."""
    out: list[str] = []
    for file, found in sorted(by_file(parts).items()):
        hits: dict[int, bool] = {}
        for one in found:
            hits[one.part.line] = hits.get(one.part.line, True) and not one.missing
        out.extend(("TN:", f"SF:{file}"))
        out.extend(f"DA:{line},{int(hit)}" for line, hit in sorted(hits.items()))
        out.extend((f"LF:{len(hits)}", f"LH:{sum(hits.values())}", "end_of_record"))
    return "\n".join(out) + ("\n" if out else "")
