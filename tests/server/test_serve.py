"""The service as it runs: ``merit serve`` with its own processes on a real port."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.running import ROOT, SMALL, WAIT_S, Service, opener, running

Json = Any


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path) as started:
        yield started


def test_it_prints_a_question_answers_it_loads_again_and_ends_in_order(service: Service) -> None:
    printed = service.log.read_text()
    line = next(line for line in printed.splitlines() if "curl" in line)
    words = shlex.split(line)
    question = json.loads(words[words.index("--data-binary") + 1])
    assert f"http://127.0.0.1:{service.port}/v1/decisions" in words

    status, media_type, answer = service.ask("/v1/decisions", question)
    assert (status, media_type) == (200, "application/json")
    assert [decision["rule"] for decision in answer["decisions"]] == ["entitlement.go"]
    status, media_type, problem = service.ask(
        "/v1/decisions", {"decide": ["entitlement.gone"], "as_of": "2023-01-01", "facts": {}}
    )
    assert (status, media_type) == (404, "application/problem+json")
    assert problem["errors"][0]["help"] == "did you mean `entitlement.go`?"

    policies = service.log.parent / "policies"
    (policies / "small.policy").write_text(SMALL.replace("entitlement go ", "entitlement stay "))
    service.process.send_signal(signal.SIGHUP)
    service.wait(lambda: service.rules() == ["entitlement.stay"])

    (policies / "small.policy").write_text("entitlement {")
    service.process.send_signal(signal.SIGHUP)
    service.wait(lambda: "the earlier ones are served on" in service.log.read_text())
    service.wait(lambda: service.rules() == ["entitlement.stay"])

    assert service.stop() == 0
    assert "Traceback" not in service.log.read_text()
    assert not (service.log.parent / ".gunicorn").exists()


def test_workers_count_together(service: Service) -> None:
    for number in range(12):
        query = {"decide": ["*"], "as_of": "2023-01-01", "facts": {"facts": {"ready": True} if number else {}}}
        assert service.ask("/v1/decisions", query)[0] == 200

    with opener.open(f"http://127.0.0.1:{service.port}/metrics", timeout=10) as response:
        told = response.read().decode()

    assert 'merit_decisions_total{kind="entitlement",outcome="eligible"} 11.0' in told
    assert 'merit_decisions_total{kind="entitlement",outcome="undetermined"} 1.0' in told
    assert 'merit_missing_total{missing="facts/ready"} 1.0' in told
    assert 'merit_requests_total{method="POST",route="/v1/decisions",status="200"} 12.0' in told


def test_policies_with_errors_are_not_served(tmp_path: Path) -> None:
    (tmp_path / "wrong.policy").write_text('entitlement go "Go" from 2020-01-01 { requires { ready "Ready": redy } }\n')
    command = [sys.executable, "-c", "from cli.main import main; main()", "serve", str(tmp_path)]

    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=WAIT_S,
        check=False,
    )

    assert done.returncode == 3
    assert "I do not know" in done.stderr
    assert "not served" in done.stderr
    assert "curl" not in done.stdout
