"""The dated changes of the shipped policies, each as the edit that brought it: what ``merit diff`` says of it.

The side before is the shipped programme without what begins on a day, and with what ends on it going on. On a day on
which an award gets another name, or several become one, what speaks of the new name elsewhere goes too: rows, entries of
groups, what is asked beside. Of the day on which the designations took over all speaks since: its edit is that the day
came no later, with the competencies going on until then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dsl.codec import decode, encode
from dsl.lower.to_core import core_of
from review.diff.compare import Side, compare
from review.formats.comparisons import DIFF, Compared
from tests.conftest import Golden
from tests.shipped import read_once

ROOT = Path(__file__).resolve().parents[3]
RECORDED = ROOT / "tests" / "data" / "diff" / "history"
Json = Any

SHORT = ("2023-07-11", "2025-10-01", "2026-06-25")
LONG = (
    "2023-01-09",
    "2023-09-19",
    "2023-10-03",
    "2023-12-01",
    "2024-01-01",
    "2024-04-01",
    "2024-08-12",
    "2025-01-21",
    "2025-08-01",
    "2025-08-26",
    "2026-03-27",
    "2026-04-09",
    "2026-07-01",
    "2026-07-30",
    "2026-07-31",
    "2026-08-13",
    "2026-09-15",
    "2026-11-01",
)
"""Days of the programme's timeline, with what the policies hold of them."""
NEW = {
    "2023-01-09": {"infra_db"},
    "2024-08-12": {"accelerate_developers"},
    "2025-08-26": {"data_security"},
    "2026-07-31": {"agentic_business", "app_modernization"},
}
"""Names that awards were given on a day."""
LATER = {"2022-10-03": "2022-10-24", "2022-10-02": "2022-10-23", "2022-09-30": "2022-10-23"}
"""What begins or ends as the designations take over, and when it would have, had they come three weeks later."""
KEPT = {"later_specialization_prerequisites", "specialization_prerequisites"}
"""Tables of awards: a row that begins there stays, as other rules speak of its award."""


@cache
def shipped() -> Json:
    return encode(read_once().document)


@cache
def after() -> Side:
    return side("after", shipped())


def side(name: str, data: Json) -> Side:
    document = decode(data)
    return Side(name, document, core_of(document))


def without(value: Json, day: str) -> Json:
    """Return a document as it was before what begins or ends on a day was written."""
    match value:
        case {"columns": columns, "rows": rows}:
            kept = [row for row in rows if not begins_in(row, columns, day)]
            return {**value, "rows": [goes_on(row, columns, day) for row in kept]}
        case dict():
            return {name: goes_on_in(name, part, day) for name, part in value.items() if not begins(part, day)}
        case list():
            return [without(part, day) for part in value if not begins(part, day)]
        case _:
            return value


def without_names(data: Json, names: Set[str]) -> Json:
    """Return a document in which nothing speaks of awards: no row, no entry of a group, nothing that is asked beside."""
    ids = {f"specialization.{name}" for name in names}
    tables = {
        title: {**table, "rows": [not_from(row, names) for row in table["rows"] if not speaks_of(row, names)]}
        for title, table in data["tables"].items()
    }
    groups = {
        title: {**group, "entries": [one for one in group["entries"] if one["name"] not in names]}
        for title, group in data["groups"].items()
    }
    additions = {name: told for name, told in data["additions"].items() if name not in ids}
    return {**data, "tables": tables, "groups": groups, "additions": additions}


def speaks_of(row: Mapping[str, Json], names: Set[str]) -> bool:
    first = row["cells"][0].get("names", ()) if isinstance(row["cells"][0], dict) else ()
    return bool(names.intersection(first))


def not_from(row: Mapping[str, Json], names: Set[str]) -> Json:
    notes = row.get("notes", {})
    was = [name for name in notes.get("was", ()) if name not in names]
    return {**row, "notes": {**notes, "was": was}} if "was" in notes else row


def goes_on_in(name: str, part: Json, day: str) -> Json:
    if name == "valid":
        return {key: told for key, told in part.items() if not (key in ("until", "through") and is_on(told, day))}
    return without(part, day)


def begins(part: Json, day: str) -> bool:
    """Whether something is only there from a day on."""
    if not isinstance(part, dict):
        return False
    version = part.get("version")
    days = part.get("valid") or (version.get("valid") if isinstance(version, dict) else None)
    return isinstance(days, dict) and is_on(days.get("start"), day)


def begins_in(row: Mapping[str, Json], columns: Sequence[str], day: str) -> bool:
    return any(
        name == "from" and is_on(cell.get("date"), day) for name, cell in zip(columns, row["cells"], strict=True)
    )


def goes_on(row: Mapping[str, Json], columns: Sequence[str], day: str) -> Json:
    cells = [
        {"none": {}} if name in ("until", "through") and is_on(cell.get("date"), day) else cell
        for name, cell in zip(columns, row["cells"], strict=True)
    ]
    return {**row, "cells": cells}


def is_on(told: Json, day: str) -> bool:
    return isinstance(told, dict) and told.get("day") == day


def later(value: Json) -> Json:
    """Return a document in which the designations take over later."""
    match value:
        case {"columns": columns, "rows": rows}:
            return {**value, "rows": [{**row, "cells": list(map(_later_cell, columns, row["cells"]))} for row in rows]}
        case dict():
            return {
                name: {key: _moved(told) for key, told in part.items()} if name == "valid" else later(part)
                for name, part in value.items()
            }
        case list():
            return [later(part) for part in value]
        case _:
            return value


def _later_cell(column: str, cell: Json) -> Json:
    is_day = column in ("from", "until", "through") and "date" in cell
    return {**cell, "date": _moved(cell["date"])} if is_day else cell


def _moved(told: Json) -> Json:
    return {**told, "day": LATER[told["day"]]} if isinstance(told, dict) and told.get("day") in LATER else told


def check(day: str, golden: Golden) -> None:
    # What was audited on other days is among the values of a fact: the fee stays.
    kept = KEPT if day == "2023-07-11" else {"audit_fees"} if day == "2026-07-31" else ()
    tables = {name: table for name, table in shipped()["tables"].items() if name in kept}
    data = without_names(without(shipped(), day), NEW.get(day, set()))
    told_as(day, side("before", {**data, "tables": {**data["tables"], **tables}}), golden)


def told_as(day: str, before: Side, golden: Golden) -> None:
    found = compare(before, after())

    told = DIFF["text"](Compared(found, date(2022, 1, 1)), lambda text, *_, **__: text)
    golden.check(
        RECORDED / f"{day}.txt", "\n".join(line.replace("  <made>:1", "") for line in told.splitlines()) + "\n"
    )
    assert not found.decides_the_same


@pytest.mark.parametrize("day", SHORT)
def test_what_is_said_of_a_change_of_the_programme(day: str, golden: Golden) -> None:
    check(day, golden)


@pytest.mark.benchmarks
@pytest.mark.parametrize("day", LONG)
def test_what_is_said_of_every_change_of_the_programme(day: str, golden: Golden) -> None:
    check(day, golden)


@pytest.mark.benchmarks
def test_what_is_said_of_the_day_on_which_the_designations_took_over(golden: Golden) -> None:
    told_as("2022-10-03", side("before", later(shipped())), golden)
