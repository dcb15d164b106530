"""The protocol of ``merit mcp``, spoken as a client speaks it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dsl.load import load
from evaluator.engine import Engine
from server.tools import TOOLS, ask
from tests.server.conftest import POLICIES
from tests.server.test_decisions import STRONG

# Needs no service; but the protocol's SDK takes seconds to import.
pytestmark = pytest.mark.services
Json = Any
ROOT = Path(__file__).resolve().parents[2]
QUERY = {"decide": ["designation.data_ai"], "as_of": "2023-06-30", "facts": STRONG}


class Client:
    """Speaks the protocol over the standard streams of ``merit mcp``."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", "from cli.main import main; main()", "mcp", str(POLICIES)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder)}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=folder
        )
        self.count = 0

    def send(self, method: str, **params: Json) -> None:
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, **params: Json) -> Json:
        self.count += 1
        self._write({"jsonrpc": "2.0", "id": self.count, "method": method, "params": params})
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        answer = json.loads(line)
        assert answer["id"] == self.count
        return answer["result"]

    def _write(self, message: Json) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Client]:
    client = Client(tmp_path)
    try:
        yield client
        _, said = client.process.communicate(timeout=30)
        assert client.process.returncode == 0
        assert b"Traceback" not in said
    finally:
        client.process.kill()
        client.process.communicate()


def test_a_client_lists_the_tools_and_asks_them(model: Client) -> None:
    engine = Engine(load([POLICIES]))
    begun = model.ask(
        "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "test", "version": "1"}
    )
    model.send("notifications/initialized")
    tools = model.ask("tools/list")["tools"]
    good = model.ask("tools/call", name="decide", arguments=QUERY)
    bad = model.ask("tools/call", name="decide", arguments={**QUERY, "as_of": "today"})

    assert begun["serverInfo"]["name"] == "merit"
    assert begun["capabilities"].keys() == {"tools"}
    assert [tool["name"] for tool in tools] == list(TOOLS)
    for tool in tools:
        assert tool["annotations"]["readOnlyHint"] is True
        assert tool["annotations"]["destructiveHint"] is False
        Draft202012Validator.check_schema(tool["inputSchema"])
    assert good.get("isError", False) is False
    assert json.loads(good["content"][0]["text"]) == json.loads(ask(engine, "decide", QUERY)[0])
    assert bad["isError"] is True
    assert json.loads(bad["content"][0]["text"])["errors"][0]["pointer"] == "/as_of"
