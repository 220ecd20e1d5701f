"""Who works on a ticket, how urgently, until when; and what colleagues tell each other."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.scheduling import take_up_scheduled
from citizenreport.ledger.models import Event
from citizenreport.triage.models import Mention, Message, Ticket
from citizenreport.triage.rules import mentioned_in
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import DESK, HANDLER, INSPECTOR, PARKS, ROADS
from tests.doors.console.test_acts import act, events, step
from tests.doors.console.test_ticket import page_of
from tests.identity.factories import make_staff

LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="roads")
WHY = "Menunggu aspal dari pemasok."


def id_of(session: Session, username: str) -> str:
    return str(session.scalars(select(Staff.id).where(Staff.username == username)).one())


def started(desk: Desk, visitor: Visitor) -> Ticket:
    ticket = desk.report(at=utcnow())
    step(visitor, ticket, "verified")
    step(visitor, ticket, "in_progress")
    return ticket


def own_history(visitor: Visitor, desk: Desk) -> list[dict[str, Any]]:
    """Return what the reporter sees of the last report."""
    headers = {"Authorization": f"Bearer {desk.last.secret}"}
    reply = visitor.client.get(f"/api/v1/reports/{desk.last.tracking_code}", headers=headers)
    assert reply.json is not None
    return list(reply.json["history"])


class TestAPerson:
    def test_a_colleague_takes_a_ticket_and_gives_it_back(
        self, desk: Desk, session: Session
    ) -> None:
        ticket, visitor = desk.report(), desk.person(ROADS)
        budi = make_staff(session, "budi", ROADS, name="Budi").id
        assert act(visitor, ticket, "penanggung", assignee_id=str(budi)).status_code == 303
        session.refresh(ticket)
        assert ticket.assignee_id == budi
        assert "Penanggung jawab: Budi" in visitor.get(page_of(ticket)).text
        act(visitor, ticket, "penanggung", assignee_id="")
        session.refresh(ticket)
        assert ticket.assignee_id is None
        assert events(session, ticket) == ["opened", "person_assigned", "person_assigned"]

    @pytest.mark.parametrize("grant", [PARKS, INSPECTOR, DESK], ids=["other", "reader", "desk"])
    def test_nobody_gets_a_ticket_they_do_not_work_on(
        self, desk: Desk, session: Session, grant: Grant
    ) -> None:
        ticket, visitor = desk.report(), desk.person(ROADS)
        stranger = make_staff(session, "orang", grant, name="Orang").id
        reply = act(visitor, ticket, "penanggung", assignee_id=str(stranger))
        assert reply.status_code == 422
        assert "tidak dapat mengerjakan" in reply.text
        session.refresh(ticket)
        assert ticket.assignee_id is None

    @pytest.mark.parametrize("given", ["x", "0" * 32])
    def test_no_person_at_all_is_refused(self, desk: Desk, given: str) -> None:
        ticket, visitor = desk.report(), desk.person(ROADS)
        assert act(visitor, ticket, "penanggung", assignee_id=given).status_code == 422

    def test_another_agency_gets_the_ticket_without_the_person(
        self, desk: Desk, session: Session
    ) -> None:
        ticket = desk.report()
        officer = desk.person(ROADS)
        act(officer, ticket, "penanggung", assignee_id=id_of(session, "sri.lestari"))
        step(officer, ticket, "returned", reason="Bukan jalan kota.")
        city_desk = desk.person(DESK, username="meja", name="Meja")
        assert act(city_desk, ticket, "serah", agency_code="parks").status_code == 303
        session.refresh(ticket)
        assert (ticket.agency_code, ticket.assignee_id) == ("parks", None)


class TestPriority:
    def test_a_ticket_made_urgent_is_due_sooner_and_says_why_to_staff_only(
        self, desk: Desk, session: Session
    ) -> None:
        ticket, visitor = desk.report(), desk.person(ROADS)
        before = ticket.first_response_due_at
        reply = act(visitor, ticket, "prioritas", priority="kritis", reason="Sudah ada korban.")
        assert reply.status_code == 303
        session.refresh(ticket)
        assert ticket.priority == "kritis"
        assert ticket.first_response_due_at <= before
        assert "Prioritas menjadi kritis" in visitor.get(page_of(ticket)).text
        assert session.scalars(select(Message.kind)).one() == "note"

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"priority": "kritis", "reason": " "}, "Tuliskan alasannya"),
            ({"priority": "hebat", "reason": WHY}, "tidak dikenal"),
        ],
    )
    def test_what_does_not_fit_changes_nothing(
        self, desk: Desk, session: Session, given: dict[str, str], told: str
    ) -> None:
        ticket = desk.report()
        reply = act(desk.person(ROADS), ticket, "prioritas", form="prioritas", **given)
        assert reply.status_code == 422
        assert told in reply.text
        session.refresh(ticket)
        assert ticket.version == 1


class TestPlannedWorks:
    def test_a_ticket_waits_until_its_day_and_is_then_taken_up(
        self, desk: Desk, session: Session
    ) -> None:
        visitor = desk.person(ROADS)
        ticket = started(desk, visitor)
        until = desk.city.local_date(utcnow()) + timedelta(days=5)
        given = {"until_on": until.isoformat(), "reason": WHY}
        assert act(visitor, ticket, "jadwal", **given).status_code == 303
        session.refresh(ticket)
        assert (ticket.state, ticket.scheduled_until) == ("scheduled", until)
        told = session.scalars(select(Event.payload).order_by(Event.seq.desc())).first()
        assert told is not None
        assert told["until_on"] == until.isoformat()

        take_up_scheduled(now=utcnow() + timedelta(days=5))
        session.refresh(ticket)
        assert ticket.state == "scheduled"
        for _ in range(2):
            take_up_scheduled(now=utcnow() + timedelta(days=6))
        session.refresh(ticket)
        assert (ticket.state, ticket.scheduled_until) == ("in_progress", None)
        assert events(session, ticket).count("state_changed") == 4

    @pytest.mark.parametrize("days", [-1, 0, 367])
    def test_a_day_that_does_not_lie_ahead_is_refused(
        self, desk: Desk, session: Session, days: int
    ) -> None:
        visitor = desk.person(ROADS)
        ticket = started(desk, visitor)
        until = desk.city.local_date(utcnow()) + timedelta(days=days)
        given = {"form": "jadwal", "until_on": until.isoformat(), "reason": WHY}
        reply = act(visitor, ticket, "jadwal", **given)
        assert reply.status_code == 422
        assert WHY in reply.text
        session.refresh(ticket)
        assert ticket.state == "in_progress"

    def test_no_day_is_no_plan(self, desk: Desk) -> None:
        visitor = desk.person(ROADS)
        ticket = started(desk, visitor)
        assert act(visitor, ticket, "jadwal", until_on="besok", reason=WHY).status_code == 422
        assert step(visitor, ticket, "scheduled", reason=WHY).status_code == 422


class TestExtension:
    def test_the_lead_grants_what_an_officer_asks_for(self, desk: Desk, session: Session) -> None:
        officer = desk.person(ROADS)
        ticket = started(desk, officer)
        before = ticket.settlement_due_at
        assert act(officer, ticket, "perpanjangan", days="5", reason=WHY).status_code == 303
        session.refresh(ticket)
        assert (ticket.settlement_due_at, ticket.extension_asked_days) == (before, 5)
        lead = desk.person(LEAD, username="kepala", name="Kepala")
        assert WHY in lead.get(page_of(ticket)).text
        assert act(lead, ticket, "perpanjangan/putusan", decision="granted").status_code == 303
        session.refresh(ticket)
        assert ticket.settlement_due_at > before
        assert (ticket.extension_asked_days, ticket.extended_days) == (None, 5)
        shown = own_history(officer, desk)[-1]
        assert (shown["type"], shown["text"]) == ("extended", WHY)
        again = act(officer, ticket, "perpanjangan", days="5", reason=WHY)
        assert again.status_code == 409
        assert "hanya satu kali" in again.text

    def test_a_granted_extension_outlives_a_recount(self, desk: Desk, session: Session) -> None:
        officer, lead = desk.person(ROADS), desk.person(LEAD, username="kepala", name="Kepala")
        ticket = started(desk, officer)
        act(officer, ticket, "perpanjangan", days="5", reason=WHY)
        act(lead, ticket, "perpanjangan/putusan", decision="granted")
        session.refresh(ticket)
        granted = ticket.settlement_due_at
        act(lead, ticket, "prioritas", priority="kritis", reason=WHY)
        session.refresh(ticket)
        assert ticket.settlement_due_at == granted

    def test_a_refusal_leaves_the_deadline_and_a_second_try(
        self, desk: Desk, session: Session
    ) -> None:
        officer, lead = desk.person(ROADS), desk.person(LEAD, username="kepala", name="Kepala")
        ticket = started(desk, officer)
        before = ticket.settlement_due_at
        act(officer, ticket, "perpanjangan", days="20", reason=WHY)
        assert act(lead, ticket, "perpanjangan/putusan", decision="refused").status_code == 303
        session.refresh(ticket)
        assert (ticket.settlement_due_at, ticket.extended_days) == (before, 0)
        assert "extension" not in str(own_history(officer, desk))
        assert act(officer, ticket, "perpanjangan", days="3", reason=WHY).status_code == 303

    def test_nobody_grants_their_own_request(self, desk: Desk) -> None:
        lead = desk.person(LEAD)
        ticket = started(desk, lead)
        act(lead, ticket, "perpanjangan", days="5", reason=WHY)
        reply = act(lead, ticket, "perpanjangan/putusan", decision="granted")
        assert reply.status_code == 403
        assert "diputuskan orang lain" in reply.text

    def test_an_officer_does_not_decide(self, desk: Desk) -> None:
        officer = desk.person(ROADS)
        ticket = started(desk, officer)
        act(officer, ticket, "perpanjangan", days="5", reason=WHY)
        assert act(officer, ticket, "perpanjangan/putusan", decision="granted").status_code == 403

    @pytest.mark.parametrize("days", ["0", "21", "-1", "1.5", "", "²", "9999"])
    def test_an_odd_number_of_days_is_refused(self, desk: Desk, days: str) -> None:
        officer = desk.person(ROADS)
        ticket = started(desk, officer)
        reply = act(officer, ticket, "perpanjangan", form="perpanjangan", days=days, reason=WHY)
        assert reply.status_code == 422
        assert "1 sampai 20 hari kerja" in reply.text

    def test_nothing_asked_is_nothing_to_decide(self, desk: Desk) -> None:
        lead = desk.person(LEAD)
        reply = act(lead, desk.report(), "perpanjangan/putusan", decision="granted")
        assert reply.status_code == 409


class TestNotes:
    def test_a_note_is_for_staff_and_tells_who_is_named(self, desk: Desk, session: Session) -> None:
        ticket, visitor = desk.report(), desk.person(ROADS)
        budi = desk.person(ROADS, username="budi", name="Budi")
        text = "@budi tolong cek titiknya, @tidak.ada juga."
        assert act(visitor, ticket, "catatan", text=text).status_code == 303
        assert text in visitor.get(page_of(ticket)).text
        assert "Rekan menyebut Anda" in budi.get("/petugas").text
        budi.get(page_of(ticket))
        assert "Rekan menyebut Anda" not in budi.get("/petugas").text
        assert "Rekan menyebut Anda" not in visitor.get("/petugas").text

    def test_the_reporter_never_reads_a_note(self, desk: Desk) -> None:
        ticket, visitor = desk.report(), desk.person(ROADS)
        act(visitor, ticket, "catatan", text="Pelapor ini sering keliru.")
        act(visitor, ticket, "prioritas", priority="rendah", reason="Tidak mendesak sama sekali.")
        assert [shown["type"] for shown in own_history(visitor, desk)] == ["opened"]

    def test_a_name_that_may_not_read_the_ticket_learns_nothing(
        self, desk: Desk, session: Session
    ) -> None:
        ticket, handler = desk.report("violence"), desk.person(HANDLER)
        other = desk.person(ROADS, username="budi", name="Budi")
        desk.person(DESK, username="meja", name="Meja")
        assert act(handler, ticket, "catatan", text="@budi @meja rahasia sekali").status_code == 303
        assert session.scalars(select(Mention)).all() == []
        assert "Rekan menyebut Anda" not in other.get("/petugas").text
        message = session.scalars(select(Message)).one()
        assert message.text is None
        assert message.text_sealed is not None

    def test_a_ticket_made_confidential_is_gone_from_the_list_of_mentions(
        self, desk: Desk, session: Session
    ) -> None:
        ticket, visitor = desk.report(), desk.person(ROADS)
        budi = desk.person(ROADS, username="budi", name="Budi")
        act(visitor, ticket, "catatan", text="@budi tolong")
        act(visitor, ticket, "perlindungan", visibility="confidential")
        assert "Rekan menyebut Anda" not in budi.get("/petugas").text

    @pytest.mark.parametrize(
        ("text", "told"), [(" \n ", "masih kosong"), ("a" * 4_001, "terlalu panjang")]
    )
    def test_an_empty_or_endless_note_is_refused(self, desk: Desk, text: str, told: str) -> None:
        reply = act(desk.person(ROADS), desk.report(), "catatan", form="catatan", text=text)
        assert reply.status_code == 422
        assert told in reply.text

    def test_readers_write_no_notes(self, desk: Desk) -> None:
        ticket = desk.report()
        visitor = desk.person(INSPECTOR)
        assert act(visitor, ticket, "catatan", text="Halo").status_code == 403


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@budi dan @sri.lestari.", {"budi", "sri.lestari"}),
        ("surel budi@contoh.id", set()),
        ("@ab @@budi (@budi-2)", {"budi-2"}),
        ("", set()),
    ],
)
def test_names_are_found_in_a_note(text: str, names: set[str]) -> None:
    assert mentioned_in(text) == names
