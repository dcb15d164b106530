"""The decision log: what is acknowledged is there, what is altered is told, what is erased is gone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine
from server.api.logged import trace_id
from server.app import create_app
from server.keys import WrongKey, make_key
from server.log.decisions import DecisionLog
from server.log.entries import Contents, Head, Record
from server.log.export import line, write_parquet
from server.log.masks import Masks, WrongMask
from server.log.replay import replay
from server.log.signing import Checker, Signer
from server.log.store import LogBroken, LogUnavailable, Store
from server.log.verify import verify
from server.log.writer import Mode

Json = Any
LOGGED = Draft202012Validator(schemas.load("logged"), format_checker=FormatChecker())
STATUS = Draft202012Validator(schemas.load("status"), format_checker=FormatChecker())
POLICY = """
facts { ready: flag "Ready"  seats: count "Seats"  spent: money USD "Spent" }
entitlement go "Go" from 2020-01-01 { requires { ready "Ready": ready  seats "Seats": seats >= 3  spent "Spent": spent >= 10 USD } }
"""
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(scope="module")
def engine() -> Engine:
    loaded = load_sources([Source("log.policy", POLICY)])
    assert not loaded.errors, loaded.diagnostics
    return Engine(loaded.document)


class Service:
    """A service with a log."""

    def __init__(self, engine: Engine, path: Path, mode: Mode = "required", masks: tuple[str, ...] = ()) -> None:
        self.path = path
        self.log = DecisionLog(str(path), mode, Masks.of(masks))
        self.client: FlaskClient = create_app(engine, log=self.log).test_client()

    def post(self, query: Json, path: str = "/v1/decisions") -> Any:
        return self.client.post(path, json=query, headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})

    def ask(self, partner: str = "Acme", **facts: Json) -> Json:
        response = self.post(query(partner, **facts))
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()

    def store(self) -> Store:
        return Store(str(self.path))

    def sql(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def faults(self, *known: Head) -> list[tuple[int, str]]:
        with closing(self.store()) as store:
            return [(fault.seq, fault.message) for fault in verify(store, known).faults]

    def on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.path.parent.glob(f"{self.path.name}*")))


def query(partner: str = "Acme", **facts: Json) -> Json:
    return {
        "request_id": "r-1",
        "decide": ["*"],
        "as_of": "2023-06-30",
        "facts": {"partner": partner, "facts": {"ready": True, **facts}},
    }


@pytest.fixture
def service(engine: Engine, tmp_path: Path) -> Iterator[Service]:
    running = Service(engine, tmp_path / "log.sqlite")
    yield running
    running.log.close()


def test_a_decision_is_logged_before_it_is_answered_and_can_be_read_again(service: Service) -> None:
    answer = service.ask(seats=3, spent="10.50")

    shown = service.client.get(f"/v1/decisions/{answer['decision_id']}")

    assert shown.status_code == 200
    record = shown.get_json()
    assert not [error.message for error in LOGGED.iter_errors(record)]
    assert record["query"] == query(seats=3, spent="10.50")
    assert {"decision_id": answer["decision_id"], **record["answer"]} == answer
    assert (record["seq"], record["caller"], record["trace_id"], record["masked"]) == (1, "127.0.0.1", TRACE, [])
    assert record["policy"]["digest"] == answer["policy"]["digest"]
    status = service.client.get("/v1/status").get_json()
    assert not [error.message for error in STATUS.iter_errors(status)]
    assert status["log"] == {"mode": "required", "lost": 0, "entries": 1}
    assert service.path.stat().st_mode & 0o077 == 0, "others may read it"


def test_what_is_not_logged_is_told(service: Service, engine: Engine) -> None:
    unlogged = create_app(engine).test_client()

    assert service.client.get(f"/v1/decisions/{'0' * 32}").get_json()["code"] == "unknown_decision"
    assert unlogged.get(f"/v1/decisions/{'0' * 32}").get_json()["code"] == "unknown_decision"
    assert unlogged.get("/v1/status").get_json()["log"] == {"mode": "none", "lost": 0}


def test_answers_of_a_batch_are_logged_each_and_refused_ones_are_not(service: Service) -> None:
    items = [{"id": str(n), "query": query(f"P{n}", seats=n)} for n in range(3)] + [{"id": "x", "query": {}}]

    told = service.post({"items": items}, "/v1/decisions/batch").get_json()["items"]

    with closing(service.store()) as store:
        logged = {one.entry.decision_id: one.contents.partner for one in store.entries() if one.contents is not None}
    assert logged == {item["answer"]["decision_id"]: f"P{item['id']}" for item in told[:3]}
    assert "problem" in told[3]


def test_many_at_once_are_one_chain(service: Service) -> None:
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda n: service.log.write([record(n)]), range(200)))

    assert told == [None] * 200
    with closing(service.store()) as store:
        assert sorted(one.entry.decision_id for one in store.entries()) == sorted(f"{n:032x}" for n in range(200))
        assert verify(store).head.seq == 200
    assert service.faults() == []


def record(number: int) -> Record:
    return Record(decision_id=f"{number:032x}", digest="d", engine="e", contents=Contents(query="{}", answer="{}"))


ALTERED = {
    "an answer": ("UPDATE merit_contents SET answer = replace(answer, 'not_eligible', 'eligible') WHERE seq = 3", [3]),
    "a question": ("UPDATE merit_contents SET query = replace(query, 'Acme', 'Bcme') WHERE seq = 2", [2]),
    "who asked": ("UPDATE merit_contents SET caller = '10.0.0.1' WHERE seq = 4", [4]),
    "a salt": ("UPDATE merit_contents SET salt = zeroblob(32) WHERE seq = 4", [4]),
    "a time": ("UPDATE merit_entries SET at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 2", [2]),
    "a digest": (f"UPDATE merit_entries SET digest = '{'0' * 64}' WHERE seq = 5", [5]),
    "a hash": (f"UPDATE merit_entries SET hash = '{'0' * 64}' WHERE seq = 2", [2, 3]),
    "an entry is gone": ("DELETE FROM merit_entries WHERE seq = 3", [3, 3]),
    "contents are gone": ("DELETE FROM merit_contents WHERE seq = 1", [1]),
    "the last is gone": ("DELETE FROM merit_entries WHERE seq = 5; DELETE FROM merit_contents WHERE seq = 5", [5]),
    "the head": ("UPDATE merit_head SET seq = 4", [4]),
    "two are exchanged": (
        "UPDATE merit_contents SET seq = -seq WHERE seq IN (1, 2);UPDATE merit_contents SET seq = 3 + seq WHERE seq < 0",
        [1, 2],
    ),
}


@pytest.mark.parametrize("name", ALTERED)
def test_what_is_altered_is_named(service: Service, name: str) -> None:
    for number in range(5):
        service.ask(seats=number)
    assert service.faults() == []
    statements, wanted = ALTERED[name]

    service.sql(*statements.split(";"))

    assert [seq for seq, _ in service.faults()] == wanted


def test_a_log_that_was_made_anew_does_not_have_the_head_that_was_noted(
    service: Service, engine: Engine, tmp_path: Path
) -> None:
    service.ask(seats=1)
    with closing(service.store()) as store:
        noted = store.head()
    assert service.faults(noted) == []
    other = Service(engine, tmp_path / "other.sqlite")
    other.ask(seats=3)
    other.log.close()

    assert [seq for seq, _ in other.faults(noted)] == [1]
    assert [seq for seq, _ in other.faults(Head(2, noted.hash))] == [2]


def test_a_log_that_is_signed_cannot_be_made_anew_without_the_key(engine: Engine, tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    make_key(tmp_path / "other")
    signer, checker = Signer.of(tmp_path / "key"), Checker.of(tmp_path / "key.pub")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    log = DecisionLog(str(tmp_path / "log.sqlite"), sign=signer.sign)
    for number in range(3):
        log.write([record(number)])
    log.close()

    def found(with_checker: Checker = checker) -> tuple[int, list[tuple[int, str]]]:
        with closing(Store(str(tmp_path / "log.sqlite"))) as store:
            verified = verify(store, is_signed=with_checker.is_of)
            return verified.signed, [(fault.seq, fault.message) for fault in verified.faults]

    def sql(statement: str) -> None:
        with closing(sqlite3.connect(tmp_path / "log.sqlite")) as connection, connection:
            connection.execute(statement)

    assert found() == (1, [])
    assert found(Checker.of(tmp_path / "other.pub")) == (0, [(1, "the signature of this head is not of the key")])
    # All of it made anew by somebody else, who keeps what was signed.
    for name in ("entries", "contents"):
        sql(f"DELETE FROM merit_{name}")
    sql(f"UPDATE merit_head SET seq = 0, hash = '{'0' * 64}'")
    with closing(Store(str(tmp_path / "log.sqlite"))) as store:
        store.append([record(9)])
    assert found() == (1, [(1, "its hash is not the one that was signed")])
    sql("UPDATE merit_signed_heads SET hash = (SELECT hash FROM merit_entries)")
    assert found() == (0, [(1, "the signature of this head is not of the key")])


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    for path in (tmp_path / "key.pub", Path(__file__)):
        with pytest.raises(WrongKey):
            Signer.of(path)
    for path in (tmp_path / "key", Path(__file__)):
        with pytest.raises(WrongKey):
            Checker.of(path)
    with pytest.raises(FileExistsError):
        make_key(tmp_path / "key")


def test_a_partner_is_erased_and_the_chain_stays_whole(service: Service) -> None:
    answers = [service.ask(partner, seats=number) for number, partner in enumerate(("Zyxwv Ltd", "Acme", "Zyxwv Ltd"))]
    assert b"Zyxwv" in service.on_disk()

    with closing(service.store()) as store:
        assert store.erase("asked for by letter 7", partner="Zyxwv Ltd") == 2
        assert store.erase("again", partner="Zyxwv Ltd") == 0
        found = verify(store)

    assert service.faults() == []
    assert (found.decisions, found.erased, found.entries) == (3, 2, 4)
    service.log.close()
    assert b"Zyxwv" not in service.on_disk()
    gone, kept, _ = (service.client.get(f"/v1/decisions/{answer['decision_id']}") for answer in answers)
    assert (gone.status_code, gone.get_json()["code"]) == (410, "erased")
    assert kept.status_code == 200
    service.ask("Acme", seats=9)
    assert service.faults() == []


def test_what_is_older_than_a_day_is_erased_and_what_is_newer_is_kept(service: Service) -> None:
    for number in range(3):
        service.ask(seats=number)
    with closing(service.store()) as store:
        times = [one.entry.at for one in store.entries()]
        assert store.erase("kept long enough", before=times[2]) == 2

        assert [one.contents is None for one in store.entries(1, 3)] == [True, True, False]
    assert service.faults() == []


def test_what_is_masked_is_never_stored(engine: Engine, tmp_path: Path) -> None:
    masks = (
        "/query/facts/partner",
        "/query/facts/facts/seats",
        "/answer/decisions/*/reasons",
        "/caller",
        "/query/request_id",
    )
    service = Service(engine, tmp_path / "log.sqlite", masks=masks)

    answer = service.ask("Zyxwv Ltd", seats=7654321)

    service.log.close()
    assert not [
        word for word in (b"Zyxwv", b"7654321", b"127.0.0.1", b"r-1", b'reasons":[') if word in service.on_disk()
    ]
    assert answer["decisions"][0]["reasons"], "it is masked in the log alone"
    record = service.client.get(f"/v1/decisions/{answer['decision_id']}").get_json()
    assert not [error.message for error in LOGGED.iter_errors(record)]
    assert sorted(record["masked"]) == sorted([*masks, "/answer/request_id"])
    assert record["query"]["facts"] == {"partner": "(masked)", "facts": {"ready": True, "seats": "(masked)"}}
    with closing(service.store()) as store:
        assert [one.outcome for one in replay(store, engine)] == ["masked"]
    service.log.close()


@pytest.mark.parametrize("pointer", ["", "query", "/", "/facts/partner", "/queries/x"])
def test_a_mask_of_what_is_not_logged_is_refused(pointer: str) -> None:
    with pytest.raises(WrongMask):
        Masks.of([pointer])


def test_what_is_logged_is_decided_once_more_byte_for_byte(service: Service, engine: Engine) -> None:
    texts = ['{"seats":3,"spent":1E1}', '{"ready":true,"spent":"10"}', '{"ready":false,"seats":3,"spent":10.00}']
    for text in texts:
        body = f'{{"decide":["*"],"as_of":"2023-06-30","facts":{{"facts":{text}}}}}'
        assert service.client.post("/v1/decisions", data=body, content_type="application/json").status_code == 200
    with closing(service.store()) as store:
        assert [one.outcome for one in replay(store, engine)] == ["same"] * 3
        assert len(list(replay(store, engine, sample=2))) == 2

        changed = load_sources([Source("log.policy", POLICY.replace(">= 3", ">= 4"))])
        assert {one.outcome for one in replay(store, Engine(changed.document))} == {"other policies"}
        service.sql("UPDATE merit_contents SET answer = replace(answer, 'not_eligible', 'eligible') WHERE seq = 3")
        assert [one.outcome for one in replay(store, engine)] == ["same", "same", "differs"]


def test_no_log_no_decision(service: Service) -> None:
    service.ask(seats=1)
    service.sql("ALTER TABLE merit_contents RENAME TO away")

    refused = service.post(query(seats=2))
    batch = service.post({"items": [{"id": "1", "query": query(seats=2)}]}, "/v1/decisions/batch")

    for response in (refused, batch):
        assert (response.status_code, response.get_json()["code"]) == (503, "log_unavailable")
        assert response.headers["Retry-After"] == "1"
    assert service.client.get("/v1/status").get_json()["log"]["lost"] == 0
    service.sql("ALTER TABLE away RENAME TO merit_contents")
    service.ask(seats=3)
    assert service.faults() == []
    with closing(service.store()) as store:
        assert store.count() == 2


def test_best_effort_counts_what_is_lost_and_the_log_tells_it_too(engine: Engine, tmp_path: Path) -> None:
    service = Service(engine, tmp_path / "log.sqlite", "best-effort")
    service.sql("ALTER TABLE merit_contents RENAME TO away")
    service.ask(seats=1)
    service.ask(seats=2)
    service.log.close()
    assert service.client.get("/v1/status").get_json()["log"]["lost"] == 2

    writer = service.log._writer()
    service.ask(seats=3)
    service.log.close()
    assert writer is not service.log._writer()
    service.sql("ALTER TABLE away RENAME TO merit_contents")
    service.ask(seats=4)
    service.log.close()

    status = service.client.get("/v1/status").get_json()["log"]
    with closing(service.store()) as store:
        found = verify(store)
    assert (status["lost"], found.decisions, found.faults) == (3, 1, [])
    service.log.close()


def test_an_empty_log_in_the_place_of_the_one_written_to_is_refused(service: Service, tmp_path: Path) -> None:
    service.ask(seats=1)
    service.sql(
        "DELETE FROM merit_entries", "DELETE FROM merit_contents", f"UPDATE merit_head SET seq = 0, hash = '{'0' * 64}'"
    )

    assert service.post(query(seats=2)).get_json()["code"] == "log_unavailable"
    with pytest.raises(LogUnavailable, match="no log"):
        Store(str(tmp_path / "nothing.sqlite"))
    (tmp_path / "text.sqlite").write_text(
        "this is no database, but a text that is long enough to be taken for one\n" * 20
    )
    with pytest.raises(LogUnavailable):
        Store(str(tmp_path / "text.sqlite"))
    with pytest.raises(LogUnavailable):
        Store("nonsense://nowhere")
    assert issubclass(LogBroken, LogUnavailable)


def test_the_log_is_exported_as_lines_and_as_a_table(service: Service, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow.parquet")
    service.ask("Acme", seats=1)
    service.ask("Zyxwv Ltd", seats=2)
    with closing(service.store()) as store:
        store.erase("asked for", partner="Acme")
        lines = [json.loads(line(one)) for one in store.entries()]
        assert write_parquet(store, tmp_path / "log.parquet") == 3

    rows = pyarrow.read_table(tmp_path / "log.parquet").to_pylist()

    assert [one["seq"] for one in lines] == [row["seq"] for row in rows] == [1, 2, 3]
    assert "query" not in lines[0]
    assert rows[0]["query"] is None
    assert lines[1]["query"] == query("Zyxwv Ltd", seats=2) == json.loads(rows[1]["query"])
    assert [one["hash"] for one in lines] == [row["hash"] for row in rows]
    assert lines[2]["answer"] == {"erased": [[1, 1]], "why": "asked for"}


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (f"00-{TRACE}-b7ad6b7169203331-01", TRACE),
        (f"01-{TRACE}-b7ad6b7169203331-01-more", TRACE),
        (f"ff-{TRACE}-b7ad6b7169203331-01", ""),
        (f"00-{'0' * 32}-b7ad6b7169203331-01", ""),
        (f"00-{TRACE}-{'0' * 16}-01", ""),
        (f"00-{TRACE.upper()}-b7ad6b7169203331-01", ""),
        ("", ""),
    ],
)
def test_the_trace_id_is_that_of_the_trace_context(told: str, wanted: str) -> None:
    assert trace_id(told) == wanted
