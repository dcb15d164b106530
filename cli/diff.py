"""``merit diff``: what a change of policies means."""

from __future__ import annotations

from datetime import date

import click

from cli.console import DEFAULT_POLICIES, as_of_option, echo_in, format_option, today
from cli.sides import side
from review.diff.compare import compare
from review.formats.comparisons import DIFF, Compared


@click.command(short_help="Say what a change of policies means.")
@click.argument("base")
@click.argument("head", required=False)
@click.option(
    "--policies", multiple=True, metavar="PATH", help="Where the policies stand in revisions.  [default: policies]"
)
@as_of_option("What begins before this day reaches back")
@format_option(DIFF)
def diff(base: str, head: str | None, policies: tuple[str, ...], as_of: date | None, form: str) -> None:
    """Say in words what is different in HEAD, by default the working tree, from BASE.

    A side is a git revision, a folder, or a policy document. What is compared is what the rules say and decide, not
    the text: a file that was laid out, moved or reordered is no change. Rules whose own words stay and that rest on
    something that changed are named with what they are reached through.
    """
    paths = policies or (DEFAULT_POLICIES,)
    found = compare(side(base, paths), side(head, paths))
    echo_in(form, DIFF, Compared(found, as_of or today()))
