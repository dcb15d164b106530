"""A partner's report (``schemas/report_query`` in, ``schemas/report`` out, or a page)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from dsl.diagnostics import listed, proposed
from evaluator import limits
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.deadline import within
from evaluator.engine import Engine, UnknownRule
from review.formats.reports import REPORT
from review.report.readers import NotForReader, ReaderErrors
from review.report.report import Report, ReportErrors, ReportQuery, report
from review.words.decision_text import unpainted
from server.api import problems, queries, wire
from server.api.languages import in_asked_language, in_language, language_faults, language_of
from server.api.problems import Fault
from server.snapshot import current_engine, current_limits

Json = Any
REQUIRED = ("as_of", "facts")
MEDIA_TYPES = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "text": "text/plain; charset=utf-8",
}
"""How a report comes, by its format."""

MAX_DECISIONS = 1_000
"""Decisions to find who carries what, and as many of what is due: what a worker can decide before its time is over."""

bp = Blueprint("reports", __name__, url_prefix="/v1/report")


@bp.post("")
def create_report() -> ResponseReturnValue:
    """Tell a partner how it stands, as far as the policies let the reader's role see it."""
    engine = current_engine()
    bounds = current_limits()
    data = in_asked_language(wire.read_json(bounds.body_bytes))
    with within(bounds.seconds):
        found = answer(engine, data, g.get("caller"), g.get("caller_role"))
        language = found.language
        form = data.get("format", "json")
        if form == "json":
            return in_language(wire.write_json(found.as_json()), language)
        return in_language(wire.write_text(REPORT[form](found, unpainted), MEDIA_TYPES[form]), language)


def answer(engine: Engine, data: Json, caller: str | None = None, role: str | None = None) -> Report:
    """Return the report that a body asks for.

    Args:
        engine: what decides.
        data: the body.
        caller: whose token came with the request; None where no tokens are asked for.
        role: the role of that token.

    Raises:
        Problem: it asks for none, for a rule that does not exist or that nobody attains, its facts do not fit the
            policies, it tells a role beside a token, or the policies do not let the role see the report.
    """
    faults = list(queries.faults_of(data, "a question", REQUIRED, READERS))
    if caller is not None and isinstance(data, dict) and "role" in data:
        said = "the role is that of the token"
        faults.append(Fault(code="Q108", message=said, help="leave out `role`", pointer="/role"))
    if faults:
        raise problems.invalid_query(faults)
    unknown = list(_unknown_rules(engine, data.get("rules", [])))
    if unknown:
        raise problems.unknown_rules(unknown)
    query = ReportQuery(
        date.fromisoformat(data["as_of"]),
        data["facts"],
        tuple(data.get("rules", ())),
        role if caller is not None else data.get("role"),
        True,
        data.get("request_id"),
        language_of(data),
    )
    try:
        return report(engine, query, most=MAX_DECISIONS)
    except ReportErrors as error:
        said_of = Fault(code="Q108", message=error.message, help=error.advice, pointer="/rules")
        raise problems.invalid_query([said_of]) from error
    except NotForReader as error:
        raise problems.not_for_reader(str(error), has_token=caller is not None) from error
    except ReaderErrors as error:
        raise problems.invalid_query(problems.fact_faults(error.problems, "/role")) from error
    except FactErrors as error:
        raise problems.invalid_facts(problems.fact_faults(error.problems), more=error.more) from error


def _unknown_rules(engine: Engine, names: list[str]) -> Iterable[Fault]:
    for index, name in enumerate(names[: limits.MAX_RULES]):
        try:
            engine.rules(name)
        except UnknownRule as error:
            yield problems.unknown_rule(error, f"/rules/{index}")


def _format_faults(told: Json, pointer: str) -> Iterable[Fault]:
    if not isinstance(told, str) or told not in MEDIA_TYPES:
        advice = proposed(told, MEDIA_TYPES) if isinstance(told, str) else ""
        yield queries.wrong(told, f"one of {listed(MEDIA_TYPES)}", pointer, advice)


READERS: Mapping[str, queries.Reader] = {
    "request_id": queries.text_faults,
    "rules": queries.rule_faults,
    "as_of": queries.day_faults,
    "role": queries.text_faults,
    "format": _format_faults,
    "language": language_faults,
    "facts": queries.object_faults,
}
"""What looks at each part of a question."""
