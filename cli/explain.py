"""``merit explain``: a rule in words, without facts."""

from __future__ import annotations

from datetime import date

import click

from cli.console import (
    as_of_option,
    echo_in,
    fail_usage,
    format_option,
    language_option,
    load_engine,
    policies_option,
    policy_folders,
    today,
)
from evaluator.engine import UnknownRule
from review.formats.decisions import EXPLAIN, Explained
from review.formats.format import Spoken
from review.languages.voice import voice_of


@click.command(short_help="Say a rule in words, without facts.")
@click.argument("rules", nargs=-1, required=True, metavar="RULE...")
@as_of_option("Day whose version and figures are told")
@policies_option
@format_option(EXPLAIN)
@language_option
def explain(rules: tuple[str, ...], as_of: date | None, policies: tuple[str, ...], form: str, language: str) -> None:
    """Say in words what RULE requires, where that is written, and what a service must tell to have it decided.

    JSON has the shape of the service's GET /v1/rules/RULE: what is in force on the day.
    """
    day = as_of or today()
    engine = load_engine(policy_folders(policies))
    try:
        found = [rule for pattern in rules for rule in engine.asked(pattern)]
    except UnknownRule as error:
        fail_usage(f"{error}" + (f"; did you mean `{error.suggestion}`?" if error.suggestion else ""))
    told = Explained(engine.core, found, day)
    echo_in(form, EXPLAIN, Spoken(told, voice_of(engine.core, language)))
