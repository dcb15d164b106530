"""Changes of facts: what is told otherwise, which records are taken out, which are added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dsl import core as c
from dsl.builtin import AWARDS, BUILT_IN, CERTIFICATIONS
from dsl.core import calendar
from dsl.core.ranges import Range
from dsl.diagnostics import listed, proposed
from dsl.json_values import escaped
from evaluator.acceptance.facts_schema import FactErrors, FactProblem, attained_twice
from evaluator.engine import Engine, standing_if_attained
from evaluator.facts import read
from evaluator.limits import MAX_PROBLEMS, shortened
from evaluator.register.attaining import entry_of

Json = Any
Rows = Sequence[Mapping[str, Json]]

KEYS = ("set", "without", "with")
SOMEBODY = "somebody new"
"""The person of an added certification where none is named: one whom the facts do not tell of."""
MAX_CHANGES = 100
"""Facts, and records to take out or add, of one question."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is changed of facts; as the query's ``what_if`` has it."""

    told: Mapping[str, Json] = field(default_factory=dict)
    """Facts and supplied measures by name, with their values from the day of the question on (``set``)."""
    without: Mapping[str, Rows] = field(default_factory=dict)
    """By list: each takes out the records that have all its values."""
    more: Mapping[str, Rows] = field(default_factory=dict)
    """By list: records to add (``with``)."""

    def __bool__(self) -> bool:
        return bool(self.told or any(self.without.values()) or any(self.more.values()))


def changes_of(data: Mapping[str, Json]) -> Changes:
    """Return the changes of a ``what_if`` of the right shape."""
    return Changes(data.get("set", {}), data.get("without", {}), data.get("with", {}))


def shape_problems(data: Json) -> Iterator[FactProblem]:
    """Yield what keeps a JSON value from being changes; names and values in it are looked at by ``changed``."""
    if not isinstance(data, dict):
        yield FactProblem("", "F104", "these are no changes", "write an object with `set`, `without` or `with`")
        return
    for key in data:
        if key not in KEYS:
            told = shortened(key)
            yield FactProblem(
                f"/{escaped(told)}",
                "F101",
                f"I do not know `{told}`",
                proposed(told, KEYS, f"known are {listed(KEYS)}"),
            )
    if not data:
        yield FactProblem("", "F104", "nothing is changed", "add `set`, `without` or `with`")
    facts = data.get("set", {})
    if not isinstance(facts, dict):
        yield FactProblem("/set", "F104", "this is no object", "write facts by name, as in `facts`")
    count = len(facts) if isinstance(facts, dict) else 0
    for key in ("without", "with"):
        lists = data.get(key, {})
        if not isinstance(lists, dict):
            yield FactProblem(f"/{key}", "F104", "this is no object", "write lists of records by name")
            continue
        for name, rows in lists.items():
            pointer = f"/{key}/{escaped(shortened(name))}"
            if not isinstance(rows, list):
                yield FactProblem(pointer, "F104", "this is no list", "write a list of records, each an object")
                continue
            count += len(rows)
            for index, row in enumerate(rows[:MAX_CHANGES]):
                if not isinstance(row, dict) or not row:
                    yield FactProblem(f"{pointer}/{index}", "F104", "this is no record", "write its values by field")
    if count > MAX_CHANGES:
        yield FactProblem("", "F104", f"{count:,} things are changed at once", f"change at most {MAX_CHANGES}")


def changed(engine: Engine, facts: Mapping[str, Json], changes: Changes, as_of: date) -> dict[str, Json]:
    """Return facts with the changes made; the facts themselves stay as they are.

    A fact with values over time keeps those of before. Of an added award what is not told is as if it were attained on
    the day; an added certification without a person is somebody new's, one without days is earned on the day.

    Raises:
        FactErrors: the changes do not fit the vocabulary or name what is not there. Pointers are into ``what_if``:
            ``/set/...``, ``/without/...``, ``/with/...``.
    """
    _check_values(engine, changes)
    records = dict(facts.get("records", {}))
    problems: list[FactProblem] = []
    for name, rows in changes.without.items():
        for index, row in enumerate(rows):
            pointer = f"/without/{escaped(name)}/{index}"
            left = _without(engine.core, name, records.get(name), row)
            if left is None:
                problems.append(_not_there(engine.core, pointer, name, records.get(name), row))
            else:
                records[name] = left
    told = {**facts.get("facts", {}), **_told(facts, changes.told, as_of)}
    base = {**facts, "facts": told}
    for name, rows in changes.more.items():
        for index, row in enumerate(rows):
            pointer = f"/with/{escaped(name)}/{index}"
            found = list(_unknown(engine.core, name, row, pointer))
            problems += found
            if not found:
                now = {**base, "records": records}
                whole = _whole(engine, name, row, now, as_of)
                problems += _again(name, whole, records.get(name), pointer)
                records[name] = _added(records.get(name), whole)
    if problems:
        raise FactErrors(tuple(problems[:MAX_PROBLEMS]), more=len(problems) > MAX_PROBLEMS)
    return {**base, "records": records}


def _check_values(engine: Engine, changes: Changes) -> None:
    """Check names and values against the vocabulary, as those of facts are."""
    problems: list[FactProblem] = []
    for where, data in (
        ("set", {"facts": changes.told}),
        ("without", {"records": changes.without}),
        ("with", {"records": changes.more}),
    ):
        try:
            engine.reader.check(data)
        except FactErrors as errors:
            problems += [
                FactProblem(f"/{where}/{problem.pointer.split('/', 2)[2]}", problem.code, problem.message, problem.help)
                for problem in errors.problems
            ]
    if problems:
        raise FactErrors(tuple(problems))


def _told(facts: Mapping[str, Json], told: Mapping[str, Json], as_of: date) -> dict[str, Json]:
    """Return the facts that are told otherwise; one with values over time has its new one from the day on."""
    found: dict[str, Json] = {}
    for name, value in told.items():
        before = facts.get("facts", {}).get(name)
        if isinstance(before, Mapping) and not isinstance(value, Mapping):
            steps = [step for step in before["history"] if step["from"] < as_of.isoformat()]
            value = {"history": [*steps, {"from": as_of.isoformat(), "value": value}]}
        found[name] = value
    return found


# ---- records


def _rows(raw: Json) -> Rows:
    return raw["rows"] if isinstance(raw, Mapping) else raw or ()


def _with_rows(raw: Json, rows: list[Mapping[str, Json]]) -> Json:
    return {**raw, "rows": rows} if isinstance(raw, Mapping) else rows


def _without(core: c.Core, name: str, raw: Json, wanted: Mapping[str, Json]) -> Json:
    """Return a list without the records that have some values; None where no record has them."""
    meant = _meant(core, name, wanted)
    rows = _rows(raw)
    left = [row for row in rows if not meant.items() <= _meant(core, name, row).items()]
    return None if len(left) == len(rows) or not wanted else _with_rows(raw, left)


def _meant(core: c.Core, name: str, row: Mapping[str, Json]) -> dict[str, Range | str]:
    """Return what the fields of a record say, however it is written."""
    declaration = _declaration(core, name)
    found: dict[str, Range | str] = {}
    for key, value in row.items():
        if declaration is CERTIFICATIONS and key == "certification":
            found[key] = core.certifications.get(value, value)
        elif key in declaration.fields:
            found[key] = read(value, declaration.fields[key].type)
        else:
            found[key] = value
    return found


def _declaration(core: c.Core, name: str) -> c.RecordsDecl:
    return BUILT_IN.get(name) or core.records[name]


def _added(raw: Json, row: Mapping[str, Json]) -> Json:
    return _with_rows(raw, [*_rows(raw), row])


def _whole(engine: Engine, name: str, row: Mapping[str, Json], facts: Mapping[str, Json], as_of: date) -> Json:
    """Return a record with what is not told of it."""
    match name:
        case CERTIFICATIONS.name:
            return {"person": SOMEBODY, "earned": as_of.isoformat(), "expires": "none", **row}
        case AWARDS.name if row.get("award") in engine.core.rule_of_award:
            [rule, *_] = [
                one
                for one in engine.core.rules.values()
                if one.award == row["award"] and row.get("level", one.level) == one.level
            ]
            day = date.fromisoformat(row["attained"]) if "attained" in row else as_of
            standing = standing_if_attained(engine, rule, facts, day)
            return {**entry_of(rule, day, standing.would_be), **row}
        case AWARDS.name:
            # Benefits: bought for a year.
            day = date.fromisoformat(row["attained"]) if "attained" in row else as_of
            due = calendar.add(day, c.Duration(months=12))
            return {
                "attained": day.isoformat(), "anniversary": due.isoformat(), "ended": "none", "benefits": "none", **row
            }  # fmt: skip
        case _:
            return row


# ---- what is not there


def _unknown(core: c.Core, name: str, row: Mapping[str, Json], pointer: str) -> Iterator[FactProblem]:
    """Yield what an added record names that no rule knows: it would count for nothing."""
    if name == AWARDS.name:
        if "award" not in row:
            yield FactProblem(pointer, "F103", "an award has a name", "add `award`")
        elif row["award"] not in core.awards:
            yield _no_award(core, row["award"], f"{pointer}/award")
    if name == CERTIFICATIONS.name:
        told = row.get("certification")
        if told is None:
            yield FactProblem(pointer, "F103", "a certification has a name", "add `certification`")
        elif told not in core.certifications:
            known = sorted(set(core.certifications.values()))
            yield FactProblem(
                f"{pointer}/certification", "F107", f"no rule knows the certification `{told[:100]}`",
                proposed(told[:100], core.certifications, f"known are {listed(known, most=5)}"),
            )  # fmt: skip


def _again(name: str, row: Mapping[str, Json], raw: Json, pointer: str) -> Iterator[FactProblem]:
    """Yield that an added award is attained on its day already, as the register tells it."""
    if name == AWARDS.name:
        key = [row[one] for one in ("award", "attained")]
        if any([told.get("award"), told.get("attained")] == key for told in _rows(raw)):
            yield attained_twice(pointer, *key)


def _no_award(core: c.Core, award: str, pointer: str) -> FactProblem:
    """Return the problem of an award that no rule knows; one with its level is told as both."""
    rule = core.rules.get(award)
    if rule is not None and rule.is_award and rule.level is not None:
        advice = f"its name and its level are told apart: `{rule.award}` and `{rule.level}`"
        return FactProblem(pointer, "F107", f"`{award}` is a level of an award", advice)
    known = [one for one in core.awards if not one.startswith("benefit.")]
    advice = proposed(award[:100], core.awards, f"awards are {listed(known, most=5)}")
    return FactProblem(pointer, "F107", f"there is no award `{award[:100]}`", advice)


def _not_there(core: c.Core, pointer: str, name: str, raw: Json, wanted: Mapping[str, Json]) -> FactProblem:
    """Return the problem of a record that is to be taken out, and which none is like."""
    if raw is None:
        return FactProblem(
            pointer, "F107", f"the facts tell nothing of `{name}`, so nothing can be taken out", "leave it out"
        )
    rows = [_meant(core, name, row) for row in _rows(raw)]
    for key, value in _meant(core, name, wanted).items():
        if not any(row.get(key) == value for row in rows):
            told = sorted({str(row[key]) for row in _rows(raw) if key in row})
            said = f"no record of `{name}` has {key} `{wanted[key]}`"
            otherwise = f"told are {listed(told, most=5)}" if told else "the list is empty"
            return FactProblem(f"{pointer}/{escaped(key)}", "F107", said, proposed(str(wanted[key]), told, otherwise))
    return FactProblem(pointer, "F107", f"no one record of `{name}` has all of these", "name fewer values")
