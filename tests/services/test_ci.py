"""The jobs of ``examples/ci`` by the public schemas of GitHub Actions and of GitLab's CI."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CI = Path(__file__).parents[2] / "examples" / "ci"
CHECK = Path(sys.executable).parent / "check-jsonschema"
SCHEMAS = (("github-workflows", "github-review.yml"), ("gitlab-ci", "gitlab-review.yml"))
pytestmark = pytest.mark.services


def checked(schema: str, path: Path) -> subprocess.CompletedProcess[str]:
    command = [str(CHECK), "--builtin-schema", f"vendor.{schema}", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(("schema", "name"), SCHEMAS)
def test_a_job_is_one_by_its_public_schema(schema: str, name: str, tmp_path: Path) -> None:
    done = checked(schema, CI / name)
    assert done.returncode == 0, done.stdout + done.stderr

    broken = tmp_path / name
    broken.write_text((CI / name).read_text("utf-8").replace("stage: test", "stage: 3").replace("runs-on:", "runs_on:"))
    assert checked(schema, broken).returncode == 1
