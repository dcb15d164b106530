"""Tables of policies as rows of a spreadsheet and back: only what was changed is changed in the text, comments and notes stay.

A cell is written as the policy has it, a text without its quotes; what stands behind a row (``cite``, ``assume``,
``was``) is the last column, as policy text. Reading back pairs the rows of both sides, so that a row that was only
moved or changed keeps its comments.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TypeAlias

from dsl.diagnostics import proposed
from dsl.format.formatter import format_source
from dsl.format.spreadsheets import as_figure, has_two_readings, is_date, reads_day, two_figures
from dsl.format.tables import cell_text
from dsl.parser import parse
from dsl.source import Source
from dsl.syntax import Block, Comment, Node, Tree

NOTES = "notes"
"""The last column: what stands behind a row."""


@dataclass(frozen=True)
class PolicyTable:
    """A table in a source: its header and rows as written."""

    name: str
    source: Source
    block: Block
    columns: tuple[str, ...]
    rows: tuple[Node, ...]
    header: Node
    comments: tuple[Comment, ...]

    @property
    def notes_column(self) -> str:
        """What the column of notes is called, beside the table's own."""
        return NOTES if NOTES not in self.columns else "notes behind the row"

    @property
    def keys(self) -> tuple[int, ...]:
        """The columns by which a row is told from others: those that the table names, else the first one."""
        by = self.block.form.node("by") if self.block.form is not None else None
        names = by.node("names") if by is not None else None
        told = [token.text for token in names.tokens("NAME")] if names is not None else []
        headings = ["_".join(column.split()) for column in self.columns]
        return tuple(headings.index(name) for name in told if name in headings) or (0,)

    def shown(self, row: Node) -> tuple[str, ...]:
        """Return a row as CSV has it, its notes last."""
        cells = [_shown(cell) for cell in row.nodes("cell")]
        return (*cells, *[""] * (len(self.columns) - len(cells)), notes_text(row))


@dataclass(frozen=True)
class Problem:
    """What a file has that the table cannot take; ``line`` counts the rows of the file, its header is 1."""

    line: int
    message: str
    help: str = ""
    column: str = ""
    """The column that it is about; empty where it is about the row."""


@dataclass(frozen=True)
class Imported:
    """The text of the source after the import, what was done, and what could not be."""

    text: str
    changed: int = 0
    added: int = 0
    removed: int = 0
    problems: tuple[Problem, ...] = ()
    settled: tuple[str, str] | None = None
    """A date that could be two days by itself, and the day that the others of the file make of it."""
    numbers: tuple[int, ...] = ()
    """The rows of the file that the rows of the table are now, in order."""


def tables_in(source: Source) -> list[PolicyTable]:
    """Return the tables of a source; those that do not parse are left out."""
    tree, _ = parse(source, None)
    return [table for block in tree.blocks if (table := _table(tree, block)) is not None]


def _table(tree: Tree, block: Block) -> PolicyTable | None:
    form = block.form
    name = form.node("name") if form is not None else None
    token = name.token("NAME") if name is not None else None
    if form is None or form.kind != "table" or token is None or not form.nodes("row"):
        return None
    header, *rows = form.nodes("row")
    columns = tuple(cell_text(cell) for cell in header.nodes("cell"))
    inside = tuple(one for one in tree.comments if block.span.start <= one.span.start < block.span.end)
    return PolicyTable(token.text, tree.source, block, columns, tuple(rows), header, inside)


def notes_text(row: Node) -> str:
    """Return what stands behind a row, as policy text on one line."""
    return " ".join(cell_text(note) for note in row.nodes() if note.kind != "cell")


def _shown(cell: Node) -> str:
    text = cell_text(cell)
    # Of several texts each keeps its quotes.
    return text[1:-1] if len(cell.parts) == 1 and cell.token("STRING") is not None else text


def export_csv(table: PolicyTable) -> str:
    """Return a table as CSV: a header, and a line for every row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*table.columns, table.notes_column])
    writer.writerows(table.shown(row) for row in table.rows)
    return out.getvalue()


def import_csv(table: PolicyTable, text: str) -> Imported:
    """Return the source of a table with the cells, notes and rows that a CSV text has."""
    return import_rows(table, csv_rows(text))


def csv_rows(text: str) -> list[list[str]]:
    """Return the rows of a CSV text, whatever parts its cells."""
    head = text.removeprefix("\ufeff").split("\n", 1)[0]
    separator = max((",", ";", "\t"), key=head.count)
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator))


def import_rows(table: PolicyTable, rows: Sequence[Sequence[str]]) -> Imported:
    """Return the source of a table with the cells, notes and rows that a spreadsheet has, its headings first.

    What is unchanged stays to the letter; a table that was in its canonical layout is so again.
    """
    lines, settled, problems = _read(table, rows)
    if problems:
        return Imported(table.source.text, problems=tuple(problems))
    edits, counts, problems = _edits(table, lines)
    if problems or not edits:
        return Imported(table.source.text, problems=tuple(problems))
    changed, added, removed = counts
    numbers = tuple(line.number for line in lines)
    return Imported(_edited(table, edits), changed, added, removed, settled=settled, numbers=numbers)


def column_of(heading: str, columns: Iterable[str]) -> str:
    """Return the column that a heading of a file names, however its letters are written; the heading itself where none is."""
    known = {name.casefold(): name for name in columns}
    return known.get(heading.strip().casefold(), heading.strip())


def place_in(table: PolicyTable, offset: int) -> tuple[int, str] | None:
    """Return the row of a table that an offset of its source lies in, from 0, and the column; None outside of its rows."""
    for index, row in enumerate(table.rows):
        if row.span.start <= offset < row.span.end:
            cells = zip(table.columns, row.nodes("cell"), strict=False)
            inside = (name for name, cell in cells if cell.span.start <= offset < cell.span.end)
            return index, next(inside, "")
    return None


# ---- reading


@dataclass(frozen=True)
class _Line:
    """A row of the CSV text in the order of the table's columns; ``notes`` None: the file has no such column."""

    number: int
    cells: tuple[str, ...]
    notes: str | None

    def like(self, row: tuple[str, ...]) -> bool:
        return all(map(_is_same, self.cells, row)) and (self.notes is None or _is_same(self.notes, row[-1]))


def _is_same(one: str, other: str) -> bool:
    """Whether two cells say the same: thousands may be separated, and spreadsheets drop blanks."""
    if one == other or (one in ("", "-") and other in ("", "-")):
        return True
    a, b = " ".join(one.split()), " ".join(other.split())
    return a == b or (b[:1].isdigit() and a.replace(",", "") == b.replace(",", ""))


_Settled: TypeAlias = tuple[str, str] | None


def _read(table: PolicyTable, rows: Sequence[Sequence[str]]) -> tuple[list[_Line], _Settled, list[Problem]]:
    if not rows:
        return (
            [],
            None,
            [Problem(1, "the file is empty", f"its first line names the columns: {', '.join(table.columns)}")],
        )
    wanted = [*table.columns, table.notes_column]
    header = [column_of(name, wanted) for name in rows[0]]
    problems = []
    for name in header:
        if name not in wanted:
            told = proposed(name, wanted, f"columns are {', '.join(wanted)}")
            problems.append(Problem(1, f"`{table.name}` has no column `{name}`", told, name))
    for name in table.columns:
        if header.count(name) != 1:
            what = "is missing" if name not in header else "stands twice"
            problems.append(Problem(1, f"the column `{name}` {what}", "export the table again, and edit that file"))
    if problems:
        return [], None, problems
    lines = []
    for number, record in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in record):
            continue
        if len(record) > len(header):
            problems.append(Problem(number, f"this row has {len(record)} cells for {len(header)} columns"))
            continue
        cells = dict(zip(header, [*record, *[""] * (len(header) - len(record))], strict=True))
        notes = cells.get(table.notes_column)
        values = tuple(cells[name].strip() for name in table.columns)
        lines.append(_Line(number, values, notes.strip() if notes is not None else None))
    days, settled = _with_days(table, lines, problems)
    return days, settled, problems


def _with_days(table: PolicyTable, lines: Sequence[_Line], problems: list[Problem]) -> tuple[list[_Line], _Settled]:
    """Return the rows with dates as policies write them, where columns hold no texts; and a date that others settled."""
    settled: _Settled = None
    texts = {at for at in range(len(table.columns)) if _holds_text(table, at, None)}
    days_of = reads_day(cell for line in lines for at, cell in enumerate(line.cells) if at not in texts)
    result: list[_Line] = []
    for line in lines:
        cells = list(line.cells)
        for at, cell in enumerate(line.cells):
            if at in texts or not is_date(cell):
                continue
            days = [day.isoformat() for day in days_of(cell)]
            if len(days) == 1:
                cells[at] = days[0]
                settled = settled or ((cell, days[0]) if has_two_readings(cell) else None)
                continue
            told = f"may be {' or '.join(days)}" if days else "is a date as no other one of the file is written"
            advice = (
                "write dates as year-month-day: give the column the format `yyyy-mm-dd`, or text, in the spreadsheet"
            )
            column = table.columns[at]
            problems.append(Problem(line.number, f"`{column}`: `{cell}` {told}", advice, column))
        result.append(replace(line, cells=tuple(cells)))
    return result, settled


# ---- pairing rows


def _pairs(table: PolicyTable, lines: Sequence[_Line]) -> list[tuple[int | None, _Line]]:
    """Return for every line of the file the row it was, None for a new one."""
    shown = [table.shown(row) for row in table.rows]
    taken: dict[int, int] = {}
    matched: dict[int, int] = {}

    def match(at: int, row: int) -> None:
        matched[at] = row
        taken[row] = at

    same = [
        next((f"= {index}" for index, row in enumerate(shown) if line.like(row)), f"! {line.number}") for line in lines
    ]
    first = {index: f"= {next(i for i, row in enumerate(shown) if row == one)}" for index, one in enumerate(shown)}
    blocks = SequenceMatcher(None, [first[index] for index in range(len(shown))], same, autojunk=False)
    for a, b, size in blocks.get_matching_blocks():
        for step in range(size):
            match(b + step, a + step)
    # Rows that were only moved.
    for at, line in enumerate(lines):
        if at not in matched:
            row = next((i for i, one in enumerate(shown) if i not in taken and line.like(one)), None)
            if row is not None:
                match(at, row)
    # Changed rows: those of the same keys, then of the same first one, in order; then those that stand alone between two
    # neighbours.
    for keys in (table.keys, table.keys[:1]):
        for at, line in enumerate(lines):
            if at not in matched:
                alike = (
                    i
                    for i, one in enumerate(shown)
                    if i not in taken and all(_is_same(line.cells[key], one[key]) for key in keys)
                )
                row = next(alike, None)
                if row is not None:
                    match(at, row)
    if len(lines) == len(shown):
        for at in range(len(lines)):
            if at not in matched and at not in taken:
                match(at, at)
    return [(matched.get(at), line) for at, line in enumerate(lines)]


# ---- editing


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    text: str


def _edits(table: PolicyTable, lines: Sequence[_Line]) -> tuple[list[_Edit], tuple[int, int, int], list[Problem]]:
    pairs = _pairs(table, lines)
    edits: list[_Edit] = []
    problems: list[Problem] = []
    changed = added = 0
    kept = _in_order([row for row, _ in pairs if row is not None])
    after = table.header
    pending: list[tuple[Node, str]] = []
    for row, line in pairs:
        node = table.rows[row] if row is not None else None
        if node is not None and row in kept:
            found, wrong = _changes(table, node, line)
            edits.extend(found)
            problems.extend(wrong)
            changed += bool(found)
            after = node
            continue
        text, wrong = _written(table, node, line)
        problems.extend(wrong)
        moved = node is not None
        behind = _trailing(table, node) if node is not None else ""
        pending.append((after, f"\n  {text}{f'  {behind}' if behind else ''}"))
        changed += moved
        added += not moved
    for anchor in dict.fromkeys(node for node, _ in pending):
        at = _line_end(table.source, anchor.span.end)
        edits.append(_Edit(at, at, "".join(text for node, text in pending if node is anchor)))
    present = {row for row, _ in pairs if row is not None}
    removed = 0
    for index, node in enumerate(table.rows):
        if index in kept:
            continue
        edits.append(_removal(table, node, keep_comment=index not in present))
        removed += index not in present
    return edits, (changed, added, removed), problems


def _in_order(rows: Sequence[int]) -> set[int]:
    """Return the rows that stay in their place: a longest rising run; the others are moved."""
    runs: list[list[int]] = []
    for row in rows:
        before = _longest([run for run in runs if run[-1] < row])
        runs.append([*before, row])
    return set(_longest(runs))


def _longest(runs: Sequence[list[int]]) -> list[int]:
    return max(runs, key=lambda run: len(run), default=[])


def _changes(table: PolicyTable, row: Node, line: _Line) -> tuple[list[_Edit], list[Problem]]:
    """Return the edits of a row that stays where it is."""
    edits: list[_Edit] = []
    problems: list[Problem] = []
    nodes = row.nodes("cell")
    if len(nodes) != len(table.columns):
        return [], [
            Problem(line.number, "the row in the policy has not a cell for every column", "mend it there first")
        ]
    for at, (cell, value) in enumerate(zip(nodes, line.cells, strict=True)):
        if _is_same(value, _shown(cell)):
            continue
        text, problem = _cell(table, at, value, cell, line.number)
        problems.extend(problem)
        edits.append(_Edit(cell.span.start, cell.span.end, text))
    if line.notes is not None and not _is_same(line.notes, notes_text(row)):
        problems.extend(_notes_problems(line.number, line.notes))
        start = row.tokens("_BAR")[-1].span.end
        if any(start <= one.span.start < row.span.end for one in table.comments):
            told = "a comment stands between the notes of this row"
            problems.append(Problem(line.number, told, "change the notes in the policy"))
        edits.append(_Edit(start, max(start, row.span.end), f"  {line.notes}" if line.notes else ""))
    return edits, problems


def _written(table: PolicyTable, row: Node | None, line: _Line) -> tuple[str, list[Problem]]:
    """Return a new or moved row as policy text."""
    nodes: Sequence[Node | None] = row.nodes("cell") if row is not None else ()
    cells: list[str] = []
    problems: list[Problem] = []
    for at, value in enumerate(line.cells):
        old = nodes[at] if at < len(nodes) else None
        if old is not None and _is_same(value, _shown(old)):
            cells.append(cell_text(old))
            continue
        text, problem = _cell(table, at, value, old, line.number)
        cells.append(text)
        problems.extend(problem)
    notes = line.notes if line.notes is not None else notes_text(row) if row is not None else ""
    problems.extend(_notes_problems(line.number, notes))
    return f"| {' | '.join(cells)} |{f'  {notes}' if notes else ''}", problems


def _cell(table: PolicyTable, at: int, value: str, old: Node | None, number: int) -> tuple[str, list[Problem]]:
    """Return the policy text of a cell, a text in quotes where its column has texts."""
    column = table.columns[at]
    text = value
    if value in ("", "-"):
        return "-", []
    quoted = len(value) > 1 and value.startswith('"') and value.endswith('"')
    if not quoted and _holds_text(table, at, old):
        if '"' in value or "\n" in value:
            return value, [
                Problem(
                    number, f"`{column}`: a text has neither quotes nor line breaks in it", "use ’ in its place", column
                )
            ]
        text = f'"{value}"'
    readings = two_figures(value) if text == value else None
    if readings is not None:
        told = f"`{column}`: `{value}` may be {readings[0]} or {readings[1]}"
        return text, [Problem(number, told, f"write `{readings[0]}` or `{readings[1]}`", column)]
    # A decimal comma would read as two values.
    if (text == value and as_figure(value)) or not _reads_as(f"| {text} |", cells=1, notes=False):
        told = f"`{column}`: `{value}` is no cell of a policy table"
        figure = as_figure(value)
        shapes = "cells are words, a date like 2022-10-03, a figure with its unit, a text, a band like 5 to 9.9, or -"
        return text, [Problem(number, told, f"write `{figure}`" if figure else shapes, column)]
    return text, []


def _holds_text(table: PolicyTable, at: int, old: Node | None) -> bool:
    if old is not None and old.token("NONE") is None:
        return old.token("STRING") is not None
    cells = [row.nodes("cell") for row in table.rows]
    return any(at < len(row) and row[at].token("STRING") is not None for row in cells)


def _notes_problems(number: int, notes: str) -> Iterator[Problem]:
    if notes and not _reads_as(f"| x | {notes}", cells=1, notes=True):
        told = f"`{NOTES}`: `{notes}` is not what can stand behind a row"
        yield Problem(number, told, 'write as in the policy: cite source "place" assume "reading" was name', NOTES)


def _reads_as(row: str, *, cells: int, notes: bool) -> bool:
    """Whether a text is one row of a table and nothing else."""
    tree, found = parse(Source("<csv>", f"table x {{\n  | x |\n  {row}\n}}\n"))
    form = tree.blocks[0].form if len(tree.blocks) == 1 else None
    if found or form is None or tree.comments or len(form.nodes("row")) != 2:
        return False
    last = form.nodes("row")[1]
    return len(last.nodes("cell")) == cells and bool([one for one in last.nodes() if one.kind != "cell"]) == notes


def _removal(table: PolicyTable, row: Node, *, keep_comment: bool) -> _Edit:
    """Return the edit that takes a row out; a comment behind it stays on a line of its own."""
    text = table.source.text
    start, end = text.rfind("\n", 0, row.parts[0].span.end), _line_end(table.source, row.span.end)
    comment = _trailing(table, row)
    return _Edit(start, end, f"\n  {comment}" if comment and keep_comment else "")


def _trailing(table: PolicyTable, row: Node) -> str:
    end = _line_end(table.source, row.span.end)
    return next((one.text for one in table.comments if not one.alone and row.span.end <= one.span.start < end), "")


def _line_end(source: Source, offset: int) -> int:
    end = source.text.find("\n", offset)
    return len(source.text) if end < 0 else end


def _edited(table: PolicyTable, edits: Iterable[_Edit]) -> str:
    """Return the source with the edits made, the table in its layout where it was so before."""
    text = table.source.text
    start, end = table.block.span.start, table.block.span.end
    before = text[start:end]
    made = before
    for edit in sorted(edits, key=lambda one: (one.start, one.end), reverse=True):
        made = made[: edit.start - start] + edit.text + made[edit.end - start :]
    if _laid_out(before) == before:
        made = _laid_out(made)
    return text[:start] + made + text[end:]


def _laid_out(text: str) -> str:
    return format_source(Source("<table>", f"{text}\n"))[0].rstrip("\n")
