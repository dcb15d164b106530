"""The command ``merit``."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from cli import check, decide, docs, explain, fmt, partners, serve, table, test
from cli.console import Broken
from dsl.diagnostics import nearest
from evaluator.engine import engine_name


class Merit(click.Group):
    """The group of all commands; what is wrong with their use is told in one line."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command and leave with its exit code."""
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
@click.pass_context
def merit(context: click.Context) -> None:
    """Partner-programme rules as code.

    Exit codes: 0 answered or clean, 1 findings or an expectation not met, 2 usage, 3 error in policies, facts or
    scenarios.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (
    check.check,
    decide.decide,
    docs.docs,
    explain.explain,
    fmt.fmt,
    partners.partners,
    serve.serve,
    table.table,
    test.test_command,
):
    merit.add_command(command)


def main() -> None:
    """Run the command line."""
    merit(prog_name="merit")
