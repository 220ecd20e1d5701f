"""The page of one ticket, and who may read it."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant
from citizenreport.intake.models import Photo
from citizenreport.intake.rules import Contact, PreparedPhoto, Subject
from citizenreport.jobs.thumbnails import make_thumbnail
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.counting import queries_of
from tests.doors.console.people import (
    ADMIN,
    CHILD_HANDLER,
    DESK,
    HANDLER,
    INSPECTOR,
    PARKS,
    ROADS,
    WOMEN,
)


def page_of(ticket: Ticket) -> str:
    return f"/petugas/tiket/{ticket.id}"


def picture(width: int = 40, height: int = 30) -> PreparedPhoto:
    content = BytesIO()
    Image.new("RGB", (width, height), "teal").save(content, "JPEG")
    return PreparedPhoto(
        content=content.getvalue(), media_type="image/jpeg", width=width, height=height
    )


def text_of(visitor: Visitor, ticket: Ticket) -> str:
    reply = visitor.get(page_of(ticket))
    assert reply.status_code == 200
    return re.sub(r"\s+", " ", reply.text)


def reads(session: Session) -> list[Event]:
    query = select(Event).where(Event.stream_kind == StreamKind.ACCESS.value)
    return list(session.scalars(query))


def test_the_page_tells_the_whole_story(desk: Desk) -> None:
    ticket = desk.report(
        description="Lubang <b>besar</b> & dalam",
        landmark="Depan SD Cacaban",
        neighbourhood="05",
        contact=Contact(phone="081234567890"),
    )
    page = text_of(desk.person(ROADS), ticket)
    for words in (
        desk.last.tracking_code,
        "Jalan berlubang",
        "Lubang &lt;b&gt;besar&lt;/b&gt; &amp; dalam",
        "Depan SD Cacaban",
        "Kelurahan A1, RW 05",
        "-7.470000, 110.220000",
        "Diteruskan ke Dinas Jalan oleh aturan R-pothole",
        "Tanggapan pertama",
        "Verifikasi",
        "Penyelesaian",
        "Laporan masuk",
        "Ada, tersegel",
    ):
        assert words in page, words
    assert "081234567890" not in page


def test_clocks_count_in_working_days(desk: Desk) -> None:
    ticket = desk.report(at=utcnow() - timedelta(days=100))
    assert re.search(r"terlambat \d+ hari kerja", text_of(desk.person(ROADS), ticket))


@pytest.mark.parametrize(
    ("category", "grant", "status"),
    [
        ("pothole", ROADS, 200),
        ("pothole", PARKS, 404),
        ("pothole", DESK, 200),
        ("pothole", INSPECTOR, 200),
        ("pothole", ADMIN, 403),
        ("noise", PARKS, 200),
        ("noise", ROADS, 404),
        ("violence", HANDLER, 200),
        ("violence", CHILD_HANDLER, 404),
        ("violence", WOMEN, 404),
        ("violence", DESK, 404),
        ("violence", INSPECTOR, 404),
        ("violence", ADMIN, 403),
    ],
)
def test_who_may_read(desk: Desk, category: str, grant: Grant, status: int) -> None:
    ticket = desk.report(category)
    reply = desk.person(grant).get(page_of(ticket))
    assert reply.status_code == status
    assert (desk.last.tracking_code in reply.text) is (status == 200)


def test_not_yours_looks_like_nothing(desk: Desk) -> None:
    ticket = desk.report("tree")
    visitor = desk.person(ROADS)
    other, none = visitor.get(page_of(ticket)), visitor.get(f"/petugas/tiket/{uuid4()}")
    assert other.status_code == none.status_code == 404

    def plain(text: str) -> str:
        return re.sub(r'value="[^"]{80,}"|/petugas/tiket/[-0-9a-f]{36}', "", text)

    assert plain(other.text) == plain(none.text)


def test_the_body_a_report_is_about_never_reads_it(desk: Desk, session: Session) -> None:
    ticket = desk.report(subject=Subject(agency_code="roads", person="Pak Kadis"))
    assert ticket.agency_code == "inspect"
    ticket.agency_code = "roads"  # even if it got there
    session.commit()
    assert desk.person(ROADS).get(page_of(ticket)).status_code == 404
    assert "Pak Kadis" in text_of(desk.person(DESK, username="meja"), ticket)


def test_reading_a_confidential_ticket_leaves_a_row(desk: Desk, session: Session) -> None:
    ticket = desk.report("violence", "Canary rahasia")
    visitor = desk.person(HANDLER)
    visitor.get("/petugas/tiket")
    assert reads(session) == []
    assert "Canary rahasia" in text_of(visitor, ticket)
    [event] = reads(session)
    assert event.stream_id == ticket.id
    assert event.actor_id is not None
    assert "Canary" not in str(event.payload)


def test_reading_any_other_ticket_leaves_none(desk: Desk, session: Session) -> None:
    text_of(desk.person(ROADS), desk.report())
    assert reads(session) == []


@pytest.mark.parametrize("category", ["pothole", "violence"])
def test_photos_are_for_those_who_may_read(
    desk: Desk, session: Session, app: Flask, category: str
) -> None:
    sent = picture()
    ticket = desk.report(category, photos=(sent,))
    photo = session.scalars(select(Photo)).one()
    assert photo.is_sealed is (category == "violence")
    path = f"/petugas/tiket/foto/{photo.id}"
    reader = desk.person(HANDLER if category == "violence" else ROADS)
    assert path in text_of(reader, ticket)
    reply = reader.get(path)
    assert (reply.status_code, reply.mimetype) == (200, "image/jpeg")
    assert reply.data == sent.content
    assert reply.headers["Cache-Control"] == "no-store"
    assert len(reads(session)) == (2 if category == "violence" else 0)
    assert desk.person(PARKS, username="taman").get(path).status_code == 404
    assert app.test_client().get(path).status_code == 303


@pytest.mark.parametrize("category", ["pothole", "violence"])
def test_the_page_shows_photos_small_and_leads_to_the_whole(
    desk: Desk, session: Session, app: Flask, category: str
) -> None:
    ticket = desk.report(category, photos=(picture(1200, 600),))
    photo = session.scalars(select(Photo)).one()
    reader = desk.person(HANDLER if category == "violence" else ROADS)
    path = f"/petugas/tiket/foto/{photo.id}"
    page = text_of(reader, ticket)
    assert f'<a href="{path}"><img src="{path}/kecil"' in page
    assert 'loading="lazy"' in page
    whole = reader.get(f"{path}/kecil")  # nobody made it small yet
    assert Image.open(BytesIO(whole.data)).size == (1200, 600)
    make_thumbnail(photo_id=str(photo.id))
    small = reader.get(f"{path}/kecil")
    assert Image.open(BytesIO(small.data)).size == (400, 200)
    assert small.headers["Cache-Control"] == "no-store"
    assert desk.person(PARKS, username="taman").get(f"{path}/kecil").status_code == 404
    assert app.test_client().get(f"{path}/kecil").status_code == 303


def test_a_page_takes_few_queries(desk: Desk, session: Session) -> None:
    ticket = desk.report(photos=(picture(), picture()), contact=Contact(phone="0812"))
    visitor = desk.person(ROADS)
    visitor.send(f"{page_of(ticket)}/jawaban", page=page_of(ticket), seen="1", text="Kami cek.")
    address = page_of(ticket)
    with queries_of(session) as seen:
        assert "Kami cek." in visitor.get(address).text
    assert 0 < len(seen) <= 12, "\n".join(map(str, seen))


def test_only_those_who_may_act_see_forms(desk: Desk) -> None:
    ticket = desk.report()
    inspector = text_of(desk.person(INSPECTOR), ticket)
    assert inspector.count("<form") == 1  # signing out
    officer = text_of(desk.person(ROADS, username="jalan"), ticket)
    for heading in ("Langkah berikutnya", "Jawab pelapor", "Tayang untuk umum", "Perlindungan"):
        assert heading in officer
        assert heading not in inspector
    assert "Serahkan ke instansi lain" not in officer


def test_a_confidential_ticket_offers_no_release(desk: Desk) -> None:
    page = text_of(desk.person(HANDLER), desk.report("violence"))
    assert "Tayang untuk umum" not in page
    assert "Jadikan" not in page


def test_states_are_shown_in_words(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    for state in State:
        ticket.state = state.value
        ticket.resume_state = "new" if state is State.NEEDS_INFO else None
        session.commit()
        assert visitor.get(page_of(ticket)).status_code == 200, state
