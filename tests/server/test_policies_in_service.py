"""Policies that are exchanged while the service answers, and policies in the shadow."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from cli.main import merit
from dsl.cache import FOLDER, Cache
from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, engine_name
from server import exchange, snapshot
from server.app import create_app
from server.bundle import bundle_of, pack
from server.keys import SigningKey, make_key
from server.policies import Release, origin_of
from server.shadow import RESULTS, TOLD, WAITING, Board, Shadow
from tests.server.running import SMALL, Service

Json = Any
STATUS = Draft202012Validator(schemas.load("status"), format_checker=FormatChecker())
ENOUGH = 10
"""Answers that have to come while a bundle lies there that is refused."""
QUERY = {"decide": ["*"], "as_of": "2023-06-30", "facts": {"facts": {"ready": True}}}


def policy(name: str) -> str:
    return SMALL.replace('"Go"', f'"{name}"')


def digest_of(text: str) -> str:
    return load_sources([Source("small.policy", text)]).core.digest


def bundle(text: str, serial: int | None, key: SigningKey | None) -> bytes:
    made = bundle_of([Source("small.policy", text)], digest_of(text), engine_name(), "", serial)
    return pack(made.signed(key) if key is not None else made)


class Asking:
    """Asks a service from two threads; nothing of it may fail."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.digests: list[str] = []
        self.wrong: list[object] = []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._ask) for _ in range(2)]
        for thread in self.threads:
            thread.start()

    def _ask(self) -> None:
        while not self.is_over.is_set():
            try:
                status, _, answer = self.service.ask("/v1/decisions", QUERY)
                if status != 200 or answer["decisions"][0]["eligibility"] != "eligible":
                    self.wrong.append(answer)
                self.digests.append(answer["policy"]["digest"])
            except Exception as error:  # noqa: BLE001  all that can go wrong is what is looked for
                self.wrong.append(error)
                return

    def end(self) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join()


def test_no_bundle_that_is_refused_is_answered_from_and_no_request_fails(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    key = SigningKey.of(tmp_path / "key")
    place = tmp_path / "bundle.tar"
    good, newer = bundle(policy("First"), 7, key), bundle(policy("Second"), 8, key)
    altered = bytearray(newer)
    altered[newer.index(b"Second")] ^= 1
    place.write_bytes(good)
    refused = {
        "it is cut off: `small.policy`": newer[: newer.index(b"Second")],
        "it is altered: `small.policy` is not what its manifest lists": bytes(altered),
        "it is not signed": bundle(policy("Second"), 8, None),
        "is older: its serial is 6, and the bundle in service has 7": bundle(policy("Second"), 6, key),
    }
    service = Service(place, tmp_path / "log", tmp_path, "--verification-key", "key.pub", "--poll", "0.1")
    try:
        service.wait(lambda: service.ask("/health/ready")[0] == 200)
        asking = Asking(service)
        since = service.ask("/v1/status")[2]["since"]
        for why, data in refused.items():
            place.write_bytes(data)
            service.wait(lambda why=why: why in service.ask("/v1/status")[2].get("refused", {}).get("why", ""))
            count = len(asking.digests)
            service.wait(lambda count=count: len(asking.digests) > count + ENOUGH or bool(asking.wrong))
        while_refused = set(asking.digests)
        told = service.ask("/v1/status")[2]
        STATUS.validate(told)
        assert (told["since"], told["source"]["serial"], told["source"]["signed_by"]) == (since, 7, key.id)

        place.write_bytes(newer)
        service.wait(lambda: service.ask("/v1/status")[2]["source"]["serial"] == 8)
        count = len(asking.digests)
        service.wait(lambda: len(asking.digests) > count + ENOUGH or bool(asking.wrong))
        told = service.ask("/v1/status")[2]
        asking.end()

        assert asking.wrong == []
        assert while_refused == {digest_of(policy("First"))}
        assert set(asking.digests[count + 2 :]) == {digest_of(policy("Second"))}
        assert "refused" not in told
        assert service.stop() == 0
        assert "Traceback" not in service.log.read_text()
    finally:
        service.process.kill()
        service.process.wait()


def test_a_bundle_that_is_refused_is_not_served_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The command lets its process and those after it keep nothing: here the tests after it are meant to.
    monkeypatch.setenv(FOLDER, os.environ.get(FOLDER, ""))
    make_key(tmp_path / "key")
    (tmp_path / "bundle.tar").write_bytes(bundle(policy("First"), 7, SigningKey.of(tmp_path / "key")))
    (tmp_path / "plain.tar").write_bytes(bundle(policy("First"), 7, None))

    def serve(*args: str) -> tuple[int, str]:
        done = CliRunner().invoke(merit, ["--no-cache", "serve", *args])
        return done.exit_code, done.output

    place, plain, key = (str(tmp_path / name) for name in ("bundle.tar", "plain.tar", "key.pub"))
    code, said = serve(place, "--min-serial", "8")
    assert (code, said) == (3, f"not served: `{place}` is older: its serial is 7, and 8 is the lowest\n")
    code, said = serve(plain, "--verification-key", key)
    assert (code, said) == (
        3,
        f"not served: `{plain}` is refused: it is not signed; `merit build --signing-key` signs\n",
    )
    code, said = serve(place, "--verification-key", key, "--shadow", plain)
    assert (code, said) == (
        3,
        f"not served: `{plain}` is refused: it is not signed; `merit build --signing-key` signs\n",
    )


def test_which_bundle_may_take_the_place_of_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERIT_CACHE", "")
    place = tmp_path / "bundle.tar"
    first, second = policy("First"), policy("Second")
    place.write_bytes(bundle(first, None, None))
    sources = exchange.Sources(origin_of([str(place)]))
    release = sources.read(None)
    app = create_app(release.engine(), provenance=release.provenance)
    exchange.install(app, sources, None)
    lines: list[str] = []

    def put(text: str, serial: int | None) -> str:
        place.write_bytes(bundle(text, serial, None))
        exchange.reload(app, lines.append)
        held: snapshot.Snapshot = app.extensions[snapshot.KEY]
        return held.refused.why.partition("bundle.tar` ")[2] if held.refused is not None else held.engine.core.digest

    own, other = digest_of(first), digest_of(second)
    assert put(second, None) == other
    assert put(first, 3) == own
    since = app.extensions[snapshot.KEY].since
    assert put(first, 3) == own
    assert app.extensions[snapshot.KEY].since == since
    assert put(second, 3) == "is refused: the serial 3 is that of other policies in service; a newer one has a higher"
    assert put(second, None) == "is refused: it has no serial, and the bundle in service has 3"
    assert put(first, 2) == "is older: its serial is 2, and the bundle in service has 3"
    assert put(second, 4) == other
    place.unlink()
    exchange.reload(app, lines.append)
    assert lines[-1] == f"`{place}` cannot be read: No such file or directory; the earlier ones are served on"
    assert app.extensions[snapshot.KEY].engine.core.digest == other


class Breaking:
    """A place whose policies find a bug once they have been read."""

    def __init__(self, path: str) -> None:
        self.origin = origin_of([path])
        self.is_good = True

    def fingerprint(self) -> object:
        return self.is_good

    def read(self, kept: Cache | None) -> Release:
        if not self.is_good:
            raise RecursionError("deep")
        return self.origin.read(kept)


def test_a_bug_that_newer_policies_find_does_not_end_the_service(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "small.policy").write_text(SMALL)
    place = Breaking(str(tmp_path / "small.policy"))
    sources = exchange.Sources(place, place)
    release = sources.read(None)
    app = create_app(release.engine(), provenance=release.provenance, shadow=sources.read_shadow(None))
    exchange.install(app, sources, sources.fingerprint())

    place.is_good = False
    exchange.reload(app, lambda _: None)

    told = app.test_client().get("/v1/status").get_json()
    STATUS.validate(told)
    why = "loading them failed: RecursionError; the service's log has the failure"
    assert (told["refused"]["why"], told["shadow"]["refused"]["why"]) == (why, why)
    assert app.test_client().post("/v1/decisions", json=QUERY).status_code == 200
    assert sum("deep" in (record.exc_text or "") for record in caplog.records) == 2


# ---- in the shadow -------------------------------------------------------------------------------------------------

VOCABULARY = 'facts { ready: flag "Ready"  seats: count "Seats" }\n'
OLD = VOCABULARY + (
    'entitlement go "Go" from 2020-01-01 { requires { ready "Ready": ready } }\n'
    'entitlement stay "Stay" from 2020-01-01 { requires { seats "Seats": seats >= 5 } }\n'
)
NEW = (
    OLD.replace("seats >= 5", "seats >= 9")
    + 'entitlement more "More" from 2020-01-01 { requires { ready "Ready": ready } }\n'
)


def engine(text: str) -> Engine:
    loaded = load_sources([Source("small.policy", text)])
    return Engine(loaded.document, loaded.core)


def asked(seats: int = 7, **more: Json) -> Json:
    return {"decide": ["*"], "as_of": "2023-06-30", "facts": {"facts": {"ready": True, "seats": seats}}, **more}


def client_of(shadow: Shadow) -> FlaskClient:
    return create_app(engine(OLD), shadow=shadow).test_client()


def counts(**found: int) -> dict[str, int]:
    return {**dict.fromkeys(RESULTS, 0), **found}


def test_what_the_shadow_decides_otherwise_is_counted_and_told_and_the_answers_are_those_of_the_old(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shadow = Shadow(engine(NEW))
    alone, beside = create_app(engine(OLD)).test_client(), client_of(shadow)
    own = engine(OLD).core.digest

    for body in (asked(7), asked(12), asked(7, policy={"digest": own}, detail="none")):
        answers = [client.post("/v1/decisions", json=body).get_json() for client in (alone, beside)]
        assert answers[0].pop("decision_id") != answers[1].pop("decision_id")
        assert answers[0] == answers[1]
    batch = {"items": [{"id": "a", "query": asked(7)}, {"id": "b", "query": {}}]}
    assert beside.post("/v1/decisions/batch", json=batch).status_code == 200
    shadow.wait()

    told = beside.get("/v1/status").get_json()
    STATUS.validate(told)
    found = told["shadow"]
    assert found["policy"]["digest"] == shadow.engine.core.digest != told["policy"]["digest"] == own
    # Of four answers: `go` alike, `more` new; `stay` otherwise thrice, once met by both, at another figure.
    assert found["decisions"] == counts(same=4, different=3 + 4, reasons=0) | {
        "same": 4 + found["decisions"]["same"] - 4
    }
    last = [(one["rule"], one["old"], one["new"]) for one in found["differences"]]
    assert last[:2] == [("entitlement.more", "no rule", "eligible"), ("entitlement.stay", "eligible", "not_eligible")]
    lines = [record.getMessage() for record in caplog.records if record.name == "merit.shadow"]
    assert len(lines) == found["decisions"]["different"]
    assert any("entitlement.stay otherwise: eligible, not_eligible" in line for line in lines)
    assert "merit_shadow_decisions_total" in beside.get("/metrics").get_data(as_text=True)


class Failing(Engine):
    """Fails as no engine should."""

    def decide(self, *args: Any, **more: Any) -> Any:
        raise RuntimeError("out of order")


def test_a_shadow_that_fails_fails_no_request(caplog: pytest.LogCaptureFixture) -> None:
    loaded = load_sources([Source("small.policy", NEW)])
    fails = Shadow(Failing(loaded.document, loaded.core))
    lacks = Shadow(engine(SMALL))

    for shadow, said in (
        (fails, "the shadow failed"),
        (lacks, "the shadow does not answer what was answered: /facts/"),
    ):
        client = client_of(shadow)
        assert client.post("/v1/decisions", json=asked()).status_code == 200
        shadow.wait()
        assert client.get("/v1/status").get_json()["shadow"]["decisions"] == counts(failed=2)
        assert any(record.getMessage().startswith(said) for record in caplog.records)


def test_what_waits_for_the_shadow_is_bounded() -> None:
    shadow = Shadow(engine(NEW))
    shadow._thread = threading.current_thread()  # nobody decides
    client = client_of(shadow)

    for _ in range(WAITING + 3):
        assert client.post("/v1/decisions", json=asked()).status_code == 200

    assert shadow.as_json()["decisions"] == counts(skipped=2 * 3)


def test_workers_count_on_one_board_and_the_last_differences_are_kept() -> None:
    board = Board()
    for number in range(TOLD + 5):
        if (pid := os.fork()) == 0:
            board.add("different", 2, {"number": number})
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
    board.add("different", 1, {"number": "x" * 600})

    found, last = board.read()

    assert found == counts(different=2 * (TOLD + 5) + 1)
    assert [one["number"] for one in last] == list(range(TOLD + 4, 4, -1))


def test_a_shadow_is_exchanged_as_the_policies_in_service_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERIT_CACHE", "")
    for name, text in (("old", OLD), ("new", NEW)):
        (tmp_path / f"{name}.policy").write_text(text)
    sources = exchange.Sources(*(origin_of([str(tmp_path / f"{name}.policy")]) for name in ("old", "new")))
    release = sources.read(None)
    app = create_app(release.engine(), provenance=release.provenance, shadow=sources.read_shadow(None))
    exchange.install(app, sources, None)
    client = app.test_client()

    def told() -> Json:
        exchange.reload(app, lambda _: None)
        found = client.get("/v1/status").get_json()
        STATUS.validate(found)
        return found["shadow"]

    first = told()
    (tmp_path / "new.policy").write_text(NEW + "entitlement {")
    refused = told()
    (tmp_path / "new.policy").write_text(NEW.replace('"More"', '"Even more"'))
    newer = told()

    assert first["source"] == {"kind": "files", "name": str(tmp_path / "new.policy")}
    assert "refused" not in first
    assert refused["policy"] == first["policy"]
    assert "the policies have errors" in refused["refused"]["why"]
    assert "refused" not in newer
    assert newer["policy"] != first["policy"]
