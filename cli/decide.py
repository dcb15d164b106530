"""``merit decide``: decide rules for a partner, with reasons."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from cli.console import (
    CLEAN,
    FINDINGS,
    Broken,
    as_of_option,
    day_option,
    echo_in,
    engine_option,
    fail_usage,
    format_option,
    language_option,
    load_engine,
    policies_option,
    policy_folders,
    problem_lines,
    read_file,
    today,
)
from cli.data_files import Data, DataProblem, read_data
from cli.fact_changes import Told, read_changes
from cli.interactive import asked_for
from dsl.diagnostics import listed, nearest, proposed
from dsl.source import Source
from evaluator import limits
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.decision import Answer, Decision, Detail
from evaluator.engine import Engine, Query, UnknownRule
from evaluator.whatif.changes import changes_of, shape_problems
from evaluator.whatif.comparison import ChangeErrors, Comparison, compare
from review.formats.decisions import DECIDE, WHAT_IF
from review.formats.format import Spoken
from review.languages.voice import LANGUAGES, voice_of
from review.report.projection import CannotProject, projecting
from review.words.decision_text import expected_words

Json = Any
QUERY_KEYS = ("request_id", "decide", "as_of", "facts", "policy", "detail", "project", "language", "what_if")
DETAILS = ("none", "summary", "full")


@click.command(short_help="Decide rules for a partner, with reasons.")
@click.argument("rules", nargs=-1)
@click.option(
    "--facts", "facts_file", metavar="FILE", help="Facts of the partner, YAML or JSON; - reads standard input."
)
@click.option(
    "--query", "query_file", metavar="FILE", help="A whole query, as the service takes it; options override it."
)
@as_of_option("Day to decide for")
@policies_option
@click.option(
    "--set", "told", multiple=True, metavar="NAME=VALUE", help="What if a fact were this? Told beside what is."
)
@click.option(
    "--without", multiple=True, metavar="FIELD=VALUE", help="What if there were no such certification, award or record?"
)
@click.option(
    "--with", "more", multiple=True, metavar="FIELD=VALUE", help="What if there were one more, from the day on?"
)
@click.option(
    "--detail",
    type=click.Choice(DETAILS),
    help="How much of the reasons to tell.  [default: full; none where something is changed]",
)
@day_option("--project", "project", "Project the facts to this day ahead; they bring no projection.")
@click.option("--interactive", is_flag=True, help="Ask for what is missing, what settles most first.")
@format_option(DECIDE)
@language_option
@engine_option
@click.option("--expect", metavar="OUTCOME", help="Exit with 1 unless every rule is decided so, for example eligible.")
def decide(
    rules: tuple[str, ...],
    facts_file: str | None,
    query_file: str | None,
    as_of: date | None,
    policies: tuple[str, ...],
    told: tuple[str, ...],
    without: tuple[str, ...],
    more: tuple[str, ...],
    detail: Detail | None,
    project: date | None,
    interactive: bool,
    form: str,
    language: str,
    engine: str | None,
    expect: str | None,
) -> None:
    """Decide RULES for a partner and say why.

    RULES are ids (designation.security) or patterns ("specialization.*"). With --set, --without and --with they are
    decided twice, once over changed facts, and what differs is told first: --set azure_adds=3, --without
    certification="Azure Administrator Associate", --with award=designation.security, --without
    "azure_use.customer=Contoso, month=2023-05".
    """
    if interactive and (told or without or more):
        fail_usage("--interactive asks for facts as they are: leave out --set, --without and --with")
    if project is not None and (told or without or more or interactive):
        fail_usage("--project projects facts as they are: leave out --set, --without, --with and --interactive")
    if interactive and "-" in (facts_file, query_file):
        fail_usage("--interactive reads what is told from standard input: give the facts as a file")
    if facts_file is None and query_file is None and not interactive:
        fail_usage("give the partner's facts with --facts, or a whole query with --query; --interactive asks for them")
    if facts_file is not None and query_file is not None:
        fail_usage("give --facts or --query, not both")
    data = _nothing() if facts_file is None and query_file is None else _read(facts_file or query_file or "-")
    query, prefix = (_facts_query(data), "") if query_file is None else (_read_query(data), "/facts")
    if rules:
        query = replace(query, decide=rules)
    if not query.decide:
        fail_usage('name the rules to decide, or "*" for all of them')
    if detail is not None:
        query = replace(query, detail=detail)
    elif (told or without or more) and form == "text":
        query = replace(query, detail="none")
    if as_of is not None:
        query = replace(query, as_of=as_of)
    elif query.as_of == date.min:
        query = replace(query, as_of=today())
        click.echo(f"decided for today, {query.as_of}; --as-of takes another day", err=True)
    deciding = load_engine(policy_folders(policies), reference=engine == "reference")
    if query_file is not None:
        _check_policy(data, deciding.core.digest)
        if click.get_current_context().get_parameter_source("language") is ParameterSource.DEFAULT:
            language = data.value.get("language", language)
    say = voice_of(deciding.core, language)
    if (told or without or more) or "what_if" in (data.value if query_file is not None else ()):
        comparison = _comparison(deciding, query, data, prefix, read_changes(deciding.core, told, without, more))
        answer = comparison.after
    else:
        comparison = None
        by = project or (_projected_to(data) if query_file is not None else None)
        answer = _answer(deciding, query, data, prefix, by, language, interactive=interactive)
    unexpected = [one for one in answer.decisions if expect is not None and not _is_expected(one, expect)]
    if comparison is not None:
        echo_in(form, WHAT_IF, Spoken(comparison, say))
    else:
        echo_in(form, DECIDE, Spoken(answer, say))
    sys.exit(FINDINGS if unexpected else CLEAN)


def _read(path: str) -> Data:
    if path != "-" and not Path(path).is_file():
        fail_usage(f"there is no file `{path}`")
    data = read_file(Path(path))
    if not isinstance(data.value, Mapping):
        problem = DataProblem(data.place(""), "this is no object", "write `facts:` and `records:` with what is known")
        raise Broken(problem_lines([problem]))
    return data


def _nothing() -> Data:
    """Return facts of a partner of which nothing is told."""
    return read_data(Source("<nothing told>", "{}"))


def _facts_query(data: Data) -> Query:
    return Query((), date.min, data.value)


def _read_query(data: Data) -> Query:
    """Read a query document; ``as_of`` may be left out here, and is the first of all days then."""
    value: Mapping[str, Json] = data.value
    problems: list[DataProblem] = []
    for name in value:
        if name not in QUERY_KEYS:
            advice = proposed(name, QUERY_KEYS, f"known are {listed(QUERY_KEYS)}")
            problems.append(DataProblem(data.place(f"/{name}"), f"I do not know `{name}` in a query", advice))
    rules = value.get("decide", [])
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        problems.append(DataProblem(data.place("/decide"), "this is no list of rules", "write [designation.security]"))
    facts = value.get("facts", {})
    if not isinstance(facts, Mapping):
        problems.append(DataProblem(data.place("/facts"), "this is no object", "write {facts: ..., records: ...}"))
    detail = value.get("detail", "full")
    if detail not in DETAILS:
        problems.append(
            DataProblem(data.place("/detail"), f"`{detail}` is none of the values", f"write {listed(DETAILS)}")
        )
    as_of = date.min
    if value.get("language", LANGUAGES[0]) not in LANGUAGES:
        message = f"there is no language `{value['language']}`"
        problems.append(DataProblem(data.place("/language"), message, f"write {listed(LANGUAGES)}"))
    if "as_of" in value:
        try:
            as_of = date.fromisoformat(str(value["as_of"]))
        except ValueError:
            message = f"{value['as_of']} is not a day of the calendar"
            problems.append(DataProblem(data.place("/as_of"), message, "write year-month-day, like 2022-10-03"))
        else:
            if not limits.is_inside(as_of):
                problems.append(DataProblem(data.place("/as_of"), str(limits.DayOutside(as_of)), limits.SPAN_ADVICE))
    problems += [
        DataProblem(data.place(f"/what_if{one.pointer}"), f"{one.message} [{one.code}]", one.help)
        for one in (shape_problems(value["what_if"]) if "what_if" in value else ())
    ]
    if problems:
        raise Broken(problem_lines(problems))
    return Query(tuple(rules), as_of, facts, value.get("request_id"), detail)


def _check_policy(data: Data, digest: str) -> None:
    """Refuse a query that names other policies than these."""
    told = data.value.get("policy", {"digest": digest})
    wanted = told.get("digest") if isinstance(told, Mapping) else told
    if wanted != digest:
        problem = DataProblem(
            data.place("/policy"),
            f"`{wanted}` is not the digest of these policies: {digest}",
            "decide by the policies it is of, or leave `policy` out",
        )
        raise Broken(problem_lines([problem]))


def _answer(
    engine: Engine, query: Query, data: Data, prefix: str, project: date | None, language: str, *, interactive: bool
) -> Answer:
    with _in_data(data, prefix):
        if project is not None:
            try:
                query, projection = projecting(engine, query, project, language)
            except CannotProject as error:
                fail_usage(f"--project: {error}")
            return replace(engine.decide(query), projection=projection.as_json())
        return asked_for(engine, query) if interactive else engine.decide(query)


def _projected_to(data: Data) -> date | None:
    """Return the day that a query projects its facts to; None where it does not."""
    if "project" not in data.value:
        return None
    try:
        return date.fromisoformat(str(data.value["project"]))
    except ValueError as error:
        message = f"{data.value['project']} is not a day of the calendar"
        problem = DataProblem(data.place("/project"), message, "write year-month-day, like 2022-10-03")
        raise Broken(problem_lines([problem])) from error


@contextmanager
def _in_data(data: Data, prefix: str) -> Iterator[None]:
    """Tell rules that there are none of as usage, and what is wrong with facts at its place in their file."""
    try:
        yield
    except UnknownRule as error:
        advice = f"; did you mean `{error.suggestion}`?" if error.suggestion else ""
        fail_usage(f"{error}{advice}")
    except FactErrors as errors:
        found = [
            DataProblem(data.place(prefix + problem.pointer), f"{problem.message} [{problem.code}]", problem.help)
            for problem in errors.problems
        ]
        raise Broken([*problem_lines(found), *(["there may be more"] if errors.more else [])]) from errors


def _comparison(engine: Engine, query: Query, data: Data, prefix: str, told: Told) -> Comparison:
    """Decide with and without changes; what is wrong with the changes is a usage error, each with its option."""
    with _in_data(data, prefix):
        try:
            if told.changes:
                return compare(engine, query, told.changes)
            return compare(engine, query, changes_of(data.value["what_if"]))
        except ChangeErrors as errors:
            if told.changes:
                fail_usage("\n".join(map(told.problem, errors.problems)))
            found = [
                DataProblem(data.place(f"/what_if{one.pointer}"), f"{one.message} [{one.code}]", one.help)
                for one in errors.problems
            ]
            raise Broken(problem_lines(found)) from errors


def _is_expected(decision: Decision, expect: str) -> bool:
    """Whether a decision came out as expected; an outcome that it can never have is a usage error."""
    words = expected_words(decision)
    if not words:
        fail_usage(f"--expect says nothing of a choice; leave `{decision.rule}` out")
    if decision.eligibility is not None and expect not in ("eligible", "not_eligible", "undetermined"):
        near = nearest(expect, ("eligible", "not_eligible", "undetermined"))
        fail_usage(f"--expect: {expect} is no eligibility" + (f"; did you mean {near}?" if near else ""))
    return expect in words
