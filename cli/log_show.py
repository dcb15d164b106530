"""``merit log show``: one decision, or the last ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cli.console import Broken
from cli.log_place import log_option, opened

if TYPE_CHECKING:
    from server.log.store import Logged


@click.command(short_help="Show a decision, or the last ones.")
@click.argument("decision_id", required=False)
@log_option
@click.option("--last", type=click.IntRange(1, 10_000), default=10, show_default=True, help="How many are listed.")
def show(decision_id: str | None, where: str, last: int) -> None:
    """Show the decision of an answer's DECISION_ID as JSON; without one, list the last."""
    with opened(where) as store:
        if decision_id is None:
            head = store.head().seq
            for one in store.entries(max(1, head - last + 1), head):
                click.echo(_line(one))
            return
        from server.api.logged import record_text

        found = store.find(decision_id)
        if found is None:
            raise Broken([f"error: no decision `{decision_id}` is logged"])
        own = {"programme": found.entry.programme} if found.entry.programme else {}
        told = {**own, **json.loads(record_text(found), parse_float=str)}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))


def _line(one: Logged) -> str:
    """Return an entry in a line: its number, when, which, what was decided."""
    entry, contents = one.entry, one.contents
    head = f"{entry.seq:>6}  {entry.at[:19]}Z{f'  {entry.programme}' if entry.programme else ''}"
    if entry.kind != "decision":
        return f"{head}  {entry.kind}  {contents.answer if contents is not None else ''}".rstrip()
    if contents is None:
        return f"{head}  {entry.decision_id}  erased"
    decided = json.loads(contents.answer)["decisions"] if contents.answer.startswith("{") else []
    names = [f"{one['rule']} {one.get('eligibility', '')}".rstrip() for one in decided if isinstance(one, dict)]
    rest = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"{head}  {entry.decision_id}  {', '.join(names[:2])}{rest}"
