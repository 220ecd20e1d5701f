"""`/petugas/impor/ambil`: another city's reports, fetched by windows and taken in like a file."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.errors import Unavailable
from citizenreport.intake.models import Report
from citizenreport.jobs.harvests import harvest_reports
from citizenreport.partners.georeport import Form, Repeated, render
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.test_imports import (  # noqa: F401 - desk is a fixture
    DESK,
    PAGE,
    desk,
    run,
    run_row,
    typed,
)
from tests.tls import TlsServer, make_authority, say, say_content, tls_server

WISH = {"first": "2024-05-01", "last": "2024-05-20", "source": "kota-lain"}
ROWS = {
    "2024-05-01": ["1", "2"],
    "2024-05-08": ["3"],
    "2024-05-15": ["2", "4"],  # one comes again
}


class City:
    """Another city: answers every page of a window alike, as those do that know no pages."""

    def __init__(self, server: TlsServer) -> None:
        self.server = server
        self.down_from = "9999"
        server.answer = self.answer

    @property
    def asked(self) -> list[str]:
        return [self._start(one.path) for one in self.server.asked]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        start = self._start(handler.path)
        if start >= self.down_from:
            say(handler, 503)
            return
        rows = Repeated(item="request", items=[self._row(id_, start) for id_ in ROWS[start]])
        body = render("service_requests", rows, Form.XML)
        say_content(handler, 200, body, "text/xml; charset=utf-8")

    def _start(self, path: str) -> str:
        return parse_qs(urlsplit(path).query)["start_date"][0][:10]

    def _row(self, id_: str, day: str) -> dict[str, object]:
        return {
            "service_request_id": id_,
            "status": "closed" if id_ == "1" else "open",
            "service_code": "77",
            "service_name": "Penerangan jalan umum mati/kurang",
            "description": "Lampu mati.",
            "requested_datetime": f"{day}T08:00:00+07:00",
            "updated_datetime": f"{day}T12:00:00+07:00",
            "lat": -7.478474,
            "long": 110.22199,
        }


@pytest.fixture
def elsewhere(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    authority = make_authority(tmp_path)
    monkeypatch.setitem(app.config, "OUTGOING_TEST_CA", authority.path)
    with tls_server(authority.server_pem()) as server:
        yield City(server)


def asked_for(visitor: Visitor, city: City, **changes: str) -> str:
    wish = WISH | {"url": f"{city.server.url}/open311/v2"} | changes
    reply = visitor.send(f"{PAGE}/ambil", page=PAGE, **wish)
    assert reply.status_code == 303, reply.text
    return reply.headers["Location"]


def test_reports_are_fetched_mapped_and_taken_in(
    desk: Desk,  # noqa: F811
    session: Session,
    elsewhere: City,
) -> None:
    visitor = desk.person(DESK)
    address = asked_for(visitor, elsewhere)
    page = visitor.get(address)
    assert "0 dari 3 pekan, 0 laporan." in page.text
    assert page.headers["Refresh"] == "3"
    harvest_reports(import_id=address.rsplit("/", 1)[1])
    mapping = f"{address}/pemetaan"
    shown = visitor.get(mapping).text
    assert "Penerangan jalan umum mati/kurang" in shown
    visitor.send(mapping, page=mapping, **typed(shown))
    run(visitor, address, "jalankan")
    assert "4 laporan baru." in visitor.get(address).text
    session.expire_all()
    found = session.scalars(select(Report).where(Report.external_source == "kota-lain")).all()
    assert {report.external_id for report in found} == {"1", "2", "3", "4"}
    assert {report.category_code for report in found} == {"A04"}
    assert run_row(session, address).counts["rejected"] == 0


def test_a_city_that_is_down_is_asked_again_from_there_on(
    desk: Desk,  # noqa: F811
    session: Session,
    elsewhere: City,
) -> None:
    visitor = desk.person(DESK)
    address = asked_for(visitor, elsewhere)
    key = address.rsplit("/", 1)[1]
    elsewhere.down_from = "2024-05-08"
    with pytest.raises(Unavailable):
        harvest_reports(import_id=key)
    assert "1 dari 3 pekan, 2 laporan." in visitor.get(address).text
    elsewhere.server.asked.clear()
    elsewhere.down_from = "9999"
    harvest_reports(import_id=key)
    assert "2024-05-01" not in elsewhere.asked
    assert (run_row(session, address).state, run_row(session, address).total_count) == (
        "mapping",
        5,
    )


def test_stopping_keeps_what_was_fetched(
    desk: Desk,  # noqa: F811
    session: Session,
    elsewhere: City,
) -> None:
    visitor = desk.person(DESK)
    address = asked_for(visitor, elsewhere)
    assert visitor.send(f"{address}/henti", page=address).status_code == 303
    harvest_reports(import_id=address.rsplit("/", 1)[1])
    assert (run_row(session, address).state, run_row(session, address).total_count) == (
        "mapping",
        2,
    )


def test_a_city_that_refuses_is_told_in_words(
    desk: Desk,  # noqa: F811
    session: Session,
    elsewhere: City,
) -> None:
    visitor = desk.person(DESK)
    elsewhere.server.answer = lambda handler: say(handler, 404)
    address = asked_for(visitor, elsewhere)
    harvest_reports(import_id=address.rsplit("/", 1)[1])
    assert run_row(session, address).state == "failed"
    assert "Sistem mitra tidak mengenal nomor ini" in visitor.get(address).text


def test_a_private_address_is_never_asked(desk: Desk, session: Session) -> None:  # noqa: F811
    visitor = desk.person(DESK)
    wish = WISH | {"url": "https://127.0.0.1/open311/v2"}
    address = visitor.send(f"{PAGE}/ambil", page=PAGE, **wish).headers["Location"]
    harvest_reports(import_id=address.rsplit("/", 1)[1])
    assert run_row(session, address).state == "failed"
    assert "Alamat ini tidak boleh dihubungi." in visitor.get(address).text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"url": "http://contoh.go.id/open311/v2"}, "alamat GeoReport"),
        ({"url": "https://a@contoh.go.id/"}, "alamat GeoReport"),
        ({"url": "https://[::1"}, "alamat GeoReport"),
        ({"url": "https://localhost"}, "alamat layanan ini sendiri"),
        ({"first": "kemarin"}, "hari pertama"),
        ({"first": "2024-06-01"}, "hari pertama"),
        ({"first": "1990-01-01"}, "hari pertama"),
        ({"source": "BESAR!"}, "Nama sumber"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_and_kept(
    app: Flask,
    desk: Desk,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, str],
    told: str,
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://localhost")
    visitor = desk.person(DESK)
    wish = WISH | {"url": "https://contoh.go.id/open311/v2"} | changes
    reply = visitor.send(f"{PAGE}/ambil", page=PAGE, **wish)
    assert reply.status_code == 422
    assert told in reply.text
    assert f'value="{wish["last"]}"' in reply.text
