"""The query of rules in the words of an engine, for a warehouse that holds the tables of facts itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from dsl.core import Core
from evaluator.columnar.known import Known
from evaluator.columnar.layout import PARTNER, layout_of
from evaluator.columnar.query import Lowered, RuleColumns, lower
from evaluator.columnar.source import sql_table
from evaluator.columnar.stopped import Stopped
from evaluator.columnar.terms import Term, column, told
from evaluator.engine import Engine

DIALECTS = ("bigquery", "databricks", "duckdb", "postgres", "snowflake", "spark", "trino")
_WIDE = {
    "bigquery": "BIGNUMERIC",
    "duckdb": "INT128",
}
"""The type of whole numbers of 38 digits, where it is not DECIMAL(38, 0)."""
_LONGEST = {"postgres": 63}
"""Bytes of a name, where an engine cuts those that are longer."""
_MOST_COLUMNS = {"postgres": 1_600}
"""Columns of one query, where an engine has so few that rules may pass it."""


@dataclass(frozen=True, slots=True)
class Emitted:
    """A query, and the rules that are not in it, with why."""

    text: str
    rules: int
    refused: Mapping[str, str]


def emit(engine: Engine, rules: Sequence[str], as_of: date, dialect: str, known: Known) -> Emitted:
    """Return the query of rules in a dialect.

    Args:
        engine: whose rules.
        rules: their ids.
        as_of: the day that is decided.
        dialect: one of ``DIALECTS``.
        known: what is known of the tables.

    Raises:
        Stopped: the dialect has no words for something in it, or no rule can be written.
    """
    lowered = lower(engine, rules, as_of, known, says_missing=False)
    if not lowered.rules:
        why = "; ".join(f"{rule}: {text}" for rule, text in list(lowered.refused.items())[:3])
        raise Stopped(f"no rule of these is written as SQL ({why})", "ask for others with --rules")
    outputs = _named_in(dialect, _outputs(lowered))
    query = lowered.query(outputs)
    most = _MOST_COLUMNS.get(dialect)
    if most is not None and max(len(one.expressions) for one in query.find_all(exp.Select)) > most:
        raise Stopped(
            f"the query of {len(lowered.rules)} rules has more than the {most:,} columns that {dialect} allows",
            "ask for fewer rules at once with --rules",
        )
    query = in_words_of(query, dialect)
    with no_warning(dialect):
        text = query.sql(dialect, pretty=True, unsupported_level=ErrorLevel.RAISE)
    head = f"-- {engine.core.title or engine.core.package}, as of {as_of}; policies {engine.core.digest}\n"
    return Emitted(f"{head}{text}\n", len(lowered.rules), lowered.refused)


def emit_layout(core: Core, dialect: str) -> str:
    """Return the statements that make the tables of a vocabulary in a dialect, without rows.

    Raises:
        NamesAlike: two names of the vocabulary would be one column.
        Stopped: the dialect has no words for something in it.
    """
    made: list[str] = []
    for table in layout_of(core).tables:
        columns = [
            exp.ColumnDef(
                this=exp.to_identifier(one.name, quoted=True), kind=exp.DataType.build(one.sql_type, dialect="duckdb")
            )
            for one in table.columns
        ]
        name = exp.to_identifier(sql_table(table.name), quoted=True)
        statement = exp.Create(this=exp.Schema(this=exp.Table(this=name), expressions=columns), kind="TABLE")
        with no_warning(dialect):
            made.append(statement.sql(dialect, pretty=True, unsupported_level=ErrorLevel.RAISE))
    return ";\n".join(made) + ";\n"


def _outputs(lowered: Lowered) -> dict[str, Term]:
    found: dict[str, Term] = {PARTNER: column(PARTNER)}
    for rule in lowered.rules.values():
        found.update(_of_rule(rule))
    return found


def _of_rule(rule: RuleColumns) -> Iterator[tuple[str, Term]]:
    if rule.eligible is not None:
        yield rule.rule, rule.eligible
    for name, ends in (("points", rule.points), ("amount", rule.amount)):
        if ends is not None:
            yield from zip((f"{rule.rule}|{name}", f"{rule.rule}|{name}_to"), ends, strict=True)
    if rule.stage is not None:
        yield f"{rule.rule}|stage", rule.stage
    if rule.held is not None:
        yield from ((f"{rule.rule}|held", rule.held.held), (f"{rule.rule}|since", rule.held.since))
    yield f"{rule.rule}|settled", rule.settled
    for name, term in rule.options:
        yield f"{rule.rule}|option|{name}", term
    for index, ((code, day, projected), term) in enumerate(rule.unmet):
        moves = isinstance(day, exp.Expression)
        # Of a window it is told by the column of its day; a rule can ask for several windows.
        told = f"|window {index}" if moves else f"|{day}" if day is not None else ""
        name = f"{rule.rule}|unmet|{code}{told}{'|projected' if projected else ''}"
        yield name, term
        if isinstance(day, exp.Expression):
            yield f"{name}|on", day


def name_in(dialect: str, name: str) -> str:
    """Return a column's name as the dialect keeps it: of one that is too long the rest is a hash."""
    longest = _LONGEST.get(dialect)
    if longest is None or len(name.encode()) <= longest:
        return name
    return f"{name.encode()[: longest - 9].decode(errors='ignore')}~{sha256(name.encode()).hexdigest()[:8]}"


def _named_in(dialect: str, outputs: Mapping[str, Term]) -> dict[str, Term]:
    found = {name_in(dialect, name): term for name, term in outputs.items()}
    if len(found) != len(outputs):
        raise Stopped("two columns would have one name", "ask for fewer rules at once with --rules")
    return found


def in_words_of(query: exp.Select, dialect: str) -> exp.Select:
    """Return a query in which what every engine has is in the words of one: types, the value of the latest row, stages."""
    # Terms are shared by what they stand in; what is put in the place of one is put there alone.
    query = query.copy()
    wide = exp.DataType.build(
        _WIDE.get(dialect, "DECIMAL(38, 0)"), dialect="duckdb" if dialect not in _WIDE else dialect
    )
    for one in list(query.find_all(exp.DataType)):
        if one.this == exp.DataType.Type.INT128:
            one.replace(wide.copy())
    if dialect in ("spark", "databricks"):
        for quotient in list(query.find_all(exp.IntDiv)):
            quotient.replace(_whole_quotient(quotient.this, quotient.expression))
    if dialect == "postgres":
        for latest in list(query.find_all(exp.ArgMax)):
            latest.replace(_first_of(latest.this, latest.expression))
        for stage in query.find_all(exp.Subquery):
            # Else each column of a stage is written out wherever it is read, and that again in the next one.
            stage.this.offset(0, copy=False)
    return query


def _whole_quotient(above: Term, below: Term) -> Term:
    """Return a quotient that is a whole number: Spark's ``div`` is one of 64 bits, its ``/`` of integers a fraction."""
    wide = exp.DataType.build("DECIMAL(38, 0)")
    ends = [exp.Cast(this=one.copy(), to=wide.copy()) for one in (above, below)]
    return exp.Cast(this=exp.Div(this=ends[0], expression=ends[1], typed=True, safe=False), to=wide.copy())


def _first_of(value: Term, key: Term) -> Term:
    """Return the value of the row with the largest key, of those that have one."""
    there = exp.Case(ifs=[exp.If(this=told(key), true=value.copy())])
    order = exp.Order(expressions=[exp.Ordered(this=key.copy(), desc=True, nulls_first=False)])
    every = exp.ArrayAgg(this=exp.Order(this=there, expressions=order.expressions))
    return exp.Bracket(this=exp.Paren(this=every), expressions=[exp.Literal.number(1)], offset=1)


@contextmanager
def no_warning(dialect: str) -> Iterator[None]:
    """Take what sqlglot warns of as an error: it writes something else than is meant."""
    told: list[str] = []
    heard = logging.Handler(logging.WARNING)
    heard.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("sqlglot")
    logger.addHandler(heard)
    try:
        yield
    except UnsupportedError as error:
        told.append(str(error))
    finally:
        logger.removeHandler(heard)
    if told:
        raise Stopped(
            f"{dialect} has no words for something in the query: {told[0]}",
            "take another dialect, or leave rules out with --rules",
        )
