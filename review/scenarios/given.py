"""What a scenario tells of a partner: facts and records, each with the place in the scenario file it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dsl.core.calendar import month_of, month_text

Json = Any

EARNED = "2000-01-01"
"""Day on which people earned what ``certified`` says, where it gives none."""
CERTIFICATIONS = "certifications"
"""The list that ``certified`` writes in short."""
DEFAULTS: Mapping[str, Mapping[str, Json]] = {"awards": {"ended": "none", "benefits": "none"}}
"""What rows of a list say where they do not say it: what was attained has not ended, and nothing was bought with it."""
UNTOLD = "unknown"
"""Written where a default stands else: the row does not tell it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A value and its JSON pointer in the scenario file."""

    value: Json
    pointer: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of records; ``about`` says more of it (``partial``, ``covers``) where it was written as an object."""

    rows: tuple[Placed, ...]
    about: Mapping[str, Json] | None
    pointer: str

    def json(self) -> Json:
        """Return the list as facts have it."""
        rows = [row.value for row in self.rows]
        return rows if self.about is None else {**self.about, "rows": rows}


@dataclass(frozen=True, slots=True)
class Given:
    """Facts and records of a partner."""

    facts: Mapping[str, Placed] = field(default_factory=dict)
    records: Mapping[str, Rows] = field(default_factory=dict)
    projected: Given | None = None
    also_certified: tuple[Placed, ...] = ()
    """Rows that go behind those of ``records/certifications`` when it is laid over others."""

    def over(self, base: Given) -> Given:
        """Return the base with these facts and lists in place of its own, and with what was ``also_certified`` added."""
        records = {**base.records, **self.records}
        if self.also_certified:
            now = records.get(CERTIFICATIONS, Rows((), None, self.also_certified[0].pointer))
            records[CERTIFICATIONS] = replace(now, rows=(*now.rows, *self.also_certified))
        projected = self.projected
        if projected is not None or base.projected is not None:
            projected = (projected or Given()).over(base.projected or Given())
        return Given({**base.facts, **self.facts}, records, projected)

    def with_award(self, entry: Mapping[str, Json], pointer: str) -> Given:
        """Return the same with one more entry in the register."""
        now = self.records.get("awards", Rows((), None, pointer))
        awards = replace(now, rows=(*now.rows, Placed(entry, pointer)))
        return replace(self, records={**self.records, "awards": awards})

    def json(self) -> dict[str, Json]:
        """Return the facts as an engine reads them."""
        result: dict[str, Json] = {
            "facts": {name: placed.value for name, placed in self.facts.items()},
            "records": {name: rows.json() for name, rows in self.records.items()},
        }
        if self.projected is not None:
            result["projected"] = self.projected.json()
        return result

    def place_of(self, pointer: str) -> str:
        """Return the pointer into the scenario file of a pointer into the facts; empty where nothing stands there."""
        parts = pointer.split("/")[1:]
        match parts:
            case ["projected", *rest] if self.projected is not None:
                return self.projected.place_of("/" + "/".join(rest))
            case ["facts", name, *rest] if name in self.facts:
                return "/".join([self.facts[name].pointer, *rest])
            case ["records", name, *rest] if name in self.records:
                return _place_in(self.records[name], rest)
            case _:
                return ""


def _place_in(rows: Rows, rest: list[str]) -> str:
    if rows.about is not None and rest[:1] == ["rows"]:
        rest = rest[1:]
    if rest and rest[0].isdigit() and int(rest[0]) < len(rows.rows):
        return "/".join([rows.rows[int(rest[0])].pointer, *rest[1:]])
    return "/".join([rows.pointer, *rest])


def read_given(data: Mapping[str, Json], pointer: str) -> Given:
    """Read what is told of a partner, or in a ``with``: ``facts``, ``records``, ``certified``, ``projected``."""
    facts = {name: Placed(value, f"{pointer}/facts/{name}") for name, value in data.get("facts", {}).items()}
    records = {name: _rows(name, value, f"{pointer}/records/{name}") for name, value in data.get("records", {}).items()}
    if "certified" in data:
        # A list as every other: an empty one says that nobody holds any, and it takes the place of the one before.
        where = f"{pointer}/certified"
        now = records.get(CERTIFICATIONS, Rows((), None, where))
        records[CERTIFICATIONS] = replace(now, rows=(*now.rows, *_certified(data["certified"], where)))
    also = tuple(_certified(data.get("also_certified", ()), f"{pointer}/also_certified"))
    projected = read_given(data["projected"], f"{pointer}/projected") if "projected" in data else None
    return Given(facts, records, projected, also)


def _rows(name: str, value: Json, pointer: str) -> Rows:
    defaults = DEFAULTS.get(name, {})
    if isinstance(value, Mapping):
        about = {key: item for key, item in value.items() if key != "rows"}
        return Rows(tuple(_each(value.get("rows", []), f"{pointer}/rows", defaults)), about, pointer)
    return Rows(tuple(_each(value, pointer, defaults)), None, pointer)


def _each(rows: Iterable[Mapping[str, Json]], pointer: str, defaults: Mapping[str, Json]) -> Iterable[Placed]:
    """Yield the rows with what they leave to a default."""
    for placed in _each_month(rows, pointer):
        row = {**defaults, **placed.value}
        yield replace(
            placed, value={key: value for key, value in row.items() if key not in defaults or value != UNTOLD}
        )


def _each_month(rows: Iterable[Mapping[str, Json]], pointer: str) -> Iterable[Placed]:
    """Yield the rows, one whose month is a range (``2021-06..2023-05``) once a month."""
    for index, row in enumerate(rows):
        where = f"{pointer}/{index}"
        first, dots, last = str(row.get("month", "")).partition("..")
        if not dots:
            yield Placed(row, where)
            continue
        for month in range(month_of(first), month_of(last) + 1):
            yield Placed({**row, "month": month_text(month)}, where)


def _certified(items: Iterable[Mapping[str, Json]], pointer: str) -> Iterable[Placed]:
    for index, item in enumerate(items):
        for person in item["people"]:
            row = {
                "person": person,
                "certification": item["certification"],
                "earned": item.get("earned", EARNED),
                "expires": item.get("expires", "none"),
            }
            yield Placed(row, f"{pointer}/{index}")
