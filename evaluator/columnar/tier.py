"""The tier of SQL: what rules decide of the partners of a slice, as far as it is settled there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
from sqlglot import exp

from evaluator.columnar.database import named, quoted
from evaluator.columnar.layout import Table
from evaluator.columnar.query import Lowered, RuleColumns
from evaluator.columnar.results import DIGITS, PLACES
from evaluator.columnar.rows import Slice
from evaluator.columnar.source import sql_table
from evaluator.columnar.steps import Step
from evaluator.columnar.tables import Facts

_EXACT = f"DECIMAL({DIGITS},{PLACES})"
_CODE = 'STRUCT(code VARCHAR, "on" DATE, projected BOOLEAN)[]'
_OPTIONS = "STRUCT(option VARCHAR, decision VARCHAR)[]"
_MISSING = 'STRUCT(kind VARCHAR, pointer VARCHAR, "on" DATE)[]'
COLUMNS = {
    "number": "INTEGER", "partner": "VARCHAR", "rule": "VARCHAR", "in_force": "BOOLEAN", "decision": "VARCHAR",
    "points": _EXACT, "points_to": _EXACT, "amount": _EXACT, "amount_to": _EXACT, "currency": "VARCHAR",
    "stage": "VARCHAR", "options": _OPTIONS, "standing": "VARCHAR", "since": "DATE", "until": "DATE", "unmet": _CODE,
    "missing": _MISSING,
}  # fmt: skip
"""The columns of decisions while a slice is decided: those of the result, and the number of the rule."""

_WORTH_IT = ("unused_columns", "column_lifetime")
"""What DuckDB does to a query of rules before it runs it: columns that nobody reads any more are left out."""


def source(table: Table) -> str:
    """Return how a table of a slice is read."""
    return named(sql_table(table.name))


def load(base: duckdb.DuckDBPyConnection, facts: Facts, one: Slice) -> None:
    """Read the tables of a slice."""
    for table in facts.layout.tables:
        where = one.where() if facts.rows[table.name] else "FALSE"
        base.execute(f"CREATE TABLE {source(table)} AS SELECT * FROM {facts.sql(table)} WHERE {where}")
    columns = ", ".join(f"{named(name)} {type_}" for name, type_ in COLUMNS.items())
    base.execute(f"CREATE TABLE decided ({columns})")


def decide(
    base: duckdb.DuckDBPyConnection,
    lowered: Lowered,
    steps: Sequence[Step],
    numbers: Mapping[str, int],
    everybody: Sequence[int],
) -> None:
    """Decide what is settled, and note who is left to the row engine, and for which rules.

    Args:
        base: with the tables of a slice, and ``doubted``, the partners that are looked at one by one.
        lowered: the rules.
        steps: the tables of their columns, and before them those that these are made of.
        numbers: of each rule its number.
        everybody: the numbers of the rules that are left to the row engine for all partners.
    """
    every = ", ".join(map(str, [*everybody, *(numbers[rule] for rule in lowered.rules)]))
    always = ", ".join(map(str, everybody))
    base.execute("CREATE TABLE undecided (partner VARCHAR, rules INTEGER[])")
    rules = list(lowered.rules.values())
    for step in steps:
        with planned_shortly(base):
            base.execute(f"CREATE TABLE {named(step.name)} AS {step.text}")
        for name in step.drops:
            base.execute(f"DROP TABLE {named(name)}")
        if step.rules:
            _keep(base, step, {index: rules[index] for index in step.rules}, numbers)
            base.execute(f"DROP TABLE {named(step.name)}")
    base.execute(
        f"CREATE TABLE left_over AS SELECT partner, own IS NOT NULL AS is_left, CASE WHEN is_doubted THEN [{every}]"
        f" ELSE list_concat(CAST([{always}] AS INTEGER[]), COALESCE(own, CAST([] AS INTEGER[]))) END AS rules FROM"
        f" (SELECT DISTINCT partner, partner IN (SELECT partner FROM doubted) AS is_doubted FROM partners)"
        f" LEFT JOIN (SELECT partner, flatten(list(rules)) AS own FROM undecided GROUP BY partner) USING (partner)"
        f" WHERE len(rules) > 0"
    )


def _keep(
    base: duckdb.DuckDBPyConnection, step: Step, rules: Mapping[int, RuleColumns], numbers: Mapping[str, int]
) -> None:
    """Keep what is settled of a group of rules, and note who is left."""
    for index, rule in rules.items():
        base.execute(
            f"INSERT INTO decided SELECT {_row(rule, index, numbers[rule.rule])} FROM {named(step.name)}"
            f" WHERE s{index} AND partner NOT IN (SELECT partner FROM doubted)"
        )
    open_ = ", ".join(f"CASE WHEN NOT s{index} THEN {numbers[rule.rule]} END" for index, rule in rules.items())
    base.execute(
        f"INSERT INTO undecided SELECT DISTINCT ON (partner) partner, own FROM (SELECT partner,"
        f" CAST(list_filter([{open_}], lambda one: one IS NOT NULL) AS INTEGER[]) AS own FROM {named(step.name)})"
        f" WHERE len(own) > 0"
    )


@contextmanager
def planned_shortly(base: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Leave out what looks through thousands of columns again and again: planning took ten times as long as deciding.

    What is left out reorders and rewrites; the query is written in its order, each term once.
    """
    known = [name for (name,) in base.execute("SELECT name FROM duckdb_optimizers()").fetchall()]
    base.execute(f"SET disabled_optimizers = {quoted(','.join(name for name in known if name not in _WORTH_IT))}")
    try:
        yield
    finally:
        base.execute("RESET disabled_optimizers")


def _row(rule: RuleColumns, index: int, number: int) -> str:
    """Return a decision as the columns of a row."""
    eligible = _word(f"d{index}") if rule.eligible is not None else "NULL"
    if rule.eligible is None and rule.amount is not None:
        eligible = f"CASE WHEN a{index} = b{index} THEN 'decided' ELSE 'undetermined' END"
    elif rule.eligible is None and rule.stage is not None:
        eligible = f"CASE WHEN g{index} IS NULL THEN 'undetermined' ELSE 'decided' END"
    elif rule.eligible is None and rule.options:
        is_open = " OR ".join(f"o{index}_{place} IS NULL" for place in range(len(rule.options)))
        eligible = f"CASE WHEN {is_open} THEN 'undetermined' ELSE 'decided' END"
    points = f"p{index}, q{index}" if rule.points is not None else "NULL, NULL"
    amount = f"a{index}, b{index}" if rule.amount is not None else "NULL, NULL"
    currency = quoted(rule.currency) if rule.currency is not None else "NULL"
    stage = f"g{index}" if rule.stage is not None else "NULL"
    standing = "NULL, NULL, NULL"
    if rule.held is not None:
        standing = f"{_word(f'h{index}', _HELD)}, f{index}, CAST(l{index} AS DATE)"
    told: list[str] = []
    for place, ((code, day, projected), _) in enumerate(rule.unmet):
        if isinstance(day, exp.Expression):
            on = f"w{index}_{place}"
        else:
            on = f"DATE '{day}'" if day is not None else "NULL::DATE"
        what = f"{{'code': {quoted(code)}, 'on': {on}, 'projected': {str(projected).upper()}}}"
        told.append(f"CASE WHEN u{index}_{place} THEN {what} END")
    options = ", ".join(
        f"{{'option': {quoted(name)}, 'decision': {_word(f'o{index}_{place}')}}}"
        for place, (name, _) in enumerate(rule.options)
    )
    unmet = f"list_filter([{', '.join(told)}], lambda one: one IS NOT NULL)" if told else "[]"
    values: list[Any] = [
        str(number), "partner", quoted(rule.rule), str(rule.in_force).upper(), eligible, points, amount, currency, stage,
        f"[{options}]", standing, unmet, _missing(rule, index),
    ]  # fmt: skip
    return ", ".join(values)


_ELIGIBLE = ("eligible", "not_eligible")
_HELD = ("held", "not_held")


def _word(column: str, words: tuple[str, str] = _ELIGIBLE) -> str:
    """Return a condition in a word."""
    return f"CASE {column} WHEN TRUE THEN '{words[0]}' WHEN FALSE THEN '{words[1]}' ELSE 'undetermined' END"


def _missing(rule: RuleColumns, index: int) -> str:
    """Return what is missing for a decision, in order."""
    plain: list[str] = []
    of_rows: list[str] = []
    for place, (gap, _) in enumerate(rule.missing):
        on = f"DATE '{gap.day}'" if gap.day is not None else "NULL::DATE"
        is_so = f"m{index}_{place}"
        if gap.rows is None:
            told = f"{{'kind': {quoted(gap.kind)}, 'pointer': {quoted(gap.pointer)}, 'on': {on}}}"
            plain.append(f"CASE WHEN {is_so} THEN {told} END")
            continue
        before = (
            f"CASE WHEN n{index}_{place} THEN {quoted(f'{gap.rows.list}/rows/')} ELSE {quoted(f'{gap.rows.list}/')} END"
        )
        pointer = f"{before} || CAST(one AS VARCHAR) || {quoted(f'/{gap.rows.field}')}"
        told = f"{{'kind': {quoted(gap.kind)}, 'pointer': {pointer}, 'on': {on}}}"
        of_rows.append(f"CASE WHEN {is_so} THEN list_transform(r{index}_{place}, lambda one: {told}) ELSE [] END")
    if not plain and not of_rows:
        return "[]"
    found = f"list_filter([{', '.join(plain)}], lambda one: one IS NOT NULL)" if plain else "[]"
    for one in of_rows:
        found = f"list_concat({found}, {one})"
    return f"list_sort(list_distinct({found}))" if of_rows else found
