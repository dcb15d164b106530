"""The command ``merit``."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from cli.console import Broken
from dsl.diagnostics import nearest
from evaluator import garbage
from evaluator.engine import engine_name

COMMANDS = {
    "ask": "ask",
    "batch": "batch",
    "build": "build",
    "check": "check",
    "decide": "decide",
    "diff": "diff",
    "docs": "docs",
    "explain": "explain",
    "fmt": "fmt",
    "impact": "impact",
    "improve": "improve",
    "log": "log",
    "mcp": "mcp",
    "partners": "partners",
    "prove": "prove",
    "report": "report",
    "review": "review",
    "serve": "serve",
    "table": "table",
    "test": "test_command",
    "timeline": "timeline",
    "token": "token",
}
"""The name of each command, which is that of its module, and what it is called there."""


class Merit(click.Group):
    """The group of all commands; what is wrong with their use is told in one line.

    A command's module is read when it is asked for: most need little of what the others do.
    """

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Return a command by its name; None where there is none."""
        if name not in COMMANDS:
            return None
        found: click.Command = getattr(import_module(f"cli.{name}"), COMMANDS[name])
        return found

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command and leave with its exit code."""
        garbage.look_seldom()
        try:
            sys.exit(super().main(*args, **{**kwargs, "standalone_mode": False}) or 0)
        except Broken as error:
            error.show()
            sys.exit(error.exit_code)
        except click.ClickException as error:
            click.echo(f"error: {error.format_message()}", err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(130)
        except BrokenPipeError:
            # The reader has seen enough (`merit decide … | head`); nothing may be written on the way out either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest the one that was meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            near = nearest(name, self.list_commands(ctx))
            raise click.UsageError(f"there is no command `{name}`" + (f"; did you mean `{near}`?" if near else ""))
        return super().resolve_command(ctx, args)


@click.group(cls=Merit, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(message=engine_name(), version="")
@click.option("--no-cache", is_flag=True, help="Read the policies anew, and keep nothing of them for the next time.")
@click.pass_context
def merit(context: click.Context, no_cache: bool) -> None:
    """Partner-programme rules as code.

    Exit codes: 0 answered or clean, 1 findings or an expectation not met, 2 usage, 3 error in policies, facts or
    scenarios.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main() -> None:
    """Run the command line."""
    merit(prog_name="merit")
