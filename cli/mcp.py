"""``merit mcp``: tools for a model."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from cli.console import fail_usage, load_engine, policy_folders


@click.command(short_help="Let a model ask: tools by the Model Context Protocol.")
@click.argument("policies", nargs=-1, metavar="[PATHS]...")
def mcp(policies: tuple[str, ...]) -> None:
    """Answer a model's questions about the policies of PATHS (default: policies) on standard input and output.

    The tools are ask, explain, decide and improve. They read and change nothing, and nothing is logged.
    """
    if find_spec("mcp") is None:
        fail_usage("a model's tools need the SDK of the protocol; install merit[mcp]")
    engine = load_engine([Path(path) for path in policy_folders(policies)])
    from server.mcp_server import run

    run(engine)
