"""Recaps by mail: Monday from seven, once a week, to whom they are for."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.recaps import send_recap, start_recaps
from citizenreport.messaging.staff import set_mail
from citizenreport.pipeline.recaps.rules import last_week
from tests.identity.factories import make_staff
from tests.jobs.world import DUTY, World
from tests.messaging.post_office import PostOffice, text_of

LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="DPUPR")
MAYOR, LEAD_ADDRESS = "walikota@kota.example", "kepala@dpupr.example"


def monday(world: World, hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """Return an instant of the latest Monday whose recap can be made now."""
    zone = world.city.calendar.time_zone
    day = last_week(world.city.local_date(utcnow())).monday + timedelta(days=7 + days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def person(session: Session, world: World, name: str, grant: Grant, address: str) -> None:
    staff = make_staff(session, name, grant)
    set_mail(session, world.keys, staff.id, address, now=utcnow())
    session.commit()


@pytest.fixture
def leaders(session: Session, world: World) -> None:
    person(session, world, "kepala.dpupr", LEAD, LEAD_ADDRESS)
    person(session, world, "wali.kota", Grant(role=Role.CITY_LEADER), MAYOR)


def sent_at(world: World, at: datetime) -> list[str]:
    start_recaps(now=at)
    return [name for name in world.work() if name == "send_recap"]


def mail_to(office: PostOffice, address: str) -> EmailMessage:
    (mail,) = [mail for mail in office.mails if mail["To"] == address]
    return mail


@pytest.mark.usefixtures("leaders")
def test_editions_go_out_on_monday_at_seven_and_once(world: World, office: PostOffice) -> None:
    assert sent_at(world, monday(world, 6, 59)) == []
    assert len(sent_at(world, monday(world, 7))) == 2 + len(DUTY)
    assert sent_at(world, monday(world, 7, 10)) == [], "nor after a restart"
    assert sent_at(world, monday(world, 9, days=1)) == []
    assert {mail["To"] for mail in office.mails} == {MAYOR, LEAD_ADDRESS, *DUTY.values()}


@pytest.mark.usefixtures("leaders")
def test_a_worker_that_was_down_sends_on_tuesday_and_not_later(
    world: World, office: PostOffice
) -> None:
    assert sent_at(world, monday(world, 9, days=2)) == []
    assert len(sent_at(world, monday(world, 9, days=1))) == 2 + len(DUTY)


@pytest.mark.usefixtures("leaders")
def test_a_mail_says_the_figures_and_carries_the_sheet(world: World, office: PostOffice) -> None:
    sent_at(world, monday(world, 7))
    mail = mail_to(office, LEAD_ADDRESS)
    body = text_of(mail)
    assert str(mail["Subject"]).startswith("Rekap pekanan DPUPR, ")
    assert "Lewat target selesai: 0 (pekan sebelumnya 0)" in body
    assert "Tidak ada laporan tayang yang melewati target" in body
    assert "&instansi=DPUPR" in body
    (sheet,) = mail.iter_attachments()
    week = last_week(world.city.local_date(utcnow())).code
    assert sheet.get_filename() == f"rekap-{week}-DPUPR.pdf"
    assert sheet.get_content().startswith(b"%PDF-")
    assert str(mail_to(office, MAYOR)["Subject"]).startswith("Rekap pekanan Kota Magelang, ")


@pytest.mark.usefixtures("leaders")
def test_a_mail_sent_again_is_the_same_mail(world: World, office: PostOffice) -> None:
    """A worker killed between the mail server and the queue runs the job again."""
    start_recaps(now=monday(world, 7))
    ((_, ids),) = [job for job in world.jobs() if job[1].get("edition") == "DPUPR"]
    send_recap(**ids)
    send_recap(**ids)
    first, second = office.mails
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.usefixtures("leaders")
def test_who_lost_the_role_meanwhile_gets_nothing(
    session: Session, world: World, office: PostOffice
) -> None:
    start_recaps(now=monday(world, 7))
    session.execute(text("DELETE FROM staff_role WHERE role = 'agency_lead'"))
    session.commit()
    world.work()
    assert LEAD_ADDRESS not in {mail["To"] for mail in office.mails}


def test_the_agencys_own_address_stands_in_for_leads_without_one(
    world: World, office: PostOffice
) -> None:
    assert len(sent_at(world, monday(world, 7))) == len(DUTY)
    assert {mail["To"] for mail in office.mails} == set(DUTY.values())
