"""``merit test --generate``: scenarios for what no scenario tries of a rule, to be confirmed by a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import yaml

from cli.console import CLEAN, Broken, fail_usage
from cli.scenario_files import ReadFile, run_files
from dsl.core.calendar import month_of, month_text
from evaluator.engine import Engine, UnknownRule
from review.scenarios.coverage import Coverage
from review.scenarios.generate import Generated, Partners, generate
from review.scenarios.given import CERTIFICATIONS, DEFAULTS, EARNED, UNTOLD, Given

Json = Any

_HEAD = """\
# Made by `merit test --generate {rule}`. These say what is decided, not what is meant, and wait for a person:
# hold each against the rule's source, put it where it belongs, cite the source, and take `review: true` out.
"""


def write_missing(engine: Engine, files: Sequence[ReadFile], name: str, out: str | None) -> int:
    """Write the missing scenarios of a rule to a file, or print them, and return the exit code."""
    try:
        rules = engine.rules(name)
    except UnknownRule as error:
        advice = f"; did you mean `{error.suggestion}`?" if error.suggestion else ""
        fail_usage(f"--generate: {error}{advice}")
    if out is not None and Path(out).exists():
        fail_usage(f"--out: there is a `{out}` already; name a new file")
    seen = Coverage(engine.core)
    run_files(engine, files, seen.watch)
    made: list[tuple[str, Generated]] = []
    partners = Partners(engine, [one.file for one in files])
    for rule in rules:
        found = generate(engine, rule.id, seen, partners)
        made.extend((rule.id, one) for one in found.made)
        for covered, aspect in found.left:
            part = covered.part
            click.echo(f"{part.place}: {part.kind} {part.name}: I could not make the case `{aspect}`", err=True)
    if not made:
        click.echo(f"nothing to write for `{name}`", err=True)
        return CLEAN
    text = as_yaml(name, made)
    if out is None:
        click.echo(text, nl=False)
        return CLEAN
    try:
        Path(out).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Broken([f"error: `{out}` cannot be written: {error.strerror}"]) from error
    click.echo(f"{len(made)} {'scenario' if len(made) == 1 else 'scenarios'} for review in {out}")
    return CLEAN


def as_yaml(name: str, made: Iterable[tuple[str, Generated]]) -> str:
    """Return generated scenarios as a scenario file; partners are written once."""
    partners: dict[str, Json] = {}
    names: dict[str, str] = {}
    scenarios: list[Json] = []
    for rule, one in made:
        given = one.change.over(one.start.given, one.as_of)
        told = _told(given)
        scenario: dict[str, Json] = {"name": one.name, "review": True}
        base = _told(one.start.given)
        added = _added(base, told)
        if added is None:
            base, added = told, {}
        if base:
            key = repr(base)
            if key not in names:
                names[key] = f"partner_{len(names) + 1}"
                partners[names[key]] = base
            scenario["partner"] = names[key]
        if added:
            scenario["with"] = added
        scenarios.append({**scenario, "as_of": str(one.as_of), "expect": {rule: one.expected}})
    data = {**({"partners": partners} if partners else {}), "scenarios": scenarios}
    return _HEAD.format(rule=name) + dumped(data)


def dumped(data: Json) -> str:
    """Return data as YAML in the manner of scenario files."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=118)


def _added(base: dict[str, Json], told: dict[str, Json]) -> dict[str, Json] | None:
    """Return what `with` says to come from one partner to the other; None where something has to be left out."""
    for part in ("facts", "records"):
        if not set(base.get(part, {})) <= set(told.get(part, {})):
            return None
    if "certified" in base and "certified" not in told:
        return None
    result: dict[str, Json] = {}
    for part in ("facts", "records"):
        new = {n: value for n, value in told.get(part, {}).items() if base.get(part, {}).get(n) != value}
        if new:
            result[part] = new
    if "certified" in told and told["certified"] != base.get("certified"):
        result["certified"] = told["certified"]
    return result


def _told(given: Given) -> dict[str, Json]:
    """Return what is told of a partner as a scenario file writes it."""
    facts = {name: placed.value for name, placed in given.facts.items()}
    records = {name: _months(rows.json()) for name, rows in given.records.items()}
    told: dict[str, Json] = {"facts": facts, "records": {name: _in_short(name, rows) for name, rows in records.items()}}
    rows = records.get(CERTIFICATIONS)
    if isinstance(rows, list) and all(len(row) == 4 for row in rows):
        del told["records"][CERTIFICATIONS]
        told["certified"] = _certified(rows)
    return {name: value for name, value in told.items() if value or name == "certified"}


def _in_short(name: str, rows: Json) -> Json:
    """Leave to their defaults what rows say by themselves then; what they leave out is `unknown`."""
    defaults = DEFAULTS.get(name, {})
    if isinstance(rows, dict):
        return {**rows, "rows": _in_short(name, rows["rows"])}
    untold = dict.fromkeys(defaults, UNTOLD)
    return [{key: v for key, v in {**untold, **row}.items() if v != defaults.get(key, object)} for row in rows]


def _certified(rows: Sequence[Json]) -> list[Json]:
    people: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        people.setdefault((row["certification"], row["earned"], row["expires"]), []).append(row["person"])
    result: list[Json] = []
    for (certification, earned, expires), names in people.items():
        one: dict[str, Json] = {"people": names, "certification": certification}
        if earned != EARNED:
            one["earned"] = earned
        if expires != "none":
            one["expires"] = expires
        result.append(one)
    return result


def _months(rows: Json) -> Json:
    """Write rows that differ by their month alone, one month after the other, as one row with a range of months."""
    if not isinstance(rows, list) or not all("month" in row for row in rows):
        return rows
    result: list[Json] = []
    for _, alike in groupby(rows, key=lambda row: [item for item in row.items() if item[0] != "month"]):
        found = list(alike)
        first, last = found[0]["month"], found[-1]["month"]
        if [row["month"] for row in found] == [month_text(m) for m in range(month_of(first), month_of(last) + 1)]:
            result.append({**found[0], "month": first if first == last else f"{first}..{last}"})
        else:
            result.extend(found)
    return result


class _Dumper(yaml.SafeDumper):
    """Writes scenario files as people do: lists indented, what stands twice written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write out what stands twice."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their key."""
        super().increase_indent(flow, False)


# Dates are texts in scenario files and need no quotes.
_Dumper.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    tag = "tag:yaml.org,2002:float" if "." in text else "tag:yaml.org,2002:int"
    return dumper.represent_scalar(tag, text)


def _row(dumper: yaml.SafeDumper, value: dict[str, Json]) -> yaml.Node:
    flat = not any(isinstance(item, dict) or (isinstance(item, list) and any(isinstance(x, dict) for x in item))
                   for item in value.values())  # fmt: skip
    node = dumper.represent_dict(value)
    node.flow_style = flat and len(value) > 1 and not re.search("as_of|eligibility|name", " ".join(value))
    return node


_Dumper.add_representer(Decimal, _number)
_Dumper.add_representer(dict, _row)
