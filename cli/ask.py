"""``merit ask``: which rule, which fact?"""

from __future__ import annotations

import sys

import click

from cli.console import (
    CLEAN,
    FINDINGS,
    echo_in,
    fail_usage,
    format_option,
    load_engine,
    policies_option,
    policy_folders,
)
from review.formats.found import ASK
from review.words.finding import MOST, Finder


@click.command(short_help="Find rules and facts by words.")
@click.argument("words", nargs=-1, metavar="WORDS...")
@click.option("--most", type=click.IntRange(1, 500), default=MOST, show_default=True, help="Things to tell at most.")
@policies_option
@format_option(ASK)
def ask(words: tuple[str, ...], most: int, policies: tuple[str, ...], form: str) -> None:
    """Find rules and facts that have all WORDS: in their titles, labels and sources, and in every spelling of a name.

    Exits with 1 where nothing is found.
    """
    question = " ".join(words)
    if not question.strip():
        fail_usage('say what to look for, for example "azure administrator"')
    engine = load_engine(policy_folders(policies))
    sources = {name: source.title for name, source in engine.document.sources.items()}
    found = Finder(engine.core, sources).find(question, most=most)
    echo_in(form, ASK, found)
    sys.exit(CLEAN if found.found else FINDINGS)
