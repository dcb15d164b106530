"""The boundaries of policies: where they are listed, what the scenarios on their sides say, which parts have one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import TypeAlias

from dsl import core as c
from dsl.core.references import expressions
from dsl.core.walk import children
from dsl.diagnostics import Diagnostic, nearest
from dsl.source import Source, Span
from review.scenarios.coverage import Coverage, Covered, Part
from review.scenarios.ready.kept import Kept, duty
from review.scenarios.ready.paths import unknown
from review.scenarios.scenario import Scenario

Place: TypeAlias = tuple[str, int, int]
SIDES = ("before", "on", "after")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Boundary:
    """An entry of a boundaries.yaml; ``area`` is its folder, or the programme."""

    area: str
    boundary: str
    rule: str
    kind: str
    before: str
    on: str
    after: str
    file: str
    places: Mapping[str, Span] = field(compare=False)
    """Where each of these is written."""

    @property
    def sides(self) -> tuple[str, str, str]:
        """The names of the scenarios on the three sides."""
        return self.before, self.on, self.after

    @property
    def figures(self) -> set[str]:
        """The numbers that its text names."""
        return {number.replace(",", "") for number in NUMBER.findall(self.boundary)}


def all_boundaries(kept: Kept) -> list[Boundary]:
    """Return all boundaries, by area in their files' order."""
    found: list[Boundary] = []
    for told in kept.boundaries:
        area = kept.area_of(told.source.name)
        for index, entry in enumerate(told.value or ()):
            places = {name: told.place(f"/{index}/{name}") for name in entry}
            found.append(Boundary(area, **entry, places=places))
    return found


def boundary_duties(kept: Kept, core: c.Core, known: frozenset[str]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the boundaries, and the turning points that have none.

    Reports:
        R111 a threshold or day without a boundary.
        R112 a boundary of a rule that does not exist.
        R113 a boundary with a scenario that does not exist.
        R114 a boundary whose scenario waits for review.
        R115 a reason code that is said to have no boundary, and has one or does not exist.
    """
    if not kept.boundaries:
        return
    all_ = all_boundaries(kept)
    for one in all_:
        if wrong := unknown(one.rule, known):
            yield duty("R112", wrong[0], one.places["rule"], wrong[1] or "name the rule or reason that turns here")
        yield from _sides(one, kept)
    yield from _waiting(all_, kept)
    waiting = list(kept.wanted.without_boundary)
    needed: set[str] = set()
    for part, codes in without_boundary(Coverage(core).parts, core, all_, kept):
        if waiting and (excused := codes.intersection(waiting)):
            needed |= excused
            continue
        where = ", ".join(sorted(codes)[-2:])
        shown = f"{part.part.name} ({where})"
        if part.part.kind == "date":
            advice = "list the scenarios of the day before, the day and the day after in the folder's boundaries.yaml"
            message = f"no boundary stands for the day {shown}"
        else:
            advice = "list the scenarios one step below, at and above it in the folder's boundaries.yaml"
            message = f"no boundary stands for the threshold {shown}"
        yield duty("R111", message, _span(core, part), f"{advice}; `--write` begins them")
    for index, code in enumerate(waiting):
        if code not in needed:
            place = kept.settings.place(f"/without_boundary/{index}/code")
            yield duty("R115", f"`{code}` has its boundary, or is no reason code", place, "delete it")


def _sides(one: Boundary, kept: Kept) -> Iterator[Diagnostic]:
    file = (kept.scenarios or {}).get(one.file)
    if file is None:
        near = nearest(one.file, kept.scenarios or ())
        advice = f"did you mean `{near}`?" if near else "name the scenario file from the folder above the policies"
        yield duty("R113", f"there is no scenario file `{one.file}`", one.places["file"], advice)
        return
    by_name: dict[str, Scenario] = {scenario.name: scenario for scenario in file.scenarios}
    for side, name in zip(SIDES, one.sides, strict=True):
        if name not in by_name:
            near = nearest(name, by_name)
            advice = f"did you mean `{near}`?" if near else f"write it in `{one.file}`"
            yield duty("R113", f"there is no scenario `{name}` in `{one.file}`", one.places[side], advice)


def _waiting(all_: Sequence[Boundary], kept: Kept) -> Iterator[Diagnostic]:
    """Yield a finding for each scenario file in which sides of boundaries wait for review."""
    waiting: dict[str, dict[str, Span]] = {}
    for one in all_:
        file = (kept.scenarios or {}).get(one.file)
        review = {scenario.name for scenario in file.scenarios if scenario.review} if file is not None else set()
        for side, name in zip(SIDES, one.sides, strict=True):
            if name in review:
                waiting.setdefault(one.file, {}).setdefault(name, one.places[side])
    advice = "hold what {} against the source, then take `review: true` out"
    for called, found in waiting.items():
        name, span = next(iter(found.items()))
        if len(found) == 1:
            message, what = f"the scenario `{name}` in `{called}` waits for review", "it expects"
        else:
            message = f"{len(found)} scenarios in `{called}` wait for review, the first is `{name}`"
            what = "each expects"
        yield duty("R114", message, span, advice.format(what))


def _span(core: c.Core, covered: Covered) -> Span:
    """Return where a part stands in its source."""
    part = covered.part
    for source in _sources(core):
        if source.name == part.file:
            start = source.offset_of(part.line, part.column)
            return Span(source, start, start + max(1, len(part.name)))
    return Span(Source(part.file, ""), 0, 0)


def _sources(core: c.Core) -> Iterator[Source]:
    seen: set[int] = set()
    for rule in core.rules.values():
        for version in rule.versions:
            for expression in (rule, *expressions(version)):
                source = expression.origin.source
                if id(source) not in seen:
                    seen.add(id(source))
                    yield source
    for named in core.named.values():
        if id(named.origin.source) not in seen:
            seen.add(id(named.origin.source))
            yield named.origin.source


# ---- which parts of the policies have theirs


def without_boundary(
    parts: Sequence[Covered], core: c.Core, all_: Sequence[Boundary], kept: Kept
) -> Iterator[tuple[Covered, set[str]]]:
    """Yield the thresholds and dates that no boundary stands for, with the codes or the rule that they are of.

    A date has one where, in its area, the scenarios of a boundary stand on the day before and on the day, or the text of
    a boundary names the day or the last day before it: some boundaries are days of anniversaries, not of questions.

    A threshold has one where a boundary names a requirement that asks it, and no other figure that this one asks; or
    where one of its area names the same figure for a requirement of the same rule, or for all rules of the kind.
    """
    days, texts = _days(all_, kept)
    asking = codes_asking(core)
    asked: dict[str, set[str]] = defaultdict(set)
    for covered in parts:
        if covered.part.kind == "threshold":
            for code in asking[_place(covered.part)]:
                asked[code].add(_bare(covered.part.name))
    for covered in _each_day_once(parts, core, kept):
        part = covered.part
        area = kept.area_of(part.file)
        if part.kind == "date":
            day = date.fromisoformat(part.name)
            told = {day.isoformat(), (day - timedelta(days=1)).isoformat()}
            if day not in days[area] and not any(one in texts[area] for one in told):
                yield covered, {part.rule}
        elif part.kind == "threshold":
            codes = asking[_place(part)]
            figure = _bare(part.name)
            inner = {one for one in codes if not any(other.startswith(f"{one}.") for other in codes)}
            if any(one.rule in inner and not _asks(one, inner, figure, asked) for one in all_):
                # The requirement itself is tried at another figure: what tries a metric around it does not try this one.
                codes = inner
            if not any(_asks(one, codes, figure, asked) or _same(one, area, figure, codes) for one in all_):
                yield covered, codes


def _each_day_once(parts: Sequence[Covered], core: c.Core, kept: Kept) -> Iterator[Covered]:
    """Yield the parts; of those that turn on one day in an area, the one in whose line the day is written."""
    lines = {source.name: source for source in _sources(core)}
    first: dict[tuple[str, str], Covered] = {}
    for covered in parts:
        part = covered.part
        if part.kind != "date":
            yield covered
            continue
        key = kept.area_of(part.file), part.name
        if key not in first or (part.name in _line(covered, lines) and part.name not in _line(first[key], lines)):
            first[key] = covered
    yield from first.values()


def _line(covered: Covered, lines: Mapping[str, Source]) -> str:
    source = lines.get(covered.part.file)
    return source.line_text(covered.part.line) if source is not None else ""


def _place(part: Part) -> Place:
    return part.file, part.line, part.column


def _bare(figure: str) -> str:
    """Return a figure without its unit, as texts of boundaries are searched for it."""
    return figure.split()[0].replace(",", "")


def _asks(one: Boundary, codes: set[str], figure: str, asked: Mapping[str, set[str]]) -> bool:
    """Whether a boundary stands for a figure of requirements: it names one of them, and of its figures not another.

    A requirement whose figure rises on a day has two: what was written of the old one does not try the new one.
    """
    named = [code for code in codes if (fnmatchcase(code, one.rule) if "*" in one.rule else code == one.rule)]
    return any(figure in one.figures or not one.figures & (asked[code] - {figure}) for code in named)


def _same(one: Boundary, area: str, figure: str, codes: set[str]) -> bool:
    if one.area != area or figure not in one.figures:
        return False
    word, _, kind = one.rule.partition(".")
    return any(
        code.split(".")[:2] == one.rule.split(".")[:2] or (word == "lifecycle" and code.startswith(f"{kind}."))
        for code in codes
    )


def _days(all_: Sequence[Boundary], kept: Kept) -> tuple[Mapping[str, set[date]], Mapping[str, str]]:
    days: dict[str, set[date]] = defaultdict(set)
    texts: dict[str, str] = defaultdict(str)
    asked_in: dict[str, Mapping[str, set[date]]] = {
        name: {scenario.name: {step.as_of for step in scenario.steps} for scenario in file.scenarios}
        for name, file in (kept.scenarios or {}).items()
    }
    for one in all_:
        asked = set[date]().union(*(asked_in.get(one.file, {}).get(name, set()) for name in one.sides))
        days[one.area].update(day for day in asked if day - timedelta(days=1) in asked)
        texts[one.area] += f"{one.boundary}\n"
    return days, texts


@dataclass
class _Asking:
    core: c.Core
    rule: str = ""
    found: dict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))

    def look(self, node: c.Expr, codes: frozenset[str], named: frozenset[str]) -> None:
        if isinstance(node, c.Requirement) and node.part != "section":
            codes |= {node.code}
        if isinstance(node, c.Literal):
            origin = node.origin
            self.found[origin.source.name, origin.line, origin.column].update(codes or {self.rule})
        if isinstance(node, c.Named) and node.name not in named:
            self.look(self.core.named[node.name].value, codes, named | {node.name})
        for child in children(node):
            # The requirement of a score asks its mark; what makes the score is asked by the metrics.
            is_score = isinstance(node, c.PassScore) and child is node.score
            self.look(child, frozenset() if is_score else codes, named)


def codes_asking(core: c.Core) -> Mapping[Place, set[str]]:
    """Return for the place of each figure the codes of the requirements that ask it, also through named values; else the rule."""
    asking = _Asking(core)
    for rule in core.rules.values():
        asking.rule = rule.id
        for version in rule.versions:
            for expression in expressions(version):
                asking.look(expression, frozenset(), frozenset())
    return asking.found
