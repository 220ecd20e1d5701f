"""Requests to other hosts, on a real TLS server."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path

import pytest

from citizenreport.core.outgoing import (
    MAX_RECEIVED_BYTES,
    MAX_SENT_BYTES,
    AddressNotAllowed,
    NoAnswer,
    Outgoing,
    is_public,
)
from tests.tls import Authority, TlsServer, make_authority, say, tls_server


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


@pytest.fixture
def server(authority: Authority) -> Iterator[TlsServer]:
    with tls_server(authority.server_pem()) as server:
        yield server


@pytest.fixture
def outgoing(authority: Authority) -> Outgoing:
    return Outgoing(test_ca=authority.path, total_s=1.0)


def test_a_body_arrives_with_its_headers_and_the_answer_comes_back(
    outgoing: Outgoing, server: TlsServer
) -> None:
    answer = outgoing.post(f"{server.url}/a?b=c", body=b"hello", headers={"TTL": "60"})
    assert answer.status == 201
    [asked] = server.asked
    assert (asked.path, asked.body, asked.headers["ttl"]) == ("/a?b=c", b"hello", "60")
    assert asked.headers["host"] == f"127.0.0.1:{server.port}"


def test_a_name_is_asked_for_and_must_be_in_the_certificate(
    authority: Authority, outgoing: Outgoing
) -> None:
    with tls_server(authority.server_pem("localhost")) as server:
        by_name = f"https://localhost:{server.port}/"
        assert outgoing.post(by_name, body=b"", headers={}).status == 201
        assert server.asked[0].headers["host"] == f"localhost:{server.port}"
        with pytest.raises(NoAnswer):  # the certificate names no address
            outgoing.post(server.url, body=b"", headers={})
        assert len(server.asked) == 1


def test_without_the_setting_of_a_test_the_loopback_is_closed(server: TlsServer) -> None:
    closed = Outgoing()
    for url in (server.url, "https://127.0.0.1/", "https://localhost/", "https://[::1]/"):
        with pytest.raises(AddressNotAllowed):
            closed.post(url, body=b"", headers={})
    assert server.asked == []


def test_a_server_under_another_authority_gets_nothing(server: TlsServer, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with pytest.raises(NoAnswer):
        Outgoing(test_ca=make_authority(elsewhere).path).post(server.url, body=b"", headers={})
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        *("http://push.example/", "ftp://push.example/", "file:///etc/passwd", "//push.example/"),
        *("https://", "https:///x", "https://user:word@push.example/", "https://push.example:22/"),
        *("https://push.example:99999/", "https://[::1", "https://push.example/\r\nX: y", ""),
        *("https://10.0.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data"),
        *("https://[fe80::1]/", "https://[::ffff:10.0.0.1]/", "https://0x7f000001/", "https://0/"),
        *("https://2130706433/", "https://100.64.0.1/", "https://[64:ff9b::a00:1]/"),
        f"https://push.example/{'x' * 2_000}",
    ],
)
def test_what_is_not_https_to_a_public_address_is_refused(url: str) -> None:
    with pytest.raises(AddressNotAllowed):
        Outgoing().post(url, body=b"", headers={})


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", (address, 443)) for address in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr("citizenreport.core.outgoing.getaddrinfo", lambda *_, **__: found)
    with pytest.raises(AddressNotAllowed):
        Outgoing().post("https://push.example/", body=b"", headers={})


def test_a_name_is_resolved_once(
    authority: Authority, outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that becomes private between the check and the connection is of no use."""
    asked: list[object] = []

    def resolve(host: object, port: object, **_: object) -> list[object]:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("citizenreport.core.outgoing.getaddrinfo", resolve)
    with tls_server(authority.server_pem("push.example")) as server:
        outgoing.post(f"https://push.example:{server.port}/", body=b"", headers={})
    assert asked == ["push.example"]
    assert len(server.asked) == 1


def test_no_redirect_is_followed(outgoing: Outgoing, server: TlsServer) -> None:
    server.answer = lambda handler: say(handler, 307, Location=f"{server.url}/elsewhere")
    answer = outgoing.post(server.url, body=b"", headers={})
    assert answer.status == 307
    assert [asked.path for asked in server.asked] == ["/"]


def test_no_proxy_of_the_environment_comes_between(
    outgoing: Outgoing, server: TlsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert outgoing.post(server.url, body=b"", headers={}).status == 201


def test_too_long_a_body_is_not_sent(outgoing: Outgoing, server: TlsServer) -> None:
    with pytest.raises(AddressNotAllowed):
        outgoing.post(server.url, body=bytes(MAX_SENT_BYTES + 1), headers={})
    assert server.asked == []


def test_too_long_an_answer_is_none(outgoing: Outgoing, server: TlsServer) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(MAX_RECEIVED_BYTES * 2))
        handler.end_headers()
        handler.wfile.write(bytes(MAX_RECEIVED_BYTES * 2))

    server.answer = endless
    with pytest.raises(NoAnswer):
        outgoing.post(server.url, body=b"", headers={})


def test_one_who_answers_a_byte_at_a_time_is_left(outgoing: Outgoing, server: TlsServer) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)

    server.answer = trickle
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        outgoing.post(server.url, body=b"", headers={})
    assert time.monotonic() - began < 8  # one second of ours, five of a last silence


def test_the_error_does_not_name_whom_we_asked(outgoing: Outgoing) -> None:
    with pytest.raises(NoAnswer) as caught:
        outgoing.post("https://127.0.0.1:9/secret-endpoint", body=b"", headers={})
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("text", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_the_open_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text", ["224.0.0.1", "ff02::1", "2002:a00:1::", "::ffff:127.0.0.1", "0.0.0.0", "240.0.0.1"]
)
def test_what_leads_elsewhere_is_not(text: str) -> None:
    assert not is_public(ip_address(text))
