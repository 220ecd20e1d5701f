"""Acts that decide what the public sees: release of text and photos, and protection."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.intake.models import Photo, Report
from citizenreport.publication.models import (
    PublishedPhoto,
    PublishedReply,
    PublishedReport,
)
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk
from tests.doors.console.people import PARKS, ROADS
from tests.doors.console.test_acts import STORY, act
from tests.doors.console.test_ticket import page_of, picture


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
