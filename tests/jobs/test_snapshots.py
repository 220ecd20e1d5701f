"""Reminders of releases: to those who agree to them, once a period, a few days before its day."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.snapshots import remind_of_releases
from citizenreport.messaging.staff import set_mail
from tests.identity.factories import make_staff
from tests.jobs.world import World
from tests.messaging.post_office import PostOffice, text_of

LEADER, OFFICER = "walikota@kota.example", "petugas@dpupr.example"
BEFORE = datetime(2027, 4, 2, 2, tzinfo=UTC)
NEAR = datetime(2027, 4, 4, 2, tzinfo=UTC)
"""Six days before the tenth of April: then the fourth quarter and the year 2026 are planned."""


def person(session: Session, world: World, name: str, grant: Grant, address: str) -> None:
    staff = make_staff(session, name, grant)
    set_mail(session, world.keys, staff.id, address, now=utcnow())
    session.commit()


def reminded(world: World, at: datetime) -> int:
    remind_of_releases(now=at)
    return world.work().count("mail_release_reminder")


def test_who_agrees_is_reminded_once_when_the_day_is_near(
    session: Session, world: World, office: PostOffice
) -> None:
    person(session, world, "wali.kota", Grant(role=Role.CITY_LEADER), LEADER)
    officer = Grant(role=Role.OFFICER, agency_code="DPUPR")
    person(session, world, "petugas.dpupr", officer, OFFICER)
    assert reminded(world, BEFORE) == 0
    assert reminded(world, NEAR) == 2
    assert reminded(world, NEAR) == 0, "nor after a restart"
    assert {mail["To"] for mail in office.mails} == {LEADER}
    told = {mail["Subject"]: text_of(mail) for mail in office.mails}
    assert sorted(told) == [
        "Rilis angka 2026: 10-04-2027 10.00",
        "Rilis angka Triwulan IV 2026: 10-04-2027 10.00",
    ]
    assert all("/petugas/rilis" in text for text in told.values())
