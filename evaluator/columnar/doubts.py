"""Which partners of a slice may tell what is no fact: they are looked at one by one, with the schema that says why.

More may be doubted than is wrong, never less: who is not doubted is decided without being looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from dsl import core as c
from evaluator.columnar.database import named, quoted
from evaluator.columnar.layout import HISTORY, MONTH, PARTNERS, PROJECTED, Column, Layout, Table
from evaluator.limits import DIGITS, FIRST_YEAR, LAST_YEAR, MAX_ENTRIES, MAX_HISTORY, MAX_ROWS

FIRST_DAY, LAST_DAY = f"DATE '{FIRST_YEAR}-01-01'", f"DATE '{LAST_YEAR}-12-31'"
_MONTHS = (FIRST_YEAR * 12, LAST_YEAR * 12 + 11)
_TEXT = 400
_NAME = 200


def doubted(
    core: c.Core, layout: Layout, has_rows: Callable[[Table], bool], source: Callable[[Table], str]
) -> list[str]:
    """Return the queries of the partners that are doubted, each for another reason.

    Args:
        core: whose vocabulary.
        layout: the tables.
        has_rows: whether a table has any.
        source: how a table is read.
    """
    found: list[str] = []
    for table in layout.tables:
        if not has_rows(table):
            continue
        prefix = PROJECTED if table.is_projected else ""
        partners = layout[f"{prefix}{PARTNERS}"]
        tests = [test for column in table.columns for test in _of_column(column)]
        if table.name == partners.name:
            tests += [*_lists_not_told(layout, prefix)]
        elif table.name.endswith(HISTORY):
            tests.append(_of_history(core))
        elif table.records is not None:
            tests.append("row IS NULL")
            if table.records.name == "awards":
                tests.append(_of_levels(core))
        if tests:
            found.append(f"SELECT partner FROM {source(table)} WHERE {' OR '.join(f'({test})' for test in tests)}")
        if table.records is not None:
            most = MAX_ENTRIES if table.records.name == "awards" else MAX_ROWS
            found.append(f"SELECT partner FROM {source(table)} GROUP BY partner HAVING count(*) > {most}")
            told = named(f"told_{table.records.name}")
            # Rows of a list that is not told.
            found.append(
                f"SELECT l.partner FROM {source(table)} l LEFT JOIN {source(partners)} p USING (partner) WHERE p.{told} IS NOT TRUE"
            )
        if table.name.endswith(HISTORY):
            found.append(f"SELECT partner FROM {source(table)} GROUP BY partner, name HAVING count(*) > {MAX_HISTORY}")
            found.append(f'SELECT partner FROM {source(table)} GROUP BY partner, name, "from" HAVING count(*) > 1')
            found.append(_told_twice(layout, table, partners, source))
            if table.is_projected:
                found.append(f"SELECT partner FROM {source(table)} ANTI JOIN {source(partners)} USING (partner)")
        if table.name == partners.name:
            found.append(f"SELECT partner FROM {source(table)} GROUP BY partner HAVING count(*) > 1")
    return found


def _of_column(column: Column) -> Iterator[str]:
    """Yield what would be wrong in a column."""
    name = named(column.name)
    if column.name == "partner":
        yield f"length({name}) > {_NAME}"
    if column.name == MONTH or column.name.startswith("covers_"):
        yield f"{name} NOT BETWEEN {_MONTHS[0]} AND {_MONTHS[1]}"
    if column.declared is None:
        return
    type_ = column.declared.type
    match column.holds:
        case "day":
            endless = f" AND {name} <> DATE '9999-12-31'" if column.endless else ""
            yield f"{name} NOT BETWEEN {FIRST_DAY} AND {LAST_DAY}{endless}"
        case "text" if type_.kind == "choice":
            words = ", ".join(map(quoted, sorted({*type_.choices, *(told for told, _ in type_.spellings)})))
            yield f"{name} NOT IN ({words})"
        case "text":
            yield f"length({name}) > {_TEXT}"
        case "whole" | "exact":
            low = type_.low if type_.low is not None else Decimal(-(10**DIGITS))
            high = type_.high if type_.high is not None else Decimal(10**DIGITS)
            yield f"{name} NOT BETWEEN {low:f} AND {high:f}"
        case _:
            return


def _lists_not_told(layout: Layout, prefix: str) -> Iterator[str]:
    """Yield where something is said of a list that is not told, and where of its months only one end is."""
    for table in layout.lists(projected=bool(prefix)):
        if table.records is None:
            continue
        name = table.records.name
        ends = [named(f"covers_{end}_{name}") for end in ("from", "through")] if table.records.monthly else []
        more = " OR ".join(f"{one} IS NOT NULL" for one in (named(f"partial_{name}"), *ends))
        yield f"{named(f'told_{name}')} IS NOT TRUE AND ({more})"
        if ends:
            yield f"({ends[0]} IS NULL) <> ({ends[1]} IS NULL)"


def _of_levels(core: c.Core) -> str:
    known = [f"({quoted(rule.award)}, {quoted(level)})" for rule in core.rules.values() for level in rule.levels]
    among = f" AND (f_award, f_level) IN ({', '.join(sorted(set(known)))})" if known else " AND FALSE"
    return f"f_level IS NOT NULL AND NOT (f_award IS NOT NULL{among})"


def _of_history(core: c.Core) -> str:
    """Return where a value of a history is none of its fact's type."""
    types = {name: one.type for name, one in core.facts.items()}
    types |= {name: one.type for name, one in core.named.items() if one.supplied}
    fine: list[str] = []
    for name, type_ in types.items():
        fine.append(f"(name = {quoted(name)} AND {_fits(type_)})")
    since = f'"from" BETWEEN {FIRST_DAY} AND {LAST_DAY}'
    return f"NOT coalesce({since} AND ({' OR '.join(fine) or 'FALSE'}), FALSE)"


def _fits(type_: c.Type) -> str:
    match type_.kind:
        case "flag":
            return "value IN ('true', 'false')"
        case "choice":
            words = sorted({*type_.choices, *(told for told, _ in type_.spellings)})
            return f"value IN ({', '.join(map(quoted, words))})"
        case "text":
            return f"length(value) <= {_TEXT}"
        case "date":
            return f"regexp_full_match(value, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND TRY_CAST(value AS DATE) BETWEEN {FIRST_DAY} AND {LAST_DAY}"
        case _:
            low = type_.low if type_.low is not None else Decimal(-(10**DIGITS))
            high = type_.high if type_.high is not None else Decimal(10**DIGITS)
            pattern = "-?[0-9]{1,18}" if type_.kind == "count" else "-?[0-9]{1,18}(\\.[0-9]{1,6})?"
            return f"regexp_full_match(value, '{pattern}') AND TRY_CAST(value AS DECIMAL(25,6)) BETWEEN {low:f} AND {high:f}"


def _told_twice(layout: Layout, table: Table, partners: Table, source: Callable[[Table], str]) -> str:
    """Return the partners who tell a fact both as a value and with a history."""
    told = " ".join(
        f"WHEN {quoted(column.name[2:])} THEN p.{named(column.name)} IS NOT NULL"
        for column in layout[partners.name].columns
        if column.declared is not None
    )
    test = f"CASE h.name {told} ELSE FALSE END" if told else "FALSE"
    return f"SELECT partner FROM {source(table)} h JOIN {source(partners)} p USING (partner) WHERE {test}"
