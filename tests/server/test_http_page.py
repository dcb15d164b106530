"""The page of the HTTP API: each question on it is answered as the page shows, and its clients are those that are tested."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from server.api.problems import KINDS
from server.app import create_app
from tests.shipped import ROOT, engine_of

Json = Any
PAGE = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def questions() -> Iterator[tuple[list[str], Json]]:
    """Yield the words of each `curl`, and what is shown below it."""
    for (kind, text), (next_kind, shown) in pairwise(BLOCKS):
        if kind == "sh" and text.startswith("curl"):
            assert next_kind == "json"
            yield shlex.split(text), json.loads(shown)


QUESTIONS = list(questions())


@pytest.fixture(scope="module")
def programme() -> FlaskClient:
    return create_app(engine_of()).test_client()


def differs(shown: Json, told: Json, at: str = "") -> Iterator[str]:
    """Yield where an answer is not the one shown; `...` stands for any value, and as a key for any others."""
    if shown == "...":
        return
    if isinstance(shown, dict) and isinstance(told, dict):
        wanted = shown.keys() - {"..."}
        if wanted - told.keys() or ("..." not in shown and told.keys() - wanted):
            yield f"{at}: {sorted(told)}"
        for name in wanted & told.keys():
            yield from differs(shown[name], told[name], f"{at}/{name}")
    elif isinstance(shown, list) and isinstance(told, list) and len(shown) == len(told):
        for index, (one, other) in enumerate(zip(shown, told, strict=True)):
            yield from differs(one, other, f"{at}/{index}")
    elif shown != told:
        yield f"{at}: {told}"


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_a_question_is_answered_as_shown(programme: FlaskClient, number: int) -> None:
    (curl, silent, address, header, kind, data, body), shown = QUESTIONS[number]
    assert (curl, silent, header, kind, data) == ("curl", "-s", "-H", "Content-Type: application/json", "--data-binary")

    told = programme.post(urlsplit(address).path, data=body, content_type="application/json").get_json()

    assert not list(differs(shown, told))
    assert len(QUESTIONS) >= 4


@pytest.mark.parametrize(("kind", "name"), [("py", "ask.py"), ("ts", "ask.ts")])
def test_the_clients_shown_are_those_that_are_tested(kind: str, name: str) -> None:
    shown = [text for block, text in BLOCKS if block == kind]

    assert shown == [Path(ROOT, "examples", "clients", name).read_text(encoding="utf-8")]


def test_every_code_on_the_page_is_that_of_a_problem() -> None:
    table = PAGE[PAGE.index("| status | code |") :].split("\n\n")[0]
    told = {
        (code, int(status))
        for row in table.splitlines()[2:]
        for status in row.split("|")[1].split(",")
        for code in re.findall(r"`([a-z_]+)`", row.split("|")[2])
    }

    assert {code for code, _ in told} <= KINDS.keys()
    assert all((code, KINDS[code].status) in told for code, _ in told)
