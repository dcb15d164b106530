"""``merit explain``: a rule in words, without facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import click

from cli.console import as_of_option, echo_json, fail_usage, load_engine, paint, policies_option, policy_folders, today
from dsl import core as c
from dsl.builtin import BUILT_IN
from dsl.core.references import reads_of
from evaluator.engine import Engine, UnknownRule
from evaluator.rule_text import Clause, OptionText, RuleText, rule_text, version_told
from evaluator.sentence import days
from review.words.decision_text import cite_text

Json = Any


@click.command(short_help="Say a rule in words, without facts.")
@click.argument("rules", nargs=-1, required=True, metavar="RULE...")
@as_of_option("Day whose version and figures are told")
@policies_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(rules: tuple[str, ...], as_of: date | None, policies: tuple[str, ...], form: str) -> None:
    """Say in words what RULE requires, where that is written, and what a service must tell to have it decided."""
    day = as_of or today()
    engine = load_engine(policy_folders(policies))
    try:
        found = [rule for pattern in rules for rule in engine.rules(pattern)]
    except UnknownRule as error:
        fail_usage(f"{error}" + (f"; did you mean `{error.suggestion}`?" if error.suggestion else ""))
    if form == "json":
        echo_json([explained_json(engine, rule, day) for rule in found])
        return
    for index, rule in enumerate(found):
        if index:
            click.echo()
        for line in explained_lines(engine, rule, day):
            click.echo(line)


def explained_lines(engine: Engine, rule: c.Rule, day: date) -> Iterator[str]:
    """Yield a rule in words, line by line."""
    told = version_told(rule, day)
    text = rule_text(engine.core, told, _day_of(told, day))
    yield f"{paint(rule.id, 'head')}  {text.title}  {paint(text.at, 'faint')}"
    for version in rule.versions:
        mark = f"  in force on {day}" if version.in_force(day) else ""
        shown = "  told below" if version is told and not mark and len(rule.versions) > 1 else ""
        yield f"  {days(version.days)}{mark}{shown}"
    if not told.in_force(day):
        yield f"  not in force on {day}"
    yield from _notes(text.cites, text.assumes, "  ")
    if text.seen is not None:
        yield paint(f"  observed on {text.seen}; applied to earlier days it is an assumption", "faint")
    yield from (f"  {sentence}" for sentence in text.sentences)
    for clause in text.clauses:
        yield from _clause(clause, rule.id, 1, text.cites)
    for option in text.options:
        yield from _option(option, rule.id)
    if text.definitions:
        yield "  where"
    for one in text.definitions:
        yield f"    {one.title} is {one.sentence}  {paint(one.at, 'faint')}"
    yield from _to_tell(engine, rule)


def _day_of(version: c.RuleVersion, day: date) -> date:
    """Return the day itself where the version is in force, else its first or last day."""
    if version.in_force(day):
        return day
    if version.days.start is not None and day < version.days.start:
        return version.days.start
    return date.fromordinal(version.days.end.toordinal() - 1) if version.days.end is not None else day


def _clause(clause: Clause, rule: str, depth: int, cited: tuple[c.Citation, ...]) -> Iterator[str]:
    indent = "  " * depth
    code = clause.code.removeprefix(f"{rule}.")
    dated = f" ({days(clause.days)})" if clause.days != c.ALWAYS else ""
    yield f"{indent}{code}  {clause.title}: {clause.sentence}{dated}  {paint(clause.at, 'faint')}"
    yield from _notes(() if clause.cites == cited else clause.cites, clause.assumes, f"{indent}    ")
    for part in clause.parts:
        yield from _clause(part, rule, depth + 1, clause.cites or cited)


def _option(option: OptionText, rule: str) -> Iterator[str]:
    dated = f" ({days(option.days)})" if option.days != c.ALWAYS else ""
    yield f"  option {option.name}  {option.title}{dated}  {paint(option.at, 'faint')}"
    yield from _notes(option.cites, option.assumes, "      ")
    for clause in option.clauses:
        yield from _clause(clause, rule, 2, option.cites)
    yield from (f"    {effect}" for effect in option.effects)


def _notes(cites: tuple[c.Citation, ...], assumes: tuple[str, ...], indent: str) -> Iterator[str]:
    if cites:
        yield paint(f"{indent}{cite_text(cites)}", "faint")
    for text in assumes:
        yield paint(f"{indent}assumes: {text}", "faint")


# ---- what a service tells ---------------------------------------------------------------------------------------


def _to_tell(engine: Engine, rule: c.Rule) -> Iterator[str]:
    core = engine.core
    reads = reads_of(core, [rule])
    if reads.facts or reads.measures or reads.records:
        yield "  to have it decided, tell:"
    for name in reads.facts:
        yield f"    /facts/{name}  {core.facts[name].title} ({core.facts[name].type})"
    for name in reads.measures:
        measure = core.named[name]
        yield f"    /facts/{name}  {measure.title} ({measure.type}), or the records it is reckoned from"
    for name in reads.records:
        records = BUILT_IN.get(name) or core.records[name]
        fields = [field.name for field in records.fields.values() if field.formula is None]
        shown = ", ".join(["month", *fields] if records.monthly else fields)
        yield f"    /records/{name}  {records.title} ({shown})"


# ---- JSON -------------------------------------------------------------------------------------------------------


def explained_json(engine: Engine, rule: c.Rule, day: date) -> dict[str, Json]:
    """Return a rule in words as JSON."""
    told = version_told(rule, day)
    text = rule_text(engine.core, told, _day_of(told, day))
    reads = reads_of(engine.core, [rule])
    return {
        "rule": rule.id,
        "title": text.title,
        "kind": rule.kind,
        "as_of": day.isoformat(),
        "in_force": told.in_force(day),
        "at": text.at,
        "versions": [_days_json(version.days) for version in rule.versions],
        **_version_json(text),
        "tell": {"facts": list(reads.facts), "measures": list(reads.measures), "records": list(reads.records)},
    }


def _version_json(text: RuleText) -> dict[str, Json]:
    return {
        "version": _days_json(text.days),
        **_notes_json(text.cites, text.assumes),
        "sentences": list(text.sentences),
        "requirements": [_clause_json(clause) for clause in text.clauses],
        "options": [
            {
                "option": option.name,
                "title": option.title,
                "at": option.at,
                **_notes_json(option.cites, option.assumes),
                "requirements": [_clause_json(clause) for clause in option.clauses],
                "effects": list(option.effects),
            }
            for option in text.options
        ],
        "where": [
            {"name": one.name, "title": one.title, "sentence": one.sentence, "at": one.at} for one in text.definitions
        ],
    }


def _clause_json(clause: Clause) -> dict[str, Json]:
    return {
        "code": clause.code,
        "title": clause.title,
        "sentence": clause.sentence,
        "at": clause.at,
        **_notes_json(clause.cites, clause.assumes),
        "parts": [_clause_json(part) for part in clause.parts],
    }


def _notes_json(cites: tuple[c.Citation, ...], assumes: tuple[str, ...]) -> dict[str, Json]:
    return {
        "cite": [{"source": cite.source, "place": cite.place} for cite in cites],
        "assumptions": list(assumes),
    }


def _days_json(span: c.Days) -> dict[str, Json]:
    return {
        **({} if span.start is None else {"from": span.start.isoformat()}),
        **({} if span.end is None else {"until": span.end.isoformat()}),
    }
