"""A database in memory that keeps to little of it, and puts what is more into a folder of its own."""

from __future__ import annotations

from pathlib import Path

import duckdb

MEMORY = "400MB"
"""What a database may take; sorting and joining more goes through files."""


def database(spill: Path, *, threads: int, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """Return a database.

    Args:
        spill: a folder for what does not fit into memory.
        threads: how many it may take.
        memory: how much it may take.
    """
    found = duckdb.connect()
    found.execute(f"SET memory_limit = '{memory}'")
    found.execute(f"SET temp_directory = {quoted(str(spill))}")
    found.execute(f"SET threads = {threads}")
    found.execute("SET preserve_insertion_order = false")
    found.execute("SET enable_progress_bar = false")
    found.execute("SET autoinstall_known_extensions = false")
    found.execute("SET autoload_known_extensions = false")
    return found


def quoted(text: str) -> str:
    """Write a text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """Write a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
