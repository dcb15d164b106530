"""How answers travel: ETags, and compression."""

from __future__ import annotations

import gzip
import json

import pytest
from flask.testing import FlaskClient

QUERY = {"decide": ["*"], "as_of": "2023-06-20", "facts": {}}


@pytest.mark.parametrize("path", ["/openapi.json", "/v1/rules", "/v1/rules/designation.infrastructure"])
def test_what_a_client_has_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    etag = first.headers["ETag"]
    assert client.get(path).headers["ETag"] == etag

    again = client.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get(path, headers={"If-None-Match": 'W/"other"'})
    assert (other.status_code, other.json) == (200, first.json)


def test_an_answer_that_is_decided_has_no_etag(client: FlaskClient) -> None:
    assert "ETag" not in client.post("/v1/decisions", json=QUERY).headers
    assert "ETag" not in client.get("/v1/nothing").headers


def test_a_long_answer_is_compressed_for_who_takes_that(client: FlaskClient) -> None:
    plain = client.get("/openapi.json")
    packed = client.get("/openapi.json", headers={"Accept-Encoding": "br, gzip;q=0.5"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    for response in (plain, packed):
        assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("told", ["identity", "gzip;q=0", "br"])
def test_it_is_not_compressed_for_others(client: FlaskClient, told: str) -> None:
    response = client.post("/v1/decisions", json=QUERY, headers={"Accept-Encoding": told})
    assert "Content-Encoding" not in response.headers
    assert json.loads(response.data)["decisions"]


def test_a_short_answer_is_sent_as_it_is(client: FlaskClient) -> None:
    response = client.get("/health/live", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert response.json == {"status": "live"}
