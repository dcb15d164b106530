"""Asking at the terminal for what a decision misses, what settles most first, until nothing more matters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from cli.console import paint
from cli.fact_changes import value_of
from dsl.diagnostics import listed
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.decision import Answer
from evaluator.engine import Engine, Query
from evaluator.whatif.asking import Asked, is_open, next_question, told

Json = Any
MOST_RULES = 3
"""Rules that wait for a fact that are named with it."""


def asked_for(engine: Engine, query: Query) -> Answer:
    """Return the answer with what was told on the way; questions stand on standard error, so that the answer stands alone.

    Raises:
        DayOutside, FactErrors, UnknownRule: as ``Engine.decide``.
    """
    passed_over: set[str] = set()
    given: dict[str, Json] = {}
    answer = engine.decide(query)
    click.echo(paint("Enter passes over what is not known; an end of input stops.", "faint"), err=True)
    while (asked := next_question(engine, query, answer, passed_over)) is not None:
        try:
            facts = _told(engine, query.facts, asked)
        except (click.Abort, EOFError):
            click.echo("", err=True)
            break
        if facts is None:
            passed_over.add(asked.name)
            continue
        given[asked.name] = facts["records" if asked.is_list else "facts"][asked.name]
        query = replace(query, facts=facts)
        answer = engine.decide(query)
    _close(answer, asked, given)
    return answer


def _told(engine: Engine, facts: Mapping[str, Json], asked: Asked) -> dict[str, Json] | None:
    """Ask until there is a value that the vocabulary takes; None where it is not known."""
    click.echo(f"{paint(asked.name, 'head')}  {asked.gap.title}", err=True)
    click.echo(paint(f"  for {listed(asked.rules, most=MOST_RULES).replace('`', '')}", "faint"), err=True)
    while True:
        text = click.prompt(f"  {_expected(asked)}", default="", show_default=False, err=True).strip()
        if not text:
            return None
        if asked.is_list and text.lower() != "none":
            click.echo("  a list is told in a file; write none where there are none of them", err=True)
            continue
        value = [] if asked.is_list else value_of(text, asked.gap.type)
        found = told(facts, asked, value)
        try:
            engine.reader.check(found)
        except FactErrors as errors:
            for problem in errors.problems:
                click.echo(f"  {problem.message}; {problem.help}" if problem.help else f"  {problem.message}", err=True)
            continue
        return found


def _expected(asked: Asked) -> str:
    """Say what can be written."""
    type_ = asked.gap.type
    if asked.is_list:
        return "none, or Enter"
    if type_ is None:
        return "value"
    if type_.kind == "flag":
        return "yes or no"
    return " or ".join(type_.choices) if type_.kind == "choice" else str(type_)


def _close(answer: Answer, asked: Asked | None, given: Mapping[str, Json]) -> None:
    """Tell why nothing more is asked, and what was told, to be kept."""
    left = [decision.rule for decision in answer.decisions if is_open(decision)]
    if not left:
        click.echo("Nothing more matters.", err=True)
    elif asked is None:
        click.echo(
            f"Nothing more can be asked for here; not settled: {listed(left, most=MOST_RULES).replace('`', '')}.",
            err=True,
        )
    if given:
        click.echo(paint(f"told: {json.dumps(given, default=str, ensure_ascii=False)}", "faint"), err=True)
    click.echo("", err=True)
