"""A log of many decisions: made, verified, decided once more elsewhere, erased from. ``make kept`` runs it and tells times.

The decisions are those of the service: `examples/queries` with a partner, a day and a figure of each one's own, answered as a
request is and written by the log's own writer, as many at once as a batch has. So many questions are different, and asked
again and again: to decide all anew would take the time, and not the log. What is decided once more is decided by a fresh
environment with the locked versions, under another ``PYTHONHASHSEED`` and from a copy of the policies elsewhere.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from server.api.answers import Answered, answered
from server.log import writer
from server.log.decisions import Asking, DecisionLog
from server.log.store import Store
from server.log.verify import verify
from server.snapshot import Snapshot
from tests.shipped import POLICIES, ROOT, engine_of

Json = Any
Result = TypeVar("Result")
GROUP = 500
PARTNERS = 997
"""Names of partners; each is erased with about a thousandth of the decisions."""
DAYS = 300
PATIENCE_S = 600.0
"""What a machine that does much else may take to write a group; a service does not wait for so long."""


def timed(say: Callable[[str], None], what: str, do: Callable[[], Result]) -> Result:
    """Do something, and say how long it took."""
    began, cpu = time.monotonic(), time.process_time()
    found = do()
    say(f"{what}: {time.monotonic() - began:,.1f} s ({time.process_time() - cpu:,.1f} s of this processor)")
    return found


def asked(examples: list[Json], number: int, pick: Random) -> Json:
    """Return a question like one of the examples, of another partner and day."""
    query = dict(examples[number % len(examples)])
    facts = dict(query["facts"])
    facts["partner"] = f"Partner {number % PARTNERS}"
    facts["facts"] = {name: _other(value, pick) for name, value in facts.get("facts", {}).items()}
    day = date.fromisoformat(query["as_of"]) - timedelta(days=pick.randrange(DAYS))
    return {**query, "as_of": day.isoformat(), "facts": facts, "detail": "none", "request_id": f"kept-{number}"}


def _other(value: Json, pick: Random) -> Json:
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    return max(0, value - pick.randrange(3))  # never above what it may be at the most


def fill(where: Path, count: int, different: int) -> None:
    """Log so many decisions on so many different questions; each has an id of its own."""
    writer.WAIT_S = PATIENCE_S
    engine, pick = engine_of(), Random(15)
    snapshot = Snapshot(engine, datetime.now(UTC))
    examples = [json.loads(path.read_bytes()) for path in sorted((ROOT / "examples" / "queries").glob("*.json"))]
    log = DecisionLog(str(where))
    asking = Asking(caller="kept")
    known: list[Answered] = []

    def answer(number: int) -> Answered:
        if number < different:
            known.append(answered(snapshot, asked(examples, number, pick)))
            return known[-1]
        return replace(known[number % different], decision_id=secrets.token_hex(16))

    try:
        for begin in range(0, count, GROUP):
            numbers = range(begin, min(begin + GROUP, count))
            log.write([log.record(answer(number), asking) for number in numbers])
    finally:
        log.close()


def fresh(folder: Path) -> Path:
    """Return the command of a fresh environment with the locked versions and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True)
    return folder / "bin" / "merit"


def replayed(merit: Path, where: Path, sample: int, folder: Path) -> str:
    """Decide a sample once more by a command, elsewhere and with hashes of its own; return what it says.

    Raises:
        CalledProcessError: an answer differs.
    """
    elsewhere = folder / "elsewhere"
    shutil.copytree(POLICIES, elsewhere, dirs_exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONHASHSEED": "4711", "LANG": "C"}
    command = [
        str(merit),
        "log",
        "replay",
        str(elsewhere),
        "--log",
        str(where),
        "--sample",
        str(sample),
        "--seed",
        "15",
    ]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return done.stdout.strip()


def checked(where: Path, decisions: int, erased: int) -> str:
    """Verify a log, and return what was found.

    Raises:
        AssertionError: something is wrong with it, or it does not have as many decisions as were logged and erased.
    """
    with closing(Store(str(where))) as store:
        found = verify(store)
    assert not found.faults, found.faults
    assert (found.decisions, found.erased) == (decisions, erased), found
    return f"{found.decisions:,} decisions, {found.erased:,} of them erased, head {found.head.seq:,}"


def run(count: int, different: int, sample: int, folder: Path, merit: Callable[[Path], Path]) -> Iterator[str]:
    """Make a log and do with it what is done with one; yield lines that tell it."""
    where, lines = folder / "kept.sqlite", list[str]()
    made = f"{count:,} decisions on {different:,} questions logged"
    timed(lines.append, made, lambda: fill(where, count, different))
    size = sum(path.stat().st_size for path in folder.glob("kept.sqlite*"))
    yield from _drained(lines)
    yield f"{size:,} bytes on the disk, {size // count:,} a decision"
    yield timed(lines.append, "verify", lambda: checked(where, count, 0))
    yield from _drained(lines)
    command = timed(lines.append, "a fresh environment", lambda: merit(folder / "fresh"))
    yield timed(lines.append, f"replay of {sample:,} there", lambda: replayed(command, where, sample, folder))
    yield from _drained(lines)
    with closing(Store(str(where))) as store:
        partner = timed(lines.append, "erasure of a partner", lambda: store.erase("asked for", partner="Partner 0"))
        expected = sum(number % different % PARTNERS == 0 for number in range(count))
        assert partner == expected, (partner, expected)
        yield f"{partner:,} decisions of a partner erased"
        yield timed(lines.append, "verify", lambda: checked(where, count, partner))
        yield from _drained(lines)
        # As if what is kept for long enough were all of it: the longest that retention can take.
        rest = timed(
            lines.append, "retention of nothing", lambda: store.erase("kept for long enough", before="9999-01-01")
        )
    assert partner + rest == count, (partner, rest, count)
    yield f"{rest:,} further ones erased"
    yield timed(lines.append, "verify", lambda: checked(where, count, count))
    yield from _drained(lines)


def _drained(lines: list[str]) -> Iterator[str]:
    while lines:
        yield lines.pop(0)


def main() -> None:
    """Run it, and print what it tells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--different", type=int, default=20_000, help="of the questions")
    parser.add_argument("--sample", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="where the log is made (default: a temporary folder)")
    told = parser.parse_args()
    with TemporaryDirectory(dir=told.folder) as place:
        sizes = told.decisions, min(told.different, told.decisions), min(told.sample, told.decisions)
        for line in run(*sizes, Path(place), fresh):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
