"""What is kept beside policies, as plain data with places, and findings about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Protocol

from dsl.diagnostics import Diagnostic, Severity
from dsl.source import Source, Span
from review.scenarios.scenario import ScenarioFile
from review.scenarios.shapes import shape_problems

Json = Any


class Told(Protocol):
    """A file's data, and where each value stands."""

    @property
    def value(self) -> Json:
        """The content."""

    @property
    def source(self) -> Source:
        """The text."""

    def place(self, pointer: str) -> Span:
        """Return where a value stands, or the nearest one around it."""


@dataclass(frozen=True)
class Kept:
    """The files beside the policies of a folder; what is not there is None or empty."""

    folder: PurePath
    settings: Told
    boundaries: Sequence[Told] = ()
    coverage: Told | None = None
    registers: Sequence[Told] = ()
    texts: Told | None = None
    survivors: Told | None = None
    scenarios: Mapping[str, ScenarioFile] | None = None
    """Scenario files by the name that boundaries call them by."""

    @property
    def wanted(self) -> Settings:
        """What the settings say."""
        return settings_of(self.settings.value or {})

    def area_of(self, file: str) -> str:
        """Return the area of a file: its folder's name, ``programme`` for those above the folders."""
        above = PurePath(file).parent
        return "programme" if above == self.folder else above.name

    def misshapen(self) -> Iterator[Diagnostic]:
        """Yield where a file is not as its schema has it.

        Reports:
            R100 a file beside the policies that cannot be read as what it is.
        """
        files = [("ready", self.settings), *(("boundaries", one) for one in self.boundaries)]
        files += [("register", one) for one in self.registers]
        files += [(name, one) for name, one in (("coverage", self.coverage), ("texts", self.texts)) if one is not None]
        for schema, told in files:
            for problem in shape_problems(told.value if told.value is not None else {}, schema):
                yield duty("R100", problem.message, told.place(problem.pointer), problem.help)


@dataclass(frozen=True)
class Settings:
    """What is these policies' own: see ``schemas/ready.schema.json``."""

    page: str
    guide: str
    left_out_at_most: Decimal
    turning_days: Mapping[date, str]
    """Days that are cited once, and the rule in which they are."""
    own_bounds: tuple[str, ...]
    without_boundary: tuple[str, ...]


def settings_of(data: Mapping[str, Json]) -> Settings:
    """Read settings that the schema has accepted."""
    return Settings(
        data.get("page", ""),
        data.get("guide", ""),
        Decimal(data.get("left_out_at_most", 100)),
        {date.fromisoformat(one["day"]): one["cited_in"] for one in data.get("turning_days", ())},
        tuple(one["ends"] for one in data.get("own_bounds", ())),
        tuple(one["code"] for one in data.get("without_boundary", ())),
    )


def duty(code: str, message: str, span: Span, help_: str) -> Diagnostic:
    """Return a finding: what is left to do before a change is ready."""
    return Diagnostic(code, message, span, help_, severity=Severity.WARNING)
