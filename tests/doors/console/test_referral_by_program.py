"""A letter to a body with a system of its own: the page says how it fares there."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Agency, GeoReportChannel
from citizenreport.core.clock import utcnow
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.letter_models import Referral
from citizenreport.triage.models import Ticket
from citizenreport.triage.outside_request_models import OutsideRequest
from citizenreport.triage.outside_requests import note_failure, note_sent
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ROADS


@pytest.fixture
def outside(desk: Desk) -> str:
    """Return the code of an outside body that takes referrals by program."""
    body = Agency(
        agency_code="x_kab",
        name="Pemerintah Kabupaten",
        short_name="Kabupaten",
        kind="eksternal",
        is_external=True,
        georeport=GeoReportChannel(url="https://kabupaten.example/open311/v2"),
    )
    desk.city = replace(desk.city, agencies={**desk.city.agencies, body.agency_code: body})
    desk.app.extensions[EXTENSION].city_holder.replace(desk.city)
    return body.agency_code


def referred(visitor: Visitor, ticket: Ticket, body_code: str) -> int:
    page = f"/petugas/tiket/{ticket.id}"
    return visitor.send(
        f"{page}/rujukan",
        page=page,
        seen=str(ticket.version),
        body_code=body_code,
        reason="Jalan kabupaten.",
        ask="Mohon ditambal.",
    ).status_code


def release(desk: Desk, session: Session, ticket: Ticket) -> None:
    act = Act(parties=frozenset({Party.AGENCY}), at=utcnow(), seen=ticket.version)
    text = TextRelease(state=ReleaseState.RELEASED, public_text="Lubang.")
    release_report(session, desk.city, ticket, text, act=act)
    session.commit()


def test_a_released_report_goes_by_program_and_the_page_tells_how_it_fares(
    desk: Desk, session: Session, outside: str
) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    release(desk, session, ticket)
    assert referred(visitor, ticket, outside) == 303
    page = f"/petugas/tiket/{ticket.id}"
    assert "Menunggu dikirim ke sistem instansi itu" in visitor.get(page).text
    row = session.scalars(select(OutsideRequest)).one()
    note_failure(row, "not-reached", is_final=False, now=utcnow())
    session.commit()
    shown = visitor.get(page).text
    assert "Layanan yang dihubungi tidak tercapai." in shown
    assert "Dicoba lagi" in shown
    note_sent(row, external_id="K-77", token="", now=utcnow())
    session.commit()
    assert "K-77" in visitor.get(page).text
    note_failure(row, "answer-lost", is_final=True, now=utcnow())
    session.commit()
    assert "Periksa dulu di sana" in visitor.get(page).text
    send = f"{page}/rujukan/{row.referral_id}/kirim"
    session.refresh(ticket)
    assert visitor.send(send, page=page, seen=str(ticket.version)).status_code == 303
    session.refresh(row)
    assert row.state == "sent"
    again = visitor.send(send, page=page, seen=str(ticket.version))
    assert again.status_code == 409
    assert "sudah dikirim" in again.text


def test_a_held_report_goes_by_letter_until_its_words_are_released(
    desk: Desk, session: Session, outside: str
) -> None:
    ticket, visitor = desk.report(), desk.person(ROADS)
    assert referred(visitor, ticket, outside) == 303
    assert session.scalars(select(OutsideRequest)).all() == []
    page = f"/petugas/tiket/{ticket.id}"
    assert "Kirim ke sistem instansi itu" in visitor.get(page).text
    letter = session.scalars(select(Referral)).one()
    session.refresh(ticket)
    refused = visitor.send(f"{page}/rujukan/{letter.id}/kirim", page=page, seen=str(ticket.version))
    assert refused.status_code == 403
    assert "Hanya laporan umum yang teksnya sudah ditayangkan" in refused.text
    release(desk, session, ticket)
    session.refresh(ticket)
    assert (
        visitor.send(
            f"{page}/rujukan/{letter.id}/kirim", page=page, seen=str(ticket.version)
        ).status_code
        == 303
    )
    assert len(session.scalars(select(OutsideRequest)).all()) == 1
