"""The rules: which there are, what each asks for, which facts it reads."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from flask import Blueprint
from flask.typing import ResponseReturnValue

from dsl import core as c
from dsl.core.references import reads_of
from evaluator.acceptance.facts_schema import facts_schema
from evaluator.engine import Engine, UnknownRule
from review.languages.voice import LANGUAGES, voice_of
from review.words.finding import Finder
from review.words.outline import rule_line, rule_outline
from server.api import parameters, problems, wire
from server.api.languages import asked_language, in_language
from server.snapshot import current_engine

MOST_FOUND = 500
"""Rules, facts and certifications found by words that are told."""
_FINDERS: WeakKeyDictionary[Engine, Finder] = WeakKeyDictionary()

bp = Blueprint("rules", __name__, url_prefix="/v1/rules")


@bp.get("")
def list_rules() -> ResponseReturnValue:
    """List the rules; where asked those of a kind, those in force on a day, and those that have some words, with the facts that do."""
    engine = current_engine()
    told = parameters.read("kind", "as_of", "q")
    question = parameters.words(told, "q")
    answered = None if question is None else _finder(engine).find(question, most=MOST_FOUND)
    kind = parameters.choice(told, "kind", tuple(engine.core.kinds.asked))
    # Measures stand beside the rules: they are listed for who asks for them.
    known = engine.core.measures if kind == "measure" else engine.core.rules
    names = known if answered is None else [one.asked for one in answered.found if one.asked in known]
    rules = [known[name] for name in names]
    day = parameters.day(told, "as_of")
    chosen = [
        rule
        for rule in rules
        if (kind is None or rule.kind == kind) and (day is None or rule.version_on(day) is not None)
    ]
    listed = {"policy": _policy(engine), "rules": [rule_line(rule) for rule in chosen]}
    if answered is not None:
        listed["told"] = [one.as_json() for one in answered.found if one.what != "rule"]
        listed["taken_for"] = dict(answered.taken_for)
    return wire.write_json(listed)


@bp.get("/<rule>")
def show_rule(rule: str) -> ResponseReturnValue:
    """Tell a rule in words, of a day or with all its versions."""
    engine = current_engine()
    found = rule_of(engine, rule)
    told = parameters.read("as_of", "language")
    day = parameters.day(told, "as_of")
    language = parameters.choice(told, "language", LANGUAGES) or asked_language()
    outline = rule_outline(engine.core, found, day, voice_of(engine.core, language))
    return in_language(wire.write_json({"policy": _policy(engine), **outline}), language)


@bp.get("/<rule>/schema")
def show_schema(rule: str) -> ResponseReturnValue:
    """Return the JSON Schema of the facts that a rule can read."""
    engine = current_engine()
    found = rule_of(engine, rule)
    parameters.read()
    reads = reads_of(engine.core, [found])
    schema = facts_schema(engine.core, (*reads.facts, *reads.measures, *reads.records))
    return wire.write_json(schema, "application/schema+json")


def _finder(engine: Engine) -> Finder:
    """Return what finds by words in an engine's policies: made when it is first asked."""
    if engine not in _FINDERS:
        _FINDERS[engine] = Finder(engine.core, {name: source.title for name, source in engine.document.sources.items()})
    return _FINDERS[engine]


def _policy(engine: Engine) -> dict[str, str]:
    return {"digest": engine.core.digest, "version": engine.core.version}


def rule_of(engine: Engine, name: str) -> c.Rule:
    """Return a rule by its id.

    Raises:
        Problem: there is none; where the name is that of an award with levels, these are told.
    """
    if name in engine.core.rules or name in engine.core.measures:
        return engine.core.asked(name)
    short = name[:200]
    try:
        meant = [rule.id for rule in engine.asked(short)]
        error = UnknownRule(short, None)
    except UnknownRule as found:
        meant, error = [], found
    raise problems.unknown_rules([problems.unknown_rule(error, more=meant)])
