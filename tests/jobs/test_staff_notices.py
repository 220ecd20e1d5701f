"""Staff are told as they chose; a messenger gets code and deadline; calls pass quiet hours."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.staff_notices import message_call, send_staff_digest, start_staff_digests
from citizenreport.messaging import staff_choices
from citizenreport.messaging.messengers import MessengerUnavailable
from citizenreport.messaging.staff import addresses_of, set_mail
from citizenreport.messaging.staff_models import HeldNotice
from citizenreport.messaging.staff_numbers import set_number
from citizenreport.messaging.staff_rules import NoticeChoice
from citizenreport.triage.models import Ticket
from citizenreport.triage.work import ask_extension
from tests.identity.factories import make_staff
from tests.jobs.world import FIRE, ROAD, World
from tests.messaging.browsers import PushService, open_push_service
from tests.messaging.post_office import PostOffice, text_of

ADDRESS, NUMBER = "kepala@kota.example", "+6281234500001"
STORY = "Kanari-cerita di depan warung Bu Kanari"


@pytest.fixture
def service(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """A messenger on the loopback, over TLS, asked through the guard of outgoing requests."""
    with open_push_service(tmp_path) as service:
        monkeypatch.setitem(world.app.config, "MESSENGER", "telegram")
        monkeypatch.setitem(world.app.config, "MESSENGER_URL", f"{service.server.url}/sendMessage")
        monkeypatch.setitem(world.app.config, "OUTGOING_TEST_CA", service.authority.path)
        yield service


def lead(world: World, ticket: Ticket, choice: NoticeChoice, *, number: str = "") -> UUID:
    grant = Grant(role=Role.AGENCY_LEAD, agency_code=ticket.agency_code)
    staff = make_staff(world.session, "kepala.contoh", grant)
    set_mail(world.session, world.keys, staff.id, ADDRESS, now=utcnow())
    set_number(world.session, world.keys, staff.id, number, now=utcnow())
    staff_choices.choose(world.session, staff.id, choice)
    world.session.commit()
    return staff.id


def ticket_of(world: World) -> Ticket:
    ticket = world.ticket(world.report(ROAD, now=utcnow(), description=STORY))
    world.work()
    return ticket


def asked(world: World, ticket: Ticket) -> list[str]:
    """Have an officer ask for an extension, which the lead is told of."""
    act = world.act(ticket, at=utcnow())
    ask_extension(world.session, ticket, days=3, reason="Menunggu aspal.", act=act, data_key=None)
    world.session.commit()
    first = world.work()
    return first + world.work()


def tomorrow(world: World) -> list[str]:
    start_staff_digests(now=utcnow() + timedelta(days=2))
    return world.work()


def test_at_once_is_at_once(world: World, office: PostOffice) -> None:
    ticket = ticket_of(world)
    lead(world, ticket, NoticeChoice())
    assert "mail_extension" in asked(world, ticket)
    assert office.only["To"] == ADDRESS


def test_a_digest_waits_and_is_one_mail_of_codes(world: World, office: PostOffice) -> None:
    ticket, other = ticket_of(world), ticket_of(world)
    lead(world, ticket, NoticeChoice(is_digest=True))
    asked(world, ticket)
    asked(world, other)
    assert office.mails == []
    start_staff_digests(now=utcnow())
    assert world.work() == [], "not before its hour"
    assert tomorrow(world) == ["send_staff_digest"]
    mail = office.only
    body = text_of(mail)
    assert mail["Subject"] == "Kabar tiket Anda"
    assert body.count("Tiket ") == 2
    assert "Kanari" not in body
    assert "aspal" not in body
    assert tomorrow(world) == []


def test_a_digest_that_runs_again_is_the_same_mail(
    world: World, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = ticket_of(world)
    staff_id = lead(world, ticket, NoticeChoice(is_digest=True))
    asked(world, ticket)
    until = (utcnow() + timedelta(days=2)).isoformat()
    with monkeypatch.context() as killed:
        killed.setattr(staff_choices, "told", lambda *_, **__: None)
        send_staff_digest(staff_id=str(staff_id), until=until)
    send_staff_digest(staff_id=str(staff_id), until=until)
    first, second = office.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert world.session.scalars(select(HeldNotice)).all() == []


def test_what_is_settled_meanwhile_is_told_nobody(world: World, office: PostOffice) -> None:
    ticket = ticket_of(world)
    lead(world, ticket, NoticeChoice(is_digest=True))
    asked(world, ticket)
    ticket.state = "withdrawn"
    world.session.commit()
    assert tomorrow(world) == ["send_staff_digest"]
    assert office.mails == []


@pytest.mark.usefixtures("office")
def test_a_messenger_gets_code_and_deadline_only(world: World, service: PushService) -> None:
    ticket = ticket_of(world)
    lead(world, ticket, NoticeChoice(), number=NUMBER)
    assert "message_staff" in asked(world, ticket)
    (request,) = service.server.asked
    said = json.loads(request.body)
    assert said["chat_id"] == NUMBER
    assert said["text"].startswith("Tiket ")
    assert "tenggat" in said["text"]
    for word in ("Kanari", "aspal", "Lubang", "Alun", "DPUPR"):
        assert word not in said["text"]


@pytest.mark.usefixtures("office")
def test_a_messenger_that_is_down_is_asked_again(world: World, service: PushService) -> None:
    ticket = ticket_of(world)
    lead(world, ticket, NoticeChoice(), number=NUMBER)
    service.says(503)
    with pytest.raises(MessengerUnavailable):
        asked(world, ticket)


@pytest.mark.usefixtures("office")
def test_a_call_passes_quiet_hours(world: World, service: PushService) -> None:
    """All day is quiet but one hour that is not now: ordinary news is held, a call is not."""
    probe = world.ticket(world.report(FIRE, now=utcnow(), description=STORY))
    hour = utcnow().astimezone(world.city.calendar.time_zone).hour
    quiet = NoticeChoice(quiet_from=(hour + 23) % 24, quiet_to=(hour + 4) % 24)
    grant = Grant(role=Role.CITY_DESK)
    staff = make_staff(world.session, "meja.contoh", grant)
    set_number(world.session, world.keys, staff.id, NUMBER, now=utcnow())
    staff_choices.choose(world.session, staff.id, quiet)
    world.session.commit()
    (row,) = addresses_of(world.session, [staff.id])
    message_call(ticket_id=str(probe.id), seq=1, address_id=str(row.id))
    (request,) = service.server.asked
    assert json.loads(request.body)["text"].startswith("Panggilan piket: ")
