"""Queries from JSON, and their answers (``schemas/query``, ``schemas/answer``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, TypeAlias, get_args

from dsl.diagnostics import listed, proposed
from evaluator import limits
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.decision import Answer, Detail
from evaluator.engine import Engine, Query, UnknownRule
from evaluator.whatif.changes import changes_of, shape_problems
from evaluator.whatif.comparison import ChangeErrors, Comparison, compare
from review.languages.voice import ENGLISH
from review.report.projection import CannotProject, projecting
from server.api import problems
from server.api.languages import language_faults, language_of
from server.api.only import MOST as MOST_CODES, unknown_faults
from server.api.problems import Fault
from server.api.wire import escaped

Json = Any
REQUIRED = ("decide", "as_of", "facts")
OPTIONAL = ("request_id", "policy", "detail", "project", "language", "what_if", "only")
DETAILS: tuple[Detail, ...] = get_args(Detail)
MAX_ID = 200
"""Characters of a request's or an item's id, and of a rule's."""

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def answer(
    engine: Engine, data: Json, most: int = problems.MAX_FAULTS, at_hand: Sequence[str] = ()
) -> Answer | Comparison:
    """Return the answer to a query; one that asks what if, beside that of the changed facts.

    Args:
        engine: what decides.
        data: the query as read.
        most: how many faults of each sort are looked for; to propose something for each takes its time.
        at_hand: the digests that are told where the query names other policies.

    Raises:
        Problem: it is no query, names other policies or a rule that does not exist, or its facts do not fit the
            vocabulary. All that is wrong is told at once; of other policies nothing else is told.
    """
    faults, more = _first(query_faults(data), most)
    decide = data.get("decide") if isinstance(data, dict) else None
    no_codes: list[Fault] = []
    unknown, more_unknown = _first(_unknown_rules(engine, decide) if isinstance(decide, list) else (), most)
    if not faults:
        if "policy" in data and data["policy"]["digest"] != engine.core.digest:
            raise problems.other_policies(data["policy"]["digest"], at_hand or [engine.core.digest])
        if "only" in data:
            no_codes, more_codes = _first(unknown_faults(engine, data["only"]), most)
            unknown, more_unknown = [*unknown, *no_codes], more_unknown or more_codes
        if unknown:
            facts, more_facts = _fact_faults(engine, data["facts"], most)
            if not facts:
                raise (problems.invalid_query if no_codes else problems.unknown_rules)(unknown, more=more_unknown)
            raise problems.invalid_facts([*facts, *unknown], more=more_facts or more_unknown)
        try:
            if "what_if" in data:
                return compare(engine, query_of(data), changes_of(data["what_if"]))
            if "project" in data:
                day = date.fromisoformat(data["project"])
                query, projection = projecting(engine, query_of(data), day, language_of(data))
                return replace(engine.decide(query, most_problems=most), projection=projection.as_json())
            return engine.decide(query_of(data), most_problems=most)
        except CannotProject as error:
            fault = Fault(code="Q111", message=str(error), help=_PROJECT_ADVICE, pointer="/project")
            raise problems.invalid_query([fault]) from error
        except ChangeErrors as error:
            below = problems.fact_faults(error.problems, "/what_if")
            raise problems.invalid_facts(below, more=error.more) from error
        except FactErrors as error:
            raise problems.invalid_facts(problems.fact_faults(error.problems), more=error.more) from error
    if isinstance(data, dict) and isinstance(data.get("facts"), dict):
        facts, more_facts = _fact_faults(engine, data["facts"], most)
        faults.extend(facts)
        more = more or more_facts
    raise problems.invalid_query([*faults, *unknown], more=more or more_unknown)


def _first(found: Iterable[Fault], most: int) -> tuple[list[Fault], bool]:
    """Return the first of what was found, and whether there is more."""
    first = list(islice(found, most + 1))
    return first[:most], len(first) > most


def digest_wanted(data: Json) -> Json:
    """Return what a query names as the digest of the policies that are to decide; None where it names none."""
    told = data.get("policy") if isinstance(data, dict) else None
    return told.get("digest") if isinstance(told, dict) else None


def query_of(data: Json) -> Query:
    """Return the query of data that have no fault."""
    return Query(
        decide=tuple(data["decide"]),
        as_of=date.fromisoformat(data["as_of"]),
        facts=data["facts"],
        request_id=data.get("request_id"),
        detail=data.get("detail", "full"),
        written=is_plain(data),
    )


def is_plain(data: Json) -> bool:
    """Whether an answer goes out as it is written at once: in the language of the policies, with all its reasons."""
    return language_of(data) == ENGLISH and not {"only", "what_if"} & data.keys()


def asked(data: Json) -> list[str]:
    """Return the names of rules that a query asks for; what is no query asks for none."""
    decide = data.get("decide") if isinstance(data, dict) else None
    return [name for name in decide if isinstance(name, str)] if isinstance(decide, list) else []


Reader: TypeAlias = Callable[[Json, str], Iterable[Fault]]
"""Yields what is wrong with the value that stands at a pointer."""


def faults_of(data: Json, called: str, required: Sequence[str], readers: Mapping[str, Reader]) -> Iterable[Fault]:
    """Yield what keeps a document from being a question: its keys, and what is wrong with the value of each.

    Args:
        data: the document.
        called: what it is called.
        required: keys that it has to have.
        readers: by key, what looks at its value.
    """
    if not isinstance(data, dict):
        yield Fault(code="Q104", message=f"{called} is an object, this is {kind_of(data)}", pointer="")
        return
    yield from key_faults(data, tuple(readers), required)
    for name, read in readers.items():
        if name in data:
            yield from read(data[name], f"/{name}")


def query_faults(data: Json) -> Iterable[Fault]:
    """Yield what keeps a document from being a query; the facts in it are looked at by the engine."""
    yield from faults_of(data, "a query", REQUIRED, _READERS)
    if isinstance(data, dict) and {"project", "what_if"} <= data.keys():
        message = "a query projects facts or changes them, not both"
        yield Fault(code="Q111", message=message, help="leave out `project` or `what_if`", pointer="/project")

    if isinstance(data, dict) and "only" in data and data.get("detail") == "none":
        message = "`only` asks for reasons, and `detail` for none"
        yield Fault(code="Q104", message=message, help="leave out one of them", pointer="/only")


def _only_faults(told: Json, pointer: str) -> Iterable[Fault]:
    """Yield what keeps a value from being codes of reasons that are asked for."""
    if not isinstance(told, list):
        advice = f'write ["{told[:MAX_ID]}"]' if isinstance(told, str) else ""
        yield wrong(told, "a list of codes", pointer, advice)
    elif not 1 <= len(told) <= MOST_CODES:
        said = f"{len(told):,} codes are asked for"
        yield Fault(code="Q104", message=said, help=f"ask for 1 to {MOST_CODES}, or with `*`", pointer=pointer)
    else:
        for index, name in enumerate(told):
            yield from text_faults(name, f"{pointer}/{index}")


_PROJECT_ADVICE = "leave `project` out where the facts bring `projected`; else project to a day from `as_of` on"


def object_faults(value: Json, pointer: str) -> Iterable[Fault]:
    """Yield what keeps a value from being an object."""
    if not isinstance(value, dict):
        yield wrong(value, "an object", pointer)


def _detail_faults(told: Json, pointer: str) -> Iterable[Fault]:
    if told not in DETAILS:
        yield wrong(
            told, f"one of {listed(DETAILS)}", pointer, proposed(told, DETAILS) if isinstance(told, str) else ""
        )


def _what_if_faults(told: Json, pointer: str) -> Iterable[Fault]:
    return problems.fact_faults(shape_problems(told), pointer)


def _policy_faults(told: Json, pointer: str) -> Iterable[Fault]:
    """Yield what keeps a value from naming policies."""
    if not isinstance(told, dict):
        advice = f'write {{"digest": "{told}"}}' if isinstance(told, str) and _DIGEST.fullmatch(told) else ""
        yield wrong(told, "an object with `digest`", pointer, advice)
        return
    yield from key_faults(told, ("digest",), ("digest",), pointer)
    digest = told.get("digest", "")
    if "digest" not in told:
        return
    if not isinstance(digest, str):
        yield wrong(digest, "a digest", f"{pointer}/digest", "write the `policy.digest` of an answer")
    elif not _DIGEST.fullmatch(digest):
        said = "this is no digest of policies: 64 hexadecimal digits"
        yield Fault(
            code="Q104", message=said, help="write the `policy.digest` of an answer", pointer=f"{pointer}/digest"
        )


def key_faults(
    data: dict[str, Json], known: Sequence[str], required: Sequence[str], pointer: str = ""
) -> Iterable[Fault]:
    """Yield the keys of an object that nobody knows and those that it lacks."""
    for key in data:
        if key not in known:
            advice = proposed(key[:MAX_ID], known, f"known are {listed(known)}")
            said = f"I do not know `{key[:MAX_ID]}`"
            yield Fault(code="Q101", message=said, help=advice, pointer=f"{pointer}/{escaped(key[:MAX_ID])}")
    for key in required:
        if key not in data:
            yield Fault(code="Q103", message=f"`{key}` is required", help="add it", pointer=f"{pointer}/{key}")


def text_faults(value: Json, pointer: str) -> Iterable[Fault]:
    """Yield what keeps a value from being an id: a text, not empty, of bounded length."""
    if not isinstance(value, str):
        yield wrong(value, "a text", pointer)
    elif not 1 <= len(value) <= MAX_ID:
        yield Fault(
            code="Q104", message=f"this has {len(value):,} characters", help=f"write 1 to {MAX_ID}", pointer=pointer
        )


def rule_faults(value: Json, pointer: str) -> Iterable[Fault]:
    """Yield what keeps a value from being a list of rules to decide."""
    if not isinstance(value, list):
        advice = f'write ["{value[:MAX_ID]}"]' if isinstance(value, str) else ""
        yield wrong(value, "a list of rules", pointer, advice)
    elif not value:
        yield Fault(code="Q104", message="nothing is asked", help="name a rule, or `*` for all", pointer=pointer)
    elif len(value) > limits.MAX_RULES:
        said = f"{len(value):,} rules are asked at once"
        yield Fault(code="Q104", message=said, help=f"ask for at most {limits.MAX_RULES}, or with `*`", pointer=pointer)
    else:
        for index, name in enumerate(value):
            yield from text_faults(name, f"{pointer}/{index}")


def day_faults(value: Json, pointer: str) -> Iterable[Fault]:
    """Yield what keeps a value from being a day that can be asked about."""
    advice = 'write year-month-day, like "2023-06-30"'
    if value is None:
        yield Fault(code="Q102", message="`null` is no value", help=advice, pointer=pointer)
    elif not isinstance(value, str) or _DAY.fullmatch(value) is None:
        yield Fault(
            code="Q104", message=f"this is {kind_of(value)}, where a date is expected", help=advice, pointer=pointer
        )
    else:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            yield Fault(code="Q104", message=f"`{value}` is not a day of the calendar", help=advice, pointer=pointer)
            return
        if not limits.is_inside(day):
            yield Fault(code="Q107", message=str(limits.DayOutside(day)), help=limits.SPAN_ADVICE, pointer=pointer)


def wrong(value: Json, wanted: str, pointer: str, advice: str = "") -> Fault:
    """Return the fault of a value of another kind than wanted."""
    if value is None:
        optional = pointer.rsplit("/", 1)[-1] in OPTIONAL
        needed = advice or ("leave it out" if optional else f"write {wanted}")
        return Fault(code="Q102", message="`null` is no value", help=needed, pointer=pointer)
    return Fault(
        code="Q104", message=f"this is {kind_of(value)}, where {wanted} is expected", help=advice, pointer=pointer
    )


def kind_of(value: Json) -> str:
    """Say what a JSON value is."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the text `{value[:40]}`"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "a number"


def _unknown_rules(engine: Engine, decide: list[Json]) -> Iterable[Fault]:
    for index, name in enumerate(decide[: limits.MAX_RULES]):
        if isinstance(name, str) and 1 <= len(name) <= MAX_ID:
            try:
                engine.asked(name)
            except UnknownRule as error:
                yield problems.unknown_rule(error, f"/decide/{index}")


def _fact_faults(engine: Engine, facts: Json, most: int) -> tuple[list[Fault], bool]:
    """Return what is wrong with facts, and whether there may be more of it."""
    try:
        engine.reader.check(facts, most=most)
    except FactErrors as error:
        return problems.fact_faults(error.problems), error.more
    return [], False


_READERS: Mapping[str, Reader] = {
    "request_id": text_faults,
    "decide": rule_faults,
    "as_of": day_faults,
    "facts": object_faults,
    "policy": _policy_faults,
    "detail": _detail_faults,
    "project": day_faults,
    "language": language_faults,
    "what_if": _what_if_faults,
    "only": _only_faults,
}
"""What looks at each part of a query."""
