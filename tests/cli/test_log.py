"""The commands that read the decision log."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import merit
from dsl.load import load
from evaluator.engine import Engine
from server.app import create_app
from server.log import settings
from server.log.decisions import DecisionLog

Json = Any
SMALL = 'facts { ready: flag "Ready" }\nentitlement go "Go" from 2020-01-01 { requires { ready "Ready": ready } }\n'
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "small.policy").write_text(SMALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MERIT_LOG", raising=False)

    def invoke(*args: str) -> tuple[int, str]:
        done = CliRunner().invoke(merit, args)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output

    return invoke


def query(number: int) -> Json:
    facts = {"partner": f"Partner {number}", "facts": {"ready": number % 2 == 0}}
    return {"decide": ["*"], "as_of": "2023-06-30", "facts": facts}


@pytest.fixture
def ids(run: Run, tmp_path: Path) -> list[str]:
    """Three decisions of a service that was given its policies by another path."""
    log = DecisionLog("merit-log.sqlite")
    client = create_app(Engine(load([tmp_path / "policies"])), log=log).test_client()
    found = [client.post("/v1/decisions", json=query(number)).get_json()["decision_id"] for number in range(3)]
    log.close()
    return found


def test_the_last_decisions_are_listed_and_one_is_shown(run: Run, ids: list[str]) -> None:
    code, said = run("log", "show")

    assert code == 0
    assert re.sub(r"\d{4}-\S+Z", "<time>", said).splitlines() == [
        f"{number + 1:>6}  <time>  {own}  entitlement.go {'eligible' if number % 2 == 0 else 'not_eligible'}"
        for number, own in enumerate(ids)
    ]
    code, said = run("log", "show", ids[1])
    assert (code, json.loads(said)["query"]) == (0, query(1))
    code, said = run("log", "export")
    assert [json.loads(line)["partner"] for line in said.splitlines()] == ["Partner 0", "Partner 1", "Partner 2"]
    code, said = run("log", "export", "--parquet", "log.parquet")
    assert (code, said) == (0, "3 entries in log.parquet\n")


def test_heads_are_signed_and_checked(run: Run, tmp_path: Path) -> None:
    assert run("log", "key", "log.key")[0] == 0
    assert run("log", "key", "log.key") == (3, "error: `log.key`: File exists\n")
    log = settings.opened("merit-log.sqlite", key="log.key")
    assert log is not None
    client = create_app(Engine(load([tmp_path / "policies"])), log=log).test_client()
    client.post("/v1/decisions", json=query(0))
    log.close()

    code, said = run("log", "verify", "--key", "log.key.pub")

    assert (code, said.splitlines()[0]) == (0, "1 entries, 1 decisions, signed through entry 1; the chain is whole")
    assert run("log", "key", "other")[0] == 0
    assert run("log", "verify", "--key", "other.pub")[0] == 1
    assert run("log", "verify", "--key", "log.key") == (2, "error: --key: `log.key` is no public key\n")
    assert run("serve", "policies", "--log", "x.sqlite", "--log-key", "nothing")[0] == 2


def test_a_partner_is_erased_and_what_is_left_is_whole_and_decided_as_before(run: Run, ids: list[str]) -> None:
    assert run("log", "erase", "--partner", "Partner 1", "--why", "asked for") == (0, "1 decisions erased\n")

    code, said = run("log", "verify")

    assert (code, said.splitlines()[0]) == (0, "4 entries, 3 decisions, 1 erased; the chain is whole")
    assert run("log", "verify", "--head", said.splitlines()[1].removeprefix("head "))[0] == 0
    assert run("log", "replay", "policies") == (0, "3 decisions: 1 erased, 2 same\n")
    assert "erased" in run("log", "show")[1]


def test_an_altered_record_is_named_by_both(run: Run, ids: list[str]) -> None:
    with closing(sqlite3.connect("merit-log.sqlite")) as connection, connection:
        connection.execute(
            "UPDATE merit_contents SET answer = replace(answer, '\"eligible\"', '\"not_eligible\"') WHERE seq = 3"
        )

    code, said = run("log", "verify")

    assert code == 1
    assert said.startswith("entry 3: what was asked or answered was altered: its digest is another\n")
    assert "the chain is broken" in said
    code, said = run("log", "replay", "policies")
    assert code == 1
    assert f"entry 3, decision {ids[2]}: from character" in said
    assert said.endswith("3 decisions: 1 differs, 2 same\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("log", "verify"), "there is no log at `merit-log.sqlite`"),
        (("log", "verfy"), "did you mean `verify`?"),
        (("log", "verify", "--log", "policies/small.policy"), "the log cannot be used"),
        (("log", "erase", "--why", "x"), "say what to erase"),
        (("log", "show", "--log", "nonsense://x"), "nonsense"),
        (("serve", "policies", "--log", "x.sqlite", "--log-mask", "/facts"), "is no place of what is logged"),
        (("serve", "policies", "--log", "nowhere/x.sqlite"), "No such file or directory"),
    ],
)
def test_what_is_wrong_with_a_log_is_told_in_a_line(run: Run, args: tuple[str, ...], said: str) -> None:
    code, told = run(*args)

    assert code in (2, 3)
    assert said in told


@pytest.mark.parametrize("args", [("log", "verify", "--head", "7"), ("log", "show", "0" * 32)])
def test_what_the_log_does_not_have_is_told(run: Run, ids: list[str], args: tuple[str, ...]) -> None:
    assert run(*args)[0] in (2, 3)
