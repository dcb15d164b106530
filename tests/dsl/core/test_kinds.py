"""The table of kinds is what every list of kinds is made of, or held to; a row is all that a kind needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import schemas
from cli.main import merit
from dsl import document as d
from dsl.core.kinds import ASKED, AWARD_KINDS, COMMON, KINDS, RuleKind
from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine
from server.app import create_app

SCHEMAS = sorted((Path(__file__).resolve().parents[3] / "schemas").glob("*.json"))


def enums(value: Any) -> Iterator[list[str]]:
    """Yield the lists of words in a schema that name a kind of rule."""
    if isinstance(value, dict):
        if "designation" in value.get("enum", ()):
            yield value["enum"]
        for inner in value.values():
            yield from enums(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from enums(inner)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_a_schema_lists_the_kinds_of_the_table(path: Path) -> None:
    named = [set(words) for words in enums(json.loads(path.read_text(encoding="utf-8")))]

    assert all(words in (set(KINDS), set(ASKED), {*KINDS, COMMON}, set(AWARD_KINDS)) for words in named)


def test_the_schemas_are_looked_at() -> None:
    assert sum(1 for path in SCHEMAS for _ in enums(json.loads(path.read_text(encoding="utf-8")))) >= 6


def test_the_document_knows_the_kinds_of_the_table() -> None:
    assert set(get_args(get_type_hints(d.Rule)["kind"])) == {*KINDS, COMMON}


# ---- the smallest rule of each kind, from text to every reader

SAMPLES: dict[str, str] = {
    "eligibility": 'requires {{ x "X": f }}{register}',
    "amount": 'amount 500 USD   due at d   requires {{ x "X": f }}',
    "options": 'option one "One" {{ requires {{ x "X": f }} }}',
    "stage": "gone when ended   active when held   not_started otherwise",
}
"""What a rule says at the least, by what its kind decides."""
WORDS: dict[str, str] = {"eligibility": "eligible", "amount": "500 USD", "options": "1 options", "stage": "not_started"}
FACTS = {"facts": {"f": True, "d": "2023-05-01"}, "records": {"awards": []}}


def sample(kind: RuleKind) -> tuple[str, str]:
    """Return the smallest rule of a kind with its id; a life cycle is of the awards of a kind."""
    register = "   checked at never" if kind.keeps_register else ""
    body = SAMPLES[kind.decides].format(register=register)
    name = "r" if kind.has_ids else "designation"
    award = "" if kind.has_ids else 'designation r "R" { requires { x "X": f }   checked at never }\n'
    rule = f"{kind.name}.r" if kind.has_ids else f"{kind.name}.designation.r"
    return f'facts {{\n  f: flag\n  d: date\n}}\n\n{award}{kind.name} {name} "The rule" {{ {body} }}\n', rule


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    (tmp_path / "facts.json").write_text(json.dumps(FACTS), encoding="utf-8")
    return lambda *args: CliRunner().invoke(merit, args, catch_exceptions=False)


@pytest.mark.parametrize("kind", list(KINDS.values()), ids=lambda kind: kind.name)
def test_the_smallest_rule_of_a_kind_comes_through_every_command(
    kind: RuleKind, run: Callable[..., Result], tmp_path: Path
) -> None:
    text, rule = sample(kind)
    policy = tmp_path / "policies" / "r.policy"
    policy.write_text(text, encoding="utf-8")

    run("fmt", "policies")
    assert " error: " not in run("check", "policies").output
    written = policy.read_text(encoding="utf-8")
    assert run("fmt", "--check", "policies").exit_code == 0

    decided = run("decide", rule, "--facts", "facts.json", "--as-of", "2023-04-15", "--format", "json")
    told = run("decide", rule, "--facts", "facts.json", "--as-of", "2023-04-15")
    explained = run("explain", rule, "--as-of", "2023-04-15")
    pages = run("docs", "--format", "markdown", "--out", "guide")

    assert decided.exit_code == 0, decided.output
    Draft202012Validator(schemas.load("answer")).validate(json.loads(decided.output))
    assert json.loads(decided.output)["decisions"][0]["kind"] == kind.name
    assert WORDS[kind.decides].replace("_", " ") in told.output
    assert explained.exit_code == 0
    assert rule in explained.output
    assert pages.exit_code == 0, pages.output
    assert "The rule" in (tmp_path / "guide" / f"{kind.area[0]}.md").read_text(encoding="utf-8")
    assert kind.name in written


@pytest.mark.parametrize("kind", list(KINDS.values()), ids=lambda kind: kind.name)
def test_scenarios_of_a_kind_are_generated_and_pass(kind: RuleKind, run: Callable[..., Result], tmp_path: Path) -> None:
    text, rule = sample(kind)
    (tmp_path / "policies" / "r.policy").write_text(text, encoding="utf-8")
    scenarios = tmp_path / "policies" / "r.scenarios.yaml"
    expected = {"options": "{ options: { one: eligible } }"}.get(kind.decides, WORDS[kind.decides])
    told = yaml.safe_dump(FACTS, default_flow_style=True, width=1000).strip()
    scenarios.write_text(
        f"scenarios:\n  - name: One\n    as_of: 2023-04-15\n    with: {told}\n    expect: {{ {rule}: {expected} }}\n",
        encoding="utf-8",
    )

    result = run("test", "policies")
    made = run("test", "policies", "--generate", rule)

    assert result.exit_code == 0, result.output
    assert made.exit_code == 0, made.output


@pytest.mark.parametrize("kind", list(KINDS.values()), ids=lambda kind: kind.name)
def test_the_service_lists_and_tells_a_kind(kind: RuleKind) -> None:
    text, rule = sample(kind)
    client = create_app(Engine(load_sources([Source("r.policy", text)]).document)).test_client()

    listed = client.get(f"/v1/rules?kind={kind.name}").get_json()
    told = client.get(f"/v1/rules/{rule}").get_json()

    assert [one["id"] for one in listed["rules"]] == [rule]
    Draft202012Validator(schemas.load("rule_list")).validate(listed)
    Draft202012Validator(schemas.load("rule")).validate(told)
