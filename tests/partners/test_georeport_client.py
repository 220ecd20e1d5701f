"""Another system's GeoReport: read in both forms, and nonsense is told from an answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from citizenreport.core.outgoing import AddressNotAllowed, NoAnswer, Outgoing
from citizenreport.partners.georeport import Content, Form, Repeated, render
from citizenreport.partners.georeport_client import (
    Endpoint,
    NotAtPartner,
    PartnerFault,
    PartnerRefused,
    read_request,
    read_requests,
    read_services,
    read_token,
    read_updates,
    send_request,
)
from tests.tls import TlsServer, make_authority, say, say_content, tls_server

DAY = datetime(2026, 3, 17, tzinfo=UTC)
ROW: Content = {
    "service_request_id": "638344",
    "status": "closed",
    "status_notes": "Ditambal & diaspal ulang.",
    "service_name": "Jalan <rusak>",
    "service_code": "006",
    "description": "Lubang\x00 besar",
    "agency_responsible": "",
    "requested_datetime": "2026-03-17T08:00:00+07:00",
    "updated_datetime": "kemarin",
    "lat": -7.4766,
    "long": 999,
    "media_url": None,
}
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;">]><service_requests><request>'
    b"<service_request_id>&c;</service_request_id></request></service_requests>"
)
EXTERNAL = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<service_requests><request><description>&x;</description></request></service_requests>"
)
NO_XML = {
    "nothing": b"",
    "page": b"<html><p>Sedang dirawat</html>",
    "well-formed page": b"<html><body/></html>",
    "json": b"{}",
    "no text": b"\xff\xfe",
    "bomb": BOMB,
    "external": EXTERNAL,
    "another list": b"<services/>",
    "unknown encoding": b'<?xml version="1.0" encoding="x-none"?><service_requests/>',
}
NO_JSON = {
    "nothing": b"",
    "page": b"<html/>",
    "object": b"{}",
    "numbers": b"[1]",
    "wrapped": b'{"request": []}',
    "deep": b"[" * 100_000,
    "no text": b"\xff",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TlsServer]:
    with tls_server(make_authority(tmp_path).server_pem()) as server:
        yield server


@pytest.fixture
def outgoing(tmp_path: Path, server: TlsServer) -> Outgoing:
    return Outgoing(test_ca=tmp_path / "ca.pem", total_s=10)


def endpoint(server: TlsServer, form: Form = Form.XML) -> Endpoint:
    return Endpoint(
        url=f"{server.url}/open311/v2/",
        jurisdiction_id="33.08",
        api_key="kunci-rahasia",
        form=form,
    )


def says(server: TlsServer, content: bytes, status: int = 200) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        say_content(handler, status, content, "text/html")

    server.answer = answer


@pytest.mark.parametrize("form", list(Form))
def test_a_request_is_the_same_in_both_forms(
    server: TlsServer, outgoing: Outgoing, form: Form
) -> None:
    says(server, render("service_requests", Repeated(item="request", items=[ROW]), form))
    [found] = read_requests(outgoing, endpoint(server, form), since=DAY, until=DAY)
    assert found.service_request_id == "638344"
    assert found.is_closed
    assert found.status_notes == "Ditambal & diaspal ulang."
    assert (found.service_name, found.description) == ("Jalan <rusak>", "Lubang besar")
    assert (found.lat, found.lon, found.media_url) == (-7.4766, None, "")
    assert found.requested_at == datetime(2026, 3, 17, 1, tzinfo=UTC)
    assert found.updated_at is None
    [asked] = server.asked
    query = parse_qs(urlsplit(asked.path).query)
    assert asked.path.startswith(f"/open311/v2/requests.{form}?")
    assert query["jurisdiction_id"] == ["33.08"]
    assert query["start_date"] == ["2026-03-17T00:00:00+00:00"]
    assert "kunci-rahasia" not in asked.path


@pytest.mark.parametrize("form", list(Form))
def test_no_request_is_an_empty_list_and_no_fault(
    server: TlsServer, outgoing: Outgoing, form: Form
) -> None:
    says(server, render("service_requests", Repeated(item="request", items=[]), form))
    assert read_requests(outgoing, endpoint(server, form), since=DAY, until=DAY) == []


def test_one_request_its_updates_its_token_and_the_services_are_read(
    server: TlsServer, outgoing: Outgoing
) -> None:
    partner = endpoint(server)
    says(server, render("service_requests", Repeated(item="request", items=[ROW]), Form.XML))
    assert read_request(outgoing, partner, "638344").status == "closed"
    assert read_token(outgoing, partner, "t-1") == "638344"
    with pytest.raises(PartnerFault):
        read_request(outgoing, partner, "another")
    update: Content = {
        "update_id": "u1",
        "service_request_id": "638344",
        "status": "CLOSED",
        "updated_datetime": "2026-03-17T23:59:59+07:00",
        "description": "Selesai.",
    }
    items = Repeated(item="request_update", items=[update])
    says(server, render("service_request_updates", items, Form.XML))
    [told] = read_updates(outgoing, partner, since=DAY, until=DAY)
    assert (told.update_id, told.description) == ("u1", "Selesai.")
    service: Content = {"service_code": "006", "service_name": "Jalan", "group": "nyaman"}
    says(server, render("services", Repeated(item="service", items=[service]), Form.XML))
    assert [one.service_code for one in read_services(outgoing, partner)] == ["006"]


@pytest.mark.parametrize("form", list(Form))
def test_a_request_is_sent_with_the_key_in_the_body_and_the_same_mark_each_time(
    server: TlsServer, outgoing: Outgoing, form: Form
) -> None:
    row: Content = {"token": "t-1", "service_notice": "", "account_id": ""}
    says(server, render("service_requests", Repeated(item="request", items=[row]), form), 201)
    fields = [("service_code", "006"), ("attribute[bagian][]", "a"), ("attribute[bagian][]", "b")]
    receipt = send_request(outgoing, endpoint(server, form), fields, once="x" * 30)
    assert (receipt.token, receipt.service_request_id) == ("t-1", "")
    [asked] = server.asked
    sent = parse_qs(asked.body.decode())
    assert sent["attribute[bagian][]"] == ["a", "b"]
    assert sent["api_key"] == ["kunci-rahasia"]
    assert asked.headers["idempotency-key"] == "x" * 30
    assert "kunci" not in asked.path


@pytest.mark.parametrize("name", list(NO_XML))
def test_what_is_no_xml_of_georeport_is_a_fault(
    server: TlsServer, outgoing: Outgoing, name: str
) -> None:
    says(server, NO_XML[name])
    with pytest.raises(PartnerFault):
        read_requests(outgoing, endpoint(server), since=DAY, until=DAY)


@pytest.mark.parametrize("name", list(NO_JSON))
def test_what_is_no_json_of_georeport_is_a_fault(
    server: TlsServer, outgoing: Outgoing, name: str
) -> None:
    says(server, NO_JSON[name])
    with pytest.raises(PartnerFault):
        read_requests(outgoing, endpoint(server, Form.JSON), since=DAY, until=DAY)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (404, NotAtPartner),
        (403, PartnerRefused),
        (400, PartnerRefused),
        (500, PartnerFault),
        (301, PartnerFault),
        (429, PartnerFault),
        (503, PartnerFault),
    ],
)
def test_a_refusal_is_told_from_what_time_puts_right(
    server: TlsServer, outgoing: Outgoing, status: int, fault: type[Exception]
) -> None:
    server.answer = lambda handler: say(handler, status)
    with pytest.raises(fault):
        read_requests(outgoing, endpoint(server), since=DAY, until=DAY)
    with pytest.raises(fault):
        send_request(outgoing, endpoint(server), [("service_code", "1")], once="x" * 30)


def test_a_huge_answer_and_a_private_address_are_refused(
    server: TlsServer, outgoing: Outgoing
) -> None:
    says(server, b"<service_requests>" + b" " * 2_000 + b"</service_requests>")
    with pytest.raises(NoAnswer):
        read_requests(replace(outgoing, most_bytes=1_000), endpoint(server), since=DAY, until=DAY)
    with pytest.raises(AddressNotAllowed):
        read_requests(Outgoing(), endpoint(server), since=DAY, until=DAY)
    assert len(server.asked) == 1
    assert "kunci-rahasia" not in repr(endpoint(server))
