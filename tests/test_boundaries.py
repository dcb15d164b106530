"""What imports what, where import-linter cannot see it: at run time."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["evaluator.engine", "evaluator.interpreter", "dsl.codec", "dsl.lower.to_core"])
def test_deciding_never_loads_the_parser_or_http(module: str) -> None:
    code = f"import {module}, sys; print(sorted({{'lark', 'yaml', 'flask', 'click'}} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
