"""The table of kinds is what every list of kinds is made of, or held to; a row is all that a kind needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import schemas
from cli.main import merit
from dsl.core.kinds import KINDS, OF_LANGUAGE, RuleKind, named
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
    listed = [set(words) for words in enums(json.loads(path.read_text(encoding="utf-8")))]

    of = OF_LANGUAGE
    assert all(found in map(set, (of.asked, of.with_ids, of.awards, of.asking)) for found in listed)


def test_the_schemas_are_looked_at() -> None:
    assert sum(1 for path in SCHEMAS for _ in enums(json.loads(path.read_text(encoding="utf-8")))) >= 6


# ---- the smallest rule of each kind, from text to every reader

SAMPLES: dict[str, str] = {
    "eligibility": 'requires {{ x "X": f }}{register}',
    "amount": 'amount 500 USD   due at d   requires {{ x "X": f }}',
    "options": 'option one "One" {{ requires {{ x "X": f }} }}',
    "stage": "gone when ended   active when held   not_started otherwise",
}
"""What a rule says at the least, by what its kind decides."""
OWN = [named(f"our_{kind.name}", kind, title=f"Our {kind.name}") for kind in KINDS.values() if kind.has_ids]
"""Words of a programme for what is like each kind."""
EVERY = pytest.mark.parametrize("kind", [*KINDS.values(), *OWN], ids=lambda kind: kind.name)
WORDS: dict[str, str] = {"eligibility": "eligible", "amount": "500 USD", "options": "1 options", "stage": "not_started"}
FACTS = {"facts": {"f": True, "d": "2023-05-01"}, "records": {"awards": []}}


def sample(kind: RuleKind) -> tuple[str, str]:
    """Return the smallest rule of a kind with its id; a life cycle is of the awards of a kind."""
    register = "   checked at never" if kind.keeps_register else ""
    body = SAMPLES[kind.decides].format(register=register)
    name = "r" if kind.has_ids else "designation"
    award = "" if kind.has_ids else 'designation r "R" { requires { x "X": f }   checked at never }\n'
    rule = f"{kind.name}.r" if kind.has_ids else f"{kind.name}.designation.r"
    own = f'kind {kind.name} "{kind.title}" like {kind.like}\n\n' if kind.like is not None else ""
    return f'facts {{\n  f: flag\n  d: date\n}}\n\n{own}{award}{kind.name} {name} "The rule" {{ {body} }}\n', rule


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    (tmp_path / "facts.json").write_text(json.dumps(FACTS), encoding="utf-8")
    return lambda *args: CliRunner().invoke(merit, args, catch_exceptions=False)


@EVERY
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
    decision = json.loads(decided.output)["decisions"][0]
    assert (decision["kind"], decision.get("like")) == (kind.name, kind.like)
    assert WORDS[kind.decides].replace("_", " ") in told.output
    assert explained.exit_code == 0
    assert rule in explained.output
    assert pages.exit_code == 0, pages.output
    page = (tmp_path / "guide" / f"{kind.area[0]}.md").read_text(encoding="utf-8")
    assert f"\n# {kind.area[1]}\n" in page
    assert "The rule" in page
    assert kind.name in written


@EVERY
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


@EVERY
def test_the_service_lists_and_tells_a_kind(kind: RuleKind) -> None:
    text, rule = sample(kind)
    client = create_app(Engine(load_sources([Source("r.policy", text)]).document)).test_client()

    listed = client.get(f"/v1/rules?kind={kind.name}").get_json()
    told = client.get(f"/v1/rules/{rule}").get_json()

    assert [(one["id"], one.get("like")) for one in listed["rules"]] == [(rule, kind.like)]
    Draft202012Validator(schemas.load("rule_list")).validate(listed)
    Draft202012Validator(schemas.load("rule")).validate(told)
