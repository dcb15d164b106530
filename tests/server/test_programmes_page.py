"""The section on several programmes: its questions are answered as shown, and its table leaves out no option."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

from cli.serve import serve
from server.exchange import sources_of
from server.names import TAKEN
from server.programmes import Programmes, read, serving
from tests.server.test_http_page import differs
from tests.shipped import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Several programmes\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
QUESTIONS = [
    (shlex.split(text), json.loads(shown))
    for (kind, text), (_, shown) in pairwise(BLOCKS)
    if kind == "sh" and text.startswith("curl")
]
ALONE = {
    "check_config", "config", "drain", "host", "insecure", "log_key", "log_masks", "log_mode", "port", "tls_certificate",
    "tls_client_ca", "tls_key", "workers",
}  # fmt: skip
"""Options that are the service's whatever it serves: its processes, its door, how its log is written."""


@pytest.fixture(scope="module")
def client() -> Client:
    told = sources_of([f"aws={ROOT / 'examples' / 'programmes' / 'aws'}", f"ms={ROOT / 'policies'}"])
    found = serving([read(one, None) for one in told])
    assert isinstance(found, Programmes)
    return Client(found)


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_a_question_is_answered_as_shown(client: Client, number: int) -> None:
    words, shown = QUESTIONS[number]
    path = urlsplit(words[2]).path
    data = words[words.index("--data-binary") + 1] if "--data-binary" in words else None

    told = client.open(path, method="POST" if data else "GET", data=data, content_type="application/json").get_json()

    assert not list(differs(shown, told))
    assert len(QUESTIONS) == 3


def test_the_table_says_of_every_option_what_it_is_of() -> None:
    table = SECTION[SECTION.index("| | of each programme |") :]
    said = {name.replace("-", "_") for name in re.findall(r"`--([a-z-]+)", table)} | {"policies"}
    said |= {name for name in (one.name or "" for one in serve.params) if name.startswith("oidc_") and "OIDC" in table}
    options = {"cors_origin" if one.name == "cors_origins" else one.name for one in serve.params}

    assert said == options - ALONE


def test_names_that_are_taken_are_told() -> None:
    told = SECTION[SECTION.index("A name begins") :].partition("cannot be one")[0]

    assert set(re.findall(r"`([a-z]\w*)`", told)) == TAKEN
