"""``merit log``: read the decision log, check it, decide it once more, erase from it."""

from __future__ import annotations

from importlib import import_module

import click

from dsl.diagnostics import nearest

COMMANDS = ("erase", "export", "key", "replay", "show", "verify")
"""The commands below this one, each in a module of its own."""


class Log(click.Group):
    """The group of what is done with the log; a command's module is read when it is asked for."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Return a command by its name; None where there is none."""
        if name not in COMMANDS:
            return None
        found: click.Command = getattr(import_module(f"cli.log_{name}"), name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest the one that was meant."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            near = nearest(args[0], COMMANDS)
            meant = f"; did you mean `{near}`?" if near else ""
            raise click.UsageError(f"there is no command `log {args[0]}`{meant}")
        return super().resolve_command(ctx, args)


@click.group(cls=Log, short_help="Read and check the log of decisions.")
def log() -> None:
    """Read the log of decisions that `merit serve --log` writes.

    --log (or MERIT_LOG) names it: a SQLite file or the URL of a database.
    """
