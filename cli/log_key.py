"""``merit log key``: a key that signs the heads of a log, or bundles."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from cli.console import Broken, fail_usage


@click.command(short_help="Make a key that signs heads, or bundles.")
@click.argument("file")
def key(file: str) -> None:
    """Write a new ed25519 key into FILE, which signs, and FILE.pub, which checks.

    For a log: `merit serve --log-key FILE`, `merit log verify --key FILE.pub`. For bundles: `merit build --signing-key
    FILE`, `merit serve --verification-key FILE.pub`.
    """
    if find_spec("cryptography") is None:
        fail_usage("keys need cryptography; install merit[log] or merit[sign]")
    from server.keys import make_key

    try:
        public = make_key(Path(file))
    except OSError as error:
        raise Broken([f"error: `{error.filename or file}`: {error.strerror or error}"]) from error
    click.echo(f"{file} signs, and is for who signs alone; {public} checks, and is kept away from what is signed")
