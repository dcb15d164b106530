"""The log of a service of several programmes: one chain, whose entries name them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import merit
from server.log.decisions import DecisionLog
from server.log.entries import Contents, Record
from server.log.store import FORMAT, NAMED, Store
from server.log.verify import verify

Json = Any


def record(number: int, programme: str = "") -> Record:
    contents = Contents(query='{"facts":{}}', answer='{"decisions":[]}', partner="fabrikam")
    return Record(decision_id=f"id{number}", digest="d", engine="e", programme=programme, contents=contents)


def written(path: Path, *records: Record, names: bool = True) -> None:
    log = DecisionLog(str(path), names=names)
    log.write(records)
    log.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log that began with one programme and goes on with two."""
    found = tmp_path / "log.sqlite"
    written(found, record(1), names=False)
    written(found, record(2, "aws"), record(3, "ms"), record(4, "aws"))
    return found


def test_a_log_of_one_programme_is_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    written(path, record(1), names=False)

    with closing(sqlite3.connect(path)) as plain:
        tables = {name for (name,) in plain.execute("select name from sqlite_master where type = 'table'")}
        told = plain.execute("select format from merit_head").fetchone()

    assert (tables, told) == ({"merit_entries", "merit_contents", "merit_head", "merit_signed_heads"}, (FORMAT,))


def test_it_goes_on_with_names_in_one_whole_chain(path: Path) -> None:
    with closing(Store(str(path))) as store:
        found = verify(store)

        assert [one.entry.programme for one in store.entries()] == ["", "aws", "ms", "aws"]
        assert (found.faults, found.entries, found.decisions) == ([], 4, 4)
        assert store.programmes() == ["aws", "ms"]
        ids = [one and one.entry.seq for one in (store.find("id2", "aws"), store.find("id2", "ms"), store.find("id2"))]
        assert ids == [2, None, 2]
    written(path, record(5), names=False)  # one programme again, in the same log
    with closing(Store(str(path))) as store:
        assert verify(store).faults == []
        assert store.has_names


@pytest.mark.parametrize(
    "change",
    [
        "update merit_programmes set programme = 'ms' where seq = 2",
        "delete from merit_programmes where seq = 2",
        "insert into merit_programmes values (1, 'aws')",
    ],
)
def test_a_name_that_is_altered_is_told(path: Path, change: str) -> None:
    with closing(sqlite3.connect(path)) as plain:
        plain.execute(change)
        plain.commit()

    with closing(Store(str(path))) as store:
        [fault] = verify(store).faults

    assert fault.seq == (1 if "insert" in change else 2)
    assert fault.message == "it was altered: its hash is another"


def test_a_version_that_knows_no_names_does_not_take_it_for_its_own(path: Path) -> None:
    """It looks for its own number of the format, and would call every entry with a name altered."""
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("select format from merit_head").fetchone() == (NAMED,)


def test_what_is_shown_and_exported_names_the_programme(path: Path, tmp_path: Path) -> None:
    def run(*args: str) -> str:
        done = CliRunner().invoke(merit, ["log", *args, "--log", str(path)])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert [line.split("Z  ")[1].split() for line in run("show").splitlines()] == [
        ["id1"], ["aws", "id2"], ["ms", "id3"], ["aws", "id4"],
    ]  # fmt: skip
    assert json.loads(run("show", "id3"))["programme"] == "ms"
    assert "programme" not in json.loads(run("show", "id1"))
    lines = [json.loads(line) for line in run("export").splitlines()]
    assert [line.get("programme") for line in lines] == [None, "aws", "ms", "aws"]
    pyarrow = pytest.importorskip("pyarrow.parquet")
    run("export", "--parquet", str(tmp_path / "log.parquet"))
    assert pyarrow.read_table(tmp_path / "log.parquet")["programme"].to_pylist() == ["", "aws", "ms", "aws"]


def test_a_partner_is_erased_of_one_programme_or_of_all(path: Path, tmp_path: Path) -> None:
    def erase(where: Path, *args: str) -> tuple[int, str]:
        done = CliRunner().invoke(merit, ["log", "erase", "--log", str(where), "--why", "asked for", *args])
        return done.exit_code, done.output

    code, said = erase(path, "--programme", "gcp")
    assert (code, said) == (2, "error: --programme: the log has nothing of `gcp`; there are aws, ms\n")
    written(tmp_path / "one.sqlite", record(1), names=False)
    code, said = erase(tmp_path / "one.sqlite", "--programme", "aws")
    assert (code, said) == (2, "error: --programme: the log has nothing of `aws`; its entries name none\n")

    assert erase(path, "--partner", "fabrikam", "--programme", "aws") == (0, "2 decisions erased\n")
    assert erase(path, "--partner", "fabrikam") == (0, "2 decisions erased\n")
    with closing(Store(str(path))) as store:
        assert verify(store).faults == []
