"""Decision tables of DMN as policies: what a table says, in the words of this language.

A column of outputs becomes a measure, the first case that applies in the order that the hit policy asks for; what is added
up becomes a total of cases; and where several rules may count, each is a right of its own. What of FEEL a table says
beside the plain tests of its cells is not converted, and told as ``Out``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, parse

NOTHING = "no_rule"
"""What a table comes to where no rule applies."""


class Out(Exception):
    """What a model says that is not converted; the argument says what."""


@dataclass(frozen=True)
class Output:
    """A column of outputs."""

    name: str
    is_text: bool
    values: tuple[str, ...]
    """The values that it may have, in the order of their priority; where none is told, that of the rules."""


@dataclass(frozen=True)
class Row:
    """A rule of a table: what it tests of each input, and what it gives in each column."""

    tests: tuple[str, ...]
    gives: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A decision that is a table."""

    decision: str
    policy: str
    """Hit policy, with its aggregation: ``UNIQUE``, ``COLLECT SUM``."""
    inputs: tuple[str, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        """Its name in the policies."""
        return slug(self.decision)

    @property
    def is_of_several(self) -> bool:
        """Whether it gives a list: what each rule gives that applies."""
        return self.policy in ("RULE ORDER", "OUTPUT ORDER", "COLLECT")

    @property
    def is_reckoned(self) -> bool:
        """Whether what the rules give that apply is added up, or they are counted."""
        return self.policy in ("COLLECT SUM", "COLLECT COUNT")

    def ordered(self) -> list[Row]:
        """Return the rules in the order in which the hit policy looks at them.

        Raises:
            Out: the order hangs on values that are not known before.
        """
        match self.policy:
            case "PRIORITY" | "OUTPUT ORDER":
                return sorted(self.rows, key=self._priority)
            case "COLLECT MIN" | "COLLECT MAX":
                return sorted(
                    self.rows, key=lambda row: float(figure(row.gives[0])), reverse=self.policy.endswith("MAX")
                )
            case _:
                return list(self.rows)

    def _priority(self, row: Row) -> list[int]:
        ranks = zip(self.outputs, row.gives, strict=True)
        return [output.values.index(text(given)) for output, given in ranks if output.values and output.is_text]


@dataclass
class Model:
    """The tables of a model, and the types of what it is told."""

    inputs: dict[str, str] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    out: dict[str, str] = field(default_factory=dict)
    """Decisions that are not converted, and why."""


def model(path: str) -> Model:
    """Read a model: its tables, and the decisions that are none."""
    root = parse(path).getroot()
    found = Model()
    for data in _all(root, "inputData"):
        found.inputs.update(_plain_inputs(root, str(data.get("name")), _one(data, "variable").get("typeRef") or ""))
    for decision in _all(root, "decision"):
        name = str(decision.get("name"))
        try:
            tables = list(_all(decision, "decisionTable"))
            if not tables:
                raise Out("no table")
            table = _table(root, decision, tables[0])
            _rules(found, table)
        except Out as error:
            found.out[name] = str(error)
        else:
            found.tables.append(table)
    return found


def _plain_inputs(root: Element, name: str, of: str) -> Iterator[tuple[str, str]]:
    """Yield the plain values of an input: itself, or the components of its structure."""
    kind = of.rsplit(":", 1)[-1]
    if kind in TYPES:
        yield name, kind
    for definition in (one for one in root if _tag(one) == "itemDefinition" and one.get("name") == kind):
        components = [one for one in definition if _tag(one) == "itemComponent"]
        for one in components:
            yield from _plain_inputs(root, f"{name}.{one.get('name')}", _text(one, "typeRef") or "")
        if not components and definition.get("isCollection") != "true":
            yield from _plain_inputs(root, name, _text(definition, "typeRef") or "")


def _table(root: Element, decision: Element, table: Element) -> Table:
    policy = table.get("hitPolicy") or "UNIQUE"
    aggregation = table.get("aggregation")
    rows = tuple(
        Row(
            tuple(_required(entry, "text") for entry in _all(rule, "inputEntry")),
            tuple(_required(entry, "text") for entry in _all(rule, "outputEntry")),
        )
        for rule in _all(table, "rule")
    )
    outputs = tuple(
        Output(
            output.get("name") or str(decision.get("name")),
            any(row.gives[index].startswith('"') for row in rows),
            _values(root, decision, output),
        )
        for index, output in enumerate(_all(table, "output"))
    )
    inputs = tuple(_required(_one(one, "inputExpression"), "text") for one in _all(table, "input"))
    return Table(str(decision.get("name")), f"{policy} {aggregation}" if aggregation else policy, inputs, outputs, rows)


def _values(root: Element, decision: Element, output: Element) -> tuple[str, ...]:
    """Return the values of an output, of the column or of its type."""
    for holder in _all(output, "outputValues"):
        return tuple(re.findall(r'"([^"]*)"', _required(holder, "text")))
    kind = _one(decision, "variable").get("typeRef")
    for definition in _all(root, "itemDefinition"):
        if definition.get("name") == kind:
            for allowed in definition:
                if _tag(allowed) == "allowedValues":
                    return tuple(re.findall(r'"([^"]*)"', _required(allowed, "text")))
    return ()


# ---- writing

TYPES = {"number": "number", "string": "text", "boolean": "flag", "date": "date"}
"""How the language calls the types of inputs."""


def policies(model: Model) -> str:
    """Return the policies that say what the tables of a model say."""
    lines = ['package kit "Decision tables"', "", "facts {"]
    lines += [f"  {slug(name)}: {TYPES[kind]} {quoted(name)}" for name, kind in model.inputs.items()]
    lines.append("}")
    for table in model.tables:
        lines += ["", *_rules(model, table)]
    return "\n".join(lines) + "\n"


def _rules(model: Model, table: Table) -> list[str]:
    """Return the rules that say what a table says.

    Raises:
        Out: a cell says something that is not converted.
    """
    conditions = [_condition(model, table, row) for row in table.rows]
    at = {id(row): condition for row, condition in zip(table.rows, conditions, strict=True)}
    if table.is_of_several:
        return [
            f'entitlement {table.name}_{number} {{ requires {{ applies "Rule {number + 1}": {condition} }} }}'
            for number, condition in enumerate(conditions)
        ]
    if table.is_reckoned:
        gives = ["1" if table.policy.endswith("COUNT") else figure(row.gives[0]) for row in table.rows]
        parts = [f"({given} USD when {one}, otherwise 0 USD)" for given, one in zip(gives, conditions, strict=True)]
        return [f"payment {table.name} {{ amount {' + '.join(parts)} }}"]
    lines: list[str] = []
    for column, output in enumerate(table.outputs):
        own = f"{table.name}_{slug(output.name)}"
        names = list(dict.fromkeys(_value(row.gives[column]) for row in table.ordered()))
        lines.append(f"measure {own} {quoted(output.name)}: one of {', '.join((*names, NOTHING))} = first of {{")
        lines += [f"  {_value(row.gives[column])} when {at[id(row)]}" for row in table.ordered()]
        lines += [f"  {NOTHING} otherwise", "}"]
        lines += [
            f'entitlement {own}_is_{name} {{ requires {{ comes_to "Comes to": {own} = {name} }} }}'
            for name in (*names, NOTHING)
        ]
    return lines


def _condition(model: Model, table: Table, row: Row) -> str:
    tests = zip(table.inputs, row.tests, strict=True)
    found = [test(model, told, cell.strip()) for told, cell in tests if cell.strip() != "-"]
    return " and ".join(found) or "1 = 1"


def test(model: Model, told: str, cell: str) -> str:
    """Return the condition that a cell asks of an input.

    Raises:
        Out: it asks something else than equality, order or a range.
    """
    if told not in model.inputs:
        raise Out("an input that is an expression")
    name, kind = slug(told), model.inputs[told]
    if kind == "boolean":
        if cell not in ("true", "false"):
            raise Out(f"the cell `{cell}`")
        return name if cell == "true" else f"not {name}"
    if kind == "string":
        values = re.findall(r'"([^"]*)"', cell)
        if re.sub(r'"[^"]*"|[,\s]', "", cell) or not values:
            raise Out(f"the cell `{cell}`")
        asked = " or ".join(f"{name} = {quoted(value)}" for value in values)
        return f"({asked})" if len(values) > 1 else asked
    if found := re.fullmatch(r"([\[\]\(])\s*(.+?)\s*\.\.\s*(.+?)\s*([\[\]\)])", cell):
        opens, low, high, closes = found.groups()
        over, under = ">=" if opens == "[" else ">", "<=" if closes == "]" else "<"
        return f"{name} {over} {_end(model, low)} and {name} {under} {_end(model, high)}"
    if found := re.fullmatch(r"(<=|>=|<|>|)\s*(.+)", cell):
        return f"{name} {found[1] or '='} {_end(model, found[2])}"
    raise Out(f"the cell `{cell}`")


def _end(model: Model, written: str) -> str:
    if found := re.fullmatch(r'date\("(\d{4}-\d\d-\d\d)"\)', written):
        return found[1]
    if written in model.inputs:
        return slug(written)
    return figure(written)


def figure(written: str) -> str:
    """Return a number as written.

    Raises:
        Out: it is none.
    """
    if not re.fullmatch(r"-?\d+(\.\d+)?", written.strip()):
        raise Out(f"the value `{written.strip()}`")
    return written.strip()


def text(written: str) -> str:
    """Return the text that an output gives.

    Raises:
        Out: it is none.
    """
    found = re.fullmatch(r'\s*"([^"]*)"\s*', written)
    if found is None:
        raise Out(f"the value `{written.strip()}`")
    return found[1]


def _value(written: str) -> str:
    """Return what an output gives, as a name."""
    return f"v_{slug(text(written) if written.strip().startswith(chr(34)) else written)}"


def given(written: str) -> str:
    """Return what an output gives, as test cases tell it."""
    return text(written) if written.strip().startswith('"') else written.strip()


def names_of(table: Table, column: int) -> dict[str, str]:
    """Return the rights that say what a column comes to, with what test cases call that."""
    own = f"{table.name}_{slug(table.outputs[column].name)}"
    found = {f"entitlement.{own}_is_{_value(row.gives[column])}": given(row.gives[column]) for row in table.rows}
    return {**found, f"entitlement.{own}_is_{NOTHING}": ""}


def slug(told: str) -> str:
    """Return a text as a name of the language."""
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", told).lower()).strip("_")
    return f"n_{plain}" if not plain[:1].isalpha() else plain


def quoted(told: str) -> str:
    """Return a text in quotes."""
    return f'"{told}"'


# ---- XML, whatever version of the standard it is of


def _tag(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _all(element: Element, tag: str) -> Iterator[Element]:
    return (one for one in element.iter() if _tag(one) == tag)


def _one(element: Element, tag: str) -> Element:
    found = next(_all(element, tag), None)
    if found is None:
        raise Out(f"no {tag}")
    return found


def _text(element: Element, tag: str) -> str | None:
    return next((one.text for one in _all(element, tag)), None)


def _required(element: Element, tag: str) -> str:
    found = _text(element, tag)
    if found is None:
        raise Out(f"no {tag}")
    return found


def rules_asked(tables: Sequence[Table]) -> list[str]:
    """Return the rules that tell what tables come to."""
    asked: list[str] = []
    for table in tables:
        if table.is_of_several:
            asked += [f"entitlement.{table.name}_{number}" for number in range(len(table.rows))]
        elif table.is_reckoned:
            asked.append(f"payment.{table.name}")
        else:
            asked += [name for column in range(len(table.outputs)) for name in names_of(table, column)]
    return asked
