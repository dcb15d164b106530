"""``merit log erase``: forget a partner, or what is older than has to be kept."""

from __future__ import annotations

from datetime import date

import click

from cli.console import day_option, fail_usage
from cli.log_place import log_option, opened


@click.command(short_help="Erase what was asked and answered; the chain stays whole.")
@log_option
@click.option("--partner", metavar="NAME", help="Of this partner, as the facts name it.")
@click.option("--decision", metavar="ID", help="Of this decision.")
@day_option("--before", "before", "Logged before this day, in UTC.")
@click.option("--programme", metavar="NAME", help="Of this one of several that log into it.")
@click.option("--why", required=True, metavar="TEXT", help="Noted with it, and kept: name nobody here.")
def erase(
    where: str, partner: str | None, decision: str | None, before: date | None, programme: str | None, why: str
) -> None:
    """Erase contents of decisions: of a partner, of one decision, of all before a day; given together, of all that fit.

    Entries stay, with their time and the policies that decided, and the log notes which were erased. What was masked
    when it was logged has no partner: erase that by its decision.
    """
    if partner is None and decision is None and before is None and programme is None:
        fail_usage("say what to erase: --partner, --decision, --before or --programme")
    if partner == "" or not why.strip():
        fail_usage("--partner and --why take a text that is not empty")
    with opened(where) as store:
        known = store.programmes() if programme is not None else []
        if programme is not None and programme not in known:
            there = f"there are {', '.join(known)}" if known else "its entries name none"
            fail_usage(f"--programme: the log has nothing of `{programme}`; {there}")
        until = None if before is None else before.isoformat()
        count = store.erase(why, partner=partner, decision=decision, before=until, programme=programme)
    click.echo(f"{count:,} decisions erased")
