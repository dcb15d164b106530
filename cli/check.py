"""``merit check``: what is wrong with policies."""

from __future__ import annotations

import sys

import click

from dsl.load import load_sources, policy_files
from dsl.render import as_text, summary
from dsl.source import read_source


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
def check(paths: tuple[str, ...]) -> None:
    """Report what is wrong with policy files and folders."""
    files = policy_files(paths or ("policies",))
    loaded = load_sources([read_source(path) for path in files])
    for diagnostic in loaded.diagnostics:
        click.echo(as_text(diagnostic), err=False)
    click.echo(f"{len(files)} files, {len(loaded.core.rules)} rules: {summary(loaded.diagnostics)}")
    sys.exit(1 if loaded.diagnostics else 0)
