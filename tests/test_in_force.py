"""What is in force on a day: all that tell it, for all rules on all days around a change, against the plain definition."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import merit
from dsl import core as c
from dsl.source import Span
from evaluator.engine import Engine, Query
from review.guide.editions import editions
from review.guide.names import Names
from review.guide.told import Line, all_lines
from review.words.outline import rule_outline
from review.words.rule_text import rule_lines
from server.app import create_app
from tests.dsl.test_written import PIECES, load as load_piece
from tests.shipped import engine_of

ROOT = Path(__file__).parents[1]
Json = Any


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_of()


# ---- the plain definition, by the kinds of the core that may hold what has days


def version_of(rule: c.Rule, day: date) -> c.RuleVersion | None:
    for version in rule.versions:
        if day in version.days and says_something(version, day):
            return version
    return None


def says_something(version: c.RuleVersion, day: date) -> bool:
    if version.requirement is not None:
        waiting = [version.requirement]
        while waiting:
            part = waiting.pop()
            if isinstance(part, c.AllOf):
                waiting.extend(part.parts)
            elif not isinstance(part, c.Requirement) or day in part.days:
                return True
        return False
    if isinstance(version.amount, c.Dated):
        return any(day in one.days for one in version.amount.versions)
    return not version.options or any(day in option.days for option in version.options)


def asked(value: Any, day: date) -> list[Json]:
    """Return the codes of requirements that count on a day, each with those inside it."""
    if isinstance(value, c.Requirement):
        return [[value.code, asked(value.value, day)]] if day in value.days else []
    if isinstance(value, c.DatedValue | c.TableRow) and day not in value.days:
        return []
    if isinstance(value, tuple):
        return [found for item in value for found in asked(item, day)]
    if is_dataclass(value) and not isinstance(value, Span):
        return [found for own in fields(value) for found in asked(getattr(value, own.name), day)]
    return []


def days_around(rule: c.Rule) -> set[date]:
    """Return the days around every change in a rule."""
    found = {date(2023, 6, 20)}

    def look(value: Any) -> None:
        if isinstance(value, c.Days):
            for day in (value.start, value.end):
                if day is not None:
                    found.update((day - timedelta(days=1), day))
        elif isinstance(value, tuple):
            for item in value:
                look(item)
        elif isinstance(value, dict):
            look(tuple(value.values()))
        elif is_dataclass(value) and not isinstance(value, Span):
            look(tuple(getattr(value, own.name) for own in fields(value)))

    look(rule.versions)
    return found


def in_order(told: list[Json]) -> list[str]:
    return [code for one, inner in told for code in (one, *in_order(inner))]


def codes(told: list[Json]) -> set[str]:
    return {code for one, inner in told for code in (one, *codes(inner))}


def nested(told: list[Json]) -> list[Json]:
    """Return the codes of requirements as JSON tells them."""
    key = "parts"
    return [[one["code"], nested(one.get(key, []))] for one in told]


def lines_of(told: tuple[Line, ...]) -> Iterator[str]:
    yield from (line.code for line in told if line.group == "asked" and line.code)


@pytest.mark.long
def test_all_that_tell_what_is_in_force_agree_with_the_plain_definition(engine: Engine) -> None:
    """One rule in three, of each kind; all of them in the full run."""
    kinds: dict[str, list[c.Rule]] = {}
    for rule in engine.core.rules.values():
        kinds.setdefault(rule.kind, []).append(rule)
    check_all(engine, (rule for its in kinds.values() for rule in its[::3]))


@pytest.mark.benchmarks
def test_all_agree_of_every_rule(engine: Engine) -> None:
    check_all(engine, engine.core.rules.values())


def check_all(engine: Engine, rules: Iterable[c.Rule]) -> None:
    core, names = engine.core, Names(engine.core, engine.document)
    for rule in rules:
        told = editions(names, rule)
        for day in sorted(days_around(rule)):
            version = version_of(rule, day)
            want = asked(version.requirement, day) if version is not None else []
            where = f"{rule.id} on {day}"

            decision = engine.decide(Query((rule.id,), day, {})).decisions[0]
            outline, text = rule_outline(core, rule, day), rule_lines(core, rule, day)
            marked = [line for line in text if re.search(f"^  .*in force on {day}", line)]
            edition = next((one for one in told if day in one.days and one.lines), None)

            now = version is not None
            assert decision.in_force is now, where
            assert any("not in force" not in line for line in marked) is now, where
            assert bool(outline["versions"]) is now, where
            assert (edition is not None) is now, where
            if version is None or edition is None or rule.kind in ("lifecycle", "choice"):
                continue
            assert nested(outline["versions"][0].get("requirements", [])) == want, where
            asked_for = itertools.takewhile(lambda line: not re.match("  where|  to have it decided", line), text)
            shown = (line.split("  ")[0] for line in map(str.lstrip, asked_for))
            assert [code for code in shown if f"{rule.id}.{code}" in codes(want)] == [
                code.removeprefix(f"{rule.id}.") for code in in_order(want)
            ], where
            tops = [code for code, _ in want]
            assert list(lines_of(edition.lines)) == tops, where
            assert {line.code for line in all_lines(edition.lines) if line.group == "asked"} - {""} <= codes(want), (
                where
            )
            decided = [reason.code for reason in decision.reasons]
            assert [code for code in decided if code in codes(want)] == tops, where


@pytest.mark.parametrize("place", range(len(PIECES)))
def test_they_agree_whatever_the_language_writes(place: int) -> None:
    """Over the pieces that have every production of the grammar with every part that it may have."""
    written = Engine(load_piece(PIECES[place]).document)

    check_all(written, (rule for rule in written.core.rules.values() if rule.origin.source.name == "piece.policy"))


@pytest.mark.parametrize("path", ["laws/figures", "laws/register", "laws/scores", "service"])
def test_they_agree_over_the_policies_of_the_laws(path: str) -> None:
    found = ROOT / "tests" / "data" / "policies" / path
    engine = engine_of(found if found.is_dir() else found.with_suffix(".policy"))

    check_all(engine, engine.core.rules.values())


def test_the_list_of_a_day_has_the_rules_in_force(engine: Engine) -> None:
    client = create_app(engine).test_client()
    every = {day for rule in engine.core.rules.values() for version in rule.versions for day in _edges(version.days)}
    for day in sorted(every):
        found = client.get(f"/v1/rules?as_of={day}").get_json()

        listed = [rule["id"] for rule in found["rules"]]
        assert listed == [rule.id for rule in engine.core.rules.values() if version_of(rule, day) is not None], day


def test_explain_and_the_service_tell_the_same_json(engine: Engine) -> None:
    client = create_app(engine).test_client()
    ran = CliRunner().invoke(
        merit, ["explain", "*", "--as-of", "2023-06-20", "--policies", str(ROOT / "policies"), "--format", "json"]
    )

    told = json.loads(ran.output)
    assert len(told) == len(engine.core.rules)
    places = re.compile(f"{re.escape(str(ROOT))}/")
    for rule in told[::5]:
        served = client.get(f"/v1/rules/{rule['id']}?as_of=2023-06-20").get_json()
        assert json.loads(places.sub("", json.dumps(rule))) == json.loads(places.sub("", json.dumps(served))), rule[
            "id"
        ]


def _edges(days: c.Days) -> set[date]:
    known = {day for day in (days.start, days.end) if day is not None}
    return known | {day - timedelta(days=1) for day in known}
