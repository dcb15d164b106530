"""``merit log replay``: decide what is logged once more."""

from __future__ import annotations

import sys
from collections import Counter

import click

from cli.console import CLEAN, FINDINGS, load_engine, policy_folders
from cli.log_place import log_option, opened


@click.command(short_help="Decide what is logged once more, and compare byte for byte.")
@click.argument("policies", nargs=-1, metavar="POLICIES...")
@log_option
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Only so many entries, chosen at random.")
@click.option("--seed", default=0, show_default=True, help="Chooses the sample.")
def replay(policies: tuple[str, ...], where: str, sample: int | None, seed: int) -> None:
    """Decide the logged questions once more by POLICIES (default: policies).

    The same policies and the same engine have to give the same answer, byte for byte. What other policies decided, or
    another version, is counted, and so is what cannot be decided again as some of the question is masked or erased.
    Exits with 1 where an answer differs.
    """
    counts: Counter[str] = Counter()
    with opened(where) as store:
        from server.log.replay import replay as replayed

        engine = load_engine(policy_folders(policies))
        for one in replayed(store, engine, sample=sample, seed=seed):
            counts[one.outcome] += 1
            if one.outcome == "differs":
                click.echo(f"entry {one.seq}, decision {one.decision_id}: {one.note}")
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(counts.items()))
    click.echo(f"{counts.total():,} decisions: {told or 'none is logged'}")
    sys.exit(FINDINGS if counts["differs"] else CLEAN)
