"""HTTPS by the service itself: as plain connections are, slow ones included."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cli.main import merit
from tests.server.running import WAIT_S, Service, running

Json = Any
QUERY = json.dumps({"decide": ["entitlement.go"], "as_of": "2023-01-01", "facts": {"facts": {"ready": True}}})


def certified(folder: Path, name: str, signer: Path | None = None) -> Path:
    """Write a certificate with its key behind it, of an authority of its own where none signs it; return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer, signing = subject, key
    if signer is not None:
        told = signer.read_bytes()
        issuer = x509.load_pem_x509_certificate(told).subject
        loaded = serialization.load_pem_private_key(told, None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        signing = loaded
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("secured")
    authority = certified(found, "authority")
    for name in ("server", "client"):
        certified(found, name, authority)
    return found


def trusting(folder: Path, client: str | None = "client") -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(folder / "authority.pem"))
    if client is not None:
        context.load_cert_chain(folder / f"{client}.pem")
    return context


def ask(service: Service, context: ssl.SSLContext, path: str, body: str | None = None) -> tuple[int, Json]:
    with closing(http.client.HTTPSConnection("127.0.0.1", service.port, timeout=WAIT_S, context=context)) as connection:
        for _ in range(2):  # the second on the same connection
            connection.request("GET" if body is None else "POST", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            told = json.loads(answer.read())
    return answer.status, told


@pytest.fixture(scope="module")
def service(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    paths = {"--tls-certificate": "server.pem", "--tls-client-ca": "authority.pem"}
    options = [word for name, file in paths.items() for word in (name, str(folder / file))]
    with running(tmp_path_factory.mktemp("running"), *options, "--workers", "1", context=trusting(folder)) as started:
        yield started


def test_questions_are_answered_over_tls(service: Service, folder: Path) -> None:
    assert ask(service, trusting(folder), "/v1/decisions", QUERY)[0] == 200
    # Larger than any record of TLS, both ways.
    large = QUERY + " " * 200_000
    assert ask(service, trusting(folder), "/v1/decisions", large)[0] == 200
    assert "paths" in ask(service, trusting(folder), "/openapi.json")[1]
    # Its own addresses are told as they are reached.
    told = ask(service, trusting(folder), "/.well-known/authzen-configuration")[1]
    assert told["policy_decision_point"] == f"https://127.0.0.1:{service.port}"
    assert "curl -s https://127.0.0.1" in service.log.read_text()


def test_who_does_not_speak_tls_or_says_nothing_keeps_nobody_waiting(service: Service, folder: Path) -> None:
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=WAIT_S))
            for _ in range(60)
        ]
        for connection in slow[::3]:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        for connection in slow[1::3]:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01")  # how hands begin to be shaken, and no more
        assert ask(service, trusting(folder), "/v1/decisions", QUERY)[0] == 200
        with suppress(ConnectionResetError):
            assert slow[0].recv(1) in (b"", b"\x15")  # closed, perhaps with an alert
    assert "Traceback" not in service.log.read_text()


def test_what_is_no_request_is_told_as_a_problem(service: Service, folder: Path) -> None:
    with (
        socket.create_connection(("127.0.0.1", service.port), timeout=WAIT_S) as plain,
        trusting(folder).wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        connection.sendall(b"GARBAGE\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert (answer.status, json.loads(answer.read())["code"]) == (400, "bad_request")


def test_who_shows_no_certificate_is_not_answered(service: Service, folder: Path) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
        ask(service, trusting(folder, client=None), "/v1/decisions", QUERY)


def test_a_certificate_that_cannot_be_used_is_told_before_the_service_starts(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("no certificate")

    def said(*options: str) -> str:
        done = CliRunner().invoke(merit, ["serve", str(tmp_path), *options])
        assert done.exit_code == 2
        return done.output

    assert "broken.pem` cannot be used" in said("--tls-certificate", str(tmp_path / "broken.pem"))
    assert "No such file" in said("--tls-certificate", str(tmp_path / "none.pem"))
    assert "cannot be used" in said(
        "--tls-certificate", str(folder / "server.pem"), "--tls-key", str(folder / "client.pem")
    )
    assert "--tls-certificate is not told" in said("--tls-key", str(folder / "server.pem"))
