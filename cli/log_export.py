"""``merit log export``: the log for other programs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from cli.console import Broken, fail_usage
from cli.log_place import log_option, opened


@click.command(short_help="Write the log as JSON Lines or Parquet.")
@log_option
@click.option("--parquet", metavar="FILE", help="Write a table in Parquet instead of lines.")
def export(where: str, parquet: str | None) -> None:
    """Write every entry as a line of JSON on standard output, or all of them as a table in Parquet."""
    if parquet is not None and find_spec("pyarrow") is None:
        fail_usage("--parquet needs pyarrow; install merit[batch]")
    with opened(where) as store:
        from server.log.export import line, write_parquet

        if parquet is None:
            for one in store.entries():
                click.echo(line(one))
            return
        try:
            count = write_parquet(store, Path(parquet))
        except OSError as error:
            raise Broken([f"error: `{parquet}` cannot be written: {error.strerror or error}"]) from error
        click.echo(f"{count:,} entries in {parquet}", err=True)
