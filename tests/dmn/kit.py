"""Holds the language to test cases of decision tables: ``python -m tests.dmn.kit FOLDER``.

The folder is a conformance kit of DMN, or has its layout: models (``*.dmn``) with files of cases beside them. Each table is
converted to policies, and each case is decided by them.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, parse

from dsl.diagnostics import PolicyErrors
from dsl.load import load_sources
from dsl.source import Source
from evaluator.decision import Decision, range_json
from evaluator.engine import Engine, Query
from tests.dmn.convert import Model, Table, given, model, names_of, policies, rules_asked, slug

Json = Any
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@dataclass(frozen=True)
class Outcome:
    """What came of a case: ``passed``, ``failed`` or ``out``, and why."""

    case: str
    how: str
    why: str = ""


def outcomes(path: Path) -> Iterator[Outcome]:
    """Yield what comes of the cases of a model."""
    told = model(str(path))
    tables = {table.decision: table for table in told.tables}
    engine = engine_of(policies(told)) if tables else None
    for file in sorted(path.parent.glob("*.xml")):
        for case in _named(parse(file).getroot(), "testCase"):
            for node in _named(case, "resultNode"):
                decision = str(node.get("name"))
                name = f"{path.stem} {case.get('id')} {decision}"
                if engine is None or decision not in tables:
                    yield Outcome(name, "out", told.out.get(decision, "no decision of that name"))
                    continue
                facts = _facts(told, case)
                expected, found = _expected(_one(node, "expected")), decided(engine, tables[decision], facts)
                is_same = found == expected or (
                    isinstance(expected, list) and _in_any_order(tables[decision], found, expected)
                )
                yield Outcome(name, "passed" if is_same else "failed", "" if is_same else f"{found} for {expected}")


def engine_of(written: str) -> Engine:
    """Return what decides policies.

    Raises:
        PolicyErrors: they have errors.
    """
    loaded = load_sources([Source("kit.policy", written)])
    if loaded.errors:
        raise PolicyErrors(loaded.errors)
    return Engine(loaded.document, loaded.core)


def decided(engine: Engine, table: Table, facts: Mapping[str, Json]) -> Json:
    """Return what a table comes to: a value, one by the name of each output, or a list of them."""
    answer = engine.decide(Query(tuple(rules_asked([table])), date(2026, 1, 1), {"facts": facts}))
    found = {one.rule: one for one in answer.decisions}
    if table.is_reckoned:
        amount = found[f"payment.{table.name}"].amount
        return None if amount is None else _plain(str(range_json(amount)))
    if table.is_of_several:
        hits = [row for number, row in enumerate(table.rows) if _holds(found[f"entitlement.{table.name}_{number}"])]
        order = [row for row in table.ordered() if any(row is hit for hit in hits)]
        return [_told(table, [given(one) for one in row.gives]) for row in order]
    values = [
        next(value for rule, value in names_of(table, column).items() if _holds(found[rule]))
        for column in range(len(table.outputs))
    ]
    return _told(table, values)


def _holds(decision: Decision) -> bool:
    return decision.eligibility == "eligible"


def _told(table: Table, values: Sequence[str]) -> Json:
    if all(value == "" for value in values):
        return None
    plain = [_plain(value) for value in values]
    return plain[0] if len(plain) == 1 else dict(zip((one.name for one in table.outputs), plain, strict=True))


def _in_any_order(table: Table, found: Json, expected: list[Json]) -> bool:
    return (
        table.policy == "COLLECT" and isinstance(found, list) and sorted(map(str, found)) == sorted(map(str, expected))
    )


def _facts(told: Model, case: Element) -> dict[str, Json]:
    facts: dict[str, Json] = {}
    for node in (one for one in case if _tag(one) == "inputNode"):
        for name, value in _values(str(node.get("name")), node):
            if name in told.inputs and value is not None:
                is_flag = told.inputs[name] == "boolean"
                facts[slug(name)] = value == "true" if is_flag else value
    return facts


def _values(name: str, node: Element) -> Iterator[tuple[str, str | None]]:
    for one in node:
        if _tag(one) == "component":
            yield from _values(f"{name}.{one.get('name')}", one)
        elif _tag(one) == "value":
            yield name, None if one.get(NIL) == "true" else (one.text or "").strip()


def _expected(node: Element) -> Json:
    for one in node:
        match _tag(one):
            case "value":
                return None if one.get(NIL) == "true" else _plain((one.text or "").strip())
            case "list":
                return [_expected(item) for item in one if _tag(item) == "item"]
            case "component":
                return {str(part.get("name")): _expected(part) for part in node if _tag(part) == "component"}
    return None


def _plain(told: str) -> Json:
    """Return a number as a decimal, and any other value as it is written."""
    try:
        return Decimal(told).normalize()
    except ArithmeticError:
        return told


def _tag(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _named(element: Element, tag: str) -> Iterator[Element]:
    return (one for one in element if _tag(one) == tag)


def _one(element: Element, tag: str) -> Element:
    return next(_named(element, tag))


def main(folder: str) -> int:
    """Print what comes of the cases of all models in a folder; return 1 where one failed."""
    found = [one for path in sorted(Path(folder).rglob("*.dmn")) for one in outcomes(path)]
    for one in found:
        if one.how == "failed":
            sys.stdout.write(f"failed: {one.case}: {one.why}\n")
    why = Counter(one.why for one in found if one.how == "out")
    for reason, many in why.most_common():
        sys.stdout.write(f"out: {many} cases: {reason}\n")
    counted = Counter(one.how for one in found)
    sys.stdout.write(f"{counted['passed']} passed, {counted['failed']} failed, {counted['out']} out, of {len(found)}\n")
    return 1 if counted["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
