"""The query of rules on Spark, over the tables of facts as they lie (the extra ``spark``).

Spark writes the columns of the query, a row a partner; slices are read of them as DuckDB would reckon them. What is not
settled there goes to the row engine all the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlglot.errors import ErrorLevel

from evaluator.columnar.database import quoted
from evaluator.columnar.emit import in_words_of, no_warning
from evaluator.columnar.layout import PARTNER
from evaluator.columnar.query import Lowered
from evaluator.columnar.rows import Slice
from evaluator.columnar.source import sql_table
from evaluator.columnar.stopped import Stopped
from evaluator.columnar.tables import Facts
from evaluator.columnar.terms import cast, is_null

DIALECT = "spark"
_TYPES = {"VARCHAR": "STRING", "INTEGER": "INT"}
"""The types of the layout in the words of Spark, where they are others."""
_OF_NOTHING = {"d": "BOOLEAN", "f": "DATE", "g": "VARCHAR", "h": "BOOLEAN", "l": "DATE", "o": "BOOLEAN", "w": "DATE"}
"""The types of the columns of a rule that may be nothing for everybody, by the first letters of their names."""
_SETTINGS = {
    # What does not fit is an error, never nothing.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def text_of(lowered: Lowered) -> str:
    """Return the query of rules in the words of Spark.

    Raises:
        Stopped: Spark has no words for something in it.
    """
    # A column that is nothing for everybody has its type all the same.
    outputs = {
        name: cast(term, _OF_NOTHING[name[0]]) if is_null(term) else term for name, term in lowered.outputs().items()
    }
    query = in_words_of(lowered.query(outputs), DIALECT)
    with no_warning(DIALECT):
        return query.sql(DIALECT, unsupported_level=ErrorLevel.RAISE)


def unfinished(folder: Path) -> Path:
    """Return where the columns stand until all of them are there."""
    return folder.with_name(f".{folder.name}.writing")


def write_wide(lowered: Lowered, facts: Facts, folder: Path, master: str) -> None:
    """Write the columns of the query for all partners, unless they are there already.

    Args:
        lowered: the rules.
        facts: the tables.
        folder: where the columns go; it is there whole or not at all.
        master: the address of the cluster, as ``local[2]`` or ``spark://host:7077``.

    Raises:
        Stopped: Spark does not start, or ends with an error.
    """
    if folder.exists():
        return
    text = text_of(lowered)
    writing = unfinished(folder)
    shutil.rmtree(writing, ignore_errors=True)
    with _session(master) as session:
        for table in facts.layout.tables:
            columns = [
                f"CAST(`{one.name}` AS {_TYPES.get(one.sql_type, one.sql_type)}) AS `{one.name}`"
                for one in table.columns
            ]
            read = session.read.parquet(*(str(path.absolute()) for path in facts.files[table.name]))
            read.selectExpr(*columns).createOrReplaceTempView(sql_table(table.name))
        # In the order of the partners: so a slice reads its own part of the files.
        found = session.sql(text).where(f"{PARTNER} IS NOT NULL")
        found.repartitionByRange(PARTNER).sortWithinPartitions(PARTNER).write.parquet(str(writing.absolute()))
    writing.rename(folder)


def of_slice(folder: Path, one: Slice) -> str:
    """Return the columns of a slice as DuckDB reads them."""
    files = ", ".join(quoted(str(path)) for path in sorted(folder.glob("*.parquet")))
    return f"SELECT * FROM read_parquet([{files}]) WHERE {one.where()}"


@contextmanager
def _session(master: str) -> Iterator[Any]:
    """Start Spark, and tell in a sentence where it fails."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("merit batch")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        raise Stopped(
            f"Spark does not start at `{master}`: {_first(error)}",
            "see that Java 17 is installed and --master names a cluster",
        ) from error
    try:
        session.sparkContext.setLogLevel("ERROR")
        yield session
    except (PySparkException, Py4JError) as error:
        raise Stopped(f"Spark ended with an error: {_first(error)}", "run it again with --resume") from error
    finally:
        session.stop()


def _first(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
