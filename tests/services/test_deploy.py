"""What the service is deployed with, before the programs that know its forms."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.services
DEPLOY = Path(__file__).resolve().parents[2] / "examples" / "deploy"
BIN = Path(sys.executable).parent


def run(*command: str | Path, cwd: Path = DEPLOY) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=cwd, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_compose_file_is_one_by_its_public_schema() -> None:
    assert "ok -- validation done" in run(
        BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"
    )


def test_the_manifests_are_those_of_kubernetes_by_its_public_schemas() -> None:
    told = run(BIN / "kubernetes-validate", "--strict", "kubernetes.yaml")

    for kind in ("configmap", "deployment", "service", "poddisruptionbudget"):
        assert f"passed for resource {kind}" in told.lower()


def test_rules_alert_when_they_should_and_prometheus_reads_its_configuration(tmp_path: Path) -> None:
    for name in ("alerts.yml", "alerts.test.yml", "prometheus.yml"):
        shutil.copy(DEPLOY / name, tmp_path)
    (tmp_path / "prometheus.token").write_text("merit_token")

    assert "SUCCESS" in run("promtool", "check", "config", "prometheus.yml", cwd=tmp_path)
    assert "SUCCESS" in run("promtool", "test", "rules", "alerts.test.yml", cwd=tmp_path)


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "merit.service").read_text(encoding="utf-8")
    (tmp_path / "merit.service").write_text(text.replace("/opt/merit/bin/merit", str(BIN / "merit")))

    assert run("systemd-analyze", "verify", tmp_path / "merit.service") == ""
