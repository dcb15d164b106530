"""The query of rules in the words of an engine, for a warehouse that holds the tables of facts itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from evaluator.columnar.known import Known
from evaluator.columnar.layout import PARTNER
from evaluator.columnar.query import Lowered, RuleColumns, lower
from evaluator.columnar.stopped import Stopped
from evaluator.columnar.terms import Term, column
from evaluator.engine import Engine

DIALECTS = ("bigquery", "databricks", "duckdb", "postgres", "snowflake", "spark", "trino")
_WIDE = {
    "bigquery": "BIGNUMERIC",
    "duckdb": "INT128",
}
"""The type of whole numbers of 38 digits, where it is not DECIMAL(38, 0)."""


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
    lowered = lower(engine, rules, as_of, known)
    if not lowered.rules:
        why = "; ".join(f"{rule}: {text}" for rule, text in list(lowered.refused.items())[:3])
        raise Stopped(f"no rule of these is written as SQL ({why})", "ask for others with --rules")
    query = lowered.query(_outputs(lowered))
    _in_words_of(query, dialect)
    with _no_warning(dialect):
        text = query.sql(dialect, pretty=True, unsupported_level=ErrorLevel.RAISE)
    head = f"-- {engine.core.title or engine.core.package}, as of {as_of}; policies {engine.core.digest}\n"
    return Emitted(f"{head}{text}\n", len(lowered.rules), lowered.refused)


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
    for (code, day, projected), term in rule.unmet:
        told = f"|{day}" if day is not None else ""
        yield f"{rule.rule}|unmet|{code}{told}{'|projected' if projected else ''}", term


def _in_words_of(query: exp.Select, dialect: str) -> None:
    """Write the types of whole numbers as the dialect has them."""
    wide = exp.DataType.build(
        _WIDE.get(dialect, "DECIMAL(38, 0)"), dialect="duckdb" if dialect not in _WIDE else dialect
    )
    for one in list(query.find_all(exp.DataType)):
        if one.this == exp.DataType.Type.INT128:
            one.replace(wide.copy())


@contextmanager
def _no_warning(dialect: str) -> Iterator[None]:
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
