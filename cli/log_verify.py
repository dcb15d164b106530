"""``merit log verify``: whether the log is whole."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.console import CLEAN, FINDINGS, fail_usage
from cli.log_place import log_option, opened

if TYPE_CHECKING:
    from server.log.signing import Checker


@click.command(short_help="Check that nothing of the log was altered or left out.")
@log_option
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="SEQ:HASH",
    help="An entry and its hash as they were noted outside of the log; this command tells the last one.",
)
@click.option("--key", "public", metavar="FILE", help="Check signed heads with this public key.")
def verify(where: str, heads: tuple[str, ...], public: str | None) -> None:
    """Check the chain: every entry, its contents, and that none is missing.

    Whoever can write to the log could write all of it anew: note its head elsewhere, and give it with --head; or sign
    heads, and check them with --key. Exits with 1 where something is wrong.
    """
    checker = _checker(public) if public is not None else None
    with opened(where) as store:
        from server.log.entries import Head
        from server.log.verify import verify as verified

        known = []
        for head in heads:
            seq, _, own = head.partition(":")
            if not seq.isdecimal() or len(own) != 64:
                fail_usage(f"--head: `{head}` is no entry and hash; this command ends with one")
            known.append(Head(int(seq), own))
        found = verified(store, known, None if checker is None else checker.is_of)
        if checker is not None and not found.signed:
            found.tell(0, "no head is signed by the key")
    for fault in found.faults:
        click.echo(f"entry {fault.seq}: {fault.message}")
    counts = [
        f"{found.entries:,} entries",
        f"{found.decisions:,} decisions",
        *([f"{found.erased:,} erased"] if found.erased else []),
        *([f"signed through entry {found.signed:,}"] if found.signed else []),
        *([f"{found.lost:,} were not logged"] if found.lost else []),
    ]
    click.echo(f"{', '.join(counts)}; {'the chain is whole' if not found.faults else 'the chain is broken'}")
    click.echo(f"head {found.head.seq}:{found.head.hash}")
    sys.exit(FINDINGS if found.faults else CLEAN)


def _checker(public: str) -> Checker:
    if find_spec("cryptography") is None:
        fail_usage("--key needs cryptography; install merit[log]")
    from server.keys import WrongKey
    from server.log.signing import Checker

    try:
        return Checker.of(Path(public))
    except WrongKey as error:
        fail_usage(f"--key: {error}")
    except OSError as error:
        fail_usage(f"--key: `{public}` cannot be read: {error.strerror or error}")
