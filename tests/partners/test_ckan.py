"""A release on a data portal: created once, replaced by its revision, refused in words.

The portal is ours (`portal.py`): it enforces the documented rules, for no real CKAN runs here.
"""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.errors import CitizenReportError
from citizenreport.core.outgoing import AddressNotAllowed, NoAnswer, Outgoing
from citizenreport.partners.ckan import Portal, PortalFault, PortalRefused, push_dataset
from tests.partners.portal import CkanPortal
from tests.releases import own_folders, release_march, run
from tests.tls import Authority, TlsServer, make_authority, say, tls_server

DATASET = {"name": "indikator-2026", "title": "Indikator", "resources": []}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


@pytest.fixture
def server(authority: Authority) -> Iterator[TlsServer]:
    with tls_server(authority.server_pem()) as server:
        yield server


@pytest.fixture
def ckan(server: TlsServer) -> CkanPortal:
    ckan = CkanPortal()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        ckan.answer(handler, server.asked[-1])

    server.answer = answer
    return ckan


@pytest.fixture
def outgoing(authority: Authority) -> Outgoing:
    return Outgoing(test_ca=authority.path)


def portal(server: TlsServer, ckan: CkanPortal, **other: str) -> Portal:
    given = {"url": server.url, "token": ckan.token, "organisation": ckan.organisation}
    return Portal(**(given | other))


def test_a_dataset_is_created_once_and_then_replaced(
    outgoing: Outgoing, server: TlsServer, ckan: CkanPortal
) -> None:
    first = push_dataset(outgoing, portal(server, ckan), DATASET)
    again = push_dataset(outgoing, portal(server, ckan), {**DATASET, "title": "Revisi"})
    assert first == again
    assert ckan.datasets["indikator-2026"]["title"] == "Revisi"
    assert ckan.calls == ["package_show", "package_create", "package_show", "package_update"]


def test_what_the_portal_refuses_is_told_without_the_token(
    outgoing: Outgoing, server: TlsServer, ckan: CkanPortal
) -> None:
    with pytest.raises(PortalRefused) as refused:
        push_dataset(outgoing, portal(server, ckan, token="another-token"), DATASET)
    assert "another-token" not in repr(refused.value.public)
    with pytest.raises(PortalFault) as fault:
        push_dataset(outgoing, portal(server, ckan, organisation="none"), DATASET)
    assert fault.value.public["fields"] == ["owner_org"]
    with pytest.raises(PortalFault) as fault:
        push_dataset(outgoing, portal(server, ckan, organisation=""), DATASET)
    assert fault.value.public["fields"] == ["owner_org"]
    for field, wrong in (
        *(("name", "Nama Salah"), ("name", "n"), ("name", "n" * 101), ("name", "search")),
        *(("tags", [{"name": "a/b"}]), ("extras", [{"key": "url", "value": "x"}])),
        ("resources", [{"url": "https://kota.example/x.csv", "size": "12 KiB"}]),
    ):
        with pytest.raises(PortalFault) as fault:
            push_dataset(outgoing, portal(server, ckan), {**DATASET, field: wrong})
        assert fault.value.public["fields"] == [field]
    assert ckan.datasets == {}


def test_what_is_no_portal_and_what_is_inside_is_not_asked_twice(
    outgoing: Outgoing, server: TlsServer, ckan: CkanPortal
) -> None:
    with pytest.raises(AddressNotAllowed):
        push_dataset(Outgoing(), portal(server, ckan), DATASET)
    with pytest.raises(AddressNotAllowed):
        push_dataset(outgoing, portal(server, ckan, url="http://127.0.0.1"), DATASET)
    assert server.asked == []
    server.answer = lambda handler: say(handler, 301, Location="https://127.0.0.1/else")
    with pytest.raises((PortalFault, NoAnswer)):
        push_dataset(outgoing, portal(server, ckan), DATASET)
    assert len(server.asked) == 1


@pytest.fixture
def released(
    app: Flask,
    session: Session,
    magelang: City,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own_folders(app, tmp_path, monkeypatch)
    monkeypatch.setitem(app.config, "OUTGOING_TEST_CA", authority.path)
    release_march(app, session)


def test_a_release_is_pushed_with_links_and_digests_of_its_files(
    app: Flask, released: None, server: TlsServer, ckan: CkanPortal, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(f"{ckan.token}\n")
    where = ("--portal", server.url, "--organisation", ckan.organisation)
    pushed = run(app, "push", "1", *where, "--token-file", str(tmp_path / "token"))
    assert pushed.exit_code == 0, (pushed.output, pushed.exception)
    dataset = ckan.datasets["indikator-smart-society-33-71-2026-03"]
    by_name = {resource["name"]: resource for resource in dataset["resources"]}
    assert by_name["nilai.csv"]["url"] == "http://localhost/indikator/rilis/1/nilai.csv"
    assert len(by_name["nilai.csv"]["hash"]) == 64
    assert {extra["key"]: extra["value"] for extra in dataset["extras"]}["rilis"] == "1"
    assert ckan.token not in pushed.output
    missing = run(app, "push", "9", *where, "--token-file", str(tmp_path / "token"))
    assert isinstance(missing.exception, CitizenReportError)
