"""Reasons by their codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings, strategies as st

from server.api import only
from server.app import create_app
from tests.shipped import ROOT, engine_of

Json = Any
QUERIES = [json.loads(path.read_bytes()) for path in sorted((ROOT / "examples" / "queries").glob("*.json"))]


@pytest.fixture(scope="module")
def programme() -> FlaskClient:
    return create_app(engine_of()).test_client()


def ask(client: FlaskClient, query: Json, status: int = 200) -> Json:
    response = client.post("/v1/decisions", json=query)
    assert response.status_code == status, response.get_data(as_text=True)
    return response.get_json()


def reasons(told: Json) -> list[Json]:
    """Return all reasons of an answer, those of options too."""
    return [
        reason
        for decision in told["decisions"]
        for one in (decision, *decision.get("options", ()))
        for first in one.get("reasons", ())
        for reason in below(first)
    ]


def below(reason: Json) -> Iterator[Json]:
    yield reason
    for part in reason.get("parts", ()):
        yield from below(part)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query["request_id"])
def test_every_reason_asked_for_is_there_as_without_and_none_besides(programme: FlaskClient, query: Json) -> None:
    whole = ask(programme, query)
    codes = [reason["code"] for reason in reasons(whole)]
    for wanted in (codes[-1], f"{codes[len(codes) // 2].rsplit('.', 1)[0]}*"):
        told = ask(programme, {**query, "only": [wanted]})

        kept = [reason for reason in reasons(told) if fnmatchcase(reason["code"], wanted)]
        assert kept == [reason for reason in reasons(whole) if fnmatchcase(reason["code"], wanted)]
        for first in (first for decision in told["decisions"] for first in decision.get("reasons", ())):
            assert any(fnmatchcase(code, wanted) for one in below(first) for code in (one["code"], *one.get("see", ())))
        for decision, before in zip(told["decisions"], whole["decisions"], strict=True):
            outside = decision.keys() - {"reasons", "options"}
            assert {name: decision[name] for name in outside} == {name: before[name] for name in outside}


def test_every_code_of_an_answer_can_be_asked_for(programme: FlaskClient) -> None:
    engine = engine_of()
    told = [*QUERIES, {"decide": ["fee.*", "choice.*", "lifecycle.*"], "as_of": "2023-06-20", "facts": {}}]
    codes = {reason["code"] for query in told for reason in reasons(ask(programme, query))}

    assert len(codes) > 300
    assert not list(only.unknown_faults(engine, sorted(codes)))


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        ({"only": "designation.*"}, "/only", "Q104"),
        ({"only": []}, "/only", "Q104"),
        ({"only": ["*"] * (only.MOST + 1)}, "/only", "Q104"),
        ({"only": [7]}, "/only/0", "Q104"),
        ({"only": ["*"], "detail": "none"}, "/only", "Q104"),
        ({"only": ["*", "designation.security.scor"]}, "/only/1", "Q112"),
        ({"only": ["nothing*"]}, "/only/0", "Q112"),
        ({"only": ["designation.security.[s]core"]}, "/only/0", "Q112"),
    ],
)
def test_what_asks_for_no_reason_is_told_at_its_place(
    programme: FlaskClient, told: Json, pointer: str, code: str
) -> None:
    problem = ask(programme, {**QUERIES[0], **told}, status=422)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]


def test_a_changed_question_tells_its_reasons_by_their_codes_too(programme: FlaskClient) -> None:
    query = {
        "decide": ["designation.infrastructure"],
        "as_of": "2023-06-20",
        "facts": {"facts": {"azure_adds": 3, "azure_growth": 20}},
        "what_if": {"set": {"azure_growth": 0}},
        "only": ["designation.infrastructure.customer_success.growth"],
    }

    changed = ask(programme, query)["what_if"]

    assert {one["code"] for side in changed["differences"] for one in side["reasons"]} == set(query["only"])
    assert set(query["only"]) <= {reason["code"] for reason in reasons(changed)}
    assert not any("performance" in reason["code"] for reason in reasons(changed))


code = st.text("ab.*", min_size=1, max_size=4)
trees = st.recursive(
    st.fixed_dictionaries({"code": code}),
    lambda inner: st.fixed_dictionaries(
        {"code": code}, optional={"parts": st.lists(inner, min_size=1, max_size=3), "see": st.lists(code, max_size=2)}
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60)
@given(reason=trees, wanted=st.lists(code, min_size=1, max_size=3))
def test_to_ask_again_changes_nothing_and_all_is_all(reason: Json, wanted: list[str]) -> None:
    answer = {"decisions": [{"reasons": [reason]}]}
    once = json.loads(json.dumps(answer))
    only.keep(once, wanted)
    twice = json.loads(json.dumps(once))
    only.keep(twice, wanted)
    whole = json.loads(json.dumps(answer))
    only.keep(whole, ["*"])

    assert twice == once
    assert whole == answer
