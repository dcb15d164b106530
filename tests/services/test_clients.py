"""Clients that are generated from /openapi.json: their types hold, and they answer all example questions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.running import Service

pytestmark = pytest.mark.services
Json = Any
ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ROOT / "examples" / "clients"
QUERIES = sorted((ROOT / "examples" / "queries").glob("*.json"))
BIN = Path(sys.executable).parent
TYPES = """
[mypy]
strict = true
[mypy-merit_client.*]
disallow_any_generics = false
# What the generator writes the same for every description.
[mypy-merit_client.client]
ignore_errors = true
"""


def run(*command: str | Path, cwd: Path) -> str:
    # The generator looks for ruff by name: whoever runs the tests need not have the environment's programs on the path.
    found = {**os.environ, "PATH": os.pathsep.join((str(BIN), os.environ.get("PATH", os.defpath)))}
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd=cwd, check=False, timeout=300, env=found
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    started = Service(ROOT / "policies", folder / "log", folder, "--workers", "1")
    try:
        started.wait(lambda: started.ask("/health/ready")[0] == 200)
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def address(service: Service) -> str:
    return f"http://127.0.0.1:{service.port}"


@pytest.fixture(scope="module")
def expected(service: Service) -> list[str]:
    """What a client prints: of each decision its outcome and its points."""
    lines = []
    for path in QUERIES:
        for decision in service.ask("/v1/decisions", json.loads(path.read_bytes()))[2]["decisions"]:
            points = f", {_said(decision['score']['points'])} points" if "score" in decision else ""
            lines.append(f"{decision['rule']}: {decision.get('eligibility', decision['kind'])}{points}")
    return lines


def _said(points: Json) -> str:
    if isinstance(points, dict):
        return f"{points.get('from', '?')} to {points.get('to', '?')}"
    return "not known" if points == "unknown" else str(points)


def test_a_client_in_python_is_generated_and_asks(tmp_path: Path, address: str, expected: list[str]) -> None:
    shutil.copy(CLIENTS / "ask.py", tmp_path)
    (tmp_path / "mypy.ini").write_text(TYPES)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{address}/openapi.json") as told:
        (tmp_path / "openapi.json").write_bytes(told.read())

    generator = BIN / "openapi-python-client"
    told = run(
        *(generator, "generate", "--path", "openapi.json", "--meta", "none", "--output-path", "merit_client"),
        *("--fail-on-warning",),
        cwd=tmp_path,
    )
    assert "WARNING" not in told
    assert "Success" in run(BIN / "mypy", "--config-file", "mypy.ini", "ask.py", "merit_client", cwd=tmp_path)
    printed = run(sys.executable, "ask.py", address, *QUERIES, cwd=tmp_path)

    assert printed.splitlines() == expected


def test_a_client_in_typescript_is_generated_and_asks(tmp_path: Path, address: str, expected: list[str]) -> None:
    for name in ("ask.ts", "package.json", "package-lock.json"):
        shutil.copy(CLIENTS / name, tmp_path)
    run("npm", "ci", "--silent", cwd=tmp_path)

    run("npx", "openapi-typescript", f"{address}/openapi.json", "--output", "api.ts", cwd=tmp_path)
    options = "--strict --target es2022 --module nodenext --moduleResolution nodenext --skipLibCheck"
    run("npx", "tsc", *options.split(), "ask.ts", cwd=tmp_path)
    printed = run("node", "ask.js", address, *QUERIES, cwd=tmp_path)

    assert printed.splitlines() == expected
