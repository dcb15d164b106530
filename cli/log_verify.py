"""``merit log verify``: whether the log is whole."""

from __future__ import annotations

import sys

import click

from cli.console import CLEAN, FINDINGS, fail_usage
from cli.log_place import log_option, opened


@click.command(short_help="Check that nothing of the log was altered or left out.")
@log_option
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="SEQ:HASH",
    help="An entry and its hash as they were noted outside of the log; this command tells the last one.",
)
def verify(where: str, heads: tuple[str, ...]) -> None:
    """Check the chain: every entry, its contents, and that none is missing.

    Whoever can write to the log could write all of it anew: note its head elsewhere, and give it with --head. Exits
    with 1 where something is wrong.
    """
    with opened(where) as store:
        from server.log.entries import Head
        from server.log.verify import verify as verified

        known = []
        for head in heads:
            seq, _, own = head.partition(":")
            if not seq.isdecimal() or len(own) != 64:
                fail_usage(f"--head: `{head}` is no entry and hash; this command ends with one")
            known.append(Head(int(seq), own))
        found = verified(store, known)
    for fault in found.faults:
        click.echo(f"entry {fault.seq}: {fault.message}")
    counts = [
        f"{found.entries:,} entries",
        f"{found.decisions:,} decisions",
        *([f"{found.erased:,} erased"] if found.erased else []),
        *([f"{found.lost:,} were not logged"] if found.lost else []),
    ]
    click.echo(f"{', '.join(counts)}; {'the chain is whole' if not found.faults else 'the chain is broken'}")
    click.echo(f"head {found.head.seq}:{found.head.hash}")
    sys.exit(FINDINGS if found.faults else CLEAN)
