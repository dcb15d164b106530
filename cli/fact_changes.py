"""Changes of facts as options of a command: ``--set NAME=VALUE``, ``--without FIELD=VALUE``, ``--with FIELD=VALUE``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from cli.console import fail_usage
from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.diagnostics import listed, proposed
from evaluator.acceptance.facts_schema import FactProblem
from evaluator.whatif.changes import Changes

Json = Any

_NEXT_FIELD = re.compile(r",\s*(?=[a-z][a-z0-9_.]*=)")
_NUMBER = re.compile(r"(-?[0-9][0-9,]*(?:\.[0-9]+)?)")


class Told(NamedTuple):
    """Changes, and the option that each of them was written as, by its pointer."""

    changes: Changes
    written: dict[str, str]

    def problem(self, problem: FactProblem) -> str:
        """Return a problem of the changes as a line that begins with its option."""
        pointer = problem.pointer
        while pointer not in self.written and pointer:
            pointer = pointer.rpartition("/")[0]
        advice = f"; {problem.help}" if problem.help else ""
        return f"{self.written.get(pointer, 'the changes')}: {problem.message}{advice} [{problem.code}]"


def read_changes(core: c.Core, told: Iterable[str], without: Iterable[str], more: Iterable[str]) -> Told:
    """Read the options; leave with exit code 2 where one is not of its form.

    Args:
        core: whose vocabulary: a value is read by the type of what it is of.
        told: as ``NAME=VALUE``.
        without: as ``[LIST.]FIELD=VALUE, FIELD=VALUE``.
        more: the same.
    """
    written: dict[str, str] = {}
    facts: dict[str, Json] = {}
    types = {name: one.type for name, one in core.facts.items()} | {name: one.type for name, one in core.named.items()}
    for text in told:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not name:
            fail_usage(f"--set {text}: write NAME=VALUE, for example {_example(core)}")
        if name in facts:
            fail_usage(f"--set {text}: `{name}` is set twice; keep one of them")
        facts[name] = value_of(value, types.get(name))
        written[f"/set/{name}"] = f"--set {text}"
    taken = _records(core, "without", without, written)
    return Told(Changes(facts, taken, _records(core, "with", more, written)), written)


def _example(core: c.Core) -> str:
    return next((f"{name}=3" for name, one in core.facts.items() if one.type.kind == "count"), "azure_adds=3")


def _records(core: c.Core, option: str, texts: Iterable[str], written: dict[str, str]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for text in texts:
        name, row = _record(core, f"--{option} {text}", text)
        rows = found.setdefault(name, [])
        written[f"/{option}/{name}/{len(rows)}"] = f"--{option} {text}"
        rows.append(row)
    return found


def _record(core: c.Core, said: str, text: str) -> tuple[str, dict[str, Json]]:
    """Return the list that a record is of, and its fields."""
    lists = {**core.records, **BUILT_IN}
    row: dict[str, Json] = {}
    chosen: str | None = None
    for part in _NEXT_FIELD.split(text):
        field, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not field:
            fail_usage(f"{said}: write FIELD=VALUE, for example award=designation.security")
        prefix, dot, own = field.rpartition(".")
        if dot and prefix not in lists:
            advice = proposed(prefix, lists, f"known are {listed(sorted(lists))}")
            fail_usage(f"{said}: there is no list `{prefix}`; {advice}")
        chosen = prefix if dot else chosen or next((one for one in BUILT_IN if own in BUILT_IN[one].fields), None)
        if chosen is None:
            known = sorted({field for one in BUILT_IN.values() for field in one.fields})
            of_lists = [f"{one}.{own}" for one, declared in lists.items() if own in declared.fields]
            advice = (
                f"write {listed(of_lists, most=3)}"
                if of_lists
                else proposed(own, known, "name its list, as in customers.seats=30")
            )
            fail_usage(f"{said}: I do not know the field `{own}`; {advice}")
        declared = lists[chosen].fields.get(own)
        row[own] = value_of(value, declared.type if declared is not None else None)
    return chosen or "", row


def value_of(text: str, type_: c.Type | None) -> Json:
    """Return the value that a text is of a type; what it cannot be stays a text, which the vocabulary refuses."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    if type_ is None:
        return text
    if type_.kind == "flag":
        return {"true": True, "yes": True, "false": False, "no": False}.get(text.lower(), text)
    if type_.is_numeric and _NUMBER.fullmatch(text):
        try:
            number = Decimal(text.replace(",", ""))
        except InvalidOperation:
            return text
        return int(number) if number == number.to_integral_value() and "." not in text else number
    return text
