"""Tables: a row a line, cells padded to the width of their column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsl.format.words import has_blank_between, written
from dsl.syntax import Node, Token


@dataclass(frozen=True)
class Widths:
    """The width of every column of a table."""

    columns: tuple[int, ...]

    @classmethod
    def of(cls, rows: Sequence[Node]) -> Widths:
        """Return the widths that hold the cells of all rows; rows may differ in their number of cells."""
        columns: list[int] = []
        for row in rows:
            for index, cell in enumerate(row.nodes("cell")):
                if index == len(columns):
                    columns.append(0)
                columns[index] = max(columns[index], len(cell_text(cell)))
        return cls(tuple(columns))

    def line(self, row: Node) -> str:
        """Return the cells of a row as text with bars."""
        cells = (f"{cell_text(cell):<{width}}" for cell, width in zip(row.nodes("cell"), self.columns, strict=False))
        return f"| {' | '.join(cells)} |"


def cell_text(cell: Node) -> str:
    """Return the words of a cell on one line."""
    text = ""
    before: Token | None = None
    for word in cell.leaves():
        if before is not None and has_blank_between(before, word):
            text += " "
        text += written(word)
        before = word
    return text
