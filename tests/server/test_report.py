"""A report over HTTP: the role of the reader comes with the query, or from the token where tokens are asked for."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from server.access import Access
from server.app import create_app
from server.tokens import Token, hash_of, new_token
from tests.review.test_report import DAY, OPEN, READ, told

Json = Any
REPORT = Draft202012Validator(schemas.load("report"), format_checker=FormatChecker())
QUERY = Draft202012Validator(schemas.load("report_query"), format_checker=FormatChecker())


def body(**other: Json) -> Json:
    return {"as_of": DAY.isoformat(), "facts": told(), **other}


@pytest.fixture(scope="module")
def local() -> FlaskClient:
    return create_app(READ).test_client()


def test_a_report_is_answered_as_its_schema_says(local: FlaskClient) -> None:
    query = body(role="boss", rules=["designation.*"], request_id="7")
    assert not [error.message for error in QUERY.iter_errors(query)]

    response = local.post("/v1/report", json=query)

    assert response.status_code == 200, response.get_data(as_text=True)
    answer = response.get_json()
    assert not [f"{error.json_path}: {error.message}" for error in REPORT.iter_errors(answer)]
    assert (answer["request_id"], answer["role"]) == ("7", "boss")
    assert answer["people"]["looked_at"] == 3


@pytest.mark.parametrize(
    ("form", "media_type", "begins"),
    [
        ("html", "text/html; charset=utf-8", "<!doctype html>"),
        ("csv", "text/csv; charset=utf-8", "section,kind"),
        ("markdown", "text/markdown; charset=utf-8", "# Report for"),
        ("text", "text/plain; charset=utf-8", "Report for"),
        ("json", "application/json", "{"),
    ],
)
def test_a_report_comes_in_the_format_that_is_asked_for(
    local: FlaskClient, form: str, media_type: str, begins: str
) -> None:
    response = local.post("/v1/report", json=body(role="clerk", format=form))

    assert (response.status_code, response.content_type) == (200, media_type)
    assert response.get_data(as_text=True).startswith(begins)
    assert "cy" not in response.get_data(as_text=True).split()


def test_on_loopback_the_role_comes_with_the_query(local: FlaskClient) -> None:
    clerk = local.post("/v1/report", json=body(role="clerk")).get_json()
    nobody = local.post("/v1/report", json=body())

    assert [one["section"] for one in clerk["withheld"]] == ["people"]
    assert "people" not in clerk
    assert (nobody.status_code, nobody.get_json()["code"]) == (403, "forbidden")
    assert nobody.get_json()["errors"][0]["pointer"] == "/role"
    # Policies that say nothing of readers withhold nothing.
    assert "people" in create_app(OPEN).test_client().post("/v1/report", json=body()).get_json()


def test_with_tokens_the_role_is_that_of_the_token() -> None:
    tokens = {role: new_token() for role in ("boss", "clerk", None)}
    known = {hash_of(token): Token(f"who is {role}", frozenset({"report"}), role) for role, token in tokens.items()}
    other = new_token()
    client = create_app(
        READ, access=Access(known={**known, hash_of(other): Token("other", frozenset({"decide", "read"}))})
    ).test_client()

    def ask(token: str, **more: Json) -> tuple[int, Json]:
        response = client.post("/v1/report", json=body(**more), headers={"Authorization": f"Bearer {token}"})
        return response.status_code, response.get_json()

    assert ask(tokens["boss"])[1]["role"] == "boss"
    assert "people" not in ask(tokens["clerk"])[1]
    assert ask(tokens[None])[0] == 403
    assert ask(other)[1]["detail"] == "the token of `other` has not the scope `report`"
    status, problem = ask(tokens["clerk"], role="boss")
    assert (status, problem["errors"][0]["pointer"]) == (422, "/role")


@pytest.mark.parametrize(
    ("changed", "status", "pointer", "help_"),
    [
        ({"role": "bos"}, 422, "/role", "boss"),
        ({"rules": ["designation.mian"]}, 404, "/rules/0", "did you mean"),
        ({"rules": ["fee.yearly"]}, 422, "/rules", "name competencies"),
        ({"rules": []}, 422, "/rules", "name a rule"),
        ({"as_of": "2023-02-30"}, 422, "/as_of", "write year-month-day"),
        ({"format": "htm"}, 422, "/format", "did you mean `html`?"),
        ({"facts": {"facts": {"scor": 1}}}, 422, "/facts/facts/scor", "did you mean `score`?"),
        ({"until": "2023-12-31"}, 422, "/until", "known are"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(
    local: FlaskClient, changed: Json, status: int, pointer: str, help_: str
) -> None:
    response = local.post("/v1/report", json={**body(role="boss"), **changed})

    assert response.status_code == status, response.get_data(as_text=True)
    [error] = response.get_json()["errors"]
    assert error["pointer"] == pointer
    assert help_ in error["help"]


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("ja", "ja"),
        ("zh-TW, ja;q=0.5", "zh-TW"),
        ("fr, ja;q=0.2, zh-tw;q=0.8, en;q=0.1", "zh-TW"),
        ("ja-JP", "ja"),
        ("ja;q=0, en", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_a_report_comes_in_the_language_that_is_rated_highest(local: FlaskClient, asked: str, language: str) -> None:
    headers = {"Accept-Language": asked} if asked else {}

    page = local.post("/v1/report", json=body(role="boss", format="html"), headers=headers)
    data = local.post("/v1/report", json=body(role="boss"), headers=headers)

    for response in (page, data):
        assert response.headers["Content-Language"] == language
        assert "Accept-Language" in response.headers["Vary"]
    assert f'<html lang="{language}">' in page.get_data(as_text=True)
    assert not [f"{error.json_path}: {error.message}" for error in REPORT.iter_errors(data.get_json())]
