"""``merit decide``: decide rules for a partner."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click
import yaml

from dsl.load import load
from evaluator.engine import Engine, Query


@click.command()
@click.argument("rules", nargs=-1, required=True)
@click.option("--policies", default="policies", type=click.Path(exists=True))
@click.option("--facts", "facts_file", required=True, type=click.Path(exists=True))
@click.option("--as-of", required=True)
def decide(rules: tuple[str, ...], policies: str, facts_file: str, as_of: str) -> None:
    """Decide RULES for the partner of a facts file."""
    engine = Engine(load([policies]))
    facts = yaml.load(Path(facts_file).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    answer = engine.decide(Query(rules, date.fromisoformat(as_of), facts))
    click.echo(json.dumps(answer.as_json(), indent=2))
