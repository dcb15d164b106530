"""``merit log key``: a key that signs the heads of a log."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from cli.console import Broken, fail_usage


@click.command(short_help="Make a key for signed heads.")
@click.argument("file")
def key(file: str) -> None:
    """Write a new ed25519 key into FILE, for `merit serve --log-key`, and FILE.pub, for `merit log verify --key`."""
    if find_spec("cryptography") is None:
        fail_usage("keys need cryptography; install merit[log]")
    from server.log.signing import make_key

    try:
        public = make_key(Path(file))
    except OSError as error:
        raise Broken([f"error: `{error.filename or file}`: {error.strerror or error}"]) from error
    click.echo(f"{file} signs, and is for the service alone; {public} checks, and is kept away from the log")
