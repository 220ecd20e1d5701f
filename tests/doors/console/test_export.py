"""The list of tickets as a file."""

import csv
import io
import re
import zipfile
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.core.clock import utcnow
from citizenreport.identity.models import Staff
from citizenreport.triage import exports
from citizenreport.triage.queue_models import QueueExport
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ADMIN, DESK, HANDLER, ROADS
from tests.doors.console.test_queue import QUEUE
from tests.doors.console.test_queue_search import search_address

EXPORT = "/petugas/tiket/ekspor"


def taken(visitor: Visitor, filters: str = "", kind: str = "csv") -> TestResponse:
    return visitor.send(EXPORT, page=EXPORT, saringan=filters, bentuk=kind)


def table(reply: TestResponse) -> list[list[str]]:
    assert reply.status_code == 200
    return list(csv.reader(io.StringIO(reply.get_data().decode("utf-8-sig"), newline="")))


def sheet(reply: TestResponse) -> str:
    with zipfile.ZipFile(io.BytesIO(reply.get_data())) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_the_file_holds_what_the_list_shows_in_its_order(desk: Desk) -> None:
    now = utcnow()
    sent = []
    for days in (1, 3, 2):
        desk.report(at=now - timedelta(days=days))
        sent.append(desk.last.tracking_code)
    desk.report("tree")
    rows = table(taken(desk.person(ROADS), "urut=terbaru"))
    assert [row[0] for row in rows[1:]] == [sent[0], sent[2], sent[1]]
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["Keadaan"] == "Baru masuk"
    assert first["Instansi"] == "Dinas Jalan"
    assert first["Tenggat"].endswith("+07:00")


def test_filters_hold_for_the_file_too(desk: Desk) -> None:
    desk.report()
    desk.report("tree")
    visitor = desk.person(DESK)
    assert len(table(taken(visitor, "kategori=tree"))) == 2
    assert len(table(taken(visitor, "keadaan=closed"))) == 1
    assert taken(visitor, "kategori=gone").status_code == 422


def test_a_long_list_is_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "CHUNK", 2)
    for _ in range(5):
        desk.report()
    assert len({row[0] for row in table(taken(desk.person(ROADS)))[1:]}) == 5


@pytest.mark.parametrize("grant", [HANDLER, DESK], ids=["handler", "desk"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_protected_rows_stay_and_the_page_says_how_many(
    desk: Desk, grant: object, kind: str
) -> None:
    desk.report("violence", "Canary teriakan.")
    code = desk.last.tracking_code
    visitor = desk.person(grant)  # type: ignore[arg-type]
    assert "1 tiket rahasia tidak ikut" in visitor.get(EXPORT).text
    reply = taken(visitor, kind=kind)
    assert reply.status_code == 200
    content = str(table(reply)) if kind == "csv" else sheet(reply)
    assert code not in content
    assert "Kekerasan" not in content


def test_no_word_and_no_contact_of_a_report_leaves(desk: Desk) -> None:
    desk.report("pothole", "Canary Budi di depan rumah.")
    visitor = desk.person(ROADS)
    for kind in ("csv", "xlsx"):
        body = taken(visitor, kind=kind).get_data()
        assert b"Canary" not in body
    assert "Canary" not in sheet(taken(visitor, kind="xlsx"))


def test_a_name_that_is_a_formula_stays_text(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS, name="=1+1")
    ticket.assignee_id = session.scalars(select(Staff.id)).one()
    session.commit()
    assert "'=1+1" in table(taken(visitor))[1]
    assert "<f>" not in sheet(taken(visitor, kind="xlsx"))


def test_who_took_what_is_noted_without_the_words(desk: Desk, session: Session) -> None:
    desk.report()
    visitor = desk.person(ROADS)
    address = search_address(visitor, "lubang", kategori="pothole")
    taken(visitor, urlsplit(address).query, "xlsx")
    noted = session.scalars(select(QueueExport)).one()
    assert (noted.file_kind, noted.row_count, noted.left_out) == ("xlsx", 1, 0)
    assert noted.filters == {"kata": "1", "kategori": "pothole"}


def test_too_long_a_list_is_refused_and_nothing_noted(
    desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MAX_ROWS", 2)
    for _ in range(3):
        desk.report()
    visitor = desk.person(ROADS)
    reply = taken(visitor)
    assert reply.status_code == 409
    assert "Persempit saringannya" in reply.text
    assert session.scalars(select(QueueExport)).all() == []
    assert "Unduh CSV" not in visitor.get(EXPORT).text


def test_a_browser_is_told_the_length_and_the_name(desk: Desk) -> None:
    reply = taken(desk.person(ROADS))
    assert int(reply.headers["Content-Length"]) == len(reply.get_data())
    assert re.search(r'filename="tiket-\d{4}-\d\d-\d\d\.csv"', reply.headers["Content-Disposition"])


def test_who_may_not_read_tickets_takes_none(desk: Desk) -> None:
    visitor = desk.person(ADMIN)
    assert visitor.get(EXPORT).status_code == 403
    assert EXPORT not in visitor.get(QUEUE).text


def test_another_kind_of_file_is_refused(desk: Desk) -> None:
    assert taken(desk.person(ROADS), kind="exe").status_code == 422
