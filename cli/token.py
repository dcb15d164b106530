"""``merit token``: a token for somebody who asks the service."""

from __future__ import annotations

import json

import click


@click.command(short_help="Make a token for who asks the service.")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(("decide", "read", "log", "report")),
    default=("decide", "read"),
    show_default=True,
    help="What it may do; several times for more.",
)
@click.option("--role", metavar="ROLE", help="Its role, by which the policies say what of a report it sees.")
def token(name: str, scopes: tuple[str, ...], role: str | None) -> None:
    """Print a new token for NAME, and the entry by which a file of `merit serve --tokens` knows it.

    The token is shown once; the file has its hash alone. NAME is the caller in the log of decisions.
    """
    from server.tokens import hash_of, new_token

    made = new_token()
    entry = {
        "name": name,
        "hash": hash_of(made),
        "scopes": sorted(set(scopes)),
        **({} if role is None else {"role": role}),
    }
    click.echo(f"token: {made}", err=True)
    click.echo(json.dumps(entry, ensure_ascii=False))
