"""Lines that differ from a revision, as git tells them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from cli.console import fail_usage

_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")

Lines = frozenset[tuple[Path, int]]


def changed_lines(revision: str) -> Lines:
    """Return the lines, by absolute path and number, that differ from a git revision; of new files all lines.

    Leaves with exit code 2 where git does not know the revision, or is not there.
    """
    if revision.startswith("-"):
        fail_usage(f"--changed-since: `{revision}` is no revision")
    top = Path(_git("rev-parse", "--show-toplevel").strip())
    found: set[tuple[Path, int]] = set()
    file: Path | None = None
    diff = _git("-c", "core.quotePath=off", "diff", "--no-color", "--no-ext-diff", "--no-prefix", "--unified=0",
                revision, "--")  # fmt: skip
    for line in diff.splitlines():
        if line.startswith("+++ "):
            name = line.removeprefix("+++ ").rstrip("\t")
            file = None if name == "/dev/null" else (top / name).resolve()
        elif file is not None and (hunk := _HUNK.match(line)):
            first, count = int(hunk[1]), int(hunk[2]) if hunk[2] is not None else 1
            found.update((file, number) for number in range(first, first + count))
    for name in _git("ls-files", "--others", "--exclude-standard", "-z", "--full-name", ":/").split("\0"):
        if name.endswith(".policy"):
            new = (top / name).resolve()
            found.update((new, number) for number in range(1, len(new.read_bytes().splitlines()) + 1))
    return frozenset(found)


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, encoding="utf-8", check=False)
    except OSError as error:
        fail_usage(f"--changed-since needs git: {error.strerror}")
    if done.returncode:
        first = done.stderr.strip().splitlines() or ["git does not say why"]
        fail_usage(f"--changed-since: {first[0]}")
    return done.stdout
