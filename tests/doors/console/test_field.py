"""In the field: an officer's tasks, and visits that count once."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.core.clock import utcnow
from citizenreport.geo.position import Position
from citizenreport.identity.models import Staff
from citizenreport.intake.models import Photo, Report
from citizenreport.intake.photos import origin_of
from citizenreport.intake.rules import ErasedBy
from citizenreport.pipeline.erase import erase_report
from citizenreport.triage.field import acted_at
from citizenreport.triage.models import FieldVisit, Message, Ticket
from tests.doors.console.city import INSIDE
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import HANDLER, PARKS, ROADS
from tests.doors.console.test_acts import act, events, step
from tests.doors.console.test_ticket import page_of

LIST = "/petugas/lapangan"
DONE = "Lubangnya sudah ditambal."
JAKARTA = Position(lon=106.827, lat=-6.175)


def taken_at(position: Position | None = None) -> bytes:
    """Return a JPEG that says where it was taken."""
    exif = Image.Exif()
    if position is not None:
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = ("N" if position.lat >= 0 else "S"), (abs(position.lat), 0, 0)
        gps[3], gps[4] = ("E" if position.lon >= 0 else "W"), (abs(position.lon), 0, 0)
    out = BytesIO()
    Image.new("RGB", (40, 30), "orange").save(out, "JPEG", exif=exif)
    return out.getvalue()


def visit(visitor: Visitor, ticket: Ticket, *photos: bytes, **fields: str) -> TestResponse:
    """Open a task's page and send its form."""
    page = f"{LIST}/{ticket.id}"
    shown = visitor.get(page)
    hidden = dict(re.findall(r'name="(csrf_token|seen|visit_id)" value="([^"]+)"', shown.text))
    usual = {"outcome": "done", "reason": DONE, **{k: unescape(v) for k, v in hidden.items()}}
    files = [(BytesIO(photo), f"{n}.jpg") for n, photo in enumerate(photos)]
    return visitor.client.post(page, data={**usual, **fields, "photos": files})


def assigned(desk: Desk, session: Session, visitor: Visitor, category: str = "pothole") -> Ticket:
    ticket = desk.report(category, at=utcnow(), landmark="Depan pasar", neighbourhood="05")
    sri = session.scalars(select(Staff.id).where(Staff.username == "sri.lestari")).one()
    assert act(visitor, ticket, "penanggung", assignee_id=str(sri)).status_code == 303
    session.refresh(ticket)
    return ticket


def test_my_tasks_come_by_deadline_and_those_of_nobody_after_them(
    desk: Desk, session: Session
) -> None:
    visitor = desk.person(ROADS)
    mine = assigned(desk, session, visitor)
    older = desk.report(at=utcnow() - timedelta(days=3))
    step(visitor, older, "verified")
    desk.report("tree", at=utcnow())
    page = visitor.get(LIST)
    found = re.findall(rf'href="{LIST}/([^"]+)"', page.text)
    assert found == [str(mine.id), str(older.id)]
    assert page.headers["Cache-Control"] == "no-store"


def test_a_task_says_where_to_go(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    page = visitor.get(f"{LIST}/{assigned(desk, session, visitor).id}").text
    assert f'href="geo:{INSIDE.lat:.6f},{INSIDE.lon:.6f}?q=' in page
    assert "RW 05" in page
    assert "Depan pasar" in page


def test_a_visit_settles_the_ticket_with_its_photo(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    ticket = assigned(desk, session, visitor)
    reply = visit(visitor, ticket, taken_at(INSIDE), with_position="1")
    assert reply.headers["Location"].endswith("?beres=kunjungan")
    session.refresh(ticket)
    assert ticket.state == "resolved"
    kept = session.scalars(select(FieldVisit)).one()
    assert kept.position is not None
    assert (round(kept.position.lon, 3), round(kept.position.lat, 3)) == (INSIDE.lon, INSIDE.lat)
    assert session.scalars(select(Photo)).one().added_by == kept.staff_id


def test_a_photo_in_storage_does_not_say_where_it_was_taken(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    visit(visitor, assigned(desk, session, visitor), taken_at(INSIDE))
    photo = session.scalars(select(Photo)).one()
    sent = visitor.get(f"/petugas/tiket/foto/{photo.id}").data
    assert dict(Image.open(BytesIO(sent)).getexif()) == {}


def test_no_position_is_kept_without_a_yes(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    given = {"lat": str(INSIDE.lat), "lon": str(INSIDE.lon), "accuracy_m": "8"}
    visit(visitor, assigned(desk, session, visitor), taken_at(INSIDE), **given)
    kept = session.scalars(select(FieldVisit)).one()
    assert (kept.position, kept.accuracy_m) == (None, None)


def test_the_phones_position_is_kept_with_a_yes(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    ticket = assigned(desk, session, visitor)
    given = {"lat": str(INSIDE.lat), "lon": str(INSIDE.lon), "accuracy_m": "8"}
    visit(visitor, ticket, outcome="not_done", with_position="1", **given)
    kept = session.scalars(select(FieldVisit)).one()
    assert (kept.position, kept.accuracy_m, kept.is_done) == (INSIDE, 8.0, False)
    assert "110.220000" in visitor.get(f"{LIST}/{ticket.id}").text


@pytest.mark.parametrize("agreed", ["1", ""], ids=["with a yes", "without"])
def test_a_photo_taken_in_another_city_is_refused_and_nothing_typed_is_lost(
    desk: Desk, session: Session, agreed: str
) -> None:
    visitor = desk.person(ROADS)
    ticket = assigned(desk, session, visitor)
    reply = visit(visitor, ticket, taken_at(JAKARTA), with_position=agreed)
    assert reply.status_code == 422
    assert "Foto ini diambil di luar kota." in reply.text
    assert DONE in reply.text
    session.refresh(ticket)
    assert (ticket.state, session.scalars(select(Photo)).all()) == ("new", [])


def test_not_done_says_why_to_staff_only(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    ticket = assigned(desk, session, visitor)
    assert visit(visitor, ticket, outcome="not_done", reason="Aspal habis.").status_code == 303
    session.refresh(ticket)
    assert ticket.state == "new"
    assert events(session, ticket)[-1] == "visited"
    assert session.scalars(select(Message.kind)).one() == "note"
    page = visitor.get(page_of(ticket)).text
    assert "Petugas ke lokasi, belum selesai" in page
    assert "Aspal habis." in page
    told = visitor.client.get(
        f"/api/v1/reports/{desk.last.tracking_code}",
        headers={"Authorization": f"Bearer {desk.last.secret}"},
    )
    assert "Aspal habis." not in told.text


def test_a_visit_sent_twice_counts_once(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    ticket = assigned(desk, session, visitor)
    given = {"visit_id": str(uuid4()), "outcome": "not_done", "seen": str(ticket.version)}
    for _ in range(2):
        assert visit(visitor, ticket, **given).status_code == 303
    assert len(session.scalars(select(FieldVisit)).all()) == 1
    assert events(session, ticket).count("visited") == 1


def test_the_id_of_another_visit_is_refused(desk: Desk, session: Session) -> None:
    visitor = desk.person(ROADS)
    first, second = (assigned(desk, session, visitor) for _ in range(2))
    given = {"visit_id": str(uuid4()), "outcome": "not_done"}
    visit(visitor, first, **given)
    reply = visit(visitor, second, **given)
    assert reply.status_code == 409
    assert DONE in reply.text


def test_a_ticket_changed_meanwhile_is_a_conflict_that_keeps_the_words(
    desk: Desk, session: Session
) -> None:
    visitor = desk.person(ROADS)
    ticket = assigned(desk, session, visitor)
    seen = str(ticket.version)
    step(desk.person(ROADS, username="budi", name="Budi"), ticket, "verified")
    reply = visit(visitor, ticket, seen=seen, why_no_photo="Kamera rusak.")
    assert reply.status_code == 409
    assert "baru saja diubah orang lain" in reply.text
    assert DONE in reply.text
    assert "Kamera rusak." in unescape(reply.text)
    session.refresh(ticket)
    assert ticket.state == "verified"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"outcome": ""}, "tidak dikenal"),
        ({"outcome": "maybe"}, "tidak dikenal"),
        ({"visit_id": "x"}, "tidak dikenal"),
        ({"outcome": "not_done", "reason": " "}, "Tuliskan alasannya"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    desk: Desk, session: Session, given: dict[str, str], told: str
) -> None:
    visitor = desk.person(ROADS)
    ticket = assigned(desk, session, visitor)
    reply = visit(visitor, ticket, **given)
    assert reply.status_code == 422
    assert told in reply.text
    assert session.scalars(select(FieldVisit)).all() == []


def test_a_confidential_ticket_is_opened_on_its_own_page_and_never_here(
    desk: Desk, session: Session
) -> None:
    handler = desk.person(HANDLER)
    ticket = assigned(desk, session, handler, "violence")
    page = handler.get(LIST).text
    assert "Laporan rahasia" in page
    assert "Kekerasan" not in page
    assert "Depan pasar" not in page
    address = f"{LIST}/{ticket.id}"
    assert handler.get(address).headers["Location"].endswith(page_of(ticket))
    given = {"visit_id": str(uuid4()), "seen": str(ticket.version), "reason": DONE}
    reply = handler.send(address, page="/petugas", outcome="not_done", **given)
    assert reply.headers["Location"].endswith(page_of(ticket))
    assert session.scalars(select(FieldVisit)).all() == []


def test_another_agencys_ticket_is_none(desk: Desk) -> None:
    ticket = desk.report(at=utcnow())
    assert desk.person(PARKS).get(f"{LIST}/{ticket.id}").status_code == 404


@pytest.mark.parametrize("how", ["raised", "erased"])
def test_the_place_of_a_visit_goes_with_the_report(desk: Desk, session: Session, how: str) -> None:
    visitor = desk.person(ROADS)
    ticket = assigned(desk, session, visitor)
    given = {"lat": str(INSIDE.lat), "lon": str(INSIDE.lon), "accuracy_m": "8"}
    visit(visitor, ticket, outcome="not_done", with_position="1", **given)
    kept = session.scalars(select(FieldVisit)).one()
    assert kept.position is not None
    if how == "raised":
        act(visitor, ticket, "perlindungan", visibility="confidential")
    else:
        session.refresh(ticket)
        report = session.get_one(Report, ticket.report_id)
        erase_report(session, desk.city, desk.keys, report, how=ErasedBy.REPORTER, now=utcnow())
    session.refresh(kept)
    assert (kept.position, kept.accuracy_m) == (None, None)


def test_a_photo_tells_where_it_was_taken_or_that_it_does_not_say() -> None:
    assert origin_of(taken_at(INSIDE)) == INSIDE
    assert origin_of(taken_at()) is None
    assert origin_of(taken_at(Position(lon=-70, lat=40))) == Position(lon=-70, lat=40)


def test_a_phones_clock_is_believed_within_a_week() -> None:
    now = utcnow()
    for given, found in (
        ((now - timedelta(hours=5)).isoformat(), now - timedelta(hours=5)),
        ((now - timedelta(days=8)).isoformat(), now),
        ((now + timedelta(hours=1)).isoformat(), now),
        ("2026-11-24T10:00:00", now),
        ("", now),
    ):
        assert acted_at(given, now=now) == found


def test_the_menu_marks_the_field_and_nothing_else(desk: Desk) -> None:
    page = desk.person(ROADS).get(LIST).text
    here = re.findall(r'href="([^"]+)" aria-current="page"', page)
    assert here == [LIST]
