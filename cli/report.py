"""``merit report``: a partner's report on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from cli.console import (
    Broken,
    as_of_option,
    echo_in,
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
from cli.data_files import Data, DataProblem
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.engine import Engine, UnknownRule
from review.formats.reports import REPORT
from review.report.readers import NotForReader, ReaderErrors
from review.report.report import Report, ReportErrors, ReportQuery, report as report_of


@click.command(short_help="A partner's report: stages, metrics, history, what is due, people.")
@click.argument("rules", nargs=-1)
@click.option(
    "--facts", "facts_file", metavar="FILE", required=True, help="Facts of the partner, YAML or JSON; - reads standard input."
)  # fmt: skip
@as_of_option("Day of the report")
@click.option(
    "--role", metavar="ROLE", help="Tell what a reader of this role sees, as the policies say.  [default: all]"
)
@policies_option
@format_option(REPORT)
@language_option
def report(
    rules: tuple[str, ...],
    facts_file: str,
    as_of: date | None,
    role: str | None,
    policies: tuple[str, ...],
    form: str,
    language: str,
) -> None:
    """Tell a partner how it stands with RULES, or with all that can be attained.

    RULES are ids (designation.security) or patterns ("specialization.*") of competencies, designations, specializations
    and programs. Told are their stages, each metric against its marks, all that was attained, what is due in the year
    ahead, and who carries a requirement alone. With --format html it is a page that stands alone, with csv the raw data.
    """
    if facts_file != "-" and not Path(facts_file).is_file():
        fail_usage(f"there is no file `{facts_file}`")
    data = read_file(Path(facts_file))
    if not isinstance(data.value, Mapping):
        problem = DataProblem(data.place(""), "this is no object", "write `facts:` and `records:` with what is known")
        raise Broken(problem_lines([problem]))
    if as_of is None:
        as_of = today()
        click.echo(f"report of today, {as_of}; --as-of takes another day", err=True)
    engine = load_engine(policy_folders(policies))
    echo_in(form, REPORT, _told(engine, ReportQuery(as_of, data.value, rules, role, language=language), data))


def _told(engine: Engine, query: ReportQuery, data: Data) -> Report:
    try:
        return report_of(engine, query)
    except ReportErrors as error:
        fail_usage(str(error))
    except UnknownRule as error:
        advice = f"; did you mean `{error.suggestion}`?" if error.suggestion else ""
        fail_usage(f"{error}{advice}")
    except ReaderErrors as error:
        [problem] = error.problems
        fail_usage(f"--role {query.role}: {problem.message}; {problem.help} [{problem.code}]")
    except NotForReader as error:
        fail_usage(f"--role {query.role}: {error}")
    except FactErrors as errors:
        found = [
            DataProblem(data.place(problem.pointer), f"{problem.message} [{problem.code}]", problem.help)
            for problem in errors.problems
        ]
        raise Broken([*problem_lines(found), *(["there may be more"] if errors.more else [])]) from errors
