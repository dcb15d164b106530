"""JSON and YAML by the parser in C are what they are by the other, each value at its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from dsl import codec
from dsl.cache import Cache
from dsl.load import load_sources
from dsl.sheets import MAX_SHEET_DEPTH, _composed, _Plain
from dsl.source import Source

SHEETS = [
    '{"merit": "1", "facts": {"n": {"type": {"kind": "count"}, "title": "Zähler 数 \U0001f600 é"}}}',
    'merit: "1"\n# Ünder\nfacts:\n  n:\n    type: {kind: count}\n    title: "Zähler 数"\n  m: {type: {kind: flag}}\n',
    "a: [1, yes, ~, 2022-10-03, 1.50, 'x']\nb: >\n  folded\n  text\n",
]


def told(node: yaml.Node | None) -> object:
    """Return a node with its places."""
    if node is None:
        return None
    value = node.value
    if isinstance(node, yaml.MappingNode):
        value = [(told(key), told(inner)) for key, inner in node.value]
    elif isinstance(node, yaml.SequenceNode):
        value = [told(inner) for inner in node.value]
    return type(node).__name__, node.tag, node.start_mark.index, node.end_mark.index, value


@pytest.mark.parametrize("text", SHEETS)
def test_both_parsers_read_the_same_at_the_same_places(text: str) -> None:
    assert told(_composed(text)) == told(yaml.compose(text, Loader=_Plain))


@pytest.mark.parametrize("nested", ["[" * 200_000, "- " * (MAX_SHEET_DEPTH + 2) + "a"], ids=["open", "whole"])
def test_what_is_nested_too_deeply_is_told(nested: str) -> None:
    assert [one.code for one in load_sources([Source("a.json", nested)]).errors] == ["P009"]


def test_policies_are_the_same_as_json_and_as_text() -> None:
    text = load_sources([Source("a.policy", 'facts { n "Zähler": count }\nentitlement e { requires { q: n >= 5 } }\n')])
    again = load_sources([Source("a.json", codec.canonical(text.document).decode())])

    assert again.errors == ()
    assert again.core.digest == text.core.digest
    assert again.core.facts["n"].origin.text == '{"title":"Zähler","type":{"word":"count"}}'


@pytest.mark.parametrize(
    "text", ['{"package": {"name": "p", "title": "P \\ud800"}}', '{"facts": {"n\\udfff": {"type": {"kind": "count"}}}}']
)
def test_half_of_a_character_is_refused_where_it_stands(text: str, tmp_path: Path) -> None:
    loaded = load_sources([Source("a.json", text)], Cache(tmp_path / "kept", pytest.fail))
    assert [(one.code, "half of a character" in one.message) for one in loaded.errors] == [("S001", True)]
    assert "\\ud" in loaded.errors[0].span.text


KINDS = Source("kinds.json", json.dumps({"merit": "1", "kinds": {"tier": {"like": "program", "title": "Tier"}}}))
TIER = Source("tier.policy", 'facts { f: flag }\ntier a "A" { requires { x: f }   checked at own anniversary }\n')


def test_a_kind_that_a_sheet_declares_begins_a_rule_of_a_text() -> None:
    loaded = load_sources([TIER, KINDS])

    assert loaded.errors == ()
    assert loaded.core.rules["tier.a"].of_kind.like == "program"
    assert [one.code for one in load_sources([TIER]).errors] == ["P002"]


def test_a_rule_of_a_sheet_is_of_a_kind_that_is_declared() -> None:
    written = codec.encode(load_sources([TIER, KINDS]).document)
    whole = Source("whole.json", json.dumps(written))
    del written["kinds"]
    alone = Source("alone.json", json.dumps(written))

    assert load_sources([whole]).errors == ()
    [error] = load_sources([alone]).errors
    assert (error.code, error.message) == ("C135", "I do not know the kind `tier`")
    assert error.help == 'declare it: `kind tier "Tier" like program`'
