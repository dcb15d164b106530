"""The command ``merit``."""

from __future__ import annotations

import click

from cli import check, decide, serve, test
from evaluator.engine import engine_name


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(message=engine_name())
@click.pass_context
def merit(context: click.Context) -> None:
    """Partner-programme rules as code.

    Exit codes: 0 answered or clean, 1 findings or an expectation not met, 2 usage, 3 error in policies, facts or
    scenarios.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (check.check, decide.decide, serve.serve, test.test_command):
    merit.add_command(command)


def main() -> None:
    """Run the command line."""
    merit(prog_name="merit")
