"""Answers go compressed to whoever takes them so, and are the same."""

import gzip

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from citizenreport.cities.rules import City
from citizenreport.web.assets import manifest

GZIP = {"Accept-Encoding": "gzip, br"}


def opened(answer: TestResponse) -> bytes:
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    return gzip.decompress(answer.data)


@pytest.mark.parametrize("path", ["/bantuan", "/api/v1/openapi.json", "/sw.js"])
def test_what_is_compressed_is_the_same(client: FlaskClient, magelang: City, path: str) -> None:
    plain, small = client.get(path), client.get(path, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert opened(small) == plain.data
    assert len(small.data) < len(plain.data) / 2
    for answer in (plain, small):
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_built_files_are_compressed_and_kept_for_ever(client: FlaskClient) -> None:
    path = f"/aset/{manifest()['pages/pages.css']}"
    with client.get(path) as plain, client.get(path, headers=GZIP) as small:
        assert opened(small) == plain.data
        assert "immutable" in small.headers["Cache-Control"]
        known = {"If-None-Match": small.headers["ETag"]} | GZIP
    with client.get(path, headers=known) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_what_is_one_persons_own_is_not_compressed(client: FlaskClient, magelang: City) -> None:
    answer = client.get("/lapor?kategori=A12", headers=GZIP)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/lapor/terkirim", "/tidak-ada"])
def test_errors_are_sent_as_they_are(client: FlaskClient, magelang: City, path: str) -> None:
    assert "Content-Encoding" not in client.get(path, headers=GZIP).headers


def test_who_takes_no_compression_gets_none(client: FlaskClient, magelang: City) -> None:
    for wanted in ("identity", "gzip;q=0", "br"):
        answer = client.get("/bantuan", headers={"Accept-Encoding": wanted})
        assert "Content-Encoding" not in answer.headers
    assert "Content-Encoding" not in client.head("/bantuan", headers=GZIP).headers
