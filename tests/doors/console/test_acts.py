"""What staff do with a ticket."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.identity.models import StaffSession
from citizenreport.identity.rules import Grant
from citizenreport.intake.models import Photo, Report
from citizenreport.ledger.models import Event
from citizenreport.publication.models import (
    PublishedPhoto,
    PublishedReply,
    PublishedReport,
)
from citizenreport.routing.models import Assignment
from citizenreport.triage.models import Message, Ticket
from citizenreport.triage.states import State
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import DESK, HANDLER, INSPECTOR, PARKS, ROADS
from tests.doors.console.test_ticket import page_of, picture

STORY = "Sudah kami tambal dengan aspal panas pagi ini."


def act(visitor: Visitor, ticket: Ticket, path: str, **fields: str) -> TestResponse:
    """Send a form of the ticket's page as the page is now."""
    page = visitor.get(page_of(ticket)).text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    given = {"seen": seen[1] if seen else "1"} | fields
    return visitor.send(f"{page_of(ticket)}/{path}", page="/petugas", **given)


def step(visitor: Visitor, ticket: Ticket, target: str, **fields: str) -> TestResponse:
    form = {"form": f"langkah-{target}", "target": target}
    return act(visitor, ticket, "langkah", **(form | fields))


def events(session: Session, ticket: Ticket) -> list[str]:
    query = select(Event.type).where(Event.stream_id == ticket.id).order_by(Event.seq)
    return list(session.scalars(query))


def test_a_ticket_is_carried_to_its_end(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    for target in ("verified", "in_progress"):
        reply = step(visitor, ticket, target)
        assert reply.status_code == 303, reply.text
        assert reply.headers["Location"] == f"{page_of(ticket)}?beres=langkah"
    given = {"reason": STORY, "why_no_photo": "Dikerjakan malam hari."}
    assert act(visitor, ticket, "selesai", **given).status_code == 303
    session.refresh(ticket)
    assert ticket.state == "resolved"
    assert events(session, ticket) == ["opened", *["state_changed"] * 3]
    page = visitor.get(page_of(ticket) + "?beres=langkah").text
    assert STORY in page
    assert "Langkah tersimpan." in page
    assert "Sri" in page


def test_a_step_that_wants_a_reason_is_refused_without(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    reply = step(desk.person(ROADS), ticket, "archived", reason="  ")
    assert reply.status_code == 422
    assert "Tuliskan alasannya" in reply.text
    assert 'href="#langkah-archived-reason"' in reply.text
    session.refresh(ticket)
    assert (ticket.state, ticket.version) == ("new", 1)


@pytest.mark.parametrize("target", ["closed", "resolved", "withdrawn", "new", "nonsense", ""])
def test_steps_outside_the_table_are_refused(desk: Desk, session: Session, target: str) -> None:
    ticket = desk.report()
    reply = step(desk.person(ROADS), ticket, target, reason="karena")
    assert reply.status_code in (409, 403, 422)
    session.refresh(ticket)
    assert ticket.state == "new"
    assert events(session, ticket) == ["opened"]


def test_who_was_slower_keeps_what_was_typed(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    slow, fast = desk.person(ROADS), desk.person(ROADS, username="budi", name="Budi")
    assert step(fast, ticket, "verified").status_code == 303
    reply = act(slow, ticket, "jawaban", form="jawaban", seen="1", text=STORY)
    assert reply.status_code == 409
    assert "baru saja diubah" in reply.text
    assert STORY in reply.text
    assert 'name="seen" value="2"' in reply.text
    assert "Terverifikasi" in reply.text
    assert session.scalar(select(func.count()).select_from(Message)) == 0
    again = act(slow, ticket, "jawaban", form="jawaban", text=STORY)
    assert again.status_code == 303


def test_what_was_typed_into_a_form_that_is_gone_is_kept_too(desk: Desk) -> None:
    ticket = desk.report()
    slow, fast = desk.person(ROADS), desk.person(ROADS, username="budi", name="Budi")
    step(fast, ticket, "archived", reason="Laporan uji coba.")
    reply = step(slow, ticket, "needs_info", seen="1", reason=STORY)
    assert reply.status_code == 409
    assert STORY in reply.text
    assert "langkah-needs_info" not in reply.text


@pytest.mark.parametrize("seen", ["", "x", "-1", "99999999999999999999", "²", "0"])
def test_a_version_nobody_saw_changes_nothing(desk: Desk, session: Session, seen: str) -> None:
    ticket = desk.report()
    assert step(desk.person(ROADS), ticket, "verified", seen=seen).status_code == 409
    session.refresh(ticket)
    assert ticket.state == "new"


def test_an_answer_reaches_the_reporter_and_stops_the_first_clock(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report()
    assert act(desk.person(ROADS), ticket, "jawaban", text=STORY).status_code == 303
    message = session.scalars(select(Message)).one()
    assert (message.kind, message.text) == ("reply", STORY)
    session.refresh(ticket)
    assert ticket.first_responded_at is not None


@pytest.mark.parametrize(
    ("text", "told"), [(" \n ", "masih kosong"), ("a" * 4_001, "terlalu panjang")]
)
def test_an_empty_or_endless_answer_is_refused(desk: Desk, text: str, told: str) -> None:
    reply = act(desk.person(ROADS), desk.report(), "jawaban", form="jawaban", text=text)
    assert reply.status_code == 422
    assert told in reply.text
    assert text.strip() in reply.text


def test_odd_characters_are_stored_unharmed(desk: Desk, session: Session) -> None:
    text = "Baik\x00 \x1b[31m\r\n<script>alert(1)</script> 😀"
    visitor, ticket = desk.person(ROADS), desk.report()
    assert act(visitor, ticket, "jawaban", text=text).status_code == 303
    stored = session.scalars(select(Message.text)).one()
    assert stored == "Baik [31m\n<script>alert(1)</script> 😀"
    assert "<script>" not in visitor.get(page_of(ticket)).text


def test_a_confidential_answer_is_sealed(desk: Desk, session: Session) -> None:
    ticket = desk.report("violence")
    visitor = desk.person(HANDLER)
    assert act(visitor, ticket, "jawaban", text=STORY).status_code == 303
    message = session.scalars(select(Message)).one()
    assert message.text is None
    assert STORY.encode() not in bytes(message.text_sealed or b"")
    assert STORY in visitor.get(page_of(ticket)).text


def test_a_release_shows_the_edited_text_and_keeps_the_words(desk: Desk, session: Session) -> None:
    ticket = desk.report(description="Lubang di depan rumah Pak Budi 0812345")
    visitor = desk.person(ROADS)
    page = visitor.get(page_of(ticket)).text
    assert "Belum ditayangkan" in page
    reply = act(visitor, ticket, "tayang", text_state="released", public_text="Lubang di jalan.")
    assert reply.status_code == 303, reply.text
    published = session.scalars(select(PublishedReport)).one()
    assert published.text == "Lubang di jalan."
    report = session.scalars(select(Report)).one()
    assert report.description == "Lubang di depan rumah Pak Budi 0812345"
    act(visitor, ticket, "jawaban", text=STORY)
    assert session.scalars(select(PublishedReply.text)).one() == STORY
    form = visitor.get(page_of(ticket)).text
    form = form[form.index('name="public_text"') :]
    assert "Lubang di jalan." in form
    assert "0812345" not in form


@pytest.mark.parametrize("state", ["held", "refused"])
def test_a_release_without_text_shows_none(desk: Desk, session: Session, state: str) -> None:
    ticket = desk.report()
    reply = act(desk.person(ROADS), ticket, "tayang", text_state=state, public_text="Kata")
    assert reply.status_code == 303
    assert session.scalars(select(PublishedReport.text)).one() is None


def test_an_empty_public_text_is_refused_and_the_choice_kept(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    reply = act(
        desk.person(ROADS), ticket, "tayang", form="tayang", text_state="released", public_text=" "
    )
    assert reply.status_code == 422
    assert session.scalar(select(func.count()).select_from(PublishedReport)) == 0


def test_a_restricted_report_is_never_released(desk: Desk, session: Session) -> None:
    ticket = desk.report("noise")
    visitor = desk.person(PARKS)
    assert "Tayang untuk umum" not in visitor.get(page_of(ticket)).text
    reply = act(visitor, ticket, "tayang", text_state="released", public_text="Bising")
    assert reply.status_code == 409
    assert session.scalar(select(func.count()).select_from(PublishedReport)) == 0


def test_each_photo_is_decided_on_its_own(desk: Desk, session: Session) -> None:
    ticket = desk.report(photos=(picture(), picture()))
    first, second = session.scalars(select(Photo).order_by(Photo.position_in_report))
    visitor = desk.person(ROADS)
    early = act(visitor, ticket, f"foto/{first.id}", photo_state="released")
    assert early.status_code == 409
    act(visitor, ticket, "tayang", text_state="refused")
    assert act(visitor, ticket, f"foto/{first.id}", photo_state="released").status_code == 303
    assert act(visitor, ticket, f"foto/{second.id}", photo_state="refused").status_code == 303
    shown = session.scalars(select(PublishedPhoto)).one()
    assert shown.position_in_report == 1
    assert act(visitor, ticket, f"foto/{first.id}", photo_state="refused").status_code == 303
    assert session.scalar(select(func.count()).select_from(PublishedPhoto)) == 0


def test_the_photo_of_another_report_is_not_decided_here(desk: Desk, session: Session) -> None:
    desk.report("tree", photos=(picture(),))
    foreign = session.scalars(select(Photo)).one()
    ticket = desk.report()
    visitor = desk.person(ROADS)
    act(visitor, ticket, "tayang", text_state="refused")
    assert act(visitor, ticket, f"foto/{foreign.id}", photo_state="released").status_code == 404
    assert session.scalar(select(func.count()).select_from(PublishedPhoto)) == 0


def test_raising_withdraws_from_the_public_at_once(
    desk: Desk, session: Session, app: Flask
) -> None:
    ticket = desk.report(photos=(picture(),))
    photo = session.scalars(select(Photo)).one()
    plain_key = photo.storage_key
    visitor = desk.person(ROADS)
    act(visitor, ticket, "tayang", text_state="released", public_text="Lubang.")
    act(visitor, ticket, f"foto/{photo.id}", photo_state="released")
    public_key = session.scalars(select(PublishedPhoto.storage_key)).one()

    reply = act(visitor, ticket, "perlindungan", visibility="confidential")

    assert reply.status_code == 303
    assert reply.headers["Location"] == "/petugas/tiket?beres=perlindungan"
    for table in (PublishedReport, PublishedPhoto):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    session.expire_all()
    assert session.scalars(select(Report)).one().description is None
    storage = app.extensions[EXTENSION].storage
    assert not storage.exists(plain_key)
    assert not storage.exists(public_key)
    assert storage.exists(session.scalars(select(Photo.storage_key)).one())
    assert visitor.get(page_of(ticket)).status_code == 404


def test_raising_to_restricted_keeps_the_ticket_readable(desk: Desk) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    reply = act(visitor, ticket, "perlindungan", visibility="restricted")
    assert reply.headers["Location"] == f"{page_of(ticket)}?beres=perlindungan"
    assert "Terbatas" in visitor.get(page_of(ticket)).text


@pytest.mark.parametrize(
    ("visibility", "status"), [("public", 422), ("restricted", 422), ("x", 422)]
)
def test_protection_is_never_lowered(
    desk: Desk, session: Session, visibility: str, status: int
) -> None:
    ticket = desk.report("noise")
    reply = act(desk.person(PARKS), ticket, "perlindungan", visibility=visibility)
    assert reply.status_code == status
    session.refresh(ticket)
    assert ticket.visibility == "restricted"


FORMS = [
    ("langkah", {"target": "verified"}),
    ("jawaban", {"text": STORY}),
    ("tayang", {"text_state": "released", "public_text": "a"}),
    ("perlindungan", {"visibility": "confidential"}),
    ("serah", {"agency_code": "parks"}),
    ("gabung", {"parent_code": "ABCDEFGHJK", "reason": "sama"}),
]


@pytest.mark.parametrize(("path", "fields"), FORMS)
@pytest.mark.parametrize(("grant", "status"), [(PARKS, {403, 404}), (INSPECTOR, {403})])
def test_others_change_nothing(
    desk: Desk,
    session: Session,
    path: str,
    fields: dict[str, str],
    grant: Grant,
    status: set[int],
) -> None:
    ticket = desk.report()
    reply = act(desk.person(grant), ticket, path, seen="1", **fields)
    assert reply.status_code in status
    session.refresh(ticket)
    assert (ticket.version, ticket.state) == (1, "new")
    assert events(session, ticket) == ["opened"]


@pytest.mark.parametrize(("path", "fields"), FORMS)
def test_a_foreign_page_changes_nothing(
    desk: Desk, session: Session, path: str, fields: dict[str, str]
) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    reply = visitor.client.post(f"{page_of(ticket)}/{path}", data={"seen": "1"} | fields)
    assert reply.status_code == 403
    session.refresh(ticket)
    assert ticket.version == 1


def test_the_city_desk_does_not_do_an_agencys_work(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(DESK)
    assert "Langkah berikutnya" not in visitor.get(page_of(ticket)).text
    assert step(visitor, ticket, "verified").status_code == 403


def test_what_is_returned_goes_to_the_desk_and_on_from_there(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    roads, city_desk = desk.person(ROADS), desk.person(DESK, username="meja", name="Meja")
    parks = desk.person(PARKS, username="taman", name="Taman")
    step(roads, ticket, "returned", reason="Ini taman, bukan jalan.")
    assert "Serahkan ke instansi lain" in city_desk.get(page_of(ticket)).text
    reply = act(city_desk, ticket, "serah", agency_code="parks")
    assert reply.status_code == 303, reply.text
    session.refresh(ticket)
    assert (ticket.agency_code, ticket.state, ticket.return_count) == ("parks", "new", 1)
    assignment = session.get_one(Assignment, ticket.assignment_id)
    assert (assignment.decided_by, assignment.agency_code) == ("staff", "parks")
    assert events(session, ticket)[-2:] == ["state_changed", "assigned"]
    assert roads.get(page_of(ticket)).status_code == 404
    page = parks.get(page_of(ticket)).text
    assert "Ditugaskan ke Dinas Taman oleh petugas" in page
    assert "Diserahkan ke Dinas Taman" in page


def test_handlers_do_for_a_confidential_ticket_what_the_desk_cannot(
    desk: Desk, session: Session
) -> None:
    ticket = desk.report("violence")
    handler, city_desk = desk.person(HANDLER), desk.person(DESK, username="meja")
    step(handler, ticket, "returned", reason="Bukan untuk kami.")
    assert city_desk.get(page_of(ticket)).status_code == 404
    page = handler.get(page_of(ticket)).text
    assert "Serahkan ke instansi lain" in page
    assert "Dinas Jalan" not in page  # it names no handlers of this class
    assert act(handler, ticket, "serah", form="serah", agency_code="roads").status_code == 422
    assert act(handler, ticket, "serah", agency_code="women").status_code == 303
    session.refresh(ticket)
    assert (ticket.state, ticket.agency_code) == ("new", "women")


def test_nothing_becomes_a_duplicate_of_nothing(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    assert step(desk.person(ROADS), ticket, "duplicate", reason="Sama.").status_code == 422
    session.refresh(ticket)
    assert ticket.state == "new"


def test_after_the_second_return_the_assignment_binds(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    ticket.return_count = 2
    session.commit()
    visitor = desk.person(ROADS)
    assert "langkah-returned" not in visitor.get(page_of(ticket)).text
    assert step(visitor, ticket, "returned", reason="Bukan kami.").status_code == 409


@pytest.mark.parametrize("agency", ["nowhere", "", "roads'"])
def test_a_ticket_is_handed_to_agencies_of_the_city_only(
    desk: Desk, session: Session, agency: str
) -> None:
    ticket = desk.report()
    step(desk.person(ROADS), ticket, "returned", reason="Bukan kami.")
    city_desk = desk.person(DESK, username="meja")
    assert act(city_desk, ticket, "serah", form="serah", agency_code=agency).status_code == 422
    session.refresh(ticket)
    assert (ticket.state, ticket.agency_code) == ("returned", "roads")


def test_a_duplicate_points_to_the_first(desk: Desk, session: Session) -> None:
    first = desk.report()
    code = desk.last.tracking_code
    second = desk.report()
    visitor = desk.person(ROADS)
    reply = act(visitor, second, "gabung", parent_code=code.lower(), reason="Lubang yang sama.")
    assert reply.status_code == 303, reply.text
    session.refresh(second)
    assert (second.state, second.parent_ticket_id) == ("duplicate", first.id)
    back = act(visitor, first, "gabung", parent_code=desk.last.tracking_code, reason="Sama.")
    assert back.status_code == 409


def test_merging_never_crosses_agencies_one_may_not_read_or_visibilities(
    desk: Desk, session: Session
) -> None:
    desk.report("tree")
    foreign = desk.last.tracking_code
    open_ticket = desk.report()
    stricter = desk.report()
    hidden = desk.last.tracking_code
    visitor = desk.person(ROADS)
    act(visitor, stricter, "perlindungan", visibility="restricted")
    given = {"form": "gabung", "reason": "Sama."}
    unknown = act(visitor, open_ticket, "gabung", parent_code=foreign, **given)
    assert unknown.status_code == 422
    assert foreign in unknown.text
    assert act(visitor, open_ticket, "gabung", parent_code=hidden, **given).status_code == 409
    session.refresh(open_ticket)
    assert open_ticket.state == "new"


def test_a_session_that_ran_out_loses_no_word(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    page = visitor.get(page_of(ticket)).text
    token = re.search(r'csrf_token" value="([^"]+)"', page)
    assert token is not None
    session.execute(update(StaffSession).values(seen_at=StaffSession.seen_at - timedelta(hours=1)))
    session.commit()
    given = {"csrf_token": token[1], "seen": "1", "text": STORY}
    reply = visitor.client.post(f"{page_of(ticket)}/jawaban", data=given)
    assert reply.status_code == 401
    assert STORY in reply.text
    assert "/petugas/masuk" in reply.text


def test_waiting_for_the_reporter_ends_where_it_began(desk: Desk, session: Session) -> None:
    ticket = desk.report()
    visitor = desk.person(ROADS)
    step(visitor, ticket, "needs_info", reason="Di sebelah mana?")
    page = visitor.get(page_of(ticket)).text
    assert "berhenti, menunggu pelapor" in page
    assert "langkah-new" in page
    assert "langkah-in_progress" not in page
    assert step(visitor, ticket, "in_progress").status_code == 409
    assert step(visitor, ticket, "new").status_code == 303
    session.refresh(ticket)
    assert State(ticket.state) is State.NEW
