"""What a model may ask of the policies: tools that read and change nothing, each a question of the service.

A tool takes JSON and gives JSON. What is wrong with a question is told as the service tells it, so that a model can put
it right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import schemas
from dsl.core.references import reads_of
from dsl.diagnostics import proposed
from evaluator.acceptance.facts_schema import facts_schema
from evaluator.deadline import DeadlineOver, within
from evaluator.engine import Engine
from review.languages.voice import voice_of
from review.words.finding import Finder
from review.words.improvement_json import improvement_json
from review.words.outline import rule_outline
from server.api import answers, improvements, problems, queries, rules
from server.api.languages import language_of
from server.api.problems import Fault, Problem
from server.api.wire import MAX_DEPTH, written

Json = Any
SECONDS = 30
"""How long one question may be worked on."""
MOST_FOUND = 50
MAX_WORDS = 500
"""Characters of the words that are looked for."""
EXACT_DIGITS = 15
"""Digits of a number with a fraction that come through a float unchanged."""

_DAY = schemas.load("query")["properties"]["as_of"]


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that can be asked."""

    name: str
    title: str
    description: str
    schema: Mapping[str, Json]
    """Of what it takes."""
    answer: Callable[[Engine, Json], str]
    """Gives JSON as a text; raises ``Problem`` where the question is wrong."""


def ask(engine: Engine, name: str, arguments: Json) -> tuple[str, bool]:
    """Return what a tool gives, as JSON, and whether that is a problem."""
    try:
        tool = TOOLS.get(name)
        if tool is None:
            said = f"there is no tool `{name[:100]}`"
            fault = Fault(code="Q101", message=said, help=proposed(name[:100], TOOLS, f"there are {', '.join(TOOLS)}"))
            raise problems.invalid_query([fault])
        with within(SECONDS):
            return tool.answer(engine, exact(arguments)), False
    except Problem as problem:
        return written(problem.as_json()), True
    except DeadlineOver:
        return written(problems.deadline().as_json()), True


def exact(value: Json, pointer: str = "", depth: int = 0) -> Json:
    """Return arguments with exact numbers.

    Raises:
        Problem: a number has more digits than a float keeps, is none, or they nest too deeply.
    """
    if depth > MAX_DEPTH:
        raise problems.invalid_query([Fault(code="Q104", message="this nests too deeply", pointer=pointer)])
    match value:
        case float():
            told = repr(value)
            digits = re.sub(r"e.*|[^0-9]", "", told).strip("0")
            if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]{1,2})?", told) or len(digits) > EXACT_DIGITS:
                said, advice = f"`{told}` is no exact number", 'write it as a text, like "0.1"'
                raise problems.invalid_query([Fault(code="Q104", message=said, help=advice, pointer=pointer)])
            return Decimal(told)
        case list():
            return [exact(one, f"{pointer}/{index}", depth + 1) for index, one in enumerate(value)]
        case dict():
            return {
                name: exact(one, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}", depth + 1)
                for name, one in value.items()
            }
        case _:
            return value


def _decide(engine: Engine, query: Json) -> str:
    told = {"detail": "summary", **query} if isinstance(query, dict) else query
    return answers.decided_text(engine, told)


def _improve(engine: Engine, question: Json) -> str:
    found = improvements.answer(engine, question)
    return written(improvement_json(found, voice_of(engine.core, language_of(question))))


def _explain(engine: Engine, question: Json) -> str:
    readers = {"rule": queries.text_faults, "as_of": queries.day_faults, "facts": _flag_faults}
    _check(question, ("rule",), readers)
    rule = rules.rule_of(engine, question["rule"])
    day = date.fromisoformat(question["as_of"]) if "as_of" in question else None
    told = rule_outline(engine.core, rule, day)
    if question.get("facts"):
        reads = reads_of(engine.core, [rule])
        told = {**told, "facts": facts_schema(engine.core, (*reads.facts, *reads.measures, *reads.records))}
    return written(told)


def _find(engine: Engine, question: Json) -> str:
    _check(question, ("words",), {"words": _words_faults})
    sources = {name: source.title for name, source in engine.document.sources.items()}
    return written(Finder(engine.core, sources).find(question["words"], most=MOST_FOUND).as_json())


def _check(question: Json, required: tuple[str, ...], readers: Mapping[str, queries.Reader]) -> None:
    faults = list(queries.faults_of(question, "a question", required, readers))
    if faults:
        raise problems.invalid_query(faults)


def _words_faults(told: Json, pointer: str) -> list[Fault]:
    if isinstance(told, str) and told.strip() and len(told) <= MAX_WORDS:
        return []
    return [queries.wrong(told, "some words", pointer, f"write words, at most {MAX_WORDS} characters")]


def _flag_faults(told: Json, pointer: str) -> list[Fault]:
    return [] if isinstance(told, bool) else [queries.wrong(told, "true or false", pointer, "write true or false")]


def _object(required: list[str], **properties: Json) -> Json:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


_RULE = {"type": "string", "description": "The id of a rule, as `ask` finds it: designation.security"}

TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "ask",
            "Find rules and facts by words",
            "Finds rules, facts, lists and certifications that have all of the words: in their titles, labels and sources. "
            "Ask this first for the ids that the other tools take.",
            _object(["words"], words={"type": "string", "description": "Words to look for: azure administrator"}),
            _find,
        ),
        Tool(
            "explain",
            "Tell a rule in words",
            "Tells what a rule requires on a day, or with all its versions, with figures, sources, file and line; with "
            "`facts` also the JSON Schema of the facts that it can read, which `decide` and `improve` take.",
            _object(["rule"], rule=_RULE, as_of=_DAY, facts={"type": "boolean", "default": False}),
            _explain,
        ),
        Tool(
            "decide",
            "Decide rules about a partner, and say why",
            "Decides rules for a day about a partner's facts. What is not known is left out of the facts, never null or false: "
            "an outcome that depends on it is `undetermined`, and `missing` says what would settle it.",
            schemas.load("query"),
            _decide,
        ),
        Tool(
            "improve",
            "Tell what it would take that a partner is eligible",
            "Looks for the cheapest changes of a partner's facts that make it eligible for a rule, each plan decided anew; or "
            "says what stands in the way.",
            schemas.load("improvement_query"),
            _improve,
        ),
    )
}
"""The tools by their names."""
