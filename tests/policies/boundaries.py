"""The boundaries of the policies: where they are listed, what the scenarios on their sides say, which of them a part has."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from cli.console import read_file
from dsl import core as c
from evaluator.reads import expressions
from evaluator.testing.coverage import Covered
from evaluator.testing.reading import read_scenarios
from tests.policies.register import POLICIES, read

ROOT = POLICIES.parent
SIDES = ("before", "on", "after")
KEYS = {"boundary", "rule", "kind", *SIDES, "file"}
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

    @property
    def sides(self) -> tuple[str, str, str]:
        """The names of the scenarios on the three sides."""
        return self.before, self.on, self.after

    @property
    def figures(self) -> set[str]:
        """The numbers that its text names."""
        return {number.replace(",", "") for number in NUMBER.findall(self.boundary)}


def lists() -> list[Path]:
    """Return the files that list boundaries."""
    return sorted(POLICIES.rglob("boundaries.yaml"))


def area_of(path: Path) -> str:
    """Return the area of a file of the policies: its folder's name, ``programme`` for those above the folders."""
    return "programme" if path.parent == POLICIES else path.parent.name


@cache
def all_boundaries() -> tuple[Boundary, ...]:
    """Return all boundaries, by area in their files' order."""
    return tuple(Boundary(area_of(path), **entry) for path in lists() for entry in read(path))


@cache
def scenarios(file: str) -> Mapping[str, set[date]]:
    """Return the scenarios of a file by name, each with the days it asks for."""
    found = read_scenarios(read_file(ROOT / file).value, file).scenarios
    return {scenario.name: {step.as_of for step in scenario.steps} for scenario in found}


# ---- which parts of the policies have theirs


def without_boundary(parts: list[Covered], core: c.Core) -> Iterator[str]:
    """Yield the thresholds and dates that no boundary stands for.

    A date has one where, in its area, the scenarios of a boundary stand on the day before and on the day, or the text of
    a boundary names the day or the last day before it: some boundaries are days of anniversaries, not of questions.

    A threshold has one where a boundary names a requirement that asks it; or where one of its area names the same figure
    for a requirement of the same rule, or for all rules of the kind.
    """
    days, texts = _days()
    asking = _asking(core)
    for covered in parts:
        part = covered.part
        area = area_of(Path(part.file))
        if part.kind == "date":
            day = date.fromisoformat(part.name)
            told = {day.isoformat(), (day - timedelta(days=1)).isoformat()}
            if day not in days[area] and not any(one in texts[area] for one in told):
                yield f"{part.place}: {part.name} ({part.rule})"
        elif part.kind == "threshold":
            codes = asking[part.file, part.line, part.column]
            if not any(_asks(one, codes) or _same(one, area, part.name, codes) for one in all_boundaries()):
                yield f"{part.place}: {part.name} ({', '.join(sorted(codes)[-2:])})"


def _asks(one: Boundary, codes: set[str]) -> bool:
    return any(fnmatchcase(code, one.rule) for code in codes) if "*" in one.rule else one.rule in codes


def _same(one: Boundary, area: str, figure: str, codes: set[str]) -> bool:
    if one.area != area or figure.split()[0].replace(",", "") not in one.figures:
        return False
    word, _, kind = one.rule.partition(".")
    return any(
        code.split(".")[:2] == one.rule.split(".")[:2] or (word == "lifecycle" and code.startswith(f"{kind}."))
        for code in codes
    )


def _days() -> tuple[Mapping[str, set[date]], Mapping[str, str]]:
    days: dict[str, set[date]] = defaultdict(set)
    texts: dict[str, str] = defaultdict(str)
    for one in all_boundaries():
        asked = set[date]().union(*(scenarios(one.file)[name] for name in one.sides))
        days[one.area].update(day for day in asked if day - timedelta(days=1) in asked)
        texts[one.area] += f"{one.boundary}\n"
    return days, texts


Place = tuple[str, int, int]


@dataclass
class _Asking:
    core: c.Core
    rule: str = ""
    found: dict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))

    def look(self, value: object, codes: frozenset[str], named: frozenset[str]) -> None:
        match value:
            case c.PassScore(score=score, mark=mark):
                # The requirement of the score asks its mark; what makes the score is asked by the metrics.
                self.look(score, frozenset(), named)
                self.look(mark, codes, named)
            case c.Node():
                if isinstance(value, c.Requirement) and value.part != "section":
                    codes |= {value.code}
                if isinstance(value, c.Literal):
                    origin = value.origin
                    self.found[origin.source.name, origin.line, origin.column].update(codes or {self.rule})
                if isinstance(value, c.Named) and value.name not in named:
                    self.look(self.core.named[value.name].value, codes, named | {value.name})
                self._inside(value, codes, named)
            case tuple():
                for item in value:
                    self.look(item, codes, named)
            case c.Branch() | c.TableRow() | c.DatedValue() | c.EveryMetric():
                self._inside(value, codes, named)
            case _:
                return

    def _inside(self, value: object, codes: frozenset[str], named: frozenset[str]) -> None:
        assert is_dataclass(value)
        for own in fields(value):
            if own.name not in ("origin", "type", "basis", "days"):
                self.look(getattr(value, own.name), codes, named)


def _asking(core: c.Core) -> Mapping[Place, set[str]]:
    """Return for the place of each figure the codes of the requirements that ask it, also through named values; else the rule."""
    asking = _Asking(core)
    for rule in core.rules.values():
        asking.rule = rule.id
        for version in rule.versions:
            for expression in expressions(version):
                asking.look(expression, frozenset(), frozenset())
    return asking.found
