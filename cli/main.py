"""The command ``merit``."""

from __future__ import annotations

import sys

import click

from cli import check, decide


@click.group()
def merit() -> None:
    """Partner-programme rules as code."""


for command in (check.check, decide.decide):
    merit.add_command(command)


def main() -> None:
    """Run the command line."""
    sys.exit(merit())
